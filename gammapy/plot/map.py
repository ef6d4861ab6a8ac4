"""Maps: an image of the sky, on axes with celestial coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.maps import WcsNDMap
from gammapy.optional import require
from gammapy.plot.axes import celestial_axes, unit_text

__all__ = ["plot_map"]

_STRETCHES = ("linear", "sqrt", "log")
_NAMES = {
    "icrs": ("Right ascension", "Declination"),
    "fk5": ("Right ascension", "Declination"),
    "fk4": ("Right ascension", "Declination"),
    "galactic": ("Galactic longitude", "Galactic latitude"),
}


def plot_map(
    sky_map: WcsNDMap,
    ax: Any = None,
    stretch: str = "linear",
    add_cbar: bool = False,
    **kwargs: Any,
) -> Any:
    """Draw an image of the sky.

    Parameters
    ----------
    sky_map : `~gammapy.maps.WcsNDMap`
        With a single plane.
    ax : `~astropy.visualization.wcsaxes.WCSAxes`, optional
        By default new ones in the current figure.
    stretch : {"linear", "sqrt", "log"}
        Scale of the colours. On "log" pixels that are not positive stay empty.
    add_cbar : bool
        True to add a bar of colours with the unit.
    **kwargs
        Handed on to `matplotlib.axes.Axes.imshow`; ``vmin`` and ``vmax`` bound the colours.

    Returns
    -------
    `~astropy.visualization.wcsaxes.WCSAxes`

    Raises
    ------
    DataError
        If the map has several planes, or nothing that can be drawn.
    OptionError
        If the stretch is not known, or the axes have no celestial coordinates.
    """
    image = _plane(sky_map)
    norm = _norm(image, stretch, kwargs)
    ax = celestial_axes(ax, sky_map.geom)
    style = {"origin": "lower", "interpolation": "nearest", "norm": norm} | kwargs
    drawn = ax.imshow(image, **style)
    frame = sky_map.geom.frame
    for coordinate, name in zip(
        ax.coords, _NAMES.get(frame, ("Longitude", "Latitude")), strict=False
    ):
        coordinate.set_axislabel(name)
        if frame == "galactic":  # where nobody counts in minutes of arc
            coordinate.set_format_unit("deg", decimal=True)
    if add_cbar:
        ax.figure.colorbar(drawn, ax=ax, label=unit_text(sky_map.unit))
    return ax


def _plane(sky_map: WcsNDMap) -> np.ndarray:
    planes = sky_map.data.reshape(-1, *sky_map.data.shape[-2:])
    if len(planes) != 1:
        raise DataError(
            f"a map of {len(planes)} planes is no image: take one with get_image_by_idx, or add "
            "them with sum_over_axes"
        )
    return planes[0].astype(float)


def _norm(image: np.ndarray, stretch: str, kwargs: dict[str, Any]) -> Any:
    """Scale of colours; takes ``vmin`` and ``vmax`` out of the arguments."""
    if stretch not in _STRETCHES:
        raise OptionError(f"stretch = {stretch!r} is not known: choose one of {_STRETCHES}")
    if "norm" in kwargs:
        return kwargs.pop("norm")
    colors = require("matplotlib.colors", "pictures")
    shown = image[np.isfinite(image) & ((image > 0) | (stretch != "log"))]
    if not shown.size:
        raise DataError(f"the map has no pixel that can be drawn with stretch = {stretch!r}")
    low, high = kwargs.pop("vmin", shown.min()), kwargs.pop("vmax", shown.max())
    if stretch == "log":
        return colors.LogNorm(low, high)
    if stretch == "sqrt":
        return colors.PowerNorm(0.5, low, high)
    return colors.Normalize(low, high)
