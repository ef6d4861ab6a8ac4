"""A round Gaussian through a Gaussian, with an exposure that is a polynomial: in closed form.

The product of the source and the point spread function about a pixel is a Gaussian of p', so that
the counts are the density of the sum times the mean of the polynomial there.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import jv

from gammapy.datasets.centre_kernels import OneKernel
from gammapy.datasets.exposure_terms import LEAST, SMALL, AboutCentre, AboutPixels
from gammapy.datasets.lattice_response import LatticeKernels
from gammapy.datasets.local_exposure import LocalExposure
from gammapy.engine.placing import Window

SOURCE, WIDTHS = 0.12, np.array([0.06, 0.09])
REACH = 1.1
RMS = float(np.sqrt(2) * SOURCE)
#: value, by x, y, xx, xy, yy; of two energies
EXPOSURE = np.array([[5.0, 4.0], [1.5, 0.7], [-0.9, 2.0], [3.0, 1.0], [-2.0, 4.0], [-5.0, 2.0]])
EDISP = np.array([[0.7, 0.2, 0.0], [0.1, 0.5, 0.3]])
FLUX = np.array([2.0, 3.0])
PLACES = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 9))


@pytest.fixture(scope="module")
def frequencies():
    from scipy.special import jn_zeros

    return jn_zeros(0, 60) / REACH


def moments(q, width=SOURCE):
    """Of a Gaussian of a plane."""
    g, s, t = np.exp(-0.5 * (q * width) ** 2), width**2, (q * width) ** 2
    return np.array([g, q * s * g, s * (2 - t) * g, s * t * g])


def psf(q):
    return np.exp(-0.5 * np.multiply.outer(WIDTHS, q) ** 2)


def value(field, q, x, y):
    """The Fourier-Bessel sum [r, n], written out."""
    weights = 1 / (np.pi * REACH**2 * jv(1, q * REACH) ** 2)
    r, chi = np.hypot(x, y), np.arctan2(y, x)
    total = 0.0
    for part, angular in zip(field, (np.cos, np.sin), strict=True):
        for m, transform in part.items():
            wave = jv(m, np.multiply.outer(r, q)) * weights
            total = total + np.einsum("pq,qr,p->rp", wave, transform, angular(m * chi))
    return total


def summed(terms, q, x, y):
    total = 0.0
    for weight, field, *_ in terms:
        total = total + value(field, q, x, y) * (1.0 if weight is None else weight)
    return total


def exact(x, y, c=EXPOSURE, width=SOURCE, widths=WIDTHS):
    """Counts [r, n]."""
    square = width**2 + widths[:, None] ** 2
    density = np.exp(-0.5 * (x**2 + y**2) / square) / (2 * np.pi * square)
    w = width**2 / square
    spread = width**2 * widths[:, None] ** 2 / square
    a = c[:, :, None]
    mean = a[0] + w * (a[1] * x + a[2] * y) + a[4] * w**2 * x * y
    mean = mean + 0.5 * (a[3] * (w**2 * x**2 + spread) + a[5] * (w**2 * y**2 + spread))
    return EDISP.T @ (FLUX[:, None] * density * mean)


def about_centre(q, c=EXPOSURE, rms=RMS):
    return AboutCentre(LocalExposure(*c), OneKernel(psf(q), EDISP), rms)


#: shares of the energies in two terms of a response, whose kernels differ in width
LOADING, BROADER = np.array([[1.0, 0.5], [0.2, 1.0]]), np.array([1.0, 1.3])


class Quadratic:
    """In the place of a response over a field: two maps that are polynomials.

    Parameters
    ----------
    c : ndarray [6, t]
        Coefficients of the maps.
    """

    def __init__(self, c):
        self._c = c

    def kernels(self, q):
        psf = np.exp(-0.5 * np.multiply.outer(np.outer(BROADER, WIDTHS), q) ** 2)
        each = np.eye(len(LOADING))[:, :, None] * LOADING[:, None]
        return LatticeKernels(each, psf[:, :, :, None] * EDISP[:, None, :])

    def at(self, x, y):
        a = self._c[:, :, None]
        quadratic = 0.5 * (a[3] * x**2 + a[5] * y**2) + a[4] * x * y
        return {
            (0, 0): a[0] + a[1] * x + a[2] * y + quadratic,
            (1, 0): a[1] + a[3] * x + a[4] * y,
            (0, 1): a[2] + a[4] * x + a[5] * y,
            (2, 0): a[3] + 0 * x,
            (1, 1): a[4] + 0 * x,
            (0, 2): a[5] + 0 * x,
        }


def about_pixels(q, x, y, c=EXPOSURE):
    return AboutPixels(Quadratic(c), x, y, q, Window(1, 0.0))


def exact_sum(x, y, c=EXPOSURE):
    """Of both terms."""
    return sum(
        exact(x, y, np.outer(c[:, t], LOADING[t]), widths=WIDTHS * BROADER[t]) for t in (0, 1)
    )


# -- about the centre --------------------------------------------------------------------


def test_about_centre_is_exact(frequencies):
    terms = about_centre(frequencies).terms(FLUX, moments(frequencies))
    found = summed(terms, frequencies, *PLACES)
    expected = exact(*PLACES)
    assert_allclose(found, expected, rtol=0, atol=1e-9 * expected.max())


@pytest.mark.parametrize("axis", [0, 1])
def test_about_centre_shifted(frequencies, axis):
    """What the exposure changes, when the source moves and carries the polynomial's middle."""
    changed = np.zeros_like(EXPOSURE)
    changed[:3] = EXPOSURE[[[1, 3, 4], [2, 4, 5]][axis]]
    terms = about_centre(frequencies).shifted(FLUX, moments(frequencies), axis)
    expected = exact(*PLACES, changed)
    found = summed(terms, frequencies, *PLACES)
    assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("axis", [0, 1])
