"""Maps that spatial models are made of, in their files.

An image is the first one with celestial axes, or the one that the name says, ``map.fits[2]`` or
``map.fits[EXTNAME]``. A cube has its energies in a table ``ENERGIES`` or ``EBOUNDS``, as the Fermi
tools and Gammalib write them, or in the bands of our own maps. Of several planes without energies
the first counts. A file is read once; one that has changed is read again.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.errors import FileFormatError, GammapyError, MissingFileError
from gammapy.maps import MapAxis
from gammapy.modeling.models.spatial.outline_of_map import Outline, outline_of
from gammapy.modeling.models.spatial.template_map import SR, TemplateSource
from gammapy.modeling.serialize.atomic import expand

__all__ = [
    "expanded",
    "locate_template",
    "read_map",
    "read_template",
    "split_extension",
    "write_template",
]

#: unit of the cubes of the Fermi tools and Gammalib, which often do not say it
DIFFUSE = u.Unit("cm-2 s-1 MeV-1 sr-1")
_TRUE = "energy_true"
_PARTICLES = re.compile(r"\b(photons?|ph|counts?|cts?)\b", re.IGNORECASE)


# -- names --------------------------------------------------------------------------------


def split_extension(filename: str) -> tuple[str, str | int | None]:
    """Name of a file and the extension that it says, None if it says none."""
    found = re.fullmatch(r"(.+)\[([^\[\]]+)\]", filename)
    if found is None or expanded(filename).exists():
        return filename, None
    name, extension = found.groups()
    return name, int(extension) if extension.strip().isdigit() else extension.strip()


def expanded(filename: str) -> Path:
    """Path of a name, which may have variables like ``$X``, ``$(X)`` or ``$ENV{X}``."""
    return expand(re.sub(r"\$(?:ENV)?[({](\w+)[)}]", r"${\1}", filename))


def _existing(filename: str, stated: str | None) -> tuple[Path, int, str | int | None]:
    """Path of a file that is there, time of its last change, and the extension wanted."""
    name, extension = split_extension(filename)
    path = expanded(name)
    if path.is_file():
        return path.resolve(), path.stat().st_mtime_ns, extension
    unset = re.findall(r"\$\{?(\w+)", str(path))
    if unset:
        hint = f"set the environment variable {unset[0]} to the folder that is meant"
    else:
        # relative names mean beside the file of the model, or in the working directory
        tries = [str(path.absolute())]
        if stated is not None and not expanded(stated).is_absolute():
            tries.append(str(Path.cwd() / split_extension(stated)[0]))
        hint = f"looked for {' and '.join(dict.fromkeys(tries))}; give the right name"
    raise MissingFileError(f"{stated or filename}: there is no such file of a map: {hint}")


# -- templates ----------------------------------------------------------------------------


def read_template(model: Any) -> TemplateSource:
    """Map of a `TemplateSpatialModel`.

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is missing, or has no map of a kind that is known.
    """
    return _read(*_existing(model.filename, model.stated_filename))


def locate_template(model: Any) -> Outline:
    """Where the map of a `TemplateSpatialModel` lies, from the header of its file alone."""
    return _locate(*_existing(model.filename, model.stated_filename))


def write_template(sky_map: Any, filename: str, overwrite: bool) -> None:
    """Write a map; see `TemplateSpatialModel.write`."""
    sky_map.write(expanded(filename), overwrite=overwrite)


def read_map(filename: str) -> Any:
    """Map of a `TemplateNDSpatialModel`."""
    path, changed, extension = _existing(filename, None)
    return _read_map(path, changed, extension)


@lru_cache(maxsize=16)
def _read_map(path: Path, changed: int, extension: str | int | None) -> Any:
    with _damage(path):
        return find("Map", "read", "fits")(path, hdu=extension)


@lru_cache(maxsize=256)
def _locate(path: Path, changed: int, extension: str | int | None) -> Outline:
    from astropy.io import fits

    with _damage(path), fits.open(path, memmap=False) as hdus:
        header = _image_hdu(hdus, extension, path).header
        return outline_of(_wcs(header), (header["NAXIS2"], header["NAXIS1"]))


@lru_cache(maxsize=256)
def _read(path: Path, changed: int, extension: str | int | None) -> TemplateSource:
    from astropy.io import fits

    with _damage(path), fits.open(path, memmap=False) as hdus:
        hdu = _image_hdu(hdus, extension, path)
        data = np.asarray(hdu.data)
        data = data.astype(data.dtype.newbyteorder("="))
        planes = data.reshape((-1, *data.shape[-2:]))
        axis = _energies(hdus, hdu, len(planes), path) if data.ndim > 2 else None
        unit, problem = _unit(hdu.header.get("BUNIT", ""))
        values, missing = (planes[0], SR) if axis is None else (planes, DIFFUSE)
        source = TemplateSource(str(path), _wcs(hdu.header), values, axis, unit, missing)
        source.problem = problem
        return source


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Say which file it was, whatever astropy found wrong with it."""
    from astropy.utils.exceptions import AstropyWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # of headers that it mends
            yield
    except GammapyError:
        raise
    except Exception as error:  # astropy raises many kinds for damaged files
        raise FileFormatError(f"{path}: is no map that can be read: {error}") from None


