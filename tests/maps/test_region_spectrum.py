"""Spectra of regions of a map."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from regions import CircleSkyRegion, PointSkyRegion

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis, RegionGeom, RegionNDMap, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)
RAD = MapAxis([0, 1, 3, 4] * u.deg, name="rad")
CENTER = SkyCoord(1, 2, unit="deg")
GEOM = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
CIRCLE = CircleSkyRegion(CENTER, 0.6 * u.deg)
INSIDE = GEOM.to_image().separation(CENTER).deg < 0.6


def counting(geom=GEOM, unit="s"):
    found = Map.from_geom(geom, unit=unit, meta={"a": 1})
    found.data = found.data + np.arange(found.data.size).reshape(found.data.shape)
    return found


def test_sums():
    whole = counting()
    found = whole.to_region_nd_map(CIRCLE)
    assert type(found) is RegionNDMap
    assert (found.unit, found.meta) == (u.s, {"a": 1})
    np.testing.assert_array_equal(found.values, whole.data[:, INSIDE].sum(axis=1))
    assert found.geom.region is CIRCLE
    for given in ("icrs;circle(1, 2, 0.6)", [CIRCLE], RegionGeom(CIRCLE, axes=[ENERGY])):
        np.testing.assert_array_equal(whole.get_spectrum(given).data, found.data)
    means = whole.get_spectrum(CIRCLE, func=np.nanmean)
    np.testing.assert_array_equal(means.values, whole.data[:, INSIDE].mean(axis=1))
    heavy = whole.data > 13
    weighted = whole.get_spectrum(CIRCLE, weights=whole > 13 * u.s)
    np.testing.assert_array_equal(weighted.values, (whole.data * heavy)[:, INSIDE].sum(axis=1))
    both = whole.get_spectrum(["icrs;circle(1, 2, 0.6)", "icrs;circle(1.5, 2, 0.6)"])
    assert (both.values > found.values).all()  # what both hold counts once
    assert both.values[1] < 2 * found.values[1]


def test_the_whole_map():
    whole = counting()
    np.testing.assert_array_equal(whole.get_spectrum().values, whole.data.sum(axis=(1, 2)))
    assert whole.get_spectrum().geom.region.width.to_value("deg") == pytest.approx(3)
    image = whole.get_image_by_idx((0,))
    assert image.to_region_nd_map().data.shape == (1, 1)
    with pytest.raises(DataError, match="no axis of energies"):
        image.get_spectrum()


@pytest.mark.parametrize("axes", [[], [ENERGY], [ENERGY, RAD]])
def test_points(axes):
    whole = counting(GEOM.with_axes(axes))
    place = SkyCoord(1.2, 2.2, unit="deg")
    nearest = whole.to_region_nd_map(PointSkyRegion(place))
    np.testing.assert_array_equal(nearest.data[..., 0, 0], whole.data[..., 2, 2])
    assert nearest.data.shape == (*whole.data.shape[:-2], 1, 1)
    linear = whole.to_region_nd_map(place, method="linear")
    (x,), (y,) = whole.geom.to_image().coord_to_pix(place)
    expected = whole.data[..., 0, 0] + x + 6 * y  # the numbers are linear
    np.testing.assert_allclose(linear.data[..., 0, 0], expected)
    mask = (whole > 10 * u.s).to_region_nd_map(place)
    assert mask.is_mask
    with pytest.raises(DataError, match="is not on"):
        whole.to_region_nd_map(SkyCoord(40, 2, unit="deg"))
    with pytest.raises(OptionError, match="method = 'cubic'"):
        whole.to_region_nd_map(place, method="cubic")


def test_no_pixel():
    tiny = CircleSkyRegion(CENTER, 0.1 * u.deg)  # between the centres
    for call in ("to_region_nd_map", "cutout_and_mask_region"):
        with pytest.raises(DataError, match="holds the centre of no pixel"):
            getattr(counting(), call)(tiny)
    with pytest.raises(DataError, match="holds the centre of no pixel"):
        (counting() > 1 * u.s).get_image_by_idx((0,)).mask_contains_region(tiny)


def test_around_a_region():
    whole = counting()
    part, mask = whole.cutout_and_mask_region(CIRCLE)
    # shapes of Gammapy 2.1
    assert part.data.shape == (2, 4, 4)
    assert mask.data.shape == (4, 4)
    np.testing.assert_array_equal(part.data[:, mask.data], whole.data[:, INSIDE])
    part, mask = whole.cutout_and_mask_region()
    np.testing.assert_array_equal(part.data, whole.data)
    assert mask.data.all()


def test_masks_and_regions():
    mask = Map.from_geom(GEOM.to_image(), data=INSIDE)
    assert mask.mask_contains_region(CIRCLE)
    assert mask.mask_contains_region(CENTER)
    assert not mask.mask_contains_region(CircleSkyRegion(CENTER, 1 * u.deg))
    assert not (~mask).mask_contains_region(CIRCLE)
    found = mask.mask_nearest_position(SkyCoord(0.9, 2.6, unit="deg"))
    assert (found.ra.deg, found.dec.deg) == pytest.approx((0.75, 2.25), abs=1e-3)
    with pytest.raises(DataError, match="no pixel that is True"):
        (mask & ~mask).mask_nearest_position(CENTER)
    for bad in (counting(), counting() > 3 * u.s):
        with pytest.raises(DataError, match="no mask of one plane"):
            bad.mask_contains_region(CIRCLE)


def test_over_the_seam():
    plane = counting(WcsGeom.create(binsz=1, width=(360, 10), frame="galactic", axes=[ENERGY]))
    center = SkyCoord(180, 0, unit="deg", frame="galactic")
    found = plane.get_spectrum(CircleSkyRegion(center, 3 * u.deg))
    inside = plane.geom.to_image().separation(center).deg < 3
    assert inside[:, 0].any()
    assert inside[:, -1].any()
    np.testing.assert_array_equal(found.values, plane.data[:, inside].sum(axis=1))
