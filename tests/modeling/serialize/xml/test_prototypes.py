import re
import warnings

import pytest
from lxml import etree

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import Models, PowerLawSpectralModel
from tests.modeling.serialize.xml.texts import POINT, library, source

FUNCTIONS = """<function_library title="x">
<function name="Bright law" type="PowerLaw">
<parameter name="Prefactor" value="2" scale="1e-9" min="1e-3" max="1e3" free="true" unit="cm"/>
<parameter name="Index" value="-2.1" scale="1" min="-3.5" max="-1" free="true" unit="none"/>
<parameter name="Scale" value="100" scale="1" min="30" max="2000" free="false" unit="MeV"/>
</function>
<function name="PowerLaw" type="PowerLaw"/>
</function_library>"""


@pytest.fixture
def sources(tmp_path, monkeypatch):
    monkeypatch.setenv("LIBRARIES", str(tmp_path))
    text = library(
        source('<spectrum type="Bright law"/>', POINT, name="a"),
        source(name="b"),
        attributes=' function_library="$(LIBRARIES)/f.xml"',
    )
    (tmp_path / "x.xml").write_text(text)
    return tmp_path / "x.xml"


def test_named_functions(sources):
    (sources.parent / "f.xml").write_text(FUNCTIONS)
    models = Models.read(sources)
    law = models["a"].spectral_model
    assert isinstance(law, PowerLawSpectralModel)
    assert (law.index.value, law.index.min, law.index.max) == (2.1, 1.0, 3.5)
    assert law.amplitude.quantity.to_value("cm-2 s-1 MeV-1") == pytest.approx(2e-9, rel=1e-15)
    assert not law.index.frozen
    assert law.reference.frozen


def test_unchanged_they_stay_a_name_and_changed_they_are_said(sources):
    (sources.parent / "f.xml").write_text(FUNCTIONS)
    models = Models.read(sources)
    models.write(sources.with_name("y.xml"))
    written = sources.with_name("y.xml").read_text()
    assert etree.canonicalize(written) == etree.canonicalize(sources.read_text())
    models["a"].spectral_model.index.value = 2.5
    models.write(sources.with_name("y.xml"), overwrite=True)
    (sources.parent / "f.xml").unlink()
    back = Models.read(sources.with_name("y.xml"))
    assert back["a"].spectral_model.index.value == 2.5
    assert back["a"].spectral_model.amplitude.value == models["a"].spectral_model.amplitude.value


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        (None, r"'Bright law': it is not known; file '\$\(LIBRARIES\)/f.xml' is not there"),
        (FUNCTIONS.replace("Bright law", "x"), "not known, nor a function of '.*f.xml'"),
        ("<function_library>", r"function_library: .*f\.xml:1: not well-formed"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "declares the entity 'b'"),
    ],
)
def test_without_the_library_the_source_is_kept_aside(sources, functions, message):
    if functions is not None:
        (sources.parent / "f.xml").write_text(functions)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        models = Models.read(sources)
    assert all(w.category is GammapyWarning for w in caught)
    assert any(re.search(message, str(w.message)) for w in caught)
    assert models.names == ["b"]
