import astropy.units as u
import pytest

from gammapy.errors import ParameterError
from gammapy.modeling.models import PiecewiseNormSpectralModel
from gammapy.modeling.parameter import Parameter


def model() -> PiecewiseNormSpectralModel:
    return PiecewiseNormSpectralModel([1, 2, 3] * u.TeV)


def test_parameters_of_an_object_are_its_attributes():
    one, other = model(), PiecewiseNormSpectralModel([1, 2] * u.TeV)
    assert one.norm_2 is one.own_parameters["norm_2"]
    assert not hasattr(other, "norm_2")
    with pytest.raises(
        AttributeError, match="'PiecewiseNormSpectralModel' object has no attribute"
    ):
        one.norm_3  # noqa: B018


def test_assignment_shares_a_parameter():
    one, shared = model(), Parameter("norm", 3.0)
    one.norm_1 = shared
    assert one.own_parameters["norm_1"] is shared
    with pytest.raises(ParameterError, match="assign a Parameter"):
        one.norm_1 = 2.0
    one.colour = "red"
    assert one.colour == "red"


def test_copies_have_their_own():
    one = model()
    twin = one.copy()
    twin.norm_0.value = 5.0
    assert one.norm_0.value == 1.0
