"""Lists of events: columns, cards, selections, and the numbers of Gammapy 2.1."""

import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.data import EventList
from gammapy.errors import (
    DataError,
    FileFormatError,
    MissingFileError,
    OptionError,
    UnitMismatchError,
)
from gammapy.maps import Map, MapAxis, WcsGeom
from tests.data.dl3 import events_table, folder_of_data, write_observation

ZERO = Time(51910.25, format="mjd", scale="tt")


@pytest.fixture
def events():
    return EventList(events_table())


def energies(events):
    return events.energy.to_value("TeV").tolist()


# -- what they are -------------------------------------------------------------------------


def test_columns(events):
    assert len(events) == 5
    assert events.energy.unit == "TeV"
    assert energies(events) == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(events.radec.ra.deg, [83, 83.2, 83.4, 83.6, 83.8])
    np.testing.assert_allclose(
        (events.time - ZERO).to_value("s"), [1010, 1020, 1030, 1040, 1050], atol=1e-6
    )
    assert events.time.scale == "tt"
    np.testing.assert_allclose(events.offset.deg, events.radec.separation(events.radec[0]).deg)
    assert isinstance(events.table["TIME"], Time)


def test_cards(events):
    assert (events.time_ref - ZERO).to_value("s") == 0
    assert (events.observation_time_start - ZERO).to_value("s") == pytest.approx(1000, abs=1e-6)
    assert (events.observation_time_stop - ZERO).to_value("s") == pytest.approx(1100, abs=1e-6)
    assert events.observation_time_duration == 100 * u.s
    assert events.observation_live_time_duration == 90 * u.s
    assert events.observation_dead_time_fraction == pytest.approx(0.1, rel=1e-12)
    assert events.is_pointed_observation
    assert (events.pointing_radec.ra.deg, events.pointing_radec.dec.deg) == (83, 22)
    assert events.observatory_earth_location.geodetic.height.to_value("m") == pytest.approx(1835)
    assert events.meta is events.table.meta


def test_utc_and_zero_of_times():
    events = EventList(events_table(TIMESYS="UTC", TIMEZERO=5.0))
    utc = Time(51910.25, format="mjd", scale="utc")
    assert (events.time[0] - utc).to_value("s") == pytest.approx(1015, abs=1e-6)
    assert (events.observation_time_start - utc).to_value("s") == pytest.approx(1005, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "median"), [([359.9, 0.1, 0.3], 0.1), ([179.0, 180.5, 181.0], 180.5), ([5, 6, 7], 6)]
)
def test_median_is_not_torn_at_a_seam(lon, median):
    from astropy.coordinates import SkyCoord

    sky = SkyCoord(lon, [1.0, 2.0, 3.0], unit="deg", frame="galactic").icrs
    events = EventList(Table({"RA": sky.ra, "DEC": sky.dec}))
    assert events.galactic_median.l.deg == pytest.approx(median, abs=1e-9)
    assert events.galactic_median.b.deg == pytest.approx(2, abs=1e-9)
    offsets = events.radec.separation(events.galactic_median).deg
    np.testing.assert_array_equal(events.offset_from_median.deg, offsets)


def test_altitude(events):
    """The altitude by the hour angle, to what aberration and the poles' motion change."""
    time, place = events.time[0], events.observatory_earth_location
    hour = time.sidereal_time("apparent", place.lon).deg - 83
    lat, dec, hour = np.radians([place.lat.deg, 22.0, hour])
    sine = np.sin(lat) * np.sin(dec) + np.cos(lat) * np.cos(dec) * np.cos(hour)
    assert events.altaz.alt.deg[0] == pytest.approx(np.degrees(np.arcsin(sine)), abs=0.03)
    events.table["ALT"], events.table["AZ"] = 45.0, 120.0
    assert events.altaz_from_table.alt.deg[0] == pytest.approx(45, abs=1e-12)


def test_copy_is_independent(events):
    other = events.copy()
    other.table["ENERGY"][0] = 7
    other.table.meta["OBS_ID"] = 2
    assert (events.energy[0].value, events.table.meta["OBS_ID"]) == (1, 1)
    assert energies(pickle.loads(pickle.dumps(events))) == energies(events)


def test_prints(events):
    assert repr(events) == "EventList(5 events, TEST 1)"
    text = str(events)
    for part in ("Number of events : 5", "0.05 1 / s", "Max. energy      : 5 TeV", "0.742 deg"):
        assert part in text
    assert "Number of events : 0" in str(events.select_row_subset([]))
    assert str(EventList(Table({"X": [1]})))


