"""Significance and test statistic, against the tails of the two distributions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2, norm

from gammapy.stats import sigma_to_ts, ts_to_sigma

SIGMA = np.array([1e-9, 0.3, 0.99, 1.01, 3, 8, 30])


@pytest.mark.parametrize("df", [1, 2, 3, 10])
def test_both_have_the_same_chance(df):
    ts = sigma_to_ts(SIGMA, df)
    assert_allclose(chi2.sf(ts, df), 2 * norm.sf(SIGMA), rtol=1e-9)
    assert_allclose(ts_to_sigma(ts, df), SIGMA, rtol=1e-10)
    assert_allclose(sigma_to_ts(-SIGMA, df), ts)


def test_numbers_of_gammapy():
    assert_allclose(sigma_to_ts([1, 5], df=2), [2.2957489288986546, 28.743702426857563], rtol=1e-12)
    assert_allclose(ts_to_sigma([1, 10], df=2), [0.5150319988122168, 2.7095257731417917], rtol=1e-9)


def test_one_degree_of_freedom_is_the_square_at_any_size():
    assert sigma_to_ts(100) == 10_000
    assert ts_to_sigma(1e6) == 1000
    assert type(sigma_to_ts(3, df=2)) is type(ts_to_sigma(3, df=2)) is np.float64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sigma_to_ts(np.nan), "sigma = nan must be finite"),
        (lambda: sigma_to_ts([1, 40], df=2), "sigma = 40.0 with df = 2: .* use df = 1"),
        (lambda: sigma_to_ts(1, df=0), "df = 0.0 must be finite and > 0"),
        (lambda: ts_to_sigma([1, -1]), r"ts\[1\] = -1.0 must be finite and >= 0"),
        (lambda: ts_to_sigma(np.inf), "ts = inf must be finite"),
        (lambda: ts_to_sigma(1e4, df=2), "ts = 10000.0 with df = 2"),
        (lambda: ts_to_sigma(1, df=np.nan), "df = nan must"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
