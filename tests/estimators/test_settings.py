"""What may be asked about a norm."""

import numpy as np
import pytest

from gammapy.errors import FitError, OptionError, ParameterError, UnknownNameError
from gammapy.estimators.settings import NormSettings, norm_parameter
from gammapy.modeling import Parameter
from gammapy.modeling.models import Models
from tests.spectrum.toys import power_law


def asked(**changes) -> NormSettings:
    base = {
        "source": 0,
        "norm": norm_parameter(),
        "n_sigma": 1,
        "n_sigma_ul": 2,
        "selection_optional": None,
        "fit": None,
        "reoptimize": False,
        "null_value": 0,
    }
    return NormSettings(**{**base, **changes})


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (None, set()),
        ([], set()),
        ("all", {"errn-errp", "ul", "scan"}),
        (["all"], {"errn-errp", "ul", "scan"}),
        ("ul", {"ul"}),
        (["ul", "scan"], {"ul", "scan"}),
    ],
)
def test_selection(chosen, found):
    assert asked(selection_optional=chosen).selection == found


def test_a_norm_is_made_changed_or_taken():
    norm = norm_parameter()
    assert (norm.name, norm.value, norm.scan_min, norm.scan_max) == ("norm", 1.0, 0.2, 5.0)
    changed = norm_parameter({"max": 3.0, "scan_n_values": 5})
    assert (changed.max, changed.scan_n_values, changed.scan_min) == (3.0, 5, 0.2)
    mine = Parameter("norm", 2.0)
    assert norm_parameter(mine) is mine
    with pytest.raises(OptionError, match="must be a Parameter"):
        norm_parameter("free")
    with pytest.raises(ParameterError):
        norm_parameter({"min": 3.0, "max": 1.0})


def test_bounds():
    assert asked().bounds == (-np.inf, np.inf)
    assert asked(norm=norm_parameter({"min": 0, "max": 4})).bounds == (0, 4)


@pytest.mark.parametrize(
    ("norm", "values"),
    [
        ({}, np.geomspace(0.2, 5, 11)),
        ({"interp": "lin", "scan_n_values": 3}, [0.2, 2.6, 5]),
        ({"scan_min": -1.0, "scan_max": 1.0, "scan_n_values": 3}, [-1, 0, 1]),
        ({"scan_values": [2.0, 1.0, 1.0]}, [1, 2]),
    ],
)
def test_scan_values(norm, values):
    np.testing.assert_allclose(asked(norm=norm_parameter(norm)).scan_values, values)


def test_a_plain_parameter_is_scanned_like_the_default():
    found = asked(norm=Parameter("norm", 1.0)).scan_values
    np.testing.assert_allclose(found, np.linspace(0.2, 5, 11))


def test_scan_values_that_are_none():
    with pytest.raises(FitError, match="at least two ascending"):
        _ = asked(norm=norm_parameter({"scan_values": [1.0, 1.0]})).scan_values


def test_source():
    models = Models([power_law(), power_law("vela")])
    for source in ("vela", 1, -1):
        assert asked(source=source).model(models) is models[1]
    with pytest.raises(UnknownNameError, match="no model 'geminga'"):
        asked(source="geminga").model(models)
    with pytest.raises(UnknownNameError, match="source = 2: there are 2 models"):
        asked(source=2).model(models)
