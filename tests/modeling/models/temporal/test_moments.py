"""Elapsed time in two doubles."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.moments import (
    checked_times,
    days_between,
    seconds_between,
)


def test_days_are_not_rounded_to_one_double():
    start = Time(51544, 0.25, format="mjd", scale="tt")
    stop = Time(60544, 0.25 + 2.0**-45, format="mjd", scale="tt")
    whole, rest = days_between(start, stop, "tt")
    assert whole == 9000
    assert rest == pytest.approx(2.0**-45, abs=1e-17)


def test_scales_have_their_own_days():
    start = Time(51544, format="mjd", scale="tdb")
    stop = Time(60544, format="mjd", scale="tdb")
    assert seconds_between(start, stop, "tdb") == 9000 * 86400
    # TCB runs faster by 1.55e-8
    drift = seconds_between(start, stop, "tcb") / (9000 * 86400) - 1
    assert drift == pytest.approx(1.5505e-8, rel=1e-3)


def test_broadcasts():
    start = Time([51544, 51545], format="mjd", scale="utc")
    stop = Time(51546, format="mjd", scale="utc")
    np.testing.assert_allclose(seconds_between(start, stop, "utc"), [172800, 86400], rtol=1e-15)


@pytest.mark.parametrize("time", [51544.0, "2000-01-01", 51544 * u.d, None])
def test_no_times(time):
    with pytest.raises(ModelError, match=r"t_max = .* is no time: use astropy\.time\.Time"):
        checked_times(time, "t_max")
