"""Stores of observations: indices, what is required, what is absent; and real folders."""

import warnings

import numpy as np
import pytest
from astropy.table import Table

from gammapy.data import DataStore, HDUIndexTable, Observations, ObservationTable
from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    OptionError,
    UnknownNameError,
)
from tests.data.dl3 import folder_of_data, write_folder


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path, absent=(3,))


@pytest.fixture
def store(folder):
    return DataStore.from_dir(folder)


# -- stores --------------------------------------------------------------------------------


def test_folder(store, folder):
    assert store.obs_ids.tolist() == [1, 2, 3]
    assert isinstance(store.obs_table, ObservationTable)
    assert isinstance(store.hdu_table, HDUIndexTable)
    assert repr(store) == f"DataStore(3 observations, {str(folder)!r})"


def test_info(store, capsys):
    assert store.info() is None
    printed = capsys.readouterr().out
    text = store.info(show=False)
    assert printed == text + "\n"
    assert "Rows: 9" in text
    assert "Number of observations: 3" in text


def test_indices_of_other_names(folder):
    (folder / "hdu-index.fits.gz").rename(folder / "files.fits.gz")
    (folder / "obs-index.fits.gz").rename(folder / "runs.fits.gz")
    with pytest.raises(MissingFileError, match=r"hdu-index\.fits\.gz does not exist"):
        DataStore.from_dir(folder)
    store = DataStore.from_dir(folder, "files.fits.gz")
    assert store.obs_table["OBS_ID"].tolist() == [1, 2, 3]  # without an index of observations
    store = DataStore.from_dir(folder, "files.fits.gz", "runs.fits.gz")
    assert "RA_PNT" in store.obs_table.colnames
    with pytest.raises(MissingFileError, match=r"none\.fits does not exist"):
        DataStore.from_dir(folder, "files.fits.gz", "none.fits")


def test_indices_without_gz(folder):
    for name in ("hdu-index", "obs-index"):
        Table.read(folder / f"{name}.fits.gz").write(folder / f"{name}.fits")
        (folder / f"{name}.fits.gz").unlink()
    assert "RA_PNT" in DataStore.from_dir(folder).obs_table.colnames


def test_one_file_with_both_indices(folder, tmp_path):
    from astropy.io import fits

    parts = [fits.open(folder / f"{name}-index.fits.gz")[1] for name in ("hdu", "obs")]
    fits.HDUList([fits.PrimaryHDU(), *parts]).writeto(folder / "both.fits")
    store = DataStore.from_file(folder / "both.fits")
    assert store.obs(1, required_irf=["aeff"]).pointing.fixed_icrs.ra.deg == 83
    with pytest.raises(FileFormatError, match="no table 'X'"):
        DataStore.from_file(folder / "both.fits", hdu_hdu="X")


def test_bad_folder(tmp_path):
    with pytest.raises(MissingFileError, match="is no folder"):
        DataStore.from_dir(tmp_path / "none")
    with pytest.raises(DataError, match="hdu_table = NoneType"):
        DataStore()


# -- observations --------------------------------------------------------------------------


def test_observation(store):
    one = store.obs(2, required_irf=["aeff"])
    assert one.obs_id == 2
    assert one.available_hdus == ["events", "gti", "aeff"]
    assert len(one.events) == 5
    assert type(store.obs(np.int64(2), "all-optional").obs_id) is int


def test_required(store):
    with pytest.raises(DataError, match=r"OBS_ID 1 has no 'edisp' .*required_irf="):
        store.obs(1)
    with pytest.raises(DataError, match="OBS_ID 1 has no 'edisp'"):
        store.obs(1, required_irf="point-like")
    with pytest.raises(OptionError, match="required_irf has 'foo'"):
        store.obs(1, required_irf=["foo"])
    with pytest.raises(OptionError, match="required_irf = 'foo'"):
        store.obs(1, required_irf="foo")
    with pytest.raises(UnknownNameError, match="OBS_ID 9 is not in the index of files"):
        store.obs(9)
    store.hdu_table["HDU_TYPE"][0] = "psf"
    with pytest.raises(DataError, match="OBS_ID 1 has no 'events'"):
        store.obs(1, required_irf=[])
    assert store.obs(1, required_irf=[], require_events=False).events is None


