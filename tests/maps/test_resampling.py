"""Maps on other pixels."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)
GEOM = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
PLANE = WcsGeom.create(binsz=2, width=(360, 20), frame="galactic")


def counting(geom=GEOM, **kwargs):
    found = Map.from_geom(geom, **kwargs)
    found.data = found.data + np.sqrt(np.arange(found.data.size)).reshape(found.data.shape)
    return found


def smooth_field(lon, lat):
    """Smooth over the sphere, of lon and lat in deg."""
    lon, lat = np.radians(lon), np.radians(lat)
    return 2 + np.cos(lat) * np.sin(3 * lon) + np.sin(2 * lat)


def test_larger_pixels():
    whole = counting(unit="s")
    sums, means = whole.downsample((3, 2)), whole.downsample((3, 2), preserve_counts=False)
    assert sums.data.shape == (2, 2, 2)
    assert sums.data[1, 0, 1] == pytest.approx(whole.data[1, :2, 3:].sum())
    np.testing.assert_allclose(means.data, sums.data / 6)
    assert sums.unit == u.s
    mask = (whole > 2 * u.s).downsample(2)
    assert mask.is_mask
    assert mask.data[0, 1, 0] == (whole.data[0, 2:, :2] > 2).all()
    weighted = whole.downsample(2, weights=whole > 2 * u.s)
    assert weighted.data[0, 0, 0] == 0 + 0 + whole.data[0, 1, :2][whole.data[0, 1, :2] > 2].sum()
    whole.data[0, 0, 0] = np.nan
    assert whole.downsample(2).data[0, 0, 0] == pytest.approx(
        whole.data[0, :2, :2][0, 1] + whole.data[0, 1, :2].sum()
    )
    with pytest.raises(DataError, match="does not divide"):
        whole.downsample(4)


def test_smaller_pixels():
    whole = counting()
    for order in (0, 1):
        fine = whole.upsample((2, 3), order=order)
        assert fine.data.shape == (2, 12, 12)
        kept = whole.upsample((2, 3), order=order, preserve_counts=False)
        angle = GEOM.upsample((2, 3)).solid_angle().value
        np.testing.assert_allclose(fine.data / angle, kept.data / (6 * angle), rtol=2e-4, atol=1e-9)
    np.testing.assert_allclose(whole.upsample(2).downsample(2).data, whole.data, rtol=1e-9)
    assert whole.upsample(2, order=1).data.sum() == pytest.approx(whole.data.sum(), rel=5e-3)
    assert (whole > 2).upsample(2).data.tolist() == np.repeat(
        np.repeat(whole.data > 2, 2, 1), 2, 2
    ).tolist()
    with pytest.raises(DataError, match="order = 3"):
        whole.upsample(2, order=3)


def test_straight_lines_go_on_over_the_seam():
    step = Map.from_geom(PLANE)
    step.data[:, :90] = 1
    fine = step.upsample(4, order=1, preserve_counts=False)
    # a quarter pixel each from 0 to 1 at both sides of the picture, as in the middle
    ramp = np.array([0.125, 0.375])
    np.testing.assert_allclose(fine.data[5, :2], 0.5 + ramp)
    np.testing.assert_allclose(fine.data[5, -2:], 0.5 - ramp[::-1])
    aitoff = Map.from_geom(WcsGeom.create(binsz=10, proj="AIT"))
    aitoff.data += 1
    fine = aitoff.upsample(2)
    assert np.isfinite(fine.data).all()
    assert fine.data.sum() == pytest.approx(np.isfinite(aitoff.geom.solid_angle()).sum(), rel=0.02)


def test_pixels_by_their_centres():
    coarse = WcsGeom.create(skydir=(1.01, 2.02), npix=(3, 3), binsz=1, axes=[ENERGY])
    whole = counting(unit="s")
    sums = whole.resample(coarse)
    # numbers of Gammapy 2.1 for the same
    means = whole.resample(coarse, preserve_counts=False)
    coords = GEOM.get_coord()
    expected = Map.from_geom(coarse)
    expected.fill_by_coord(coords, whole.data)
    np.testing.assert_allclose(sums.data, expected.data)
    assert sums.data.sum() == pytest.approx(whole.data.sum())
    assert sums.unit == u.s
    number = Map.from_geom(coarse)
    number.fill_by_coord(coords)
    held = number.data > 0
    np.testing.assert_allclose(means.data[held], (sums.data / np.maximum(number.data, 1))[held])
    weighted = whole.resample(coarse, weights=whole > 5 * u.s)
    assert weighted.data.sum() == pytest.approx(whole.data[whole.data > 5].sum())
    region = RegionGeom("icrs;circle(1, 2, 0.6)", axes=[ENERGY])
    inside = GEOM.to_image().separation(SkyCoord(1, 2, unit="deg")).deg < 0.6
    np.testing.assert_allclose(
        whole.resample(region).values, whole.data[:, inside].sum(axis=1), rtol=1e-12
    )


def test_values_at_other_centres():
    lon, lat = (c.value for c in PLANE.get_coord()._data.values())
    sky = Map.from_geom(PLANE, data=smooth_field(lon, lat), unit="s-1")
    for other in (
        WcsGeom.create(skydir=(180, 0), width=20, binsz=0.7, frame="galactic", proj="TAN"),
        WcsGeom.create(skydir=SkyCoord(10, 2, unit="deg", frame="galactic"), width=8, binsz=0.3),
    ):
        found = sky.interp_to_geom(other)
        places = other.get_coord(frame="galactic")
        expected = smooth_field(places.lon.value, places.lat.value)
        inside = np.abs(places.lat.value) < 9
        np.testing.assert_allclose(found.data[inside], expected[inside], atol=3e-3)
        assert found.unit == u.Unit("s-1")
    outside = sky.interp_to_geom(WcsGeom.create(skydir=(0, 60), npix=3, frame="galactic"))
    assert not outside.data.any()
    outside = sky.interp_to_geom(
        WcsGeom.create(skydir=(0, 60), npix=3, frame="galactic"), fill_value=np.nan
    )
    assert np.isnan(outside.data).all()


def test_counts_at_other_centres():
    flat = Map.from_geom(GEOM)
    flat.quantity = GEOM.bin_volume() * 5 / u.TeV / u.sr  # of constant density
    other = WcsGeom.create(
        skydir=(1, 2), npix=(3, 3), binsz=0.2, axes=[MapAxis.from_energy_edges([1.2, 2, 3] * u.TeV)]
    )
    found = flat.interp_to_geom(other, preserve_counts=True)
    np.testing.assert_allclose(found.data, 5 * other.bin_volume().to_value("TeV sr"), rtol=1e-6)
    mask = (counting() > 4).interp_to_geom(GEOM.crop(1))
    assert mask.is_mask
    np.testing.assert_array_equal(mask.data, (counting().data > 4)[:, 1:-1, 1:-1])
    assert not (counting() > -1).interp_to_geom(GEOM.window((9, 9), (2, 2))).data.any()
    region = RegionGeom("icrs;point(1, 2)", axes=[ENERGY])
    assert counting().interp_to_geom(region).data.shape == (2, 1, 1)
    with pytest.raises(DataError, match=r"must have the axes \['energy'\]"):
        counting().interp_to_geom(GEOM.to_image())


def exact_overlap(sums, shift, factor):
    """Counts of 1D pixels in coarse pixels that start ``shift`` before them."""
    edges = np.arange(len(sums) + 1.0)
    total = np.concatenate([[0], np.cumsum(sums)])
    n = int(np.ceil((len(sums) + 2 * shift) / factor))
    ends = -shift + factor * np.arange(n + 1)
    return np.diff(np.interp(ends, edges, total))


def test_counts_are_kept_on_coarse_pixels():
    """Against the exact overlap of pixels on a flat picture, where outer ones are partly held."""
    source = WcsGeom.create(npix=(6, 4), binsz=0.5)
    target = WcsGeom.create(npix=(4, 4), binsz=1)
    flat = Map.from_geom(source)
    flat.data = np.outer(np.ones(4), np.ones(6)) * source.solid_angle().value * 1e4
    found = flat.reproject_to_geom(target, preserve_counts=True)
    columns = exact_overlap(flat.data.sum(axis=0), 1, 2)
    np.testing.assert_allclose(found.data.sum(axis=0), columns, rtol=1e-4)
    np.testing.assert_allclose(found.data.sum(), flat.data.sum(), rtol=1e-4)
    # of counts that vary the sum is kept, and each column is right to the curvature
    vary = counting(source)
    found = vary.reproject_to_geom(target, preserve_counts=True)
    assert found.data.sum() == pytest.approx(vary.data.sum(), rel=2e-3)
    columns = exact_overlap(vary.data.sum(axis=0), 1, 2)
    np.testing.assert_allclose(found.data.sum(axis=0), columns, rtol=0.03)


@pytest.mark.parametrize("center", [0.0, 179.0])
def test_another_picture(center):
    lon, lat = (c.value for c in PLANE.get_coord()._data.values())
    density = smooth_field(lon, lat)
    sky = Map.from_geom(PLANE, data=density, unit="sr-1")
    counts = Map.from_geom(PLANE, data=density * PLANE.solid_angle().value)
    middle = SkyCoord(center, 0, unit="deg", frame="galactic")
    other = WcsGeom.create(skydir=middle, npix=(9, 7), binsz=1.5, proj="TAN", frame="icrs")
    fine = other.upsample(20).get_coord(frame="galactic")
    truth = smooth_field(fine.lon.value, fine.lat.value).reshape(7, 20, 9, 20).mean(axis=(1, 3))
    found = sky.reproject_to_geom(other)
    np.testing.assert_allclose(found.data, truth, rtol=3e-3)
    held = counts.reproject_to_geom(other, preserve_counts=True)
    np.testing.assert_allclose(held.data, truth * other.solid_angle().value, rtol=3e-3)
    cube = Map.from_stack([sky, 2 * sky], axis=ENERGY)
    twice = cube.reproject_to_geom(other)
    np.testing.assert_allclose(twice.data, [found.data, 2 * found.data], rtol=1e-12)
    assert twice.geom.axes.names == ["energy"]
    assert twice.unit == u.Unit("sr-1")


def test_the_edge_of_the_map():
    ones = Map.create(npix=4, binsz=1)
    ones.data += 1
    wide = WcsGeom.create(npix=3, binsz=2)  # of its pixels only the middle one is wholly held
    means = ones.reproject_to_geom(wide)
    np.testing.assert_allclose(means.data, 1)
    share = ones.reproject_to_geom(wide, preserve_counts=True)
    assert share.data.sum() == pytest.approx(16, rel=1e-3)
    assert share.data[1, 1] == pytest.approx(4, rel=1e-3)
    assert share.data[0, 0] == pytest.approx(1, rel=1e-3)
    away = ones.reproject_to_geom(WcsGeom.create(skydir=(100, 40), npix=3, binsz=1, proj="TAN"))
    assert not away.data.any()
    half = (ones > 0).reproject_to_geom(WcsGeom.create(skydir=(2, 0), npix=(1, 4), binsz=1))
    np.testing.assert_allclose(half.data, 1)  # of what is on the map


def test_holes():
    """A pixel that is nan spoils those that touch it, and no others."""
    holed = counting(GEOM.to_image())
    holed.data[1, 2] = np.nan
    same = holed.reproject_to_geom(GEOM.to_image(), precision_factor=1)
    np.testing.assert_allclose(same.data, holed.data, atol=1e-9)
    fine = holed.reproject_to_geom(GEOM.to_image(), precision_factor=4)
    assert np.isnan(fine.data).sum() == 9


def test_refused():
    with pytest.raises(DataError, match="interp_to_geom changes axes"):
        counting().reproject_to_geom(GEOM.squash("energy"))
    for bad in (0, True, -2):
        with pytest.raises(DataError, match="precision_factor"):
            counting().reproject_to_geom(GEOM, precision_factor=bad)
    np.testing.assert_allclose(
        counting().reproject_to_geom(GEOM, precision_factor=1).data, counting().data, atol=1e-12
    )
