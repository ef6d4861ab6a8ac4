r"""A spectrum given by a table.

Between the energies :math:`E_k` of the table, and on from its ends, it is a power law,

.. math::
    \ln \phi(E) = (1 - t) \ln \phi_k + t \ln \phi_{k+1}, \quad
    t = \frac{\ln E - \ln E_k}{\ln E_{k+1} - \ln E_k}

and with ``values_scale="lin"`` the same without the logarithm of the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.engine.interpolate import interpolate_log_energy
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import DNDE, SpectralModel
from gammapy.units import as_quantity, internal_factor

__all__ = ["TemplateSpectralModel", "table_cuts"]

_STEEP = 40.0
#: by which an energy may miss the end of the table
_ROUNDING = 1e-9


class TemplateSpectralModel(SpectralModel):
    """Table of a spectrum, a power law between its energies (and, from its ends, outside).

    Parameters
    ----------
    energy : `~astropy.units.Quantity` [n]
        Ascending.
    values : `~astropy.units.Quantity` or array_like [n]
        Differential flux, or plain numbers for a factor on another spectrum. A zero stands
        for the smallest positive float.
    interp_kwargs : dict, optional
        ``values_scale``: "log" (default), or "lin" for values linear in the logarithm of the
        energy and zero where that gets negative. ``extrapolate``: True (default), or False to
        refuse energies outside of the table.
    meta : dict, optional
        Kept, not used.

    Raises
    ------
    ModelError
        If the table is not one-dimensional, ascending, finite and not negative; on use, if an
        energy is outside of a table that is not to be extrapolated.
    """

    tag = ["TemplateSpectralModel", "template"]

    def __init__(
        self,
        energy: Any,
        values: Any,
        interp_kwargs: dict[str, Any] | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.energy = as_quantity(energy, "energy", u.TeV)
        self.values = u.Quantity(values, dtype=float)
        self.interp_kwargs = dict(interp_kwargs or {})
        self.meta = dict(meta or {})
        self._check()
        for table in (self.energy, self.values):
            table.flags.writeable = False  # copies share them

    @cached_property
    def _log_energy(self) -> np.ndarray:
        """Logarithms of the energies [n], in TeV."""
        return np.log(self.energy.to_value(u.TeV))

    @cached_property
    def _nodes(self) -> np.ndarray:
        """Values [n] on their scale, in internal units."""
        internal = self.values.value * internal_factor(self.values.unit)
        if self.values_scale != "log":
            return internal
        return np.log(np.maximum(internal, np.finfo(float).tiny))

    @property
    def values_scale(self) -> str:
        """Scale of the values between the energies, "log" or "lin"."""
        return self.interp_kwargs.get("values_scale", "log")

    @property
    def extrapolate(self) -> bool:
        """False if energies outside of the table are refused."""
        return self.interp_kwargs.get("extrapolate", True)

    def check_energies(self, energy: np.ndarray) -> None:
        """Refuse energies outside of a table that is not to be extrapolated."""
        low, high = self.energy[[0, -1]].to_value(u.TeV)
        outside = (energy < low * (1 - _ROUNDING)) | (energy > high * (1 + _ROUNDING))
        if not self.extrapolate and np.any(outside):
            first = np.ravel(energy)[np.ravel(outside)][0]
            raise ModelError(
                f"energy = {first:g} TeV is outside of the table, which goes from {low:g} to "
                f"{high:g} TeV: stay inside, give a longer table, or let it be extrapolated by "
                "interp_kwargs={'extrapolate': True}"
            )

    def _check(self) -> None:
        unknown = set(self.interp_kwargs) - {"values_scale", "extrapolate"}
        known = self.values_scale in ("log", "lin") and isinstance(self.extrapolate, bool)
        if unknown or not known:
            raise ModelError(
                f"TemplateSpectralModel: interp_kwargs = {self.interp_kwargs!r} is not known: "
                "use {'values_scale': 'log'} or {'values_scale': 'lin'}, and 'extrapolate': True "
                "or False"
            )
        energy, values = self.energy.value, self.values.value
        if energy.ndim != 1 or energy.shape != values.shape or len(energy) < 2:
            raise ModelError(
                f"TemplateSpectralModel: energy {self.energy.shape} and values "
                f"{self.values.shape} must be one-dimensional, equally long, at least 2"
            )
        if not (energy[0] > 0 and np.all(energy[1:] > energy[:-1])):
            raise ModelError(
                f"TemplateSpectralModel: energy = {np.array2string(self.energy, threshold=8)} must "
                "be positive and ascending: sort the table, and merge or remove double rows"
            )
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(bad):
            raise ModelError(
                f"TemplateSpectralModel: values[{bad[0]}] = {self.values[bad[0]]:g} ({len(bad)} "
                "such rows) must be finite and not negative: remove these rows"
            )
        if not (self.values.unit.is_equivalent(DNDE) or self.values.unit.is_equivalent(u.one)):
            raise ModelError(
                f"TemplateSpectralModel: values in {str(self.values.unit)!r} are neither a "
                "differential flux (like 'cm-2 s-1 TeV-1') nor plain numbers"
            )

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.interp_kwargs, new.meta = dict(self.interp_kwargs), dict(self.meta)
        return new

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the table's values."""
        return self.values.unit

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of the table, in TeV, and where its extremes would spoil an integral."""
        return self._kinks

    @cached_property
    def _kinks(self) -> tuple[float, ...]:
        """The same, computed once."""
        return table_cuts(self._log_energy, self._nodes, self.values_scale == "log")

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Interpolation in log energy, in internal units."""
        xp = array_namespace(energy)
        found = interpolate_log_energy(energy, self._log_energy, self._nodes)
        return xp.exp(found) if self.values_scale == "log" else xp.where(found > 0, found, 0.0)

    def partials(self, energy: Any, *values: Any) -> tuple[Any, ...]:
        """None: the table has no parameters."""
        return ()

    def __repr__(self) -> str:
        low, high = self.energy[[0, -1]]
        return f"TemplateSpectralModel({len(self.energy)} energies from {low:g} to {high:g})"

    def __str__(self) -> str:
        return repr(self)


def table_cuts(x: np.ndarray, y: np.ndarray, logarithmic: bool) -> tuple[float, ...]:
    """Energies where an integral over a table is to be cut, ascending.

    A piece that falls to a zero of the table spans 700 powers of e: it is cut where all but e^-40
    is behind. A piece linear in the energy's logarithm ends where it reaches zero.

    Parameters
    ----------
    x, y : ndarray [n]
        Logarithm of the energies, and values on their scale.
    logarithmic : bool
        True if ``y`` are logarithms.
    """
    slope = np.diff(y) / np.diff(x)
    if logarithmic:
        top = np.where(slope > 0, x[1:], x[:-1])
        steep = np.abs(np.diff(y)) > _STEEP
        cuts = top[steep] - _STEEP / slope[steep]
    else:
        ends = ((x[0], y[0], slope[0], 1.0), (x[-1], y[-1], slope[-1], -1.0))
        cuts = np.array([at - v / k for at, v, k, sign in ends if sign * k > 0])
    return tuple(np.unique(np.exp(np.concatenate([x, cuts]))).tolist())
