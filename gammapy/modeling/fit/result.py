"""FitResult: what came out of a fit, the same for every backend."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.dispatch import find
from gammapy.elsewhere import elsewhere
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.parameters import Parameters

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["FitResult", "Status"]


class Status(Enum):
    """How a fit ended; the value is the sentence for it."""

    CONVERGED = "The fit converged: a minimum was found."
    AT_BOUND = "The fit converged with a parameter at a bound: its error is not known."
    SATURATED = "The fit converged, with as many free parameters as data: it cannot test the model."
    SAMPLED = "The posterior was sampled."
    NOTHING_FREE = "No parameter is free: the statistic was evaluated, nothing was fitted."
    SHORT_CHAIN = "The posterior was sampled, but the chain is too short to be trusted."
    UNCONSTRAINED = (
        "A free parameter has no effect on the statistic where the fit starts: freeze it, or start "
        "elsewhere."
    )
    DEGENERATE = "The data do not constrain some combination of parameters: freeze one of them."
    NOT_CONVERGED = "The fit did not reach a minimum."
    INTERRUPTED = "The fit was interrupted; this is the best point seen."

    @property
    def success(self) -> bool:
        """True if the numbers of the result can be quoted."""
        return self in _SUCCESSES


_SUCCESSES = (
    Status.CONVERGED,
    Status.AT_BOUND,
    Status.SATURATED,
    Status.SAMPLED,
    Status.NOTHING_FREE,
)


@dataclass(eq=False)
class FitResult:
    """Result of a fit.

    Attributes
    ----------
    status : `Status`
    message : str
        Details: which parameter, what the backend said.
    backend, method : str
    total_stat : float
        -2 ln L at the result, priors included.
    names, units : list of str [n]
        Free parameters, and linked ones that depend on them.
    values, errors : ndarray [n]
        The error is nan where it is not known.
    covariance : `Covariance`
    covariance_method : str
        What the covariance is.
    nfev : int
        Evaluations: points at which the statistic was computed, derivatives or not, by the
        backend and for the covariance.
    ngrad : int
        How many of these came with gradient and curvature.
    n_data, n_free : int
        Bins and priors in the statistic; free parameters.
    time : float
        Wall time in s.
    models : `Models` or None
        Copy of the models as fitted.
    samples : ndarray [n_samples, n_free] or None
        Draws from the posterior.
    points : ndarray [n_points, 1 + n_free] or None
        Statistic and parameters at each evaluation of the optimiser (for a sampler: of the search
        for its start), if asked for with ``store_trace``.
    notes : tuple of str
        What else should be known.
    errn, errp : ndarray [n] or None
        Downward and upward errors, if asked for with ``asymmetric_errors``; nan where there is
        none.
    """

    status: Status
    message: str
    backend: str
    method: str
    total_stat: float
    names: list[str]
    units: list[str]
    values: np.ndarray
    errors: np.ndarray
    covariance: Covariance
    covariance_method: str
    nfev: int
    ngrad: int
    n_data: int
    n_free: int
    time: float
    models: Any = None
    samples: np.ndarray | None = None
    points: np.ndarray | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    errn: np.ndarray | None = None
    errp: np.ndarray | None = None

    @property
    def success(self) -> bool:
        """True if the numbers can be quoted."""
        return self.status.success

    @property
    def parameters(self) -> Parameters:
        """Parameters of `models`."""
        return Parameters() if self.models is None else self.models.parameters

    @property
    def trace(self) -> Table | None:
        """Table of the evaluations; None unless asked for with ``store_trace``."""
        from astropy.table import Table

        if self.points is None:
            return None
        return Table(self.points, names=["total_stat", *self.names[: self.n_free]])

    @property
    def table(self) -> Table:
        """Table of names, values, errors (asymmetric ones too, if there are any) and units."""
        from astropy.table import Table

        columns = {
            "name": self.names,
            "value": self.values,
            "error": self.errors,
            **{key: sizes for key in ("errn", "errp") if (sizes := getattr(self, key)) is not None},
            "unit": self.units,
        }
        texts = ("name", "unit")
        table = Table(columns, dtype=[str if key in texts else float for key in columns])
        for key in set(columns) - set(texts):
            table[key].format = ".4e"
        return table

    if not TYPE_CHECKING:
        __getattr__ = elsewhere(
            minuit="no object of a backend is kept; see parameters, covariance, trace and message",
            optimize_result="the result itself has total_stat, nfev, message and success",
            covariance_result="the result itself has covariance, covariance_method and success",
        )

    def write(self, filename: str | Path, format: str = "yaml", overwrite: bool = False) -> None:
        """Write the result, models and covariance included; it appears whole or not at all."""
        find("FitResult", "write", format)(self, filename, overwrite=overwrite)

    @classmethod
    def read(cls, filename: str | Path, format: str = "yaml") -> FitResult:
        """Read a result that was written."""
        return find("FitResult", "read", format)(filename)

    def summary(self) -> list[tuple[str, str]]:
        """Names and texts of what is known beside the values."""
        return [
            ("status", f"{self.status.value} {self.message}".strip()),
            ("backend", f"{self.backend} ({self.method})"),
            ("total stat", f"{self.total_stat:.4f}"),
            ("data, free parameters", f"{self.n_data}, {self.n_free}"),
            ("evaluations", f"{self.nfev}, of which {self.ngrad} with gradient"),
            ("covariance", self.covariance_method),
            ("time", f"{self.time:.3g} s"),
            *(("note", note) for note in self.notes),
        ]

    def __str__(self) -> str:
        rows = [f"{key:22s}: {text}" for key, text in self.summary()]
        return "\n".join(["FitResult", *rows, "", *self.table.pformat(max_width=-1)])

    def _repr_html_(self) -> str:
        return find("FitResult", "html", "table")(self)
