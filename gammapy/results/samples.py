"""Posterior samples in a FITS table: one column for each free parameter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gammapy.errors import FileFormatError, FitError, MissingFileError
from gammapy.modeling.serialize.node import Node
from gammapy.spectrum.fits_file import read_hdus, write_hdus

__all__ = ["digest", "read_samples", "samples_beside", "write_samples"]


def samples_beside(path: Path) -> Path:
    """File of the samples that belong to the result in a YAML file."""
    return path.with_name(f"{path.stem}_samples.fits")


def digest(path: Path) -> str:
    """SHA-256 of a file: it tells whether samples and result belong together."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_samples(
    path: Path, samples: np.ndarray, names: Sequence[str], units: Sequence[str]
) -> None:
    """Write samples [n_samples, n_free]; the names and units of the free parameters come first.

    The file is written under a temporary name in the same folder, then renamed.
    """
    from astropy.io import fits

    if samples.ndim != 2 or samples.shape[1] > len(names):
        raise FitError(
            f"samples of shape {samples.shape} do not fit the {len(names)} parameters: one column "
            "for each free parameter is needed"
        )
    columns = [
        fits.Column(name=name, format="D", unit=unit, array=column)
        for name, unit, column in zip(names, units, samples.T, strict=False)
    ]
    table = fits.BinTableHDU.from_columns(columns, name="SAMPLES")
    write_hdus({path: [fits.PrimaryHDU(), table]}, overwrite=True)


def read_samples(node: Node, result: Path, names: Sequence[str]) -> np.ndarray:
    """Samples [n_samples, n_free] of the file that a result names.

    Raises
    ------
    MissingFileError
        If there is no such file beside the result.
    FileFormatError
        If it was changed, or does not hold the free parameters of the result.
    """
    node.check_keys(["file", "sha256"])
    path = result.parent / node["file"].text()
    if not path.is_file():
        raise MissingFileError(
            f"{result}: the file of its samples, {path}, does not exist; put it there, or set "
            "'samples: null' to read the result without them"
        )
    if digest(path) != node["sha256"].text():
        raise FileFormatError(
            f"{path} was changed or belongs to another result than {result}; put the right file "
            "there, or set 'samples: null' to read the result without them"
        )
    table = read_hdus(path)["SAMPLES"].data
    if list(table.names) != list(names):
        raise FileFormatError(
            f"{path} has the columns {table.names}: {list(names)} are needed, the free "
            f"parameters of {result}"
        )
    return np.array([table[name] for name in names], dtype=float).reshape(len(names), -1).T
