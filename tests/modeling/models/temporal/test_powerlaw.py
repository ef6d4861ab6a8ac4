"""Afterglows: the start, and what has no integral."""

import numpy as np
import pytest

from gammapy.modeling.models import PowerLawTemporalModel


def test_nothing_before_the_start():
    time = np.array([-1.0, 4.0])
    np.testing.assert_allclose(PowerLawTemporalModel.evaluate(time, -0.5, 0.0, 1.0), [0, 0.5])
    for partial in PowerLawTemporalModel.partials(np.array([-1.0, 0.0]), -0.5, 0.0, 1.0):
        np.testing.assert_array_equal(partial, 0)


@pytest.mark.parametrize("alpha", [-2.5, -1.0, -1.0 + 1e-9, -0.3, 0.0, 2.0])
def test_integrals(alpha):
    low, high = np.array([1.0, -2.0, -2.0, 0.0]), np.array([4.0, -1.0, 4.0, 4.0])
    with np.errstate(divide="ignore"):
        found = PowerLawTemporalModel.evaluate_integral(low, high, alpha, 0.0, 2.0)
    power = alpha + 1
    later = 2.0 * (np.log(4.0) if abs(power) < 1e-6 else (2.0**power - 0.5**power) / power)
    whole = 2.0 * 2.0**power / power if power > 0 else np.inf
    np.testing.assert_allclose(found, [later, 0, whole, whole], rtol=1e-8)
