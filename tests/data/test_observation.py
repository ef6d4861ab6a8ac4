"""Observations: parts, times, filters, simulations, and the numbers of Gammapy 2.1 on real runs."""

import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data import (
    GTI,
    DataStore,
    EventList,
    FixedPointingInfo,
    Observation,
    ObservationFilter,
)
from gammapy.errors import DataError, FileFormatError, OptionError, UnitMismatchError
from tests.data.dl3 import area, events_table, folder_of_data, write_folder

ZERO = Time(51910.25, format="mjd", scale="tt")
CRAB = FixedPointingInfo(fixed_icrs=SkyCoord(83, 22, unit="deg"))
PLACE = EarthLocation.from_geodetic(16 * u.deg, -23 * u.deg, 1800 * u.m)
PHASE = {"type": "custom", "opts": {"parameter": "PHASE", "values": [0.0, 0.5]}}


@pytest.fixture
def stored(tmp_path):
    """Pointing of 100 s from 1000 s on, 10 % of it dead, with 5 events."""
    return DataStore.from_dir(write_folder(tmp_path)).obs(1, required_irf=["aeff"])


def seconds(time):
    return float((time - ZERO).to_value("s"))


def energies(observation):
    return observation.events.energy.value.tolist()


# -- parts and times -----------------------------------------------------------------------


def test_parts(stored):
    assert energies(stored) == [1, 2, 3, 4, 5]
    assert stored.aeff is stored.aeff  # read once
    assert stored.edisp is None
    assert stored.available_irfs == ["aeff"]
    assert stored.available_hdus == ["events", "gti", "aeff"]
    stored.aeff = None
    assert stored.available_irfs == []
    assert repr(stored) == "Observation(obs_id=1, events, gti)"
    assert repr(Observation(obs_id=3)) == "Observation(obs_id=3, empty)"


def test_times(stored):
    assert stored.gti.time_sum.to_value("s") == pytest.approx(100, abs=1e-6)
    assert seconds(stored.tstart) == pytest.approx(1000, abs=1e-6)
    assert seconds(stored.tstop) == pytest.approx(1100, abs=1e-6)
    assert seconds(stored.tmid) == pytest.approx(1050, abs=1e-6)
    assert stored.obs_time == stored.tmid
    assert stored.observation_time_duration.to_value("s") == pytest.approx(100, abs=1e-6)
    assert stored.observation_dead_time_fraction == pytest.approx(0.1, rel=1e-12)
    assert stored.observation_live_time_duration.to_value("s") == pytest.approx(90, abs=1e-6)


def test_header(stored):
    assert (stored.meta.obs_info.telescope, stored.meta.target.name) == ("TEST", "nothing")
    assert stored.target_radec.ra.deg == 83.6
    assert stored.pointing.fixed_icrs.ra.deg == 83
    assert stored.observatory_earth_location.geodetic.lon.deg == pytest.approx(16.5)
    assert stored.get_pointing_icrs(stored.tmid).dec.deg == 22
    altitude = stored.get_pointing_altaz(stored.tmid).alt
    assert altitude == stored.pointing.get_altaz(stored.tmid, stored.meta.location).alt


def test_print(stored):
    text = str(stored)
    for part in (
        "obs id            : 1",
        "duration          : 100.00 s",
        "83.0 deg, 22.0 deg",
        "10.0%",
    ):
        assert part in text


def test_what_is_given_goes_before_the_header():
    events = EventList(events_table())
    one = Observation(1, events=events, pointing=SkyCoord(1, 2, unit="deg"), location=PLACE)
    assert one.pointing.fixed_icrs.ra.deg == 1
    assert one.observatory_earth_location is PLACE


