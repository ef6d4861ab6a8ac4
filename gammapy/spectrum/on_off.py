"""SpectrumDatasetOnOff: counts in an on and an off region, with the W statistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.data.gti import GTI
from gammapy.engine.statistic import profiled_background
from gammapy.errors import DataError
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.dataset import SpectrumDataset
from gammapy.spectrum.slots import MapSlot
from gammapy.spectrum.stack import pooled_acceptance_off, unexposed
from gammapy.spectrum.term import WStatBins
from gammapy.stats.counts_statistic import WStatCountsStatistic

__all__ = ["SpectrumDatasetOnOff"]


class SpectrumDatasetOnOff(CountsSpectrum):
    """Counts spectrum whose background is measured in an off region.

    Parameters
    ----------
    models : `Models`, `SkyModel` or list of them, optional
    counts, counts_off : `RegionNDMap`, optional
        Over ``energy``.
    acceptance, acceptance_off : `RegionNDMap` or float, optional
        Relative exposures of the two regions; their ratio is `alpha`.
    exposure : `RegionNDMap`, optional
        Over ``energy_true``, e.g. in cm2 s.
    edisp : `EDispKernel`, optional
        Perfect energies by default.
    mask_fit, mask_safe : `RegionNDMap` of bool, optional
        Bins that the user wants, and bins with a good response.
    name : str, optional
    meta : dict, optional
        Kept; ``livetime`` (in s) is used for rates and written to OGIP files.
    gti : `~gammapy.data.GTI`, optional
        When the data were taken.

    Raises
    ------
    DataError
        If a map has the wrong axis or unit, or numbers that are negative or not finite.
    """

    tag = "SpectrumDatasetOnOff"
    stat_type = "wstat"

    bins = WStatBins
    counts_off = MapSlot()
    acceptance = MapSlot(scalar=True)
    acceptance_off = MapSlot(scalar=True)

    def __init__(
        self,
        models: Any = None,
        counts: RegionNDMap | None = None,
        counts_off: RegionNDMap | None = None,
        acceptance: RegionNDMap | float | None = None,
        acceptance_off: RegionNDMap | float | None = None,
        exposure: RegionNDMap | None = None,
        mask_fit: RegionNDMap | None = None,
        edisp: Any = None,
        name: str | None = None,
        mask_safe: RegionNDMap | None = None,
        meta: Any = None,
        gti: GTI | None = None,
    ) -> None:
        maps = {
            "counts": counts,
            "counts_off": counts_off,
            "acceptance": acceptance,
            "acceptance_off": acceptance_off,
            "exposure": exposure,
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
    ) -> SpectrumDatasetOnOff:
        """Empty dataset, e.g. to stack others on; arguments as of `SpectrumDataset.create`."""
        empty = RegionNDMap(geom)
        return cls(
            counts=empty,
            counts_off=empty,
            acceptance=empty,
            acceptance_off=empty,
            name=name,
            **unexposed(geom, energy_axis_true, reference_time),
        )

    @classmethod
    def from_spectrum_dataset(
        cls,
        dataset: SpectrumDataset,
        acceptance: RegionNDMap | float,
        acceptance_off: RegionNDMap | float,
        counts_off: RegionNDMap | None = None,
        name: str | None = None,
    ) -> SpectrumDatasetOnOff:
        """Spectrum with an off region, from one with a known background; models are not kept.

        Parameters
        ----------
        dataset : `SpectrumDataset`
        acceptance, acceptance_off : `RegionNDMap` or float
        counts_off : `RegionNDMap`, optional
            By default those that give the background, background / alpha.
        name : str, optional
        """
        new = cls(
            counts=RegionNDMap(dataset.geom) if dataset.counts is None else dataset.counts,
            acceptance=acceptance,
            acceptance_off=acceptance_off,
            exposure=dataset.exposure,
            edisp=dataset.edisp,
            mask_safe=dataset.mask_safe,
            mask_fit=dataset.mask_fit,
            name=name,
            meta=dataset.meta,
            gti=dataset.gti,
        )
        if counts_off is None and dataset.background is not None:
            alpha = new.alpha.data
            off = dataset.background.data / np.where(alpha > 0, alpha, np.inf)
            counts_off = RegionNDMap(dataset.geom, off)
        new.counts_off = counts_off
        return new

    def to_spectrum_dataset(self, name: str | None = None) -> SpectrumDataset:
        """Spectrum whose background is the one measured here, taken as known; without models."""
        return SpectrumDataset(
            counts=self.counts,
            exposure=self.exposure,
            background=self.background,
            edisp=self.edisp,
            mask_safe=self.mask_safe,
            mask_fit=self.mask_fit,
            name=name,
            meta=self.meta,
            gti=self.gti,
        )

    @property
    def alpha(self) -> RegionNDMap:
        """Ratio of on to off exposure; zero where there is no off exposure."""
        if self.acceptance is None or self.acceptance_off is None:
            raise DataError(f"{self.name}: set acceptance and acceptance_off")
        on, off = self.acceptance.data, self.acceptance_off.data
        ratio = np.where(off > 0, on / np.where(off > 0, off, 1.0), 0.0)
        return RegionNDMap(self.acceptance.geom, ratio)

    def npred_off(self) -> RegionNDMap:
        """Expected counts in the off region, those that fit best; zero without off exposure."""
        keep = self.alpha.values > 0
        back = np.zeros(len(keep))
        bins = self.bins.build(*self.bin_columns(keep))
        back[keep] = profiled_background(bins.data, self.npred_signal().values[keep])
        return RegionNDMap(RegionGeom([self.energy_axis]), back)

    def npred_background(self) -> RegionNDMap:
        """Expected background counts in the on region, those that fit best."""
        return RegionNDMap(RegionGeom([self.energy_axis]), self.alpha.data * self.npred_off().data)

    @property
    def background(self) -> RegionNDMap:
        """Measured background counts in the on region."""
        return RegionNDMap(self.counts_off.geom, self.alpha.data * self.counts_off.data)

    @property
    def excess(self) -> RegionNDMap:
        """Counts minus measured background."""
        return RegionNDMap(self.counts.geom, self.counts.data - self.background.data)

    def additive_bins(self) -> dict[str, np.ndarray]:
        """Counts, acceptances and measured background [n], as far as they are set."""
        slots = ("counts", "counts_off", "acceptance", "acceptance_off")
        bins = {name: self.maps[name].values for name in slots if name in self.maps}
        if self._has_off:
            # off counts of a bin that has no on region say nothing of its background
            bins["counts_off"] = np.where(self.alpha.values > 0, bins["counts_off"], 0.0)
            bins["background"] = self.background.values
        return bins

    @classmethod
    def from_sums(cls, sums: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The sums, but for the off acceptance, for which the background adds up."""
        data = dict(sums)
        background = data.pop("background", None)
        if background is not None:
            data["acceptance_off"] = pooled_acceptance_off(
                data["acceptance"], data["acceptance_off"], data["counts_off"], background
            )
        return data

    @property
    def _has_off(self) -> bool:
        return {"counts_off", "acceptance", "acceptance_off"} <= set(self.maps)

    def background_info(self, keep: np.ndarray) -> dict[str, Any]:
        """Measured background, significance of the excess, and what was measured."""
        if not self._has_off:
            return dict.fromkeys(("background", "sqrt_ts"), np.nan)
        background = float(self.background.values[keep].sum())
        off, on, on_off = (
            float(m.values[keep].sum())
            for m in (self.counts_off, self.acceptance, self.acceptance_off)
        )
        alpha = background / off if off > 0 else on / on_off if on_off > 0 else 0.0
        counts = 0.0 if self.counts is None else self.counts.values[keep].sum()
        statistic = WStatCountsStatistic(counts, off, alpha) if alpha > 0 else None
        return {
            "background": background,
            "sqrt_ts": float(statistic.sqrt_ts) if statistic else np.nan,
            "counts_off": off,
            "acceptance": on,
            "acceptance_off": on / alpha if alpha > 0 else on_off,
            "alpha": alpha,
        }

    def bin_columns(self, keep: np.ndarray) -> tuple[np.ndarray, ...]:
        """Counts and exposure ratio of the bins that are kept."""
        for slot in ("counts", "counts_off"):
            if getattr(self, slot) is None:
                raise DataError(f"{self.name}: no {slot}; read or set them")
        alpha = self.alpha.values[keep]
        n_on = self.counts.values[keep].astype(float)
        n_off = self.counts_off.values[keep].astype(float)
        bad = np.flatnonzero(alpha <= 0)
        if len(bad):
            # no off measurement: only harmless where nothing else depends on it
            raise DataError(
                f"{self.name}: alpha is 0 in {len(bad)} of the bins asked for, the first with "
                f"{n_on[bad[0]]:g} counts: a bin needs acceptance and acceptance_off; mask it"
            )
        return n_on, n_off, alpha

    def fake(self, npred_background: RegionNDMap, random_state: Any = None) -> None:
        """Replace the counts of both regions by Poisson draws.

        Parameters
        ----------
        npred_background : `RegionNDMap`
            Expected background counts in the on region.
        random_state : int or `numpy.random.Generator`, optional
            Seed; the same seed gives the same counts.
        """
        rng = np.random.default_rng(random_state)
        signal, alpha = self.npred_signal(), self.alpha.data
        off = npred_background.data / np.where(alpha > 0, alpha, 1.0)
        self.counts = self._drawn(signal.data + npred_background.data, rng)
        self.counts_off = self._drawn(off, rng)
