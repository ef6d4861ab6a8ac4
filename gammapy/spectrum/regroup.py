"""Some bins of a spectrum, or fewer and wider ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnknownNameError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.spectrum.slicing import sliced_axis
from gammapy.spectrum.stack import masked_kernel, safe_bins, safe_sums
from gammapy.units import as_quantity

if TYPE_CHECKING:
    from gammapy.spectrum.base import CountsSpectrum

__all__ = ["bins_between", "joined_bins", "sliced"]


def bins_between(dataset: CountsSpectrum, energy_min: Any, energy_max: Any) -> slice | None:
    """Bins of an energy range whose ends are moved to the nearest edges; None if there is none.

    Raises
    ------
    DataError
        If the range is empty.
    """
    axis = dataset.energy_axis
    low, high = axis.edges[[0, -1]]
    if energy_min is not None:
        low = as_quantity(energy_min, "energy_min", u.TeV)
    if energy_max is not None:
        high = as_quantity(energy_max, "energy_max", u.TeV)
    if not 0 <= low < high:
        raise DataError(
            f"{dataset.name}: energies from {low:g} to {high:g}: the maximum must be above the "
            "minimum"
        )
    ends = _nearest_edges(axis, u.Quantity([low, high]))
    return slice(ends[0], ends[1]) if ends[0] < ends[1] else None


def _nearest_edges(axis: MapAxis, energy: u.Quantity) -> list[int]:
    """Edge that is nearest in the logarithm, for each energy."""
    with np.errstate(divide="ignore", invalid="ignore"):  # an axis may start at 0
        edges = np.log(axis.edges.value)
        wanted = np.clip(np.log(energy.to_value(axis.unit)), edges[0], edges[-1])
        distance = np.abs(edges - wanted[:, None])
    return np.nanargmin(np.where(np.isnan(distance), 0.0, distance), axis=1).tolist()


def sliced(dataset: CountsSpectrum, slices: dict[str, slice], name: str | None) -> CountsSpectrum:
    """Spectrum of some consecutive bins, without models.

    Raises
    ------
    UnknownNameError
        If an axis is not "energy".
    DataError
        If no bin is chosen, or not consecutive ones.
    """
    unknown = [axis for axis in slices if axis != "energy"]
    if unknown:
        raise UnknownNameError(f"{dataset.name}: no axis {unknown[0]!r} to slice, only 'energy'")
    chosen = slices.get("energy", slice(None))
    part = sliced_axis(dataset.energy_axis, chosen)
    geom = RegionGeom([part], dataset.geom.region)
    maps = {
        slot: RegionNDMap(geom, value.values[chosen], value.unit)
        for slot, value in dataset.maps.items()
        if value.geom.axes.names == ["energy"]
    }
    kernel = dataset.edisp
    if kernel is not None:
        kernel = EDispKernel([kernel.axes["energy_true"], part], kernel.data[:, chosen])
    return _like(dataset, maps, kernel, name)


def joined_bins(dataset: CountsSpectrum, energy_axis: MapAxis, name: str | None) -> CountsSpectrum:
    """Spectrum on wider bins, whose edges are the nearest of those there are, without models.

    Raises
    ------
    DataError
        If two edges of the wider bins fall together.
    """
    if not isinstance(energy_axis, MapAxis):
        raise DataError(f"{dataset.name}: energy_axis = {energy_axis!r} is not a MapAxis")
    axis = dataset.energy_axis
    ends = np.array(_nearest_edges(axis, energy_axis.edges))
    narrow = np.flatnonzero(np.diff(ends) == 0)
    if len(narrow):
        low, high = energy_axis.edges[narrow[0]], energy_axis.edges[narrow[0] + 1]
        raise DataError(
            f"{dataset.name}: the new bin from {low:g} to {high:g} holds none of {axis!r}: bins "
            "can only be joined"
        )
    part = MapAxis(axis.edges[ends], interp=axis.interp, name="energy")
    geom = RegionGeom([part], dataset.geom.region)

    def joined(values: np.ndarray) -> np.ndarray:
        parts = np.add.reduceat(values[..., : ends[-1]], ends[:-1], axis=-1)
        return np.asarray(parts)

    sums = {slot: joined(values) for slot, values in safe_sums(dataset).items()}
    maps = {slot: RegionNDMap(geom, data) for slot, data in dataset.from_sums(sums).items()}
    for slot, mask in (("mask_safe", safe_bins(dataset)), ("mask_fit", dataset.mask.values)):
        if getattr(dataset, slot) is not None:
            maps[slot] = RegionNDMap(geom, joined(mask.astype(int)) > 0)
    kernel = masked_kernel(dataset)
    if kernel is not None:
        kernel = EDispKernel([kernel.axes["energy_true"], part], joined(kernel.data))
    return _like(dataset, maps, kernel, name)


def _like(
    dataset: CountsSpectrum, maps: dict[str, RegionNDMap], kernel: Any, name: str | None
) -> Any:
    """Spectrum of the same observation with other bins."""
    kind: Any = type(dataset)
    return kind(
        **maps,
        exposure=dataset.exposure,
        edisp=kernel,
        gti=dataset.gti,
        meta=dataset.meta,
        name=name,
    )
