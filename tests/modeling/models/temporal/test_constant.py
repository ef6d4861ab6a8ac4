"""No variation."""

import astropy.units as u
from astropy.time import Time

from gammapy.modeling.models import ConstantTemporalModel


def test_one():
    now = Time("2020-01-01")
    assert ConstantTemporalModel()(now + [1, 2] * u.d).value.tolist() == [1, 1]
    assert ConstantTemporalModel().integral(now, now + 3 * u.h) == 1
