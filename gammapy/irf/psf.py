"""PSF: what every point spread function can be asked for."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.irf.psf_shape import PsfShape
from gammapy.irf.table import IRF
from gammapy.units import as_quantity

__all__ = ["PSF"]

_PER_SR = float(u.Unit("deg-2").to("sr-1"))


class PSF(IRF):
    """Point spread function by true energy and offset.

    The engine asks `transform` and `profile`; both take the outer product of energies and
    offsets.
    """

    @abstractmethod
    def at(self, energy: Any, offset: Any) -> PsfShape:
        """Profiles [...] at true energies (TeV) and offsets (deg), which broadcast."""

    def usable(self, energy: Any, offset: Any) -> np.ndarray:
        """True [...] where there is a point spread function, at energies (TeV), offsets (deg)."""
        return self.at(energy, offset).usable

    def transform(self, energy: Any, offset: Any, frequency: Any) -> np.ndarray:
        r"""Hankel transform of the normalised point spread function.

        .. math:: T(q) = \int PSF(r) J_0(q r) 2 \pi r dr \Big/ \int PSF(r) 2 \pi r dr

        Parameters
        ----------
        energy : array_like [k]
            True energy in TeV.
        offset : array_like [n]
            In deg.
        frequency : array_like [m]
            In rad per deg.

        Returns
        -------
        array [k, n, m]
            One at frequency zero; all zero where the response is not `usable`.
        """
        frequency = np.atleast_1d(np.asarray(frequency, dtype=float))
        return self._outer(energy, offset).transform(frequency)

    def profile(self, energy: Any, offset: Any, rad: Any) -> np.ndarray:
        """Point spread function as stored, in sr-1.

        Parameters
        ----------
        energy : array_like [k]
            True energy in TeV.
        offset, rad : array_like [n], [m]
            In deg.

        Returns
        -------
        array [k, n, m]
        """
        energy, offset, rad = (np.atleast_1d(np.asarray(x, float)) for x in (energy, offset, rad))
        found = self.at(energy[:, None, None], offset[None, :, None])
        return found.density(rad[None, None, :]) * _PER_SR

    def containment(self, rad: Any, energy_true: Any, offset: Any) -> u.Quantity:
        """Fraction of the events within a distance.

        Of what is stored: a table may integrate to a little less or more than one.

        Parameters
        ----------
        rad, energy_true, offset : `~astropy.units.Quantity` or str [...]
            Broadcast against each other.
        """
        r, e, o = self._floats(rad=rad, energy_true=energy_true, offset=offset)
        return u.Quantity(self.at(e, o).enclosed(r), "")

    def containment_radius(self, fraction: Any, energy_true: Any, offset: Any) -> u.Quantity:
        """Distance within which a fraction of the events falls, to 1e-12 deg.

        Parameters
        ----------
        fraction : array_like [...]
            Between 0 and 1.
        energy_true, offset : `~astropy.units.Quantity` or str [...]
            Broadcast against each other and the fraction.

        Raises
        ------
        DataError
            If the response has no point spread function at one of the places (see `usable`), or
            a fraction is out of reach.
        """
        part = np.asarray(fraction, dtype=float)
        if not np.all((part > 0) & (part < 1)):
            raise DataError(f"fraction = {fraction!r} must be between 0 and 1")
        e, o = self._floats(energy_true=energy_true, offset=offset)
        found = self.at(e, o)
        if not np.all(found.usable):
            where = int(np.argmin(found.usable))
            e, o = (np.broadcast_to(x, found.usable.shape).reshape(-1)[where] for x in (e, o))
            raise DataError(
                f"{type(self).__name__} has no values at energy_true = {e:.4g} TeV, offset = "
                f"{o:.4g} deg, so no containment radius: ask usable() for the places that it has"
            )
        return u.Quantity(found.radius(part), "deg")

    def info(
        self,
        fraction: Any = (0.68, 0.95),
        energy_true: Any = ((1.0,), (10.0,)) * u.TeV,
        offset: Any = 0 * u.deg,
    ) -> str:
        """Text on the axes, and on containment radii for all pairs of the arguments."""
        lines = ["", "Summary PSF info", "----------------"]
        for axis in self.axes:
            low, high = axis.edges[[0, -1]]
            lines.append(f"{axis.name:15s}: {axis.nbin:5d} bins, {low:.3f} to {high:.3f}")
        energies = np.atleast_1d(as_quantity(energy_true, "energy_true", u.TeV)).reshape(-1)
        for o in np.atleast_1d(as_quantity(offset, "offset", u.deg)).reshape(-1):
            for e in energies:
                for part in np.atleast_1d(fraction):
                    start = f"{100 * part:.2f} containment radius at offset = {o:.1f} and "
                    lines.append(f"{start}energy_true = {e:4.1f}: {self._radius_text(part, e, o)}")
        return "\n".join([*lines, ""])

    def _radius_text(self, part: float, energy: u.Quantity, offset: u.Quantity) -> str:
        try:
            return f"{self.containment_radius(part, energy, offset):.3f}"
        except DataError:
            return "not there"

    def _outer(self, energy: Any, offset: Any) -> PsfShape:
        energy, offset = (np.atleast_1d(np.asarray(x, float)) for x in (energy, offset))
        return self.at(energy[:, None], offset[None, :])

    def _floats(self, **given: Any) -> list[np.ndarray]:
        return self._coordinates(tuple(given), given)
