"""A parameter element: a value, a scale and bounds that belong together, and a model's parameter.

The true value is value times scale; bounds and error are in units of the value too, so a negative
scale exchanges the bounds. `Factor` has true numbers; `Rule` is how they become ours.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import astropy.units as u

from gammapy.errors import ParameterError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.number import (
    NoNumberError,
    bound,
    parse_number,
    write_number,
)
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["Factor", "Rule", "RULES", "fill", "read_factor", "write_factor"]

_FREE = ("1", "true")


class Factor(NamedTuple):
    """True numbers of an element; nan where there is no bound."""

    value: float
    min: float
    max: float
    error: float
    free: bool

    @property
    def is_one(self) -> bool:
        """True for a factor that does nothing."""
        return self.value == 1.0 and not self.free


class Rule(NamedTuple):
    """How a number of the file becomes one of ours: itself, its negative, its inverse..."""

    sign: float = 1.0
    inverse: bool = False
    #: ours is this many times theirs
    times: float = 1.0

    def ours(self, value: float) -> float:
        """Number of the file as ours."""
        return self.sign * (1.0 / value if self.inverse else value * self.times)

    def theirs(self, value: float) -> float:
        """Our number as one of the file."""
        return 1.0 / (value * self.sign) if self.inverse else self.sign * value / self.times

    def error(self, error: float, value: float) -> float:
        """Error of ours, of one of theirs that has this value; and the other way round."""
        return error / value**2 if self.inverse else error * self.times

    def exchanges_bounds(self) -> bool:
        """True if the larger number of one side is the smaller of the other."""
        return (self.sign < 0) is not self.inverse


#: prefix of a name in the tables of forms -> rule
RULES = {"": Rule(), "-": Rule(sign=-1.0), "1/": Rule(inverse=True)}


def read_factor(element: Any, place: SourcePlace) -> Factor:
    """Numbers of an element.

    Raises
    ------
    FileFormatError
        If one is no number.
    """
    attributes = element.attrib
    scale = _number(element, "scale", attributes, place, 1.0)
    value = _number(element, "value", attributes, place, 0.0) * scale
    low = bound(_number(element, "min", attributes, place, math.nan)) * scale
    high = bound(_number(element, "max", attributes, place, math.nan)) * scale
    error = abs(_number(element, "error", attributes, place, 0.0) * scale)
    if low == high == 0.0 and value != 0.0:  # the Fermi tools' way to say none
        low = high = math.nan
    if scale < 0:
        low, high = high, low
    free = attributes.get("free", "0").strip().lower() in _FREE
    return Factor(value, low, high, error, free)


def _number(
    element: Any, key: str, attributes: Any, place: SourcePlace, default: float
) -> float:
    text = attributes.get(key)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        pass
    try:
        value, odd = parse_number(text)
    except NoNumberError as error:
        name = attributes.get("name", "parameter")
        raise place.error(element, f"{name}: {key} = {error}: write one like 1e-06") from None
    if odd:
        place.warn(element, f"{attributes.get('name', 'parameter')}: {key} = {odd}")
    return value


def fill(
    parameter: Parameter,
    factor: Factor,
    unit: u.UnitBase,
    rule: Rule,
    element: Any,
    place: SourcePlace,
) -> None:
    """Give a parameter the numbers of an element.

    Raises
    ------
    FileFormatError
        If it cannot have them.
    """
    value, low, high, error, free = factor
    try:
        if rule != RULES[""]:
            error = rule.error(error, value)
            value = rule.ours(value)
            low, high = (_our_bound(b, rule) for b in (low, high))
            if rule.exchanges_bounds():
                low, high = high, low
        parameter.restate(value, unit, low, high, error, not free)
    except (ParameterError, ZeroDivisionError) as problem:
        name = element.get("name", "parameter")
        raise place.error(element, f"{name}: {problem}") from None


def _our_bound(value: float, rule: Rule) -> float:
    """Bound as ours; the inverse of zero is none."""
    return math.nan if rule.inverse and value == 0.0 else rule.ours(value)


def write_factor(
    element: Any, parameter: Parameter, unit: u.UnitBase, rule: Rule, scale: float
) -> None:
    """Set the attributes of an element from a parameter, on a scale."""
    factor = float(parameter.unit.to(unit))
    value = rule.theirs(parameter.value * factor)
    ours = parameter.min * factor, parameter.max * factor
    low, high = (math.nan if math.isnan(b) or (rule.inverse and b == 0) else rule.theirs(b) for b in ours)
    if rule.exchanges_bounds():
        low, high = high, low
    if scale < 0:
        low, high = high, low
    element.set("value", write_number(value / scale))
    for key, number in (("min", low), ("max", high)):
        if math.isfinite(number):
            element.set(key, write_number(number / scale))
        else:
            element.attrib.pop(key, None)
    error = parameter.error * factor
    error = error * value**2 if rule.inverse else error / rule.times
    if error > 0 and math.isfinite(error):
        element.set("error", write_number(error / abs(scale)))
    else:
        element.attrib.pop("error", None)
    if (element.get("free", "0").strip().lower() in _FREE) is parameter.frozen:
        element.set("free", "0" if parameter.frozen else "1")
