"""Round sources through Gaussians, against closed forms on a small field at the equator."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ncx2

from gammapy.datasets.radial_response import RadialResponse
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import WcsGeom
from gammapy.modeling.models import DiskSpatialModel
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

#: pixels, and totals, as shares of the peak and of all
PIXEL, TOTAL = 2e-4, 1e-5


def respond(model, geom, instrument=None):
    if instrument is None:
        instrument = uniform(WIDTHS, EXPOSURE, EDISP, n=3)
    return RadialResponse(model, instrument, SkyPixels(geom))


def counted(model, geom, instrument=None, flux=FLUX):
    response = respond(model, geom, instrument)
    return on_map(response, response.counts(flux), geom)


PLACES = [(0.0, 0.0), (0.02, 0.02), (0.013, -0.033)]


# -- closed forms ------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [0.02, 0.04, 0.12])
def test_point(place, size):
    geom = geom_at(size=size)
    found = counted(point(*place), geom)
    expected = folded([image(geom, *place, width) for width in WIDTHS])
    assert_columns(found, expected, PIXEL)
    assert_allclose(found.sum(axis=0), ALL, rtol=TOTAL)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("sigma", [0.001, 0.03, 0.08])
def test_gaussian(place, sigma):
    geom = geom_at()
    found = counted(gauss(*place, sigma), geom)
    expected = folded([image(geom, *place, np.hypot(sigma, width)) for width in WIDTHS])
    assert_columns(found, expected, PIXEL)
    assert_allclose(found.sum(axis=0), ALL, rtol=TOTAL)


def test_point_is_a_gaussian_of_no_size():
    geom = geom_at()
    found = counted(gauss(0.013, -0.033, 1e-5), geom)
    expected = counted(point(0.013, -0.033), geom)
    assert_allclose(found, expected, rtol=0, atol=1e-4 * expected.max())


def test_disk():
    """With a sharp rim: a miss stays on the disk by a noncentral chi2."""
    r_0 = 0.25
    geom = geom_at(size=0.02)
    model = DiskSpatialModel(lon_0="0.003 deg", r_0=f"{r_0} deg", edge_width=1e-4, frame="galactic")
    found = counted(model, geom)
    t, w = np.polynomial.legendre.leggauss(5)
    east, north = edges_of(geom)
    x, y = (0.5 * (e[1:] + e[:-1])[:, None] + 0.5 * np.diff(e)[:, None] * t for e in (east, north))
    r = np.hypot(*np.meshgrid(x - 0.003, y))
    images = []
    for width in WIDTHS:
        density = ncx2.cdf((r_0 / width) ** 2, 2, (r / width) ** 2) / (np.pi * r_0**2)
        parts = density.reshape(len(y), 5, len(x), 5)
        images.append(np.einsum("yaxb,a,b->yx", parts, w, w).ravel() * 0.25 * 0.02**2)
    expected = folded(images)
    assert_columns(found, expected, PIXEL)
    assert_allclose(found.sum(axis=0), ALL, rtol=TOTAL)


def test_dispersion_leaks():
    """Into bins where there would be nothing: each column is a mixture of both true bins."""
    geom = geom_at()
    each = [counted(point(0.0, 0.0), geom, flux=FLUX * row) for row in np.eye(2)]
    assert_allclose(each[0][:, 2], 0.0, atol=1e-15)
    assert each[1][:, 2].sum() == pytest.approx(5e-10 * 3e10 * 0.1, rel=TOTAL)
    shape = each[0][:, 0] / 0.6
    assert_allclose(each[0][:, 1], 0.3 * shape, rtol=1e-9, atol=1e-12)


def test_counts_of_a_pixel_do_not_depend_on_the_map():
    """A cut-out of a map has the counts of the map."""
    whole, part = geom_at(half=0.6), geom_at(half=0.2)
    a, b = (counted(gauss(0.1, 0.05, 0.05), geom)[:, 0] for geom in (whole, part))
    n, m = whole.data_shape[-1], part.data_shape[-1]
    cut = a.reshape(n, n)[(n - m) // 2 : (n + m) // 2, (n - m) // 2 : (n + m) // 2]
    assert_allclose(b.reshape(m, m), cut, rtol=0, atol=1e-6 * a.max())


# -- derivatives -------------------------------------------------------------------------


def test_slopes_of_a_point():
    geom, place = geom_at(), (0.013, -0.033)
    response = respond(point(*place), geom)
    slopes = response.slopes(FLUX)
    assert list(slopes) == ["lon_0", "lat_0"]
    for name, orders in (("lon_0", (1, 0)), ("lat_0", (0, 1))):
        expected = folded([image(geom, *place, width, *orders) for width in WIDTHS])
        found = on_map(response, slopes[name], geom)
        assert_columns(found, expected, 5e-4)


def test_slopes_of_a_gaussian():
    geom, place, sigma = geom_at(), (0.013, -0.033), 0.08
    response = respond(gauss(*place, sigma), geom)
    slopes = response.slopes(FLUX)
    assert list(slopes) == ["lon_0", "lat_0", "sigma", "e", "phi"]
    widths = np.hypot(sigma, WIDTHS)
    expected = {
        "lon_0": folded([image(geom, *place, width, 1, 0) for width in widths]),
        "lat_0": folded([image(geom, *place, width, 0, 1) for width in widths]),
        "sigma": folded(
            [
                sigma * (image(geom, *place, width, 2, 0) + image(geom, *place, width, 0, 2))
                for width in widths
            ]
        ),
    }
    for name, value in expected.items():
        found = on_map(response, slopes[name], geom)
        assert_columns(found, value, 5e-4)
    for name in ("e", "phi"):
        assert_allclose(slopes[name], np.zeros_like(slopes["sigma"]), rtol=0)


def tilted(lon, lat):
    """Falls to the west, and with the latitude."""
    lon = (lon + 180) % 360 - 180
    return np.multiply.outer(EXPOSURE, np.exp(0.8 * lon - 0.9 * lat - 0.3 * lat**2))


@pytest.mark.parametrize("kind", ["point", "gauss"])
@pytest.mark.parametrize("frame", ["galactic", "icrs"])
def test_slopes_where_the_exposure_varies(kind, frame):
    """Against differences of the counts, in both frames."""
    instrument = FieldInstrument(tilted, WIDTHS, EDISP)
    geom = geom_at(lon=0.0, lat=0.0, half=0.7)
    make = point if kind == "point" else lambda x, y, frame: gauss(x, y, 0.1, frame=frame)
    place = np.array([0.013, -0.033] if frame == "galactic" else [266.42, -28.98])
    response = respond(make(*place, frame), geom, instrument)
    slopes = response.slopes(FLUX)
    for i, name in enumerate(("lon_0", "lat_0")):
        step = 1e-3 * np.eye(2)[i]
        sides = [counted(make(*(place + s * step), frame), geom, instrument) for s in (1, -1)]
        expected = (sides[0] - sides[1]) / 2e-3
        found = on_map(response, slopes[name], geom)
        assert_columns(found, expected, 1e-3)


# -- exposure ----------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.03, 0.1])
def test_exposure_that_rises_like_an_exponential(sigma):
    """A Gaussian times exp(a x): one that is shifted by a sigma2, and its norm known."""
    a = 0.8
    instrument = FieldInstrument(
        lambda lon, lat: np.multiply.outer(EXPOSURE, np.exp(a * ((lon + 180) % 360 - 180))),
        WIDTHS,
        EDISP,
    )
    geom = geom_at(half=0.8)
    found = counted(gauss(0.0, 0.0, sigma), geom, instrument)
    factor, shift = np.exp(0.5 * (a * sigma) ** 2), a * sigma**2
    images = [factor * image(geom, shift, 0.0, np.hypot(sigma, width)) for width in WIDTHS]
    expected = folded(images)
    assert_columns(found, expected, 1e-3)
    assert_allclose(found.sum(axis=0), expected.sum(axis=0), rtol=1e-4)


def test_no_exposure():
    dark = FieldInstrument(lambda lon, lat: np.zeros((2, *lon.shape)), WIDTHS, EDISP)
    for model in (point(0.0, 0.0), gauss(0.0, 0.0, 0.1)):
        response = respond(model, geom_at(), dark)
        counts = response.counts(FLUX)
        assert counts.shape == (len(response.pixels), 3)
        assert np.all(counts == 0)
        assert all(np.all(slope == 0) for slope in response.slopes(FLUX).values())


# -- where -------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [point(40.0, 3.0), gauss(40.0, 3.0, 0.1)])
def test_outside(model):
    response = respond(model, geom_at())
    assert len(response.pixels) == 0
    assert response.counts(FLUX).shape == (0, 3)


def test_tail_of_a_source_outside():
    """Half a degree beyond the rim: only the tail, and all of it."""
    geom = geom_at()
    found = counted(gauss(0.75, 0.1, 0.1), geom)
    expected = folded([image(geom, 0.75, 0.1, np.hypot(0.1, width)) for width in WIDTHS])
    assert_columns(found, expected, 1e-3)
    assert 0.01 < expected.sum() / ALL.sum() < 0.2


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 0.0), (359.99, 0.0), (180.0, 0.0), (77.0, 0.0)])
def test_the_same_at_all_longitudes(lon, lat):
    expected = counted(gauss(0.03, 0.01, 0.05), geom_at())
    found = counted(gauss((lon + 0.03) % 360, lat + 0.01, 0.05), geom_at(lon=lon, lat=lat))
    assert_allclose(found, expected, rtol=0, atol=1e-7 * expected.max())


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.9])
def test_at_the_poles(lat):
    """In TAN, where a pole is a place like any: against the equator."""
    there = geom_at(lon=120.0, lat=lat, proj="TAN")
    here = geom_at(lon=120.0, lat=0.0, proj="TAN")
    offset = np.array([3.3, -7.8])  # in pixels
    n = there.data_shape[-1]
    found = []
    for geom in (there, here):
        lon, lat_0 = geom.wcs.wcs_pix2world(*(0.5 * (n - 1) + offset), 0)
        found.append(counted(gauss(float(lon), float(lat_0), 0.05), geom))
    assert_allclose(found[0], found[1], rtol=0, atol=1e-6 * found[1].max())


def test_pixels_off_the_sky_get_nothing():
    """At the rim of Aitoff's ellipse; all of the source is inside."""
    geom = WcsGeom.create(npix=(324, 162), binsz=1.0, proj="AIT", frame="galactic")
    instrument = uniform([1.0, 1.0], EXPOSURE, EDISP, n=3)
    response = respond(point(170.0, 0.0), geom, instrument)
    sky = SkyPixels(geom).nodes
    assert np.all(sky.solid_angle[response.pixels] > 0)
    counts = response.counts(FLUX)
    assert_allclose(counts.sum(axis=0), ALL, rtol=2e-3)
