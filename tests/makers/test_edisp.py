"""Energy dispersion of one pointing and of many."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.irf import EDispKernelMap, EnergyDispersion2D
from gammapy.makers import (
    edisp_of_pointings,
    exposure_of_pointings,
    make_edisp_kernel_map,
    make_edisp_map,
)
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf import made
from tests.makers.pointed import groups, responses

TRUE = MapAxis.from_energy_edges([0.4, 1, 3, 20] * u.TeV, interp="log", name="energy_true")
RECO = MapAxis.from_energy_bounds("0.3 TeV", "30 TeV", 8)
POINTING = SkyCoord(266, -29, unit="deg")
IMAGE = WcsGeom.create(npix=(10, 8), binsz=1, skydir=POINTING, frame="galactic")
GEOM = IMAGE.to_cube([RECO, TRUE])


def varied():
    """A resolution that differs among offsets."""
    parts = [made.dispersion(sigma=sigma).data[:, :, :1] for sigma in (0.1, 0.2, 0.3)]
    return EnergyDispersion2D([made.TRUE, made.MIGRA, made.OFFSET], np.concatenate(parts, axis=2))


def test_kernels_of_one():
    table = varied()
    found = make_edisp_kernel_map(table, POINTING, GEOM).edisp_map.data
    offset = GEOM.separation(POINTING).deg
    for (y, x), place in np.ndenumerate(offset):
        if place > 3:
            assert not found[..., y, x].any()
        else:
            expected = table.to_edisp_kernel(place * u.deg, TRUE, RECO).data
            np.testing.assert_allclose(found[..., y, x], expected, atol=2e-8)
    rough = make_edisp_kernel_map(table, POINTING, GEOM, threshold=0.1).edisp_map.data
    assert rough[rough > 0].min() >= 0.1


def test_densities_of_one():
    table = varied()
    geom = IMAGE.to_cube([made.MIGRA, TRUE])
    exposure = Map.from_geom(geom.squash("migra"), data=2.0, unit="m2 s")
    found = make_edisp_map(table, POINTING, geom, exposure)
    inside = geom.separation(POINTING).deg <= 3
    total = np.sum(found.edisp_map.data * made.MIGRA.bin_width.value[:, None, None], axis=1)
    np.testing.assert_allclose(total, np.broadcast_to(inside, total.shape))
    kernels = make_edisp_kernel_map(table, POINTING, GEOM).edisp_map.data
    again = found.to_edisp_kernel_map(RECO).edisp_map.data
    np.testing.assert_allclose(again, kernels, atol=1e-6)


@pytest.mark.parametrize("kind", ["map", "kernel"])
def test_regions(kind):
    table = varied()
    axes = [made.MIGRA if kind == "map" else RECO, TRUE]
    make = make_edisp_map if kind == "map" else make_edisp_kernel_map
    geom = RegionGeom.create("icrs;circle(266, -28, 0.6)", axes=axes)
    center = make(table, POINTING, geom)
    mean = make(table, POINTING, geom, use_region_center=False)
    assert center.has_single_spatial_bin
    first, second = (m.edisp_map.data.sum(axis=1) for m in (center, mean))
    np.testing.assert_allclose(first, second, rtol=1e-3)
    assert not np.allclose(center.edisp_map.data, mean.edisp_map.data, rtol=1e-4)


@pytest.mark.parametrize("offset_max", [None, 1.6 * u.deg])
def test_many_are_weighted_by_exposure(offset_max):
    tables = responses()
    tables["one"]["edisp"] = varied()
    found = edisp_of_pointings(groups(), tables, GEOM, offset_max)
    expected = EDispKernelMap.from_geom(GEOM)
    for group in groups():
        one = {group.response: tables[group.response]}
        exposure = exposure_of_pointings([group], one, IMAGE.to_cube([TRUE]), offset_max)
        position = SkyCoord(group.lon, group.lat, unit="deg")
        table = tables[group.response]["edisp"]
        expected.stack(make_edisp_kernel_map(table, position, GEOM, exposure))
    np.testing.assert_allclose(found.exposure_map.data, expected.exposure_map.data, rtol=1e-9)
    seen = np.broadcast_to(found.exposure_map.data > 0, found.edisp_map.data.shape)
    np.testing.assert_allclose(found.edisp_map.data[seen], expected.edisp_map.data[seen], atol=3e-4)
    assert not found.edisp_map.data[~seen].any()


def test_bad_arguments():
    table = made.dispersion()
    with pytest.raises(DataError, match=r"\['migra', 'energy_true'\] are needed"):
        make_edisp_map(table, POINTING, GEOM)
    with pytest.raises(DataError, match=r"\['energy', 'energy_true'\] are needed"):
        make_edisp_kernel_map(table, POINTING, GEOM.drop("energy"))
    with pytest.raises(DataError, match="are needed"):
        edisp_of_pointings(groups(), responses(), IMAGE)
    with pytest.raises(DataError, match="no pointings"):
        edisp_of_pointings([], responses(), GEOM)
