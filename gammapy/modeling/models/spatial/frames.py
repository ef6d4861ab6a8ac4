"""Frames of the sky by name, and the rotation from one to another."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord, frame_transform_graph

from gammapy.errors import ModelError

__all__ = ["checked_frame", "rotation"]

_COMMON = ("icrs", "galactic", "fk5")


def checked_frame(frame: Any, owner: str) -> str:
    """Name of a frame, in lower case.

    Raises
    ------
    ModelError
        If astropy knows no frame of this name.
    """
    if frame in _COMMON:  # to list the names takes astropy longer than to make a model
        return frame
    names = frame_transform_graph.get_names()
    if isinstance(frame, str) and frame.lower() in names:
        return frame.lower()
    known = get_close_matches(str(frame).lower(), names, n=2) or ["icrs", "galactic", "fk5"]
    raise ModelError(
        f"{owner}: frame = {frame!r} is not the name of an astropy frame: use e.g. "
        f"{' or '.join(map(repr, known))}"
    )


@lru_cache(maxsize=64)
def rotation(source: str, target: str) -> tuple[tuple[float, ...], ...] | None:
    """Rows [3][3] of the matrix that turns directions of one frame into those of another.

    None if the frames are the same.

    Raises
    ------
    ModelError
        If the way between the frames is no rotation (it may depend on time or place).
    """
    if source == target:
        return None
    axes = SkyCoord([0.0, 90.0, 0.0], [0.0, 0.0, 90.0], unit="deg", frame=source)
    try:
        # an image of an axis is a column
        matrix = axes.transform_to(target).cartesian.xyz.value
    except Exception as error:  # astropy raises many kinds where an attribute is missing
        raise ModelError(f"no way from frame {source!r} to {target!r}: {error}") from None
    if not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-12, rtol=0):
        raise ModelError(
            f"frames {source!r} and {target!r} are not a rotation apart: give all models one frame"
        )
    return tuple(tuple(row) for row in matrix.tolist())
