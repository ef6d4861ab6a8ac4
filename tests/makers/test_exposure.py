"""Exposure of one pointing and of many."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf import load_irf_dict_from_file
from gammapy.makers import exposure_of_pointings, make_map_exposure_true_energy
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf import made
from tests.makers.pointed import groups, responses

TRUE = MapAxis.from_energy_bounds("0.2 TeV", "50 TeV", 5, name="energy_true")
POINTING = SkyCoord(266, -29, unit="deg")
GEOM = WcsGeom.create(npix=(40, 30), binsz=0.3, skydir=POINTING, frame="galactic", axes=[TRUE])


def test_is_area_times_time():
    area = made.area()
    exposure = make_map_exposure_true_energy(POINTING, 0.5 * u.h, area, GEOM)
    offset = GEOM.separation(POINTING)
    inside = offset <= 3 * u.deg
    assert 0 < inside.sum() < inside.size
    expected = area.evaluate(energy_true=TRUE.center[:, None], offset=offset[inside]) * 1800 * u.s
    np.testing.assert_allclose(
        exposure.quantity[:, inside].to_value("m2 s"), expected.to_value("m2 s"), rtol=1e-9
    )
    assert not exposure.data[:, ~inside].any()


def test_regions():
    area = made.area()
    point = RegionGeom.create("icrs;circle(266, -27.5, 0.4)", axes=[TRUE])
    found = make_map_exposure_true_energy(POINTING, 100 * u.s, area, point)
    expected = area.area(TRUE.center.value, 1.5) * 1e-2
    np.testing.assert_allclose(found.data[:, 0, 0], expected, rtol=1e-9)
    mean = make_map_exposure_true_energy(POINTING, 100 * u.s, area, point, use_region_center=False)
    coords, weights = point.to_image().get_wcs_coord_and_weights()
    offset = coords.skycoord.separation(POINTING).deg
    values = area.area(TRUE.center.value[:, None], offset) * 1e-2
    np.testing.assert_allclose(mean.data[:, 0, 0], np.average(values, axis=1, weights=weights))
    assert not np.allclose(mean.data, found.data, rtol=1e-4)


@pytest.mark.parametrize("offset_max", [None, 1.75 * u.deg])
def test_many_are_the_sum_of_each(offset_max):
    tables = responses()
    total = exposure_of_pointings(groups(), tables, GEOM, offset_max)
    expected = Map.from_geom(GEOM, unit="m2 s")
    for group in groups():
        position = SkyCoord(group.lon, group.lat, unit="deg")
        one = make_map_exposure_true_energy(
            position, group.livetime * u.s, tables[group.response]["aeff"], GEOM
        )
        if offset_max is not None:
            one.data[:, GEOM.separation(position) > offset_max] = 0
        expected += one
    # random areas may end between two nodes, where the slope of the outer piece makes them zero
    np.testing.assert_allclose(total.data, expected.data, rtol=1e-9, atol=2e-3 * total.data.max())
    assert np.mean(np.isclose(total.data, expected.data, rtol=1e-9)) > 0.99


def test_bad_arguments():
    area = made.area()
    with pytest.raises(DataError, match="'energy_true' is needed"):
        make_map_exposure_true_energy(POINTING, 1 * u.s, area, GEOM.to_image())
    with pytest.raises(DataError, match="'energy_true' is needed"):
        exposure_of_pointings(groups(), responses(), GEOM.to_image())
    with pytest.raises(DataError, match=r"livetime = -1\.0 s"):
        make_map_exposure_true_energy(POINTING, -1 * u.s, area, GEOM)
    with pytest.raises(DataError, match="livetime = nan"):
        make_map_exposure_true_energy(POINTING, np.nan * u.s, area, GEOM)
    with pytest.raises(UnitMismatchError, match="livetime"):
        make_map_exposure_true_energy(POINTING, 1800, area, GEOM)
    with pytest.raises(DataError, match="one finite position"):
        make_map_exposure_true_energy("Crab", 1 * u.s, area, GEOM)
    with pytest.raises(DataError, match="no pointings"):
        exposure_of_pointings([], responses(), GEOM)


def test_the_reduced_data_of_cta():
    """Exposure of a dataset that Gammapy 2.1 reduced from three runs."""
    folder = made.data_folder()
    table = folder / "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
    expected = Map.read(folder / "datasets-gammapy/cta1dc-gc-2deg.fits.gz", hdu="EXPOSURE")
    aeff = load_irf_dict_from_file(table)["aeff"]
    total = 0.0
    for ra, dec in RUNS:
        position = SkyCoord(ra, dec, unit="deg")
        one = make_map_exposure_true_energy(position, 1764 * u.s, aeff, expected.geom).data
        total += np.where(expected.geom.separation(position) < 3.5 * u.deg, one, 0)
    np.testing.assert_allclose(total, expected.data, rtol=1e-6)


#: of the runs 110380, 111140, 111159
RUNS = [(267.68121338, -29.6075), (264.2315979, -29.5214), (266.03671265, -26.9782)]
