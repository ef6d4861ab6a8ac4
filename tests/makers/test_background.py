"""Background of one pointing and of many."""

from dataclasses import replace

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data.groups import PointingGroup
from gammapy.data.time_reference import EPOCH_MJD
from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.irf import Background3D, load_irf_dict_from_file
from gammapy.makers import background_of_pointings, make_map_background_irf
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf import made
from tests.makers.pointed import groups, responses

RECO = MapAxis.from_energy_bounds("0.2 TeV", "50 TeV", 4)
POINTING = SkyCoord(266, -29, unit="deg")
GEOM = WcsGeom.create(npix=(40, 30), binsz=0.3, skydir=POINTING, frame="galactic", axes=[RECO])
SITE = EarthLocation.from_geodetic(-70.3 * u.deg, -24.7 * u.deg, 2100 * u.m)
START = Time("2021-05-05T03:00:00")
SECONDS = 1200 * u.s


def slanted(alignment):
    """A rate that tells all directions apart, the same at all energies but for a power law."""
    axes = [
        MapAxis(np.linspace(-2, 2, 41), name=name, unit="deg") for name in ("fov_lon", "fov_lat")
    ]
    lon, lat = (axis.center.value for axis in axes)
    shape = np.exp(0.3 * lon[:, None] + 0.1 * lat)
    values = 1e-5 * made.RECO.center.value[:, None, None] ** -2.0 * shape
    return Background3D([made.RECO, *axes], values, unit="s-1 MeV-1 sr-1", fov_alignment=alignment)


def by_hand(lon, lat):
    """Counts of `slanted` at places in the field of view (deg)."""
    edges = RECO.edges.value
    rate = 1e-5 * 1e6 * -np.diff(1 / edges)[:, None, None] * np.exp(0.3 * lon + 0.1 * lat)
    inside = (np.abs(lon) <= 2) & (np.abs(lat) <= 2)
    return np.where(inside, rate, 0.0) * GEOM.solid_angle().value * SECONDS.value


@pytest.mark.parametrize(("alignment", "sign"), [("RADEC", -1), ("REVERSE_LON_RADEC", 1)])
def test_alignment_to_the_north(alignment, sign):
    found = make_map_background_irf(POINTING, SECONDS, slanted(alignment), GEOM)
    lon, lat = POINTING.spherical_offsets_to(GEOM.to_image().get_coord().skycoord.icrs)
    expected = by_hand(sign * lon.deg, lat.deg)
    assert found.unit == ""
    assert 0 < (expected > 0).sum() < expected.size
    np.testing.assert_allclose(found.data, expected, rtol=1e-6)


def zenith_counts(start):
    frame = AltAz(obstime=start + 0.5 * SECONDS, location=SITE)
    pixels = GEOM.to_image().get_coord().skycoord.transform_to(frame)
    lon, lat = POINTING.transform_to(frame).spherical_offsets_to(pixels)
    return by_hand(-lon.deg, lat.deg)


def inner(expected):
    """Places away from the edge, which a turn in the 20 min moves."""
    return GEOM.separation(POINTING) < 1.7 * u.deg


def test_alignment_to_the_zenith():
    arguments = {"time_start": START, "location": SITE, "fov_rotation_step": 0.2 * u.deg}
    found = make_map_background_irf(POINTING, SECONDS, slanted("ALTAZ"), GEOM, **arguments)
    expected = zenith_counts(START)
    where = inner(expected)
    np.testing.assert_allclose(found.data[:, where], expected[:, where], rtol=2e-3)
    with pytest.raises(DataError, match="aligned to the zenith"):
        make_map_background_irf(POINTING, SECONDS, slanted("ALTAZ"), GEOM)


