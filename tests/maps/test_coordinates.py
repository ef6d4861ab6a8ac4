"""Places in a map."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.maps import MapCoord

CRAB = SkyCoord(83.63, 22.01, unit="deg")


def test_by_name():
    found = MapCoord.create({"lon": [10, 20], "lat": "1 deg", "energy": [[1], [2], [3]] * u.TeV})
    assert found.axis_names == ["lon", "lat", "energy"]
    assert (found.shape, found.size, found.ndim, len(found)) == ((3, 2), 6, 3, 3)
    assert found["lat"] is found.lat is found[1]
    assert found.lon.to_value("deg").tolist() == [10, 20]
    assert found.lat == 1 * u.deg
    assert found.frame is None
    assert "energy" in repr(found)
    assert [c.shape for c in found.broadcasted] == [(3, 2)] * 3
    assert found.flat["energy"].to_value("TeV").tolist() == [1, 1, 2, 2, 3, 3]
    mask = np.array([[True, False], [False, False], [False, True]])
    assert found.apply_mask(mask)["energy"].to_value("TeV").tolist() == [1, 3]
    assert found.apply_mask(mask).lon.value.tolist() == [10, 20]


def test_tuples():
    found = MapCoord.create((1, 2 * u.rad, 3 * u.TeV), axis_names=["energy"])
    assert found.lat == 2 * u.rad
    assert found.lat.unit == u.deg
    assert found["energy"] == 3 * u.TeV
    assert MapCoord.create((1, 2, 3)).axis_names == ["lon", "lat", "axis0"]
    with pytest.raises(DataError, match=r"1 coordinates besides .* axes \['a', 'b'\]"):
        MapCoord.create((1, 2, 3), axis_names=["a", "b"])


@pytest.mark.parametrize("given", [CRAB, (CRAB,), {"skycoord": CRAB}])
def test_positions_go_to_the_frame(given):
    found = MapCoord.create(given, frame="galactic")
    assert found.frame == "galactic"
    np.testing.assert_allclose(found.lon.value, CRAB.galactic.l.deg)
    assert found.skycoord.separation(CRAB).deg < 1e-12
    np.testing.assert_allclose(found.to_frame("icrs").lat.value, 22.01)
    assert MapCoord.create(found, frame="icrs").frame == "icrs"
    assert MapCoord.create(given).frame == "icrs"


def test_nan_stays_nan():
    moved = MapCoord({"lon": [np.nan, 10.0], "lat": [np.nan, 5.0]}, "icrs").to_frame("galactic")
    assert np.isnan(moved.lon.value).tolist() == [True, False]


def test_copies_have_their_own_arrays():
    mine = MapCoord({"lon": np.zeros(2), "lat": np.zeros(2)})
    other = mine.copy()
    other.lon[0] = 5 * u.deg
    assert mine.lon.value.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: MapCoord({"lon": 1}), DataError, "no 'lat'"),
        (lambda: MapCoord({"energy": 1 * u.TeV}), DataError, "no 'lon'"),
        (lambda: MapCoord({"lon": [1, 2], "lat": [1, 2, 3]}), DataError, "do not broadcast"),
        (lambda: MapCoord({"lon": 1 * u.m, "lat": 0}), UnitMismatchError, "lon = "),
        (lambda: MapCoord({"lon": "x", "lat": 0}), UnitMismatchError, "lon = "),
        (lambda: MapCoord({"lon": 1, "lat": 0})["energy"], UnknownNameError, "no coordinate"),
        (lambda: MapCoord({"lon": 1, "lat": 0})[2], UnknownNameError, "no coordinate 2"),
        (lambda: MapCoord({"lon": 1, "lat": 0}).skycoord, DataError, "frame .* is not known"),
    ],
)
def test_refused(make, error, text):
    with pytest.raises(error, match=text):
        make()
