import copy
import pickle

import numpy as np
import pytest

from gammapy.errors import AmbiguousNameError, ParameterError, UnknownNameError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters

NAMES = ["a", "b", "c"]
MATRIX = np.array([[4.0, 1.0, 0.0], [1.0, 9.0, -2.0], [0.0, -2.0, 1.0]])


@pytest.fixture
def covariance():
    return Covariance(NAMES, MATRIX)


def test_holds_names_and_numbers(covariance):
    assert covariance.names == ("a", "b", "c")
    np.testing.assert_array_equal(covariance.data, MATRIX)
    np.testing.assert_array_equal(covariance.errors, [2, 3, 1])


def test_does_not_change(covariance):
    with pytest.raises(ValueError, match="read-only"):
        covariance.data[0, 0] = 5


def test_does_not_follow_the_matrix_it_was_made_of():
    matrix = MATRIX.copy()
    covariance = Covariance(NAMES, matrix)
    matrix[0, 0] = 100
    assert covariance.data[0, 0] == 4


def test_correlation(covariance):
    expected = [[1, 1 / 6, 0], [1 / 6, 1, -2 / 3], [0, -2 / 3, 1]]
    np.testing.assert_allclose(covariance.correlation, expected, rtol=1e-14)


def test_correlation_with_a_parameter_without_error():
    covariance = Covariance(["a", "b", "c"], [[4, 0, np.nan], [0, 0, np.nan], [np.nan] * 3])
    np.testing.assert_array_equal(covariance.correlation, np.eye(3))
    np.testing.assert_array_equal(covariance.known, [True, True, False])
    np.testing.assert_array_equal(covariance.errors, [2, 0, np.nan])
    assert covariance.is_positive_semidefinite


def test_correlation_does_not_depend_on_scale():
    scale = np.array([1e-13, 1.0, 1e6])
    scaled = Covariance(NAMES, MATRIX * np.outer(scale, scale))
    np.testing.assert_allclose(scaled.correlation, Covariance(NAMES, MATRIX).correlation)


@pytest.mark.parametrize(
    ("names", "rows"), [(["a"], [0]), (["c", "a"], [2, 0]), (NAMES, [0, 1, 2]), ([], [])]
)
def test_submatrix(covariance, names, rows):
    part = covariance.submatrix(names)
    assert part.names == tuple(names)
    np.testing.assert_array_equal(part.data, MATRIX[np.ix_(rows, rows)])


def test_submatrix_of_an_unknown_name(covariance):
    with pytest.raises(UnknownNameError, match=r"no row for \['x', 'y'\]: known are"):
        covariance.submatrix(["a", "x", "y"])


@pytest.mark.parametrize(
    "matrix", [np.eye(2), np.ones((3, 2)), np.ones(3), 1.0, np.ones((1, 3, 3))]
)
def test_shape_is_checked(matrix):
    with pytest.raises(ParameterError, match="3 x 3 is needed"):
        Covariance(NAMES, matrix)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.__setitem__((0, 1), 1.001),
        lambda m: m.__setitem__((0, 2), 1e-6),
        lambda m: m.__setitem__((0, 1), np.nan),
        lambda m: m.__setitem__((2, 1), np.inf),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e-13])
def test_asymmetric_matrix_is_refused(change, scale):
    matrix = MATRIX.copy()
    change(matrix)
    with pytest.raises(ParameterError, match="not symmetric"):
        Covariance(NAMES, matrix * scale**2)


def test_rounding_is_not_asymmetry():
    matrix = MATRIX.copy()
    matrix[0, 1] *= 1 + 1e-12
    covariance = Covariance(NAMES, matrix)
    np.testing.assert_array_equal(covariance.data, covariance.data.T)


def test_unknown_variance_without_correlations():
    covariance = Covariance(["a", "b"], [[np.nan, 0], [0, 1]])
    np.testing.assert_array_equal(covariance.known, [False, True])


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (MATRIX, True),
        (np.zeros((3, 3)), True),
        (np.ones((3, 3)), True),
        (np.diag([1.0, -1.0, 1.0]), False),
        (np.diag([1.0, -1e-24, 1.0]), False),
        ([[1, 2, 0], [2, 1, 0], [0, 0, 1]], False),
        ([[1, 0.5, 0], [0.5, 0, 0], [0, 0, 1]], False),
        (np.diag([np.nan, 1.0, 1.0]), True),
        (np.diag([np.nan, -1.0, 1.0]), False),
    ],
)
def test_positive_semidefinite(matrix, expected):
    assert Covariance(NAMES, matrix).is_positive_semidefinite is expected


def test_positive_semidefinite_does_not_depend_on_scale():
    scale = np.array([1e-13, 1.0, 1e6])
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert not Covariance(NAMES, bad * np.outer(scale, scale)).is_positive_semidefinite
    assert Covariance(NAMES, MATRIX * np.outer(scale, scale)).is_positive_semidefinite


def test_negative_variance_has_no_error():
    np.testing.assert_array_equal(Covariance(["a", "b"], np.diag([-1.0, 4.0])).errors, [np.nan, 2])


def test_equality(covariance):
    assert covariance == Covariance(NAMES, MATRIX)
    assert covariance != Covariance(["x", "b", "c"], MATRIX)
    assert covariance != Covariance(NAMES, 2 * MATRIX)
    assert covariance != MATRIX.tolist()
    assert Covariance(["a"], [[np.nan]]) == Covariance(["a"], [[np.nan]])


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, copy.copy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_copies_are_equal(covariance, clone):
    assert clone(covariance) == covariance


def test_repr(covariance):
    assert repr(covariance) == "Covariance(names=['a', 'b', 'c'], errors=[2.0, 3.0, 1.0])"


def test_empty():
    assert Covariance([], np.empty((0, 0))).is_positive_semidefinite


def test_subcovariance_as_scripts_ask_for_it():
    matrix = np.array([[1.0, 0.1, 0.2], [0.1, 2.0, 0.3], [0.2, 0.3, 3.0]])
    whole = Covariance(["crab.spectral.index", "crab.spectral.norm", "vela.spectral.norm"], matrix)
    found = whole.get_subcovariance(["vela.spectral.norm", "index"])
    assert found.names == ("vela.spectral.norm", "crab.spectral.index")
    assert found.data.tolist() == [[3.0, 0.2], [0.2, 1.0]]
    index, norm = Parameter("index", 2.0), Parameter("norm", 1.0)
    parameters = Parameters([index, norm], ["spectral.index", "spectral.norm"])
    assert Covariance(["index", "norm"], matrix[:2, :2]).get_subcovariance(parameters[1:]).data == 2
    with pytest.raises(
        AmbiguousNameError, match=r"'norm' fits 2 parameters: .*'crab.spectral.norm"
    ):
        whole.get_subcovariance(["norm"])
    with pytest.raises(AmbiguousNameError, match=r"'spectral.norm' fits 2"):
        whole.get_subcovariance(parameters)
    with pytest.raises(UnknownNameError, match=r"no row for \['mass'\]"):
        whole.get_subcovariance(["mass"])
