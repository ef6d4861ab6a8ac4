"""Solid angles of pixels, against closed forms and the polygons of the twin."""

import numpy as np
import pytest

from gammapy.maps import MapAxis, WcsGeom
from tests.twins.solid_angle import pixel_solid_angle

PLACES = [(83.63, 22.01), (10, 80), (266.4, -88), (0.3, 0)]


@pytest.mark.parametrize("proj", ["CAR", "TAN", "AIT", "ZEA", "SIN", "SFL", "MER"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("binsz", [0.1, 2.0])
def test_any_projection(proj, place, binsz):
    geom = WcsGeom.create(npix=(9, 7), binsz=binsz, proj=proj, skydir=place, frame="galactic")
    found = geom.solid_angle().to_value("sr")
    for x, y in ((0, 0), (4, 3), (8, 5)):
        assert found[y, x] == pytest.approx(pixel_solid_angle(geom.wcs, x, y), rel=5e-8)


def test_parallels():
    geom = WcsGeom.create(binsz=(2, 1))
    edges = np.deg2rad(np.linspace(-90, 90, 181))
    exact = np.deg2rad(2) * np.diff(np.sin(edges))
    found = geom.solid_angle().value
    np.testing.assert_allclose(found, exact[:, None] * np.ones(180), rtol=3e-5)
    np.testing.assert_allclose(found[2:-2], exact[2:-2, None] * np.ones(180), rtol=2e-8)
    assert found.sum() == pytest.approx(4 * np.pi, rel=1e-8)


@pytest.mark.parametrize("binsz", [1, 10, 45, 180])
def test_large_pixels_of_the_whole_sky(binsz):
    assert WcsGeom.create(binsz=binsz).solid_angle().value.sum() == pytest.approx(
        4 * np.pi, rel=2e-7
    )


def test_turned_pictures():
    """A matrix that turns the pixels, as maps of surveys have."""
    geom = WcsGeom.create(npix=(5, 5), binsz=0.5, skydir=(40, 60))
    wcs = geom.wcs.deepcopy()
    wcs.wcs.pc = [[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]]
    turned = WcsGeom(wcs, (5, 5))
    found = turned.solid_angle().value
    for x, y in ((0, 0), (4, 1)):
        assert found[y, x] == pytest.approx(pixel_solid_angle(wcs, x, y), rel=1e-9)


def test_equal_area_up_to_the_edge_of_the_sky():
    """Every whole pixel of AIT has one size; those that the edge cuts count in part."""
    geom = WcsGeom.create(proj="AIT", binsz=30)
    found = geom.solid_angle().value
    whole = np.deg2rad(30) ** 2
    assert np.isnan(found).sum() == 28
    np.testing.assert_array_equal(np.isnan(found), np.isnan(geom.get_coord().lon.value))
    np.testing.assert_allclose(found[2, 1:-1], whole, rtol=1e-6)
    # the picture of the sky is an ellipse, and areas are true
    x = np.linspace(0, 180, 600_001)
    half = np.rad2deg(np.sqrt(2)) * np.sqrt(np.maximum(1 - (x / np.rad2deg(np.sqrt(8))) ** 2, 0))
    for row, column in ((2, 1), (1, 2), (0, 4), (0, 5)):
        left = 30 * (5 - column)
        inside = (x >= left) & (x <= left + 30)
        bottom = 30 * (2 - row)
        height = np.clip(half[inside] - bottom, 0, 30)
        area = np.deg2rad(1) ** 2 * np.trapezoid(height, x[inside])
        assert found[row, column] == pytest.approx(area, rel=5e-3)
    assert found[0, 4] < 0.6 * whole


def test_axes_have_no_part_in_it():
    energy = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 3)
    image = WcsGeom.create(npix=(4, 3), skydir=(0, 50))
    cube = image.to_cube([energy])
    assert cube.solid_angle().shape == (1, 3, 4)
    np.testing.assert_array_equal(cube.solid_angle()[0], image.solid_angle())
    expected = image.solid_angle() * energy.bin_width[:, None, None]
    np.testing.assert_allclose(cube.bin_volume().to_value("TeV sr"), expected.to_value("TeV sr"))


def test_nobody_can_change_it():
    geom = WcsGeom.create(npix=(4, 3))
    with pytest.raises(ValueError, match="read-only"):
        geom.solid_angle().value[0, 0] = 1.0
