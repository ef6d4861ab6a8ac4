"""Parameters that are shared, or linked by an expression, in the tree.

A parameter that several models share stands in full at each place, with a label of its own,
as in Gammapy 2: ``link: amplitude@crab.spectral.amplitude``. Everything else is a tree of one
operator and its operands. A leaf is the path of a parameter, a number, or ``{value, unit}``::

    link: {mul: [0.5, crab.spectral.amplitude]}       by an expression
    link: {equal: crab.spectral.amplitude}            its own bounds and unit, the value of another
    link: {share: crab.spectral.index}                the same parameter under another name

The last is for what a label cannot say: Gammapy 2 reads a label on parameters of different names
without complaint and wrongly, while a tree stops it.

A path is the name of a component, the part and the name in it (``crab.spectral.model1.index``).
Paths are compared whole, never split, so a dot in a component's name does no harm.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import LinkError
from gammapy.modeling.expression import OPERATORS, Algebra, Constant, Operation
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.serialize.atomic import expand
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import IGNORED, unit_text

__all__ = ["Places", "Slots"]

#: variables in names of files, as the Fermi tools, shells and Gammalib spell them
_VARIABLE = re.compile(r"\$(?:ENV)?[({](\w+)[)}](?=/)")


class Places:
    """Where each parameter stands in the tree that is being written.

    Parameters
    ----------
    parameters : `Parameters`
    folder : `~pathlib.Path`, optional
        Where the file of the tree will lie.
    """

    def __init__(self, parameters: Parameters, folder: Path | None = None) -> None:
        self._folder = folder
        self._paths: dict[Parameter, list[str]] = {}
        for parameter, path in parameters.items():
            self._paths.setdefault(parameter, []).append(path)

    @property
    def in_a_file(self) -> bool:
        """True if the tree will be written, and not only looked at."""
        return self._folder is not None

    def stated(self, filename: str) -> str:
        """Name of a file as the tree says it: relative if it lies in the folder of the tree."""
        filename = _VARIABLE.sub(r"$\1", filename)  # the one spelling that all readers know
        path = Path(filename)
        if self._folder is None or not path.is_absolute() or "$" in filename:
            return filename
        inside = path.is_relative_to(self._folder)
        return path.relative_to(self._folder).as_posix() if inside else filename

    def home(self, parameter: Parameter) -> str:
        """Path under which others refer to it: the first that has its name, or else the first."""
        paths = self._paths[parameter]
        return next((path for path in paths if _name(path) == parameter.name), paths[0])

    def link(self, path: str, parameter: Parameter) -> str | dict[str, Any] | None:
        """What the key ``link`` says at one of its places; None if nothing."""
        home = self.home(parameter)
        if parameter.link is not None:
            return self._expression(path, parameter.link) if path == home else {"share": home}
        if _name(path) != _name(home):
            return {"share": home}
        alike = [p for p in self._paths[parameter] if _name(p) == _name(home)]
        return f"{_name(home)}@{home}" if len(alike) > 1 else None

    def _expression(self, path: str, link: Algebra) -> dict[str, Any]:
        tree = self._tree(path, link)
        return tree if isinstance(link, Operation) else {"equal": tree}

    def _tree(self, path: str, node: Algebra) -> Any:
        if isinstance(node, Operation):
            return {node.operator: [self._tree(path, node.left), self._tree(path, node.right)]}
        if isinstance(node, Constant):
            plain = node.unit == u.dimensionless_unscaled
            return node.value if plain else {"value": node.value, "unit": unit_text(node.unit)}
        if node not in self._paths:
            raise LinkError(
                f"{path} is linked to {node!r}, which is in none of the models that are written: "
                "write its model too, or unlink with .link = None"
            )
        return self.home(node)


def _name(path: str) -> str:
    return path.rpartition(".")[2]


@dataclass
class _Slot:
    """Place for a parameter in a model that was read."""

    model: ModelBase
    name: str
    node: Node

    @property
    def parameter(self) -> Parameter:
        return self.model.own_parameters[self.name]

    @property
    def link(self) -> Any:
        return self.node.value.get("link")


class Slots:
    """Places for parameters in the models that were read, by path, until links are resolved.

    Parameters
    ----------
    folder : `~pathlib.Path`, optional
        Where the file of the tree lies.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._slots: dict[str, _Slot] = {}

    def add(self, path: str, model: ModelBase, name: str, node: Node) -> None:
        """Note that the model's parameter ``name`` was read from ``node``."""
        self._slots[path] = _Slot(model, name, node)

    def located(self, filename: str) -> str:
        """Name of a file that the tree names; a relative one means beside the file of the tree.

        One that is not there is looked for from the working directory, as Gammapy 2 does.
        """
        path = expand(filename)
        if self._folder is None or path.is_absolute() or "$" in str(path):
            return filename
        beside = self._folder.resolve() / path
        return str(beside) if beside.exists() or not path.exists() else filename

    def parameter(self, node: Node) -> Parameter:
        """Parameter whose path the node holds."""
        return self._slot(node).parameter

    def _slot(self, node: Node) -> _Slot:
        path = node.text()
        if path not in self._slots:
            known = get_close_matches(path, self._slots) or list(self._slots)
            raise node.error(f"is not the path of a parameter in this file like {known[:3]}")
        return self._slots[path]

    def resolve(self) -> None:
        """Share and link; the order of the components does not matter."""
        self._share_labelled()
        trees = [slot for slot in self._slots.values() if isinstance(slot.link, dict)]
        shares = [slot for slot in trees if "share" in slot.link]
        for slot in shares:
            self._share(slot)
        for slot in trees:
            if slot not in shares:
                node = slot.node["link"]
                with node.guard():
                    slot.parameter.link = self._algebra(node)

    def _share_labelled(self) -> None:
        first: dict[str, _Slot] = {}
        for slot in self._slots.values():
            if slot.link is None or isinstance(slot.link, dict):
                continue
            label = slot.node["link"].text()
            if label not in first:
                first[label] = slot
                continue
            _check_agreement(slot, first[label])
            with slot.node["link"].guard():
                slot.model.share_parameter(slot.name, first[label].parameter)

    def _share(self, slot: _Slot) -> None:
        node = slot.node["link"]
        node.check_keys(["share"])
        slot.node.check_keys(["name", "link"])
        target = self._slot(node["share"])
        if isinstance(target.link, dict) and "share" in target.link:
            raise node["share"].error("is shared itself: name the path where it stands in full")
        with node.guard():
            slot.model.share_parameter(slot.name, target.parameter)

    def _algebra(self, node: Node) -> Algebra:
        """Expression of a tree, at whose root an operator stands."""
        operators = [*OPERATORS, "equal"]
        if len(node.value) != 1 or next(iter(node.value)) not in operators:
            raise node.error(f"must be one of {', '.join([*operators, 'share'])} with its operands")
        operator = next(iter(node.value))
        if operator == "equal":
            return self.parameter(node["equal"])
        left, right = (self._operand(child) for child in node[operator].items(2))
        with node.guard():
            return Operation(operator, left, right)

    def _operand(self, node: Node) -> Algebra:
        value = node.value
        if isinstance(value, str) and not (value not in self._slots and _is_number(value)):
            return self.parameter(node)
        with node.guard():
            if not isinstance(value, dict):
                return Constant(node.number())
            if not value.keys() & {"value", "unit"}:
                return self._algebra(node)
            node.check_keys(["value", "unit"])
            return Constant(u.Quantity(node["value"].number(), node["unit"].unit()))


def _is_number(text: str) -> bool:
    """True for ``1e-12``, which is a text in YAML 1.1."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _check_agreement(slot: _Slot, first: _Slot) -> None:
    """Refuse a shared parameter whose copies say different things."""
    for key in slot.node.value:
        if key in ("name", "link", *IGNORED):
            continue
        here, there = getattr(slot.parameter, key), getattr(first.parameter, key)
        if not (here == there if key in ("unit", "prior", "interp") else _same(here, there)):
            raise slot.node.complaint(
                f"{slot.node.place}: {key} = {here} but {there} at {first.node.place}, and both "
                f"are the same parameter {slot.link!r}: make them equal, or change the label",
                "link",
            )
    if "value" in slot.node.value and slot.parameter.unit != first.parameter.unit:
        raise slot.node.error(f"needs the unit {str(first.parameter.unit)!r} as at the first place")


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(np.asarray(one, float), np.asarray(other, float), equal_nan=True)
