import array_api_strict
import numpy as np
import pytest

from gammapy.engine.interpolate import interpolate_log_energy

NODES = np.array([0.1, 0.3, 2.0, 5.0])
VALUES = np.array([3.0, -1.0, 4.0, 4.5])


def f(energy):
    return interpolate_log_energy(energy, np.log(NODES), VALUES)


def test_exact_at_the_nodes():
    np.testing.assert_allclose(f(NODES), VALUES, rtol=1e-15)


def test_same_as_numpy_inside():
    energy = np.geomspace(0.1, 5, 101)
    expected = np.interp(np.log(energy), np.log(NODES), VALUES)
    np.testing.assert_allclose(f(energy), expected, rtol=1e-12)


@pytest.mark.parametrize(("energy", "i"), [(0.02, 0), (40.0, 2)])
def test_end_pieces_go_on_outside(energy, i):
    x, y = np.log(NODES[i : i + 2]), VALUES[i : i + 2]
    expected = y[0] + (y[1] - y[0]) / (x[1] - x[0]) * (np.log(energy) - x[0])
    assert f(np.array(energy)) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0,)])
def test_shape(shape):
    assert f(np.full(shape, 0.7)).shape == shape


def test_two_nodes_are_a_power():
    found = interpolate_log_energy(np.array([1.0, 10.0, 100.0]), np.log([1.0, 10.0]), [0.0, -2.0])
    np.testing.assert_allclose(found, [0.0, -2.0, -4.0], atol=1e-14)


def test_other_libraries():
    energy = np.geomspace(0.01, 30, 12).reshape(3, 4)
    strict = f(array_api_strict.asarray(energy))
    np.testing.assert_allclose(np.asarray(strict), f(energy), rtol=1e-13)
