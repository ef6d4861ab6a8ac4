"""Fields on pixels against integrals in closed form."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf, j0

from gammapy.engine.hankel import FourierBessel
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.pixel_nodes import PixelNodes, tangent_axes, unit_vectors
from gammapy.engine.placing import ROUGHLY, STRETCH, Placing, Window, cubic_weights

RAD = np.deg2rad(1.0)
#: where the transform of a Gaussian of width one is 1e-4
LAST = np.sqrt(2 * np.log(1e4))
#: of the peak: what a side and a stretch may take
PROMISED = 3e-4


# -- windows -----------------------------------------------------------------------------


@pytest.mark.parametrize("side", [0.02, 0.3])
def test_window_of_a_square(side):
    for edges in (np.diag([side, side]), np.array([[0, side], [-side, 0]])):
        window = Window.of(edges, 0.5 / side)
        assert window.n == 1
        assert window.side == pytest.approx(side)


def test_factor_is_the_average_of_waves_over_a_square():
    window = Window(3, 0.07)
    q = np.array([0.0, 5.0, 20.0, 60.0, 100.0])
    t, w = np.polynomial.legendre.leggauss(30)
    a, b = np.meshgrid(0.035 * t, 0.035 * t)
    direct = [np.sum(np.outer(w, w) / 4 * j0(f * np.hypot(a, b))) for f in q]
    assert_allclose(window.factor(q), direct, rtol=0, atol=1e-12)


def test_narrow_fields_take_more_parts():
    edges = np.diag([0.1, 0.1])
    parts = [Window.of(edges, LAST / sigma).n for sigma in (0.2, 0.05, 0.01)]
    assert parts == [1, 2, 10]
    for sigma in (0.2, 0.05, 0.01):
        window = Window.of(edges, LAST / sigma)
        assert window.n * window.side == pytest.approx(0.1)
        assert window.side <= 1.06 * sigma  # one width


def test_oblong_pixels_take_more_parts():
    """A square in their place would be wrong in the second order, unless it is small."""
    sigma = 0.05
    square, oblong = np.diag([0.03, 0.03]), np.diag([0.005, 0.042])
    assert Window.of(square, LAST / sigma).n == 1
    window = Window.of(oblong, LAST / sigma)
    assert window.n > 1
    stretch = (0.042**2 - 0.005**2) / 24 / window.n**2
    assert stretch / sigma**2 < 1.2 * STRETCH


# -- cubics ------------------------------------------------------------------------------


def test_cubic_weights_are_exact_on_cubics():
    t, rows = np.linspace(0, 1, 9), np.arange(-1, 3)
    for order in range(4):
        assert_allclose(rows**order @ cubic_weights(t), t**order, rtol=0, atol=1e-14)
    assert_allclose(cubic_weights(np.zeros(1))[:, 0], [0, 1, 0, 0], atol=1e-15)


# -- on pixels ---------------------------------------------------------------------------


class Pixels:
    """Pixels [y, x] at the equator, of which the places are known; x falls with the longitude."""

    def __init__(self, size, shift, half, lon=0.0):
        n_x, n_y = (2 * int(np.ceil(half / s)) + 1 for s in size)
        self.x = (np.arange(n_x + 1) - 0.5 * n_x + shift[0]) * -size[
            0
        ]  # to the east, from a source
        self.y = (np.arange(n_y + 1) - 0.5 * n_y + shift[1]) * size[1]
        lat = self.y
        corners = unit_vectors(lon + self.x, lat[:, None])
        area = size[0] * RAD * np.diff(np.sin(RAD * lat))
        self.nodes = PixelNodes(corners, np.repeat(area[:, None], n_x, axis=1))
        self.axes = tangent_axes(lon, 0.0)

    def counts(self, field, series, frequency):
        chosen = np.arange(self.nodes.solid_angle.size)
        window = Window.of(self.nodes.edges(chosen, self.axes), frequency)
        placing = Placing(series, self.nodes.nodes(chosen, self.axes, window.n), window)
        found = placing.counts(field)
        return found.reshape(*self.nodes.shape, *found.shape[1:])


def primitive(x, sigma, order):
    """Integral of a Gaussian's derivative of an order."""
    density = np.exp(-0.5 * (x / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
    if order == 0:
        return 0.5 * erf(x / (np.sqrt(2) * sigma))
    return density if order == 1 else -x / sigma**2 * density


def exact(pixels, sigma, i=0, j=0):
    """Integrals over pixels [y, x] of derivatives of a Gaussian, i times by x and j by y."""
    along = np.diff(primitive(pixels.x, sigma, i)) * -1.0  # x falls
    up = np.diff(primitive(pixels.y, sigma, j))
    return np.outer(up, along)


def gaussian_field(sigma):
    """On a disc of 7 widths."""
    series = FourierBessel(7 * sigma, LAST / sigma)
    transform = np.exp(-0.5 * (series.frequencies * sigma) ** 2)
    return series, Multipoles({0: transform[:, None]}, {})


#: size of the pixels and width of the Gaussian, which is that of a field of a few tenths of a deg
CASES = {
    "fine": ((0.02, 0.02), 0.05),
    "as wide as pixels": ((0.05, 0.05), 0.05),
    "twice as wide": ((0.1, 0.1), 0.05),
    "point on large pixels": ((0.1, 0.1), 0.004),
    "oblong": ((0.02, 0.06), 0.05),
    "very oblong": ((0.1, 0.01), 0.03),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.5, 0.5), (0.31, -0.17)])
