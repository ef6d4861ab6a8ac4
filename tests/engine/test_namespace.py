import array_api_compat
import array_api_strict
import numpy as np
import pytest

from gammapy.engine.namespace import array_namespace


@pytest.mark.parametrize(
    "values", [(), (1,), (2.5, np.float64(1)), (np.ones(3), 1j), (np.ones(()),)]
)
def test_numbers_and_numpy_arrays_are_numpy(values):
    assert array_namespace(*values) is np


def test_another_library_wins_over_numbers():
    array = array_api_strict.asarray([1.0])
    assert array_namespace(2.0, array, 1j, 3) is array_api_compat.array_namespace(array)


def test_jax():
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    assert array_namespace(1.0, jnp.ones(2)).exp is jnp.exp


@pytest.mark.parametrize("value", ["abc", [1.0, 2.0]])
def test_what_is_no_array_is_refused(value):
    with pytest.raises(TypeError):
        array_namespace(value)
