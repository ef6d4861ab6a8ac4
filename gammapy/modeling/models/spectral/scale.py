r"""A fixed spectrum times a norm.

.. math:: \phi(E) = n \, \phi_\mathrm{fixed}(E)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["ScaleSpectralModel"]


class ScaleSpectralModel(SpectralModel):
    """Another spectrum, as it is now, times ``norm``, the only parameter.

    Parameters
    ----------
    model : `SpectralModel`
        It is copied, without its links, and frozen: what a fit does to the original does not
        reach the copy.
    norm : float or `~gammapy.modeling.Parameter`

    Raises
    ------
    ModelError
        If ``model`` is not a spectral model.
    """

    tag = ["ScaleSpectralModel", "scale"]
    norm = Parameter("norm", 1.0, interp="log")

    def __init__(self, model: SpectralModel, norm: Any = 1.0) -> None:
        if not isinstance(model, SpectralModel):
            raise ModelError(
                f"ScaleSpectralModel: model = {model!r} must be a spectral model, e.g. "
                "PowerLawSpectralModel()"
            )
        super().__init__(norm=norm)
        self.model = model.copy()
        for parameter in self.model.parameters:
            if parameter.link is not None:
                parameter.link = None
        self.model.freeze()

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.model = self.model.copy()
        return new

    @property
    def unit(self) -> u.UnitBase:
        """That of the model."""
        return self.model.unit

    def check_energies(self, energy: np.ndarray) -> None:
        """Refuse energies that the model refuses."""
        self.model.check_energies(energy)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Those of the model."""
        return self.model.kinks

    def evaluate(self, energy: Any, norm: Any) -> Any:
        """Formula; see the class."""
        return norm * self.model.flux(energy, self.model.internal_values)

    def partials(self, energy: Any, norm: Any) -> Sequence[Any]:
        """Derivative by norm."""
        return (self.model.flux(energy, self.model.internal_values),)

    @property
    def evaluate_integral(self) -> Callable[..., Any] | None:
        """Closed form of the integral, where the model has one."""
        return self._scaled("evaluate_integral")

    @property
    def evaluate_energy_flux(self) -> Callable[..., Any] | None:
        """Closed form of the energy flux, where the model has one."""
        return self._scaled("evaluate_energy_flux")

    def _scaled(self, name: str) -> Callable[..., Any] | None:
        closed = getattr(self.model, name, None)
        if closed is None:
            return None
        values = self.model.internal_values
        return lambda low, high, norm: norm * closed(low, high, *values)

    def __repr__(self) -> str:
        return f"ScaleSpectralModel({self.model!r}, norm={self.norm.value:.6g})"

    def __str__(self) -> str:
        return f"{super().__str__()}\n\nof {self.model}"
