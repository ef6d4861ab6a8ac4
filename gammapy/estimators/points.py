"""FluxPointsEstimator: the flux of a source in bins of energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.data.gti import GTI
from gammapy.datasets.likelihood import union_of_models
from gammapy.errors import OptionError
from gammapy.estimators.bins import point_axis, points_of_bins
from gammapy.estimators.estimates import Estimates, batched_estimates, flux_points
from gammapy.estimators.reoptimized import reoptimized_estimates
from gammapy.estimators.segments import Segments, checked_spectra
from gammapy.estimators.settings import NormSettings, norm_parameter
from gammapy.modeling.fit.fitter import Fitter
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.parameter import Parameter
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["FluxPointsEstimator", "joint_gti"]


class FluxPointsEstimator:
    """Estimates the flux of a source in bins of energy.

    In each bin the spectrum of the source, as it stands, is multiplied by a norm, which is fitted.
    All bins are solved together.

    Parameters
    ----------
    energy_edges : `~astropy.units.Quantity` [n + 1]
        They are moved to the nearest edges of the first spectrum (on a log scale). None takes all
        bins of the first spectrum.
    source : str or int
        Model whose flux is estimated.
    norm : `Parameter` or dict, optional
        The norm: its bounds, and where it is scanned. A dict holds arguments of `Parameter`; by
        default there are no bounds, and 11 scan values from 0.2 to 5.
    n_sigma, n_sigma_ul : float
        Of the asymmetric errors, and of the upper limit: the statistic rises by the square.
    selection_optional : list of str or "all", optional
        Of "errn-errp", "ul" and "scan".
    fit : `Fitter`, optional
        For ``reoptimize``; else no fit is needed.
    reoptimize : bool
        Fit free parameters of other models again in each point; the source's stand still.
    sum_over_energy_groups : bool
        Join the bins of each spectrum in a point into one before the fit.
    null_value : float
        Norm that TS compares with.

    Raises
    ------
    DataError
        If the edges do not ascend.
    FitError, OptionError
        If another argument is not usable.
    """

    tag = "FluxPointsEstimator"

    def __init__(
        self,
        energy_edges: Any = [1.0, 10.0] * u.TeV,
        source: str | int = 0,
        norm: Parameter | dict[str, Any] | None = None,
        n_sigma: float = 1,
        n_sigma_ul: float = 2,
        selection_optional: Any = None,
        fit: Fitter | None = None,
        reoptimize: bool = False,
        sum_over_energy_groups: bool = False,
        null_value: float = 0,
    ) -> None:
        self.energy_edges = energy_edges
        self.source = source
        self.norm = norm_parameter(norm)
        self.n_sigma, self.n_sigma_ul = n_sigma, n_sigma_ul
        self.selection_optional = selection_optional
        self.fit = fit
        self.reoptimize = reoptimize
        self.sum_over_energy_groups = sum_over_energy_groups
        self.null_value = null_value
        _ = self.settings

    @property
    def settings(self) -> NormSettings:
        """What is asked for, checked."""
        if self.reoptimize and self.sum_over_energy_groups:
            raise OptionError(
                "reoptimize and sum_over_energy_groups exclude each other: set one of them to False"
            )
        return NormSettings(
            source=self.source,
            norm=self.norm,
            n_sigma=self.n_sigma,
            n_sigma_ul=self.n_sigma_ul,
            selection_optional=self.selection_optional,
            fit=self.fit,
            reoptimize=self.reoptimize,
            null_value=self.null_value,
        )

    def run(self, datasets: Any) -> FluxPoints:
        """Flux points from some spectra.

        Parameters
        ----------
        datasets : `Datasets`, or one dataset
            Counts spectra with models. They are not changed.

        Returns
        -------
        `FluxPoints`
            Points without data are there, with nan and ``success`` False. A number that does not
            exist (an error at a bound, a limit that is never reached) is nan, and
            ``meta["reasons"]`` says why.
        """
        spectra = checked_spectra(datasets)
        axis = point_axis(spectra[0].energy_axis, self.energy_edges)
        estimates, model = self.estimates(spectra, points_of_bins(spectra, axis), axis.nbin)
        return flux_points(estimates, [axis], model, self.settings, joint_gti(spectra))

    def estimates(
        self, spectra: Sequence[CountsSpectrum], points: Sequence[np.ndarray], n_points: int
    ) -> tuple[Estimates, SkyModel]:
        """Numbers of points that are given by their bins, and the source.

        Parameters
        ----------
        spectra : sequence of `CountsSpectrum`
        points : sequence of ndarray of int [n_bins]
            Point of each bin of each spectrum, -1 for none.
        n_points : int
        """
        settings = self.settings
        models = union_of_models(spectra)
        source = settings.model(models)
        segments = Segments.build(
            spectra, source, points, n_points, settings.bounds, self.sum_over_energy_groups
        )
        estimates = batched_estimates(segments, settings)
        if settings.reoptimize:
            estimates = reoptimized_estimates(
                spectra, models, points, segments, estimates, settings
            )
        return estimates, source


def joint_gti(spectra: Sequence[CountsSpectrum]) -> GTI | None:
    """All time in which some spectrum was taken; None if it is not known of all."""
    known = [spectrum.gti for spectrum in spectra if spectrum.gti is not None]
    return GTI.from_stack(known).union() if len(known) == len(spectra) else None
