"""A ratio of times is printed only for the same work."""

import pytest

from benchmarks.joint_crab import reasons_against, start_points

START = {"amplitude": 2.0, "alpha": 1.0}


def fit(**changes):
    return {
        "success": True,
        "total_stat": 478.1,
        "values": {"amplitude": 3.8, "alpha": 2.5},
        "errors": {"amplitude": 0.1, "alpha": 0.02},
        "lower": {"amplitude": 3.7, "alpha": float("nan")},  # nan: no bound
        "upper": {"amplitude": 10.0, "alpha": float("nan")},
    } | changes


def test_the_same_work():
    theirs = fit(total_stat=478.15, values={"amplitude": 3.805, "alpha": 2.501})
    assert reasons_against(fit(), theirs, START) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"success": False}, "theirs did not converge"),
        ({"total_stat": 478.25}, "statistics differ"),
        ({"total_stat": float("nan")}, "statistics differ"),
        ({"values": {"amplitude": 3.82, "alpha": 2.5}}, "values differ by 0.2 errors"),
        ({"values": {"amplitude": 2.0, "alpha": 2.5}}, "amplitude did not move"),
        ({"values": {"amplitude": 3.8}, "errors": {"amplitude": 0.1}}, "free: ours"),
        ({"errors": {"amplitude": float("nan"), "alpha": 0.02}}, "error of amplitude = nan"),
        ({"errors": {"amplitude": 0.0, "alpha": 0.02}}, "error of amplitude = 0"),
    ],
)
def test_other_work(changes, reason):
    # an error of 0 makes the distance infinite or undefined: it must not raise before it is told
    reasons = reasons_against(fit(), fit(**changes), START)
    assert any(reason in text for text in reasons), reasons


def test_start_points_are_inside_and_differ():
    points = start_points(fit(), 50)
    assert str(points) == str(start_points(fit(), 50))  # nan is not nan
    amplitudes = [point["amplitude"] for point in points]
    assert len(set(amplitudes)) > 10
    assert min(amplitudes) == 3.7  # the bound
    assert max(amplitudes) <= 3.8 + 3 * 0.1
    assert all(abs(point["alpha"] - 2.5) <= 3 * 0.02 for point in points)
