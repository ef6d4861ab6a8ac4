"""FluxProfileEstimator: the flux of a source along an axis, and in bins of energy."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.estimators.bins import point_axis, points_of_bins, points_on_grid
from gammapy.estimators.estimates import flux_points
from gammapy.estimators.points import FluxPointsEstimator, joint_gti
from gammapy.estimators.segments import checked_spectra
from gammapy.maps.axis import MapAxis
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.slicing import check_profile_axis

__all__ = ["FluxProfileEstimator"]


class FluxProfileEstimator:
    """Estimates the flux of a source along an axis: distance, phase, zenith angle...

    Each bin of the axis has its own spectra, for example those of its regions. In each, and in
    each bin of energy, the spectrum of the source is multiplied by a norm, which is fitted. All
    points are solved together.

    Parameters
    ----------
    profile_axis : `MapAxis`
        Any name but those that flux points use, and any unit.
    dataset_names : sequence
        For each bin the name of its spectrum, or a sequence of names; an empty one leaves the bin
        without data.
    **kwargs
        As for `FluxPointsEstimator`; ``energy_edges`` is by default None, which takes all bins of
        the first spectrum that stands in a bin.

    Raises
    ------
    DataError
        If the axis cannot be that of a profile, there is not one group of names for each bin,
        a name is given twice, or there is none.
    """

    tag = "FluxProfileEstimator"

    def __init__(self, profile_axis: MapAxis, dataset_names: Any, **kwargs: Any) -> None:
        check_profile_axis(profile_axis)
        self.profile_axis = profile_axis
        self.dataset_names = _groups(dataset_names, profile_axis)
        #: what is done in each bin
        self.points = FluxPointsEstimator(**{"energy_edges": None, **kwargs})

    def run(self, datasets: Any) -> FluxPoints:
        """Profile from some spectra with models.

        Parameters
        ----------
        datasets : `Datasets`, or one dataset
            They are not changed. Those whose name no bin has are left out with a warning.

        Returns
        -------
        `FluxPoints`
            Over energy and the axis of the profile. Bins without data are there, with nan; see
            `FluxPointsEstimator.run`.

        Raises
        ------
        UnknownNameError
            If a name belongs to no spectrum.
        DataError
            If two spectra have the same name.
        """
        spectra = checked_spectra(datasets)
        places = self._places(spectra)
        used = [spectrum for spectrum, i in zip(spectra, places, strict=True) if i >= 0]
        energy_axis = point_axis(used[0].energy_axis, self.points.energy_edges)
        n_energy = energy_axis.nbin
        # those left out keep their place among the counts, but need not fit the energies
        known = zip((one.name for one in used), points_of_bins(used, energy_axis), strict=True)
        energies = {one.name: np.full(one.energy_axis.nbin, -1) for one in spectra} | dict(known)
        points = points_on_grid(list(energies.values()), places, n_energy)
        n_points = n_energy * self.profile_axis.nbin
        estimates, model = self.points.estimates(spectra, points, n_points)
        axes = [energy_axis, self.profile_axis]
        return flux_points(estimates, axes, model, self.points.settings, joint_gti(used))

    def _places(self, spectra: Sequence[CountsSpectrum]) -> np.ndarray:
        """Bin [n] of the profile that each spectrum stands in; -1, with a warning, for none."""
        names = [spectrum.name for spectrum in spectra]
        doubles = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if doubles:
            raise DataError(f"two spectra have the name {doubles[0]!r}: give each its own name")
        bins = {name: i for i, group in enumerate(self.dataset_names) for name in group}
        unknown = [name for name in bins if name not in names]
        if unknown:
            raise UnknownNameError(
                f"dataset_names[{bins[unknown[0]]}] has {unknown[0]!r}, which is no spectrum: "
                f"choose from {names}"
            )
        left = [name for name in names if name not in bins]
        if left:
            warnings.warn(
                f"{len(left)} of {len(names)} spectra, the first {left[0]!r}, stand in no bin of "
                "the profile and are left out",
                GammapyWarning,
                stacklevel=3,
            )
        return np.array([bins.get(name, -1) for name in names])


def _groups(dataset_names: Any, axis: MapAxis) -> tuple[tuple[str, ...], ...]:
    """Names of the spectra of each bin."""
    listed = [] if isinstance(dataset_names, str) else _listed(dataset_names)
    groups = [(group,) if isinstance(group, str) else tuple(_listed(group)) for group in listed]
    if len(groups) != axis.nbin:
        raise DataError(
            f"dataset_names = {dataset_names!r} has {len(groups)} groups of names, but {axis!r} "
            f"needs {axis.nbin}: give a name, or a list of names, for each bin"
        )
    seen: dict[str, int] = {}
    for i, group in enumerate(groups):
        for name in group:
            if not isinstance(name, str):
                raise DataError(f"dataset_names[{i}] has {name!r}, which is no name: give texts")
            if name in seen:
                raise DataError(
                    f"dataset_names has {name!r} in bin {seen[name]} and in bin {i}: a spectrum "
                    "may stand in only one bin, once"
                )
            seen[name] = i
    if not seen:
        raise DataError("dataset_names has no name at all: at least one bin needs a spectrum")
    return tuple(groups)


def _listed(names: Any) -> list[Any]:
    try:
        return list(names)
    except TypeError:
        raise DataError(
            f"dataset_names has {names!r}: a name, or a list of names, is needed for each bin"
        ) from None
