"""What is asked about the norm of a source: checked once, for all estimators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gammapy.errors import FitError, OptionError, UnknownNameError
from gammapy.modeling.fit.fitter import Fitter
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.parameter import Parameter

__all__ = ["SELECTIONS", "NormSettings", "norm_parameter"]

#: what may be estimated beside norm, error and TS
SELECTIONS = ("errn-errp", "ul", "scan")
SCAN_MIN, SCAN_MAX = 0.2, 5.0


def norm_parameter(norm: Parameter | dict[str, Any] | None = None) -> Parameter:
    """The norm that is fitted: as given, or one around 1 without bounds.

    Parameters
    ----------
    norm : `Parameter` or dict, optional
        A dict holds arguments of `Parameter`, to change some of the defaults.

    Raises
    ------
    OptionError
        If it is neither.
    """
    if isinstance(norm, Parameter):
        return norm
    if norm is not None and not isinstance(norm, dict):
        raise OptionError(f"norm = {norm!r} must be a Parameter, or a dict of its arguments")
    scan = {"scan_min": SCAN_MIN, "scan_max": SCAN_MAX, "scan_n_values": 11, "interp": "log"}
    return Parameter(**{"name": "norm", "value": 1.0, **scan, **(norm or {})})


@dataclass(frozen=True)
class NormSettings:
    """What is asked for; see `FluxPointsEstimator`.

    Raises
    ------
    FitError
        If a number of sigma is not positive, or the null value is not finite.
    OptionError
        If a selection is not known.
    """

    source: str | int
    norm: Parameter
    n_sigma: float
    n_sigma_ul: float
    selection_optional: Any
    fit: Fitter | None
    reoptimize: bool
    null_value: float

    def __post_init__(self) -> None:
        for name in ("n_sigma", "n_sigma_ul"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.number) and 0 < value < np.inf):
                raise FitError(f"{name} = {value!r} must be a positive, finite number")
        if not np.isfinite(self.null_value):
            raise FitError(f"null_value = {self.null_value!r} must be finite, e.g. 0")
        _ = self.selection

    @property
    def selection(self) -> frozenset[str]:
        """Optional steps that were chosen."""
        chosen = self.selection_optional
        if chosen is None:
            return frozenset()
        if isinstance(chosen, str):
            chosen = SELECTIONS if chosen == "all" else [chosen]
        for name in chosen:
            if name not in (*SELECTIONS, "all"):
                raise OptionError(
                    f"selection_optional has {name!r}: known are {list(SELECTIONS)} and 'all'"
                )
        return frozenset(SELECTIONS if "all" in chosen else chosen)

    @property
    def bounds(self) -> tuple[float, float]:
        """Bounds of the norm, infinite where there is none."""
        low, high = self.norm.min, self.norm.max
        return -np.inf if np.isnan(low) else low, np.inf if np.isnan(high) else high

    @property
    def scan_values(self) -> np.ndarray:
        """Ascending norms of the profile of the statistic."""
        norm = self.norm
        if norm.scan_values is not None:
            values = np.unique(np.asarray(norm.scan_values, dtype=float))
        else:
            low = SCAN_MIN if norm.scan_min is None else norm.scan_min
            high = SCAN_MAX if norm.scan_max is None else norm.scan_max
            even = np.geomspace if norm.interp == "log" and low > 0 else np.linspace
            values = even(low, high, norm.scan_n_values)
        if values.ndim != 1 or len(values) < 2 or not np.all(np.diff(values) > 0):
            raise FitError(
                f"norm is to be scanned at {values}: at least two ascending values are needed; set "
                "scan_values, or scan_min and scan_max"
            )
        return values

    def model(self, models: Models) -> SkyModel:
        """The source among the models.

        Raises
        ------
        UnknownNameError
            If it is not there.
        """
        if isinstance(self.source, str) or -len(models) <= self.source < len(models):
            return models[self.source]
        raise UnknownNameError(
            f"source = {self.source!r}: there are {len(models)} models, {models.names}; set "
            "datasets.models, or source to one of the names"
        )
