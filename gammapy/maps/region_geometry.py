"""RegionGeom: a region of the sky as one pixel, under axes of energy and time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle, SkyCoord
from astropy.wcs import WCS

from gammapy.dispatch import find
from gammapy.errors import DataError
from gammapy.maps.axes import MapAxes
from gammapy.maps.axis import MapAxis
from gammapy.maps.coordinates import MapCoord
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.geometry_base import for_each_axis
from gammapy.maps.masking import AxisMasking
from gammapy.maps.region_shapes import SkyShape, is_point, united
from gammapy.maps.sky_grid import angles_of
from gammapy.maps.time_axis import TimeMapAxis

__all__ = ["RegionGeom"]


class RegionGeom(AxisMasking):
    """Geometry of a region map: the axes over one pixel of the sky.

    Parameters
    ----------
    region : `~regions.SkyRegion`, str or list of them, optional
        A text is in the language of DS9; several are taken together. None is valid everywhere.
        Axes may stand here alone.
    axes : list of `MapAxis` and `TimeMapAxis`
    wcs : `~astropy.wcs.WCS`, optional
        Pixels by which the region is cut into parts; by default a plane that touches the sky in
        the middle of the region, with pixels of the size ``binsz_wcs``.
    binsz_wcs : float, str, `~astropy.units.Quantity`
        Plain numbers are in deg.

    Raises
    ------
    DataError
        If the region is none of the sky.
    """

    def __init__(
        self, region: Any = None, axes: Any = None, wcs: Any = None, binsz_wcs: Any = "0.1 deg"
    ) -> None:
        if axes is None and _are_axes(region):
            region, axes = None, region
        self.axes = MapAxes([axes] if isinstance(axes, MapAxis | TimeMapAxis) else axes or ())
        self.region = None if region is None else _sky_region(region, wcs)
        self._binsz = angles_of(binsz_wcs, "binsz_wcs")
        self._given = wcs

    @classmethod
    def create(cls, region: Any = None, axes: Any = (), **kwargs: Any) -> Self:
        """Geometry from a region and axes; arguments as for the class."""
        return cls(region, () if axes is None else axes, **kwargs)

    @classmethod
    def from_regions(cls, regions: Any, **kwargs: Any) -> Self:
        """Geometry of the union of regions, each a region or a text."""
        return cls(united(regions), kwargs.pop("axes", ()), **kwargs)

    # -- what it is -----------------------------------------------------------------------

    is_region = True
    is_allsky = False

    @property
    def is_all_point_sky_regions(self) -> bool:
        """True if the region is a point, or several."""
        return self.region is not None and is_point(self.region)

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the data: last axis first, then one by one pixel."""
        return (*(axis.nbin for axis in reversed(self.axes)), 1, 1)

    @property
    def npix(self) -> tuple[np.ndarray, np.ndarray]:
        """One pixel along longitude and latitude, as arrays of one number."""
        return np.array([1]), np.array([1])

    @property
    def frame(self) -> str:
        """Name of the frame of the region; "icrs" if there is none."""
        return "icrs" if self.region is None else self.center_skydir.frame.name

    @property
    def projection(self) -> str:
        """Code of the projection of the pixels."""
        return str(self.wcs.wcs.ctype[0][-3:])

    @cached_property
    def wcs(self) -> Any:
        """Pixels by which the region is cut into parts; None without a region."""
        if self._given is not None or self.region is None:
            return self._given
        return self._around(self._shape.plane(1.0), self._binsz).wcs

    @property
    def binsz_wcs(self) -> Angle:
        """Sizes [2] of those pixels."""
        return Angle(list(self._binsz), "deg")

    @cached_property
    def _shape(self) -> SkyShape:
        """The region, ready to be asked.

        Raises
        ------
        DataError
            If there is none.
        """
        if self.region is None:
            raise DataError(f"{self!r} has no region: make it with one for this")
        return SkyShape(self.region)

    @property
    def center_skydir(self) -> SkyCoord:
        """Middle of the region; nan without one."""
        if self.region is None:
            return SkyCoord(np.nan, np.nan, unit="deg")
        return self._shape.center

    @property
    def width(self) -> u.Quantity:
        """Size [2] of the pixels that hold the region, along longitude and latitude."""
        return self.to_wcs_geom().to_image().width[:, 0]

    @property
    def center_pix(self) -> tuple[float, ...]:
        """Pixel coordinates of the middle."""
        return tuple(0.5 * (n - 1) for n in self.data_shape[::-1])

    @property
    def center_coord(self) -> tuple[Any, ...]:
        """Coordinates of the middle."""
        return self.pix_to_coord(self.center_pix)

    # -- other geometries from it ---------------------------------------------------------

    def with_axes(self, axes: Any) -> Self:
        """The same region under other axes."""
        return self.copy(axes=axes)

    def copy(self, **changes: Any) -> Self:
        """Geometry with some of the arguments of the class changed."""
        ours = {"region": self.region, "axes": self.axes, "wcs": self._given}
        new = {**ours, "binsz_wcs": self._binsz, **changes}
        new["axes"] = () if new["axes"] is None else new["axes"]
        return type(self)(**new)

    def to_binsz_wcs(self, binsz: Any) -> Self:
        """The same region, to be cut into pixels of another size."""
        return self.copy(wcs=None, binsz_wcs=binsz)

    def union(self, other: RegionGeom) -> Self:
        """Geometry of both regions together."""
        if not isinstance(other, RegionGeom):
            raise DataError(f"union with {other!r}: a RegionGeom is needed")
        return self.copy(region=united([self._shape.region, other._shape.region]))

    def downsample(self, factor: int, axis_name: str) -> Self:
        """Each ``factor`` bins of an axis as one."""
        return self.with_axes(self.axes.downsample(factor, axis_name))

    def upsample(self, factor: int, axis_name: str) -> Self:
        """Each bin of an axis cut into ``factor``."""
        return self.with_axes(self.axes.upsample(factor, axis_name))

    def pad(self, pad_width: Any, axis_name: str) -> Self:
        """With so many bins more at both ends of an axis."""
        return self.with_axes(self.axes.pad(axis_name, pad_width))

    def to_wcs_geom(self, width_min: Any = None) -> WcsGeom:
        """Pixels that hold the region, under the same axes.

        Parameters
        ----------
        width_min : float, str, `~astropy.units.Quantity` or tuple of them, optional
            At least so large.
        """
        scales = self._binsz if self._given is None else None
        found = self._around(self.wcs, scales, width_min)
        return found.with_axes(self.axes)

    def _around(self, wcs: WCS, sizes: Any, width_min: Any = None) -> WcsGeom:
        """Pixels around the region: of sizes about its middle, or of a given system."""
        least = (0.0, 0.0) if width_min is None else angles_of(width_min, "width_min")
        center = self._shape.center
        if sizes is None:
            scales = tuple(WcsGeom(wcs, (1, 1)).pixel_scales.deg)
        else:
            scales = sizes
            at = (center.spherical.lon.deg, center.spherical.lat.deg)
            wcs = WcsGeom.create(1, sizes, "TAN", center.frame.name, None, None, at).wcs
        first, last = _box(self.region, wcs)
        npix = []
        for k in range(2):
            missing = least[k] / scales[k] - (last[k] - first[k])
            more = max(0, int(np.ceil(0.5 * missing - 1e-6)))
            first[k], last[k] = first[k] - more, last[k] + more
            npix.append(last[k] - first[k])
        wcs = wcs.deepcopy()
        wcs.wcs.crpix = wcs.wcs.crpix - np.array(first)
        return WcsGeom(wcs, tuple(npix))

    # -- pixels and coordinates -----------------------------------------------------------

    def contains(self, coords: Any) -> np.ndarray:
        """True [...] for places in the region, and in the bins of the axes that are given.

        A point, and no region at all, hold every place.
        """
        coords = self._coordinates(coords)
        inside = self._on_sky(coords)
        for axis in self.axes:
            if axis.name in coords.axis_names:
                inside = inside & (np.atleast_1d(axis.coord_to_idx(coords[axis.name])) >= 0)
        return inside

    def _coordinates(self, coords: Any) -> MapCoord:
        frame = None if self.region is None else self.center_skydir.frame.replicate_without_data()
        if isinstance(coords, Mapping) and not {"lon", "lat", "skycoord"} & set(coords):
            middle = self.center_skydir.spherical  # of axes alone: somewhere in the region
            sky = [
                angle.deg if self.region is not None else 0.0 for angle in (middle.lon, middle.lat)
            ]
            coords = {"lon": sky[0], "lat": sky[1], **coords}
        if isinstance(coords, SkyCoord):
            return MapCoord.create(coords, frame).broadcasted
        return MapCoord.create(coords, frame, self.axes.names).broadcasted

    def _on_sky(self, coords: MapCoord) -> np.ndarray:
        if self.region is None or self.is_all_point_sky_regions:
            return np.ones(np.broadcast_shapes(coords.shape, (1,)), dtype=bool)
        return np.atleast_1d(self._shape.contains(coords.skycoord))

    def contains_wcs_pix(self, pix: Any) -> np.ndarray:
        """True [...] for pixel coordinates of the system ``wcs`` in the region."""
        lon, lat = self.wcs.wcs_pix2world(*(np.asarray(p, dtype=float) for p in tuple(pix)[:2]), 0)
        frame = WcsGeom(self.wcs, (1, 1)).frame
        return np.atleast_1d(self._shape.contains(SkyCoord(lon, lat, unit="deg", frame=frame)))

    def contains_pix(self, pix: Any) -> np.ndarray:
        """True [...] for pixel coordinates in the one pixel and the bins of the axes."""
        return np.all(np.stack(np.broadcast_arrays(*self.pix_to_idx(pix))) >= 0, axis=0)

    def coord_to_pix(self, coords: Any) -> tuple[np.ndarray, ...]:
        """Pixel coordinates of places: 0, 0 in the region and nan elsewhere, then the axes."""
        coords = self._coordinates(coords)
        place = np.where(self._on_sky(coords), 0.0, np.nan)
        axes = (np.atleast_1d(a.coord_to_pix(coords[a.name])) for a in self.axes)
        return (place, place.copy(), *axes)

    def pix_to_coord(self, pix: Any) -> tuple[Any, ...]:
        """Coordinates of pixel coordinates; on the sky those of the middle, nan outside."""
        pix = [np.asarray(p, dtype=float) for p in for_each_axis(pix, self, "pix")]
        inside = (np.abs(pix[0]) <= 0.5) & (np.abs(pix[1]) <= 0.5)
        middle = self.center_skydir.spherical
        sky = [np.where(inside, angle.deg, np.nan) * u.deg for angle in (middle.lon, middle.lat)]
        return (*sky, *(a.pix_to_coord(p) for a, p in zip(self.axes, pix[2:], strict=True)))

    def coord_to_idx(self, coords: Any, clip: bool = False) -> tuple[np.ndarray, ...]:
        """Indices of the pixels that hold places, -1 outside."""
        coords = self._coordinates(coords)
        on_sky = np.where(self._on_sky(coords), 0, -1)
        indices = [on_sky, on_sky.copy()]
        for axis in self.axes:
            options = {"clip": clip} if isinstance(axis, MapAxis) else {}
            indices.append(np.atleast_1d(axis.coord_to_idx(coords[axis.name], **options)))
        return tuple(indices)

    def get_idx(self) -> tuple[np.ndarray, ...]:
        """Indices of all pixels, in the order of `axes_names`."""
        return tuple(np.indices(self.data_shape)[::-1])

    def get_coord(
        self,
        mode: str = "center",
        frame: Any = None,
        sparse: bool = False,
        axis_name: str | None = None,
    ) -> MapCoord:
        """Coordinates of the bins under the middle of the region, of the shape of the data.

        Parameters
        ----------
        mode : {"center", "edges"}
        frame : str or frame of astropy, optional
            By default that of the region.
        sparse : bool
            True for arrays that only broadcast to the shape of the data.
        axis_name : str, optional
            The axis of which the edges are wanted, by default all.
        """
        if mode not in ("center", "edges"):
            raise DataError(f"mode = {mode!r} is not known: choose 'center' or 'edges'")
        n = self.ndim
        middle = self.center_skydir
        found = {"lon": middle.spherical.lon, "lat": middle.spherical.lat}
        found = {
            name: u.Quantity(value.to("deg")).reshape((1,) * n) for name, value in found.items()
        }
        for i, axis in enumerate(self.axes):
            edges = mode == "edges" and axis_name in (None, axis.name)
            values = axis.edges if edges else axis.center
            found[axis.name] = values.reshape([-1 if k == n - 3 - i else 1 for k in range(n)])
        coords = MapCoord(found, middle.frame.replicate_without_data())
        coords = coords if frame is None else coords.to_frame(frame)
        return coords if sparse else coords.broadcasted

    def get_wcs_coord_and_weights(self, factor: int = 10) -> tuple[MapCoord, np.ndarray]:
        """Pixels [n] of the region, and the share [n] of each that is in it.

        Parameters
        ----------
        factor : int
            Pixels are cut into so many parts along both directions to find the share. A point has
            the one place, of weight 1.
        """
        if self.is_all_point_sky_regions:
            points = self._shape.points.reshape(-1)
            return MapCoord.create((points,)), np.ones(len(points))
        geom = self.to_wcs_geom().to_image()
        weights = geom.region_weights(self.region, factor).data
        held = weights > 0
        return geom.get_coord().apply_mask(held), weights[held]

    # -- sizes and distances --------------------------------------------------------------

    def solid_angle(self) -> u.Quantity:
        """Solid angle in sr; 0 for a point, nan without a region.

        Of united shapes it is the sum over parts of pixels, good to about a percent.
        """
        if self.region is None:
            return np.nan * u.sr
        angle = self._shape.solid_angle()
        if np.isnan(angle):
            geom = self.to_wcs_geom().to_image()
            weights = geom.region_weights(self.region).data
            angle = float(np.sum(weights * geom.solid_angle().value))
        return angle * u.sr

    def bin_volume(self) -> u.Quantity:
        """Solid angle times the widths of the bins, of the shape of the data."""
        volume = self.solid_angle() * np.ones(self.data_shape)
        for i, axis in enumerate(self.axes):
            at = self.ndim - 3 - i
            volume = volume * axis.bin_width.reshape(
                [-1 if k == at else 1 for k in range(self.ndim)]
            )
        return volume

    def separation(self, position: SkyCoord) -> Angle:
        """Distance of the middle of the region from a position."""
        return self.center_skydir.separation(position)

    def plot_region(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the outline of the region; see `gammapy.plot.plot_region`."""
        return find("RegionGeom", "plot", "outline")(self, ax, **kwargs)

    def is_allclose(self, other: Any, rtol_axes: float = 1e-6, **kwargs: Any) -> bool:
        """True if the other has the same axes; regions are not compared."""
        if not isinstance(other, RegionGeom) or self.data_shape != other.data_shape:
            return False
        pairs = zip(self.axes, other.axes, strict=True)
        return all(a.is_allclose(b, rtol=rtol_axes) for a, b in pairs)

    def __repr__(self) -> str:
        if self.region is None:
            return f"RegionGeom({self.axes!r})"
        middle = self.center_skydir.spherical
        kind = type(self.region).__name__
        place = f"{middle.lon.deg:.4f}, {middle.lat.deg:.4f} deg, {self.frame}"
        return f"RegionGeom({kind} about {place}, {self.axes!r})"


def _are_axes(value: Any) -> bool:
    if isinstance(value, MapAxis | TimeMapAxis | MapAxes):
        return True
    listed = isinstance(value, list | tuple)
    return listed and all(isinstance(item, MapAxis | TimeMapAxis) for item in value)


def _sky_region(region: Any, wcs: Any) -> Any:
    """One region of the sky; one of pixels is put there by the system that goes with it."""
    one = united(region)
    if not hasattr(one, "to_pixel"):
        if wcs is None or not hasattr(one, "to_sky"):
            raise DataError(f"region = {region!r} is one of pixels: give their wcs along with it")
        one = one.to_sky(wcs)
    SkyShape(one)  # refuses what covers no sky
    return one


def _box(region: Any, wcs: WCS) -> tuple[list[int], list[int]]:
    """First pixels and those after the last along both axes that hold a region."""
    if is_point(region) and not hasattr(region, "region1"):
        at = region.to_pixel(wcs).center
        first = [int(np.floor(at.x + 0.5)), int(np.floor(at.y + 0.5))]
        return first, [first[0] + 1, first[1] + 1]
    box = region.to_pixel(wcs).bounding_box
    return [box.ixmin, box.iymin], [box.ixmax, box.iymax]
