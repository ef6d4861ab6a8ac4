"""What a map is made of, as digests: tiles of another sky or response are never mixed in."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gammapy.atomic import expand
from gammapy.errors import MissingFileError
from gammapy.maps import WcsGeom
from gammapy.modeling.models import Models
from gammapy.modeling.models.base import ModelBase

__all__ = [
    "digest_of_files",
    "digest_of_geom",
    "digest_of_models",
    "digest_of_values",
    "key_of",
    "referred_files",
]


def digest_of_files(files: Iterable[str | os.PathLike[str]]) -> str:
    """Digest of the contents of files, in this order; their names do not count.

    Raises
    ------
    MissingFileError
        If one is not there.
    """
    whole = hashlib.sha256()
    for file in files:
        path = expand(file)
        if not path.is_file():
            raise MissingFileError(f"{path} does not exist: check the name and the folder")
        with open(path, "rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def digest_of_values(values: Any) -> str:
    """Digest of numbers and texts, in lists and mappings."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def digest_of_geom(geom: WcsGeom, *others: Any) -> str:
    """Digest of a geometry with its axes, and of further axes."""
    axes = [*geom.axes, *others]
    edges = [[axis.name, axis.edges.to_value(axis.unit).tolist(), str(axis.unit)] for axis in axes]
    return digest_of_values([geom.to_header().tostring(), edges])


def key_of(inputs: Mapping[str, str], size: Sequence[int]) -> str:
    """One digest of all inputs, and of the size of the tiles."""
    return digest_of_values([dict(inputs), list(size)])


def digest_of_models(models: Models) -> str:
    """Digest of all numbers of models, and of the files that they refer to.

    To be taken before they are used: some keep what they have computed.
    """
    whole = hashlib.sha256(pickle.dumps(list(models)))
    whole.update(digest_of_files(referred_files(models)).encode())
    return whole.hexdigest()


def referred_files(models: Models) -> list[Path]:
    """Files that models take numbers from when they are evaluated."""
    found = set()
    for part in _parts(list(models)):
        filename = getattr(part, "filename", None)
        if filename is not None and expand(filename).is_file():
            found.add(expand(filename))
    return sorted(found)


def _parts(value: Any) -> Iterator[ModelBase]:
    """Models among the attributes of models, to any depth."""
    if isinstance(value, ModelBase):
        yield value
        for inner in vars(value).values():
            yield from _parts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _parts(inner)
