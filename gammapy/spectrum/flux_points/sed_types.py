"""The ways to state a flux in an energy bin, and the reference spectrum that joins them.

Flux points are kept as *norms*: factors on a reference spectrum. A differential flux, an integral
flux or an energy flux is the norm times what the reference has there (GADF, "flux points").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnknownNameError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel

__all__ = [
    "SED_TYPES",
    "SUFFIXES",
    "SedReference",
    "as_sky_model",
    "checked_sed_type",
    "sigma_of_confidence",
]

#: what a flux may be stated as, beside a norm, and the unit that it is given in
SED_TYPES: dict[str, u.UnitBase] = {
    "dnde": u.Unit("cm-2 s-1 TeV-1"),
    "e2dnde": u.Unit("erg cm-2 s-1"),
    "flux": u.Unit("cm-2 s-1"),
    "eflux": u.Unit("erg cm-2 s-1"),
}

#: what is known of a flux: its value, errors, upper limit, sensitivity
SUFFIXES = ("", "_err", "_errp", "_errn", "_ul", "_sensitivity")


def checked_sed_type(sed_type: Any) -> str:
    """The SED type, if it is one.

    Raises
    ------
    UnknownNameError
        If it is not.
    """
    known = [*SED_TYPES, "likelihood"]
    if sed_type not in known:
        raise UnknownNameError(f"sed_type = {sed_type!r} is not known: choose one of {known}")
    return sed_type


def as_sky_model(model: Any) -> SkyModel:
    """A copy of a reference model; a power law of index 2 if there is none."""
    if model is None:
        model = PowerLawSpectralModel(index=2)
    if isinstance(model, SpectralModel):
        model = SkyModel(model, name="reference")
    if not isinstance(model, SkyModel):
        raise DataError(
            f"reference_model = {model!r} is no model: give a SkyModel or a spectral model"
        )
    return model.copy(name=model.name)


class SedReference(NamedTuple):
    """Reference spectrum in the energy bins; each a quantity [n_energy], or None if unknown."""

    dnde: u.Quantity | None = None
    e2dnde: u.Quantity | None = None
    flux: u.Quantity | None = None
    eflux: u.Quantity | None = None

    @classmethod
    def of_model(
        cls, model: SpectralModel, energy: u.Quantity, bins: tuple[u.Quantity, u.Quantity] | None
    ) -> SedReference:
        """Reference values of a spectrum.

        Parameters
        ----------
        model : `SpectralModel`
        energy : `~astropy.units.Quantity` [n]
            Where the differential flux is taken.
        bins : tuple of `~astropy.units.Quantity` [n]
            Lower and upper energies, nan where unknown; None if no bin is known.
        """
        dnde = model(energy).to(SED_TYPES["dnde"])
        return cls.of_values(
            energy,
            dnde=dnde,
            flux=None if bins is None else _where_known(model.integral, *bins),
            eflux=None if bins is None else _where_known(model.energy_flux, *bins),
        )

    @classmethod
    def of_values(
        cls,
        energy: u.Quantity,
        dnde: u.Quantity,
        flux: u.Quantity | None,
        eflux: u.Quantity | None,
    ) -> SedReference:
        """Reference values that a file states."""
        given = {"dnde": dnde, "e2dnde": dnde * energy**2, "flux": flux, "eflux": eflux}
        return cls(**{k: None if v is None else v.to(SED_TYPES[k]) for k, v in given.items()})

    def value(self, sed_type: str) -> u.Quantity:
        """Values of a type.

        Raises
        ------
        DataError
            If the bins are not known, which integrals need.
        """
        found = getattr(self, checked_sed_type(sed_type))
        if found is None:
            raise DataError(
                f"{sed_type} is an integral over energy bins, and only e_ref is known of these "
                "flux points: give e_min and e_max too, or use dnde or e2dnde"
            )
        return found

    def sliced(self, index: Any) -> SedReference:
        """The values of some of the energies."""
        return SedReference(*(None if value is None else value[index] for value in self))


def _where_known(integral: Any, low: u.Quantity, high: u.Quantity) -> u.Quantity:
    """Integrals over the bins, nan where one is not known."""
    known = np.isfinite(low.value) & np.isfinite(high.value)
    if known.all():
        return integral(low, high)
    if not known.any():
        return integral(1 * u.TeV, 2 * u.TeV) * np.full(len(low), np.nan)
    found = integral(low[known], high[known])
    values = np.full(len(low), np.nan)
    values[known] = found.value
    return u.Quantity(values, found.unit)


def sigma_of_confidence(confidence: Any) -> float | None:
    """Number of sigma of a two-sided confidence, as ``UL_CONF`` states it; None if it is none.

    Rounded to 6 digits, because a header states no more: 0.9973002 is 3.
    """
    from scipy.special import ndtri

    try:
        value = float("nan" if confidence is None else confidence)
    except (TypeError, ValueError):  # a text like "2 sigma" stands in old files
        return None
    return round(float(ndtri(0.5 + 0.5 * value)), 6) if 0 < value < 1 else None
