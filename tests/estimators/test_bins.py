"""Edges of flux points, and which bins belong to them."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, GammapyWarning, UnitMismatchError
from gammapy.estimators.bins import point_axis, points_of_bins, points_on_grid
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDataset
from tests.spectrum.toys import cash

AXIS = MapAxis.from_energy_edges([1, 2, 4, 8, 16] * u.TeV)


def snapped(edges, axis=AXIS):
    return point_axis(axis, edges).edges.to_value("TeV").tolist()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([1, 4, 16], [1, 4, 16]),
        ([1.3, 4.5, 15], [1, 4, 16]),
        ([2.8, 5.7], [2, 8]),  # nearest on a log scale: 2.83 is half-way from 2 to 4
        ([2.85, 5.6], None),
        ([0.5, 4], [1, 4]),
        ([4, 100], [4, 16]),
        ([0.1, 0.5, 4, 100, 200], [0.1, 1, 4, 16, 200]),
        ([0.5, 1, 4], [0.5, 1, 4]),  # the end is taken: the first point has no data
        ([4, 16, 20], [4, 16, 20]),
        ([20, 30], [20, 30]),
        ([0.1, 0.2], [0.1, 0.2]),
        ([0.5, 30], [1, 16]),
    ],
)
def test_edges_move_to_the_nearest(asked, found):
    if found is None:
        with pytest.raises(DataError, match="both nearest to the edge 4 TeV of the counts"):
            snapped(asked * u.TeV)
    else:
        np.testing.assert_allclose(snapped(asked * u.TeV), found, rtol=1e-12)


def test_no_edges_mean_all_bins():
    assert point_axis(AXIS) is AXIS


def test_units_convert():
    axis = point_axis(AXIS, [1000, 4000] * u.GeV)
    assert axis.unit == u.TeV
    np.testing.assert_allclose(axis.edges.value, [1, 4])


def test_an_axis_from_zero():
    axis = MapAxis.from_energy_edges([0, 1, 2, 4] * u.TeV, interp="lin")
    assert snapped([0.9, 3.5] * u.TeV, axis) == [1, 4]
    assert snapped([0.001, 3.5] * u.TeV, axis) == [1, 4]


@pytest.mark.parametrize(
    ("edges", "error", "message"),
    [
        ([1] * u.TeV, DataError, "at least two ascending"),
        (1 * u.TeV, DataError, "at least two ascending"),
        ([2, 1] * u.TeV, DataError, "at least two ascending"),
        ([1, np.nan] * u.TeV, DataError, "at least two ascending"),
        ([0, 1] * u.TeV, DataError, "at least two ascending"),
        ([1, 10], UnitMismatchError, "energy_edges"),
        ([1, 10] * u.s, UnitMismatchError, "energy_edges"),
        ([4, 4.4, 8] * u.TeV, DataError, "leave one of them out"),
    ],
)
def test_bad_edges(edges, error, message):
    with pytest.raises(error, match=message):
        point_axis(AXIS, edges)


def test_bins_of_points():
    dataset = cash()
    edges = dataset.energy_axis.edges
    (points,) = points_of_bins([dataset], point_axis(dataset.energy_axis, edges[[1, 4, 7]]))
    assert points.tolist() == [-1, 0, 0, 0, 1, 1, 1, -1]


def test_bins_outside_belong_to_no_point():
    dataset = cash()
    (points,) = points_of_bins([dataset], MapAxis.from_energy_edges([100, 200, 300] * u.TeV))
    assert set(points) == {-1}


def spectrum(edges, name="other"):
    """What is asked of a spectrum here."""
    dataset = cash(name)
    axis = MapAxis.from_energy_edges(edges * u.TeV, interp="lin")
    empty = RegionNDMap(RegionGeom([axis]))
    return SpectrumDataset(counts=empty, exposure=dataset.exposure, name=name)


def test_edges_that_nearly_agree_are_taken_for_the_same():
    axis = MapAxis.from_energy_edges([1, 4, 16] * u.TeV)
    (points,) = points_of_bins([spectrum(np.array([1, 2, 4, 8, 16]) * 1.05)], axis)
    assert points.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ([0.8, 1.7, 3.4, 6, 12], [0, 0, 1, 1]),
        ([1, 2, 8.5, 30], [0, 1, 1]),  # 2 to 8.5: 48% below 4
        ([0.2, 1.5, 4], [-1, 0]),  # 20% in the range
        ([1, 16], [0]),  # half and half: the first
        ([0.5, 32], [-1]),
    ],
)
def test_bins_that_reach_over_edges_count_where_most_of_them_lies(edges, found):
    axis = MapAxis.from_energy_edges([1, 4, 16] * u.TeV)
    with pytest.warns(GammapyWarning, match="bins of 1 spectra, the first 'other', reach over"):
        (points,) = points_of_bins([spectrum(edges)], axis)
    assert points.tolist() == found


def test_a_bin_from_zero():
    axis = MapAxis.from_energy_edges([0, 1, 2] * u.TeV, interp="lin")
    (points,) = points_of_bins([spectrum([0, 1, 2, 3])], axis)
    assert points.tolist() == [0, 1, -1]
    inner = MapAxis.from_energy_edges([1, 2] * u.TeV)
    (points,) = points_of_bins([spectrum([0, 1, 2, 3])], inner)
    assert points.tolist() == [-1, 0, -1]


def test_rounding_of_edges_is_forgiven():
    dataset = cash()
    edges = dataset.energy_axis.edges * (1 + 3e-7)
    (points,) = points_of_bins([dataset], MapAxis.from_energy_edges(edges))
    assert points.tolist() == list(range(8))


def test_points_on_a_grid_run_along_energy_first():
    energies = [np.array([-1, 0, 0, 1]), np.array([0, 1, 2]), np.array([0, -1])]
    found = points_on_grid(energies, [2, 0, -1], n_energy=3)
    assert [points.tolist() for points in found] == [[-1, 6, 6, 7], [0, 1, 2], [-1, -1]]
