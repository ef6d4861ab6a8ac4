r"""Log-parabola.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\alpha - \beta \ln(E / E_0)}
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["LogParabolaSpectralModel"]


class LogParabolaSpectralModel(SpectralModel):
    """Power law whose index ``alpha`` changes by ``2 beta`` per factor e in energy.

    The logarithm is the natural one (e.g. Massaro et al. 2004, A&A 413, 489 use base 10: their
    curvature is ``beta * ln 10``).
    """

    tag = ["LogParabolaSpectralModel", "lp"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "10 TeV", frozen=True)
    alpha = Parameter("alpha", 2.0)
    beta = Parameter("beta", 1.0)

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        return amplitude * xp.exp(-(alpha + beta * log_x) * log_x)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, alpha, beta."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        shape = xp.exp(-(alpha + beta * log_x) * log_x)
        value = amplitude * shape
        by_alpha = -value * log_x
        by_reference = value * (alpha + 2.0 * beta * log_x) / reference
        return shape, by_reference, by_alpha, by_alpha * log_x
