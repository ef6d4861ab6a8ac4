"""Special functions of the array library at hand.

The array-API standard has none. NumPy arrays go to scipy, JAX arrays to its twin of it; arrays of
another library are taken to NumPy and back.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace

__all__ = ["digamma", "erfc", "gamma"]


def erfc(x: Any) -> Any:
    """Complement of the error function."""
    return _special("erfc", x)


def gamma(x: Any) -> Any:
    """Gamma function."""
    return _special("gamma", x)


def digamma(x: Any) -> Any:
    """Derivative of the logarithm of the gamma function."""
    return _special("digamma", x)


def _special(name: str, x: Any) -> Any:
    xp = array_namespace(x)
    library = "jax.scipy.special" if xp.__name__.startswith("jax") else "scipy.special"
    function = getattr(importlib.import_module(library), name)
    if xp is np or library.startswith("jax"):
        return function(x)
    return xp.asarray(function(np.asarray(x)))
