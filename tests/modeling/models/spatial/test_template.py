"""Templates: where they lie, what they make of odd pixels, and files that are read late."""

import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from scipy.interpolate import RegularGridInterpolator

import gammapy.modeling.serialize.template_files as files
from gammapy.errors import (
    FileFormatError,
    MissingFileError,
    ModelError,
    OverwriteError,
    UnitMismatchError,
    UnknownNameError,
)
from gammapy.maps import Map, MapAxis, RegionNDMap, WcsNDMap
from gammapy.modeling.models import (
    ConstantSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplateSpatialModel,
)
from tests.contracts.spatial_examples import sky_map

ENERGY = MapAxis.from_nodes([1, 5, 20] * u.TeV, interp="log", name="energy_true")
FLUX = u.Unit("cm-2 s-1 MeV-1 sr-1")


def at(model, lon, lat, *energy):
    return model(lon * u.deg, lat * u.deg, *energy).value


# -- values --------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", ["icrs", "galactic", "fk5"])
@pytest.mark.parametrize("proj", ["CAR", "TAN", "AIT"])
@pytest.mark.parametrize("skydir", [(0.05, -0.1), (180, 60), (266.4, -28.9)])
def test_bilinear_twin(frame, proj, skydir):
    data = sky_map(proj, frame, skydir=skydir)
    n_y, n_x = data.data.shape
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, n_x - 1, 200), rng.uniform(0, n_y - 1, 200)
    lon, lat = data.geom.wcs.wcs_pix2world(x, y, 0)
    grid, points = (np.arange(n_y), np.arange(n_x)), np.stack([y, x], axis=-1)
    lin = RegularGridInterpolator(grid, data.data)(points)
    log = np.exp(RegularGridInterpolator(grid, np.log(data.data))(points))
    model = TemplateSpatialModel(data, normalize=False)
    assert model.frame == frame
    np.testing.assert_allclose(at(model, lon, lat), log, rtol=1e-10)
    model = TemplateSpatialModel(data, normalize=False, interp_kwargs={"values_scale": "lin"})
    np.testing.assert_allclose(at(model, lon, lat), lin, rtol=1e-10)


def test_zero_outside():
    model = TemplateSpatialModel(sky_map())
    edge = 0.05 + np.array([-1.549, -1.551, 1.549, 1.551])
    assert (at(model, edge, 0.0) > 0).tolist() == [True, False, True, False]
    assert at(model, 180.0, 0.0) == at(model, 0.0, 90.0) == 0


def test_the_rim_is_that_of_the_outer_pixels():
    """Where Gammapy 2.1 goes on with the last slope, by many powers of ten beside a zero."""
    data = sky_map()
    data.data[:, 1] = 0
    model = TemplateSpatialModel(data, normalize=False)
    lon, lat = data.geom.wcs.wcs_pix2world([[0.0, 12.0], [-0.2, 12.0], [-0.49, 12.0]], 0).T
    np.testing.assert_allclose(at(model, lon, lat), data.data[12, 0], rtol=1e-12)


