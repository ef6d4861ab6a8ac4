"""A change through the model changes what it must in the file, and nothing else."""

import math
import warnings

import astropy.units as u
import numpy as np
import pytest
from lxml import etree

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import (
    GaussianSpatialModel,
    LogParabolaSpectralModel,
    Models,
    PowerLawNormSpectralModel,
    TemplateSpatialModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml, xml_report
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source

SCALED = (
    '<scaling><instrument name="HESS" value="1.1" scale="1" free="1"/></scaling>'
    '<associations><association name="Crab"/></associations>'
)
TEXT = library(source(POWER_LAW, POINT, SCALED, more=' instrument="CTA" ts="12.500"'))


def read(text, dialect=None) -> Models:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        return models_from_xml(text, dialect)


def written(models, dialect=None) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        return models_to_xml(models, dialect)


def same_values(one: Models, other: Models) -> None:
    """All numbers of parameters, and spectra and shapes as they are evaluated."""
    for a, b in zip(one, other, strict=True):
        energy = [0.2, 0.7, 3] * u.TeV
        unit = a.spectral_model.unit
        expected = a.spectral_model(energy).to_value(unit)
        assert b.spectral_model(energy).to_value(unit) == pytest.approx(expected, rel=1e-12)
        for path, p in a.own_parameters.items():
            q = b.own_parameters[path]
            factor = float(q.unit.to(p.unit))
            for key in ("value", "min", "max", "error"):
                x, y = getattr(p, key), getattr(q, key) * factor
                assert x == pytest.approx(y, rel=1e-12, nan_ok=True), (path, key)
            assert p.frozen is q.frozen


@pytest.mark.parametrize(
    ("path", "key", "value", "attribute", "text"),
    [
        ("spectral.index", "value", 2.3, ("Index", "value"), "2.3"),
        ("spectral.index", "min", 1.0, ("Index", "min"), "1"),
        ("spectral.index", "max", math.nan, ("Index", "max"), None),
        ("spectral.index", "error", 0.2, ("Index", "error"), "0.2"),
        ("spectral.index", "frozen", True, ("Index", "free"), "0"),
        ("spectral.amplitude", "value", 6e-16, ("Prefactor", "value"), "6"),
        ("spectral.reference", "min", 1e5, ("PivotEnergy", "min"), "0.1"),
        ("spatial.lon_0", "frozen", False, ("RA", "free"), "1"),
        ("spatial.lat_0", "value", -3.0, ("DEC", "value"), "-3"),
    ],
)
def test_one_attribute(path, key, value, attribute, text):
    models = read(TEXT)
    setattr(models[0].own_parameters[path], key, value)
    expected = etree.fromstring(TEXT)
    name, where = attribute
    child = expected.find(f".//parameter[@name='{name}']")
    if text is None:
        del child.attrib[where]
    else:
        child.set(where, text)
    found = written(models)
    assert etree.canonicalize(found) == etree.canonicalize(etree.tostring(expected).decode())
    same_values(models, read(found))


def test_another_unit_is_no_change():
    models = read(TEXT)
    models[0].spectral_model.amplitude.unit = "cm-2 s-1 TeV-1"
    models[0].spectral_model.reference.unit = "TeV"
    assert etree.canonicalize(written(models)) == etree.canonicalize(TEXT)


def test_a_copy_is_no_change():
    assert etree.canonicalize(written(read(TEXT).copy())) == etree.canonicalize(TEXT)


def test_another_name():
    models = read(TEXT)
    models[0].name = "b & c"
    root = etree.fromstring(written(models).encode())
    assert root[0].get("name") == "b & c"
    assert root[0].get("ts") == "12.500"


def test_another_part_leaves_the_others():
    models = read(TEXT)
    models[0].spectral_model = LogParabolaSpectralModel(alpha=2.2)
    models[0].spatial_model = GaussianSpatialModel(sigma="0.3 deg", frame="galactic")
    found = written(models)
    root = etree.fromstring(found.encode())
    assert [child.tag for child in root[0]] == [
        *("spectrum", "spatialModel", "scaling", "associations"),
    ]
    assert etree.tostring(root.find(".//scaling")).decode().startswith(SCALED[:20])
    same_values(models, read(found))


@pytest.mark.parametrize("value", [2.5, 3.5])
def test_a_smooth_break_may_turn(value):
    """The sign of its smoothness depends on the indices."""
    words = (
        "SmoothBrokenPowerLaw Prefactor 1e-16 Index1 -2 PivotEnergy 3e5 Index2 -3 BreakEnergy 1e6 "
        "BreakSmoothness 0.2"
    )
    models = read(library(source(element("spectrum", words), POINT)))
    models[0].spectral_model.index1.value = value
    same_values(models, read(written(models)))


def test_the_peak_of_a_band_depends_on_its_exponent():
    words = "BandFunction norm 1e-9 alpha -1 beta -2.3 Ep 500 Scale 100"
    models = read(library(source(element("spectrum", words), POINT)), "fermi")
    models[0].spectral_model.alpha.value = -0.5
    same_values(models, read(written(models), "fermi"))


NODES = "".join(
    f'<node><parameter name="Energy" value="{e}" scale="1e6" free="0"/>'
    f'<parameter name="Intensity" value="{v}" scale="1e-16" min="1e-9" free="1"/></node>'
    for e, v in [(0.1, 5.0), (1, 1.25), (10, 0.01)]
)


def test_nodes_change_their_intensity():
    text = library(source(f'<spectrum type="NodeFunction">{NODES}</spectrum>', POINT))
    models = read(text)
    models[0].spectral_model.model2.norm_1.value = 2.0
    found = written(models)
    expected = text.replace('"1.25"', '"2.5"')
    assert etree.canonicalize(found) == etree.canonicalize(expected)
    energy = [0.1, 0.3, 2, 10] * u.TeV
    one, other = (m[0].spectral_model(energy).value for m in (models, read(found)))
    assert other == pytest.approx(one, rel=1e-13)
    # ours goes on with the norm of the last node, theirs with the slope of the last piece
    report = "'a': beyond its nodes it is written with the slope of the last piece"
    assert xml_report(models) == [report]
    assert xml_report(read(text)) == []


def test_another_table_of_nodes():
    text = library(source(f'<spectrum type="NodeFunction">{NODES}</spectrum>', POINT))
    models, other = read(text), read(text.replace('value="10"', 'value="20"'))
    models[0].spectral_model = other[0].spectral_model
    found = read(written(models))[0].spectral_model.model1
    assert found.energy.to_value("TeV") == pytest.approx([0.1, 1, 20], rel=1e-15)


MAP = (
    '<spatialModel type="DiffuseMap" file="$(NO_FOLDER)/map.fits">'
    '<parameter name="Normalization" value="2" scale="1" min="0" max="9" free="1"/></spatialModel>'
)


def norm_of(models) -> float:
    """What multiplies the power law at its pivot."""
    value = models[0].spectral_model(0.3 * u.TeV).to_value("cm-2 s-1 MeV-1")
    return float(value) / 5.7e-16


def test_the_norm_of_a_map_is_a_factor_on_the_spectrum():
    text = library(source(POWER_LAW, MAP))
    models = read(text)
    assert norm_of(models) == pytest.approx(2)
    norm = models[0].spectral_model.model2.norm
    assert (norm.min, norm.max, norm.frozen) == (0, 9, False)
    norm.value = 3.0
    found = written(models)
    assert etree.canonicalize(found) == etree.canonicalize(text.replace('"2"', '"3"'))


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        lambda m: setattr(m.spectral_model.model1, "index", m.spectral_model.model1.index),
        lambda m: setattr(
            m, "spatial_model", TemplateSpatialModel(filename="other.fits", interp_kwargs=LIN)
        ),
        lambda m: setattr(m, "spectral_model", m.spectral_model.model1),
        lambda m: setattr(
            m, "spectral_model", m.spectral_model * PowerLawNormSpectralModel(norm=1.5)
        ),
        lambda m: setattr(
            m,
            "spectral_model",
            LogParabolaSpectralModel(amplitude="5.7e-10 cm-2 s-1 TeV-1", reference="0.3 TeV")
            * m.spectral_model.model2,
        ),
    ],
)
def test_no_norm_is_lost_or_counted_twice(change, bare):
    models = read(library(source(POWER_LAW, MAP)))
    change(models[0])
    if bare:
        models[0].origin = None
    back = read(written(models))
    assert norm_of(back) == pytest.approx(norm_of(models), rel=1e-12)
    assert np.isfinite(norm_of(back))
    assert back[0].spatial_model.filename == models[0].spatial_model.filename


