"""Every problem of a YAML file of models, not only the first one.

A reader stops at what it cannot read. So what it complains of is taken out of the tree and it is
called again, until it is content: it stays the only one who knows the schema. What follows from
something that was taken out (a model without its spectrum) is no problem of its own.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import yaml

from gammapy.errors import FileFormatError, GammapyError, GammapyWarning
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.checks import findings
from gammapy.modeling.serialize.component import decode_component
from gammapy.modeling.serialize.links import Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.problem import Problem, at_line
from gammapy.modeling.serialize.spec import models_from_dict
from gammapy.modeling.serialize.tree import parse_tree

__all__ = ["yaml_problems"]

#: what stands for a part that cannot be read, so that the others can
_STAND_INS: dict[str, dict[str, Any]] = {
    "spectral": {"type": "PowerLawSpectralModel"},
    "spatial": {"type": "ConstantSpatialModel"},
    "temporal": {"type": "ConstantTemporalModel"},
}
#: keys of parts in parts
_INSIDE = ("model", "model1", "model2")
#: after so many problems outside of the single models the rest is not looked for
MOST = 50


def yaml_problems(text: str, source: str, folder: Path | None = None) -> list[Problem]:
    """Problems of the text of a YAML file, in the order of its lines.

    Parameters
    ----------
    text : str
    source : str
        Name of the file, as messages call it.
    folder : `~pathlib.Path`, optional
        Where files lie that it names.
    """
    try:
        patient = _Patient(parse_tree(text, source), text, source)
    except FileFormatError as error:
        (_, *rest), last = at_line(str(error), source, "error"), len(text.splitlines())
        # a parser may find the end of the file only after its last line
        return [Problem(max(1, min(error.line or 1, last)), *rest)]
    _mend_components(patient, folder)
    models = _mend_the_rest(patient, folder)
    if models is not None:
        for found in findings(models):
            path, tree = patient.place_of(found.position, found.kind, found.parameter)
            if not patient.was_mended(tree):
                problem = Problem(patient.line(path), found.severity, found.message)
                patient.problems.append(problem)
    return sorted(set(patient.problems), key=lambda problem: problem.line)


def _mend_components(patient: _Patient, folder: Path | None) -> None:
    """Take out of each component what cannot be read, and components of which nothing is left."""
    if not isinstance(patient.tree, dict) or not isinstance(patient.tree.get("components"), list):
        return  # the reader of the whole says so
    first: dict[str, tuple[Any, ...]] = {}
    for i in range(len(patient.tree["components"])):
        here = ("components", i)
        while i not in patient.lost:
            try:
                place = f"{patient.source}, components[{i}]"
                node = Node(patient.tree["components"][i], place, here)
                name = decode_component(node, patient.source, Slots(folder)).name
            except GammapyError as error:
                patient.treat(error, here)
                continue
            if name in first:
                patient.rename(i, name, first[name])
            first.setdefault(name, (*here, "name"))
            break
    patient.drop_lost()


def _mend_the_rest(patient: _Patient, folder: Path | None) -> Models | None:
    """Models of what is left, once links, covariance and penalties can be read."""
    for _ in range(MOST):
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", GammapyWarning)
                models = models_from_dict(patient.tree, patient.source, folder)
        except GammapyError as error:
            if not patient.treat(error, ()):
                return None
        else:
            texts = {str(w.message) for w in caught if issubclass(w.category, GammapyWarning)}
            patient.problems += [at_line(t, patient.source, "warning") for t in sorted(texts)]
            return models
    text = f"more problems than {MOST} outside of the single models: mend these first"
    patient.problems.append(Problem(1, "error", text))
    return None


class _Patient:
    """Tree of a file, with the line of each node, and what was found to be wrong.

    Parameters
    ----------
    tree : object
        Is changed.
    text, source : str
        Of the file, and its name.
    """

    def __init__(self, tree: Any, text: str, source: str) -> None:
        self.tree = tree
        self.source = source
        self.marks: Any = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.problems: list[Problem] = []
        #: positions of components that are not to be saved, and their names
        self.lost: set[int] = set()
        self._lost_names: list[str] = []
        #: containers whose own complaints follow from earlier ones, and keys taken out of one
        self._damaged: set[Any] = set()
        self._mended: set[int] = set()
        self._kept: list[Any] = []  # so that no identity is used twice

    # -- lines ----------------------------------------------------------------------------

    def line(self, path: tuple[Any, ...]) -> int:
        """Line of a node, or of the nearest one above that is there."""
        mark, line = self.marks, self.marks.start_mark.line
        for key in path:
            mark, found = _below(mark, key)
            if mark is None:
                break
            line = found
        return line + 1

    def place_of(self, index: int, kind: str, parameter: str) -> tuple[tuple[Any, ...], Any]:
        """Path and tree of a parameter of a component, or of what is nearest above it.

        ``parameter`` may be inside of another, "model1.index", or empty for the part.
        """
        path: tuple[Any, ...] = ("components", index)
        tree = self.tree["components"][index]
        for name in [kind, *parameter.split(".")]:
            if name in tree:
                path, tree = (*path, name), tree[name]
                continue
            rows = tree.get("parameters")
            for i, row in enumerate(rows if isinstance(rows, list) else []):
                if isinstance(row, dict) and row.get("name") == name:
                    return (*path, "parameters", i), row
        return path, tree

    def was_mended(self, tree: Any) -> bool:
        """True if something was taken out of a tree, so that what it says now is not meant."""
        return id(tree) in self._mended

    # -- mending --------------------------------------------------------------------------

    def rename(self, index: int, name: str, first: tuple[Any, ...]) -> None:
        """Note that a name comes twice, and give it to one component only."""
        line = self.line(("components", index, "name"))
        text = f"name {name!r} comes twice, first in line {self.line(first)}: rename one"
        self.problems.append(Problem(line, "error", text))
        self.tree["components"][index]["name"] = f"{name} of line {line}"

    def treat(self, error: GammapyError, default: tuple[Any, ...]) -> bool:
        """Note what was complained of, and take it out; False if it is the whole tree.

        Parameters
        ----------
        default : tuple
            Path, if the error has none.
        """
        where = getattr(error, "path", None) or default
        if not self._follows_from_others(*self._follow(where)):
            self.problems.append(at_line(str(error), self.source, "error", self.line(where)))
        trail, _ = self._follow(_to_take_out(where))
        if not trail:
            return False
        container, key, value = trail[-1]
        self._kept.append(value)
        self._mended |= {id(above) for above, _, _ in trail}
        if container is self.tree.get("components"):
            self._lose(key)
        elif isinstance(container, list):
            self._damaged.add(id(container))
            del container[key]
            _drop(self.marks, tuple(k for _, k, _ in trail))
        else:
            self._replace(container, key, trail)
        return True

    def _follow(self, path: tuple[Any, ...]) -> tuple[list[tuple[Any, Any, Any]], Any]:
        """Containers, keys and values along a path, and the first key that is not there."""
        trail: list[tuple[Any, Any, Any]] = []
        value = self.tree
        for key in path:
            here = (isinstance(value, dict) and key in value) or (
                isinstance(value, list) and isinstance(key, int) and key < len(value)
            )
            if not here:
                return trail, key
            trail.append((value, key, value[key]))
            value = value[key]
        return trail, None

    def _follows_from_others(self, trail: list[tuple[Any, Any, Any]], missing: Any) -> bool:
        value = trail[-1][2] if trail else self.tree
        if missing is not None and (id(value), missing) in self._damaged:
            return True
        if isinstance(value, str) and any(value.startswith(f"{n}.") for n in self._lost_names):
            return True
        return missing is None and id(value) in self._damaged

    def _replace(self, container: Any, key: Any, trail: list[tuple[Any, Any, Any]]) -> None:
        """Take a key out of a mapping; for a part of a model something else stands in."""
        kind = next((k for _, k, _ in trail if k in _STAND_INS), None)
        stand_in = _STAND_INS.get(kind or "")
        if key in (*_STAND_INS, *_INSIDE) and stand_in is not None and container[key] != stand_in:
            container[key] = dict(stand_in)
            self._mended.add(id(container[key]))
            self._damaged |= {id(above) for above, _, _ in trail}
            return
        del container[key]
        self._damaged.add((id(container), key))
        if key == "link" and "value" not in container:
            container["value"] = 1.0  # it would have come from the link

    def _lose(self, index: int) -> None:
        self.lost.add(index)
        tree = self.tree["components"][index]
        if isinstance(tree, dict) and isinstance(tree.get("name"), str):
            self._lost_names.append(tree["name"])

    def drop_lost(self) -> None:
        """Take components out that are not to be saved."""
        for index in sorted(self.lost, reverse=True):
            self._kept.append(self.tree["components"].pop(index))
            _drop(self.marks, ("components", index))
        self.lost.clear()


def _to_take_out(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a complaint is about, as large as it must be for the rest to make sense."""
    if path[:1] in (("covariance",), ("covariance_matrix",)):
        return path[:1]
    if path[:1] in (("asymmetric_errors",), ("penalties",)):
        return path[:2]
    if "link" in path:
        return path[: path.index("link") + 1]
    return path


def _below(mark: Any, key: Any) -> tuple[Any, int]:
    """Node of YAML under a key, and its line; None if there is none."""
    if isinstance(mark, yaml.MappingNode):
        for name, value in mark.value:
            if name.value == str(key):
                return value, name.start_mark.line
    elif isinstance(mark, yaml.SequenceNode) and isinstance(key, int) and key < len(mark.value):
        return mark.value[key], mark.value[key].start_mark.line
    return None, 0


def _drop(mark: Any, path: tuple[Any, ...]) -> None:
    """Take an item out of a list of the nodes of YAML, as it was taken out of the tree."""
    for key in path[:-1]:
        mark, _ = _below(mark, key)
    if isinstance(mark, yaml.SequenceNode):
        del mark.value[path[-1]]
