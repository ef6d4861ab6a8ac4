"""A penalty by itself, against scipy's multivariate normal; and in collections of models."""

import copy
import pickle
import re

import astropy.units as u
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gammapy.errors import ParameterError
from gammapy.modeling import Covariance, GaussianPenalty, GaussianPrior, Parameter
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.penalty import Penalties

MEAN = [2.1, 2e-12, 0.8]
ERRORS = np.array([0.2, 3e-13, 0.1])
RHO = np.array([[1.0, 0.6, -0.3], [0.6, 1.0, 0.1], [-0.3, 0.1, 1.0]])
MATRIX = RHO * np.outer(ERRORS, ERRORS)


@pytest.fixture
def parameters():
    return [
        Parameter("index", 2.3),
        Parameter("amplitude", 2.5e-12, "cm-2 s-1 TeV-1"),
        Parameter("scale", 0.9),
    ]


@pytest.fixture
def penalty(parameters):
    return GaussianPenalty(parameters, MEAN, MATRIX)


def expected(values):
    """-2 ln p, in units in which the matrix is well-conditioned."""
    pulls = (np.array(values) - MEAN) / ERRORS
    return -2 * multivariate_normal(cov=RHO).logpdf(pulls) + 2 * np.log(ERRORS).sum()


def test_value(parameters, penalty):
    assert penalty() == pytest.approx(expected([2.3, 2.5e-12, 0.9]), rel=1e-12)
    parameters[1].value = 1e-12
    assert penalty() == pytest.approx(expected([2.3, 1e-12, 0.9]), rel=1e-12)


def test_of_one_parameter_is_the_prior():
    one = Parameter("index", 2.3)
    penalty = GaussianPenalty([one], [2.0], [[0.04]])
    assert penalty() == pytest.approx(GaussianPrior(2.0, 0.2)(2.3), rel=1e-12)


def test_whitening(penalty):
    whitening = penalty.whitening()
    np.testing.assert_allclose(whitening @ MATRIX @ whitening.T, np.eye(3), atol=1e-12)


def test_what_it_holds(parameters, penalty):
    assert penalty.parameters == tuple(parameters)
    np.testing.assert_array_equal(penalty.mean, MEAN)
    np.testing.assert_array_equal(penalty.covariance.data, MATRIX)
    np.testing.assert_allclose(penalty.errors, ERRORS, rtol=1e-15)
    assert penalty.covariance.names == ("index", "amplitude", "scale")
    text = "GaussianPenalty(parameters=['index', 'amplitude', 'scale'], mean=[2.1e+00 2.0e-12 8.0e-"
    assert repr(penalty).startswith(text)


def test_follows_a_change_of_unit(parameters, penalty):
    """Its value moves by the Jacobian, as that of a prior does."""
    before = penalty()
    parameters[1].unit = "m-2 s-1 GeV-1"
    factor = 10.0
    assert penalty() == pytest.approx(before + 2 * np.log(factor), rel=1e-12)
    np.testing.assert_allclose(penalty.mean, [2.1, 2e-11, 0.8], rtol=1e-14)
    np.testing.assert_allclose(penalty.errors, ERRORS * [1, factor, 1], rtol=1e-14)
    np.testing.assert_allclose(
        penalty.covariance.correlation[0, 1], MATRIX[0, 1] / ERRORS[0] / ERRORS[1], rtol=1e-12
    )
    parameters[1].unit = "cm-2 s-1 TeV-1"
    assert penalty() == pytest.approx(before, rel=1e-12)


def test_linked_parameter_has_the_value_of_its_link(parameters, penalty):
    parameters[2].link = 0.4 * parameters[0]
    assert penalty() == pytest.approx(expected([2.3, 2.5e-12, 0.92]), rel=1e-12)
    assert penalty.ancestors() == set(parameters)


def test_numbers_cannot_be_changed_from_outside(parameters):
    mean, matrix = np.array(MEAN), MATRIX.copy()
    penalty = GaussianPenalty(parameters, mean, matrix)
    before = penalty()
    mean[:] = matrix[:] = 7
    penalty.mean[:] = 7
    assert penalty() == before
    with pytest.raises(AttributeError):
        penalty.mean = mean


def test_covariance_is_taken_by_name_where_names_are_the_paths(parameters):
    known = Parameters(parameters, ["a.index", "a.amplitude", "b.scale"])
    order = [2, 0, 1]
    names = [known.paths[i] for i in order]
    shuffled = Covariance(names, MATRIX[np.ix_(order, order)])
    by_name = GaussianPenalty(known, MEAN, shuffled)
    np.testing.assert_allclose(by_name.covariance.data, MATRIX, rtol=1e-15)
    other = Covariance(["x", "y", "z"], MATRIX)
    np.testing.assert_array_equal(GaussianPenalty(known, MEAN, other).covariance.data, MATRIX)


