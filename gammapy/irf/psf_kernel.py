"""PSFKernel: the point spread function on pixels, to convolve maps with."""

from __future__ import annotations

import os
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.irf.radial_profile import RadialProfile
from gammapy.irf.spectral_weights import spectral_weights
from gammapy.maps import Map, MapAxis, WcsGeom, WcsNDMap
from gammapy.units import strip

__all__ = ["PSFKernel"]

#: quadrature points in a pixel along each axis, at most
_MOST = 20


class PSFKernel:
    """Kernel with an odd number of pixels, the point spread function at its middle.

    Parameters
    ----------
    psf_kernel_map : `~gammapy.maps.WcsNDMap`
    normalize : bool
        Scale each plane to a sum of 1; one that is all zero stays.

    Raises
    ------
    DataError
        If the number of pixels is even, or a number is negative or not finite.
    """

    def __init__(self, psf_kernel_map: WcsNDMap, normalize: bool = True) -> None:
        shape = psf_kernel_map.data.shape[-2:]
        if not all(n % 2 for n in shape):
            raise DataError(
                f"a kernel of {shape[1]} x {shape[0]} pixels has no middle: odd numbers are needed"
            )
        if not np.all(np.isfinite(psf_kernel_map.data)) or np.any(psf_kernel_map.data < 0):
            raise DataError("a kernel has numbers that are negative or not finite: use 0 instead")
        self._psf_kernel_map = psf_kernel_map
        if normalize:
            self.normalize()

    @property
    def psf_kernel_map(self) -> WcsNDMap:
        """Map of the kernel."""
        return self._psf_kernel_map

    @property
    def data(self) -> np.ndarray:
        """Numbers of the kernel, latitude and longitude last."""
        return self._psf_kernel_map.data

    def normalize(self) -> None:
        """Scale each plane, in place, to a sum of 1."""
        total = self.data.sum(axis=(-2, -1), keepdims=True)
        self._psf_kernel_map.data = np.divide(
            self.data, total, out=np.zeros(self.data.shape), where=total > 0
        )

    # -- made of something ----------------------------------------------------------------

    @classmethod
    def from_profile(
        cls,
        geom: WcsGeom,
        energy_axis: MapAxis | None,
        position: SkyCoord,
        profile: RadialProfile,
        max_radius: float,
        step: float,
    ) -> Self:
        """Kernel of profiles; see `PSFMap.get_psf_kernel`.

        Parameters
        ----------
        geom : `WcsGeom`
            With the pixels.
        energy_axis : `MapAxis`, optional
            Of the profiles.
        position : `~astropy.coordinates.SkyCoord`
        profile : `RadialProfile`
            For each energy.
        max_radius : float
            Half the width in deg.
        step : float
            Largest distance of quadrature points in deg.
        """
        if not 0 < max_radius < 90:
            raise DataError(f"max_radius = {max_radius} deg: a positive radius is needed")
        sizes = _pixel_sizes(geom, position)
        n_x, n_y = (int(np.ceil(max_radius / size - 1e-9)) for size in sizes)
        n = int(np.clip(np.ceil(sizes.max() / step), 2, _MOST))
        quarter = _quarter(profile, sizes, (n_x, n_y), n)
        half = np.concatenate([quarter[..., :0:-1], quarter], axis=-1)
        data = np.concatenate([half[:, :0:-1], half], axis=-2)
        kernel_geom = WcsGeom.create(
            npix=(2 * n_x + 1, 2 * n_y + 1),
            binsz=tuple(sizes),
            proj=geom.projection,
            frame=geom.frame,
            skydir=position,
            axes=[] if energy_axis is None else [energy_axis],
        )
        return cls(WcsNDMap(kernel_geom, data[0] if energy_axis is None else data))

    @classmethod
    def from_gauss(cls, geom: WcsGeom, sigma: Any, max_radius: Any = None, factor: int = 4) -> Self:
        """Gaussian, the same at all energies of a geometry.

        Parameters
        ----------
        geom : `WcsGeom`
            Its pixels and axes are used.
        sigma : `~astropy.units.Quantity` or str
        max_radius : `~astropy.units.Quantity`, optional
            Half the width of the kernel, by default five times ``sigma``.
        factor : int
            Quadrature points in a pixel along each axis, at least.
        """
        width = float(strip(sigma, "sigma", u.deg))
        if not 0 < width < np.inf:
            raise DataError(f"sigma = {sigma!r} must be positive")
        radius = 5 * width if max_radius is None else float(strip(max_radius, "max_radius", u.deg))
        step = min(width / 2, float(geom.pixel_scales.deg.max()) / factor)
        end = max(2 * radius, 9 * width)  # corners too; beyond 9 sigma there is nothing
        edges = np.linspace(0, end, max(int(np.ceil(8 * end / width)), 8))
        centers = 0.5 * (edges[:-1] + edges[1:])
        values = np.exp(-0.5 * (centers / width) ** 2)[None]
        profile = RadialProfile(values, centers, edges)
        image = cls.from_profile(geom, None, geom.center_skydir, profile, radius, step)
        kernel = image.psf_kernel_map
        cube = kernel.geom.to_cube(list(geom.axes))
        return cls(WcsNDMap(cube, np.array(np.broadcast_to(kernel.data, cube.data_shape))))

    @classmethod
    def from_spatial_model(
        cls, model: Any, geom: WcsGeom, max_radius: Any = None, factor: int = 4
    ) -> Self:
        """Kernel of the shape of a model, at the middle of a geometry.

        Parameters
        ----------
        model : `~gammapy.modeling.models.SpatialModel`
            Of which the position should be the middle of the geometry.
        geom : `WcsGeom`
        max_radius : `~astropy.units.Quantity`, optional
            Half the width of the kernel, by default the evaluation radius of the model.
        factor : int
            Parts of a pixel along each axis, at the middles of which the model is evaluated.
        """
        radius = model.evaluation_radius if max_radius is None else max_radius
        if radius is None:
            raise DataError(f"{model!r} has no end: say max_radius")
        sizes = geom.pixel_scales.deg
        n_x, n_y = (int(np.ceil(strip(radius, "max_radius", u.deg) / s - 1e-9)) for s in sizes)
        npix = (2 * n_x + 1, 2 * n_y + 1)
        options = {
            "proj": geom.projection,
            "frame": geom.frame,
            "skydir": geom.center_skydir,
            "axes": list(geom.axes),
        }
        fine = WcsGeom.create(
            npix=tuple(factor * n for n in npix), binsz=tuple(sizes / factor), **options
        )
        values = model.evaluate_geom(fine).to_value("sr-1")
        values = np.broadcast_to(values, fine.data_shape)
        parts = values.reshape(*values.shape[:-2], npix[1], factor, npix[0], factor)
        kernel_geom = WcsGeom.create(npix=npix, binsz=tuple(sizes), **options)
        return cls(WcsNDMap(kernel_geom, parts.mean(axis=(-3, -1))))

    # -- files and other kernels ----------------------------------------------------------

    @classmethod
    def read(cls, *args: Any, **kwargs: Any) -> Self:
        """Kernel of a FITS file; arguments as for `Map.read`."""
        return cls(Map.read(*args, **kwargs))

    def write(self, filename: str | os.PathLike[str], *args: Any, **kwargs: Any) -> None:
        """Write a FITS file; arguments as for `Map.write`."""
        self._psf_kernel_map.write(filename, *args, **kwargs)

    def slice_by_idx(self, slices: Any) -> Self:
        """Some energies, by the name of the axis."""
        return type(self)(self._psf_kernel_map.slice_by_idx(slices).copy())

    def to_image(
        self, spectral_model: Any = None, exposure: Any = None, keepdims: bool = True
    ) -> Self:
        """All energies as one, weighted by exposure times the flux of a spectrum.

        Parameters
        ----------
        spectral_model : `~gammapy.modeling.models.SpectralModel`, optional
            By default a power law of index 2.
        exposure : `~astropy.units.Quantity` or array_like [k], optional
            By default the same at all energies.
        keepdims : bool
            True to keep the axis as one bin.
        """
        name = next(
            (n for n in ("energy_true", "energy") if n in self.psf_kernel_map.geom.axes.names), None
        )
        if name is None:
            raise DataError("to_image of a kernel: it has no axis of energies")
        axis = self.psf_kernel_map.geom.axes[name]
        weights = spectral_weights(axis, spectral_model)
        if exposure is not None:
            seen = np.ravel(exposure.value if isinstance(exposure, u.Quantity) else exposure)
            if seen.shape != weights.shape:
                raise DataError(f"exposure of {len(seen)} numbers for {len(weights)} energies")
            weights = weights * seen
        data = self.data * weights[:, None, None]
        whole = self._psf_kernel_map.copy(data=data)
        return type(self)(whole.sum_over_axes([name], keepdims=keepdims))

    def __repr__(self) -> str:
        return f"PSFKernel({self._psf_kernel_map.geom!r})"


