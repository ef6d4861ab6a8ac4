"""Models of gamma-cat from small files of our own."""

import math
import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import FileFormatError, GammapyWarning, MissingFileError, ModelError
from gammapy.modeling.models import Models
from gammapy.modeling.serialize.gammacat.measured import Readings, angle
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.gammacat.merged import measurement_of_row
from gammapy.modeling.serialize.gammacat.place import turned
from gammapy.modeling.serialize.gammacat.source import Source
from gammapy.modeling.serialize.node import Node

PL = """
source_id: 7
reference_id: 2031A&A...100..200X
telescope: hess
pos:
  ra: {val: 17h45m40s, err: 0h0m2s, err_sys: 20s}
  dec: {val: -29d0m22s, err: 32s, err_sys: 20s}
morph:
  type: gauss
  sigma: {val: 6m, err: 1m, err_sys: 0.05d}
spec:
  model:
    type: pl
    parameters:
      norm: {val: 2.5, err: 0.2, err_sys: 0.6, scale: 1e-12, unit: cm-2 s-1 TeV-1}
      index: {val: 2.2, err: 0.1, err_sys: 0.15}
      e_ref: {val: 500, unit: GeV}
"""
SOURCE = """
source_id: 7
common_name: Test nebula
gamma_names: [HESS J1745-290]
fermi_names: []
other_names: [Sgr X, Sgr Y]
where: gal
classes: [pwn, unid]
pos: {simbad_id: Sgr X, ra: 266.4, dec: -29.0}
reference_ids: [2031A&A...100..200X]
"""


def tree(**parts):
    return {"source_id": 7, "reference_id": "2031A&A...100..200X", **parts}


def spectrum(kind, **parameters):
    return {"model": {"type": kind, "parameters": parameters}}


def measurement(**parts):
    return Measurement(tree(**parts), "file.yaml")


NORM = {"val": 2.0, "scale": "1e-12", "unit": "cm-2 s-1 TeV-1"}
ONE_TEV = {"val": 1, "unit": "TeV"}
HERE = {"ra": {"val": "10h0m0s"}, "dec": {"val": "20d0m0s"}}
DUE_NORTH = {"glon": {"val": "30d"}, "glat": {"val": "-2d"}}


@pytest.fixture
def folder(tmp_path):
    """Folder in the layout of gamma-cat, with one source and three measurements."""
    paper = tmp_path / "data" / "2031" / "2031A%26A...100..200X"
    paper.mkdir(parents=True)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "tev-000007.yaml").write_text(SOURCE)
    (paper / "tev-000007-1.yaml").write_text(PL)
    (paper / "tev-000007-2.yaml").write_text(PL.replace("index: {val: 2.2", "index: {val: 2.6"))
    (paper / "tev-000007-10.yaml").write_text(PL[: PL.index("spec:")])
    return tmp_path


# -- one measurement ----------------------------------------------------------------------


