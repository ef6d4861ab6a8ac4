"""Brightness of our models against that of the shapes of Gammalib and the Fermi tools.

The numbers come from the published formulas of these tools. What maps to what:

- RadialDisk: `DiskSpatialModel` with ``edge_width`` 0 (or `RingSpatialModel` with radius 0)
- RadialRing: `RingSpatialModel`, the same parameters
- RadialGaussian: `GaussianSpatialModel`, theirs has the norm of the plane
- RadialGeneralGaussian: `GeneralizedGaussianSpatialModel` with Radius = r_0, R_Index = eta
- RadialShell: `ShellSpatialModel`, the same parameters, theirs on the sphere
- elliptical ones: MajorRadius = size, MinorRadius = size sqrt(1 - e^2), PA = phi (in icrs)
- EllipticalGaussian: `GaussianSpatialModel`, but theirs ends at 3 sigma, with a norm that makes up
  for what is cut: 1 / (1 - exp(-4.5)), 1.1 %, higher
"""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    RingSpatialModel,
    ShellSpatialModel,
)

E = np.sqrt(1 - 1 / 9)  # of axes 0.1 and 0.3
PLACE = {"lon_0": "359.99 deg", "lat_0": "22 deg"}
disk = DiskSpatialModel(r_0="1 deg", edge_width=0, **PLACE)
ring = RingSpatialModel(radius="0.3 deg", width="0.1 deg", **PLACE)
gauss = GaussianSpatialModel(sigma="0.2 deg", **PLACE)
general = GeneralizedGaussianSpatialModel(r_0="0.2 deg", eta=1, **PLACE)
as_gauss = GeneralizedGaussianSpatialModel(r_0=0.2 * np.sqrt(2) * u.deg, eta=0.5, **PLACE)
shell = ShellSpatialModel(radius="0.3 deg", width="0.1 deg", **PLACE)
long_gauss = GaussianSpatialModel(sigma="0.3 deg", e=E, phi="25 deg", **PLACE)
long_disk = DiskSpatialModel(r_0="0.3 deg", e=E, phi="25 deg", edge_width=0, **PLACE)
long_general = GeneralizedGaussianSpatialModel(r_0="0.3 deg", eta=1, e=E, phi="25 deg", **PLACE)


def at(model, distance, angle=0.0):
    point = model.position.directional_offset_by(angle * u.deg, distance * u.deg)
    return model(point.ra, point.dec).value


@pytest.mark.parametrize(
    ("model", "distance", "expected", "precision"),
    [
        (disk, 0.0, 1044.976242, 1e-9),
        (disk, 0.999, 1044.976242, 1e-9),
        (disk, 1.001, 0.0, 0),
        (disk, 0.5, 1044.949716, 3e-5),  # of the Fermi tools, on the plane
        (RingSpatialModel(radius="0 deg", width="1 deg", **PLACE), 0.5, 1044.976242, 1e-9),
        (ring, 0.29, 0.0, 0),
        (ring, 0.31, 14927.947816, 1e-9),
        (ring, 0.39, 14927.947816, 1e-9),
        (ring, 0.41, 0.0, 0),
        (gauss, 0.0, 13061.871445, 2e-6),
        (gauss, 0.2, 7922.425505, 2e-6),
        (as_gauss, 0.0, 13061.871445, 1e-9),
        (as_gauss, 0.2, 7922.425505, 1e-9),
        (general, 0.0, 13061.871445, 1e-9),
        (general, 0.2, 4805.193968, 1e-9),
        (shell, 0.0, 4236.329017, 2e-5),
        (shell, 0.2, 5202.365770, 2e-5),
        (shell, 0.3, 11208.341337, 2e-5),
        (shell, 0.35, 8203.652310, 2e-5),
        (shell, 0.41, 0.0, 0),
    ],
)
def test_round(model, distance, expected, precision):
    for angle in (0, 100, 260):
        assert at(model, distance, angle) == pytest.approx(expected, rel=precision, abs=0)


@pytest.mark.parametrize(
    ("angle", "expected"), [(0, 15542.071610), (45, 9426.742947), (90, 5717.608618)]
)
def test_elongated_gaussian(angle, expected):
    cut = 1 - np.exp(-4.5)
    for turn in (0, 180):
        found = at(long_gauss, 0.15, 25 + angle + turn)
        assert found / cut == pytest.approx(expected, rel=1e-6)


def test_elongated_disk():
    for distance, angle in [(0.0, 0), (0.299, 25), (0.299, 205), (0.099, 115)]:
        assert at(long_disk, distance, angle) == pytest.approx(34831.701397, rel=1e-9)
    for distance, angle in [(0.301, 25), (0.101, 115), (0.15, 70)]:
        assert at(long_disk, distance, angle) == 0


@pytest.mark.parametrize(("angle", "radius"), [(0, 0.3), (90, 0.1)])
def test_elongated_general_gaussian(angle, radius):
    """exp(-(theta / r)^(1 / eta)) / (2 pi a b eta Gamma(2 eta)) at eta = 1."""
    norm = 1 / (2 * np.pi * np.deg2rad(0.1) * np.deg2rad(0.3))
    found = at(long_general, 0.12, 25 + angle)
    assert found == pytest.approx(norm * np.exp(-0.12 / radius), rel=1e-9)


def test_the_axis_points_from_north_to_east():
    """At phi = 90 deg the major axis lies along the longitude."""
    model = GaussianSpatialModel(sigma="0.3 deg", e=E, phi="90 deg", lat_0="50 deg")
    center = SkyCoord(model.lon_0.quantity, model.lat_0.quantity)
    east = center.directional_offset_by(90 * u.deg, 0.3 * u.deg)
    ratio = model(east.ra, east.dec) / model(center.ra, center.dec)
    assert ratio.value == pytest.approx(np.exp(-0.5), rel=1e-9)
    tilted = GaussianSpatialModel(sigma="0.3 deg", e=E, phi="45 deg", lat_0="50 deg")
    north_east = center.directional_offset_by(45 * u.deg, 0.2 * u.deg)
    north_west = center.directional_offset_by(-45 * u.deg, 0.2 * u.deg)
    assert north_east.ra < 1 * u.deg  # that is where longitudes grow
    assert tilted(north_east.ra, north_east.dec) > 5 * tilted(north_west.ra, north_west.dec)
