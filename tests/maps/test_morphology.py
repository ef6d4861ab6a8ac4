"""Masks that shrink and grow."""

import astropy.units as u
import numpy as np
import pytest
from scipy import ndimage

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis
from gammapy.maps.morphology import structure, width_in_pixels

SCALES = np.array([0.5, 0.25])
ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (3, [3, 3]),
        ((3, 1.5), [3, 1.5]),
        (1 * u.deg, [2, 4]),
        ("1 deg", [2, 4]),
        ((1, 0.5) * u.deg, [2, 2]),
        (["1 deg", "15 arcmin"], [2, 1]),
    ],
)
def test_widths(width, expected):
    assert width_in_pixels(width, SCALES).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("bad", [0, -1, np.nan, (1, 2, 3), "1 TeV", "x", True])
def test_no_widths(bad):
    with pytest.raises((DataError, ValueError), match="width"):
        width_in_pixels(bad, SCALES)


def test_structures():
    disk = structure(1 * u.deg, SCALES, "disk")
    x, y = np.meshgrid(np.arange(-2, 3) * 0.5, np.arange(-4, 5) * 0.25)
    np.testing.assert_array_equal(disk, np.hypot(x, y) <= 1)
    assert structure(1.9, SCALES, "disk").sum() == 9
    assert structure(0.5, SCALES, "disk").tolist() == [[True]]
    for sides, shape in ((1, (1, 1)), (3, (3, 3)), (2, (3, 3)), ((3, 5), (5, 3)), (3.2, (5, 5))):
        assert structure(sides, SCALES, "box").shape == shape
    with pytest.raises(OptionError, match="kernel = 'star'"):
        structure(1, SCALES, "star")


def mask(seed=2, share=0.5, shape=(2, 15, 20), **kwargs):
    geom = Map.create(npix=shape[:0:-1], binsz=0.5, axes=[ENERGY], **kwargs).geom
    return Map.from_geom(geom, data=np.random.default_rng(seed).random(shape) < share)


@pytest.mark.parametrize("use_fft", [True, False])
@pytest.mark.parametrize("kernel", ["disk", "box"])
def test_as_scipy(use_fft, kernel):
    pixels = structure(2.3, [1, 1], kernel)
    few, many = mask(share=0.05), mask(share=0.97)
    grown = few.binary_dilate(2.3, kernel=kernel, use_fft=use_fft)
    shrunk = many.binary_erode(2.3 * 0.5 * u.deg, kernel=kernel, use_fft=use_fft)
    for k in range(2):
        np.testing.assert_array_equal(grown.data[k], ndimage.binary_dilation(few.data[k], pixels))
        np.testing.assert_array_equal(shrunk.data[k], ndimage.binary_erosion(many.data[k], pixels))
    assert 0 < shrunk.data.sum() < many.data.sum()
    assert grown.is_mask


@pytest.mark.parametrize("use_fft", [True, False])
def test_around_the_sky(use_fft):
    point = Map.create(binsz=5, width=(360, 40), dtype=bool)
    point.data[4, 0] = True
    found = np.argwhere(point.binary_dilate(1.2, use_fft=use_fft).data).tolist()
    assert found == [[3, 0], [4, 0], [4, 1], [4, 71], [5, 0]]
    whole = ~point
    shrunk = whole.binary_erode(1, kernel="box", use_fft=use_fft)
    np.testing.assert_array_equal(shrunk.data, whole.data)
    shrunk = whole.binary_erode(3, kernel="box", use_fft=use_fft)
    assert not shrunk.data[3:6, [71, 0, 1]].any()
    assert shrunk.data[1:-1, 2:71].all()
    assert not shrunk.data[[0, -1]].any()


def test_only_masks():
    counts = Map.create(npix=3, binsz=1)
    for change in (counts.binary_erode, counts.binary_dilate):
        with pytest.raises(DataError, match="is no mask"):
            change(1)
