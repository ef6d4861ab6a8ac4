"""A source where a field of view ends: the exposure has a step, and counts stay where they are.

A round Gaussian, times a step, through a Gaussian, is a product of functions along and across the
step: across it, the density of the sum times the probability that the source is on the seen side.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import ndtr

from gammapy.datasets.gridded_response import GriddedResponse
from gammapy.datasets.radial_response import RadialResponse
from gammapy.datasets.response import respond
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import WcsGeom
from gammapy.modeling.models import GaussianSpatialModel, PowerLawSpectralModel, SkyModel
from tests.datasets.small_instruments import FieldInstrument

EXPOSURE, FLUX, PSF = 1e10, 1e-8, 0.05
#: width of pixels in deg; four nodes along a side hold their average
SIZE = 0.05


def seen_below(lat_end, beyond=0.0):
    """Exposure that falls to a share at a latitude."""
    return FieldInstrument(
        lambda lon, lat: np.where(np.add(lat, 0.0 * lon) < lat_end, 1.0, beyond)[None] * EXPOSURE,
        [PSF],
    )


def response(instrument, sigma, n=41):
    shape = GaussianSpatialModel(
        lon_0="0 deg", lat_0="0 deg", sigma=f"{sigma} deg", frame="galactic"
    )
    model = SkyModel(PowerLawSpectralModel(), shape, name="it")
    geom = WcsGeom.create(npix=(n, n), binsz=SIZE, skydir=(0.0, 0.0), frame="galactic")
    return respond(model, instrument, SkyPixels(geom))


def counts(found, n=41):
    image = np.zeros(n * n)
    image[found.pixels] = found.counts(np.array([FLUX]))[:, 0]
    return image.reshape(n, n)


def exact(sigma, end, beyond=0.0, n=41):
    """Counts [y, x], on nodes of pixels."""
    x, w = np.polynomial.legendre.leggauss(4)
    at = (np.arange(n) - n // 2)[:, None] * SIZE + 0.5 * SIZE * x
    both = np.hypot(sigma, PSF)
    density = np.exp(-0.5 * (at / both) ** 2) / (np.sqrt(2 * np.pi) * both)
    seen = ndtr((end - at * (sigma / both) ** 2) * both / (sigma * PSF))
    across, along = (
        0.5 * SIZE * (part @ w) for part in (density * (seen + beyond * (1 - seen)), density)
    )
    return EXPOSURE * FLUX * np.outer(across, along)


#: width of the source, latitude of the step in deg, and share of the peak that pixels may be off:
#: cells hold the mean of the exposure, which a source as small as they are tells from the exposure,
#: as does one of which the rim alone is seen
STEPS = [
    (0.01, 0.0, 8e-3),
    (0.05, 0.13, 2e-3),
    (0.05, 0.0, 2e-3),
    (0.05, -0.09, 1.5e-2),
    (0.2, 0.13, 2e-3),
    (0.2, 0.0, 2e-3),
    (0.2, -0.09, 2e-3),
]


@pytest.mark.parametrize("beyond", [0.0, 0.5])
@pytest.mark.parametrize(("sigma", "end", "share"), STEPS)
def test_a_step_in_the_source(sigma, end, share, beyond):
    found = response(seen_below(end, beyond), sigma)
    assert isinstance(found, GriddedResponse)
    image, expected = counts(found), exact(sigma, end, beyond)
    assert_allclose(image, expected, rtol=0, atol=share * expected.max())
    assert image.sum() == pytest.approx(expected.sum(), rel=share)
    assert image.min() > -1e-5 * image.max()


@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.2])
def test_no_step(sigma):
    """Nor does a slope of 10% per 0.1 deg count as one."""
    smooth = FieldInstrument(
        lambda lon, lat: EXPOSURE * np.exp(np.add(lat, 0.0 * lon))[None], [PSF]
    )
    for instrument in (seen_below(90.0), smooth):
        assert isinstance(response(instrument, sigma), RadialResponse)


def test_a_small_step_is_no_reason():
    assert isinstance(response(seen_below(0.02, 0.9), 0.1), RadialResponse)
