r"""Power laws between given energies, on a doubly logarithmic plot a broken line.

.. math::
    \ln \frac{\phi(E)}{\phi_0} = \ln n_k + (\ln n_{k+1} - \ln n_k)
    \frac{\ln E - \ln E_k}{\ln E_{k+1} - \ln E_k}, \quad E_k \le E \le E_{k+1}, \quad n_0 = 1

and power laws of the indices :math:`\Gamma_l` below the first energy and :math:`\Gamma_h` above the
last. It is ``PiecewisePowerLaw`` of the Fermi Science Tools (Likelihood model definitions).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.piecewise import inverse_norm, log_norm
from gammapy.modeling.models.spectral.powerlaw import power_integral
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import as_quantity

__all__ = ["PiecewisePowerLawSpectralModel"]


class PiecewisePowerLawSpectralModel(ObjectParameters, SpectralModel):
    """Broken line through ``amplitude`` at the first energy and ``norm_1``, ... times it at others.

    Parameters
    ----------
    energy : `~astropy.units.Quantity` [n + 1]
        Ascending.
    norms : array_like or list of `~gammapy.modeling.Parameter` [n], optional
        Values from the second energy on, relative to that at the first; 1 by default. One that is
        not positive stands for the smallest positive float.
    index_low, index_high, amplitude : float, `~astropy.units.Quantity`, `Parameter`, optional
        Indices below the first and above the last energy, and value at the first.

    Raises
    ------
    ModelError
        If the energies are not positive and ascending, or the norms not positive, or not as many.
    """

    tag = ["PiecewisePowerLawSpectralModel", "piecewise-pl"]

    def __init__(self, energy: Any, norms: Any = None, **values: Any) -> None:
        energy = as_quantity(energy, "energy", u.TeV)
        self._energy = energy.reshape(1) if energy.isscalar else energy
        given = [1.0] * (self._energy.size - 1) if norms is None else list(np.atleast_1d(norms))
        _check(self._energy, given)
        self.declare(_declared(len(given)))
        super().__init__(**values, **{f"norm_{k}": n for k, n in enumerate(given, 1)})
        self._nodes = tuple(self._energy.to_value(u.TeV).tolist())
        self._energy.flags.writeable = False  # copies share them

    @property
    def energy(self) -> u.Quantity:
        """Energies of the values."""
        return self._energy

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The energies, in TeV."""
        return self._nodes

    def evaluate(
        self, energy: Any, index_low: Any, index_high: Any, amplitude: Any, *norms: Any
    ) -> Any:
        """Formula; see the module."""
        heights = [0.0, *(log_norm(norm) for norm in norms)]
        below, shares, above = self._line(energy)
        line = -index_low * below - index_high * above
        for share, (left, right) in zip(shares, pairwise(heights), strict=True):
            line = line + share * (right - left)
        return amplitude * exp_or_inf(line)

    def partials(
        self, energy: Any, index_low: Any, index_high: Any, amplitude: Any, *norms: Any
    ) -> tuple[Any, ...]:
        """Derivatives by ``index_low``, ``index_high``, amplitude and the norms."""
        below, shares, above = self._line(energy)
        shape = self.evaluate(energy, index_low, index_high, 1.0, *norms)
        value = amplitude * shape
        weights = [a - b for a, b in pairwise([*shares, 0.0 * energy])]
        by_norms = [
            value * weight * inverse_norm(norm) for weight, norm in zip(weights, norms, strict=True)
        ]
        return (-value * below, -value * above, shape, *by_norms)

    def _line(self, energy: Any) -> tuple[Any, list[Any], Any]:
        """Logarithm of how far below, how far along each piece (from 0 to 1), and how far above."""
        xp = array_namespace(energy)
        x = xp.log(energy)
        nodes = [math.log(node) for node in self._nodes]
        shares = [xp.clip((x - a) / (b - a), 0.0, 1.0) for a, b in pairwise(nodes)]
        below = xp.where(x < nodes[0], x - nodes[0], 0.0)
        return below, shares, xp.where(x > nodes[-1], x - nodes[-1], 0.0)

    def evaluate_integral(self, energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral over energy."""
        return self._moment(energy_min, energy_max, 1.0, *values)

    def evaluate_energy_flux(self, energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral of energy times spectrum."""
        return self._moment(energy_min, energy_max, 2.0, *values)

    def _moment(
        self, low: Any, high: Any, power: float, index_low: Any, index_high: Any, *heights: Any
    ) -> Any:
        """Sum over the pieces, each a power law from the value at its left end."""
        xp = array_namespace(low, high)
        amplitude, *norms = heights
        logs = [0.0, *(log_norm(norm) for norm in norms)]
        widths = [math.log(b / a) for a, b in pairwise(self._nodes)]
        slopes = [(b - a) / width for (a, b), width in zip(pairwise(logs), widths, strict=True)]
        pieces = [
            (self._nodes[0], logs[0], -index_low, None, self._nodes[0]),
            *(
                (a, log_value, slope, a, b)
                for (a, b), log_value, slope in zip(
                    pairwise(self._nodes), logs[:-1], slopes, strict=True
                )
            ),
            (self._nodes[-1], logs[-1], -index_high, self._nodes[-1], None),
        ]
        total = 0.0 * (low + high)
        for node, log_value, slope, start, end in pieces:
            ends = xp.clip(low, start, end), xp.clip(high, start, end)
            part = power_integral(*ends, power + slope, node)
            total = total + exp_or_inf(log_value) * node**power * part
        return amplitude * total

    def __repr__(self) -> str:
        low, high = self._energy[[0, -1]]
        return (
            f"PiecewisePowerLawSpectralModel({len(self._energy)} energies from {low:g} to {high:g})"
        )


@lru_cache(maxsize=64)
def _declared(size: int) -> Parameters:
    """Parameters as they are declared; each model has copies."""
    first = [
        Parameter("index_low", 2.0),
        Parameter("index_high", 2.0),
        Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log"),
    ]
    return Parameters([*first, *(Parameter(f"norm_{k}", 1.0) for k in range(1, size + 1))])


def _check(energy: u.Quantity, norms: list[Any]) -> None:
    ascending = energy.ndim == 1 and np.all(energy[1:] > energy[:-1])
    if not (ascending and energy[0] > 0 and np.isfinite(energy[-1])):
        raise ModelError(
            f"PiecewisePowerLawSpectralModel: energy = {energy} must be positive, finite and "
            "ascending: sort them"
        )
    if len(norms) != len(energy) - 1:
        raise ModelError(
            f"PiecewisePowerLawSpectralModel: {len(norms)} norms for {len(energy)} energies: give "
            "one for each energy but the first, whose value is the amplitude"
        )
    bad = [n for n in norms if not (n.value if isinstance(n, Parameter) else float(n)) > 0]
    if bad:
        raise ModelError(
            f"PiecewisePowerLawSpectralModel: norm = {bad[0]!r} has no logarithm: give positive "
            "norms"
        )
