"""Lists of observations: by number and name, cuts in time, groups."""

import astropy.units as u
import pytest
from astropy.time import Time

from gammapy.data import DataStore, Observation, Observations
from gammapy.errors import AmbiguousNameError, DataError, UnknownNameError
from tests.data.dl3 import folder_of_data, write_folder

ZERO = Time(51910.25, format="mjd", scale="tt")


@pytest.fixture
def some(tmp_path):
    """Three pointings that start at 1000, 1200, 1400 s and last 100 s."""
    store = DataStore.from_dir(write_folder(tmp_path))
    return store.get_observations(required_irf=["aeff"])


def test_like_a_list(some):
    assert (len(some), some.ids) == (3, ["1", "2", "3"])
    assert some[1].obs_id == some["2"].obs_id == some[some[1]].obs_id == 2
    assert some[-1].obs_id == 3
    assert isinstance(some[:2], Observations)
    assert some[1:].ids == ["2", "3"]
    assert (some.index("3"), some.index(some[2])) == (2, 2)
    assert "2" in some
    assert some[0] in some
    assert "9" not in some
    assert [one.obs_id for one in some] == [1, 2, 3]
    some.insert(1, Observation(obs_id=7))
    some.append(Observation(obs_id="x"))
    assert some.ids == ["1", "7", "2", "3", "x"]
    some["7"] = Observation(obs_id=8)
    del some["1"]
    assert some.ids == ["8", "2", "3", "x"]
    assert repr(some) == "Observations(4: 8, 2, 3, x)"
    assert repr(Observations()) == "Observations(0)"


def test_print(some):
    assert str(some).startswith("Observations\nNumber of observations: 3\nObservation\n")
    many = Observations(Observation(obs_id=i) for i in range(20))
    assert repr(many) == "Observations(20: 0, 1, 2, 3, 4, ..., 19)"


def test_stack_and_groups(some):
    assert Observations.from_stack([some[:1], some[1:]]).ids == some.ids
    groups = some.group_by_label(["b", "a", "b"])
    assert list(groups) == ["group_a", "group_b"]
    assert groups["group_b"].ids == ["1", "3"]
    assert list(some.group_by_label([2, 1, 2])) == ["group_1", "group_2"]
    with pytest.raises(DataError, match="2 labels for 3 observations"):
        some.group_by_label([1, 2])


def test_one_window(some):
    cut = some.select_time(ZERO + [1050, 1210] * u.s)
    assert cut.ids == ["1", "2"]
    assert [round(one.gti.time_sum.to_value("s"), 5) for one in cut] == [50, 10]
    assert [len(one.events) for one in cut] == [1, 0]


def test_several_windows(some):
    cut = some.select_time([ZERO + [1010, 1030] * u.s, ZERO + [1040, 1450] * u.s])
    assert cut.ids == ["1", "1", "2", "3"]
    assert [round(one.gti.time_sum.to_value("s"), 5) for one in cut] == [20, 60, 100, 50]
    assert cut.index(cut[1]) == 1
    with pytest.raises(AmbiguousNameError, match="2 observations '1'"):
        cut["1"]
    rest = some.select_time(ZERO + [1010, 1450] * u.s, inverted=True)
    assert [round(one.gti.time_sum.to_value("s"), 5) for one in rest] == [10, 50]


def test_in_memory(some, tmp_path):
    loaded = list(some.in_memory_generator())
    (tmp_path / "data/run_1.fits").unlink()
    assert len(loaded[0].events) == 5
    assert loaded[0].aeff is not None


def test_bad_ones(some):
    with pytest.raises(DataError, match="not int"):
        Observations([1])
    with pytest.raises(DataError, match="not str"):
        some.append("x")
    with pytest.raises(UnknownNameError, match="no observation '9': there are 1, 2, 3"):
        some["9"]
    with pytest.raises(IndexError):
        some[7]


def test_windows_of_real_runs():
    """Numbers of Gammapy 2.1."""
    store = DataStore.from_dir(folder_of_data() / "hess-dl3-dr1")
    some = store.get_observations([23523, 23526])
    first, second = some
    windows = [
        Time([first.tstart + 10 * u.s, first.tstart + 50 * u.s]),
        Time([first.tstop - 10 * u.s, second.tstart + 50 * u.s]),
    ]
    cut = some.select_time(windows)
    assert cut.ids == ["23523", "23523", "23526"]
    assert [len(one.events) for one in cut] == [201, 44, 217]
    assert [round(one.gti.time_sum.to_value("s"), 5) for one in cut] == [40, 10, 50]