LIN = {"values_scale": "lin"}


def amplitude_of(attributes: str):
    law = POWER_LAW.replace('value="5.7" scale="1e-16" min="1e-07" max="1000"', attributes)
    models = read(library(source(law, POINT)))
    return models, models[0].spectral_model.amplitude


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ('value="1" scale="0" min="0" max="2"', 1e-12),
        ('value="1" scale="1e-320"', 1e-12),
        ('value="1" scale="1e300"', 1e-200),
        ('value="1" scale="-1e-320" min="-5"', 1e-12),
        ('value="0" scale="1e-300" max="1e250"', 1e-12),
    ],
)
def test_a_scale_that_cannot_hold_the_new_value_is_replaced(attributes, value):
    models, amplitude = amplitude_of(attributes)
    amplitude.min = amplitude.max = math.nan
    amplitude.value = value
    found = read(written(models))[0].spectral_model.amplitude
    assert found.value == pytest.approx(value, rel=1e-14)
    assert math.isnan(found.min)
    assert math.isnan(found.max)
    assert found.error == amplitude.error


CUTOFF = (
    "ExponentialCutoffPowerLaw Prefactor 1e-16 Index -2 CutoffEnergy 1e6 PivotEnergy 3e5",
    "ExponentialCutoffPowerLaw Prefactor 1e-16 Index -2 InverseCutoffEnergy 1e-6 PivotEnergy 3e5",
)


