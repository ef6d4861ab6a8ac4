"""Pixels on the sky."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.time import Time
from astropy.wcs import WCS

from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.maps import MapAxis, MapCoord, TimeMapAxis, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2)
CRAB = SkyCoord(83.63, 22.01, unit="deg")
CUBE = WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY])
#: cards of the header that an established implementation makes of the same arguments
CARDS = ("CTYPE1", "CTYPE2", "CRPIX1", "CRPIX2", "CDELT1", "CDELT2", "CRVAL1", "CRVAL2")
CREATED = [
    ({}, (720, 360), ("RA---CAR", "DEC--CAR", 360.5, 180.5, -0.5, 0.5, 0, 0)),
    ({"npix": 7}, (7, 7), ("RA---CAR", "DEC--CAR", 4, 4, -0.5, 0.5, 0, 0)),
    (
        {"npix": (10, 5), "binsz": 0.1},
        (10, 5),
        ("RA---CAR", "DEC--CAR", 5.5, 3, -0.1, 0.1, 0, 0),
    ),
    (
        {"width": (3, 4), "binsz": (0.1, 0.2)},
        (30, 20),
        ("RA---CAR", "DEC--CAR", 15.5, 10.5, -0.1, 0.2, 0, 0),
    ),
    (
        {"width": 2.05, "binsz": 0.1},
        (20, 20),
        ("RA---CAR", "DEC--CAR", 10.5, 10.5, -0.1, 0.1, 0, 0),
    ),
    (
        {"width": ("3 deg", 20 * u.arcmin), "binsz": "6 arcmin"},
        (30, 3),
        ("RA---CAR", "DEC--CAR", 15.5, 2, -0.1, 0.1, 0, 0),
    ),
    (
        {"refpix": (3, 4), "npix": (10, 10)},
        (10, 10),
        ("RA---CAR", "DEC--CAR", 3, 4, -0.5, 0.5, 0, 0),
    ),
    (
        {"skydir": CRAB, "frame": "galactic", "width": 5, "binsz": 0.02, "proj": "TAN"},
        (250, 250),
        ("GLON-TAN", "GLAT-TAN", 125.5, 125.5, -0.02, 0.02, 184.55974014407, -5.7891801498862),
    ),
    (
        {"skydir": (10, -60), "npix": (10, 11), "binsz": 0.1, "proj": "STG", "frame": "fk5"},
        (10, 11),
        ("RA---STG", "DEC--STG", 5.5, 6, -0.1, 0.1, 10, -60),
    ),
    ({"proj": "AIT", "binsz": 2}, (180, 90), ("RA---AIT", "DEC--AIT", 90.5, 45.5, -2, 2, 0, 0)),
]


@pytest.mark.parametrize(("arguments", "npix", "cards"), CREATED)
def test_created(arguments, npix, cards):
    geom = WcsGeom.create(**arguments)
    assert tuple(int(n[0]) for n in geom.npix) == npix
    assert geom.data_shape == npix[::-1]
    header = geom.wcs.to_header()
    for name, expected in zip(CARDS, cards, strict=True):
        if isinstance(expected, str):
            assert header[name] == expected
        else:
            assert header[name] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("frame", "radesys", "equinox"),
    [("icrs", "ICRS", None), ("fk5", "FK5", 2000), ("fk4", "FK4", 1950), ("galactic", None, None)],
)
def test_frames(frame, radesys, equinox):
    geom = WcsGeom.create(npix=3, frame=frame)
    header = geom.wcs.to_header()
    assert (header.get("RADESYS"), header.get("EQUINOX")) == (radesys, equinox)
    assert geom.frame == geom.center_skydir.frame.name == frame


def test_what_it_is():
    geom = WcsGeom.create(width=(5, 3), binsz=(0.5, 0.1), skydir=CRAB, proj="TAN", axes=[ENERGY])
    assert geom.projection == "TAN"
    assert geom.data_shape == (2, 30, 10)
    assert geom.data_shape_image == (1, 30, 10)
    assert geom.axes_names == ["lon", "lat", "energy"]
    assert (geom.ndim, geom.is_image, geom.is_allsky, geom.has_energy_axis) == (
        3,
        False,
        False,
        True,
    )
    assert geom.center_pix == (4.5, 14.5, 0.5)
    np.testing.assert_allclose(geom.pixel_scales.deg, [0.5, 0.1])
    np.testing.assert_allclose(geom.width.to_value("deg"), [[5], [3]])
    assert geom.center_skydir.separation(CRAB).deg < 1e-12
    lon, lat, energy = geom.center_coord
    assert (lon.deg if hasattr(lon, "deg") else lon.value) == pytest.approx(83.63)
    assert lat.value == pytest.approx(22.01)
    assert energy.to_value("TeV") == pytest.approx(10**0.5)
    assert "10 x 30 pixels, 5 x 3 deg about 83.6300, 22.0100 deg, icrs, TAN" in repr(geom)
    assert WcsGeom.create(binsz=10).is_allsky
    assert WcsGeom.create(binsz=10, proj="AIT").is_allsky
    assert not WcsGeom.create(binsz=10, width=(360, 90)).is_allsky


def test_footprint():
    corners = CUBE.footprint
    assert corners.ra.wrap_at("180d").deg.tolist() == pytest.approx([1.5, 1.5, -1.5, -1.5])
    assert corners.dec.deg.tolist() == pytest.approx([-1, 1, 1, -1])
    assert np.isnan(WcsGeom.create(proj="AIT", binsz=30).footprint.ra.deg).all()


BAD = {
    "no pixels": (lambda: WcsGeom.create(npix=0), "npix = 0"),
    "half pixels": (lambda: WcsGeom.create(npix=2.5), "npix = 2.5"),
    "three sizes": (lambda: WcsGeom.create(npix=(1, 2, 3)), "npix = "),
    "sizes by plane": (lambda: WcsGeom.create(npix=([1, 2], [3, 4])), "same for all planes"),
    "no size": (lambda: WcsGeom(WCS(CUBE.wcs.to_header())), "npix = None"),
    "nothing left": (lambda: WcsGeom.create(width=0.04, binsz=0.1), "at most half a pixel"),
    "negative width": (lambda: WcsGeom.create(width=-1), "width = -1 must be"),
    "no bins": (lambda: WcsGeom.create(binsz=0), "binsz = 0 must be"),
    "nan": (lambda: WcsGeom.create(binsz=np.nan), "binsz = nan must be"),
    "three widths": (lambda: WcsGeom.create(width=(1, 2, 3)), r"width = \(1, 2, 3\) must be"),
    "frame": (lambda: WcsGeom.create(frame="altaz"), "frame = 'altaz' is not known"),
    "projection": (lambda: WcsGeom.create(proj="XXX"), "proj = 'XXX'"),
    "latitude": (lambda: WcsGeom.create(skydir=(0, 91)), r"skydir = \(0, 91\) must be"),
    "no position": (lambda: WcsGeom.create(skydir=5), "skydir = 5 must be"),
    "nowhere": (lambda: WcsGeom.create(skydir=(np.nan, 0)), "skydir = "),
    "twice": (lambda: WcsGeom.create(npix=3, axes=[ENERGY, ENERGY]), "a name of its own"),
    "mode": (lambda: CUBE.get_coord(mode="corner"), "mode = 'corner'"),
    "plane": (lambda: CUBE.get_coord(idx=(2,)), "index 2 must be"),
    "planes": (lambda: CUBE.get_coord(idx=(0, 0)), "one index is needed"),
    "pixels": (lambda: CUBE.pix_to_coord((0, 0)), "pix has 2 entries"),
    "coordinates": (lambda: CUBE.coord_to_pix((0, 0)), "0 coordinates besides"),
}


@pytest.mark.parametrize(("make", "text"), BAD.values(), ids=BAD)
def test_refused(make, text):
    with pytest.raises(DataError, match=text):
        make()


def test_units_are_checked():
    with pytest.raises(UnitMismatchError, match="width"):
        WcsGeom.create(width="5 m")
    with pytest.raises(UnitMismatchError, match="lon"):
        CUBE.coord_to_pix((1 * u.TeV, 0, 1 * u.TeV))
    with pytest.raises(UnitMismatchError, match="axis 'energy'"):
        CUBE.coord_to_pix((0, 0, 1 * u.deg))
    with pytest.raises(UnknownNameError, match="no coordinate 'energy'"):
        CUBE.coord_to_pix({"lon": 0, "lat": 0})


def headers():
    """World coordinates that are no picture of the sky, and what the error says."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["DEC--CAR", "RA---CAR"]
    yield wcs, "longitude must be the first"
    yield WCS(naxis=2), "not two celestial ones"
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN-SIP", "DEC--TAN-SIP"]
    from astropy.wcs import Sip

    wcs.sip = Sip(np.full((3, 3), 1e-3), np.zeros((3, 3)), None, None, [1, 1])
    yield wcs, "distortion"
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["XLON-CAR", "XLAT-CAR"]
    yield wcs, "frame is not known"


