"""Pointings: modes by the header, directions and altitudes, what is refused."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data import FixedPointingInfo, PointingMode
from gammapy.errors import DataError, FileFormatError, GammapyWarning, OptionError
from tests.data.dl3 import write_observation

CRAB = SkyCoord(83.0, 22.0, unit="deg")
ZENITH = SkyCoord(az=10, alt=70, unit="deg", frame="altaz")
PLACE = EarthLocation.from_geodetic(16.5 * u.deg, -23.3 * u.deg, 1800 * u.m)
TIMES = Time(["2020-01-01T20:00", "2020-01-01T21:00"], scale="utc")
CARDS = {"RA_PNT": 83.0, "DEC_PNT": 22.0, "ALT_PNT": 70.0, "AZ_PNT": 10.0}


@pytest.mark.parametrize("mode", ["POINTING", "WOBBLE", "NONE", "", None, "wobble "])
def test_tracking(mode):
    cards = CARDS if mode is None else {**CARDS, "OBS_MODE": mode}
    pointing = FixedPointingInfo.from_fits_header(cards)
    assert pointing.mode is PointingMode.POINTING
    assert (pointing.fixed_icrs.ra.deg, pointing.fixed_icrs.dec.deg) == (83, 22)
    assert pointing.fixed_altaz is None


def test_drift():
    pointing = FixedPointingInfo.from_fits_header({**CARDS, "OBS_MODE": "DRIFT"})
    assert pointing.mode is PointingMode.DRIFT
    assert pointing.fixed_icrs is None
    assert (pointing.fixed_altaz.az.deg, pointing.fixed_altaz.alt.deg) == (10, 70)


@pytest.mark.parametrize("mode", ["SLEW", "RASTER", "what"])
def test_what_is_no_fixed_pointing_is_told(mode):
    with pytest.warns(GammapyWarning, match=f"OBS_MODE = '{mode}' is no fixed pointing"):
        pointing = FixedPointingInfo.from_fits_header({**CARDS, "OBS_MODE": mode})
    assert pointing.mode is PointingMode.POINTING


def test_directions_at_times():
    tracking, drift = FixedPointingInfo(fixed_icrs=CRAB), FixedPointingInfo(fixed_altaz=ZENITH)
    assert tracking.get_icrs().ra.deg == 83
    assert tracking.get_icrs(TIMES).shape == (2,)
    expected = CRAB.transform_to(AltAz(obstime=TIMES, location=PLACE))
    found = tracking.get_altaz(TIMES, PLACE)
    np.testing.assert_allclose(found.alt.deg, expected.alt.deg, rtol=1e-12)
    assert drift.get_altaz(TIMES, PLACE).alt.deg.tolist() == [70, 70]
    sky = drift.get_icrs(TIMES, PLACE)
    again = sky.transform_to(AltAz(obstime=TIMES, location=PLACE))
    np.testing.assert_allclose(again.alt.deg, [70, 70], atol=1e-6)
    np.testing.assert_allclose(again.az.deg, [10, 10], atol=1e-6)
    assert (sky.ra[1] - sky.ra[0]).deg == pytest.approx(15.04, abs=0.02)  # in an hour


def test_altitude_as_gammapy():
    """As Gammapy 2.1 has it, from the same tables of the rotation of the Earth."""
    found = FixedPointingInfo(fixed_icrs=CRAB).get_altaz(
        Time("2020-01-01"), EarthLocation.from_geodetic(16 * u.deg, -23 * u.deg, 1800 * u.m)
    )
    assert found.az.deg == pytest.approx(322.27459137, abs=1e-6)
    assert found.alt.deg == pytest.approx(34.80384906, abs=1e-6)


@pytest.mark.parametrize("pointing", [{"fixed_icrs": CRAB}, {"fixed_altaz": ZENITH}])
@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_header_round_trip(pointing, version):
    first = FixedPointingInfo(**pointing)
    header = first.to_fits_header(version=version)
    assert repr(FixedPointingInfo.from_fits_header(header)) == repr(first)


def test_other_frames_become_icrs():
    pointing = FixedPointingInfo(fixed_icrs=CRAB.galactic)
    assert pointing.fixed_icrs.separation(CRAB).deg < 1e-9
    assert repr(pointing) == "FixedPointingInfo(POINTING, ra, dec = 83.0000, 22.0000 deg)"


def test_file(tmp_path):
    pointing = FixedPointingInfo.read(write_observation(tmp_path / "a.fits"))
    assert pointing.fixed_icrs.ra.deg == 83


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "exactly one"),
        ({"fixed_icrs": CRAB, "fixed_altaz": ZENITH}, "exactly one"),
        ({"fixed_icrs": (83, 22)}, "fixed_icrs = .*one finite direction"),
        ({"fixed_icrs": SkyCoord([1, 2], [3, 4], unit="deg")}, "one finite direction"),
        ({"fixed_icrs": SkyCoord(np.nan, 4, unit="deg")}, "one finite direction"),
        ({"fixed_altaz": CRAB}, "fixed_altaz = .* is in 'icrs'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(DataError, match=message):
        FixedPointingInfo(**arguments)


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ({}, "RA_PNT = None"),
        ({"RA_PNT": 83.0}, "DEC_PNT = None"),
        ({"RA_PNT": 83.0, "DEC_PNT": "x"}, "DEC_PNT = 'x'"),
        ({"RA_PNT": 83.0, "DEC_PNT": 91.0}, "DEC_PNT = 91: it must be"),
        ({"RA_PNT": float("nan"), "DEC_PNT": 1.0}, "RA_PNT = nan"),
        ({"OBS_MODE": "DRIFT", "RA_PNT": 83.0, "DEC_PNT": 22.0}, "AZ_PNT = None"),
        ({"OBS_MODE": "DRIFT", "AZ_PNT": 83.0, "ALT_PNT": 100.0}, "ALT_PNT = 100"),
    ],
)
def test_bad_headers(cards, message):
    with pytest.raises(FileFormatError, match=message):
        FixedPointingInfo.from_fits_header(cards)


def test_what_is_needed_for_altitudes():
    with pytest.raises(DataError, match="of a moment and a place"):
        FixedPointingInfo(fixed_icrs=CRAB).get_altaz(TIMES)
    with pytest.raises(DataError, match="of a moment and a place"):
        FixedPointingInfo(fixed_altaz=ZENITH).get_icrs()
    with pytest.raises(OptionError, match="version = '9'"):
        FixedPointingInfo(fixed_icrs=CRAB).to_fits_header(version="9")
