"""The flux of many sources in the pixels and energy bins of a map, before any instrument.

Each source is put on the pixels that it reaches and no others. Pixels hold the integrals of the
shapes (`gammapy.modeling.models.spatial.integration`), bins those of the spectra, so the sum of a
cube is that of the fluxes of the sources times their shares inside. A point is put on the four
pixels about it with bilinear weights.

A cube needs its own memory and that of the largest source; larger ones are made in tiles, whose
geometries cut one map into parts. A tile is the same, to rounding, as its part of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.datasets.bin_fluxes import bin_fluxes
from gammapy.errors import DataError, ModelError
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.sky_evaluation import bin_energies, mean_in_time
from gammapy.modeling.models.spatial.integration import Energies, Patch, center_in
from gammapy.modeling.models.spatial.pixel_block import MapPixels

if TYPE_CHECKING:
    from gammapy.data import GTI

__all__ = ["dnde_cube", "flux_cube", "sources_outside"]


def flux_cube(models: Iterable[Any], geom: WcsGeom, gti: GTI | None = None) -> WcsNDMap:
    """Flux of sources in each pixel and energy bin.

    Parameters
    ----------
    models : iterable of `~gammapy.modeling.models.SkyModel`
        With spatial models.
    geom : `~gammapy.maps.WcsGeom`
        With one axis, "energy_true" or "energy": energies are the true ones in any case.
    gti : `~gammapy.data.GTI`, optional
        Good time intervals to average courses in time over; without, these are left out.

    Returns
    -------
    `~gammapy.maps.WcsNDMap` [n_energy, n_y, n_x]
        In cm-2 s-1. Sources outside of the map add nothing; see `sources_outside`.

    Raises
    ------
    DataError
        If the map has not that one axis.
    ModelError
        If a model has no place on the sky, or values for which there is no formula.
    """
    edges = _energy_axis(geom).edges.to_value("TeV")
    cube = np.zeros(geom.data_shape)
    pixels = MapPixels(geom)
    for model in _checked(models):
        for patch, flux in _fluxes(model, pixels, edges):
            _add(cube, patch, flux * mean_in_time(model, gti))
    return WcsNDMap(geom, cube, unit="cm-2 s-1")


def dnde_cube(models: Iterable[Any], geom: WcsGeom, gti: GTI | None = None) -> WcsNDMap:
    """Differential flux of sources at the centres of the energy bins, per sr, mean over each pixel.

    Arguments, result and errors are as for `flux_cube`, in cm-2 s-1 TeV-1 sr-1. A pixel off the
    sky has zero.
    """
    centers = _energy_axis(geom).center.to_value("TeV")
    cube = np.zeros(geom.data_shape)
    pixels = MapPixels(geom)
    for model in _checked(models):
        spectrum: Any = model.spectral_model
        spectrum.check_energies(centers)
        values = spectrum.flux(centers, spectrum.internal_values) * mean_in_time(model, gti)
        spatial: Any = model.spatial_model
        if spatial.is_energy_dependent:
            energies = Energies(centers, np.diag(np.broadcast_to(values, centers.shape)))
            found = ((patch, np.ones(len(centers))) for patch in spatial.patches(pixels, energies))
        else:
            found = (
                (patch, np.broadcast_to(values, centers.shape)) for patch in spatial.patches(pixels)
            )
        for patch, flux in found:
            _add(cube, patch, flux)
    angle = np.nan_to_num(geom.to_image().solid_angle().to_value("sr"))
    cube = np.divide(cube, angle, out=np.zeros_like(cube), where=angle > 0)
    return WcsNDMap(geom, cube, unit="cm-2 s-1 TeV-1 sr-1")


def sources_outside(models: Iterable[Any], geom: WcsGeom) -> list[str]:
    """Names of the sources of which no pixel of a map holds anything.

    Parameters
    ----------
    models : iterable of `~gammapy.modeling.models.SkyModel`
    geom : `~gammapy.maps.WcsGeom`
    """
    pixels = MapPixels(geom)
    return [model.name for model in _checked(models) if not _is_inside(model, pixels)]


def _is_inside(model: SkyModel, pixels: MapPixels) -> bool:
    """True if some pixel holds something of a source."""
    spatial: Any = model.spatial_model
    center = center_in(spatial, pixels)
    if center is not None and spatial.reach is not None:
        x, y = pixels.pixels(*center)
        if 0 <= x[0] <= pixels.n_x - 1 and 0 <= y[0] <= pixels.n_y - 1:
            return True
    energies = None
    if spatial.is_energy_dependent:  # one energy inside of its axis is enough
        kinks = spatial.energy_kinks or (1.0,)
        energies = Energies(np.array([kinks[len(kinks) // 2]]), np.ones((1, 1)))
    return any(np.any(patch.share > 0) for patch in spatial.patches(pixels, energies))


def _energy_axis(geom: Any) -> Any:
    if not isinstance(geom, WcsGeom):
        raise DataError(f"geom = {geom!r} must be a WcsGeom")
    if geom.axes.names not in (["energy_true"], ["energy"]):
        raise DataError(
            f"map for a cube of fluxes has axes {geom.axes.names}: one is needed, 'energy_true' or "
            "'energy'"
        )
    return geom.axes[0]


def _checked(models: Iterable[Any]) -> Iterator[SkyModel]:
    """The models, each with its values checked."""
    for model in models:
        if not isinstance(model, SkyModel) or model.spatial_model is None:
            raise ModelError(
                f"{getattr(model, 'name', model)!r} has no place on the sky, so no flux on a map: "
                "give it a spatial_model, or leave it out"
            )
        model.spatial_model.check_values()
        yield model


def _fluxes(
    model: SkyModel, pixels: MapPixels, edges: np.ndarray
) -> Iterator[tuple[Patch, np.ndarray]]:
    """Parts of a map, and what to multiply their planes by [k]."""
    spatial: Any = model.spatial_model
    if spatial.is_energy_dependent:
        model.spectral_model.check_energies(edges)
        energies = bin_energies(spatial, model.spectral_model, edges)
        for patch in spatial.patches(pixels, energies):
            yield patch, np.ones(len(edges) - 1)
        return
    flux: np.ndarray | None = None
    for patch in spatial.patches(pixels):
        if flux is None:  # not needed for a source outside
            flux = bin_fluxes(model, edges)
        yield patch, flux


def _add(cube: np.ndarray, patch: Patch, flux: np.ndarray) -> None:
    """Add a part times fluxes [k], plane by plane so that no other cube is made."""
    planes = patch.share
    for k, value in enumerate(flux):
        cube[k, patch.rows, patch.columns] += value * planes[k if len(planes) > 1 else 0]
