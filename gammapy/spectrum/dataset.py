"""SpectrumDataset: counts over a known background, with the Cash statistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.data.gti import GTI
from gammapy.errors import DataError
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.slots import MapSlot
from gammapy.spectrum.stack import unexposed
from gammapy.spectrum.term import CashBins
from gammapy.stats.counts_statistic import CashCountsStatistic

__all__ = ["SpectrumDataset"]


class SpectrumDataset(CountsSpectrum):
    """Counts spectrum whose background is known.

    Parameters
    ----------
    models : `Models`, `SkyModel` or list of them, optional
    counts : `RegionNDMap`, optional
        Over ``energy``.
    exposure : `RegionNDMap`, optional
        Over ``energy_true``, e.g. in cm2 s.
    background : `RegionNDMap`, optional
        Expected background counts over ``energy``; none by default.
    edisp : `EDispKernel`, optional
        Perfect energies by default.
    mask_safe, mask_fit : `RegionNDMap` of bool, optional
        Bins with a good response, and bins that the user wants.
    name : str, optional
    meta : dict, optional
        Kept; ``livetime`` (in s) is used for rates.
    gti : `~gammapy.data.GTI`, optional
        When the data were taken.

    Raises
    ------
    DataError
        If a map has the wrong axis or unit, or numbers that are negative or not finite.
    """

    tag = "SpectrumDataset"
    stat_type = "cash"

    bins = CashBins
    background = MapSlot()

    def __init__(
        self,
        models: Any = None,
        counts: RegionNDMap | None = None,
        exposure: RegionNDMap | None = None,
        background: RegionNDMap | None = None,
        edisp: Any = None,
        mask_safe: RegionNDMap | None = None,
        mask_fit: RegionNDMap | None = None,
        name: str | None = None,
        meta: Any = None,
        gti: GTI | None = None,
    ) -> None:
        maps = {
            "counts": counts,
            "exposure": exposure,
            "background": background,
            "edisp": edisp,
            "mask_safe": mask_safe,
            "mask_fit": mask_fit,
        }
        super().__init__(name, models, meta, gti, maps)

    @classmethod
    def create(
        cls,
        geom: RegionGeom,
        energy_axis_true: MapAxis | None = None,
        name: str | None = None,
        reference_time: Any = "2000-01-01",
    ) -> SpectrumDataset:
        """Empty dataset, e.g. to stack others on: nothing counted or exposed, no bin safe.

        Parameters
        ----------
        geom : `RegionGeom`
            With the axis ``energy``.
        energy_axis_true : `MapAxis`, optional
            By default the same energies.
        name : str, optional
        reference_time : `~astropy.time.Time` or str
            Of its (empty) good time intervals.
        """
        empty = RegionNDMap(geom)
        rest = unexposed(geom, energy_axis_true, reference_time)
        return cls(counts=empty, background=empty, name=name, **rest)

    def npred_background(self) -> RegionNDMap:
        """Expected background counts; zero if there is none."""
        geom = RegionGeom([self.energy_axis])
        return RegionNDMap(geom) if self.background is None else self.background

    @property
    def excess(self) -> RegionNDMap:
        """Counts minus background."""
        return RegionNDMap(self.counts.geom, self.counts.data - self.npred_background().data)

    def additive_bins(self) -> dict[str, np.ndarray]:
        """Counts and background [n], as far as they are set."""
        slots = {"counts": self.counts, "background": self.background}
        return {name: value.values for name, value in slots.items() if value is not None}

    @classmethod
    def from_sums(cls, sums: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Counts and background: the sums."""
        return sums

    def background_info(self, keep: np.ndarray) -> dict[str, Any]:
        """Background and significance of the excess over it."""
        counts = 0.0 if self.counts is None else self.counts.values[keep].sum()
        background = float(self.npred_background().values[keep].sum())
        sqrt_ts = float(CashCountsStatistic(counts, background).sqrt_ts)
        return {"background": background, "sqrt_ts": sqrt_ts}

    def bin_columns(self, keep: np.ndarray) -> tuple[np.ndarray, ...]:
        """Counts and background of the bins that are kept."""
        if self.counts is None:
            raise DataError(f"{self.name}: no counts; set counts, or draw them with fake()")
        background = self.npred_background().values[keep]
        return self.counts.values[keep].astype(float), background.astype(float)

    def fake(self, random_state: Any = None) -> None:
        """Replace the counts by a Poisson draw from the prediction.

        Parameters
        ----------
        random_state : int or `numpy.random.Generator`, optional
            Seed; the same seed gives the same counts.
        """
        rng = np.random.default_rng(random_state)
        self.counts = self._drawn(self.npred().data, rng)
