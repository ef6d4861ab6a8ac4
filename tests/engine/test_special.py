"""Special functions of three array libraries."""

import array_api_strict
import numpy as np
import pytest
import scipy.special

from gammapy.engine import special

X = np.array([0.02, 0.5, 1.0, 1.7])


@pytest.mark.parametrize("name", special.__all__)
def test_against_scipy(name):
    function, expected = getattr(special, name), getattr(scipy.special, name)(X)
    np.testing.assert_array_equal(function(X), expected)
    assert float(function(0.5)) == expected[1]
    strict = function(array_api_strict.asarray(X))
    assert isinstance(strict, type(array_api_strict.asarray(X)))
    np.testing.assert_array_equal(np.asarray(strict), expected)


@pytest.mark.parametrize("name", special.__all__)
def test_in_jax(name):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    with jax.enable_x64(True):
        found = getattr(special, name)(jax.numpy.asarray(X))
    np.testing.assert_allclose(found, getattr(scipy.special, name)(X), rtol=1e-12)


def test_known_values():
    assert special.gamma(0.5) == pytest.approx(np.sqrt(np.pi), rel=1e-15)
    assert special.digamma(1.0) == pytest.approx(-np.euler_gamma, rel=1e-15)
    assert special.erfc(0.0) == 1
