"""What maps of a response have in common, whether of the point spread or of the energy dispersion.

A response that was reduced for an observation, or for many, is a map with the axis of the true
energy last, next to the map of the exposure by which it was averaged.
"""

from __future__ import annotations

import os
from abc import ABC
from typing import Any, ClassVar, Self

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits

from gammapy.atomic import expand
from gammapy.errors import DataError, FileFormatError, OptionError, UnitMismatchError
from gammapy.fits_file import read_hdus, write_hdus
from gammapy.maps import Map, RegionGeom, RegionNDMap, WcsGeom

__all__ = ["IRFMap", "map_property"]

_WAYS = "build one with from_geom, or by gammapy.makers"


def map_property(doc: str) -> property:
    """Property for the map of a response; one that is put there is checked as at construction."""

    def get(response: IRFMap) -> Any:
        return response._irf_map

    def put(response: IRFMap, irf_map: Map) -> None:
        response._irf_map = type(response)(irf_map, response._exposure_map)._irf_map

    return property(get, put, doc=doc)


class IRFMap(ABC):
    """Response on the sky, or one that is the same everywhere.

    Parameters
    ----------
    irf_map : `~gammapy.maps.WcsNDMap` or `~gammapy.maps.RegionNDMap`
        Not negative; zero where there is no response. A map of one region counts everywhere.
    exposure_map : `~gammapy.maps.Map`, optional
        On the same place and axis of true energy; its other axis may be left out.

    Raises
    ------
    DataError
        If axes are missing, the two maps do not fit, or a number is negative or infinite.
    UnitMismatchError
        If a unit does not convert.
    """

    #: name of the argument with the map, as it is known to datasets
    tag: ClassVar[str]
    #: axes of the map in their order
    required_axes: ClassVar[list[str]]
    _hdu: ClassVar[str]
    _unit: ClassVar[str]
    _formats: ClassVar[tuple[str, ...]] = ("gadf",)

    def __init__(self, irf_map: Any, exposure_map: Any = None) -> None:
        names = list(
            getattr(getattr(irf_map, "geom", None), "axes", ()) and irf_map.geom.axes.names
        )
        if names != self.required_axes:
            raise DataError(
                f"{self.tag} has axes {names}: {self.required_axes} are needed; {_WAYS}"
            )
        self._irf_map = _checked(irf_map, self._unit, self.tag)
        self._exposure_map: Any = None
        if exposure_map is not None:
            self._exposure_map = self._fitted(_checked(exposure_map, "cm2 s", "exposure_map"))

    def _fitted(self, exposure: Map) -> Map:
        """Exposure with the other axis as one bin."""
        geom = self._irf_map.geom.squash(self.required_axes[0])
        if exposure.data.size != np.prod(geom.data_shape) or not _same_place(exposure.geom, geom):
            raise DataError(
                f"exposure_map on {exposure.geom!r} does not fit {self.tag} on {geom!r}: the same "
                "pixels and true energies are needed"
            )
        return exposure.copy(geom=geom, data=exposure.data.reshape(geom.data_shape))

    @classmethod
    def from_geom(cls, geom: Any) -> Self:
        """Maps of zeros on a geometry with the axes that are needed."""
        exposure = Map.from_geom(geom.squash(cls.required_axes[0]), unit="m2 s")
        return cls(Map.from_geom(geom, unit=cls._unit), exposure)

    @property
    def exposure_map(self) -> Any:
        """Exposure, with the other axis as one bin; None if it is not known."""
        return self._exposure_map

    @property
    def has_single_spatial_bin(self) -> bool:
        """True if the response is the same everywhere."""
        return self._irf_map.geom.data_shape[-2:] == (1, 1)

    @property
    def mask_safe_image(self) -> Map:
        """True where there is an exposure; without any, where there is a response."""
        known = self._known
        axes = tuple(range(len(known.geom.axes)))
        image = known.geom.drop(self.required_axes[0]).drop("energy_true")
        return Map.from_geom(image, data=np.any(known.data > 0, axis=axes))

    @property
    def _known(self) -> Any:
        """Map that tells where there is a response; an exposure of all zeros, of files, is none."""
        exposure = self._exposure_map
        return exposure if exposure is not None and np.any(exposure.data > 0) else self._irf_map

    @property
    def _energy_true(self) -> np.ndarray:
        """Centres [k] of the true energies in TeV."""
        return self._irf_map.geom.axes["energy_true"].center.to_value("TeV")

    # -- files ----------------------------------------------------------------------------

    @classmethod
    def from_hdulist(
        cls,
        hdulist: fits.HDUList,
        hdu: str | None = None,
        hdu_bands: str | None = None,
        exposure_hdu: str | None = None,
        exposure_hdu_bands: str | None = None,
        format: str = "gadf",
    ) -> Self:
        """Response of an open FITS file.

        Parameters
        ----------
        hdulist : `~astropy.io.fits.HDUList`
        hdu, hdu_bands : str, optional
            Extensions of the map and of its axes, by default ``PSF`` or ``EDISP``, and as their
            header says.
        exposure_hdu, exposure_hdu_bands : str, optional
            Of the exposure, by default ``<hdu>_EXPOSURE``, which may be missing.
        format : str
            "gadf": an image of the sky, or a table for all of it.

        Raises
        ------
        FileFormatError
            If an extension is missing or no such map.
        """
        cls._check_format(format)
        hdu = cls._hdu if hdu is None else hdu
        place = hdulist.filename() or "FITS file"
        if hdu not in hdulist:
            raise FileFormatError(
                f"{place} has no extension {hdu!r} with the {cls.tag}: name it by hdu= among "
                f"{[h.name for h in hdulist]}"
            )
        exposure_name = f"{hdu}_EXPOSURE" if exposure_hdu is None else exposure_hdu
        exposure = None
        if exposure_hdu is not None or exposure_name in hdulist:
            exposure = Map.from_hdulist(hdulist, exposure_name, exposure_hdu_bands)
            _mend(exposure)
        irf_map = Map.from_hdulist(hdulist, hdu, hdu_bands)
        _mend(irf_map)
        try:
            return cls(irf_map, exposure)
        except (DataError, UnitMismatchError) as error:
            raise FileFormatError(f"{place}: {hdu}: {error}") from None

    @classmethod
    def read(
        cls,
        filename: str | os.PathLike[str],
        format: str = "gadf",
        hdu: str | None = None,
        checksum: bool = False,
    ) -> Self:
        """Response of a file; as `from_hdulist`.

        Parameters
        ----------
        filename : str or path
        format, hdu : str
        checksum : bool
            True to refuse a file that does not agree with its checksums.
        """
        hdus = read_hdus(filename)
        if checksum:
            _verify(hdus, filename)
        return cls.from_hdulist(hdus, hdu=hdu, format=format)

    def to_hdulist(self, format: str = "gadf") -> fits.HDUList:
        """Extensions of a FITS file, with an empty one first."""
        if format != "gadf":
            raise OptionError(f"format = {format!r} cannot be written: use 'gadf'")
        hdus = [fits.PrimaryHDU(), *self._irf_map.to_hdulist(hdu=self._hdu)[1:]]
        if self._exposure_map is not None:
            hdus += self._exposure_map.to_hdulist(hdu=f"{self._hdu}_EXPOSURE")[1:]
        return fits.HDUList(hdus)

    def write(
        self,
        filename: str | os.PathLike[str],
        overwrite: bool = False,
        format: str = "gadf",
        checksum: bool = False,
    ) -> None:
        """Write a FITS file, whole or not at all; ``.gz`` compresses it.

        Raises
        ------
        OverwriteError
            If the file exists and ``overwrite`` is not set.
        """
        hdus = self.to_hdulist(format)
        if checksum:
            for hdu in hdus:
                hdu.add_checksum()
        write_hdus({expand(filename): hdus}, overwrite)

    @classmethod
    def _check_format(cls, format: str) -> None:
        if format not in cls._formats:
            raise OptionError(
                f"format = {format!r} is not known: choose one of {', '.join(cls._formats)}"
            )

    # -- the response at a position -------------------------------------------------------

    def _at(self, position: SkyCoord | None) -> np.ndarray:
        """Response [k, n] at a position: linear between the pixels that have one.

        Beyond the edge it is that of the nearest place on it; where no pixel around has a
        response at any energy, that of the nearest pixel that has. An energy of which no pixel
        around has one is all zero.
        """
        geom, data = self._irf_map.geom, self._irf_map.data
        if isinstance(geom, RegionGeom):
            return np.asarray(data[..., 0, 0], dtype=float)
        pixels, shares = _around(geom, position)
        rows = np.array([data[..., y, x] for x, y in pixels], dtype=float)  # [4, k, n]
        weights = shares[:, None] * self._is_there(pixels)
        if not np.any(weights):
            x, y = self._nearest(geom, position)
            return np.asarray(data[..., y, x], dtype=float)
        total = weights.sum(axis=0)
        weights = weights / np.where(total > 0, total, 1.0)
        return np.einsum("ck,ckn->kn", weights, rows)

    def _is_there(self, pixels: Any) -> np.ndarray:
        """True [4, k] where a pixel has a response."""
        known = self._known
        return np.array([np.any(known.data[..., y, x] > 0, axis=1) for x, y in pixels])

    def _nearest(self, geom: WcsGeom, position: Any) -> tuple[int, int]:
        y, x = np.nonzero(self.mask_safe_image.data)
        if not len(x):
            raise DataError(f"{self.tag} is empty: no pixel has a response; {_WAYS}")
        x_0, y_0 = _pixel(geom, position)
        i = int(np.argmin((x - x_0) ** 2 + (y - y_0) ** 2))
        return int(x[i]), int(y[i])

    def to_region_nd_map(self, region: Any = None) -> Self:
        """Response at a position, or in the middle of a region, as one that counts everywhere.

        Parameters
        ----------
        region : `~astropy.coordinates.SkyCoord` or `~regions.SkyRegion`, optional
            By default the middle of the map.
        """
        if isinstance(region, SkyCoord):
            from regions import PointSkyRegion

            region = PointSkyRegion(region)
        geom = RegionGeom.create(region, axes=list(self._irf_map.geom.axes))
        position = None if region is None else geom.center_skydir
        irf_map = RegionNDMap.from_geom(
            geom, data=self._at(position)[..., None, None], unit=self._irf_map.unit
        )
        if self._exposure_map is None:
            return type(self)(irf_map)
        exposure = RegionNDMap.from_geom(
            geom.squash(self.required_axes[0]),
            data=self._exposure_at(position)[..., None, None],
            unit=self._exposure_map.unit,
        )
        return type(self)(irf_map, exposure)

    def _exposure_at(self, position: SkyCoord | None) -> np.ndarray:
        """Exposure [k, 1] at a position, linear between the pixels."""
        geom, data = self._exposure_map.geom, self._exposure_map.data
        if isinstance(geom, RegionGeom):
            return data[..., 0, 0]
        pixels, shares = _around(geom, position)
        return sum(s * data[..., y, x] for s, (x, y) in zip(shares, pixels, strict=True))

    # -- other maps from it ---------------------------------------------------------------

    def copy(self) -> Self:
        """Copy with its own arrays."""
        return self._each(lambda irf_map: irf_map.copy())

    def cutout(self, position: SkyCoord, width: Any, mode: str = "trim", min_npix: int = 3) -> Self:
        """Part of the map, of at least some pixels; one for everywhere stays as it is.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord`
        width : `~astropy.units.Quantity` or tuple of them
        mode : {"trim", "partial", "strict"}
        min_npix : int
            Pixels at least, along longitude and latitude: values are wanted between them.
        """
        if isinstance(self._irf_map.geom, RegionGeom):
            return self
        return self._each(
            lambda irf_map: irf_map.cutout(position, width, mode=mode, min_npix=min_npix)
        )

    def downsample(self, factor: int, axis_name: str | None = None, weights: Any = None) -> Self:
        """Each ``factor`` by ``factor`` pixels as one, weighted by exposure.

        Raises
        ------
        OptionError
            For an axis other than those on the sky, of which means have no meaning here.
        """
        if axis_name is not None:
            raise OptionError(f"axis_name = {axis_name!r}: only pixels are joined, leave it out")
        exposure = self._needed_exposure("downsample")
        whole = self._weighted(self._irf_map, exposure).downsample(factor, weights=weights)
        seen = exposure.downsample(factor, weights=weights)
        mean = exposure.downsample(factor, preserve_counts=False, weights=weights)
        return type(self)(self._divided(whole, seen), mean)

    def slice_by_idx(self, slices: Any) -> Self:
        """Some bins of axes by name, as slices; the exposure only along the true energy."""
        seen = {name: part for name, part in slices.items() if name != self.required_axes[0]}
        exposure = self._exposure_map
        return type(self)(
            self._irf_map.slice_by_idx(slices).copy(),
            None if exposure is None else exposure.slice_by_idx(seen).copy(),
        )

    def stack(self, other: Self, weights: Any = None, nan_to_num: bool = True) -> None:
        """Average with another, in place, each weighted by its exposure.

        Parameters
        ----------
        other : object of the same class
            On the same geometry, or on a cut-out of it.
        weights : `~gammapy.maps.Map`, optional
            By which the other counts, pixel by pixel.
        nan_to_num : bool
            True to take nan as zero.

        Raises
        ------
        DataError
            If one of them has no exposure.
        """
        ours, theirs = self._needed_exposure("stack"), other._needed_exposure("stack")
        whole = self._weighted(self._irf_map, ours)
        whole.stack(self._weighted(other._irf_map, theirs), weights, nan_to_num=nan_to_num)
        ours.stack(theirs, weights, nan_to_num=nan_to_num)
        self._irf_map.data = self._divided(whole, ours).data

    def _weighted(self, irf_map: Any, exposure: Any) -> Any:
        data = irf_map.data.astype(float) * exposure.quantity.to_value("m2 s")
        return irf_map.copy(data=data, unit=irf_map.unit)

    def _divided(self, whole: Any, exposure: Any) -> Any:
        seen = exposure.quantity.to_value("m2 s")
        return whole.copy(
            data=np.divide(whole.data, seen, out=np.zeros_like(whole.data), where=seen > 0)
        )

    def _needed_exposure(self, what: str) -> Any:
        if self._exposure_map is None:
            raise DataError(f"{what} of a {self.tag}: it has no exposure_map, by which to average")
        return self._exposure_map

    def _each(self, change: Any) -> Self:
        exposure = self._exposure_map
        return type(self)(change(self._irf_map), None if exposure is None else change(exposure))

    def __repr__(self) -> str:
        exposure = "" if self._exposure_map is not None else ", without exposure"
        return f"{type(self).__name__}({self._irf_map.geom!r}{exposure})"


