"""What stands beside a spectral model in a sum or a product."""

from __future__ import annotations

from typing import Any

import astropy.units as u

from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.units import parse_unit

__all__ = ["operand"]


def operand(value: Any, registry: Registry) -> ModelBase:
    """Model from a model, a number (a frozen norm) or a quantity (a frozen constant).

    Raises
    ------
    ModelError
        If it is neither.
    """
    if isinstance(value, ModelBase) and value.registry is registry:
        return value
    try:
        quantity = None if value is None else u.Quantity(value, dtype=float)
    except TypeError:
        quantity = None
    if quantity is None or not quantity.isscalar:
        raise ModelError(
            f"{value!r} cannot be combined with a spectral model: use a model, number or quantity; "
            "TemplateSpectralModel makes a model of a table"
        )
    if quantity.unit.is_equivalent(parse_unit("")):
        model = registry.get("pl-norm")(norm=float(quantity.to_value("")))
    else:
        model = registry.get("const")(const=quantity)
    model.freeze()
    return model