def test_power_law_with_errors(tmp_path):
    (tmp_path / "tev-000007.yaml").write_text(PL)
    model = Models.read(tmp_path / "tev-000007.yaml")[0]
    spectrum, shape = model.spectral_model, model.spatial_model
    assert model.name == "tev-000007 [2031A&A...100..200X]"
    assert spectrum(500 * u.GeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(2.5e-12, rel=1e-14)
    assert spectrum(5 * u.TeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(
        2.5e-12 * 10**-2.2, rel=1e-13
    )
    assert spectrum.amplitude.error == pytest.approx(0.2e-12)
    assert spectrum.index.error == 0.1
    assert not spectrum.index.frozen
    assert spectrum.reference.frozen
    assert shape.frame == "icrs"
    assert shape.position.ra.deg == pytest.approx(266.4166666666667, abs=1e-12)
    assert shape.position.dec.deg == pytest.approx(-29.006111111111, abs=1e-11)
    assert shape.lon_0.error == pytest.approx(30 / 3600)  # 2 s of time are 30 arcsec
    assert shape.lat_0.error == pytest.approx(32 / 3600)
    assert (shape.sigma.value, shape.sigma.error) == pytest.approx((0.1, 1 / 60))


def test_reference_and_systematic_errors_are_kept(tmp_path):
    (tmp_path / "tev-000007.yaml").write_text(PL)
    origin = Models.read(tmp_path / "tev-000007.yaml")[0].copy().origin
    assert isinstance(origin, Measurement)
    assert (origin.reference_id, origin.telescope) == ("2031A&A...100..200X", "hess")
    assert origin.url == "https://ui.adsabs.harvard.edu/abs/2031A%26A...100..200X"
    found = {name: error.value for name, error in origin.systematic.items()}
    assert found == pytest.approx(
        {
            "spectral.index": 0.15,
            "spectral.amplitude": 0.6e-12,
            "spatial.lon_0": 20 / 3600,
            "spatial.lat_0": 20 / 3600,
            "spatial.sigma": 0.05,
        }
    )
    assert origin.notes == []


def test_flux_above_an_energy():
    flux = {"val": 5.7, "err": 0.7, "scale": "1e-8", "unit": "m-2 s-1"}
    made = spectrum("pl2", flux=flux, index={"val": 2.4}, e_min={"val": 250, "unit": "GeV"})
    model = measurement(spec=made).spectral_model()
    expected = 5.7e-12 * 1.4 / 0.25 * (3 / 0.25) ** -2.4
    assert model(3 * u.TeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(expected, rel=1e-10)
    assert model.amplitude.quantity.to_value("cm-2 s-1") == pytest.approx(5.7e-12)
    assert u.Quantity(model.amplitude.error, model.amplitude.unit).to_value(
        "cm-2 s-1"
    ) == pytest.approx(0.7e-12)


def test_flux_in_a_range():
    parameters = {"flux": {"val": 1e-12, "unit": "cm-2 s-1"}, "index": {"val": 0.5}}
    ends = {"e_min": ONE_TEV, "e_max": {"val": 10, "unit": "TeV"}}
    model = measurement(spec=spectrum("pl2", **parameters, **ends)).spectral_model()
    assert model.integral(1 * u.TeV, 10 * u.TeV).value == pytest.approx(1e-12, rel=1e-12)
    with pytest.raises(FileFormatError, match=r"index = 0.5 must be above 1 without e_max"):
        measurement(spec=spectrum("pl2", **parameters, e_min=ONE_TEV)).spectral_model()


def test_cutoff_and_its_error():
    cut = {"val": 8.0, "err": 2.0, "err_sys": 1.0, "unit": "TeV"}
    made = spectrum("ecpl", norm=NORM, index={"val": 1.8}, e_cut=cut, e_ref=ONE_TEV)
    found = measurement(spec=made)
    model = found.spectral_model()
    expected = 2e-12 * 4**-1.8 * math.exp(-4 / 8)
    assert model(4 * u.TeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(expected, rel=1e-13)
    assert model.lambda_.error == pytest.approx(2.0 / 64)
    assert found.systematic["spectral.lambda_"].to_value("TeV-1") == pytest.approx(1.0 / 64)


def test_log_parabola_of_base_10():
    made = spectrum("lppl", norm=NORM, alpha={"val": 2.4}, beta={"val": 1.8}, e_ref=ONE_TEV)
    model = measurement(spec=made).spectral_model()
    assert model(10 * u.TeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(
        2e-12 * 10 ** -(2.4 + 1.8), rel=1e-12
    )


def ecpl_with_covariance(matrix):
    norm = {**NORM, "err": 0.2}
    cut = {"val": 5.0, "err": 0.5, "unit": "TeV"}
    made = spectrum("ecpl", norm=norm, index={"val": 1.8, "err": 0.1}, e_cut=cut, e_ref=ONE_TEV)
    made["model"]["covar"] = matrix
    return measurement(spec=made)


def test_covariance():
    """Order norm, index, 1 / e_cut, whose error is 0.5 / 25."""
    matrix = [[4e-26, -6e-15, 1e-15], [-6e-15, 0.01, -1e-3], [1e-15, -1e-3, 4e-4]]
    found = ecpl_with_covariance(matrix)
    model = found.spectral_model()
    names = ["amplitude", "index", "lambda_"]
    paths = list(model.own_parameters)
    order = [paths.index(name) for name in names]
    np.testing.assert_allclose(np.asarray(model.covariance.data)[np.ix_(order, order)], matrix)
    assert found.notes == []


@pytest.mark.parametrize(
    "matrix",
    [
        [[4e-26, 0, 0], [0, 0.01, 0], [0, 0, 0.25]],  # of e_cut itself
        [[4e-26, 0], [0, 0.01]],
    ],
)
def test_covariance_of_something_else_is_not_used(matrix):
    found = ecpl_with_covariance(matrix)
    model = found.spectral_model()
    assert "not used" in found.notes[0]
    assert model.index.error == 0.1


# -- slips --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "unit", "read"),
    [
        ("pl", "TeV", "cm-2 s-1 TeV-1"),
        ("pl2", "cm-2 s-2", "cm-2 s-1"),
        ("pl2", "cm-1 s-1", "cm-2 s-1"),
    ],
)
def test_slips_in_units_are_told(kind, unit, read):
    flux = {"val": 2.0, "scale": "1e-12", "unit": unit}
    rest = {"norm": flux, "e_ref": ONE_TEV} if kind == "pl" else {"flux": flux, "e_min": ONE_TEV}
    found = measurement(spec=spectrum(kind, index={"val": 2.0}, **rest))
    with pytest.warns(GammapyWarning, match=f"a slip, read as '{read}'"):
        model = found.spectral_model()
    assert model.amplitude.quantity.to_value(read) == pytest.approx(2e-12)
    assert len(found.notes) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found.spectral_model()  # told once


def test_hours_in_a_declination_are_told():
    place = {"ra": {"val": "10h0m0s"}, "dec": {"val": "20d", "err": "0h0m41s"}}
    found = measurement(pos=place, morph={"type": "point"})
    with pytest.warns(GammapyWarning, match="only a right ascension has hours"):
        model = found.spatial_model()
    assert model.lat_0.error == pytest.approx(41 / 3600)


def test_far_from_the_source_is_noted():
    source = Source(7, "Test nebula", {"pos": {"ra": 150.0, "dec": 21.0}})
    parts = {"pos": HERE, "morph": {"type": "point"}}
    found = Measurement(tree(**parts), "file.yaml", source)
    found.spatial_model()
    assert "1.00 deg from the position of the source" in found.notes[0]


# -- shapes -------------------------------------------------------------------------------


def gauss(pa, place=HERE, sigma="0.5d", sigma2="0.3d", **errors):
    sizes = {"sigma": {"val": sigma, "err": "0.05d"}, "sigma2": {"val": sigma2, "err": "0.06d"}}
    return measurement(pos=place, morph={"type": "gauss", **sizes, "pa": {"val": pa, **errors}})


def test_elongated_gauss():
    model = gauss("40d", frame="radec", err="7d").spatial_model()
    assert model.sigma.value == pytest.approx(0.5)
    assert model.e.value == pytest.approx(0.8)
    assert (model.phi.value, model.phi.error) == pytest.approx((40, 7))
    # by differences: e = sqrt(1 - b^2 / a^2)
    e = lambda a, b: math.sqrt(1 - (b / a) ** 2)  # noqa: E731
    h = 1e-6
    by_a, by_b = (e(0.5 + h, 0.3) - 0.8) / h, (e(0.5, 0.3 + h) - 0.8) / h
    assert model.e.error == pytest.approx(math.hypot(0.05 * by_a, 0.06 * by_b), rel=1e-5)


def test_long_axis_across_the_angle():
    found = gauss("40d", sigma="0.3d", sigma2="0.5d", frame="radec")
    model = found.spatial_model()
    assert model.sigma.value == pytest.approx(0.5)
    assert model.phi.value == pytest.approx(-50)
    assert "across the pa" in found.notes[0]


@pytest.mark.parametrize("pa", [-80.0, 0.0, 33.0, 120.0])
def test_position_angle_in_another_frame(pa):
    """Half the length of the axis away from the centre, the same point in both frames."""
    model = gauss(f"{pa}d", place=DUE_NORTH, frame="radec").spatial_model()
    assert model.frame == "galactic"
    center = SkyCoord(30, -2, unit="deg", frame="galactic")
    tip = center.icrs.directional_offset_by(pa * u.deg, 1e-3 * u.deg)
    other = center.directional_offset_by(model.phi.quantity, 1e-3 * u.deg)
    opposite = center.directional_offset_by(model.phi.quantity + 180 * u.deg, 1e-3 * u.deg)
    nearest = min(tip.separation(other.icrs).arcsec, tip.separation(opposite.icrs).arcsec)
    assert nearest < 1e-5


def test_angle_is_turned_and_back():
    position = SkyCoord(30, -2, unit="deg", frame="galactic")
    there = turned(33 * u.deg, position, "icrs", "galactic")
    assert abs(there.value - 33) > 30
    assert turned(there, position, "galactic", "icrs").value == pytest.approx(33, abs=1e-6)


def test_angle_without_a_frame_is_in_that_of_the_position():
    found = gauss("40d", place=DUE_NORTH)
    assert found.spatial_model().phi.value == pytest.approx(40)
    assert "without a frame" in found.notes[0]


def test_shell():
    sizes = {"sigma": {"val": "0.2d", "err": "0.03d"}, "sigma2": {"val": "0.3d", "err": "0.04d"}}
    model = measurement(pos=HERE, morph={"type": "shell", **sizes}).spatial_model()
    assert (model.radius.value, model.width.value) == pytest.approx((0.2, 0.1))
    assert (model.radius.error, model.width.error) == pytest.approx((0.03, 0.05))


def test_shell_of_one_radius():
    found = measurement(pos=HERE, morph={"type": "shell", "sigma": {"val": "1d", "err": "0.1d"}})
    model = found.spatial_model()
    assert (model.radius.value, model.width.value) == pytest.approx((0.8, 0.2))
    assert "is a guess" in found.notes[0]


def test_shape_that_cannot_be_built_leaves_the_spectrum():
    made = spectrum("pl", norm=NORM, index={"val": 2.0}, e_ref=ONE_TEV)
    found = measurement(pos=HERE, morph={"type": "shell"}, spec=made)
    with pytest.raises(ModelError, match="a shell needs sigma"):
        found.spatial_model()
    with pytest.warns(GammapyWarning, match="a shell needs sigma.*the model has no shape"):
        model = found.sky_model()
    assert model.spatial_model is None


def test_position_of_the_source_stands_in():
    source = Source(7, "Test nebula", {"pos": {"ra": 150.0, "dec": 21.0}})
    found = Measurement(tree(morph={"type": "point"}), "file.yaml", source)
    assert found.spatial_model().position.dec.deg == 21.0
    assert "put at that of the source" in found.notes[0]
    with pytest.raises(ModelError, match="has a shape and no position"):
        measurement(morph={"type": "point"}).spatial_model()


@pytest.mark.parametrize(
    ("text", "hours", "value"),
    [
        ("20s", True, 20 / 3600),
        ("0h0m7s", True, 105 / 3600),
        ("8h52m", True, 133.0),
        ("-13d45.7m", False, -13.7616666667),
        ("\N{MINUS SIGN}30d22m14.00s", False, -30.3705555556),
        ("+23d33m00s", False, 23.55),
        ("0.014 deg", False, 0.014),
        ("1m30s", False, 0.025),
        ("-0d30m", False, -0.5),
        (".5d", False, 0.5),
    ],
)
def test_angles(text, hours, value):
    assert angle(Node(text, "here"), Readings(), hours).value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("text", ["", "12", "d", "1x", "1d2d", "1s2m", "nan deg", "1e2d", "--1d"])
def test_what_is_no_angle(text):
    with pytest.raises(FileFormatError, match=r"here = .* must be"):
        angle(Node(text, "here"), Readings())


# -- bad input ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "plx"}, r"'plx' is no spectrum that is known: one of \['pl', 'pl2', 'ecpl'"),
        ({"index": None}, "index.*must be a mapping"),
        ({"index": {"val": math.nan}}, "val = nan must be finite"),
        ({"index": {"val": "two"}}, "val = 'two' must be a number"),
        ({"index": {"val": True}}, "val = True must be a number"),
        ({"index": {"val": 2, "err": -0.1}}, "err = -0.1 must not be negative"),
        ({"index": {"value": 2}}, "unknown key 'value'"),
        ({"norm": {"val": 2, "unit": "erg"}}, "unit = 'erg' does not convert to"),
        ({"norm": {"val": 2, "unit": "cm-2 s-2"}}, "unit = 'cm-2 s-2' does not convert to"),
        ({"norm": {"val": 2, "unit": "blub"}}, "'blub' is not a unit"),
        ({"norm": {"val": 2}}, "key 'unit' is missing"),
        ({"e_ref": {"val": 0, "unit": "TeV"}}, "must be positive: it is an energy"),
        ({"e_cut": {"val": 1, "unit": "TeV"}}, "unknown key 'e_cut'"),
    ],
)
def test_spectra_that_make_no_sense(change, message):
    parameters = {"norm": NORM, "index": {"val": 2.0}, "e_ref": ONE_TEV}
    kind = change.pop("type", "pl")
    made = spectrum(kind, **(parameters | change))
    with pytest.raises(FileFormatError, match=f"file.yaml, spec, model.*{message}"):
        measurement(spec=made).spectral_model()


def test_missing_parameter():
    with pytest.raises(FileFormatError, match="parameters: key 'index' is missing"):
        measurement(spec=spectrum("pl", norm=NORM, e_ref=ONE_TEV)).spectral_model()


@pytest.mark.parametrize(
    ("pos", "morph", "message"),
    [
        (HERE, {"type": "disk"}, "'disk' is no morphology that is known"),
        (HERE, {"type": "gauss", "sigma": {"val": "0d"}}, "must be positive"),
        (HERE, {"type": "gauss", "sigma": {"val": 0.2}}, "must be a text"),
        (HERE, {"type": "gauss", "sigma": {"val": "0.2d", "err": "-1m"}}, "must not be negative"),
        (
            HERE,
            {"type": "shell", "sigma": {"val": "2d"}, "sigma2": {"val": "1d"}},
            "must be above sigma",
        ),
        ({"ra": {"val": "1h"}}, {"type": "point"}, "must have ra and dec"),
        ({"ra": {"val": "1h"}, "dec": {"val": "91d"}}, {"type": "point"}, "within -90 and 90"),
    ],
)
def test_shapes_that_make_no_sense(pos, morph, message):
    with pytest.raises(FileFormatError, match=f"file.yaml, .*{message}"):
        measurement(pos=pos, morph=morph).spatial_model()


def test_elongated_without_a_direction():
    sizes = {"sigma": {"val": "0.2d"}, "sigma2": {"val": "0.1d"}}
    with pytest.raises(ModelError, match="pa is missing"):
        measurement(pos=HERE, morph={"type": "gauss", **sizes}).spatial_model()


def test_unknown_frame_of_an_angle():
    with pytest.raises(FileFormatError, match=r"frame = 'b1950' must be one of \['radec'"):
        gauss("40d", frame="b1950").spatial_model()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source_id: 1", "neither a measurement"),
        ("[1, 2]", r"\[0\] = 1 must be a row"),
        ("[[[source_id, 1]]]", "column 'common_name' is missing"),
        ("source_id: x\nreference_id: y", "'x' must be a whole number"),
        ("source_id: true\nreference_id: y", "True must be a whole number"),
        ("source_id: 0\nreference_id: y", "0 must be a whole number from 1 on"),
        ("source_id: 1\nreference_id: 5", "reference_id = 5 must be a text"),
        ("source_id: 1\nsource_id: 2\nreference_id: x", "comes twice"),
    ],
)
def test_files_of_something_else(tmp_path, text, message):
    (tmp_path / "file.yaml").write_text(text)
    with pytest.raises(FileFormatError, match=message):
        Models.read(tmp_path / "file.yaml", format="gamma-cat")


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match="does not exist"):
        Measurement.read(tmp_path / "tev-000001.yaml")


