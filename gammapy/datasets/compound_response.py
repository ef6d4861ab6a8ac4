"""The way of a sum of shapes: each part its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.datasets.source_response import SourceResponse

__all__ = ["CompoundResponse"]


class CompoundResponse(SourceResponse):
    """Weighted mean of responses.

    Parameters
    ----------
    model : `~gammapy.modeling.models.CompoundSpatialModel`
    parts : sequence of `SourceResponse`
        Of its models.
    """

    def __init__(self, model: Any, parts: Sequence[SourceResponse]) -> None:
        self._norms = np.array([norm.value for norm in model.norms])
        self._parts = parts
        self.pixels = np.unique(np.concatenate([part.pixels for part in parts]))

    def _spread(self, part: SourceResponse, counts: np.ndarray) -> np.ndarray:
        """Counts [n, r] on all pixels."""
        found = np.zeros((len(self.pixels), counts.shape[1]))
        found[np.searchsorted(self.pixels, part.pixels)] = counts
        return found

    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r]; see `SourceResponse`."""
        shares = self._norms / self._norms.sum()
        counts = [self._spread(part, part.counts(flux)) for part in self._parts]
        return np.tensordot(shares, counts, axes=1)

    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r] by the norms and the parameters of each part."""
        mean, total = self.counts(flux), self._norms.sum()
        found = {}
        for i, (norm, part) in enumerate(zip(self._norms, self._parts, strict=True), start=1):
            found[f"norm{i}"] = (self._spread(part, part.counts(flux)) - mean) / total
            for name, slope in part.slopes(flux).items():
                found[f"model{i}.{name}"] = norm / total * self._spread(part, slope)
        return found