@pytest.mark.parametrize(("wcs", "text"), list(headers()))
def test_no_picture_of_the_sky(wcs, text):
    with pytest.raises(DataError, match=text):
        WcsGeom(wcs, (3, 3))


# -- coordinates -----------------------------------------------------------------------------


def test_coordinates_of_pixels():
    coords = CUBE.get_coord()
    assert coords.shape == coords.lon.shape == coords["energy"].shape == (2, 3, 4)
    assert coords.lon.value[0, 0].tolist() == pytest.approx([1.5, 0.5, 359.5, 358.5])
    assert coords.lat.value[0, :, 0].tolist() == pytest.approx([-1, 0, 1], abs=1e-12)
    np.testing.assert_allclose(coords["energy"].value[:, 0, 0], ENERGY.center.value)
    sparse = CUBE.get_coord(sparse=True)
    assert [c.shape for c in sparse] == [(1, 3, 4), (1, 3, 4), (2, 1, 1)]
    assert CUBE.get_coord(idx=(1,)).shape == (1, 3, 4)
    assert CUBE.get_coord(idx=(1,))["energy"].value.ravel()[0] == ENERGY.center.value[1]
    edges = CUBE.get_coord(mode="edges")
    assert edges.lon.value[0, 0].tolist() == pytest.approx([2, 1, 0, 359, 358])
    np.testing.assert_allclose(edges["energy"].value[:, 0, 0], ENERGY.edges.value)
    assert CUBE.get_coord(mode="edges", axis_name="energy").shape == (3, 3, 4)


