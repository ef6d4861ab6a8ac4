"""SensitivityEstimator: the least flux that would be seen in each energy bin."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.table import Column, Table

from gammapy.errors import DataError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.spectrum.on_off import SpectrumDatasetOnOff
from gammapy.spectrum.prediction import predicted_counts
from gammapy.stats.counts_statistic import WStatCountsStatistic

__all__ = ["SensitivityEstimator"]


class SensitivityEstimator:
    """Estimates in each bin the flux that three conditions ask for.

    The excess must have a significance of ``n_sigma`` over the measured background, be at
    least ``gamma_min`` counts, and at least ``bkg_syst_fraction`` of the background counts.

    Parameters
    ----------
    spectral_model : `SpectralModel`, optional
        Shape inside a bin; by default a power law of index 2.
    n_sigma : float
    gamma_min : float
    bkg_syst_fraction : float

    Raises
    ------
    DataError
        If a condition is negative or not finite.
    """

    tag = "SensitivityEstimator"

    def __init__(
        self,
        spectral_model: SpectralModel | None = None,
        n_sigma: float = 5.0,
        gamma_min: float = 10,
        bkg_syst_fraction: float = 0.05,
    ) -> None:
        self.spectral_model = spectral_model or PowerLawSpectralModel(
            index=2, amplitude="1 cm-2 s-1 TeV-1"
        )
        conditions = {
            "n_sigma": n_sigma,
            "gamma_min": gamma_min,
            "bkg_syst_fraction": bkg_syst_fraction,
        }
        for name, value in conditions.items():
            if not 0 <= value < np.inf or (name == "n_sigma" and value == 0):
                raise DataError(f"{name} = {value!r} must be a finite, positive number")
        self.n_sigma, self.gamma_min = n_sigma, gamma_min
        self.bkg_syst_fraction = bkg_syst_fraction

    def estimate_min_excess(self, dataset: SpectrumDatasetOnOff) -> np.ndarray:
        """Least excess counts [n] that meet all conditions."""
        return self._excess(dataset)[0]

    def _excess(self, dataset: SpectrumDatasetOnOff) -> tuple[np.ndarray, np.ndarray]:
        """Least excess [n], and which condition [n] asks for it."""
        n_on, n_off, alpha = dataset.bin_columns(np.ones(dataset.energy_axis.nbin, dtype=bool))
        significant = WStatCountsStatistic(n_on, n_off, alpha).n_sig_matching_significance(
            self.n_sigma
        )
        systematic = self.bkg_syst_fraction * alpha * n_off
        needed = np.stack([significant, np.full(len(n_off), self.gamma_min), systematic])
        which = np.where(needed[0] < self.gamma_min, 1, 0)
        which = np.where(np.max(needed[:2], axis=0) < systematic, 2, which)
        return needed.max(axis=0), np.array(["significance", "gamma", "bkg"])[which]

    def run(self, dataset: SpectrumDatasetOnOff) -> Table:
        """Sensitivity of one spectrum, masked bins included.

        Returns
        -------
        `~astropy.table.Table`
            One row per bin: ``e_ref``, ``e_min``, ``e_max``, ``e2dnde`` (infinite where no
            counts of the source can be seen), ``excess``, ``background``, ``criterion``.

        Raises
        ------
        DataError
            If the dataset has no off counts.
        """
        if not isinstance(dataset, SpectrumDatasetOnOff):
            raise DataError(
                f"{getattr(dataset, 'name', dataset)!r} is a {type(dataset).__name__}: the "
                "sensitivity needs the off counts of a SpectrumDatasetOnOff"
            )
        excess, criterion = self._excess(dataset)
        axis = dataset.energy_axis
        model = SkyModel(self.spectral_model)
        signal = predicted_counts(dataset.response, dataset.energy_edges_true, [model])
        with np.errstate(divide="ignore"):
            factor = np.where(signal > 0, excess / signal, np.inf)
        reference = (axis.center**2 * self.spectral_model(axis.center)).to("erg cm-2 s-1")
        columns = {
            "e_ref": (axis.center, "Energy center"),
            "e_min": (axis.edges_min, "Energy edge low"),
            "e_max": (axis.edges_max, "Energy edge high"),
            "e2dnde": (reference * factor, "Energy squared times differential flux"),
            "excess": (excess, "Number of excess counts in the bin"),
            "background": (dataset.background.values, "Number of background counts in the bin"),
            "criterion": (criterion, "Sensitivity-limiting criterion"),
        }
        return Table([_column(name, *content) for name, content in columns.items()])


def _column(name: str, values: Any, description: str) -> Column:
    unit = getattr(values, "unit", None)
    return Column(getattr(values, "value", values), name=name, unit=unit, description=description)
