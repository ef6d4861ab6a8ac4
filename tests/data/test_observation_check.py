"""Checks of an observation name what is wrong with its parts."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.data import GTI, DataStore, EventList, Observation
from gammapy.errors import OptionError
from tests.data.dl3 import area, events_table, folder_of_data, write_folder

ZERO = Time(51910.25, format="mjd", scale="tt")


def gti(*intervals):
    start, stop = np.array(intervals or [(1000, 1100)], dtype=float).T * u.s
    return GTI.create(ZERO + start, ZERO + stop)


def observation(table=None, times=None):
    events = EventList(events_table() if table is None else table)
    return Observation(1, gti=times or gti(), events=events, aeff=area())


def messages(one, checks="all"):
    return [(r["level"], r["hdu_type"], r["msg"]) for r in one.check(checks)]


def changed(column, values):
    table = events_table()
    table[column] = values
    return table


def without(column):
    table = events_table()
    del table[column]
    return table


def test_nothing_is_wrong():
    assert messages(observation()) == []


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (changed("ENERGY", [1, 2, np.nan, -1, 0.0]), ("error", "3 energies are not finite or not")),
        (changed("RA", [1, 2, np.nan, -1, 0.0]), ("error", "1 directions are not finite")),
        (changed("TIME", [1010, 1005, 1020, 1030, 1040]), ("warning", "events are not sorted")),
        (changed("TIME", [900, 1010, 1020, 1030, 1200]), ("warning", "2 events are outside")),
        (without("ENERGY"), ("error", "column ENERGY is missing")),
        (events_table(0), ("warning", "there are no events")),
    ],
)
def test_events(table, expected):
    [(level, part, message)] = messages(observation(table))
    assert (level, part) == (expected[0], "events")
    assert message.startswith(expected[1])


@pytest.mark.parametrize(
    ("times", "cards", "expected"),
    [
        (
            gti((1000, 1080), (1070, 1100)),
            {"ONTIME": 110.0},
            ("error", "good time intervals overlap"),
        ),
        (gti((1050, 1100), (1000, 1050)), {}, ("warning", "good time intervals are not sorted")),
        (gti((1000, 1080)), {}, ("warning", "ONTIME = 100 s, but the good time is 80 s")),
        (gti(), {"DEADC": None, "LIVETIME": None}, ("error", "the dead time is not known")),
    ],
)
def test_times(times, cards, expected):
    [(level, part, message)] = messages(observation(events_table(**cards), times))
    assert (level, part) == (expected[0], "gti")
    assert message.startswith(expected[1])


def test_no_times_no_events():
    one = Observation(1, events=EventList(events_table()))
    assert messages(one, ["gti"]) == [("error", "gti", "there are no good time intervals")]
    one = Observation(1, gti=gti())
    assert messages(one, ["events"]) == [("warning", "events", "there are no events")]


def test_parts_that_cannot_be_read(tmp_path):
    store = DataStore.from_dir(write_folder(tmp_path))
    assert messages(store.obs(1, required_irf=["aeff"])) == []
    (tmp_path / "data/run_1.fits").unlink()
    found = messages(store.obs(1, required_irf=["aeff"]))
    assert [record[:2] for record in found] == [
        ("error", "events"),
        ("error", "gti"),
        ("error", "aeff"),
    ]
    assert all("run_1.fits does not exist" in record[2] for record in found)


def test_unknown_check():
    with pytest.raises(OptionError, match="'foo' is none of"):
        observation().check(["foo"])


def test_real_run():
    one = DataStore.from_dir(folder_of_data() / "hess-dl3-dr1").obs(23523)
    assert messages(one) == [("warning", "events", "1 events are outside of the good time")]
