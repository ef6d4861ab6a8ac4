"""Maps on a region: their bins, and the outline of the region on the sky."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.plot.axes import (
    axis_label,
    celestial_axes,
    current_axes,
    legend_above,
    on_axis,
    short_energies,
    unit_text,
)

__all__ = ["plot_region", "plot_region_map"]


def plot_region_map(
    region_map: RegionNDMap, ax: Any = None, axis_name: str | None = None, **kwargs: Any
) -> Any:
    """Draw the values of a map on a region along one of its axes, as steps.

    Parameters
    ----------
    region_map : `~gammapy.maps.RegionNDMap`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    axis_name : str, optional
        Axis to draw along, by default the only one of more than one bin. Each bin of the others
        becomes a line of its own.
    **kwargs
        Handed on to `matplotlib.axes.Axes.stairs`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If the axis cannot be told, or one of times has gaps.
    """
    name = _along(region_map) if axis_name is None else axis_name
    axis = region_map.geom.axes[name]
    at = region_map.geom.axes.index_data(name)
    values = np.moveaxis(region_map.data, at, -1).reshape(-1, axis.nbin).astype(float)
    ax = current_axes(ax)
    energies = getattr(axis, "is_energy_axis", False)
    edges = on_axis(ax.xaxis, short_energies(axis.edges) if energies else axis.edges)
    quantity = on_axis(ax.yaxis, values * region_map.unit)
    names = _others(region_map, name)
    for line, text in zip(quantity, names, strict=True):
        label = {"label": text} if text else {}
        ax.stairs(line, edges, **{"baseline": None} | label | kwargs)
    if getattr(axis, "interp", "lin") == "log":
        ax.set_xscale("log")
        if np.any(values > 0) and not np.any(values < 0):
            ax.set_yscale("log")
    axis_label(ax.xaxis, name.replace("_", " ").capitalize())
    ax.set_ylabel(f"[{unit_text(region_map.unit)}]" if unit_text(region_map.unit) else "Values")
    if names[0]:
        legend_above(ax)
    return ax


def _along(region_map: RegionNDMap) -> str:
    axes = region_map.geom.axes
    wide = [axis.name for axis in axes if axis.nbin > 1]
    if len(wide) == 1 or len(axes) == 1:
        return (wide or axes.names)[0]
    raise DataError(f"a map with the axes {axes.names}: say by axis_name along which to draw")


def _others(region_map: RegionNDMap, name: str) -> list[str]:
    """Label of each line: the bins of the other axes, in the order of the data."""
    labels = [""]
    for axis in reversed(region_map.geom.axes):
        if axis.name != name:
            bins = [
                f"{axis.name} {low.value:.3g} to {high:.3g}"
                for low, high in zip(axis.edges_min, axis.edges_max, strict=True)
            ]
            labels = [", ".join(filter(None, (label, text))) for label in labels for text in bins]
    return labels if len(labels) > 1 else [""]


def plot_region(
    geom: RegionGeom, ax: Any = None, kwargs_point: dict[str, Any] | None = None, **kwargs: Any
) -> Any:
    """Draw the outline of the region of a geometry on an image of the sky; points as markers.

    Parameters
    ----------
    geom : `~gammapy.maps.RegionGeom`
    ax : `~astropy.visualization.wcsaxes.WCSAxes`, optional
        By default new ones in the current figure, on the pixels around the region.
    kwargs_point : dict, optional
        For the markers, `matplotlib.lines.Line2D`.
    **kwargs
        Handed on to `matplotlib.patches.Patch` of the shapes.

    Returns
    -------
    `~astropy.visualization.wcsaxes.WCSAxes`

    Raises
    ------
    DataError
        If there is no region.
    OptionError
        If the axes have no celestial coordinates.
    """
    if geom.region is None:
        raise DataError(f"{geom!r} has no region that could be drawn")
    if ax is None:
        around = geom.to_wcs_geom().to_image()
        ax = celestial_axes(None, around)
        n_y, n_x = around.data_shape
        ax.set_xlim(-1.0, n_x)
        ax.set_ylim(-1.0, n_y)
    ax = celestial_axes(ax, geom)
    for region in _parts(geom.region):
        point = type(region).__name__ == "PointSkyRegion"
        style = (kwargs_point or {}) if point else {"fill": False} | kwargs
        region.to_pixel(ax.wcs.celestial).plot(ax=ax, **style)
    return ax


def _parts(region: Any) -> list[Any]:
    if hasattr(region, "region1"):
        return _parts(region.region1) + _parts(region.region2)
    return [region]
