r"""A factor given by its values at some energies, each of them a parameter.

.. math::
    \ln f(E) = \ln n_i + (\ln n_{i+1} - \ln n_i) \frac{\ln E - \ln E_i}{\ln E_{i+1} - \ln E_i},
    \quad E_i \le E \le E_{i+1}

or the same without the logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import as_quantity

__all__ = ["PiecewiseNormSpectralModel", "inverse_norm", "log_norm"]

_TINY = float(np.finfo(float).tiny)


class PiecewiseNormSpectralModel(ObjectParameters, SpectralModel):
    """Factor on another spectrum, interpolated between its values ``norm_0``, ``norm_1``, ...

    Outside the energies it is constant.

    Parameters
    ----------
    energy : `~astropy.units.Quantity` [n]
        Ascending, at least two.
    norms : array_like or list of `~gammapy.modeling.Parameter` [n], optional
        Values there, 1 by default.
    interp : {"log", "lin"}
        "log" interpolates the logarithm of the norm in the logarithm of the energy (a norm that is
        not positive then stands for the smallest positive float), "lin" the norm in the energy.

    Raises
    ------
    ModelError
        If the energies are not positive and ascending, the norms not as many, or not positive
        where their logarithm is asked for, or the interpolation is not known.
    """

    tag = ["PiecewiseNormSpectralModel", "piecewise-norm"]

    def __init__(self, energy: Any, norms: Any = None, interp: str = "log") -> None:
        self._energy = as_quantity(energy, "energy", u.TeV)
        self._interp = interp
        values = [1.0] * np.size(self._energy) if norms is None else list(np.atleast_1d(norms))
        self._check(values)
        self.declare(_declared(len(values)))
        given = {} if norms is None else zip(self.default_parameters.paths, values, strict=True)
        super().__init__(**dict(given))
        self._energy.flags.writeable = False  # copies share them

    def _check(self, norms: list[Any]) -> None:
        energy = self._energy.value
        ascending = energy.ndim == 1 and energy.size > 1 and np.all(energy[1:] > energy[:-1])
        if not (ascending and energy[0] > 0 and np.isfinite(energy[-1])):
            raise ModelError(
                f"PiecewiseNormSpectralModel: energy = {self._energy} must be positive, finite and "
                "ascending, at least two values: sort them"
            )
        if len(norms) != len(energy):
            raise ModelError(
                f"PiecewiseNormSpectralModel: {len(norms)} norms for {len(energy)} energies: give "
                "one for each energy"
            )
        if self._interp not in ("log", "lin"):
            raise ModelError(
                f"PiecewiseNormSpectralModel: interp = {self._interp!r} is not known: use 'log' or "
                "'lin'"
            )
        bad = [n for n in norms if not _number(n) > 0] if self._interp == "log" else []
        if bad:
            raise ModelError(
                f"PiecewiseNormSpectralModel: norm {_number(bad[0]):g} has no logarithm: give "
                "positive norms, or interp='lin'"
            )

    @cached_property
    def _nodes(self) -> tuple[float, ...]:
        return tuple(self._energy.to_value(u.TeV).tolist())

    @property
    def energy(self) -> u.Quantity:
        """Energies of the norms."""
        return self._energy

    @property
    def unit(self) -> u.UnitBase:
        """None: a factor."""
        return u.dimensionless_unscaled

    @property
    def norms(self) -> u.Quantity:
        """Values of the norms."""
        return u.Quantity([p.value for p in self.own_parameters.values()])

    @property
    def interp(self) -> str:
        """Scale of the interpolation, "log" or "lin"."""
        return self._interp

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The energies, in TeV."""
        return self._nodes

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, energy: Any, *norms: Any) -> Any:
        """Interpolation; see the class."""
        xp = array_namespace(energy)
        logarithmic = self._interp == "log"
        nodes = [log_norm(norm) for norm in norms] if logarithmic else list(norms)
        result = 0.0 * energy + nodes[0]
        for share, (left, right) in zip(self._shares(energy), pairwise(nodes), strict=True):
            result = result + share * (right - left)
        return xp.exp(result) if logarithmic else result

    def partials(self, energy: Any, *norms: Any) -> tuple[Any, ...]:
        """Derivatives by the norms."""
        shares = self._shares(energy)
        none = 0.0 * energy
        weights = [a - b for a, b in zip([none + 1.0, *shares], [*shares, none], strict=True)]
        if self._interp == "lin":
            return tuple(weights)
        value = self.evaluate(energy, *norms)
        return tuple(
            value * weight * inverse_norm(norm) for weight, norm in zip(weights, norms, strict=True)
        )

    def _shares(self, energy: Any) -> list[Any]:
        """How far the energies are along each piece, from 0 to 1, as the scale counts it."""
        xp = array_namespace(energy)
        nodes = np.array(self.kinks)
        logarithmic = self._interp == "log"
        x = xp.log(energy) if logarithmic else energy
        nodes = (np.log(nodes) if logarithmic else nodes).tolist()
        return [xp.clip((x - left) / (right - left), 0.0, 1.0) for left, right in pairwise(nodes)]

    def __repr__(self) -> str:
        low, high = self._energy[[0, -1]]
        return (
            f"PiecewiseNormSpectralModel({len(self._energy)} energies from {low:g} to {high:g}, "
            f"interp={self._interp!r})"
        )


@lru_cache(maxsize=64)
def _declared(size: int) -> Parameters:
    """Parameters as they are declared; each model has copies."""
    return Parameters([Parameter(f"norm_{i}", 1.0) for i in range(size)])


def _number(norm: Any) -> float:
    return norm.value if isinstance(norm, Parameter) else float(norm)


def log_norm(norm: Any) -> Any:
    """Logarithm of a norm, or of the smallest positive float if it is not positive."""
    if isinstance(norm, float):  # fits to the energies of any array library
        return math.log(max(norm, _TINY))
    xp = array_namespace(norm)
    return xp.log(xp.maximum(norm, _TINY))


def inverse_norm(norm: Any) -> Any:
    """1 / norm, zero where `log_norm` is constant."""
    if isinstance(norm, float):
        return 1.0 / norm if norm > _TINY else 0.0
    xp = array_namespace(norm)
    return xp.where(norm > _TINY, 1.0 / xp.maximum(norm, _TINY), 0.0)
