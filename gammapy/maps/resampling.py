"""Maps on other pixels: larger and smaller ones of the same picture, and other pictures.

Another picture takes its values between the pixels, linearly; for counts the density of them. A
picture that is linear between the centres of its pixels, and constant in the outer half of those at
the edge, has the same sum as one of steps, so counts are kept up to the cut of the new picture.
The exact overlap of pixels, as the package ``reproject`` computes it, would cost far more and is
not smoother than the pixels; it is not used.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gammapy.errors import DataError
from gammapy.maps.along_axes import check_order, linear_parts
from gammapy.maps.map import Map
from gammapy.maps.sky_grid import pix_to_sky

__all__ = ["Resampling"]

#: parts of pixels that are done at once, to save memory
_AT_ONCE = 1_000_000


class Resampling(Map):
    """Maps of the sky on other pixels."""

    def downsample(
        self,
        factor: Any,
        preserve_counts: bool = True,
        axis_name: str | None = None,
        weights: Any = None,
    ) -> Self:
        """Pixels, or bins of an axis, larger by a whole factor.

        Parameters
        ----------
        factor : int or tuple of int
            Along longitude and latitude, or of the axis.
        preserve_counts : bool
            True for the sum of the old pixels, False for their mean. nan are left out. Of a mask
            all must be True.
        axis_name : str, optional
        weights : `Map`, optional
            On the data before.

        Raises
        ------
        DataError
            If some pixels would be left over.
        """
        weighted = self if weights is None else self._weighted(weights)
        if axis_name is not None:
            return weighted._coarser_axis(factor, axis_name, not preserve_counts)
        geom = self.geom.downsample(factor)
        f_x, f_y = (factor, factor) if np.ndim(factor) == 0 else factor
        n_y, n_x = geom.data_shape[-2:]
        parts = weighted.data.reshape(*self.data.shape[:-2], n_y, f_y, n_x, f_x)
        mean = np.nanmean if not preserve_counts else np.nansum
        combine = np.all if weighted.is_mask else mean
        return self._on(geom, combine(parts, axis=(-3, -1)), self.unit)

    def upsample(
        self,
        factor: Any,
        order: int = 0,
        preserve_counts: bool = True,
        axis_name: str | None = None,
    ) -> Self:
        """Pixels, or bins of an axis, smaller by a whole factor.

        Parameters
        ----------
        factor : int or tuple of int
            Along longitude and latitude, or of the axis.
        order : {0, 1}
            Steps, or straight lines between the centres.
        preserve_counts : bool
            True to share the values out by the solid angle, or the width of the bins; False to keep
            them. Masks are kept.
        axis_name : str, optional
        """
        if axis_name is not None:
            return self._finer_axis(factor, axis_name, order, preserve_counts)
        geom = self.geom.upsample(factor)
        f_x, f_y = (factor, factor) if np.ndim(factor) == 0 else factor
        check_order(order)
        share = preserve_counts and not self.is_mask
        data = self._by_solid_angle() if share else self.data
        if order == 0 or self.is_mask:
            data = np.repeat(np.repeat(data, f_y, axis=-2), f_x, axis=-1)
        else:
            data = linear_parts(data, f_y, self.data.ndim - 2)
            data = self._linear_columns(data, f_x)
        if share:
            data = data * np.nan_to_num(geom.solid_angle().value)
        return self._on(geom, data, self.unit)

    def _by_solid_angle(self) -> np.ndarray:
        """Data by sr; 0 off the sky."""
        angle = self.geom.solid_angle().value
        return np.where(np.isnan(angle), 0.0, self.data / np.where(np.isnan(angle), 1.0, angle))

    def _linear_columns(self, data: np.ndarray, factor: int) -> np.ndarray:
        at = data.ndim - 1
        if not self.geom.wraps:
            return linear_parts(data, factor, at)
        around = np.concatenate([data[..., -1:], data, data[..., :1]], axis=-1)
        return linear_parts(around, factor, at)[..., factor:-factor]

    # -- other pictures -------------------------------------------------------------------

    def resample(self, geom: Any, weights: Any = None, preserve_counts: bool = True) -> Any:
        """The values put into the pixels of another geometry that hold their centres.

        Parameters
        ----------
        geom : `WcsGeom` or `RegionGeom`
            With the same names of axes.
        weights : `Map`, optional
            On the data before.
        preserve_counts : bool
            True for the sum of what falls into a pixel, False for its mean.
        """
        weighted = self if weights is None else self._weighted(weights)
        coords = self.geom.get_coord()
        there = np.isfinite(coords.lon.value)
        coords = coords.apply_mask(there)
        new = Map.from_geom(geom, unit=self.unit, meta=self.meta)
        new.fill_by_coord(coords, weighted.data[there])
        if not preserve_counts:
            number = Map.from_geom(geom)
            number.fill_by_coord(coords)
            new.data = new.data / np.maximum(number.data, 1.0)
        return new

    def interp_to_geom(
        self,
        geom: Any,
        preserve_counts: bool = False,
        fill_value: float = 0.0,
        method: Any = "linear",
        values_scale: str = "lin",
    ) -> Any:
        """Values at the centres of the pixels of another geometry.

        Parameters
        ----------
        geom : `WcsGeom` or `RegionGeom`
            With the axes of the map by name, of any bins.
        preserve_counts : bool
            True to interpolate the density by solid angle and width of the bins.
        fill_value : float
            Outside of the map.
        method, values_scale
            See `interp_by_coord`. Masks take the nearest pixel.

        Raises
        ------
        DataError
            If the geometry has other axes.
        """
        self._check_axes(geom)
        density = self._density() if preserve_counts else self
        coords = geom.get_coord()
        options: dict[str, Any] = {"method": method, "values_scale": values_scale}
        if self.is_mask:
            options = {"method": "nearest"}
        found = density.interp_by_coord(  # type: ignore[attr-defined]
            coords, fill_value=fill_value, **options
        )
        if self.is_mask:
            found = found.astype(bool)
        elif preserve_counts:
            found = found * geom.bin_volume().to_value(self._volume_unit)
        return Map.from_geom(geom, data=found.reshape(geom.data_shape), unit=self.unit)

    def _check_axes(self, geom: Any) -> None:
        if sorted(geom.axes.names) != sorted(self.geom.axes.names):
            raise DataError(
                f"{geom!r} must have the axes {self.geom.axes.names}: take it with to_image and "
                "to_cube(sky_map.geom.axes)"
            )

    @property
    def _volume_unit(self) -> Any:
        return self.geom.bin_volume().unit

    def _density(self) -> Self:
        """Values by solid angle and width of the bins; 0 off the sky."""
        volume = self.geom.bin_volume().value
        off = np.isnan(volume)
        density = np.where(off, 0.0, self.data / np.where(off, 1.0, volume))
        return self._on(self.geom, density, self.unit)

    def reproject_to_geom(
        self, geom: Any, preserve_counts: bool = False, precision_factor: int = 10
    ) -> Self:
        """Mean values in the pixels of another picture.

        Parameters
        ----------
        geom : `WcsGeom`
            Without axes, or with those of the map.
        preserve_counts : bool
            True for the sum of the density instead of the mean of the values, so that counts are
            kept; pixels that are only partly on the map have the part. See `downsample` and
            `upsample` for pixels that are aligned.
        precision_factor : int
            Pixels are cut into so many parts along both directions.

        Returns
        -------
        `WcsNDMap`
            0 where the map has nothing. Of a mask the share of each pixel.

        Raises
        ------
        DataError
            If the geometry has other axes: `interp_to_geom` changes axes.
        """
        if len(geom.axes) and not self.geom.axes.is_allclose(geom.axes):
            raise DataError(
                f"{geom!r} must have no axes or those of the map, {self.geom.axes!r}: "
                "interp_to_geom changes axes"
            )
        if isinstance(precision_factor, bool) or int(precision_factor) < 1:
            raise DataError(
                f"precision_factor = {precision_factor!r} must be a whole number from 1"
            )
        parts = int(precision_factor)
        image = geom.to_image()
        source = self._by_solid_angle() if preserve_counts else self.data.astype(float)
        n_y, n_x = image.data_shape
        flat = source.reshape(-1, *source.shape[-2:])
        table = np.stack([self._around(plane).reshape(-1) for plane in flat], axis=-1)
        result = np.zeros((len(flat), n_y, n_x))
        rows = max(1, _AT_ONCE // (n_x * parts**2))
        for first in range(0, n_y, rows):
            last = min(first + rows, n_y)
            matrix = self._shares(image, first, last, parts, not preserve_counts)
            result[:, first:last] = (matrix @ table).T.reshape(len(flat), last - first, n_x)
        result = result.reshape(*source.shape[:-2], n_y, n_x)
        if preserve_counts:
            result = result * np.nan_to_num(image.solid_angle().value)
        return self._on(image.with_axes(self.geom.axes), result, self.unit)

    reproject_by_image = reproject_to_geom

    def _shares(self, image: Any, first: int, last: int, parts: int, mean: bool) -> Any:
        """Sparse matrix from the pixels of a plane, see `_around`, to rows of another picture.

        It takes the mean of the values between the pixels at the parts of each new pixel; with
        ``mean`` of those parts that are on the map, else 0 counts for the others.
        """
        from scipy.sparse import coo_array

        n_x = image.data_shape[1]
        n_new = (last - first) * n_x
        steps = (np.arange(parts) + 0.5) / parts - 0.5
        x = (np.arange(n_x)[:, None] + steps).reshape(-1)
        y = (np.arange(first, last)[:, None] + steps).reshape(-1)
        row, column = (p.reshape(-1) for p in self._places(image, *np.meshgrid(x, y)))
        there = np.isfinite(row)
        j, i = np.meshgrid(np.arange(len(x)) // parts, np.arange(len(y)) // parts)
        new = (i * n_x + j).reshape(-1)[there]
        n_y_own, n_x_own = self.geom.data_shape[-2:]
        low, t = _between(row[there], n_y_own)
        left, s = _between(column[there], n_x_own + 2)
        upper = np.minimum(low + 1, n_y_own - 1)
        number = np.bincount(new, minlength=n_new) if mean else np.full(n_new, parts**2)
        share = 1.0 / np.maximum(number, 1)[new]
        weights, old = [], []
        for line, across in ((low, 1 - t), (upper, t)):
            for k, along in ((0, 1 - s), (1, s)):
                weights.append(across * along * share)
                old.append(line * (n_x_own + 2) + left + k)
        values = np.concatenate(weights)
        some = values > 0  # nan beside a place do not count for nothing
        place = (np.tile(new, 4)[some], np.concatenate(old)[some])
        size = (n_new, n_y_own * (n_x_own + 2))
        return coo_array((values[some], place), shape=size).tocsr()

    def _around(self, plane: np.ndarray) -> np.ndarray:
        """Plane with one more column on each side, from the other one around the whole sky."""
        if self.geom.wraps:
            return np.concatenate([plane[:, -1:], plane, plane[:, :1]], axis=1)
        return np.concatenate([plane[:, :1], plane, plane[:, -1:]], axis=1)

    def _places(self, image: Any, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
        """Rows and columns of a plane that is one column wider, nan where there is no pixel."""
        own = self.geom.to_image()
        lon, lat = pix_to_sky(image.wcs, x, y)
        if own.frame != image.frame:
            from astropy.coordinates import SkyCoord

            there = np.isfinite(lon)
            sky = SkyCoord(lon[there], lat[there], unit="deg", frame=image.center_skydir.frame)
            moved = sky.transform_to(own.center_skydir.frame).spherical
            lon[there], lat[there] = moved.lon.deg, moved.lat.deg
        px, py = own.sky_to_pix(lon, lat)
        n_y, n_x = own.data_shape
        inside = (px >= -0.5) & (px <= n_x - 0.5) & (py >= -0.5) & (py <= n_y - 0.5)
        return [np.where(inside, p, np.nan) for p in (py, px + 1.0)]


def _between(place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Index of the pixel before each place, and the share of the way to the next."""
    place = np.round(np.clip(place, 0, size - 1), 9)  # without rounding of the coordinates
    before = np.minimum(place.astype(int), max(size - 2, 0))
    return before, place - before
