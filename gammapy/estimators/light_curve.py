"""LightCurveEstimator: the flux of a source in intervals of time, and bins of energy."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.estimators.bins import point_axis, points_of_bins, points_on_grid
from gammapy.estimators.estimates import flux_points
from gammapy.estimators.points import FluxPointsEstimator
from gammapy.estimators.run_times import RunTimes
from gammapy.estimators.segments import checked_spectra
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.units import as_quantity

__all__ = ["LightCurveEstimator"]


class LightCurveEstimator:
    """Estimates the flux of a source in intervals of time.

    A spectrum belongs to the interval in which all of its good time intervals lie. All points, of
    all times and energies, are solved together.

    Parameters
    ----------
    time_intervals : sequence of pairs of `~astropy.time.Time`, optional
        Start and stop of each; by default one interval for each spectrum.
    atol : `~astropy.units.Quantity` or str
        Times that differ by less are the same.
    **kwargs
        As for `FluxPointsEstimator`; ``energy_edges`` is by default None, which takes all bins of
        the first spectrum.

    Raises
    ------
    DataError
        If an argument is not usable.
    """

    tag = "LightCurveEstimator"

    def __init__(self, time_intervals: Any = None, atol: Any = "1e-6 s", **kwargs: Any) -> None:
        self.time_intervals = time_intervals
        self.atol = as_quantity(atol, "atol", u.s)
        if not 0 <= self.atol.value < np.inf:
            raise DataError(f"atol = {atol!r} must be a time of at least zero, e.g. '1e-6 s'")
        #: what is done in each interval
        self.points = FluxPointsEstimator(**{"energy_edges": None, **kwargs})

    def run(self, datasets: Any) -> FluxPoints:
        """Light curve from some spectra that know their good time intervals.

        Parameters
        ----------
        datasets : `Datasets`, or one dataset
            They are not changed.

        Returns
        -------
        `FluxPoints`
            Over energy and time. Intervals without data are there, with nan; see
            `FluxPointsEstimator.run`.

        Raises
        ------
        DataError
            If a spectrum does not know when it was taken, or intervals overlap.
        """
        spectra = checked_spectra(datasets)
        times, atol = RunTimes.of(spectra), self.atol.to_value("s")
        time_axis = times.axis(self.time_intervals, atol)
        energy_axis = point_axis(spectra[0].energy_axis, self.points.energy_edges)
        n_energy = energy_axis.nbin
        intervals = times.intervals(time_axis, atol)
        points = points_on_grid(points_of_bins(spectra, energy_axis), intervals, n_energy)
        estimates, model = self.points.estimates(spectra, points, n_energy * time_axis.nbin)
        axes = [energy_axis, time_axis]
        return flux_points(estimates, axes, model, self.points.settings, times.gti())
