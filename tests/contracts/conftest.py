"""JAX computes in float32 unless told otherwise; the batteries compare to 1e-12.

Most of its time goes into optimising code that runs once, so it is told not to.
"""

import importlib.util

import pytest


@pytest.fixture(scope="session", autouse=True)
def _double_precision_jax():
    if importlib.util.find_spec("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_disable_most_optimizations", True)
