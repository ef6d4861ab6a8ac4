"""Sums over pointings beside a loop."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.engine.pixel_nodes import unit_vectors
from gammapy.makers.offset_grid import OffsetGrid
from gammapy.makers.pointing_sums import PointingSums, separations

#: two responses: one falls to a quarter within 2 deg, the other rises within 1 deg
GRID = OffsetGrid([np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0])])
VALUES = np.array([[1.0, 4.0], [0.5, 4.0], [0.25, 4.0], [1.0, 0.0], [3.0, 0.0]])
LON, LAT = np.array([10.0, 11.0, 10.5]), np.array([0.0, 0.5, -0.7])
RESPONSE, SECONDS = np.array([0, 1, 0]), np.array([10.0, 20.0, 40.0])


def sums(seconds=SECONDS):
    return PointingSums(unit_vectors(LON, LAT), RESPONSE, seconds, GRID, VALUES)


def by_loop(lon, lat):
    total = np.zeros(2)
    for a, b, response, seconds in zip(LON, LAT, RESPONSE, SECONDS, strict=True):
        cosine = np.vdot(unit_vectors(a, b), unit_vectors(lon, lat))
        offset = np.rad2deg(np.arccos(cosine))
        nodes, rows = ([0, 1, 2], slice(0, 3)) if response == 0 else ([0, 1], slice(3, 5))
        if offset <= nodes[-1]:
            total += seconds * np.array([np.interp(offset, nodes, v) for v in VALUES[rows].T])
    return total


@pytest.mark.parametrize("place", [(10.1, 0.1), (11.9, 0.5), (11.2, 0.4), (9.0, -1.9)])
def test_is_what_a_loop_gives(place):
    assert_allclose(sums().at(unit_vectors(*place)), by_loop(*place), rtol=1e-9)


def test_shape_and_chunks():
    """More places than are looked at together."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(8, 13, (2, 90, 60))
    found = sums().at(unit_vectors(lon, lat))
    assert found.shape == (2, 90, 60)
    for at in [(0, 0), (45, 30), (89, 59)]:
        assert_allclose(found[:, *at], by_loop(lon[at], lat[at]), rtol=1e-9)
    assert sums().at(np.zeros((0, 3))).shape == (2, 0)


def test_nothing_is_seen_beyond_the_last_node_nor_without_time():
    assert not sums().at(unit_vectors(20.0, 0.0)).any()
    assert not sums(np.zeros(3)).at(unit_vectors(10.0, 0.0)).any()


def test_small_separations_are_exact():
    step = 1e-9
    square = np.sum((unit_vectors(0.0, step) - unit_vectors(0.0, 0.0)) ** 2)
    assert separations(square) == pytest.approx(step, rel=1e-6)
