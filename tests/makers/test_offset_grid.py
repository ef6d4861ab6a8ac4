"""Nodes of the offset, and places between them."""

import numpy as np

from gammapy.makers.offset_grid import OffsetGrid, offset_nodes
from tests.irf import made


def test_nodes_hold_the_kinks_and_the_end():
    nodes = offset_nodes(made.area(), 2.2, step=0.3)
    assert nodes[0] == 0
    assert nodes[-1] == 2.2
    assert np.diff(nodes).max() <= 0.3 + 1e-12
    assert np.diff(nodes).min() > 1e-9
    for kink in (0.5, 1.0, 1.5, 2.0):
        assert np.abs(nodes - kink).min() < 1e-12


def test_each_response_has_its_own_nodes():
    grid = OffsetGrid([np.array([0.0, 1.0, 4.0]), np.array([0.0, 2.0])])
    assert len(grid) == 5
    assert grid.response.tolist() == [0, 0, 0, 1, 1]
    row, share = grid.between(np.array([0, 0, 0, 1, 1]), np.array([0.25, 1.0, 3.25, 0.5, 1.5]))
    assert row.tolist() == [0, 1, 1, 3, 3]
    np.testing.assert_allclose(share, [0.25, 0.0, 0.75, 0.25, 0.75])


def test_ends_hold_beyond_them():
    grid = OffsetGrid([np.array([0.0, 1.0]), np.array([0.5, 2.0])])
    row, share = grid.between(np.array([0, 0, 1, 1]), np.array([1.0, 7.0, 0.1, 7.0]))
    assert row.tolist() == [0, 0, 2, 2]
    np.testing.assert_array_equal(share, [1.0, 1.0, 0.0, 1.0])