def test_alignment_of_many_to_the_zenith():
    start = (START - Time(EPOCH_MJD, format="mjd", scale="tt")).to_value("s")
    times = start + np.array([0.0, 5400.0])
    group = PointingGroup(266.0, -29.0, "S", 1.0, (1, 2), times, times + SECONDS.value)
    tables = {"S": {"bkg": slanted("ALTAZ")}}
    found = background_of_pointings([group], tables, GEOM, location=SITE)
    expected = zenith_counts(START) + zenith_counts(START + 1.5 * u.h)
    where = inner(expected)
    np.testing.assert_allclose(found.data[:, where], expected[:, where], rtol=2e-3)
    single = zenith_counts(START)[:, where]
    assert np.abs(found.data[:, where] / (2 * single) - 1).max() > 0.02  # it has turned
    with pytest.raises(DataError, match="aligned to the zenith"):
        background_of_pointings([group], tables, GEOM)


def test_by_offset_no_direction_matters():
    table = made.background_2d()
    found = make_map_background_irf(POINTING, SECONDS, table, GEOM)
    offset = GEOM.separation(POINTING).deg
    rate = table.rate(RECO.edges.value, offset, 0.0)
    expected = np.where(offset <= 3, rate, 0) * SECONDS.value * GEOM.solid_angle().value
    np.testing.assert_allclose(found.data, expected, rtol=1e-9)


def test_energies_beyond_the_table_have_none():
    axis = MapAxis.from_energy_edges([0.001, 0.01, 0.3, 300, 400] * u.TeV)
    geom = GEOM.with_axes([axis])
    found = make_map_background_irf(POINTING, SECONDS, slanted("RADEC"), geom)
    assert found.data.sum(axis=(1, 2)).astype(bool).tolist() == [False, True, True, False]
    geom = GEOM.with_axes([MapAxis.from_energy_edges([0.1, 0.3] * u.TeV)])
    same = make_map_background_irf(POINTING, SECONDS, slanted("RADEC"), geom)
    np.testing.assert_allclose(found.data[1], same.data[0], rtol=1e-9)


def test_regions():
    table = slanted("RADEC")
    geom = RegionGeom.create("icrs;circle(266, -28, 0.4)", axes=[RECO])
    rate = table.rate(RECO.edges.value, 0.0, 1.0)
    expected = rate * SECONDS.value * geom.solid_angle().to_value("sr")
    found = make_map_background_irf(POINTING, SECONDS, table, geom)
    np.testing.assert_allclose(found.data[:, 0, 0], expected, rtol=1e-9)
    mean = make_map_background_irf(POINTING, SECONDS, table, geom, use_region_center=False)
    # the mean of exp(a r cos) over a disc: 1 + a^2 R^2 / 8
    curved = 1 + (0.3**2 + 0.1**2) * 0.4**2 / 8
    np.testing.assert_allclose(mean.data, found.data * curved, rtol=1e-3)


def one_by_one(tables, offset_max=None):
    total = Map.from_geom(GEOM)
    for group in groups():
        position = SkyCoord(group.lon, group.lat, unit="deg")
        seconds = group.ontime * u.s
        one = make_map_background_irf(position, seconds, tables[group.response]["bkg"], GEOM)
        if offset_max is not None:
            one.data[:, GEOM.separation(position) > offset_max] = 0
        total += one
    return total.data


@pytest.mark.parametrize("offset_max", [None, 1.6 * u.deg])
def test_many_are_the_sum_of_each(offset_max):
    """To what four parts of a bin give; random rates of neighbours differ by up to a factor 9."""
    tables = responses()
    found = background_of_pointings(groups(), tables, GEOM, offset_max).data
    expected = one_by_one(tables, offset_max)
    np.testing.assert_array_equal(found > 0, expected > 0)
    np.testing.assert_allclose(found, expected, rtol=0.03)
    assert found.sum() == pytest.approx(expected.sum(), rel=3e-3)


def test_many_with_a_smooth_rate():
    tables = responses()
    tables["one"]["bkg"] = slanted("REVERSE_LON_RADEC")
    tables["two"]["bkg"] = slanted("RADEC")
    found = background_of_pointings(groups(), tables, GEOM).data
    np.testing.assert_allclose(found, one_by_one(tables), rtol=2e-6)


