"""Covariance of parameters: a matrix that knows the names and units of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import AmbiguousNameError, ParameterError, UnknownNameError

__all__ = ["Covariance"]


class Covariance:
    """Symmetric matrix with a name for each row; it does not change once made.

    A row that is nan says that the error of this parameter is not known (the parameter
    sits at a bound, or the data do not constrain it).

    Parameters
    ----------
    names : sequence of str [n]
    matrix : array_like [n, n]
        Row i, column j in unit_i * unit_j of the parameters.

    Raises
    ------
    ParameterError
        If the matrix is not square and symmetric, or does not fit the names.
    """

    def __init__(self, names: Sequence[str], matrix: Any) -> None:
        data = np.array(matrix, dtype=float)
        n = len(names)
        if data.shape != (n, n):
            raise ParameterError(
                f"covariance of shape {data.shape} does not fit {n} names: {n} x {n} is needed"
            )
        size = np.sqrt(np.abs(np.outer(np.diag(data), np.diag(data)))) if n else data
        lopsided = np.abs(data - data.T) > 1e-8 * np.nan_to_num(size)
        if np.any(lopsided | (np.isnan(data) != np.isnan(data.T))):
            raise ParameterError("covariance is not symmetric: pass 0.5 * (matrix + matrix.T)")
        data = 0.5 * (data + data.T)
        data.flags.writeable = False
        self.names = tuple(names)
        self.data = data

    def __deepcopy__(self, memo: dict[int, Any]) -> Covariance:
        return self

    @property
    def errors(self) -> np.ndarray:
        """Standard deviations [n]; nan where the variance is negative or not known."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.diag(self.data))

    @property
    def correlation(self) -> np.ndarray:
        """Correlation matrix [n, n]; zero for a parameter without error, one on the diagonal."""
        errors = self.errors
        safe = np.where(errors > 0, errors, 1.0)
        correlation = np.where(np.isnan(self.data), 0.0, self.data) / np.outer(safe, safe)
        np.fill_diagonal(correlation, 1.0)
        return correlation

    @property
    def known(self) -> np.ndarray:
        """True [n] for rows that are not nan."""
        return ~np.isnan(np.diag(self.data))

    @property
    def is_positive_semidefinite(self) -> bool:
        """True if no direction has a negative variance (rounding of 1e-10 allowed)."""
        known = self.known
        block = self.data[np.ix_(known, known)]
        variances = np.diag(block)
        if np.any(variances < 0) or np.any(block[variances == 0] != 0):
            return False
        eigenvalues = np.linalg.eigvalsh(self.correlation[np.ix_(known, known)])
        return bool(eigenvalues.min(initial=0.0) > -1e-10)

    def submatrix(self, names: Sequence[str]) -> Covariance:
        """Covariance of some of the parameters, in the order asked for."""
        try:
            rows = [self.names.index(name) for name in names]
        except ValueError:
            missing = [name for name in names if name not in self.names]
            raise UnknownNameError(
                f"covariance has no row for {missing}: known are {list(self.names)}"
            ) from None
        return Covariance(names, self.data[np.ix_(rows, rows)])

    def get_subcovariance(self, parameters: Any) -> Covariance:
        """Covariance of some of the parameters, given as `Parameters` or by their names.

        As when parameters are looked up, the tail of a name will do if it fits one only.
        """
        wanted = getattr(parameters, "paths", parameters)
        return self.submatrix([self._whole_name(name) for name in wanted])

    def _whole_name(self, name: str) -> str:
        if name in self.names:
            return name
        # `parameters` of a part have shorter paths than the whole, those of the whole longer ones
        fits = [n for n in self.names if n.endswith("." + name) or name.endswith("." + n)]
        if len(fits) > 1:
            raise AmbiguousNameError(f"{name!r} fits {len(fits)} parameters: use one of {fits}")
        return fits[0] if fits else name

    def plot_correlation(self, figsize: Any = None, **kwargs: Any) -> Any:
        """Draw the correlation matrix; see `gammapy.plot.plot_correlation`."""
        return find("Covariance", "plot", "correlation")(self, figsize, **kwargs)

    def _repr_html_(self) -> str:
        return find("Covariance", "html", "table")(self)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Covariance)
            and self.names == other.names
            and np.array_equal(self.data, other.data, equal_nan=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Covariance(names={list(self.names)}, errors={self.errors.tolist()})"
