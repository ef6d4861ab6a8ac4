"""Tables and stacks of several datasets, and those of a time interval."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.data import GTI
from gammapy.datasets import Datasets
from gammapy.datasets.summary import table_of
from gammapy.errors import DataError
from tests.datasets.toy_kind import points
from tests.spectrum import toys

START = Time("2004-12-04T22:00:00", scale="tt")


def nights():
    """Two runs of an hour, and one in two parts."""
    datasets = Datasets([toys.cash("a"), toys.on_off("b"), toys.cash("c")])
    for name, hours in {"a": [(0, 1)], "b": [(1, 2)], "c": [(3, 4), (5, 6)]}.items():
        low, high = np.transpose(hours)
        datasets[name].gti = GTI.create(START + low * u.h, START + high * u.h)
    return datasets


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (0, 6, ["a", "b", "c"]),
        (0, 1, ["a"]),
        (0.1, 6, ["b", "c"]),
        (0, 5.5, ["a", "b"]),
        (1, 2, ["b"]),
        (7, 8, []),
    ],
)
def test_selected_time(low, high, names):
    datasets = nights()
    chosen = datasets.select_time(START + low * u.h, (START + high * u.h).utc)
    assert chosen.names == names
    assert all(dataset is datasets[dataset.name] for dataset in chosen)


def test_tolerance_of_a_selection():
    datasets = nights()
    late = START + 1 * u.s
    assert datasets.select_time(late, START + 2 * u.h).names == ["b"]
    assert datasets.select_time(late, START + 2 * u.h, atol="2 s").names == ["a", "b"]
    rounding = START + 1e-7 * u.s
    assert datasets.select_time(rounding, START + 2 * u.h).names == ["a", "b"]


def test_time_of_all():
    datasets = nights()
    assert datasets.gti.time_sum.to_value("h") == pytest.approx(4)
    assert len(datasets.gti) == 3  # the first two touch
    for dataset in datasets:
        dataset.gti = None
    assert datasets.gti is None


@pytest.mark.parametrize("gti", [None, GTI.create([] * u.s, [] * u.s)])
def test_unknown_time(gti):
    datasets = nights()
    datasets["b"].gti = gti
    with pytest.raises(DataError, match=r"b has no good time intervals.*GTI.create"):
        datasets.select_time(START, START + 1 * u.h)
    with pytest.raises(DataError, match="b has no good time intervals"):
        _ = datasets.gti
    assert len(datasets.info_table()) == 3  # nothing else needs it


def test_kinds():
    datasets = nights()
    assert not datasets.is_all_same_type
    assert Datasets([datasets["a"], datasets["c"]]).is_all_same_type


def test_stack_of_nothing_and_of_a_kind_that_has_none():
    with pytest.raises(DataError, match="no datasets to stack"):
        Datasets().stack_reduce()
    with pytest.raises(DataError, match="cannot be stacked: its class has no method stack"):
        Datasets([points()]).stack_reduce()


def test_stack_leaves_the_datasets_alone():
    datasets = Datasets([toys.cash("a"), toys.cash("b", seed=8)])
    before = datasets["a"].counts.values
    rows = datasets.info_table(cumulative=True)
    assert np.array_equal(datasets["a"].counts.values, before)
    assert rows["counts"].tolist() == np.cumsum([d.counts.values.sum() for d in datasets]).tolist()


def test_table_of_rows_that_differ():
    table = table_of(
        [
            {"name": "a", "time": 1 * u.h, "number": 1},
            {"name": "b", "time": 60 * u.s, "more": 2.5},
        ]
    )
    assert table.colnames == ["name", "time", "number", "more"]
    np.testing.assert_allclose(table["time"].quantity.to_value("s"), [3600, 60])
    assert table["number"].mask.tolist() == [False, True]
    assert table["more"].mask.tolist() == [True, False]
    assert table["more"][1] == 2.5
    assert len(table_of([])) == 0


def test_numbers_print_short_and_stay_exact():
    long = [1680.0000000298023, 100 / 3]
    rows = [
        {"name": "a", "time": t * u.s, "counts": float(2e6 + t // 1), "n": 12345678} for t in long
    ]
    table = table_of([*rows, {"name": "b", "time": np.nan * u.s, "counts": 0.0}])
    assert table["time"].tolist()[:2] == long
    assert list(table["time"].iter_str_vals()) == ["1680", "33.3333", "nan"]
    assert list(table["counts"].iter_str_vals()) == ["2001680", "2000033", "0"]
    assert list(table["n"].iter_str_vals()) == ["12345678", "12345678", "--"]


def test_mixed_kinds_in_a_table():
    table = nights().info_table()
    assert table["counts_off"].mask.tolist() == [True, False, True]
    assert table["ontime"].quantity.to_value("h").round(6).tolist() == [1, 1, 2]
