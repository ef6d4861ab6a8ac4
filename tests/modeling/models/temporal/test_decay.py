"""Exponential decay."""

import math

import numpy as np
import pytest

from gammapy.modeling.models import ExpDecayTemporalModel


def test_falls_before_and_after():
    found = ExpDecayTemporalModel.evaluate(np.array([-2.0, 0.0, 4.0]), 2.0, 0.0)
    np.testing.assert_allclose(found, np.exp([1, 0, -2]))


@pytest.mark.parametrize(("low", "high"), [(0, 1e-9), (-3, 2), (100, 101), (0, 1e6)])
def test_integrals_keep_their_digits(low, high):
    found = ExpDecayTemporalModel.evaluate_integral(float(low), float(high), 2.0, 0.0)
    expected = -2 * math.exp(-low / 2) * math.expm1(-(high - low) / 2)
    assert float(found) == pytest.approx(expected, rel=1e-13)