@pytest.mark.parametrize("proj", ["CAR", "TAN", "AIT", "ZEA", "MER"])
@pytest.mark.parametrize("frame", ["icrs", "galactic", "fk5"])
@pytest.mark.parametrize("place", [(0.2, 0), (359.9, -40), (120, 88.9)])
def test_there_and_back(proj, frame, place):
    geom = WcsGeom.create(npix=(6, 5), binsz=0.3, proj=proj, frame=frame, skydir=place)
    coords = geom.get_coord()
    x, y = geom.coord_to_pix(coords)
    np.testing.assert_allclose(x, np.arange(6.0) * np.ones((5, 1)), atol=1e-8)
    np.testing.assert_allclose(y, np.arange(5.0)[:, None] * np.ones(6), atol=1e-8)
    for sky in (coords.skycoord, coords.to_frame("galactic"), coords.skycoord.icrs):
        found = geom.coord_to_idx(sky)
        np.testing.assert_array_equal(np.stack(found), np.stack(geom.get_idx()))
    assert geom.contains(coords).all()


@pytest.mark.parametrize(
    "coords",
    [
        (0, 0, 3 * u.TeV),
        (360, "0 deg", "3 TeV"),
        (-360, 0 * u.rad, 3),
        {"lon": 0, "lat": 0, "energy": 3000 * u.GeV},
        {"energy": "3 TeV", "lat": 0, "lon": 0},
        (SkyCoord(0, 0, unit="deg"), 3),
        {"skycoord": SkyCoord(0, 0, unit="deg").galactic, "energy": 3},
        MapCoord({"lon": 0, "lat": 0, "energy": 3 * u.TeV}),
    ],
)
def test_ways_to_say_where(coords):
    found = [float(p[0]) for p in CUBE.coord_to_pix(coords)]
    assert found == pytest.approx([1.5, 1, 2 * np.log10(3) - 0.5], abs=1e-9)
    assert [int(i[0]) for i in CUBE.coord_to_idx(coords)] == [2, 1, 0]


