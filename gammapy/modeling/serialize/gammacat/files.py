"""Which files of gamma-cat belong together, and models read from one of them.

The folder is laid out as ``sources/tev-000025.yaml`` beside
``data/2006/<bibcode>/tev-000025.yaml``, with ``-2`` and so on behind the number where a paper has
several measurements of a source.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from gammapy.errors import FileFormatError, GammapyWarning
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.gammacat.merged import measurements_of_rows
from gammapy.modeling.serialize.gammacat.source import Source
from gammapy.modeling.serialize.tree import read_tree

__all__ = ["measurements_of_source", "read_models"]


def read_models(filename: str | os.PathLike[str]) -> Models:
    """Models of a file of gamma-cat.

    Parameters
    ----------
    filename : str or path
        Of a measurement; of a source, then all its measurements are read; or of the merged
        catalogue in YAML. Measurements without a spectral model are left out of several.

    Raises
    ------
    MissingFileError, FileFormatError
        If it is not there, or no such file.
    ModelError
        If the measurement has no spectral model.
    """
    path, tree = read_tree(filename)
    if isinstance(tree, list):
        return _models(measurements_of_rows(tree, str(path)), path)
    if not isinstance(tree, dict) or not {"reference_id", "common_name"} & tree.keys():
        raise FileFormatError(
            f"{path}: neither a measurement (source_id, reference_id) nor a source (source_id, "
            "common_name) of gamma-cat"
        )
    if "reference_id" not in tree:
        source = Source.from_tree(tree, str(path))
        return _models(measurements_of_source(source, path.parent.parent), path)
    return Models([Measurement(tree, str(path), _source(tree, path), path).sky_model()])


def _models(measurements: list[Measurement], path: Path) -> Models:
    """Models of those that have a spectrum."""
    with_spectrum = [measurement for measurement in measurements if measurement.has_spectrum]
    if not with_spectrum:
        raise FileFormatError(
            f"{path}: none of its {len(measurements)} measurements has a spectrum"
        )
    left = len(measurements) - len(with_spectrum)
    if left:
        warnings.warn(
            f"{path}: {left} of {len(measurements)} measurements have no spectral model and are "
            "left out",
            GammapyWarning,
            stacklevel=5,
        )
    return Models([measurement.sky_model() for measurement in with_spectrum])


def _source(tree: dict[str, Any], path: Path) -> Source | None:
    """Source of a measurement, if its file is where it belongs."""
    number = tree.get("source_id")
    if not isinstance(number, int) or len(path.parents) < 4:
        return None
    of_source = path.parents[3] / "sources" / f"tev-{number:06d}.yaml"
    return Source.read(of_source) if of_source.is_file() else None


def measurements_of_source(source: Source, folder: Path) -> list[Measurement]:
    """Measurements of a source in the folder of all, in the order of the papers."""
    stem = f"tev-{source.source_id:06d}"
    data = folder / "data"
    files = [*data.glob(f"*/*/{stem}.yaml"), *data.glob(f"*/*/{stem}-*.yaml")]
    return [Measurement.read(path, source) for path in sorted(files, key=by_number)]


def by_number(path: Path) -> tuple[str, str, int]:
    """Key that sorts files by year and paper, source, and number in it."""
    source, _, number = path.stem.removeprefix("tev-").partition("-")
    return str(path.parent), source, int(number) if number.isdigit() else 0
