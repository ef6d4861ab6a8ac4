"""Exposure over a field by few maps, against the instrument itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.datasets.varying_exposure import KNOTS, VaryingExposure, few_terms, lattice
from gammapy.engine.pixel_nodes import tangent_axes, unit_vectors
from gammapy.engine.plane import from_plane
from tests.datasets.small_instruments import FieldInstrument

RNG = np.random.default_rng(1)


def vignetted(frame, center, width=1.2):
    """Gaussians about a place, wider at higher energies."""
    widths = width * np.array([1.0, 1.1, 1.3, 1.6])

    def exposure(lon, lat):
        vectors = unit_vectors(lon, lat)
        chord = np.linalg.norm(vectors - unit_vectors(*center), axis=-1)
        distance = np.rad2deg(2 * np.arcsin(chord / 2))
        return 1e10 * np.exp(-0.5 * np.multiply.outer(1 / widths, distance) ** 2)

    return FieldInstrument(exposure, [0.1] * 4, frame=frame)


#: middle of the field in the frame "galactic", with the frame of the instrument
FIELDS = [((0.0, 0.0), "galactic"), ((184.6, -5.8), "icrs"), ((0.3, 89.5), "galactic")]


@pytest.fixture(scope="module", params=FIELDS, ids=str)
def field(request):
    middle, frame = request.param
    axes = tangent_axes(*middle)
    out = rotated_vectors(axes[2], "galactic", frame)
    lon, lat = (float(a) for a in angles(out))
    instrument = vignetted(frame, (lon + 0.4, lat - 0.7))
    return VaryingExposure(instrument, axes, "galactic", 1.5), instrument, axes


def exact(field, x, y):
    _, instrument, axes = field
    vectors = rotated_vectors(from_plane(x, y, axes), "galactic", instrument.frame)
    return instrument.exposure(*angles(vectors))


def test_values(field):
    x, y = RNG.uniform(-1.5, 1.5, (2, 200))
    found = field[0].loading @ field[0].at(x, y)
    assert_allclose(found, exact(field, x, y), rtol=0, atol=3e-5 * 1e10)


@pytest.mark.parametrize("orders", [(1, 0), (0, 1), (2, 0), (0, 2), (1, 1)])
def test_derivatives(field, orders):
    """Against differences of the exposure."""
    x, y = RNG.uniform(-1.4, 1.4, (2, 50))
    step = 0.01
    weights = {0: [0, 1, 0], 1: [-0.5, 0, 0.5], 2: [1, -2, 1]}
    expected = 0.0
    for i, a in zip((-1, 0, 1), weights[orders[0]], strict=True):
        for j, b in zip((-1, 0, 1), weights[orders[1]], strict=True):
            expected = expected + a * b * exact(field, x + i * step, y + j * step)
    expected = expected / step ** sum(orders)
    found = field[0].loading @ field[0].at(x, y, *orders)
    tolerance = 1e-3 if sum(orders) == 1 else 1e-2
    assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


def test_grid(field):
    """Rows are y."""
    along = np.linspace(-1.2, 1.2, 7)
    maps = field[0].on_grid(along)
    assert maps.shape == (field[0].loading.shape[1], 7, 7)
    x, y = np.meshgrid(along, along)
    assert_allclose(maps.reshape(len(maps), -1), field[0].at(x.ravel(), y.ravel()), atol=1e-12)


def test_one_map_where_all_energies_are_alike():
    instrument = FieldInstrument(
        lambda lon, lat: np.multiply.outer([1e10, 3e10], 1 + 0.1 * lat), [0.1, 0.1]
    )
    varying = VaryingExposure(instrument, tangent_axes(20.0, 0.0), "galactic", 1.0)
    assert varying.loading.shape == (2, 1)
    assert varying.loading[1, 0] / varying.loading[0, 0] == pytest.approx(3.0)


def test_nothing():
    instrument = FieldInstrument(lambda lon, lat: np.zeros((2, *lon.shape)), [0.1, 0.1])
    varying = VaryingExposure(instrument, tangent_axes(20.0, 0.0), "galactic", 1.0)
    x = np.array([0.3])
    assert_allclose(varying.loading @ varying.at(x, x), np.zeros((2, 1)), rtol=0)


# -- parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(("half", "spacing"), [(0.1, 0.15), (1.5, 0.15), (3.0, 1.5)])
def test_lattice(half, spacing):
    knots = lattice(half, spacing, 9)
    assert (knots[0], knots[-1]) == (-half, half)
    assert len(knots) >= 9
    steps = np.diff(knots)
    assert_allclose(steps, steps[0])
    assert steps[0] <= spacing * (1 + 1e-12)


def test_knots_are_as_dense_as_needed():
    """More would be work for nothing."""
    assert len(lattice(1.5, KNOTS, 9)) == 21


def test_few_terms_reproduce():
    table = RNG.normal(size=(8, 3)) @ RNG.normal(size=(3, 50))
    loading, maps = few_terms(table)
    assert loading.shape == (8, 3)
    assert maps.shape == (3, 50)
    assert_allclose(loading @ maps, table, rtol=0, atol=1e-12 * np.abs(table).max())


@pytest.mark.parametrize(("share", "n"), [(2e-5, 2), (5e-6, 1)])
def test_small_terms_are_dropped(share, n):
    left, _ = np.linalg.qr(RNG.normal(size=(6, 2)))
    right, _ = np.linalg.qr(RNG.normal(size=(40, 2)))
    table = left @ np.diag([3.0, 3.0 * share]) @ right.T
    loading, maps = few_terms(table)
    assert loading.shape[1] == n
    assert_allclose(loading @ maps, table, rtol=0, atol=3e-5)


def test_no_table():
    loading, maps = few_terms(np.zeros((4, 9)))
    assert (loading.shape, maps.shape) == ((4, 1), (1, 9))
    assert_allclose(loading @ maps, np.zeros((4, 9)), rtol=0)
