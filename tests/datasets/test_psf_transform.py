"""Transforms of point spread functions between the frequencies at which they are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.psf_transform import FREQUENCIES, TAIL, PsfTransform
from tests.datasets.small_instruments import uniform

#: frequency times width of a Gaussian from where on it does not matter
LAST = np.sqrt(-2 * np.log(TAIL))


class Noting:
    """An instrument that notes what it is asked."""

    def __init__(self, widths):
        self._inner, self.asked = uniform(widths), []

    def psf(self, lon, lat, frequency):
        self.asked.append((lon, lat, frequency))
        return self._inner.psf(lon, lat, frequency)


def test_asked_once_and_at_the_same_frequencies():
    instrument = Noting([0.1, 0.05])
    transform = PsfTransform(instrument, np.float64(3.0), np.array(4.0))
    transform.at(np.array([1.0, 7.0]))
    transform.largest_frequency()
    ((lon, lat, frequency),) = instrument.asked
    assert (lon, lat) == (3.0, 4.0)
    assert type(lon) is float  # so that it can be a key of what is kept
    assert frequency is FREQUENCIES


@pytest.mark.parametrize("width", [0.002, 0.01, 0.1, 0.5, 1.2, 5.0])
def test_between_frequencies(width):
    """To 1e-6, from the core of a pulsar's cloud to the Fermi LAT at 100 MeV."""
    transform = PsfTransform(uniform([width]), 0.0, 0.0)
    q = np.linspace(0, min(7 / width, 3000.0), 1500)
    assert_allclose(transform.at(q)[0], np.exp(-0.5 * (q * width) ** 2), rtol=0, atol=1e-6)


def test_energies_keep_their_own():
    transform = PsfTransform(uniform([0.1, 0.02]), 0.0, 0.0)
    q = np.array([0.0, 8.0, 33.0])
    expected = np.exp(-0.5 * np.multiply.outer([0.1, 0.02], q) ** 2)
    assert_allclose(transform.at(q), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("widths", [[0.1], [0.1, 0.02], [0.002]])
def test_largest_frequency(widths):
    """Of the narrowest, where the root of the squares beyond has fallen so far; no farther."""
    found = PsfTransform(uniform(widths), 0.0, 0.0).largest_frequency()
    exact = LAST / min(widths)
    assert exact <= found < 1.05 * exact


def test_largest_frequency_of_a_product():
    """With a source that is wider than the point spread function."""
    transform = PsfTransform(uniform([0.02]), 0.0, 0.0)
    source = np.exp(-0.5 * (FREQUENCIES * 0.1) ** 2)
    exact = LAST / np.hypot(0.1, 0.02)
    assert exact <= transform.largest_frequency(source) < 1.05 * exact
    nothing = transform.largest_frequency(np.zeros(len(FREQUENCIES)))
    assert 0 < nothing <= FREQUENCIES[1]


def test_sharper_than_what_is_known():
    """The last of the frequencies, not one beyond."""
    transform = PsfTransform(uniform([1e-4]), 0.0, 0.0)
    assert transform.largest_frequency() == FREQUENCIES[-1]