# -- filters and selections ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("windows", "kept", "length"),
    [
        ([([1015, 1035], False)], [2, 3], 20),
        ([([1015, 1035], True)], [1, 4, 5], 80),
        ([([900, 1035], False)], [1, 2, 3], 35),
        ([([1015, 1045], False), ([1025, 1090], False)], [3, 4], 20),
        ([([1015, 1045], False), ([1025, 1035], True)], [2, 4], 20),
        ([([1015, 1025], True), ([1035, 1045], True)], [1, 3, 5], 80),
        ([([900, 950], False)], [], 0),
    ],
)
def test_time_windows(stored, windows, kept, length):
    """One after the other: each cuts what the one before has left."""
    one = stored
    for window, inverted in windows:
        one = one.select_time(ZERO + window * u.s, inverted)
    assert energies(one) == kept
    assert one.observation_time_duration.to_value("s") == pytest.approx(length, abs=1e-5)
    live = one.observation_live_time_duration.to_value("s")
    assert live == pytest.approx(0.9 * length, abs=1e-5)
    assert energies(stored) == [1, 2, 3, 4, 5]
    assert one.aeff is not None


def test_empty_observation_has_no_start(stored):
    with pytest.raises(DataError, match="OBS_ID 1 has no good time intervals"):
        stored.select_time(ZERO + [0, 1] * u.s).tstart  # noqa: B018


def test_phases_shorten_the_live_time():
    table = events_table()
    table["PHASE"] = [0.1, 0.3, 0.6, 0.8, 0.4]
    gti = GTI.create(ZERO + 1000 * u.s, ZERO + 1100 * u.s)
    chosen = ObservationFilter(event_filters=[PHASE])
    one = Observation(1, gti=gti, events=EventList(table), obs_filter=chosen)
    for same in (one, one.copy(), one.copy(in_memory=True)):
        assert energies(same) == [1, 2, 5]
        assert same.observation_live_time_duration.to_value("s") == pytest.approx(45, abs=1e-6)
    half = one.select_time(ZERO + [1000, 1050] * u.s).select_time(ZERO + [1000, 1035] * u.s)
    assert energies(half) == [1, 2]
    assert half.observation_live_time_duration.to_value("s") == pytest.approx(15.75, abs=1e-6)


def test_copy(stored):
    other = stored.copy(obs_id=7, edisp="E")
    assert (other.obs_id, other.edisp, stored.edisp) == (7, "E", None)
    loaded = stored.copy(in_memory=True)
    assert loaded.events.table is loaded.events.table  # nothing is read again
    assert energies(loaded) == energies(stored)
    assert energies(pickle.loads(pickle.dumps(loaded))) == energies(stored)
    with pytest.raises(OptionError, match="'foo' is none of"):
        stored.copy(foo=1)


# -- simulations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "start", "stop"),
    [  # s from 2000-01-01 (UTC), as in Gammapy 2.1
        ({"livetime": "1 h"}, 0, 3600),
        ({"livetime": 1 * u.h, "tstart": 1 * u.h}, 3600, 7200),
        ({"tstart": "1 h", "tstop": "2 h"}, 3600, 7200),
        ({"tstop": 2 * u.h, "livetime": "1 h"}, 0, 7200),
        ({"tstart": Time("2000-01-02"), "tstop": Time("2000-01-03")}, 86400, 172800),
        ({"tstart": Time("2000-01-02"), "livetime": 60 * u.s}, 86400, 86460),
    ],
)
def test_create(arguments, start, stop):
    one = Observation.create(
        CRAB, location=PLACE, obs_id=7, irfs={"aeff": area()}, deadtime_fraction=0.2, **arguments
    )
    reference = Time("2000-01-01")
    assert (one.tstart - reference).to_value("s") == pytest.approx(start, abs=1e-6)
    assert (one.tstop - reference).to_value("s") == pytest.approx(stop, abs=1e-6)
    live = one.observation_live_time_duration.to_value("s")
    assert live == pytest.approx(0.8 * (stop - start), rel=1e-9)
    assert (one.obs_id, one.events, one.target_radec) == (7, None, None)
    assert one.available_hdus == ["gti", "aeff"]
    assert one.observatory_earth_location is PLACE
    assert "deadtime fraction : 20.0%" in str(one)


