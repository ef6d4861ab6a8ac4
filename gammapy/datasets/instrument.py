"""Instrument: what a source meets on its way to counts, as plain numbers.

Exposure and energy dispersion at any position, and the transform of the point spread function
there. Responses in maps, many pointings with tables of their own and one response that is the same
everywhere are three of them; how a source is put on pixels knows only this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axis import MapAxis

if TYPE_CHECKING:
    from gammapy.datasets.response_terms import ResponseTerms

__all__ = ["Instrument", "UniformInstrument"]


class Instrument(ABC):
    """Response of an instrument over the sky.

    Attributes
    ----------
    frame : str
        Frame of the positions, which are in deg.
    energy_edges_true : ndarray [k + 1]
        In TeV.
    energy_edges : ndarray [r + 1]
        Reconstructed energies, in TeV.
    reach : float
        Radius in deg beyond which the point spread function is nil, anywhere and at all energies.
    is_uniform : bool
        True if the response is the same everywhere.
    """

    frame: str
    energy_edges_true: np.ndarray
    energy_edges: np.ndarray
    reach: float
    is_uniform: bool = False

    @abstractmethod
    def exposure(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Exposure [k, ...] in cm2 s at positions [...], at the logarithmic centre of each bin."""

    @abstractmethod
    def psf(self, lon: float, lat: float, frequency: np.ndarray) -> np.ndarray:
        r"""Transform [k, m] of the point spread function at a position.

        .. math:: T(q) = \int P(r)\, J_0(q r)\, 2 \pi r\, \mathrm{d}r, \quad T(0) = 1

        Parameters
        ----------
        lon, lat : float
        frequency : ndarray [m]
            q, in rad per deg.
        """

    @abstractmethod
    def edisp(self, lon: float, lat: float) -> np.ndarray:
        """Probability [k, r] that a true energy is reconstructed in a bin, at a position."""

    def seen(self, temporal_model: Any) -> Instrument:
        """The instrument with the exposure weighted by the course of a source in time.

        By default itself: an instrument that knows no times sees a steady flux.
        """
        return self

    def terms(self) -> ResponseTerms | None:
        """The response as a sum over few terms, right everywhere; None if they are not known."""
        return None

    def split(self) -> tuple[Instrument, ResponseTerms | None]:
        """An instrument that varies smoothly over the sky, and what it lacks; None if nothing.

        By default itself: an instrument on maps has no steps.
        """
        return self, None


class UniformInstrument(Instrument):
    """The same response everywhere.

    Parameters
    ----------
    energy_axis_true, energy_axis : `~gammapy.maps.MapAxis`
    exposure : array_like [k]
        In cm2 s.
    psf : callable, optional
        ``psf(frequency[m]) -> [k, m]``, the transform as in `Instrument.psf`; by default none, so
        that directions are exact.
    edisp : array_like [k, r], optional
        By default perfect: an event falls into the bins that its true bin overlaps.
    reach : float
        Radius of the point spread function, in deg.
    frame : str

    Raises
    ------
    DataError
        If the shapes do not fit the axes, or numbers are negative or not finite.
    """

    is_uniform = True

    def __init__(
        self,
        energy_axis_true: MapAxis,
        energy_axis: MapAxis,
        exposure: Any,
        psf: Callable[[np.ndarray], np.ndarray] | None = None,
        edisp: Any = None,
        reach: float = 0.0,
        frame: str = "galactic",
    ) -> None:
        from gammapy.irf.edisp import EDispKernel

        self.frame = frame
        self.energy_edges_true = energy_axis_true.edges.to_value("TeV")
        self.energy_edges = energy_axis.edges.to_value("TeV")
        self.reach = float(reach)
        self._exposure = _checked("exposure", exposure, (energy_axis_true.nbin,))
        self._psf = psf
        self._transforms: dict[bytes, np.ndarray] = {}
        if edisp is None:
            edisp = EDispKernel.from_diagonal_response(energy_axis_true, energy_axis).data
        self._edisp = _checked("edisp", edisp, (energy_axis_true.nbin, energy_axis.nbin))
        if psf is not None and not self.reach > 0:
            raise DataError(
                f"UniformInstrument: reach = {reach} deg must be positive where there is a psf: "
                "give the radius that holds nearly all of it"
            )

    def exposure(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Exposure [k, ...], the same at all positions."""
        shape = np.broadcast(lon, lat).shape
        return np.broadcast_to(
            self._exposure.reshape((-1,) + (1,) * len(shape)), (len(self._exposure), *shape)
        )

    def psf(self, lon: float, lat: float, frequency: np.ndarray) -> np.ndarray:
        """Transform [k, m]."""
        if self._psf is None:
            return np.ones((len(self._exposure), len(frequency)))
        key = np.asarray(frequency, dtype=float).tobytes()
        if key not in self._transforms:  # the last ones are kept: each source asks for the same
            transform = np.array(self._psf(frequency), dtype=float)
            transform.flags.writeable = False
            self._transforms = {key: transform}
        return self._transforms[key]

    def edisp(self, lon: float, lat: float) -> np.ndarray:
        """Probabilities [k, r]."""
        return self._edisp


def _checked(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    if hasattr(value, "unit"):
        value = value.to_value("cm2 s" if name == "exposure" else "")
    array = np.array(value, dtype=float)
    if array.shape != shape:
        raise DataError(f"UniformInstrument: {name} of shape {array.shape} must have {shape}")
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise DataError(f"UniformInstrument: {name} has numbers that are negative or not finite")
    return array