# -- selections ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "arguments", "kept"),
    [
        ("select_energy", ([2, 4] * u.TeV,), [2, 3]),
        ("select_energy", ([2000, 4000] * u.GeV,), [2, 3]),
        ("select_energy", (["2 TeV", "4 TeV"],), [2, 3]),
        ("select_energy", ([10, 20] * u.TeV,), []),
        ("select_time", (ZERO + [1020, 1040] * u.s,), [2, 3]),
        ("select_time", (ZERO + [1020, 1040] * u.s, True), [1, 4, 5]),
        ("select_offset", ([0, 0.4] * u.deg,), [1, 2, 3]),
        ("select_offset", ([0.3, 0.6] * u.deg,), [3, 4]),
        ("select_parameter", ("EVENT_ID", [1, 3]), [2, 3]),
        ("select_parameter", ("EVENT_ID", [1, 4], False), [2, 5]),
        ("select_parameter", ("ENERGY", [2000, 4000] * u.GeV), [2, 3]),
        ("select_parameter", ("TIME", ZERO + [1020, 1040] * u.s), [2, 3]),
        ("select_row_subset", ([True, False, False, False, True],), [1, 5]),
        ("select_row_subset", (slice(1, 3),), [2, 3]),
        ("select_row_subset", (2,), [3]),
        ("select_region", ("icrs;circle(83.4, 22, 0.25)",), [2, 3, 4]),
        ("select_region", (["icrs;circle(83, 22, 0.1)", "icrs;circle(83.8, 22, 0.1)"],), [1, 5]),
    ],
)
def test_selections(events, method, arguments, kept):
    chosen = getattr(events, method)(*arguments)
    assert energies(chosen) == kept
    assert chosen.table.meta["OBS_ID"] == 1
    assert energies(events) == [1, 2, 3, 4, 5]


def test_mask(events):
    axis = MapAxis.from_energy_edges([1.5, 3.5, 10] * u.TeV)
    geom = WcsGeom.create(skydir=(83.4, 22), npix=5, binsz=0.2, axes=[axis])
    data = np.zeros(geom.data_shape, dtype=bool)
    data[0] = True
    assert energies(events.select_mask(Map.from_geom(geom, data=data))) == [2, 3]
    data[1, :, :2] = True  # the pixels at larger right ascension
    assert energies(events.select_mask(Map.from_geom(geom, data=data))) == [2, 3, 4, 5]
    small = WcsGeom.create(skydir=(83, 22), npix=1, binsz=0.1)
    mask = Map.from_geom(small, data=np.ones(small.data_shape, dtype=bool))
    assert energies(events.select_mask(mask)) == [1]


def test_map_is_filled(events):
    axis = MapAxis.from_energy_edges([0.5, 2.5, 10] * u.TeV)
    geom = WcsGeom.create(skydir=(184.5, -5.7), frame="galactic", npix=40, binsz=0.1, axes=[axis])
    counts = Map.from_geom(geom)
    counts.fill_by_coord(events.map_coord(geom))
    assert counts.data.sum(axis=(1, 2)).tolist() == [2, 3]
    coords = events.map_coord(geom)
    assert coords.frame == "galactic"
    np.testing.assert_allclose(coords.lon.to_value("deg"), events.galactic.l.deg, rtol=1e-12)


def test_axes_take_their_columns(events):
    axis = MapAxis.from_edges([0, 2.5, 5], name="event_id")
    time = MapAxis.from_edges([0, 1], name="offset_x")
    coords = events.map_coord(WcsGeom.create(npix=1, axes=[axis]))
    assert coords["event_id"].value.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(DataError, match="no column OFFSET_X"):
        events.map_coord(WcsGeom.create(npix=1, axes=[time]))


# -- together ------------------------------------------------------------------------------


def test_stack_keeps_what_is_true_of_all():
    first, second = EventList(events_table()), EventList(events_table(2, OBS_ID=2, RA_PNT=84.0))
    stacked = EventList.from_stack([first, second])
    assert energies(stacked) == [1, 2, 3, 4, 5, 1, 2]
    assert stacked.table.meta["DEC_PNT"] == 22
    assert "OBS_ID" not in stacked.table.meta
    assert not stacked.is_pointed_observation
    with pytest.raises(FileFormatError, match="RA_PNT = None"):
        stacked.offset  # noqa: B018
    first.stack(second)
    assert energies(first) == energies(stacked)
    assert "OBS_ID" not in first.meta


def test_stack_of_other_reference_times():
    later = EventList(events_table(MJDREFI=51911))
    stacked = EventList.from_stack([EventList(events_table()), later])
    assert (stacked.time[5] - stacked.time[0]).to_value("s") == pytest.approx(86400, abs=1e-6)


