"""Projections against astropy, and their slopes against differences."""

import astropy.units as u
import numpy as np
import pytest
from astropy.wcs import WCS

from gammapy.engine.projection import PROJECTIONS, pixels
from gammapy.modeling.models.spatial.chart import chart_of

CENTERS = [(0.0, 0.0), (266.3, -1.2), (100.0, 60.0), (83.6, -89.0)]


def wcs_of(code, center, angle=0.0):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [f"GLON-{code}", f"GLAT-{code}"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = center, [30.5, 20.0], [-0.5, 0.4]
    turn = np.deg2rad(angle)
    wcs.wcs.pc = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    wcs.wcs.set()
    return wcs


def places(center, n=300):
    rng = np.random.default_rng(5)
    lon = center[0] + rng.uniform(-40, 40, n)
    return lon, np.clip(center[1] + rng.uniform(-30, 30, n), -88.0, 88.0)


@pytest.mark.parametrize("code", PROJECTIONS)
@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("angle", [0.0, 20.0])
def test_pixels_are_those_of_astropy(code, center, angle):
    wcs = wcs_of(code, center, angle)
    lon, lat = places(center)
    found = pixels(chart_of(wcs), lon, lat)
    x, y = wcs.wcs_world2pix(lon, lat, 0)
    off_x = found.x - x
    if code in ("CAR", "CEA", "MER"):  # half a turn from the centre may be on either side
        far = np.abs(off_x) > 100
        assert np.count_nonzero(far) < 0.2 * len(lon)
        off_x = off_x[~far]
        y = np.where(far, found.y, y)
    assert np.max(np.abs(off_x[np.isfinite(off_x)])) < 1e-9
    assert np.all(np.abs(found.y - y)[found.seen & np.isfinite(y)] < 1e-9)
    assert np.count_nonzero(found.seen) > 100


@pytest.mark.parametrize("code", PROJECTIONS)
@pytest.mark.parametrize("center", CENTERS)
def test_slopes(code, center):
    chart = chart_of(wcs_of(code, center, 20.0))
    lon, lat = places(center)
    seen = pixels(chart, lon, lat).seen
    step = 1e-3
    for slopes, along, up in (("by_lon", step, 0.0), ("by_lat", 0.0, step)):
        at = {s: pixels(chart, lon + s * along, lat + s * up) for s in (-2, -1, 1, 2)}
        for i, name in enumerate("xy"):
            f = {s: getattr(place, name) for s, place in at.items()}
            expected = (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * step)
            found = getattr(pixels(chart, lon, lat), slopes)[i]
            # not where half a turn lies between
            good = seen & (np.abs(expected) < 1e3)
            scale = 1.0 + np.abs(expected[good])
            assert np.count_nonzero(good) > 100
            assert np.max(np.abs(found[good] - expected[good]) / scale) < 1e-6


@pytest.mark.parametrize("code", ["TAN", "SIN"])
def test_the_far_side_is_not_seen(code):
    chart = chart_of(wcs_of(code, (266.3, -1.2)))
    found = pixels(chart, np.array([266.3, 86.3, 356.4]), np.array([-1.2, 1.2, 0.0]))
    assert found.seen.tolist() == [True, False, False]
    assert np.all(np.isfinite([found.x, found.y]))


def test_mercator_does_not_reach_the_poles():
    found = pixels(chart_of(wcs_of("MER", (0.0, 0.0))), np.zeros(3), np.array([0.0, 89.0, 90.0]))
    assert found.seen.tolist() == [True, True, False]
    assert np.all(np.isfinite(found.y))


@pytest.mark.parametrize("code", PROJECTIONS)
def test_the_native_pole_is_no_exception(code):
    chart = chart_of(wcs_of(code, (0.0, 0.0)))
    lon, lat = np.array([0.0, 0.0, 0.0, 180.0]), np.array([90.0, -90.0, 0.0, 0.0])
    found = pixels(chart, lon, lat)
    for part in (found.x, found.y, *found.by_lon, *found.by_lat):
        assert np.all(np.isfinite(part))


def test_distances_near_the_reference():
    """ARC keeps distances from its centre, by its series near it and by angles beyond."""
    chart = chart_of(wcs_of("ARC", (100.0, 60.0)))
    for step in (1e-7, 1e-3, 0.05, 0.06, 10.0):
        found = pixels(chart, np.array([100.0]), np.array([60.0 + step]))
        assert (found.y[0] - 19.0) * 0.4 == pytest.approx(step, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(
    ("code", "angle", "period"), [("CAR", 0, 720), ("CEA", 0, 720), ("CAR", 20, 0), ("TAN", 0, 0)]
)
def test_period(code, angle, period):
    assert chart_of(wcs_of(code, (0, 0), angle)).period == pytest.approx(period, rel=1e-12)


def test_units_of_the_wcs():
    """astropy turns other units into deg before we look."""
    wcs = wcs_of("TAN", (10.0, 20.0))
    wcs.wcs.cunit = [u.deg, u.deg]
    assert pixels(chart_of(wcs), np.array([10.0]), np.array([20.0])).x[0] == pytest.approx(29.5)
