"""Maps folded with a kernel."""

import astropy.units as u
import numpy as np
import pytest
from astropy.convolution import Gaussian2DKernel
from scipy import ndimage, signal

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)
GEOM = WcsGeom.create(skydir=(1, 2), npix=(21, 15), binsz=0.5, axes=[ENERGY])
PLANE = WcsGeom.create(binsz=2, width=(360, 30), frame="galactic")
RNG = np.random.default_rng(4)
NUMBERS = RNG.random(GEOM.data_shape)


def field():
    return Map.from_geom(GEOM, data=NUMBERS.copy(), unit="s")


@pytest.mark.parametrize("width", [1.2, 0.6 * u.deg, "36 arcmin"])
def test_gauss(width):
    found = field().smooth(width)
    for k in range(2):
        np.testing.assert_allclose(found.data[k], ndimage.gaussian_filter(NUMBERS[k], 1.2))
    assert found.unit == u.s


def test_numbers_of_gammapy():
    """Values that Gammapy 2.1 gives for the roots of 0 to 47."""
    small = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
    roots = Map.from_geom(small, data=np.sqrt(np.arange(48.0)).reshape(2, 4, 6))
    folded = roots.convolve(np.arange(9.0).reshape(3, 3))
    expected = signal.convolve2d(roots.data[0], np.arange(9.0).reshape(3, 3), mode="same")
    np.testing.assert_allclose(folded.data[0], expected, atol=1e-10)
    box = roots.smooth(3, kernel="box")
    # one mirrored row and column
    assert box.data[0, 1, 1] == pytest.approx(roots.data[0, :3, :3].mean())


def test_disk_and_box():
    pixels = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5
    found = field().smooth(0.6 * u.deg, kernel="disk")
    np.testing.assert_allclose(found.data[1], ndimage.convolve(NUMBERS[1], pixels), rtol=1e-12)
    found = field().smooth((2, 1) * u.deg, kernel="box")  # 4 by 2 pixels
    np.testing.assert_allclose(found.data[0], ndimage.uniform_filter(NUMBERS[0], (2, 4)))
    assert field().smooth(0.2, kernel="box").data[0, 0, 0] == NUMBERS[0, 0, 0]
    zero = field().smooth(2, kernel="gauss", mode="constant")
    np.testing.assert_allclose(
        zero.data[0], ndimage.gaussian_filter(NUMBERS[0], 2, mode="constant")
    )
    with pytest.raises(OptionError, match="kernel = 'star'"):
        field().smooth(1, kernel="star")


@pytest.mark.parametrize("kernel", ["gauss", "disk", "box"])
def test_smooth_over_the_seam(kernel):
    """A map that is turned by some columns is smoothed to the same, turned."""
    data = np.zeros(PLANE.data_shape)
    data[7, 90] = 1.0
    middle = Map.from_geom(PLANE, data=data).smooth(3, kernel=kernel).data
    seam = Map.from_geom(PLANE, data=np.roll(data, 90, axis=1)).smooth(3, kernel=kernel).data
    np.testing.assert_allclose(seam, np.roll(middle, 90, axis=1), atol=1e-15)
    assert seam[7, 0] == middle[7, 90] > 0
    assert seam[7, -2] > 0 or kernel == "box"
    assert seam.sum() == pytest.approx(1)


@pytest.mark.parametrize("method", ["fft", "direct"])
@pytest.mark.parametrize("shape", [(3, 3), (4, 4), (5, 2), (1, 7)])
def test_convolve(method, shape):
    weights = RNG.random(shape)
    found = field().convolve(weights, method=method)
    for k in range(2):
        expected = signal.convolve2d(NUMBERS[k], weights, mode="same")
        np.testing.assert_allclose(found.data[k], expected, atol=1e-12)
    full = field().convolve(weights, method=method, mode="full")
    np.testing.assert_allclose(
        full.data[1], signal.convolve2d(NUMBERS[1], weights, mode="full"), atol=1e-12
    )
    assert full.geom.is_aligned(GEOM)


def test_a_kernel_moves_nothing():
    """A single pixel in the middle of a kernel gives the map back, with a rim at its place."""
    weights = np.zeros((3, 5))
    weights[1, 2] = 1
    np.testing.assert_allclose(field().convolve(weights).data, NUMBERS, atol=1e-12)
    full = field().convolve(weights, mode="full")
    np.testing.assert_allclose(full.part(GEOM).data, NUMBERS, atol=1e-12)
    assert full.data.sum() == pytest.approx(NUMBERS.sum())


@pytest.mark.parametrize("shape", [(3, 5), (4, 4), (1, 6)])
def test_convolve_over_the_seam(shape):
    weights = RNG.random(shape)
    data = RNG.random(PLANE.data_shape)
    found = Map.from_geom(PLANE, data=data).convolve(weights).data
    turned = Map.from_geom(PLANE, data=np.roll(data, 50, axis=1)).convolve(weights).data
    np.testing.assert_allclose(turned, np.roll(found, 50, axis=1), atol=1e-12)
    inner = signal.convolve2d(data, weights, mode="same")
    np.testing.assert_allclose(found[:, 10:-10], inner[:, 10:-10], atol=1e-12)
    assert found.sum() > inner.sum()


def test_kernels_for_each_plane():
    weights = RNG.random((2, 3, 3))
    kernel = Map.from_geom(WcsGeom.create(npix=3, binsz=0.5, axes=[ENERGY]), data=weights)
    for given in (weights, kernel):
        found = field().convolve(given)
        for k in range(2):
            np.testing.assert_allclose(
                found.data[k], signal.convolve2d(NUMBERS[k], weights[k], mode="same"), atol=1e-12
            )
    image = Map.from_geom(GEOM.to_image(), data=NUMBERS[0])
    cube = image.convolve(kernel)
    assert cube.geom.axes.names == ["energy"]
    np.testing.assert_allclose(
        cube.data[1], signal.convolve2d(NUMBERS[0], weights[1], mode="same"), atol=1e-12
    )
    astropy = Gaussian2DKernel(1.5)
    np.testing.assert_allclose(
        image.convolve(astropy).data,
        signal.convolve2d(NUMBERS[0], astropy.array, mode="same"),
        atol=1e-12,
    )


def test_kernels_that_do_not_fit():
    with pytest.raises(DataError, match="does not fit to planes"):
        field().convolve(np.ones((3, 3, 3)))
    with pytest.raises(DataError, match="give it as a map"):
        field().sum_over_axes(keepdims=False).convolve(np.ones((2, 3, 3)))
    with pytest.raises(DataError, match="at least a plane"):
        field().convolve(np.ones(3))
    with pytest.raises(OptionError, match="method = 'wavelet'"):
        field().convolve(np.ones((3, 3)), method="wavelet")
    with pytest.raises(OptionError, match="mode = 'valid'"):
        field().convolve(np.ones((3, 3)), mode="valid")
