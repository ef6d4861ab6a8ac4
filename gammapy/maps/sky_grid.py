"""The two celestial axes of a map as a world coordinate system of astropy: made, checked, used.

Longitude and latitude are in deg, pixels are counted from 0 at the centre of the first one.
"""

from __future__ import annotations

import warnings
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS, FITSFixedWarning
from astropy.wcs.utils import wcs_to_celestial_frame

from gammapy.errors import DataError
from gammapy.units import as_quantity

__all__ = [
    "angles_of",
    "checked_wcs",
    "longitude_period",
    "make_wcs",
    "pix_to_sky",
    "pixels_across",
    "pixels_of",
    "same_pixels",
    "sky_to_pix",
]

_AXES = {"galactic": ("GLON", "GLAT"), "icrs": ("RA", "DEC"), "fk5": ("RA", "DEC")}
_AXES["fk4"] = ("RA", "DEC")
_CYLINDRICAL = ("CAR", "CEA", "CYP", "MER")


def make_wcs(
    proj: str,
    frame: str,
    skydir: Any,
    binsz: tuple[float, float],
    refpix: tuple[float, float],
) -> WCS:
    """World coordinate system with the reference at a position.

    Parameters
    ----------
    proj : str
        Code of the projection, "CAR", "TAN", "AIT"...
    frame : {"icrs", "galactic", "fk5", "fk4"}
    skydir : `~astropy.coordinates.SkyCoord`, pair or None
        Plain numbers are in deg in the frame; by default its origin.
    binsz : tuple of float
        Pixel sizes in deg.
    refpix : tuple of float
        Pixel of the position, counted from 1 as in FITS.

    Raises
    ------
    DataError
        If the frame or the projection is not known, or the position is none.
    """
    if frame not in _AXES:
        raise DataError(f"frame = {frame!r} is not known: choose one of {', '.join(_AXES)}")
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [f"{name}{'-' * (8 - len(name) - len(proj))}{proj}" for name in _AXES[frame]]
    if frame != "galactic":
        wcs.wcs.radesys = frame.upper()
        wcs.wcs.equinox = {"fk5": 2000.0, "fk4": 1950.0}.get(frame, np.nan)
    wcs.wcs.crval = _position(skydir, frame)
    wcs.wcs.cdelt = [-binsz[0], binsz[1]]
    wcs.wcs.crpix = list(refpix)
    wcs.wcs.cunit = ["deg", "deg"]
    try:
        wcs.wcs.set()
    except ValueError as error:  # all errors of wcslib are
        raise DataError(
            f"projection proj = {proj!r} about {skydir!r}: {' '.join(str(error).split())}: use a "
            "code of the FITS standard like 'CAR', 'TAN', 'AIT' and a position on the sky"
        ) from None
    return wcs


def _position(skydir: Any, frame: str) -> list[float]:
    if skydir is None:
        return [0.0, 0.0]
    if isinstance(skydir, SkyCoord):
        moved = skydir.transform_to(frame).spherical
        pair: Any = (moved.lon, moved.lat)
    else:
        pair = skydir
    try:
        lon, lat = (_degrees(x, name) for x, name in zip(pair, ("lon", "lat"), strict=True))
    except (TypeError, ValueError):
        lon = lat = np.nan
    if not (np.isfinite(lon) and np.isfinite(lat) and abs(lat) <= 90):
        raise DataError(
            f"skydir = {skydir!r} must be one SkyCoord, or a pair of longitude and latitude in deg "
            "with a latitude within -90 and 90"
        )
    return [lon, lat]


def _degrees(value: Any, name: str) -> float:
    if isinstance(value, (int, float, np.number)):
        return float(value)
    return float(as_quantity(value, name, u.deg).to_value("deg"))


