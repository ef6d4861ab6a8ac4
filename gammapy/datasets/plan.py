"""Plan: the flat vector of a fit - which entry feeds which parameter, and how links follow.

Three vectors appear. ``x`` [n_free] holds the free parameters in the user's units: it is what an
optimiser moves. ``values`` [n] holds all parameters, free, frozen and linked, in the user's
units. ``theta`` [n] is the same in internal units: it is what terms read. The entries of theta
that move with x are the *active* ones; terms give derivatives by these, and the plan carries them
to x.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np

from gammapy.errors import LinkError
from gammapy.modeling.fit.problem import Evaluation, Residuals
from gammapy.modeling.models.collection import Models
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.penalty import GaussianPenalty

__all__ = ["Plan", "Term"]


class Term(Protocol):
    """One summand of the statistic: frozen arrays, and functions of theta.

    A dataset kind makes these; see the page "write your own dataset" and `Plan`.
    """

    @property
    def n_data(self) -> int:
        """Number of data points that the term sums over."""

    def value(self, theta: np.ndarray) -> float:
        """-2 ln L; infinite where the likelihood is zero."""

    def evaluate(self, theta: np.ndarray) -> Evaluation:
        """Value, and gradient and curvature by the active entries of theta."""

    @property
    def has_residuals(self) -> bool:
        """True if the term is a sum of squares plus a constant."""

    def residuals(self, theta: np.ndarray) -> Residuals:
        """Least-squares form by the active entries; only if `has_residuals`."""

    def diagnose(self, theta: np.ndarray) -> str | None:
        """Why the value is not finite, or None if it is."""

    def is_accurate(self, theta: np.ndarray) -> bool:
        """False if what was chosen at compilation is not good enough there."""


class Plan:
    """Index plan of a set of models.

    Parameters
    ----------
    models : `Models`
        All models of all datasets.
    start : ndarray [n_free], optional
        Values of the free parameters at which terms choose their approximations; by default
        the current ones.
    fitted : iterable of `Parameter`, optional
        Those that the data depend on; by default all. Others are not moved, even if not frozen.

    Raises
    ------
    LinkError
        If a linked parameter has bounds that do not turn into bounds of one free parameter.
    """

    def __init__(
        self,
        models: Models,
        start: np.ndarray | None = None,
        fitted: Iterable[Parameter] | None = None,
    ) -> None:
        known = models.parameters
        self.penalties = models.penalties.touching(known)
        self.parameters = known + _outside(known, self.penalties)
        self._members = list(self.parameters)
        self._position = {p: i for i, p in enumerate(self._members)}
        self.factors = np.array([p.internal_factor for p in self._members])
        self.values = np.array([p.value for p in self._members])
        wanted = [i for i, p in enumerate(self._members) if not p.frozen and p.link is None]
        needed = self._needed(known if fitted is None else fitted)
        self.free = np.array([i for i in wanted if self._members[i] in needed], dtype=int)
        #: names of parameters that are not frozen, but that the data do not depend on
        self.idle = [self.parameters.paths[i] for i in wanted if self._members[i] not in needed]
        #: names of free parameters that only penalties speak of
        self.joining = self._joining(known)
        self._links = self._ordered_links()
        if start is not None:
            self.values = self.all_values(start)
        jacobian = self._jacobian(self.values)
        moving = (jacobian != 0).any(axis=1)
        moving[[i for i, _ in self._links if self._follows_free(i)]] = True
        #: positions in theta that move with x
        self.active = np.flatnonzero(moving)
        #: column of each entry of theta among the active ones; -1 if it stands still
        self.column = np.full(len(self._members), -1)
        self.column[self.active] = np.arange(len(self.active))
        self._active_factors = self.factors[self.active]
        self.lower, self.upper = self._bounds()
        self.priors = [(i, p.prior) for i, p in enumerate(self._members) if p.prior is not None]

    # -- structure ------------------------------------------------------------------------

    def position(self, parameter: Parameter) -> int:
        """Position of a parameter in theta."""
        return self._position[parameter]

    def positions(self, parameters: Iterable[Parameter]) -> np.ndarray:
        """Positions of parameters in theta."""
        return np.array([self._position[p] for p in parameters], dtype=int)

    def _needed(self, fitted: Iterable[Parameter]) -> set[Parameter]:
        """Parameters that the data or the penalties depend on."""
        spoken = itertools.chain(fitted, *(penalty.parameters for penalty in self.penalties))
        return {ancestor for parameter in spoken for ancestor in parameter.ancestors()}

    def _joining(self, known: Parameters) -> list[str]:
        linked = {ancestor for p in known for ancestor in p.ancestors()}
        paths = self.parameters.paths
        return [paths[i] for i in self.free if self._members[i] not in linked]

    def _follows_free(self, i: int) -> bool:
        free = {self._members[k] for k in self.free}
        return any(ancestor in free for ancestor in self._members[i].ancestors())

    def _ordered_links(self) -> list[tuple[int, Callable[..., Any]]]:
        """Linked parameters with their bound expressions, dependencies first."""
        linked = [i for i, p in enumerate(self._members) if p.link is not None]
        depth = {i: len(list(self._members[i].ancestors())) for i in linked}
        return [(i, _bound_link(self._members[i])) for i in sorted(linked, key=depth.__getitem__)]

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the free parameters."""
        paths = self.parameters.paths
        return tuple(paths[i] for i in self.free)

    @property
    def start(self) -> np.ndarray:
        """Free values [n_free] at which the plan was made."""
        return self.values[self.free]

    @property
    def reported(self) -> np.ndarray:
        """Positions of what a result tells of: free parameters, then what follows them."""
        return np.concatenate([self.free, np.setdiff1d(self.active, self.free)])

    # -- values ---------------------------------------------------------------------------

    def all_values(self, x: np.ndarray) -> np.ndarray:
        """All values [n], in the user's units."""
        values = self.values.copy()
        values[self.free] = x
        for i, link in self._links:
            values[i], _ = link(lambda leaf: values[self._position[leaf]])
        return values

    def theta(self, x: np.ndarray) -> np.ndarray:
        """All values [n] in internal units."""
        return self.all_values(x) * self.factors

    def current_x(self) -> np.ndarray:
        """Free values [n_free] that the parameters have now."""
        return np.array([self._members[i].value for i in self.free])

    def current_theta(self) -> np.ndarray:
        """Internal values [n] that the parameters have now, frozen ones included."""
        return np.array([p.value for p in self._members]) * self.factors

    def spread(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values of the `reported` parameters and their derivatives by x, in the user's units."""
        values = self.all_values(x)
        return values[self.reported], self._jacobian(values)[self.reported]

    def _jacobian(self, values: np.ndarray) -> np.ndarray:
        """Derivatives [n, n_free] of all values by x."""
        jacobian = np.zeros((len(self._members), len(self.free)))
        jacobian[self.free, np.arange(len(self.free))] = 1.0
        for i, link in self._links:
            _, by_leaf = link(lambda leaf: values[self._position[leaf]])
            jacobian[i] = sum(d * jacobian[self._position[leaf]] for leaf, d in by_leaf.items())
        return jacobian

    # -- derivatives by the active entries, carried to x ------------------------------------

    def _active_jacobian(self, x: np.ndarray) -> np.ndarray:
        whole = self._jacobian(self.all_values(x))[self.active]
        return whole * self._active_factors[:, None]

    def carry(self, x: np.ndarray, evaluation: Evaluation) -> Evaluation:
        """Derivatives by x from derivatives by the active entries of theta."""
        value, gradient, curvature = evaluation
        if not self._links:
            factors = self._active_factors
            return Evaluation(value, gradient * factors, curvature * factors * factors[:, None])
        jacobian = self._active_jacobian(x)
        return Evaluation(value, jacobian.T @ gradient, jacobian.T @ curvature @ jacobian)

    def carry_residuals(self, x: np.ndarray, residuals: Residuals) -> Residuals:
        """Jacobian by x from the one by the active entries of theta."""
        residual, jacobian = residuals
        if not self._links:
            return Residuals(residual, jacobian * self._active_factors)
        return Residuals(residual, jacobian @ self._active_jacobian(x))

    # -- bounds ---------------------------------------------------------------------------

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        lower = np.full(len(self.free), -np.inf)
        upper = np.full(len(self.free), np.inf)
        for k, i in enumerate(self.free):
            lower[k], upper[k] = _own_bounds(self._members[i])
        for i, _ in self._links:
            low, high = _own_bounds(self._members[i])
            if self._follows_free(i) and (np.isfinite(low) or np.isfinite(high)):
                k, slope, offset = self._affine(i)
                ends = sorted([(low - offset) / slope, (high - offset) / slope])
                lower[k], upper[k] = max(lower[k], ends[0]), min(upper[k], ends[1])
        return lower, upper

    def _affine(self, i: int) -> tuple[int, float, float]:
        """Free parameter, slope and offset that give a linked one, if it is that simple."""
        x = self.start
        row = self._jacobian(self.values)[i]
        columns = np.flatnonzero(row)
        same = len(columns) == 1
        for factor in (0.37, 1.9, -2.3) if same else ():
            moved = x.copy()
            moved[columns[0]] = factor * (x[columns[0]] or 1.0)
            try:
                there = self._jacobian(self.all_values(moved))[i]
            except LinkError:  # outside the domain of the link: it is not affine
                same = False
            else:
                same &= bool(np.allclose(there, row, rtol=1e-10, atol=0))
        if not same:
            parameter = self._members[i]
            raise LinkError(
                f"{parameter.name} is linked to {parameter.link!r} and has bounds, which can only "
                "be kept for a link of the form a * p + b of one free parameter: remove its min "
                "and max, and bound the parameters that it depends on"
            )
        k = int(columns[0])
        offset = float(self.values[i] - row[k] * x[k])
        rounding = 1e-14 * abs(self.values[i])
        return k, float(row[k]), offset if abs(offset) > rounding else 0.0


def _outside(known: Parameters, penalties: list[GaussianPenalty]) -> Parameters:
    """Parameters of no model here that links or penalties speak of, under names that differ."""
    paths: dict[Parameter, str] = {}
    spoken = itertools.chain(known, *(penalty.parameters for penalty in penalties))
    for parameter in spoken:
        for ancestor in parameter.ancestors():
            if ancestor not in known and ancestor not in paths:
                same = sum(other.name == ancestor.name for other in paths)
                paths[ancestor] = f"{ancestor.name}-{same + 1}" if same else ancestor.name
    return Parameters(paths, paths.values())


def _bound_link(parameter: Parameter) -> Callable[..., Any]:
    """Link of a parameter as a function of its leaves, in the parameter's unit."""
    assert parameter.link is not None
    function = parameter.link.bind()
    factor = float(parameter.link.unit.to(parameter.unit))

    def link(lookup: Callable[[Parameter], float]) -> tuple[float, dict[Parameter, float]]:
        value, by_leaf = function(lookup)
        return value * factor, {leaf: d * factor for leaf, d in by_leaf.items()}

    return link


def _own_bounds(parameter: Parameter) -> tuple[float, float]:
    """Bounds of a parameter and of its prior, infinite where there is none."""
    low = -np.inf if np.isnan(parameter.min) else parameter.min
    high = np.inf if np.isnan(parameter.max) else parameter.max
    if parameter.prior is not None:
        support = parameter.prior.support
        low, high = max(low, support[0]), min(high, support[1])
    return low, high
