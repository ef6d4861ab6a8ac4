"""Profiles, surfaces and contours of the statistic, from what `Fitter` returns for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.plot.axes import current_axes

__all__ = ["plot_contour", "plot_profile", "plot_surface"]

#: rise at one, two and three sigma
LEVELS = (1.0, 4.0, 9.0)


def plot_profile(profile: dict[str, Any], ax: Any = None, **kwargs: Any) -> Any:
    """Draw what `Fitter.stat_profile` returns: the statistic above its least value.

    Lines mark where it has risen by 1, 4 and 9, that is one, two and three sigma.

    Parameters
    ----------
    profile : dict
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    **kwargs
        Handed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If this is no profile, or it is nowhere finite.
    """
    (name,) = _scanned(profile, 1)
    rise = _rise(profile)
    ax = current_axes(ax)
    ax.plot(profile[f"{name}_scan"], rise, **{"marker": ".", "label": name} | kwargs)
    highest = max(np.nanmax(rise), 1.0)
    for sigma, level in enumerate([level for level in LEVELS if level <= highest], start=1):
        ax.axhline(level, color="0.6", linewidth=1, linestyle="--", zorder=0)
        ax.annotate(
            f"{sigma}σ",
            (1, level),
            (-5, 1),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="bottom",
            ha="right",
        )
    ax.set_ylim(bottom=0)
    ax.set_xlabel(name)
    ax.set_ylabel("−2 ln L, above its minimum")
    return ax


def plot_surface(surface: dict[str, Any], ax: Any = None, **kwargs: Any) -> Any:
    """Draw what `Fitter.stat_surface` returns: one, two and three sigma levels over colours.

    Parameters
    ----------
    surface : dict
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    **kwargs
        Handed on to `matplotlib.axes.Axes.pcolormesh`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If this is no surface, or it is nowhere finite.
    """
    x, y = _scanned(surface, 2)
    rise = np.sqrt(_rise(surface)).T
    grid = surface[f"{x}_scan"], surface[f"{y}_scan"]
    ax = current_axes(ax)
    style = {"cmap": "viridis_r", "shading": "nearest", "vmin": 0.0, "vmax": 5.0} | kwargs
    image = ax.pcolormesh(*grid, rise, **style)
    ax.figure.colorbar(image, ax=ax, label="σ = √(−2 ln L, above its minimum)")
    sigmas = [s for s in (1, 2, 3) if np.nanmin(rise) < s < np.nanmax(rise)]
    if sigmas and min(rise.shape) > 1:
        lines = ax.contour(*grid, rise, levels=sigmas, colors="white")
        ax.clabel(lines, fmt=lambda level: f"{level:g}σ")
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    return ax


def plot_contour(
    contours: dict[str, Any] | Sequence[dict[str, Any]],
    ax: Any = None,
    labels: Sequence[str] | None = None,
    **kwargs: Any,
) -> Any:
    """Draw what `Fitter.stat_contour` returns, once or several times.

    Parameters
    ----------
    contours : dict or list of them
        Over the same two parameters.
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    labels : list of str, optional
        One per contour, for a legend.
    **kwargs
        Handed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If this is no contour, the parameters differ, or there are not as many labels.
    """
    group = [contours] if isinstance(contours, dict) else list(contours)
    if not group:
        raise DataError("no contour to draw: give what Fitter.stat_contour returns")
    pairs = [_pair(contour) for contour in group]
    for pair in pairs:
        if pair != pairs[0]:
            raise DataError(f"contours over {pairs[0]} and over {pair} do not fit one picture")
    if labels is not None and len(labels) != len(group):
        raise DataError(f"{len(labels)} labels for {len(group)} contours: give one each")
    ax = current_axes(ax)
    x, y = pairs[0]
    for i, contour in enumerate(group):
        style = {"label": labels[i]} if labels else {}
        ax.plot(contour[x], contour[y], **style | kwargs)
    if labels:
        ax.legend(frameon=False)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    return ax


def _scanned(scan: dict[str, Any], number: int) -> list[str]:
    """Names of the parameters that were scanned."""
    names = [key.removesuffix("_scan") for key in scan if key.endswith("_scan")]
    names = [name for name in names if name != "stat"]
    if "stat_scan" not in scan or len(names) != number:
        kind = "stat_profile" if number == 1 else "stat_surface"
        raise DataError(f"a dict with the keys {list(scan)} is not what Fitter.{kind} returns")
    return names


def _rise(scan: dict[str, Any]) -> np.ndarray:
    stat = np.asarray(scan["stat_scan"], dtype=float)
    if not np.isfinite(stat).any():
        raise DataError("the statistic is nowhere finite: scan other values")
    stat = np.where(np.isfinite(stat), stat, np.nan)
    return np.asarray(stat - np.nanmin(stat))


def _pair(contour: dict[str, Any]) -> tuple[str, str]:
    arrays = [
        key for key, value in contour.items() if isinstance(value, np.ndarray) and value.ndim == 1
    ]
    if len(arrays) != 2 or "success" not in contour:
        raise DataError(
            f"a dict with the keys {list(contour)} is not what Fitter.stat_contour returns"
        )
    return arrays[0], arrays[1]
