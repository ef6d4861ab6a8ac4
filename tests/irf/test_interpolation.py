"""Interpolation between nodes: numbers by hand, edges, scales."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.irf.interpolation import NodeTable, internal_nodes
from tests.irf.made import OFFSET, TRUE

E, X = internal_nodes(TRUE), internal_nodes(OFFSET)


def test_between_nodes_as_scipy_does():
    rng = np.random.default_rng(1)
    values = rng.uniform(1, 2, (6, 3))
    twin = RegularGridInterpolator((np.log(E), X), values)
    energy, offset = rng.uniform(E[0], E[-1], 50), rng.uniform(X[0], X[-1], 50)
    found = NodeTable([TRUE, OFFSET], values)(energy, offset)
    np.testing.assert_allclose(found, twin((np.log(energy), offset)), rtol=1e-12)


def test_end_pieces_go_on_to_the_edges_and_no_further():
    values = np.outer(np.ones(6), [3.0, 2.0, 2.5])
    table = NodeTable([TRUE, OFFSET], values)
    np.testing.assert_allclose(table(1.0, [0.0, 3.0]), [3.5, 2.75], rtol=1e-12)
    assert np.array_equal(table(1.0, [-0.01, 3.01, np.nan, np.inf]), np.zeros(4))
    assert np.array_equal(table([0.0, -1.0, 0.0999, 100.1], 1.0), np.zeros(4))


def test_edges_that_a_file_rounds_are_inside():
    table = NodeTable([TRUE, OFFSET], np.ones((6, 3)))
    assert np.array_equal(table([0.1 * (1 - 1e-7), 100.0 * (1 + 1e-7)], 1.0), [1.0, 1.0])


def test_beyond_the_edges_if_told_and_never_negative():
    values = np.outer(np.ones(6), [0.0, 1.0, 3.0])
    table = NodeTable([TRUE, OFFSET], values, outside="extrapolate")
    np.testing.assert_allclose(table(1e4, [4.0, 0.0, -1.0]), [6.0, 0.0, 0.0], atol=1e-12)


def test_one_axis_that_goes_on():
    values = np.outer(np.arange(6.0), np.ones(3))
    table = NodeTable([TRUE, OFFSET], values, open_axes=("energy_true",))
    far = E[5] * (E[5] / E[4]) ** 2
    np.testing.assert_allclose(table(far, [1.0, 3.1]), [7.0, 0.0], rtol=1e-12)


def test_one_bin_is_constant():
    values = np.arange(1.0, 7.0)[:, None]
    found = NodeTable([TRUE, OFFSET.squash()], values)(E[:, None], [0.0, 1.0, 3.0])
    np.testing.assert_allclose(found, np.repeat(values, 3, axis=1), rtol=1e-12)


def test_nearest():
    values = np.arange(18.0).reshape(6, 3)
    table = NodeTable([TRUE, OFFSET], values)
    assert table.nearest(E[2] * 1.05, 0.9) == values[2, 0]
    assert table.nearest(E[2] * 1.05, 1.1) == values[2, 1]
    assert table.nearest(E[2], 3.1) == 0.0


@pytest.mark.parametrize("scale", ["log", "sqrt"])
def test_scale_of_values(scale):
    values = np.outer(np.ones(6), [1.0, 4.0, 9.0])
    found = NodeTable([TRUE, OFFSET], values, values_scale=scale)(1.0, 1.0)
    assert found == pytest.approx({"log": 2.0, "sqrt": 2.25}[scale], rel=1e-12)


def test_logarithm_of_zero_is_zero_at_the_node():
    values = np.outer(np.ones(6), [1.0, 0.0, 0.0])
    found = NodeTable([TRUE, OFFSET], values, values_scale="log")(1.0, [0.5, 1.5, 2.0, 2.5])
    np.testing.assert_allclose(found, [1.0, 0.0, 0.0, 0.0], rtol=1e-12)