def test_from_the_result_of_an_earlier_fit(parameters):
    known = Parameters(parameters)
    known.covariance = MATRIX
    penalty = GaussianPenalty(known, known.value, known.covariance)
    assert penalty() == pytest.approx(penalty.log_norm, abs=1e-12)
    np.testing.assert_allclose(penalty.errors, [p.error for p in known], rtol=1e-14)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"parameters": []}, "parameters = [] must be at least one, and each of them once"),
        ({"mean": [2.1, 2e-12]}, "mean = [2.1, 2e-12] must be 3 plain numbers, in the units and"),
        ({"mean": 2.0}, "mean = 2.0 must be 3 plain numbers"),
        ({"mean": [2.1, 2e-12, "1"]}, "must be 3 plain numbers"),
        ({"mean": [2.1, 2e-12, True]}, "must be 3 plain numbers"),
        ({"mean": [2.1, 2e-12 * u.TeV, 0.8]}, "must be 3 plain numbers"),
        ({"mean": [2.1, 2e-12, 0.8] * u.TeV}, "must be 3 plain numbers"),
        ({"mean": [2.1, np.inf, 0.8]}, "mean = [2.1, inf, 0.8] must be finite"),
        ({"covariance": MATRIX[:2, :2]}, "covariance of shape (2, 2) does not fit 3 names"),
        ({"covariance": np.diag(MATRIX)}, "covariance of shape (3,) does not fit 3 names"),
        ({"covariance": "unit"}, "covariance = 'unit' must be 3 rows of 3 numbers"),
        ({"covariance": MATRIX * u.TeV}, "has a unit: give plain numbers"),
        ({"covariance": np.triu(MATRIX)}, "covariance is not symmetric: pass 0.5 *"),
        ({"covariance": MATRIX * np.nan}, "must be finite, with positive variances"),
        ({"covariance": -MATRIX}, "must be finite, with positive variances on the diagonal"),
        ({"covariance": np.diag([1.0, 0.0, 1.0])}, "with positive variances on the diagonal"),
        ({"covariance": np.ones((3, 3))}, "is not positive definite (the smallest eigenvalue of"),
    ],
)
def test_bad_arguments(parameters, keys, message):
    arguments = {"parameters": parameters, "mean": MEAN, "covariance": MATRIX} | keys
    with pytest.raises(ParameterError, match=re.escape(message)):
        GaussianPenalty(**arguments)


def test_parameter_twice(parameters):
    with pytest.raises(ParameterError, match=r"\['index', 'index', 'scale'\] must be at least one"):
        GaussianPenalty([parameters[0], parameters[0], parameters[2]], MEAN, MATRIX)
    with pytest.raises(ParameterError, match="3 is not a Parameter"):
        GaussianPenalty([3], [1.0], [[1.0]])


def test_list_of_penalties(penalty):
    other = GaussianPenalty(penalty.parameters[:1], [2.0], [[1.0]])
    penalties = Penalties(penalty)
    penalties.append(other)
    assert list(penalties) == [penalty, other]
    penalties[0] = GaussianPenalty(penalty.parameters[1:2], [2.0], [[1.0]])
    del penalties[1]
    assert len(penalties) == 1
    for action in (
        lambda: penalties.append(penalties[0]),
        lambda: penalties.extend([other, other]),
        lambda: Penalties([other, other]),
    ):
        with pytest.raises(ParameterError, match="is in the list already: it would be counted twi"):
            action()
    for bad in (GaussianPrior(1, 1), None, 3):
        with pytest.raises(ParameterError, match="is not a penalty: make a GaussianPenalty"):
            penalties.insert(0, bad)


# -- in a collection of models --------------------------------------------------------------


def spectrum(model):
    return model.spectral_model


@pytest.fixture
def models():
    """One penalty within a, one across a and b, none on c."""
    models = Models([SkyModel(PowerLawSpectralModel(), name=name) for name in "abc"])
    a, b, _ = map(spectrum, models)
    inner = GaussianPenalty([a.index, a.amplitude], MEAN[:2], MATRIX[:2, :2])
    across = GaussianPenalty([a.index, b.index], [2.0, 2.2], [[0.04, 0.01], [0.01, 0.09]])
    models.penalties = [inner, across]
    return models


def test_given_to_the_constructor(models):
    inner, across = models.penalties
    assert list(Models(list(models), penalties=[across]).penalties) == [across]
    assert list(Models(models).penalties) == [inner, across]
    assert len(Models(list(models)).penalties) == 0
    with pytest.raises(ParameterError, match="is not a penalty"):
        Models(list(models), penalties=[GaussianPrior(1, 1)])
    with pytest.raises(ParameterError, match="is in the list already"):
        Models(models, penalties=[inner])


def test_a_selection_keeps_what_it_has_whole(models):
    inner, across = models.penalties
    assert list(models[:1].penalties) == [inner]
    assert list(models[["b", "a"]].penalties) == [inner, across]
    assert list(models[1:].penalties) == []
    models["b"].datasets_names = ["other"]
    assert list(models.seen_by("this").penalties) == [inner]


def test_a_selection_keeps_what_its_links_have(models):
    nuisance = Parameter("nuisance", 1.0)
    models["c"].spectral_model.index.link = 2.0 * nuisance
    extra = GaussianPenalty([nuisance], [1.0], [[0.01]])
    models.penalties.append(extra)
    assert list(models[["c"]].penalties) == [extra]
    assert extra not in models[:2].penalties


def test_sum(models):
    inner, across = models.penalties
    new = SkyModel(PowerLawSpectralModel(), name="new")
    assert list((models + new).penalties) == [inner, across]
    one, rest = models[:1], models[1:]
    rest.penalties = [across]
    assert list((one + rest).penalties) == [inner, across]
    rest.penalties.insert(0, inner)
    assert list((one + rest).penalties) == [inner, across]


def test_copy(models):
    before = [penalty() for penalty in models.penalties]
    for twin in (models.copy(), copy.deepcopy(models), pickle.loads(pickle.dumps(models))):
        inner, across = twin.penalties
        a, b, _ = map(spectrum, twin)
        assert inner.parameters == (a.index, a.amplitude)
        assert across.parameters == (a.index, b.index)
        assert a.index is not models["a"].spectral_model.index
        a.index.value = 5.0
        assert across() > before[1]
    assert [penalty() for penalty in models.penalties] == before


def test_copy_of_a_part_still_holds_the_others(models):
    _, across = models.penalties
    part = Models([models["a"]], penalties=[across])
    (penalty,) = part.copy().penalties
    assert penalty.parameters[0] is not across.parameters[0]
    assert penalty.parameters[1] is across.parameters[1]
