"""Excess, significance, errors and limits against Gammapy 2.1 and their definitions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from gammapy.stats import CashCountsStatistic, WStatCountsStatistic, cash, wstat
from gammapy.stats.counts_statistic import CountsStatistic

KINDS = {"cash": (CashCountsStatistic, 2), "wstat": (WStatCountsStatistic, 3)}
CASH = CashCountsStatistic([[5, 0, 1], [3, 10, 10**6]], [[2, 1, 1e-9], [6, 10, 998000]])
WSTAT = WStatCountsStatistic(
    [[10, 0, 50], [4, 5, 10**6]], [[20, 5, 100], [30, 0, 10**7]], [[0.2], [0.1]], [0, 0.5, 2]
)


@pytest.mark.parametrize("kind", KINDS)
def test_reference(reference, kind):
    rows = reference[f"{kind}_counts_statistic"]
    cls, n_arguments = KINDS[kind]
    column = {key: np.array([row[key] for row in rows], float) for key in rows[0]}
    stat = cls(*list(column.values())[:n_arguments])

    for key in ("n_sig", "error", "ts", "sqrt_ts"):
        assert_allclose(getattr(stat, key), column[key], rtol=1e-12, err_msg=key)
    assert_allclose(stat.compute_errn(1), column["errn_1"], rtol=1e-10)
    assert_allclose(stat.compute_errp(1), column["errp_1"], rtol=1e-10)
    assert_allclose(stat.compute_upper_limit(3), column["upper_limit_3"], rtol=1e-10)


@pytest.mark.parametrize("n_sigma", [0.1, 1, 3, 5])
def test_limits_of_cash_by_definition(n_sigma):
    best = cash(CASH.n_on, CASH.n_on)
    up = cash(CASH.n_on, CASH.n_on + CASH.compute_errp(n_sigma)) - best
    assert_allclose(up, n_sigma**2, rtol=1e-10, atol=1e-8)  # cash itself cancels at 10^6 counts

    down = CASH.compute_errn(n_sigma)
    assert np.all(down <= CASH.n_on)
    seen = CASH.n_on > 0
    rise = cash(CASH.n_on, CASH.n_on - down) - best
    assert_allclose(rise[seen], n_sigma**2, rtol=1e-10, atol=1e-8)
    assert_allclose(down[~seen], 0.0, atol=0)


@pytest.mark.parametrize("n_sigma", [0.1, 1, 3, 7.5])
def test_limits_of_wstat_by_definition(n_sigma):
    def rise(n_sig):
        return wstat(WSTAT.n_on, WSTAT.n_off, WSTAT.alpha, WSTAT.mu_sig + n_sig)

    assert_allclose(rise(WSTAT.compute_upper_limit(n_sigma)), n_sigma**2, rtol=1e-10)
    assert_allclose(rise(WSTAT.n_sig + WSTAT.compute_errp(n_sigma)), n_sigma**2, rtol=1e-10)
    assert_allclose(rise(WSTAT.n_sig - WSTAT.compute_errn(n_sigma)), n_sigma**2, rtol=1e-10)


def test_closed_forms_without_counts():
    none = CashCountsStatistic([0, 0], [0, 4.0])
    assert_allclose(none.compute_errp(2), 2.0, rtol=1e-12)  # exp(-mu) falls by exp(-4/2)
    assert_allclose(none.compute_upper_limit(2), 2.0, rtol=1e-12)
    assert_allclose(none.ts, [0, 8.0], atol=1e-24)
    assert_allclose(none.sqrt_ts, [0, -np.sqrt(8)], atol=1e-12)
    assert_allclose(WStatCountsStatistic(0, 0, 0.5).compute_errp(3), 4.5, rtol=1e-12)
    assert_allclose(WStatCountsStatistic(0, 0, 0.5).compute_errn(3), 4.5 * 0.5, rtol=1e-12)


def test_upper_limits_of_a_deficit_count_from_the_minimum():
    assert_allclose(CashCountsStatistic(1, 3).compute_upper_limit(3), 4.51719277, rtol=1e-8)
    assert_allclose(WStatCountsStatistic(0, 5, 0.5).compute_upper_limit(1), -1.52732554, rtol=1e-8)


def test_limits_cover_as_often_as_they_say():
    """The interval of 1 sigma holds the true signal in 68% of many experiments with many counts."""
    random = np.random.default_rng(123)
    n_on, n_off = random.poisson(200 + 0.5 * 400, 20_000), random.poisson(400, 20_000)
    for stat in (WStatCountsStatistic(n_on, n_off, 0.5), CashCountsStatistic(n_on, 200.0)):
        low, high = stat.n_sig - stat.compute_errn(), stat.n_sig + stat.compute_errp()
        assert np.mean((low <= 200) & (high >= 200)) == pytest.approx(0.6827, abs=0.015)
        assert np.mean(stat.compute_upper_limit(2) >= 200) == pytest.approx(0.9772, abs=0.005)


def test_significance_is_that_of_li_and_ma():
    n_on, n_off, alpha = 10.0, 20.0, 0.2
    on = n_on * np.log((1 + alpha) / alpha * n_on / (n_on + n_off))
    off = n_off * np.log((1 + alpha) * n_off / (n_on + n_off))
    stat = WStatCountsStatistic(n_on, n_off, alpha)
    assert_allclose(stat.sqrt_ts, np.sqrt(2 * (on + off)), rtol=1e-13)
    assert_allclose(stat.p_value, norm.sf(stat.sqrt_ts), rtol=1e-12)


@pytest.mark.parametrize("stat", [CASH, WSTAT])
def test_the_parts_fit_together(stat):
    assert_allclose(stat.ts, stat.stat_null - stat.stat_max, rtol=1e-9, atol=1e-8)
    assert_allclose(stat.sqrt_ts**2, stat.ts, rtol=1e-14)
    assert_allclose(np.sign(stat.sqrt_ts), np.sign(stat.n_sig))
    assert_allclose(stat.p_value, norm.sf(np.abs(stat.sqrt_ts)), rtol=1e-9)
    rows = [stat[0], stat[1]]
    assert_allclose(stat.compute_errn(), [row.compute_errn() for row in rows], rtol=1e-12)
    assert stat[1, 2].compute_errn().shape == ()


def test_known_sources_are_no_excess():
    without, known = WStatCountsStatistic(10, 20, 0.2), WStatCountsStatistic(10, 20, 0.2, 1.0)
    assert known.n_bkg == without.n_bkg == 4.0
    assert_allclose(known.n_sig, without.n_sig - 1)
    assert_allclose(known.sqrt_ts, 1.7864978970783498, rtol=1e-12)  # Gammapy 2.1
    assert_allclose(known.compute_errn(), without.compute_errn(), rtol=1e-12)
    assert_allclose(known.compute_upper_limit(), without.compute_upper_limit() - 1, rtol=1e-12)


@pytest.mark.parametrize("significance", [-0.4, 0, 0.5, 3, 10])
def test_matching_significance_is_measured_back(significance):
    cash_like = CashCountsStatistic(1, [0.1, 2, 1e4])
    n_sig = cash_like.n_sig_matching_significance(significance)
    back = CashCountsStatistic(cash_like.mu_bkg + n_sig, cash_like.mu_bkg)
    assert_allclose(back.sqrt_ts, significance, rtol=1e-10, atol=1e-12)

    off = WStatCountsStatistic(1, [1, 20, 3000], [0.1, 0.2, 1], mu_sig=[0.5, 0, 2])
    n_on = off.n_bkg + off.mu_sig + off.n_sig_matching_significance(significance)
    back = WStatCountsStatistic(n_on, off.n_off, off.alpha, off.mu_sig)
    assert_allclose(back.sqrt_ts, significance, rtol=1e-10, atol=1e-12)


def test_matching_significance_of_gammapy():
    cash_like, off = CashCountsStatistic(5, 2.0), WStatCountsStatistic(5, 10, 0.2)
    assert_allclose(cash_like.n_sig_matching_significance(5), 10.550545990213656, rtol=1e-10)
    assert_allclose(cash_like.n_sig_matching_significance(-1), -1.23519286079568, rtol=1e-10)
    assert_allclose(off.n_sig_matching_significance(5), 13.486041978777429, rtol=1e-10)
    no_off = WStatCountsStatistic(0, 0, 0.2)  # 2 n ln((1 + alpha) / alpha) = 9
    assert_allclose(no_off.n_sig_matching_significance(3), 4.5 / np.log(6), rtol=1e-12)


def test_sum_keeps_counts_and_background():
    for axis in (None, 0, 1, (0, 1)):
        for stat in (CASH, WSTAT):
            total = stat.sum(axis)
            assert_allclose(total.n_on, stat.n_on.sum(axis=axis))
            assert_allclose(total.n_bkg, stat.n_bkg.sum(axis=axis), rtol=1e-14)
            assert_allclose(total.n_sig, stat.n_sig.sum(axis=axis), rtol=1e-9)
    assert_allclose(WSTAT.sum().mu_sig, 5.0)
    assert WStatCountsStatistic([1, 2], [0, 0], [0.1, 0.3]).sum().alpha == pytest.approx(0.2)


def test_large_counts_keep_the_gaussian_limit():
    big = CashCountsStatistic(1e12, 1e12)
    assert_allclose(big.compute_errp(), 1e6 + 1 / 3, rtol=1e-9)  # sqrt(n) + 1/3 + ...
    assert_allclose(big.compute_errn(), 1e6 - 1 / 3, rtol=1e-9)


def test_information():
    info = WStatCountsStatistic(10, 20, 0.2).info_dict()
    assert list(info) == [
        *("n_on", "background", "excess", "significance", "p_value"),
        *("n_off", "alpha", "mu_sig"),
    ]
    assert (info["n_on"], info["background"], info["excess"]) == (10, 4, 6)
    assert CashCountsStatistic([1, 2], 0.5).info_dict()["mu_bkg"].tolist() == [0.5, 0.5]
    text = str(WStatCountsStatistic([4, 6], [8, 12], 0.2))
    assert "Total excess counts             : 6.00" in text
    assert "Total number of bins            : 2" in text
    assert "2.22 sigma" in repr(WStatCountsStatistic(10, 20, 0.2))


def test_arrays_belong_to_the_statistic():
    mine = np.array([5.0, 6.0])
    stat = CashCountsStatistic(mine, 1)
    mine[0] = 99
    assert stat.n_on.tolist() == [5, 6]
    with pytest.raises(ValueError, match="read-only"):
        stat.mu_bkg[0] = 2
    assert type(CashCountsStatistic(5, 1).n_sig) is np.float64


def test_the_base_class_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        CountsStatistic()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: CashCountsStatistic(-1, 2), "n_on = -1.0 must be finite and >= 0"),
        (lambda: CashCountsStatistic(1, [2, -2]), r"mu_bkg\[1\] = -2.0 must be finite and >= 0"),
        (lambda: CashCountsStatistic(np.nan, 2), "n_on = nan must"),
        (lambda: CashCountsStatistic([1, 2], [1, 2, 3]), r"n_on \(2,\), mu_bkg \(3,\) must broad"),
        (lambda: WStatCountsStatistic(1, -2, 0.1), "n_off = -2.0 must"),
        (lambda: WStatCountsStatistic(1, 2, [0.1, 0]), r"alpha\[1\] = 0.0 must be finite and > 0"),
        (lambda: WStatCountsStatistic(1, 2, 0.1, np.nan), "mu_sig = nan must be finite"),
        (lambda: CASH.compute_errn(0), "n_sigma = 0.0 must be finite and > 0"),
        (lambda: CASH.compute_errp(-1), "n_sigma = -1.0 must"),
        (lambda: CASH.compute_upper_limit(np.inf), "n_sigma = inf must"),
        (lambda: WSTAT.compute_upper_limit(np.nan), "n_sigma = nan must"),
        (lambda: CASH.n_sig_matching_significance(np.nan), "significance = nan must be finite"),
        (
            lambda: CashCountsStatistic(0, 2).n_sig_matching_significance(-3),
            "significance = -3.0 cannot be reached.*only -2:",
        ),
        (
            lambda: WStatCountsStatistic(1, 2, 0.1, -5).n_sig_matching_significance(-1),
            r"n_bkg \+ mu_sig = -4.8 must",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