# -- helpers of the class -----------------------------------------------------------------


def _checked(irf_map: Any, unit: str, name: str) -> Any:
    if not irf_map.unit.is_equivalent(unit):
        raise UnitMismatchError(
            f"{name} is in {str(irf_map.unit)!r}: {unit!r} or like it is needed"
        )
    bad = ~np.isfinite(irf_map.data) | (irf_map.data < 0)
    if np.any(bad):
        raise DataError(
            f"{name} has {np.sum(bad)} numbers that are negative or not finite, the first is "
            f"{irf_map.data[bad][0]}: put 0 where there is no response"
        )
    return irf_map


def _mend(irf_map: Map) -> None:
    """Zero in place of nan, which files have where there is no exposure."""
    irf_map.data = np.where(np.isnan(irf_map.data), 0.0, irf_map.data)


def _verify(hdus: fits.HDUList, filename: Any) -> None:
    for hdu in hdus:
        if "CHECKSUM" in hdu.header and not (hdu.verify_checksum() and hdu.verify_datasum()):
            raise FileFormatError(f"{filename}: {hdu.name} does not agree with its CHECKSUM card")


def _same_place(geom: Any, other: Any) -> bool:
    if not geom.axes["energy_true"].is_allclose(other.axes["energy_true"], rtol=1e-5):
        return False
    if isinstance(other, WcsGeom):
        return isinstance(geom, WcsGeom) and geom.to_image().is_allclose(other.to_image())
    return isinstance(geom, RegionGeom)


