"""Probabilities of reconstructed bins on maps."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.irf import EDispKernel, EDispKernelMap
from gammapy.maps import Map, MapAxis, WcsGeom
from tests.irf.made import data_folder

TRUE = MapAxis.from_energy_bounds("0.3 TeV", "30 TeV", 6, name="energy_true")
RECO = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 12)
KERNEL = EDispKernel.from_gauss(TRUE, RECO, sigma=0.2, bias=0.1)


def test_from_kernel():
    geom = WcsGeom.create(npix=(4, 3), binsz=1)
    kernels = EDispKernelMap.from_edisp_kernel(KERNEL, geom)
    assert kernels.edisp_map.data.shape == (6, 12, 3, 4)
    np.testing.assert_array_equal(kernels.get_edisp_kernel().data, KERNEL.data)
    assert EDispKernelMap.from_edisp_kernel(KERNEL).edisp_map.data.shape == (6, 12, 1, 2)


def test_from_gauss_and_diagonal():
    found = EDispKernelMap.from_gauss(RECO, TRUE, 0.2, 0.1, pdf_threshold=1e-3)
    expected = np.where(KERNEL.data < 1e-3, 0, KERNEL.data)
    np.testing.assert_array_equal(found.get_edisp_kernel().data, expected)
    found = EDispKernelMap.from_diagonal_response(RECO, TRUE).get_edisp_kernel()
    np.testing.assert_array_equal(found.data, EDispKernel.from_diagonal_response(TRUE, RECO).data)


def test_only_its_own_axis_may_be_asked_for():
    kernels = EDispKernelMap.from_edisp_kernel(KERNEL)
    kernels.get_edisp_kernel(energy_axis=RECO)
    with pytest.raises(DataError, match="resample_energy_axis"):
        kernels.get_edisp_kernel(energy_axis=RECO.downsample(2))


def test_resample():
    kernels = EDispKernelMap.from_edisp_kernel(KERNEL)
    axis = MapAxis.from_energy_edges(RECO.edges[[2, 4, 5, 9]])
    found = kernels.resample_energy_axis(axis).edisp_map.data[..., 0, 0]
    expected = np.stack([KERNEL.data[:, a:b].sum(axis=1) for a, b in ((2, 4), (4, 5), (5, 9))], 1)
    np.testing.assert_allclose(found, expected)
    last = kernels.resample_energy_axis(MapAxis.from_energy_edges(RECO.edges[[0, 12]]))
    np.testing.assert_allclose(last.edisp_map.data[..., 0, 0], KERNEL.data.sum(axis=1)[:, None])
    with pytest.raises(DataError, match=r"an edge at 0\.4 TeV"):
        kernels.resample_energy_axis(MapAxis.from_energy_edges([0.1, 0.4, 100] * u.TeV))


def test_to_image_with_weights():
    kernels = EDispKernelMap.from_edisp_kernel(KERNEL)
    assert kernels.to_image().edisp_map.data.shape == (6, 1, 1, 2)
    image = WcsGeom.create(npix=(2, 1), binsz=180)
    mask = Map.from_geom(image.to_cube([RECO]), data=np.arange(12)[:, None, None] > 5, dtype=bool)
    found = kernels.to_image(weights=mask)
    np.testing.assert_allclose(found.edisp_map.data[:, 0, 0, 0], KERNEL.data[:, 6:].sum(axis=1))
    np.testing.assert_array_equal(found.exposure_map.data, kernels.exposure_map.data)


def test_more_than_one_is_refused():
    kernels = EDispKernelMap.from_edisp_kernel(KERNEL)
    kernels.edisp_map = kernels.edisp_map.copy(data=1.5 * kernels.edisp_map.data)
    with pytest.raises(DataError, match="gains events"):
        kernels.get_edisp_kernel()


def test_fermi():
    name = "fermi-3fhl-gc/fermi-3fhl-gc.fits.gz"
    kernel = EDispKernelMap.read(data_folder() / name).get_edisp_kernel()
    assert kernel.data.shape == (12, 11)
    np.testing.assert_allclose(kernel.data[1:11].sum(axis=1), 1, rtol=1e-6)
