"""Maps of a single region of the sky: what a counts spectrum is."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import DataError
from gammapy.maps.addition import add_in_place, addend
from gammapy.maps.places import Places
from gammapy.maps.region_geometry import RegionGeom

__all__ = ["RegionGeom", "RegionNDMap"]


class RegionNDMap(Places, kind="region", geometry=RegionGeom):
    """Numbers in the bins of a `RegionGeom`.

    Parameters
    ----------
    geom : `RegionGeom`
    data : array_like, optional
        Of ``geom.data_shape``, or one that can be reshaped to it; zeros by default.
    unit : str or `~astropy.units.Unit`
    dtype : str or `numpy.dtype`
        Of the zeros.
    meta : dict, optional
        Kept along.

    Raises
    ------
    DataError
        If the data do not fit the geometry.
    """

    def __init__(
        self,
        geom: RegionGeom,
        data: Any = None,
        unit: Any = "",
        dtype: Any = "float64",
        meta: Any = None,
    ) -> None:
        self._set_up(geom, data, dtype, meta, unit)

    @classmethod
    def create(  # type: ignore[override]
        cls,
        region: Any = None,
        axes: Any = (),
        dtype: Any = "float64",
        meta: Any = None,
        unit: Any = "",
        wcs: Any = None,
        binsz_wcs: Any = "0.1 deg",
        data: Any = None,
    ) -> RegionNDMap:
        """Map on a region and axes, of zeros unless there are data; see `RegionGeom`."""
        geom = RegionGeom.create(region, axes, wcs=wcs, binsz_wcs=binsz_wcs)
        return cls(geom, data, unit, dtype, meta)

    @classmethod
    def from_geom(  # type: ignore[override]
        cls,
        geom: RegionGeom,
        data: Any = None,
        unit: Any = "",
        dtype: Any = "float64",
        meta: Any = None,
    ) -> RegionNDMap:
        """Map on a geometry."""
        return cls(geom, data, unit, dtype, meta)

    def _fitted(self, array: np.ndarray) -> np.ndarray:
        shape = self.geom.data_shape
        if array.size != np.prod(shape) and array.ndim:
            raise DataError(
                f"data of shape {array.shape} do not fit {self.geom!r}: {shape} is needed"
            )
        return array.reshape(shape) if array.ndim else np.full(shape, array)

    @property
    def values(self) -> np.ndarray:
        """Data without the two axes of the single pixel."""
        return self.data[..., 0, 0]

    def is_like(self, other: Any) -> bool:
        """True if the other is a map on the same axes."""
        return isinstance(other, RegionNDMap) and list(self.geom.axes) == list(other.geom.axes)

    # -- bins and sums --------------------------------------------------------------------

    def downsample(
        self,
        factor: int,
        preserve_counts: bool = True,
        axis_name: str = "energy",
        weights: Any = None,
    ) -> RegionNDMap:
        """Bins of an axis wider by a whole factor; see `WcsNDMap.downsample`."""
        weighted = self if weights is None else self._weighted(weights)
        return weighted._coarser_axis(factor, axis_name, not preserve_counts)

    def upsample(
        self,
        factor: int,
        order: int = 0,
        preserve_counts: bool = True,
        axis_name: str = "energy",
    ) -> RegionNDMap:
        """Bins of an axis narrower by a whole factor; see `WcsNDMap.upsample`."""
        return self._finer_axis(factor, axis_name, order, preserve_counts)

    def stack(self, other: Any, weights: Any = None, nan_to_num: bool = True) -> None:
        """Add another map in place; of masks any of both.

        Parameters
        ----------
        other : `RegionNDMap`
            With the same axes; the regions are not compared.
        weights : `RegionNDMap` or array, optional
            On the data of the other.
        nan_to_num : bool
            True to take nan of the other as 0.

        Raises
        ------
        DataError
            If the axes are not the same.
        UnitMismatchError
            If the unit of the other does not convert.
        """
        if not self.is_like(other):
            raise DataError(f"{other!r} cannot be stacked on {self!r}: the axes must be the same")
        add = addend(self, other, weights, nan_to_num)
        add_in_place(self.data, add)

    # -- pictures -------------------------------------------------------------------------

    def plot(self, ax: Any = None, axis_name: str | None = None, **kwargs: Any) -> Any:
        """Draw the values along an axis; see `gammapy.plot.plot_region_map`."""
        return find("RegionNDMap", "plot", "bins")(self, ax, axis_name, **kwargs)

    def plot_region(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the outline of the region; see `RegionGeom.plot_region`."""
        return self.geom.plot_region(ax, **kwargs)

    # -- files ----------------------------------------------------------------------------

    @staticmethod
    def read(  # type: ignore[override]
        filename: str | os.PathLike[str], format: str = "gadf", hdu: str | int | None = None
    ) -> RegionNDMap:
        """Map on a region of a FITS file.

        Parameters
        ----------
        filename : str or path
            With ``$VARIABLES`` replaced.
        format : {"gadf"}
            Tables with the columns CHANNEL and DATA, and NAME_BANDS with the axes.
        hdu : str or int, optional
            Extension with the values, by default the first that has these columns.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If it is damaged, or has no such table.
        """
        return find("RegionNDMap", "read", "fits")(filename, hdu, format)

    def to_hdulist(
        self,
        format: str = "gadf",
        hdu: str | None = None,
        hdu_bands: str | None = None,
        hdu_region: str | None = None,
    ) -> Any:
        """Tables of the values, the axes and the region, as they stand in a FITS file.

        Parameters
        ----------
        format : {"gadf"}
        hdu, hdu_bands, hdu_region : str, optional
            Names of the extensions, by default SKYMAP, ``<hdu>_BANDS`` and ``<hdu>_REGION``.
        """
        return find("RegionNDMap", "to", "hdulist")(self, hdu, hdu_bands, hdu_region, format)
