"""Derivatives of a formula that brings none: complex step, else central differences.

The complex step (Squire & Trapp 1998, SIAM Rev. 40, 110) is exact to rounding for any formula made
of analytic operations. A formula that refuses complex numbers, or drops their imaginary part,
is differenced; that is done on the formula, never on the statistic (law 4).
"""

from collections.abc import Callable, Sequence

import numpy as np

__all__ = ["numerical_partials"]

_COMPLEX_STEP = 1e-30
_RELATIVE_STEP = 6e-6  # cube root of the machine precision: best for central differences


def numerical_partials(
    formula: Callable[..., np.ndarray], energy: np.ndarray, values: Sequence[float]
) -> list[np.ndarray]:
    """Partial derivatives [n_values] of arrays like ``energy``."""
    return [_partial(formula, energy, list(values), i) for i in range(len(values))]


def _partial(
    formula: Callable[..., np.ndarray], energy: np.ndarray, values: list[float], i: int
) -> np.ndarray:
    centre = values[i]
    step = _RELATIVE_STEP * (abs(centre) or 1.0)
    low, high = ([*values[:i], centre + s, *values[i + 1 :]] for s in (-step, step))
    with np.errstate(invalid="ignore", divide="ignore"):
        central = (formula(energy, *high) - formula(energy, *low)) / (2.0 * step)
    size = abs(centre) or 1.0
    shifted = [*values[:i], centre + 1j * _COMPLEX_STEP * size, *values[i + 1 :]]
    try:
        exact = np.imag(formula(energy, *shifted)) / (_COMPLEX_STEP * size)
    except (TypeError, ValueError):
        return central
    # a formula that takes an absolute value or a real part loses the imaginary part; where a step
    # leaves the domain (a root at zero) there is nothing to compare with
    valid = np.isfinite(central)
    scale = np.max(np.abs(central), where=valid, initial=0.0)
    agree = np.all(np.isfinite(exact)) and np.all(np.abs(exact - central)[valid] <= 1e-4 * scale)
    return exact if agree else central
