"""From courses in time to elements; what comes back is tested in test_course_reading.py."""

import pytest
from lxml import etree

from gammapy.modeling.models import (
    ConstantTemporalModel,
    ExpDecayTemporalModel,
    LightCurveTemplateTemporalModel,
    SineTemporalModel,
    TemplatePhaseCurveTemporalModel,
)
from gammapy.modeling.serialize.xml.course_encoding import encode_course
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError


def encode(model, dialect="gammalib"):
    lines: list[str] = []
    return encode_course(Encoder(dialect, lines.append), model), lines


def curve(**kwargs):
    return TemplatePhaseCurveTemporalModel(filename="c.fits", f0="2 s-1", scale="tt", **kwargs)


@pytest.mark.parametrize("dialect", ["gammalib", "fermi"])
def test_what_is_steady_needs_no_element(dialect):
    assert encode(ConstantTemporalModel(), dialect) == (None, [])


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        (ExpDecayTemporalModel(), "gammalib"),
        (SineTemporalModel(), "gammalib"),
        (curve(), "fermi"),
        (LightCurveTemplateTemporalModel(filename="c.fits"), "fermi"),
    ],
)
def test_no_words(model, dialect):
    with pytest.raises(UnsaidError, match=f"{type(model).__name__} has no name in the dialect"):
        encode(model, dialect)


@pytest.mark.parametrize(("normalize", "expected"), [(True, None), (False, "0")])
def test_phase_curves(normalize, expected):
    found, lines = encode(curve(normalize=normalize))
    assert (found.tag, found.get("type"), found.get("file")) == ("temporal", "PhaseCurve", "c.fits")
    assert found.get("normalize") == expected
    names = [p.get("name") for p in found]
    assert names == ["Normalization", "MJD", "Phase", "F0", "F1", "F2"]
    assert found[3].get("value") == "2"
    assert lines == []


def test_light_curves():
    found, lines = encode(LightCurveTemplateTemporalModel(filename="c.fits"))
    assert etree.tostring(found) == (
        b'<temporal type="LightCurve" file="c.fits"><parameter name="Normalization" value="1" '
        b'scale="1" free="0"/></temporal>'
    )
    assert lines == []
