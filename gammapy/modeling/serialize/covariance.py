"""Errors that belong to more than one parameter, or that Gammapy 2 has no key for.

They stand beside the models, by path, where Gammapy 2 reads over them::

    covariance_matrix:
        parameters: [crab.spectral.index, crab.spectral.amplitude]
        data:
        - [0.01, 1.0e-14]
        - [1.0e-14, 9.0e-26]
    asymmetric_errors:
    -   {parameter: crab.spectral.index, errn: 0.09, errp: 0.12}

Rows and columns are in the units that the parameters have in the file. The key ``covariance`` of
Gammapy 2, which names a file with such a matrix, is read too.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from gammapy.errors import FileFormatError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.serialize.atomic import expand
from gammapy.modeling.serialize.links import Slots
from gammapy.modeling.serialize.node import Node

__all__ = ["KEYS", "decode_errors", "encode_errors"]

#: keys at the root of the tree that this module writes
KEYS = ("covariance_matrix", "asymmetric_errors")


def encode_errors(parameters: Parameters) -> dict[str, Any]:
    """Sections of the tree; those with nothing to say are left out."""
    sections: dict[str, Any] = {}
    # few of thousands have one: a matrix of all would be larger than the memory
    fitted = [i for i, p in enumerate(parameters) if p.has_covariance]
    paths = [parameters.paths[i] for i in fitted]
    members = list(parameters)
    matrix = Parameters([members[i] for i in fitted], paths).covariance.data
    correlated = np.flatnonzero(np.any((matrix != 0) & ~np.eye(len(matrix), dtype=bool), axis=1))
    if correlated.size:
        sections["covariance_matrix"] = {
            "parameters": [paths[i] for i in correlated],
            "data": matrix[np.ix_(correlated, correlated)].tolist(),
        }
    rows = [
        {"parameter": path}
        | {key: size for key in ("errn", "errp") if not math.isnan(size := getattr(p, key))}
        for p, path in zip(parameters, parameters.paths, strict=True)
    ]
    if rows := [row for row in rows if len(row) > 1]:
        sections["asymmetric_errors"] = rows
    return sections


def decode_errors(root: Node, slots: Slots, folder: Path | None) -> None:
    """Give the parameters the errors of the tree; ``folder`` is where the file lies.

    Raises
    ------
    FileFormatError
        If a path is not known, or the matrix is not one or contradicts a parameter's error.
    """
    for row in root["asymmetric_errors"].items() if "asymmetric_errors" in root else []:
        row.check_keys(["parameter", "errn", "errp"])
        parameter = slots.parameter(row["parameter"])
        with row.guard():
            for key in ("errn", "errp"):
                if key in row:
                    setattr(parameter, key, row[key].number())
    if "covariance" in root and "covariance_matrix" in root:
        raise root["covariance"].error("and a covariance_matrix cannot both be given: remove one")
    if "covariance_matrix" in root:
        _decode_matrix(root["covariance_matrix"], slots)
    if "covariance" in root:
        _decode_side_file(root["covariance"], slots, folder)


def _decode_matrix(node: Node, slots: Slots) -> None:
    node.check_keys(["parameters", "data"])
    paths = node["parameters"].items()
    rows = [row.numbers() for row in node["data"].items(len(paths))]
    if any(len(row) != len(paths) for row in rows):
        raise node["data"].error(f"must be {len(paths)} rows of {len(paths)} numbers")
    _set_covariance(node, paths, np.array(rows).reshape(len(paths), len(paths)), slots)


def _set_covariance(node: Node, paths: list[Node], matrix: np.ndarray, slots: Slots) -> None:
    members = [slots.parameter(path) for path in paths]
    for i, (path, member) in enumerate(zip(paths, members, strict=True)):
        if member in members[:i]:
            raise path.error("comes twice (perhaps as a shared parameter): remove one")
        _check_variance(path, member, matrix[i, i])
    with node.guard():
        Parameters(members, [path.text() for path in paths]).covariance = matrix


def _check_variance(path: Node, parameter: Parameter, variance: float) -> None:
    if variance < 0:
        raise path.error(f"has the variance {variance:g}: it must not be negative")
    error = math.sqrt(variance)
    if parameter.error and not np.isclose(parameter.error, error, rtol=1e-3, equal_nan=True):
        raise path.error(
            f"has the error {parameter.error:g}, but {error:g} in the covariance: make them equal, "
            "or remove the key error"
        )


def _decode_side_file(node: Node, slots: Slots, folder: Path | None) -> None:
    path = expand(node.text())
    if not path.is_absolute():
        if folder is None:
            raise node.error("names a file beside a YAML file: read that with Models.read")
        path = folder / path
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise node.error(
            f"cannot be read ({error}): remove the key, or put the file there"
        ) from None
    size = lines[0].count("|") - 2 if lines else 0
    rows = [_row(line, size, f"{path}, line {i}") for i, line in enumerate(lines[1:], 2) if line]
    names = [Node(name, f"{path}: parameter") for name, _ in rows]
    if any(len(values) != len(rows) for _, values in rows):
        raise FileFormatError(f"{path}: the matrix of {len(rows)} rows is not square")
    matrix = np.array([values for _, values in rows]).reshape(len(rows), len(rows))
    places: dict[Parameter, list[int]] = {}
    for i, name in enumerate(names):
        places.setdefault(slots.parameter(name), []).append(i)
    merged = _merged(matrix, list(places.values()), path)
    known = [i for i in range(len(merged)) if np.any(merged[i] != 0)]  # zeros know nothing
    first = [names[rows[0]] for rows in places.values()]
    _set_covariance(node, [first[i] for i in known], merged[np.ix_(known, known)], slots)


def _merged(matrix: np.ndarray, groups: list[list[int]], path: Path) -> np.ndarray:
    """Matrix with one row for each group of rows, which are those of a shared parameter.

    Gammapy 2 writes a row for each place of a shared parameter. They may be equal, or one holds
    what the others have zeros for.
    """
    merged = np.zeros((len(groups), len(groups)))
    for i, rows in enumerate(groups):
        for j, columns in enumerate(groups):
            block = matrix[np.ix_(rows, columns)]
            block = block.diagonal() if i == j else block
            found = block[block != 0]
            if not np.allclose(found, found[:1], rtol=1e-6, atol=0, equal_nan=True):
                raise FileFormatError(
                    f"{path}: rows {rows} and columns {columns} are of the same parameters, but "
                    f"hold different numbers {found.tolist()}: make them equal"
                )
            merged[i, j] = found[0] if found.size else 0.0
    return merged


def _row(line: str, size: int, place: str) -> tuple[str, list[float]]:
    """Name and values of a row like ``| crab.spectral.index | 0.01 | 0.0 |``."""
    # from the right: there may be a bar in the name
    name, *cells = line.strip().removeprefix("|").removesuffix("|").rsplit("|", max(size, 1))
    try:
        return name.strip(), [float(cell) for cell in cells]
    except ValueError:
        raise FileFormatError(
            f"{place} = {line!r} is not a row of a name and {size} numbers between bars"
        ) from None
