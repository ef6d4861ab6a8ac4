"""Sums of shapes in the tree; plain models are in the battery of the family."""

import pytest

from gammapy.errors import FileFormatError
from gammapy.modeling.models import (
    GaussianSpatialModel,
    Models,
    PowerLawSpectralModel,
    ShellSpatialModel,
    SkyModel,
    SpatialModel,
)


@pytest.fixture
def models():
    core = GaussianSpatialModel(lon_0="2.3 deg", lat_0="1.2 deg", sigma="0.25 deg")
    shell = ShellSpatialModel(radius="1 deg", width="0.4 deg", frame="galactic")
    both = 0.8 * shell + 0.2 * core
    both.norms[1].frozen = False
    both.models[0].lat_0.link = core.lat_0
    return Models(
        [
            SkyModel(PowerLawSpectralModel(), both, name="both"),
            SkyModel(PowerLawSpectralModel(), core, name="core"),
        ]
    )


def test_sum_with_links_within_and_to_others(models):
    again = Models.from_yaml(models.to_yaml())
    assert again.to_yaml() == models.to_yaml()
    shape = again["both"].spatial_model
    assert [type(m) for m in shape.models] == [ShellSpatialModel, GaussianSpatialModel]
    assert [(n.value, n.frozen) for n in shape.norms] == [(0.8, True), (0.2, False)]
    assert [m.frame for m in shape.models] == ["galactic", "icrs"]
    assert shape.models[1].sigma is again["core"].spatial_model.sigma
    assert shape.models[0].lat_0.link is again["core"].spatial_model.lat_0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": []}, "must be a list of 2"),
        ({"parameters": [{"name": "norm2"}, {"name": "norm1"}]}, "must be those of norm1, norm2"),
        ({"models": []}, "must be a list of 0"),
        ({"models": [{"type": "gauss"}, {"type": "gaus"}]}, r"models\[1\], type: no spatial model"),
        ({"frame": "galactc"}, "galactc"),
        ({"weights": []}, "unknown key 'weights'"),
    ],
)
def test_bad_sum(models, change, message):
    tree = models.to_dict()["components"][0]["spatial"]
    tree["models"][0]["parameters"][1].pop("link")
    assert len(SpatialModel.from_dict(tree).models) == 2
    with pytest.raises(FileFormatError, match=message):
        SpatialModel.from_dict(tree | change)
