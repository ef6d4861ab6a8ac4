"""A parameter element: a value, a scale and bounds that belong together, and a model's parameter.

The true value is value times scale; bounds and error are in units of the value too, so a negative
scale exchanges the bounds. `Factor` has true numbers; `Rule` is how they become ours.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

import astropy.units as u

from gammapy.errors import ParameterError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.number import (
    UNBOUNDED,
    NoNumberError,
    parse_number,
    write_scaled,
)
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["AS_IT_IS", "RULES", "Factor", "Rule", "fill", "is_free", "read_factor", "write_factor"]

_FREE = ("1", "true")
#: attributes by which a file says a parameter
KEYS = ("value", "min", "max", "error", "free")


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
        return error / (value * value) if self.inverse else error * self.times

    def says(self, parameter: Parameter) -> bool:
        """True if their number can be that of a parameter, with its bounds: no inverse of zero."""
        bounds = [b for b in (parameter.min, parameter.max) if b]
        return not self.inverse or (
            parameter.value != 0 and not any(b * parameter.value < 0 for b in bounds)
        )

    def exchanges_bounds(self) -> bool:
        """True if the larger number of one side is the smaller of the other."""
        return (self.sign < 0) is not self.inverse


#: the rule of most
AS_IT_IS = Rule()
#: prefix of a name in the tables of forms -> rule
RULES = {"": AS_IT_IS, "-": Rule(sign=-1.0), "1/": Rule(inverse=True)}


def read_factor(element: Any, place: SourcePlace) -> Factor:
    """Numbers of an element.

    Raises
    ------
    FileFormatError
        If one is no number.
    """
    get = element.get
    try:
        value, scale = float(get("value", 0.0)), float(get("scale", 1.0))
        low, high = float(get("min", "nan")), float(get("max", "nan"))
        error = float(get("error", 0.0))
    except ValueError:
        value, scale, low, high, error = _read_oddly(element, place)
    if error != error or not scale:
        error = _odd(element, place, error, scale)
    if low == high == 0.0 and value != 0.0:  # the Fermi tools' way to say none
        low = high = math.nan
    low = low * scale if -UNBOUNDED < low < UNBOUNDED else math.nan
    high = high * scale if -UNBOUNDED < high < UNBOUNDED else math.nan
    if scale < 0:
        low, high = high, low
    return Factor(value * scale, low, high, abs(error * scale), is_free(element))


def _odd(element: Any, place: SourcePlace, error: float, scale: float) -> float:
    """Error to take instead, after a warning."""
    name = element.get("name", "parameter")
    if not scale:
        place.warn(element, f"{name}: scale = {scale:g}: its true value and bounds are zero")
    if error == error:
        return error
    place.warn(element, f"{name}: error = nan: it is read as none")
    return 0.0


def is_free(element: Any) -> bool:
    """True if a fit may move the parameter."""
    text = element.get("free")
    return text == "1" or (text is not None and text.strip().lower() in _FREE)


def _read_oddly(element: Any, place: SourcePlace) -> list[float]:
    """The five numbers of an element, of which one is written in another way."""
    found = []
    defaults = {"value": 0.0, "scale": 1.0, "min": math.nan, "max": math.nan, "error": 0.0}
    for key, default in defaults.items():
        text, name = element.get(key), element.get("name", "parameter")
        if text is None:
            found.append(default)
            continue
        try:
            value, odd = parse_number(text)
        except NoNumberError as error:
            raise place.error(element, f"{name}: {key} = {error}: write one like 1e-06") from None
        if odd:
            place.warn(element, f"{name}: {key} = {odd}")
        found.append(value)
    return found


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
        if rule is not AS_IT_IS:
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
    element: Any,
    parameter: Parameter,
    unit: u.UnitBase,
    rule: Rule,
    scale: float,
    keys: Collection[str] = KEYS,
) -> None:
    """Set attributes of an element from those of a parameter, ``keys``, on a scale."""
    factor = float(parameter.unit.to(unit))
    value = rule.theirs(parameter.value * factor)
    bounds = {
        key: math.nan if math.isnan(b) or (rule.inverse and b == 0) else rule.theirs(b * factor)
        for key, b in (("min", parameter.min), ("max", parameter.max))
        if key in keys
    }
    exchanged = rule.exchanges_bounds() is not (scale < 0)
    if "value" in keys:
        element.set("value", write_scaled(value, scale))
    for key, bound in bounds.items():
        text = write_scaled(bound, scale) if math.isfinite(bound) else None
        _set(element, {"min": "max", "max": "min"}[key] if exchanged else key, text)
    if "error" in keys or (rule.inverse and "value" in keys):
        error = parameter.error * factor
        error = error * value * value if rule.inverse else error / rule.times
        if error > 0 and math.isfinite(error / scale):
            _set(element, "error", write_scaled(error, abs(scale)))
        elif "error" in keys:
            _set(element, "error", None)
    if is_free(element) is parameter.frozen:
        element.set("free", "0" if parameter.frozen else "1")


def _set(element: Any, key: str, text: str | None) -> None:
    """Set an attribute, or remove it."""
    if text is None:
        element.attrib.pop(key, None)
    else:
        element.set(key, text)
