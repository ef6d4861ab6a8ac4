"""The slow norm against closed forms."""

import math

import pytest

from . import norm


def cash_bin(n_on, background, signal=1.0, other=0.0):
    return {"n_on": n_on, "background": background, "signal": signal, "other": other}


def off_bin(n_on, n_off, alpha=0.2, signal=1.0, other=0.0):
    return {"n_on": n_on, "n_off": n_off, "alpha": alpha, "signal": signal, "other": other}


@pytest.mark.parametrize(("n", "b", "s", "other"), [(9, 2, 1, 0), (9, 2, 3, 1.5), (3, 5, 2, 0)])
def test_best_of_one_cash_bin(n, b, s, other):
    bins = [cash_bin(n, b, s, other)]
    found = norm.best_norm(bins, -(b + other) / s + 1e-9, 30)
    assert found == pytest.approx((n - b - other) / s, abs=1e-6)
    assert norm.error(bins, (n - b - other) / s, 1e-2 / s) == pytest.approx(math.sqrt(n) / s, 1e-5)


@pytest.mark.parametrize(("n_on", "n_off", "alpha"), [(9, 10, 0.2), (1, 20, 0.2), (4, 3, 1.0)])
def test_best_of_one_off_bin(n_on, n_off, alpha):
    bins = [off_bin(n_on, n_off, alpha, signal=2.0)]
    expected = (n_on - alpha * n_off) / 2.0
    assert norm.best_norm(bins, expected - 1, expected + 2) == pytest.approx(expected, abs=1e-6)
    assert norm.statistic(expected, bins) == pytest.approx(0, abs=1e-12)


def test_off_expectation_for_signals_of_either_sign():
    # n_on = 0: b = n_off / (1 + alpha) while the on region expects something
    assert norm.expected_off(0, 6, 0.5, 1.0) == pytest.approx(4)
    assert norm.expected_off(0, 6, 0.5, -1.0) == pytest.approx(4)
    assert norm.expected_off(0, 6, 0.5, -3.0) == pytest.approx(6)  # -signal / alpha
    assert norm.expected_off(0, 0, 0.5, 1.0) == 0
    assert norm.expected_off(0, 0, 0.5, -1.0) == pytest.approx(2)
    # no off counts: all on counts above the signal are background
    assert norm.expected_off(6, 0, 0.5, 1.0) == pytest.approx(2 * (6 * 0.5 / 1.5 - 1))
    assert norm.expected_off(3, 4, 0.5, 1.0) == pytest.approx(4)


def test_limit_of_empty_bins_is_linear():
    bins = [cash_bin(0, 1.5, signal=0.5), off_bin(0, 0, signal=0.5)]
    assert norm.limit(bins, 0.0, 4.0, 100.0) == pytest.approx(2.0)


def test_zero_likelihood_is_infinite():
    assert norm.statistic(-3.0, [cash_bin(1, 2.0)]) == math.inf
    assert norm.statistic(0.0, [cash_bin(1, 0.0)]) == math.inf
