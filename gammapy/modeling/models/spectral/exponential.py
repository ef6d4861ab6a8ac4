r"""The exponential of another spectrum without unit.

.. math:: \phi(E) = e^{f(E)}

With :math:`f = -\tau(E)` it is an absorption, a factor on a spectrum. It is ``Exponential`` of
Gammalib (manual, spectral model components).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.engine.exponential import exp_or_inf
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.units import parse_unit

__all__ = ["ExponentialSpectralModel"]


class ExponentialSpectralModel(SpectralModel):
    """Exponential of a model; its parameters are those of the model, as ``model.norm`` and so on.

    Parameters
    ----------
    model : `SpectralModel`
        One whose values are plain numbers, such as a table of optical depths times -1.

    Raises
    ------
    ModelError
        If it is no spectral model, or its values have a unit.
    """

    tag = ["ExponentialSpectralModel", "exponential"]

    def __init__(self, model: SpectralModel) -> None:
        if not isinstance(model, SpectralModel):
            raise ModelError(
                f"ExponentialSpectralModel: model = {model!r} must be a spectral model, e.g. "
                "PowerLawNormSpectralModel()"
            )
        if not model.unit.is_equivalent(parse_unit("")):
            raise ModelError(
                f"ExponentialSpectralModel: model in {str(model.unit)!r} has no exponential: use "
                "one whose values are plain numbers, e.g. PowerLawNormSpectralModel()"
            )
        self.model = model

    @property
    def own_parameters(self) -> dict[str, Parameter]:  # type: ignore[override]
        """Parameters of the model under their paths."""
        return {f"model.{name}": p for name, p in self.model.own_parameters.items()}

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Share a parameter of the model, named by its path."""
        self.model.share_parameter(name.removeprefix("model."), parameter)

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images."""
        self.model.reassign(mapping)

    def unfreeze(self) -> None:
        """Give all parameters the frozen flags that their classes declare."""
        self.model.unfreeze()

    def _shell(self, **kwargs: Any) -> Self:
        if kwargs:
            raise ModelError(
                f"ExponentialSpectralModel.copy has no argument {next(iter(kwargs))!r}"
            )
        return type(self)(self.model._shell())

    @property
    def needs_quantities(self) -> bool:  # type: ignore[override]
        """True if the model does."""
        return self.model.needs_quantities

    @property
    def numpy_only(self) -> bool:  # type: ignore[override]
        """True if the model is."""
        return self.model.numpy_only

    @property
    def unit(self) -> u.UnitBase:
        """None."""
        return u.dimensionless_unscaled

    def check_energies(self, energy: np.ndarray) -> None:
        """Refuse energies that the model refuses."""
        self.model.check_energies(energy)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Those of the model."""
        return self.model.kinks_at(values)

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Formula; see the module."""
        return exp_or_inf(self.model.flux(energy, values))

    def flux(self, energy: np.ndarray, values: Sequence[float]) -> np.ndarray:
        """Formula; the model takes care of its own quantities."""
        return self.evaluate(energy, *values)

    def partials(self, energy: Any, *values: Any) -> list[Any]:
        """Chain rule."""
        value = self.evaluate(energy, *values)
        return [value * partial for partial in self.model.flux_partials(energy, values)]

    def __repr__(self) -> str:
        return f"ExponentialSpectralModel({self.model!r})"
