"""Light curves of tables and maps."""

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.errors import FileFormatError, MissingFileError, ModelError, OverwriteError
from gammapy.maps import MapAxis, RegionNDMap, TimeMapAxis
from gammapy.modeling.models import LightCurveTemplateTemporalModel, TemporalModel

START = Time(55000, 0.5, format="mjd", scale="tt")
META = {"MJDREFI": 55000, "MJDREFF": 0.5, "TIMEUNIT": "d", "TIMESYS": "TT"}


@pytest.fixture
def table():
    return Table({"TIME": [0.0, 1, 3, 4], "NORM": [1, 0.2, 0.6, 0.4]}, meta=META)


@pytest.fixture
def model(table):
    return LightCurveTemplateTemporalModel.from_table(table, scale="tt")


def test_linear_and_zero_outside(model):
    found = model(START + [-1, -1e-3, 0, 0.5, 2, 4, 4.001] * u.d)
    np.testing.assert_allclose(found.value, [0, 0, 1, 0.6, 0.4, 0.4, 0], atol=1e-9)


def test_ends_are_inside_by_what_times_resolve(model):
    found = model(START + [-1e-8, 4 * 86400 + 1e-8] * u.s)
    np.testing.assert_allclose(found.value, [1, 0.4], rtol=1e-9)


def test_reference_time_is_converted_to_the_scale_of_the_model(table):
    model = LightCurveTemplateTemporalModel.from_table(table)
    assert model.scale == "utc"
    assert model.t_ref.value == pytest.approx(START.utc.mjd, abs=1e-10)
    assert model(START + 0.5 * u.d).value == pytest.approx(0.6, abs=1e-9)


def test_moved_reference_time(model):
    model.t_ref.value += 10
    assert model(START + 10.5 * u.d).value == pytest.approx(0.6, abs=1e-12)
    assert model(START + 0.5 * u.d) == 0


def test_integrals_across_the_ends(model):
    area = [0.6, 2 * 0.4, 0.5]
    low, high = START + [-5, 0, 0.9, -9, 4, 2.5] * u.d, START + [9, 4, 3.5, -8, 9, 2.6] * u.d
    found = [model.integral(*ends).value for ends in zip(low, high, strict=True)]
    partial = 0.1 * 0.24 + 0.8 + 0.5 * 0.55
    expected = [sum(area) / 14, sum(area) / 4, partial / 2.6, 0, 0, 0.51]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_table_comes_back(model, table):
    found = model.to_table()
    np.testing.assert_allclose(found["TIME"].quantity.to_value("d"), table["TIME"])
    np.testing.assert_array_equal(found["NORM"], table["NORM"])
    assert (found.meta["MJDREFI"], found.meta["MJDREFF"]) == (55000, 0.5)
    assert found.meta["TIMESYS"] == "tt"


@pytest.mark.parametrize("format", ["table", "map"])
def test_files(model, tmp_path, format):
    path = tmp_path / "lc.fits"
    model.write(path, format=format)
    with pytest.raises(OverwriteError, match="overwrite=True"):
        model.write(path, format=format)
    model.write(path, format=format, overwrite=True)
    again = LightCurveTemplateTemporalModel.read(path, format=format)
    assert again.filename == str(path)
    times = START + np.linspace(-1, 5, 31) * u.d
    np.testing.assert_allclose(again(times).value, model(times).value, atol=1e-10)
    assert again.to_dict()["temporal"]["format"] == format
    assert repr(TemporalModel.from_dict(again.to_dict())) == repr(again)
    assert [p.name for p in tmp_path.iterdir()] == ["lc.fits"]


def test_variables_stay_in_the_name(model, tmp_path, monkeypatch):
    monkeypatch.setenv("CURVES", str(tmp_path))
    model.write("$CURVES/lc.fits")
    again = LightCurveTemplateTemporalModel.read("$CURVES/lc.fits")
    assert again.filename == "$CURVES/lc.fits"
    assert again.to_dict()["temporal"]["filename"] == "$CURVES/lc.fits"
    assert eval(repr(again))(START) == again(START)


def test_without_name(model):
    with pytest.raises(ModelError, match="has no filename: pass one"):
        model.write()
    with pytest.raises(ModelError, match=r"write the table with model\.write\(path\)"):
        model.to_dict()


