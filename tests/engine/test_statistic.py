"""Statistics per bin: values, derivatives, bounds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gammapy.engine.statistic import (
    BinStatistic,
    WStatData,
    cash,
    cash_sum,
    deviance_residuals,
    wstat,
    wstat_sum,
)
from tests.reference import MISSING, reference

NUMBERS = reference("stats.json")
needs_reference = pytest.mark.skipif(NUMBERS is None, reason=MISSING)


def differences(function, x, step=1e-4):
    """First and second derivative by central differences of fourth order."""
    h = step * np.maximum(np.abs(x), 1e-2)
    f = {k: function(x + k * h) for k in (-2, -1, 0, 1, 2)}
    first = (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * h)
    second = (16 * (f[1] + f[-1]) - (f[2] + f[-2]) - 30 * f[0]) / (12 * h * h)
    return first, second


def assert_derivatives(function, x, rtol=1e-6):
    stat = function(x)
    first, _ = differences(lambda y: function(y).value, x)
    second, _ = differences(lambda y: function(y).first, x)
    scale = 1.0 + np.abs(stat.first)
    np.testing.assert_allclose(stat.first / scale, first / scale, atol=rtol)
    np.testing.assert_allclose(stat.second, second, rtol=rtol, atol=rtol)


# -- cash ----------------------------------------------------------------------------------


@needs_reference
def test_cash_against_reference():
    """Where the reference truncates the prediction at 1e-25 and we do not."""
    counts, npred, expected = (
        np.array(NUMBERS["cash"][k], float) for k in ("n_on", "mu_on", "stat")
    )
    honest = (npred > 1e-24) | ((npred >= 0) & (counts == 0))
    assert honest.sum() >= 20
    found = cash(counts, npred).value
    np.testing.assert_allclose(found[honest], expected[honest], rtol=1e-12, atol=1e-24)
    barrier = (npred < 0) | ((npred == 0) & (counts > 0))
    np.testing.assert_array_equal(np.isinf(found), barrier)


def test_cash_derivatives():
    npred = np.array([0.3, 2.0, 7.0, 7.0, 1e3, 5.0])
    counts = np.array([0.0, 1.0, 7.0, 20.0, 990.0, 0.0])
    assert_derivatives(lambda mu: cash(counts, mu), npred)


@pytest.mark.parametrize(
    ("counts", "npred", "finite"),
    [(0, 0.0, True), (0, 1.0, True), (3, 0.0, False), (3, -1.0, False), (0, -1.0, False)],
)
def test_cash_barrier(counts, npred, finite):
    stat = cash(np.array([float(counts), 1.0]), np.array([npred, 2.0]))
    assert np.isfinite(stat.value[0]) == finite
    assert (stat.value[0] == np.inf) == (not finite)
    assert np.isnan(stat.first[0]) == np.isnan(stat.second[0]) == (not finite)
    assert np.isfinite([part[1] for part in stat]).all()


def test_cash_is_smallest_at_the_counts():
    stat = cash(np.array([4.0]), np.array([4.0]))
    assert stat.first == 0
    assert stat.second > 0


# -- wstat ---------------------------------------------------------------------------------


@needs_reference
def test_wstat_against_reference():
    rows = NUMBERS["wstat"]
    n_on, n_off, alpha, mu, terms, expected = (
        np.array(rows[k], float) for k in ("n_on", "n_off", "alpha", "mu_sig", "gof_terms", "stat")
    )
    found = wstat(WStatData.build(n_on, n_off, alpha), mu).value
    np.testing.assert_allclose(found + terms, expected, rtol=1e-10, atol=1e-9)


@needs_reference
def test_wstat_constant_against_reference():
    rows = NUMBERS["wstat"]
    n_on, n_off, alpha = (np.array(rows[k], float) for k in ("n_on", "n_off", "alpha"))
    data = WStatData.build(n_on, n_off, alpha)
    assert data.constant == pytest.approx(sum(rows["gof_terms"]), rel=1e-12)


def by_hand(n_on, n_off, alpha, mu, back):
    """-2 ln L at a given background, plain Python floats."""
    total = 0.0
    for n, expected in ((n_on, mu + alpha * back), (n_off, back)):
        total += 2 * expected
        if n > 0:
            total -= 2 * n * np.log(expected)
    return total


counts = st.integers(0, 50) | st.just(100_000)


@given(n_on=counts, n_off=counts, alpha=st.floats(0.01, 10), mu=st.floats(-30, 300))
def test_wstat_is_the_smallest_over_the_background(n_on, n_off, alpha, mu):
    lowest = max(0.0, -mu / alpha)
    arrays = [np.array([float(x)]) for x in (n_on, n_off, alpha)]
    found = float(wstat(WStatData.build(*arrays), np.array([mu])).value[0])
    assume(np.isfinite(found))
    size = 1e-9 * (1 + abs(found))
    for back in lowest + np.geomspace(1e-8, 1e6, 150):
        assert found <= by_hand(n_on, n_off, alpha, mu, back) + size


@given(n_on=counts, n_off=counts, alpha=st.floats(0.01, 10), mu=st.floats(-30, 300))
def test_wstat_is_finite_where_a_background_allows_it(n_on, n_off, alpha, mu):
    """Only no signal and no off counts under on counts is impossible."""
    assume(mu == 0 or abs(mu) > 1e-6)
    arrays = [np.array([float(x)]) for x in (n_on, n_off, alpha)]
    stat = wstat(WStatData.build(*arrays), np.array([mu]))
    assert np.isfinite([part[0] for part in stat]).all()


WSTAT_BINS = [
    # n_on, n_off, alpha, mu
    (12, 20, 0.1, 5.0),
    (3, 0, 0.5, 0.2),  # no off counts, a background is there
    (3, 0, 0.5, 10.0),  # no off counts, none is needed
    (0, 5, 0.5, 2.0),
    (0, 0, 0.5, 2.0),
    (100, 5, 0.1, 95.0),
    (10_000, 20_000, 1.0, 3000.0),
    (12, 20, 0.5, -3.0),  # a hole that the background allows
    (3, 0, 0.5, -4.0),
    (0, 20, 0.5, -3.0),
    (0, 20, 0.5, -9.0),  # no on counts: all the background is taken away
    (0, 0, 0.5, -9.0),
    (1, 0, 0.1, -9.0),
]


@pytest.mark.parametrize("row", WSTAT_BINS, ids=str)
def test_wstat_derivatives(row):
    n_on, n_off, alpha, mu = (np.array([float(x)]) for x in row)
    data = WStatData.build(n_on, n_off, alpha)
    assert_derivatives(lambda x: wstat(data, x), mu)


def test_wstat_bins_do_not_disturb_each_other():
    n_on, n_off, alpha, mu = (np.array(column, float) for column in zip(*WSTAT_BINS, strict=True))
    together = wstat(WStatData.build(n_on, n_off, alpha), mu)
    for i in range(len(mu)):
        one = slice(i, i + 1)
        alone = wstat(WStatData.build(n_on[one], n_off[one], alpha[one]), mu[one])
        assert [part[i] for part in together] == [part[0] for part in alone]


def test_wstat_sum_is_the_sum_of_its_bins():
    n_on, n_off, alpha, mu = (np.array(column, float) for column in zip(*WSTAT_BINS, strict=True))
    data = WStatData.build(n_on, n_off, alpha)
    assert wstat_sum(data, mu) == pytest.approx(wstat(data, mu).value.sum(), rel=1e-14)


def test_wstat_approaches_cash_where_the_off_exposure_is_long():
    n_on, mu = np.array([3.0, 0.0, 8.0]), np.array([2.0, 2.0, 5.0])
    stat = wstat(WStatData.build(n_on, np.zeros(3), np.full(3, 1e-13)), mu)
    for part, expected in zip(stat, cash(n_on, mu), strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-10)


@pytest.mark.parametrize(("counts_", "mu"), [(3.0, 0.0), (3.0, -1.0), (0.0, -1.0)])
def test_cash_sum_refuses_what_cash_refuses(counts_, mu):
    n, npred = np.array([counts_, 2.0]), np.array([mu, 1.0])
    assert cash_sum(n, npred) == cash(n, npred).value.sum() == np.inf


def test_cash_sum_is_the_sum_of_its_bins():
    n, npred = np.array([3.0, 0.0, 0.0, 2.0]), np.array([2.5, 0.0, 1.0, 1e-30])
    assert cash_sum(n, npred) == pytest.approx(cash(n, npred).value.sum(), rel=1e-14)


def test_wstat_is_exact_for_a_strong_signal():
    """The background's root would cancel to zero if it were written naively."""
    n_on, n_off, alpha, mu = (np.array([x]) for x in (1e12, 3.0, 1.0, 1e12))
    found = wstat(WStatData.build(n_on, n_off, alpha), mu)
    naive = by_hand(1e12, 3.0, 1.0, 1e12, 3.0)
    assert found.value[0] == pytest.approx(naive, rel=1e-14)


