"""Tables of the Fermi tool gtpsf: exposure and point spread function at one position.

Extension ``PSF`` has a row for each energy (columns ``Energy`` in MeV, ``Exposure`` in cm2 s, and
``Psf`` in sr-1 over the radii), ``THETA`` the radii in deg.
"""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import FileFormatError, GammapyError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap

__all__ = ["gtpsf_maps"]


def gtpsf_maps(hdulist: fits.HDUList) -> tuple[RegionNDMap, RegionNDMap]:
    """Point spread function and exposure, as maps that are valid everywhere.

    Raises
    ------
    FileFormatError
        If an extension or a column is missing, or the numbers make no axes.
    """
    place = hdulist.filename() or "FITS file"
    energy = _column(hdulist, "PSF", "Energy", place)
    values = _column(hdulist, "PSF", "Psf", place)
    exposure = _column(hdulist, "PSF", "Exposure", place)
    theta = _column(hdulist, "THETA", "Theta", place)
    if values.shape != (len(energy), len(theta)):
        raise FileFormatError(
            f"{place}: PSF has values of shape {values.shape} for {len(energy)} energies and "
            f"{len(theta)} radii"
        )
    try:
        energy_axis = MapAxis.from_nodes(energy * u.MeV, interp="log", name="energy_true")
        rad_axis = MapAxis.from_nodes(theta * u.deg, name="rad")
    except GammapyError as error:
        raise FileFormatError(f"{place}: {error}") from None
    geom = RegionGeom.create(None, axes=[rad_axis, energy_axis])
    psf = RegionNDMap.from_geom(geom, data=values[..., None, None], unit="sr-1")
    seen = exposure[:, None, None, None]
    return psf, RegionNDMap.from_geom(geom.squash("rad"), data=seen, unit="cm2 s")


def _column(hdulist: fits.HDUList, hdu: str, name: str, place: str) -> Any:
    if hdu not in hdulist or name not in getattr(hdulist[hdu], "columns", fits.ColDefs([])).names:
        raise FileFormatError(f"{place} is no table of gtpsf: it has no column {name} in {hdu}")
    return np.array(hdulist[hdu].data[name], dtype=float)
