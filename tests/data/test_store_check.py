"""Checks of a store name what is wrong with its indices and files."""

import pytest

from gammapy.data import DataStore
from gammapy.errors import OptionError
from tests.data.dl3 import folder_of_data, write_folder


@pytest.fixture
def store(tmp_path):
    return DataStore.from_dir(write_folder(tmp_path))


def found(store, checks="all"):
    return [(r["level"], r["obs_id"], r["hdu_type"], r["msg"]) for r in store.check(checks)]


def test_nothing_is_wrong(store):
    assert found(store) == []


def test_absent_files(store, tmp_path):
    (tmp_path / "data/run_2.fits").unlink()
    records = found(store)
    assert [record[:3] for record in records] == [
        ("error", 2, "events"),
        ("error", 2, "gti"),
        ("error", 2, "aeff"),
    ]
    assert all("run_2.fits does not exist" in record[3] for record in records)
    assert found(store, ["obs_table", "hdu_table"]) == []


def test_bad_table_of_observations(store):
    store.obs_table["LIVETIME"][1] = -1
    [(level, _, _, message)] = found(store)
    assert level == "error"
    assert "OBS_ID 2 has LIVETIME = -1" in message


def test_tables_that_do_not_agree(store):
    store.obs_table["OBS_ID"][0] = 7
    assert found(store) == [
        ("error", 7, None, "in the observation table, but not in the index of files"),
        ("warning", 1, None, "in the index of files, but not in the observation table"),
    ]


def test_bad_rows(store):
    store.hdu_table["HDU_CLASS"][0] = "x"
    store.hdu_table["HDU_TYPE"][1] = "aeff"
    assert found(store, ["hdu_table"]) == [
        ("error", 1, "events", "type 'events', class 'x' is not known"),
        ("error", 1, "aeff", "there twice in the index of files"),
    ]


def test_unknown_check(store):
    with pytest.raises(OptionError, match="'foo' is none of"):
        store.check(["foo"])


def test_real_folders():
    folder = folder_of_data()
    assert DataStore.from_dir(folder / "cta-1dc/index/gps").check() == []
    records = DataStore.from_dir(folder / "hess-dl3-dr1").check()
    assert {r["level"] for r in records} == {"error"}
    assert len({r["obs_id"] for r in records}) == 99