def _image_hdu(hdus: Any, extension: str | int | None, path: Path) -> Any:
    """Extension with the map."""
    if extension is not None:
        try:
            hdu = hdus[extension]
        except (KeyError, IndexError):
            raise FileFormatError(
                f"{path}: has no extension {extension!r}: it has {[h.name for h in hdus]}"
            ) from None
        found = [hdu] if _is_image(hdu) else []
    else:
        found = (hdu for hdu in hdus if _is_image(hdu))
    for hdu in found:
        return hdu
    if any(hdu.header.get("PIXTYPE") == "HEALPIX" for hdu in hdus):
        raise FileFormatError(
            f"{path}: has a HEALPix map, which is not supported: project it to a WCS image"
        )
    raise FileFormatError(f"{path}: has no image with celestial axes (CTYPE1, CTYPE2)")


def _is_image(hdu: Any) -> bool:
    kinds = [str(hdu.header.get(f"CTYPE{i}", "")) for i in (1, 2)]
    return hdu.is_image and hdu.header.get("NAXIS", 0) >= 2 and all(kinds)


def _wcs(header: Any) -> Any:
    from astropy.wcs import WCS

    return WCS(header, naxis=2)


def _energies(hdus: Any, image: Any, n_planes: int, path: Path) -> MapAxis | None:
    """Axis of a cube, None if the file has no energies.

    Raises
    ------
    FileFormatError
        If they are not as many as the planes, or the bands are of something else.
    """
    bands = str(image.header.get("BANDSHDU", f"{image.name}_BANDS")).strip()
    if bands in hdus:
        axis = _axis_of_bands(hdus[bands], path)
    elif "ENERGIES" in hdus:
        table = hdus["ENERGIES"]
        energy = u.Quantity(table.data.field(0).astype(float), table.columns[0].unit or "MeV")
        axis = MapAxis.from_nodes(energy, interp="log", name="energy_true")
    elif "EBOUNDS" in hdus:
        axis = MapAxis.from_energy_edges(_edges(hdus["EBOUNDS"], "E_MIN", "E_MAX"), name=_TRUE)
    else:
        return None
    if axis.nbin != n_planes:
        raise FileFormatError(
            f"{path}: has {n_planes} planes, but {axis.nbin} energies: make them as many"
        )
    return axis


def _edges(table: Any, low: str, high: str) -> u.Quantity:
    ends = [
        u.Quantity(table.data[k].astype(float), table.columns[k].unit or "keV") for k in (low, high)
    ]
    return u.Quantity([*ends[0], ends[1][-1]])


def _axis_of_bands(table: Any, path: Path) -> MapAxis:
    """Energies of a map that this package or Gammapy has written."""
    columns = table.columns.names
    axes = [key for key in table.header if key.startswith("AXCOLS")]
    if len(axes) > 1 or not {"ENERGY", "E_MIN", "E_MAX"} & set(columns):
        raise FileFormatError(
            f"{path}: has a map with the axes {[table.header[key] for key in axes]}: a template "
            "has energies at most; TemplateNDSpatialModel takes the others as parameters"
        )
    if {"E_MIN", "E_MAX"} <= set(columns):
        return MapAxis.from_energy_edges(_edges(table, "E_MIN", "E_MAX"), name=_TRUE)
    energy = u.Quantity(table.data["ENERGY"].astype(float), table.columns["ENERGY"].unit or "keV")
    return MapAxis.from_nodes(energy, interp="log", name=_TRUE)


def _unit(text: str) -> tuple[u.UnitBase | None, str | None]:
    """Unit of the values without photons and counts, and what is wrong with it."""
    bare = _PARTICLES.sub("", text).strip()
    bare = re.sub(r"^/", "1/", bare)
    try:
        return (u.Unit(bare) if bare else None), None
    except ValueError:
        return None, f"BUNIT = {text!r} is no unit that astropy knows"
