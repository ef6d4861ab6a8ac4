"""`pytest.approx` compares small numbers too; see `conftest.py`."""

import numpy as np
import pytest


@pytest.mark.parametrize("kind", [float, lambda x: [x], lambda x: {"flux": x}, np.atleast_1d])
def test_only_a_tolerance_that_was_asked_for_counts(kind):
    assert kind(1.0000001e-13) == pytest.approx(kind(1e-13))
    assert kind(1.001e-13) != pytest.approx(kind(1e-13))
    assert kind(1.001e-13) != pytest.approx(kind(1e-13), rel=1e-4)
    assert kind(1.001e-13) == pytest.approx(kind(1e-13), abs=1e-15)
    assert kind(1e-13) != pytest.approx(kind(0.0))