def test_several(store):
    some = store.get_observations([2, 1], required_irf=["aeff"])
    assert isinstance(some, Observations)
    assert some.ids == ["2", "1"]
    with pytest.raises(UnknownNameError, match="OBS_ID 9"):
        store.get_observations([1, 9], required_irf=["aeff"])


def test_absent_files_are_told_before_the_work_starts(store):
    with pytest.raises(MissingFileError, match=r"run_3\.fits does not exist"):
        store.get_observations(required_irf=["aeff"])
    with pytest.warns(GammapyWarning, match=r"2 of 4 observations are left out, the first is 3"):
        some = store.get_observations([1, 2, 3, 9], skip_missing=True, required_irf=["aeff"])
    assert some.ids == ["1", "2"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store.get_observations([1], skip_missing=True, required_irf=["aeff"]).ids == ["1"]
    # what needs no file asks for none
    some = store.get_observations(required_irf="all-optional", require_events=False)
    assert some.ids == ["1", "2", "3"]


def test_groups(store):
    store.obs_table["OBJECT"][:] = ["a", "b", "a"]
    groups = store.get_observation_groups("OBJECT", [1, 2], required_irf=["aeff"])
    assert {name: group.ids for name, group in groups.items()} == {
        "OBJECT_a": ["1"],
        "OBJECT_b": ["2"],
    }
    with pytest.raises(UnknownNameError, match="no column 'X'"):
        store.get_observation_groups("X")


def test_two_parts_of_a_kind(store):
    store.hdu_table["HDU_TYPE"][1] = "aeff"
    with pytest.raises(DataError, match="OBS_ID 1 has two parts 'aeff'"):
        store.obs(1)


# -- real folders --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("obs_id", "n", "good", "live", "core", "inner"),
    [  # numbers of Gammapy 2.1
        (110380, 106217, 1800, 1764.00003433, 53486, 17461),
        (111140, 106386, 1800, 1764.00003433, 53728, 17539),
        (111159, 105741, 1800, 1764.00003433, 53316, 17186),
        (111630, 101430, 1800, 1764.0, 50333, 16763),
    ],
)
def test_first_data_challenge(obs_id, n, good, live, core, inner):
    import astropy.units as u

    one = DataStore.from_dir(folder_of_data() / "cta-1dc/index/gps").obs(obs_id)
    events = one.events
    assert len(events) == n
    assert one.gti.time_sum.to_value("s") == pytest.approx(good, abs=1e-6)
    assert one.observation_live_time_duration.to_value("s") == pytest.approx(live, rel=1e-10)
    assert len(events.select_energy([0.1, 10] * u.TeV)) == core
    assert len(events.select_offset([0, 1] * u.deg)) == inner
    assert one.available_irfs == ["aeff", "edisp", "psf", "bkg"]


def test_runs_of_hess():
    store = DataStore.from_dir(folder_of_data() / "hess-dl3-dr1")
    with pytest.warns(GammapyWarning, match="99 of 105 observations are left out"):
        there = store.get_observations(skip_missing=True)
    assert there.ids == ["20561", "23077", "23523", "23526", "23559", "23592"]
    with pytest.raises(MissingFileError, match=r"hess_dl3_dr1_obs_id_020136\.fits\.gz does not"):
        store.get_observations([23523, 20136])
    kinds = [type(getattr(there[0], name)).__name__ for name in there[0].available_irfs]
    assert kinds == ["EffectiveAreaTable2D", "EnergyDispersion2D", "PSF3D", "Background3D"]


def test_a_survey_without_its_files():
    store = DataStore.from_dir(folder_of_data() / "cta-1dc-index/gps")
    with pytest.raises(MissingFileError, match=r"gps_baseline_110000\.fits does not exist"):
        store.get_observations()
    everything = store.get_observations(required_irf="all-optional", require_events=False)
    assert len(everything) == 3270
    with pytest.raises(MissingFileError, match=r"South_z40_50h/irf_file\.fits does not exist"):
        everything[0].aeff  # noqa: B018
