"""WcsGeom: pixels on the sky, in a projection of the FITS standard, under axes of energy and time.

Places on the sky are in deg; pixels are counted from 0 at the centre of the first one, and hold
what is up to half a pixel away. A geometry does not change once made.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle, SkyCoord
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

from gammapy.dispatch import find
from gammapy.errors import DataError
from gammapy.maps.axes import MapAxes, checked_index
from gammapy.maps.axis import MapAxis
from gammapy.maps.coordinates import MapCoord
from gammapy.maps.framing import Framing
from gammapy.maps.geometry_base import for_each_axis
from gammapy.maps.region_shapes import unit_vectors
from gammapy.maps.sky_grid import (
    angles_of,
    checked_wcs,
    longitude_period,
    make_wcs,
    pix_to_sky,
    pixels_across,
    pixels_of,
    same_pixels,
    sky_to_pix,
)
from gammapy.maps.solid_angle import solid_angles
from gammapy.maps.time_axis import TimeMapAxis

__all__ = ["WcsGeom"]

#: sizes that whole pixels may miss
_ROUNDING = 1e-6
#: pixels in deg whose solid angle is had at once
_SMALL = 2.0


class WcsGeom(Framing):
    """Geometry of a map on the sky.

    Parameters
    ----------
    wcs : `~astropy.wcs.WCS`
        With two celestial axes, longitude first; more are left out.
    npix : tuple of int, optional
        Pixels along longitude and latitude; by default as ``wcs.array_shape`` says.
    axes : list of `MapAxis` and `TimeMapAxis`
        The first one varies fastest in the data, after longitude and latitude.

    Raises
    ------
    DataError
        If the axes of the picture are not celestial or distorted, their frame is not known, or
        there are no pixels.
    """

    def __init__(self, wcs: WCS, npix: Any = None, axes: Any = None) -> None:
        if npix is None and wcs.array_shape is not None:
            npix = wcs.array_shape[::-1][:2]
        self._n_x, self._n_y = pixels_of(npix, "npix")
        self._wcs, self._frame = checked_wcs(wcs)
        self._wcs.array_shape = (self._n_y, self._n_x)
        self._family, self._first = object(), (0, 0)
        self.axes = _checked_axes(axes)

    @classmethod
    def create(
        cls,
        npix: Any = None,
        binsz: Any = 0.5,
        proj: str = "CAR",
        frame: str = "icrs",
        refpix: Any = None,
        axes: Any = None,
        skydir: Any = None,
        width: Any = None,
    ) -> Self:
        """Geometry from a position, a size and a pixel size.

        Parameters
        ----------
        npix : int or tuple of int, optional
            Pixels along longitude and latitude.
        binsz : float, str, `~astropy.units.Quantity` or tuple of them
            Pixel sizes, plain numbers in deg.
        proj : str
            Code of the projection, "CAR", "TAN", "AIT"...
        frame : {"icrs", "galactic", "fk5", "fk4"}
        refpix : tuple of float, optional
            Pixel that lies at ``skydir``, counted from 1; by default the middle.
        axes : list of `MapAxis` and `TimeMapAxis`
        skydir : `~astropy.coordinates.SkyCoord` or tuple, optional
            Centre; plain numbers are in deg in ``frame``. By default its origin.
        width : float, str, `~astropy.units.Quantity` or tuple of them, optional
            Size, rounded to whole pixels, in place of ``npix``; by default the whole sky.

        Raises
        ------
        DataError, UnitMismatchError
            If an argument is none of these, or no pixel is left.
        """
        sizes = angles_of(binsz, "binsz")
        if npix is None:
            npix = pixels_across((360.0, 180.0) if width is None else width, sizes)
        pixels = pixels_of(npix, "npix")
        if refpix is None:
            refpix = tuple((n + 1) / 2 for n in pixels)
        return cls(make_wcs(proj, frame, skydir, sizes, refpix), pixels, axes)

    @classmethod
    def from_header(cls, header: Any, hdu_bands: Any = None) -> Self:
        """Geometry of an image in a FITS file.

        Parameters
        ----------
        header : `~astropy.io.fits.Header`
        hdu_bands : `~astropy.io.fits.BinTableHDU`, optional
            Table of the axes; for an image of two axes there is none.
        """
        return find("WcsGeom", "read", "header")(header, hdu_bands)

    def to_header(self) -> Any:
        """Header of FITS: the celestial axes, and names and scales of the others."""
        return find("WcsGeom", "write", "header")(self)

    # -- what it is -----------------------------------------------------------------------

    @property
    def wcs(self) -> WCS:
        """World coordinate system of the celestial axes."""
        return self._wcs

    @property
    def frame(self) -> str:
        """Name of the frame of longitude and latitude."""
        return self._frame.name

    @property
    def projection(self) -> str:
        """Code of the projection."""
        return self._wcs.wcs.ctype[0][-3:]

    @property
    def npix(self) -> tuple[np.ndarray, np.ndarray]:
        """Pixels along longitude and latitude, as arrays of one number."""
        return np.array([self._n_x]), np.array([self._n_y])

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the data: last axis first, latitude and longitude last."""
        return (*(axis.nbin for axis in reversed(self.axes)), self._n_y, self._n_x)

    @property
    def is_allsky(self) -> bool:
        """True if the picture is as large as the whole sky."""
        return bool(np.all(self.width[:, 0] >= [360 - _ROUNDING, 180 - _ROUNDING] * u.deg))

    @property
    def period(self) -> float:
        """Pixels along longitude after which the sky comes again; 0 if it does not."""
        return longitude_period(self._wcs)

    @cached_property
    def pixel_scales(self) -> Angle:
        """Pixel sizes [2] at the reference, along longitude and latitude."""
        return Angle(proj_plane_pixel_scales(self._wcs), "deg")

    @property
    def width(self) -> u.Quantity:
        """Size [2, 1]: pixels times their size at the reference."""
        return u.Quantity(self.pixel_scales * [self._n_x, self._n_y])[:, None]

    @property
    def center_pix(self) -> tuple[float, ...]:
        """Pixel coordinates of the middle, on the sky and along all axes."""
        return tuple(0.5 * (n - 1) for n in self.data_shape[::-1])

    @property
    def center_skydir(self) -> SkyCoord:
        """Position of the middle."""
        x, y = (np.array(pix) for pix in self.center_pix[:2])
        return SkyCoord(*pix_to_sky(self._wcs, x, y), unit="deg", frame=self._frame)

    @property
    def center_coord(self) -> tuple[Any, ...]:
        """Coordinates of the middle."""
        return self.pix_to_coord(self.center_pix)

    @property
    def footprint_rectangle_sky_region(self) -> Any:
        """The picture as a rectangle of the package ``regions``, about its middle."""
        from regions import RectangleSkyRegion

        width, height = self.width[:, 0]
        return RectangleSkyRegion(self.center_skydir, width, height)

    @property
    def pixel_area(self) -> u.Quantity:
        """Area of a pixel at the reference, in deg2."""
        return u.Quantity(self.pixel_scales[0] * self.pixel_scales[1])

    @property
    def footprint(self) -> SkyCoord:
        """Centres of the pixels in the four corners; nan off the sky."""
        x, y = np.array([0, 0, self._n_x - 1, self._n_x - 1]), np.array([0, 1, 1, 0])
        corners = pix_to_sky(self._wcs, x.astype(float), y * (self._n_y - 1.0))
        return SkyCoord(*corners, unit="deg", frame=self._frame)

    # -- other geometries from it ---------------------------------------------------------

    def with_axes(self, axes: Any) -> Self:
        """The same pixels under other axes."""
        new = copy(self)  # with the same system, and what is known of its pixels
        new.axes = _checked_axes(axes)
        return new

    def copy(self, **changes: Any) -> Self:
        """Geometry with some of the arguments of the class changed."""
        arguments = {"wcs": self._wcs.deepcopy(), "npix": (self._n_x, self._n_y), "axes": self.axes}
        return type(self)(**{**arguments, **changes})

    # -- pixels and coordinates -----------------------------------------------------------

    def get_idx(self, idx: Any = None, flat: bool = False) -> tuple[np.ndarray, ...]:
        """Indices of all pixels, in the order of `axes_names`; -1 off the sky.

        Parameters
        ----------
        idx : tuple of int, optional
            Only this plane.
        flat : bool
            True for one row of those that are on the sky.
        """
        x, y, *others = np.broadcast_arrays(*self._grid(idx))
        on_sky = np.isfinite(pix_to_sky(self._wcs, x, y)[0])
        found = [np.where(on_sky, a, -1).astype(int) for a in (x, y, *others)]
        return tuple(a[on_sky] if flat else a for a in found)

    def get_coord(
        self,
        idx: Any = None,
        mode: str = "center",
        frame: Any = None,
        sparse: bool = False,
        axis_name: str | None = None,
    ) -> MapCoord:
        """Coordinates of the pixels, of the shape of the data; nan off the sky.

        Parameters
        ----------
        idx : tuple of int, optional
            Only this plane.
        mode : {"center", "edges"}
        frame : str or frame of astropy, optional
            By default that of the geometry.
        sparse : bool
            True for arrays that only broadcast to the shape of the data.
        axis_name : str, optional
            The axis of which the edges are wanted, by default all; ``lon`` and ``lat`` go together.
        """
        if mode not in ("center", "edges"):
            raise DataError(f"mode = {mode!r} is not known: choose 'center' or 'edges'")
        grid = self._grid(idx, mode == "edges", axis_name)
        coords = MapCoord(dict(zip(self.axes_names, self._coords(grid), strict=True)), self._frame)
        coords = coords if frame is None else coords.to_frame(frame)
        return coords if sparse else coords.broadcasted

    def _grid(
        self, idx: Any = None, edges: bool = False, axis_name: str | None = None
    ) -> list[np.ndarray]:
        """Pixel coordinates along all axes, each with the axes of the data."""
        planes = [None] * len(self.axes) if idx is None else list(idx)
        if len(planes) != len(self.axes):
            raise DataError(
                f"idx = {idx!r}: one index is needed for each of the axes {self.axes.names}"
            )
        sky = edges and axis_name in (None, "lon", "lat")
        grid = [_steps(self._n_x, sky), _steps(self._n_y, sky)]
        for axis, plane in zip(self.axes, planes, strict=True):
            if plane is not None:
                grid.append(np.array([float(checked_index(plane, axis))]))
            else:
                grid.append(_steps(axis.nbin, edges and axis_name in (None, axis.name)))
        n = self.ndim
        shapes = ([-1 if k == n - 1 - i else 1 for k in range(n)] for i in range(n))
        return [pix.reshape(shape) for pix, shape in zip(grid, shapes, strict=True)]

    def coord_to_pix(self, coords: Any) -> tuple[np.ndarray, ...]:
        """Pixel coordinates of places, from longitude and latitude to the last axis.

        Parameters
        ----------
        coords : `MapCoord`, mapping, tuple or `~astropy.coordinates.SkyCoord`
            Plain numbers are in deg, and in the units of the axes; see `MapCoord.create`.

        Returns
        -------
        tuple of array [...]
            nan where a place is not on the picture, or between the intervals of time.
        """
        coords = MapCoord.create(coords, self._frame, self.axes.names).broadcasted
        lon, lat = np.atleast_1d(coords.lon.value), np.atleast_1d(coords.lat.value)
        pix = sky_to_pix(self._wcs, lon, lat, self.center_pix[0])
        return (*pix, *(np.atleast_1d(a.coord_to_pix(coords[a.name])) for a in self.axes))

    def sky_to_pix(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels [...] of places in deg in the frame of the geometry; nan off the picture."""
        return sky_to_pix(self._wcs, lon, lat, self.center_pix[0])

    def pixel_vectors(self) -> np.ndarray:
        """Unit vectors [3, n_y, n_x] of the centres of the pixels; nan off the sky."""
        x, y = np.meshgrid(np.arange(float(self._n_x)), np.arange(float(self._n_y)))
        return unit_vectors(*pix_to_sky(self._wcs, x, y))

    def get_pix(self, idx: Any = None, mode: str = "center") -> tuple[np.ndarray, ...]:
        """Pixel coordinates of all pixels, of the shape of the data; as `get_coord`."""
        return tuple(np.broadcast_arrays(*self._grid(idx, mode == "edges")))

    def pix_to_coord(self, pix: Any) -> tuple[Any, ...]:
        """Coordinates of pixel coordinates; nan off the sky.

        Parameters
        ----------
        pix : tuple of array_like
            In the order of `axes_names`.
        """
        pix = for_each_axis(pix, self, "pix")
        return tuple(self._coords([np.asarray(p, dtype=float) for p in pix]))

    def _coords(self, pix: Sequence[np.ndarray]) -> list[Any]:
        x, y = np.broadcast_arrays(*pix[:2])
        sky = [u.Quantity(angle, "deg") for angle in pix_to_sky(self._wcs, x, y)]
        return sky + [a.pix_to_coord(p) for a, p in zip(self.axes, pix[2:], strict=True)]

    def coord_to_idx(self, coords: Any, clip: bool = False) -> tuple[np.ndarray, ...]:
        """Indices of the pixels that hold places, -1 outside.

        Arguments as for `coord_to_pix` and `pix_to_idx`.
        """
        coords = MapCoord.create(coords, self._frame, self.axes.names).broadcasted
        on_sky = self.to_image().coord_to_pix((coords.lon, coords.lat))
        indices = [*self.to_image().pix_to_idx(on_sky)]
        for axis in self.axes:
            options = {"clip": clip} if isinstance(axis, MapAxis) else {}
            indices.append(np.atleast_1d(axis.coord_to_idx(coords[axis.name], **options)))
        return tuple(indices)

    def contains(self, coords: Any) -> np.ndarray:
        """True [...] for places in a pixel of the map."""
        return np.all(np.stack(self.coord_to_idx(coords)) >= 0, axis=0)

    def contains_pix(self, pix: Any) -> np.ndarray:
        """True [...] for pixel coordinates in a pixel of the map, on the sky."""
        indices = np.broadcast_arrays(*(np.atleast_1d(i) for i in self.pix_to_idx(pix)))
        x, y = (np.asarray(p, dtype=float) for p in for_each_axis(pix, self, "pix")[:2])
        on_sky = np.isfinite(pix_to_sky(self._wcs, *np.broadcast_arrays(x, y))[0])
        return np.all(np.stack(indices) >= 0, axis=0) & on_sky

    # -- sizes and distances --------------------------------------------------------------

    def solid_angle(self) -> u.Quantity:
        """Solid angles of the pixels, in sr, of the shape `data_shape_image`.

        They are nan where the centre of a pixel is not on the sky. A pixel that the edge of the sky
        cuts counts with the part that is on it, to half a percent. Elsewhere the relative error
        goes with the fourth power of the pixel size, below 1e-7 for pixels of a degree; only beside
        the edge of a picture of the whole sky, where that is infinitely steep, it is up to 2 %.
        """
        return u.Quantity(self._solid_angle.reshape(self.data_shape_image), "sr", copy=False)

    @cached_property
    def _solid_angle(self) -> np.ndarray:
        """Solid angles [n_y, n_x], read-only."""
        columns = 1 if self.period else self._n_x  # all columns are alike in a cylinder

        def to_sky(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return pix_to_sky(self._wcs, x + (self.center_pix[0] if self.period else 0.0), y)

        parts = int(np.ceil(self.pixel_scales.deg.max() / _SMALL))
        angles = solid_angles(to_sky, columns, self._n_y, parts)
        return np.broadcast_to(angles, (self._n_y, self._n_x))

    def bin_volume(self) -> u.Quantity:
        """Solid angle times the widths of the bins, of the shape of the data."""
        volume = self.solid_angle()
        for axis, grid in zip(self.axes, self._grid()[2:], strict=True):
            volume = volume * axis.bin_width.reshape(grid.shape)
        return volume

    def separation(self, center: SkyCoord) -> Angle:
        """Distances [n_y, n_x] of the pixel centres from a position; nan off the sky."""
        return self.to_image().get_coord().skycoord.separation(center)

    # -- comparison -----------------------------------------------------------------------

    def is_allclose(self, other: Any, rtol_axes: float = 1e-6, rtol_wcs: float = 1e-6) -> bool:
        """True if the other has the same pixels and axes.

        Parameters
        ----------
        other : object
        rtol_axes : float
            By which edges of axes may differ, relatively.
        rtol_wcs : float
            By which pixels may lie elsewhere, in pixels.
        """
        if other is self:
            return True
        if not isinstance(other, WcsGeom) or self.data_shape != other.data_shape:
            return False
        axes = zip(self.axes, other.axes, strict=True)
        if not all(a.is_allclose(b, rtol=rtol_axes) for a, b in axes):
            return False
        if self._wcs is other._wcs:
            return True
        same = self.projection == other.projection and self._frame.is_equivalent_frame(other._frame)
        return same and same_pixels(self._wcs, other._wcs, rtol_wcs)

    def __eq__(self, other: object) -> bool:
        return self.is_allclose(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lon, lat = (self.center_skydir.spherical.lon.deg, self.center_skydir.spherical.lat.deg)
        size = " x ".join(f"{w:.4g}" for w in self.width.value[:, 0])
        text = (
            f"WcsGeom({self._n_x} x {self._n_y} pixels, {size} deg about {lon:.4f}, {lat:.4f} deg, "
            f"{self.frame}, {self.projection}"
        )
        return f"{text}, {list(self.axes)!r})" if len(self.axes) else f"{text})"


# -- helpers of the class -----------------------------------------------------------------


def _checked_axes(axes: Any) -> MapAxes:
    """Axes of which each has a name of its own."""
    if isinstance(axes, MapAxis | TimeMapAxis):
        axes = [axes]
    found = MapAxes(() if axes is None else axes)
    names = ["lon", "lat", *found.names]
    if len(set(names)) < len(names):
        raise DataError(f"axes {names}: each needs a name of its own, rename one of them")
    return found


def _steps(n: int, edges: bool) -> np.ndarray:
    return np.arange(n + 1) - 0.5 if edges else np.arange(float(n))
