"""Kernels: means over pixels against closed forms."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from scipy.special import erf

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf import PSFKernel, PSFMap
from gammapy.maps import Map, MapAxis, WcsGeom, WcsNDMap
from gammapy.modeling.models import GaussianSpatialModel, PowerLawSpectralModel

TRUE = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 3, name="energy_true")
GEOM = WcsGeom.create(binsz=0.02, width=1, frame="galactic", axes=[TRUE])


def gauss_pixels(n_x, n_y, size_x, size_y, sigma):
    """Exact integrals of a Gaussian over pixels, normalised."""

    def row(n, size):
        x = np.arange(-n, n + 1) * size
        s = sigma * np.sqrt(2)
        return erf((x + size / 2) / s) - erf((x - size / 2) / s)

    image = row(n_y, size_y)[:, None] * row(n_x, size_x)
    return image / image.sum()


@pytest.mark.parametrize("sigma", [0.004, 0.01, 0.05, 0.1])
def test_from_gauss(sigma):
    kernel = PSFKernel.from_gauss(GEOM, sigma * u.deg)
    n = int(np.ceil(5 * sigma / 0.02 - 1e-9))
    assert kernel.data.shape == (3, 2 * n + 1, 2 * n + 1)
    expected = gauss_pixels(n, n, 0.02, 0.02, sigma)
    for plane in kernel.data:
        np.testing.assert_allclose(plane, expected, atol=1e-7 * expected.max())


@pytest.mark.parametrize("sigma", [0.003, 0.02, 0.1])
def test_of_a_map(sigma):
    rad = MapAxis(np.linspace(0, 8 * sigma, 81) * u.deg, name="rad")
    psf = PSFMap.from_gauss(TRUE, rad, sigma * u.deg)
    kernel = psf.get_psf_kernel(GEOM, max_radius=6 * sigma * u.deg)
    n = int(np.ceil(6 * sigma / 0.02 - 1e-9))
    expected = gauss_pixels(n, n, 0.02, 0.02, sigma)
    assert kernel.data.shape == (3, *expected.shape)
    # the narrowest is a seventh of a pixel, and cut at its end
    np.testing.assert_allclose(kernel.data[1], expected, atol=2e-4 * expected.max())


def test_pixels_of_a_cylinder_are_narrow_far_from_the_equator():
    geom = WcsGeom.create(npix=(200, 1500), binsz=0.1, axes=[TRUE])  # lat 0 in the middle
    psf = PSFMap.from_gauss(TRUE, MapAxis(np.linspace(0, 2, 101) * u.deg, name="rad"), 0.3 * u.deg)
    position = SkyCoord(0, 60, unit="deg")
    kernel = psf.get_psf_kernel(geom, position, max_radius=1.47 * u.deg)
    expected = gauss_pixels(30, 15, 0.05, 0.1, 0.3)
    assert kernel.data.shape[1:] == expected.shape
    np.testing.assert_allclose(kernel.data[0], expected, atol=1e-4 * expected.max())


def test_width_holds_the_containment():
    psf = PSFMap.from_gauss(TRUE, sigma=[0.05, 0.1, 0.03] * u.deg)
    kernel = psf.get_psf_kernel(GEOM, containment=0.99)
    radius = 0.1 * np.sqrt(-2 * np.log(0.01))
    assert kernel.data.shape[-1] == 2 * int(np.ceil(radius / 0.02)) + 1


def test_geometry_without_true_energies_takes_those_of_the_map():
    psf = PSFMap.from_gauss(TRUE, sigma=0.05 * u.deg)
    kernel = psf.get_psf_kernel(GEOM.to_image(), max_radius=0.2 * u.deg)
    assert kernel.psf_kernel_map.geom.axes["energy_true"] == TRUE


def test_from_spatial_model():
    model = GaussianSpatialModel(lon_0="0 deg", lat_0="0 deg", sigma="0.1 deg", frame="galactic")
    kernel = PSFKernel.from_spatial_model(model, GEOM.to_image(), max_radius=0.5 * u.deg, factor=10)
    expected = gauss_pixels(25, 25, 0.02, 0.02, 0.1)
    np.testing.assert_allclose(kernel.data, expected, atol=1e-4 * expected.max())


def test_to_image_weights_planes():
    data = np.zeros((3, 3, 3))
    data[0, 1, 1] = data[1, 0, 1] = data[2, 2, 2] = 1
    kernel = PSFKernel(WcsNDMap(WcsGeom.create(npix=3, axes=[TRUE]), data))
    weights = -np.diff(1 / TRUE.edges.value) * [1, 5, 2]
    weights /= weights.sum()
    image = kernel.to_image(exposure=[1, 5, 2] * u.Unit("m2 s"))
    np.testing.assert_allclose(
        [image.data[0, 1, 1], image.data[0, 0, 1], image.data[0, 2, 2]], weights
    )
    flat = kernel.to_image(PowerLawSpectralModel(index=2), keepdims=False)
    assert flat.data.shape == (3, 3)
    with pytest.raises(DataError, match="2 numbers for 3 energies"):
        kernel.to_image(exposure=[1, 2])
    with pytest.raises(DataError, match="no axis of energies"):
        flat.to_image()


def test_slices_and_files(tmp_path):
    kernel = PSFKernel.from_gauss(GEOM, 0.05 * u.deg)
    kernel.write(tmp_path / "kernel.fits")
    again = PSFKernel.read(tmp_path / "kernel.fits")
    np.testing.assert_allclose(again.data, kernel.data, rtol=1e-12)
    assert kernel.slice_by_idx({"energy_true": slice(1, 3)}).data.shape[0] == 2


def test_normalize_leaves_empty_planes():
    cube = Map.from_geom(WcsGeom.create(npix=3, axes=[TRUE]))
    cube.data[1] = 2
    kernel = PSFKernel(cube)
    np.testing.assert_allclose(kernel.data.sum(axis=(1, 2)), [0, 1, 0])
    assert PSFKernel(cube.copy(), normalize=False).data.max() == pytest.approx(1 / 9)


@pytest.mark.parametrize(
    ("npix", "value", "says"), [((4, 3), 1, "4 x 3"), (3, -1, "negative"), (3, np.nan, "negative")]
)
def test_bad_kernels(npix, value, says):
    image = Map.from_geom(WcsGeom.create(npix=npix))
    image.data += value
    with pytest.raises(DataError, match=says):
        PSFKernel(image)


def test_bad_arguments():
    psf = PSFMap.from_gauss(TRUE)
    with pytest.raises(DataError, match="max_radius = 0"):
        psf.get_psf_kernel(GEOM, max_radius=0 * u.deg)
    with pytest.raises(UnitMismatchError, match="max_radius"):
        psf.get_psf_kernel(GEOM, max_radius=0.3)
    with pytest.raises(DataError, match="must be positive"):
        PSFKernel.from_gauss(GEOM, 0 * u.deg)
    with pytest.raises(DataError, match="not in the picture"):
        psf.get_psf_kernel(
            WcsGeom.create(npix=9, proj="TAN", axes=[TRUE]), SkyCoord(180, 0, unit="deg")
        )