def test_gaussian(name, shift):
    size, sigma = CASES[name]
    pixels = Pixels(size, shift, 6.5 * sigma)
    series, field = gaussian_field(sigma)
    found = pixels.counts(field, series, series.frequencies[-1])
    expected = exact(pixels, sigma)
    assert found.shape == (*expected.shape, 1)
    assert_allclose(found[..., 0], expected, rtol=0, atol=PROMISED * expected.max())
    assert found.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", ["fine", "as wide as pixels", "oblong"])
@pytest.mark.parametrize("orders", [(1, 0), (0, 1), (2, 0), (0, 2), (1, 1)])
def test_derivatives_of_a_gaussian(name, orders):
    """Angular orders 0, 1 and 2; along x to the east, and y to the north."""
    size, sigma = CASES[name]
    pixels = Pixels(size, (0.31, -0.17), 6.5 * sigma)
    series, field = gaussian_field(sigma)
    for _ in range(orders[0]):
        field = field.along_x(series.frequencies)
    for _ in range(orders[1]):
        field = field.along_y(series.frequencies)
    found = pixels.counts(field, series, series.frequencies[-1])[..., 0]
    expected = exact(pixels, sigma, *orders)
    assert_allclose(found, expected, rtol=0, atol=4e-4 * np.abs(expected).max())


def test_all_fields_at_once():
    """What comes after the frequency is kept: energies."""
    size, sigma = CASES["fine"]
    pixels = Pixels(size, (0.2, 0.1), 4 * sigma)
    series, field = gaussian_field(sigma)
    factors = np.array([[1.0, 2.0, -3.0], [0.0, 0.5, 7.0]])
    one = field.cosine[0]
    all_of_it = one[..., None] * factors
    found = pixels.counts(Multipoles({0: all_of_it}, {1: all_of_it}), series, LAST / sigma)
    one = pixels.counts(Multipoles({0: one}, {1: one}), series, LAST / sigma)
    assert_allclose(found, one[..., None] * factors, rtol=1e-12, atol=1e-15)


def test_nothing_beyond_the_disc():
    size, sigma = CASES["fine"]
    pixels = Pixels(size, (0.0, 0.0), 15 * sigma)
    series, field = gaussian_field(sigma)
    found = pixels.counts(field, series, series.frequencies[-1])[..., 0]
    middle = [0.5 * (edge[1:] + edge[:-1]) for edge in (pixels.x, pixels.y)]
    far = np.hypot(*np.meshgrid(*middle)) > series.radius + 0.02
    assert far.sum() > 100
    assert np.all(found[far] == 0)
    assert found.sum() == pytest.approx(1.0, abs=1e-5)


def test_at_the_seam_as_elsewhere():
    size, sigma = CASES["as wide as pixels"]
    series, field = gaussian_field(sigma)
    found = [
        Pixels(size, (0.31, -0.17), 4 * sigma, lon).counts(field, series, series.frequencies[-1])
        for lon in (0.0, 359.99, 123.4)
    ]
    for other in found[1:]:
        assert_allclose(other, found[0], rtol=0, atol=1e-9 * found[0].max())


# -- with weights ------------------------------------------------------------------------


def placed(pixels, series, larger=1.0):
    chosen = np.arange(pixels.nodes.solid_angle.size)
    edges = pixels.nodes.edges(chosen, pixels.axes)
    window = Window.of(edges, series.frequencies[-1], larger)
    return Placing(series, pixels.nodes.nodes(chosen, pixels.axes, window.n), window)


def test_weights_of_pixels():
    """Fields of orders 0 and 1, each with a weight of its own."""
    size, sigma = CASES["as wide as pixels"]
    pixels = Pixels(size, (0.31, -0.17), 5 * sigma)
    series, field = gaussian_field(sigma)
    slope = field.along_x(series.frequencies)
    one, other = np.random.default_rng(1).uniform(-1, 1, (2, pixels.nodes.solid_angle.size))
    placing = placed(pixels, series)
    found = placing.weighted([(field, one), (slope, other)])
    expected = one[:, None] * placing.counts(field) + other[:, None] * placing.counts(slope)
    assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("axis", [0, 1])
def test_times_the_place_in_the_pixel(axis):
    """Moments of a Gaussian about the middles of pixels, in closed form."""
    sigma = 0.02
    pixels = Pixels((0.1, 0.1), (0.31, -0.17), 6.5 * sigma)
    series, field = gaussian_field(sigma)
    placing = placed(pixels, series)
    found = placing.weighted([(field, np.ones(pixels.nodes.solid_angle.size))], axis)
    edges = (pixels.x, pixels.y)[axis]
    middle = 0.5 * (edges[1:] + edges[:-1])
    # the integral of t g(t) is -sigma2 g(t)
    first = -(sigma**2) * np.diff(primitive(edges, sigma, 1)) * (-1.0 if axis == 0 else 1.0)
    whole = np.diff(primitive(edges, sigma, 0)) * (-1.0 if axis == 0 else 1.0)
    across = np.abs(np.diff(primitive((pixels.y, pixels.x)[axis], sigma, 0)))
    moment = first - middle * whole
    expected = np.outer(across, moment) if axis == 0 else np.outer(moment, across)
    off = np.abs(found.reshape(expected.shape) - expected).max() / np.abs(expected).max()
    assert off < 0.015  # parts see their own middles; the rest is in the kernel


def test_larger_parts_are_fewer():
    edges = np.diag([0.1, 0.1])
    best, rough = (Window.of(edges, LAST / 0.02, larger) for larger in (1.0, ROUGHLY))
    assert (best.n, rough.n) == (5, 2)
    assert rough.n * rough.side == pytest.approx(0.1)
