"""Rules for the values of parameters."""

import pytest

from gammapy.errors import ModelError
from gammapy.modeling import Parameter
from gammapy.modeling.models.spatial import domain
from gammapy.modeling.models.spatial.domain import Domain


@pytest.mark.parametrize(
    ("with_low", "with_high", "bad"),
    [
        (True, True, (0.999, 2.001)),
        (False, True, (1.0, 2.001)),
        (True, False, (0.999, 2.0)),
        (False, False, (1.0, 2.0, float("nan"))),
    ],
)
def test_ends(with_low, with_high, bad):
    parameter = Parameter("size", 1.5, unit="deg")
    rule = Domain(1.0, 2.0, with_low, with_high, "between 1 and 2 deg")
    good = [1.5, *([1.0] if with_low else []), *([2.0] if with_high else [])]
    for value in good:
        rule.check(value, parameter, "Model")
    for value in bad:
        with pytest.raises(ModelError, match=r"Model: size = 1.5 deg must be between 1 and 2"):
            rule.check(value, parameter, "Model")


@pytest.mark.parametrize("name", domain.__all__)
def test_rules_are_words(name):
    if name != "Domain":
        assert len(getattr(domain, name).rule) > 5
