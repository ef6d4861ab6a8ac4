"""Images between pixels and planes, against slow twins."""

import numpy as np
import pytest
from astropy.wcs import WCS
from scipy.interpolate import RegularGridInterpolator

from gammapy.modeling.models.spatial.chart import chart_of
from gammapy.modeling.models.spatial.image import SkyImage, Spectrum

NODES = np.log([0.1, 0.5, 2.0, 30.0])
EDGES = (np.log(0.05), np.log(60.0))


def wcs_of(code="TAN", center=(10.0, 20.0), cdelt=(-0.2, 0.2), crpix=(4.5, 3.5)):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [f"RA---{code}", f"DEC--{code}"]
    wcs.wcs.crval, wcs.wcs.cdelt, wcs.wcs.crpix = center, cdelt, crpix
    wcs.wcs.set()
    return wcs


def image_of(planes, wcs, scale="log", spectrum=None, factors=None):
    factors = np.ones(len(planes)) if factors is None else factors
    return SkyImage(chart_of(wcs, planes.shape[1:]), planes, factors, scale, spectrum)


@pytest.fixture
def planes():
    return np.random.default_rng(1).uniform(0.3, 5.0, (4, 6, 8))


def sky(wcs, n=300, seed=2):
    """Positions on the picture of 6 by 8 pixels, between the outer centres."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 7, n), rng.uniform(0, 5, n)
    lon, lat = wcs.wcs_pix2world(x, y, 0)
    return x, y, lon, lat


def twin(planes, x, y):
    """Values [n_plane, n] under a logarithm."""
    grid = (np.arange(planes.shape[1]), np.arange(planes.shape[2]))
    at = np.stack([y, x], axis=-1)
    return np.array([np.exp(RegularGridInterpolator(grid, np.log(plane))(at)) for plane in planes])


@pytest.mark.parametrize("code", ["TAN", "CAR", "AIT"])
def test_image(planes, code):
    wcs = wcs_of(code)
    x, y, lon, lat = sky(wcs)
    found = image_of(planes[:1], wcs).values(lon, lat)
    np.testing.assert_allclose(found, twin(planes[:1], x, y)[0], rtol=1e-11)


def test_cube(planes):
    wcs = wcs_of()
    x, y, lon, lat = sky(wcs)
    energy = np.exp(np.random.default_rng(3).uniform(*EDGES, len(x)))
    factors = np.array([1.0, 3.0, 0.2, 7.0])
    image = image_of(planes, wcs, spectrum=Spectrum(NODES, EDGES), factors=factors)
    logs = np.log(twin(planes, x, y) * factors[:, None])
    expected = []
    for column, e in zip(logs.T, np.log(energy), strict=True):
        k = np.clip(np.searchsorted(NODES, e), 1, 3)
        t = (e - NODES[k - 1]) / (NODES[k] - NODES[k - 1])
        expected.append(np.exp((1 - t) * column[k - 1] + t * column[k]))
    np.testing.assert_allclose(image.values(lon, lat, energy), expected, rtol=1e-11)


def test_dark_outside_of_the_picture_and_the_energies(planes):
    wcs = wcs_of()
    cube = image_of(planes, wcs, spectrum=Spectrum(NODES, EDGES))
    edge = np.array([-0.5, -0.501, 7.5, 7.501, 3.0, 3.0, 3.0, 3.0])
    up = np.array([2.0, 2.0, 2.0, 2.0, -0.5, -0.501, 5.5, 5.501])
    lon, lat = wcs.wcs_pix2world(edge, up, 0)
    assert (cube.values(lon, lat, 1.0) > 0).tolist() == [True, False] * 4
    at = wcs.wcs_pix2world([[3.0, 2.0]], 0)[0]
    energy = np.array([0.049, 0.0501, 59.9, 60.1])
    assert (cube.values(*at, energy) > 0).tolist() == [False, True, True, False]
    beyond = image_of(planes, wcs, spectrum=Spectrum(NODES, (-np.inf, np.inf)))
    assert np.all(beyond.values(*at, np.array([1e-4, 1e4])) > 0)
    far = beyond.values(*at, np.array([60.0, 120.0, 240.0]))
    assert far[2] / far[1] == pytest.approx(far[1] / far[0], rel=1e-12)
    assert np.all(
        cube.values(np.array([190.0, 10.0, 10.0]), np.array([-20.0, 90.0, -90.0]), 1.0) == 0
    )


def test_shifted_beyond_the_pole_is_dark():
    wcs = wcs_of(center=(0.0, 89.5))
    image = image_of(np.ones((1, 60, 60)), wcs)
    assert image.values(0.0, 89.0) == 1
    assert image.values(0.0, 90.1) == 0


def test_an_empty_plane_makes_it_linear(planes):
    planes[1] = 0
    wcs = wcs_of()
    _, _, lon, lat = sky(wcs, 20)
    cube = image_of(planes, wcs, spectrum=Spectrum(NODES, EDGES))
    middle = np.exp(0.25 * NODES[0] + 0.75 * NODES[1])
    first = cube.values(lon, lat, np.exp(NODES[0]))
    np.testing.assert_allclose(cube.values(lon, lat, middle), 0.25 * first, rtol=1e-12)
    assert np.all(cube.values(lon, lat, np.exp(NODES[1])) == 0)


def test_nothing_is_invented_beyond_an_empty_pixel(planes):
    """Towards a zero the logarithm falls by hundreds; carried on, it would rise as fast."""
    planes[3, 2, 3] = 0
    wcs = wcs_of()
    x, y = np.full(50, 3.0) + np.linspace(-0.9, 0.9, 50), np.full(50, 2.0)
    lon, lat = wcs.wcs_pix2world(x, y, 0)
    cube = image_of(planes, wcs, spectrum=Spectrum(NODES, (-np.inf, np.inf)))
    for energy in (0.001, 0.05, 60.0, 100.0):
        assert np.max(cube.values(lon, lat, energy)) < 100 * np.max(planes)
    reverse = image_of(planes[::-1].copy(), wcs, spectrum=Spectrum(NODES, EDGES))
    assert np.max(reverse.values(lon, lat, 0.06)) < 100 * np.max(planes)


def test_one_plane_holds_for_its_energies(planes):
    wcs = wcs_of()
    _, _, lon, lat = sky(wcs, 10)
    cube = image_of(planes[:1], wcs, spectrum=Spectrum(NODES[:1], EDGES))
    expected = image_of(planes[:1], wcs).values(lon, lat)
    np.testing.assert_array_equal(cube.values(lon, lat, 3.0), expected)
    assert not np.any(cube.values(lon, lat, 100.0))


def test_blocks_of_planes(planes):
    wcs = wcs_of()
    _, _, lon, lat = sky(wcs, 10)
    cube = image_of(planes, wcs, spectrum=Spectrum(NODES[:2], EDGES))
    second = image_of(planes[2:], wcs, spectrum=Spectrum(NODES[:2], EDGES))
    found = cube.surface(lon, lat, 0.3, 2)[0]
    np.testing.assert_array_equal(found, second.values(lon, lat, 0.3))


# -- round the sky -------------------------------------------------------------------------


def all_sky(center=0.0, n=36, extra=0, code="CAR"):
    step = 360.0 / n
    return wcs_of(code, (center, 0.0), (-step, step), (0.5 * (n + extra + 1), 9.5)), n + extra


@pytest.mark.parametrize("center", [0.0, 180.0, 77.3])
@pytest.mark.parametrize("extra", [0, 1])
def test_the_whole_sky_is_closed(center, extra):
    """Also where the last column is the first one again."""
    wcs, n = all_sky(center, extra=extra)
    lon, lat = wcs.wcs_pix2world(*(a.ravel() for a in np.meshgrid(np.arange(n), np.arange(18))), 0)

    def wave(lon, lat):
        return 2 + np.cos(np.deg2rad(lon)) * np.cos(np.deg2rad(lat))

    image = image_of(wave(lon, lat).reshape(1, 18, n), wcs, "lin")
    at = np.linspace(-200, 400, 2001)
    found = image.values(at, np.full(2001, 5.0))
    assert np.max(np.abs(found - wave(at, 5.0))) < 0.006  # a polygon of 36 corners
    assert np.max(np.abs(np.diff(found))) < 0.01


def test_a_part_far_from_the_reference():
    """Its columns lie beyond half a turn from the point of reference."""
    wcs = wcs_of("CAR", (0.0, 0.0), (-0.2, 0.2), (-880.0, 3.5))
    planes = np.random.default_rng(5).uniform(1, 2, (1, 6, 8))
    lon = 0.0 - 0.2 * (np.arange(8) + 881)
    image = image_of(planes, wcs, "lin")
    for turn in (0, 360):
        np.testing.assert_allclose(
            image.values(lon + turn, np.zeros(8) - 0.5), planes[0, 0], rtol=1e-10
        )


def test_slopes_across_the_seam():
    wcs, n = all_sky()
    planes = np.random.default_rng(6).uniform(1, 2, (1, 18, n))
    image = image_of(planes, wcs)
    lon, lat, step = np.array([179.0, 180.0, 181.0, 3.0]), np.full(4, 7.0), 1e-6
    _, by_lon, by_lat = image.surface(lon, lat)
    for found, a, b in ((by_lon, step, 0), (by_lat, 0, step)):
        high, low = (image.values(lon + s * a, lat + s * b) for s in (1, -1))
        np.testing.assert_allclose(found, (high - low) / (2 * step), rtol=1e-6, atol=1e-9)
