r"""A flux that does not depend on energy.

.. math:: \phi(E) = \phi_0
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["ConstantSpectralModel"]


class ConstantSpectralModel(SpectralModel):
    """Constant differential flux ``const``."""

    tag = ["ConstantSpectralModel", "const"]
    const = Parameter("const", "1e-12 cm-2 s-1 TeV-1")

    @staticmethod
    def evaluate(energy: Any, const: Any) -> Any:
        """Formula; see the class."""
        return const * array_namespace(energy).ones_like(energy)

    @staticmethod
    def partials(energy: Any, const: Any) -> tuple[Any, ...]:
        """Derivative by const."""
        return (array_namespace(energy).ones_like(energy),)
