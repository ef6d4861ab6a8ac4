r"""The energy at which a spectrum is known best.

It is where the relative error of the flux is least: :math:`r^2 = \rho^T C \rho` with the
derivatives :math:`\rho` of :math:`\ln \phi` by the parameters. For a power law of reference energy
:math:`E_0` that is :math:`E_0 \exp(C_{\Gamma\phi} / (\phi_0 C_{\Gamma\Gamma}))`.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from gammapy.errors import GammapyWarning
from gammapy.modeling.models.spectral.calculus.propagation import internal_covariance
from gammapy.modeling.models.spectral.calculus.slope import log_slope, relative_partials

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["pivot_energy"]

#: where it is looked for, in TeV
RANGE = (1e-6, 1e4)
_PER_DECADE = 20
#: variation of the squared relative error below which it is the same at all energies
_FLAT = 1e-10
#: floats below have fewer digits
_UNDERFLOW = 1e-290


def pivot_energy(model: SpectralModel) -> float:
    """Pivot energy in TeV; nan, and a warning that says why, if there is none."""
    covariance = internal_covariance(model)
    if not covariance.any():
        return _none(model, "no parameter has an error; fit it, or set model.covariance")
    if np.isnan(covariance).any():
        return _none(model, "the error of a parameter is unknown (nan)")
    sigma = np.sqrt(np.diag(covariance))
    scale = np.where(sigma > 0, sigma, 1.0)
    correlation = covariance / np.outer(scale, scale)

    decades = np.log10(RANGE[1] / RANGE[0])
    grid = np.geomspace(*RANGE, int(_PER_DECADE * decades) + 1)
    rho = relative_partials(model, grid)
    squared = np.einsum("ie,ij,je->e", rho, correlation, rho)
    flux = np.abs(model.flux(grid, model.internal_values))
    known = np.flatnonzero(np.isfinite(squared) & (flux > _UNDERFLOW))
    if not known.size or np.ptp(squared[known]) <= _FLAT * squared[known].max():
        return _none(model, "the relative error of the flux does not depend on energy")
    best = int(known[np.argmin(squared[known])])
    if not {best - 1, best + 1} <= set(known.tolist()):
        return _none(model, f"the relative error of the flux falls on to {grid[best]:g} TeV")
    return _refine(model, correlation, grid[best - 1], grid[best + 1])


def _refine(model: SpectralModel, correlation: np.ndarray, low: float, high: float) -> float:
    """Minimum between two energies in TeV."""
    from scipy.optimize import brentq, minimize_scalar

    def relative(energy: np.ndarray) -> np.ndarray:
        return relative_partials(model, energy)

    def squared(x: float) -> float:
        rho = relative(np.exp(np.array([x])))[:, 0]
        return float(rho @ correlation @ rho)

    def slope(x: float) -> float:
        energy = np.exp(np.array([x]))
        rho, change = relative(energy)[:, 0], log_slope(relative, energy)[:, 0]
        return float(rho @ correlation @ change)

    ends = np.log(low), np.log(high)
    if slope(ends[0]) < 0 < slope(ends[1]):
        return float(np.exp(brentq(slope, *ends, xtol=1e-14, rtol=1e-14)))
    # a kink between them
    return float(np.exp(minimize_scalar(squared, bounds=ends, method="bounded").x))


def _none(model: SpectralModel, reason: str) -> float:
    warnings.warn(
        f"{type(model).__name__} has no pivot energy: {reason}", GammapyWarning, stacklevel=4
    )
    return float("nan")
