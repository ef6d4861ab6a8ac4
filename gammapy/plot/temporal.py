"""Temporal models: the factor over time, and over a turn."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.time import Time

from gammapy.errors import OptionError
from gammapy.modeling.models import TemplatePhaseCurveTemporalModel, TemporalModel
from gammapy.optional import require
from gammapy.plot.axes import current_axes
from gammapy.plot.times import Times, on_time_axis

__all__ = ["plot_phase_curve", "plot_temporal_model"]


def plot_temporal_model(
    model: TemporalModel,
    time_range: Any,
    ax: Any = None,
    n_points: int = 100,
    **kwargs: Any,
) -> Any:
    """Draw a factor over time.

    Parameters
    ----------
    model : `TemporalModel`
    time_range : `~astropy.time.Time` [2], or pair of them
        First and last time; the axis has the scale of the first.
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    n_points : int
        Times at which the model is computed.
    **kwargs
        Handed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    OptionError
        If these are no two ascending times, or there are less than two points.
    """
    times = _times(time_range, n_points)
    factor = model(times).value
    days = require("matplotlib.dates", "pictures").date2num(times.datetime64)
    ax = current_axes(ax)
    ax.plot(days, factor, **kwargs)
    on_time_axis(ax, Times(days, np.zeros((2, len(days))), "iso", times.scale))
    ax.set_ylabel("Factor")
    return ax


def plot_phase_curve(
    model: TemplatePhaseCurveTemporalModel, ax: Any = None, n_points: int = 100, **kwargs: Any
) -> Any:
    """Draw the factor over one turn, from phase 0 to 1; arguments as `plot_temporal_model`."""
    _check_points(n_points)
    phase = np.linspace(0.0, 1.0, n_points)
    values = dict.fromkeys(model.own_parameters, 0.0) | {"phi_ref": phase}
    ax = current_axes(ax)
    ax.plot(phase, model.evaluate(0.0 * phase, *values.values()), **kwargs)
    ax.set_xlabel("Phase")
    ax.set_ylabel("Factor")
    return ax


def _times(time_range: Any, n_points: int) -> Time:
    _check_points(n_points)
    try:
        first, last = time_range
        good = bool(first < last)
    except (TypeError, ValueError):
        good = False
    if not good or not isinstance(first, Time):
        raise OptionError(
            f"time_range = {time_range!r} must be two times, the earlier first: write "
            "Time(['2020-01-01', '2020-02-01'])"
        )
    return first + np.linspace(0.0, 1.0, n_points) * (last - first)


def _check_points(n_points: int) -> None:
    if n_points < 2:
        raise OptionError(f"n_points = {n_points!r} must be at least 2")