def test_missing_file(model, tmp_path):
    """It prevents nothing before values are needed, and is found when it is there later."""
    path = tmp_path / "later.fits"
    with pytest.raises(MissingFileError, match=r"later\.fits does not exist"):
        LightCurveTemplateTemporalModel.read(path)
    late = LightCurveTemplateTemporalModel(filename=path)
    assert "later.fits" in repr(late)
    tree = late.to_dict()
    assert tree["temporal"]["parameters"] == []
    copy = TemporalModel.from_dict(tree).copy()
    for use in (late, copy, lambda t: late.integral(t, t + 1 * u.d)):
        with pytest.raises(MissingFileError, match=r"later\.fits does not exist: check the name"):
            use(START)
    model.write(path)
    for found in (late, copy):
        assert found(START + 0.5 * u.d).value == pytest.approx(0.6, abs=1e-9)
        assert found.t_ref.value == pytest.approx(START.utc.mjd, abs=1e-10)
    assert late.to_dict()["temporal"]["parameters"][0]["name"] == "t_ref"


def test_given_reference_time_needs_no_file(tmp_path):
    model = LightCurveTemplateTemporalModel(filename=tmp_path / "no.fits", t_ref="55001 d")
    tree = model.to_dict()
    assert TemporalModel.from_dict(tree).t_ref.value == 55001
    assert TemporalModel.from_dict(tree).to_dict() == tree


def test_tree_of_earlier_versions_has_the_name_only(model, tmp_path):
    model.write(tmp_path / "lc.fits")
    tree = {"type": "LightCurveTemplateTemporalModel", "filename": str(tmp_path / "lc.fits")}
    found = TemporalModel.from_dict({"temporal": tree})
    assert found.t_ref.value == pytest.approx(START.utc.mjd, abs=1e-10)


# -- maps ----------------------------------------------------------------------------------


def test_map_with_a_time_axis():
    axis = TimeMapAxis([0, 2] * u.d, [2, 4] * u.d, START)
    model = LightCurveTemplateTemporalModel(RegionNDMap.create(axes=[axis], data=[1.0, 3.0]))
    np.testing.assert_allclose(model(START + [0.5, 2, 3] * u.d).value, [0, 2, 3], atol=1e-9)
    assert model.scale == "utc"
    assert model.t_ref.value == pytest.approx(START.utc.mjd)


def test_map_with_nodes_needs_a_reference_time():
    axis = MapAxis.from_nodes([0, 2, 4] * u.d, name="time", interp="lin")
    flux = RegionNDMap.create(axes=[axis], data=[1.0, 3.0, 0.0])
    model = LightCurveTemplateTemporalModel(flux, t_ref="55000.5 d", scale="tt")
    np.testing.assert_allclose(model(START + [0, 1, 3] * u.d).value, [1, 2, 1.5])
    assert "3 times" in repr(model)


def test_maps_that_are_no_light_curve():
    time = MapAxis.from_nodes([0, 2] * u.d, name="time", interp="lin")
    energy = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=2)
    with pytest.raises(ModelError, match="depends on energy or position is not supported"):
        LightCurveTemplateTemporalModel(RegionNDMap.create(axes=[energy, time]))
    with pytest.raises(ModelError, match="an axis named 'time'"):
        LightCurveTemplateTemporalModel(RegionNDMap.create(axes=[energy]))
    with pytest.raises(ModelError, match="an axis named 'time'"):
        LightCurveTemplateTemporalModel("lc.fits")
    with pytest.raises(ModelError, match="values without unit"):
        LightCurveTemplateTemporalModel(RegionNDMap.create(axes=[time], unit="cm"))


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({}, "needs a map or a filename"),
        ({"filename": "a", "method": "nearest"}, "method = 'nearest' is not known: use 'linear'"),
        ({"filename": "a", "values_scale": "log"}, "values_scale = 'log' is not known: use 'lin'"),
        ({"filename": "a", "scale": "gps"}, "scale = 'gps' is not a time scale"),
    ],
)
def test_bad_arguments(kwargs, match):
    with pytest.raises(ModelError, match=match):
        LightCurveTemplateTemporalModel(**kwargs)


def test_unknown_format(tmp_path):
    with pytest.raises(KeyError, match="no read named 'csv': choose one of 'table', 'map'"):
        LightCurveTemplateTemporalModel.read(tmp_path / "a.fits", format="csv")


def test_file_that_is_no_light_curve(tmp_path):
    path = tmp_path / "a.fits"
    Table({"PHASE": [0, 1.0], "NORM": [1, 1]}).write(path)
    with pytest.raises(FileFormatError, match=r"a\.fits has no column TIME, only PHASE, NORM"):
        LightCurveTemplateTemporalModel.read(path)
    with pytest.raises(FileFormatError, match="is no map on a region"):
        LightCurveTemplateTemporalModel.read(path, format="map")
