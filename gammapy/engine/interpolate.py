"""Interpolation of tabulated spectra."""

from typing import Any

from gammapy.engine.namespace import array_namespace

__all__ = ["interpolate_log_energy"]


def interpolate_log_energy(energy: Any, log_nodes: Any, values: Any) -> Any:
    """Piecewise linear in the logarithm of the energy; the end pieces go on outside.

    Parameters
    ----------
    energy : array [...]
        In the unit whose logarithm ``log_nodes`` are.
    log_nodes, values : array [n_nodes]
        Ascending; at least two.
    """
    xp = array_namespace(energy)
    log_nodes, values = xp.asarray(log_nodes), xp.asarray(values)
    x = xp.log(energy)
    flat = xp.reshape(x, (-1,))
    right = xp.clip(xp.searchsorted(log_nodes, flat), 1, log_nodes.shape[0] - 1)
    x0, x1 = xp.take(log_nodes, right - 1), xp.take(log_nodes, right)
    y0, y1 = xp.take(values, right - 1), xp.take(values, right)
    return xp.reshape(y0 + (y1 - y0) * (flat - x0) / (x1 - x0), x.shape)
