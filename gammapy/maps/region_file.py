"""Maps on a region in FITS files: a table of the values, one of the axes, one of the region.

The extensions are NAME (columns CHANNEL and DATA, one row for each plane, the first axis varying
fastest), NAME_BANDS (see `gammapy.maps.bands`) and, where there is one, NAME_REGION (a table of the
FITS standard, in pixels, with their world coordinate system in the header). Without the last one
the values hold everywhere on the sky. Files may also have the values of a plane in one cell each.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.table import QTable
from astropy.utils.exceptions import AstropyWarning
from astropy.wcs import WCS

from gammapy.errors import DataError, FileFormatError, GammapyError, OptionError
from gammapy.fits_file import read_hdus
from gammapy.maps.bands import axis_cards, bands_table, read_bands
from gammapy.maps.meta_card import meta_of_header, meta_text
from gammapy.maps.region import RegionNDMap
from gammapy.maps.region_geometry import RegionGeom

__all__ = ["is_region_table", "read_region_map", "region_map_of_hdus", "region_map_to_hdulist"]


def is_region_table(hdu: Any) -> bool:
    """True for a table of values on a region."""
    names = {str(name).upper() for name in getattr(getattr(hdu, "columns", None), "names", ())}
    return {"CHANNEL", "DATA"} <= names


# -- writing ------------------------------------------------------------------------------


def region_map_to_hdulist(
    region_map: RegionNDMap,
    hdu: str | None = None,
    hdu_bands: str | None = None,
    hdu_region: str | None = None,
    format: str = "gadf",
) -> fits.HDUList:
    """Tables of a map on a region; see `RegionNDMap.to_hdulist`."""
    if format != "gadf":
        raise OptionError(
            f"format = {format!r} is not known for a map on a region: choose 'gadf'; spectra in "
            "the layout of OGIP are written with their dataset"
        )
    name = (hdu or "SKYMAP").upper()
    bands = (hdu_bands or f"{name}_BANDS").upper()
    geom = region_map.geom
    values = region_map.data.reshape(-1)
    values = values.astype(np.int16) if region_map.is_mask else values
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("CHANNEL", "K", array=np.arange(values.size)),
            fits.Column(
                "DATA",
                {"f": "D", "i": "K", "u": "K"}[values.dtype.kind],
                unit=region_map.unit.to_string("fits"),
                array=values,
            ),
        ],
        name=name,
    )
    table.header.update(axis_cards(geom.axes))
    table.header["META"] = meta_text(region_map.meta)
    if region_map.is_mask:
        table.header["ISMASK"] = True
    hdus = [fits.PrimaryHDU(), table]
    if len(geom.axes):
        table.header["BANDSHDU"] = bands
        hdus.append(bands_table(geom.axes, bands))
    if geom.region is not None:
        hdus.append(_region_table(geom, (hdu_region or f"{name}_REGION").upper()))
    return fits.HDUList(hdus)


def _region_table(geom: RegionGeom, name: str) -> fits.BinTableHDU:
    from regions import Regions

    flat = [region.to_pixel(geom.wcs) for region in _parts(geom.region)]
    table = fits.BinTableHDU(Regions(flat).serialize(format="fits"), name=name)
    table.header.update(geom.wcs.to_header())
    shape = ",".join(str(n[0]) for n in geom.to_wcs_geom().npix)
    table.header["WCSSHAPE"] = f"({shape})"
    return table


def _parts(region: Any) -> list[Any]:
    """Shapes of which a region is the union.

    Raises
    ------
    DataError
        If it is made in another way: a table cannot tell.
    """
    if not hasattr(region, "region1"):
        return [region]
    if region.operator.__name__ != "or_":
        raise DataError(
            f"region {region!r}: only a union of shapes can be written to a table, not an "
            "intersection or difference"
        )
    return _parts(region.region1) + _parts(region.region2)


# -- reading ------------------------------------------------------------------------------


def read_region_map(
    filename: str | os.PathLike[str], hdu: str | int | None = None, format: str = "gadf"
) -> RegionNDMap:
    """Map on a region of a file; see `RegionNDMap.read`."""
    from gammapy.atomic import expand

    if format != "gadf":
        raise OptionError(
            f"format = {format!r} is not known for a map on a region: choose 'gadf'; spectra in "
            "the layout of OGIP are read as datasets"
        )
    return region_map_of_hdus(read_hdus(filename), hdu, None, str(expand(filename)))


def region_map_of_hdus(
    hdus: fits.HDUList, wanted: str | int | None, hdu_bands: str | None, path: str
) -> RegionNDMap:
    """Map of one of the tables of a file, by default the first that is one.

    Raises
    ------
    FileFormatError
        If there is none, its axes are missing, or the numbers do not fit them.
    """
    table = _table(hdus, wanted, path)
    place = f"{path}: {table.name}"
    bands = hdu_bands or table.header.get("BANDSHDU") or f"{table.name}_BANDS"
    axes = []
    if bands in hdus:
        axes = read_bands(hdus[bands], table.header, f"{place}, {bands}")
    elif len(table.data) > 1:
        raise FileFormatError(
            f"{place} has {len(table.data)} rows and its axes should be in {bands!r}, which is "
            f"missing: the file has {[h.name for h in hdus]}"
        )
    geom = _geometry(hdus, f"{table.name}_REGION", axes, path)
    values = np.asarray(table.data["DATA"])
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if values.size != int(np.prod(geom.data_shape)):
        raise FileFormatError(
            f"{place} has {values.size} values, and its axes have {geom.axes.shape} bins: they "
            "must agree"
        )
    values = _in_order(table, values)
    if table.header.get("ISMASK"):
        values = values != 0
    unit = _unit(table, place)
    return RegionNDMap(
        geom, values.reshape(geom.data_shape), unit, meta=meta_of_header(table.header)
    )


def _table(hdus: fits.HDUList, wanted: str | int | None, path: str) -> Any:
    if wanted is None:
        found = [hdu for hdu in hdus if is_region_table(hdu)]
    else:
        try:
            found = [hdu for hdu in [hdus[wanted]] if is_region_table(hdu)]
        except (KeyError, IndexError):
            raise FileFormatError(
                f"{path} has no extension {wanted!r}: it has {[h.name for h in hdus]}"
            ) from None
    if not found:
        raise FileFormatError(
            f"{path} has no table with the columns CHANNEL and DATA in "
            f"{wanted or [h.name for h in hdus]}, as a map on a region needs: name its extension "
            "by hdu="
        )
    return found[0]


def _in_order(table: Any, values: np.ndarray) -> np.ndarray:
    """Values by ascending channel; files may have their rows in any order."""
    channels = np.asarray(table.data["CHANNEL"])
    if np.array_equal(np.sort(channels), np.arange(len(channels)) + channels.min()):
        return values[np.argsort(channels)]
    raise FileFormatError(
        f"{table.name}: the numbers in CHANNEL must be consecutive, each once: got "
        f"{np.array2string(channels, threshold=6)}"
    )


def _geometry(hdus: fits.HDUList, name: str, axes: list[Any], path: str) -> RegionGeom:
    """Geometry on the region of a table, or everywhere if there is none."""
    if name not in hdus:
        return RegionGeom(None, axes)
    from regions import Regions

    hdu = hdus[name]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # of cards that it mends
            wcs = WCS(hdu.header, naxis=2).celestial
            shapes = Regions.parse(QTable.read(hdu), format="fits")
            found = [shape.to_sky(wcs) for shape in shapes]
        return RegionGeom(found, axes, wcs)
    except (ValueError, TypeError, KeyError, GammapyError) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{path}: {name} has no region that can be read: {text}") from None


def _unit(table: Any, place: str) -> u.UnitBase:
    text = str(table.columns["DATA"].unit or "").strip()
    try:
        return u.Unit(text)
    except ValueError:
        raise FileFormatError(f"{place}: the unit {text!r} of DATA is not known") from None