@given(n_on=st.integers(1, 1000), n_off=st.integers(1, 1000), alpha=st.floats(0.05, 5))
def test_a_perfect_prediction_scores_zero(n_on, n_off, alpha):
    arrays = [np.array([float(x)]) for x in (n_on, n_off, alpha)]
    data = WStatData.build(*arrays)
    stat = wstat(data, arrays[0] - alpha * n_off)
    assert stat.value[0] + data.constant == pytest.approx(0, abs=1e-8)
    assert stat.first[0] == pytest.approx(0, abs=1e-9)


# -- residuals -----------------------------------------------------------------------------


def cash_residuals(counts, npred):
    stat = cash(counts, npred)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(counts > 0, 2 * (counts - counts * np.log(counts)), 0.0)
    return deviance_residuals(stat.value - best, stat, npred - counts)


def test_residuals_square_to_the_statistic_above_best():
    counts = np.array([0.0, 1.0, 5.0, 5.0, 1000.0])
    npred = np.array([0.7, 0.2, 4.0, 9.0, 1040.0])
    residual, _ = cash_residuals(counts, npred)
    expected = 2 * (npred - counts)
    expected[1:] += 2 * counts[1:] * np.log(counts[1:] / npred[1:])
    np.testing.assert_allclose(residual**2, expected, rtol=1e-10)
    np.testing.assert_array_equal(np.sign(residual), np.sign(npred - counts))


