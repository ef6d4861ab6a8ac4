r"""Two spectra joined by an operator.

.. math:: \phi(E) = \phi_1(E) \circ \phi_2(E), \quad \circ \in \{+, -, \cdot, /, \wedge\}
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["CompoundSpectralModel"]

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(operators, name) for name in ("add", "sub", "mul", "truediv", "pow")
}


class CompoundSpectralModel(SpectralModel):
    """Sum, difference, product, quotient or power of two spectra.

    Its parameters are those of both, known as ``model1.index``, ``model2.index`` and so on.

    Parameters
    ----------
    model1, model2 : `SpectralModel`
    operator : callable or str
        One of `operator.add`, ``sub``, ``mul``, ``truediv``, ``pow``, or its name.

    Raises
    ------
    ModelError
        If the operator is not known, or the units of the models do not fit it.
    """

    tag = ["CompoundSpectralModel", "compound"]

    def __init__(self, model1: SpectralModel, model2: SpectralModel, operator: Any) -> None:
        name = operator if isinstance(operator, str) else getattr(operator, "__name__", "?")
        if name not in OPERATORS:
            raise ModelError(
                f"operator {operator!r} cannot join spectral models: use one of {list(OPERATORS)}"
            )
        self.model1, self.model2 = model1, model2
        self.operator = OPERATORS[name]
        _ = self.unit  # refused here rather than in the fit

    @property
    def own_parameters(self) -> dict[str, Parameter]:  # type: ignore[override]
        """Parameters of both models under their paths."""
        return {
            f"{side}.{name}": parameter
            for side, model in (("model1", self.model1), ("model2", self.model2))
            for name, parameter in model.own_parameters.items()
        }

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Share a parameter of one side, named by its path."""
        side, _, rest = name.partition(".")
        getattr(self, side).share_parameter(rest, parameter)

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images on both sides."""
        self.model1.reassign(mapping)
        self.model2.reassign(mapping)

    def unfreeze(self) -> None:
        """Give all parameters the frozen flags that their classes declare."""
        self.model1.unfreeze()
        self.model2.unfreeze()

    def _shell(self, **kwargs: Any) -> Self:
        if kwargs:
            raise ModelError(f"CompoundSpectralModel.copy has no argument {next(iter(kwargs))!r}")
        # the constructor's check of units has been passed already
        return type(self)(self.model1._shell(), self.model2._shell(), self.operator)

    @property
    def needs_quantities(self) -> bool:  # type: ignore[override]
        """True if one side does."""
        return self.model1.needs_quantities or self.model2.needs_quantities

    def check_energies(self, energy: np.ndarray) -> None:
        """Refuse energies that one side refuses."""
        self.model1.check_energies(energy)
        self.model2.check_energies(energy)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Those of both sides."""
        one, two = self._split(values)
        return self.model1.kinks_at(one) + self.model2.kinks_at(two)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the combination."""
        one, two = self.model1.unit, self.model2.unit
        if self.operator is operators.mul:
            return one * two
        if self.operator is operators.truediv:
            return one / two
        plain = u.dimensionless_unscaled
        if self.operator is operators.pow:
            if one.is_equivalent(plain) and two.is_equivalent(plain):
                return plain
            raise ModelError(
                f"cannot raise a spectrum in {str(one)!r} to one in {str(two)!r}: both must be "
                "plain numbers; divide by a constant flux first"
            )
        if not two.is_equivalent(one):
            raise ModelError(
                f"cannot {self.operator.__name__} spectra in {str(one)!r} and {str(two)!r}: "
                "the units must convert; multiply the plain one by a flux"
            )
        return one

    def _split(self, values: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
        n = len(self.model1.own_parameters)
        return values[:n], values[n:]

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Both formulas, joined."""
        one, two = self._split(values)
        return self.operator(self.model1.flux(energy, one), self.model2.flux(energy, two))

    def flux(self, energy: np.ndarray, values: Sequence[float]) -> np.ndarray:
        """Formula; each side takes care of its own quantities."""
        return self.evaluate(energy, *values)

    def partials(self, energy: Any, *values: Any) -> list[Any]:
        """Chain rule over both sides."""
        one, two = self._split(values)
        f, g = self.model1.flux(energy, one), self.model2.flux(energy, two)
        by_f, by_g = self._slopes(f, g)
        return [
            *_scaled(by_f, self.model1.flux_partials(energy, one)),
            *_scaled(by_g, self.model2.flux_partials(energy, two)),
        ]

    def _slopes(self, f: Any, g: Any) -> tuple[Any, Any]:
        """Derivatives of the operator by its two sides."""
        if self.operator is operators.add:
            return 1.0, 1.0
        if self.operator is operators.sub:
            return 1.0, -1.0
        if self.operator is operators.mul:
            return g, f
        if self.operator is operators.truediv:
            return 1.0 / g, -f / (g * g)
        xp = array_namespace(f, g)
        return g * f ** (g - 1.0), f**g * xp.log(xp.where(f > 0, f, 1.0))

    def __repr__(self) -> str:
        return (
            f"CompoundSpectralModel({self.model1!r}, {self.model2!r}, {self.operator.__name__!r})"
        )


def _scaled(slope: Any, partials: Iterable[Any]) -> list[Any]:
    return [slope * partial for partial in partials]
