import pickle

import astropy.units as u
import pytest

from gammapy.errors import FileFormatError, ModelError, UnknownNameError
from gammapy.modeling.models import (
    ConstantSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)


@pytest.fixture
def crab():
    return SkyModel(spectral_model=PowerLawSpectralModel(index=2.4), name="crab")


def test_default_names_count_up():
    first, second = (SkyModel(PowerLawSpectralModel()) for _ in range(2))
    assert first.name.startswith("model-")
    assert first.name != second.name


@pytest.mark.parametrize("name", ["", 3, b"crab", ["crab"]])
def test_bad_name(name):
    with pytest.raises(ModelError, match="must be a text"):
        SkyModel(PowerLawSpectralModel(), name=name)


@pytest.mark.parametrize("spectrum", [None, "pl", PowerLawSpectralModel, 2.0])
def test_spectrum_of_the_wrong_type(crab, spectrum):
    with pytest.raises(ModelError, match="is not a spectral model"):
        SkyModel(spectrum)
    with pytest.raises(ModelError, match=r"'crab'.*is not a spectral model"):
        crab.spectral_model = spectrum


@pytest.mark.parametrize(
    "spectrum",
    [
        PowerLawNormSpectralModel(),
        PowerLawSpectralModel() * PowerLawSpectralModel(),
        PowerLawSpectralModel() / PowerLawSpectralModel(),
        1 / PowerLawSpectralModel(),
    ],
)
def test_spectrum_that_is_no_flux(crab, spectrum):
    before = crab.spectral_model
    with pytest.raises(ModelError, match="is not a differential flux"):
        crab.spectral_model = spectrum
    assert crab.spectral_model is before


def test_constant_in_another_unit_cannot_be_made():
    with pytest.raises(ValueError, match="ConstantSpectralModel"):
        ConstantSpectralModel(const="1 TeV")


def test_paths(crab):
    assert list(crab.own_parameters) == [
        "spectral.index",
        "spectral.amplitude",
        "spectral.reference",
    ]
    assert crab.parameters["index"] is crab.spectral_model.index
    assert crab.parameters.paths[0] == "spectral.index"


def test_share_parameter(crab):
    other = SkyModel(PowerLawSpectralModel())
    other.share_parameter("spectral.index", crab.spectral_model.index)
    assert other.spectral_model.index is crab.spectral_model.index


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        (None, [True, True]),
        ("hess", [True, False]),
        (["hess", "magic"], [True, True]),
        ([], [False] * 2),
    ],
)
def test_datasets_names(names, seen):
    model = SkyModel(PowerLawSpectralModel(), datasets_names=names)
    assert [model.belongs_to(name) for name in ("hess", "magic")] == seen


def test_copy(crab):
    crab.datasets_names = ["hess"]
    twin = crab.copy()
    assert repr(twin) == repr(crab)
    assert twin.datasets_names == ["hess"]
    twin.datasets_names.append("magic")
    twin.spectral_model.index.value = 3
    assert crab.datasets_names == ["hess"]
    assert crab.spectral_model.index.value == 2.4


def test_copy_with_changes(crab):
    spectrum = PowerLawSpectralModel(index=1.5)
    twin = crab.copy(name="vela", spectral_model=spectrum, datasets_names="hess")
    assert (twin.name, twin.datasets_names) == ("vela", ["hess"])
    assert twin.spectral_model is spectrum
    assert crab.name == "crab"


def test_copy_with_an_unknown_argument(crab):
    with pytest.raises(ModelError, match="no argument 'colour'"):
        crab.copy(colour="red")


def test_freeze(crab):
    crab.freeze()
    assert crab.frozen
    crab.unfreeze()
    assert [p.frozen for p in crab.parameters] == [False, False, True]


def test_pickle(crab):
    twin = pickle.loads(pickle.dumps(crab))
    assert repr(twin) == repr(crab)
    assert twin.spectral_model(2 * u.TeV) == crab.spectral_model(2 * u.TeV)


def test_shown(crab):
    assert repr(crab).startswith("SkyModel(name='crab', spectral_model=PowerLawSpectralModel(")
    assert str(crab).startswith("SkyModel 'crab': PowerLawSpectralModel, in all datasets")
    crab.datasets_names = ["hess", "magic"]
    assert "in hess, magic" in str(crab)
    assert "spectral.index" in crab._repr_html_()


def test_create_from_a_tag():
    model = SkyModel.create("lp", name="crab", datasets_names="hess")
    assert type(model.spectral_model).__name__ == "LogParabolaSpectralModel"
    assert (model.name, model.datasets_names) == ("crab", ["hess"])
    with pytest.raises(UnknownNameError, match="no spectral model is called 'lpx'"):
        SkyModel.create("lpx")


def test_freeze_a_part(crab):
    crab.freeze("spatial")
    assert not crab.frozen
    crab.freeze("spectral")
    assert crab.frozen
    crab.unfreeze("temporal")
    assert crab.frozen
    crab.unfreeze("spectral")
    assert [p.frozen for p in crab.parameters] == [False, False, True]
    for action in (crab.freeze, crab.unfreeze, crab.parts):
        with pytest.raises(UnknownNameError, match="model_type = 'spectrum' is not known"):
            action("spectrum")


def test_tree(crab):
    crab.spectral_model.index.error = 0.1
    tree = crab.to_dict()
    assert (tree["name"], tree["type"]) == ("crab", "SkyModel")
    assert repr(SkyModel.from_dict(tree)) == repr(crab)
    assert SkyModel.from_dict(tree).spectral_model.index.error == 0.1
    with pytest.raises(FileFormatError, match="spectrum"):
        SkyModel.from_dict({"name": "crab", "type": "SkyModel", "spectrum": tree["spectral"]})
