"""The array library is taken from the input (NumPy, JAX, any array-API library)."""

from typing import Any

import numpy as np

__all__ = ["array_namespace"]


def array_namespace(*arrays: Any) -> Any:
    """Array-API namespace of the inputs; Python numbers do not count.

    NumPy, by far the commonest, is recognised without a call into array_api_compat.
    """
    foreign = [
        a for a in arrays if not isinstance(a, (np.ndarray, np.generic, float, int, complex))
    ]
    if not foreign:
        return np
    import array_api_compat

    return array_api_compat.array_namespace(*foreign)