# -- several files ------------------------------------------------------------------------


def test_measurements_of_a_source_side_by_side(folder):
    with pytest.warns(GammapyWarning, match="1 of 3 measurements have no spectral model"):
        models = Models.read(folder / "sources" / "tev-000007.yaml")
    assert models.names == [
        "Test nebula [2031A&A...100..200X #1]",
        "Test nebula [2031A&A...100..200X #2]",
    ]
    assert [model.spectral_model.index.value for model in models] == [2.2, 2.6]


def test_source_is_found_from_the_measurement(folder):
    path = next(folder.glob("data/*/*/tev-000007-2.yaml"))
    assert Models.read(path).names == ["Test nebula [2031A&A...100..200X #2]"]


def test_measurement_without_a_spectrum(folder):
    path = next(folder.glob("data/*/*/tev-000007-10.yaml"))
    with pytest.raises(ModelError, match="has no spectral model"):
        Models.read(path)


def test_source_without_measurements(folder):
    path = folder / "sources" / "tev-000008.yaml"
    path.write_text("source_id: 8\ncommon_name: Other")
    with pytest.raises(FileFormatError, match="none of its 0 measurements"):
        Models.read(path)


def test_source(folder):
    source = Source.read(folder / "sources" / "tev-000007.yaml")
    assert source.names == ["Test nebula", "HESS J1745-290", "Sgr X", "Sgr Y"]
    assert source.classes == ["pwn", "unid"]
    assert source.reference_ids == ["2031A&A...100..200X"]
    assert source.position.ra.deg == 266.4
    assert Source(1, "x", {}).position is None
    assert Source(1, "x", {"pos": {"ra": "1h", "dec": "-2d"}}).position.ra.deg == 15.0
    with pytest.raises(FileFormatError, match="within -90 and 90"):
        _ = Source(1, "x", {"pos": {"ra": 1, "dec": -92}}).position


