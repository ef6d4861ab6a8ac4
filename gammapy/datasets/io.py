"""Datasets in files: a YAML file that lists them, and one or more files for each.

``datasets:`` is a list of entries with ``name``, ``type`` (a class name) and ``filename``,
relative to the folder of the YAML file; ``$VARIABLES`` in it are replaced. How the data of a
dataset are stored is the affair of its class.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gammapy.datasets.base import Dataset
from gammapy.datasets.joint import Datasets
from gammapy.dispatch import find, names
from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    OverwriteError,
    UnknownNameError,
)
from gammapy.modeling.serialize.atomic import expand
from gammapy.modeling.serialize.tree import read_tree, render_tree

__all__ = ["read_datasets", "write_datasets"]

_KEYS = ("name", "type", "filename")


# -- reading ------------------------------------------------------------------------------


def read_datasets(filename: str | os.PathLike[str]) -> Datasets:
    """Read the datasets that a YAML file lists.

    Raises
    ------
    MissingFileError
        If it, or a file that it names, does not exist.
    FileFormatError
        If it is not such a list, or a data file is damaged.
    UnknownNameError
        If a type is not known.
    """
    path, tree = read_tree(filename)
    entries = _entries(tree, path)
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        _check(entry, i, path)
        if str(entry["name"]) in seen:
            raise FileFormatError(f"{path}: two datasets are named {entry['name']!r}: rename one")
        seen.add(str(entry["name"]))
    return Datasets([_read(entry, path) for entry in entries])


def _entries(tree: Any, path: Path) -> list[Any]:
    entries = tree.get("datasets") if isinstance(tree, dict) else None
    if not isinstance(entries, list) or not entries:
        found = f"the keys {list(tree)}" if isinstance(tree, dict) else f"a {type(tree).__name__}"
        raise FileFormatError(
            f"{path} holds {found}: a list 'datasets:' of entries with {', '.join(_KEYS)} is needed"
        )
    return entries


def _check(entry: Any, i: int, path: Path) -> None:
    if not isinstance(entry, dict):
        raise FileFormatError(f"{path}: dataset {i} is {entry!r}: write its {', '.join(_KEYS)}")
    place = f"{path}: dataset {entry.get('name', i)!r}"
    for key in _KEYS:
        if not isinstance(entry.get(key), str | int) or entry[key] == "":
            raise FileFormatError(f"{place} has {key} = {entry.get(key)!r}: a text is needed")
    if entry["type"] not in names("Dataset", "kind"):
        raise UnknownNameError(
            f"{place} has the type {entry['type']!r}, known are {names('Dataset', 'kind')}: "
            "take it out of the list"
        )
    more = [key for key in entry if key not in _KEYS]
    if more:
        warnings.warn(f"{place}: {more} are not used", GammapyWarning, stacklevel=4)


def _read(entry: dict[str, Any], path: Path) -> Dataset:
    place = f"{path}: dataset {entry['name']!r}"
    target = path.parent / expand(str(entry["filename"]))
    if not target.exists():
        variable = re.search(r"\$\{?(\w+)", str(target))
        way_out = f"set the environment variable {variable[1]}" if variable else "correct filename"
        raise MissingFileError(f"{place}: {target} does not exist: {way_out}")
    kind = find("Dataset", "kind", entry["type"])
    return kind.read(target, name=str(entry["name"]))


# -- writing ------------------------------------------------------------------------------


def write_datasets(
    datasets: Iterable[Dataset], filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write datasets, each in its usual format, and the YAML file that lists them.

    All is written into a temporary folder first. Only then files are moved to their place, the
    YAML file last; so nothing is left of a writing that fails. Data files are named after the
    datasets, as far as their names make good file names.

    Parameters
    ----------
    datasets : `Datasets`
    filename : str or path
        Of the YAML file.
    overwrite : bool
        Replace files that exist.

    Raises
    ------
    OverwriteError
        If one of the files exists and ``overwrite`` is not set, or is a folder.
    MissingFileError
        If the folder does not exist.
    DataError
        If there are no datasets, or one cannot be written.
    """
    path = expand(filename).resolve()
    if path.is_dir():
        raise OverwriteError(f"{path} is a folder: give the name of a YAML file in it")
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: the folder {path.parent} does not exist; create it first")
    datasets = list(datasets)
    if not datasets:
        raise DataError("there are no datasets to write: append some first")
    scratch = Path(tempfile.mkdtemp(prefix=".", suffix=".tmp", dir=path.parent))
    try:
        files = _write_all(datasets, scratch, path.name)
        targets = {path.with_name(file.name): file for file in files}
        for target in targets:
            if target.is_dir():
                raise OverwriteError(f"{target} is a folder: rename it, or choose another place")
            if target.exists() and not overwrite:
                raise OverwriteError(f"{target} exists: pass overwrite=True or choose another name")
        for target, file in targets.items():
            os.replace(file, target.resolve())
    finally:
        shutil.rmtree(scratch)


def _write_all(datasets: list[Dataset], scratch: Path, list_name: str) -> list[Path]:
    """Write into a scratch folder; the files, that with the list last."""
    files: dict[str, Path] = {list_name.casefold(): scratch / list_name}
    entries = []
    for i, dataset in enumerate(datasets):
        folder = scratch / str(i)
        name = _write_apart(dataset, folder, set(files))
        files |= {file.name.casefold(): file for file in sorted(folder.iterdir())}
        entries.append({"name": dataset.name, "type": type(dataset).tag, "filename": name})  # type: ignore[attr-defined]
    text = render_tree({"datasets": entries})
    first = files.pop(list_name.casefold())
    first.write_text(text, encoding="utf-8", newline="\n")
    return [*files.values(), first]


def _write_apart(dataset: Dataset, folder: Path, taken: set[str]) -> str:
    """Write a dataset into its own folder, under a name that makes no file twice."""
    if not hasattr(dataset, "write") or not hasattr(type(dataset), "tag"):
        raise DataError(f"{dataset!r} cannot be written: its class has no file format")
    stem = re.sub(r"[^\w.+-]+", "_", dataset.name, flags=re.ASCII).lstrip(".")[:80] or "dataset"
    for n in range(1, len(taken) + 2):
        name = f"{stem}.fits" if n == 1 else f"{stem}-{n}.fits"
        folder.mkdir()
        dataset.write(folder / name)
        if not taken & {file.name.casefold() for file in folder.iterdir()}:
            return name
        shutil.rmtree(folder)
    raise DataError(f"no file name is free for dataset {dataset.name!r}: rename it")
