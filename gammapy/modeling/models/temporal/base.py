"""TemporalModel: the factor by which a source varies, built on one formula.

A model writes ``evaluate(time, *values)``: floats, against the array-API standard. The time, and
the values of the parameters that are moments (`TemporalModel.moments`, like ``t_ref``), are in s
since one epoch that the caller chooses, so that no digits are spent on the years since MJD 0; all
other values are in internal units. It may add ``partials``, the derivatives by each value, and
``evaluate_integral(time_min, time_max, *values)``, in s.

Differences of times are elapsed time: a leap second between two UTC times counts.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.dispatch import find
from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.temporal.moments import SCALES, checked_times, seconds_between
from gammapy.modeling.models.temporal.quadrature import integrals
from gammapy.modeling.parameter import Parameter

if TYPE_CHECKING:
    from gammapy.data import GTI

__all__ = ["TEMPORAL_MODEL_REGISTRY", "TemporalModel"]

TEMPORAL_MODEL_REGISTRY = Registry("temporal model")


class TemporalModel(ModelBase):
    """Factor on a flux that varies in time.

    Parameters
    ----------
    scale : {"utc", "tt", "tai", "tdb", "tcb", "tcg"}
        Time scale in which the moments are given. Elapsed time is that of the scale; for UTC,
        that of TAI.
    **values : `~astropy.units.Quantity`, str, float or `~gammapy.modeling.Parameter`
        Of the parameters. A moment is a modified Julian day.

    Raises
    ------
    ModelError
        If the scale is not known, or a value that must be positive is not.
    """

    registry = TEMPORAL_MODEL_REGISTRY
    #: parameters that are points in time, as modified Julian days in the time scale of the model
    moments: ClassVar[tuple[str, ...]] = ()
    #: parameters that must be greater than zero
    positive: ClassVar[tuple[str, ...]] = ()
    #: parameters besides the moments that are shown with all digits
    precise: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, scale: str = "utc", **values: Any) -> None:
        super().__init__(**values)
        self.scale = scale
        self._check_values()

    @property
    def scale(self) -> str:
        """Time scale of the moments."""
        return self._scale

    @scale.setter
    def scale(self, scale: str) -> None:
        if scale not in SCALES:
            raise ModelError(
                f"{type(self).__name__}: scale = {scale!r} is not a time scale: use one of "
                f"{', '.join(SCALES)}"
            )
        self._scale = scale

    @property
    def reference_time(self) -> Time | None:
        """The moment that ``t_ref`` is, None if the model has none.

        A time that is assigned is converted to the scale of the model.
        """
        if "t_ref" not in self.own_parameters:
            return None
        return self._time_of(self.own_parameters["t_ref"])

    @reference_time.setter
    def reference_time(self, time: Time) -> None:
        if "t_ref" not in self.own_parameters:
            raise ModelError(
                f"{type(self).__name__} has no reference time: there is nothing to set"
            )
        moment = getattr(checked_times(time, "reference_time"), self.scale)
        if not moment.isscalar:
            raise ModelError(f"reference_time = {time!r} must be one time")
        self.own_parameters["t_ref"].quantity = moment.mjd * u.d

    def _time_of(self, parameter: Parameter) -> Time:
        return Time(parameter.quantity.to_value("d"), format="mjd", scale=self.scale)

    @property
    def is_energy_dependent(self) -> bool:
        """False: the factor is the same at all energies."""
        return False

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values: none."""
        return u.dimensionless_unscaled

    # -- the formula, for the engine ------------------------------------------------------

    @abstractmethod
    def evaluate(self, time: Any, *values: Any) -> Any:
        """Formula; times and moments in s since a common epoch, the rest in internal units."""

    def factor_partials(self, time: np.ndarray, values: Sequence[float]) -> Sequence[np.ndarray]:
        """Derivatives of the formula by each value, in the order of ``own_parameters``."""
        if hasattr(self, "partials"):
            return self.partials(time, *values)
        return numerical_partials(self.evaluate, time, values)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Times in s since the epoch where the formula is not smooth; integrals are cut there."""
        return ()

    def values_since(self, epoch: Time) -> list[float]:
        """Values that ``evaluate`` takes, if times are counted from an epoch.

        Parameters
        ----------
        epoch : `~astropy.time.Time`
            One time.

        Returns
        -------
        list of float
            Of all parameters: moments in s since the epoch, the rest in internal units.
        """
        return [
            float(seconds_between(epoch, self._time_of(p), self.scale))
            if name in self.moments
            else p.value * p.internal_factor
            for name, p in self.own_parameters.items()
        ]

    def integrals(self, low: Any, high: Any, values: Sequence[Any]) -> np.ndarray:
        """Integrals in s of the formula over intervals in s since the epoch."""
        if hasattr(self, "evaluate_integral"):
            return self.evaluate_integral(low, high, *values)
        kinks = self.kinks_at(values)
        return integrals(lambda time: self.evaluate(time, *values), low, high, kinks)

    # -- the door -------------------------------------------------------------------------

    def _epoch(self, time: Time) -> Time:
        """Epoch that the door counts from: near to what matters, so that no digits are lost."""
        reference = self.reference_time
        return time.ravel()[0] if reference is None else reference

    def _values_at(self, epoch: Time) -> list[Any]:
        """Values at the door; a model that can say them more precisely than in s does."""
        return self.values_since(epoch)

    def _check_values(self) -> None:
        for name in self.positive:
            value = self.own_parameters[name].value
            if not value > 0:
                raise ModelError(
                    f"{type(self).__name__}: {name} = {self.own_parameters[name].quantity:g} must "
                    "be greater than zero"
                )

    # -- for people -----------------------------------------------------------------------

    def __call__(self, time: Time, energy: Any = None) -> u.Quantity:
        """Factor at some times.

        Parameters
        ----------
        time : `~astropy.time.Time` [...]
            In any scale.
        energy : `~astropy.units.Quantity`, optional
            Not used.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            Without unit.

        Raises
        ------
        ModelError
            If these are not times, one is masked or not finite, or the factor there is not finite.
        """
        self._check_values()
        time = checked_times(time, "time")
        if not time.size:
            return u.Quantity(np.zeros(time.shape))
        epoch = self._epoch(time)
        seconds = np.asarray(seconds_between(epoch, time, self.scale))
        with np.errstate(over="ignore", divide="ignore"):
            factor = self.evaluate(seconds, *self._values_at(epoch))
        factor = np.broadcast_to(factor, time.shape)
        bad = np.ravel(~np.isfinite(factor))
        if np.any(bad):
            first = time.ravel()[bad][0]
            raise ModelError(
                f"{type(self).__name__} is {np.ravel(factor)[bad][0]:g} at MJD {first.mjd:.10g} "
                f"({first.scale}): leave such times out, or change the parameters"
            )
        return u.Quantity(factor)

    def integral(self, t_min: Time, t_max: Time) -> u.Quantity:
        """Integral over each interval, divided by the length of all together.

        So the sum of the result is the mean of the factor over the intervals.

        Parameters
        ----------
        t_min, t_max : `~astropy.time.Time` [...]
            Starts and ends, of the same shape.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            Without unit.

        Raises
        ------
        ModelError
            If these are not times, an interval ends before its start, all are empty, or an
            integral is not finite.
        """
        self._check_values()
        t_min, t_max = checked_times(t_min, "t_min"), checked_times(t_max, "t_max")
        length = self._lengths(t_min, t_max)
        epoch = self._epoch(t_min)
        low = np.asarray(seconds_between(epoch, t_min, self.scale))
        high = np.asarray(seconds_between(epoch, t_max, self.scale))
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            value = self.integrals(low, high, self._values_at(epoch))
            value = np.where(length > 0, value, 0.0)
        if not np.all(np.isfinite(value)):
            i = np.flatnonzero(~np.isfinite(np.ravel(value)))[0]
            raise ModelError(
                f"{type(self).__name__} has no finite integral from MJD "
                f"{np.ravel(t_min.mjd)[i]:.10g} to {np.ravel(t_max.mjd)[i]:.10g}: leave the "
                "interval out, or change the parameters"
            )
        return u.Quantity(value / np.sum(length))

    def mean_over(self, gti: GTI) -> u.Quantity:
        """Mean of the factor over good time intervals; what overlaps counts as often.

        Parameters
        ----------
        gti : `~gammapy.data.GTI`

        Returns
        -------
        `~astropy.units.Quantity`
            One number without unit.
        """
        if not len(gti):
            raise ModelError("gti has no intervals, so there is no mean over them")
        return self.integral(gti.time_start, gti.time_stop).sum()

    def _lengths(self, t_min: Time, t_max: Time) -> np.ndarray:
        """Lengths in s of intervals, checked."""
        if t_min.shape != t_max.shape:
            raise ModelError(
                f"t_min of shape {t_min.shape} and t_max of shape {t_max.shape}: give one end for "
                "each start"
            )
        length = np.asarray(seconds_between(t_min, t_max, self.scale))
        if np.any(length < 0):
            i = np.flatnonzero(np.ravel(length) < 0)[0]
            raise ModelError(
                f"t_max = {np.ravel(t_max.mjd)[i]:.10g} is before t_min = "
                f"{np.ravel(t_min.mjd)[i]:.10g} (MJD): swap them"
            )
        if not np.sum(length) > 0:
            raise ModelError("the intervals from t_min to t_max are empty: give longer ones")
        return length

    @staticmethod
    def time_sum(t_min: Time, t_max: Time) -> u.Quantity:
        """Length in d of all intervals together."""
        return u.Quantity(np.sum((t_max - t_min).to("d")))

    def plot(self, time_range: Any, ax: Any = None, n_points: int = 100, **kwargs: Any) -> Any:
        """Draw the factor over time; see `gammapy.plot.plot_temporal_model`."""
        plot = find("TemporalModel", "plot", "range")
        return plot(self, time_range, ax=ax, n_points=n_points, **kwargs)

    # -- files, printing ------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the model, as it stands in a YAML file under ``temporal``."""
        return find("TemporalModel", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Model from such a tree."""
        return find("TemporalModel", "from_dict", "yaml")(data)

    def __repr__(self) -> str:
        inside = [f"{name}={self._text(name)}" for name in self.own_parameters]
        if self.scale != "utc":
            inside.append(f"scale={self.scale!r}")
        return f"{type(self).__name__}({', '.join(inside)})"

    def _text(self, name: str) -> str:
        """Value as it would be written in a call; of a moment, every digit counts."""
        parameter = self.own_parameters[name]
        unit = parameter.unit.to_string(fraction=False)
        exact = name in self.moments or name in self.precise
        value = (
            repr(float(parameter.value)).removesuffix(".0") if exact else f"{parameter.value:.6g}"
        )
        return f"'{value} {unit}'" if unit else value
