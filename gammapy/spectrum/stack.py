"""Joining spectra, and joining bins of a spectrum: what adds up, and what follows from the sums.

Only safe bins enter. Counts add up. What is predicted for the joined data is the sum of what is
predicted for the parts: exposures add up, and the energy dispersion is their mean weighted by
exposure, in which a bin that is not safe in a part gets nothing from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.data.gti import GTI
from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap

if TYPE_CHECKING:
    from gammapy.spectrum.base import CountsSpectrum

__all__ = ["masked_kernel", "pooled_acceptance_off", "safe_bins", "safe_sums", "stack", "unexposed"]

#: missing means zero; other numbers must be there in both spectra or in none
_ZERO_IF_MISSING = {"background"}


def safe_bins(dataset: CountsSpectrum) -> np.ndarray:
    """True in the safe bins [n]."""
    mask = dataset.mask_safe
    return np.ones(dataset.energy_axis.nbin, dtype=bool) if mask is None else mask.values


def safe_sums(dataset: CountsSpectrum) -> dict[str, np.ndarray]:
    """Numbers of each bin [n] that add up, zero in bins that are not safe."""
    safe = safe_bins(dataset)
    return {name: np.where(safe, data, 0.0) for name, data in dataset.additive_bins().items()}


def masked_kernel(dataset: CountsSpectrum) -> EDispKernel | None:
    """Energy dispersion into safe bins only; None if all are safe and energies are perfect."""
    safe = safe_bins(dataset)
    if dataset.exposure is None or (dataset.edisp is None and safe.all()):
        return dataset.edisp
    kernel = _kernel(dataset)
    return EDispKernel(list(kernel.axes), kernel.data * safe)


def _kernel(dataset: CountsSpectrum) -> EDispKernel:
    if dataset.edisp is not None:
        return dataset.edisp
    true = dataset.exposure.geom.axes[0]
    return EDispKernel.from_diagonal_response(true, dataset.energy_axis)


def stack(first: CountsSpectrum, other: CountsSpectrum) -> None:
    """Add the safe bins of another spectrum of the same kind, in place.

    Raises
    ------
    DataError
        If kinds or axes differ, or one has data that the other lacks.
    """
    _check_alike(first, other)
    geom = first.geom
    ours, theirs = safe_sums(first), safe_sums(other)
    none = np.zeros(first.energy_axis.nbin)
    sums = {k: ours.get(k, none) + theirs.get(k, none) for k in [*ours, *theirs]}
    kernel, exposure = _joined_response(first, other)
    fit = _joined_mask_fit(first, other)
    safe = safe_bins(first) | safe_bins(other)
    no_mask = first.mask_safe is None and other.mask_safe is None
    gti, meta = _joined_gti(first, other), _joined_meta(first, other)
    for slot, data in first.from_sums(sums).items():
        setattr(first, slot, RegionNDMap(geom, data))
    first.exposure, first.edisp = exposure, kernel
    first.mask_safe = None if no_mask else RegionNDMap(geom, safe)
    first.mask_fit = None if fit is None else RegionNDMap(geom, fit)
    first.gti, first.meta = gti, meta


def _check_alike(first: CountsSpectrum, other: CountsSpectrum) -> None:
    if type(first) is not type(other):
        raise DataError(
            f"{other.name} ({type(other).__name__}) cannot be stacked on {first.name} "
            f"({type(first).__name__}): convert it with to_spectrum_dataset or "
            "from_spectrum_dataset"
        )
    for name, axis in first.axes.items():
        if name in other.axes and not axis.is_allclose(other.axes[name], rtol=1e-5):
            raise DataError(
                f"{other.name} has the axis {other.axes[name]!r} and {first.name} has {axis!r}: "
                "spectra can only be stacked on the same energies, fit them together instead"
            )
    there = [
        {k for k in (*d.additive_bins(), "exposure") if getattr(d, k) is not None}
        for d in (first, other)
    ]
    lacking = sorted((there[0] ^ there[1]) - _ZERO_IF_MISSING)
    if lacking:
        poor = other if lacking[0] in there[0] else first
        raise DataError(f"{poor.name} has no {lacking[0]}, so it cannot be stacked: set it")


def _joined_response(
    first: CountsSpectrum, other: CountsSpectrum
) -> tuple[EDispKernel | None, RegionNDMap | None]:
    if first.exposure is None:
        return first.edisp, None
    unit = first.exposure.unit
    parts = [d.exposure.quantity.to_value(unit)[:, 0, 0] for d in (first, other)]
    total = parts[0] + parts[1]
    exposure = RegionNDMap(first.exposure.geom, total, unit)
    kernels = [masked_kernel(d) for d in (first, other)]
    if kernels[0] is None and kernels[1] is None:
        return None, exposure
    filled = [_kernel(d) if k is None else k for d, k in zip((first, other), kernels, strict=True)]
    weights = [e / np.where(total > 0, total, 1.0) for e in parts]
    data = sum(w[:, None] * k.data for w, k in zip(weights, filled, strict=True))
    return EDispKernel(list(filled[0].axes), data), exposure


def _joined_mask_fit(first: CountsSpectrum, other: CountsSpectrum) -> np.ndarray | None:
    """Bins that are wanted in a part that sees them; None if no part has a mask."""
    if first.mask_fit is None and other.mask_fit is None:
        return None
    return first.mask.values | other.mask.values


def _joined_gti(first: CountsSpectrum, other: CountsSpectrum) -> GTI | None:
    """Time in which one or the other was taken; None if it is not known of both."""
    if first.gti is None or other.gti is None:
        return None
    return GTI.from_stack([first.gti, other.gti]).union()


def _joined_meta(first: CountsSpectrum, other: CountsSpectrum) -> dict[str, Any]:
    """Livetimes add up; other entries are kept where both agree."""
    texts = [{k: v for k, v in d.meta.items() if isinstance(v, str)} for d in (first, other)]
    exposed = [text for text, d in zip(texts, (first, other), strict=True) if _is_exposed(d)]
    common = exposed or texts
    meta: dict[str, Any] = {k: v for k, v in common[0].items() if common[-1].get(k) == v}
    for key in ("livetime", "livetime_off"):
        parts = [d.meta.get(key, None if _is_exposed(d) else 0.0) for d in (first, other)]
        if all(part is not None for part in parts) and any(key in d.meta for d in (first, other)):
            meta[key] = sum(float(u.Quantity(part, "s").value) for part in parts)
    return meta


def _is_exposed(dataset: CountsSpectrum) -> bool:
    """False for an empty dataset, which others are stacked on."""
    return dataset.exposure is not None and bool(np.any(dataset.exposure.data > 0))


def unexposed(geom: RegionGeom, true: MapAxis | None, reference_time: Any) -> dict[str, Any]:
    """What the empty datasets of all kinds have: no exposure, no safe bin, no time."""
    energy = geom.axes["energy"]
    true = true or MapAxis(energy.edges, energy.interp, "energy_true")
    return {
        "exposure": RegionNDMap(RegionGeom([true], geom.region), unit="cm2 s"),
        "mask_safe": RegionNDMap(geom, False),
        "gti": GTI.create([] * u.s, [] * u.s, reference_time),
    }


def pooled_acceptance_off(
    acceptance: np.ndarray, acceptance_off: np.ndarray, off: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Off acceptance of joined bins, for which alpha times off counts is the joined background.

    A bin without off counts gets the mean alpha of all bins, total background over total off
    counts; if no bin has any, the off acceptances add up.

    Parameters
    ----------
    acceptance, acceptance_off, off, background : ndarray [n]
        Sums over the parts: acceptances of both regions, off counts, and alpha times off counts.
    """
    if not background.sum() > 0:
        return acceptance_off
    mean = background.sum() / off.sum()
    measured = (off > 0) & (background > 0)
    alpha = np.where(measured, background / np.where(measured, off, 1.0), mean)
    return acceptance / alpha
