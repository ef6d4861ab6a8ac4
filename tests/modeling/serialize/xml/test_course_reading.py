import astropy.units as u
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.errors import GammapyWarning, ModelError
from gammapy.modeling.models import (
    ConstantTemporalModel,
    GaussianTemporalModel,
    LightCurveTemplateTemporalModel,
    Models,
    TemplatePhaseCurveTemporalModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml, xml_report
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source

PHASE = "PhaseCurve Normalization 1 MJD 51943.09 Phase 0.25 F0 2e-6 F1 1e-15 F2 0"


def text(course: str) -> str:
    return library(source(POWER_LAW, POINT, course))


@pytest.fixture
def curves(tmp_path):
    Table({"PHASE": [0.0, 0.5, 1.0], "NORM": [1.0, 0.5, 1.0]}).write(tmp_path / "phase.fits")
    meta = {"MJDREFI": 59000, "MJDREFF": 0.5, "TIMEUNIT": "s", "TIMESYS": "TT"}
    table = Table({"TIME": [0.0, 10.0, 20.0] * u.s, "NORM": [1.0, 0.5, 0.25]}, meta=meta)
    table.write(tmp_path / "light.fits")
    return tmp_path


def read(curves, course: str) -> Models:
    (curves / "x.xml").write_text(text(course))
    return Models.read(curves / "x.xml")


@pytest.mark.parametrize(("more", "mean"), [("", 1.0), (' normalize="0"', 0.75)])
def test_phase_curves(curves, more, mean):
    course = element("temporal", PHASE, file="phase.fits").replace(" file", f"{more} file")
    models = read(curves, course)
    model = models[0].temporal_model
    assert isinstance(model, TemplatePhaseCurveTemporalModel)
    assert (model.scale, model.t_ref.value, model.phi_ref.value) == ("tt", 51943.09, 0.25)
    assert model.f0.quantity == 2e-6 / u.s
    start = Time(51943.09, format="mjd", scale="tt")
    # phase 0.25, half way down
    assert model(start).to_value("") == pytest.approx(0.75 * mean / 0.75, rel=1e-9)
    models.origin = models[0].origin = None
    models.write(curves / "y.xml")
    back = Models.read(curves / "y.xml")[0].temporal_model
    assert repr(back) == repr(model)


def test_other_time_scales_are_converted(curves):
    models = read(curves, element("temporal", PHASE, file="phase.fits"))
    model = TemplatePhaseCurveTemporalModel(
        filename=curves / "phase.fits", t_ref="51943 d", f0="1 s-1", scale="utc"
    )
    models[0].temporal_model = model
    models.write(curves / "y.xml")
    back = Models.read(curves / "y.xml")[0].temporal_model
    assert back.scale == "tt"
    shift = (back.reference_time - model.reference_time).to_value("s")
    assert shift == pytest.approx(0, abs=1e-5)
    assert (back.t_ref.value - 51943) * 86400 == pytest.approx(64.184, abs=1e-5)


def test_light_curves(curves):
    models = read(curves, element("temporal", "LightCurve Normalization 1", file="light.fits"))
    model = models[0].temporal_model
    assert isinstance(model, LightCurveTemplateTemporalModel)
    time = Time(59000.5, format="mjd", scale="tt") + 5 * u.s
    assert model(time).to_value("") == pytest.approx(0.75, rel=1e-6)
    models.origin = models[0].origin = None
    assert xml_report(models) == []
    model.t_ref.value += 1
    assert xml_report(models) == [
        "'a': the reference time of its light curve is not said: that of the file counts"
    ]


@pytest.mark.parametrize("name", ["Normalization", "Constant"])
def test_a_norm_is_a_factor_on_the_flux(name):
    course = f'<temporal type="Constant"><parameter name="{name}" value="3" free="0"/></temporal>'
    models = models_from_xml(text(course))
    assert models[0].temporal_model is None
    plain = models_from_xml(library(source()))[0].spectral_model
    one, other = (m(1 * u.TeV).value for m in (plain, models[0].spectral_model))
    assert other == pytest.approx(3 * one, rel=1e-14)
    models[0].spectral_model.model2.norm.value = 4
    assert models_to_xml(models).count('value="4"') == 1
    models.origin = models[0].origin = None
    back = models_from_xml(models_to_xml(models))[0].spectral_model
    assert back(1 * u.TeV).value == pytest.approx(4 * one, rel=1e-12)


@pytest.mark.parametrize(
    ("course", "message"),
    [
        ('<temporal type="Flare"/>', "course in time 'Flare': it is not known"),
        ('<temporal type="PhaseCurve" file="x.fits"/>', "a PhaseCurve has"),
        (element("temporal", PHASE), "a PhaseCurve needs the name of a file"),
        ('<temporal type="LightCurve" file=""/>', "a LightCurve needs the name of a file"),
    ],
)
def test_what_is_refused(course, message):
    with pytest.warns(GammapyWarning, match="XML text:2: source 'a': .*" + message):
        models_from_xml(text(course))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ConstantTemporalModel(), None),
        (GaussianTemporalModel(), "GaussianTemporalModel has no name in the dialect 'gammalib'"),
        (
            LightCurveTemplateTemporalModel(filename="x", format="map", t_ref="59000 d"),
            "a light curve in a file of the format 'map'",
        ),
        (
            TemplatePhaseCurveTemporalModel(Table({"PHASE": [0, 1.0], "NORM": [1, 1.0]})),
            "a TemplatePhaseCurveTemporalModel that is in no file: write it first",
        ),
    ],
)
def test_what_cannot_be_said(model, message):
    models = models_from_xml(library(source()))
    models[0].temporal_model = model
    if message is None:
        assert "<temporal" not in models_to_xml(models)
        return
    with pytest.raises(ModelError, match=message):
        models_to_xml(models)
