import pytest
from lxml import etree

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import (
    IACTBackgroundModel,
    PowerLawNormSpectralModel,
    SkyModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.source import BACKGROUNDS
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source


@pytest.mark.parametrize("kind", ["PointSource", "ExtendedSource", "RadialShell", "nonsense", ""])
def test_the_type_of_a_sky_source_says_nothing(kind):
    assert isinstance(models_from_xml(library(source(kind=kind)))[0], SkyModel)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([POWER_LAW], "a source needs a <spatialModel>"),
        ([POINT], "a source needs a <spectrum>"),
        ([POWER_LAW, element("spatialModel", "NoShape RA 1 DEC 2")], "shape 'NoShape'"),
        ([POWER_LAW, POINT, '<temporal type="NoCourse"/>'], "course in time 'NoCourse'"),
    ],
)
def test_what_is_missing_or_unknown(parts, message):
    with pytest.warns(GammapyWarning, match="XML text:2: source 'a': .*" + message):
        assert len(models_from_xml(library(source(*parts)))) == 0


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name(name):
    with pytest.warns(GammapyWarning, match="the source has no name"):
        models_from_xml(library(source(name=name)))


FACTOR = element("spectrum", "PowerLaw Prefactor 61.8e-6 Index -1.85 PivotEnergy 1e6")
SHAPE = element("radialModel", "Gaussian Sigma 3")
NESTED = (
    '<spatialModel type="Multiplicative">'
    + element("spatialModel", "Gradient Grad_DETX 0.1 Grad_DETY 0.2", component="one")
    + '<spatialModel type="EnergyDependentGaussian"><sigma type="PowerLaw">'
    '<parameter name="Prefactor" value="3"/><parameter name="Index" value="0"/></sigma>'
    "</spatialModel>"
    + '<spatialModel type="LookupTable" file="x.fits"><parameter name="Normalization" value="1"/>'
    "</spatialModel></spatialModel>"
)
BACKGROUND_CASES = [
    ("CTAIrfBackground", [FACTOR]),
    ("CTACubeBackground", [FACTOR]),
    ("CTAAeffBackground", [FACTOR]),
    ("RadialAcceptance", [FACTOR, SHAPE]),
    ("CTABackground", [NESTED, FACTOR]),
    (
        "CTASkyCube",
        [
            '<spatialModel type="ModelCube" file="cube.fits">'
            '<parameter name="Normalization" value="1"/></spatialModel>',
            FACTOR,
        ],
    ),
]


@pytest.mark.parametrize(("kind", "parts"), BACKGROUND_CASES)
def test_backgrounds_are_carried(kind, parts):
    text = library(source(*parts, kind=kind, more=' instrument="CTA" id="7"'))
    models = models_from_xml(text)
    model = models[0]
    assert isinstance(model, IACTBackgroundModel)
    assert (model.kind, model.attributes) == (kind, {"instrument": "CTA", "id": "7"})
    assert isinstance(model.spectral_model, PowerLawNormSpectralModel)
    assert model.spectral_model.tilt.value == 1.85
    assert etree.canonicalize(models_to_xml(models)) == etree.canonicalize(text)
    model.spectral_model.tilt.value = 1.5
    model.origin = None
    back = models_from_xml(models_to_xml(models))[0]
    assert {path: p.value for path, p in back.own_parameters.items()} == pytest.approx(
        {path: p.value for path, p in model.own_parameters.items()}, rel=1e-14
    )
    assert repr(back.spatial_model) == repr(model.spatial_model)
    assert back.attributes == model.attributes


def test_all_kinds_are_tested():
    assert sorted(kind for kind, _ in BACKGROUND_CASES) == sorted(BACKGROUNDS)


@pytest.mark.parametrize("kind", ["DRBPhibarNodes", "DRBFitting", "DRM", "DataSpace", "CTAFoo"])
def test_other_instruments_are_kept_aside(kind):
    text = library(source('<parameter name="Normalization" value="1"/>', kind=kind))
    with pytest.warns(GammapyWarning, match="a source needs a <spectrum>"):
        models = models_from_xml(text)
    assert etree.canonicalize(models_to_xml(models)) == etree.canonicalize(text)