@pytest.mark.parametrize(
    ("n", "mu"), [(0.0, 0.3), (1.0, 0.4), (5.0, 5.6), (5.0, 4.2), (1e4, 1.02e4), (3.0, 40.0)]
)
def test_derivative_of_the_residuals(n, mu):
    counts = np.array([n])
    _, slope = cash_residuals(counts, np.array([mu]))
    h = 1e-4 * mu
    high, low = (cash_residuals(counts, np.array([mu + s]))[0] for s in (h, -h))
    assert slope[0] == pytest.approx((high - low)[0] / (2 * h), rel=1e-6)


@pytest.mark.parametrize("n", [1.0, 30.0, 1e5, 1e9])
@pytest.mark.parametrize("relative", [0.0, 1e-13, -1e-11, 1e-9, -1e-7, 1e-6, 1e-5])
def test_residuals_near_the_best_are_not_rounding(n, relative):
    """There the difference of two statistics has no digit left."""
    mu = n * (1 + relative)
    residual, slope = cash_residuals(np.array([n]), np.array([mu]))
    assert residual[0] == pytest.approx((mu - n) / np.sqrt(n), rel=1e-4, abs=4e-16 * np.sqrt(n))
    assert slope[0] == pytest.approx(1 / np.sqrt(n), rel=1e-4)


def test_residuals_and_slopes_give_the_gradient():
    counts = np.array([0.0, 2.0, 7.0, 1e6])
    npred = np.array([0.2, 2.0001, 3.0, 1e6 + 0.1])
    residual, slope = cash_residuals(counts, npred)
    np.testing.assert_allclose(2 * residual * slope, cash(counts, npred).first, rtol=1e-8)


def test_residual_of_nothing_predicted_and_nothing_seen():
    stat = cash(np.zeros(1), np.zeros(1))
    residual, slope = deviance_residuals(np.zeros(1), stat, np.zeros(1))
    assert residual[0] == 0
    assert np.isfinite(slope[0])


def test_fields():
    assert BinStatistic._fields == ("value", "first", "second")
