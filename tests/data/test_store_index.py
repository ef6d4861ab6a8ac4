"""Stores of files that are known by their names alone."""

import numpy as np
import pytest
from astropy.io import fits

from gammapy.data import DataStore, group_pointings
from gammapy.errors import DataError, FileFormatError, MissingFileError
from tests.data.dl3 import area, events_table, folder_of_data, write_observation


def test_files(tmp_path):
    paths = []
    for one in (5, 3):
        table = events_table(OBS_ID=one, RA_PNT=float(one))
        paths.append(write_observation(tmp_path / f"{one}.fits", table, responses=[area(one)]))
    store = DataStore.from_events_files(paths)
    assert store.obs_table["OBS_ID"].tolist() == [5, 3]
    assert store.obs_table["EVENT_COUNT"].tolist() == [5, 5]
    assert store.get_observations(required_irf=["aeff"]).ids == ["5", "3"]
    assert store.obs(3, required_irf=["aeff"]).aeff.quantity.max().to_value("cm2") == 3
    assert [g.obs_id for g in group_pointings(store.obs_table, by=())] == [(5,), (3,)]
    galactic = store.obs_table.pointing_galactic
    assert np.all(galactic.separation(store.obs_table.pointing_radec).deg < 1e-9)


def test_responses_of_another_file(tmp_path):
    paths = [
        write_observation(tmp_path / f"{i}.fits", events_table(OBS_ID=i), responses=[area(i)])
        for i in (1, 2)
    ]
    other = write_observation(tmp_path / "irf.fits", responses=[area(7)])
    for irfs in (other, [other], [other, other]):
        store = DataStore.from_events_files(paths, irfs)
        values = [
            one.aeff.quantity.max().to_value("cm2")
            for one in store.get_observations(required_irf=["aeff"])
        ]
        assert values == [7, 7]
        assert [len(one.events) for one in store.get_observations(required_irf=["aeff"])] == [5, 5]
    with pytest.raises(DataError, match="irfs_paths has 3 files for 2 observations"):
        DataStore.from_events_files(paths, [other] * 3)


def test_responses_by_the_cards(tmp_path, monkeypatch):
    path = write_observation(tmp_path / "a.fits", events_table(CALDB="abc", IRF="night"))
    monkeypatch.setenv("CALDB", str(tmp_path))
    with pytest.raises(MissingFileError, match=r"CALDB = 'abc', IRF = 'night' lead to no file"):
        DataStore.from_events_files([path])
    folder = tmp_path / "data/test/abc/bcf/night"
    folder.mkdir(parents=True)
    write_observation(folder / "irf_file.fits", responses=[area(7)])
    one = DataStore.from_events_files([path]).obs(1, required_irf=["aeff"])
    assert one.aeff.quantity.max().to_value("cm2") == 7


def test_bad_files(tmp_path):
    with pytest.raises(DataError, match="events_paths is empty"):
        DataStore.from_events_files([])
    with pytest.raises(MissingFileError, match="does not exist"):
        DataStore.from_events_files([tmp_path / "none.fits"])
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(FileFormatError, match="no table of events"):
        DataStore.from_events_files([tmp_path / "empty.fits"])
    path = write_observation(tmp_path / "a.fits", events_table(OBS_ID=None), responses=[area()])
    with pytest.raises(FileFormatError, match="the events have no OBS_ID"):
        DataStore.from_events_files([path])
    path = write_observation(tmp_path / "b.fits", responses=[area()])
    with pytest.raises(DataError, match="OBS_ID 1 is in 2 of the files"):
        DataStore.from_events_files([path, path])
    other = write_observation(
        tmp_path / "c.fits", events_table(OBS_ID=2, MJDREFI=51544), responses=[area()]
    )
    with pytest.raises(DataError, match="count time from 2 references"):
        DataStore.from_events_files([path, other])


def test_real_files():
    folder = folder_of_data()
    events = folder / "cta-1dc/data/baseline/gps/gps_baseline_110380.fits"
    irf = folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
    one = DataStore.from_events_files([events], irf).obs(110380)
    assert type(one.psf).__name__ == "EnergyDependentMultiGaussPSF"
    run = folder / "hess-dl3-dr1/data/hess_dl3_dr1_obs_id_023523.fits.gz"
    # Gammapy 2.1 takes this PSF for one of three Gaussians and then finds none
    assert type(DataStore.from_events_files([run]).obs(23523).psf).__name__ == "PSF3D"
