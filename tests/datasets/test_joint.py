"""Datasets as a sequence, with names, models, copies and pickles."""

import copy
import pickle

import numpy as np
import pytest

from gammapy.datasets import Dataset, Datasets
from gammapy.errors import DataError, ModelError, UnknownNameError
from gammapy.modeling.models import Models
from tests.spectrum.toys import cash, on_off, power_law


@pytest.fixture
def joint():
    datasets = Datasets([cash("a"), on_off("b"), cash("c", seed=5)])
    datasets.models = [power_law("m"), power_law("n", amplitude=1e-12)]
    datasets.models["n"].spectral_model.index.link = datasets.models["m"].spectral_model.index + 0.1
    return datasets


def test_sequence(joint):
    _, b, c = joint
    assert joint.names == ["a", "b", "c"]
    assert joint["b"] is b
    assert joint[-1] is c
    assert joint[1:].names == ["b", "c"]
    assert joint[["c", "a"]].names == ["c", "a"]
    assert joint.index("b") == joint.index(b) == 1
    assert b in joint
    del joint["b"]
    assert joint.names == ["a", "c"]
    joint.insert(0, b)
    joint["c"] = cash("d")
    assert joint.names == ["b", "a", "d"]
    assert len(Datasets(b)) == 1
    assert len(Datasets()) == 0
    assert repr(joint) == "Datasets('b', 'a', 'd')"


def test_bad_members(joint):
    with pytest.raises(DataError, match="two datasets are named 'a'"):
        joint.append(cash("a"))
    with pytest.raises(DataError, match="is not a dataset"):
        joint.append("crab")
    with pytest.raises(UnknownNameError, match=r"no dataset 'z': known are \['a', 'b', 'c'\]"):
        joint["z"]
    assert joint.names == ["a", "b", "c"]


@pytest.mark.parametrize("ask", ["stat_sum", "fit_problem"])
def test_two_names_made_equal_later(joint, ask):
    joint["c"].name = "a"
    with pytest.raises(DataError, match="two datasets are named 'a': rename one"):
        getattr(joint, ask)()


@pytest.mark.parametrize("name", ["", 3, None])
def test_names_of_a_dataset(name):
    if name is None:
        first, second = cash(name=None), cash(name=None)
        assert first.name != second.name
    else:
        with pytest.raises(DataError, match="must be a text"):
            cash(name=name)


def test_models(joint):
    assert isinstance(joint.models, Models)
    assert joint["a"].models is joint["b"].models is joint.models
    joint["b"].models = power_law("own")
    assert joint.models.names == ["m", "n", "own"]
    assert joint["a"].seen_models.names == ["m", "n"]
    with pytest.raises(ModelError, match="is not a source or a background"):
        joint["a"].models = "crab"


def test_models_of_one_name_are_refused(joint):
    joint["b"].models = power_law("m")
    with pytest.raises(ModelError, match="two models are named 'm'"):
        joint.stat_sum()


def test_dataset_is_abstract():
    with pytest.raises(TypeError, match="term"):
        Dataset("x")


# -- copies ---------------------------------------------------------------------------------

COPIES = {
    "copy": lambda d: d.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda d: pickle.loads(pickle.dumps(d)),
}
every_copy = pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)


@every_copy
def test_copy_is_equal_and_independent(joint, duplicate):
    before = joint.stat_sum()
    twin = duplicate(joint)
    assert twin.names == joint.names
    assert twin.stat_sum() == before
    assert twin["a"].models is twin["b"].models
    assert twin.models is not joint.models
    twin.models["m"].spectral_model.index.value = 2.0
    assert twin.models["n"].spectral_model.index.value == pytest.approx(2.1)  # the link follows
    twin["a"].fake(99)
    assert joint.stat_sum() == before
    assert twin.stat_sum() != before


@every_copy
def test_copy_keeps_which_models_a_dataset_has(joint, duplicate):
    joint["b"].models = [power_law("own", index=2.7)]
    before = joint.stat_sum()
    twin = duplicate(joint)
    assert twin.stat_sum() == before
    assert twin["b"].models.names == ["own"]
    assert twin["a"].models is twin["c"].models


@every_copy
def test_data_of_a_copy_are_read_only(joint, duplicate):
    twin = duplicate(joint)
    twin.stat_sum()
    for array in (
        twin["a"].counts.data,
        twin["b"].counts_off.data,
        twin["a"].exposure.data,
        twin["a"].edisp.data,
        twin["a"].energy_axis.edges.value,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1.0


@every_copy
def test_copy_of_one_dataset(duplicate):
    dataset = cash("a", models=power_law())
    twin = duplicate(dataset)
    assert twin.stat_sum() == dataset.stat_sum()
    twin.models.parameters["index"].value = 3.0
    assert dataset.models.parameters["index"].value == 2.3
    np.testing.assert_array_equal(twin.counts.data, dataset.counts.data)


def test_copies_in_a_script_are_renamed():
    dataset = cash("a", models=power_law())
    assert dataset.copy(name="b").name == "b"
    assert dataset.copy().name != "a"
    assert len(Datasets([dataset, dataset.copy()])) == 2


def test_tables_and_texts(joint):
    table = joint.info_table()
    assert list(table["name"]) == ["a", "b", "c"]
    assert list(table["stat_type"]) == ["cash", "wstat", "cash"]
    assert "Datasets of 3" in str(joint)
    assert "<table" in joint._repr_html_()