@pytest.mark.parametrize("bad", [-5.0, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("scale", ["log", "lin", "sqrt"])
@pytest.mark.parametrize("normalize", [True, False])
def test_pixels_without_a_value_are_dark(bad, scale, normalize):
    data, zero = sky_map(), sky_map()
    data.data[10:12, 14:20] = bad
    zero.data[10:12, 14:20] = 0
    lon, lat = np.random.default_rng(0).uniform(-1.3, 1.3, (2, 200))
    options = {"normalize": normalize, "interp_kwargs": {"values_scale": scale}}
    found, expected = (at(TemplateSpatialModel(m, **options), lon, lat) for m in (data, zero))
    np.testing.assert_array_equal(found, expected)
    assert np.all(np.isfinite(found))


def test_whole_numbers_and_single_precision():
    counts = WcsNDMap(sky_map().geom, (10 * sky_map().data).astype(np.int32), unit="")
    single = WcsNDMap(sky_map().geom, counts.data.astype(">f4"), unit="")
    found = [at(TemplateSpatialModel(m), 0.2, 0.1) for m in (counts, single)]
    assert found[0] == found[1] > 0


# -- norm and unit -------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["sr-1", "", "K", "deg-2", "cm-2 s-1"])
@pytest.mark.parametrize(("proj", "skydir"), [("CAR", (30, 60)), ("TAN", (0.05, -0.1))])
def test_normalised_to_one(unit, proj, skydir):
    data = sky_map(proj, unit=unit, skydir=skydir)
    model = TemplateSpatialModel(data)
    assert model.unit == model.map.unit == u.Unit("sr-1")
    solid_angle = data.geom.solid_angle()
    integral = np.sum(model.evaluate_geom(data.geom) * solid_angle)
    assert integral.to_value("") == pytest.approx(1, rel=1e-9)
    np.testing.assert_allclose(model.evaluate_geom(data.geom), model.map.quantity, rtol=1e-7)


def test_brightness_keeps_its_shape():
    """A map of a constant brightness is constant, as large as its pixels may differ."""
    data = WcsNDMap.create(binsz=5, proj="CAR", unit="sr-1")
    data.data += 3
    model = TemplateSpatialModel(data)
    found = at(model, np.linspace(-180, 180, 50), np.linspace(-90, 90, 50))
    np.testing.assert_allclose(found, 1 / (4 * np.pi), rtol=1e-5)


def test_cubes_are_normalised_by_planes():
    model = TemplateSpatialModel(sky_map(axes=[ENERGY], unit=FLUX))
    sums = np.sum(model.map.quantity * model.map.geom.to_image().solid_angle(), axis=(1, 2))
    np.testing.assert_allclose(sums.to_value(""), 1, rtol=1e-12)
    assert model.map.geom.axes.names == ["energy_true"]


@pytest.mark.parametrize(
    ("unit", "stated", "expected"),
    [
        ("", None, "sr-1"),
        ("", "deg-2", "deg-2"),
        ("deg-2", None, "deg-2"),
        ("deg-2", "sr-1", "deg-2"),
        ("K", "sr-1", "sr-1"),
        ("K", None, "K"),
        (FLUX, None, FLUX),
    ],
)
def test_unit_of_what_is_not_normalised(unit, stated, expected):
    data = sky_map(unit=unit)
    model = TemplateSpatialModel(data, normalize=False, unit=stated)
    assert model.unit == u.Unit(expected)
    found = model(0.2 * u.deg, 0.1 * u.deg)
    assert found.unit == u.Unit(expected)
    plain = TemplateSpatialModel(sky_map(), normalize=False)(0.2 * u.deg, 0.1 * u.deg)
    assert found.value == pytest.approx(plain.value, rel=1e-12)


def test_spectrum_that_goes_with_it():
    diffuse = TemplateSpatialModel(sky_map(axes=[ENERGY], unit=FLUX), normalize=False)
    SkyModel(PowerLawNormSpectralModel(), diffuse)
    with pytest.raises(ModelError, match="the template is a flux already"):
        SkyModel(PowerLawSpectralModel(), diffuse)
    SkyModel(PowerLawSpectralModel(), TemplateSpatialModel(sky_map()))


# -- where it is ---------------------------------------------------------------------------


def test_moved():
    model = TemplateSpatialModel(sky_map())
    assert model.lon_0.value == pytest.approx(0.05, abs=1e-12)
    assert model.lat_0.value == pytest.approx(-0.1, abs=1e-12)
    assert model.lon_0.frozen
    assert model.lat_0.frozen
    assert (model.lat_0.min, model.lat_0.max) == (-90, 90)
    before = at(model, np.array([0.3, 359.6]), np.array([0.2, -0.5]))
    model.lon_0.value += 20
    model.lat_0.value += 8
    after = at(model, np.array([20.3, 19.6]), np.array([8.2, 7.5]))
    np.testing.assert_allclose(after, before, rtol=1e-9)
    assert (
        model.position.separation(SkyCoord(20.05, 7.9, unit="deg", frame="galactic")) < 1e-9 * u.deg
    )
    assert (
        model.map_center.separation(SkyCoord(0.05, -0.1, unit="deg", frame="galactic")).deg < 1e-9
    )


def test_given_position():
    model = TemplateSpatialModel(sky_map(), lon_0="3 deg")
    assert (model.lon_0.value, model.lat_0.value) == (3, pytest.approx(-0.1))
    place = SkyCoord(3, 1, unit="deg", frame="galactic")
    assert TemplateSpatialModel.from_position(place, map=sky_map()).position == place
    with pytest.raises(UnknownNameError, match="has no parameter 'lon'"):
        TemplateSpatialModel(sky_map(), lon="3 deg")
    with pytest.raises(UnitMismatchError, match="lon_0"):
        TemplateSpatialModel(sky_map(), lon_0="3 TeV")


def test_size_and_region():
    data = sky_map("TAN", "icrs", skydir=(100, 60))
    model = TemplateSpatialModel(data)
    region = model.to_region(visual={"color": "red"})
    assert region.visual["color"] == "red"
    assert region.width.to_value("deg") == pytest.approx(3.1, rel=1e-5)
    assert region.height.to_value("deg") == pytest.approx(2.4, rel=1e-5)
    assert region.angle.to_value("deg") == pytest.approx(0, abs=1e-9)
    assert model.evaluation_bin_size_min.to_value("deg") == pytest.approx(0.1, rel=1e-5)
    corners = data.geom.wcs.wcs_pix2world([[-0.5, -0.5], [-0.5, 23.5], [30.5, 23.5]], 0)
    expected = model.position.separation(SkyCoord(*corners.T, unit="deg")).max()
    assert model.evaluation_radius.to_value("deg") == pytest.approx(expected.deg, rel=1e-9)
    model.lon_0.value += 1
    assert model.to_region().center.ra.deg == pytest.approx(101)


def test_region_of_a_turned_map():
    data = sky_map("TAN", "icrs", skydir=(100, 60))
    wcs = data.geom.wcs.deepcopy()
    turn = np.deg2rad(30)
    wcs.wcs.pc = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    turned = WcsNDMap(type(data.geom)(wcs, (31, 24)), data.data, unit="sr-1")
    model = TemplateSpatialModel(turned)
    region = model.to_region()
    up = SkyCoord(*wcs.wcs_pix2world([[15.0, 12.0]], 0)[0], unit="deg")
    towards = model.position.position_angle(up)
    assert region.angle.to_value("deg") % 360 == pytest.approx(towards.deg, abs=1e-3)
    inside = region.contains(SkyCoord(up), wcs)
    assert inside
    assert not region.contains(model.position.directional_offset_by(towards, 1.3 * u.deg), wcs)


def test_the_whole_sky():
    data = WcsNDMap.create(binsz=10, proj="AIT", frame="galactic")
    data.data += 1
    model = TemplateSpatialModel(data)
    assert model.evaluation_radius == 180 * u.deg
    assert np.all(at(model, np.linspace(0, 360, 9), np.linspace(-80, 80, 9)) > 0)


def test_frame_is_that_of_the_map():
    assert TemplateSpatialModel(sky_map(), frame="Galactic").frame == "galactic"
    with pytest.raises(ModelError, match="frame = 'icrs', and TemplateSpatialModel: map is in"):
        TemplateSpatialModel(sky_map(), frame="icrs")
    with pytest.raises(ModelError, match="frame = 'x'"):
        TemplateSpatialModel(sky_map(), frame="x")
    model = TemplateSpatialModel(sky_map(frame="fk5"), frame="icrs")  # 0.02 arcsec away
    assert model.frame == "fk5"
    with pytest.raises(ModelError, match="frame = 'galactic'"):
        model.frame = "galactic"


# -- files ---------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    TemplateSpatialModel(sky_map(), normalize=False).write(filename=tmp_path / "map.fits")
    return tmp_path / "map.fits"


def test_read_is_as_given(path):
    given, read = TemplateSpatialModel(sky_map()), TemplateSpatialModel.read(path)
    assert read.filename == str(path)
    lon, lat = np.random.default_rng(0).uniform(-1.2, 1.2, (2, 50))
    np.testing.assert_allclose(at(read, lon, lat), at(given, lon, lat), rtol=1e-12)
    assert read.position.separation(given.position).deg < 1e-9


def test_file_is_read_late_and_once(path, monkeypatch):
    opened = []
    original = files.Map.read
    monkeypatch.setattr(files.Map, "read", lambda p, **k: opened.append(p) or original(p, **k))
    one, two = (TemplateSpatialModel(filename=path) for _ in range(2))
    copy = one.copy()
    assert repr(one) == f"TemplateSpatialModel({str(path)!r}, normalize=True)"
    assert one.unit == u.Unit("sr-1")
    assert one.lon_0.value == pytest.approx(0.05)  # of the header
    assert one.frame == "galactic"
    assert not opened
    assert not one.is_loaded
    values = [at(m, 0.1, 0.2) for m in (one, two, copy, TemplateSpatialModel(filename=path))]
    assert len(opened) == 1
    assert len(set(values)) == 1
    assert one.source is two.source is copy.source


def test_file_that_changed_is_read_again(path):
    before = at(TemplateSpatialModel(filename=path, normalize=False), 0.1, 0.2)
    data = sky_map()
    data.data *= 2
    data.write(path, overwrite=True)
    after = at(TemplateSpatialModel(filename=path, normalize=False), 0.1, 0.2)
    assert after == pytest.approx(2 * before, rel=1e-12)


def test_missing_file_matters_late(tmp_path):
    model = TemplateSpatialModel(filename=tmp_path / "no.fits")
    SkyModel(PowerLawSpectralModel(), model, name="a")
    assert list(model.own_parameters) == model.unplaced == ["lon_0", "lat_0"]
    assert "not to be read" in str(model)
    copy = model.copy()
    for ask in (lambda: at(model, 0, 0), lambda: model.evaluation_radius, lambda: model.frame):
        with pytest.raises(MissingFileError, match=r"no\.fits: there is no such file"):
            ask()
    with pytest.raises(MissingFileError, match=r"no\.fits"):
        TemplateSpatialModel.read(tmp_path / "no.fits")
    sky_map().write(tmp_path / "no.fits")
    for late in (model, copy):
        assert late.lon_0.value == pytest.approx(0.05)
        assert late.unplaced == []
        assert at(late, 0, 0) > 0


def test_position_set_before_the_file_is_there(tmp_path):
    model = TemplateSpatialModel(filename=tmp_path / "no.fits")
    model.lat_0.value = 0.4
    sky_map().write(tmp_path / "no.fits")
    assert (model.lon_0.value, model.lat_0.value) == (pytest.approx(0.05), 0.4)


def test_unit_of_a_missing_file():
    for stated, expected in ((None, "sr-1"), (FLUX, FLUX)):
        model = TemplateSpatialModel(filename="no.fits", normalize=False, unit=stated)
        assert model.unit == u.Unit(expected)


def test_meta_may_name_the_file(path):
    model = TemplateSpatialModel(meta={"filename": str(path)})
    assert model.filename == str(path)
    assert TemplateSpatialModel(sky_map()).filename is None


def test_pickled_without_what_the_file_has(path):
    model = TemplateSpatialModel.read(path)
    text = pickle.dumps(model)
    assert len(text) < 6000
    assert at(pickle.loads(text), 0.1, 0.2) == at(model, 0.1, 0.2)


def test_write(tmp_path):
    model = TemplateSpatialModel(sky_map(unit="K"))
    with pytest.raises(ModelError, match=r"filename is None: .*write\(filename='map.fits'\)"):
        model.write()
    model.write(filename=tmp_path / "a.fits")
    assert model.filename == str(tmp_path / "a.fits")
    with pytest.raises(OverwriteError, match=r"a\.fits"):
        model.write()
    model.write(overwrite=True)
    again = Map.read(tmp_path / "a.fits")
    assert again.unit == u.Unit("sr-1")
    np.testing.assert_array_equal(again.data, model.map.data)
    read = TemplateSpatialModel.read(tmp_path / "a.fits", normalize=False)
    assert at(read, 0.1, 0.2) == pytest.approx(at(model, 0.1, 0.2), rel=1e-12)


def test_the_map_given_is_copied_unless_told_otherwise():
    data = sky_map()
    model = TemplateSpatialModel(data, normalize=False)
    before = model.map.data.copy()
    data.data[:] = 7
    np.testing.assert_array_equal(model.map.data, before)
    shared = TemplateSpatialModel(data, normalize=False, copy_data=False)
    assert shared.source.data is data.data


# -- guards --------------------------------------------------------------------------------


def test_neither_map_nor_file():
    for options in ({}, {"filename": ""}, {"meta": {"other": 1}}):
        with pytest.raises(ModelError, match=r"map = None and filename = .*: give one"):
            TemplateSpatialModel(**options)


@pytest.mark.parametrize("bad", [5, "map.fits", np.ones((3, 3)), ConstantSpatialModel()])
def test_not_a_map(bad):
    with pytest.raises(ModelError, match=r"map is a \w+, and a WcsNDMap is needed"):
        TemplateSpatialModel(bad)


def test_not_a_map_of_the_sky():
    spectrum = RegionNDMap.create(axes=[ENERGY], data=np.ones((3, 1, 1)))
    with pytest.raises(ModelError, match="map is a RegionNDMap, and a WcsNDMap is needed"):
        TemplateSpatialModel(spectrum)


@pytest.mark.parametrize("bad", [1, "yes", None])
def test_normalize_is_a_flag(bad):
    with pytest.raises(ModelError, match=r"normalize = .* must be True or False"):
        TemplateSpatialModel(sky_map(), normalize=bad)


@pytest.mark.parametrize("value", [0.0, np.nan, -1.0])
def test_empty_map_cannot_be_normalised(value):
    data = sky_map()
    data.data[:] = value
    with pytest.raises(
        ModelError, match=r"TemplateSpatialModel: map has the integral 0 and cannot"
    ):
        TemplateSpatialModel(data)
    assert at(TemplateSpatialModel(data, normalize=False), 0.1, 0.1) == 0


def test_empty_plane_cannot_be_normalised():
    data = sky_map(axes=[ENERGY])
    data.data[1] = 0
    with pytest.raises(ModelError, match=r"map, plane 1, has the integral 0"):
        TemplateSpatialModel(data)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["energy"], "'energy', of reconstructed energies.*rename it to 'energy_true'"),
        (["energy_true", "a"], r"the axes \['energy_true', 'a'\].*TemplateNDSpatialModel"),
        (["a"], r"the axes \['a'\].*take one plane"),
    ],
)
def test_wrong_axes(names, message):
    axes = [MapAxis.from_nodes([1, 2] * u.TeV, name=name) for name in names]
    with pytest.raises(ModelError, match=message):
        TemplateSpatialModel(sky_map(axes=axes))


