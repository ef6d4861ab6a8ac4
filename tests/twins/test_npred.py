"""The brute-force twin of predicted counts: closed forms, its two ways, its finenesses."""

import numpy as np
import pytest
from astropy.wcs import WCS
from numpy.testing import assert_allclose
from scipy.integrate import dblquad
from scipy.special import erf

from tests.twins import npred
from tests.twins.solid_angle import pixel_solid_angle

FLUX, ONE = np.array([1e-12]), np.ones((1, 1))
RAD = np.deg2rad(1.0)


def sky(shape, size, at=(0.0, 0.0), projection="CAR"):
    """Map [y, x] with its middle at a position; that of CAR is on the equator."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [f"GLON-{projection}", f"GLAT-{projection}"]
    wcs.wcs.cdelt = [-size, size]
    middle = [0.5 * (n + 1) for n in shape[::-1]]
    wcs.wcs.crval = [at[0], 0.0 if projection == "CAR" else at[1]]
    wcs.wcs.crpix = [middle[0], middle[1] - (at[1] / size if projection == "CAR" else 0.0)]
    return wcs


def gaussian(sigma, lon_0=0.0, lat_0=0.0):
    """Brightness of a round Gaussian, normalised on the sphere, and its source."""
    a = 1 - np.cos(sigma * RAD)

    def brightness(lon, lat):
        center = npred.vectors([lon_0], [lat_0])
        theta = npred.distances(npred.vectors(lon, lat).reshape(-1, 3), center)
        versine = 2 * np.sin(0.5 * theta.reshape(np.shape(lon)) * RAD) ** 2
        return np.exp(-versine / (2 * a)) / (4 * np.pi * a * -np.expm1(-1 / a))

    edges = sigma * np.array([1.5, 3.0, 6.5])
    return brightness, npred.extended(brightness, lon_0, lat_0, lambda angle: edges)


def disk(radius, lon_0=0.0, lat_0=0.0):
    height = 1 / (2 * np.pi * (1 - np.cos(radius * RAD)))
    flat = lambda lon, lat: np.full(np.shape(lon), height)  # noqa: E731
    return height, npred.extended(flat, lon_0, lat_0, lambda angle: [radius])


def gaussian_psf(sigma):
    """Not normalised: it has to be by the twin."""
    profile = lambda k, theta, lon, lat: 0.93e4 * np.exp(-0.5 * (theta / sigma) ** 2)  # noqa: E731
    return npred.Psf(profile, [7 * sigma], [sigma])


def king_psf(sigma, gamma, reach):
    profile = lambda k, theta, lon, lat: (  # noqa: E731
        (1 + theta**2 / (2 * gamma * sigma**2)) ** -gamma
    )
    return npred.Psf(profile, [reach], [sigma])


def even(value=1e14):
    return lambda lon, lat: np.full((1, *np.shape(lon)), value)


def in_pixel(x, y, middle, size, sigma):
    """Integral of a normalised Gaussian of the plane over pixels."""
    parts = [
        0.5 * np.diff(erf((a + np.array([-0.5, 0.5]) * size) / (np.sqrt(2) * sigma)))[0]
        for a in ((x - middle[0]) * size, (y - middle[1]) * size)
    ]
    return parts[0] * parts[1]


@pytest.mark.parametrize("sigma", [0.0, 0.005, 0.05, 0.2])
@pytest.mark.parametrize("size", [0.02, 0.1])
def test_gaussian_through_gaussian_is_a_gaussian(sigma, size):
    shape, spread = (41, 41), 0.04
    middle = np.array([20.3, 19.6])
    wcs = sky(shape, size)
    lon_0, lat_0 = wcs.wcs_pix2world(*middle, 0)
    source = gaussian(sigma, lon_0, lat_0)[1] if sigma else npred.point(lon_0, lat_0)
    at = ([20, 21, 19, 23, 20], [20, 19, 19, 18, 23])
    found = npred.counts(source, FLUX, even(), gaussian_psf(spread), ONE, wcs, at)[0]
    width = np.hypot(sigma, spread)
    truth = [100 * in_pixel(x, y, middle, size, width) for x, y in zip(*at, strict=True)]
    assert_allclose(found, truth, rtol=0, atol=2e-5 * max(truth))


def test_pixels_add_up_to_flux_times_exposure_times_containment():
    shape = (40, 40)
    wcs = sky(shape, 0.02, (123.0, 4.0))
    lon_0, lat_0 = wcs.wcs_pix2world(19.7, 19.1, 0)
    slope = lambda lon, lat: 1e14 * (1 + 0.3 * (lat - 4.0))[None]  # noqa: E731
    for source in (npred.point(lon_0, lat_0), gaussian(0.02, lon_0, lat_0)[1]):
        every = npred.pixels(shape)
        found = npred.counts(source, FLUX, slope, gaussian_psf(0.03), ONE, wcs, every)[0]
        assert found.sum() == pytest.approx(npred.total(source, FLUX, slope, ONE)[0], rel=2e-6)
        assert found.sum() == pytest.approx(100 * (1 + 0.3 * (lat_0 - 4.0)), rel=2e-6)


def test_share_of_a_source_cut_by_the_border():
    """Half of a point on the edge of a map; the parallel through it is as good as straight."""
    shape = (40, 80)
    wcs = sky(shape, 0.02)
    source = npred.point(*wcs.wcs_pix2world(40.2, -0.5, 0))
    psf = gaussian_psf(0.05)
    found = npred.counts(source, FLUX, even(), psf, ONE, wcs, npred.pixels(shape))[0]
    assert found.sum() == pytest.approx(50.0, rel=1e-5)


def test_disk_through_a_narrow_psf():
    wcs = sky((81, 81), 0.02, (12.0, -2.0))
    height, source = disk(0.5, 12.0, -2.0)
    psf, at = gaussian_psf(0.01), ([40, 60, 55, 75], [40, 40, 55, 40])
    found = npred.counts(source, FLUX, even(), psf, ONE, wcs, at)[0]
    areas = [pixel_solid_angle(wcs, x, y) for x, y in zip(*at, strict=True)]
    assert_allclose(found[:3], 100 * height * np.array(areas[:3]), rtol=2e-6)
    assert found[3] == 0
    total = npred.total(source, FLUX, even(), ONE)[0]
    assert total == pytest.approx(100.0, rel=1e-12)


def test_edge_of_a_wide_disk_is_an_error_function():
    """Across the edge of 2 deg, whose bend moves it inwards by the mean of y^2 / 2 r."""
    spread = 0.02
    wcs = sky((5, 41), 0.02, (2.0, 0.0))
    height, source = disk(2.0)
    at = (np.arange(10, 31), np.full(21, 2))
    found = npred.counts(source, FLUX, even(), gaussian_psf(spread), ONE, wcs, at)[0]
    x = (np.arange(10, 31) - 20) * 0.02 - (spread**2 + 0.02**2 / 12) / 4  # into the disk
    lower, upper = (x + s * 0.01 for s in (-1, 1))
    antiderivative = lambda t: (  # noqa: E731
        0.5 * (t * (1 + erf(t / (np.sqrt(2) * spread))))
        + spread / np.sqrt(2 * np.pi) * np.exp(-0.5 * (t / spread) ** 2)
    )
    mean = (antiderivative(upper) - antiderivative(lower)) / 0.02
    areas = [pixel_solid_angle(wcs, x, 2) for x in at[0]]
    assert_allclose(found, 100 * height * mean * areas, rtol=0, atol=3e-5 * found.max())
    assert_allclose(found[-5:], 100 * height * np.array(areas[-5:]), rtol=1e-6)


def test_point_through_king():
    sigma, gamma, reach, size = 0.03, 2.2, 1.0, 0.1
    wcs = sky((41, 41), size)
    middle = np.array([20.31, 19.83])
    source = npred.point(*wcs.wcs_pix2world(*middle, 0))
    psf = king_psf(sigma, gamma, reach)
    at = ([20, 21, 20, 16], [20, 20, 17, 23])
    found = npred.counts(source, FLUX, even(), psf, ONE, wcs, at)[0]
    b = 2 * gamma * sigma**2
    norm = np.pi * b / (gamma - 1) * (1 - (1 + reach**2 / b) ** (1 - gamma))  # within the reach
    profile = lambda y, x: (1 + (x**2 + y**2) / b) ** -gamma / norm  # noqa: E731
    for value, x, y in zip(found, *at, strict=True):
        lo, hi = (
            (np.array([x, y]) - middle - 0.5) * size,
            (np.array([x, y]) - middle + 0.5) * size,
        )
        truth = 100 * dblquad(profile, lo[0], hi[0], lo[1], hi[1], epsabs=1e-10)[0]
        assert value == pytest.approx(truth, rel=3e-5)
    every = npred.counts(source, FLUX, even(), psf, ONE, wcs, npred.pixels((41, 41)))[0]
    assert every.sum() == pytest.approx(100.0, rel=1e-4)  # the cut goes through pixels


CASES = {
    "gauss 0.02": (lambda *at: gaussian(0.02, *at)[1], 0.05),
    "gauss 0.3": (lambda *at: gaussian(0.3, *at)[1], 0.05),
    "disk 0.05": (lambda *at: disk(0.05, *at)[1], 0.02),
    "disk 1.0": (lambda *at: disk(1.0, *at)[1], 0.02),
}


@pytest.mark.parametrize(
    ("case", "size"),
    [
        *((case, 0.02) for case in CASES),
        *((case, 0.1) for case in CASES if case != "disk 1.0"),
        pytest.param("disk 1.0", 0.1, marks=pytest.mark.slow),
    ],
)
def test_finer_elements_and_nodes_change_nothing(case, size):
    make, spread = CASES[case]
    wcs = sky((61, 61), size, (0.0, 3.0))
    source, psf = make(0.013, 3.021), gaussian_psf(spread)
    slope = lambda lon, lat: 1e14 * np.exp(0.2 * (lat - 3.0))[None]  # noqa: E731
    at = ([30, 34, 40], [30, 32, 30])
    run = lambda **how: npred.counts(source, FLUX, slope, psf, ONE, wcs, at, **how)[0]  # noqa: E731
    found = run()
    assert_allclose(run(step=0.4), found, rtol=0, atol=1e-5 * found.max())
    twice = 2 * npred.nodes_needed(wcs, spread)
    assert_allclose(run(n=twice), found, rtol=0, atol=1e-5 * found.max())
    fine = max(8, int(np.ceil(8 * size / spread)))
    plain, finer = run(n=1, fine=fine), run(n=1, fine=2 * fine)  # centres of finer pixels
    assert_allclose(plain, found, rtol=0, atol=1e-3 * found.max())
    assert_allclose(finer, found, rtol=0, atol=2.6e-4 * found.max())
    assert_allclose((4 * finer - plain) / 3, found, rtol=0, atol=2e-5 * found.max())


def changing_psf():
    """Wider to the north."""

    def profile(k, theta, lon, lat):
        sigma = 0.05 * np.exp(0.4 * (lat - 3.0))
        return np.exp(-0.5 * (theta / sigma) ** 2)

    return npred.Psf(profile, [0.4], [0.05])


@pytest.mark.parametrize("sigma", [0.1, 0.6])
def test_the_two_ways_agree(sigma):
    """Exposure and point spread function change over the field, both with the true position."""
    wcs = sky((61, 61), 0.02, (0.0, 3.0))
    brightness, source = gaussian(sigma, 0.013, 3.021)
    exposure = lambda lon, lat: 1e14 * np.exp(0.7 * (lat - 3.0))[None]  # noqa: E731
    at = ([30, 36, 28], [30, 29, 38])
    psf = changing_psf()
    found = npred.counts(source, FLUX, exposure, psf, ONE, wcs, at)[0]
    other = npred.counts_by_psf(brightness, FLUX, exposure, psf, ONE, wcs, at)[0]
    assert_allclose(other, found, rtol=1e-5)
    even_psf = npred.counts(source, FLUX, exposure, gaussian_psf(0.05), ONE, wcs, at)[0]
    assert np.abs(even_psf / found - 1).max() > 2e-3  # so the change is seen


def test_positions_on_the_sphere_do_not_matter():
    """Far from the equator, through the seam and around the pole in TAN: as in the middle."""
    psf, at = gaussian_psf(0.05), ([20, 22, 17], [20, 21, 25])
    results = [
        npred.counts(
            gaussian(0.1, *where)[1],
            FLUX,
            even(),
            psf,
            ONE,
            sky((41, 41), 0.05, where, "TAN"),
            at,
        )[0]
        for where in ((0.0, 0.0), (359.999, 0.0), (33.0, 78.0), (200.0, -89.0))
    ]
    for other in results[1:]:
        assert_allclose(other, results[0], rtol=1e-9)


def test_seam_of_a_map_in_car():
    """Sources 0.01 deg on either side of the seam are mirror images."""
    wcs, psf = sky((41, 41), 0.02), gaussian_psf(0.05)
    left, right = (npred.point(lon, 0.03) for lon in (0.01, 359.99))
    a = npred.counts(left, FLUX, even(), psf, ONE, wcs, ([19, 22], [21, 22]))
    b = npred.counts(right, FLUX, even(), psf, ONE, wcs, ([21, 18], [21, 22]))
    assert_allclose(a, b, rtol=1e-10)


def test_image_is_smooth_between_the_centres_of_its_pixels():
    """A brightness that rises evenly across an image of CAR on the equator."""
    wcs = sky((9, 9), 0.1)
    rise = lambda lon, lat: 10.0 + ((lon + 180) % 360 - 180)  # noqa: E731
    source = npred.image(rise, wcs, (9, 9))
    pieces = source(0.02, npred.everywhere)
    sr = (0.8 * RAD) * 2 * np.sin(0.4 * RAD)
    assert pieces.share.sum() == pytest.approx(10 * sr, rel=1e-7)
    fine = sky((101, 101), 0.02)
    found = npred.counts(source, FLUX, even(), gaussian_psf(0.03), ONE, fine, ([50, 45], [50, 52]))
    truth = [
        100 * (10 + x) * pixel_solid_angle(fine, *p) for x, p in ((0, (50, 50)), (0.1, (45, 52)))
    ]
    assert_allclose(found[0], truth, rtol=1e-6)


def test_ellipse_by_its_edge():
    """Edges that depend on the direction: the area of an ellipse, and a pixel on its minor axis."""
    a, b = 0.3, 0.1
    edge = lambda angle: [a * b / np.hypot(b * np.cos(angle), a * np.sin(angle))]  # noqa: E731
    flat = lambda lon, lat: np.full(np.shape(lon), 1.0)  # noqa: E731
    source = npred.extended(flat, 0.0, 0.0, edge)
    assert source(0.02, npred.everywhere).share.sum() == pytest.approx(
        np.pi * a * b * RAD**2, rel=1e-5
    )
    wcs, psf = sky((81, 81), 0.02), gaussian_psf(0.01)
    found = npred.counts(source, FLUX, even(), psf, ONE, wcs, ([40, 40, 50], [40, 50, 40]))[0]
    area = (0.02 * RAD) ** 2
    assert_allclose(found, [100 * area, 100 * area, 0.0], rtol=1e-5)  # long along north


def test_every_bin_through_its_own_psf_and_the_dispersion():
    wcs = sky((41, 41), 0.02)
    sigmas = [0.08, 0.03]
    psf = npred.Psf(lambda k, t, lon, lat: np.exp(-0.5 * (t / sigmas[k]) ** 2), [0.5, 0.3], sigmas)
    exposure = lambda lon, lat: np.stack([np.full(np.shape(lon), e) for e in (1e13, 4e13)])  # noqa: E731
    edisp = np.array([[0.6, 0.3, 0.0], [0.1, 0.2, 0.5]])
    at = ([20, 22], [20, 21])
    found = npred.counts(npred.point(0, 0), [1e-11, 1e-12], exposure, psf, edisp, wcs, at)
    each = [
        [c * in_pixel(x, y, (20, 20), 0.02, s) for x, y in zip(*at, strict=True)]
        for c, s in zip([100, 40], sigmas, strict=True)
    ]
    assert_allclose(found, edisp.T @ np.array(each), rtol=1e-5)


def test_together_is_a_sum():
    wcs, psf, at = sky((41, 41), 0.02), gaussian_psf(0.05), ([20, 22], [20, 21])
    a, b = npred.point(0.01, 0.0), gaussian(0.1, 0.1, 0.05)[1]
    both = npred.counts(npred.together(a, b), FLUX, even(), psf, ONE, wcs, at)
    each = [npred.counts(s, FLUX, even(), psf, ONE, wcs, at) for s in (a, b)]
    assert_allclose(both, sum(each), rtol=1e-12)


@pytest.mark.parametrize("projection", ["CAR", "TAN"])
def test_solid_angle_within_a_pixel(projection):
    wcs = sky((41, 41), 0.1, (10.0, 60.0), projection)
    solid = npred.nodes(wcs, [3.0, 20.0], [40.0, 20.0], 3)[1].sum(axis=1)
    truth = [pixel_solid_angle(wcs, 3.0, 40.0), pixel_solid_angle(wcs, 20.0, 20.0)]
    assert_allclose(solid, truth, rtol=2e-8)
