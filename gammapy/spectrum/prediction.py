"""From models to predicted counts of a spectrum: quadratures, and the plain prediction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gammapy.engine.integrate import BinQuadrature, bin_quadrature, choose_order
from gammapy.errors import ModelError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["FollowingQuadrature", "needed_order", "predicted_counts"]


def needed_order(model: SkyModel, edges: Sequence[np.ndarray], values: Sequence[float]) -> int:
    """Nodes per bin that a spectrum needs on all of several energy axes.

    Parameters
    ----------
    model : `SkyModel`
    edges : sequence of ndarray
        Bin edges of each axis, in TeV.
    values : sequence of float
        Internal values of the model's parameters.
    """
    spectrum = model.spectral_model
    kinks = spectrum.kinks_at(values)
    for axis in edges:
        spectrum.check_energies(axis)
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
            return max(
                choose_order(lambda energy: spectrum.flux(energy, values), axis, kinks)
                for axis in edges
            )
    except ArithmeticError:
        raise ModelError(
            f"{model.name!r}: the spectrum varies too fast for the true energy bins (or is not "
            "finite there): use finer bins, or keep its parameters in a sane range by bounds"
        ) from None


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

    def __init__(self, spectrum: SpectralModel, edges: Sequence[np.ndarray], order: int) -> None:
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


def predicted_counts(
    response: np.ndarray, edges: np.ndarray, models: Iterable[SkyModel]
) -> np.ndarray:
    """Predicted counts [n_reco] of some models at their current parameters.

    Parameters
    ----------
    response : ndarray [n_reco, n_true]
        In cm2 s.
    edges : ndarray [n_true + 1]
        True energies, in TeV.
    """
    total = np.zeros(response.shape[1])
    for model in models:
        spectrum = model.spectral_model
        values = spectrum.internal_values
        order = needed_order(model, [edges], values)
        rule = bin_quadrature(edges, order, spectrum.kinks)
        total += rule.reduce(spectrum.flux(rule.nodes, values))
    return response @ total
