r"""The local index of a spectrum, :math:`-d \ln \phi / d \ln E`, and its derivatives.

The derivative by energy is a complex step, exact to rounding; a formula that does not stand
complex energies is differenced (see `gammapy.engine.differentiate`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gammapy.modeling.models.spectral.calculus.propagation import flux_partials, internal_covariance

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["index_partials", "log_slope", "relative_partials", "spectral_index"]

_COMPLEX_STEP = 1e-12  # its square is lost beside one; a flux of 1e-290 times it is still a float
_REAL_STEP = 6e-6
_PRECISION = 1e-9  # of a difference with that step


def log_slope(function: Callable[[np.ndarray], np.ndarray], energy: np.ndarray) -> np.ndarray:
    """Derivative by the logarithm of the energy of a function [..., n] of energies [n].

    The values of the function should be of order one.
    """
    low, high = (function(energy * np.exp(step)) for step in (-_REAL_STEP, _REAL_STEP))
    central = (high - low) / (2.0 * _REAL_STEP)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            exact = np.imag(function(energy * (1.0 + 1j * _COMPLEX_STEP))) / _COMPLEX_STEP
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return central
    # A formula that takes an absolute value or a real part loses some of the imaginary part, and
    # at a kink there are two slopes: the exact one counts where both agree as far as they can.
    agree = np.abs(exact - central) <= _PRECISION * (1.0 + np.abs(high) + np.abs(central))
    return np.where(agree | (np.isnan(central) & np.isfinite(exact)), exact, central)


def spectral_index(model: SpectralModel, energy: np.ndarray, values: Sequence[float]) -> np.ndarray:
    """Local index [...] at energies in TeV for internal values; nan where the flux is zero."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        flux = model.flux(energy, values)
        flux = np.where(flux == 0, np.nan, flux)
        return -log_slope(lambda e: np.log(model.flux(e, values) / flux), energy)


def relative_partials(model: SpectralModel, energy: np.ndarray) -> np.ndarray:
    """Derivatives [n, ...] of the logarithm of the flux by the parameters over their errors.

    A parameter without error has zeros.
    """
    sigma = np.sqrt(np.diag(internal_covariance(model)))
    partials = flux_partials(model, energy)
    flux = model.flux(energy, model.internal_values)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        size = sigma.reshape(-1, *[1] * np.ndim(energy))
        return np.where(size == 0, 0.0, partials * (size / flux))


def index_partials(model: SpectralModel, energy: np.ndarray) -> np.ndarray:
    """Derivatives [n, ...] of the local index by the parameters, in internal units.

    A parameter without error has zeros.
    """
    sigma = np.sqrt(np.diag(internal_covariance(model)))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        slopes = -log_slope(lambda e: relative_partials(model, e), energy)
        scale = np.where(sigma > 0, sigma, 1.0).reshape(-1, *[1] * np.ndim(energy))
        return slopes / scale
