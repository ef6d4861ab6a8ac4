"""SpectrumDatasetOnOff: counts in an on and an off region, with the W statistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.engine.statistic import profiled_background
from gammapy.errors import DataError
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.slots import MapSlot
from gammapy.spectrum.term import WStatBins

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
        Kept, not used.

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
        super().__init__(name, models, meta, maps)

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
