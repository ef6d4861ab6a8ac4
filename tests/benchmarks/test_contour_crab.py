"""A ratio of times is printed only for the same whole contours."""

import numpy as np
import pytest

from benchmarks.contour_crab import NUMPOINTS, reasons


def answer(size=1.0, points=NUMPOINTS + 1, **changes):
    angle = np.linspace(0.0, 2 * np.pi, points)
    angle[-1] = 0.0
    contour = {
        "sigma": 1,
        "success": True,
        "x": list(2.5 + 0.02 * size * np.cos(angle)),
        "y": list(0.1 + 0.01 * size * np.sin(angle)),
    }
    fit = {"success": True, "total_stat": 478.1, "values": {"alpha": 2.5}, "errors": {"alpha": 0.1}}
    return fit | {"contours": [contour | changes]}


def test_the_same_work():
    assert reasons(answer(), answer(1.01)) == []


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (answer(1.03), "the curves at 1 sigma are 3.00% of a radius apart, allowed 2%"),
        (answer(success=False), "theirs: no whole contour at 1 sigma"),
        (answer(points=NUMPOINTS), "theirs: no whole contour"),
        (answer(x=[np.nan] * (NUMPOINTS + 1)), "theirs: no whole contour"),
        (answer() | {"total_stat": 479.0}, "statistics differ"),
        (answer() | {"success": False}, "theirs did not converge"),
        (answer() | {"values": {"alpha": 2.6}}, "values differ"),
    ],
)
def test_other_work(other, reason):
    assert any(reason in text for text in reasons(answer(), other))
