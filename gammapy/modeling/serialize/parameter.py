"""A parameter in the tree.

``{name, value, unit, error, min, max, frozen, interp, prior, link}``; a key that is missing has the
default of the model class, as in Gammapy 2.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ParameterError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.prior import decode_prior, encode_prior

__all__ = ["IGNORED", "KEYS", "decode_parameter", "encode_parameter", "unit_text"]

SCAN_KEYS = ("scan_min", "scan_max", "scan_n_values", "scan_n_sigma", "scan_values")
#: keys of a parameter, in the order in which they are written
KEYS = (
    *("name", "value", "unit", "error", "min", "max", "frozen", "interp"),
    *SCAN_KEYS,
    *("link", "prior"),
)
#: how an optimiser of another version scaled the parameter; ``value`` is the full value beside it
IGNORED = ("scale", "scale_method", "scale_transform")


@lru_cache(maxsize=512)
def unit_text(unit: u.UnitBase) -> str:
    """Unit as "TeV-1 s-1 cm-2" (the FITS standard's way), or astropy's where that cannot say it.

    Raises
    ------
    ParameterError
        If the text would not be read back as the same unit.
    """
    try:
        text = unit.to_string("fits")
    except ValueError:  # e.g. a scale that is not a power of ten
        text = unit.to_string()
    try:
        if u.Unit(text) == unit:
            return text
    except ValueError:
        pass
    raise ParameterError(
        f"unit {str(unit)!r} cannot be written: astropy does not read {text!r} back as the same "
        "unit; convert to a standard unit first"
    )


# -- to the tree --------------------------------------------------------------------------


def encode_parameter(name: str, parameter: Parameter, default: Parameter, link: Any) -> dict:
    """Tree of a parameter, without what is absent or as the class has it.

    Parameters
    ----------
    name : str
        By which its model knows it.
    default : `Parameter`
        As the model class declares it.
    link : str, dict or None
        What `links.Places.link` gives.
    """
    if isinstance(link, dict) and "share" in link:
        return {"name": name, "link": link}
    tree: dict[str, Any] = {"name": name}
    if parameter.link is None:
        tree["value"] = parameter.value
    if str(parameter.unit) or str(default.unit):
        tree["unit"] = unit_text(parameter.unit)
    if parameter.error:
        tree["error"] = parameter.error
    for key in ("min", "max"):
        if not (math.isnan(getattr(parameter, key)) and math.isnan(getattr(default, key))):
            tree[key] = getattr(parameter, key)
    tree["frozen"] = parameter.frozen
    if parameter.interp != default.interp:
        tree["interp"] = parameter.interp
    tree |= _encode_scan(parameter, default)
    if link is not None:
        tree["link"] = link
    if parameter.prior is not None:
        tree["prior"] = encode_prior(parameter, unit_text(parameter.unit))
    return tree


def _encode_scan(parameter: Parameter, default: Parameter) -> dict[str, Any]:
    found = {key: getattr(parameter, key) for key in SCAN_KEYS}
    return {
        key: np.asarray(value).tolist()
        for key, value in found.items()
        if value is not None and not np.array_equal(value, getattr(default, key))
    }


# -- from the tree ------------------------------------------------------------------------


def decode_parameter(node: Node, default: Parameter) -> Parameter:
    """Parameter of a tree, still without its link.

    Raises
    ------
    FileFormatError
        If a key is not known, a value has the wrong type, or the unit does not convert.
    """
    node.check_keys((*KEYS, *IGNORED))
    unit = node["unit"].unit() if "unit" in node.value else default.unit
    if not unit.is_equivalent(default.unit):
        raise node["unit"].error(f"does not convert to {str(default.unit)!r}")
    factor = float(default.unit.to(unit))
    with node.guard():
        return Parameter(
            default.name,
            _decode_value(node, default, unit),
            unit=unit,
            error=node["error"].number() if "error" in node.value else 0.0,
            min=_decode_bound(node, "min", default.min * factor),
            max=_decode_bound(node, "max", default.max * factor),
            frozen=node["frozen"].flag() if "frozen" in node.value else default.frozen,
            interp=node["interp"].text() if "interp" in node.value else default.interp,
            prior=decode_prior(node["prior"], unit) if "prior" in node else None,
            **_decode_scan(node, default, factor),
        )


def _decode_value(node: Node, default: Parameter, unit: u.UnitBase) -> float:
    derived = isinstance(node.value.get("link"), dict)
    if "value" in node.value:
        if derived:
            raise node["value"].error("follows from the link: remove the value or the link")
        return node["value"].number()
    if unit != default.unit and not derived:
        raise node["unit"].error(f"needs a value: the default is {default.value:g} {default.unit}")
    return default.value * float(default.unit.to(unit))


def _decode_bound(node: Node, key: str, default: float) -> float:
    if key not in node.value:
        return default
    return node[key].number() if key in node else math.nan


def _decode_scan(node: Node, default: Parameter, factor: float) -> dict[str, Any]:
    scan: dict[str, Any] = {
        "scan_n_values": default.scan_n_values,
        "scan_n_sigma": default.scan_n_sigma,
    }
    for key in ("scan_min", "scan_max", "scan_values"):
        value = getattr(default, key)
        scan[key] = value if value is None else np.asarray(value)[()] * factor
    for key in ("scan_min", "scan_max", "scan_n_sigma"):
        if key in node:
            scan[key] = node[key].number()
    if "scan_values" in node:
        scan["scan_values"] = np.array(node["scan_values"].numbers())
    if "scan_n_values" in node:
        number = node["scan_n_values"].number()
        if number < 1 or number % 1:
            raise node["scan_n_values"].error("must be a whole number, at least 1")
        scan["scan_n_values"] = int(number)
    return scan
