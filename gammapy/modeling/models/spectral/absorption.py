r"""Absorption by the extragalactic background light (EBL).

.. math:: T(E, z) = \exp(-\alpha \, \tau(E, z))

Tables hold the transmission :math:`e^{-\tau}` on energies and redshifts. The optical depth
:math:`\tau` is interpolated linearly in redshift and in the logarithm of the energy, that is, the
transmission is so on a logarithmic scale, all in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.engine.bilinear import bilinear, bilinear_slopes
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.units import as_quantity

__all__ = ["EBL_DATA_BUILTIN", "EBLAbsorptionNormSpectralModel"]

#: files of the tables that are known by name
EBL_DATA_BUILTIN = {
    "franceschini": "$GAMMAPY_DATA/ebl/ebl_franceschini.fits.gz",
    "dominguez": "$GAMMAPY_DATA/ebl/ebl_dominguez11.fits.gz",
    "finke": "$GAMMAPY_DATA/ebl/frd_abs.fits.gz",
    "franceschini17": "$GAMMAPY_DATA/ebl/ebl_franceschini_2017.fits.gz",
    "saldana-lopez21": "$GAMMAPY_DATA/ebl/ebl_saldana-lopez_2021.fits.gz",
}

#: the interpolation, in the words of ``interp_kwargs``
_SCALES = {"values_scale": "log", "points_scale": ("lin", "log"), "extrapolate": True}


class EBLAbsorptionNormSpectralModel(SpectralModel):
    """Factor ``exp(-alpha_norm * tau(energy, redshift))`` on another spectrum.

    Outside of the energies of the table the first and the last piece go on; below, that is until
    the optical depth reaches zero, which then remains. An optical depth is zero at redshift 0:
    tables that begin higher are completed by that. Redshifts above the table are an error;
    the parameter has the range of the table as its bounds.

    A transmission of zero stands for the smallest positive normal number of the table's type
    (in single precision 1.2e-38, an optical depth of 87.3): all that the table knows of it is that
    it is at least so opaque.

    Parameters
    ----------
    energy : `~astropy.units.Quantity` [n_energy]
        Ascending.
    param : `~astropy.units.Quantity` or array_like [n_redshift]
        Redshifts, ascending.
    data : `~astropy.units.Quantity` or array_like [n_redshift, n_energy]
        Transmission between 0 and 1.
    redshift, alpha_norm : float
        Start values of the parameters.
    interp_kwargs : dict, optional
        Only the scales described above are known, so there is nothing to choose.

    Raises
    ------
    ModelError
        If the table is not as described, or the redshift is not in it.
    """

    tag = ["EBLAbsorptionNormSpectralModel", "ebl-norm"]
    redshift = Parameter("redshift", 0.1, frozen=True)
    alpha_norm = Parameter("alpha_norm", 1.0, frozen=True)

    def __init__(
        self,
        energy: Any,
        param: Any,
        data: Any,
        redshift: Any = 0.1,
        alpha_norm: Any = 1.0,
        interp_kwargs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(redshift=redshift, alpha_norm=alpha_norm)
        #: name of the file that the table was read from, if it was
        self.filename: str | None = None
        self.interp_kwargs = _checked_scales(interp_kwargs)
        self.energy = as_quantity(energy, "energy", u.TeV)
        self.param = as_quantity(param, "param", u.one)
        given = np.asarray(u.Quantity(data).to_value(u.one))
        single = np.issubdtype(given.dtype, np.floating)
        floor = float(np.finfo(given.dtype if single else float).tiny)
        self.data = u.Quantity(np.clip(given.astype(float), floor, None), u.one)
        self._check(float(np.min(given, initial=0.0)))
        self._energies = tuple(self.energy.to_value(u.TeV).tolist())
        self._log_energy = np.log(self._energies)
        self._redshifts, self._depths = self.param.value, -np.log(np.minimum(self.data.value, 1.0))
        if self._redshifts[0] > 0:  # no way, no depth
            self._redshifts = np.concatenate([[0.0], self._redshifts])
            self._depths = np.vstack([np.zeros(len(self.energy)), self._depths])
        self._lock()
        if not isinstance(redshift, Parameter):
            self.redshift.min, self.redshift.max = 0.0, float(self._redshifts[-1])
        self._check_redshift(self.redshift.value)

    def _check(self, smallest: float) -> None:
        shape = (len(np.atleast_1d(self.param)), len(np.atleast_1d(self.energy)))
        if self.data.shape != shape or min(shape) < 2:
            raise ModelError(
                f"EBLAbsorptionNormSpectralModel: data {self.data.shape} must be "
                f"[n_redshift, n_energy], here {list(shape)}, at least 2 each"
            )
        axes = (self.energy.value, self.param.value)
        if any(not np.all(np.diff(a) > 0) for a in axes) or axes[0][0] <= 0 or axes[1][0] < 0:
            raise ModelError(
                "EBLAbsorptionNormSpectralModel: energies must be positive, redshifts not negative "
                "and both ascending; sort the table"
            )
        if smallest < 0 or not np.all(self.data.value <= 1.0 + 1e-6):
            raise ModelError(
                "EBLAbsorptionNormSpectralModel: data must lie between 0 and 1: give the "
                "transmission exp(-tau), not the optical depth tau"
            )

    def _lock(self) -> None:
        """Copies share the tables, so nobody writes to them."""
        tables = (self.energy, self.param, self.data, self._log_energy)
        for table in (*tables, self._redshifts, self._depths):
            table.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock()  # pickling forgets it

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.interp_kwargs = dict(self.interp_kwargs)
        return new

    # -- tables in files ------------------------------------------------------------------

    @classmethod
    def read(
        cls,
        filename: Any,
        redshift: Any = 0.1,
        alpha_norm: Any = 1.0,
        interp_kwargs: dict[str, Any] | None = None,
    ) -> Self:
        """Model from a table in a FITS file, in the XSPEC table-model format.

        Parameters
        ----------
        filename : str or path
            May contain variables like ``$GAMMAPY_DATA``.
        redshift, alpha_norm, interp_kwargs
            As for the class.

        Raises
        ------
        MissingFileError, FileFormatError
            If the file does not exist, or is not such a table.
        """
        energy, param, data = find("EBLAbsorptionNormSpectralModel", "read", "fits")(filename)
        model = cls(energy, param, data, redshift, alpha_norm, interp_kwargs)
        model.filename = str(filename)
        return model

    @classmethod
    def read_builtin(
        cls,
        reference: str = "dominguez",
        redshift: Any = 0.1,
        alpha_norm: Any = 1.0,
        interp_kwargs: dict[str, Any] | None = None,
    ) -> Self:
        """Model from a table known by name; see `EBL_DATA_BUILTIN`.

        ``franceschini`` (A&A 487, 837, 2008), ``franceschini17`` (A&A 603, A34, 2017), ``finke``
        (ApJ 712, 238, 2010), ``dominguez`` (MNRAS 410, 2556, 2011) or ``saldana-lopez21``
        (MNRAS 507, 5144, 2021).

        Raises
        ------
        UnknownNameError, MissingFileError
            If the name is not known, or there is no such file.
        """
        if reference not in EBL_DATA_BUILTIN:
            raise UnknownNameError(
                f"reference = {reference!r} is no EBL table: choose one of "
                f"{', '.join(EBL_DATA_BUILTIN)}, or read('a file')"
            )
        return cls.read(EBL_DATA_BUILTIN[reference], redshift, alpha_norm, interp_kwargs)

    # -- the formula ----------------------------------------------------------------------

    def _check_redshift(self, redshift: Any) -> None:
        """Refuse a redshift outside of the table; what an array library traces is not looked at."""
        if not isinstance(redshift, (float, int, np.ndarray)):
            return
        last = self._redshifts[-1]
        if np.any((np.asarray(redshift) < 0) | (np.asarray(redshift) > last * (1 + 1e-6))):
            raise ModelError(
                f"redshift = {redshift} is outside of the EBL table, 0 to {last:g}: choose another "
                "value or table; in a fit, set redshift.min and redshift.max"
            )

    def flux(self, energy: np.ndarray, values: Any) -> np.ndarray:
        self._check_redshift(values[0])
        return self.evaluate(energy, *values)

    def flux_partials(self, energy: np.ndarray, values: Any) -> Any:
        self._check_redshift(values[0])
        return self.partials(energy, *values)

    def evaluate(self, energy: Any, redshift: Any, alpha_norm: Any) -> Any:
        """Transmission; above the redshifts of the table its last piece goes on."""
        xp = array_namespace(energy, redshift)
        return xp.exp(-alpha_norm * self._depth(xp, energy, redshift))

    def _depth(self, xp: Any, energy: Any, redshift: Any) -> Any:
        energy = xp.asarray(energy)
        depth = bilinear(redshift, xp.log(energy), *self._table)
        return xp.where(depth >= 0.0, depth, 0.0)

    @property
    def _table(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._redshifts, self._log_energy, self._depths

    def partials(self, energy: Any, redshift: Any, alpha_norm: Any) -> tuple[Any, Any]:
        """Derivatives by redshift and ``alpha_norm``."""
        xp = array_namespace(energy, redshift)
        depth = self._depth(xp, energy, redshift)
        slope, _ = bilinear_slopes(redshift, xp.log(xp.asarray(energy)), *self._table)
        value = xp.exp(-alpha_norm * depth)
        inside = bilinear(redshift, xp.log(xp.asarray(energy)), *self._table) >= 0.0
        return -alpha_norm * value * xp.where(inside, slope, 0.0), -value * depth

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of the table, in TeV, and where its ends reach zero at the redshift."""
        x = self._log_energy[[0, 1, -2, -1]]
        y = bilinear(values[0], x, *self._table)
        below, above = (y[1] - y[0]) / (x[1] - x[0]), (y[3] - y[2]) / (x[3] - x[2])
        start = [float(np.exp(x[0] - y[0] / below))] if below > 0 and y[0] > 0 else []
        end = [float(np.exp(x[3] - y[3] / above))] if above < 0 and y[3] > 0 else []
        return (*start, *self._energies, *end)

    def __repr__(self) -> str:
        low, high = self.energy[[0, -1]]
        values = f"redshift={self.redshift.value:.6g}, alpha_norm={self.alpha_norm.value:.6g}"
        return (
            f"EBLAbsorptionNormSpectralModel({len(self.energy)} energies from {low:g} to {high:g}, "
            f"{values})"
        )


def _checked_scales(interp_kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """Options, if they ask for what is done anyway."""
    options = dict(interp_kwargs or {})
    for key, value in options.items():
        wanted = tuple(value) if isinstance(value, list) else value
        if key not in _SCALES or wanted != _SCALES[key]:
            raise ModelError(
                f"EBLAbsorptionNormSpectralModel: interp_kwargs = {interp_kwargs!r} is not known: "
                f"only {_SCALES!r} is; leave it out"
            )
    return options
