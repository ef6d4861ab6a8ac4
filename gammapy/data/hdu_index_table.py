"""HDUIndexTable: which file and which part of it holds what of an observation."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Self

import numpy as np
from astropy.table import Table

from gammapy.atomic import expand
from gammapy.data.fits_table import read_table
from gammapy.data.hdu_location import HDU_CLASSES, HDU_TYPES, HDULocation
from gammapy.errors import DataError, GammapyWarning, UnknownNameError

__all__ = ["HDUIndexTable"]

_COLUMNS = ("OBS_ID", "HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME")


class HDUIndexTable(Table):
    """Index of parts of files, in the layout of GADF.

    Columns OBS_ID, HDU_TYPE, HDU_CLASS, FILE_DIR, FILE_NAME, HDU_NAME; folders are relative to
    ``meta["BASE_DIR"]``, which is the folder of the index.
    """

    VALID_HDU_TYPE = HDU_TYPES
    VALID_HDU_CLASS = HDU_CLASSES

    @classmethod
    def read(cls, filename: str | os.PathLike[str], hdu: str | int | None = None) -> Self:
        """Read from a FITS file, by default its first table.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If it is damaged, or a column is missing.
        """
        table = cls(read_table(filename, hdu, "parts of files", _COLUMNS), copy=False)
        table.meta["BASE_DIR"] = str(expand(filename).parent)
        return table

    @property
    def base_dir(self) -> Path:
        """Folder that the folders of the rows are relative to."""
        return expand(os.path.expandvars(self.meta.get("BASE_DIR", "")))

    @base_dir.setter
    def base_dir(self, path: str | os.PathLike[str]) -> None:
        self.meta["BASE_DIR"] = str(path)

    @property
    def hdu_type_unique(self) -> list[str]:
        """Kinds of parts that there are."""
        return sorted({str(t).strip() for t in self["HDU_TYPE"]})

    @property
    def hdu_class_unique(self) -> list[str]:
        """Layouts of parts that there are."""
        return sorted({str(t).strip() for t in self["HDU_CLASS"]})

    @property
    def obs_id_unique(self) -> np.ndarray:
        """Observations that there are, sorted."""
        return np.unique(np.asarray(self["OBS_ID"]))

    def row_idx(
        self, obs_id: Any, hdu_type: str | None = None, hdu_class: str | None = None
    ) -> list[int]:
        """Indices of the rows of an observation.

        Parameters
        ----------
        obs_id : int or str
        hdu_type, hdu_class : str, optional
            By default all.
        """
        chosen = np.asarray(self["OBS_ID"]) == obs_id
        for name, value in (("HDU_TYPE", hdu_type), ("HDU_CLASS", hdu_class)):
            if value is not None:
                chosen = chosen & (np.char.strip(np.asarray(self[name]).astype(str)) == value)
        return [int(i) for i in np.flatnonzero(chosen)]

    def hdu_location(
        self,
        obs_id: Any,
        hdu_type: str | None = None,
        hdu_class: str | None = None,
        warn_missing: bool = True,
    ) -> HDULocation | None:
        """Where a part of an observation is; None, with a warning, if the index has none.

        Parameters
        ----------
        obs_id : int or str
        hdu_type, hdu_class : str
            At least one of them.
        warn_missing : bool

        Raises
        ------
        UnknownNameError
            If the kind or layout is not known, or there is no such observation.
        DataError
            If there are several such parts.
        """
        _check(hdu_type, hdu_class)
        if not self.row_idx(obs_id):
            raise UnknownNameError(
                f"OBS_ID {obs_id} is not in the index of parts of files: it has "
                f"{len(self.obs_id_unique)} observations"
            )
        rows = self.row_idx(obs_id, hdu_type, hdu_class)
        if len(rows) > 1:
            classes = [str(self["HDU_CLASS"][row]) for row in rows]
            raise DataError(
                f"OBS_ID {obs_id} has {len(rows)} parts for {hdu_type or hdu_class!r}, of the "
                f"classes {classes}: say hdu_class="
            )
        if rows:
            return self.location_info(rows[0])
        if warn_missing:
            warnings.warn(
                f"OBS_ID {obs_id} has no {hdu_type or hdu_class!r} in the index of parts of files",
                GammapyWarning,
                stacklevel=2,
            )
        return None

    def location_info(self, idx: int) -> HDULocation:
        """Where the part of a row is."""
        row = self[int(idx)]
        kind, layout, folder, file, name = (str(row[key]).strip() for key in _COLUMNS[1:])
        obs_id = row["OBS_ID"]
        return HDULocation(
            obs_id=obs_id.item() if isinstance(obs_id, np.generic) else obs_id,
            hdu_type=kind,
            hdu_class=layout,
            base_dir=str(self.base_dir),
            file_dir=folder,
            file_name=file,
            hdu_name=name,
        )

    def summary(self) -> str:
        """What the index holds, as a text."""
        ids = self.obs_id_unique
        span = f"{ids[0]} -- {ids[-1]}" if len(ids) else "none"
        return (
            "HDU index table:\n"
            f"BASE_DIR: {self.base_dir}\n"
            f"Rows: {len(self)}\n"
            f"OBS_ID: {span}\n"
            f"HDU_TYPE: {self.hdu_type_unique}\n"
            f"HDU_CLASS: {self.hdu_class_unique}\n"
        )


def _check(hdu_type: str | None, hdu_class: str | None) -> None:
    if hdu_type is None and hdu_class is None:
        raise DataError("hdu_type = None and hdu_class = None: give at least one of them")
    for name, value, known in (
        ("hdu_type", hdu_type, HDU_TYPES),
        ("hdu_class", hdu_class, HDU_CLASSES),
    ):
        if value is not None and value not in known:
            raise UnknownNameError(f"{name} = {value!r} is not known: choose one of {known}")
