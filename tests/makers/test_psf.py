"""Point spread functions of one pointing and of many."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.irf import PSFMap, load_irf_dict_from_file
from gammapy.makers import (
    exposure_of_pointings,
    make_map_exposure_true_energy,
    make_psf_map,
    psf_of_pointings,
)
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf import made
from tests.makers.pointed import groups, responses

TRUE = MapAxis.from_energy_edges([0.4, 1, 3, 20] * u.TeV, interp="log", name="energy_true")
RAD = MapAxis(np.linspace(0, 1.5, 151) * u.deg, name="rad")
POINTING = SkyCoord(266, -29, unit="deg")
GEOM = WcsGeom.create(npix=(10, 8), binsz=1, skydir=POINTING, frame="galactic", axes=[RAD, TRUE])


@pytest.mark.parametrize("table", [made.gauss(), made.king(), made.table()], ids=lambda t: t.tag)
def test_one(table):
    exposure = Map.from_geom(GEOM.squash("rad"), data=3.0, unit="m2 s")
    psf = make_psf_map(table, POINTING, GEOM, exposure)
    offset = GEOM.separation(POINTING).deg
    profile = table.profile(TRUE.center.value, offset.ravel(), RAD.center.value)
    profile = np.moveaxis(profile, 1, 2).reshape(psf.psf_map.data.shape)
    inside = offset <= 3
    assert 0 < inside.sum() < inside.size
    assert not psf.psf_map.data[..., ~inside].any()
    ratio = psf.psf_map.data[..., inside] / np.where(profile > 0, profile, np.nan)[..., inside]
    # a constant: what the table holds within the last radius
    spread = np.nanmax(ratio, axis=1) / np.nanmin(ratio, axis=1)
    np.testing.assert_allclose(spread, 1, rtol=1e-9)
    np.testing.assert_allclose(np.nanmean(ratio), 1, atol=0.07 if table.tag == "psf_king" else 0.01)
    np.testing.assert_allclose(psf.profile(POINTING).total, 1)
    assert psf.exposure_map is not None


def test_containment_is_that_of_the_response():
    table = made.gauss()
    fine = MapAxis(np.linspace(0, 3, 901) * u.deg, name="rad")
    psf = make_psf_map(table, POINTING, GEOM.with_axes([fine, TRUE]))
    position = GEOM.to_image().pix_to_coord((np.array([5.0]), np.array([5.0])))
    position = SkyCoord(*position, frame="galactic")[0]
    offset = position.separation(POINTING)
    for energy in TRUE.center:
        ours = psf.containment_radius(0.68, energy, position)
        theirs = table.containment_radius(0.68, energy, offset)
        np.testing.assert_allclose(ours.to_value("deg"), theirs.to_value("deg"), rtol=1e-4)


def test_region():
    geom = RegionGeom.create("icrs;circle(266, -28, 0.1)", axes=[RAD, TRUE])
    psf = make_psf_map(made.gauss(), POINTING, geom)
    assert psf.has_single_spatial_bin
    np.testing.assert_allclose(psf.profile().total, 1)


def test_many_are_weighted_by_exposure():
    tables = responses()
    found = psf_of_pointings(groups(), tables, GEOM)
    cube = GEOM.squash("rad")
    expected = PSFMap.from_geom(GEOM)
    for group in groups():
        one = {group.response: tables[group.response]}
        exposure = exposure_of_pointings([group], one, cube.drop("rad"))
        position = SkyCoord(group.lon, group.lat, unit="deg")
        psf = make_psf_map(tables[group.response]["psf"], position, GEOM, exposure)
        expected.stack(psf)
    np.testing.assert_allclose(found.exposure_map.data, expected.exposure_map.data, rtol=1e-9)
    expected.normalize()
    seen = found.exposure_map.data > 0
    assert 0 < seen.sum() < seen.size
    assert not found.psf_map.data[~np.broadcast_to(seen, found.psf_map.data.shape)].any()
    peak = expected.psf_map.data.max(axis=1, keepdims=True)
    difference = np.abs(found.psf_map.data - expected.psf_map.data)
    assert np.max(difference / np.where(peak > 0, peak, 1)) < 5e-3


def test_offset_max():
    found = psf_of_pointings(groups()[:1], responses(), GEOM, 1.2 * u.deg)
    there = found.mask_safe_image.data
    position = SkyCoord(266.0, -29.0, unit="deg")
    np.testing.assert_array_equal(there, GEOM.separation(position) <= 1.2 * u.deg)


def test_bad_arguments():
    with pytest.raises(DataError, match=r"\['rad', 'energy_true'\] are needed"):
        make_psf_map(made.gauss(), POINTING, GEOM.drop("rad"))
    with pytest.raises(DataError, match="are needed"):
        psf_of_pointings(groups(), responses(), GEOM.to_image())
    with pytest.raises(DataError, match="no pointings"):
        psf_of_pointings([], responses(), GEOM)


def test_the_reduced_data_of_cta():
    """Means of three runs that Gammapy 2.1 reduced; it normalises by sums of rings."""
    folder = made.data_folder()
    path = folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
    expected = PSFMap.read(folder / "datasets-gammapy/cta1dc-gc-2deg.fits.gz")
    tables = load_irf_dict_from_file(path)
    geom = expected.psf_map.geom
    found = PSFMap.from_geom(geom)
    runs = [(267.68121338, -29.6075), (264.2315979, -29.5214), (266.03671265, -26.9782)]
    for ra, dec in runs:
        position = SkyCoord(ra, dec, unit="deg")
        cube = geom.squash("rad").drop("rad")
        exposure = make_map_exposure_true_energy(position, 1764 * u.s, tables["aeff"], cube)
        exposure.data[:, geom.separation(position) > 3.5 * u.deg] = 0
        found.stack(make_psf_map(tables["psf"], position, geom, exposure))
    found.normalize()
    expected.normalize()
    difference = np.abs(found.psf_map.data - expected.psf_map.data)
    peak = expected.psf_map.data.max(axis=1, keepdims=True)
    # at the lowest energy it mixes in widths of 1 deg, which stand for none in the table
    assert np.max((difference / peak)[1:]) < 1e-3
    assert np.max(difference / peak) < 6e-3
