"""The twin of solid angles against closed forms."""

import numpy as np
import pytest
from astropy.wcs import WCS

from tests.twins.solid_angle import pixel_solid_angle, polygon_solid_angle


def test_octant_of_the_sphere():
    assert polygon_solid_angle([0, 90, 0], [0, 0, 90]) == pytest.approx(np.pi / 2, rel=1e-14)
    assert polygon_solid_angle([350, 80, 0], [0, 0, 90]) == pytest.approx(np.pi / 2, rel=1e-14)


def test_cap_about_the_pole():
    lon = np.arange(0, 360, 0.05)
    cap = 2 * np.pi * (1 - np.cos(np.deg2rad(1)))
    assert polygon_solid_angle(lon, np.full(lon.shape, 89.0)) == pytest.approx(cap, rel=2e-7)


@pytest.mark.parametrize("lat", [0.5, 60.5, 89.5])
def test_pixel_between_parallels(lat):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["GLON-CAR", "GLAT-CAR"]
    wcs.wcs.cdelt = [-1, 1]
    exact = np.deg2rad(1) * np.diff(np.sin(np.deg2rad([lat - 0.5, lat + 0.5])))[0]
    assert pixel_solid_angle(wcs, -1, lat - 1) == pytest.approx(exact, rel=1e-8)
