"""When two sets of flux points count as the same work."""

import numpy as np
import pytest

from benchmarks.flux_points_crab import NEAR, apart, reasons_against, starts


def points(**changes):
    base = {
        "norm": [1.0, 0.5, 0.0],
        "norm_err": [0.1, 0.2, np.nan],
        "norm_errn": [0.1, 0.2, 0.1],
        "norm_errp": [0.1, 0.2, 0.7],
        "norm_ul": [1.2, 0.9, 2.7],
        "ts": [100.0, 6.0, 0.0],
        "stat": [10.0, 9.0, 0.5],
        "stat_scan": [500.0, 90.0, 3.0],
    }
    return {**base, "n_scan": 33, "seconds": 1.0, **changes}


def test_the_same_is_the_same():
    assert reasons_against(points(), points()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"norm": [1.01, 0.505, 0.01]},  # 2% of the last is that of its error
        {"norm_err": [0.101, 0.2, 0.003]},  # what ours has not is not compared
        {"ts": [100.0, 6.0, -1e-9]},
        {"seconds": 100.0},
    ],
)
def test_what_is_near_enough(changes):
    assert reasons_against(points(), points(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"norm": [1.03, 0.5, 0.0]}, "norm of 1 points, the first is 0"),
        ({"norm": [1.0, 0.5, np.nan]}, "norm of 1 points, the first is 2"),
        ({"norm": [1.0, 0.5, 0.1]}, "norm of 1 points, the first is 2"),
        ({"norm_err": [0.1, np.nan, 1.0]}, "norm_err of 1 points, the first is 1"),
        ({"norm_errn": [0.1, 0.21, 0.1]}, "norm_errn of 1 points, the first is 1"),
        ({"norm_errp": [np.nan, 0.2, 0.7]}, "norm_errp of 1 points, the first is 0"),
        ({"norm_ul": [1.2, 0.9, 0.0]}, "norm_ul of 1 points, the first is 2"),
        ({"stat_scan": [0.0, 0.0, 0.0]}, "stat_scan of 3 points, the first is 0"),
        ({"ts": [90.0, 6.0, 0.0]}, "ts of 1 points, the first is 0"),
        ({"norm": [1.0, 0.5]}, "ours has 3 points, theirs 2"),
        ({"n_scan": 3}, "ours has 3 points"),
    ],
)
def test_what_is_not(changes, message):
    found = reasons_against(points(), points(**changes))
    assert any(message in reason for reason in found), found


def test_ours_may_not_lack_a_number():
    assert reasons_against(points(norm_ul=[1.2, np.nan, 2.7]), points())
    assert reasons_against(points(norm=[1.0, np.nan, 0.0]), points())


def test_differences_are_relative():
    found = apart(points(), points(norm_ul=[1.2 * (1 + NEAR / 2), 0.9, 2.7]))
    assert found["norm_ul"].max() == pytest.approx(NEAR / 2)


def test_rounds_differ_and_repeat():
    drawn = starts(20)
    assert drawn == starts(20)
    amplitudes = [values["amplitude"] for values in drawn]
    assert len(set(amplitudes)) == 20
    assert all(0.9 <= a / 4.5e-11 <= 1.1 for a in amplitudes)
