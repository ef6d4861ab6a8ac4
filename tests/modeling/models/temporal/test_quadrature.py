"""Quadrature with cuts."""

import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.quadrature import gauss_legendre, integrals


def test_polynomials_are_exact():
    found = gauss_legendre(lambda x: x**21 + 3.0, np.array([0.0, -1.0]), np.array([1.0, 2.0]))
    np.testing.assert_allclose(found, [1 / 22 + 3, (2**22 - 1) / 22 + 9], rtol=1e-13)


def test_narrow_feature_at_a_kink():
    def cusp(x):
        return np.exp(-np.abs(x - 0.3) / 1e-4)

    found = integrals(cusp, [0.0, 0.0], [1.0, 0.3], kinks=[0.3])
    np.testing.assert_allclose(found, [2e-4, 1e-4], rtol=1e-10)


def test_singular_derivative_at_an_end():
    assert integrals(np.sqrt, 0.0, 4.0) == pytest.approx(16 / 3, rel=1e-9)


def test_shapes_and_empty_intervals():
    found = integrals(np.cos, np.zeros((2, 3)), np.array([0.0, 1.0, 2.0]))
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found[1], np.sin([0, 1, 2]), rtol=1e-12)


def test_no_convergence_is_an_error():
    with pytest.raises(ModelError, match="from 0 s to 1 s does not converge: name the times"):
        integrals(lambda x: np.where(x % 1e-7 < 4e-8, 1.0, 0.0), 0.0, 1.0)
