"""Masks on a geometry: ranges of axes, regions of the sky, the rim of the picture."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.maps.geometry_base import Geometry
from gammapy.maps.map import Map
from gammapy.maps.morphology import pixels_of_width, structure
from gammapy.maps.region_shapes import SkyShape, is_point, read_regions
from gammapy.units import as_quantity

__all__ = ["AxisMasking", "SkyMasking"]

#: rounding of edges that is forgiven, relatively
_ROUNDING = 1e-6


class AxisMasking(Geometry):
    """Masks of bins of the axes."""

    def energy_mask(
        self, energy_min: Any = None, energy_max: Any = None, round_to_edge: bool = False
    ) -> Any:
        """True in the energy bins that lie wholly inside a range.

        Parameters
        ----------
        energy_min, energy_max : `~astropy.units.Quantity` or str, optional
            Open if not given. Rounding of the edges by 1e-6 is forgiven.
        round_to_edge : bool
            True to take the nearest edges instead of the energies.

        Returns
        -------
        mask : `Map`

        Raises
        ------
        UnknownNameError
            If there is no axis of energies.
        """
        true = "energy_true" in self.axes.names and "energy" not in self.axes.names
        ends = {"energy_min": energy_min, "energy_max": energy_max}
        return self._mask_of("energy_true" if true else "energy", ends, round_to_edge)

    def create_mask(
        self,
        axis_name: str,
        edge_min: Any = None,
        edge_max: Any = None,
        round_to_edge: bool = False,
    ) -> Any:
        """True in the bins of an axis that lie wholly inside a range; as `energy_mask`."""
        return self._mask_of(axis_name, {"edge_min": edge_min, "edge_max": edge_max}, round_to_edge)

    def _mask_of(self, axis_name: str, ends: dict[str, Any], round_to_edge: bool) -> Any:
        axis = self.axes[axis_name]
        inside = np.ones(axis.nbin, dtype=bool)
        (low_name, low), (high_name, high) = ends.items()
        if low is not None:
            low = _end(low, low_name, axis, round_to_edge)
            inside &= axis.edges_min >= low - _ROUNDING * np.abs(low)
        if high is not None:
            high = _end(high, high_name, axis, round_to_edge)
            inside &= axis.edges_max <= high + _ROUNDING * np.abs(high)
        at = len(self.axes) - 1 - self.axes.names.index(axis_name)
        shape = [-1 if k == at else 1 for k in range(len(self.data_shape))]
        data = np.array(np.broadcast_to(inside.reshape(shape), self.data_shape))
        return Map.from_geom(self, data=data)


def _end(value: Any, name: str, axis: Any, round_to_edge: bool) -> u.Quantity:
    value = as_quantity(value, name, axis.unit).to(axis.unit)
    if round_to_edge:
        return axis.edges[np.argmin(np.abs(axis.edges - value))]
    return value


class SkyMasking(AxisMasking):
    """Masks of pixels on the sky."""

    _frame: Any

    @property
    @abstractmethod
    def pixel_scales(self) -> Any:
        """Pixel sizes [2], along longitude and latitude."""

    @abstractmethod
    def pixel_vectors(self) -> np.ndarray:
        """Unit vectors [3, n_y, n_x] of the centres of the pixels."""

    @abstractmethod
    def coord_to_idx(self, coords: Any, clip: bool = False) -> tuple[np.ndarray, ...]:
        """Indices of the pixels that hold places."""

    @abstractmethod
    def upsample(self, factor: Any, axis_name: str | None = None) -> Any:
        """Smaller pixels."""

    def region_mask(self, regions: Any, inside: bool = True) -> Any:
        """True in the pixels of which the centre is in one of the regions.

        A point marks the pixel that it is in.

        Parameters
        ----------
        regions : region, str or list of them
            Of the package ``regions``, on the sky or in pixels of this geometry, or texts in the
            language of DS9; or a `RegionGeom`. An empty list holds no pixel.
        inside : bool
            False for True outside of the regions.

        Returns
        -------
        mask : `Map`
            Of this geometry.

        Raises
        ------
        DataError
            If one is no region.
        """
        image = self.to_image()
        held = np.zeros(image.data_shape, dtype=bool)
        regions = getattr(regions, "region", regions)
        vectors = None
        for region in read_regions(regions):
            if is_point(region) and not hasattr(region, "region1"):
                _mark(image, region, held)
            elif not hasattr(region, "to_pixel"):
                held |= _of_pixels(region, held.shape)
            else:
                vectors = image.pixel_vectors() if vectors is None else vectors
                held |= SkyShape(region).contains_vectors(vectors, self._frame)
        mask = held if inside else ~held
        return Map.from_geom(self, data=np.array(np.broadcast_to(mask, self.data_shape)))

    def region_weights(self, regions: Any, oversampling_factor: int = 10) -> Any:
        """Share of each pixel that is in one of the regions, by parts of pixels.

        Parameters
        ----------
        regions : region, str or list of them
            See `region_mask`.
        oversampling_factor : int
            Parts along both directions.
        """
        fine = self.to_image().upsample(oversampling_factor).region_mask(regions).data
        n = oversampling_factor
        share = fine.reshape(fine.shape[0] // n, n, fine.shape[1] // n, n).mean(axis=(1, 3))
        return Map.from_geom(self, data=np.array(np.broadcast_to(share, self.data_shape)))

    def boundary_mask(self, width: Any) -> Any:
        """False in a rim along the boundary of the picture.

        Parameters
        ----------
        width : `~astropy.units.Quantity`, str, float or pair of them
            Of the rim, along longitude and latitude; plain numbers are in deg.
        """
        n_x, n_y = pixels_of_width(width, self.pixel_scales.deg, "width")
        shape = self.data_shape[-2:]
        mask = np.zeros(shape, dtype=bool)
        mask[n_y : shape[0] - n_y, n_x : shape[1] - n_x] = True
        return Map.from_geom(self, data=np.array(np.broadcast_to(mask, self.data_shape)))

    def binary_structure(self, width: Any, kernel: str = "disk") -> np.ndarray:
        """Pixels [..., n_y, n_x] about a central one within a width, with axes of length 1.

        Parameters
        ----------
        width : `~astropy.units.Quantity`, str, float or pair of them
            Radius of the disk, sides of the box (the next odd number of pixels); plain numbers are
            in pixels.
        kernel : {"disk", "box"}

        Raises
        ------
        OptionError
            If the kernel is not known.
        """
        found = structure(width, self.pixel_scales.deg, kernel)
        return found.reshape((1,) * len(self.axes) + found.shape)


def _mark(image: Any, region: Any, held: np.ndarray) -> None:
    """Mark the pixel of a point, if it is on the picture."""
    if isinstance(region.center, SkyCoord):
        x, y = (int(i[0]) for i in image.coord_to_idx(region.center))
    else:
        x, y = (int(np.floor(c + 0.5)) for c in region.center.xy)
    if 0 <= x < held.shape[1] and 0 <= y < held.shape[0]:
        held[y, x] = True


def _of_pixels(region: Any, shape: tuple[int, ...]) -> np.ndarray:
    from regions import PixCoord

    if not hasattr(region, "bounding_box"):
        raise DataError(f"region {region!r} covers no pixels: give a shape with an inside")
    y, x = np.indices(shape)
    return region.contains(PixCoord(x, y))
