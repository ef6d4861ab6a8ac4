"""Background rates: energy integrals against a fine sum, places in the field of view."""

from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError
from gammapy.irf import Background2D, Background3D
from tests.irf.made import LAT, LON, OFFSET, RECO, background_2d, background_3d

EDGES = np.array([0.05, 0.3, 0.31, 2.0, 70.0, 300.0])


def fine_sum(irf, edges, **place):
    """Rate in s-1 sr-1 of each bin, by many midpoints."""
    rates = []
    for low, high in pairwise(edges):
        fine = np.geomspace(low, high, 200_001)
        middle = np.sqrt(fine[1:] * fine[:-1])
        values = irf.evaluate(energy=middle * u.TeV, **place).to_value("s-1 TeV-1 sr-1")
        rates.append(np.sum(values * np.diff(fine)))
    return np.array(rates)


@pytest.mark.parametrize("scale", ["log", "lin"])
@pytest.mark.parametrize("zero", [False, True])
def test_rate_is_the_integral_of_the_table(scale, zero):
    irf = background_3d()
    data = irf.data.copy()
    if zero:
        data[2] = 0.0
    irf = Background3D(irf.axes, data, interp_kwargs={"values_scale": scale})
    found = irf.rate(EDGES, 0.3, -0.8)
    wanted = fine_sum(irf, EDGES, fov_lon=0.3 * u.deg, fov_lat=-0.8 * u.deg)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    assert found.shape == (5,)


def test_bins_beyond_the_table_are_empty():
    found = background_3d().rate([0.01, 0.02, 0.1, 100.0, 200.0], 0.0, 0.0)
    assert np.array_equal(found[[0, 1, 3]], np.zeros(3))
    assert found[2] > 0


def test_by_offset_is_by_the_distance_on_the_sphere():
    irf = background_2d()
    place = np.deg2rad([1.2, -1.5])
    offset = np.rad2deg(np.arccos(np.cos(place[0]) * np.cos(place[1])))
    np.testing.assert_allclose(
        irf.rate(EDGES, 1.2, -1.5), fine_sum(irf, EDGES, offset=offset * u.deg), rtol=1e-4
    )


def test_many_places():
    irf = background_3d()
    lon, lat = np.array([-1.0, 0.0, 1.9, 2.1])[:, None], np.array([-2.0, 0.5])
    found = irf.rate(EDGES, lon, lat)
    assert found.shape == (5, 4, 2)
    np.testing.assert_allclose(found[:, 2, 1], irf.rate(EDGES, 1.9, 0.5), rtol=1e-12)
    assert np.array_equal(found[:, 3], np.zeros((5, 2)))


def test_with_quantities():
    irf = background_3d()
    energy = (EDGES * u.TeV).reshape(-1, 1, 1)
    lon, lat = np.zeros((1, 2, 1)) * u.deg, np.zeros((1, 1, 3)) * u.deg
    found = irf.integrate_log_log("energy", energy=energy, fov_lon=lon, fov_lat=lat)
    assert found.shape == (5, 2, 3)
    np.testing.assert_allclose(found[:, 0, 0].to_value("s-1 sr-1"), irf.rate(EDGES, 0.0, 0.0))
    flat = background_2d()
    found = flat.integrate_log_log("energy", energy=EDGES * u.TeV, offset=1 * u.deg)
    np.testing.assert_allclose(found.value, fine_sum(flat, EDGES, offset=1 * u.deg), rtol=1e-4)
    with pytest.raises(OptionError, match="axis_name = 'offset'"):
        irf.integrate_log_log("offset", energy=energy, fov_lon=lon, fov_lat=lat)
    with pytest.raises(DataError, match="edges in its first dimension"):
        irf.integrate_log_log("energy", energy=np.ones((2, 2)) * u.TeV, fov_lon=lon, fov_lat=lat)


@pytest.mark.parametrize("edges", [[1.0, 1.0], [2.0, 1.0], [1.0, np.nan]])
def test_energies_that_do_not_ascend(edges):
    with pytest.raises(DataError, match="must ascend"):
        background_3d().rate(edges, 0.0, 0.0)


def test_scales_that_have_no_integral():
    root = Background3D([RECO, LON, LAT], 1.0, interp_kwargs={"values_scale": "sqrt"})
    with pytest.raises(OptionError, match="values_scale = 'sqrt'"):
        root.rate(EDGES, 0.0, 0.0)
    linear = RECO.__class__(RECO.edges, "lin", "energy")
    with pytest.raises(DataError, match="be on a log scale"):
        Background3D([linear, LON, LAT], 1.0).rate(EDGES, 0.0, 0.0)


def test_from_offset_to_field_of_view_and_back():
    flat = background_2d()
    cube = flat.to_3d()
    assert cube.data.shape == (5, 6, 6)
    np.testing.assert_allclose(cube.axes["fov_lon"].edges.value, np.arange(-3.0, 4.0))
    np.testing.assert_allclose(cube.rate(EDGES, 0.5, -1.5), flat.rate(EDGES, 0.5, -1.5), rtol=1e-10)
    again = cube.to_2d()
    assert again.axes["offset"].is_allclose(OFFSET)
    # the cut is through the centre, between two columns of the cube
    np.testing.assert_allclose(again.data[:, 0], cube.evaluate(
        energy=RECO.center, fov_lon=0 * u.deg, fov_lat=0.5 * u.deg
    ).value, rtol=1e-12)  # fmt: skip
    away = background_3d().slice_by_idx({"fov_lat": slice(2, 3)})
    with pytest.raises(DataError, match="does not hold the centre"):
        away.to_2d()


def test_kinds_keep_their_scale():
    assert Background2D.default_interp_kwargs["values_scale"] == "log"
    assert Background3D.default_interp_kwargs["values_scale"] == "log"
