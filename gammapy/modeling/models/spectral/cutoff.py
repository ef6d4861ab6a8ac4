r"""Power law with an exponential cut-off.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\Gamma} \exp(-(\lambda E)^\alpha)
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["ExpCutoffPowerLawSpectralModel"]


class ExpCutoffPowerLawSpectralModel(SpectralModel):
    """Power law with cut-off at ``1 / lambda_``, of sharpness ``alpha``."""

    tag = ["ExpCutoffPowerLawSpectralModel", "ecpl"]
    index = Parameter("index", 1.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    lambda_ = Parameter("lambda_", "0.1 TeV-1")
    alpha = Parameter("alpha", 1.0, frozen=True)

    @staticmethod
    def evaluate(
        energy: Any, index: Any, amplitude: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        return amplitude * (energy / reference) ** (-index) * xp.exp(-((lambda_ * energy) ** alpha))

    @staticmethod
    def partials(
        energy: Any, index: Any, amplitude: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, reference, ``lambda_``, alpha."""
        xp = array_namespace(energy)
        reduced = lambda_ * energy
        cutoff = reduced**alpha
        shape = (energy / reference) ** (-index) * xp.exp(-cutoff)
        value = amplitude * shape
        # d cutoff / d lambda_ written so that it holds at lambda_ = 0, alpha = 1
        by_lambda = -value * alpha * energy * reduced ** (alpha - 1.0)
        log_reduced = xp.log(xp.where(reduced > 0, reduced, 1.0))
        return (
            -value * xp.log(energy / reference),
            shape,
            value * (index / reference),
            by_lambda,
            -value * cutoff * log_reduced,
        )