def checked_wcs(wcs: WCS) -> tuple[WCS, Any]:
    """The celestial axes of a world coordinate system, and their frame.

    Raises
    ------
    DataError
        If there are none, latitude comes first, the frame is not known, or the picture is
        distorted.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FITSFixedWarning)  # dates and units that astropy mends
        sky = wcs.celestial if wcs.naxis > 2 or not wcs.has_celestial else wcs
    if sky.naxis != 2 or not sky.has_celestial:
        raise DataError(f"axes {list(wcs.wcs.ctype)} are not two celestial ones, e.g. RA---TAN")
    if (wcs.wcs.lng, wcs.wcs.lat) != (0, 1):
        raise DataError(
            f"axes {list(wcs.wcs.ctype)}: longitude must be the first and latitude the second: "
            "transpose the image"
        )
    if not sky.is_celestial or sky.has_distortion:
        raise DataError(
            f"axes {list(wcs.wcs.ctype)} have a distortion (SIP or tables), which is not "
            "supported: reproject the image"
        )
    try:
        return sky, wcs_to_celestial_frame(sky)
    except ValueError:
        raise DataError(
            f"axes {list(wcs.wcs.ctype)} with RADESYS = {wcs.wcs.radesys!r}: the frame is not "
            "known; use equatorial or galactic ones"
        ) from None


def angles_of(value: Any, name: str) -> tuple[float, float]:
    """Two positive angles in deg from one or two; plain numbers are in deg."""
    single = isinstance(value, str) or np.ndim(value) == 0
    pair = (value, value) if single else tuple(value)
    plain = (int, float, np.number)
    sizes = [
        float(x) if isinstance(x, plain) else as_quantity(x, name, u.deg).to_value("deg")
        for x in pair
    ]
    if len(sizes) != 2 or not all(np.ndim(x) == 0 and 0 < x < np.inf for x in sizes):
        raise DataError(
            f"{name} = {value!r} must be one positive angle or two, for longitude and latitude"
        )
    return float(sizes[0]), float(sizes[1])


def pixels_across(width: Any, sizes: tuple[float, float]) -> tuple[int, int]:
    """Number of pixels of sizes in deg in a width, rounded.

    Raises
    ------
    DataError, UnitMismatchError
        If the width is no angle or two, or no pixel is left.
    """
    whole = [int(np.round(w / s)) for w, s in zip(angles_of(width, "width"), sizes, strict=True)]
    if 0 in whole:
        raise DataError(
            f"width = {width!r} is at most half a pixel of {sizes} deg: give a larger width or "
            "smaller pixels"
        )
    return whole[0], whole[1]


def pixels_of(value: Any, name: str) -> tuple[int, int]:
    """Number of pixels along both axes from one number or two, each possibly as an array.

    Raises
    ------
    DataError
        If they are not positive whole numbers; planes cannot differ in size.
    """
    try:
        pair = value if np.ndim(value) or isinstance(value, tuple) else (value, value)
        sizes = [np.unique(np.asarray(n, dtype=float)) for n in pair]
        good = len(sizes) == 2 and all(n.size == 1 and n[0] >= 1 and n[0] % 1 == 0 for n in sizes)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise DataError(
            f"{name} = {value!r} must be one positive whole number or two, for longitude and "
            "latitude, the same for all planes"
        )
    return int(sizes[0][0]), int(sizes[1][0])


def longitude_period(wcs: WCS) -> float:
    """Pixels along x after which the sky comes again; 0 if it does not."""
    if wcs.wcs.ctype[0][-3:] not in _CYLINDRICAL:
        return 0.0
    (along, skew), (other, _) = wcs.pixel_scale_matrix
    level = abs(skew) + abs(other) <= 1e-12 * abs(along)
    return 360.0 / abs(float(along)) if level else 0.0


def sky_to_pix(
    wcs: WCS, lon: np.ndarray, lat: np.ndarray, center: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels [...] of positions in deg; nan where they are not on the picture.

    Parameters
    ----------
    wcs : `~astropy.wcs.WCS`
    lon, lat : array [...]
    center : float
        Where x repeats, it is taken as near as it can be to this.
    """
    good = np.isfinite(lon) & (np.abs(lat) <= 90)  # wcslib folds latitudes beyond a pole
    x, y = wcs.wcs_world2pix(np.where(good, lon, np.nan), np.where(good, lat, np.nan), 0)
    period = longitude_period(wcs)
    # what is half a turn away stays where wcslib puts it
    turns = np.round((x - center) / period - np.sign(x - center) * 1e-9) if period else 0.0
    return x - period * turns, y


def pix_to_sky(wcs: WCS, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions [...] in deg of pixels; nan where they are not on the sky."""
    period = longitude_period(wcs)
    if period:  # wcslib knows one turn only
        away = x - (wcs.wcs.crpix[0] - 1.0)
        x = x - period * np.round(away / period - np.sign(away) * 1e-9)
    lon, lat = wcs.wcs_pix2world(x, y, 0)
    return lon, lat


def same_pixels(wcs: WCS, other: WCS, tolerance: float) -> bool:
    """True if pixels all over two pictures of one size have the same place on the sky.

    Parameters
    ----------
    wcs, other : `~astropy.wcs.WCS`
        With ``array_shape``, in the same frame.
    tolerance : float
        In pixels.
    """
    along = (np.linspace(0, n - 1, 5) for n in wcs.array_shape[::-1])
    x, y = (a.ravel() for a in np.meshgrid(*along))
    lon, lat = pix_to_sky(wcs, x, y)
    seen = np.isfinite(lon)
    found = sky_to_pix(other, lon[seen], lat[seen], 0.5 * (wcs.array_shape[1] - 1))
    there = np.isfinite(pix_to_sky(other, x, y)[0])
    off = [np.abs(a - b[seen]) for a, b in zip(found, (x, y), strict=True)]
    period = longitude_period(other)
    if period:  # the two ends of a whole turn are one place
        off[0] = np.minimum(off[0], np.abs(off[0] - period))
    return bool(np.array_equal(seen, there) and np.all(np.array(off) <= tolerance))
