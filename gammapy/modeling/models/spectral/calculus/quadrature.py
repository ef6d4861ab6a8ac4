"""Integrals of a spectrum over ranges of energy, and their derivatives by the parameters.

A closed form is used where a model has one (``evaluate_integral``, ``evaluate_energy_flux``); all
else is Gauss-Legendre in the logarithm of the energy, cut where the formula is not smooth, of an
order that is checked with a finer one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.engine.integrate import (
    BinQuadrature,
    bin_quadrature,
    choose_order,
)
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.calculus.following_quadrature import FollowingQuadrature
from gammapy.modeling.models.spectral.calculus.propagation import flux_partials

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["integral_formula", "integral_partials"]

#: name of the closed form of the integral of energy to the power 0 or 1 times the spectrum
CLOSED = ("evaluate_integral", "evaluate_energy_flux")
_PIECES_PER_DECADE = 5
_TOLERANCE = 1e-10
_ORDERS = (8, 24, 64)  # of the partials; each is checked with twice as many nodes
_TOLERANCE_OF_PARTIALS = 1e-7  # those that are differences have a noise of 1e-9


def integral_formula(
    model: SpectralModel, low: np.ndarray, high: np.ndarray, power: int
) -> Callable[[Sequence[float]], np.ndarray]:
    """Integral of energy to some power times the spectrum, as a function of internal values.

    Parameters
    ----------
    model : `SpectralModel`
    low, high : ndarray
        Energies in TeV; broadcast against each other.
    power : {0, 1}

    Returns
    -------
    callable
        The order of a quadrature is chosen for the present values, with a margin for others; its
        cuts follow the values.

    Raises
    ------
    ModelError
        If the quadrature does not converge.
    """
    closed = getattr(model, CLOSED[power], None)
    if closed is not None:
        return lambda values: closed(low, high, *values)
    low, high = np.broadcast_arrays(low, high)
    rules = [_rule(model, _edges(low[i], high[i]), power) for i in np.ndindex(low.shape)]

    def formula(values: Sequence[float]) -> np.ndarray:
        here = [rule.at(values) for rule in rules]
        rows = [_total(rule, model.flux(rule.nodes, values), power) for rule in here]
        return np.reshape(rows, low.shape)

    return formula


def integral_partials(
    model: SpectralModel, low: np.ndarray, high: np.ndarray, power: int
) -> np.ndarray:
    """Derivatives [n_parameters, ...] of the integral by each internal value."""
    low, high = np.broadcast_arrays(low, high)
    result = np.empty((len(model.own_parameters), *low.shape))
    if model.own_parameters:
        for place in np.ndindex(low.shape):
            edges = _edges(low[place], high[place])
            result[(slice(None), *place)] = _converged(model, edges, power)
    return result


def _rule(model: SpectralModel, edges: np.ndarray, power: int) -> FollowingQuadrature:
    """Quadrature of twice the order that is enough for the present values."""
    values = model.internal_values

    def function(energy: np.ndarray) -> np.ndarray:
        return model.flux(energy, values) * energy**power

    try:
        order = choose_order(function, edges, model.kinks, tolerance=_TOLERANCE)
    except ArithmeticError:
        raise _not_convergent(model, edges) from None
    return FollowingQuadrature(model, [edges], 2 * order)


def _converged(model: SpectralModel, edges: np.ndarray, power: int) -> np.ndarray:
    """Integrals [n] of the partials, which may change their sign.

    They are precise relative to the integral of their size.
    """
    for order in _ORDERS:
        coarse, fine = (bin_quadrature(edges, n, model.kinks) for n in (order, 2 * order))
        found = _total(coarse, flux_partials(model, coarse.nodes), power)
        at_nodes = flux_partials(model, fine.nodes)
        truth, size = (_total(fine, f, power) for f in (at_nodes, np.abs(at_nodes)))
        if np.all(np.abs(found - truth) <= _TOLERANCE_OF_PARTIALS * size):
            return truth
    raise _not_convergent(model, edges)


def _edges(low: Any, high: Any) -> np.ndarray:
    pieces = int(np.ceil(_PIECES_PER_DECADE * np.log10(high / low)))
    return np.geomspace(low, high, pieces + 1)


def _total(rule: BinQuadrature, flux: np.ndarray, power: int) -> np.ndarray:
    return rule.reduce(flux * rule.nodes**power).sum(axis=-1)


def _not_convergent(model: SpectralModel, edges: np.ndarray) -> ModelError:
    return ModelError(
        f"{type(model).__name__}: the integral from {edges[0]:g} to {edges[-1]:g} TeV does "
        "not converge; split the range at the sharp feature of the spectrum"
    )
