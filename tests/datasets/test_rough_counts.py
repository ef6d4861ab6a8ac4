"""What steps of the exposure add to the counts of all sources, beside a closed form."""

import astropy.units as u
import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.prediction import predict_counts
from gammapy.datasets.rough_counts import RoughCounts, _few_spectra
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.modeling.models import (
    GaussianSpatialModel,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplateSpatialModel,
)
from tests.datasets.known_terms import Stepped
from tests.datasets.test_exposure_steps import EXPOSURE, FLUX, PSF, exact

N, SIZE = 41, 0.05
AXIS = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 1)


def geom(n=N):
    return WcsGeom.create(npix=(n, n), binsz=SIZE, skydir=(0.0, 0.0), frame="galactic", axes=[AXIS])


def source(shape, name="it"):
    spectrum = PowerLawSpectralModel(index=2.0, amplitude="1 cm-2 s-1 TeV-1")
    spectrum.amplitude.value = FLUX / spectrum.integral(0.1 * u.TeV, 10 * u.TeV).value
    return SkyModel(spectrum, shape, name=name)


def gaussian(sigma, lon=0.0, lat=0.0):
    return GaussianSpatialModel(
        lon_0=lon * u.deg, lat_0=lat * u.deg, sigma=sigma * u.deg, frame="galactic"
    )


@pytest.mark.parametrize("end", [0.0, 0.13, -0.09])
@pytest.mark.parametrize("beyond", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.2])
def test_a_step_in_a_source(sigma, beyond, end):
    found = predict_counts([source(gaussian(sigma))], Stepped(EXPOSURE, PSF, end, beyond), geom())
    expected = exact(sigma, end, beyond)
    peak = exact(sigma, 90.0).max()  # as if there were no step
    share = 1e-3 + 1e-2 * (1.0 - beyond)  # the grid is coarse: a step has a hundredth of its height
    assert_allclose(found.data[0], expected, rtol=0, atol=share * peak)
    assert found.data.sum() == pytest.approx(expected.sum(), abs=share * FLUX * EXPOSURE)


def test_all_sources_together():
    """With spectra that differ, at places that differ, on nodes and on cells."""
    instrument = Stepped(EXPOSURE, PSF, 0.1, 0.4)
    shapes = [gaussian(0.02, 0.2, 0.1), gaussian(0.3, -0.3, 0.0), gaussian(0.05, 0.0, 0.4)]
    models = [source(shape, f"source {i}") for i, shape in enumerate(shapes)]
    models[1].spectral_model.amplitude.value *= 7.0
    models[2].spectral_model.index.value = 3.0
    together = predict_counts(models, instrument, geom()).data
    alone = sum(predict_counts([model], instrument, geom()).data for model in models)
    assert_allclose(together, alone, rtol=0, atol=2e-4 * alone.max())


def test_a_template_is_a_gaussian():
    instrument = Stepped(EXPOSURE, PSF, 0.0, 0.3)
    image = Map.create(npix=(121, 121), binsz=0.02, skydir=(0, 0), frame="galactic", unit="sr-1")
    place = image.geom.get_coord()
    image.quantity = gaussian(0.2)(place.lon, place.lat)
    models = [source(shape) for shape in (TemplateSpatialModel(image), gaussian(0.2))]
    template, round_one = (predict_counts([m], instrument, geom()).data for m in models)
    assert_allclose(template, round_one, rtol=0, atol=4e-3 * round_one.max())


def test_a_cube_sees_the_steps_by_itself():
    """A template that depends on energy, as diffuse emission does; here it has one shape."""
    axis = MapAxis.from_nodes([0.05, 1.0, 20.0], unit="TeV", name="energy_true", interp="log")
    flat = Map.create(npix=(121, 121), binsz=0.02, skydir=(0, 0), frame="galactic", unit="sr-1")
    place = flat.geom.get_coord()
    flat.quantity = gaussian(0.2)(place.lon, place.lat)
    cube = Map.create(
        npix=(121, 121), binsz=0.02, skydir=(0, 0), frame="galactic", unit="sr-1", axes=[axis]
    )
    cube.quantity = np.repeat(flat.quantity[np.newaxis], 3, axis=0)
    instrument = Stepped(EXPOSURE, PSF, 0.1, 0.4)
    found, expected = (
        predict_counts(
            [source(TemplateSpatialModel(one, normalize=False))], instrument, geom()
        ).data
        for one in (cube, flat)
    )
    assert_allclose(found, expected, rtol=0, atol=6e-3 * expected.max())


