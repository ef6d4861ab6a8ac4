"""Penalty: what is known of several parameters together, as a term of the statistic.

A prior speaks of one parameter. Where an earlier measurement, a calibration or another analysis
knows parameters with their correlations, of one model or of several, a penalty of `Models` adds
it to the statistic: once, however many datasets and models share the parameters.
"""

from __future__ import annotations

import copy
import numbers
from collections.abc import Iterable, Iterator, MutableSequence
from typing import Any

import numpy as np

from gammapy.errors import ParameterError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.prior.base import LOG_TWO_PI

__all__ = ["GaussianPenalty", "Penalties"]

#: smallest eigenvalue of the correlation matrix; below, rounding decides what a fit finds
SMALLEST_EIGENVALUE = 1e-12


class GaussianPenalty:
    """Normal density of several parameters: adds (x - mean)^T C^-1 (x - mean) + ln det(2 pi C).

    The numbers are in the units that the parameters have when it is made, and follow when these
    change. In a fit a frozen parameter stays where it is, which leaves the density of the
    others given its value. A linked one takes part with the value that its link gives.

    Parameters
    ----------
    parameters : `Parameters` or iterable of `Parameter` [n]
    mean : array_like [n]
    covariance : array_like [n, n] or `Covariance`
        Rows and columns in the order of ``parameters``; those of a `Covariance` are found by
        name where its names are the paths of ``parameters``.

    Raises
    ------
    ParameterError
        If a parameter comes twice, the shapes do not fit, a number is not finite, or the matrix
        is not symmetric and positive definite.

    Examples
    --------
    >>> from gammapy.modeling.models import PowerLawSpectralModel
    >>> spectrum = PowerLawSpectralModel()
    >>> penalty = GaussianPenalty(
    ...     [spectrum.index, spectrum.amplitude],
    ...     mean=[2.3, 3e-11],
    ...     covariance=[[0.01, 5e-14], [5e-14, 1e-24]],
    ... )
    """

    def __init__(self, parameters: Iterable[Parameter], mean: Any, covariance: Any) -> None:
        members = list(parameters)
        known = parameters if isinstance(parameters, Parameters) else Parameters(members)
        if not members or len(known) != len(members):
            raise ParameterError(
                f"GaussianPenalty: parameters = {[p.name for p in members]} must be at least one, "
                "and each of them once"
            )
        self._parameters = tuple(members)
        self._units = tuple(p.unit for p in members)
        self._mean = _vector(mean, len(members))
        self._matrix = _matrix(covariance, known.paths)
        self._errors = np.sqrt(np.diag(self._matrix))
        self._correlation = self._matrix / self._errors / self._errors[:, None]
        _check_definite(self._correlation)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters that it knows, in the order of the rows."""
        return self._parameters

    def _factors(self) -> np.ndarray:
        """Numbers [n] that bring values to the current units of the parameters."""
        pairs = zip(self._units, self._parameters, strict=True)
        return np.array([float(unit.to(p.unit)) for unit, p in pairs])

    @property
    def mean(self) -> np.ndarray:
        """Mean [n], in the current units."""
        return self._mean * self._factors()

    @property
    def errors(self) -> np.ndarray:
        """Standard deviations [n], in the current units."""
        return self._errors * self._factors()

    @property
    def covariance(self) -> Covariance:
        """Covariance [n, n], in the current units; rows are named as the parameters are."""
        factors = self._factors()
        names = [p.name for p in self._parameters]
        return Covariance(names, self._matrix * factors * factors[:, None])

    def whitening(self) -> np.ndarray:
        """Matrix W [n, n], in the current units, for which W (x - mean) has unit covariance."""
        inverse = np.linalg.inv(np.linalg.cholesky(self._correlation))
        return inverse / self.errors

    @property
    def log_norm(self) -> float:
        """Constant ln det(2 pi C), in the current units."""
        _, log_det = np.linalg.slogdet(self._correlation)
        return float(len(self._mean) * LOG_TWO_PI + log_det + 2.0 * np.log(self.errors).sum())

    def __call__(self) -> float:
        """Value at the current values of the parameters."""
        residual = self.whitening() @ ([p.value for p in self._parameters] - self.mean)
        return float(residual @ residual) + self.log_norm

    def ancestors(self) -> set[Parameter]:
        """Its parameters and all that their values depend on through links."""
        return {ancestor for p in self._parameters for ancestor in p.ancestors()}

    def mapped(self, mapping: dict[Parameter, Parameter]) -> GaussianPenalty:
        """The same penalty on the images of its parameters, where they have one."""
        new = copy.copy(self)
        new._parameters = tuple(mapping.get(p, p) for p in self._parameters)
        return new

    def __repr__(self) -> str:
        names = [p.name for p in self._parameters]
        mean, errors = (np.array2string(a, precision=6) for a in (self.mean, self.errors))
        return f"GaussianPenalty(parameters={names}, mean={mean}, errors={errors})"


class Penalties(MutableSequence[GaussianPenalty]):
    """List of penalties; each stands in it once.

    Raises
    ------
    ParameterError
        If a member is not a penalty, or is in the list already.
    """

    def __init__(self, penalties: GaussianPenalty | Iterable[GaussianPenalty] = ()) -> None:
        single = isinstance(penalties, GaussianPenalty)
        self._members: list[GaussianPenalty] = []
        self._replace([penalties] if single else list(penalties))  # type: ignore[arg-type]

    def _replace(self, members: list[Any]) -> None:
        for i, member in enumerate(members):
            if not isinstance(member, GaussianPenalty):
                raise ParameterError(
                    f"{member!r} is not a penalty: make a GaussianPenalty(parameters, mean, "
                    "covariance); what is known of one parameter is its .prior"
                )
            if any(member is other for other in members[:i]):
                raise ParameterError(
                    f"{member!r} is in the list already: it would be counted twice"
                )
        self._members = members

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[GaussianPenalty]:
        return iter(self._members)

    def __getitem__(self, key: Any) -> Any:
        return self._members[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        members = list(self._members)
        members[key] = value
        self._replace(members)

    def __delitem__(self, key: Any) -> None:
        del self._members[key]

    def insert(self, index: int, value: GaussianPenalty) -> None:
        """Insert a penalty."""
        members = list(self._members)
        members.insert(index, value)
        self._replace(members)

    def inside(self, parameters: Parameters) -> list[GaussianPenalty]:
        """Members all of whose parameters are among these, or what these are linked to."""
        reached = {ancestor for p in parameters for ancestor in p.ancestors()}
        return [m for m in self if reached.issuperset(m.parameters)]

    def touching(self, parameters: Parameters) -> list[GaussianPenalty]:
        """Members that have a say on these parameters, through links or other members too."""
        reached = {ancestor for p in parameters for ancestor in p.ancestors()}
        found: set[int] = set()
        while new := [m for m in self if id(m) not in found and m.ancestors() & reached]:
            found.update(map(id, new))
            reached.update(*(m.ancestors() for m in new))
        return [m for m in self if id(m) in found]

    def __repr__(self) -> str:
        return repr(self._members)


def _vector(mean: Any, n: int) -> np.ndarray:
    values = list(mean) if isinstance(mean, Iterable) and not hasattr(mean, "unit") else [mean]
    if len(values) != n or not all(
        isinstance(v, numbers.Real) and not isinstance(v, bool) for v in values
    ):
        raise ParameterError(
            f"GaussianPenalty: mean = {mean!r} must be {n} plain numbers, in the units and the "
            "order of the parameters"
        )
    vector = np.array(values, dtype=float)
    if not np.all(np.isfinite(vector)):
        raise ParameterError(f"GaussianPenalty: mean = {vector.tolist()} must be finite")
    return vector


def _matrix(covariance: Any, paths: list[str]) -> np.ndarray:
    """Checked matrix with its rows in the order of the paths."""
    if isinstance(covariance, Covariance):
        by_name = set(covariance.names) == set(paths) and len(set(paths)) == len(paths)
        covariance = (covariance.submatrix(paths) if by_name else covariance).data
    if hasattr(covariance, "unit"):
        raise ParameterError(
            f"GaussianPenalty: covariance = {covariance!r} has a unit: give plain numbers in the "
            "units of the parameters"
        )
    try:
        matrix = np.array(covariance, dtype=float)
    except (TypeError, ValueError):
        raise ParameterError(
            f"GaussianPenalty: covariance = {covariance!r} must be {len(paths)} rows of "
            f"{len(paths)} numbers"
        ) from None
    matrix = Covariance(paths, matrix).data
    if not np.all(np.isfinite(matrix)) or np.any(np.diag(matrix) <= 0):
        raise ParameterError(
            f"GaussianPenalty: covariance = {matrix.tolist()} must be finite, with positive "
            "variances on the diagonal: leave parameters out whose error is not known"
        )
    return matrix


def _check_definite(correlation: np.ndarray) -> None:
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    if smallest < SMALLEST_EIGENVALUE:
        raise ParameterError(
            "GaussianPenalty: covariance is not positive definite (the smallest eigenvalue of its "
            f"correlation matrix is {smallest:.3g}): leave out a parameter that the others "
            "determine"
        )