def test_models_survive_yaml(folder, tmp_path):
    models = Models.read(next(folder.glob("data/*/*/tev-000007-1.yaml")))
    models.write(tmp_path / "models.yaml")
    again = Models.read(tmp_path / "models.yaml")
    for old, new in zip(models.parameters, again.parameters, strict=True):
        assert (old.value, old.error, old.unit) == (new.value, new.error, new.unit)


# -- the merged catalogue -----------------------------------------------------------------

ROW = {
    "source_id": 7,
    "common_name": "Test nebula",
    "gamma_names": "HESS J1745-290",
    "other_names": "Sgr X,Sgr Y",
    "reference_id": "2031A&A...100..200X",
    "ra": 266.4,
    "dec": -29.0,
    "pos_ra": 266.5,
    "pos_dec": -60.0,
    "pos_err": 0.02,
    "morph_type": "gauss",
    "morph_sigma": 0.5,
    "morph_sigma_err": 0.05,
    "morph_sigma2": 0.3,
    "morph_sigma2_err": math.nan,
    "morph_pa": 40.0,
    "morph_pa_err": 7.0,
    "morph_pa_frame": "radec",
    "spec_type": "pl",
    "spec_pl_norm": 2e-12,
    "spec_pl_norm_err": 2e-13,
    "spec_pl_norm_err_sys": 6e-13,
    "spec_pl_index": 2.2,
    "spec_pl_index_err": 0.1,
    "spec_pl_index_err_sys": math.nan,
    "spec_pl_e_ref": 0.5,
    "spec_ecpl_norm": math.nan,
    "sed_e_ref": np.array([1.0, 2.0]),
}


def test_row_of_the_merged_catalogue():
    found = measurement_of_row(ROW, "row 1")
    model = found.sky_model()
    assert model.name == "Test nebula [2031A&A...100..200X]"
    assert found.source.names == ["Test nebula", "HESS J1745-290", "Sgr X", "Sgr Y"]
    assert model.spectral_model.amplitude.error == pytest.approx(2e-13)
    assert list(found.systematic) == ["spectral.amplitude"]
    shape = model.spatial_model
    assert shape.lat_0.error == pytest.approx(0.02)
    assert shape.lon_0.error == pytest.approx(0.04)  # the same on the sky, at 60 deg
    assert (shape.e.value, shape.phi.value) == pytest.approx((0.8, 40))


def test_row_without_measurements():
    row = ROW | {"spec_type": "none", "morph_type": "", "reference_id": "", "pos_ra": math.nan}
    found = measurement_of_row(row, "row 1")
    assert not found.has_spectrum
    assert found.spatial_model() is None
    assert found.position is None
    assert repr(found) == "Measurement('Test nebula [no paper]', None, no model)"
