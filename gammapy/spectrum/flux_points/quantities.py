"""The maps of flux points under the names that users know: ``norm_err``, ``dnde_ul``..."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from gammapy.dispatch import find

__all__ = ["FluxQuantities"]


class _Stored:
    """Map that the flux points hold, under its own name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = f"Map of {name}; see the class."

    def __get__(self, points: Any, owner: type | None = None) -> Any:
        return self if points is None else points.quantity(self.name)


class _Flux(_Stored):
    """Map of a norm times the reference, under a name like ``dnde_err``."""

    def __get__(self, points: Any, owner: type | None = None) -> Any:
        if points is None:
            return self
        sed_type, _, rest = self.name.partition("_")
        if rest == "ref":
            return points.reference.value(sed_type)
        return points.flux_map(sed_type, f"_{rest}" if rest else "")


class FluxQuantities(ABC):
    """Attributes of flux points: the maps that are stored, and the fluxes made from them."""

    norm, norm_err, norm_errn, norm_errp = _Stored(), _Stored(), _Stored(), _Stored()
    norm_ul, norm_sensitivity = _Stored(), _Stored()
    dnde, dnde_err, dnde_errn, dnde_errp = _Flux(), _Flux(), _Flux(), _Flux()
    dnde_ul, dnde_sensitivity, dnde_ref = _Flux(), _Flux(), _Flux()
    flux, flux_err, flux_errn, flux_errp = _Flux(), _Flux(), _Flux(), _Flux()
    flux_ul, flux_sensitivity, flux_ref = _Flux(), _Flux(), _Flux()
    eflux, eflux_err, eflux_errn, eflux_errp = _Flux(), _Flux(), _Flux(), _Flux()
    eflux_ul, eflux_sensitivity, eflux_ref = _Flux(), _Flux(), _Flux()
    e2dnde, e2dnde_err, e2dnde_errn, e2dnde_errp = _Flux(), _Flux(), _Flux(), _Flux()
    e2dnde_ul, e2dnde_sensitivity, e2dnde_ref = _Flux(), _Flux(), _Flux()
    stat, stat_null, stat_scan, ts, n_dof = _Stored(), _Stored(), _Stored(), _Stored(), _Stored()
    norm_scan, success, counts = _Stored(), _Stored(), _Stored()
    npred, npred_excess, npred_background = _Stored(), _Stored(), _Stored()

    def _repr_html_(self) -> str:
        return find("FluxPoints", "html", "table")(self)

    def plot(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the points over energy, or the other axis; see `gammapy.plot.plot_flux_points`."""
        return find("FluxPoints", "plot", "points")(self, ax, **kwargs)

    def plot_ts_profiles(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the profiles of the statistic; see `gammapy.plot.plot_ts_profiles`."""
        return find("FluxPoints", "plot", "profiles")(self, ax, **kwargs)

    @property
    @abstractmethod
    def available_quantities(self) -> list[str]:
        """Names of the maps that are there."""

    @property
    def has_ul(self) -> bool:
        """True if there are upper limits."""
        return "norm_ul" in self.available_quantities

    @property
    def has_any_ts(self) -> bool:
        """True if there is a test statistic."""
        return "ts" in self.available_quantities or "sqrt_ts" in self.available_quantities

    @property
    def has_success(self) -> bool:
        """True if it is known which fits have succeeded."""
        return "success" in self.available_quantities

    @property
    def has_stat_profiles(self) -> bool:
        """True if there are profiles of the statistic."""
        return "stat_scan" in self.available_quantities
