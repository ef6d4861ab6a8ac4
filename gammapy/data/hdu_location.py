"""HDULocation: where a part of an observation is stored, and how it is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astropy.io import fits

from gammapy.atomic import expand
from gammapy.data.fits_table import find_table_hdu, read_header
from gammapy.errors import FileFormatError, MissingFileError
from gammapy.fits_file import read_hdus

__all__ = ["HDU_CLASSES", "HDU_TYPES", "HDULocation"]

#: kinds of parts
HDU_TYPES = ["events", "gti", "aeff", "edisp", "psf", "bkg", "rad_max", "pointing"]
#: layouts of parts
HDU_CLASSES = [
    "events",
    "gti",
    "aeff_2d",
    "edisp_2d",
    "psf_table",
    "psf_3gauss",
    "psf_king",
    "bkg_2d",
    "bkg_3d",
    "rad_max_2d",
    "pointing",
]


@dataclass(frozen=True)
class HDULocation:
    """Row of an index of parts of files.

    Parameters
    ----------
    obs_id : int or str
    hdu_type, hdu_class : str
        Kind and layout, e.g. "aeff" and "aeff_2d".
    base_dir, file_dir, file_name, hdu_name : str
        Variables of the environment in the folders are filled in.
    """

    obs_id: Any
    hdu_type: str
    hdu_class: str
    base_dir: str
    file_dir: str
    file_name: str
    hdu_name: str

    def path(self, abs_path: bool = True) -> Path:
        """Path of the file, by default with the folder of the index."""
        inside = Path(self.file_dir) / self.file_name
        return expand(os.path.expandvars(Path(self.base_dir) / inside if abs_path else inside))

    def check_file(self) -> Path:
        """Path of the file, which is there.

        Raises
        ------
        MissingFileError
            If it is not.
        """
        path = Path(os.path.normpath(self.path()))
        if not path.is_file():
            raise MissingFileError(
                f"{path} does not exist, where the index has the {self.hdu_type} of OBS_ID "
                f"{self.obs_id}: fetch the file, or leave this observation out"
            )
        return path

    def header(self) -> fits.Header:
        """Header of the part, without its data."""
        return read_header(self.check_file(), self.hdu_name, self.hdu_type)

    def load(self) -> Any:
        """Read it: an `EventList`, a `GTI` or a response.

        Raises
        ------
        MissingFileError
            If the file is absent.
        FileFormatError
            If it is damaged, or its layout is not supported.
        """
        from gammapy.data.events import EventList
        from gammapy.data.gti_table import gti_from_hdu

        path = self.check_file()
        if self.hdu_class == "events":
            return EventList.read(path, hdu=self.hdu_name)
        if self.hdu_class == "gti":
            place = f"{path}"
            return gti_from_hdu(
                find_table_hdu(read_hdus(path), self.hdu_name, place, "good time intervals"), path
            )
        return self._response_class().read(path, hdu=self.hdu_name)

    def _response_class(self) -> Any:
        from gammapy.irf.kinds import KINDS

        classes = {kind.tag: kind for kind in KINDS}  # type: ignore[attr-defined]
        if self.hdu_class not in classes:
            raise FileFormatError(
                f"{self.path()}: {self.hdu_name} of OBS_ID {self.obs_id} is of the class "
                f"{self.hdu_class!r}, which is not supported: known are {sorted(classes)}"
            )
        return classes[self.hdu_class]
