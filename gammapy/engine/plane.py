r"""The sky about a direction on a plane, areas kept (Lambert's azimuthal projection).

.. math::
    (x, y) = \frac{2 \sin(\theta / 2)}{\sin \theta}\,
    (\hat p \cdot \hat e, \hat p \cdot \hat n)

in deg, at a distance :math:`\theta` from the middle. A square degree of the plane is one of the
sky; distances are stretched by :math:`\theta^2 / 8`, 0.1 % at 5 deg.
"""

from __future__ import annotations

import numpy as np

from gammapy.engine.sphere import RAD

__all__ = ["from_plane", "to_plane"]


def to_plane(vectors: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places x, y in deg of unit vectors [..., 3].

    Parameters
    ----------
    vectors : ndarray [..., 3]
        Not opposite to the middle.
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards.
    """
    east, north, out = np.moveaxis(vectors @ axes.T, -1, 0)
    stretch = np.sqrt(2.0 / (1.0 + out)) / RAD
    return east * stretch, north * stretch


def from_plane(x: np.ndarray, y: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Unit vectors [..., 3] of places in deg."""
    square = (RAD * x) ** 2 + (RAD * y) ** 2
    shrink = RAD * np.sqrt(np.maximum(1.0 - square / 4.0, 0.0))
    return np.stack([x * shrink, y * shrink, 1.0 - square / 2.0], axis=-1) @ axes
