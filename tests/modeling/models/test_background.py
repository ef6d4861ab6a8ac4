import numpy as np
import pytest

from gammapy.errors import MissingFileError, ModelError
from gammapy.maps import Map, MapAxis
from gammapy.modeling.models import (
    FoVBackgroundModel,
    GaussianSpatialModel,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    TemplateNPredModel,
)


@pytest.fixture
def counts():
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2)
    return Map.create(npix=3, axes=[axis], unit="") + 2.0


def test_background_of_a_dataset():
    background = FoVBackgroundModel("cta")
    assert background.name == "cta-bkg"
    assert background.datasets_names == ["cta"]
    assert list(background.own_parameters) == [
        "spectral.tilt",
        "spectral.norm",
        "spectral.reference",
    ]
    assert background.belongs_to("cta")
    assert not background.belongs_to("hess")
    assert Models(background).background_models == {"cta": background}
    assert FoVBackgroundModel(dataset_name="cta", name="mine").copy().name == "mine"


@pytest.mark.parametrize("name", [None, "", 3])
def test_dataset_must_be_named(name):
    with pytest.raises(ModelError, match="must name the dataset whose background it is"):
        FoVBackgroundModel(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spectral_model": PowerLawSpectralModel()}, "is not a plain factor: use a norm model"),
        ({"spectral_model": 3}, "spectral_model = 3 is not a plain factor"),
        ({"spatial_model": GaussianSpatialModel()}, "use PiecewiseNormSpatialModel"),
    ],
)
def test_parts_are_factors(arguments, message):
    with pytest.raises(ModelError, match=message):
        FoVBackgroundModel("cta", **arguments)
    with pytest.raises(ModelError, match=message):
        TemplateNPredModel(filename="x.fits", **arguments)


def test_template_of_counts(counts):
    model = TemplateNPredModel(counts, name="template")
    counts.data[...] = 0.0
    assert np.all(model.map.data == 2.0)
    shared = TemplateNPredModel(counts, copy_data=False)
    assert shared.map is counts
    factor = PowerLawNormSpectralModel(norm=2)
    assert TemplateNPredModel(counts, factor).spectral_model is factor


def test_template_is_read_when_it_is_needed(counts, tmp_path):
    path = tmp_path / "counts.fits"
    model = TemplateNPredModel(filename=path, name="template")
    with pytest.raises(MissingFileError, match=r"counts\.fits"):
        model.map  # noqa: B018
    counts.write(path)
    assert np.all(model.map.data == 2.0)
    assert model.copy().filename == str(path)


def test_a_map_or_a_file():
    with pytest.raises(ModelError, match="neither map nor filename"):
        TemplateNPredModel()
