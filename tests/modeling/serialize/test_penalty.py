import re

import numpy as np
import pytest

from gammapy.errors import FileFormatError, ModelError
from gammapy.modeling import Parameter
from gammapy.modeling.models import GaussianPenalty, Models, PowerLawSpectralModel, SkyModel
from gammapy.modeling.penalty import SMALLEST_EIGENVALUE

MATRIX = [[0.04, 1e-14], [1e-14, 9e-26]]


def two() -> Models:
    models = Models([SkyModel(PowerLawSpectralModel(), name=name) for name in "ab"])
    parameters = [models["a"].spectral_model.index, models["b"].spectral_model.amplitude]
    models.penalties = [GaussianPenalty(parameters, [2.1, 2e-12], MATRIX)]
    return models


def test_tree():
    assert two().to_dict()["penalties"] == [
        {
            "type": "GaussianPenalty",
            "parameters": ["a.spectral.index", "b.spectral.amplitude"],
            "mean": [2.1, 2e-12],
            "covariance": MATRIX,
        }
    ]


def test_models_without_penalties_say_nothing_of_them():
    models = two()
    models.penalties.clear()
    assert "penalties" not in models.to_dict()


def test_survives(tmp_path):
    models = two()
    models.write(tmp_path / "m.yaml")
    again = Models.read(tmp_path / "m.yaml")
    (penalty,) = again.penalties
    assert penalty.parameters == (
        again["a"].spectral_model.index,
        again["b"].spectral_model.amplitude,
    )
    assert penalty() == models.penalties[0]()
    assert again.to_yaml() == models.to_yaml()


def test_is_written_in_current_units():
    models = two()
    models.parameters["b.spectral.amplitude"].unit = "m-2 s-1 GeV-1"
    (penalty,) = Models.from_yaml(models.to_yaml()).penalties
    np.testing.assert_allclose(penalty.mean, [2.1, 2e-11], rtol=1e-14)
    np.testing.assert_allclose(penalty.errors, [0.2, 3e-12], rtol=1e-14)
    assert penalty() == pytest.approx(models.penalties[0](), rel=1e-12)


def test_shared_parameter_stays_shared():
    models = two()
    models["b"].spectral_model.index = models["a"].spectral_model.index
    again = Models.from_yaml(models.to_yaml())
    assert again.penalties[0].parameters[0] is again["b"].spectral_model.index


def test_parameter_of_no_model():
    models = two()
    nuisance = Parameter("scale", 1.0)
    models.penalties.append(GaussianPenalty([nuisance], [1.0], [[0.1]]))
    with pytest.raises(
        ModelError, match=r"scale = 1\) of .* is in none of the models that are wri"
    ):
        models.to_yaml()
    del models["b"]
    with pytest.raises(ModelError, match="is in none of the models"):
        models.to_yaml()


def changed(**keys):
    tree = two().to_dict()
    tree["penalties"][0] |= keys
    return tree


NEARLY = 0.04 * (1 - 0.1 * SMALLEST_EIGENVALUE)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"type": "CauchyPenalty"}, "type = 'CauchyPenalty' is not a penalty: use GaussianPenalty"),
        ({"weight": 1}, "unknown key 'weight'; known keys are type, parameters, mean, covariance"),
        (
            {"parameters": ["a.spectral.index", "c.spectral.index"]},
            "= 'c.spectral.index' is not the path of a parameter in this file like",
        ),
        ({"parameters": "a.spectral.index"}, "must be a list"),
        ({"parameters": ["a.spectral.index"] * 2}, "['index', 'index'] must be at least one, and"),
        ({"parameters": [], "mean": [], "covariance": []}, "parameters = [] must be at least one"),
        ({"mean": [2.0]}, "mean = [2.0] must be a list of 2"),
        ({"mean": [2.0, "x"]}, "'x' must be a number"),
        ({"mean": [2.0, float("nan")]}, "mean = [2.0, nan] must be finite"),
        ({"covariance": [[1.0, 0.0]]}, "must be a list of 2"),
        ({"covariance": [[1.0, 0.0], [0.0]]}, "must be 2 rows of 2 numbers"),
        ({"covariance": [[1.0, 0.1], [0.3, 1.0]]}, "covariance is not symmetric"),
        ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "not positive definite (the smallest eigenval"),
        ({"covariance": [[0.04, NEARLY], [NEARLY, 0.04]]}, "not positive definite"),
        ({"covariance": [[1.0, 0.0], [0.0, 0.0]]}, "must be finite, with positive variances"),
    ],
)
def test_bad_tree(keys, message):
    with pytest.raises(FileFormatError, match=re.escape(message)):
        Models.from_dict(changed(**keys))


def test_bad_section():
    tree = two().to_dict()
    with pytest.raises(FileFormatError, match=r"penalties = \{.*\} must be a list"):
        Models.from_dict(tree | {"penalties": tree["penalties"][0]})
    with pytest.raises(FileFormatError, match=r"penalties\[0\] = 3 must be a mapping"):
        Models.from_dict(tree | {"penalties": [3]})
