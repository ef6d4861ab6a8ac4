import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import AmbiguousNameError, ParameterError, UnknownNameError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.prior import GaussianPrior

PATHS = ["crab.spectral.index", "crab.spectral.amplitude", "vela.spectral.index", "vela.norm"]


@pytest.fixture
def members():
    return [
        Parameter("index", 2.0),
        Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1"),
        Parameter("index", 3.0, frozen=True),
        Parameter("norm", 1.0, error=0.1),
    ]


@pytest.fixture
def parameters(members):
    return Parameters(members, PATHS)


def test_is_a_sequence(parameters, members):
    assert len(parameters) == 4
    assert list(parameters) == members
    assert parameters[1] is members[1]
    assert parameters[-1] is members[3]
    assert list(parameters[1:3]) == members[1:3]
    assert parameters[1:3].paths == PATHS[1:3]
    assert members[0] in parameters
    assert Parameter("index", 2.0) not in parameters
    assert [parameters.index(p) for p in members] == [0, 1, 2, 3]


def test_paths_and_shortest_names(parameters):
    assert parameters.paths == PATHS
    assert parameters.names == [
        "crab.spectral.index",
        "amplitude",
        "vela.spectral.index",
        "norm",
    ]


def test_names_find_their_own_parameter(parameters):
    assert [parameters[name] for name in parameters.names] == list(parameters)


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("amplitude", 1),
        ("spectral.amplitude", 1),
        ("crab.spectral.amplitude", 1),
        ("norm", 3),
        ("vela.spectral.index", 2),
    ],
)
def test_lookup_by_tail(parameters, members, name, position):
    assert parameters[name] is members[position]
    assert parameters.index(name) == position
    assert name in parameters


@pytest.mark.parametrize("name", ["Index", "plitude", "crab", "crab.index", "", "ectral.index"])
def test_unknown_name(parameters, name):
    assert name not in parameters
    with pytest.raises(UnknownNameError, match="known are") as info:
        parameters[name]
    assert not isinstance(info.value, AmbiguousNameError)


def test_unknown_member(parameters):
    with pytest.raises(UnknownNameError, match="is not one of"):
        parameters.index(Parameter("index", 2.0))


@pytest.mark.parametrize("name", ["index", "spectral.index"])
def test_ambiguous_name(parameters, name):
    assert name not in parameters
    with pytest.raises(AmbiguousNameError, match=r"crab\.spectral\.index.*vela\.spectral\.index"):
        parameters[name]


def test_a_whole_path_wins_over_a_tail():
    """As in a sum of three: model1.model2.index and model2.index."""
    inner, outer = Parameter("index", 1.0), Parameter("index", 2.0)
    parameters = Parameters([inner, outer], ["model1.model2.index", "model2.index"])
    assert parameters["model2.index"] is outer
    assert parameters["model1.model2.index"] is inner
    assert parameters.names == ["model1.model2.index", "model2.index"]


def test_a_shared_parameter_is_one_member_with_two_paths():
    shared, own = Parameter("index", 2.0), Parameter("alpha", 1.0)
    parameters = Parameters([shared, own, shared], ["a.index", "b.alpha", "b.index"])
    assert list(parameters) == [shared, own]
    assert parameters["index"] is parameters["a.index"] is parameters["b.index"] is shared
    assert list(parameters.items()) == [(shared, "a.index"), (shared, "b.index"), (own, "b.alpha")]


def test_sum_keeps_paths(parameters):
    extra = Parameter("extra", 1.0)
    both = parameters + Parameters([extra, parameters[0]], ["x.extra", "x.index"])
    assert list(both) == [*parameters, extra]
    assert both["x.index"] is both["crab.spectral.index"]


@pytest.mark.parametrize("bad", [["index"], [1.0], [None], [[]]])
def test_members_are_parameters(bad):
    with pytest.raises(ParameterError, match="is not a Parameter"):
        Parameters(bad)


def test_empty():
    parameters = Parameters()
    assert len(parameters) == 0
    assert parameters.names == []
    assert parameters.covariance.data.shape == (0, 0)
    assert parameters.covariance.is_positive_semidefinite
    assert "value" in str(parameters)


