"""What the readers of spectra, shapes and courses share: parameters, files, and what is odd.

What was read from where is noted in ``links``, so that a writer can put changed values back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import astropy.units as u

from gammapy.errors import GammapyError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.serialize.xml.factor import Factor, fill, read_factor
from gammapy.modeling.serialize.xml.form import Form, Slot
from gammapy.modeling.serialize.xml.source_place import SourcePlace
from gammapy.units import parse_unit

__all__ = ["Link", "PartReader", "RefusedError"]

#: parameters that an energy is divided by, or a flux integrated from
_ENERGIES = frozenset(
    (
        *("reference", "ebreak", "ebreak12", "ebreak23", "epeak", "edge"),
        *("emin", "emax", "emin1", "emax1", "emin2", "emax2"),
    )
)


class Link(NamedTuple):
    """A parameter of a model and the element that it was read from."""

    path: str
    element: Any
    slot: Slot


class RefusedError(Exception):
    """A source cannot become a model; the text says why."""


class PartReader:
    """Reads the elements of one source.

    Parameters
    ----------
    place : `SourcePlace`
    dialect : {"gammalib", "fermi"}
    plain_units : bool
        True for lists whose values are in the units that they state, without scales.
    linked : bool
        Note where each parameter was read, as a writer needs it.
    """

    def __init__(
        self, place: SourcePlace, dialect: str, plain_units: bool, linked: bool = False
    ) -> None:
        self.place = place
        self.dialect = dialect
        self.plain_units = plain_units
        self.links: list[Link] | None = [] if linked else None
        #: paths of parameters whose rule depends on the values of others
        self.varying: set[str] = set()
        #: norms of maps and curves that are not simply one: they multiply the spectrum
        self.norms: list[tuple[Any, Factor]] = []

    def refuse(self, element: Any, text: str) -> RefusedError:
        """Why the source is no model."""
        return RefusedError(self.place.text(element, text))

    def parameters(self, element: Any) -> dict[str, Any]:
        """Parameter elements by name.

        Raises
        ------
        RefusedError
            If a name comes twice.
        """
        found: dict[str, Any] = {}
        for child in element:
            if child.tag == "parameter":
                name = child.get("name", "Unknown")
                if name in found:
                    raise self.refuse(child, f"parameter {name!r} comes twice")
                found[name] = child
        return found

    def fill(self, model: ModelBase, path: str, name: str, element: Any, slot: Slot) -> None:
        """Give one parameter of a model the numbers of an element."""
        factor = read_factor(element, self.place)
        unit = self.unit(element, slot.unit)
        if math.isnan(factor.value):
            raise self.refuse(element, f"{element.get('name')} is nan")
        if slot.name in _ENERGIES and not factor.value > 0:
            text = f"{element.get('name')} = {factor.value:g}: such an energy must be positive"
            raise self.refuse(element, text)
        fill(model.own_parameters[name], factor, unit, slot.rule, element, self.place)
        if self.links is not None:
            self.links.append(Link(f"{path}.{name}", element, slot._replace(unit=unit)))
        elif factor.value < factor.min or factor.value > factor.max:
            low = factor.value < factor.min
            side = f"below its min = {factor.min:g}" if low else f"above its max = {factor.max:g}"
            text = f"{element.get('name')} = {factor.value:g} is {side}: a fit would refuse it"
            self.place.warn(element, text)

    def unit(self, element: Any, unit: u.UnitBase) -> u.UnitBase:
        """Unit of the values of an element: that of the tools, or one that stands beside them."""
        if not self.plain_units or "unit" not in element.attrib or "scale" in element.attrib:
            return unit
        stated = parse_unit(element.get("unit"))
        if not stated.is_equivalent(unit) and (stated**-1).is_equivalent(unit):
            stated = stated**-1  # a cutoff in TeV is listed in 1 / TeV
        if not stated.is_equivalent(unit):
            raise self.refuse(element, f"{element.get('name')}: unit {str(stated)!r} does not fit")
        return stated

    def number(self, element: Any) -> float:
        """True value of an element."""
        try:
            return float(element.get("value", 0.0)) * float(element.get("scale", 1.0))
        except ValueError:
            return read_factor(element, self.place).value

    def by_form(self, form: Form, found: dict[str, Any], path: str, element: Any) -> Any:
        """Model of a form."""
        model = form.cls()
        for name, value in (form.fixed | form.unsaid).items():
            parameter = model.own_parameters[name]
            parameter.value, parameter.frozen = value, True
        for name, child in found.items():
            if name in form.slots:
                self.fill(model, path, form.slots[name].name, child, form.slots[name])
            else:
                self.place.warn(child, f"{name} has no meaning in a {element.get('type')}: ignored")
        return model

    def file(self, element: Any) -> str:
        """Name of a file, as it stands there."""
        file = element.get("file", "").strip()
        if not file:
            raise self.refuse(element, f"a {element.get('type')} needs the name of a file")
        return file

    def built(self, element: Any, build: Callable[[], Any]) -> Any:
        try:
            return build()
        except GammapyError as error:
            raise self.refuse(element, str(error)) from None
