"""What a light curve or a phase curve is, once taken out of its table and checked.

The layouts are those of Gammalib: columns TIME and NORM with MJDREF (or MJDREFI and MJDREFF),
TIMEUNIT and TIMESYS in the header; columns PHASE and NORM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.moments import SCALES

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["LightCurve", "PhaseCurve", "light_curve_of", "phase_curve_of"]


class LightCurve(NamedTuple):
    """A factor at some times.

    Attributes
    ----------
    reference : `~astropy.time.Time`
    seconds : ndarray [n]
        Since the reference, ascending.
    norm : ndarray [n]
    """

    reference: Time
    seconds: np.ndarray
    norm: np.ndarray


class PhaseCurve(NamedTuple):
    """A factor at some phases.

    Attributes
    ----------
    phase : ndarray [n]
        From 0 to 1, ascending.
    norm : ndarray [n]
    """

    phase: np.ndarray
    norm: np.ndarray


def light_curve_of(table: Table, place: str = "table") -> LightCurve:
    """Light curve of a table whose ``meta`` is the header.

    Raises
    ------
    ModelError
        If a column or the reference time is missing, the times do not ascend, or a norm is
        negative or not finite.
    """
    header = {str(key).upper(): value for key, value in table.meta.items()}
    unit = str(header.get("TIMEUNIT") or "s").strip()
    seconds = _column(table, "TIME", place, unit)
    seconds = seconds + _number(header, "TIMEZERO", place, 0.0) * u.Unit(unit).to("s")
    norm = _column(table, "NORM", place)
    _check(seconds, norm, "TIME", place)
    return LightCurve(_reference(header, place), *map(_frozen, (seconds, norm)))


def phase_curve_of(table: Table, place: str = "table") -> PhaseCurve:
    """Phase curve of a table; raises as `light_curve_of`, and if a phase is outside of 0 to 1."""
    phase, norm = (_column(table, name, place) for name in ("PHASE", "NORM"))
    _check(phase, norm, "PHASE", place)
    if phase[0] < 0 or phase[-1] > 1:
        bad = phase[0] if phase[0] < 0 else phase[-1]
        raise ModelError(f"{place}: PHASE = {bad:g} must be between 0 and 1: fold it into there")
    return PhaseCurve(*map(_frozen, (phase, norm)))


def _reference(header: dict[str, Any], place: str) -> Time:
    if "MJDREFI" in header:
        days = [_number(header, "MJDREFI", place), _number(header, "MJDREFF", place, 0.0)]
    elif "MJDREF" in header:
        days = [_number(header, "MJDREF", place), 0.0]
    else:
        raise ModelError(
            f"{place} does not say what its times are relative to: set MJDREF, or MJDREFI and "
            "MJDREFF, in its header (or meta)"
        )
    scale = str(header.get("TIMESYS") or "TT").strip().lower()
    if scale not in SCALES:
        raise ModelError(
            f"{place}: TIMESYS = {scale.upper()!r} is not known: use one of "
            f"{', '.join(s.upper() for s in SCALES)}"
        )
    return Time(*days, format="mjd", scale=scale)


def _number(header: dict[str, Any], key: str, place: str, default: float | None = None) -> float:
    value = header.get(key, default)
    try:
        if not np.isfinite(number := float(value)):  # type: ignore[arg-type]
            raise ValueError
    except (TypeError, ValueError):
        raise ModelError(f"{place}: {key} = {value!r} must be a finite number") from None
    return number


def _column(table: Table, name: str, place: str, default: str = "") -> np.ndarray:
    """Numbers [n] of a column, times in s."""
    names = {column.upper(): column for column in reversed(table.colnames)}
    if name not in names:
        raise ModelError(f"{place} has no column {name}, only {', '.join(table.colnames)}")
    column = table[names[name]]
    if np.any(getattr(column, "mask", False)):
        raise ModelError(f"{place}: {name} has masked rows: remove them")
    try:
        factor = u.Unit(column.unit or default).to("s" if default else "")
        values = np.array(getattr(column, "value", column), dtype=float) * factor
    except (TypeError, ValueError, u.UnitsError) as error:
        text = " ".join(str(error).split())
        raise ModelError(
            f"{place}: {name} in {str(column.unit or default)!r} must be "
            f"{'times' if default else 'numbers without unit'} ({text})"
        ) from None
    return values.reshape(len(table), -1)[:, 0] if values.size == len(table) else values


def _check(nodes: np.ndarray, norm: np.ndarray, name: str, place: str) -> None:
    if nodes.ndim != 1 or norm.ndim != 1 or len(nodes) < 2:
        raise ModelError(f"{place}: {name} and NORM must be columns of numbers, of at least 2 rows")
    for title, values, rule in ((name, nodes, "finite"), ("NORM", norm, "finite, not negative")):
        good = np.isfinite(values) & ((values >= 0) | (title != "NORM"))
        if not good.all():
            i = np.flatnonzero(~good)[0]
            raise ModelError(
                f"{place}: {title}[{i}] = {values[i]:g} must be {rule}: remove or correct the row"
            )
    wrong = np.flatnonzero(nodes[1:] <= nodes[:-1])
    if len(wrong):
        i = wrong[0] + 1
        raise ModelError(
            f"{place}: {name}[{i}] = {nodes[i]:.10g} comes after {nodes[i - 1]:.10g}: sort the "
            "rows, and remove those that come twice"
        )


def _frozen(values: np.ndarray) -> np.ndarray:
    values = np.array(values)
    values.flags.writeable = False
    return values