# -- bad ones ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "arguments", "error", "message"),
    [
        ("select_energy", ([4, 2] * u.TeV,), DataError, "energy_range = .*larger end"),
        ("select_energy", ([2, 2] * u.TeV,), DataError, "larger end"),
        ("select_energy", ([1, 2, 3] * u.TeV,), DataError, "larger end"),
        ("select_energy", ([1, np.nan] * u.TeV,), DataError, "larger end"),
        ("select_energy", ([1, 2] * u.s,), UnitMismatchError, "energy_range"),
        ("select_offset", ([0, 1],), UnitMismatchError, "offset_band"),
        ("select_time", ([0, 1],), DataError, "as Time"),
        ("select_time", (ZERO + [2, 1] * u.s,), DataError, "later end"),
        ("select_parameter", ("NONE", [0, 1]), DataError, "no column NONE"),
        ("select_parameter", ("ENERGY", [1, 0]), DataError, "ENERGY: values"),
        ("select_parameter", ("TIME", [1], False), OptionError, "is_range = False for TIME"),
        ("select_mask", ([True] * 5,), DataError, "mask = list is no map of bool"),
        ("select_region", ("icrs;point(83, 22)",), DataError, "a point holds no events"),
    ],
)
def test_bad_selections(events, method, arguments, error, message):
    with pytest.raises(error, match=message):
        getattr(events, method)(*arguments)


def test_mask_of_numbers_is_refused(events):
    with pytest.raises(DataError, match="mask = WcsNDMap is no map of bool"):
        events.select_mask(Map.create(npix=2))


@pytest.mark.parametrize(
    ("cards", "name", "message"),
    [
        ({"RA_PNT": None}, "offset", "RA_PNT = None"),
        ({"RA_PNT": "x"}, "pointing_radec", "RA_PNT = 'x'"),
        ({"GEOLAT": None}, "altaz", "GEOLAT = None"),
        ({"LIVETIME": None}, "observation_live_time_duration", "LIVETIME = None"),
        ({"DEADC": None}, "observation_dead_time_fraction", "DEADC = None"),
        ({"TSTOP": None}, "observation_time_duration", "TSTOP = None"),
    ],
)
def test_missing_cards(cards, name, message):
    events = EventList(events_table(**cards))
    with pytest.raises(FileFormatError, match=message):
        getattr(events, name)


def test_bad_tables(events):
    with pytest.raises(DataError, match="EventList of dict"):
        EventList({"ENERGY": [1]})
    with pytest.raises(FileFormatError, match="no reference time"):
        EventList(events_table(MJDREFI=None))
    with pytest.raises(DataError, match="no events to stack"):
        EventList.from_stack([])
    del events.table["ENERGY"]
    with pytest.raises(DataError, match="no column ENERGY"):
        events.energy  # noqa: B018
    with pytest.raises(DataError, match="no median"):
        events.select_row_subset([]).galactic_median  # noqa: B018
    with pytest.raises(AttributeError, match="select_energy"):
        events.select_rad_max  # noqa: B018


# -- files ---------------------------------------------------------------------------------


def test_round_trip(tmp_path, events):
    again = EventList.read(write_observation(tmp_path / "a.fits"))
    assert energies(again) == [1, 2, 3, 4, 5]
    assert np.all(np.abs((again.time - events.time).to_value("s")) < 1e-6)
    with pytest.raises(FileFormatError, match=r"no table 'OTHER' of events: .*'EVENTS', 'GTI'"):
        EventList.read(tmp_path / "a.fits", hdu="OTHER")
    with pytest.raises(MissingFileError, match=r"b\.fits does not exist"):
        EventList.read(tmp_path / "b.fits")


@pytest.mark.parametrize(
    ("name", "region", "expected"),
    [  # numbers of Gammapy 2.1
        (
            "hess-dl3-dr1/data/hess_dl3_dr1_obs_id_023523.fits.gz",
            "icrs;circle(83.63,22.01,0.3)",
            [7613, 2972, 448, 2262, 425],
        ),
        (
            "cta-1dc/data/baseline/gps/gps_baseline_110380.fits",
            "galactic;ellipse(0.2,-1.1,0.7,0.3,30)",
            [106217, 4187, 3920, 29555, 3873],
        ),
    ],
)
def test_selections_of_real_events(name, region, expected):
    events = EventList.read(folder_of_data() / name)
    start = events.observation_time_start
    chosen = [
        events,
        events.select_energy([1, 10] * u.TeV),
        events.select_offset([0.2, 0.5] * u.deg),
        events.select_time(start + [100, 600] * u.s),
        events.select_region(region),
    ]
    assert [len(one) for one in chosen] == expected


def test_events_of_the_fermi_telescope():
    name = "fermi-3fhl-gc/fermi-3fhl-gc-events.fits.gz"
    events = EventList.read(folder_of_data() / name)
    assert len(events) == 32843
    assert len(events.select_energy([10, 100] * u.GeV)) == 31622
    assert not events.is_pointed_observation
    assert events.observation_time_duration == 220692583 * u.s
    median = events.galactic_median
    assert median.l.deg == pytest.approx(359.72053851, abs=1e-8)
    assert median.b.deg == pytest.approx(-0.05982768, abs=1e-8)
    assert "Max. offset" not in str(events)
