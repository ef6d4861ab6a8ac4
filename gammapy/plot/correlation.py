"""The correlation matrix of a covariance."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.modeling.covariance import Covariance
from gammapy.optional import require

__all__ = ["plot_correlation"]

#: up to this many rows, each cell has room for its number
LEGIBLE = 14


def plot_correlation(
    covariance: Covariance, figsize: Any = None, ax: Any = None, **kwargs: Any
) -> Any:
    """Draw the correlations of all parameters that have an error.

    Parameters
    ----------
    covariance : `Covariance`
    figsize : tuple of float, optional
        Of a new figure, in inch; by default it grows with the number of parameters.
    ax : `~matplotlib.axes.Axes`, optional
        Where to draw, instead of a new figure of pyplot.
    **kwargs
        Handed on to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If no parameter has an error.
    """
    rows = np.flatnonzero(covariance.known & (covariance.errors > 0))
    if not len(rows):
        raise DataError("no parameter has an error, so there is no correlation to draw: fit first")
    names = [covariance.names[i] for i in rows]
    matrix = covariance.correlation[np.ix_(rows, rows)]
    if ax is None:
        size = 2.5 + 0.55 * len(names)
        pyplot = require("matplotlib.pyplot", "pictures")
        _, ax = pyplot.subplots(figsize=figsize or (size + 1.5, size), layout="constrained")
    style = {"cmap": "RdBu_r", "vmin": -1.0, "vmax": 1.0} | kwargs
    image = ax.imshow(matrix, **style)
    ax.figure.colorbar(image, ax=ax, label="Correlation", shrink=0.8)
    ticks = range(len(names))
    ax.set_xticks(ticks, names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(ticks, names)
    if len(names) <= LEGIBLE:
        for i, j in np.ndindex(matrix.shape):
            dark = abs(matrix[i, j]) > 0.6
            ax.text(
                j,
                i,
                f"{matrix[i, j]:.2f}",
                ha="center",
                va="center",
                fontsize="small",
                color="white" if dark else "black",
            )
    return ax
