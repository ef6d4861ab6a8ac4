"""Maps folded with a kernel, plane by plane; around the whole sky over the seam."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.maps.map import Map
from gammapy.maps.morphology import structure, width_in_pixels

__all__ = ["Smoothing"]

_KERNELS = ("gauss", "disk", "box")
_METHODS = ("fft", "direct")
_MODES = ("same", "full")


class Smoothing(Map):
    """Smoothing and convolution of maps of the sky."""

    def smooth(self, width: Any, kernel: str = "gauss", **kwargs: Any) -> Self:
        """Map with each plane smoothed; at the edges it is continued as in a mirror.

        Parameters
        ----------
        width : `~astropy.units.Quantity`, str, float
            Standard deviation of the Gaussian, radius of the disk or side of the box. Plain numbers
            are in pixels.
        kernel : {"gauss", "disk", "box"}
            The side of a box is rounded to whole pixels. A disk holds the pixels of which the
            centre is within the radius.
        **kwargs
            For `scipy.ndimage.gaussian_filter`, `~scipy.ndimage.convolve` (disk) or
            `~scipy.ndimage.uniform_filter` (box).

        Raises
        ------
        OptionError
            If the kernel is not known.
        """
        from scipy import ndimage

        if kernel not in _KERNELS:
            raise OptionError(f"kernel = {kernel!r} is not known: choose one of {_KERNELS}")
        scales = self.geom.pixel_scales.deg
        n_x, n_y = width_in_pixels(width, scales)
        sides = ("reflect", "wrap" if self.geom.wraps else "reflect")
        data = self.data.astype(float)
        smooth = np.empty_like(data)
        options: dict[str, Any] = {"mode": sides, **kwargs}
        if kernel == "disk":
            pixels = structure(width, scales, "disk").astype(float)
            pixels /= pixels.sum()
        for idx in np.ndindex(data.shape[:-2]):
            if kernel == "gauss":
                smooth[idx] = ndimage.gaussian_filter(data[idx], (n_y, n_x), **options)
            elif kernel == "box":
                size = [max(1, int(np.round(n))) for n in (n_y, n_x)]
                smooth[idx] = ndimage.uniform_filter(data[idx], size, **options)
            else:
                smooth[idx] = _with_disk(data[idx], pixels, self.geom.wraps, kwargs)
        return self._on(self.geom, smooth, self.unit)

    def convolve(self, kernel: Any, method: str = "fft", mode: str = "same") -> Self:
        """Map folded with a kernel; beyond the edge of the map there is nothing.

        Parameters
        ----------
        kernel : array_like, `Map` or object with ``psf_kernel_map``, ``array`` or ``data``
            [n_y, n_x] for all planes, or of the shape of the axes of the data for each its own. On
            an image that gives a plane for each of them, with the axes of the kernel if it is a
            map.
        method : {"fft", "direct"}
        mode : {"same", "full"}
            Of the size of the map, or with a rim of half the kernel. With an even number of pixels
            the middle of a kernel is the pixel after it.

        Raises
        ------
        DataError
            If the kernel does not fit to the axes.
        """
        if method not in _METHODS or mode not in _MODES:
            raise OptionError(
                f"method = {method!r}, mode = {mode!r}: choose one of {_METHODS} and of {_MODES}"
            )
        axes, weights = _kernel(kernel)
        geom = self.geom
        source = self.data.astype(float)
        if geom.is_image and weights.ndim > 2:
            geom = geom.with_axes(_axes_of(axes, weights))
            source = np.broadcast_to(source, (*weights.shape[:-2], *source.shape[-2:]))
        planes = source.shape[:-2]
        try:
            weights = np.broadcast_to(weights, (*planes, *weights.shape[-2:]))
        except ValueError:
            raise DataError(
                f"kernel of shape {weights.shape} does not fit to planes of shape {planes}: it "
                "must be one plane, or one for each of the map"
            ) from None
        n_y, n_x = weights.shape[-2:]
        if mode == "full":
            geom = _with_rim(geom, n_x - 1, n_y - 1)
        wraps = self.geom.wraps and mode == "same"
        result = np.empty((*planes, *geom.data_shape[-2:]))
        for idx in np.ndindex(planes):
            result[idx] = _folded(source[idx], weights[idx], method, mode, wraps)
        return self._on(geom, result, self.unit)


def _with_disk(plane: np.ndarray, pixels: np.ndarray, wraps: bool, kwargs: Any) -> np.ndarray:
    from scipy import ndimage

    reach = pixels.shape[1] // 2
    wide = np.pad(plane, ((0, 0), (reach, reach)), mode="wrap") if wraps else plane
    smooth = ndimage.convolve(wide, pixels, **{"mode": "reflect", **kwargs})
    return smooth[:, reach : reach + plane.shape[1]] if wraps else smooth


def _kernel(kernel: Any) -> tuple[Any, np.ndarray]:
    """Axes, if they are known, and weights of a kernel."""
    kernel = getattr(kernel, "psf_kernel_map", kernel)
    axes = kernel.geom.axes if isinstance(kernel, Map) else None
    if not isinstance(kernel, np.ndarray):
        kernel = getattr(kernel, "array", getattr(kernel, "data", kernel))
    weights = np.asarray(kernel, dtype=float)
    if weights.ndim < 2 or not weights.size:
        raise DataError(f"kernel of shape {weights.shape}: at least a plane of pixels is needed")
    return axes, weights


def _axes_of(axes: Any, weights: np.ndarray) -> Any:
    if axes is None:
        raise DataError(
            f"kernel of shape {weights.shape} for an image: give it as a map, whose axes the "
            "result can have"
        )
    return axes


def _with_rim(geom: Any, more_x: int, more_y: int) -> Any:
    n_y, n_x = geom.data_shape[-2:]
    return geom.window((-(more_x // 2), -(more_y // 2)), (n_x + more_x, n_y + more_y))


def _folded(
    plane: np.ndarray, weights: np.ndarray, method: str, mode: str, wraps: bool
) -> np.ndarray:
    from scipy.signal import convolve

    if not wraps:
        return convolve(plane, weights, mode=mode, method=method)
    before, after = weights.shape[1] // 2, (weights.shape[1] - 1) // 2
    wide = np.pad(plane, ((0, 0), (after + 1, before + 1)), mode="wrap")
    found = convolve(wide, weights, mode="same", method=method)
    return found[:, after + 1 : after + 1 + plane.shape[1]]