def test_create_for_a_direction():
    one = Observation.create(SkyCoord(0, 0, unit="deg", frame="galactic"), livetime="1 h")
    assert one.pointing.fixed_icrs.ra.deg == pytest.approx(266.405, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, DataError, "give the length"),
        ({"livetime": "-1 h"}, DataError, "the end must be later"),
        ({"livetime": 1}, UnitMismatchError, "livetime = 1"),
        ({"tstart": 2 * u.h, "tstop": 1 * u.h}, DataError, "the end must be later"),
        ({"livetime": "1 h", "deadtime_fraction": 1.0}, DataError, "deadtime_fraction = 1.0"),
        ({"livetime": "1 h", "deadtime_fraction": -0.1}, DataError, "deadtime_fraction = -0.1"),
        ({"livetime": "1 h", "irfs": {"foo": 1}}, OptionError, "irfs has 'foo'"),
    ],
)
def test_bad_simulations(arguments, error, message):
    with pytest.raises(error, match=message):
        Observation.create(CRAB, **arguments)


# -- bad ones ------------------------------------------------------------------------------


def test_nothing_is_known():
    one = Observation(obs_id=3)
    assert one.gti is None
    for name in ("meta", "pointing"):
        with pytest.raises(DataError, match="neither events nor meta data"):
            getattr(one, name)
    for name in ("tstart", "observation_time_duration"):
        with pytest.raises(DataError, match="OBS_ID 3 has no good time intervals"):
            getattr(one, name)
    with pytest.raises(DataError, match="an EventList is needed"):
        one.events = [1]
    with pytest.raises(AttributeError, match="plot the parts"):
        one.peek()


@pytest.mark.parametrize(
    ("cards", "error", "message"),
    [
        ({"DEADC": 1.5}, FileFormatError, "DEADC = 1.5: the share"),
        ({"DEADC": None, "LIVETIME": 120.0}, FileFormatError, "LIVETIME / ONTIME = 1.2"),
        ({"DEADC": None, "LIVETIME": None}, DataError, "the dead time of OBS_ID 1 is not known"),
    ],
)
def test_dead_times(cards, error, message):
    one = Observation(1, events=EventList(events_table(**cards)))
    with pytest.raises(error, match=message):
        one.observation_dead_time_fraction  # noqa: B018


def test_dead_time_without_its_card():
    one = Observation(1, events=EventList(events_table(DEADC=None, LIVETIME=70.0)))
    assert one.observation_dead_time_fraction == pytest.approx(0.3, rel=1e-12)


# -- real runs -----------------------------------------------------------------------------


def test_run_of_hess():
    """Numbers of Gammapy 2.1, but for the times outside of a window, of which it counts none."""
    one = DataStore.from_dir(folder_of_data() / "hess-dl3-dr1").obs(23523)
    start = one.tstart
    assert start.mjd == pytest.approx(53343.92234009259, abs=1e-9)
    assert one.observation_dead_time_fraction == pytest.approx(0.06239670142531395, rel=1e-10)
    live = one.observation_live_time_duration.to_value("s")
    assert live == pytest.approx(1581.736764695497, rel=1e-10)
    altaz = one.get_pointing_altaz(one.tmid)
    assert (altaz.az.deg, altaz.alt.deg) == pytest.approx((22.55834086, 41.95080706), abs=1e-6)
    part = one.select_time(start + [100, 600] * u.s)
    assert (len(part.events), round(part.gti.time_sum.to_value("s"), 5)) == (2262, 500)
    assert part.observation_live_time_duration.to_value("s") == pytest.approx(468.80164929)
    rest = one.select_time(start + [100, 600] * u.s, inverted=True)
    assert (len(rest.events), round(rest.gti.time_sum.to_value("s"), 5)) == (5351, 1187)
    np.testing.assert_allclose(one.target_radec.ra.deg, 83.63333333, atol=1e-8)
