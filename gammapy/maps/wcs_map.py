"""WcsNDMap: a map on the pixels of a projection of the sky."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import DataError, OptionError
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.morphology import Morphology
from gammapy.maps.places import Places
from gammapy.maps.region_spectrum import RegionSpectrum
from gammapy.maps.resampling import Resampling
from gammapy.maps.smoothing import Smoothing
from gammapy.maps.stacking import Stacking

__all__ = ["WcsNDMap"]


class WcsNDMap(
    Places,
    Stacking,
    Resampling,
    Smoothing,
    Morphology,
    RegionSpectrum,
    kind="wcs",
    geometry=WcsGeom,
):
    """Numbers in the pixels of a `WcsGeom`.

    Parameters
    ----------
    geom : `WcsGeom`
    data : array_like or `~astropy.units.Quantity`, optional
        Of ``geom.data_shape``, or one that broadcasts to it; zeros by default.
    dtype : str or `numpy.dtype`
        Of the zeros.
    meta : dict, optional
        Kept along.
    unit : str or `~astropy.units.Unit`
        By default that of the data.

    Raises
    ------
    DataError
        If the data do not fit the geometry.
    UnitMismatchError
        If the unit is none, or that of the data does not convert to it.
    """

    def __init__(
        self,
        geom: WcsGeom,
        data: Any = None,
        dtype: Any = "float64",
        meta: Any = None,
        unit: Any = "",
    ) -> None:
        self._set_up(geom, data, dtype, meta, unit)

    @classmethod
    def create(  # type: ignore[override]
        cls,
        map_type: str = "wcs",
        npix: Any = None,
        binsz: Any = 0.1,
        width: Any = None,
        proj: str = "CAR",
        frame: str = "icrs",
        refpix: Any = None,
        axes: Any = None,
        skydir: Any = None,
        dtype: Any = "float64",
        meta: Any = None,
        unit: Any = "",
    ) -> Self:
        """Map of zeros; arguments as for `WcsGeom.create` and the class."""
        if map_type != "wcs":
            raise OptionError(f"map_type = {map_type!r}: a WcsNDMap is 'wcs', use Map.create")
        geom = WcsGeom.create(
            npix=npix,
            binsz=binsz,
            width=width,
            proj=proj,
            frame=frame,
            refpix=refpix,
            axes=axes,
            skydir=skydir,
        )
        return cls(geom, dtype=dtype, meta=meta, unit=unit)

    def _fitted(self, array: np.ndarray) -> np.ndarray:
        shape = self.geom.data_shape
        if array.shape == shape:
            return array
        try:
            return np.array(np.broadcast_to(array, shape))
        except ValueError:
            raise DataError(
                f"data of shape {array.shape} do not fit {self.geom!r}: {shape} is needed"
            ) from None

    def is_like(self, other: Any) -> bool:
        """True if the other is a map on the same pixels and axes."""
        return isinstance(other, WcsNDMap) and self.geom.is_allclose(other.geom)

    def to_hdulist(
        self,
        hdu: str | None = None,
        hdu_bands: str | None = None,
        sparse: bool = False,
        format: str = "gadf",
    ) -> Any:
        """Image and table of the axes, as they stand in a FITS file.

        Parameters
        ----------
        hdu, hdu_bands : str, optional
            Names of the extensions, by default the primary one and ``<hdu>_BANDS``.
        sparse : bool
            A table of the pixels that are not zero cannot be written: only False.
        format : {"gadf", "fgst-ccube", "fgst-template"}
        """
        return find("Map", "to", "hdulist")(self, hdu, hdu_bands, sparse, format)

    def plot(self, ax: Any = None, stretch: str = "linear", add_cbar: bool = False, **kwargs: Any):
        """Draw the image; see `gammapy.plot.plot_map`."""
        return find("WcsNDMap", "plot", "image")(self, ax, stretch, add_cbar, **kwargs)

    def plot_grid(self, figsize: Any = None, ncols: int = 3, **kwargs: Any) -> Any:
        """Draw all planes beside each other; see `gammapy.plot.plot_map_grid`."""
        return find("WcsNDMap", "plot", "grid")(self, figsize, ncols, **kwargs)
