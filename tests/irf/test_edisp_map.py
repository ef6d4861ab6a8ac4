"""Densities of the migration on maps."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.irf import EDispMap, EnergyDispersion2D
from gammapy.maps import Map, MapAxis, WcsGeom

TRUE = MapAxis.from_energy_bounds("0.3 TeV", "30 TeV", 6, name="energy_true")
RECO = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 12)
MIGRA = MapAxis(np.linspace(0, 3, 301), name="migra")
OFFSET = MapAxis([0, 1, 2] * u.deg, name="offset")


@pytest.fixture
def table():
    return EnergyDispersion2D.from_gauss(TRUE, MIGRA, OFFSET, bias=0.05, sigma=0.15)


@pytest.fixture
def edisp(table):
    geom = WcsGeom.create(npix=(3, 2), binsz=1, axes=[MIGRA, TRUE])
    data = np.asarray(table.data)[:, :, 0, None, None]
    return EDispMap(
        Map.from_geom(geom, data=data), Map.from_geom(geom.squash("migra"), data=2.0, unit="m2 s")
    )


def test_kernel_is_that_of_the_table(edisp, table):
    found = edisp.get_edisp_kernel(RECO)
    expected = table.to_edisp_kernel("0.5 deg", TRUE, RECO)
    assert found.axes.names == ["energy_true", "energy"]
    np.testing.assert_allclose(found.data, expected.data, atol=1e-12)


def test_kernel_does_not_depend_on_the_norm(edisp):
    expected = edisp.get_edisp_kernel(RECO).data
    edisp.edisp_map = edisp.edisp_map.copy(data=edisp.edisp_map.data * 0.3)
    np.testing.assert_allclose(edisp.get_edisp_kernel(RECO).data, expected, atol=1e-12)
    edisp.edisp_map.data[2, :, 1, 2] = 0
    edisp.normalize()
    total = np.sum(edisp.edisp_map.data * 0.01, axis=1)
    expected = np.ones((6, 2, 3))
    expected[2, 1, 2] = 0
    np.testing.assert_allclose(total, expected)


def test_map_of_kernels(edisp):
    kernels = edisp.to_edisp_kernel_map(RECO)
    assert kernels.edisp_map.data.shape == (6, 12, 2, 3)
    expected = edisp.get_edisp_kernel(RECO).data
    np.testing.assert_allclose(kernels.get_edisp_kernel().data, expected, atol=2e-8)
    np.testing.assert_array_equal(kernels.exposure_map.data, 2)
    rough = edisp.to_edisp_kernel_map(RECO, threshold=0.1).edisp_map.data
    assert rough[rough > 0].min() >= 0.1


@pytest.mark.parametrize("migra", [None, MapAxis([0.5, 0.9, 1.1, 2], name="migra")])
def test_diagonal(migra):
    diagonal = EDispMap.from_diagonal_response(TRUE, migra)
    np.testing.assert_allclose(
        np.sum(
            diagonal.edisp_map.data
            * np.diff(diagonal.edisp_map.geom.axes["migra"].edges.value)[:, None, None],
            axis=1,
        ),
        1,
    )
    wide = MapAxis(TRUE.edges, "log", "energy")
    np.testing.assert_allclose(diagonal.get_edisp_kernel(wide).data, np.eye(6), atol=1e-9)


def test_diagonal_at_an_edge_is_shared():
    diagonal = EDispMap.from_diagonal_response(TRUE, MapAxis([0.8, 1, 1.5], name="migra"))
    np.testing.assert_allclose(diagonal.edisp_map.data[0, :, 0, 0], [2.5, 1])


def test_diagonal_off_the_axis():
    with pytest.raises(DataError, match="migration of 1"):
        EDispMap.from_diagonal_response(TRUE, MapAxis([1.2, 2, 3], name="migra"))
