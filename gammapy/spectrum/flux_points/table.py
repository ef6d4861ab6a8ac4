"""Flux points from a table: one row per energy (GADF), or wide, with all energies in a cell.

A wide table has a row per time, or per bin of the axis of a profile.

Whatever type of flux a table states becomes a norm. What is not understood is kept under its name
if it is a number per point, and otherwise a warning says so.
"""

from __future__ import annotations

import warnings
from typing import Any

import astropy.units as u
import numpy as np
from astropy.table import Table

from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.spectrum.flux_points.axes import (
    Energies,
    read_energies,
    read_profile,
    read_times,
    row_of_energies,
)
from gammapy.spectrum.flux_points.columns import Columns
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.flux_points.sed_types import (
    SED_TYPES,
    SUFFIXES,
    SedReference,
    as_sky_model,
    checked_sed_type,
)

__all__ = ["from_table"]

#: columns of which each layout needs one group, in the order in which they are looked for
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "lightcurve": (("time_min", "time_max"),),
    "profile": (("x_min", "x_max"), ("x_ref",)),
    "gadf-sed": ((),),
}
#: what they are read by
_OTHER_AXES = {"lightcurve": read_times, "profile": read_profile}
_SCANS = ("stat_scan", "norm_scan")
#: said anew when a table is written, so they do not stay among the rest of the header
_TOLD = ("SED_TYPE", "EXTNAME", "X_NAME", "X_INTERP")


def from_table(
    table: Table,
    sed_type: str | None = None,
    format: str | None = None,
    reference_model: Any = None,
    gti: Any = None,
) -> FluxPoints:
    """Flux points from a table; see `FluxPoints.read`.

    Raises
    ------
    DataError
        If energies or fluxes are missing, energies do not ascend, or a unit does not convert.
    UnknownNameError
        If ``sed_type`` or ``format`` is not known.
    """
    columns = Columns(table)
    reader = _OTHER_AXES.get(_layout(columns, format))
    wide = reader is not None
    axes: list[Any] = [reader(columns, table.meta)] if reader else []
    energies = read_energies(columns, wide)
    geom = RegionGeom([energies.axis, *axes])
    kind = _sed_type(columns, table.meta, sed_type)
    stated = _stated(columns, energies, wide)
    model = _model(reference_model, stated, energies.axis, kind)
    reference = stated if reference_model is None else None
    maps = _bins(energies, geom)
    maps |= _norms(columns, geom, reference or _reference(model, energies), kind)
    maps |= _scans(columns, geom, kind, reference is not None or reference_model is not None)
    maps |= _others(columns, geom)
    columns.report()
    meta = {key: value for key, value in table.meta.items() if key not in _TOLD}
    if "N_SIGMA" in meta:
        meta["n_sigma"] = meta.pop("N_SIGMA")
    points = FluxPoints(maps, model, {**meta, "sed_type_init": kind}, gti)
    return points.with_reference(reference)


def _layout(columns: Columns, format: str | None) -> str:
    """What was asked for, or what the columns tell."""
    if format not in (None, *_NEEDED):
        raise UnknownNameError(f"format = {format!r} is not known: choose one of {list(_NEEDED)}")
    names = set(columns.names)
    fits = [key for key, groups in _NEEDED.items() if any(names.issuperset(g) for g in groups)]
    if format is not None and format not in fits:
        needed = ", or ".join(" and ".join(group) for group in _NEEDED[format])
        raise DataError(f"the format {format!r} needs columns {needed}, not {columns.names}")
    return format or fits[0]


def _sed_type(columns: Columns, meta: dict[str, Any], asked: str | None) -> str:
    """What was asked for, what the header says, or the only type that is there."""
    stated = next((meta[key] for key in ("SED_TYPE", "sed_type") if key in meta), None)
    kind = asked or stated
    if kind is None:
        found = [name for name in ("norm", *SED_TYPES) if name in columns]
        if len(found) != 1:
            raise DataError(
                f"the table holds the fluxes {found} among {columns.names}: tell which to take by "
                "sed_type='dnde'"
            )
        kind = "likelihood" if found == ["norm"] else found[0]
    name = "norm" if checked_sed_type(kind) == "likelihood" else kind
    if name not in columns:
        raise DataError(
            f"sed_type = {kind!r} needs a column {name}: there are only {columns.names}"
        )
    return kind


