"""Periodic modulation."""

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.modeling.models import SineTemporalModel


def test_unit_of_the_frequency():
    start = Time(55555, format="mjd", scale="tt")
    per_day = SineTemporalModel(amp=0.5, omega="2 rad d-1", t_ref="55555 d", scale="tt")
    in_deg = SineTemporalModel(
        amp=0.5, omega=np.degrees(2) / 24 * u.Unit("deg h-1"), t_ref="55555 d", scale="tt"
    )
    times = start + np.linspace(0, 5, 11) * u.d
    np.testing.assert_allclose(per_day(times).value, 1 + 0.5 * np.sin(np.linspace(0, 10, 11)))
    np.testing.assert_allclose(in_deg(times).value, per_day(times).value, rtol=1e-12)


def test_short_intervals_keep_their_digits():
    low = 1e6
    found = SineTemporalModel.evaluate_integral(low, low + 2.0**-10, 0.5, 1e-3, 0.0) * 2.0**10
    assert abs(found - SineTemporalModel.evaluate(low + 2.0**-11, 0.5, 1e-3, 0.0)) < 1e-13
