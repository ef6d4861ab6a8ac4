"""Times on an axis."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.maps import TimeMapAxis
from gammapy.plot.times import times_of

mdates = pytest.importorskip("matplotlib.dates")


def test_days_of_matplotlib_are_those_of_the_calendar():
    axis = TimeMapAxis([0, 3] * u.h, [1, 5] * u.h, "2006-07-29 20:30:00")
    times = times_of(axis, "iso")
    found = [f"{date:%Y-%m-%d %H:%M:%S}" for date in mdates.num2date(times.centre)]
    assert found == ["2006-07-29 21:00:00", "2006-07-30 00:30:00"]
    np.testing.assert_allclose(times.width, [[0.5 / 24, 1 / 24]] * 2)


def test_mjd():
    axis = TimeMapAxis([0] * u.d, [2] * u.d, "2000-01-01 00:00:00")
    assert times_of(axis, "mjd").centre == pytest.approx([51545.0], abs=1e-9)
    assert times_of(axis, "mjd").scale == "utc"
