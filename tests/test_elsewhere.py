import copy
import pickle

import pytest

from gammapy.elsewhere import elsewhere
from gammapy.modeling import Fit, FitResult, Parameter


class Toy:
    __getattr__ = elsewhere(factor="use value")
    value = 3


def test_the_error_says_what_to_use():
    with pytest.raises(
        AttributeError, match=r"^'Toy' object has no attribute 'factor': use value$"
    ):
        Toy().factor  # noqa: B018


def test_other_names_are_missing_as_ever():
    with pytest.raises(AttributeError, match=r"^'Toy' object has no attribute 'vlaue'$") as caught:
        Toy().vlaue  # noqa: B018
    assert (caught.value.name, type(caught.value.obj)) == ("vlaue", Toy)
    assert Toy().value == 3
    assert not hasattr(Toy(), "factor")
    assert getattr(Toy(), "factor", 5) == 5


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies(clone):
    assert type(clone(Toy())) is Toy
    assert clone(Parameter("x", 2.0)).value == 2


@pytest.mark.parametrize("name", ["factor", "scale", "factor_min", "autoscale"])
def test_a_parameter_has_one_value(name):
    with pytest.raises(AttributeError, match=f"{name!r}: a parameter has one value.*scaling"):
        getattr(Parameter("x", 2.0), name)


@pytest.mark.parametrize("name", ["minuit", "optimize_result", "covariance_result"])
def test_a_result_is_one_result(name):
    with pytest.raises(AttributeError, match=f"'FitResult' object has no attribute {name!r}: .*"):
        getattr(object.__new__(FitResult), name)


def test_fit_has_no_covariance():
    with pytest.raises(AttributeError, match=r"'covariance': run\(datasets\) .*models.covariance"):
        Fit().covariance  # noqa: B018
