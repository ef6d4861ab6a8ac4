"""A quadrature over bins of energy that is cut where a spectrum is not smooth, and follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from gammapy.engine.integrate import BinQuadrature, bin_quadrature

__all__ = ["FollowingQuadrature"]


class _Spectrum(Protocol):
    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]: ...


class FollowingQuadrature:
    """Quadrature of one spectrum over the bins of several axes, cut where its kinks are.

    A break that moves in a fit takes its cut along, so the integral stays exact, and smooth in the
    position of the break. The last rule is kept for the values that leave the kinks where they are.

    Parameters
    ----------
    spectrum : `SpectralModel`
    edges : sequence of ndarray
        Bin edges of each axis, in TeV.
    order : int
        Nodes per smooth piece of a bin.
    """

    def __init__(self, spectrum: _Spectrum, edges: Sequence[np.ndarray], order: int) -> None:
        self.spectrum = spectrum
        self.edges = edges
        self.order = order
        self._last: tuple[tuple[float, ...] | None, BinQuadrature | None] = (None, None)

    def at(self, values: Sequence[float]) -> BinQuadrature:
        """Rule for internal parameter values."""
        kinks = self.spectrum.kinks_at(values)
        known, rule = self._last  # one read, so that threads do not mix
        if rule is None or kinks != known:
            rule = _joint_quadrature(self.edges, self.order, kinks)
            self._last = (kinks, rule)
        return rule


def _joint_quadrature(
    edges: Sequence[np.ndarray], order: int, kinks: Sequence[float]
) -> BinQuadrature:
    """One quadrature over the bins of several axes, one after the other."""
    rules = [bin_quadrature(axis, order, kinks) for axis in edges]
    offsets = np.cumsum([0, *(len(rule.nodes) for rule in rules[:-1])])
    return BinQuadrature(
        np.concatenate([rule.nodes for rule in rules]),
        np.concatenate([rule.weights for rule in rules]),
        np.concatenate([r.starts + shift for r, shift in zip(rules, offsets, strict=True)]),
    )
