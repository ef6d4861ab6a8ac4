"""The merged catalogue of gamma-cat: one row per source, as the tree of a measurement.

The table has a column for each parameter of each spectral model (``spec_pl_norm``,
``spec_pl_norm_err``, ``spec_pl_norm_err_sys``...), nan, "none" or nothing where there is no value.
Its numbers were kept in single precision.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gammapy.errors import FileFormatError
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.gammacat.source import Source

__all__ = ["measurement_of_row", "measurements_of_rows"]

_DNDE = "cm-2 s-1 TeV-1"
_PARAMETERS = {
    "pl": {"norm": _DNDE, "index": "", "e_ref": "TeV"},
    "pl2": {"flux": "cm-2 s-1", "index": "", "e_min": "TeV", "e_max": "TeV"},
    "ecpl": {"norm": _DNDE, "index": "", "e_cut": "TeV", "e_ref": "TeV"},
}
_NAMES = ("gamma_names", "fermi_names", "other_names", "classes")


def measurements_of_rows(rows: list[Any], place: str) -> list[Measurement]:
    """Measurements of all rows of the YAML file, each of them a list of pairs.

    Raises
    ------
    FileFormatError
        If a row is none of a source.
    """
    found = []
    for number, row in enumerate(rows):
        try:
            columns = dict(row)
        except (TypeError, ValueError):
            raise FileFormatError(f"{place}[{number}] = {row!r} must be a row of columns") from None
        found.append(measurement_of_row(columns, f"{place}[{number}]"))
    return found


def measurement_of_row(row: Mapping[str, Any], place: str) -> Measurement:
    """Measurement of a source, in the order of the columns of the merged catalogue.

    Parameters
    ----------
    row : mapping
        Columns of the table: numbers, texts, or quantities in the units of the table.
    place : str
        Names the row in messages.

    Raises
    ------
    FileFormatError
        If it is no row of a source.
    """
    columns = {key: _plain(value) for key, value in row.items()}
    for key in ("source_id", "common_name"):
        if columns.get(key) is None:
            raise FileFormatError(f"{place}: column {key!r} is missing or empty")
    tree: dict[str, Any] = {
        "source_id": columns["source_id"],
        # an unmeasured source, known for its position alone, has no paper
        "reference_id": columns.get("reference_id") or "no paper",
    }
    tree |= {
        "pos": _position(columns),
        "morph": _morphology(columns),
        "spec": _spectrum(columns),
    }
    names = {key: [n for n in (columns.get(key) or "").split(",") if n] for key in _NAMES}
    keys = ("source_id", "common_name", "tevcat_name", "tgevcat_name")
    about = {key: columns[key] for key in keys if columns.get(key) is not None}
    position = {"ra": columns.get("ra"), "dec": columns.get("dec")}
    source = Source.from_tree({**about, **names, "pos": position}, place)
    return Measurement({k: v for k, v in tree.items() if v}, place, source)


def _plain(value: Any) -> Any:
    """Python number or text; None for nan, masked and empty cells."""
    if isinstance(value, str):
        return None if value.strip() in ("", "none") else str(value).strip()
    if value is None or np.ma.is_masked(value) or np.ndim(value):
        return None  # a column of flux points, if it is an array
    value = getattr(value, "value", value)
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _position(columns: dict[str, Any]) -> dict[str, Any]:
    """Measured position, with the same error in both directions."""
    lon, lat = columns.get("pos_ra"), columns.get("pos_dec")
    if lon is None or lat is None:
        return {}
    entry = {"ra": _angle(lon), "dec": _angle(lat)}
    error = columns.get("pos_err")
    if error is not None:
        # on the sky, so larger in the coordinate
        entry["ra"] |= {"err": _text(error / math.cos(math.radians(lat)))}
        entry["dec"] |= {"err": _text(error)}
    return entry


def _morphology(columns: dict[str, Any]) -> dict[str, Any]:
    if columns.get("morph_type") is None:
        return {}
    entry: dict[str, Any] = {"type": columns["morph_type"]}
    for key in ("sigma", "sigma2", "pa"):
        value, error = columns.get(f"morph_{key}"), columns.get(f"morph_{key}_err")
        if value is not None:
            entry[key] = _angle(value) | ({} if error is None else {"err": _text(error)})
    if "pa" in entry and columns.get("morph_pa_frame") is not None:
        entry["pa"]["frame"] = columns["morph_pa_frame"]
    return entry


def _spectrum(columns: dict[str, Any]) -> dict[str, Any]:
    kind = columns.get("spec_type")
    if kind is None:
        return {}
    parameters: dict[str, Any] = {}
    for name, unit in _PARAMETERS.get(kind, {}).items():
        column = f"spec_{kind}_{name}"
        if columns.get(column) is None:
            continue
        parameters[name] = {"val": columns[column]} | ({"unit": unit} if unit else {})
        for key in ("err", "err_sys"):
            if columns.get(f"{column}_{key}") is not None:
                parameters[name][key] = columns[f"{column}_{key}"]
    return {"model": {"type": kind, "parameters": parameters}}


def _angle(value: float) -> dict[str, str]:
    return {"val": _text(value)}


def _text(value: float) -> str:
    return f"{value:.17f} deg"
