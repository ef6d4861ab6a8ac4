r"""Values of a source on the sky, in energy and time, and its flux in the pixels of a map.

The flux of a source in a pixel and a bin of energy is

.. math::
    F = \bar{T} \int \mathrm{d}E \int \mathrm{d}\Omega\; S(E)\, M(l, b)

with the mean :math:`\bar{T}` of its course in time. Where the shape is the same at all energies it
is the product of the integral of the spectrum, which is exact, and the share of the pixel. For a
template that depends on energy the integral is done by Gauss-Legendre between its planes, where it
is a power law, and the kinks of the spectrum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.engine.integrate import bin_quadrature
from gammapy.errors import ModelError
from gammapy.maps import Map, RegionGeom
from gammapy.modeling.models.spatial.integration import Energies
from gammapy.modeling.models.spatial.on_map import (
    checked_geom,
    energy_axis,
    integrals,
    under_axes,
)
from gammapy.units import internal_unit

if TYPE_CHECKING:
    from gammapy.data import GTI
    from gammapy.modeling.models.sky import SkyModel
    from gammapy.modeling.models.spatial.base import SpatialModel
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["bin_energies", "evaluate", "evaluate_geom", "integrate_geom", "mean_in_time"]

#: nodes of each piece between kinks, and its largest width in the logarithm of the energy
_ORDER, _WIDEST = 4, 0.5


def evaluate(model: SkyModel, lon: Any, lat: Any, energy: Any, time: Any) -> u.Quantity:
    """Differential flux at positions, energies and times; see `SkyModel.evaluate`."""
    value = model.spectral_model(energy)
    if model.spatial_model is not None:
        value = value * model.spatial_model(lon, lat, energy)
    if model.temporal_model is not None and time is not None:
        value = value * model.temporal_model(time)
    return value


def evaluate_geom(model: SkyModel, geom: Any, gti: GTI | None) -> u.Quantity:
    """Differential flux at the centres of pixels and bins; see `SkyModel.evaluate_geom`."""
    geom = checked_geom(geom, f"SkyModel {model.name!r}")
    axis = energy_axis(geom, f"SkyModel {model.name!r}")
    spectrum = model.spectral_model(axis.center)
    flux = under_axes(spectrum.value.reshape(-1, 1, 1), geom) * spectrum.unit
    if model.spatial_model is not None:
        flux = flux * model.spatial_model.evaluate_geom(geom)
    return flux * mean_in_time(model, gti)


def integrate_geom(
    model: SkyModel, geom: Any, gti: GTI | None, oversampling_factor: int | None
) -> Any:
    """Flux in pixels and bins; see `SkyModel.integrate_geom`."""
    owner = f"SkyModel {model.name!r}"
    geom = checked_geom(geom, owner)
    edges = energy_axis(geom, owner).edges.to_value("TeV")
    spatial = model.spatial_model
    if spatial is None:
        if not isinstance(geom, RegionGeom):
            raise ModelError(
                f"{owner} has no place on the sky, so no flux on a map: give it a spatial_model"
            )
        planes, unit = _spectrum(model, edges), model.spectral_model.unit * u.TeV
    else:
        spatial.check_values()
        unit = model.spectral_model.unit * spatial.unit * u.sr * u.TeV
        if spatial.is_energy_dependent:
            energies = bin_energies(spatial, model.spectral_model, edges)
            planes = integrals(spatial, geom, energies, oversampling_factor)
        else:
            share = integrals(spatial, geom, None, oversampling_factor)
            planes = _spectrum(model, edges) * share
    data = under_axes(planes, geom) * mean_in_time(model, gti)
    return Map.from_geom(geom, data=data, unit=internal_unit(unit))


def _spectrum(model: SkyModel, edges: np.ndarray) -> np.ndarray:
    """Integrals [k, 1, 1] of the spectrum over bins, in internal units."""
    flux = model.spectral_model.integral(edges[:-1] * u.TeV, edges[1:] * u.TeV)
    return flux.to_value(internal_unit(flux.unit)).reshape(-1, 1, 1)


def mean_in_time(model: SkyModel, gti: GTI | None) -> float:
    """Mean of the course in time over good time intervals; 1 without one of the two."""
    if model.temporal_model is None or gti is None:
        return 1.0
    return float(model.temporal_model.mean_over(gti).to_value(""))


def bin_energies(spatial: SpatialModel, spectrum: SpectralModel, edges: np.ndarray) -> Energies:
    """Nodes of the integrals over bins of a spectrum times a shape that depends on energy.

    Parameters
    ----------
    spatial : `SpatialModel`
        That depends on energy.
    spectrum : `SpectralModel`
    edges : ndarray [k + 1]
        In TeV.

    Returns
    -------
    `Energies`
        The weights [k, n_nodes] hold the spectrum, in cm-2 s-1 for one in cm-2 s-1 TeV-1.
    """
    cuts = [*spectrum.kinks, *spatial.energy_kinks]
    inner = [cut for cut in cuts if edges[0] < cut < edges[-1]]
    pieces = np.unique(np.concatenate([edges, inner]))
    n_more = np.ceil(np.log(pieces[1:] / pieces[:-1]) / _WIDEST).astype(int)
    more = [
        np.geomspace(low, high, n + 1)[1:-1]
        for low, high, n in zip(pieces[:-1], pieces[1:], n_more, strict=True)
    ]
    rule = bin_quadrature(edges, _ORDER, np.concatenate([inner, *more]).tolist())
    values = spectrum.flux(rule.nodes, spectrum.internal_values) * rule.weights
    owner = np.searchsorted(rule.starts, np.arange(len(values)), side="right") - 1
    weights = np.zeros((len(edges) - 1, len(values)))
    weights[owner, np.arange(len(values))] = values
    used = np.flatnonzero(values != 0.0)
    return Energies(rule.nodes[used], weights[:, used])
