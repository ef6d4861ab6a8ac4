"""The statistic on a grid of two parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.scan import Profile, scan_values

__all__ = ["checked_pair", "stat_surface"]


def checked_pair(x: str, y: str) -> None:
    """Two parameters that differ, or an error."""
    if x == y:
        raise FitError(f"x and y are both {x!r}: give two different free parameters")


def stat_surface(problem: FitProblem, x: str, y: str, reoptimize: bool = False) -> dict[str, Any]:
    """Statistic at the scan points of two parameters; see `Fitter.stat_surface`.

    The rows run to and fro, so each refit starts next to the last.
    """
    checked_pair(x, y)
    x_values, y_values = scan_values(problem, x), scan_values(problem, y)
    profile = Profile(problem, x, y, reoptimize=reoptimize)
    stats = np.zeros((len(x_values), len(y_values)))
    others = np.zeros((*stats.shape, len(profile.others)))
    success = True
    for row, at_x in enumerate(x_values):
        columns = range(len(y_values))
        for column in columns if row % 2 == 0 else reversed(columns):
            stats[row, column] = profile(float(at_x), float(y_values[column]))
            others[row, column] = profile.others
            success &= profile.converged
    return {
        f"{x}_scan": x_values,
        f"{y}_scan": y_values,
        "stat_scan": stats,
        "fit_results": others,
        "success": success,
    }