def test_a_point_sees_one_place():
    """It meets the exposure that is there, and nothing is added."""
    instrument = Stepped(EXPOSURE, PSF, 0.1, 0.0)
    point = PointSpatialModel(lon_0="0 deg", lat_0="0.099 deg", frame="galactic")
    found = predict_counts([source(point)], instrument, geom()).data
    assert found.sum() == pytest.approx(FLUX * EXPOSURE, rel=1e-3)
    assert not predict_counts(
        [source(PointSpatialModel(lon_0="0 deg", lat_0="0.101 deg", frame="galactic"))],
        instrument,
        geom(),
    ).data.any()


def test_a_sum_of_shapes():
    """Also with a point, that has no brightness."""
    instrument, n = Stepped(EXPOSURE, PSF, 0.1, 0.4), geom()
    point = PointSpatialModel(lon_0="0.1 deg", lat_0="0.05 deg", frame="galactic")
    for one, other in ((gaussian(0.1), gaussian(0.2, 0.3)), (point, gaussian(0.2, 0.3))):
        both = predict_counts([source(one + other)], instrument, n).data
        each = [predict_counts([source(shape)], instrument, n).data for shape in (one, other)]
        assert_allclose(both, 0.5 * sum(each), rtol=0, atol=3e-3 * both.max())


def test_a_spectrum_that_is_cut_off_gets_nothing_of_others():
    """Next to hard and bright sources, in bins where it has nothing itself."""
    energy = np.geomspace(0.05, 160, 24)
    indices = np.linspace(1.8, 3.2, 12)
    flux = np.array([energy**-index for index in indices])
    soft = 30.0 * energy**-2.0 * np.exp(-energy / 3.0)
    flux = np.concatenate([flux, [soft]])
    amplitudes, spectra = _few_spectra(flux)
    assert len(spectra) < 10
    off = np.abs(amplitudes @ spectra - flux)[-1] / flux.max(axis=0)
    assert off.max() < 1e-3


def test_negative_fluxes_are_those_of_positive_ones():
    instrument = Stepped(EXPOSURE, PSF, 0.1, 0.4)
    model, other = source(gaussian(0.1)), source(gaussian(0.1))
    other.spectral_model.amplitude.value *= -2.0
    one, two = (predict_counts([m], instrument, geom()).data for m in (model, other))
    assert_allclose(two, -2.0 * one, rtol=1e-9, atol=1e-9 * one.max())


@pytest.mark.parametrize("sigma", [0.03, 0.5])
def test_a_source_beside_the_map(sigma):
    """Some of it, or of what it scatters, is on the map; the rest must not come round."""
    instrument = Stepped(EXPOSURE, PSF, 0.1, 0.4)
    beside = source(gaussian(sigma, 0.0, 0.55))
    small = predict_counts([beside], instrument, geom(21)).data[0]
    large = predict_counts([beside], instrument, geom(61)).data[0][20:41, 20:41]
    assert_allclose(small, large, rtol=0, atol=8e-3 * large.max())


def test_far_away_is_nothing():
    _, rough = Stepped(EXPOSURE, PSF, 0.1, 0.4).split()
    counts = RoughCounts(rough, SkyPixels(geom()))
    shapes = [gaussian(0.03, 9.0, 3.0), gaussian(0.4, 100.0, -70.0)]
    found = counts.counts(shapes, np.full((2, 1), FLUX))
    assert found.shape == (N * N, 1)
    assert not found.any()
