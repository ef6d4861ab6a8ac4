"""Sums over pointings of what depends on the offset."""

import numpy as np
import pytest

from gammapy.makers.field_of_view import Pointings, blocks, equatorial_axes
from gammapy.makers.offset_sum import OffsetSum
from gammapy.maps import WcsGeom


@pytest.mark.parametrize("n", [1, 3])
def test_sum_of_a_straight_line_is_exact(n):
    rng = np.random.default_rng(n)
    places = rng.uniform(-2, 2, (n, 2))
    seconds, response = rng.uniform(1, 5, n), np.arange(n) % 2
    ends = [2.5, 1.5]
    pointings = Pointings.of([equatorial_axes(*p) for p in places], seconds, response, "icrs")

    def values(i, offset):
        return np.stack([5 - (1 + i) * offset, 2 + offset], axis=1)[:, None, :]

    nodes = [np.array([0.0, 0.7, end]) for end in ends]
    total = OffsetSum(nodes, [values(i, n) for i, n in enumerate(nodes)])
    geom = WcsGeom.create(npix=(13, 11), binsz=0.5, proj="TAN")
    coords = geom.get_coord().skycoord
    found = np.zeros((1, 2, 11, 13))
    for block in blocks(geom, size=5):
        block.fill(found, total.total(block, pointings))
    expected = np.zeros((11, 13, 1, 2))
    for place, time, i in zip(places, seconds, response, strict=True):
        offset = coords.separation(type(coords)(*place, unit="deg")).deg
        inside = (offset <= ends[i])[..., None, None]
        expected += time * np.where(inside, values(i, offset.ravel()).reshape(expected.shape), 0)
    np.testing.assert_allclose(found, np.moveaxis(expected, (2, 3), (0, 1)), rtol=1e-9)