def test_outside():
    places = ([0, 0, 100, np.nan, 0], [0, 80, 0, 0, 95], [20, 2, 2, 2, 2] * u.TeV)
    assert CUBE.contains(places).tolist() == [False] * 5
    x, y, z = CUBE.coord_to_idx(places)
    assert (x.tolist(), y.tolist(), z.tolist()) == (
        [2, 2, -1, -1, -1],
        [1, -1, 1, -1, -1],
        [-1, 0, 0, 0, 0],
    )
    assert CUBE.coord_to_idx(places, clip=True)[2].tolist() == [1, 0, 0, 0, 0]
    assert np.isnan(CUBE.coord_to_pix(places)[0]).tolist() == [False, False, False, True, True]
    tan = WcsGeom.create(npix=3, proj="TAN")
    assert not tan.contains(([180, 90, 1e-3], [0, 0, 0]))[:2].any()
    assert np.isnan(tan.coord_to_pix((180, 0))[0]).all()


def test_pixels_and_indices():
    assert [i.tolist() for i in CUBE.pix_to_idx(([-0.51, -0.5, 3.49, 3.5], [0] * 4, [0] * 4))] == [
        [-1, 0, 3, -1],
        [0] * 4,
        [0] * 4,
    ]
    assert CUBE.contains_pix((0, 0, [-0.6, 0.4, 1.4, 1.6])).tolist() == [False, True, True, False]
    assert CUBE.pix_to_idx((0, 0, 9.0), clip=True)[2] == 1
    assert CUBE.pix_to_idx((1e30, -np.inf, np.nan)) == (-1, -1, -1)


def test_off_the_sky():
    geom = WcsGeom.create(proj="AIT", binsz=30)
    x, y = geom.get_idx()
    lon = geom.get_coord().lon.value
    np.testing.assert_array_equal(x < 0, np.isnan(lon))
    np.testing.assert_array_equal(y < 0, np.isnan(lon))
    flat = geom.get_idx(flat=True)
    assert flat[0].shape == (np.isfinite(lon).sum(),)
    assert not geom.contains_pix((0, 0))[0]
    np.testing.assert_array_equal(np.isnan(lon), np.isnan(geom.get_coord(frame="galactic").lon))
    center = SkyCoord(0, 0, unit="deg")
    np.testing.assert_array_equal(np.isnan(geom.separation(center).deg), np.isnan(lon))


