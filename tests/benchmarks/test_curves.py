"""Distances of closed curves that are known."""

import numpy as np
import pytest

from benchmarks.curves import distance


def ellipse(number, scale=1.0, shift=0.0, narrow=1e-3, start=0.0):
    """A narrow slanted ellipse, scaled, and moved along its short axis."""
    angle = start + 2 * np.pi * np.arange(number + 1) / number
    long, short = scale * np.cos(angle), narrow * (scale * np.sin(angle) + shift)
    return 3.0 + long - short, 1e-12 * (long + short)


def test_the_same_curve_by_other_points():
    assert distance(ellipse(60), ellipse(37, start=0.1)) < 2e-3
    assert distance(ellipse(60), ellipse(60)) == 0.0


@pytest.mark.parametrize("change", [{"scale": 1.03}, {"shift": 0.03}])
def test_a_small_difference_along_the_short_axis_is_seen(change):
    assert distance(ellipse(60), ellipse(60, **change)) == pytest.approx(0.03, rel=0.05)


def test_both_ways():
    """A curve that has a nose is as far from one without as that from it."""
    x, y = ellipse(60, narrow=1.0)
    angle = 2 * np.pi * np.arange(61) / 60
    nose = 1 + 0.5 * np.exp(-((angle - np.pi) ** 2) / 0.02)
    other = 3 + nose * (x - 3), nose * y
    assert distance((x, y), other) == pytest.approx(0.5, rel=0.05)
    assert distance(other, (x, y)) > 0.2
