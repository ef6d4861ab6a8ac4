"""Tables at any offset, and where they have nothing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.makers.offset_tables import DIED_AWAY, OffsetTables
from tests.makers.test_pointings import RECO, RESPONSES, TRUE

EDGES = TRUE.edges.to_value("TeV"), RECO.edges.to_value("TeV")
A = np.array([0, 0, 0])


@pytest.fixture(scope="module")
def tables():
    return OffsetTables(["a", "b"], RESPONSES, *EDGES)


def test_areas_between_nodes_and_beyond_the_end(tables):
    found = tables.areas(A, np.array([0.33, 2.71, 9.0]))
    table = RESPONSES["a"]["aeff"]
    assert_allclose(found[0], table.area(tables.energy, 0.33), rtol=1e-4)
    assert_allclose(found[1], table.area(tables.energy, 2.71), rtol=1e-4)
    assert_allclose(found[2], table.area(tables.energy, 4.0), rtol=1e-4)


def test_transforms_and_dispersions_beyond_the_end_are_those_of_the_end(tables):
    frequency = np.array([0.0, 10.0])
    end = np.array([4.0, 4.5, 9.0])
    transforms = tables.known_transforms(A, end, frequency)
    assert_allclose(transforms, transforms[:1].repeat(3, axis=0))
    assert_allclose(transforms[..., 0], 1.0)
    edisp = tables.known_edisp(A, end)
    assert_allclose(edisp, edisp[:1].repeat(3, axis=0))


def test_dispersion_is_that_of_the_table(tables):
    found = tables.known_edisp(A[:1], np.array([1.23]))[0]
    assert_allclose(found, RESPONSES["a"]["edisp"].matrix(*EDGES, [1.23])[0], atol=1e-4)


def test_where_there_is_none_that_of_the_nearest_is_taken(tables):
    """Of the nearest energy for a point spread function, of the nearest offset for a dispersion."""
    emptied = OffsetTables(["a", "b"], RESPONSES, *EDGES)
    emptied.edisp_usable = tables.edisp_usable.copy()
    mine = emptied.edisp_grid.response == 0
    emptied.edisp_usable[mine & (emptied.edisp_grid.offset > 1.0), 3] = False
    found = emptied.known_edisp(A, np.array([0.5, 1.0, 3.0]))
    whole = tables.known_edisp(A, np.array([0.5, 1.0, 3.0]))
    assert_allclose(found[:2], whole[:2], atol=1e-4)
    assert_allclose(found[2, 3], whole[1, 3], atol=1e-2)
    assert_allclose(np.delete(found[2], 3, axis=0), np.delete(whole[2], 3, axis=0))

    class Holes:
        def transform(self, energy, offset, frequency):
            values = np.ones((len(energy), len(offset), len(frequency)))
            values *= np.arange(len(energy))[:, None, None]
            values[5] = 0.0
            values[..., 0] = values[..., 0] > 0
            return values

    emptied._psf = [Holes(), Holes()]
    found = emptied.known_transforms(A[:1], np.array([0.1]), np.array([0.0, 1.0]))
    assert found[0, 5, 1] == 4
    assert found[0, 0, 1] == 1  # the first has none as well


def test_smoothing_keeps_what_is_flat(tables):
    smooth = tables.smoothed(0.2)
    assert_allclose(smooth.end, tables.end + DIED_AWAY * 0.2)
    flat = OffsetTables(["a", "b"], RESPONSES, *EDGES)
    flat.area = np.ones_like(flat.area)
    found = flat.smoothed(0.2).areas(A, np.array([0.0, 2.0, 4.0]))
    assert_allclose(found[:2], 1.0, rtol=1e-6)
    assert_allclose(found[2], 0.5, rtol=1e-3)
    assert flat.smoothed(0.2).areas(A[:1], np.array([4.79])).max() < 1e-4
    assert tables.smoothed(0.2).terms is not tables.terms
