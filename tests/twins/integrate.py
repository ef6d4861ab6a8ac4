"""Integrals over energy bins, one adaptive quadrature per bin."""

import itertools
import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad

RELATIVE_TOLERANCE = 1e-13
#: An estimated error above this fraction of (bin width x largest sampled value) is reported.
WORST_ERROR = 1e-11


def bin_integrals(
    function: Callable[[float], float], edges: ArrayLike, kinks: Iterable[float] = ()
) -> NDArray[np.float64]:
    """Integrals of a flux over energy bins.

    Parameters
    ----------
    function : callable
        Differential flux at an energy in TeV.
    edges : array-like, shape (n + 1,)
        Bin edges in TeV.
    kinks : iterable of float
        Energies in TeV where the function is not smooth; the integral is split there.

    Returns
    -------
    integrals : array, shape (n,)
        The function's unit times TeV, good to about 1e-12 for smooth functions.

    Raises
    ------
    ValueError
        If the edges are not positive and rising, or if the function is not finite.
    ArithmeticError
        If the quadrature does not converge.
    """
    edges = np.asarray(edges, float)
    if edges.ndim != 1 or len(edges) < 2 or not np.all(np.isfinite(edges)):
        raise ValueError(f"edges = {edges} TeV must be a list of two or more finite numbers")
    if not (np.all(edges > 0) and np.all(np.diff(edges) > 0)):
        raise ValueError(f"edges = {edges} TeV must be positive and rise: sort them")
    kinks = sorted(kinks)
    result = []
    for low, high in itertools.pairwise(edges):
        stops = [low, *(kink for kink in kinks if low < kink < high), high]
        pieces = [_quad(function, a, b) for a, b in itertools.pairwise(stops)]
        result.append(math.fsum(pieces))
    return np.array(result)


def energy_flux_integrals(
    function: Callable[[float], float], edges: ArrayLike, kinks: Iterable[float] = ()
) -> NDArray[np.float64]:
    """Integrals of energy times flux over bins, the flux's unit times TeV2: see `bin_integrals`."""
    return bin_integrals(lambda energy: energy * function(energy), edges, kinks)


def _quad(function: Callable[[float], float], low: float, high: float) -> float:
    # In x = ln(E), where dE = E dx, spectra are nearly polynomials.
    def integrand(x: float) -> float:
        energy = math.exp(x)
        value = energy * float(function(energy))
        if not math.isfinite(value):
            raise ValueError(
                f"function at {energy} TeV = {value} must be finite: choose other edges"
            )
        return value

    start, stop = math.log(low), math.log(high)
    scale = (stop - start) * max(abs(integrand(x)) for x in np.linspace(start, stop, 9))
    # full_output: no warning, the error is judged below. A function that changes sign may have
    # an integral near 0, which has no relative precision: so the scale enters, far below rounding.
    options = {"epsabs": 1e-15 * scale, "epsrel": RELATIVE_TOLERANCE, "limit": 200}
    value, error = quad(integrand, start, stop, full_output=1, **options)[:2]
    if not error <= WORST_ERROR * max(scale, abs(value)):
        raise ArithmeticError(
            f"integral = {value} +- {error} between {low} and {high} TeV did not converge: "
            "list the function's kinks"
        )
    return value
