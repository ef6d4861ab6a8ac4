"""Instrument from reduced maps: exposure, point spread function and energy dispersion."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.datasets.instrument import Instrument
from gammapy.engine.multilinear import multilinear
from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.sky_grid import sky_to_pix

__all__ = ["ReducedInstrument"]

#: part of the point spread function within `ReducedInstrument.reach`
CONTAINMENT = 0.9999


class ReducedInstrument(Instrument):
    """Response that is known on maps, as a dataset of Gammapy has it.

    The exposure is linear between the centres of its pixels; outside of the map it is that of the
    nearest place on it, as a map that was cut out ends where the exposure does not. The point
    spread function is normalised to one within the last radius of its table.

    Parameters
    ----------
    exposure : `~gammapy.maps.WcsNDMap`
        With the axis "energy_true", whose bins are the true bins.
    energy_axis : `~gammapy.maps.MapAxis`
        Of the reconstructed energies.
    psf : `~gammapy.irf.PSFMap`, optional
        By default none, so that directions are exact.
    edisp : `~gammapy.irf.EDispMap` or `~gammapy.irf.EDispKernelMap`, optional
        By default energies are exact.

    Raises
    ------
    DataError
        If the exposure has no pixels or other axes, is negative or not finite, or the true energies
        of another map are not its own.
    """

    def __init__(
        self, exposure: Any, energy_axis: MapAxis, psf: Any = None, edisp: Any = None
    ) -> None:
        geom = exposure.geom
        if not isinstance(geom, WcsGeom):
            raise DataError(f"exposure has no pixels on the sky: {geom!r} cannot tell where it is")
        if geom.axes.names != ["energy_true"]:
            raise DataError(f"exposure has axes {geom.axes.names}: ['energy_true'] is needed")
        self._axes = geom.axes["energy_true"], energy_axis
        self._exposure = np.asarray(exposure.quantity.to_value("cm2 s"), dtype=float)
        if not np.all(np.isfinite(self._exposure)) or np.any(self._exposure < 0):
            raise DataError("exposure has numbers that are negative or not finite: set them to 0")
        self._geom = geom.to_image()
        self.frame = geom.frame
        self.energy_edges_true, self.energy_edges = (a.edges.to_value("TeV") for a in self._axes)
        self._psf, self._edisp = psf, edisp
        for name, irf in (("psf", psf), ("edisp", edisp)):
            if irf is not None:
                self._check_energies(name, irf)
        self.reach = 0.0 if psf is None else self._reach_of(psf)

    def _check_energies(self, name: str, irf: Any) -> None:
        true = self._axes[0]
        found = getattr(irf, f"{name}_map").geom.axes["energy_true"]
        if len(found.center) != true.nbin or not u.allclose(found.center, true.center, rtol=1e-6):
            raise DataError(
                f"{name} has {found.nbin} true energies from {found.center[0]:.4g} to "
                f"{found.center[-1]:.4g}, and the exposure {true.nbin} from {true.center[0]:.4g} "
                f"to {true.center[-1]:.4g}: give both the same axis"
            )

    def _reach_of(self, psf: Any) -> float:
        """Largest radius of containment in the middle of the map, with some to spare."""
        middle = self._geom.center_skydir
        radius = psf.containment_radius(CONTAINMENT, self._axes[0].center, middle).to_value("deg")
        return 1.1 * float(np.max(radius))

    # -- what is asked for ------------------------------------------------------------------

    def exposure(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Exposure [k, ...] in cm2 s at positions [...]."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        middle = 0.5 * (self._exposure.shape[2] - 1)
        x, y = sky_to_pix(self._geom.wcs, lon.ravel(), lat.ravel(), middle)
        on_sky = np.isfinite(x) & np.isfinite(y)
        x, y = (np.where(on_sky, p, 0.0) for p in (x, y))
        energy = np.arange(len(self._exposure), dtype=float)[:, np.newaxis]
        found = multilinear(self._exposure, np.broadcast_arrays(energy, y, x)) * on_sky
        return np.asarray(found).reshape(-1, *lon.shape)

    def psf(self, lon: float, lat: float, frequency: np.ndarray) -> np.ndarray:
        """Transform [k, m] of the point spread function."""
        if self._psf is None:
            return np.ones((len(self._exposure), len(frequency)))
        return np.asarray(self._psf.transform(frequency, self._position(lon, lat)))

    def edisp(self, lon: float, lat: float) -> np.ndarray:
        """Probabilities [k, r]."""
        if self._edisp is None:
            return EDispKernel.from_diagonal_response(*self._axes).data
        place = self._position(lon, lat)
        return self._edisp.get_edisp_kernel(energy_axis=self._axes[1], position=place).data

    def _position(self, lon: float, lat: float) -> SkyCoord:
        return SkyCoord(lon, lat, unit="deg", frame=self.frame)

    def __repr__(self) -> str:
        n_y, n_x = self._exposure.shape[1:]
        return (
            f"ReducedInstrument({n_x} x {n_y} pixels, {self._axes[0].nbin} true and "
            f"{self._axes[1].nbin} reconstructed energies, frame={self.frame!r})"
        )
