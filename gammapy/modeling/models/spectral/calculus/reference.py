"""What flux points are measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import astropy.units as u

from gammapy.units import internal_unit

if TYPE_CHECKING:
    from gammapy.maps import MapAxis
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["reference_fluxes"]


def reference_fluxes(model: SpectralModel, energy_axis: MapAxis) -> dict[str, u.Quantity]:
    """Fluxes of a model in bins of energy; see `SpectralModel.reference_fluxes`."""
    energy = energy_axis.center
    low, high = energy_axis.edges_min, energy_axis.edges_max
    dnde = model(energy)
    return {
        "e_ref": energy,
        "e_min": low,
        "e_max": high,
        "ref_dnde": dnde,
        "ref_flux": model.integral(low, high),
        "ref_eflux": model.energy_flux(low, high),
        "ref_e2dnde": (dnde * energy**2).to(internal_unit(model.unit * u.TeV**2)),
    }