@pytest.mark.parametrize("words", CUTOFF)
@pytest.mark.parametrize(
    ("value", "low", "high"), [(0, -1, 1), (0, math.nan, math.nan), (1e-6, -1, 1)]
)
def test_no_cutoff_at_all(words, value, low, high):
    """The inverse of zero is no number, so the inverse itself is said."""
    models = read(library(source(element("spectrum", words), POINT)))
    lambda_ = models[0].spectral_model.lambda_
    lambda_.value, lambda_.min, lambda_.max = value, low, high
    text = written(models)
    assert "InverseCutoffEnergy" in text
    same_values(models, read(text))


def test_a_file_that_is_gone(tmp_path):
    """What was read from it is still said, and the rest of the source is kept."""
    (tmp_path / "t.txt").write_text("1e5 1e-15\n1e7 1e-19\n")
    table = element("spectrum", "FileFunction Normalization 2", file="t.txt")
    (tmp_path / "x.xml").write_text(library(source(table, POINT, SCALED, more=' ts="3"')))
    models = Models.read(tmp_path / "x.xml")
    (tmp_path / "t.txt").rename(tmp_path / "u.txt")
    models[0].spatial_model.lon_0.value = 80.0
    models.write(tmp_path / "y.xml")
    text = (tmp_path / "y.xml").read_text()
    assert all(piece in text for piece in ('ts="3"', "<scaling>", 'value="80"', 'file="t.txt"'))
    (tmp_path / "u.txt").rename(tmp_path / "t.txt")
    same_values(models, Models.read(tmp_path / "y.xml"))


def test_a_list_with_units_keeps_them():
    text = library(
        '<source name="a" type="PointSource"><spectrum type="PowerLaw">'
        '<parameter name="Prefactor" value="2e-12" unit="1 / (cm2 s TeV)"/>'
        '<parameter name="Index" value="-2.2" unit=""/>'
        '<parameter name="Scale" value="3.0" unit="TeV"/></spectrum>' + POINT + "</source>"
    )
    models = read(text)
    models[0].spectral_model.reference.quantity = 5e5 * u.MeV
    models[0].spectral_model.amplitude.min = 1e-13
    expected = text.replace('"3.0"', '"0.5"').replace('"2e-12"', '"2e-12" min="1e-13"')
    assert etree.canonicalize(written(models)) == etree.canonicalize(expected)
