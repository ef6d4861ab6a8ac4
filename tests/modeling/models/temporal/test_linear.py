"""Linear trend."""

import pytest

from gammapy.modeling.models import LinearTemporalModel


def test_integral_across_zero():
    found = LinearTemporalModel.evaluate_integral(-1.0, 3.0, 1.0, -0.5, 2.0)
    assert found == pytest.approx(4 * (1 - 0.5 * (1 - 2)))


def test_defaults_are_steady():
    model = LinearTemporalModel()
    assert (model.alpha.value, model.beta.value) == (1, 0)
    assert model.t_ref.frozen
