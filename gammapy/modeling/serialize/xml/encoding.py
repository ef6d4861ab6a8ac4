"""What the writers of spectra, shapes and courses share: parameters, files, and the report.

Scales are powers of ten, negative for indices, as the tools write them. What the dialect cannot say
of a model that it can say at all goes into the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import astropy.units as u
from lxml import etree

from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import AS_IT_IS, write_factor
from gammapy.modeling.serialize.xml.form import UNITS, Form, Slot
from gammapy.modeling.serialize.xml.number import UNBOUNDED, write_number

__all__ = ["Encoder", "UnsaidError", "differ"]

#: by which the Fermi tools say that there is no bound
_NO_BOUND = "3.40282e+38"


class UnsaidError(Exception):
    """A dialect has no words for a model; the text says for what of it."""


class Encoder:
    """Writes the parts of one model.

    Parameters
    ----------
    dialect : {"gammalib", "fermi"}
    report : callable
        Takes a line on what cannot be said.
    folder : `~pathlib.Path`, optional
        Where the file will lie; files in it are named relative to it.
    """

    def __init__(
        self, dialect: str, report: Callable[[str], None], folder: Path | None = None
    ) -> None:
        self.dialect = dialect
        self.report = report
        self.folder = folder

    def parameter(self, parent: Any, name: str, parameter: Parameter, slot: Slot) -> Any:
        """Element of a parameter."""
        element = etree.SubElement(parent, "parameter", name=name)
        factor = float(parameter.unit.to(slot.unit))
        if not slot.rule.says(parameter):
            numbers = f"{parameter.value:g}, {parameter.min:g} to {parameter.max:g}"
            raise UnsaidError(
                f"{name} is the inverse of {parameter.name} ({numbers}), which must not be zero"
            )
        value = slot.rule.theirs(parameter.value * factor)
        scale = _scale(value, slot)
        bounds = (b * factor for b in (parameter.min, parameter.max) if b == b)
        theirs = [slot.rule.theirs(b) for b in bounds if b or not slot.rule.inverse]
        if any(abs(bound / scale) >= UNBOUNDED for bound in theirs):
            scale = math.copysign(1.0, scale)  # or it would read as no bound
        element.set("value", "0")
        element.set("scale", write_number(scale))
        element.set("free", "0" if parameter.frozen else "1")
        write_factor(element, parameter, slot.unit, slot.rule, scale)
        if self.dialect == "fermi":
            for key, sign in (("min", "-"), ("max", "")):
                if key not in element.attrib:
                    element.set(key, sign + _NO_BOUND)
        return element

    def number(self, parent: Any, name: str, value: float) -> Any:
        """Element of a number that is no parameter."""
        parameter = Parameter(name, float(value), frozen=True)
        return self.parameter(parent, name, parameter, Slot(name, UNITS["1"], AS_IT_IS))

    def by_form(self, tag: str, model: Any, form: Form) -> Any:
        """Element of a model that is a type and parameters."""
        kind, slots = form.row(self.dialect)  # type: ignore[misc]
        element = etree.Element(tag, type=kind)
        for name, slot in slots.items():
            self.parameter(element, name, model.own_parameters[slot.name], slot)
        for name, value in form.unsaid.items():
            if model.own_parameters[name].value != value:
                self.report(f"{name} = {model.own_parameters[name].value:g} is not said")
        return element

    def unsaid(self, model: Any) -> UnsaidError:
        return UnsaidError(f"{type(model).__name__} has no name in the dialect {self.dialect!r}")

    def again(self, name: str, parameter: Parameter, slot: Slot) -> Any:
        return self.parameter(etree.Element("any"), name, parameter, slot)

    def stated(self, filename: str) -> str:
        """Name of a file as the XML file says it: relative, if it lies in its folder."""
        path = Path(filename)
        if self.folder is None or "$" in filename or not path.is_absolute():
            return filename
        inside = path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if inside else filename


def _scale(value: float, slot: Slot) -> float:
    """Power of ten for small and large values, with the sign of an exponent; one for angles."""
    if value == 0 or not math.isfinite(value) or slot.unit == u.deg:
        return 1.0
    if slot.unit == UNITS["1"] and slot.rule.sign < 0:
        return -1.0
    size = abs(value)
    usual = 1e-3 <= size < 1e5 or not 1e-60 < size < 1e60
    return 1.0 if usual else 10.0 ** math.floor(math.log10(size))


def differ(one: Parameter, other: Parameter) -> bool:
    """True if the values of two parameters are not the same, possibly in other units."""
    value = other.value * float(other.unit.to(one.unit))
    return not math.isclose(one.value, value, rel_tol=1e-12, abs_tol=1e-9)
