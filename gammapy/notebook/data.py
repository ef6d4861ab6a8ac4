"""Datasets, flux points, times and results as HTML tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.data.gti import GTI
from gammapy.modeling.fit.result import FitResult
from gammapy.notebook.html_table import heading, measured, number, pairs, table, text, unit
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.flux_points.sed_types import SUFFIXES

__all__ = ["dataset", "datasets", "fit_result", "flux_points", "good_times"]


def dataset(one: Any) -> str:
    """What is in a dataset: counts, rates, times, models."""
    rows = [(key, _cell(value)) for key, value in one.info_dict().items() if key != "name"]
    rows = [(key.replace("_", " "), cell) for key, cell in rows if cell]
    names = ", ".join(one.models.names) or "none"
    return heading(type(one).__name__, one.name) + pairs([*rows, ("models", text(names))])


def datasets(several: Iterable[Any]) -> str:
    """One row per dataset."""
    infos = [d.info_dict() for d in several]
    if not infos:
        return heading("Datasets") + "<p>none</p>"
    columns = list(dict.fromkeys(name for info in infos for name in info))
    rows = [[_cell(info.get(name)) for name in columns] for info in infos]
    return heading("Datasets") + table([name.replace("_", " ") for name in columns], rows)


def _cell(value: Any) -> str:
    return "" if value is None else number(value, 4)


def fit_result(result: FitResult) -> str:
    """How the fit ended, and the values with their errors."""
    facts = pairs((name, text(value)) for name, value in result.summary())
    n = len(result.names)
    errn, errp = (np.full(n, np.nan) if e is None else e for e in (result.errn, result.errp))
    rows = [
        [f"<code>{text(name)}</code>", measured(*numbers), unit(own)]
        for name, own, *numbers in zip(
            result.names, result.units, result.values, result.errors, errn, errp, strict=True
        )
    ]
    return heading("FitResult") + facts + (table(("name", "value", "unit"), rows) if n else "")


def good_times(gti: GTI) -> str:
    """Table of the intervals."""
    if not len(gti):
        return heading("GTI") + "<p>no intervals</p>"
    total = f"<p>{len(gti)} intervals, {number(gti.time_sum.to('h'), 4)} in all, times in TT</p>"
    lengths = gti.time_delta.to("s")
    rows = [
        [_iso(start), _iso(stop), number(length)]
        for start, stop, length in zip(gti.time_start, gti.time_stop, lengths, strict=True)
    ]
    return heading("GTI") + total + table(("start", "stop", "length"), rows)


def _iso(time: Time) -> str:
    return text(Time(time, precision=1).iso)


# -- flux points --------------------------------------------------------------------------


def flux_points(points: FluxPoints) -> str:
    """One row per point: times, energies, dN/dE with error or upper limit, significance."""
    there = points.available_quantities
    columns = {
        s: points.flux_map("dnde", s).data[..., 0, 0] for s in SUFFIXES if f"norm{s}" in there
    }
    limit = points.is_ul.data[..., 0, 0]
    root = points.sqrt_ts.data[..., 0, 0] if points.has_any_ts else np.full(limit.shape, np.nan)
    own = points.dnde.unit
    rows = []
    for index in np.ndindex(limit.shape):
        cells = {s: float(column[index]) for s, column in columns.items()}
        flux = _flux(cells, bool(limit[index]))
        rows.append([*_where(points, index), flux, number(float(root[index]), 3)])
    first = "start" if points.profile_axis is None else text(points.profile_axis.name)
    header = (first, "energy", f"dN/dE [{u.Unit(own).to_string('unicode', fraction=False)}]")
    kind = f"reference: {type(points.reference_spectral_model).__name__}"
    return heading("FluxPoints") + f"<p>{text(kind)}</p>" + table((*header, "√TS"), rows)


def _flux(cells: dict[str, float], limit: bool) -> str:
    bound = cells.get("_ul", np.nan)
    if limit and np.isfinite(bound):
        return f"&lt; {number(bound, 3)}"
    if not np.isfinite(cells[""]):
        return "not known"
    errors = (cells.get(s, np.nan) for s in ("_errn", "_errp"))
    return measured(cells[""], cells.get("_err", 0.0), *errors)


def _where(points: FluxPoints, index: tuple[int, ...]) -> list[str]:
    """Cells of the time or place, if there is one, and of the energy of a point."""
    axis, profile, i = points.time_axis, points.profile_axis, index[-1]
    start = "" if axis is None else _iso(axis.time_min[index[0]])
    if profile is not None:
        low, high = profile.edges.value[index[0] : index[0] + 2].tolist()
        start = f"{number(low, 3)} – {number(high, 3)} {unit(profile.unit)}".strip()
    low = high = points.energy_ref
    if points.energy_bins is not None:
        low, high = points.energy_bins
    if np.nanmax(high.value) >= 1e7:  # keV of a FITS file: long numbers
        low, high = low.to(u.TeV), high.to(u.TeV)
    ends = dict.fromkeys(number(float(edge[i].to_value(low.unit)), 3) for edge in (low, high))
    return [start, f"{' – '.join(ends)} {unit(low.unit)}"]
