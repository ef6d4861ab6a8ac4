"""What is computed on a tile: predicted counts, or a flux; callables that another process gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.rough_counts import MARGIN, PER_CELL, STEP
from gammapy.makers.survey.memory import Grid
from gammapy.makers.survey.sources import Reach
from gammapy.maps import WcsGeom
from gammapy.modeling.models import Models

__all__ = ["Background", "CountsTask", "FluxTask"]

#: deg, beyond what a source and the point spread function say of themselves, so that nothing is
#: left out at the border of a tile
_SPARE = 0.5
#: how many arrays of the size of a tile are there at once: of its planes, and of true energies
_FLUX_COPIES, _COUNTS_COPIES, _TRUE_COPIES = 6, 6, 6


@dataclass(frozen=True)
class FluxTask:
    """Flux of sources per pixel and energy bin, in cm-2 s-1."""

    sources: Models
    reach: Reach

    #: of the values
    unit = "cm-2 s-1"
    margin = _SPARE

    @staticmethod
    def bytes_per_pixel(planes: int) -> float:
        """Memory that a tile takes for each of its pixels, at most."""
        return _FLUX_COPIES * 8 * planes

    def __call__(self, geom: WcsGeom) -> np.ndarray:
        """Values [planes, y, x] on a geometry."""
        from gammapy.datasets.flux_cube import flux_cube

        chosen = _chosen(self.sources, self.reach.near(geom, self.margin))
        if not len(chosen):
            return np.zeros(geom.data_shape)
        return flux_cube(chosen, geom).data


@dataclass(frozen=True)
class Background:
    """Counts of the background that pointings see.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    tables : mapping from str to mapping
        By the name of a response what there is of it; only the background is kept.
    """

    groups: Sequence[Any]
    tables: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, groups: Sequence[Any], tables: Mapping[str, Mapping[str, Any]]) -> Background:
        """Without what else the responses have."""
        return cls(tuple(groups), {name: {"bkg": table["bkg"]} for name, table in tables.items()})

    def __call__(self, geom: WcsGeom) -> np.ndarray:
        """Counts [planes, y, x] on a geometry."""
        from gammapy.makers.background import background_of_pointings

        return background_of_pointings(self.groups, self.tables, geom).data


@dataclass(frozen=True)
class CountsTask:
    """Predicted counts of sources, and of the background if there is one."""

    sources: Models
    reach: Reach
    instrument: Instrument
    background: Background | None = None

    #: of the values
    unit = ""

    @staticmethod
    def bytes_per_pixel(planes: int, true: int) -> float:
        """Memory that a tile takes for each of its pixels, at most."""
        return 8 * (_COUNTS_COPIES * planes + _TRUE_COPIES * true)

    @staticmethod
    def grid(pixel: float) -> Grid:
        """Grid of a tile with pixels of a size in deg, for the steps of the instrument."""
        return Grid(pixel / STEP, 2.0 * MARGIN / STEP, PER_CELL)

    @property
    def margin(self) -> float:
        """How far beyond its radius a source may put counts, in deg."""
        return self.instrument.reach + _SPARE

    def __call__(self, geom: WcsGeom) -> np.ndarray:
        """Values [planes, y, x] on a geometry."""
        from gammapy.datasets.prediction import predict_counts

        chosen = _chosen(self.sources, self.reach.near(geom, self.margin))
        counts = np.zeros(geom.data_shape)
        if len(chosen):
            counts = predict_counts(chosen, self.instrument, geom).data
        return counts if self.background is None else counts + self.background(geom)


def _chosen(sources: Models, flags: np.ndarray) -> Models:
    return Models([source for source, flag in zip(sources, flags, strict=True) if flag])
