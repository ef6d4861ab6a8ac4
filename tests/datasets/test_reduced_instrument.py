"""Instrument from maps, against the maps."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.datasets.prediction import predict_counts
from gammapy.datasets.reduced_instrument import ReducedInstrument
from gammapy.errors import DataError
from gammapy.irf import EDispKernelMap, EDispMap, PSFMap
from gammapy.irf.edisp import EDispKernel
from gammapy.maps import Map, MapAxis, RegionGeom, RegionNDMap, WcsGeom
from gammapy.modeling.models import PointSpatialModel, PowerLawSpectralModel, SkyModel

TRUE = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 3, name="energy_true")
RECO = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 2)
RAD = MapAxis.from_bounds(0.0, 0.8, 160, unit="deg", name="rad")
WIDTHS = [0.1, 0.06, 0.05]
#: across the seam of the longitude
IMAGE = WcsGeom.create(npix=(9, 7), binsz=0.5, skydir=(0.2, 1.0), frame="galactic")


def exposure_map(image=IMAGE, axis=TRUE):
    geom = image.to_cube([axis])
    values = np.random.default_rng(1).uniform(1.0, 2.0, geom.data_shape)
    return Map.from_geom(geom, data=1e6 * values, unit="m2 s")


def psf_map(axis=TRUE):
    return PSFMap.from_gauss(axis, RAD, sigma=WIDTHS * u.deg)


def edisp_map():
    return EDispKernelMap.from_gauss(RECO, TRUE, sigma=0.2, bias=0.0)


def instrument(**changes):
    parts = {"exposure": exposure_map(), "psf": psf_map(), "edisp": edisp_map()} | changes
    return ReducedInstrument(energy_axis=RECO, **parts)


def test_exposure_at_the_pixels():
    exposure = exposure_map()
    lon, lat = (angle.to_value("deg") for angle in IMAGE.get_coord())
    found = instrument(exposure=exposure).exposure(lon, lat)
    assert_allclose(found, 1e4 * exposure.data, rtol=1e-9)


def test_exposure_is_linear_between_them():
    exposure = exposure_map()
    x, y = np.random.default_rng(2).uniform(0.0, 6.0, (2, 20))
    place = IMAGE.pix_to_coord((x, y))
    i, j = x.astype(int), y.astype(int)
    j = np.minimum(j, 5)
    u_, v = x - i, y - j
    d = 1e4 * exposure.data
    lower = (1 - u_) * d[:, j, i] + u_ * d[:, j, i + 1]
    upper = (1 - u_) * d[:, j + 1, i] + u_ * d[:, j + 1, i + 1]
    found = instrument(exposure=exposure).exposure(*(p.to_value("deg") for p in place))
    assert_allclose(found, (1 - v) * lower + v * upper, rtol=1e-7)


def test_outside_the_exposure_is_that_of_the_edge():
    """A map that was cut out ends where the exposure does not."""
    exposure = exposure_map()
    x, y = np.array([-3.0, 11.0, 4.0]), np.array([2.0, 5.0, 9.0])
    place = [p.to_value("deg") for p in IMAGE.pix_to_coord((x, y))]
    expected = 1e4 * exposure.data[:, [2, 5, 6], [0, 8, 4]]
    assert_allclose(instrument(exposure=exposure).exposure(*place), expected, rtol=1e-7)


def test_off_the_sky_there_is_none():
    image = WcsGeom.create(npix=(9, 7), binsz=0.5, skydir=(0.2, 1.0), frame="galactic", proj="TAN")
    found = instrument(exposure=exposure_map(image)).exposure(np.array([180.0, 0.2]), [0.0, 1.0])
    assert not found[:, 0].any()
    assert np.all(found[:, 1] > 0)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_shapes(shape):
    assert instrument().exposure(np.zeros(shape), np.ones(shape)).shape == (3, *shape)


def test_psf_and_dispersion():
    found = instrument()
    q = np.array([0.0, 5.0, 20.0])
    expected = np.exp(-0.5 * np.multiply.outer(WIDTHS, q) ** 2)
    assert_allclose(found.psf(0.3, 1.2, q), expected, rtol=0, atol=2e-4)
    place = SkyCoord(0.3, 1.2, unit="deg", frame="galactic")
    kernel = edisp_map().get_edisp_kernel(place, RECO)
    assert_allclose(found.edisp(0.3, 1.2), kernel.data)
    # 1e-4 are outside of 4.29 widths
    assert 4.2 * 0.1 < found.reach < 5.0 * 0.1


def test_dispersion_by_migration():
    migra = MapAxis.from_bounds(0.2, 5.0, 160, name="migra")
    edisp = EDispMap.from_diagonal_response(TRUE, migra)
    found = instrument(edisp=edisp).edisp(0.3, 1.2)
    assert found.shape == (3, 2)
    assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)


def test_without_them_all_is_exact():
    found = instrument(psf=None, edisp=None)
    assert found.reach == 0.0
    assert_allclose(found.psf(0.0, 0.0, np.array([0.0, 9.0])), np.ones((3, 2)))
    assert_allclose(found.edisp(0, 0), EDispKernel.from_diagonal_response(TRUE, RECO).data)


def test_counts():
    """Flux times exposure at the source, whatever pixels it falls on."""
    model = SkyModel(
        spectral_model=PowerLawSpectralModel(index=2.0, amplitude="1e-10 cm-2 s-1 TeV-1"),
        spatial_model=PointSpatialModel(lon_0="0.3 deg", lat_0="1.1 deg", frame="galactic"),
        name="point",
    )
    geom = WcsGeom.create(
        npix=(61, 61), binsz=0.03, skydir=(0.3, 1.1), frame="galactic", axes=[RECO]
    )
    found = instrument()
    edges = TRUE.edges.to_value("TeV")
    flux = 1e-10 * -np.diff(1 / edges)
    expected = (flux * found.exposure(0.3, 1.1)) @ found.edisp(0.3, 1.1)
    counts = predict_counts([model], found, geom).data.sum(axis=(1, 2))
    assert_allclose(counts, expected, rtol=1e-3)


# -- what is refused ---------------------------------------------------------------------


def test_other_axes():
    with pytest.raises(DataError, match=r"exposure has axes \['energy'\]: \['energy_true'\]"):
        instrument(exposure=exposure_map(axis=RECO))


def test_no_pixels():
    region = RegionNDMap.from_geom(RegionGeom.create(None, axes=[TRUE]), data=1.0, unit="m2 s")
    with pytest.raises(DataError, match="exposure has no pixels on the sky"):
        instrument(exposure=region)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_bad_exposure(bad):
    exposure = exposure_map()
    exposure.data[1, 2, 3] = bad
    with pytest.raises(DataError, match="negative or not finite"):
        instrument(exposure=exposure)


def test_energies_of_another_map():
    other = MapAxis.from_energy_bounds("0.1 TeV", "20 TeV", 3, name="energy_true")
    psf = psf_map(other)
    with pytest.raises(DataError, match=r"psf has 3 true energies from .* give both the same axis"):
        instrument(psf=psf)
    fewer = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 2, name="energy_true")
    edisp = EDispKernelMap.from_gauss(RECO, fewer, sigma=0.2, bias=0.0)
    with pytest.raises(DataError, match="edisp has 2 true energies"):
        instrument(edisp=edisp)


def test_it_says_what_it_is():
    assert repr(instrument()) == (
        "ReducedInstrument(9 x 7 pixels, 3 true and 2 reconstructed energies, frame='galactic')"
    )
