"""Filters of observations: events, times, and the share of time that a cut on phase leaves."""

import astropy.units as u
import pytest
from astropy.time import Time

from gammapy.data import GTI, EventList, ObservationFilter
from gammapy.errors import DataError, OptionError
from tests.data.dl3 import events_table

ZERO = Time(51910.25, format="mjd", scale="tt")
WINDOW = ZERO + [1015, 1035] * u.s


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ([], [1, 2, 3, 4, 5]),
        ([{"type": "custom", "opts": {"parameter": "ENERGY", "values": [2, 4]}}], [2, 3]),
        (
            [
                {
                    "type": "custom",
                    "opts": {"parameter": "ENERGY", "values": [2, 4], "is_range": False},
                }
            ],
            [2, 4],
        ),
        ([{"type": "sky_region", "opts": {"regions": "icrs;circle(83.4,22,0.25)"}}], [2, 3, 4]),
        ([{"type": "offset", "opts": {"offset_band": [0, 0.2] * u.deg}}], [1, 2]),
        ([{"type": "energy", "opts": {"energy_range": [3, 9] * u.TeV}}], [3, 4, 5]),
    ],
)
def test_events(filters, kept):
    events = EventList(events_table())
    both = [*filters, {"type": "energy", "opts": {"energy_range": [2, 9] * u.TeV}}]
    found = ObservationFilter(event_filters=filters).filter_events(events)
    assert found.energy.value.tolist() == kept
    found = ObservationFilter(event_filters=both).filter_events(events)
    assert found.energy.value.tolist() == [energy for energy in kept if energy >= 2]


@pytest.mark.parametrize(
    ("inverted", "kept", "length"), [(False, [2, 3], 20), (True, [1, 4, 5], 80)]
)
def test_times(inverted, kept, length):
    chosen = ObservationFilter(WINDOW, inverted_time=inverted)
    gti = GTI.create(ZERO + 1000 * u.s, ZERO + 1100 * u.s)
    assert chosen.filter_events(EventList(events_table())).energy.value.tolist() == kept
    assert chosen.filter_gti(gti).time_sum.to_value("s") == pytest.approx(length, abs=1e-6)
    assert gti.time_sum.to_value("s") == pytest.approx(100, abs=1e-6)
    assert chosen.livetime_fraction == 1


def test_phase_shortens_the_time():
    cut = {"type": "custom", "opts": {"parameter": "PHASE", "values": [0.2, 0.5]}}
    assert ObservationFilter(event_filters=[cut]).livetime_fraction == pytest.approx(0.3)
    bad = {"type": "custom", "opts": {"parameter": "PHASE", "values": [0.2, 1.5]}}
    with pytest.raises(DataError, match=r"PHASE from 0\.2 to 1\.5"):
        ObservationFilter(event_filters=[bad]).livetime_fraction  # noqa: B018


def test_copy_and_print():
    chosen = ObservationFilter(WINDOW, [{"type": "energy", "opts": {}}], inverted_time=True)
    other = chosen.copy()
    other.event_filters.append({"type": "offset"})
    assert len(chosen.event_filters) == 1
    assert "outside 2001-01-01T06:16:55" in repr(chosen)
    assert "'energy'" in repr(chosen)
    assert ObservationFilter.EVENT_FILTER_TYPES["custom"] == "select_parameter"


@pytest.mark.parametrize("bad", [{"type": "foo"}, {}])
def test_unknown_types(bad):
    with pytest.raises(OptionError, match="choose one of"):
        ObservationFilter(event_filters=[bad])
