"""Maps in FITS files.

Written is the GADF layout: an image, and a ``BANDS`` table for its axes. Read are this one, the
counts cubes of the Fermi tools (``EBOUNDS``), their and Gammalib's cubes of models and exposures
(``ENERGIES``), and bare images, of which a third axis may be the energy. What else stands in the
files is left alone.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from astropy.wcs import WCS

from gammapy.atomic import expand
from gammapy.errors import DataError, FileFormatError, GammapyError, GammapyWarning, OptionError
from gammapy.fits_file import read_hdus, write_hdus
from gammapy.maps.axis import MapAxis
from gammapy.maps.bands import axis_cards, bands_table, read_bands, read_bounds, read_nodes
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.meta_card import meta_of_header, meta_text
from gammapy.maps.region import RegionNDMap
from gammapy.maps.region_file import is_region_table, region_map_of_hdus, region_map_to_hdulist
from gammapy.maps.wcs_map import WcsNDMap

__all__ = [
    "geometry_from_header",
    "header_of",
    "map_from_hdulist",
    "map_to_hdulist",
    "read_map",
    "split_extension",
    "write_map",
]

_BANDS = {"gadf": None, "fgst-ccube": "EBOUNDS", "fgst-template": "ENERGIES"}
#: unit of the energies, whatever the table says
_ENERGIES = {"fgst-ccube": "keV", "fgst-template": "MeV"}
_KINDS = ("auto", "wcs", "region")
_PARTICLES = re.compile(r"\b(photons?|ph|counts?|cts?)\b", re.IGNORECASE)


# -- doors --------------------------------------------------------------------------------


def read_map(
    filename: str | os.PathLike[str],
    hdu: str | int | None = None,
    hdu_bands: str | None = None,
    map_type: str = "auto",
    format: str | None = None,
) -> Any:
    """Map of a file; see `Map.read`."""
    path, extension = split_extension(filename)
    if extension is not None and hdu is not None and hdu != extension:
        raise OptionError(f"{filename}: the name says the extension {extension!r}, hdu = {hdu!r}")
    wanted = extension if hdu is None else hdu
    return _map_of(read_hdus(path), wanted, hdu_bands, map_type, format, str(path))


def split_extension(filename: str | os.PathLike[str]) -> tuple[Path, str | int | None]:
    """Path of a file and the extension that ``name[EXT]`` says, None if it says none."""
    path = expand(filename)
    found = re.fullmatch(r"(.+)\[([^\[\]]+)\]", str(path))
    if found is None or path.exists():
        return path, None
    name, extension = found.groups()
    extension = extension.strip()
    return Path(name), int(extension) if extension.isdigit() else extension


def write_map(
    sky_map: Any, filename: str | os.PathLike[str], overwrite: bool = False, **kwargs: Any
) -> None:
    """Write a map; see `Map.write`."""
    if isinstance(sky_map, RegionNDMap):
        hdus = region_map_to_hdulist(sky_map, **kwargs)
    else:
        hdus = map_to_hdulist(sky_map, **kwargs)
    write_hdus({expand(filename): hdus}, overwrite)


# -- writing ------------------------------------------------------------------------------


def map_to_hdulist(
    sky_map: WcsNDMap,
    hdu: str | None = None,
    hdu_bands: str | None = None,
    sparse: bool = False,
    format: str = "gadf",
) -> fits.HDUList:
    """Image and table of a map; see `WcsNDMap.to_hdulist`."""
    if sparse:
        raise OptionError("sparse = True is not supported: write the image, to a .gz file")
    if format not in _BANDS:
        raise OptionError(f"format = {format!r} is not known: choose one of {', '.join(_BANDS)}")
    name = "PRIMARY" if hdu is None else hdu.upper()
    axes = sky_map.geom.axes
    if _BANDS[format] and axes.names not in (["energy"], ["energy_true"]):
        raise DataError(f"format = {format!r} is for maps with one axis of energies: has {axes!r}")
    if format in _ENERGIES:
        axis = _known_energies(axes[0], _ENERGIES[format])
        sky_map = sky_map.copy(geom=sky_map.geom.with_axes([axis]))
        axes = sky_map.geom.axes
    header = header_of(sky_map.geom)
    data = sky_map.data.astype(np.int16) if sky_map.is_mask else sky_map.data
    bands = (hdu_bands or _BANDS[format] or f"{name}_BANDS").upper()
    if len(axes):
        header["BANDSHDU"] = bands
    header["META"] = meta_text(sky_map.meta)
    header["BUNIT"] = sky_map.unit.to_string("fits")
    if sky_map.is_mask:
        header["ISMASK"] = True
    if name == "PRIMARY":
        hdus: list[Any] = [fits.PrimaryHDU(data, header)]
    else:
        hdus = [fits.PrimaryHDU(), fits.ImageHDU(data, header, name=name)]
    if len(axes):
        hdus.append(bands_table(axes, bands))
    return fits.HDUList(hdus)


def _known_energies(axis: MapAxis, unit: str) -> MapAxis:
    """Axis under the one name and in the one unit that other tools take it to have."""
    if axis.node_type == "center":
        return MapAxis.from_nodes(axis.center.to(unit), interp=axis.interp, name="energy")
    return MapAxis(axis.edges.to(unit), interp=axis.interp, name="energy")


def header_of(geom: WcsGeom) -> fits.Header:
    """Header of the image of a geometry."""
    header = geom.wcs.to_header()
    header.update(axis_cards(geom.axes))
    header["WCSSHAPE"] = f"({','.join(map(str, geom.data_shape[::-1]))})"
    return header


# -- reading ------------------------------------------------------------------------------


def map_from_hdulist(
    hdulist: fits.HDUList,
    hdu: str | int | None = None,
    hdu_bands: str | None = None,
    map_type: str = "auto",
    format: str | None = None,
) -> Any:
    """Map of an open file; see `Map.read`."""
    return _map_of(hdulist, hdu, hdu_bands, map_type, format, hdulist.filename() or "FITS file")


def _map_of(
    hdus: fits.HDUList,
    wanted: str | int | None,
    hdu_bands: str | None,
    map_type: str,
    format: str | None,
    path: str,
) -> Any:
    if map_type not in _KINDS:
        raise OptionError(f"map_type = {map_type!r} is not supported: use one of {_KINDS}")
    if format is not None and format not in _BANDS:
        raise OptionError(f"format = {format!r} is not known: choose one of {', '.join(_BANDS)}")
    if map_type == "region" or (map_type == "auto" and _is_on_region(hdus, wanted)):
        return region_map_of_hdus(hdus, wanted, hdu_bands, path)
    image = _image(hdus, wanted, path)
    place = f"{path}: {image.name}"
    data = np.asarray(image.data)
    data = data.astype(data.dtype.newbyteorder("="), copy=False)
    bands = _bands(hdus, image, hdu_bands or (format and _BANDS[format]), path)
    axes = _axes(image.header, bands, data.shape[:-2], place)
    geom = _geometry(image.header, data.shape[-2:], axes, place)
    if data.size and data.dtype.kind == "f" and not np.any(np.isfinite(data)):
        raise FileFormatError(f"{place} has no finite pixel: {data.size} are nan or infinite")
    if image.header.get("ISMASK") or ("MASK" in image.name.upper() and data.dtype.kind in "iu"):
        data = data != 0
    unit = _unit(str(image.header.get("BUNIT", "")).strip() or _usual(image.header, bands), place)
    meta = meta_of_header(image.header)
    return WcsNDMap(geom, data.reshape(geom.data_shape), meta=meta, unit=unit)


def _is_on_region(hdus: fits.HDUList, wanted: str | int | None) -> bool:
    """True if a table of values on a region is meant: no image is there, or the table is named."""
    if wanted is None:
        images = (hdu.is_image and hdu.header.get("NAXIS", 0) >= 2 for hdu in hdus)
        return not any(images) and any(is_region_table(hdu) for hdu in hdus)
    known = wanted in hdus if isinstance(wanted, str) else -len(hdus) <= wanted < len(hdus)
    return known and is_region_table(hdus[wanted])


def geometry_from_header(header: Any, hdu_bands: Any = None) -> WcsGeom:
    """Geometry of an image; see `WcsGeom.from_header`."""
    sizes = _sizes(header)
    name = str(header.get("EXTNAME", "PRIMARY"))
    return _geometry(header, sizes[-2:], _axes(header, hdu_bands, sizes[:-2], name), name)


def _sizes(header: Any) -> tuple[int, ...]:
    """Shape of an image, by NAXISn, else by the card WCSSHAPE of a header without data."""
    if header.get("NAXIS", 0) >= 2:
        return tuple(header[f"NAXIS{i}"] for i in range(header["NAXIS"], 0, -1))
    found = re.findall(r"\d+", str(header.get("WCSSHAPE", "")))
    if len(found) < 2:
        raise FileFormatError(
            "the header has neither NAXIS1 and NAXIS2 nor WCSSHAPE: the size of the image is needed"
        )
    return tuple(int(n) for n in reversed(found))


def _geometry(header: Any, shape: tuple[int, ...], axes: list[Any], place: str) -> WcsGeom:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # of cards that it mends
            wcs = WCS(_mended(header), naxis=2)
        return WcsGeom(wcs, shape[::-1], axes=axes)
    except (ValueError, TypeError, KeyError, GammapyError, AstropyWarning) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{place} has no usable celestial axes: {text}") from None


def _mended(header: Any) -> Any:
    """Header with a dash too much in the names of the axes left out, of which there are some."""
    header = header.copy()
    for key in ("CTYPE1", "CTYPE2"):
        found = re.fullmatch(r"(\w+)(-+)(\w{3})", str(header.get(key, "")).strip())
        if found:
            header[key] = f"{found[1]}{'-' * (8 - len(found[1]) - len(found[3]))}{found[3]}"
    return header


def _image(hdus: fits.HDUList, wanted: str | int | None, path: str) -> Any:
    """Extension with the image."""
    if wanted is not None:
        try:
            chosen = [hdus[wanted]]
        except (KeyError, IndexError):
            raise FileFormatError(
                f"{path} has no extension {wanted!r}: it has {[h.name for h in hdus]}"
            ) from None
    else:
        chosen = list(hdus)
    for hdu in chosen:
        if hdu.is_image and hdu.header.get("NAXIS", 0) >= 2:
            return hdu
    if any(str(hdu.header.get("PIXTYPE", "")).strip() == "HEALPIX" for hdu in chosen):
        raise FileFormatError(
            f"{path} has a HEALPix map, which is not supported: project it to an image"
        )
    names = [hdu.name for hdu in chosen]
    raise FileFormatError(f"{path} has no image of the sky in {names}: name its extension by hdu=")


def _bands(hdus: fits.HDUList, image: Any, wanted: str | None, path: str) -> Any:
    """Table of the axes, None if there is none."""
    stated = wanted or image.header.get("BANDSHDU")
    if stated is not None:
        if stated not in hdus:
            raise FileFormatError(
                f"{path}: {image.name} has its axes in {stated!r}, which is missing: the file has "
                f"{[h.name for h in hdus]}"
            )
        return hdus[stated]
    if image.header["NAXIS"] < 3:
        return None
    for name in (f"{image.name}_BANDS", "EBOUNDS", "ENERGIES"):
        if name in hdus:
            return hdus[name]
    return None


def _axes(header: Any, bands: Any, sizes: tuple[int, ...], place: str) -> list[Any]:
    """Axes of an image besides those on the sky; of length 1 ones need no table."""
    if bands is None:
        spare = [n for n in sizes if n != 1]
        if not spare:
            return []
        if len(spare) == 1:
            return [_energy_axis(header, len(sizes) - sizes.index(spare[0]) + 2, spare[0], place)]
        raise FileFormatError(
            f"{place} has {len(sizes)} axes of {sizes[::-1]} bins and no table of them: add one "
            "like <name>_BANDS, or take a plane"
        )
    axes = _of_table(header, bands, f"{place}, {bands.name}")
    found = tuple(axis.nbin for axis in reversed(axes))
    if found != sizes:
        raise FileFormatError(
            f"{place} has planes {sizes}, and {bands.name} axes of {found} bins: they must agree"
        )
    return axes


def _of_table(header: Any, bands: Any, place: str) -> list[Any]:
    if not isinstance(bands, fits.BinTableHDU):
        raise FileFormatError(f"{place} is not a table of axes")
    if bands.name == "ENERGIES":
        return [read_nodes(bands, place)]
    if bands.name == "EBOUNDS":
        return [read_bounds(bands, place)]
    return read_bands(bands, header, place)


def _energy_axis(header: Any, number: int, size: int, place: str) -> MapAxis:
    """Axis of energies that is described by cards of the image."""
    kind = str(header.get(f"CTYPE{number}", "")).strip()
    unit = str(header.get(f"CUNIT{number}", "")).strip()
    logarithmic = "log" in kind.lower()
    if "ener" not in kind.lower():
        raise FileFormatError(
            f"{place} has {size} planes, and CTYPE{number} = {kind!r} is no energy: add a table "
            "EBOUNDS or ENERGIES, or take a plane"
        )
    start, step, pixel = (
        float(header.get(f"{key}{number}", default))
        for key, default in (("CRVAL", 1.0), ("CDELT", 1.0), ("CRPIX", 1.0))
    )
    values = start + step * (np.arange(size) + 1 - pixel)
    try:
        nodes = u.Quantity(10**values if logarithmic else values, unit or "MeV")
        return MapAxis.from_nodes(nodes, interp="log", name="energy")
    except (ValueError, GammapyError) as error:
        raise FileFormatError(f"{place}: energies of axis {number}: {error}") from None


def _unit(text: str, place: str) -> u.UnitBase:
    """Unit of the values; photons and counts are none."""
    bare = _PARTICLES.sub("", text).strip()
    if bare in ("None", "none"):
        return u.Unit("")
    first, *others = bare.split("/") if bare.count("/") > 1 or bare.startswith("/") else [bare]
    try:
        unit = u.Unit(first.strip())
        for other in others:  # astropy takes one stroke at most
            unit = unit / u.Unit(other.strip())
        return unit
    except ValueError:
        warnings.warn(
            f"{place}: BUNIT = {text!r} is no unit that is known: the values are taken without one",
            GammapyWarning,
            stacklevel=2,
        )
        return u.Unit("")


def _usual(header: Any, bands: Any) -> str:
    """Unit that cubes with nodes of energies have, although they do not say it.

    Those made for an observation hold exposures, the others intensities of the diffuse emission.
    """
    if bands is None or bands.name != "ENERGIES":
        return ""
    return "cm2 s" if "TSTART" in header else "cm-2 s-1 MeV-1 sr-1"
