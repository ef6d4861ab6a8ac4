r"""A periodic curve given by a table over phase.

.. math::
    \varphi(t) = \varphi_\mathrm{ref} + f_0 \Delta t + \frac{f_1}{2} \Delta t^2
    + \frac{f_2}{6} \Delta t^3, \quad \Delta t = t - t_\mathrm{ref}

The factor is interpolated linearly in the fractional part of the phase, from the last phase of the
table to the first of the next turn as well.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from astropy.time import Time

from gammapy.dispatch import find
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.models.temporal.cycle import Cycle, Turns
from gammapy.modeling.models.temporal.ephemeris import advanced
from gammapy.modeling.models.temporal.interpolation import interpolate, slope_between
from gammapy.modeling.models.temporal.moments import days_between
from gammapy.modeling.models.temporal.tables import PhaseCurve, phase_curve_of
from gammapy.modeling.parameter import Parameter

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["TemplatePhaseCurveTemporalModel"]


class TemplatePhaseCurveTemporalModel(TemporalModel):
    """Table of a factor over the phase of a rotation or an orbit.

    Times are not corrected to the barycentre; give times that are. Called with
    `~astropy.time.Time`, the model knows the phase to all digits of the time and the parameters.

    Parameters
    ----------
    table : `~astropy.table.Table`, optional
        Columns PHASE (from 0 to 1, ascending) and NORM.
    filename : str, optional
        File of the table. Without a ``table`` it is read when values are needed.
    normalize : bool
        Divide the curve by its mean over a turn.
    scale : str
        Time scale of ``t_ref``.
    **values
        Of the parameters ``t_ref``, ``phi_ref``, ``f0``, ``f1``, ``f2``.

    Raises
    ------
    ModelError
        If there is neither a table nor a file, or the table is not as above, finite and not
        negative, or zero where it is to be normalised.
    """

    tag = ["TemplatePhaseCurveTemporalModel", "template-phase"]
    moments = ("t_ref",)
    precise = ("phi_ref", "f0", "f1", "f2")
    t_ref = Parameter("t_ref", "48442.5 d", frozen=True)
    phi_ref = Parameter("phi_ref", 0.0, frozen=True)
    f0 = Parameter("f0", "29.946923 s-1", frozen=True)
    f1 = Parameter("f1", "0 s-2", frozen=True)
    f2 = Parameter("f2", "0 s-3", frozen=True)

    def __init__(
        self,
        table: Table | None = None,
        filename: str | os.PathLike[str] | None = None,
        normalize: bool = True,
        *,
        scale: str = "utc",
        **values: Any,
    ) -> None:
        super().__init__(scale=scale, **values)
        if table is None and filename is None:
            raise ModelError(
                "TemplatePhaseCurveTemporalModel needs a table or a filename: pass one"
            )
        if not isinstance(normalize, bool | np.bool_):
            raise ModelError(
                f"TemplatePhaseCurveTemporalModel: normalize = {normalize!r} must be True or False"
            )
        self.filename = None if filename is None else os.fspath(filename)
        self._normalize = bool(normalize)
        if table is not None:
            self._curve = phase_curve_of(table)
            _ = self._cycle  # a curve that cannot be normalised is an error here

    @classmethod
    def read(
        cls, path: str | os.PathLike[str], normalize: bool = True, *args: Any, **values: Any
    ) -> Self:
        """Read the table from the first extension of a FITS file.

        Parameters
        ----------
        path : str or path
            It may have variables, like "$GAMMAPY_DATA/...", and is kept as it is.
        normalize : bool
            Divide the curve by its mean.
        *args
            Values of ``t_ref``, ``phi_ref``, ``f0``, ``f1``, ``f2``, in this order.
        **values
            The same by name, and ``scale``.

        Raises
        ------
        MissingFileError, FileFormatError
            If the file is not there, or has no such table.
        """
        named = dict(zip(cls.default_parameters.paths, args, strict=False))
        model = cls(filename=path, normalize=normalize, **named, **values)
        _ = model._cycle  # here a missing file is an error
        return model

    def write(self, path: str | os.PathLike[str] | None = None, overwrite: bool = False) -> None:
        """Write the table, as it was given, into a FITS file; by default into `filename`."""
        from astropy.table import Table

        if path is None and self.filename is None:
            raise ModelError("this model has no filename: pass a path")
        table = Table({"PHASE": self._curve.phase, "NORM": self._curve.norm})
        target = self.filename if path is None else path
        find("PhaseCurve", "write", "table")(table, target, overwrite=overwrite)

    # -- the table ------------------------------------------------------------------------

    @property
    def normalize(self) -> bool:
        """True if the curve is divided by its mean."""
        return self._normalize

    @property
    def table(self) -> Table:
        """Table with the columns PHASE and NORM, of the curve as it is used."""
        from astropy.table import Table

        factor = 1.0 / self._mean if self.normalize else 1.0
        return Table({"PHASE": self._curve.phase, "NORM": self._curve.norm * factor})

    @cached_property
    def _curve(self) -> PhaseCurve:
        return find("PhaseCurve", "read", "table")(self.filename)

    @cached_property
    def _mean(self) -> float:
        return Cycle(*self._curve).mean

    @cached_property
    def _cycle(self) -> Cycle:
        phase, norm = self._curve
        if not self.normalize:
            return Cycle(phase, norm)
        if not self._mean > 0:
            raise ModelError(
                f"the phase curve {self.filename or 'of the table'} is zero everywhere, so it "
                "cannot be normalised: pass normalize=False"
            )
        return Cycle(phase, norm / self._mean)

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, time: Any, t_ref: Any, phi_ref: Any, f0: Any, f1: Any, f2: Any) -> Any:
        """Interpolation; see the module."""
        xp = array_namespace(time)
        phase = _phase(time - t_ref, phi_ref, f0, f1, f2)
        return interpolate(phase - xp.floor(phase), self._cycle.nodes, self._cycle.norm)

    def partials(
        self, time: Any, t_ref: Any, phi_ref: Any, f0: Any, f1: Any, f2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by t_ref, phi_ref, f0, f1, f2."""
        xp = array_namespace(time)
        t = time - t_ref
        phase = _phase(t, phi_ref, f0, f1, f2)
        slope = slope_between(phase - xp.floor(phase), self._cycle.nodes, self._cycle.norm)
        rate = f0 + t * (f1 + 0.5 * f2 * t)
        powers = (slope * t, 0.5 * slope * t * t, slope * t * t * t / 6.0)
        return -slope * rate, slope, *powers

    def evaluate_integral(
        self, time_min: Any, time_max: Any, t_ref: Any, phi_ref: Any, f0: Any, f1: Any, f2: Any
    ) -> Any:
        """Integral over time, over any number of turns."""
        rows = np.broadcast_arrays(time_min, time_max, t_ref, phi_ref, f0, f1, f2)
        found = [
            self._integral(*row) for row in zip(*(r.ravel().tolist() for r in rows), strict=True)
        ]
        return np.array(found).reshape(rows[0].shape)

    def _integral(
        self, low: float, high: float, t_ref: float, phi: float, f0: float, f1: float, f2: float
    ) -> float:
        t, length = low - t_ref, high - low
        start = _phase(t, phi, f0, f1, f2)
        rate, change = f0 + t * (f1 + 0.5 * t * f2), f1 + t * f2
        turns = Turns(start - np.floor(start), rate * length, change * length**2, f2 * length**3)
        return length * self._cycle.integral(turns)

    # -- the door -------------------------------------------------------------------------

    def _epoch(self, time: Time) -> Time:
        """Each time itself: the phase there is computed with more digits than a float of s has."""
        return time

    def _values_at(self, epoch: Time) -> list[Any]:
        """Values for times counted from each epoch, with the phase that is there."""
        _, *start = (p.value * p.internal_factor for p in self.own_parameters.values())
        days = days_between(self._time_of(self.t_ref), epoch, self.scale)
        phase, f0, f1 = advanced(start, days)
        return [0.0, phase, f0, f1, start[3]]

    def plot_phasogram(self, ax: Any = None, n_points: int = 100, **kwargs: Any) -> Any:
        """Draw the factor over one turn; see `gammapy.plot.plot_phase_curve`."""
        plot = find("TemporalModel", "plot", "phase")
        return plot(self, ax=ax, n_points=n_points, **kwargs)

    def __repr__(self) -> str:
        text = super().__repr__()
        name, _, inside = text.partition("(")
        if self.filename is None:
            first = f"{len(self._curve.phase)} phases"
        else:
            first = f"filename={self.filename!r}"
        more = "" if self.normalize else ", normalize=False"
        return f"{name}({first}{more}, {inside}"


def _phase(t: Any, phi_ref: Any, f0: Any, f1: Any, f2: Any) -> Any:
    return phi_ref + t * (f0 + t * (0.5 * f1 + t * (f2 / 6.0)))
