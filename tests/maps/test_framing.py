"""Parts of pictures and how they lie to each other."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from gammapy.errors import DataError, OptionError
from gammapy.maps import MapAxis, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
SMALL = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5)
CUBE = SMALL.to_cube([ENERGY])
PLANE = WcsGeom.create(binsz=0.5, width=(360, 10), frame="galactic")
SKY = WcsGeom.create(binsz=1, frame="galactic")
TAN = WcsGeom.create(skydir=(30, 70), npix=(20, 10), binsz=0.5, proj="TAN")
MIDDLE = SkyCoord(1, 2, unit="deg")


def same_places(whole, part, rows, columns):
    """True if the pixels of a part are those of a picture."""
    ours = whole.to_image().get_coord().skycoord[rows, columns]
    theirs = part.to_image().get_coord().skycoord
    assert ours.shape == theirs.shape
    return ours.separation(theirs).max().deg < 1e-9


@pytest.mark.parametrize(
    ("width", "options", "shape", "crpix"),
    [
        # sizes and reference pixels of Gammapy 2.1
        (1.2 * u.deg, {}, (2, 2), (1.5, 1.5)),
        ("1.2 deg", {}, (2, 2), (1.5, 1.5)),
        ((1.2, 0.4), {}, (1, 2), (1.5, 1.5)),
        (1 * u.deg, {"odd_npix": True}, (3, 3), (2.5, 2.5)),
        (1 * u.deg, {"min_npix": 3}, (3, 3), (2.5, 2.5)),
        ("0.1 deg", {}, (1, 1), (1.5, 1.5)),
    ],
)
def test_cutout(width, options, shape, crpix):
    found = SMALL.cutout(MIDDLE, width, **options)
    assert found.data_shape == shape
    assert found.wcs.wcs.crpix.tolist() == list(crpix)
    assert found.is_aligned(SMALL)
    assert CUBE.cutout(MIDDLE, width, **options).data_shape == (4, *shape)


def test_positions():
    expected = TAN.cutout(SkyCoord(31, 70.5, unit="deg"), 2)
    for position in ((31, 70.5), (31.0 - 360, 70.5), SkyCoord(31, 70.5, unit="deg").galactic):
        assert TAN.cutout(position, 2) == expected
    assert same_places(TAN, expected, *TAN.overlaps(expected)[0][0])
    with pytest.raises(DataError, match="has no place in the projection"):
        TAN.cutout((210, -70), 2)


def test_edges():
    where = SkyCoord(-0.4, 2, unit="deg")
    trimmed = SMALL.cutout(where, 1)
    partial = SMALL.cutout(where, 1, mode="partial")
    assert (trimmed.data_shape, partial.data_shape) == ((2, 1), (2, 2))
    assert SMALL.overlaps(partial) == [
        ((slice(1, 3), slice(5, 6)), (slice(0, 2), slice(0, 1))),
    ]
    with pytest.raises(DataError, match="goes over the edge"):
        SMALL.cutout(where, 1, mode="strict")
    assert SMALL.cutout(MIDDLE, 1, mode="strict").data_shape == (2, 2)
    for mode in ("trim", "partial"):
        with pytest.raises(DataError, match="nothing of it is on"):
            SMALL.cutout(SkyCoord(20, 2, unit="deg"), 1, mode=mode)
    with pytest.raises(OptionError, match="mode = 'cut'"):
        SMALL.cutout(MIDDLE, 1, mode="cut")


@pytest.mark.parametrize("whole", [PLANE, SKY])
@pytest.mark.parametrize("lon", [179.8, 180, -179.3, 0, 360, 540.2, 90])
def test_there_is_no_edge_at_the_seam(whole, lon):
    part = whole.cutout(SkyCoord(lon, 1, unit="deg", frame="galactic"), (8, 4), mode="strict")
    size = 8 / whole.pixel_scales.deg[0]
    assert part.data_shape[1] == size
    coords = part.get_coord()
    away = (coords.lon.value - lon + 180) % 360 - 180
    assert np.abs(away).max() <= 4
    assert (np.diff(away, axis=1) < 0).all()  # without a jump
    # each of its pixels is one of the picture
    held = np.zeros(part.data_shape, dtype=int)
    lon_whole, lat_whole = whole.get_coord().lon.value, whole.get_coord().lat.value
    for ours, theirs in whole.overlaps(part):
        held[theirs] += 1
        apart = (lon_whole[ours] - coords.lon.value[theirs] + 180) % 360 - 180
        np.testing.assert_allclose(apart, 0, atol=1e-9)
        np.testing.assert_allclose(lat_whole[ours], coords.lat.value[theirs], atol=1e-9)
    assert (held == 1).all()


def test_parts_of_the_whole_circle():
    assert PLANE.wraps
    assert SKY.wraps
    assert not PLANE.cutout((0, 0), (200, 10)).wraps
    assert not TAN.wraps
    all_of_it = PLANE.cutout((10, 0), (400, 10))
    assert all_of_it.data_shape == PLANE.data_shape
    assert sum(c.stop - c.start for (_, c), _ in PLANE.overlaps(all_of_it)) == 720
    # a picture that is nearly closed, and a part over the gap
    nearly = PLANE.window((10, 0), (700, 20))
    over = PLANE.cutout((180, 0), (30, 10))
    pieces = nearly.overlaps(over)
    assert sorted((c.start, c.stop) for (_, c), _ in pieces) == [(0, 20), (680, 700)]


def test_aligned():
    part = TAN.cutout((31, 70.5), 2)
    assert TAN.is_aligned(part)
    assert part.is_aligned(TAN)
    assert not TAN.is_aligned(TAN.upsample(2))
    assert not TAN.is_aligned(WcsGeom.create(skydir=(30, 70.1), npix=4, binsz=0.5, proj="TAN"))
    assert not TAN.is_aligned(WcsGeom.create(skydir=(30, 70), npix=20, binsz=0.5, proj="CAR"))
    assert not TAN.is_aligned(
        WcsGeom.create(skydir=(30, 70), npix=20, binsz=0.5, proj="TAN", frame="fk5")
    )
    half = WcsGeom.create(
        skydir=(30, 70), npix=(20, 10), binsz=0.5, proj="TAN", refpix=(10.75, 5.5)
    )
    assert not TAN.is_aligned(half)
    assert TAN.is_aligned(half, tolerance=0.3)
    with pytest.raises(DataError, match="does not share its pixels"):
        TAN.overlaps(half)
    turned = TAN.wcs.deepcopy()
    turned.wcs.pc = [[0, 1], [-1, 0]]
    assert not TAN.is_aligned(WcsGeom(turned, (20, 10)))


def test_slices():
    part = SMALL.cutout(SkyCoord(-0.4, 2, unit="deg"), 1, mode="partial")
    found = part.cutout_slices(SMALL)
    assert found == {
        "parent-slices": (slice(1, 3), slice(5, 6)),
        "cutout-slices": (slice(0, 2), slice(0, 1)),
    }
    with pytest.raises(DataError, match="goes over the edge"):
        part.cutout_slices(SMALL, mode="strict")
    over = PLANE.cutout((180, 0), 4)
    with pytest.raises(DataError, match="have 2 pieces in common"):
        over.cutout_slices(PLANE)
    with pytest.raises(DataError, match="have 0 pieces in common"):
        SMALL.window((10, 0), (2, 2)).cutout_slices(SMALL)
    with pytest.raises(OptionError, match="mode = 'x'"):
        part.cutout_slices(SMALL, mode="x")


def test_from_aligned():
    near = WcsGeom.from_aligned(SMALL, SkyCoord(1.3, 2.4, unit="deg"), 2 * u.deg)
    assert (near.data_shape, near.wcs.wcs.crpix.tolist()) == ((4, 4), [3.5, 1.5])  # of 2.1
    away = WcsGeom.from_aligned(SMALL, SkyCoord(11.3, 2.4, unit="deg"), 2 * u.deg)
    assert away.data_shape == (4, 4)
    assert away.is_aligned(SMALL)
    assert away.contains(SkyCoord(11.3, 2.4, unit="deg")).all()


def test_rims():
    assert SMALL.crop(1).wcs.wcs.crpix.tolist() == [2.5, 1.5]
    assert SMALL.crop((1, 0)).data_shape == (4, 4)
    assert SMALL.pad((1, 2)).data_shape == (8, 8)
    assert SMALL.pad(1).crop(1) == SMALL
    assert CUBE.pad(1, axis_name="energy").data_shape == (6, 4, 6)
    for bad in (2, -1, 0.5, (1, 2, 3), True):
        with pytest.raises(DataError, match="crop_width"):
            SMALL.crop(bad)
    with pytest.raises(DataError, match="at least one is needed"):
        SMALL.window((0, 0), (0, 1))


@pytest.mark.parametrize("geom", [SMALL, TAN, PLANE, SKY])
def test_other_pixels_cover_the_same_sky(geom):
    coarse = geom.downsample(2)
    assert coarse.data_shape == tuple(n // 2 for n in geom.data_shape)
    assert coarse.upsample(2) == geom
    corners = (
        np.array([-0.5, geom.data_shape[1] - 0.5]),
        np.array([-0.5, geom.data_shape[0] - 0.5]),
    )
    theirs = tuple((c + 0.5) / 2 - 0.5 for c in corners)
    inner = [geom.wcs.wcs_pix2world(c[0] + 0.1, c[1] + 0.1, 0) for c in zip(*corners, strict=True)]
    outer = [
        coarse.wcs.wcs_pix2world(c[0] + 0.05, c[1] + 0.05, 0) for c in zip(*theirs, strict=True)
    ]
    np.testing.assert_allclose(np.array(inner) % 360, np.array(outer) % 360, atol=1e-9)
    assert coarse.wraps == geom.wraps
    if geom is not SKY:
        total = np.nansum(geom.solid_angle().value)
        assert np.nansum(coarse.solid_angle().value) == pytest.approx(total, rel=1e-6)


def test_pixels_of_a_turned_picture():
    """A system with a matrix, turned and with pixels that are not square."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = (10, 20), (3.2, 1.1)
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.diag([-0.1, 0.3])
    for style in ("cd", "pc"):
        made = wcs.deepcopy()
        if style == "cd":
            made.wcs.cd = matrix
        else:
            made.wcs.cdelt = [-0.1, 0.3]
            made.wcs.pc = matrix / np.array([[-0.1], [0.3]])
        geom = WcsGeom(made, (6, 4))
        np.testing.assert_allclose(geom.wcs.pixel_scale_matrix, matrix)
        coarse = geom.downsample((3, 2))
        np.testing.assert_allclose(coarse.wcs.pixel_scale_matrix, matrix * [3, 2], rtol=1e-12)
        assert coarse.upsample((3, 2)) == geom
        middle = geom.center_skydir.separation(coarse.center_skydir).deg
        assert middle < 1e-9


