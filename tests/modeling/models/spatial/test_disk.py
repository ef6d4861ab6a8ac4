"""The disk: norm, edge, and regions."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from regions import CircleSkyRegion, EllipseSkyRegion, PointSkyRegion
from scipy.integrate import quad

from gammapy.errors import ModelError
from gammapy.modeling.models import DiskSpatialModel
from gammapy.modeling.models.spatial.disk import solid_angle


@pytest.mark.parametrize("radius", [1e-6, 0.5, 10.0, 60.0])
def test_solid_angle_of_a_round_disk(radius):
    found, _, _ = solid_angle(radius, 0.0, np.zeros(1))
    expected = 4 * np.pi * np.sin(0.5 * np.deg2rad(radius)) ** 2
    assert found == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("radius", [0.5, 10.0, 60.0])
@pytest.mark.parametrize("e", [0.3, 0.9, 0.999])
def test_solid_angle_of_a_cone(radius, e):
    """By quadrature over the direction, where the rim of the cone is sin a sin b / sqrt(...)."""
    a = np.deg2rad(radius)
    b = a * np.sqrt(1 - e**2)

    def height(t):
        sine = np.sin(a) * np.sin(b) / np.hypot(np.sin(b) * np.cos(t), np.sin(a) * np.sin(t))
        return sine**2 / (1 + np.sqrt(1 - sine**2))

    expected = 4 * quad(height, 0, np.pi / 2, epsabs=0, epsrel=1e-13, limit=500)[0]
    found, _, _ = solid_angle(radius, e, np.zeros(1))
    assert found == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("e", [0.0, 0.7, 0.99])
def test_slopes_of_the_solid_angle(e):
    _, by_radius, by_e = solid_angle(3.0, e, np.zeros(1))
    step = 1e-5
    low, high = (solid_angle(3.0 + s, e, np.zeros(1))[0] for s in (-step, step))
    assert by_radius == pytest.approx((high - low) / (2 * step), rel=1e-8)
    low, high = (solid_angle(3.0, e + s, np.zeros(1))[0] for s in (-step, step))
    assert by_e == pytest.approx((high - low) / (2 * step), rel=1e-6, abs=1e-12)


def test_the_edge_falls_from_95_to_5_percent():
    model = DiskSpatialModel(r_0="1 deg", edge_width=0.2)
    peak = model(0 * u.deg, 0 * u.deg)
    for lat, share in [(0.9, 0.95), (1.0, 0.5), (1.1, 0.05)]:
        assert (model(0 * u.deg, lat * u.deg) / peak).value == pytest.approx(share, rel=1e-9)


def test_a_sharp_edge_has_no_nan():
    model = DiskSpatialModel(edge_width=0)
    lon, lat = np.zeros(4), np.array([0.0, 1.0 - 1e-9, 1.0, 1.0 + 1e-9])
    value = model.evaluate(lon, lat, *model.internal_values)
    np.testing.assert_allclose(value / value[0], [1, 1, 0.5, 0], rtol=1e-3)
    assert all(np.all(np.isfinite(p)) for p in model.partials(lon, lat, *model.internal_values))


def test_from_region():
    model = DiskSpatialModel(
        lon_0="10 deg", lat_0="-20 deg", r_0="0.9 deg", e=0.6, phi="30 deg", frame="galactic"
    )
    found = DiskSpatialModel.from_region(model.to_region(), edge_width=0.1)
    assert found.frame == "galactic"
    for name in ("lon_0", "lat_0", "r_0", "e", "phi"):
        assert getattr(found, name).value == pytest.approx(getattr(model, name).value, rel=1e-12)
    assert found.edge_width.value == 0.1


def test_from_a_region_that_is_wider_than_high():
    center = SkyCoord("10d", "20d")
    region = EllipseSkyRegion(center, width=2 * u.deg, height=1 * u.deg, angle=30 * u.deg)
    found = DiskSpatialModel.from_region(region)
    assert found.r_0.value == 1
    assert found.e.value == pytest.approx(np.sqrt(0.75))
    assert found.phi.value == pytest.approx(-60)
    same = found.to_region()
    assert same.height == 2 * u.deg
    assert same.width.value == pytest.approx(1, rel=1e-12)


def test_from_a_circle_and_not_from_a_point():
    center = SkyCoord("10d", "20d")
    found = DiskSpatialModel.from_region(CircleSkyRegion(center, 90 * u.arcmin))
    assert found.r_0.quantity == 1.5 * u.deg
    assert found.e.value == 0
    with pytest.raises(ModelError, match="is no disk: give an EllipseSkyRegion"):
        DiskSpatialModel.from_region(PointSkyRegion(center))


def test_to_region_takes_a_factor():
    assert DiskSpatialModel().to_region(size_factor=3).height == 6 * u.deg
    bad = DiskSpatialModel()
    bad.e.value = 1.0
    with pytest.raises(ModelError, match=r"e = 1.0 must be at least 0 and below 1"):
        bad.to_region()


def test_half_the_sky_is_too_much():
    model = DiskSpatialModel(r_0="90 deg")
    with pytest.raises(ModelError, match="must be positive, and below 90 deg"):
        model(0 * u.deg, 0 * u.deg)
