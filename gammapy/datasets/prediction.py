"""Predicted counts of a sky on a map, source by source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from gammapy.datasets.bin_fluxes import bin_fluxes
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.response import as_seen, respond
from gammapy.datasets.response_terms import ResponseTerms
from gammapy.datasets.rough_counts import RoughCounts
from gammapy.datasets.sky_pixels import SkyPixels, direction_of
from gammapy.errors import DataError, ModelError
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel

__all__ = ["predict_counts"]

#: largest part of a map that is predicted at once, along a side, in pixels and in deg
PART_PIXELS, PART_WIDTH = 1024, 20.0


class _Source(NamedTuple):
    """A source, prepared for all parts of a map.

    Attributes
    ----------
    instrument : `Instrument`
        As this source sees it.
    flux : ndarray [k]
    direction : ndarray [3] or None
        In the frame of the map; None for a source without a position.
    reach : float
        Of the counts, in deg.
    """

    model: SkyModel
    instrument: Instrument
    flux: np.ndarray
    direction: np.ndarray | None
    reach: float


def predict_counts(models: Iterable[Any], instrument: Instrument, geom: WcsGeom) -> WcsNDMap:
    """Predicted counts of sources on a map.

    Parameters
    ----------
    models : iterable of `~gammapy.modeling.models.SkyModel`
        With spatial models. Temporal models are averaged over the good times that the instrument
        knows, and ``apply_irf`` is followed.
    instrument : `Instrument`
    geom : `~gammapy.maps.WcsGeom`
        With the axis "energy", whose edges are those of the instrument. It may cover the whole
        sky: parts of it are predicted one after the other.

    Returns
    -------
    `~gammapy.maps.WcsNDMap` [n_energy, n_y, n_x]

    Raises
    ------
    DataError
        If the axis is not that of the instrument.
    ModelError
        If a model has no spatial part, or has values for which there is no formula.
    """
    _check_axis(geom, instrument)
    smooth, rough = instrument.split()
    sources = [_source(model, instrument, geom.frame) for model in models]
    joined = [s for s in sources if rough is not None and _may_join(s, instrument)]
    alone = [s for s in sources if rough is None or not _may_join(s, instrument)]
    counts = np.empty(geom.data_shape)
    for rows, columns in parts(geom):
        part = part_of(geom, rows, columns)
        sky = SkyPixels(part)
        found = np.zeros((part.data_shape[1] * part.data_shape[2], part.data_shape[0]))
        _add_sources(found, alone, sky)
        if rough is not None:
            _add_sources(found, [s._replace(instrument=smooth) for s in joined], sky)
            _add_rough(found, joined, rough, sky)
        image = found.reshape(*part.data_shape[1:], -1)
        for y, row in enumerate(image, rows.start):  # a row is turned inside of the cache
            counts[:, y, columns] = row.T
    return WcsNDMap(geom, counts)


def _may_join(source: _Source, instrument: Instrument) -> bool:
    """True if a source may be seen through the smooth instrument, and the rest with all others.

    A point sees one place, and one that varies in time sees an instrument of its own.
    """
    shape: Any = source.model.spatial_model
    return source.instrument is instrument and _is_spread(shape) and not shape.is_energy_dependent


def _is_spread(shape: Any) -> bool:
    """True if nothing of a shape is a point."""
    if isinstance(shape, CompoundSpatialModel):
        return all(_is_spread(part) for part in shape.models)
    return not isinstance(shape, PointSpatialModel)


def _add_sources(total: np.ndarray, sources: Iterable[_Source], sky: SkyPixels) -> None:
    """Add counts of sources to those of all pixels [n, r]."""
    for source in sources:
        if _is_near(source, sky):
            response = respond(source.model, source.instrument, sky)
            if len(response.pixels):
                _add_rows(total, response.pixels, response.counts(source.flux))


def _add_rough(
    total: np.ndarray, sources: Iterable[_Source], rough: ResponseTerms, sky: SkyPixels
) -> None:
    """Add what the rough part of an instrument makes of sources."""
    near = [source for source in sources if _is_near(source, sky)]
    if near:
        counts = RoughCounts(rough, sky)
        flux = np.array([source.flux for source in near])
        shapes = [source.model.spatial_model for source in near]
        total[counts.pixels] += counts.counts(shapes, flux)


def _add_rows(total: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Add values [n, r] to rows [n], ascending: in runs, as most are neighbours."""
    starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
    if 8 * len(starts) > len(rows):
        total[rows] += values
        return
    for start, stop in pairwise([*starts.tolist(), len(rows)]):
        first = int(rows[start])
        total[first : first + stop - start] += values[start:stop]


def _is_near(source: _Source, sky: SkyPixels) -> bool:
    """True if a source reaches some of the pixels."""
    return source.direction is None or sky.nodes.touches(source.direction, source.reach)


def _source(model: Any, instrument: Instrument, frame: str) -> _Source:
    if not isinstance(model, SkyModel) or model.spatial_model is None:
        raise ModelError(
            f"{getattr(model, 'name', model)!r} has no place on the sky, so no counts on a map: "
            "give it a spatial_model"
        )
    spatial = model.spatial_model
    spatial.check_values()
    instrument = as_seen(model, instrument)
    flux = bin_fluxes(model, instrument.energy_edges_true)
    direction, reach = direction_of(spatial, frame), spatial.reach
    if direction is None or reach is None:
        return _Source(model, instrument, flux, None, np.inf)
    return _Source(model, instrument, flux, direction, reach + instrument.reach)


def _check_axis(geom: WcsGeom, instrument: Instrument) -> None:
    if geom.axes.names != ["energy"]:
        raise DataError(
            f"map for predicted counts has axes {geom.axes.names}: ['energy'] is needed"
        )
    edges = geom.axes["energy"].edges.to_value("TeV")
    known = instrument.energy_edges
    if len(edges) != len(known) or not np.allclose(edges, known, rtol=1e-6, atol=0.0):
        raise DataError(
            f"map has {len(edges) - 1} energy bins from {edges[0]:g} to {edges[-1]:g} TeV, and the "
            f"instrument {len(known) - 1} from {known[0]:g} to {known[-1]:g} TeV: give both the "
            "same axis"
        )


def parts(geom: WcsGeom) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the parts in which a map is predicted, in a fixed order."""
    n_y, n_x = geom.data_shape[-2:]
    scales = [abs(float(scale)) for scale in geom.pixel_scales.deg]
    heights = [max(1, min(PART_PIXELS, int(PART_WIDTH / scale))) for scale in scales]
    for rows in _steps(n_y, heights[1]):
        for columns in _steps(n_x, heights[0]):
            yield rows, columns


def _steps(n: int, most: int) -> Iterator[slice]:
    """Slices of nearly equal lengths, not above ``most``."""
    limits = np.linspace(0, n, int(np.ceil(n / most)) + 1).round().astype(int)
    for low, high in pairwise(limits):
        yield slice(int(low), int(high))


def part_of(geom: WcsGeom, rows: slice, columns: slice) -> WcsGeom:
    """Geometry of some rows and columns."""
    wcs = geom.wcs.deepcopy()
    wcs.wcs.crpix = wcs.wcs.crpix - np.array([columns.start, rows.start])
    npix = (columns.stop - columns.start, rows.stop - rows.start)
    return WcsGeom(wcs, npix, axes=geom.axes)
