"""What headers say of observations."""

import pytest

from gammapy.data import ObservationMetaData
from gammapy.errors import FileFormatError
from tests.data.dl3 import HEADER


def test_header():
    meta = ObservationMetaData.from_header(HEADER)
    assert (meta.obs_info.obs_id, meta.obs_info.instrument) == (1, "ONE")
    assert (meta.obs_info.observation_mode, meta.obs_info.sub_array) == ("POINTING", None)
    assert meta.target.position.dec.deg == 22.1
    assert meta.deadtime_fraction == pytest.approx(0.1, rel=1e-12)
    times = meta.time_info
    assert (times.time_stop - times.time_start).to_value("s") == pytest.approx(100, abs=1e-6)
    assert (times.time_start - times.reference_time).to_value("s") == pytest.approx(1000, abs=1e-6)
    assert meta.optional["DEADC"] == 0.9


def test_what_is_not_known_is_none():
    meta = ObservationMetaData.from_header({"RA_OBJ": "", "DEC_OBJ": 1.0, "TELESCOP": " "})
    assert (meta.location, meta.deadtime_fraction, meta.time_info) == (None, None, None)
    assert (meta.target.name, meta.target.position, meta.obs_info.telescope) == (None, None, None)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ({"DEADC": -0.1}, "DEADC = -0.1: the share"),
        ({"DEADC": "x"}, "DEADC = 'x'"),
        ({"LIVETIME": 1.0}, "ONTIME = None"),
        ({"TSTART": 1.0, "TSTOP": 2.0}, "no reference time"),
        ({"GEOLON": 1.0, "GEOLAT": "x", "ALTITUDE": 0.0}, "GEOLAT = 'x'"),
    ],
)
def test_bad_cards(cards, message):
    with pytest.raises(FileFormatError, match=message):
        ObservationMetaData.from_header(cards)
