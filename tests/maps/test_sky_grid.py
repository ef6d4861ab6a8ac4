"""The two celestial axes."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps.sky_grid import (
    angles_of,
    checked_wcs,
    longitude_period,
    make_wcs,
    pix_to_sky,
    pixels_across,
    pixels_of,
    same_pixels,
    sky_to_pix,
)


def car(binsz=(1.0, 1.0), refpix=(180.5, 90.5), skydir=None, proj="CAR"):
    return make_wcs(proj, "galactic", skydir, binsz, refpix)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2, (2, 2)),
        ("30 arcmin", (0.5, 0.5)),
        ((1, 0.5), (1, 0.5)),
        ([1, 2] * u.arcmin, (1 / 60, 2 / 60)),
        (("1 deg", 2 * u.deg), (1, 2)),
        (np.float32(2), (2, 2)),
    ],
)
def test_angles(value, expected):
    assert angles_of(value, "binsz") == pytest.approx(expected)


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, (1, 2, 3), (1,)])
def test_no_angles(value):
    with pytest.raises(DataError, match="binsz"):
        angles_of(value, "binsz")
    for other in ("1 TeV", [[1, 2], [3, 4]], None):
        with pytest.raises(UnitMismatchError, match="binsz"):
            angles_of(other, "binsz")


def test_numbers_of_pixels():
    assert pixels_across(2, (0.5, 1)) == (4, 2)
    assert pixels_across(("1.3 deg", 0.6), (0.5, 1)) == (3, 1)
    with pytest.raises(DataError, match="at most half a pixel"):
        pixels_across(0.2, (0.5, 1))
    for value in (3, (3, 3), (np.array([3]), np.array([3])), [3.0, 3]):
        assert pixels_of(value, "npix") == (3, 3)
    for bad in (0, 1.5, (1, 2, 3), "x", None, (np.array([1, 2]), 3), -1):
        with pytest.raises(DataError, match="npix"):
            pixels_of(bad, "npix")


def test_made():
    wcs = make_wcs("TAN", "icrs", SkyCoord(10, 20, unit="deg").galactic, (0.1, 0.2), (3, 4))
    assert wcs.wcs.crval == pytest.approx([10, 20])
    assert wcs.wcs.cdelt.tolist() == [-0.1, 0.2]
    assert list(wcs.wcs.ctype) == ["RA---TAN", "DEC--TAN"]
    for skydir in (5, (1, 2, 3), (1, 91), (np.nan, 0), "x", ("a", "b")):
        with pytest.raises((DataError, UnitMismatchError), match=r"skydir|lon"):
            make_wcs("TAN", "icrs", skydir, (1, 1), (1, 1))
    with pytest.raises(DataError, match="frame = 'ecliptic'"):
        make_wcs("TAN", "ecliptic", None, (1, 1), (1, 1))
    with pytest.raises(DataError, match="projection proj = 'XYZ'"):
        make_wcs("XYZ", "icrs", None, (1, 1), (1, 1))


def test_period():
    assert longitude_period(car()) == 360
    assert longitude_period(car((0.5, 1))) == 720
    assert longitude_period(car(proj="AIT")) == 0
    assert longitude_period(car(proj="CEA")) == 360
    turned = car()
    turned.wcs.pc = [[0.8, -0.6], [0.6, 0.8]]
    turned.wcs.set()
    assert longitude_period(turned) == 0


@pytest.mark.parametrize("center", [-500.0, -10, 0, 179.5, 400, 1000])
def test_places_are_taken_near(center):
    wcs = car()
    lon = np.linspace(-720, 720, 97)
    x, y = sky_to_pix(wcs, lon, np.zeros(97), center)
    assert np.abs(x - center).max() <= 180 + 1e-6
    # the same modulo a whole turn, and back to where it was
    turns = (x - (179.5 - lon)) / 360
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)
    back, lat = pix_to_sky(wcs, x, y)
    np.testing.assert_allclose((back - lon + 180) % 360 - 180, 0, atol=1e-9)
    np.testing.assert_allclose(lat, 0, atol=1e-9)


def test_what_is_not_there():
    x, y = sky_to_pix(car(), np.array([0, np.nan, 0]), np.array([91, 0, -90.0]), 179.5)
    assert np.isnan(x).tolist() == [True, True, False]
    assert np.isnan(y).tolist() == [True, True, False]
    lon, _ = pix_to_sky(car(proj="AIT"), np.array([0, 179.5]), np.array([0, 89.5]))
    assert np.isnan(lon).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda w: None, True),
        (lambda w: setattr(w.wcs, "crval", [360.0, 0.0]), True),
        (lambda w: setattr(w.wcs, "crpix", w.wcs.crpix + 360 * np.array([1, 0])), True),
        (lambda w: setattr(w.wcs, "crpix", w.wcs.crpix + np.array([1e-3, 0])), False),
        (lambda w: setattr(w.wcs, "cdelt", [-1.00001, 1.0]), False),
        # another place of the reference along the equator is the same picture
        (lambda w: (setattr(w.wcs, "crval", [10.0, 0]), setattr(w.wcs, "crpix", [170.5, 90.5])), 1),
    ],
)
def test_same_pixels(change, same):
    one, other = car(), car()
    change(other)
    one.array_shape = other.array_shape = (180, 360)
    assert same_pixels(one, other, 1e-6) == bool(same)


def header(**cards):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = cards.get("ctype", ["RA---TAN", "DEC--TAN"])
    return wcs


@pytest.mark.parametrize(
    ("ctype", "text"),
    [
        (["ENERGY", "TIME"], "are not two celestial ones"),
        (["DEC--TAN", "RA---TAN"], "longitude must be the first"),
        (["ELON-TAN", "ELAT-TAN"], None),
    ],
)
def test_checked(ctype, text):
    if text is None:
        found, frame = checked_wcs(car())
        assert frame.name == "galactic"
        assert found.naxis == 2
        return
    with pytest.raises(DataError, match=text):
        checked_wcs(header(ctype=ctype))


def test_more_axes_are_left_out():
    wcs = WCS(naxis=3)
    wcs.wcs.ctype = ["GLON-CAR", "GLAT-CAR", "ENERGY"]
    wcs.wcs.cdelt = [-1, 1, 1]
    found, frame = checked_wcs(wcs)
    assert found.naxis == 2
    assert frame.name == "galactic"
