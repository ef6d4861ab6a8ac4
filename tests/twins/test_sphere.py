"""The twin of the sphere against closed forms."""

from decimal import Decimal

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from tests.twins.sphere import exact_separation, exact_versine, integral_over_sphere


@pytest.mark.parametrize("distance", [1e-9, 1e-4, 0.3, 17.0, 90.0, 179.0, 180.0])
@pytest.mark.parametrize("lon", [0.0, 200.0])
def test_distance_along_a_meridian(distance, lon):
    """From the pole."""
    assert exact_separation(lon, 90.0 - distance, 12.0, 90.0) == pytest.approx(
        90.0 - (90.0 - distance), rel=1e-14, abs=0
    )


def test_distance_on_the_equator_across_the_seam():
    assert exact_separation(359.5, 0.0, 0.75, 0.0) == pytest.approx(1.25, rel=1e-15)
    assert exact_separation(-0.5, 0.0, 360.75, 0.0) == pytest.approx(1.25, rel=1e-15)
    assert exact_separation(0.0, 0.0, 0.0, 0.0) == 0.0


def test_versine():
    assert abs(exact_versine(10, 0, 70, 0) - Decimal("0.5")) < Decimal("1e-50")
    assert abs(exact_versine(33, 0, 213, 0) - 2) < Decimal("1e-50")


@pytest.mark.parametrize("lat", [0.0, 60.0, 90.0])
def test_integrals(lat):
    center = SkyCoord(359.0, lat, unit="deg")
    everything = integral_over_sphere(lambda lon, _: np.ones_like(lon), center, [0, 180])
    assert everything == pytest.approx(4 * np.pi, rel=1e-13)
    cap = integral_over_sphere(lambda lon, _: np.ones_like(lon), center, [0, 1, 5])
    assert cap == pytest.approx(2 * np.pi * (1 - np.cos(np.deg2rad(5))), rel=1e-12)
    squared = integral_over_sphere(lambda _, lat: np.sin(np.deg2rad(lat)) ** 2, center, [0, 180])
    assert squared == pytest.approx(4 * np.pi / 3, rel=1e-12)
