"""Maps of the sky: arithmetic, values at places, changes."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from scipy.interpolate import RegularGridInterpolator

from gammapy.errors import DataError, OptionError, UnitMismatchError
from gammapy.maps import Map, MapAxis, WcsGeom, WcsNDMap

ENERGY = MapAxis.from_energy_bounds("1 TeV", "100 TeV", 2)
GEOM = WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY])
NUMBERS = np.arange(24.0).reshape(2, 3, 4)


def numbered(**kwargs):
    return WcsNDMap(GEOM, NUMBERS.copy(), **kwargs)


def test_shapes():
    assert WcsNDMap(GEOM).data.shape == (2, 3, 4)
    assert WcsNDMap(GEOM).data.dtype == float
    assert WcsNDMap(GEOM, dtype=bool).is_mask
    np.testing.assert_array_equal(WcsNDMap(GEOM, NUMBERS[0]).data, [NUMBERS[0]] * 2)
    found = WcsNDMap(GEOM, [[[1]], [[2]]])
    found.data[0] = 5  # broadcast data are a copy
    assert found.data[1].max() == 2
    for data in (np.ones(5), np.ones((4, 3)), np.ones((3, 3, 4)), np.ones(24)):
        with pytest.raises(DataError, match=r"do not fit WcsGeom.*\(2, 3, 4\) is needed"):
            WcsNDMap(GEOM, data)


def test_arithmetic():
    found = numbered(unit="m")
    half = 0.5 * found + 50 * u.cm
    assert isinstance(half, WcsNDMap)
    np.testing.assert_allclose(half.data, NUMBERS / 2 + 0.5)
    mask = (found > 5 * u.m) & ~(found > 100 * u.cm * 10)
    assert mask.is_mask
    assert mask.data.sum() == 5
    np.testing.assert_array_equal((found * mask).data, NUMBERS * mask.data)
    # a geometry of the same pixels in other words is the same
    other = WcsNDMap(WcsGeom.create(npix=(4, 3), binsz="60 arcmin", axes=[ENERGY]), NUMBERS * u.m)
    assert ((found - other).data == 0).all()
    with pytest.raises(UnitMismatchError, match=r"'m' \+ 's'"):
        found + 1 * u.s
    for geom in (GEOM.to_image(), WcsGeom.create(npix=(4, 3), binsz=0.9, axes=[ENERGY])):
        with pytest.raises(DataError, match="axes of maps must agree"):
            found + WcsNDMap(geom, unit="m")


@pytest.mark.parametrize(
    "coords",
    [
        (0.5, 0, 2 * u.TeV),
        (0.9, -0.4, "1 TeV"),
        {"lon": 360.5, "lat": 0, "energy": 9e3 * u.GeV},
        (SkyCoord(0.5, 0, unit="deg").galactic, 2),
    ],
)
def test_the_pixel_that_holds_a_place(coords):
    found = numbered().get_by_coord(coords)
    assert found.tolist() == [5]


def test_outside():
    coords = ([0.5, 50, 0.5], [0, 0, 0], [2, 2, 0.2] * u.TeV)
    np.testing.assert_array_equal(numbered().get_by_coord(coords), [5, np.nan, np.nan])
    assert numbered().get_by_coord(coords, fill_value=-1).tolist() == [5, -1, -1]
    mask = numbered() > 3
    assert mask.get_by_coord(coords).tolist() == [True, False, False]
    assert mask.get_by_coord(coords).dtype == bool
    whole = WcsNDMap(GEOM, NUMBERS.astype(int))
    assert whole.get_by_coord((0.5, 0, 2)).dtype == int
    np.testing.assert_array_equal(whole.get_by_coord(coords), [5, np.nan, np.nan])


def test_by_pixels_and_indices():
    found = numbered()
    assert found.get_by_pix((1.2, 1.1, [0.2, -0.6])).tolist()[0] == 5
    assert found.get_by_idx((1, 1, [0, 1])).tolist() == [5, 17]
    np.testing.assert_array_equal(found.get_by_idx(GEOM.get_idx()), NUMBERS)
    for idx in ((4, 0, 0), (-1, 0, 0), (0, 3, 0), (0, 0, 2), (0.0, 0, 0)):
        with pytest.raises(DataError, match=r"whole numbers from 0 to"):
            found.get_by_idx(idx)
    with pytest.raises(DataError, match="idx has 2 entries"):
        found.get_by_idx((0, 0))


def test_planes_by_place():
    found = numbered()
    np.testing.assert_array_equal(found.get_image_by_coord({"energy": "20 TeV"}).data, NUMBERS[1])
    np.testing.assert_array_equal(found.get_image_by_coord((2 * u.TeV,)).data, NUMBERS[0])
    np.testing.assert_array_equal(found.get_image_by_pix((0.6,)).data, NUMBERS[1])
    with pytest.raises(DataError, match=r"energy = 200\.0 TeV is not on MapAxis"):
        found.get_image_by_coord({"energy": 200 * u.TeV})
    with pytest.raises(DataError, match="index 2 must be"):
        found.get_image_by_pix((1.7,))


# -- interpolation ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "there", "back"),
    [("lin", lambda x: x, lambda x: x), ("log", np.log, np.exp), ("sqrt", np.sqrt, np.square)],
)
def test_between_pixels(scale, there, back):
    """Against scipy, in pixels and logarithms of energy."""
    values = np.random.default_rng(3).uniform(1, 9, (2, 3, 4))
    grid = (np.log(ENERGY.center.value), [-1, 0, 1], [-1.5, -0.5, 0.5, 1.5])
    twin = RegularGridInterpolator(grid, there(values))
    lon, lat, energy = np.array([0.3, -1.4, 1.2]), np.array([0.2, -0.9, 1]), np.array([4, 5, 30])
    found = WcsNDMap(GEOM, values).interp_by_coord((lon, lat, energy * u.TeV), values_scale=scale)
    np.testing.assert_allclose(
        found, back(twin(np.stack([np.log(energy), lat, -lon], -1))), rtol=1e-7
    )


@pytest.mark.parametrize("method", ["nearest", 0])
def test_nearest(method):
    assert numbered().interp_by_coord((0.4, 0.3, 2), method=method).tolist() == [5]
    assert numbered().interp_by_coord((0.4, 0.3, 2), interp=method).tolist() == [5]


def test_nothing_is_invented_outside():
    steep = WcsNDMap(GEOM.to_image(), 10.0 ** np.arange(12).reshape(3, 4))
    lon, lat = [1.99, 2.01, 0, 0, np.nan, 180], [0, 0, 1.49, 1.51, 0, 0]
    found = steep.interp_by_coord((lon, lat))
    assert np.isnan(found).tolist() == [False, True, False, True, True, True]
    assert found[0] == pytest.approx(1e4)  # the outer half of the first column
    assert found[2] == pytest.approx(0.5 * (1e9 + 1e10))  # and of the last row
    zero = steep.interp_by_coord((lon, lat), fill_value=0)
    assert zero.tolist() == [found[0], 0, found[2], 0, 0, 0]
    cube = numbered().interp_by_coord((0.5, 0, [0.99, 1.01, 99, 101] * u.TeV), fill_value=-1)
    assert cube.tolist() == pytest.approx([-1, 5, 17, -1], abs=1e-9)


def test_around_the_whole_sky():
    found = Map.create(binsz=10, frame="galactic")
    found.data = np.arange(36.0) + np.zeros((18, 1))
    lon = [180, 182.5, 177.5, 185, 175]  # the first pixel is at 175 deg, the last at 185
    got = found.interp_by_coord((lon, np.zeros(5) + 5))
    np.testing.assert_allclose(got, [17.5, 26.25, 8.75, 35, 0])
    part = Map.create(binsz=10, width=(350, 180), frame="galactic")
    assert np.isnan(part.interp_by_coord((180, 5))).all()


def test_centres_give_the_data_back():
    for proj in ("CAR", "TAN", "AIT"):
        geom = WcsGeom.create(npix=(5, 4), binsz=3, proj=proj, skydir=(359, 70), axes=[ENERGY])
        data = np.random.default_rng(1).uniform(size=geom.data_shape)
        found = WcsNDMap(geom, data).interp_by_coord(geom.get_coord(frame="galactic"))
        np.testing.assert_allclose(found, data, rtol=1e-6)


def test_zeros_and_holes():
    data = np.array([[0.0, 1.0], [np.nan, 1.0]])
    found = WcsNDMap(WcsGeom.create(npix=2, binsz=1), data)
    assert found.interp_by_pix((0.0, 0.0), values_scale="log") == 0
    assert found.interp_by_pix((1.0, 0.5)) == 1
    assert np.isnan(found.interp_by_pix((0.5, 0.5)))


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"method": "cubic"}, OptionError, "method = 'cubic' is not known: choose 'linear'"),
        ({"method": True}, OptionError, "method = True"),
        ({"interp": 2}, OptionError, "method = 2"),
        ({"values_scale": "asinh"}, OptionError, "values_scale = 'asinh'"),
        ({"values_scale": "log"}, DataError, "cannot have negative values, and the map has 1:"),
        ({"values_scale": "sqrt"}, DataError, "cannot have negative values"),
    ],
)
def test_refused(options, error, text):
    found = numbered() - 0.5
    with pytest.raises(error, match=text):
        found.interp_by_coord((0, 0, 2), **options)


# -- changes ---------------------------------------------------------------------------------


def test_set():
    found = numbered(unit="m")
    found.set_by_coord(([0.5, -0.5], 0, 2), [100, 200] * u.cm)
    assert found.data[0, 1].tolist() == [4, 1, 2, 7]
    found.set_by_idx((0, 0, 0), 9)
    found.set_by_pix((3.2, 0, 0), 8)
    assert found.data[0, 0].tolist() == [9, 1, 2, 8]
    with pytest.raises(DataError, match="-1 means outside of the map"):
        found.set_by_coord((50, 0, 2), 3)
    with pytest.raises(UnitMismatchError, match="values = "):
        found.set_by_idx((0, 0, 0), 3 * u.s)


@pytest.mark.parametrize("dtype", [float, "float32", int])
def test_fill(dtype):
    found = WcsNDMap(GEOM, dtype=dtype)
    lon, energy = [0.5, 0.5, 50, 0.5, np.nan], [2, 2, 2, 200, 2] * u.TeV
    found.fill_by_coord((lon, 0, energy))
    assert found.data.dtype == dtype
    assert (found.data.sum(), found.data[0, 1, 1]) == (2, 2)
    found.fill_by_coord((lon, 0, energy), weights=[1, 2, 4, 8, 16])
    assert (found.data.sum(), found.data[0, 1, 1]) == (5, 5)
    found.fill_by_idx(([0, 0, -1], [0, 0, 0], [0, 1, 0]))
    found.fill_by_pix((3.4, 2.4, 1.4), weights=3)
    assert (found.data[0, 0, 0], found.data[1, 0, 0], found.data[1, 2, 3]) == (1, 1, 3)


def test_weights_have_units():
    found = WcsNDMap(GEOM, unit="m")
    found.fill_by_idx((0, 0, 0), weights=50 * u.cm)
    assert found.data[0, 0, 0] == 0.5
    with pytest.raises(UnitMismatchError, match="values"):
        found.fill_by_idx((0, 0, 0), weights=1 * u.s)
    with pytest.raises(DataError, match="whole numbers from 0 to 3"):
        found.fill_by_idx((4, 0, 0))


def test_parts_of_counts_do_not_vanish_in_whole_numbers():
    found = WcsNDMap(GEOM, dtype=int)
    with pytest.raises(DataError, match="make the map with dtype=float"):
        found.fill_by_idx((0, 0, 0), weights=0.5)
    assert found.data.sum() == 0
