"""A measured value, with its statistical and its systematic error.

A number comes with a ``scale`` and a ``unit`` beside it, an angle is one text, like
``17h45m41.3s``, ``-29d0m22s``, ``9.6m`` (arcminutes) or ``20s`` (arcseconds).
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import astropy.units as u

from gammapy.errors import GammapyWarning
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.node import Node

__all__ = ["Measured", "Readings", "angle", "measured", "measured_angle"]

#: units that three of the files have by a slip of the pen, and what their papers have
_SLIPS = {"cm-2 s-2": "cm-2 s-1", "cm-1 s-1": "cm-2 s-1", "TeV": "cm-2 s-1 TeV-1"}

_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_ANGLE = re.compile(rf"([+-]?)(?:{_NUMBER}([hd]|\s*deg))?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")


@dataclass(frozen=True)
class Measured:
    """A value with its errors; None where one is not given."""

    value: u.Quantity
    error: u.Quantity | None = None
    systematic: u.Quantity | None = None

    def times(self, factor: Any) -> Measured:
        """Value and errors times a factor that has no error."""
        return self.mapped(self.value * factor, factor)

    def mapped(self, value: u.Quantity, slope: Any) -> Measured:
        """A function of the value, of which the slope is known."""
        errors = (self.error, self.systematic)
        return Measured(value, *(None if e is None else abs(slope) * e for e in errors))


class Readings:
    """What had to be interpreted in a file, and the systematic errors, which models do not hold.

    Attributes
    ----------
    notes : list of str
    systematic : dict of `~astropy.units.Quantity`
        By the path of the parameter, e.g. ``spectral.index``.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.systematic: dict[str, u.Quantity] = {}

    def note(self, node: Node, text: str) -> None:
        """Note how something was read; once, although models are built anew."""
        line = f"{node.place} = {node.value!r}: {text}"
        if line not in self.notes:
            self.notes.append(line)

    def slip(self, node: Node, text: str) -> None:
        """Note an entry that cannot be meant literally, and warn of it."""
        known = len(self.notes)
        self.note(node, text)
        if len(self.notes) > known:
            warnings.warn(self.notes[-1], GammapyWarning, stacklevel=6)

    def set_errors(self, parameter: Parameter, value: Measured, path: str) -> None:
        """Give a parameter its error, and keep the systematic one."""
        if value.error is not None:
            parameter.error = value.error.to_value(parameter.unit)
        if value.systematic is not None:
            self.systematic[path] = value.systematic.to(parameter.unit)


def measured(node: Node, like: str, readings: Readings) -> Measured:
    """Number with unit, scale and errors.

    Parameters
    ----------
    node : `Node`
        Mapping with ``val`` and maybe ``err``, ``err_sys``, ``scale`` and ``unit``.
    like : str
        Unit that it must convert to.
    readings : `Readings`

    Raises
    ------
    FileFormatError
        If it is not finite, an error is negative, or the unit does not convert.
    """
    node.check_keys(("val", "err", "err_sys", "scale", "unit"))
    unit = u.dimensionless_unscaled if like == "" else _unit(node, like, readings)
    scale = _finite(node["scale"]) if "scale" in node else 1.0
    value = u.Quantity(_finite(node["val"]) * scale, unit)
    error, systematic = (
        u.Quantity(_error(node[key]) * scale, unit) if key in node else None
        for key in ("err", "err_sys")
    )
    return Measured(value, error, systematic)


def _unit(node: Node, like: str, readings: Readings) -> u.UnitBase:
    text = node["unit"].value
    if text in _SLIPS and u.Unit(_SLIPS[text]).is_equivalent(like) and text != like:
        readings.slip(node["unit"], f"a slip, read as {_SLIPS[text]!r}")
        return u.Unit(_SLIPS[text])
    unit = node["unit"].unit()
    if not unit.is_equivalent(like):
        raise node["unit"].error(f"does not convert to {like!r}: correct the unit in the file")
    return unit


def _finite(node: Node) -> float:
    value = node.number()
    if not math.isfinite(value):
        raise node.error("must be finite: leave the entry out if the value is not known")
    return value


def _error(node: Node) -> float:
    value = _finite(node)
    if value < 0:
        raise node.error("must not be negative: it is an error")
    return value


def measured_angle(
    node: Node, readings: Readings, hours: bool = False, known: tuple[str, ...] = ()
) -> Measured:
    """Angle with its errors.

    Parameters
    ----------
    node : `Node`
        Mapping with ``val`` and maybe ``err`` and ``err_sys``, all of them texts.
    readings : `Readings`
    hours : bool
        True for a right ascension, the only angle that hours make sense for.
    known : tuple of str
        Keys besides these.

    Raises
    ------
    FileFormatError
        If a text is no angle, or an error is negative.
    """
    node.check_keys(("val", "err", "err_sys", *known))
    value = angle(node["val"], readings, hours)
    errors = [angle(node[k], readings, hours) if k in node else None for k in ("err", "err_sys")]
    for key, error in zip(("err", "err_sys"), errors, strict=True):
        if error is not None and error < 0:
            raise node[key].error("must not be negative: it is an error")
    return Measured(value, *errors)


def angle(node: Node, readings: Readings, hours: bool = False) -> u.Quantity:
    """Angle in deg, from its text.

    After hours, minutes and seconds are those of time; else of arc, also alone: ``20s``.
    """
    match = _ANGLE.fullmatch(node.text().strip().replace("\N{MINUS SIGN}", "-"))
    if match is None or not any(match.groups()[1:]):
        raise node.error("must be an angle like '17h45m41s', '-29d0m22s', '9.6m' or '0.1 deg'")
    sign, first, letter, minutes, seconds = match.groups()
    total = float(first or 0) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    if letter == "h":
        if hours:
            total *= 15
        else:  # of three errors of declinations: as hours they were far larger than the sources
            readings.slip(node, "a slip, read as degrees: only a right ascension has hours")
    return u.Quantity(-total if sign == "-" else total, "deg")
