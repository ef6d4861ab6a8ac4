"""A prior in the tree.

As in Gammapy 2, ``{type, parameters: [{name, value, unit}, ...], weight}``. Numbers without a
unit are in that of the parameter. A `KDEPrior` has a list as the value of ``samples``.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import FileFormatError, ModelError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.prior import (
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Prior,
    TruncatedNormalPrior,
    UniformPrior,
)
from gammapy.modeling.serialize.node import Node

__all__ = ["PRIORS", "decode_prior", "encode_prior"]

PRIORS: dict[str, type[Prior]] = {
    cls.__name__: cls
    for cls in (
        GaussianPrior,
        GeneralizedGaussianPrior,
        KDEPrior,
        LogNormalPrior,
        LogUniformPrior,
        TruncatedNormalPrior,
        UniformPrior,
    )
}
#: fields that hold a list of numbers
LISTS = ("samples",)


def _fields(kind: type[Prior]) -> dict[str, Field[Any]]:
    """Arguments of the constructor."""
    return {field.name: field for field in fields(kind) if field.init}  # type: ignore[arg-type]


def encode_prior(parameter: Parameter, unit: str) -> dict[str, Any]:
    """Tree of the prior of a parameter, whose unit has this text.

    Raises
    ------
    ModelError
        If it is not one of `PRIORS`, which a file could not name.
    """
    prior = parameter.prior
    kind = type(prior)
    if PRIORS.get(kind.__name__) is not kind:
        raise ModelError(
            f"{parameter.name}: prior = {prior!r} cannot be written: a file knows "
            f"{', '.join(PRIORS)}; remove it with {parameter.name}.prior = None"
        )
    rows = [
        {
            "name": name,
            "value": np.asarray(getattr(prior, name)).tolist(),
            "unit": "" if name in kind.unitless else unit,
        }
        for name in _fields(kind)
    ]
    return {"type": kind.__name__, "parameters": rows, "weight": 1}


def decode_prior(node: Node, unit: u.UnitBase) -> Prior:
    """Prior of a tree, for a parameter in this unit.

    Raises
    ------
    FileFormatError
        If it is not known, a number is missing or has the wrong type or unit.
    """
    node.check_keys(["type", "parameters", "weight"])
    name = node["type"].text()
    if name not in PRIORS:
        raise node["type"].error(f"is not a prior: use one of {', '.join(PRIORS)}")
    kind = PRIORS[name]
    if "weight" in node and node["weight"].number() != 1:
        raise node["weight"].error(
            "is not supported: only 1 is; put the weight into the width of the prior"
        )
    known = _fields(kind)
    found: dict[str, Any] = {}
    for row in node["parameters"].items():
        row.check_keys(["name", "value", "unit"])
        key = row["name"].text()
        if key in found:
            raise row["name"].error("comes twice")
        found[key] = _value(row, key, kind, unit)
    needed = [key for key, field in known.items() if field.default is MISSING]
    if not set(needed) <= set(found) <= set(known):
        raise FileFormatError(
            f"{node.place}: {name} needs the parameters {needed}"
            f"{_optional(known, needed)}, not {list(found)}"
        )
    with node.guard():
        return kind(**found)


def _optional(known: dict[str, Field[Any]], needed: list[str]) -> str:
    rest = [key for key in known if key not in needed]
    return f" and may have {rest}" if rest else ""


def _value(row: Node, key: str, kind: type[Prior], unit: u.UnitBase) -> Any:
    """Number or numbers in the parameter's unit; without a unit they are meant in that."""
    given = row["unit"].unit() if "unit" in row else u.one
    factor = 1.0
    if key in kind.unitless:
        if given != u.one:
            raise row["unit"].error(f"must be '': {key} of a {kind.__name__} is a plain number")
    elif given not in (u.one, unit):
        if not given.is_equivalent(unit):
            raise row["unit"].error(f"does not convert to the parameter's {str(unit)!r}")
        factor = float(given.to(unit))
    if key in LISTS:
        return np.array(row["value"].numbers()) * factor
    return row["value"].number() * factor
