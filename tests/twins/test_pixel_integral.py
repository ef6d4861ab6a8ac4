"""The slow integrals against closed forms."""

import numpy as np
import pytest
from astropy.wcs import WCS

from tests.twins.pixel_integral import brute_force


def wcs(lat=0.0, proj="CAR"):
    result = WCS(naxis=2)
    result.wcs.ctype = [f"GLON-{proj}", f"GLAT-{proj}"]
    result.wcs.crval, result.wcs.crpix, result.wcs.cdelt = [0.0, lat], [1.0, 1.0], [-1.0, 1.0]
    return result


def test_a_constant_gives_solid_angles():
    found = brute_force(
        lambda lon, lat: np.full_like(lon, 2.0), wcs(), range(0, 3), range(40, 42), 20
    )
    edges = np.sin(np.deg2rad([39.5, 40.5, 41.5]))
    expected = 2.0 * np.deg2rad(1.0) * np.diff(edges)
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 3, axis=1), rtol=1e-6)


def test_a_gaussian_has_its_share():
    def values(lon, lat):
        lon = np.where(lon > 180, lon - 360, lon)
        square = (lon * np.cos(np.deg2rad(lat))) ** 2 + lat**2
        return np.exp(-0.5 * square) / (2 * np.pi * np.deg2rad(1.0) ** 2)

    found = brute_force(values, wcs(proj="TAN"), range(-6, 7), range(-6, 7), 20)
    assert found.sum() == pytest.approx(1.0, abs=1e-3)
    assert found[6, 6] == pytest.approx(0.382925**2, rel=1e-3)