def test_left_over_pixels():
    with pytest.raises(DataError, match=r"factor = 3 does not divide 6 x 4 pixels"):
        SMALL.downsample(3)
    assert SMALL.downsample((3, 2)).data_shape == (2, 2)
    with pytest.raises(DataError, match="factor = 0"):
        SMALL.upsample(0)
    assert CUBE.downsample(2, axis_name="energy").data_shape == (2, 4, 6)
    assert CUBE.upsample(2, axis_name="energy").data_shape == (8, 4, 6)


def test_pixel_sizes_and_numbers():
    found = SMALL.to_binsz(0.25)
    assert (found.data_shape, found.wcs.wcs.crpix.tolist()) == ((8, 12), [6.5, 4.5])
    assert SMALL.to_binsz("0.3 deg").data_shape == (7, 10)
    off = PLANE.cutout((50, 3), 4).to_binsz((0.25, 0.5))
    assert off.wcs.wcs.crval.tolist() == PLANE.wcs.wcs.crval.tolist()  # the same projection
    assert off.data_shape == (8, 16)
    odd = SMALL.to_odd_npix()
    assert odd.data_shape == (5, 7)
    assert odd.center_skydir.separation(SMALL.center_skydir).deg < 1e-9
    assert SMALL.to_odd_npix(max_radius=0.6 * u.deg).data_shape == (3, 3)
    assert SMALL.to_odd_npix(max_radius=0.76).data_shape == (5, 5)
    assert odd.to_even_npix().data_shape == (6, 8)
    assert SMALL.to_even_npix() == SMALL


def test_a_part_costs_little(monkeypatch):
    """Positions in the frame of the picture need no transformation."""

    def never(*args, **kwargs):
        raise AssertionError("a SkyCoord was transformed")

    monkeypatch.setattr(SkyCoord, "transform_to", never)
    position = SkyCoord(10, 1, unit="deg", frame="galactic")
    assert PLANE.cutout(position, 2) == PLANE.cutout((10, 1), 2)
