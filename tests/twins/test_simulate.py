import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.twins import simulate

FLUX, AREA, LIVETIME = [2e-11, 1e-11], [1e8, 4e8], 1000.0
MATRIX = [[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]]
SIGNAL = np.array([1.0, 2.0, 3.0])
BACKGROUND, ALPHA = np.array([8.0, 4.0, 0.0]), 0.25


def draws(number, seed=11):
    rng = np.random.default_rng(seed)
    pairs = [
        simulate.simulate_on_off(rng, FLUX, AREA, LIVETIME, MATRIX, BACKGROUND, ALPHA)
        for _ in range(number)
    ]
    return (np.array(side) for side in zip(*pairs, strict=True))


def test_mean_and_variance_are_those_of_poisson():
    number = 8000
    for side, expected in zip(
        draws(number), (SIGNAL + ALPHA * BACKGROUND, BACKGROUND), strict=True
    ):
        error = np.sqrt(expected / number)
        assert np.all(np.abs(side.mean(axis=0) - expected) <= 4 * error)
        # Variance of the sample variance of a Poisson number: (mu + 2 mu^2) / N.
        error = np.sqrt((expected + 2 * expected**2) / number)
        assert np.all(np.abs(side.var(axis=0) - expected) <= 4 * error)


def test_bins_and_regions_are_independent():
    on, off = draws(8000)
    columns = np.vstack([on.T, off.T[:2]])  # the third off bin is always 0
    correlation = np.corrcoef(columns) - np.eye(5)
    assert_allclose(correlation, 0, atol=4 / np.sqrt(8000))


def test_no_background_no_off_counts():
    _, off = draws(50)
    assert np.all(off[:, 2] == 0)
    assert off.dtype.kind == "i"


def test_a_seed_gives_the_same_counts_again():
    for one, two in zip(draws(3), draws(3), strict=True):
        assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("flux", "background", "alpha"), [([-1.0, 0.0], 1.0, 0.5), (FLUX, -1.0, 0.5), (FLUX, 1.0, 0.0)]
)
def test_bad_expectations(flux, background, alpha):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="only then are there Poisson counts"):
        simulate.simulate_on_off(rng, flux, AREA, LIVETIME, MATRIX, background, alpha)
