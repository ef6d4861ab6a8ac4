r"""A light curve given by a table.

Between the times :math:`t_k` of the table it is linear,

.. math::
    F(t) = N_k + (N_{k+1} - N_k) \frac{t - t_\mathrm{ref} - t_k}{t_{k+1} - t_k}

and it is zero before the first and after the last of them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.dispatch import find
from gammapy.engine.namespace import array_namespace
from gammapy.errors import MissingFileError, ModelError
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.models.temporal.interpolation import interpolate, slope_between
from gammapy.modeling.models.temporal.tables import LightCurve, light_curve_of
from gammapy.modeling.parameter import Parameter

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["LightCurveTemplateTemporalModel"]

#: s by which a time may miss the ends of the table: what seconds since 1970 resolve
_ROUNDING = 1e-6


class LightCurveTemplateTemporalModel(TemporalModel):
    """Table of a factor over time, linear between its times and zero outside.

    Usually made by `read` or `from_table`.

    Parameters
    ----------
    map : map with an axis "time", optional
        Values of the factor at the centres of the axis; it has no other axis of more than one bin.
    t_ref : `~astropy.units.Quantity`, optional
        Reference time of the table (MJD); by default that of the file or of the axis.
    filename : str, optional
        File of the table. Without a ``map`` it is read when values are needed.
    method : {"linear"}, optional
        Interpolation in time.
    values_scale : {"lin"}, optional
        Scale of the values in it.
    format : {"table", "map"}
        Layout of the file.
    scale : str
        Time scale of ``t_ref``.

    Raises
    ------
    ModelError
        If there is neither a map nor a file, or the table is not ascending, finite and not
        negative.
    """

    tag = ["LightCurveTemplateTemporalModel", "template"]
    moments = ("t_ref",)
    t_ref = Parameter("t_ref", "51544 d", frozen=True)

    def __init__(
        self,
        map: Any = None,
        t_ref: Any = None,
        filename: str | os.PathLike[str] | None = None,
        method: str | None = None,
        values_scale: str | None = None,
        *,
        format: str = "table",
        scale: str = "utc",
    ) -> None:
        super().__init__(scale=scale, **({} if t_ref is None else {"t_ref": t_ref}))
        for name, value, known in (
            ("method", method, "linear"),
            ("values_scale", values_scale, "lin"),
        ):
            if value not in (None, known):
                raise ModelError(
                    f"{type(self).__name__}: {name} = {value!r} is not known: use {known!r}"
                )
        if map is None and filename is None:
            raise ModelError(
                "LightCurveTemplateTemporalModel needs a map or a filename: pass one, or use "
                "LightCurveTemplateTemporalModel.from_table"
            )
        self.filename = None if filename is None else os.fspath(filename)
        self.format = format
        #: True while ``t_ref`` is to come from a file that was not there yet
        self.awaits_file = t_ref is None
        if map is not None:
            self._curve = self._referred(_curve_of_map(map, self))
        elif t_ref is None:
            self._read_if_there()

    @classmethod
    def read(cls, filename: str | os.PathLike[str], format: str = "table") -> Self:
        """Read from a FITS file.

        Parameters
        ----------
        filename : str or path
            It may have variables, like "$GAMMAPY_DATA/...", and is kept as it is.
        format : {"table", "map"}
            Table with the columns TIME and NORM, or map with an axis "time".

        Raises
        ------
        MissingFileError, FileFormatError
            If the file is not there, or is no such table.
        """
        model = cls(filename=filename, format=format)
        _ = model._curve  # here a missing file is an error
        return model

    @classmethod
    def from_table(
        cls, table: Table, filename: str | os.PathLike[str] | None = None, scale: str = "utc"
    ) -> Self:
        """Model of a table.

        Parameters
        ----------
        table : `~astropy.table.Table`
            Columns TIME and NORM; ``meta`` has MJDREFI and MJDREFF (or MJDREF), and may have
            TIMEUNIT ("s" by default) and TIMESYS ("TT" by default).
        filename : str, optional
            Where it comes from, or will be written to.
        scale : str
            Time scale of the model, in which ``t_ref`` is.
        """
        model = cls.__new__(cls)
        TemporalModel.__init__(model, scale=scale)
        model.filename = None if filename is None else os.fspath(filename)
        model.format = "table"
        model.awaits_file = True
        model._curve = model._referred(light_curve_of(table))
        return model

    def write(
        self,
        filename: str | os.PathLike[str] | None = None,
        format: str = "table",
        overwrite: bool = False,
    ) -> None:
        """Write the table into a FITS file; by default into the model's `filename`."""
        if filename is None and self.filename is None:
            raise ModelError("this model has no filename: pass one")
        target = self.filename if filename is None else filename
        find("LightCurve", "write", format)(self.to_table(), target, overwrite=overwrite)

    def to_table(self) -> Table:
        """Table with the columns TIME (s) and NORM, and the reference time in ``meta``."""
        from astropy.table import Table

        curve, reference = self._curve, self._time_of(self.t_ref)
        whole = float(np.floor(reference.mjd))
        meta = {
            "MJDREFI": int(whole),
            "MJDREFF": float(reference.mjd - whole),
            "TIMEUNIT": "s",
            "TIMESYS": self.scale,
        }
        return Table({"TIME": curve.seconds * u.s, "NORM": curve.norm}, meta=meta)

    # -- the table ------------------------------------------------------------------------

    @cached_property
    def _curve(self) -> LightCurve:
        return self._referred(find("LightCurve", "read", self.format)(self.filename))

    def _read_if_there(self) -> None:
        """Take the reference time from the file; a missing file is no error before it is used."""
        with contextlib.suppress(MissingFileError):
            _ = self._curve

    def _referred(self, curve: LightCurve) -> LightCurve:
        """The curve, its reference time given to a model that waits for it."""
        if self.awaits_file:
            self.awaits_file = False
            self.reference_time = curve.reference
        return curve

    @cached_property
    def _cumulative(self) -> np.ndarray:
        """Integral [n] in s from the first time to each."""
        _, x, y = self._curve
        return np.concatenate([[0.0], np.cumsum(np.diff(x) * 0.5 * (y[1:] + y[:-1]))])

    def _epoch(self, time: Time) -> Time:
        _ = self._curve  # it may hold the reference time
        return super()._epoch(time)

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, time: Any, t_ref: Any) -> Any:
        """Interpolation; see the module."""
        xp = array_namespace(time)
        x = time - t_ref
        _, nodes, norm = self._curve
        return xp.where(self._inside(x), interpolate(x, nodes, norm), 0.0)

    def partials(self, time: Any, t_ref: Any) -> tuple[Any, ...]:
        """Derivative by t_ref."""
        xp = array_namespace(time)
        x = time - t_ref
        _, nodes, norm = self._curve
        return (xp.where(self._inside(x), -slope_between(x, nodes, norm), 0.0),)

    def _inside(self, x: Any) -> Any:
        nodes = self._curve.seconds
        return (x >= float(nodes[0]) - _ROUNDING) & (x <= float(nodes[-1]) + _ROUNDING)

    def evaluate_integral(self, time_min: Any, time_max: Any, t_ref: Any) -> Any:
        """Integral over time: of trapezoids, exact."""
        nodes = self._curve.seconds
        low, high = (np.clip(np.asarray(t) - t_ref, *nodes[[0, -1]]) for t in (time_min, time_max))
        last = len(nodes) - 2
        first = np.clip(np.searchsorted(nodes, low, "right") - 1, 0, last)
        final = np.clip(np.searchsorted(nodes, high, "left") - 1, 0, last)
        # whole pieces between, so that short intervals do not come as a difference of large sums
        between = self._cumulative[final] - self._cumulative[np.minimum(first + 1, last)]
        pieces = self._piece(low, nodes[first + 1]) + between + self._piece(nodes[final], high)
        return np.where(first >= final, self._piece(low, high), pieces)

    def _piece(self, low: Any, high: Any) -> Any:
        """Integral inside one piece."""
        _, nodes, norm = self._curve
        return (high - low) * interpolate(0.5 * (low + high), nodes, norm)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The times of the table."""
        return tuple((self._curve.seconds + values[0]).tolist())

    def __repr__(self) -> str:
        if self.filename is None:
            first = f"{len(self._curve.seconds)} times"
        else:
            first = f"filename={self.filename!r}"
        form = "" if self.format == "table" else f", format={self.format!r}"
        scale = "" if self.scale == "utc" else f", scale={self.scale!r}"
        return f"{type(self).__name__}({first}, t_ref={self._text('t_ref')}{form}{scale})"


def _curve_of_map(map: Any, model: LightCurveTemplateTemporalModel) -> LightCurve:
    """Curve of a map with one axis of more than one bin."""
    from astropy.table import Table

    try:
        axis = map.geom.axes["time"]
        norm = u.Quantity(map.quantity).to_value("")
    except (AttributeError, KeyError, TypeError, u.UnitsError) as error:
        raise ModelError(
            f"map = {map!r} must have an axis named 'time' and values without unit ({error})"
        ) from None
    if norm.size != axis.nbin:
        raise ModelError(
            f"map = {map!r} must have the one axis 'time': a light curve that depends on energy or "
            "position is not supported"
        )
    reference = getattr(axis, "reference_time", None) or model._time_of(model.t_ref)
    header = {"MJDREFI": 0, "MJDREFF": reference.mjd, "TIMESYS": reference.scale}
    table = Table({"TIME": axis.center.to("s"), "NORM": norm.ravel()}, meta=header)
    return light_curve_of(table, "map")._replace(reference=reference)
