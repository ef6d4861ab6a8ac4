"""The way of a sum of shapes: a weighted mean of the ways of its parts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.compound_response import CompoundResponse
from gammapy.datasets.response import respond
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.modeling.models import CompoundSpatialModel, PowerLawSpectralModel, SkyModel
from tests.datasets.small_field import (
    ALL,
    EDISP,
    EXPOSURE,
    FLUX,
    WIDTHS,
    elongated,
    folded,
    gauss,
    geom_at,
    image,
    on_map,
    point,
)
from tests.datasets.small_instruments import assert_columns, uniform

INSTRUMENT = uniform(WIDTHS, EXPOSURE, EDISP, n=3)


def by_its_way(shape, geom, instrument=INSTRUMENT):
    model = SkyModel(PowerLawSpectralModel(), shape, name="it")
    return respond(model, instrument, SkyPixels(geom))


def counted(shape, geom, instrument=INSTRUMENT):
    response = by_its_way(shape, geom, instrument)
    return on_map(response, response.counts(FLUX), geom)


def two_gaussians(norms):
    return CompoundSpatialModel([gauss(-0.1, 0.05, 0.05), gauss(0.2, 0.0, 0.1)], norms=norms)


@pytest.mark.parametrize("norms", [[1.0, 1.0], [0.6, 1.4], [3.0, 0.0], [5.0, -1.0]])
def test_mean_by_the_norms(norms):
    geom = geom_at(half=0.9)
    response = by_its_way(two_gaussians(norms), geom)
    assert isinstance(response, CompoundResponse)
    assert np.all(np.diff(response.pixels) > 0)
    found = on_map(response, response.counts(FLUX), geom)
    shares = np.array(norms) / sum(norms)
    expected = folded(
        [
            shares[0] * image(geom, -0.1, 0.05, np.hypot(0.05, width))
            + shares[1] * image(geom, 0.2, 0.0, np.hypot(0.1, width))
            for width in WIDTHS
        ]
    )
    assert_columns(found, expected, 2e-4)
    assert_allclose(found.sum(axis=0), ALL, rtol=1e-5)


def test_each_part_takes_its_own_way():
    """A point, something round and something long."""
    parts = [point(-0.1, 0.05), gauss(0.2, 0.0, 0.1), elongated(0.0, -0.1)]
    geom = geom_at(half=0.9)
    found = counted(CompoundSpatialModel(parts, norms=[1, 2, 5]), geom)
    expected = sum(
        share * counted(part, geom) for share, part in zip((0.125, 0.25, 0.625), parts, strict=True)
    )
    assert_columns(found, expected, 1e-12)


def test_slopes():
    """By the norms in closed form, by the others those of the parts."""
    geom, norms = geom_at(half=0.9), np.array([0.6, 1.4])
    model = two_gaussians(norms)
    response = by_its_way(model, geom)
    slopes = {n: on_map(response, s, geom) for n, s in response.slopes(FLUX).items()}
    counts = [counted(part, geom) for part in model.models]
    total = norms.sum()
    expected = (counts[0] - counts[1]) / total**2
    assert_columns(slopes["norm1"], norms[1] * expected, 1e-9)
    assert_columns(slopes["norm2"], -norms[0] * expected, 1e-9)
    for i, part in enumerate(model.models):
        alone = by_its_way(part, geom)
        for name, slope in alone.slopes(FLUX).items():
            found = slopes.pop(f"model{i + 1}.{name}")
            share = on_map(alone, slope, geom) * norms[i] / total
            assert_allclose(found, share, rtol=1e-12, atol=1e-15)
    assert set(slopes) == {"norm1", "norm2"}


def test_names_are_those_of_the_parameters():
    model = two_gaussians([1.0, 1.0])
    slopes = by_its_way(model, geom_at()).slopes(FLUX)
    assert set(slopes) == set(model.own_parameters)


@pytest.mark.parametrize("far", [point(40.0, 3.0), gauss(40.0, 3.0, 0.1), elongated(40.0, 3.0)])
def test_a_part_outside(far):
    """It takes its share of the flux, and puts nothing on the map."""
    geom = geom_at(half=0.9)
    near = gauss(-0.1, 0.05, 0.05)
    found = counted(CompoundSpatialModel([near, far], norms=[1.0, 3.0]), geom)
    assert_columns(found, 0.25 * counted(near, geom), 1e-12)


def test_all_parts_outside():
    parts = [point(40.0, 3.0), gauss(42.0, 3.0, 0.1)]
    response = by_its_way(CompoundSpatialModel(parts), geom_at())
    assert len(response.pixels) == 0
    assert response.counts(FLUX).shape == (0, 3)


def test_without_a_point_spread_function():
    geom = geom_at(half=0.9)
    apart = uniform([1e-3, 1e-3], EXPOSURE, EDISP, n=3)
    apart.reach = 0.0
    found = counted(two_gaussians([1.0, 3.0]), geom, apart)
    plane = 0.25 * image(geom, -0.1, 0.05, 0.05) + 0.75 * image(geom, 0.2, 0.0, 0.1)
    assert_columns(found, folded([plane] * 2), 1e-4)
