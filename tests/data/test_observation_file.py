"""Observations in files of their own: what is read, and what comes back from a file."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.data import GTI, EventList, Observation, ObservationFilter
from gammapy.errors import DataError, FileFormatError, MissingFileError, OverwriteError
from tests.data.dl3 import area, events_table, folder_of_data, write_observation

ZERO = Time(51910.25, format="mjd", scale="tt")


def test_read(tmp_path):
    own = write_observation(tmp_path / "a.fits", responses=[area(1)])
    other = write_observation(tmp_path / "b.fits", responses=[area(2)])
    one = Observation.read(own)
    assert (one.obs_id, len(one.events), one.available_irfs) == (1, 5, ["aeff"])
    assert one.aeff.quantity.max().to_value("cm2") == 1
    assert Observation.read(own, other).aeff.quantity.max().to_value("cm2") == 2


def test_tables_of_other_names_are_found_by_their_class(tmp_path):
    path = write_observation(tmp_path / "a.fits")
    with fits.open(path, mode="update") as hdus:
        hdus["EVENTS"].name = "PHOTONS"
        hdus["GTI"].name = "TIMES"
    one = Observation.read(path)
    assert len(one.events) == 5
    assert one.gti.time_sum.to_value("s") == pytest.approx(100, abs=1e-6)


@pytest.mark.parametrize("name", ["out.fits", "out.fits.gz"])
def test_round_trip(tmp_path, name):
    first = Observation.read(write_observation(tmp_path / "a.fits", responses=[area(3)]))
    first.write(tmp_path / name, checksum=True)
    again = Observation.read(tmp_path / name, checksum=True)
    assert again.gti == first.gti
    assert np.all(np.abs((again.events.time - first.events.time).to_value("s")) < 1e-6)
    assert again.events.energy.value.tolist() == [1, 2, 3, 4, 5]
    assert repr(again.pointing) == repr(first.pointing)
    assert again.aeff.is_allclose(first.aeff)
    assert again.observation_live_time_duration == first.observation_live_time_duration
    assert again.meta.target.name == "nothing"
    assert again.check() == []
    with pytest.raises(OverwriteError, match="exists"):
        first.write(tmp_path / name)
    first.write(tmp_path / name, overwrite=True, include_irfs=False)
    assert Observation.read(tmp_path / name).available_irfs == []


def test_filters_are_written_as_what_they_leave(tmp_path):
    table = events_table()
    table["PHASE"] = [0.1, 0.3, 0.6, 0.8, 0.4]
    phase = {"type": "custom", "opts": {"parameter": "PHASE", "values": [0.0, 0.5]}}
    chosen = ObservationFilter(ZERO + [1000, 1045] * u.s, [phase])
    gti = GTI.create(ZERO + 1000 * u.s, ZERO + 1100 * u.s)
    first = Observation(1, gti=gti, events=EventList(table), obs_filter=chosen)
    first.write(tmp_path / "a.fits")
    again = Observation.read(tmp_path / "a.fits")
    assert again.events.energy.value.tolist() == [1, 2]
    assert again.observation_time_duration.to_value("s") == pytest.approx(45, abs=1e-5)
    live = again.observation_live_time_duration.to_value("s")
    assert live == pytest.approx(0.5 * 0.9 * 45, abs=1e-5)
    assert again.events.observation_live_time_duration.to_value("s") == pytest.approx(live)
    assert (again.events.observation_time_stop - ZERO).to_value("s") == pytest.approx(1045)


def test_simulated_observation(tmp_path):
    from astropy.coordinates import EarthLocation, SkyCoord

    place = EarthLocation.from_geodetic(16 * u.deg, -23 * u.deg, 1800 * u.m)
    one = Observation.create(SkyCoord(1, 2, unit="deg"), location=place, livetime="1 h", obs_id=9)
    with pytest.raises(DataError, match=r"set observation\.events first"):
        one.write(tmp_path / "a.fits")
    table = events_table()
    table.meta = {}
    table["TIME"] = one.tstart + [1, 2, 3, 4, 5] * u.s
    one.events = EventList(table)
    one.write(tmp_path / "a.fits")
    again = Observation.read(tmp_path / "a.fits")
    assert again.obs_id == 9
    assert again.pointing.fixed_icrs.dec.deg == 2
    assert again.observatory_earth_location.geodetic.height.to_value("m") == pytest.approx(1800)
    assert again.gti == one.gti
    np.testing.assert_allclose((again.events.time - one.tstart).to_value("s"), [1, 2, 3, 4, 5])


def test_bad_files(tmp_path):
    with pytest.raises(MissingFileError, match="does not exist"):
        Observation.read(tmp_path / "a.fits")
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(FileFormatError, match=r"no table of events: it has \['PRIMARY'\]"):
        Observation.read(tmp_path / "empty.fits")
    first = Observation.read(write_observation(tmp_path / "a.fits"))
    first.write(tmp_path / "b.fits", checksum=True)
    content = bytearray((tmp_path / "b.fits").read_bytes())
    place = content.index(np.array([5.0], ">f8").tobytes())
    content[place + 1] ^= 1
    (tmp_path / "b.fits").write_bytes(content)
    with pytest.raises(FileFormatError, match="sum verification failed"):
        Observation.read(tmp_path / "b.fits", checksum=True)


def test_real_file():
    folder = folder_of_data()
    one = Observation.read(
        folder / "cta-1dc/data/baseline/gps/gps_baseline_110380.fits",
        folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits",
    )
    assert (one.obs_id, len(one.events)) == (110380, 106217)
    assert one.available_irfs == ["aeff", "edisp", "psf", "bkg"]
