"""Form: how one model class stands in XML, under the names of each dialect.

A row of names reads ``"PowerLaw Prefactor -Index PivotEnergy"``: the type, then the parameter of
each of ours, in their order. A minus says that the file has the negative, ``1/`` the inverse.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import astropy.units as u

from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import RULES, Rule

__all__ = ["Form", "Slot", "Table"]


class Slot(NamedTuple):
    """Where a parameter of the file goes."""

    name: str
    unit: u.UnitBase
    rule: Rule


class Form:
    """How one model class stands in XML.

    Parameters
    ----------
    cls : type
    names : str
        Our parameters, in the order of the rows.
    units : str
        Of the file, by the keys of ``UNITS``.
    gammalib, fermi : str, optional
        Row of each dialect; None if it cannot say the model.
    also : sequence of str
        Rows that are read, and not written.
    fixed : dict
        Our parameters that the file has not, with the values that they must have.
    unsaid : dict
        The same, but a model with another value is written all the same, and reported.
    ignored : sequence of str
        Names that are passed over, with a warning.
    times : dict
        Our parameters that are a multiple of the file's.
    """

    def __init__(
        self,
        cls: type,
        names: str,
        units: str,
        gammalib: str | None = None,
        fermi: str | None = None,
        also: Sequence[str] = (),
        fixed: dict[str, float] | None = None,
        unsaid: dict[str, float] | None = None,
        ignored: Sequence[str] = (),
        times: dict[str, float] | None = None,
    ) -> None:
        self.cls = cls
        self.names = names.split()
        self.units = [UNITS[key] for key in units.split()]
        self.fixed = fixed or {}
        self.unsaid = unsaid or {}
        self.ignored = frozenset(ignored)
        self._times = times or {}
        self.rows = {"gammalib": gammalib, "fermi": fermi}
        self.types: set[str] = set()
        #: by the name in a file
        self.slots: dict[str, Slot] = {}
        for row in (gammalib, fermi, *also):
            if row is not None:
                kind, slots = self._parsed(row)
                self.types.add(kind)
                self.slots |= slots
        said = next((row for row in (gammalib, fermi) if row is not None), None)
        self._written = [] if said is None else list(self._parsed(said)[1].values())

    def _parsed(self, row: str) -> tuple[str, dict[str, Slot]]:
        kind, *columns = row.split()
        slots = {}
        for name, unit, column in zip(self.names, self.units, columns, strict=True):
            prefix = next((p for p in ("1/", "-") if column.startswith(p)), "")
            rule = RULES[prefix]
            if name in self._times:
                rule = rule._replace(times=self._times[name])
            slots[column.removeprefix(prefix)] = Slot(name, unit, rule)
        return kind, slots

    def fits(self, names: Iterable[str]) -> bool:
        """True if these names of a file are all that the model needs."""
        found = [self.slots[n].name for n in names if n in self.slots]
        others = [n for n in names if n not in self.slots and n not in self.ignored]
        return not others and len(found) == len(self.names) and set(found) == set(self.names)

    def row(self, dialect: str) -> tuple[str, dict[str, Slot]] | None:
        """Type and slots that a dialect is written with, None if it cannot say the model."""
        row = self.rows[dialect]
        return None if row is None else self._parsed(row)

    def says(self, model: Any) -> bool:
        """True if all of a model can be said in this form."""
        parameters = model.own_parameters
        return type(model) is self.cls and all(
            parameters[name].value == value and _untouched(parameters[name], self.cls)
            for name, value in self.fixed.items()
        )

    def says_numbers(self, model: Any) -> bool:
        """True if no parameter is zero of which the file would have the inverse."""
        own = model.own_parameters
        return all(slot.rule.says(own[slot.name]) for slot in self._written)


def _untouched(parameter: Parameter, cls: Any) -> bool:
    """True if a parameter is frozen, and nothing is known of it that a file would lose."""
    declared = getattr(cls, parameter.name)
    bounds = (parameter.min, declared.min), (parameter.max, declared.max)
    same = all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in bounds)
    return same and parameter.frozen and parameter.error == 0


class Table:
    """Forms of one family, found by type and names."""

    def __init__(self, *forms: Form) -> None:
        self.forms = forms
        self._by_type: dict[str, list[Form]] = {}
        for form in forms:
            for kind in form.types:
                self._by_type.setdefault(kind, []).append(form)

    def find(self, kind: str, names: Sequence[str]) -> Form | None:
        """Form of a type that fits the names, None if there is none."""
        return next((form for form in self._by_type.get(kind, ()) if form.fits(names)), None)

    def wanted(self, kind: str) -> list[list[str]]:
        """Names that the forms of a type know, for messages."""
        return [sorted(form.slots) for form in self._by_type.get(kind, ())]

    def of(self, model: Any, dialect: str) -> Form | None:
        """First form that can say a model in a dialect, with the numbers that it has, if any."""
        found = [f for f in self.forms if f.rows[dialect] is not None and f.says(model)]
        return next((form for form in found if form.says_numbers(model)), next(iter(found), None))


#: units of the file, by a key for the tables
UNITS = {
    "N": u.Unit("cm-2 s-1 MeV-1"),
    "F": u.Unit("cm-2 s-1"),
    "erg": u.Unit("erg cm-2 s-1"),
    "EF": u.Unit("MeV cm-2 s-1"),
    "1": u.dimensionless_unscaled,
    "MeV": u.MeV,
    "1/MeV": u.MeV**-1,
    "deg": u.deg,
    "sr-1": u.Unit("sr-1"),
    "d": u.d,
    "Hz": u.Unit("s-1"),
    "Hz/s": u.Unit("s-2"),
    "Hz/s2": u.Unit("s-3"),
}
