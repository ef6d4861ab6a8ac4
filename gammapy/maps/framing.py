"""Framing: parts of a picture of the sky, larger ones, and the same with other pixels.

A part keeps the projection and the places of the pixels; only the count of the pixels starts
elsewhere. So whether two pictures are parts of one, and where, is told by comparing a few numbers.
Around the whole sky a part may go on over the edge of the picture, where its other end is.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from gammapy.errors import DataError, OptionError
from gammapy.maps.masking import SkyMasking
from gammapy.maps.sky_grid import angles_of, longitude_period, sky_to_pix

__all__ = ["Framing", "Overlap", "scaled_wcs"]

#: slices of rows and columns, of the picture and of its part
Overlap = tuple[tuple[slice, slice], tuple[slice, slice]]
_MODES = ("trim", "partial", "strict")
#: pixels by which a whole turn may miss the width of the picture
_ROUNDING = 1e-6


def scaled_wcs(wcs: WCS, scale: tuple[float, float], crpix: Any) -> WCS:
    """World coordinate system with pixels larger by ``scale``, and the reference at ``crpix``."""
    new = wcs.deepcopy()
    if new.wcs.has_cd():
        new.wcs.cd = new.wcs.cd * np.array(scale)[None, :]
    else:
        # scaled along the pixels, which is before the rotation
        matrix = new.wcs.get_pc() * new.wcs.get_cdelt()[:, None] * np.array(scale)[None, :]
        cdelt = new.wcs.get_cdelt() * np.array(scale)
        new.wcs.pc = matrix / cdelt[:, None]
        new.wcs.cdelt = cdelt
    new.wcs.crpix = list(crpix)
    return new


class Framing(SkyMasking):
    """Other pictures from one, and how they lie to each other."""

    _wcs: WCS
    _n_x: int
    _n_y: int
    #: the same object for all pictures that are parts of one
    _family: Any
    #: pixel of the whole that is the first one here
    _first: tuple[int, int]

    @abstractmethod
    def copy(self, **changes: Any) -> Self:
        """Geometry with some of the arguments of the class changed."""

    @property
    @abstractmethod
    def center_skydir(self) -> SkyCoord:
        """Position of the middle."""

    @property
    def wraps(self) -> bool:
        """True if the picture goes once around the sky, so that its sides are neighbours."""
        return bool(abs(longitude_period(self._wcs) - self._n_x) < _ROUNDING)

    # -- parts ----------------------------------------------------------------------------

    def window(self, first: tuple[int, int], npix: tuple[int, int]) -> Self:
        """The same pixels from another one on, also beyond the edges.

        Parameters
        ----------
        first : tuple of int
            Index along longitude and latitude of the pixel that becomes the first.
        npix : tuple of int
            Pixels along both.
        """
        new = type(self).__new__(type(self))
        new._n_x, new._n_y = int(npix[0]), int(npix[1])
        if new._n_x < 1 or new._n_y < 1:
            raise DataError(f"npix = {npix!r} of a part of a picture: at least one is needed")
        new._wcs = self._wcs.deepcopy()
        new._wcs.wcs.crpix = self._wcs.wcs.crpix - np.array(first, dtype=float)
        new._wcs.array_shape = (new._n_y, new._n_x)
        new._frame, new.axes = self._frame, self.axes
        new._family = self._family
        new._first = (self._first[0] + int(first[0]), self._first[1] + int(first[1]))
        return new

    def cutout(
        self,
        position: Any,
        width: Any,
        mode: str = "trim",
        odd_npix: bool = False,
        min_npix: int = 1,
    ) -> Self:
        """Part of the picture about a position.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord` or tuple of float
            Plain numbers are longitude and latitude in deg in the frame of the geometry.
        width : float, str, `~astropy.units.Quantity` or tuple of them
            Size, rounded to whole pixels; plain numbers are in deg.
        mode : {"trim", "partial", "strict"}
            Where the part goes over the edge: cut it off there, keep it, or raise an error. A
            picture around the whole sky has no edge in longitude.
        odd_npix : bool
            True for an odd number of pixels.
        min_npix : int
            At least so many.

        Raises
        ------
        DataError
            If the part is not on the picture, or with "strict" not wholly.
        """
        if mode not in _MODES:
            raise OptionError(f"mode = {mode!r} is not known: choose one of {_MODES}")
        middle = self._pixel_of(position)
        sizes = angles_of(width, "width")
        first, npix = [], []
        for at, size, scale in zip(middle, sizes, self.pixel_scales.deg, strict=True):
            n = max(int(np.round(size / scale)), min_npix)
            n += odd_npix and n % 2 == 0
            first.append(int(np.ceil(at - 0.5 * n - 1e-9)))
            npix.append(n)
        return self._trimmed(first, npix, mode, position)

    def _pixel_of(self, position: Any) -> tuple[float, float]:
        if isinstance(position, SkyCoord):
            same = position.frame.is_equivalent_frame(self._frame)
            place = (position if same else position.transform_to(self._frame)).spherical
            lon, lat = place.lon.deg, place.lat.deg
        else:
            lon, lat = position
        at = np.array([lon], dtype=float), np.array([lat], dtype=float)
        x, y = sky_to_pix(self._wcs, *at, 0.5 * (self._n_x - 1))
        if not np.isfinite(x[0]):
            raise DataError(f"position = {position!r} has no place in the projection of {self!r}")
        return float(x[0]), float(y[0])

    def nearest_pixel(self, position: Any) -> tuple[int, int]:
        """Index along longitude and latitude of the pixel of a position, also beyond the edges."""
        x, y = self._pixel_of(position)
        return int(np.floor(x + 0.5)), int(np.floor(y + 0.5))

    def _trimmed(self, first: list[int], npix: list[int], mode: str, position: Any) -> Self:
        ends = [a + n for a, n in zip(first, npix, strict=True)]
        if self.wraps:
            first[0], ends[0] = _once_around(first[0], ends[0], self._n_x)
        free = (self.wraps, False)
        for k, size in enumerate((self._n_x, self._n_y)):
            if free[k]:
                continue
            low, high = max(first[k], 0), min(ends[k], size)
            if low >= high:
                raise DataError(
                    f"cutout about {position!r}: nothing of it is on {self!r}; check with contains"
                )
            if (low, high) != (first[k], ends[k]) and mode == "strict":
                raise DataError(
                    f"cutout about {position!r} goes over the edge of {self!r}: use mode='trim' or "
                    "'partial', or a smaller width"
                )
            if mode == "trim":
                first[k], ends[k] = low, high
        return self.window((first[0], first[1]), (ends[0] - first[0], ends[1] - first[1]))

    def offset(self, other: Any) -> tuple[float, float] | None:
        """Pixel coordinates in this picture of the first pixel of another one, or of a part.

        None if the pixels of both are of different size, projection or frame.
        """
        if self._family is other._family:
            x, y = (float(b - a) for a, b in zip(self._first, other._first, strict=True))
            return self._near(x, y, other)
        ours, theirs = self._wcs.wcs, other._wcs.wcs
        if list(ours.ctype) != list(theirs.ctype) or not self._frame.is_equivalent_frame(
            other._frame
        ):
            return None
        scale = np.abs(self._wcs.pixel_scale_matrix).max()
        same = (
            np.allclose(ours.crval, theirs.crval, rtol=0, atol=1e-6 * scale)
            and np.allclose(
                self._wcs.pixel_scale_matrix,
                other._wcs.pixel_scale_matrix,
                rtol=0,
                atol=1e-6 * scale / max(self._n_x, self._n_y),
            )
            and _same_poles(ours, theirs)
        )
        if not same:
            return None
        x, y = ours.crpix - theirs.crpix
        return self._near(x, y, other)

    def _near(self, x: float, y: float, other: Any) -> tuple[float, float]:
        """Place of another picture, where longitude comes again as near as can be to this one."""
        period = longitude_period(self._wcs)
        if period:
            shift = x + 0.5 * (other._n_x - self._n_x)
            x -= period * np.round(shift / period - np.sign(shift) * 1e-9)
        return float(x), float(y)

    def is_aligned(self, other: Any, tolerance: float = 1e-6) -> bool:
        """True if the pixels of both pictures have the same places, where both have some.

        Parameters
        ----------
        other : `WcsGeom`
        tolerance : float
            In pixels.
        """
        found = self.offset(other)
        return found is not None and all(abs(x - np.round(x)) <= tolerance for x in found)

    def overlaps(self, part: Any) -> list[Overlap]:
        """What an aligned picture has in common with this one.

        Returns
        -------
        list of ((rows, columns), (rows, columns))
            Slices of this picture and of the part: none, one, or where the part goes over the edge
            of a picture around the sky, two or three.

        Raises
        ------
        DataError
            If the pixels of both are not the same.
        """
        found = self.offset(part)
        whole = None if found is None else [int(np.round(x)) for x in found]
        if found is None or whole is None or np.max(np.abs(np.subtract(found, whole))) > 1e-3:
            raise DataError(
                f"{part!r} does not share its pixels with {self!r}: make it with cutout, or bring "
                "its map here with interp_to_geom or reproject_to_geom"
            )
        rows = _common(whole[1], part._n_y, self._n_y)
        if rows is None:
            return []
        period = longitude_period(self._wcs)
        repeats = period and abs(period - np.round(period)) < _ROUNDING
        turns = [k * int(np.round(period)) for k in (-1, 0, 1)] if repeats else [0]
        columns = [_common(whole[0] + turn, part._n_x, self._n_x) for turn in turns]
        return [((rows[0], c[0]), (rows[1], c[1])) for c in columns if c is not None]

    def cutout_slices(self, geom: Any, mode: str = "partial") -> dict[str, tuple[slice, slice]]:
        """Slices of what this picture has in common with a larger one, aligned with it.

        Parameters
        ----------
        geom : `WcsGeom`
            The larger one.
        mode : {"partial", "trim", "strict"}
            With "strict" it is an error if this picture does not lie wholly in the other.

        Returns
        -------
        dict
            ``"parent-slices"`` of the data of ``geom``, ``"cutout-slices"`` of the data here.

        Raises
        ------
        DataError
            If there is nothing in common, or it is in two pieces at the edge of a picture around
            the whole sky: `overlaps` gives both.
        """
        if mode not in _MODES:
            raise OptionError(f"mode = {mode!r} is not known: choose one of {_MODES}")
        pieces = geom.overlaps(self)
        if len(pieces) != 1:
            raise DataError(
                f"{self!r} and {geom!r} have {len(pieces)} pieces in common and one is needed: "
                "geom.overlaps(part) gives all"
            )
        theirs, ours = pieces[0]
        if mode == "strict" and [s.stop - s.start for s in ours] != [self._n_y, self._n_x]:
            raise DataError(f"{self!r} goes over the edge of {geom!r}: use mode='partial'")
        return {"parent-slices": theirs, "cutout-slices": ours}

    @classmethod
    def from_aligned(cls, geom: Any, skydir: Any, width: Any) -> Any:
        """Picture with the pixels of another one, about a position that may be outside of it."""
        inside = _inside(geom, skydir)
        near = geom if inside else geom.window(geom.nearest_pixel(skydir), (1, 1))
        return near.cutout(skydir, width, mode="partial")

    # -- rims -----------------------------------------------------------------------------

    def crop(self, crop_width: Any) -> Self:
        """Without a rim, of so many pixels along longitude and latitude."""
        n_x, n_y = _whole(crop_width, "crop_width")
        if 2 * n_x >= self._n_x or 2 * n_y >= self._n_y:
            raise DataError(
                f"crop_width = {crop_width!r} leaves nothing of {self._n_x} x {self._n_y} pixels"
            )
        return self.window((n_x, n_y), (self._n_x - 2 * n_x, self._n_y - 2 * n_y))

    def pad(self, pad_width: Any, axis_name: str | None = None) -> Self:
        """With a rim of so many pixels along longitude and latitude; or with bins at an axis."""
        if axis_name is not None:
            return self.with_axes(self.axes.pad(axis_name, pad_width))
        n_x, n_y = _whole(pad_width, "pad_width")
        return self.window((-n_x, -n_y), (self._n_x + 2 * n_x, self._n_y + 2 * n_y))

    # -- other pixels ---------------------------------------------------------------------

    def downsample(self, factor: Any, axis_name: str | None = None) -> Self:
        """Pixels, or bins of an axis, larger by a whole factor.

        Parameters
        ----------
        factor : int or tuple of int
            Along longitude and latitude, or of the axis.
        axis_name : str, optional

        Raises
        ------
        DataError
            If some would be left over: `pad` or `crop` helps.
        """
        if axis_name is not None:
            return self.with_axes(self.axes.downsample(factor, axis_name))
        f_x, f_y = _whole(factor, "factor", 1)
        if self._n_x % f_x or self._n_y % f_y:
            raise DataError(
                f"factor = {factor!r} does not divide {self._n_x} x {self._n_y} pixels: crop or "
                "pad first"
            )
        return self._with_pixels((f_x, f_y), (self._n_x // f_x, self._n_y // f_y))

    def upsample(self, factor: Any, axis_name: str | None = None) -> Self:
        """Pixels, or bins of an axis, smaller by a whole factor; as `downsample`."""
        if axis_name is not None:
            return self.with_axes(self.axes.upsample(factor, axis_name))
        f_x, f_y = _whole(factor, "factor", 1)
        return self._with_pixels((1 / f_x, 1 / f_y), (self._n_x * f_x, self._n_y * f_y))

    def to_binsz(self, binsz: Any) -> Self:
        """The same picture, about the same middle, with pixels of another size.

        Parameters
        ----------
        binsz : float, str, `~astropy.units.Quantity` or tuple of them
            Plain numbers are in deg. The size of the picture is rounded to whole pixels.
        """
        sizes = np.array(angles_of(binsz, "binsz"))
        scale = sizes / self.pixel_scales.deg
        npix = [
            max(1, int(np.round(n / s))) for n, s in zip((self._n_x, self._n_y), scale, strict=True)
        ]
        return self._with_pixels((scale[0], scale[1]), (npix[0], npix[1]))

    def to_odd_npix(self, max_radius: Any = None) -> Self:
        """Odd numbers of pixels about the same middle, at least as many.

        Parameters
        ----------
        max_radius : float, str, `~astropy.units.Quantity`, optional
            At most so far from the middle.
        """
        npix = [n + (n + 1) % 2 for n in (self._n_x, self._n_y)]
        if max_radius is not None:
            reach = np.array(angles_of(max_radius, "max_radius")) / self.pixel_scales.deg
            most = [2 * int(np.ceil(r - 0.5 - 1e-9)) + 1 for r in reach]
            npix = [min(n, m) for n, m in zip(npix, most, strict=True)]
        return self._with_pixels((1.0, 1.0), (npix[0], npix[1]))

    def to_even_npix(self) -> Self:
        """Even numbers of pixels about the same middle, at least as many."""
        return self._with_pixels((1.0, 1.0), (self._n_x + self._n_x % 2, self._n_y + self._n_y % 2))

    def _with_pixels(self, scale: tuple[float, float], npix: tuple[int, int]) -> Self:
        """Other pixels about the same middle, in the same projection."""
        middle = 0.5 * (np.array([self._n_x, self._n_y]) + 1.0)
        away = (self._wcs.wcs.crpix - middle) / np.array(scale)
        crpix = 0.5 * (np.array(npix) + 1.0) + away
        return self.copy(wcs=scaled_wcs(self._wcs, scale, crpix), npix=npix)


def _same_poles(one: Any, other: Any) -> bool:
    ours, theirs = (np.array([w.lonpole, w.latpole]) for w in (one, other))
    return bool(np.allclose(ours, theirs, rtol=0, atol=1e-9, equal_nan=True))


def _once_around(first: int, end: int, size: int) -> tuple[int, int]:
    """Range of columns of at most one turn, the same middle."""
    if end - first <= size:
        return first, end
    start = (first + end - size) // 2
    return start, start + size


def _common(start: int, n: int, size: int) -> tuple[slice, slice] | None:
    """Slices of a row of ``size`` and of one of ``n`` that starts at ``start`` of it."""
    low, high = max(start, 0), min(start + n, size)
    return (slice(low, high), slice(low - start, high - start)) if low < high else None


def _inside(geom: Any, skydir: Any) -> bool:
    x, y = geom._pixel_of(skydir)
    return -0.5 <= x < geom._n_x - 0.5 and -0.5 <= y < geom._n_y - 0.5


def _whole(value: Any, name: str, least: int = 0) -> tuple[int, int]:
    """One or two whole numbers, for longitude and latitude."""
    pair = (value, value) if np.ndim(value) == 0 else tuple(value)
    good = len(pair) == 2 and all(
        isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= least for n in pair
    )
    if not good:
        raise DataError(f"{name} = {value!r} must be one whole number from {least} on, or two")
    return int(pair[0]), int(pair[1])