# -- reference ----------------------------------------------------------------------------


def _stated(columns: Columns, energies: Energies, wide: bool) -> SedReference | None:
    """Reference values that the table states."""
    if "ref_dnde" not in columns:
        return None
    found = {
        name: row_of_energies(columns.quantity(f"ref_{name}", unit), f"ref_{name}", wide)
        for name, unit in SED_TYPES.items()
        if f"ref_{name}" in columns
    }
    centre = energies.axis.center
    dnde = found["dnde"]
    if not np.all(np.isfinite(dnde.value) & (dnde.value > 0)):
        raise DataError(
            f"ref_dnde = {np.array2string(dnde.value, threshold=8)} must be positive numbers: "
            "pass a reference_model instead, and leave the column out"
        )
    return SedReference.of_values(centre, dnde, found.get("flux"), found.get("eflux"))


def _model(given: Any, stated: SedReference | None, axis: MapAxis, kind: str) -> SkyModel:
    """Reference model: what is given, one through the stated values, or the default."""
    if given is None and stated is None and kind == "likelihood":
        raise DataError("norms are factors on ref_dnde, which is missing: pass a reference_model")
    if given is not None or stated is None or stated.dnde is None:
        model = as_sky_model(given)
        _compare(model, stated, axis, kind)
        return model
    if axis.nbin == 1:
        return as_sky_model(
            PowerLawSpectralModel(index=2, amplitude=stated.dnde[0], reference=axis.center[0])
        )
    return as_sky_model(TemplateSpectralModel(axis.center, stated.dnde))


def _compare(model: SkyModel, stated: SedReference | None, axis: MapAxis, kind: str) -> None:
    """Warn if norms are put on another reference than they were made with."""
    if stated is None or stated.dnde is None or kind != "likelihood":
        return
    ratio = (model.spectral_model(axis.center) / stated.dnde).to_value("")
    if not np.allclose(ratio, 1, rtol=1e-3):
        warnings.warn(
            f"the norms were made with a ref_dnde that the reference_model changes by factors of "
            f"{ratio.min():.4g} to {ratio.max():.4g}: so do all fluxes; pass no reference_model "
            "to keep them",
            GammapyWarning,
            stacklevel=5,
        )


def _reference(model: SkyModel, energies: Energies) -> SedReference:
    return SedReference.of_model(model.spectral_model, energies.axis.center, energies.bins)


# -- maps ---------------------------------------------------------------------------------


def _bins(energies: Energies, geom: RegionGeom) -> dict[str, RegionNDMap]:
    """Bins that the axis cannot hold, because they do not touch."""
    if not energies.apart or energies.bins is None:
        return {}
    maps = {}
    for name, edges in zip(("e_min", "e_max"), energies.bins, strict=True):
        values = np.broadcast_to(edges.value[:, None, None], geom.data_shape)
        maps[name] = RegionNDMap(geom, values, edges.unit)
    return maps


def _norms(
    columns: Columns, geom: RegionGeom, reference: SedReference, kind: str
) -> dict[str, RegionNDMap]:
    """Norms from the columns of a type; what only another type has comes from there."""
    maps: dict[str, RegionNDMap] = {}
    first = "norm" if kind == "likelihood" else kind
    for sed_type in (first, *(other for other in ("norm", *SED_TYPES) if other != first)):
        _bounds_as_errors(columns, geom, reference, sed_type, maps)
        for suffix in SUFFIXES:
            name = sed_type + suffix
            if name not in columns.left:
                continue
            if f"norm{suffix}" in maps:
                columns.drop(name)
                continue
            maps[f"norm{suffix}"] = _norm(columns, name, geom, reference, sed_type)
    return maps


