"""Norms of all flux points in one batch, and what could not be had with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.norm import Outcome, best_norm, norm_limit
from gammapy.estimators.segments import Segments
from gammapy.estimators.settings import NormSettings
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.modeling.models.sky import SkyModel
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["Estimates", "batched_estimates", "flux_points"]

#: rounding of a statistic that must not make a TS negative
ROUNDING = 1e-6


@dataclass(frozen=True)
class Estimates:
    """Numbers of flux points.

    Attributes
    ----------
    values : dict of ndarray [n_points] or [n_points, n_more]
        By the names that `FluxPoints` knows; nan where there is no number.
    reasons : list of (int, str, str)
        Point, name and sentence for each number that there is not.
    """

    values: dict[str, np.ndarray]
    reasons: list[tuple[int, str, str]]


def batched_estimates(segments: Segments, settings: NormSettings) -> Estimates:
    """Everything that is asked for, the other models standing still."""
    problem = segments.problem
    best = best_norm(problem)
    ones = np.ones(problem.n_segments)
    null = np.where(np.isfinite(best.norm), problem(settings.null_value * ones).value, np.nan)
    values = {"norm": best.norm, "norm_err": best.err, "stat": best.stat, "stat_null": null}
    outcomes = {"norm_err": best.outcome}
    if "errn-errp" in settings.selection:
        for name, side in (("norm_errn", -1), ("norm_errp", 1)):
            limit, outcomes[name] = norm_limit(problem, best, settings.n_sigma, side)
            values[name] = side * (limit - best.norm)
    if "ul" in settings.selection:
        values["norm_ul"], outcomes["norm_ul"] = norm_limit(problem, best, settings.n_sigma_ul, 1)
    if "scan" in settings.selection:
        scan = problem.scan(settings.scan_values)
        values["stat_scan"] = np.where(np.isfinite(best.norm)[:, None], scan, np.nan)
    reasons = [
        (int(i), name, Outcome(outcome[i]).sentence)
        for name, outcome in outcomes.items()
        for i in np.flatnonzero(outcome != Outcome.FOUND)
    ]
    return completed(values, segments, _merged(reasons, best.norm))


def completed(
    values: dict[str, np.ndarray], segments: Segments, reasons: list[tuple[int, str, str]]
) -> Estimates:
    """Estimates with what follows from norms and statistics."""
    ts = values["stat_null"] - values["stat"]
    values["ts"] = np.where((ts < 0) & (ts > -ROUNDING), 0.0, ts)
    values["success"] = np.isfinite(values["norm"])
    values |= segments.predictions(values["norm"])
    return Estimates(values, reasons)


def _merged(reasons: list[tuple[int, str, str]], norm: np.ndarray) -> list[tuple[int, str, str]]:
    """One reason for a point without norm, in the place of one for each of its numbers."""
    missing = ~np.isfinite(norm)
    kept = [(i, "norm" if missing[i] else name, why) for i, name, why in reasons]
    return list(dict.fromkeys(kept))


def flux_points(
    estimates: Estimates, axes: Sequence[Any], model: SkyModel, settings: NormSettings, gti: Any
) -> FluxPoints:
    """Flux points on axes of energy, and perhaps time or that of a profile.

    ``meta["reasons"]`` has a line for each number that there is not.
    """
    more = {"stat_scan": MapAxis.from_nodes(settings.scan_values, name="norm")}
    n_datasets = estimates.values["counts"].shape[1]
    datasets = MapAxis.from_nodes(np.arange(n_datasets), name="dataset")
    maps = {}
    for name, array in estimates.values.items():
        first = [] if array.ndim == 1 else [more.get(name, datasets)]
        maps[name] = RegionNDMap(RegionGeom([*first, *axes]), array)
    meta = {
        "n_sigma": settings.n_sigma,
        "n_sigma_ul": settings.n_sigma_ul,
        "sed_type_init": "likelihood",
    }
    if estimates.reasons:
        meta["reasons"] = [_line(reason, axes) for reason in estimates.reasons]
    return FluxPoints(maps, reference_model=model, meta=meta, gti=gti)


def _line(reason: tuple[int, str, str], axes: Sequence[Any]) -> str:
    point, name, why = reason
    energy = axes[0]
    low, high = energy.internal_edges[point % energy.nbin :][:2]
    where = _place(axes[1], point // energy.nbin) if len(axes) > 1 else ""
    return f"{name} at {low:.4g} to {high:.4g} TeV{where}: {why}"


def _place(axis: Any, i: int) -> str:
    """A bin of the other axis in words."""
    if not isinstance(axis, MapAxis):
        return f" in interval {i}"
    low, high = axis.edges.value[i : i + 2]
    unit = f" {axis.unit}" if axis.unit != u.dimensionless_unscaled else ""
    return f" in {axis.name} {low:.4g} to {high:.4g}{unit}"
