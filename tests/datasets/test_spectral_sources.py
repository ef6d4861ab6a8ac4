import astropy.units as u
import pytest

from gammapy.errors import ModelError
from gammapy.modeling import Fitter
from gammapy.modeling.models import (
    ConstantTemporalModel,
    FoVBackgroundModel,
    GaussianSpatialModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.spectrum.toys import cash


def source(**parts):
    spectrum = PowerLawSpectralModel(index=2.2, amplitude="3e-11 cm-2 s-1 TeV-1")
    return SkyModel(spectrum, name="crab", **parts)


@pytest.fixture
def dataset():
    return cash("it", source())


def test_a_shape_changes_no_spectrum(dataset):
    plain = dataset.stat_sum()
    dataset.models = source(spatial_model=GaussianSpatialModel(sigma="0.2 deg"))
    assert dataset.stat_sum() == plain


def test_parameters_of_the_shape_stay_as_they_are(dataset):
    reference = Fitter().run(dataset)
    shape = GaussianSpatialModel(lon_0="83.6 deg", lat_0="22 deg", sigma="0.2 deg", frame="icrs")
    dataset.models = source(spatial_model=shape)
    result = Fitter().run(dataset)
    assert [p.value for p in shape.parameters] == [83.6, 22.0, 0.2, 0.0, 0.0]
    assert result.success
    assert result.total_stat == pytest.approx(reference.total_stat, rel=1e-12)
    assert dataset.fit_problem().names == ("crab.spectral.index", "crab.spectral.amplitude")
    (note,) = [note for note in result.notes if "do not depend" in note]
    for name in ("lon_0", "lat_0", "sigma"):
        assert f"crab.spatial.{name}" in note


def test_a_parameter_of_the_shape_that_the_spectrum_follows_is_fitted(dataset):
    model = source(spatial_model=GaussianSpatialModel(sigma="2.2 deg"))
    model.spectral_model.index.link = model.spatial_model.sigma * (1 / u.deg)
    dataset.models = model
    assert dataset.fit_problem().names == ("crab.spectral.amplitude", "crab.spatial.sigma")
    assert Fitter().run(dataset).success
    assert model.spectral_model.index.value == model.spatial_model.sigma.value != 2.2


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (source(temporal_model=ConstantTemporalModel()), "changes with time"),
        (source(apply_irf={"edisp": False}), r"apply_irf\['edisp'\] = False"),
        (source(apply_irf={"exposure": False}), r"apply_irf\['exposure'\] = False"),
        (FoVBackgroundModel("it"), "is a FoVBackgroundModel, which belongs to counts maps"),
    ],
)
def test_what_a_spectrum_cannot_take(dataset, model, message):
    dataset.models = Models([model])
    with pytest.raises(ModelError, match=message):
        dataset.stat_sum()
    with pytest.raises(ModelError, match=message):
        dataset.npred_signal()


def test_backgrounds_of_others_are_passed_over(dataset):
    plain = dataset.stat_sum()
    dataset.models = Models([source(), FoVBackgroundModel("another")])
    assert dataset.stat_sum() == plain
