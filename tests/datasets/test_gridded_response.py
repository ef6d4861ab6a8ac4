"""Shapes of any kind through Gaussians: closed forms on a small field at the equator."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.datasets.gridded_response import GriddedResponse
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    ConstantSpatialModel,
    DiskSpatialModel,
    TemplateSpatialModel,
)
from tests.datasets.small_field import (
    ALL,
    EDISP,
    EXPOSURE,
    FLUX,
    WIDTHS,
    edges_of,
    elongated,
    folded,
    geom_at,
    on_map,
    primitive,
)
from tests.datasets.small_instruments import FieldInstrument, assert_columns, uniform

#: pixels and derivatives, as shares of the largest, and totals
PIXEL, SLOPE, TOTAL = 4e-4, 1e-3, 1e-5
PLACES = [(0.0, 0.0), (0.02, 0.02), (0.013, -0.033)]


def image(geom, x, y, widths, i=0, j=0):
    """Integrals over pixels of a Gaussian of two widths, or of derivatives by its position."""
    east, north = edges_of(geom)
    along = -np.diff(primitive(east - x, widths[0], i))
    up = np.diff(primitive(north - y, widths[1], j))
    return (-1) ** (i + j) * np.outer(up, along).ravel()


def seen(sigma, e):
    """Widths along x and y, of each energy, with the major axis to the north."""
    minor = sigma * np.sqrt(1 - e**2)
    return np.hypot([minor, sigma], WIDTHS[:, None])


def respond(model, geom, instrument=None, energies=None):
    if instrument is None:
        instrument = uniform(WIDTHS, EXPOSURE, EDISP, n=3)
    return GriddedResponse(model, instrument, SkyPixels(geom), energies)


def counted(model, geom, instrument=None, flux=FLUX):
    response = respond(model, geom, instrument)
    return on_map(response, response.counts(flux), geom)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [0.02, 0.04, 0.12])
def test_elongated_gaussian(place, size):
    geom = geom_at(size=size, half=0.96)
    found = counted(elongated(*place), geom)
    expected = folded([image(geom, *place, widths) for widths in seen(0.1, 0.8)])
    assert_columns(found, expected, PIXEL)
    assert_allclose(found.sum(axis=0), ALL, rtol=TOTAL)


@pytest.mark.parametrize("sigma", [0.003, 0.03, 0.1])
def test_round_gaussian(sigma):
    geom, place = geom_at(half=0.96), PLACES[2]
    found = counted(elongated(*place, sigma, e=0.0), geom)
    expected = folded([image(geom, *place, widths) for widths in seen(sigma, 0.0)])
    assert_columns(found, expected, PIXEL)
    assert_allclose(found.sum(axis=0), ALL, rtol=TOTAL)


def test_position_angle_goes_from_north_to_east():
    geom = geom_at(half=0.96)
    found = counted(elongated(0.01, 0.02, phi=90.0), geom)
    expected = folded([image(geom, 0.01, 0.02, widths[::-1]) for widths in seen(0.1, 0.8)])
    assert_columns(found, expected, PIXEL)
    n = geom.data_shape[-1]
    turned = counted(elongated(0.0, 0.0, phi=45.0), geom)[:, 0].reshape(n, n)
    x, y = (0.5 * (e[1:] + e[:-1]) for e in edges_of(geom))
    assert np.einsum("yx,y,x", turned, y, x) > 0


def test_slopes_of_an_elongated_gaussian():
    geom, place, sigma, e = geom_at(half=0.96), PLACES[2], 0.1, 0.8
    response = respond(elongated(*place, sigma, e), geom)
    slopes = response.slopes(FLUX)
    pairs = list(seen(sigma, e))

    def derived(i, j):
        return np.array([image(geom, *place, widths, i, j) for widths in pairs])

    expected = {
        "lon_0": derived(1, 0),
        "lat_0": derived(0, 1),
        "sigma": sigma * ((1 - e**2) * derived(2, 0) + derived(0, 2)),
        "e": -e * sigma**2 * derived(2, 0),
        "phi": np.deg2rad(1) * (e * sigma) ** 2 * derived(1, 1),
    }
    assert list(slopes) == list(expected)
    for name, images in expected.items():
        assert_columns(on_map(response, slopes[name], geom), folded(images), SLOPE)


def test_slopes_of_a_round_gaussian():
    geom, place, sigma = geom_at(half=0.96), PLACES[2], 0.1
    response = respond(elongated(*place, sigma, 0.0), geom)
    slopes = response.slopes(FLUX)

    def derived(i, j):
        return np.array([image(geom, *place, widths, i, j) for widths in seen(sigma, 0.0)])

    expected = {
        "lon_0": derived(1, 0),
        "lat_0": derived(0, 1),
        "sigma": sigma * (derived(2, 0) + derived(0, 2)),
    }
    for name, images in expected.items():
        assert_columns(on_map(response, slopes[name], geom), folded(images), SLOPE)
    for name in ("e", "phi"):
        assert np.all(slopes[name] == 0)


def rising(a):
    """Exposure that rises to the east."""
    return FieldInstrument(
        lambda lon, lat: np.multiply.outer(EXPOSURE, np.exp(a * ((lon + 180) % 360 - 180))),
        WIDTHS,
        EDISP,
    )


@pytest.mark.parametrize("e", [0.0, 0.8])
@pytest.mark.parametrize("a", [0.2, 0.8])
def test_exposure_that_rises_like_an_exponential(e, a):
    """A Gaussian times exp(a x): one that is shifted by a sigma2, and its norm known.

    A round one is smoothed before it is exposed, which moves it by the square of that width.
    """
    geom, sigma = geom_at(half=0.96), 0.12
    found = counted(elongated(0.0, 0.0, sigma, e), geom, rising(a))
    square = sigma**2 * (1 - e**2)
    factor, shift = np.exp(0.5 * a**2 * square), a * square
    expected = folded([factor * image(geom, shift, 0.0, widths) for widths in seen(sigma, e)])
    assert_columns(found, expected, 1e-3 if e else 2e-3)
    assert_allclose(found.sum(axis=0), expected.sum(axis=0), rtol=1e-4 if e else 2e-4)


# -- without a position ------------------------------------------------------------------


@pytest.mark.parametrize(("lon", "lat", "proj"), [(33.0, 5.0, "CAR"), (120.0, 90.0, "TAN")])
def test_the_same_everywhere(lon, lat, proj):
    """Flux per sr, times solid angle, and no less at the rim of the map."""
    geom = geom_at(lon, lat, half=1.0, size=0.1, proj=proj)
    found = counted(ConstantSpatialModel(value="2 sr-1"), geom)
    area = geom.solid_angle().to_value("sr").reshape(-1, 1)
    assert found.shape == (area.size, 3)
    assert_allclose(found, 2.0 * area * ALL, rtol=PIXEL)


def test_slope_by_a_value():
    geom = geom_at(half=1.0, size=0.1)
    response = respond(ConstantSpatialModel(value="2 sr-1"), geom)
    slopes = response.slopes(FLUX)
    assert list(slopes) == ["value"]
    assert_allclose(2.0 * slopes["value"], response.counts(FLUX), rtol=1e-10)


# -- templates ---------------------------------------------------------------------------


def template(x, y, size=0.01, n=61):
    """A Gaussian of 0.07 deg on small pixels, wide enough to hold it."""
    geom = WcsGeom.create(skydir=(x, y), npix=(n, n), binsz=size, proj="TAN", frame="galactic")
    along = (np.arange(n) - n // 2) * size
    values = np.exp(-0.5 * np.add.outer(along**2, along**2) / 0.07**2)
    values -= values[0, n // 2]  # nothing at the rim
    image = WcsNDMap(geom, np.clip(values, 0, None), unit="sr-1")
    return TemplateSpatialModel(image, interp_kwargs={"values_scale": "lin"})


def test_template():
    """Its sum is one; and bilinear between pixels, so a little wider than what it is made of."""
    geom, place = geom_at(half=0.96), (0.013, -0.033)
    found = counted(template(*place), geom)
    assert_allclose(found.sum(axis=0), ALL, rtol=1e-4)
    widths = np.hypot(0.07, WIDTHS)
    expected = folded([image(geom, *place, (width, width)) for width in widths])
    assert_columns(found, expected, 5e-3)


# -- where -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", [elongated(40.0, 3.0), elongated(40.0, 3.0, e=0.0), template(40.0, 3.0)]
)
def test_outside(model):
    response = respond(model, geom_at())
    assert len(response.pixels) == 0
    assert response.counts(FLUX).shape == (0, 3)


def test_tail_of_a_source_outside():
    geom = geom_at()
    found = counted(elongated(0.75, 0.1, phi=0.0, e=0.3), geom)
    expected = folded([image(geom, 0.75, 0.1, widths) for widths in seen(0.1, 0.3)])
    assert_columns(found, expected, 1e-3)


@pytest.mark.parametrize("half", [0.2, 0.4])
def test_source_that_is_larger_than_the_map(half):
    """What is outside of the map comes in through the point spread function."""
    large, small = geom_at(half=1.0), geom_at(half=half)
    model = elongated(0.1, 0.05, sigma=0.5, e=0.6, phi=20.0)
    n, m = large.data_shape[-1], small.data_shape[-1]
    whole = counted(model, large).reshape(n, n, 3)
    cut = slice((n - m) // 2, (n + m) // 2)
    assert_columns(counted(model, small), whole[cut, cut].reshape(-1, 3), PIXEL)


def test_no_exposure():
    dark = FieldInstrument(lambda lon, lat: np.zeros((2, *lon.shape)), WIDTHS, EDISP)
    for model in (elongated(0.0, 0.0), elongated(0.0, 0.0, e=0.0), ConstantSpatialModel()):
        response = respond(model, geom_at(), dark)
        assert response.counts(FLUX).shape == (len(response.pixels), 3)
        assert np.all(response.counts(FLUX) == 0)


def test_slopes_where_nothing_is_seen():
    """Zeros of the right shape, as counts are."""
    dark = FieldInstrument(lambda lon, lat: np.zeros((2, *lon.shape)), WIDTHS, EDISP)
    for instrument, model in ((dark, elongated(0.0, 0.0)), (None, elongated(40.0, 3.0))):
        response = respond(model, geom_at(), instrument)
        slopes = response.slopes(FLUX)
        assert list(slopes) == ["lon_0", "lat_0", "sigma", "e", "phi"]
        for slope in slopes.values():
            assert slope.shape == (len(response.pixels), 3)
            assert np.all(slope == 0)


def test_exposure_of_a_part():
    """A source on the rim of what is seen: half of it, and the point spread function of there."""
    instrument = FieldInstrument(
        lambda lon, lat: np.multiply.outer(EXPOSURE, (lon % 360 < 180).astype(float)),
        WIDTHS,
        EDISP,
    )
    found = counted(elongated(0.0, 0.0, e=0.5), geom_at(half=0.96), instrument)
    assert_allclose(found.sum(axis=0), 0.5 * ALL, rtol=0.05)


@pytest.mark.parametrize("lon", [359.99, 180.0, 77.0])
def test_the_same_at_all_longitudes(lon):
    expected = counted(elongated(0.03, 0.01, e=0.6, phi=30.0), geom_at())
    found = counted(elongated((lon + 0.03) % 360, 0.01, e=0.6, phi=30.0), geom_at(lon=lon))
    assert_columns(found, expected, 1e-6)


def test_disk_with_a_sharp_rim():
    """Totals and centroid; the pixels are compared with brute force elsewhere."""
    geom = geom_at(half=0.96)
    model = DiskSpatialModel(
        lon_0="0.013 deg", lat_0="-0.033 deg", r_0="0.3 deg", e=0.7, phi="30 deg", frame="galactic"
    )
    found = counted(model, geom)
    assert_allclose(found.sum(axis=0), ALL, rtol=2e-4)
    x, y = (0.5 * (e[1:] + e[:-1]) for e in edges_of(geom))
    n = geom.data_shape[-1]
    plane = found[:, 0].reshape(n, n) / found[:, 0].sum()
    assert plane.sum(axis=0) @ x == pytest.approx(0.013, abs=1e-4)
    assert plane.sum(axis=1) @ y == pytest.approx(-0.033, abs=1e-4)


def test_pixels_off_the_sky_get_nothing():
    """At the rim of Aitoff's ellipse."""
    geom = WcsGeom.create(npix=(324, 162), binsz=1.0, proj="AIT", frame="galactic")
    cut = geom.cutout(SkyCoord(165.0, 0.0, unit="deg", frame="galactic"), 20 * u.deg)
    instrument = uniform([1.0, 1.0], EXPOSURE, EDISP, n=3)
    response = respond(elongated(165.0, 0.0, sigma=1.0), cut, instrument)
    sky = SkyPixels(cut).nodes
    assert len(response.pixels)
    assert np.all(sky.solid_angle[response.pixels] > 0)
    assert np.all(np.isfinite(response.counts(FLUX)))
