"""Maps that spatial models are made of, in their files.

An image is the first one with celestial axes, or the one that the name says, ``map.fits[2]`` or
``map.fits[EXTNAME]``. A cube has its energies in a table ``ENERGIES`` or ``EBOUNDS``, as the Fermi
tools and Gammalib write them, or in the bands of our own maps. Of several planes without energies
the first counts. A file is read once; one that has changed is read again.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.atomic import expand
from gammapy.errors import FileFormatError, GammapyWarning, MissingFileError
from gammapy.fits_file import open_hdus, read_hdus
from gammapy.maps import Map, WcsGeom
from gammapy.modeling.models.spatial.outline_of_map import Outline, outline_of
from gammapy.modeling.models.spatial.template_map import SR, TemplateSource

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
    return Map.read(path, hdu=extension)


@lru_cache(maxsize=256)
def _locate(path: Path, changed: int, extension: str | int | None) -> Outline:
    with open_hdus(path) as hdus:
        header = _image(hdus, extension, path).header.copy()
    header["NAXIS"] = 2
    geom = WcsGeom.from_header(header)
    return outline_of(geom.wcs, geom.data_shape)


@lru_cache(maxsize=256)
def _read(path: Path, changed: int, extension: str | int | None) -> TemplateSource:
    with open_hdus(path) as hdus:
        image = _image(hdus, extension, path)
        header = image.header
        bare = header["NAXIS"] > 2 and not _has_energies(hdus, image)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", GammapyWarning)
        sky_map = _first_plane(path, extension) if bare else Map.read(path, hdu=extension)
    if sky_map.geom.axes.names == ["energy"]:  # the energies of a model are true ones
        sky_map = sky_map.rename_axes("energy", "energy_true")
    missing = DIFFUSE if len(sky_map.geom.axes) else SR
    source = TemplateSource.of_map(sky_map, str(path), missing)
    if said:
        source.stated_in_file(_unit(str(header.get("BUNIT", ""))), str(said[0].message))
    return source


def _first_plane(path: Path, extension: str | int | None) -> Any:
    """Map of the first of several planes."""
    image = _image(read_hdus(path), extension, path)
    header = image.header.copy()
    header["EXTNAME"] = str(path)  # by which messages call it
    first = np.asarray(image.data).reshape((-1, *image.data.shape[-2:]))[0]
    return Map.from_hdulist(fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(first, header)]))


def _unit(text: str) -> u.UnitBase | None:
    """Unit like "photon/cm2/s/MeV/sr", which astropy does not read; None if it is none."""
    over, *below = re.sub(r"\b(photons?|ph|counts?|cts?)\b", "", text, flags=re.IGNORECASE).split(
        "/"
    )
    try:
        unit = u.Unit(over.strip())
        for part in below:
            unit = unit / u.Unit(part.strip())
    except ValueError:
        return None
    return unit


def _image(hdus: Any, extension: str | int | None, path: Path) -> Any:
    """Extension with the image.

    Raises
    ------
    FileFormatError
        If there is none, or not that extension.
    """
    try:
        chosen = list(hdus) if extension is None else [hdus[extension]]
    except (KeyError, IndexError):
        raise FileFormatError(
            f"{path} has no extension {extension!r}: it has {[hdu.name for hdu in hdus]}"
        ) from None
    for hdu in chosen:
        if hdu.is_image and hdu.header.get("NAXIS", 0) >= 2:
            return hdu
    if any(str(hdu.header.get("PIXTYPE", "")).strip() == "HEALPIX" for hdu in chosen):
        raise FileFormatError(
            f"{path} has a HEALPix map, which is not supported: project it to an image"
        )
    raise FileFormatError(f"{path} has no image of the sky in {[hdu.name for hdu in chosen]}")


def _has_energies(hdus: Any, image: Any) -> bool:
    """True if the planes of an image have energies, or axes that are no business of ours."""
    tables = (image.header.get("BANDSHDU"), f"{image.name}_BANDS", "EBOUNDS", "ENERGIES")
    kind = str(image.header.get("CTYPE3", "")).lower()
    return any(name in hdus for name in tables if name) or "ener" in kind