# -- selection -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "frozen", "positions"),
    [
        ("index", None, [0, 2]),
        ("^crab", None, [0, 1]),
        ("index$", False, [0]),
        (None, True, [2]),
        (None, False, [0, 1, 3]),
        (r"(amp|norm)", None, [1, 3]),
        ("nothing", None, []),
        (None, None, [0, 1, 2, 3]),
    ],
)
def test_select(parameters, members, pattern, frozen, positions):
    chosen = parameters.select(pattern, frozen)
    assert list(chosen) == [members[i] for i in positions]
    assert chosen.paths == [PATHS[i] for i in positions]


def test_free_parameters_are_neither_frozen_nor_linked(parameters, members):
    members[0].link = members[2] + 1
    assert list(parameters.free_parameters) == [members[1], members[3]]


def test_freeze_and_unfreeze(parameters):
    parameters.freeze_all()
    assert all(p.frozen for p in parameters)
    parameters.unfreeze_all()
    assert not any(p.frozen for p in parameters)


# -- values --------------------------------------------------------------------------------


def test_free_vector_and_back(parameters):
    np.testing.assert_array_equal(parameters.value, [2, 1e-12, 3, 1])
    np.testing.assert_array_equal(parameters.free_values, [2, 1e-12, 1])
    parameters.free_values = [2.5, 2e-12, 1.5]
    np.testing.assert_array_equal(parameters.value, [2.5, 2e-12, 3, 1.5])


@pytest.mark.parametrize("values", [[1, 2], [1, 2, 3, 4], []])
def test_free_vector_of_the_wrong_length(parameters, values):
    with pytest.raises(ParameterError, match="for 3 free parameters"):
        parameters.free_values = values


@pytest.mark.parametrize("method", ["restore", "restore_status"])
@pytest.mark.parametrize("fails", [False, True])
def test_restore(parameters, members, method, fails):
    parameters.covariance = np.diag([1.0, 1e-26, 0.0, 0.01])
    before = [dict(p.__dict__) for p in members]

    def change():
        with getattr(parameters, method)():
            members[0].value, members[0].error = 9, 9
            members[1].unit = "MeV-1 m-2 s-1"
            members[2].frozen, members[2].prior = False, GaussianPrior(1, 1)
            members[3].max = 5
            members[0].link = 2 * members[3]
            if fails:
                raise RuntimeError("inside")

    if fails:
        with pytest.raises(RuntimeError, match="inside"):
            change()
    else:
        change()
    for parameter, state in zip(members, before, strict=True):
        after = dict(parameter.__dict__)
        assert after.pop("_revision") > state.pop("_revision")
        assert repr(after) == repr(state)


def test_restore_without_change_of_structure_keeps_the_revision(parameters, members):
    before = [p._revision for p in members]
    with parameters.restore():
        members[0].value = 5
    assert [p._revision for p in members] == before
    assert members[0].value == 2


# -- covariance ----------------------------------------------------------------------------

MATRIX = np.array([[0.04, 1e-14, 0, 0.01], [1e-14, 1e-26, 0, 0], [0, 0, 0, 0], [0.01, 0, 0, 0.09]])


def test_covariance_goes_to_the_parameters_and_back(parameters, members):
    parameters.covariance = MATRIX
    assert [p.error for p in members] == pytest.approx([0.2, 1e-13, 0, 0.3])
    covariance = parameters.covariance
    assert covariance.names == tuple(PATHS)
    np.testing.assert_allclose(covariance.data, MATRIX, rtol=1e-14)


def test_covariance_follows_units(parameters, members):
    parameters.covariance = MATRIX
    members[1].unit = "cm-2 s-1 MeV-1"
    scale = np.array([1, 1e-6, 1, 1])
    np.testing.assert_allclose(parameters.covariance.data, MATRIX * np.outer(scale, scale))