def test_derivative_by_the_position_of_the_source(frequencies, axis):
    """The exposure stays where it is: all terms together, against differences."""
    q, step = frequencies, 1e-3
    terms = about_centre(q).shifted(FLUX, moments(q), axis)
    total = summed(terms, q, *PLACES)
    for _, field, *_ in about_centre(q).terms(FLUX, moments(q)):
        total = total - value((field.along_x, field.along_y)[axis](q), q, *PLACES)
    sides = []
    for sign in (1, -1):
        a = np.zeros(2)
        a[axis] = sign * step
        moved = EXPOSURE.copy()
        xx, xy, yy = EXPOSURE[3:]
        quadratic = 0.5 * (xx * a[0] ** 2 + yy * a[1] ** 2) + xy * a[0] * a[1]
        moved[0] = EXPOSURE[0] + a[0] * EXPOSURE[1] + a[1] * EXPOSURE[2] + quadratic
        moved[1] = EXPOSURE[1] + xx * a[0] + xy * a[1]
        moved[2] = EXPOSURE[2] + xy * a[0] + yy * a[1]
        sides.append(exact(PLACES[0] - a[0], PLACES[1] - a[1], moved))
    expected = (sides[0] - sides[1]) / (2 * step)
    assert_allclose(total, expected, rtol=0, atol=3e-5 * np.abs(expected).max())


def test_a_point_sees_the_exposure_where_it_is(frequencies):
    one = np.ones((1, len(frequencies)))
    (term,) = about_centre(frequencies, rms=0.0).terms(FLUX, one)
    assert term.weight is None
    assert list(term.field.cosine) == [0]
    assert not term.field.sine
    expected = EDISP.T @ (FLUX[:, None] * EXPOSURE[0][:, None] * psf(frequencies))
    assert_allclose(term.field.cosine[0], expected.T, rtol=1e-12)


@pytest.mark.parametrize(("share", "orders"), [(0.9, [0]), (1.1, [0, 1])])
def test_a_gradient_that_matters_not_is_left_out(frequencies, share, orders):
    c = np.zeros_like(EXPOSURE)
    c[0] = 5.0
    c[2] = share * SMALL * 5.0 / (np.sqrt(2) * SOURCE)
    (term,) = about_centre(frequencies, c).terms(FLUX, moments(frequencies))
    assert sorted(term.field.cosine) == orders


@pytest.mark.parametrize(("share", "orders"), [(0.9, [0]), (1.1, [0, 2])])
def test_a_curvature_that_matters_not_is_left_out(frequencies, share, orders):
    c = np.zeros_like(EXPOSURE)
    c[0] = 5.0
    c[4] = -share * SMALL * 5.0 / (2 * SOURCE**2)
    (term,) = about_centre(frequencies, c).terms(FLUX, moments(frequencies))
    assert sorted(term.field.cosine) == orders


# -- about the pixels --------------------------------------------------------------------


def test_about_pixels_is_exact(frequencies):
    """On quadratics, but for terms that are left out, and the spline that derives the kernels."""
    terms = about_pixels(frequencies, *PLACES).terms(FLUX, moments(frequencies))
    found = summed(terms, frequencies, *PLACES)
    expected = exact_sum(*PLACES)
    assert_allclose(found, expected, rtol=0, atol=LEAST * expected.max())


@pytest.mark.parametrize("row", range(6))
def test_each_coefficient_of_a_map(frequencies, row):
    c = np.zeros_like(EXPOSURE)
    c[row] = EXPOSURE[row]
    terms = about_pixels(frequencies, *PLACES, c).terms(FLUX, moments(frequencies))
    found = summed(terms, frequencies, *PLACES)
    expected = exact_sum(*PLACES, c)
    assert_allclose(found, expected, rtol=0, atol=3 * LEAST * np.abs(expected).max())


def test_terms_that_matter_not_are_left_out(frequencies):
    """Of a constant only one is left of a map."""
    c = np.zeros_like(EXPOSURE)
    c[0] = [1.0, 0.5 * LEAST]
    terms = about_pixels(frequencies, *PLACES, c).terms(FLUX, moments(frequencies))
    assert len(terms) == 1


@pytest.mark.parametrize("axis", [0, 1])
def test_exposure_of_pixels_stays(frequencies, axis):
    terms = about_pixels(frequencies, *PLACES)
    assert terms.shifted(FLUX, moments(frequencies), axis) == []


def test_linear_in_the_flux(frequencies):
    """About the pixels, within what may be left out."""
    q = frequencies
    ways = ((about_centre(q), 1e-12), (about_pixels(q, *PLACES), LEAST))
    for way, share in ways:
        parts = [summed(way.terms(FLUX * row, moments(q)), q, *PLACES) for row in np.eye(2)]
        both = summed(way.terms(FLUX, moments(q)), q, *PLACES)
        assert_allclose(sum(parts), both, rtol=0, atol=share * both.max())
