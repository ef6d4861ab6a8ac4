"""Integrals of a spectrum over energy bins: Gauss-Legendre in the logarithm of the energy.

A spectrum is close to a power law inside a bin, i.e. exponential in ln E, where Gauss-Legendre
with n nodes errs by about (h k)^(2n) / (2n)! (h the bin width in ln E, k the local slope plus one).
Where a formula has a kink, the bin is cut there. The number of nodes is chosen once, when a
plan is compiled, so that the sum is a smooth function of the parameters (law 10).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

__all__ = [
    "BinQuadrature",
    "bin_integrals",
    "bin_quadrature",
    "choose_order",
    "finer_order",
    "is_converged",
    "legendre",
]

ORDERS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


class BinQuadrature(NamedTuple):
    """Nodes and weights of the integrals over consecutive bins.

    Attributes
    ----------
    nodes : ndarray [n_nodes]
        Energies, in TeV, ascending.
    weights : ndarray [n_nodes]
        Weights for an integral over energy, in TeV.
    starts : ndarray of int [n_bins]
        Index of the first node of each bin.
    """

    nodes: np.ndarray
    weights: np.ndarray
    starts: np.ndarray

    def reduce(self, values: np.ndarray) -> np.ndarray:
        """Bin integrals [..., n_bins] of a function known at the nodes [..., n_nodes]."""
        return np.add.reduceat(values * self.weights, self.starts, axis=-1)


def bin_quadrature(edges: np.ndarray, order: int, kinks: Sequence[float] = ()) -> BinQuadrature:
    """Quadrature of ``order`` nodes per smooth piece of each bin.

    Parameters
    ----------
    edges : ndarray [n_bins + 1]
        Bin edges in TeV, ascending and positive.
    order : int
        Gauss-Legendre nodes per piece.
    kinks : sequence of float
        Energies in TeV where the function is not smooth.
    """
    inner = tuple(e for e in kinks if edges[0] < e < edges[-1])
    return _quadrature(np.asarray(edges, dtype=float).tobytes(), order, inner)


@lru_cache(maxsize=256)
def _quadrature(edges_bytes: bytes, order: int, inner: tuple[float, ...]) -> BinQuadrature:
    """Kept, as many models share their bins."""
    edges = np.frombuffer(edges_bytes)
    pieces = np.unique(np.concatenate([edges, inner])) if inner else edges
    x, w = legendre(order)
    log_pieces = np.log(pieces)
    half = 0.5 * np.diff(log_pieces)[:, None]
    middle = 0.5 * (log_pieces[:-1] + log_pieces[1:])[:, None]
    nodes = np.exp(middle + half * x)
    weights = half * w * nodes
    starts = np.searchsorted(pieces, edges[:-1]) * order
    rule = BinQuadrature(nodes.ravel(), weights.ravel(), starts)
    for part in rule:
        part.flags.writeable = False
    return rule


_LEGENDRE: dict[int, tuple[np.ndarray, np.ndarray]] = {}


def legendre(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre rule on [-1, 1]; a constant of nature, so it is kept."""
    if order not in _LEGENDRE:
        _LEGENDRE[order] = np.polynomial.legendre.leggauss(order)
    return _LEGENDRE[order]


def choose_order(
    function: Callable[[np.ndarray], np.ndarray],
    edges: np.ndarray,
    kinks: Sequence[float] = (),
    tolerance: float = 1e-8,
    negligible: float = 1e-15,
) -> int:
    """Smallest order for which all bin integrals are converged.

    An order is accepted when every bin integral agrees with the one of its `finer_order`
    within ``tolerance`` relative; bins below ``negligible`` of the largest do not count.

    Parameters
    ----------
    function : callable
        ``function(energy[n]) -> ndarray [n]``, energies in TeV.
    edges, kinks
        As in `bin_quadrature`.

    Raises
    ------
    ArithmeticError
        If the largest order is not enough: the function has a feature narrower than the bins.
        (One much narrower than a twentieth of a bin goes unseen: put kinks around it.)
    """
    for order, _ in _converging(function, edges, kinks, ORDERS[:-2], tolerance, negligible):
        return order
    raise ArithmeticError("bin integrals do not converge")


def bin_integrals(
    function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray, kinks: Sequence[float] = ()
) -> np.ndarray:
    """Integrals over bins with the order of `choose_order`, with few calls of the function.

    Raises
    ------
    ArithmeticError
        As for `choose_order`.
    """
    for _, integrals in _converging(function, edges, kinks, ORDERS[:-2], 1e-8, 1e-15):
        return integrals
    raise ArithmeticError("bin integrals do not converge")


def _converging(
    function: Callable[[np.ndarray], np.ndarray],
    edges: np.ndarray,
    kinks: Sequence[float],
    orders: Sequence[int],
    tolerance: float,
    negligible: float,
) -> Iterator[tuple[int, np.ndarray]]:
    """Orders that agree with their finer ones, and their integrals."""
    known: dict[int, np.ndarray] = {}  # several orders are checked with the same finer one
    for order in orders:
        for n in (order, finer_order(order)):
            if n not in known:
                rule = bin_quadrature(edges, n, kinks)
                known[n] = rule.reduce(function(rule.nodes))
        if _agree(known[order], known[finer_order(order)], tolerance, negligible):
            yield order, known[order]


def finer_order(order: int) -> int:
    """Order that a result of ``order`` is checked with.

    At least 24 nodes: two small orders may both step over a narrow feature.
    """
    return next((n for n in ORDERS if n >= max(3 * order, 24)), ORDERS[-1])


def is_converged(
    function: Callable[[np.ndarray], np.ndarray],
    coarse: BinQuadrature,
    fine: BinQuadrature,
    tolerance: float = 1e-8,
    negligible: float = 1e-15,
) -> bool:
    """True if two quadratures of the same bins agree; see `choose_order`."""
    found, truth = (rule.reduce(function(rule.nodes)) for rule in (coarse, fine))
    return _agree(found, truth, tolerance, negligible)


def _agree(found: np.ndarray, truth: np.ndarray, tolerance: float, negligible: float) -> bool:
    size = np.abs(truth)
    allowed = tolerance * size + negligible * size.max(initial=0.0)
    return bool(np.all(np.abs(found - truth) <= allowed))
