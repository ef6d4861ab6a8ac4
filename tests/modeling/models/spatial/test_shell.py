"""Shells: thin ones, balls, and the two forms."""

import astropy.units as u
import numpy as np
import pytest
from regions import CircleSkyRegion

from gammapy.modeling.models import Shell2SpatialModel, ShellSpatialModel

LAT = [0.0, 0.2, 0.5, 0.55, 0.6, 0.79, 0.81] * u.deg


def test_two_forms():
    one = ShellSpatialModel(radius="0.6 deg", width="0.2 deg")
    two = Shell2SpatialModel(r_0="0.8 deg", eta=0.25)
    np.testing.assert_allclose(one(0 * u.deg, LAT).value, two(0 * u.deg, LAT).value, rtol=1e-7)
    assert two.r_in.to_value("deg") == pytest.approx(0.6, rel=1e-14)


def test_a_thin_shell_keeps_its_digits():
    """The limit: 1 / (2 pi r sqrt(r^2 - theta^2))."""
    model = ShellSpatialModel(radius="0.5 deg", width="1e-9 deg")
    theta = np.array([0.0, 0.1, 0.3])
    limit = np.rad2deg(1) ** 2 / (2 * np.pi * 0.5 * np.sqrt(0.25 - theta**2))
    found = model(0 * u.deg, theta * u.deg).to_value("sr-1")
    np.testing.assert_allclose(found, limit, rtol=1e-8)


@pytest.mark.parametrize(
    "model", [ShellSpatialModel(radius="0 deg", width="1 deg"), Shell2SpatialModel(eta=1.0)]
)
def test_a_ball(model):
    """Nothing is left out inside."""
    expected = np.rad2deg(1) ** 2 * 1.5 / np.pi * np.sqrt(1 - LAT.value**2)
    np.testing.assert_allclose(model(0 * u.deg, LAT).to_value("sr-1"), expected, rtol=1e-12)
    region = model.to_region()
    assert isinstance(region, CircleSkyRegion)
    assert region.radius == 1 * u.deg


def test_slopes_on_the_rims_are_finite():
    model = ShellSpatialModel(radius="0.5 deg", width="0.25 deg")
    lat = np.array([0.0, 0.5, 0.75])
    for row in model.partials(np.zeros(3), lat, *model.internal_values):
        assert np.all(np.isfinite(row))
