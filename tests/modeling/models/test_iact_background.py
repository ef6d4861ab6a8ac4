import pickle

import pytest

from gammapy.errors import ModelError
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    IACTBackgroundModel,
    IACTBackgroundShape,
    Models,
    PowerLawNormSpectralModel,
)


@pytest.fixture
def background():
    inner = IACTBackgroundShape(
        "Gradient", [Parameter("Grad_DETX", 0.1), Parameter("Grad_DETY", 0)]
    )
    outer = IACTBackgroundShape("Gaussian", [Parameter("Sigma", 3.0)])
    shape = IACTBackgroundShape("Multiplicative", parts=[outer, inner])
    return IACTBackgroundModel(
        "CTABackground",
        PowerLawNormSpectralModel(),
        shape,
        name="bkg",
        attributes={"instrument": "CTA"},
    )


def test_parameters_of_all_parts(background):
    assert list(background.own_parameters)[-3:] == [
        "spatial.part0_Sigma",
        "spatial.part1_Grad_DETX",
        "spatial.part1_Grad_DETY",
    ]


def test_copies_are_independent(background):
    for twin in (background.copy(), Models(background).copy()[0]):
        twin.parameters["part0_Sigma"].value = 5.0
        assert twin.spatial_model.parts[0].own_parameters["Sigma"].value == 5.0
        assert background.parameters["part0_Sigma"].value == 3.0
    assert pickle.loads(pickle.dumps(background)).kind == "CTABackground"


def test_it_survives_the_file(background, tmp_path):
    background.parameters["part1_Grad_DETX"].min = -1.0
    Models(background).write(tmp_path / "b.yaml")
    (again,) = Models.read(tmp_path / "b.yaml")
    assert (again.kind, again.attributes) == ("CTABackground", {"instrument": "CTA"})
    assert again.spatial_model.parts[1].kind == "Gradient"
    for one, other in zip(background.parameters, again.parameters, strict=True):
        assert repr((one.value, one.min, one.frozen)) == repr(
            (other.value, other.min, other.frozen)
        )


@pytest.mark.parametrize("kind", ["", None, 3])
def test_kind_is_a_text(kind):
    for cls in (IACTBackgroundModel, IACTBackgroundShape):
        with pytest.raises(ModelError, match=r"kind = .* must be a text"):
            cls(kind)
