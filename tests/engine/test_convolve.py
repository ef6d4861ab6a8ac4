"""Convolution on the grid of a plane against closed forms, and its matrices against moments."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf

from gammapy.engine.convolve import PlaneGrid, gathering, pixel_matrix

SIGMA = 0.05
#: step that takes a Gaussian of this width down to 1e-6 at its frequency, times one
STEP = SIGMA / np.sqrt(2 * np.log(1e6))


@pytest.fixture(scope="module")
def grid():
    return PlaneGrid(1.2, STEP)


def gaussian_transform(grid, sigma=SIGMA):
    return np.exp(-0.5 * (grid.frequency * sigma) ** 2)


def gaussian(x, y, sigma=SIGMA):
    return np.exp(-0.5 * (x**2 + y**2) / sigma**2) / (2 * np.pi * sigma**2)


def one_mass(n=1):
    masses = np.zeros((n, n))
    masses[n // 2, n // 2] = 1.0
    return masses


def test_grid_is_wide_enough(grid):
    assert grid.n * grid.step >= 1.2 + grid.step
    assert grid.frequency.shape == (grid.n, grid.n // 2 + 1)
    assert grid.frequency[0, 1] == pytest.approx(2 * np.pi / (grid.n * grid.step))
    assert grid.frequency.max() >= np.pi / grid.step


@pytest.mark.parametrize("n", [1, 3, 9])
def test_a_mass_in_the_middle_is_at_the_origin(grid, n):
    density = grid.density(grid.transform(one_mass(n)) * gaussian_transform(grid))
    along = (np.arange(grid.n) - grid.middle) * grid.step
    expected = gaussian(along, along[:, None])
    assert_allclose(density, expected, rtol=0, atol=2e-5 * expected.max())
    assert np.unravel_index(np.argmax(density), density.shape) == (grid.middle, grid.middle)


def test_mass_is_kept(grid):
    masses = np.random.default_rng(1).uniform(size=(9, 9))
    density = grid.density(grid.transform(masses) * gaussian_transform(grid))
    assert density.sum() * grid.step**2 == pytest.approx(masses.sum(), rel=1e-12)


def test_rows_are_y(grid):
    masses = np.zeros((5, 5))
    masses[4, 2] = 1.0
    density = grid.density(grid.transform(masses))
    at = np.unravel_index(np.argmax(density), density.shape)
    assert at == (grid.middle + 2, grid.middle)


@pytest.mark.parametrize("edges", [np.diag([0.05, 0.05]), np.array([[0.06, 0.02], [-0.01, 0.04]])])
def test_average_over_a_parallelogram(grid, edges):
    """By a direct sum over its inside."""
    transform = grid.transform(one_mass()) * gaussian_transform(grid) * grid.averaged(edges)
    density = grid.density(transform)
    t, w = np.polynomial.legendre.leggauss(12)
    a, b = (0.5 * v for v in np.meshgrid(t, t))
    x, y = (a * edges[0, i] + b * edges[1, i] for i in (0, 1))
    weights = np.outer(w, w) / 4
    for i, j in ((0, 0), (3, 0), (-2, 5), (7, -7)):
        direct = np.sum(weights * gaussian(i * grid.step + x, j * grid.step + y))
        found = density[grid.middle + j, grid.middle + i]
        assert found == pytest.approx(direct, abs=2e-5 * gaussian(0, 0))


def test_average_over_a_square_is_that_of_error_functions(grid):
    side = 0.08
    transform = grid.transform(one_mass()) * gaussian_transform(grid)
    density = grid.density(transform * grid.averaged(np.diag([side, side])))
    along = (np.arange(grid.n) - grid.middle) * grid.step
    cdf = [0.5 * erf((along + s * side / 2) / (np.sqrt(2) * SIGMA)) for s in (1, -1)]
    share = cdf[0] - cdf[1]
    expected = np.outer(share, share) / side**2
    assert_allclose(density, expected, rtol=0, atol=2e-5 * expected.max())


# -- nodes to cells ----------------------------------------------------------------------


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_gathering_keeps_moments(parts, order):
    n = 12
    matrix = gathering(n, parts)
    assert matrix.shape == (n, n * parts)
    node = (np.arange(n * parts) + 0.5) / parts - 0.5
    inner = (node > 1.0) & (node < n - 2.0)
    moments = np.arange(n) ** order @ matrix
    assert_allclose(moments[inner], node[inner] ** order, rtol=1e-12, atol=1e-12)
    assert inner.sum() > 5 * parts


def test_gathering_loses_no_mass():
    masses = np.random.default_rng(2).uniform(size=15)
    assert (gathering(5, 3) @ masses).sum() == pytest.approx(masses.sum(), rel=1e-14)


def test_one_node_in_a_cell_stays_there():
    assert_allclose(gathering(6, 1).toarray(), np.eye(6), atol=1e-14)


def test_gathered_node_has_its_transform():
    """Up to the fourth power of the frequency: what is left goes with the PSF below 1e-4."""
    n, parts = 41, 4
    node = (np.arange(n * parts) + 0.5) / parts - 0.5
    inner = (node > 10) & (node < 30)
    matrix = gathering(n, parts).toarray()[:, inner]
    for q in (0.1, 0.4, 0.7, 1.0):  # in rad per cell; the PSF is down to 1e-6 at one
        exact = np.exp(-1j * q * node[inner])
        error = np.abs(np.exp(-1j * q * np.arange(n)) @ matrix - exact).max()
        assert error < 9 / 16 / 24 * q**4
        assert error * 1e-6 ** (q**2) < 7e-5


# -- cells to pixels ---------------------------------------------------------------------


def test_pixels_are_exact_on_cubics(grid):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-0.5, 0.5, (2, 30))
    along = (np.arange(grid.n) - grid.middle) * grid.step
    matrix = pixel_matrix(grid, x, y)
    for i in range(4):
        for j in range(4):
            image = np.outer(along**j, along**i)  # rows are y
            assert_allclose(matrix @ image.ravel(), x**i * y**j, rtol=0, atol=1e-12)


def test_pixels_between_cells_are_good_to_what_the_step_promises(grid):
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-0.2, 0.2, (2, 400))
    density = grid.density(grid.transform(one_mass()) * gaussian_transform(grid))
    found = pixel_matrix(grid, x, y) @ density.ravel()
    assert_allclose(found, gaussian(x, y), rtol=0, atol=3e-4 * gaussian(0, 0))


def test_no_pixels():
    assert pixel_matrix(PlaneGrid(1.0, 0.1), np.empty(0), np.empty(0)).shape[0] == 0
