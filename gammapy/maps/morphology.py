"""Masks that shrink and grow: the structures of pixels, erosion and dilation."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.maps.map import Map
from gammapy.maps.sky_grid import angles_of

__all__ = ["Morphology", "pixels_of_width", "structure", "width_in_pixels"]

_KERNELS = ("disk", "box")
#: pixels by which a centre may miss the width
_ROUNDING = 1e-6


def width_in_pixels(width: Any, scales: np.ndarray, name: str = "width") -> np.ndarray:
    """Width [2] in pixels along longitude and latitude; plain numbers are in pixels.

    Parameters
    ----------
    width : `~astropy.units.Quantity`, str, float or pair of them
    scales : array [2]
        Pixel sizes in deg.
    name : str
        For the messages.
    """
    single = isinstance(width, str) or np.ndim(width) == 0
    pair = [width, width] if single else list(width)
    if any(isinstance(w, bool) for w in pair):
        raise DataError(f"{name} = {width!r} must be one positive number or two")
    if all(isinstance(w, (int, float, np.number)) for w in pair):
        pixels = np.array(pair, dtype=float)
        if len(pixels) != 2 or not np.all((pixels > 0) & np.isfinite(pixels)):
            raise DataError(f"{name} = {width!r} must be one positive number or two")
        return pixels
    return np.array(angles_of(width, name)) / scales


def pixels_of_width(width: Any, scales: np.ndarray, name: str) -> tuple[int, int]:
    """Whole pixels along longitude and latitude nearest to a width; plain numbers in deg."""
    n_x, n_y = np.round(np.array(angles_of(width, name)) / scales).astype(int)
    return int(n_x), int(n_y)


def structure(width: Any, scales: np.ndarray, kernel: str) -> np.ndarray:
    """Pixels [n_y, n_x] about a central one: within a radius, or in a box.

    Parameters
    ----------
    width : `~astropy.units.Quantity`, str, float or pair of them
        Radius of the disk, sides of the box (the next odd number of pixels). Plain numbers are in
        pixels.
    scales : array [2]
        Pixel sizes in deg.
    kernel : {"disk", "box"}

    Raises
    ------
    OptionError
        If the kernel is not known.
    """
    if kernel not in _KERNELS:
        raise OptionError(f"kernel = {kernel!r} is not known: choose one of {_KERNELS}")
    pixels = width_in_pixels(width, scales)
    if kernel == "box":
        n_x, n_y = (2 * int(np.ceil(0.5 * (n - 1) - _ROUNDING)) + 1 for n in pixels)
        return np.ones((n_y, n_x), dtype=bool)
    reach = np.floor(pixels + _ROUNDING).astype(int)
    x = np.arange(-reach[0], reach[0] + 1) / pixels[0]
    y = np.arange(-reach[1], reach[1] + 1) / pixels[1]
    return x[None, :] ** 2 + y[:, None] ** 2 <= 1 + _ROUNDING


class Morphology(Map):
    """Erosion and dilation of masks on the sky, plane by plane."""

    def binary_erode(self, width: Any, kernel: str = "disk", use_fft: bool = True) -> Any:
        """Mask without the pixels that have one outside of it, or the rim, within a width.

        Parameters
        ----------
        width : `~astropy.units.Quantity`, str, float or pair of them
            Radius of the disk, sides of the box; plain numbers are in pixels.
        kernel : {"disk", "box"}
            A disk holds the pixels of which the centre is within the radius: it is not widened to
            an odd number of pixels, as Gammapy does.
        use_fft : bool
            True to use a transform, which is faster for large structures.

        Raises
        ------
        DataError
            If the map is no mask.
        """
        grown = self._grown(~self._mask_data(), width, kernel, use_fft, outside=True)
        return self.with_data(~grown, "")

    def binary_dilate(self, width: Any, kernel: str = "disk", use_fft: bool = True) -> Any:
        """Mask with the pixels that have one of it within a width; as `binary_erode`."""
        grown = self._grown(self._mask_data(), width, kernel, use_fft, outside=False)
        return self.with_data(grown, "")

    def _mask_data(self) -> np.ndarray:
        if not self.is_mask:
            raise DataError(
                f"{self!r} is no mask: compare it with a number first, like sky_map > 0"
            )
        return self.data

    def _grown(
        self, mask: np.ndarray, width: Any, kernel: str, use_fft: bool, outside: bool
    ) -> np.ndarray:
        from scipy.ndimage import binary_dilation
        from scipy.signal import fftconvolve

        pixels = structure(width, self.geom.pixel_scales.deg, kernel)
        rim_y, rim_x = (n // 2 for n in pixels.shape)
        wraps = self.geom.wraps
        grown = np.empty_like(mask)
        for idx in np.ndindex(mask.shape[:-2]):
            plane = np.pad(mask[idx], ((rim_y, rim_y), (0, 0)), constant_values=outside)
            sides: dict[str, Any] = {"mode": "wrap"} if wraps else {"constant_values": outside}
            plane = np.pad(plane, ((0, 0), (rim_x, rim_x)), **sides)
            if use_fft:
                count = fftconvolve(plane.astype(float), pixels.astype(float), mode="valid")
                grown[idx] = count > 0.5
            else:
                whole = binary_dilation(plane, pixels)
                size_y, size_x = mask.shape[-2:]
                grown[idx] = whole[rim_y : rim_y + size_y, rim_x : rim_x + size_x]
        return grown