def _norm(
    columns: Columns, name: str, geom: RegionGeom, reference: SedReference, sed_type: str
) -> RegionNDMap:
    if sed_type == "norm":
        values = columns.quantity(name, u.Unit(""), u.Unit("")).to_value("")
        return RegionNDMap(geom, values)
    scale = reference.value(sed_type)
    if np.any(~np.isfinite(scale)):
        raise DataError(
            f"{name} is an integral over energy bins, and e_min or e_max is nan for flux point "
            f"{np.flatnonzero(~np.isfinite(scale))[0]}: leave that row out, or use dnde"
        )
    flux = columns.quantity(name, SED_TYPES[sed_type]).to_value(scale.unit)
    return RegionNDMap(geom, RegionNDMap(geom, flux).data / scale.value[:, None, None])


def _bounds_as_errors(
    columns: Columns,
    geom: RegionGeom,
    reference: SedReference,
    sed_type: str,
    maps: dict[str, RegionNDMap],
) -> None:
    """The ends of error bars, ``dnde_min`` and ``dnde_max`` of old files, as errors."""
    ends = (f"{sed_type}_min", f"{sed_type}_max")
    if sed_type not in columns or not all(end in columns.left for end in ends):
        return
    low, high = (_norm(columns, end, geom, reference, sed_type).data for end in ends)
    value = _norm(columns, sed_type, geom, reference, sed_type).data
    maps.setdefault("norm", RegionNDMap(geom, value))
    maps["norm_errn"] = RegionNDMap(geom, value - low)
    maps["norm_errp"] = RegionNDMap(geom, high - value)


def _scans(columns: Columns, geom: RegionGeom, kind: str, known: bool) -> dict[str, RegionNDMap]:
    """Profiles of the statistic, and those of the log-likelihood that old files have."""
    maps: dict[str, RegionNDMap] = {}
    for old, new in (("loglike", "stat"), ("loglike_null", "stat_null")):
        if old in columns.left and new not in columns:
            maps[new] = RegionNDMap(geom, -2.0 * columns.array(old)[0])
    if "norm_scan" not in columns:
        return maps
    norms = columns.array("norm_scan")[0].reshape((*geom.data_shape[:-2], -1))
    if kind != "likelihood" and not known:
        # the norms count from a reference that is not told
        for name in ("norm_scan", *({"stat_scan", "dloglike_scan"} & set(columns.left))):
            columns.drop(name)
        return maps
    stats = None
    if "stat_scan" in columns:
        stats = columns.array("stat_scan")[0].reshape(norms.shape)
    elif "dloglike_scan" in columns:  # relative to the best fit
        best = maps["stat"].values[..., None] if "stat" in maps else 0.0
        stats = best - 2.0 * columns.array("dloglike_scan")[0].reshape(norms.shape)
    nodes = norms.reshape(-1, norms.shape[-1])
    same = (
        np.all(np.isfinite(nodes)) and np.all(nodes == nodes[0]) and np.all(np.diff(nodes[0]) > 0)
    )
    axis = MapAxis.from_nodes(
        nodes[0] if same else np.arange(nodes.shape[1]), name="norm" if same else "scan"
    )
    scan_geom = RegionGeom([axis, *geom.axes])
    if stats is not None:
        maps["stat_scan"] = RegionNDMap(scan_geom, stats)
    if not same or stats is None:
        maps["norm_scan"] = RegionNDMap(scan_geom, norms)
    return maps


def _others(columns: Columns, geom: RegionGeom) -> dict[str, RegionNDMap]:
    """All that is left, as maps under their own names."""
    maps: dict[str, RegionNDMap] = {}
    n_points = int(np.prod(geom.data_shape))
    for name in columns.left:
        try:
            values, unit = columns.array(name)
        except DataError:
            columns.drop(name)
            continue
        n_more, rest = divmod(values.size, n_points)
        if rest or values.ndim > len(geom.axes) + 1:
            columns.drop(name)
        elif values.ndim == len(geom.axes) + 1 or n_more > 1:
            more = MapAxis.from_nodes(np.arange(n_more), name="dataset")
            maps[name] = RegionNDMap(RegionGeom([more, *geom.axes]), values, unit)
        else:
            maps[name] = RegionNDMap(geom, values, unit)
    return maps
