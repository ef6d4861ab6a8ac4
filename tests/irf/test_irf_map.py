"""What all maps of responses do, run over the three kinds."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import (
    DataError,
    FileFormatError,
    MissingFileError,
    OptionError,
    OverwriteError,
    UnitMismatchError,
)
from gammapy.irf import EDispKernelMap, EDispMap, PSFMap
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf.made import data_folder

TRUE = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 3, name="energy_true")
FIRST = {
    PSFMap: MapAxis(np.linspace(0, 0.5, 11) * u.deg, name="rad"),
    EDispMap: MapAxis(np.linspace(0.2, 3, 15), name="migra"),
    EDispKernelMap: MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4),
}
KINDS = pytest.mark.parametrize("kind", FIRST, ids=lambda kind: kind.tag)
UNIT = {PSFMap: "sr-1", EDispMap: "", EDispKernelMap: ""}


def made(kind, seed=1, npix=(6, 5), exposure=True):
    """Random numbers, of which rows sum to at most one."""
    rng = np.random.default_rng(seed)
    geom = WcsGeom.create(npix=npix, binsz=1, axes=[FIRST[kind], TRUE])
    data = rng.uniform(0.1, 1, geom.data_shape)
    data /= data.sum(axis=1, keepdims=True)
    seen = geom.squash(FIRST[kind].name)
    seen = Map.from_geom(seen, data=rng.uniform(1, 9, seen.data_shape), unit="m2 s")
    return kind(Map.from_geom(geom, data=data, unit=UNIT[kind]), seen if exposure else None)


def numbers(irf_map):
    return irf_map._irf_map.data


@KINDS
@pytest.mark.parametrize("name", ["irf.fits", "irf.fits.gz"])
@pytest.mark.parametrize("exposure", [True, False])
def test_file_round_trip(kind, name, exposure, tmp_path):
    irf_map = made(kind, exposure=exposure)
    irf_map.write(tmp_path / name, checksum=True)
    again = kind.read(tmp_path / name, checksum=True)
    np.testing.assert_array_equal(numbers(again), numbers(irf_map))
    assert again._irf_map.geom == irf_map._irf_map.geom
    assert again._irf_map.unit == irf_map._irf_map.unit
    if exposure:
        np.testing.assert_array_equal(again.exposure_map.data, irf_map.exposure_map.data)
        assert again.exposure_map.unit == "m2 s"
    else:
        assert again.exposure_map is None
    with pytest.raises(OverwriteError):
        irf_map.write(tmp_path / name)


@KINDS
def test_file_of_one_region(kind, tmp_path):
    position = SkyCoord(1, 0.5, unit="deg")
    one = made(kind).to_region_nd_map(position)
    one.write(tmp_path / "one.fits")
    again = kind.read(tmp_path / "one.fits")
    assert again.has_single_spatial_bin
    np.testing.assert_allclose(numbers(again), numbers(one), rtol=1e-12)


@KINDS
def test_bad_files(kind, tmp_path):
    path = tmp_path / "irf.fits"
    with pytest.raises(MissingFileError):
        kind.read(path)
    made(kind).write(path)
    with pytest.raises(FileFormatError, match="no extension 'OTHER'"):
        kind.read(path, hdu="OTHER")
    with pytest.raises(OptionError, match="format = 'gtpfs' is not known: choose one of gadf"):
        kind.read(path, format="gtpfs")
    with pytest.raises(OptionError, match="use 'gadf'"):
        made(kind).to_hdulist(format="gtpsf")
    other = EDispMap if kind is PSFMap else PSFMap
    with pytest.raises(FileFormatError, match=r"are needed"):
        other.read(path, hdu=kind._hdu)


def test_a_wrong_checksum(tmp_path):
    path = tmp_path / "irf.fits"
    made(PSFMap).write(path, checksum=True)
    content = bytearray(path.read_bytes())
    content[4 * 2880 + 100] ^= 1
    path.write_bytes(bytes(content))
    PSFMap.read(path)
    with pytest.raises(FileFormatError, match="CHECKSUM"):
        PSFMap.read(path, checksum=True)


@KINDS
def test_values_between_pixels(kind):
    irf_map = made(kind)
    geom = irf_map._irf_map.geom
    for pix in [(0, 0), (2.25, 3.5), (5, 4), (1, 2.7)]:
        position = geom.to_image().pix_to_coord(tuple(np.array([p], dtype=float) for p in pix))
        position = SkyCoord(*position, frame="icrs")[0]
        x, y = np.floor(pix).astype(int)
        t, v = pix[0] - x, pix[1] - y
        expected = sum(
            weight * numbers(irf_map)[..., min(y + j, 4), min(x + i, 5)]
            for i, j, weight in (
                (0, 0, (1 - t) * (1 - v)),
                (1, 0, t * (1 - v)),
                (0, 1, (1 - t) * v),
                (1, 1, t * v),
            )
        )
        np.testing.assert_allclose(irf_map._at(position), expected, rtol=1e-9)


@KINDS
def test_values_beyond_the_edge_are_those_at_it(kind):
    irf_map = made(kind)
    far = SkyCoord(90, -1, unit="deg")  # the left edge has the larger longitudes
    np.testing.assert_allclose(irf_map._at(far), numbers(irf_map)[:, :, 1, 0], rtol=1e-9)


@KINDS
def test_pixels_without_exposure_have_no_share(kind):
    irf_map = made(kind)
    x, y = 2, 2
    for dx, dy in ((0, 0), (1, 0), (0, 1)):
        irf_map.exposure_map.data[1, 0, y + dy, x + dx] = 0
    middle = irf_map._irf_map.geom.to_image().pix_to_coord((np.array([2.5]), np.array([2.5])))
    found = irf_map._at(SkyCoord(*middle, frame="icrs")[0])
    np.testing.assert_allclose(found[1], numbers(irf_map)[1, :, 3, 3])
    np.testing.assert_allclose(found[0], numbers(irf_map)[0, :, 2:4, 2:4].mean(axis=(1, 2)))


@KINDS
def test_where_nothing_is_the_nearest_counts(kind):
    irf_map = made(kind)
    irf_map.exposure_map.data[:, :, :, :4] = 0
    irf_map.exposure_map.data[:, :, 4, :] = 0
    image = irf_map.mask_safe_image
    assert image.data.sum() == 8
    corner = irf_map._irf_map.geom.to_image().pix_to_coord((np.array([0.0]), np.array([4.0])))
    found = irf_map._at(SkyCoord(*corner, frame="icrs")[0])
    np.testing.assert_allclose(found, numbers(irf_map)[:, :, 3, 4])
    irf_map.exposure_map.data[...] = 0  # as good as none, as in files of Fermi
    assert irf_map.mask_safe_image.data.all()
    assert irf_map._at(None).any()
    numbers(irf_map)[...] = 0
    with pytest.raises(DataError, match="is empty"):
        irf_map._at(None)


@KINDS
def test_middle_is_the_default(kind):
    irf_map = made(kind, npix=(5, 5))
    np.testing.assert_array_equal(irf_map._at(None), numbers(irf_map)[:, :, 2, 2])


@KINDS
def test_position_off_the_picture(kind):
    geom = WcsGeom.create(npix=5, binsz=1, proj="TAN", axes=[FIRST[kind], TRUE])
    irf_map = kind(Map.from_geom(geom, data=1.0, unit=UNIT[kind]))
    with pytest.raises(DataError, match="not in the picture"):
        irf_map._at(SkyCoord(180, 0, unit="deg"))


@KINDS
def test_stack_weights_by_exposure(kind):
    one, two = made(kind, 1), made(kind, 2)
    exposures = [irf.exposure_map.data.copy() for irf in (one, two)]
    expected = (numbers(one) * exposures[0] + numbers(two) * exposures[1]) / sum(exposures)
    one.stack(two)
    np.testing.assert_allclose(numbers(one), expected)
    np.testing.assert_allclose(one.exposure_map.data, sum(exposures))


@KINDS
def test_stack_of_a_cutout_in_another_unit(kind):
    whole = made(kind)
    before = numbers(whole).copy()
    part = whole.cutout(SkyCoord(1, 1, unit="deg"), 2 * u.deg)
    part = kind(part._irf_map, part.exposure_map.to_unit("cm2 s"))
    assert part._irf_map.data.shape[-2:] == (3, 3)  # at least three
    start = whole.exposure_map.data.sum()
    whole.stack(part)
    np.testing.assert_allclose(numbers(whole), before)  # an average with itself
    added = part.exposure_map.quantity.to_value("m2 s").sum()
    assert whole.exposure_map.data.sum() == pytest.approx(start + added)


@KINDS
def test_stack_onto_nothing(kind):
    other = made(kind)
    new = kind.from_geom(other._irf_map.geom)
    assert not numbers(new).any()
    new.stack(other)
    np.testing.assert_allclose(numbers(new), numbers(other))


@KINDS
def test_downsample(kind):
    irf_map = made(kind, npix=(6, 4))
    seen = irf_map.exposure_map.data
    joined = irf_map.downsample(2)
    weighted = (numbers(irf_map) * seen)[:, :, :2, 2:4].sum(axis=(2, 3))
    expected = weighted / seen[:, :, :2, 2:4].sum(axis=(2, 3))
    np.testing.assert_allclose(numbers(joined)[:, :, 0, 1], expected)
    np.testing.assert_allclose(joined.exposure_map.data.mean(), seen.mean())
    with pytest.raises(OptionError, match="axis_name = 'energy_true'"):
        irf_map.downsample(2, axis_name="energy_true")


@KINDS
@pytest.mark.parametrize("method", ["stack", "downsample"])
def test_averages_need_an_exposure(kind, method):
    irf_map = made(kind, exposure=False)
    with pytest.raises(DataError, match="no exposure_map"):
        getattr(irf_map, method)(made(kind) if method == "stack" else 2)


@KINDS
def test_copy_and_slices(kind):
    irf_map = made(kind)
    new = irf_map.copy()
    numbers(new)[...] = 0
    assert numbers(irf_map).all()
    part = irf_map.slice_by_idx({"energy_true": slice(1, 3), FIRST[kind].name: slice(0, 2)})
    np.testing.assert_array_equal(numbers(part), numbers(irf_map)[1:, :2])
    np.testing.assert_array_equal(part.exposure_map.data, irf_map.exposure_map.data[1:])


@KINDS
def test_a_region_map_is_the_same_everywhere(kind):
    irf_map = made(kind)
    position = SkyCoord(1.2, 0.4, unit="deg")
    one = irf_map.to_region_nd_map(position)
    assert isinstance(one._irf_map.geom, RegionGeom)
    np.testing.assert_array_equal(one._at(SkyCoord(100, 50, unit="deg")), irf_map._at(position))
    assert one.cutout(position, 1 * u.deg) is one
    middle = irf_map.to_region_nd_map()
    np.testing.assert_array_equal(middle._at(None), irf_map._at(None))


@KINDS
def test_bad_maps(kind):
    good = made(kind)
    geom = good._irf_map.geom
    with pytest.raises(DataError, match="negative or not finite"):
        kind(Map.from_geom(geom, data=-1.0, unit=UNIT[kind]))
    with pytest.raises(DataError, match="negative or not finite"):
        kind(Map.from_geom(geom, data=np.nan, unit=UNIT[kind]))
    with pytest.raises(UnitMismatchError, match="is in 's'"):
        kind(Map.from_geom(geom, unit="s"))
    with pytest.raises(DataError, match=r"has axes \['energy_true'\]"):
        kind(Map.from_geom(geom.drop(FIRST[kind].name), unit=UNIT[kind]))
    with pytest.raises(DataError, match="are needed"):
        kind("a map")
    with pytest.raises(DataError, match="does not fit"):
        kind(good._irf_map, made(kind, npix=(5, 5)).exposure_map)
    with pytest.raises(UnitMismatchError, match="exposure_map"):
        kind(good._irf_map, good.exposure_map.copy(unit="m2", data=good.exposure_map.data))


@KINDS
def test_exposure_may_lack_the_other_axis(kind):
    irf_map = made(kind)
    plain = irf_map.exposure_map.sum_over_axes([FIRST[kind].name], keepdims=False)
    again = kind(irf_map._irf_map, plain)
    np.testing.assert_array_equal(again.exposure_map.data, irf_map.exposure_map.data)


FILES = [
    "datasets-gammapy/cta1dc-gc-2deg.fits.gz",
    "fermi-3fhl-gc/fermi-3fhl-gc.fits.gz",
    "fermi-3fhl-crab/Fermi-LAT-3FHL_data_Fermi-LAT.fits",
    "tests/models/gc_example_data_g09.fits",
    "tests/models/gc_example_data_gc.fits",
]


@pytest.mark.parametrize("kind", [PSFMap, EDispKernelMap], ids=lambda kind: kind.tag)
@pytest.mark.parametrize("name", FILES)
def test_files_of_others(kind, name, tmp_path):
    irf_map = kind.read(data_folder() / name)
    assert irf_map.mask_safe_image.data.any()
    irf_map.write(tmp_path / "again.fits")
    again = kind.read(tmp_path / "again.fits")
    np.testing.assert_array_equal(numbers(again), numbers(irf_map))
    np.testing.assert_array_equal(again.exposure_map.data, irf_map.exposure_map.data)
