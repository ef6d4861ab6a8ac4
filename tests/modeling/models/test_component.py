import pickle

import pytest

from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models import (
    FoVBackgroundModel,
    GaussianSpatialModel,
    GaussianTemporalModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)

PATHS = [
    *("spectral.index", "spectral.amplitude", "spectral.reference"),
    *("spatial.lon_0", "spatial.lat_0", "spatial.sigma", "spatial.e", "spatial.phi"),
    *("temporal.t_ref", "temporal.sigma"),
]


@pytest.fixture
def source():
    return SkyModel(
        PowerLawSpectralModel(),
        GaussianSpatialModel(lon_0="3 deg", sigma="0.2 deg", frame="galactic"),
        GaussianTemporalModel(),
        name="burst",
        datasets_names="one",
        apply_irf={"psf": False},
    )


def test_parts(source):
    assert list(source.own_parameters) == PATHS
    assert [type(part).__name__ for part in source.parts()] == [
        "PowerLawSpectralModel",
        "GaussianSpatialModel",
        "GaussianTemporalModel",
    ]
    assert source.parts("spatial") == [source.spatial_model]
    assert source.part("temporal") is source.temporal_model
    assert FoVBackgroundModel("one").part("temporal") is None
    with pytest.raises(UnknownNameError, match="'spacial' is not known: choose one of"):
        source.parts("spacial")


def test_what_a_source_without_shape_says():
    plain = SkyModel(PowerLawSpectralModel())
    assert plain.position is plain.frame is plain.evaluation_radius is None
    assert len(plain.parts()) == 1


def test_where_it_is(source):
    assert source.position.l.deg == 3.0
    assert source.frame == "galactic"
    assert source.evaluation_radius.to_value("deg") == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["spatial", "temporal"])
def test_a_part_is_taken_away(source, kind):
    setattr(source, f"{kind}_model", None)
    assert not any(path.startswith(kind) for path in source.own_parameters)


def test_a_copy_is_independent(source):
    source.origin = b"<source/>"
    source.spatial_model.lat_0.link = source.spatial_model.lon_0
    twin = source.copy(name="other")
    assert (twin.name, source.name) == ("other", "burst")
    assert (twin.datasets_names, twin.apply_irf) == (["one"], source.apply_irf)
    assert twin.origin == b"<source/>"
    twin.spatial_model.lon_0.value = 5.0
    assert source.spatial_model.lon_0.value == 3.0
    assert twin.spatial_model.lat_0.value == 5.0
    assert twin.temporal_model is not source.temporal_model
    assert pickle.loads(pickle.dumps(source)).own_parameters.keys() == source.own_parameters.keys()


def test_a_copy_with_another_part(source):
    shape = GaussianSpatialModel(sigma="1 deg")
    twin = source.copy(spatial_model=shape, datasets_names=None)
    assert twin.spatial_model.sigma.value == 1.0
    assert twin.datasets_names is None
    with pytest.raises(ModelError, match="has no argument 'shape'"):
        source.copy(shape=shape)


def test_freeze_a_part(source):
    source.freeze("spatial")
    assert source.spatial_model.frozen
    assert not source.spectral_model.frozen
    source.unfreeze("spatial")
    assert not source.spatial_model.sigma.frozen
    assert source.spatial_model.e.frozen


def test_share(source):
    other = source.copy(name="other")
    other.share_parameter("spatial.sigma", source.spatial_model.sigma)
    assert other.spatial_model.sigma is source.spatial_model.sigma
    for path in ("spatial.size", "shape.sigma"):
        with pytest.raises(UnknownNameError, match=f"'other' has no parameter '{path}'"):
            other.share_parameter(path, source.spatial_model.sigma)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spatial_model": PowerLawSpectralModel()}, "spatial_model = .* is not a spatial model"),
        ({"temporal_model": 3}, "temporal_model = 3 is not a temporal model"),
        ({"apply_irf": {"pfs": True}}, "apply_irf = {'pfs': True} must map some of"),
        ({"apply_irf": {"psf": 1}}, "apply_irf"),
        ({"apply_irf": ["psf"]}, "apply_irf"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ModelError, match=message):
        SkyModel(PowerLawSpectralModel(), **arguments)


def test_create():
    source = SkyModel.create("pl", "gauss", "exp-decay", name="flare")
    kinds = ["PowerLawSpectralModel", "GaussianSpatialModel", "ExpDecayTemporalModel"]
    assert [type(part).__name__ for part in source.parts()] == kinds
    with pytest.raises(UnknownNameError, match="no spatial model is called 'gaus'"):
        SkyModel.create("pl", "gaus")


def test_a_factor_is_no_spectrum_of_a_shape():
    with pytest.raises(ModelError, match="multiply a norm model by a flux"):
        SkyModel(PowerLawNormSpectralModel(), GaussianSpatialModel())
    source = SkyModel(PowerLawSpectralModel(), GaussianSpatialModel())
    with pytest.raises(ModelError, match="multiply a norm model by a flux"):
        source.spectral_model = PowerLawNormSpectralModel()


def test_shown(source):
    text = repr(source)
    assert text.startswith("SkyModel(name='burst', spectral_model=PowerLawSpectralModel(")
    assert "spatial_model=GaussianSpatialModel(" in text
    assert "PowerLawSpectralModel x GaussianSpatialModel x GaussianTemporalModel" in str(source)