def test_covariance_from_several_fits(members):
    first, second = Parameters(members[:2]), Parameters(members[2:])
    first.covariance = [[1, 0.5], [0.5, 4]]
    second.covariance = [[9, 2], [2, 16]]
    expected = [[1, 0.5, 0, 0], [0.5, 4, 0, 0], [0, 0, 9, 2], [0, 0, 2, 16]]
    mixed = Parameters([members[i] for i in (2, 0, 3, 1)])
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(mixed.covariance.data, np.array(expected)[np.ix_(order, order)])


def test_a_later_fit_replaces_the_part_it_saw(members):
    Parameters(members).covariance = np.full((4, 4), 0.5) + np.eye(4)
    Parameters(members[:2]).covariance = [[1, 0.2], [0.2, 1]]
    data = Parameters(members).covariance.data
    assert data[0, 1] == 0.2
    assert not data[:2, 2:].any()
    assert data[2, 3] == 0.5


def test_covariance_is_taken_by_name(parameters):
    order = [3, 1, 0, 2]
    shuffled = Covariance([PATHS[i] for i in order], MATRIX[np.ix_(order, order)])
    parameters.covariance = shuffled
    np.testing.assert_allclose(parameters.covariance.data, MATRIX, rtol=1e-14)


def test_covariance_under_other_names_is_taken_in_order(parameters):
    parameters.covariance = Covariance(list("abcd"), MATRIX)
    np.testing.assert_allclose(parameters.covariance.data, MATRIX, rtol=1e-14)


def test_unknown_error_is_kept(parameters, members):
    members[0].error = np.nan
    data = parameters.covariance.data
    assert np.isnan(data[0, 0])
    np.testing.assert_array_equal(parameters.covariance.known, [False, True, True, True])


@pytest.mark.parametrize("matrix", [np.eye(3), np.ones(4), [[0, 1], [2, 3]], 1.0])
def test_covariance_of_the_wrong_shape(parameters, matrix):
    with pytest.raises(ParameterError, match="does not fit"):
        parameters.covariance = matrix


# -- shown ---------------------------------------------------------------------------------


def test_table(parameters, members):
    members[0].link = members[2] + 1
    members[3].prior = GaussianPrior(1, 0.5)
    table = parameters.to_table()
    assert list(table["name"]) == PATHS
    assert list(table["value"]) == [4, 1e-12, 3, 1]
    assert list(table["unit"]) == ["", "TeV-1 s-1 cm-2", "", ""]
    assert list(table["frozen"]) == [False, False, True, False]
    assert list(table["link"]) == ["index + 1", "", "", ""]
    assert table["prior"][3] == "GaussianPrior(mu=1.0, sigma=0.5)"
    assert np.isnan(table["min"]).all()


def test_table_has_asymmetric_errors_if_there_are_any(parameters):
    assert not {"errn", "errp"} & set(parameters.to_table().colnames)
    parameters[1].errp = 2e-13
    table = parameters.to_table()
    assert table.colnames[3:6] == ["error", "errn", "errp"]
    assert table["errp"][1] == 2e-13
    assert np.isnan(table["errn"]).all()


@pytest.mark.parametrize("unit", ["%", "3 cm", "h", "G", "erg"])
def test_table_of_odd_units(unit):
    table = Parameters([Parameter("x", 1.0, unit)]).to_table()
    assert u.Unit(table["unit"][0]) == u.Unit(unit)


def test_text_and_html(parameters):
    text, html = str(parameters), parameters._repr_html_()
    assert len(text.splitlines()) == 6
    for path in PATHS:
        assert path in text
        assert path in html
    assert repr(parameters) == f"Parameters({', '.join(parameters.names)})"


def test_pickle(parameters):
    parameters.covariance = MATRIX
    parameters[0].link = parameters[2] + 1
    twin = pickle.loads(pickle.dumps(parameters))
    assert twin.paths == PATHS
    assert twin.covariance == parameters.covariance
    twin[2].value = 10
    assert twin[0].value == 11
    assert parameters[0].value == 4


def test_unique_parameters():
    shared, frozen = Parameter("index", 2.0), Parameter("reference", 1.0, frozen=True)
    parameters = Parameters([shared, frozen, shared], ["a.index", "a.reference", "b.index"])
    assert list(parameters.unique_parameters) == [shared, frozen]
    assert list(parameters.free_unique_parameters) == [shared]
