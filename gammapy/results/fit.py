"""The result of a fit in a file.

One YAML file says all that the result says, models and versions included; only posterior samples,
which are many numbers, go to a FITS table beside it, ``<stem>_samples.fits``. What is read back
is equal to what was written, to the last digit.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import gammapy
from gammapy.errors import FileFormatError, FitError, MissingFileError, OverwriteError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.serialize.atomic import expand, write_text
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.spec import models_from_dict
from gammapy.modeling.serialize.tree import read_tree, render_tree
from gammapy.results.samples import digest, read_samples, samples_beside, write_samples

__all__ = ["read_fit_result", "write_fit_result"]

#: version of the schema; a reader refuses any other
SCHEMA = 1

#: keys of the tree, in their order; all are there, and the last tells that the file is whole
_KEYS = (
    *("schema", "status", "sentence", "message", "backend", "method", "total_stat"),
    *("n_data", "n_free", "nfev", "ngrad", "time", "notes", "parameters", "covariance"),
    *("samples", "points", "models", "versions"),
)


# -- writing ------------------------------------------------------------------------------


def write_fit_result(
    result: FitResult, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a result to a YAML file, and its samples to a FITS file beside it.

    Each file appears whole or not at all, the samples first. With ``overwrite`` the samples of
    an earlier result of this name go, even if the new one has none.

    Raises
    ------
    OverwriteError
        If one of the files exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    path = expand(filename).resolve()
    beside = samples_beside(path)
    taken = [file for file in (path, beside) if file.exists()]
    if taken and not overwrite:
        raise OverwriteError(f"{taken[0]} exists: pass overwrite=True or choose another name")
    if path.is_dir() or beside.is_dir():
        raise OverwriteError(f"{taken[0]} is a folder: give the name of a file in it")
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: the folder {path.parent} does not exist; create it first")
    tree = _tree(result)
    if result.samples is not None:
        write_samples(beside, result.samples, result.names, result.units)
        tree["samples"] = {"file": beside.name, "sha256": digest(beside)}
    write_text(path, render_tree({key: tree[key] for key in _KEYS}), overwrite)
    if result.samples is None:
        beside.unlink(missing_ok=True)


def _tree(result: FitResult) -> dict[str, Any]:
    """Plain tree of a result, samples left out."""
    values, errors = np.asarray(result.values), np.asarray(result.errors)
    if not len(result.names) == len(result.units) == len(values) == len(errors):
        raise FitError(
            f"a result of {len(result.names)} names, {len(result.units)} units, {len(values)} "
            f"values and {len(errors)} errors cannot be written: give one of each per parameter"
        )
    tree: dict[str, Any] = {
        "schema": SCHEMA,
        "status": result.status.name,
        "sentence": result.status.value,
        "message": str(result.message),
        "backend": result.backend,
        "method": result.method,
        "total_stat": float(result.total_stat),
        "n_data": int(result.n_data),
        "n_free": int(result.n_free),
        "nfev": int(result.nfev),
        "ngrad": int(result.ngrad),
        "time": float(result.time),
        "notes": list(result.notes),
        "parameters": _rows(result),
        "covariance": {
            "method": result.covariance_method,
            "names": list(result.covariance.names),
            "matrix": result.covariance.data.tolist(),
        },
        "versions": {
            "gammapy": gammapy.__version__,
            **{name: version(name) for name in ("numpy", "scipy", "astropy", "iminuit")},
        },
    }
    tree["samples"] = None
    tree["points"] = None if result.points is None else np.asarray(result.points).tolist()
    tree["models"] = None if result.models is None else result.models.to_dict()
    return tree


def _rows(result: FitResult) -> list[dict[str, Any]]:
    """Name, unit and numbers of each parameter."""
    numbers = {"value": result.values, "error": result.errors}
    for key in ("errn", "errp"):
        if (sizes := getattr(result, key)) is not None:
            numbers[key] = sizes
    columns = [np.asarray(column, dtype=float).tolist() for column in numbers.values()]
    return [
        {"name": name, "unit": unit, **dict(zip(numbers, row, strict=True))}
        for name, unit, *row in zip(result.names, result.units, *columns, strict=True)
    ]


# -- reading ------------------------------------------------------------------------------


def read_fit_result(filename: str | os.PathLike[str]) -> FitResult:
    """Read a result that was written.

    Raises
    ------
    MissingFileError
        If the file, or the file of its samples, does not exist.
    FileFormatError
        If it is not such a file, is of another version of the schema, or is damaged.
    """
    path, tree = read_tree(expand(filename).resolve())
    root = Node(tree, str(path))
    if not isinstance(root.value, dict) or "schema" not in root.value:
        raise FileFormatError(
            f"{path} is not the result of a fit: it has no key 'schema'; models are read with "
            "Models.read, datasets with Datasets.read"
        )
    if root["schema"].value != SCHEMA:
        raise root["schema"].error(f"is another version of the schema: {SCHEMA} is read here")
    root.check_keys(_KEYS)
    for key in _KEYS:
        root[key]  # an error if it is missing
    return _result(root, path)


def _result(root: Node, path: Path) -> FitResult:
    rows = root["parameters"].items()
    for row in rows:
        row.check_keys(["name", "unit", "value", "error", "errn", "errp"])
    result = FitResult(
        status=_status(root["status"]),
        message=_text(root["message"]),
        backend=_text(root["backend"]),
        method=_text(root["method"]),
        total_stat=root["total_stat"].number(),
        names=[row["name"].text() for row in rows],
        units=[_text(row["unit"]) for row in rows],
        values=np.array([row["value"].number() for row in rows]),
        errors=np.array([row["error"].number() for row in rows]),
        covariance=_covariance(root["covariance"]),
        covariance_method=_text(root["covariance"]["method"]),
        nfev=_integer(root["nfev"]),
        ngrad=_integer(root["ngrad"]),
        n_data=_integer(root["n_data"]),
        n_free=_integer(root["n_free"]),
        time=root["time"].number(),
        errn=_sizes(rows, "errn"),
        errp=_sizes(rows, "errp"),
        notes=tuple(_text(note) for note in root["notes"].items()),
    )
    if result.n_free > len(rows):
        raise root["n_free"].error(f"must be at most the number of parameters, {len(rows)}")
    if "points" in root:
        result.points = _matrix(root["points"], 1 + result.n_free)
    if "models" in root:
        node = root["models"]
        result.models = models_from_dict(node.value, node.place, path.parent)
    if "samples" in root:
        result.samples = read_samples(root["samples"], path, result.names[: result.n_free])
    return result


def _sizes(rows: list[Node], key: str) -> np.ndarray | None:
    """Asymmetric errors [n]; None if no row has them."""
    if not any(key in row.value for row in rows):
        return None
    return np.array([row[key].number() for row in rows])


def _status(node: Node) -> Status:
    if node.value not in list(Status.__members__):
        raise node.error(f"must be one of {', '.join(Status.__members__)}")
    return Status[node.value]


def _text(node: Node) -> str:
    """Text, possibly empty."""
    return "" if node.value == "" else node.text()


def _integer(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        raise node.error("must be a whole number, zero or more")
    return node.value


def _matrix(node: Node, width: int) -> np.ndarray:
    """Float array [n, width]."""
    rows = [row.numbers() for row in node.items()]
    if any(len(row) != width for row in rows):
        raise node.error(f"must be a list of rows of {width} numbers")
    return np.array(rows, dtype=float).reshape(len(rows), width)


def _covariance(node: Node) -> Covariance:
    node.check_keys(["method", "names", "matrix"])
    names = [name.text() for name in node["names"].items()]
    with node.guard():
        return Covariance(names, _matrix(node["matrix"], len(names)))
