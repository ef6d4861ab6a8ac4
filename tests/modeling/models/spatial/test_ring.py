"""The ring: its edges and its norm."""

import astropy.units as u
import numpy as np
import pytest
from regions import CircleSkyRegion

from gammapy.modeling.models import RingSpatialModel


def test_edges():
    model = RingSpatialModel(radius="0.5 deg", width="0.25 deg")
    lat = [0.0, 0.4999, 0.5001, 0.7499, 0.7501] * u.deg
    inside = model(0 * u.deg, lat) > 0
    np.testing.assert_array_equal(inside, [False, False, True, True, False])


@pytest.mark.parametrize(("radius", "width"), [(0.0, 1.0), (30.0, 1e-9), (0.3, 0.1), (0.0, 180.0)])
def test_norm(radius, width):
    """A narrow one keeps its digits, and there is one that is all the sky."""
    model = RingSpatialModel(radius=radius * u.deg, width=width * u.deg)
    a, b = np.deg2rad([radius, width])
    # cos a - cos(a + b) by the sine of the sum, without a difference of near numbers
    area = 2 * np.pi * (2 * np.cos(a) * np.sin(b / 2) ** 2 + np.sin(a) * np.sin(b))
    middle = model(0 * u.deg, (radius + 0.5 * width) * u.deg).to_value("sr-1")
    assert middle == pytest.approx(1 / area, rel=1e-12)


def test_a_disk():
    region = RingSpatialModel(radius="0 deg", width="2 deg").to_region()
    assert isinstance(region, CircleSkyRegion)
    assert region.radius == 2 * u.deg