@pytest.mark.parametrize(
    "options",
    [
        {"colour": 1},
        {"values_scale": "squared"},
        {"method": "cubic"},
        {"fill_value": 3},
        {"fill_value": False},
        {"values_scale": ["log"]},
    ],
)
def test_unknown_options(options):
    key = next(iter(options))
    with pytest.raises(ModelError, match=f"interp_kwargs = .*'{key}'.* is not known: use 'method'"):
        TemplateSpatialModel(sky_map(), interp_kwargs=options)


def test_unknown_projection():
    header = fits.Header({"CTYPE1": "RA---MOL", "CTYPE2": "DEC--MOL", "NAXIS": 2, "NAXIS1": 9})
    header.update({"NAXIS2": 9, "CDELT1": -1, "CDELT2": 1, "CRPIX1": 5, "CRPIX2": 5})
    geom = type(sky_map().geom).from_header(header)
    with pytest.raises(
        ModelError, match=r"map has the projection RA---MOL.*reproject it to one of"
    ):
        TemplateSpatialModel(WcsNDMap(geom, np.ones((9, 9))))


def test_damaged_file(tmp_path):
    (tmp_path / "map.fits").write_bytes(b"SIMPLE  =   ")
    model = TemplateSpatialModel(filename=tmp_path / "map.fits")
    assert model.unplaced
    with pytest.raises(FileFormatError, match=r"map\.fits"):
        at(model, 0, 0)


def test_energies_of_a_cube():
    data = sky_map(axes=[ENERGY], unit=FLUX)
    model = TemplateSpatialModel(data, normalize=False)
    low, high = ENERGY.edges[[0, -1]]
    inside, outside = (u.Quantity([low * f, high / f]) for f in (1.0001, 0.9999))
    assert np.all(at(model, 0.1, 0.1, inside) > 0)
    assert np.all(at(model, 0.1, 0.1, outside) == 0)
    on = TemplateSpatialModel(data, normalize=False, interp_kwargs={"fill_value": None})
    assert np.all(at(on, 0.1, 0.1, outside) > 0)
    np.testing.assert_allclose(at(on, 0.1, 0.1, inside), at(model, 0.1, 0.1, inside), rtol=1e-13)
    assert at(on, 3.0, 0.1, 5 * u.TeV) == 0
