r"""An absorption edge: a factor on another spectrum.

.. math:: f(E) = \begin{cases}
    1 & E < E_0 \\ \exp\left(-\tau_0 (E / E_0)^{-\Gamma}\right) & E \ge E_0 \end{cases}

It is ``AbsEdge`` of the Fermi Science Tools, which has the index with the other sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["AbsorptionEdgeNormSpectralModel"]


class AbsorptionEdgeNormSpectralModel(SpectralModel):
    """Absorption that sets in at ``edge`` with depth ``tau`` and falls from there with ``index``.

    Below the edge the factor is one.
    """

    tag = ["AbsorptionEdgeNormSpectralModel", "edge-norm"]
    tau = Parameter("tau", 1.0)
    edge = Parameter("edge", "1 TeV")
    index = Parameter("index", 3.0)

    @staticmethod
    def evaluate(energy: Any, tau: Any, edge: Any, index: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        above, depth, _ = _depth(energy, edge, index)
        return xp.where(above, exp_or_inf(-tau * depth), 1.0)

    @staticmethod
    def partials(energy: Any, tau: Any, edge: Any, index: Any) -> tuple[Any, ...]:
        """Derivatives by tau, edge, index; that by the edge leaves out the step there."""
        xp = array_namespace(energy)
        above, depth, log_x = _depth(energy, edge, index)
        value = exp_or_inf(-tau * depth)
        slopes = -value * depth, -value * tau * depth * (index / edge), value * tau * depth * log_x
        by_tau, by_edge, by_index = (xp.where(above, slope, 0.0) for slope in slopes)
        return by_tau, by_edge, by_index

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The edge, for internal values of the parameters."""
        return (values[1],)


def _depth(energy: Any, edge: Any, index: Any) -> tuple[Any, Any, Any]:
    """Whether energies are above the edge; depth over tau, and logarithm of the ratio, there."""
    xp = array_namespace(energy)
    above = energy >= edge
    log_x = xp.log(xp.where(above, energy / edge, 1.0))
    return above, exp_or_inf(-index * log_x), log_x
