"""Responses of an instrument whose terms are known: two telescopes together see what each sees."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.field_response import field_response
from gammapy.datasets.lattice_response import LatticeResponse
from gammapy.datasets.response import respond
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.datasets.terms_response import TermKernels, TermsResponse
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.maps import WcsGeom
from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianSpatialModel,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.datasets.known_terms import SeenTogether
from tests.datasets.small_instruments import assert_columns

AT = {"lon_0": "0.313 deg", "lat_0": "0.127 deg", "frame": "galactic"}
SHAPES = {
    "point": PointSpatialModel(**AT),
    "small": GaussianSpatialModel(**AT, sigma="0.05 deg"),
    "large": GaussianSpatialModel(**AT, sigma="0.4 deg"),
    "disk": DiskSpatialModel(**AT, r_0="0.6 deg"),
    "elongated": GaussianSpatialModel(**AT, sigma="0.3 deg", e="0.8", phi="40 deg"),
}
EDISP = np.array([[0.8, 0.1], [0.2, 0.7], [0.0, 0.9]])
FLUX = np.array([1e-8, 4e-9, 1e-9])


def instrument():
    """The second sees less sharply, and mostly the north."""
    maps = [lambda lon, lat: 1e4 * np.exp(-0.5 * lon), lambda lon, lat: 5e3 * np.exp(1.2 * lat)]
    areas = [[1e6, 2e6, 3e6], [2e6, 1e6, 4e6]]
    widths = [[0.06, 0.05, 0.04], [0.12, 0.1, 0.09]]
    return SeenTogether(maps, areas, widths, EDISP)


def sky():
    return SkyPixels(WcsGeom.create(npix=(60, 50), binsz=0.05, skydir=(0, 0), frame="galactic"))


def on_all(response, values, pixels):
    found = np.zeros((len(pixels.nodes.centers), values.shape[1]))
    found[response.pixels] = values
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_two_together_see_what_each_sees(name):
    both, pixels = instrument(), sky()
    model = SkyModel(PowerLawSpectralModel(), SHAPES[name], name="it")
    found = respond(model, both, pixels)
    each = [respond(model, one, pixels) for one in both.alone]
    expected = sum(on_all(one, one.counts(FLUX), pixels) for one in each)
    assert_columns(on_all(found, found.counts(FLUX), pixels), expected, 2e-3)
    slopes = found.slopes(FLUX)
    others = [one.slopes(FLUX) for one in each]
    for parameter, values in slopes.items():
        if parameter in ("e", "phi") and name != "elongated":
            continue
        expected = sum(
            on_all(one, other[parameter], pixels) for one, other in zip(each, others, strict=True)
        )
        assert_columns(on_all(found, values, pixels), expected, 5e-3)


def test_the_terms_that_an_instrument_knows_are_taken():
    axes = tangent_axes(0.0, 0.0)
    both = instrument()
    assert isinstance(field_response(both, axes, "galactic", 1.0), TermsResponse)
    assert isinstance(field_response(both.alone[0], axes, "galactic", 1.0), LatticeResponse)


def test_maps_and_kernels_make_the_response():
    both, axes = instrument(), tangent_axes(0.0, 0.0)
    response = TermsResponse(both, both.terms(), axes, "galactic", 1.0)
    q, x, y = np.array([0.0, 5.0, 20.0]), np.array([0.3, -0.6]), np.array([0.5, 0.1])
    kernels, maps = response.kernels(q), response.at(x, y)
    assert len(kernels) == len(maps[0, 0]) == 2
    found = sum(maps[0, 0][t][:, None, None, None] * kernels[t] for t in range(len(kernels)))
    for i in range(2):
        place = (x[i], y[i])
        expected = both.exposure(*place)[:, None, None] * (
            both.psf(*place, q)[:, :, None] * EDISP[:, None, :]
        )
        assert_allclose(found[i], expected, rtol=2e-3)
    assert_allclose(
        kernels.folded(FLUX), [np.tensordot(FLUX, kernels[t], axes=1) for t in range(2)], rtol=1e-9
    )
    halved = response.kernels(q, 0.5)
    assert_allclose(halved[0], 0.5 * kernels[0])


def test_derivatives_of_maps_are_those_of_differences():
    both, axes = instrument(), tangent_axes(0.0, 0.0)
    response = TermsResponse(both, both.terms(), axes, "galactic", 1.0)
    x, y, h = np.array([0.31]), np.array([-0.22]), 0.01
    at = response.at(x, y)
    by_x = (response.at(x + h, y)[0, 0] - response.at(x - h, y)[0, 0]) / (2 * h)
    by_yy = response.at(x, y + h)[0, 0] - 2 * at[0, 0] + response.at(x, y - h)[0, 0]
    scale = np.abs(at[0, 0]).max()
    assert_allclose(at[1, 0], by_x, atol=1e-3 * scale)
    assert_allclose(at[0, 2], by_yy / h**2, atol=1e-2 * scale)


def test_a_grid_has_the_maps_at_its_cells():
    both, axes = instrument(), tangent_axes(0.0, 0.0)
    response = TermsResponse(both, both.terms(), axes, "galactic", 1.0)
    few, many = np.linspace(-0.9, 0.9, 7), np.linspace(-0.9, 0.9, 601)
    maps = response.on_grid(few)
    x, y = (a.ravel() for a in np.meshgrid(few, few))
    assert_allclose(np.array(maps).reshape(2, -1), response.at(x, y)[0, 0], rtol=1e-7)
    lazily = response.on_grid(many)
    assert_allclose(lazily[1][::100, ::100], maps[1], atol=1e-3 * np.abs(maps[1]).max())


def test_where_nothing_is_seen():
    dark = SeenTogether([lambda lon, lat: 0.0], [[1e6, 1e6, 1e6]], [[0.1] * 3], EDISP)
    response = TermsResponse(dark, dark.terms(), tangent_axes(0.0, 0.0), "galactic", 1.0)
    assert not response.is_seen


def test_a_step_is_seen():
    maps = [lambda lon, lat: np.where(lat < 0.1, 1.0, 0.5)]
    both = SeenTogether(maps, [[1e6, 1e6, 1e6]], [[0.1] * 3], EDISP)
    response = TermsResponse(both, both.terms(), tangent_axes(0.0, 0.0), "galactic", 1.0)
    lat = np.linspace(-0.5, 0.5, 51)
    assert response.largest_step(0 * lat, lat) > 0.15
    smooth = TermsResponse(
        instrument(), instrument().terms(), tangent_axes(0.0, 0.0), "galactic", 1.0
    )
    assert smooth.largest_step(0 * lat, lat) < 1e-3


def test_a_mixture_of_one():
    loading = np.arange(12.0).reshape(1, 3, 2, 2)
    kernels = TermKernels(np.ones((1, 1)), loading, np.eye(2))
    assert_allclose(kernels[0], loading[0])
