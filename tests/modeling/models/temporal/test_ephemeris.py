"""Phases after years, against rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from gammapy.modeling.models.temporal.ephemeris import advanced


def exact(start, whole, rest):
    phase, f0, f1, f2 = map(Fraction, start)
    t = (Fraction(whole) + Fraction(rest)) * 86400
    found = phase + f0 * t + f1 * t**2 / 2 + f2 * t**3 / 6
    return float(found - found.__floor__()), float(f0 + f1 * t + f2 * t**2 / 2), float(f1 + f2 * t)


@pytest.mark.parametrize(
    "start",
    [(0.1, 29.946923, -3.7e-10, 1e-20), (0.9, 716.3, -2e-15, 0.0), (0.0, 2.97e-6, 0.0, 0.0)],
)
@pytest.mark.parametrize("whole", [0.0, 3652.0, -20000.0])
def test_against_fractions(start, whole):
    rest = np.array([0.0, 0.3, -0.49999, 1e-13])
    found = advanced(start, (np.full(4, whole), rest))
    expected = np.array([exact(start, whole, r) for r in rest]).T
    off = np.abs(found[0] - expected[0])
    assert np.max(np.minimum(off, 1.0 - off)) < 1e-14
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-14)
    np.testing.assert_allclose(found[2] + 0 * rest, expected[2], rtol=1e-14)


def test_a_double_would_not_do():
    start, whole, rest = (0.0, 29.946923, 0.0, 0.0), 3652.0, 0.3
    seconds = (whole + rest) * 86400.0
    naive = (start[1] * seconds) % 1.0
    assert abs(naive - exact(start, whole, rest)[0]) > 1e-7
