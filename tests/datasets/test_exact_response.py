"""Sources where directions are exact: integrals over pixels, times exposure."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.exact_response import ExactResponse
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import WcsGeom
from gammapy.modeling.models import ConstantSpatialModel, DiskSpatialModel
from gammapy.modeling.models.spatial.integration import Energies
from tests.datasets.small_field import (
    ALL,
    EDISP,
    EXPOSURE,
    FLUX,
    WIDTHS,
    edges_of,
    folded,
    gauss,
    geom_at,
    image,
    on_map,
    point,
)
from tests.datasets.small_instruments import FieldInstrument, assert_columns, uniform
from tests.datasets.test_gridded_shapes import cube


def respond(model, geom, instrument=None, energies=None):
    if instrument is None:
        instrument = uniform(WIDTHS, EXPOSURE, EDISP, n=3)
    return ExactResponse(model, instrument, SkyPixels(geom), energies)


def counted(model, geom, instrument=None, flux=FLUX):
    response = respond(model, geom, instrument)
    assert np.all(np.diff(response.pixels) > 0)
    return on_map(response, response.counts(flux), geom)


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.02, 0.02), (0.013, -0.033)])
@pytest.mark.parametrize("sigma", [0.01, 0.08])
def test_gaussian(place, sigma):
    """The point spread function of the instrument is passed over."""
    geom = geom_at(half=0.52)
    found = counted(gauss(*place, sigma), geom)
    expected = folded([image(geom, *place, sigma)] * 2)
    assert_columns(found, expected, 1e-4)
    assert_allclose(found.sum(axis=0), ALL, rtol=1e-5)


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.013, -0.033), (0.02, 0.02)])
def test_point_goes_to_the_pixels_around(place):
    geom = geom_at()
    found = counted(point(*place), geom)
    assert_allclose(found.sum(axis=0), ALL, rtol=1e-9)
    n = geom.data_shape[-1]
    plane = found[:, 0].reshape(n, n) / found[:, 0].sum()
    x, y = (0.5 * (e[1:] + e[:-1]) for e in edges_of(geom))
    assert np.count_nonzero(plane > 1e-9) <= 4
    assert plane.sum(axis=0) @ x == pytest.approx(place[0], abs=1e-6)
    assert plane.sum(axis=1) @ y == pytest.approx(place[1], abs=1e-6)


def test_exposure_is_that_of_pixels():
    instrument = FieldInstrument(
        lambda lon, lat: np.multiply.outer(EXPOSURE, 1 + 0.5 * lat), WIDTHS, EDISP
    )
    geom = geom_at(half=0.52)
    found = counted(gauss(0.0, 0.0, 0.08), geom, instrument)
    y = 0.5 * (edges_of(geom)[1][1:] + edges_of(geom)[1][:-1])
    factor = np.repeat(1 + 0.5 * y, geom.data_shape[-1])
    expected = folded([image(geom, 0.0, 0.0, 0.08) * factor] * 2)
    assert_columns(found, expected, 1e-4)


@pytest.mark.parametrize("lon", [0.0, 266.4])
@pytest.mark.parametrize("name", ["lon_0", "lat_0", "sigma"])
def test_slopes_of_a_gaussian(lon, name):
    """Wherever on the sky: a step of differences is one of pixels, not of coordinates."""
    geom, place, sigma = geom_at(lon, half=0.52), (0.013, -0.033), 0.08
    response = respond(gauss(lon + place[0], place[1], sigma), geom)
    slopes = response.slopes(FLUX)
    assert list(slopes) == ["lon_0", "lat_0", "sigma", "e", "phi"]
    if name == "sigma":
        expected = sigma * (image(geom, *place, sigma, 2, 0) + image(geom, *place, sigma, 0, 2))
    else:
        expected = image(geom, *place, sigma, *((1, 0) if name == "lon_0" else (0, 1)))
    assert_columns(on_map(response, slopes[name], geom), folded([expected] * 2), 1e-3)


def test_slope_of_a_radius_in_another_unit():
    """In internal units, whatever the parameter has: the step too is one in deg."""
    geom = geom_at(half=0.52)
    same = {"lon_0": "0.013 deg", "edge_width": 0.5, "frame": "galactic"}
    in_deg = respond(DiskSpatialModel(r_0="0.2 deg", **same), geom)
    in_arcmin = respond(DiskSpatialModel(r_0="12 arcmin", **same), geom)
    expected = in_deg.slopes(FLUX)["r_0"]
    found = on_map(in_arcmin, in_arcmin.slopes(FLUX)["r_0"], geom)
    assert_columns(found, on_map(in_deg, expected, geom), 5e-3)


def test_the_same_everywhere():
    geom = geom_at(33.0, 5.0, half=1.0, size=0.1)
    found = counted(ConstantSpatialModel(value="2 sr-1"), geom)
    area = geom.solid_angle().to_value("sr").reshape(-1, 1)
    assert_allclose(found, 2.0 * area * ALL, rtol=1e-6)


def test_shape_that_depends_on_energy():
    """Each true bin with its own image; the templates are 0.1 deg off to the east and west."""
    geom = geom_at(half=0.52)
    energies = Energies(np.array([1.0, 4.0]), np.eye(2))
    instrument = uniform(WIDTHS, EXPOSURE, np.eye(2))
    response = respond(cube(), geom, instrument, energies)
    found = on_map(response, response.counts(FLUX), geom)
    x = 0.5 * (edges_of(geom)[0][1:] + edges_of(geom)[0][:-1])
    n = geom.data_shape[-1]
    for r, place in ((0, 0.1), (1, -0.1)):
        plane = found[:, r].reshape(n, n)
        assert plane.sum(axis=0) @ x / plane.sum() == pytest.approx(place, abs=2e-3)
    ratio = found[:, 1].sum() / found[:, 0].sum()
    assert ratio == pytest.approx(3.0 * (FLUX * EXPOSURE)[1] / (FLUX * EXPOSURE)[0], rel=2e-3)


@pytest.mark.parametrize("model", [point(40.0, 3.0), gauss(40.0, 3.0, 0.1)])
def test_outside(model):
    response = respond(model, geom_at())
    assert len(response.pixels) == 0
    assert response.counts(FLUX).shape == (0, 3)
    assert all(slope.shape == (0, 3) for slope in response.slopes(FLUX).values())


def test_dispersion_is_that_of_the_source():
    """In the brightest of its pixels."""

    class Split(FieldInstrument):
        def edisp(self, lon, lat):
            return EDISP if lat > 0 else 0.5 * EDISP

    instrument = Split(
        lambda lon, lat: np.multiply.outer(EXPOSURE, np.ones(lat.shape)), WIDTHS, EDISP
    )
    geom = geom_at(half=0.52)
    north, south = (
        counted(gauss(0.0, lat, 0.03), geom, instrument).sum(axis=0) for lat in (0.2, -0.2)
    )
    assert_allclose(north, ALL, rtol=1e-5)
    assert_allclose(south, 0.5 * ALL, rtol=1e-5)


def test_pixels_off_the_sky_get_nothing():
    geom = WcsGeom.create(npix=(80, 44), binsz=5.0, proj="AIT", frame="galactic")
    response = respond(gauss(170.0, 0.0, 3.0), geom)
    assert np.all(SkyPixels(geom).nodes.solid_angle[response.pixels] > 0)
    assert np.all(np.isfinite(response.counts(FLUX)))