def test_a_picture_across_its_own_seam():
    """A cylinder goes on where its longitude of reference is half a turn away."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["GLON-CAR", "GLAT-CAR"]
    wcs.wcs.cdelt = [-1, 1]
    wcs.wcs.crval = [0, 0]
    wcs.wcs.crpix = [185.5, 2]
    geom = WcsGeom(wcs, (10, 3))
    lon = geom.get_coord().lon.value[0]
    assert lon.tolist() == pytest.approx([184.5 - i for i in range(10)])
    assert geom.coord_to_pix((lon, 0 * lon))[0].tolist() == pytest.approx(range(10), abs=1e-9)
    assert geom.solid_angle().value.min() > 3e-4
    assert geom.period == 360


@pytest.mark.parametrize("lon", [-180.4, 179.6, 539.6])
def test_the_whole_turn(lon):
    geom = WcsGeom.create(binsz=1)
    assert geom.coord_to_pix((lon, 0))[0][0] == pytest.approx(-0.1)
    assert geom.coord_to_idx((lon, 0))[0][0] == 0
    assert geom.coord_to_pix((180.1, 0))[0][0] == pytest.approx(359.4)


def test_separation():
    geom = WcsGeom.create(npix=(3, 3), binsz=1, skydir=CRAB, proj="TAN", axes=[ENERGY])
    found = geom.separation(CRAB.galactic)
    assert found.shape == (3, 3)
    assert found.deg[1, 1] == pytest.approx(0, abs=1e-9)
    assert found.deg[0, 1] == pytest.approx(np.rad2deg(np.arctan(np.deg2rad(1))))


def test_times():
    time = TimeMapAxis([0, 5] * u.h, [2, 7] * u.h, "2020-01-01")
    geom = WcsGeom.create(npix=3, axes=[time])
    start = Time("2020-01-01")
    places = start + [1, 3, 6] * u.h
    assert geom.coord_to_idx((0, 0, places))[2].tolist() == [0, -1, 1]
    np.testing.assert_array_equal(geom.coord_to_pix((0, 0, places))[2], [0, np.nan, 1])
    found = geom.get_coord()["time"]
    assert found.shape == (2, 3, 3)
    assert (found[:, 0, 0] - start).to_value("h").tolist() == pytest.approx([1, 6])
    back = geom.pix_to_coord((0, 0, [0.25]))[2]
    assert (back - start).to_value("h").tolist() == pytest.approx([1.5])


# -- others, and comparison ------------------------------------------------------------------


def test_others_from_it():
    rad = MapAxis([0, 1] * u.deg, name="rad")
    assert CUBE.to_image().is_image
    assert CUBE.to_image().to_cube([ENERGY]) == CUBE
    assert CUBE.to_cube([rad]).axes.names == ["energy", "rad"]
    assert CUBE.squash("energy").data_shape == (1, 3, 4)
    assert CUBE.drop("energy") == CUBE.to_image()
    assert CUBE.rename_axes("energy", "energy_true").axes.names == ["energy_true"]
    assert CUBE.slice_by_idx({"energy": slice(0, 1)}).data_shape == (1, 3, 4)
    assert CUBE.slice_by_idx({"energy": 1}).is_image
    assert CUBE.copy(axes=[]).is_image
    assert WcsGeom(CUBE.wcs, (4, 3), axes=ENERGY) == CUBE


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda g: g.copy(), lambda g: pickle.loads(pickle.dumps(g))],
)
def test_copies_are_equal(duplicate):
    for geom in (CUBE, WcsGeom.create(proj="AIT", binsz=20), WcsGeom.create(npix=3, frame="fk4")):
        assert duplicate(geom) == geom
        np.testing.assert_array_equal(duplicate(geom).solid_angle(), geom.solid_angle())


def test_a_description_in_other_cards_is_the_same():
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---CAR", "DEC--CAR"]
    wcs.wcs.radesys = "ICRS"
    wcs.wcs.cd = [[-1, 0], [0, 1]]
    wcs.wcs.crval = [-1, 0]
    wcs.wcs.crpix = [3.5, 2]
    assert WcsGeom(wcs, (4, 3)) == CUBE.to_image()


@pytest.mark.parametrize(
    "other",
    [
        WcsGeom.create(npix=(4, 3), binsz=1),
        WcsGeom.create(npix=(3, 4), binsz=1, axes=[ENERGY]),
        WcsGeom.create(npix=(4, 3), binsz=1.001, axes=[ENERGY]),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], skydir=(0.001, 0)),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], skydir=(180, 0)),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], frame="galactic"),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], frame="fk5"),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], proj="TAN"),
        WcsGeom.create(npix=(4, 3), binsz=1, axes=[MapAxis([1, 2, 10] * u.TeV, name="energy")]),
        "geom",
    ],
)
def test_others_are_not(other):
    assert other != CUBE
    assert not CUBE.is_allclose(other)


def test_within_a_tolerance():
    other = WcsGeom.create(npix=(4, 3), binsz=1, axes=[ENERGY], skydir=(0.001, 0))
    assert CUBE.is_allclose(other, rtol_wcs=2e-3)
    assert not CUBE.is_allclose(other, rtol_wcs=5e-4)
