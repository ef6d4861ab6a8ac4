"""Point spread functions on maps."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf import PSFMap
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.modeling.models import PowerLawSpectralModel
from tests.irf.made import data_folder

TRUE = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4, name="energy_true")
SIGMA = np.array([0.12, 0.1, 0.06, 0.05])


@pytest.fixture
def psf():
    return PSFMap.from_gauss(TRUE, sigma=SIGMA * u.deg)


def test_from_gauss(psf):
    assert psf.psf_map.data.shape == (4, 66, 1, 2)
    assert psf.psf_map.unit == "sr-1"
    assert psf.energy_name == "energy_true"
    radius = np.array([0.01, 0.1, 0.3])
    for energy, sigma in zip(TRUE.center, SIGMA, strict=True):
        whole = -np.expm1(-0.5 * (0.66 / sigma) ** 2)
        expected = -np.expm1(-0.5 * (radius / sigma) ** 2) / whole
        found = psf.containment(radius * u.deg, energy, SkyCoord(77, -40, unit="deg"))
        np.testing.assert_allclose(found.value, expected, rtol=1e-10)


def test_containment_radius(psf):
    found = psf.containment_radius([[0.5], [0.9]], TRUE.center)
    assert found.unit == "deg"
    expected = SIGMA * np.sqrt(-2 * np.log1p(-np.array([[0.5], [0.9]])))
    np.testing.assert_allclose(found.value, expected, rtol=1e-6)
    assert psf.containment_radius(1, "1 TeV").to_value("deg") == pytest.approx(0.66)


def test_containment_does_not_depend_on_the_norm(psf):
    psf.psf_map = psf.psf_map.copy(data=3 * psf.psf_map.data)
    np.testing.assert_allclose(psf.profile().total, 3)
    assert psf.containment(0.66 * u.deg, 1 * u.TeV).value == pytest.approx(1)
    psf.normalize()
    np.testing.assert_allclose(psf.profile().total, 1)


def test_one_width_and_another_unit():
    rad = MapAxis(np.linspace(0, 0.01, 101), name="rad", unit="rad")
    psf = PSFMap.from_gauss(TRUE, rad, "6 arcmin")
    psf = PSFMap(psf.psf_map.to_unit("deg-2"), psf.exposure_map)
    radius = psf.containment_radius(0.393469, 1 * u.TeV)
    assert radius.to_value("deg") == pytest.approx(0.1, rel=1e-4)


def test_energies_between_and_beyond_those_of_the_map(psf):
    centers = TRUE.center.to_value("TeV")
    middle = np.sqrt(centers[1] * centers[2]) * u.TeV
    radius = np.array([0.02, 0.2])
    profile = psf.profile(energy_true=[middle.value, 1e-3, 1e3] * u.TeV)
    stored = psf.profile()
    rad = psf.psf_map.geom.axes["rad"].center.value
    mean = 0.5 * (stored(rad)[1] + stored(rad)[2])
    np.testing.assert_allclose(profile(rad)[0], mean, rtol=1e-9)
    np.testing.assert_allclose(profile(radius)[1:], stored(radius)[[0, 3]], rtol=1e-12)


def test_transform_is_normalised(psf):
    psf.psf_map = psf.psf_map.copy(data=0.7 * psf.psf_map.data)
    q = np.array([0.0, 5.0, 25.0])
    found = psf.transform(q)
    np.testing.assert_allclose(found[:, 0], 1, rtol=1e-12)
    np.testing.assert_allclose(found, np.exp(-0.5 * (q * SIGMA[:, None]) ** 2), atol=1e-6)


def test_where_there_is_no_exposure(psf):
    psf.psf_map.data[1] = 0
    psf.exposure_map.data[1] = 0
    assert psf.containment(0.1 * u.deg, TRUE.center[2]).value > 0
    for ask in (
        lambda: psf.containment(0.1 * u.deg, TRUE.center[1]),
        lambda: psf.containment_radius(0.5, TRUE.center[1]),
        lambda: psf.transform(np.array([1.0])),
    ):
        with pytest.raises(DataError, match=r"no point spread function at 0\.56.* TeV"):
            ask()
    geom = WcsGeom.create(binsz=0.05, width=1, axes=[TRUE])
    kernel = psf.get_psf_kernel(geom)
    np.testing.assert_allclose(kernel.data.sum(axis=(1, 2)), [1, 0, 1, 1])
    psf.psf_map.data[...] = 0
    with pytest.raises(DataError, match="no point spread function"):
        psf.get_psf_kernel(geom)


def test_radius_map():
    geom = WcsGeom.create(npix=(3, 2), binsz=1)
    psf = PSFMap.from_gauss(TRUE, sigma=SIGMA * u.deg, geom=geom)
    psf.psf_map.data[..., 0, 1] = 0
    image = psf.containment_radius_map(TRUE.center[3], 0.8)
    assert image.unit == "deg"
    expected = np.full((2, 3), SIGMA[3] * np.sqrt(-2 * np.log(0.2)))
    expected[0, 1] = np.nan
    np.testing.assert_allclose(image.data, expected, rtol=1e-6)


def test_to_image(psf):
    psf.exposure_map.data *= np.array([1.0, 3.0, 2.0, 5.0])[:, None, None, None]
    edges = TRUE.edges.value
    for model, weights in (
        (None, -np.diff(1 / edges)),
        (PowerLawSpectralModel(index=3), -np.diff(edges**-2.0)),
    ):
        weights = weights / weights.sum() * [1, 3, 2, 5]
        image = psf.to_image(model)
        expected = np.tensordot(weights, psf.psf_map.data, axes=1) / weights.sum()
        np.testing.assert_allclose(image.psf_map.data[0], expected)
        np.testing.assert_allclose(image.exposure_map.data.ravel(), weights.sum())
    with pytest.raises(DataError, match="keepdims"):
        psf.to_image(keepdims=False)


@pytest.mark.parametrize("sigma", ["0 deg", "-1 deg", [0.1, 0.2] * u.deg, [0.1, 0, 1, 1] * u.deg])
def test_bad_widths(sigma):
    with pytest.raises(DataError, match="sigma = "):
        PSFMap.from_gauss(TRUE, sigma=sigma)


@pytest.mark.parametrize("part", [-0.1, 1.5, np.nan])
def test_bad_fractions(psf, part):
    with pytest.raises(DataError, match="from 0 to 1"):
        psf.containment_radius(part, 1 * u.TeV)


def test_units_are_needed(psf):
    with pytest.raises(UnitMismatchError, match="rad = "):
        psf.containment(0.1, 1 * u.TeV)
    with pytest.raises(UnitMismatchError, match="energy_true = "):
        psf.containment(0.1 * u.deg, 1)
    with pytest.raises(UnitMismatchError, match="sigma = "):
        PSFMap.from_gauss(TRUE, sigma=0.1)
    with pytest.raises(DataError, match="axes"):
        psf.psf_map = Map.create(npix=2)


def test_against_gammapy():
    """Numbers of Gammapy 2.1, which knows radii to 5e-4 deg and interpolates linearly."""
    psf = PSFMap.read(data_folder() / "datasets-gammapy" / "cta1dc-gc-2deg.fits.gz")
    position = SkyCoord(0.45, 0.1, unit="deg", frame="galactic")
    energy = [0.1, 1, 10] * u.TeV
    found = psf.containment(0.1 * u.deg, energy, position)
    np.testing.assert_allclose(found, [0.43903604, 0.97979936, 0.99734867], atol=6e-4)
    found = psf.containment_radius(0.68, energy, position).to_value("deg")
    np.testing.assert_allclose(found, [0.14125, 0.05425, 0.04325], atol=4e-4)