def _quarter(
    profile: RadialProfile, sizes: np.ndarray, most: tuple[int, int], n: int
) -> np.ndarray:
    """Means [k, n_y + 1, n_x + 1] over pixels, from the middle one to the upper right corner."""
    t, w = np.polynomial.legendre.leggauss(n)
    x, y = (
        (np.arange(m + 1)[:, None] + 0.5 * t) * size for m, size in zip(most, sizes, strict=True)
    )
    total: Any = 0.0
    for i, w_x in enumerate(w):
        for j, w_y in enumerate(w):
            radius = np.hypot(y[:, j, None], x[None, :, i])
            total = total + 0.25 * w_x * w_y * profile(radius.ravel()).reshape(-1, *radius.shape)
    return total


def _pixel_sizes(geom: WcsGeom, position: SkyCoord) -> np.ndarray:
    """Sizes [2] of a pixel in deg along its rows and columns, at a position.

    A pixel of a plain cylinder is narrower the farther it is from the equator.
    """
    image = geom.to_image()
    x, y = (float(p.ravel()[0]) for p in image.coord_to_pix(position))
    if not (np.isfinite(x) and np.isfinite(y)):
        raise DataError(f"position = {position} is not in the picture of {geom!r}")
    sizes = []
    for dx, dy in ((0.5, 0.0), (0.0, 0.5)):
        lon, lat = image.pix_to_coord((np.array([x - dx, x + dx]), np.array([y - dy, y + dy])))[:2]
        ends = SkyCoord(lon, lat, frame=image.frame)
        sizes.append(ends[0].separation(ends[1]).deg)
    return np.array(sizes)
