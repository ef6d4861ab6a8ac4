"""Places of telescopes in headers."""

import pytest

from gammapy.data.observatory import earth_location, has_location, location_to_header
from gammapy.errors import FileFormatError

CARDS = {"GEOLON": "16.5", "GEOLAT": -23.3, "ALTITUDE": "1835."}  # some files have texts


def test_round_trip():
    location = earth_location(CARDS, "a.fits")
    geodetic = location.geodetic
    assert geodetic.lon.deg == pytest.approx(16.5, abs=1e-9)
    assert geodetic.lat.deg == pytest.approx(-23.3, abs=1e-9)
    assert geodetic.height.to_value("m") == pytest.approx(1835, abs=1e-6)
    again = earth_location(location_to_header(location), "a.fits")
    assert again.x.to_value("m") == pytest.approx(location.x.to_value("m"), abs=1e-6)


def test_other_name_of_the_height():
    cards = {"GEOLON": 1.0, "GEOLAT": 2.0, "GEOALT": 100.0}
    assert has_location(cards)
    assert earth_location(cards, "").geodetic.height.to_value("m") == pytest.approx(100)
    assert not has_location({"GEOLON": 1.0, "GEOLAT": 2.0})


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ({}, "GEOLON = None"),
        ({**CARDS, "ALTITUDE": None}, "ALTITUDE = None"),
        ({**CARDS, "GEOLAT": 95.0}, "GEOLAT = 95: it must be"),
        ({**CARDS, "GEOLON": "east"}, "GEOLON = 'east'"),
    ],
)
def test_bad_cards(cards, message):
    with pytest.raises(FileFormatError, match=rf"a\.fits has {message}"):
        earth_location(cards, "a.fits")
