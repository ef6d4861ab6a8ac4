"""Parts of maps, and maps put together from them."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, OptionError, UnitMismatchError
from gammapy.maps import Map, MapAxis, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)
GEOM = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
PLANE = WcsGeom.create(binsz=1, width=(360, 10), frame="galactic", axes=[ENERGY])
SKY = WcsGeom.create(binsz=2, frame="galactic")
EDGE = SkyCoord(-0.2, 1.2, unit="deg")


def counting(geom=GEOM, **kwargs):
    found = Map.from_geom(geom, **kwargs)
    found.data = found.data + np.arange(found.data.size).reshape(found.data.shape)
    return found


def test_cutout():
    whole = counting(unit="s", meta={"a": 1})
    part = whole.cutout(EDGE, 1.5, mode="partial")
    # rows 0 and 1, the last two columns, and nothing beyond
    expected = np.zeros((2, 3, 3))
    expected[:, 1:, :2] = whole.data[:, :2, 4:]
    np.testing.assert_array_equal(part.data, expected)
    assert (part.unit, part.meta) == (u.s, {"a": 1})
    trimmed = whole.cutout(EDGE, 1.5)
    np.testing.assert_array_equal(trimmed.data, whole.data[:, :2, 4:])
    trimmed.data[:] = -1
    assert whole.data.min() == 0  # the data are its own
    mask = (whole > 3 * u.s).cutout(EDGE, 1.5, mode="partial")
    assert mask.is_mask
    assert not mask.data[:, 0].any()


@pytest.mark.parametrize("geom", [PLANE, SKY])
@pytest.mark.parametrize("lon", [180.2, -178, 0.3, 359.9, 90])
def test_over_the_seam(geom, lon):
    """A part taken there has the values of its places, and goes back to where it came from."""
    whole = counting(geom)
    center = SkyCoord(lon, 1, unit="deg", frame="galactic")
    part = whole.cutout(center, (20, 6))
    coords = part.geom.get_coord()
    np.testing.assert_array_equal(part.data, whole.get_by_coord(coords))
    back = Map.from_geom(geom)
    back.stack(part)
    held = back.data != 0
    np.testing.assert_array_equal(back.data[held], whole.data[held])
    assert back.data.sum() == part.data.sum()
    # events beside the seam come to the same in both
    rng = np.random.default_rng(3)
    places = {"lon": lon + rng.uniform(-9, 9, 500), "lat": 1 + rng.uniform(-2, 2, 500)}
    if len(geom.axes):
        places["energy"] = rng.uniform(1, 4, 500)
    one, two = Map.from_geom(geom), Map.from_geom(part.geom)
    one.fill_by_coord(places)
    two.fill_by_coord(places)
    assert two.data.sum() == 500
    np.testing.assert_array_equal(one.cutout(center, (20, 6)).data, two.data)
    # and between the pixels
    places["lon"] = lon + rng.uniform(-8, 8, 500)  # not in the outer half of the last pixels
    np.testing.assert_allclose(
        part.interp_by_coord(places), whole.interp_by_coord(places), rtol=1e-10
    )


def test_tiles_make_the_whole():
    whole = counting(PLANE)
    again = Map.from_geom(PLANE)
    for lon in range(0, 360, 60):
        again.stack(whole.cutout((lon + 17.0, 0.0), (60, 10)))
    np.testing.assert_array_equal(again.data, whole.data)


def test_stack():
    total = Map.from_geom(GEOM)
    total.data += 0.5
    part = counting().cutout(EDGE, 1, mode="trim")
    total.stack(part)
    expected = np.full(GEOM.data_shape, 0.5)
    (ours, _), *_ = GEOM.overlaps(part.geom)
    expected[(..., *ours)] += part.data
    np.testing.assert_array_equal(total.data, expected)
    assert total.data.sum() == 24 + part.data.sum()


def test_weights_and_nan():
    total, other = Map.from_geom(GEOM), counting()
    total.stack(other, weights=other > 5)
    np.testing.assert_array_equal(total.data, np.where(other.data > 5, other.data, 0))
    other.data[0, 0, 3] = np.nan
    total = Map.from_geom(GEOM)
    total.stack(other, weights=0.5 * np.ones((1, 4, 6)))
    assert total.data[0, 0, 3] == 0
    assert total.data[1, 3, 5] == 0.5 * 47
    total.stack(other, nan_to_num=False)
    assert np.isnan(total.data[0, 0, 3])
    with pytest.raises(DataError, match=r"weights of shape \(3,\) do not fit"):
        total.stack(other, weights=np.ones(3))


def test_units_masks_and_whole_numbers():
    total = Map.from_geom(GEOM, unit="TeV")
    total.stack(counting(unit="GeV"))
    np.testing.assert_allclose(total.data, counting().data / 1000)
    with pytest.raises(UnitMismatchError, match="'s' added to one in 'TeV'"):
        total.stack(counting(unit="s"))
    mask = counting() > 40
    mask.stack(counting() < 3)
    np.testing.assert_array_equal(mask.data, (counting().data > 40) | (counting().data < 3))
    whole = Map.from_geom(GEOM, dtype=int)
    whole.stack(counting())
    assert whole.data.dtype.kind == "i"
    np.testing.assert_array_equal(whole.data, counting().data)
    with pytest.raises(DataError, match="not whole"):
        whole.stack(counting() * 0.5)


def test_not_to_be_stacked():
    total = Map.from_geom(GEOM)
    with pytest.raises(DataError, match="axes must be the same"):
        total.stack(counting().sum_over_axes())
    moved = WcsGeom.create(skydir=(1.1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
    with pytest.raises(DataError, match="does not share its pixels"):
        total.stack(counting(moved))
    with pytest.raises(DataError, match="cannot be stacked"):
        total.stack(3.0)
    away = counting(GEOM.window((10, 0), (3, 3)))
    total.stack(away)  # nothing in common, nothing added
    assert not total.data.any()
    with pytest.raises(ValueError, match="read-only"):
        total.read_only().stack(counting())


def test_coadd():
    total = Map.from_geom(GEOM)
    total.coadd(counting().cutout(EDGE, 1), weights=counting().cutout(EDGE, 1) > 5)
    part = counting().cutout(EDGE, 1).data
    assert total.data.sum() == part[part > 5].sum()
    # pixels that are not shared go by their centres
    moved = WcsGeom.create(skydir=(1.1, 2.05), npix=(6, 4), binsz=0.5, axes=[ENERGY])
    total = Map.from_geom(GEOM, unit="TeV")
    total.coadd(counting(moved, unit="GeV"))
    np.testing.assert_allclose(total.data, counting().data / 1000)
    total.coadd(counting(moved, unit="GeV"), weights=counting(moved) > 46)
    assert total.data[1, 3, 5] == pytest.approx(2 * 0.047)
    tan = WcsGeom.create(skydir=(0, 0), npix=(400, 400), binsz=0.5, proj="ZEA", axes=[ENERGY])
    total.coadd(Map.from_geom(tan, data=1, unit="TeV"))  # has pixels off the sky
    assert total.data.sum() > 0


def test_rims():
    whole = counting()
    np.testing.assert_array_equal(whole.crop(1).data, whole.data[:, 1:-1, 1:-1])
    np.testing.assert_array_equal(whole.pad(2).crop(2).data, whole.data)
    wide = whole.pad((1, 2), cval=7)
    assert wide.data.shape == (2, 8, 8)
    assert (wide.data[:, :2] == 7).all()
    assert (wide.data[..., 0] == 7).all()
    edge = whole.pad(1, mode="edge")
    assert edge.data[0, 0, 0] == whole.data[0, 0, 0]
    assert edge.data[1, 2, -1] == whole.data[1, 1, -1]
    assert edge.geom.is_aligned(whole.geom)
    more = whole.pad((0, 1), axis_name="energy", mode="edge")
    assert more.geom.axes[0].edges.to_value("TeV") == pytest.approx([1, 2, 4, 8])
    np.testing.assert_array_equal(more.data[2], whole.data[1])
    with pytest.raises(OptionError, match="mode = 'mirror'"):
        whole.pad(1, mode="mirror")
