"""FluxPointsDataset: flux points with a model, and three statistics to compare them by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np

from gammapy.datasets.base import Dataset
from gammapy.datasets.plan import Plan, Term
from gammapy.datasets.spectral_sources import spectral_parameters, spectral_sources
from gammapy.dispatch import find
from gammapy.errors import DataError, OptionError, UnknownNameError
from gammapy.maps.region import RegionNDMap
from gammapy.modeling.parameter import Parameter
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.flux_points.scans import Profiles
from gammapy.spectrum.flux_points.sed_types import SED_TYPES
from gammapy.spectrum.flux_points.statistic import (
    Chi2Points,
    DistribPoints,
    PointStatistic,
    ProfilePoints,
)
from gammapy.spectrum.flux_points.term import FluxPointsTerm

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["FluxPointsDataset"]

_UNIT = SED_TYPES["dnde"]
#: the only interpolation of profiles there is, under the names that scripts know
_STAT_KWARGS = {"interp_scale": "sqrt", "extrapolate": True}


class FluxPointsDataset(Dataset):
    """Flux points and the models that should explain them.

    The flux of a model is taken at the reference energy of each point. Points of a light curve
    are all compared with the same, steady flux. Of a profile, one bin at a time.

    Parameters
    ----------
    models : `Models`, `SkyModel` or list of them, optional
    data : `FluxPoints`
    mask_fit, mask_safe : `RegionNDMap` or array_like of bool, optional
        Points that the user wants, and points to be trusted; one value per point.
    name : str, optional
    meta_table : `~astropy.table.Table`, optional
        Kept, not used.
    stat_type : {"chi2", "distrib", "profile"}
        ``"chi2"``: symmetric errors, upper limits do not count. ``"distrib"``: errors up and down,
        and upper limits. ``"profile"``: profiles of the statistic, where the points have them.
    stat_kwargs : dict, optional
        For ``"profile"``: ``{"interp_scale": "sqrt", "extrapolate": True}`` is what is done.

    Raises
    ------
    DataError
        If a mask does not fit the points, or these are several bins of a profile.
    OptionError
        If profiles should be interpolated in another way.
    UnknownNameError
        If ``stat_type`` is not known.
    """

    tag = "FluxPointsDataset"
    available_stat_type = ("chi2", "distrib", "profile")

    def __init__(
        self,
        models: Any = None,
        data: FluxPoints | None = None,
        mask_fit: Any = None,
        mask_safe: Any = None,
        name: str | None = None,
        meta_table: Table | None = None,
        stat_type: str = "chi2",
        stat_kwargs: dict[str, Any] | None = None,
    ) -> None:
        if not isinstance(data, FluxPoints):
            raise DataError(
                f"data = {type(data).__name__} is no FluxPoints: read or make some, e.g. by "
                "FluxPoints.from_table"
            )
        if stat_kwargs is not None and {**_STAT_KWARGS, **stat_kwargs} != _STAT_KWARGS:
            raise OptionError(
                f"stat_kwargs = {stat_kwargs!r}: only {_STAT_KWARGS} is there, because a fit needs "
                "profiles without kinks that go on beyond the scan"
            )
        _check_profile(data, str(name or "data"))
        self._own_revision = 0
        self._data = data
        self._masks: dict[str, RegionNDMap | None] = {}
        super().__init__(name, models)
        self.stat_type = stat_type
        self._set_mask("mask_fit", mask_fit)
        self._set_mask("mask_safe", mask_safe)
        self.meta_table = meta_table

    # -- what it is made of ---------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Grows with every change of the data, so that nothing compiled from them is used again."""
        return self._own_revision + self._data.revision

    @revision.setter
    def revision(self, value: int) -> None:
        self._own_revision = value - self._data.revision

    @property
    def data(self) -> FluxPoints:
        """The flux points."""
        return self._data

    @data.setter
    def data(self, data: FluxPoints) -> None:
        if not isinstance(data, FluxPoints):
            raise DataError(f"{self.name}: data = {type(data).__name__} is no FluxPoints")
        _check_profile(data, self.name)
        if self.own_masks and list(data.geom.axes) != list(self.data.geom.axes):
            raise DataError(
                f"{self.name}: the masks do not fit {data!r}: set mask_fit and mask_safe to None "
                "before the data"
            )
        after = self.revision + 1
        self._data = data
        self.revision = after

    @property
    def stat_type(self) -> str:
        """Statistic: "chi2", "distrib" or "profile"."""
        return self._stat_type

    @stat_type.setter
    def stat_type(self, stat_type: str) -> None:
        if stat_type not in self.available_stat_type:
            raise UnknownNameError(
                f"{self.name}: stat_type = {stat_type!r} is not known: choose one of "
                f"{self.available_stat_type}"
            )
        self._stat_type = stat_type
        self.revision += 1

    @property
    def stat_kwargs(self) -> dict[str, Any]:
        """How profiles are interpolated."""
        return dict(_STAT_KWARGS)

    @property
    def gti(self) -> Any:
        """Good time intervals of the flux points, if they have any."""
        return self.data.gti

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the maps."""
        return self.data.geom.data_shape

    # -- masks ----------------------------------------------------------------------------

    @property
    def mask_fit(self) -> RegionNDMap | None:
        """Points that the user wants."""
        return self._masks["mask_fit"]

    @mask_fit.setter
    def mask_fit(self, mask: Any) -> None:
        self._set_mask("mask_fit", mask)

    @property
    def mask_safe(self) -> RegionNDMap:
        """Points to be trusted, of those that are valid."""
        valid, safe = self.mask_valid, self._masks["mask_safe"]
        return valid if safe is None else RegionNDMap(safe.geom, valid.data & safe.data)

    @mask_safe.setter
    def mask_safe(self, mask: Any) -> None:
        self._set_mask("mask_safe", mask)

    def _set_mask(self, name: str, mask: Any) -> None:
        if mask is not None:
            array = np.asarray(mask.data if isinstance(mask, RegionNDMap) else mask)
            if array.dtype != bool or array.size != np.prod(self.data_shape):
                raise DataError(
                    f"{self.name}: {name} of {array.size} {array.dtype} does not fit: "
                    f"{int(np.prod(self.data_shape))} booleans, one per point, are needed"
                )
            mask = RegionNDMap(self.data.geom, array).read_only()
        self._masks[name] = mask
        self.revision += 1

    @property
    def own_masks(self) -> dict[str, RegionNDMap]:
        """The masks that were given, by name."""
        return {name: mask for name, mask in self._masks.items() if mask is not None}

    @property
    def mask_valid(self) -> RegionNDMap:
        """Points that the statistic can use.

        Needed are a flux that is no upper limit, with errors, for ``"chi2"``; that or an upper
        limit for ``"distrib"``; a flux and a profile for ``"profile"``.
        """
        known = np.isfinite(self.data.dnde.data)
        if self.stat_type == "profile":
            scans = self.data.scans
            finite = np.all(np.isfinite(scans.stat) & np.isfinite(scans.norm), axis=-1)
            return RegionNDMap(self.data.geom, known & finite[..., None, None])
        limit = self.data.is_ul.data
        down, up = self._errors()
        valid = known & ~limit & np.isfinite(down) & np.isfinite(up)
        if self.stat_type == "distrib" and self.data.has_ul:
            valid |= limit & np.isfinite(self.data.norm_ul.data)
        return RegionNDMap(self.data.geom, valid)

    @property
    def mask(self) -> RegionNDMap:
        """Points that count: valid, and in both masks."""
        safe = self.mask_safe
        if self.mask_fit is None:
            return safe
        return RegionNDMap(safe.geom, safe.data & self.mask_fit.data)

    # -- statistic ------------------------------------------------------------------------

    def _errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Errors of dnde down and up, shape of the maps; equal ones for chi2."""
        there = self.data.available_quantities
        both = "norm_errn" in there and "norm_errp" in there
        if "norm_err" not in there and not both:
            raise DataError(
                f"{self.name}: the flux points have no errors, only {there}: add dnde_err, or "
                "dnde_errn and dnde_errp, or use stat_type='profile' with their profiles"
            )
        if self.stat_type == "distrib" and both:
            return self._dnde("errn"), self._dnde("errp")
        if "norm_err" in there:
            return self._dnde("err"), self._dnde("err")
        mean = 0.5 * (self._dnde("errn") + self._dnde("errp"))
        return mean, mean

    def _dnde(self, what: str = "") -> np.ndarray:
        suffix = f"_{what}" if what else ""
        return self.data.flux_map("dnde", suffix).quantity.to_value(_UNIT)

    def _statistic(self, keep: np.ndarray) -> PointStatistic:
        """Statistic of some points.

        Parameters
        ----------
        keep : ndarray of bool
            Shape of the maps.
        """
        if self.stat_type == "profile":
            return self._profiles(keep)
        down, up = self._errors()
        measured, limit = self._dnde(), np.zeros(self.data_shape, dtype=bool)
        if self.stat_type == "distrib":
            limit = self.data.is_ul.data & keep
            measured, down, up = self._with_limits(measured, down, up, limit)
        measured, down, up, limit = (array[keep] for array in (measured, down, up, limit))
        bad = np.flatnonzero(~((down > 0) & (up > 0)))
        if len(bad):
            raise DataError(
                f"{self.name}: the error of dnde is {min(down[bad[0]], up[bad[0]]):g} for point "
                f"{np.flatnonzero(keep)[bad[0]]} ({len(bad)} such points): errors must be "
                "positive; correct them, or leave the points out by mask_fit"
            )
        if self.stat_type == "chi2":
            return Chi2Points(measured, down)
        return DistribPoints(measured, down, up, limit)

    def _with_limits(
        self, measured: np.ndarray, down: np.ndarray, up: np.ndarray, limit: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Limits in place of the points; the error is that of the point, or limit over sigma."""
        if not self.data.has_ul:
            return measured, down, up
        ul = self._dnde("ul")
        guess = np.abs(ul) / (self.data.n_sigma_ul or 2.0)
        usable = np.isfinite(up) & (up > 0)
        error = np.where(usable, up, guess)
        return (
            np.where(limit, ul, measured),
            np.where(limit, error, down),
            np.where(limit, error, up),
        )

    def _profiles(self, keep: np.ndarray) -> ProfilePoints:
        scans, flat = self.data.scans, keep[..., 0, 0]
        profiles = Profiles.of_scans(scans.norm[flat], scans.stat[flat])
        best = scans.stat.min(axis=-1)
        if "stat" in self.data.available_quantities:
            best = self.data.stat.values
        reference = np.broadcast_to(
            self.data.spread(self.data.reference.value("dnde")).to_value(_UNIT), self.data_shape
        )
        return ProfilePoints(profiles, reference[keep], np.asarray(best, dtype=float)[flat])

    def term(self, plan: Plan) -> Term:
        """Summand of the statistic.

        Raises
        ------
        DataError
            If no point counts, or one has no positive error.
        """
        keep = self.mask.data
        if not keep.any():
            raise DataError(
                f"{self.name}: none of {keep.size} flux points counts for stat_type = "
                f"{self.stat_type!r} ({int(self.data.is_ul.data.sum())} are upper limits): widen "
                "the masks, or use 'distrib'"
            )
        models = self._steady_models()
        index = np.broadcast_to(np.arange(keep.shape[-3])[:, None, None], keep.shape)[keep]
        return FluxPointsTerm(self._statistic(keep), self._energy(), index, models, plan, self.name)

    def _energy(self) -> np.ndarray:
        return self.data.energy_ref.to_value(u.TeV)

    @property
    def fitted_parameters(self) -> list[Parameter]:
        """Parameters of the spectra of the sources that it sees."""
        return spectral_parameters(spectral_sources(self.models, self.name))

    def _steady_models(self) -> list[Any]:
        models = spectral_sources(self.models, self.name)
        for model in models:
            if self.data.time_axis is not None and model.temporal_model is not None:
                raise DataError(
                    f"{self.name}: model {model.name!r} changes with time, but flux points are "
                    "compared with a steady flux: take its temporal_model away, or fit the "
                    "times one by one (slice_by_idx)"
                )
        return models

    # -- for people -----------------------------------------------------------------------

    def flux_pred(self) -> u.Quantity:
        """Differential flux that the models predict at the current parameters, as the maps."""
        total = np.zeros(len(self.data.energy_ref))
        for model in self._steady_models():
            spectrum = model.spectral_model
            total = total + spectrum.flux(self._energy(), spectrum.internal_values)
        spread = np.broadcast_to(total[:, None, None], self.data_shape)
        return u.Quantity(np.array(spread), _UNIT)

    def stat_array(self) -> np.ndarray:
        """-2 ln L of every point at the current parameters; nan where it is not valid."""
        valid = self.mask_valid.data
        stat = np.full(self.data_shape, np.nan)
        stat[valid] = self._statistic(valid).statistic(self.flux_pred().value[valid]).value
        return stat

    def residuals(self, method: str = "diff") -> u.Quantity:
        """Measured minus predicted flux, shape of the maps.

        Parameters
        ----------
        method : {"diff", "diff/model", "diff/sqrt(model)"}
            What to divide it by.
        """
        predicted = self.flux_pred()
        difference = self.data.dnde.quantity - predicted
        if method == "diff":
            return difference
        if method not in ("diff/model", "diff/sqrt(model)"):
            raise UnknownNameError(
                f"{self.name}: method = {method!r} is not known: choose one of 'diff', "
                "'diff/model', 'diff/sqrt(model)'"
            )
        if np.any(predicted.value <= 0):
            raise DataError(f"{self.name}: {method} needs models that predict a positive flux")
        return difference / (predicted if method == "diff/model" else np.sqrt(predicted))

    def copy(self, name: str | None = None) -> Self:
        """Independent copy, with copies of the models; under a new name unless one is given."""
        return type(self)(
            models=self.models.copy(),
            data=self.data.copy(),
            mask_fit=self.mask_fit,
            mask_safe=self._masks["mask_safe"],
            name=name,
            meta_table=self.meta_table,
            stat_type=self.stat_type,
        )

    @classmethod
    def read(cls, filename: str | Path, name: str | None = None) -> FluxPointsDataset:
        """Read flux points, and the masks and the statistic if the file tells them."""
        return find("FluxPointsDataset", "read", "table")(filename, name)

    def write(self, filename: str | Path, overwrite: bool = False) -> None:
        """Write the flux points with masks and statistic, without the models."""
        find("FluxPointsDataset", "write", "table")(self, filename, overwrite)

    def plot_fit(self, ax_spectrum: Any = None, ax_residuals: Any = None, **kwargs: Any) -> Any:
        """Draw points, models and residuals; see `gammapy.plot.plot_flux_points_fit`."""
        return find("FluxPointsDataset", "plot", "fit")(self, ax_spectrum, ax_residuals, **kwargs)

    def plot_spectrum(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw points and models; see `gammapy.plot.plot_flux_points_spectrum`."""
        return find("FluxPointsDataset", "plot", "spectrum")(self, ax, **kwargs)

    def plot_residuals(self, ax: Any = None, method: str = "diff", **kwargs: Any) -> Any:
        """Draw residuals; see `gammapy.plot.plot_flux_points_residuals`."""
        return find("FluxPointsDataset", "plot", "residuals")(self, ax, method, **kwargs)

    def info_dict(self) -> dict[str, Any]:
        """Numbers of points, and how many count."""
        valid = self.mask_valid.data
        return {
            "name": self.name,
            "n_points": int(valid.size),
            "n_upper_limits": int(self.data.is_ul.data.sum()),
            "n_not_valid": int((~valid).sum()),
            "n_fit_bins": int(self.mask.data.sum()),
            "stat_type": self.stat_type,
        }

    def _repr_html_(self) -> str:
        return find("Dataset", "html", "table")(self)

    def __repr__(self) -> str:
        return f"FluxPointsDataset({self.name!r}, {self.data!r}, {self.stat_type!r})"

    def __str__(self) -> str:
        rows = [f"  {key:14s}: {value}" for key, value in self.info_dict().items()]
        return "\n".join(["FluxPointsDataset", *rows, f"  models        : {self.models.names}"])


def _check_profile(data: FluxPoints, name: str) -> None:
    """Refuse a profile: a source has one spectrum, which is not that of every bin."""
    axis = data.profile_axis
    if axis is not None and axis.nbin > 1:
        raise DataError(
            f"{name}: the flux points are a profile of {axis.nbin} bins along {axis.name!r}, and "
            "the models have no flux for each: make a dataset for one bin, with "
            f"points.slice_by_idx({{{axis.name!r}: slice(0, 1)}})"
        )