def _pixel(geom: WcsGeom, position: SkyCoord | None) -> tuple[float, float]:
    """Place of a position in pixels, moved to the nearest one on the map."""
    n_y, n_x = geom.data_shape[-2:]
    if position is None:
        return 0.5 * (n_x - 1), 0.5 * (n_y - 1)
    x, y = (float(p.ravel()[0]) for p in geom.to_image().coord_to_pix(position))
    if not (np.isfinite(x) and np.isfinite(y)):
        raise DataError(f"position = {position} is not in the picture of {geom!r}")
    return min(max(x, 0.0), n_x - 1.0), min(max(y, 0.0), n_y - 1.0)


def _around(geom: WcsGeom, position: SkyCoord | None) -> tuple[list[tuple[int, int]], np.ndarray]:
    """The four pixels around a position, and their shares."""
    n_y, n_x = geom.data_shape[-2:]
    x, y = _pixel(geom, position)
    x_0, y_0 = int(min(x, max(n_x - 2, 0))), int(min(y, max(n_y - 2, 0)))
    x_1, y_1 = min(x_0 + 1, n_x - 1), min(y_0 + 1, n_y - 1)
    t, v = x - x_0, y - y_0
    shares = np.array([(1 - t) * (1 - v), t * (1 - v), (1 - t) * v, t * v])
    return [(x_0, y_0), (x_1, y_0), (x_0, y_1), (x_1, y_1)], shares
