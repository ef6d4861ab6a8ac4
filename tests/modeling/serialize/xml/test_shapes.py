"""Every name that a shape has had means the same."""

import pytest

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import PointSpatialModel
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.shapes import ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POWER_LAW, element, library, source

#: names by what they mean; in the last, one that the tools of today write
NAMES = {
    "PlaceA 83 PlaceB 22": ["SkyDirFunction", "Point", "PointSource"],
    "PlaceA 83 PlaceB 22 Radius 0.3": ["DiskFunction", "RadialDisk"],
    "PlaceA 83 PlaceB 22 Sigma 0.3": [
        *("GaussFunction", "Gauss", "GaussianProfile", "RadialGaussian"),
    ],
    "PlaceA 83 PlaceB 22 Radius 0.3 Width 0.1": ["ShellFunction", "Shell", "RadialShell"],
    "PlaceA 83 PlaceB 22 PA 10 MinorRadius 0.1 MajorRadius 0.3": [
        *("EllipticalGauss", "EllipticalGaussian"),
    ],
    "Value 2": ["ConstantValue", "DiffuseIsotropic"],
}
PLACES = [("RA", "DEC"), ("GLON", "GLAT")]
CASES = [
    (name, words.replace("PlaceA", lon).replace("PlaceB", lat), names[-1])
    for words, names in NAMES.items()
    for name in names
    for lon, lat in (PLACES if "Place" in words else PLACES[:1])
]


def read(words: str, dialect: str = "gammalib"):
    return models_from_xml(library(source(POWER_LAW, element("spatialModel", words))), dialect)


@pytest.mark.parametrize(("name", "words", "current"), CASES)
def test_names(name, words, current):
    models, expected = read(f"{name} {words}"), read(f"{current} {words}")
    assert type(models[0].spatial_model) is type(expected[0].spatial_model)
    assert models[0].spatial_model.frame == expected[0].spatial_model.frame
    values = {path: p.value for path, p in expected[0].own_parameters.items()}
    assert {path: p.value for path, p in models[0].own_parameters.items()} == values
    models.origin = models[0].origin = None
    assert f'<spatialModel type="{current}">' in models_to_xml(models, "gammalib")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("PointSource RA 83 DEC 22", "SkyDirFunction"),
        ("DiskFunction RA 83 DEC 22 Radius 1", "RadialDisk"),
        ("GaussFunction RA 83 DEC 22 Sigma 1", "RadialGaussian"),
        ("DiffuseIsotropic Value 1", "ConstantValue"),
    ],
)
def test_names_of_fermi(words, written):
    text = models_to_xml(read(words), "fermi")
    assert f'<spatialModel type="{written}">' in text
    assert models_from_xml(text, "fermi")[0].spatial_model is not None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("RadialShell RA 1 DEC 2 Radius 0 Width 0.3", "ShellSpatialModel"),
        ("RadialShell RA 1 DEC 2 Width 0.3 Radius 0", "ShellSpatialModel"),
        ("RadialRing RA 1 DEC 2 Radius 0 Width 0.3", "RingSpatialModel"),
        ("Shell RA 1 DEC 2 Radius 0 Width 0.3", "ShellSpatialModel"),
    ],
)
def test_an_inner_radius_may_be_zero(words, kind):
    assert type(read(words)[0].spatial_model).__name__ == kind


@pytest.mark.parametrize(
    "words",
    [
        "RadialDisk RA 1 DEC 2 Radius 0",
        "RadialGaussian RA 1 DEC 2 Sigma nan",
        "RadialShell RA 1 DEC 2 Radius 0 Width 0",
    ],
)
def test_without_a_size_it_is_a_point(words):
    with pytest.warns(GammapyWarning, match=r"the size of the Radial\w+ is .*: it is read as a po"):
        models = read(words)
    assert isinstance(models[0].spatial_model, PointSpatialModel)


@pytest.mark.parametrize("dialect", ["gammalib", "fermi"])
def test_each_type_is_told_by_its_names(dialect):
    for table in (SHAPES, ISOTROPIC[dialect]):
        for form in table.forms:
            if form.row(dialect) is not None:
                kind, slots = form.row(dialect)
                assert table.find(kind, list(slots)) is form
