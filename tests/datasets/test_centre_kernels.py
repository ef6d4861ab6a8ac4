"""Kernels about a centre: the same, however they are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.centre_kernels import KernelOfTerms, KernelsAround, OneKernel
from gammapy.datasets.local_exposure import STEPS, circle, local_exposure, places_around
from gammapy.datasets.sky_pixels import angles
from gammapy.engine.pixel_nodes import tangent_axes
from tests.datasets.small_instruments import gaussian_transform
from tests.datasets.test_terms_response import EDISP, FLUX, instrument

AXES, RADIUS = tangent_axes(0.2, 0.1), 0.1
FREQUENCIES = np.array([1.0, 6.0, 15.0, 30.0])


def by_terms(both):
    kernels = KernelOfTerms(both.terms(), FREQUENCIES)
    return kernels, local_exposure(both.terms().maps, AXES, RADIUS)


def around(both):
    lon, lat = angles(circle(AXES, RADIUS * STEPS))
    places = list(zip(lon, lat, strict=True))
    psf = np.array([both.psf(*place, FREQUENCIES) for place in places])
    kernels = KernelsAround(both.exposure(lon, lat).T, psf, np.array([EDISP] * len(places)))
    return kernels, local_exposure(places_around, AXES, RADIUS)


NAMES = ("value", "by_x", "by_y", "by_xx", "by_xy", "by_yy")


@pytest.mark.parametrize("name", NAMES)
def test_terms_and_places_give_one_polynomial(name):
    both = instrument()
    found = []
    for kernels, local in (by_terms(both), around(both)):
        found.append(kernels.folded(FLUX)(getattr(local, name)))
    scale = np.abs(found[1]).max()
    assert scale > 0
    assert_allclose(found[0], found[1], atol=1e-6 * scale)


def test_exposures_are_of_what_is_reconstructed():
    both = instrument()
    kernels, local = by_terms(both)
    around_it, places = around(both)
    assert_allclose(
        kernels.exposures(local.by_x),
        EDISP.sum(axis=1) * around_it.exposures(places.by_x),
        rtol=1e-6,
    )


def test_the_same_everywhere():
    psf = gaussian_transform([0.1, 0.08, 0.06])(FREQUENCIES)
    exposure = np.array([1.0, 2.0, 3.0])
    one = OneKernel(psf, EDISP)
    many = KernelsAround(np.array([exposure] * 9), np.array([psf] * 9), np.array([EDISP] * 9))
    local = local_exposure(places_around, AXES, RADIUS)
    assert_allclose(many.folded(FLUX)(local.value), one.folded(FLUX)(exposure), rtol=1e-12)
    assert_allclose(many.folded(FLUX)(local.by_x), 0.0, atol=1e-18)
    assert_allclose(one.exposures(exposure), exposure)
    assert_allclose(many.exposures(local.value), exposure)
