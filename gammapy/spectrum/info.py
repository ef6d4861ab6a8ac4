"""What a spectrum holds, in numbers: the rows of the tables that users look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.spectrum.stack import safe_bins

if TYPE_CHECKING:
    from gammapy.spectrum.base import CountsSpectrum

__all__ = ["info", "livetime", "ontime"]

EPS = float(np.finfo(float).eps)


def info(dataset: CountsSpectrum, in_safe_data_range: bool = True) -> dict[str, Any]:
    """Numbers of a spectrum by name; what is not known, like a livetime, is NaN.

    Parameters
    ----------
    dataset : `CountsSpectrum`
    in_safe_data_range : bool
        Sum over safe bins, not over all.
    """
    keep = safe_bins(dataset) if in_safe_data_range else np.ones(dataset.energy_axis.nbin, bool)
    counts = 0.0 if dataset.counts is None else float(dataset.counts.values[keep].sum())
    measured = dataset.background_info(keep)
    for sums in {"background", "acceptance", "acceptance_off"} & measured.keys():
        measured[sums] = whole(measured[sums], int(keep.sum()))
    background = measured.pop("background")
    signal = float(dataset.npred_signal().values[keep].sum())
    expected = _or_nan(lambda: float(dataset.npred_background().values[keep].sum()))
    time = livetime(dataset)
    low, high = _exposure_range(dataset)
    return {
        "name": dataset.name,
        "counts": counts,
        "excess": counts - background,
        "sqrt_ts": measured.pop("sqrt_ts"),
        "background": background,
        "npred": signal + expected,
        "npred_background": expected,
        "npred_signal": signal,
        "exposure_min": low,
        "exposure_max": high,
        "livetime": time,
        "ontime": ontime(dataset),
        "counts_rate": counts / time,
        "background_rate": background / time,
        "excess_rate": (counts - background) / time,
        "n_bins": dataset.energy_axis.nbin,
        "n_fit_bins": int(dataset.mask.values.sum()),
        "stat_type": dataset.stat_type,
        "stat_sum": _or_nan(dataset.stat_sum),
        **measured,
    }


def whole(total: float, n: int) -> float:
    """A sum of n positive numbers, or the integer from which only rounding tells it apart.

    17 off counts at an exposure ratio of 1/12 shall not be 16.999999999999996 / 12. Adding rounds
    n times, making each number and dividing the sum thrice more, each by half of eps.
    """
    if not np.isfinite(total):
        return total
    nearest = float(round(total))
    return nearest if abs(total - nearest) <= 0.5 * (n + 3) * EPS * nearest else total


def _or_nan(number: Callable[[], float]) -> float:
    """NaN where data are missing for a number; asked for by itself it says what is."""
    try:
        return number()
    except DataError:
        return np.nan


def livetime(dataset: CountsSpectrum) -> u.Quantity:
    """Exposure time; NaN if it is not known."""
    return u.Quantity(dataset.meta.get("livetime") or np.nan, "s")


def ontime(dataset: CountsSpectrum) -> u.Quantity:
    """Sum of the good time intervals; NaN if there are none."""
    return u.Quantity(np.nan, "s") if dataset.gti is None else dataset.gti.time_sum


def _exposure_range(dataset: CountsSpectrum) -> tuple[u.Quantity, u.Quantity]:
    """Smallest exposure above zero, and largest."""
    if dataset.exposure is None:
        return u.Quantity(0, "cm2 s"), u.Quantity(0, "cm2 s")
    values = dataset.exposure.quantity
    seen = values[values > 0]
    return (seen.min(), seen.max()) if len(seen) else (0 * values.unit, 0 * values.unit)