def test_time_of_observation_counts():
    tables = responses()
    group = groups()[0]
    once = background_of_pointings([group], tables, GEOM).data
    three = background_of_pointings([replace(group, ontime=3 * group.ontime)], tables, GEOM).data
    np.testing.assert_allclose(three, 3 * once, rtol=1e-5)


@pytest.mark.parametrize("length", [SECONDS.value, 0.0])
def test_time_of_observation_counts_where_the_field_turns(length):
    start = (START - Time(EPOCH_MJD, format="mjd", scale="tt")).to_value("s")
    times = start + np.array([0.0, 5400.0])
    group = PointingGroup(266.0, -29.0, "S", 1.0, (1, 2), times, times + length)
    tables = {"S": {"bkg": slanted("ALTAZ")}}
    stated = replace(group, ontime=2.5 * 2 * SECONDS.value)
    found = background_of_pointings([stated], tables, GEOM, location=SITE)
    expected = 2.5 * (zenith_counts(START) + zenith_counts(START + 1.5 * u.h))
    where = inner(expected)
    # without a length it is the field of view at the start, not all of the 20 min
    rtol = 2e-3 if length else 0.05
    np.testing.assert_allclose(found.data[:, where], expected[:, where], rtol=rtol)


def test_bad_arguments():
    table = made.background_2d()
    with pytest.raises(DataError, match="'energy' is needed"):
        make_map_background_irf(POINTING, SECONDS, table, GEOM.to_image())
    with pytest.raises(DataError, match="'energy' is needed"):
        background_of_pointings(groups(), responses(), GEOM.to_image())
    with pytest.raises(DataError, match="ontime = -1"):
        make_map_background_irf(POINTING, -1 * u.s, table, GEOM)
    with pytest.raises(UnitMismatchError, match="ontime"):
        make_map_background_irf(POINTING, 1800, table, GEOM)
    with pytest.raises(DataError, match="no pointings"):
        background_of_pointings([], responses(), GEOM)
    with pytest.raises(UnknownNameError, match="no response 'one'"):
        background_of_pointings(groups(), {}, GEOM)


def test_the_reduced_data_of_cta():
    """Background of a dataset that Gammapy 2.1 reduced from three runs of 1800 s."""
    folder = made.data_folder()
    path = folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
    expected = Map.read(folder / "datasets-gammapy/cta1dc-gc-2deg.fits.gz", hdu="BACKGROUND")
    table = load_irf_dict_from_file(path)["bkg"]
    runs = [(267.68121338, -29.6075), (264.2315979, -29.5214), (266.03671265, -26.9782)]
    total = 0.0
    for ra, dec in runs:
        position = SkyCoord(ra, dec, unit="deg")
        one = make_map_background_irf(position, 1800 * u.s, table, expected.geom).data
        total += np.where(expected.geom.separation(position) < 3.5 * u.deg, one, 0)
    np.testing.assert_allclose(total, expected.data, rtol=2e-5)


@pytest.mark.slow
def test_the_survey_of_the_galactic_plane():
    """Blocks are so small that a map of the plane needs little more than itself."""
    import time
    import tracemalloc

    from astropy.table import Table

    from gammapy.data.groups import group_pointings

    folder = made.data_folder()
    path = folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
    found = group_pointings(Table.read(folder / "cta-1dc-index/gps/obs-index.fits.gz"))
    tables = dict.fromkeys({group.response for group in found}, load_irf_dict_from_file(path))
    axis = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 15)
    geom = WcsGeom.create(npix=(7200, 200), binsz=0.05, frame="galactic", axes=[axis])
    tracemalloc.start()
    start = time.process_time()
    background = background_of_pointings(found, tables, geom)
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1] - background.data.nbytes
    tracemalloc.stop()
    assert seconds < 30  # of both cores, traced
    assert peak < 3e8
    # the rate over the whole field of view, for all the time on the plane of |b| < 5 deg
    total = background.data.sum()
    assert 1.3e8 < total < 1.8e8
