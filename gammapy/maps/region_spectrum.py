"""Spectra of regions of a map of the sky, and what masks have to do with regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, OptionError
from gammapy.maps.map import Map
from gammapy.maps.region import RegionNDMap
from gammapy.maps.region_geometry import RegionGeom

__all__ = ["RegionSpectrum"]


class RegionSpectrum(Map):
    """What a map of the sky has in a region."""

    def to_region_nd_map(
        self,
        region: Any = None,
        func: Callable[..., Any] = np.nansum,
        weights: Any = None,
        method: str = "nearest",
    ) -> RegionNDMap:
        """The pixels in a region as one.

        Parameters
        ----------
        region : region, str, list of them, SkyCoord or `RegionGeom`, optional
            By default the whole map. For a point the value there.
        func : callable
            Of the values of the pixels of which the centre is in the region, with an argument
            ``axis``: ``numpy.nansum``, ``numpy.nanmean``, ...
        weights : `Map`, optional
            On the data before, such as a mask.
        method : {"nearest", "linear"}
            For a point.

        Returns
        -------
        spectrum : `RegionNDMap`

        Raises
        ------
        DataError
            If no pixel is in the region.
        """
        weighted: Any = self if weights is None else self._weighted(weights)
        geom = self._region_geometry(region)
        if geom.is_all_point_sky_regions:
            return weighted._at_point(geom, method)
        held = self.geom.to_image().region_mask(geom.region).data
        if not held.any():
            raise DataError(
                f"region {geom.region!r} holds the centre of no pixel of {self.geom!r}: take a "
                "larger one, or a point"
            )
        data = func(weighted.data[..., held], axis=-1)
        return RegionNDMap(geom, np.asarray(data), self.unit, meta=self.meta)

    def get_spectrum(
        self, region: Any = None, func: Callable[..., Any] = np.nansum, weights: Any = None
    ) -> RegionNDMap:
        """The pixels in a region as one, see `to_region_nd_map`; the map must have energies.

        Raises
        ------
        DataError
            If there is no axis of energies.
        """
        if not self.geom.has_energy_axis:
            raise DataError(f"{self!r} has no axis of energies, and so no spectrum")
        return self.to_region_nd_map(region, func, weights)

    def _region_geometry(self, region: Any) -> RegionGeom:
        from regions import PointSkyRegion

        if isinstance(region, RegionGeom):
            region = region.region
        if region is None:
            region = self.geom.footprint_rectangle_sky_region
        elif isinstance(region, SkyCoord):
            region = PointSkyRegion(region)
        return RegionGeom(region, self.geom.axes, self.geom.wcs)

    def _at_point(self, geom: RegionGeom, method: str) -> RegionNDMap:
        if method not in ("nearest", "linear"):
            raise OptionError(f"method = {method!r} is not known: choose 'nearest' or 'linear'")
        x, y = self.geom.to_image().coord_to_pix(geom.center_skydir)
        n = self.geom.ndim
        grid = np.meshgrid(*(np.arange(a.nbin) for a in self.geom.axes), indexing="ij", sparse=True)
        places = [x.reshape((1,) * max(n - 2, 1)), y.reshape((1,) * max(n - 2, 1)), *grid]
        found = self.interp_by_pix(places, method)  # type: ignore[attr-defined]
        if np.isnan(found).all():
            raise DataError(f"{geom.center_skydir!r} is not on {self.geom!r}")
        data = np.asarray(found).transpose() if n > 2 else found
        data = data.astype(bool) if self.is_mask else data
        return RegionNDMap(geom, data, self.unit, meta=self.meta)

    # -- masks and regions ----------------------------------------------------------------

    def cutout_and_mask_region(self, region: Any = None) -> tuple[Self, Self]:
        """Part of the map that holds a region, and an image that is True in the region.

        Parameters
        ----------
        region : region, str or list of them, optional
            By default the whole map.
        """
        geom = self._region_geometry(region)
        first, last = _pixels_around(geom, self.geom)
        window = self.geom.window(first, (last[0] - first[0], last[1] - first[1]))
        part = self.part(window)  # type: ignore[attr-defined]
        return part, part.geom.to_image().region_mask(geom.region)

    def mask_contains_region(self, region: Any) -> bool:
        """True if all pixels of which the centre is in a region are in the mask.

        Raises
        ------
        DataError
            If the map is no mask of one plane, or the region holds no pixel.
        """
        mask = self._plane_of_mask()
        if isinstance(region, SkyCoord):
            return bool(self.get_by_coord(region).all())  # type: ignore[attr-defined]
        held = self.geom.to_image().region_mask(region).data
        if not held.any():
            raise DataError(f"region {region!r} holds the centre of no pixel of {self.geom!r}")
        return bool(mask[held].all())

    def mask_nearest_position(self, position: SkyCoord) -> SkyCoord:
        """Centre of the pixel of the mask that is nearest to a position.

        Raises
        ------
        DataError
            If the map is no mask of one plane, or has no pixel that is True.
        """
        mask = self._plane_of_mask()
        if not mask.any():
            raise DataError(f"{self!r} has no pixel that is True: there is no nearest one")
        places = self.geom.to_image().get_coord().skycoord[mask]
        return places[np.argmin(places.separation(position).deg)]

    def _plane_of_mask(self) -> np.ndarray:
        if not self.is_mask or self.data.size != np.prod(self.data.shape[-2:]):
            raise DataError(
                f"{self!r} is no mask of one plane: compare it with a number, and take a plane "
                "with get_image_by_idx"
            )
        return self.data.reshape(self.data.shape[-2:])


def _pixels_around(geom: RegionGeom, sky: Any) -> tuple[list[int], list[int]]:
    """First pixels and those after the last that a region touches, up to the edge of a map."""
    held = np.nonzero(sky.to_image().region_mask(geom.region).data)
    if not held[0].size:
        raise DataError(f"region {geom.region!r} holds the centre of no pixel of {sky!r}")
    sides = zip(reversed(held), reversed(sky.data_shape[-2:]), strict=True)
    # those of which the centre is in it, and their neighbours
    ends = [(max(int(i.min()) - 1, 0), min(int(i.max()) + 2, n)) for i, n in sides]
    return [low for low, _ in ends], [high for _, high in ends]
