"""The planes of a map beside each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.maps import WcsNDMap
from gammapy.optional import require
from gammapy.plot.axes import short_energies

__all__ = ["plot_map_grid"]

#: more planes than a picture can show
_MOST = 100


def plot_map_grid(
    sky_map: WcsNDMap, figsize: Any = None, ncols: int = 3, **kwargs: Any
) -> np.ndarray:
    """Draw all planes of a map, each on axes of its own that says its bins.

    Parameters
    ----------
    sky_map : `~gammapy.maps.WcsNDMap`
    figsize : tuple of float, optional
        Of the new figure, in inches; by default by the number of planes.
    ncols : int
        Planes in a row.
    **kwargs
        Handed on to `plot_map`: ``stretch``, ``add_cbar``, ``vmin``...

    Returns
    -------
    array of `~astropy.visualization.wcsaxes.WCSAxes` [rows, ncols]
        None where there is no plane.

    Raises
    ------
    DataError
        If there are more than 100 planes, or ``ncols`` is no positive number.
    """
    planes = list(sky_map.iter_by_image(keepdims=True))
    if len(planes) > _MOST:
        raise DataError(f"a map of {len(planes)} planes: at most {_MOST} can be drawn, slice it")
    if isinstance(ncols, bool) or int(ncols) < 1:
        raise DataError(f"ncols = {ncols!r} must be a positive whole number")
    pyplot = require("matplotlib.pyplot", "pictures")
    columns = min(int(ncols), len(planes))
    rows = -(-len(planes) // columns)
    figure = pyplot.figure(figsize=figsize or (4.5 * columns, 3.6 * rows), layout="constrained")
    axes = np.full((rows, columns), None, dtype=object)
    for k, plane in enumerate(planes):
        ax = figure.add_subplot(rows, columns, k + 1, projection=plane.geom.wcs)
        plane.plot(ax=ax, **kwargs)
        ax.set_title(", ".join(_bin_text(axis) for axis in plane.geom.axes), fontsize="small")
        axes.flat[k] = ax
    return axes


def _bin_text(axis: Any) -> str:
    """Name and bounds of an axis of a single bin."""
    if hasattr(axis, "time_min"):
        return f"{axis.time_min[0].iso} to {axis.time_max[0].iso}"
    low, high = short_energies(axis.bounds) if axis.is_energy_axis else axis.bounds
    return f"{axis.name} {low.value:.3g} to {high:.3g}"
