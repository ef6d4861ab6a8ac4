"""Responses of groups by name."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.makers.responses import last_offset, named_responses, pointings_of
from tests.irf import made
from tests.makers.pointed import groups, responses


def test_names():
    tables, index = named_responses(groups(), responses(), "bkg")
    assert [type(table).__name__ for table in tables] == ["Background3D", "Background2D"]
    assert index.tolist() == [0, 1, 0, 1]
    found = responses()
    with pytest.raises(UnknownNameError, match=r"no response 'one': .* given for \['two'\]"):
        named_responses(groups(), {"two": found["two"]}, "aeff")
    del found["two"]["psf"]
    with pytest.raises(UnknownNameError, match="response 'two' has no 'psf'"):
        named_responses(groups(), found, "psf")


def test_end_of_the_field_of_view():
    assert last_offset(made.area()) == 3
    assert last_offset(made.area(), "90 arcmin") == pytest.approx(1.5)
    assert last_offset(made.area(), 9 * u.deg) == 3
    assert last_offset(made.background_3d()) == pytest.approx(np.hypot(2, 3))
    with pytest.raises(DataError, match="offset_max = 0"):
        last_offset(made.area(), 0 * u.deg)
    with pytest.raises(UnitMismatchError, match="offset_max"):
        last_offset(made.area(), 2)


def test_directions_and_live_times():
    found = pointings_of(groups(), np.array([0, 1, 0, 1]), "galactic")
    np.testing.assert_allclose(found.seconds, [900, 2250, 360, 2700])
    np.testing.assert_allclose(np.linalg.norm(found.axes, axis=2), 1)
    with pytest.raises(DataError, match="no pointings"):
        pointings_of([], np.array([]), "galactic")
