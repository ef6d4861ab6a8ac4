"""Norms of many segments against a slow search, one segment at a time, and closed forms."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gammapy.engine.norm import NormProblem, NormRows, Outcome, best_norm, norm_limit
from gammapy.engine.statistic import WStatData, cash, wstat
from tests.twins import norm as twin


def cash_rows(segment, n_on, background, signal, other=None):
    n_on, background, signal = (np.asarray(a, dtype=float) for a in (n_on, background, signal))
    other = np.zeros(len(n_on)) if other is None else np.asarray(other, dtype=float)
    return NormRows(
        signal,
        other,
        n_on,
        n_on - background - other,
        np.zeros(len(n_on)),
        np.asarray(segment),
        lambda npred: cash(n_on, npred + background),
    )


def off_rows(segment, n_on, n_off, alpha, signal, other=None):
    n_on, n_off, signal = (np.asarray(a, dtype=float) for a in (n_on, n_off, signal))
    alpha = np.full(len(n_on), alpha)
    other = np.zeros(len(n_on)) if other is None else np.asarray(other, dtype=float)
    data = WStatData.build(n_on, n_off, alpha)
    constant = -2.0 * sum(n * (1.0 - np.log(np.maximum(n, 1.0))) for n in (n_on, n_off))
    return NormRows(
        signal,
        other,
        n_on,
        n_on - alpha * n_off - other,
        constant,
        np.asarray(segment),
        lambda npred: wstat(data, npred),
    )


def solved(problem, n_sigma=1.0):
    best = best_norm(problem)
    down, why_down = norm_limit(problem, best, n_sigma, -1)
    up, why_up = norm_limit(problem, best, n_sigma, 1)
    return best, (down, why_down), (up, why_up)


# -- many segments beside the slow search --------------------------------------------------


def random_bins(seed, n_segments=6, n_bins=5):
    """Segments of bins of both kinds, for the twin and for us; the first has a deficit."""
    rng = np.random.default_rng(seed)
    segment = np.repeat(np.arange(n_segments), n_bins)
    rng.shuffle(segment)  # rows need not be sorted
    size = len(segment)
    signal, other = rng.uniform(0.5, 6.0, size), rng.uniform(0.0, 1.0, size)
    background, alpha = rng.uniform(1.0, 4.0, size), 0.25
    strength = np.where(segment == 0, 0.0, rng.uniform(0.3, 2.0, n_segments)[segment])
    n_on = rng.poisson(strength * signal + other + np.where(segment == 0, 0.3, 1.0) * background)
    n_off = rng.poisson(background / alpha)
    is_cash = rng.random(size) < 0.5
    first = cash_rows(*(a[is_cash] for a in (segment, n_on, background, signal, other)))
    second = off_rows(
        segment[~is_cash], n_on[~is_cash], n_off[~is_cash], alpha, signal[~is_cash], other[~is_cash]
    )
    bins = [[] for _ in range(n_segments)]
    for i in range(size):
        shared = {"signal": signal[i], "other": other[i], "n_on": float(n_on[i])}
        known = {"background": background[i]}
        measured = {"n_off": float(n_off[i]), "alpha": alpha}
        bins[segment[i]].append(shared | (known if is_cash[i] else measured))
    return NormProblem(n_segments, [first, second]), bins


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_slow_search(seed):
    problem, bins = random_bins(seed)
    best, (down, why_down), (up, why_up) = solved(problem)
    at_two = problem(np.full(len(bins), 2.0)).value
    for i, segment in enumerate(bins):
        low = max(
            (-(b["other"] + b["background"]) / b["signal"] for b in segment if "background" in b),
            default=-5.0,
        )
        slow = twin.best_norm(segment, low, 10.0)
        assert best.norm[i] == pytest.approx(slow, abs=2e-6)
        assert best.stat[i] == pytest.approx(twin.statistic(best.norm[i], segment), abs=1e-9)
        assert best.stat[i] <= twin.statistic(slow, segment) + 1e-9
        assert at_two[i] == pytest.approx(twin.statistic(2.0, segment), abs=1e-9)
        if best.outcome[i] == Outcome.FOUND:
            step = 0.02 * best.err[i]
            slow_error = twin.error(segment, best.norm[i], step)
            assert best.err[i] == pytest.approx(slow_error, rel=1e-4)
        assert why_up[i] == Outcome.FOUND
        assert up[i] == pytest.approx(twin.limit(segment, best.norm[i], 1.0, 50.0), abs=1e-6)
        if why_down[i] == Outcome.FOUND:
            slow_down = twin.limit(segment, best.norm[i], 1.0, low)
            assert down[i] == pytest.approx(slow_down, abs=1e-6)


def test_a_segment_does_not_feel_the_others():
    problem, _ = random_bins(11)
    best, _, (up, _) = solved(problem)
    for i in range(problem.n_segments):
        alone_rows = []
        for rows in problem.rows:
            mine = rows.segment == i
            everything = np.zeros(len(mine))

            def statistic(npred, rows=rows, mine=mine, everything=everything):
                everything[mine] = npred
                return type(stat := rows.statistic(everything))(*(a[mine] for a in stat))

            columns = (column[mine] for column in rows[:5])
            alone_rows.append(NormRows(*columns, np.zeros(mine.sum(), dtype=int), statistic))
        alone = NormProblem(1, alone_rows)
        single, _, (single_up, _) = solved(alone)
        assert single.norm[0] == pytest.approx(best.norm[i], abs=1e-9)
        assert single_up[0] == pytest.approx(up[i], abs=1e-9)


def test_scan_is_the_statistic_at_the_norms():
    problem, bins = random_bins(2)
    norms = np.array([0.2, 1.0, 4.0])
    scan = problem.scan(norms)
    assert scan.shape == (len(bins), 3)
    slow = [[twin.statistic(norm, segment) for norm in norms] for segment in bins]
    np.testing.assert_allclose(scan, slow, rtol=1e-10, atol=1e-10)


# -- closed forms and edges ----------------------------------------------------------------


def test_one_bin_in_closed_form():
    problem = NormProblem(2, [cash_rows([0], [9], [2], [3.5]), off_rows([1], [9], [20], 0.25, [2])])
    best = best_norm(problem)
    np.testing.assert_allclose(best.norm, [7 / 3.5, 4 / 2], rtol=1e-10)
    # variances n and n_on + alpha^2 n_off
    np.testing.assert_allclose(best.err, [3 / 3.5, np.sqrt(9 + 20 / 16) / 2], rtol=1e-8)
    np.testing.assert_allclose(best.stat, [2 * (9 - 9 * np.log(9)), 0], atol=1e-12)
    assert list(best.outcome) == [Outcome.FOUND, Outcome.FOUND]


def test_no_counts_and_no_background():
    problem = NormProblem(
        2,
        [cash_rows([0, 0], [0, 0], [0, 0], [1, 3]), off_rows([1, 1], [0, 0], [0, 0], 0.1, [1, 3])],
    )
    best, (down, why_down), (up, why_up) = solved(problem, n_sigma=2.0)
    assert list(best.norm) == [0, 0]
    assert list(best.stat) == [0, 0]
    assert list(best.outcome) == [Outcome.AT_EDGE] * 2
    assert np.isnan(best.err).all()
    np.testing.assert_allclose(up, 4 / (2 * 4), rtol=1e-9)  # 2 norm (1 + 3) = 4
    assert list(why_up) == [Outcome.FOUND] * 2
    # below: no negative prediction with a known background; -2 mu / alpha with an unknown one
    assert why_down[0] == Outcome.NO_LIMIT
    assert np.isnan(down[0])
    assert down[1] == pytest.approx(-4 * 0.1 / (2 * 4), rel=1e-9)


def test_no_counts_over_a_known_background_stops_where_nothing_is_predicted():
    problem = NormProblem(1, [cash_rows([0, 0], [0, 0], [1.0, 4.0], [1.0, 2.0])])
    best, (_, why_down), (up, _) = solved(problem)
    assert best.norm[0] == pytest.approx(-1.0, rel=1e-10)
    assert best.outcome[0] == Outcome.AT_EDGE
    assert why_down[0] == Outcome.NO_LIMIT
    assert up[0] == pytest.approx(-1.0 + 1 / (2 * 3.0), rel=1e-9)


def test_deficits_give_negative_norms():
    problem = NormProblem(1, [off_rows([0], [2], [80], 0.1, [2.0])])
    best, (down, _), (up, _) = solved(problem)
    assert best.norm[0] == pytest.approx((2 - 8) / 2.0)
    assert down[0] < best.norm[0] < up[0] < 0


def test_zero_off_counts():
    problem = NormProblem(1, [off_rows([0, 0], [3, 5], [0, 0], 0.1, [2.0, 2.0])])
    best, _, _ = solved(problem)
    assert best.norm[0] == pytest.approx(8 / 4.0, rel=1e-6)


def test_what_has_no_norm_says_why_and_harms_no_neighbour():
    good = ([3], [4], [9], 0.25, [2.0])
    rows = [
        # 0: nothing; 1: no signal; 2: counts where nothing can be predicted; 3: good
        cash_rows([1, 2, 2], [4, 3, 2], [1, 0, 1], [0, 0, 5]),
        off_rows(*good),
    ]
    problem = NormProblem(4, rows)
    best, (down, why_down), (up, why_up) = solved(problem)
    expected = [Outcome.NO_DATA, Outcome.NO_SIGNAL, Outcome.IMPOSSIBLE, Outcome.FOUND]
    assert list(best.outcome) == expected
    assert list(why_down) == expected
    assert list(why_up) == expected
    alone, (low, _), (high, _) = solved(NormProblem(1, [off_rows([0], *good[1:])]))
    for ours, single in ((best.norm, alone.norm), (best.err, alone.err), (down, low), (up, high)):
        assert np.isnan(ours[:3]).all()
        assert ours[3] == single[0]


def test_bounds_hold():
    rows = [off_rows([0, 1], [2, 90], [80, 80], 0.1, [2.0, 2.0])]
    free = best_norm(NormProblem(2, rows))
    problem = NormProblem(2, rows, lower=0.0, upper=20.0)
    best, (_, why_down), (up, why_up) = solved(problem)
    assert list(best.norm) == [0.0, 20.0]
    assert free.norm[0] < 0
    assert free.norm[1] > 20
    assert list(best.outcome) == [Outcome.AT_BOUND] * 2
    assert np.isnan(best.err).all()
    assert why_down[0] == Outcome.NO_LIMIT
    assert why_up[1] == Outcome.NO_LIMIT
    at_limit = problem(np.array([up[0], 1.0]))
    assert at_limit.value[0] - best.stat[0] == pytest.approx(1.0)


def test_a_limit_beyond_the_bound_is_none():
    rows = [off_rows([0], [30], [80], 0.1, [2.0])]
    problem = NormProblem(1, rows, upper=11.5)
    best, (_, why_down), (up, why_up) = solved(problem)
    assert best.outcome[0] == Outcome.FOUND
    assert (why_down[0], why_up[0]) == (Outcome.FOUND, Outcome.NO_LIMIT)
    assert np.isnan(up[0])


def test_negative_signals_mirror():
    ours, mirrored = (
        best_norm(
            NormProblem(1, [off_rows([0, 0], [9, 4], [20, 8], 0.25, sign * np.array([2, 1]))])
        )
        for sign in (1.0, -1.0)
    )
    assert mirrored.norm[0] == pytest.approx(-ours.norm[0], rel=1e-9)
    assert mirrored.err[0] == pytest.approx(ours.err[0], rel=1e-9)


@pytest.mark.parametrize("outcome", Outcome)
def test_outcomes_have_sentences(outcome):
    assert len(outcome.sentence) > 3


# -- whatever the counts -------------------------------------------------------------------

few = st.lists(
    st.tuples(
        st.integers(0, 12),  # on
        st.integers(0, 12),  # off, or ten times the known background
        st.floats(0.01, 20.0),  # signal
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(few, st.sampled_from([1e-8, 1.0, 1e7]))
def test_what_is_found_is_the_minimum(bins, scale):
    rows = []
    for known in (True, False):
        chosen = [b for b in bins if b[3] == known]
        if chosen:
            n_on, n_off, signal, _ = np.array(chosen, dtype=float).T
            where = np.zeros(len(chosen), dtype=int)
            if known:
                rows.append(cash_rows(where, n_on, n_off / 10, signal * scale))
            else:
                rows.append(off_rows(where, n_on, n_off, 0.1, signal * scale))
    problem = NormProblem(1, rows)
    best, (down, why_down), (up, why_up) = solved(problem, n_sigma=2.0)
    assert best.outcome[0] in (Outcome.FOUND, Outcome.AT_EDGE)
    assert np.isfinite(best.stat[0])
    unit = problem.unit[0]
    for step in (-1e-3, 1e-3, -0.3, 0.3):
        assert problem(best.norm + step * unit).value[0] >= best.stat[0] - 1e-9
    assert why_up[0] == Outcome.FOUND
    assert problem(up).value[0] - best.stat[0] == pytest.approx(4.0, rel=1e-6)
    if why_down[0] == Outcome.FOUND:
        assert problem(down).value[0] - best.stat[0] == pytest.approx(4.0, rel=1e-6)
    else:
        assert why_down[0] == Outcome.NO_LIMIT
