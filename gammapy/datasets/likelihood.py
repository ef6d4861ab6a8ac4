"""Likelihood: terms, penalties and priors of some datasets, added up over one plan.

It is compiled from datasets and kept by them as long as their structure stays (`Compiled`).
Values of parameters are not part of the structure: they are read when they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.datasets.penalty import PenaltyTerm
from gammapy.datasets.plan import Plan, Term
from gammapy.errors import DataError
from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals
from gammapy.modeling.models.collection import Models

if TYPE_CHECKING:
    from gammapy.datasets.base import Dataset

__all__ = ["Compiled", "Likelihood", "union_of_models"]


class Likelihood:
    """-2 ln L of some datasets as a function of the free parameters.

    Parameters
    ----------
    datasets : sequence of `Dataset`
    start : ndarray [n_free], optional
        Where terms choose their approximations; by default at the current values.
    """

    def __init__(self, datasets: Sequence[Dataset], start: np.ndarray | None = None) -> None:
        self._datasets = tuple(datasets)
        seen: set[str] = set()
        for dataset in datasets:
            if dataset.name in seen:
                raise DataError(f"two datasets are named {dataset.name!r}: rename one")
            seen.add(dataset.name)
        fitted = [p for dataset in datasets for p in dataset.fitted_parameters]
        self.plan = Plan(union_of_models(datasets), start, fitted)
        kinds = dict.fromkeys(type(dataset) for dataset in datasets)
        self.terms: list[Term] = [
            term
            for kind in kinds
            for term in kind.terms([d for d in datasets if type(d) is kind], self.plan)
        ]
        self.terms += [PenaltyTerm(penalty, self.plan) for penalty in self.plan.penalties]

    @property
    def n_data(self) -> int:
        """Bins, penalties, and priors that are more than a range, of what moves."""
        moving = [p for i, p in self.plan.priors if self.plan.column[i] >= 0]
        informative = [p for p in moving if not p.is_range]
        return sum(term.n_data for term in self.terms) + len(informative)

    def stat_sum(self) -> float:
        """-2 ln L at the current values of the parameters."""
        theta = self.plan.current_theta()
        return sum(term.value(theta) for term in self.terms) + self._prior_value(theta)

    def value(self, x: np.ndarray) -> float:
        """-2 ln L."""
        theta = self.plan.theta(x)
        return sum(term.value(theta) for term in self.terms) + self._prior_value(theta)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """-2 ln L, gradient and curvature."""
        theta = self.plan.theta(x)
        value, gradient, curvature = self._prior_evaluation(theta)
        for term in self.terms:
            part = term.evaluate(theta)
            value, gradient, curvature = (
                value + part.value,
                gradient + part.gradient,
                curvature + part.curvature,
            )
        return self.plan.carry(x, Evaluation(value, gradient, curvature))

    def residuals(self, x: np.ndarray) -> Residuals:
        """Least-squares form; only if `has_residuals`."""
        theta = self.plan.theta(x)
        parts = [term.residuals(theta) for term in self.terms]
        parts.append(self._prior_residuals(theta))
        joined = Residuals(
            np.concatenate([part.residual for part in parts]),
            np.concatenate([part.jacobian for part in parts]),
        )
        return self.plan.carry_residuals(x, joined)

    @property
    def has_residuals(self) -> bool:
        """True if all terms and priors have a least-squares form."""
        return all(term.has_residuals for term in self.terms) and all(
            prior.residual(1.0) is not None for _, prior in self.plan.priors
        )

    # -- priors ---------------------------------------------------------------------------

    def _prior_value(self, theta: np.ndarray) -> float:
        factors = self.plan.factors
        return sum(prior(theta[i] / factors[i]) for i, prior in self.plan.priors)

    def _prior_evaluation(self, theta: np.ndarray) -> Evaluation:
        n = len(self.plan.active)
        value, gradient, curvature = 0.0, np.zeros(n), np.zeros((n, n))
        for i, prior in self.plan.priors:
            factor, k = self.plan.factors[i], self.plan.column[i]
            here = theta[i] / factor
            stat, first, _ = prior.evaluate(here)
            value += stat
            if k >= 0:
                gradient[k] += first / factor
                curvature[k, k] += prior.curvature(here) / factor**2
        return Evaluation(value, gradient, curvature)

    def _prior_residuals(self, theta: np.ndarray) -> Residuals:
        priors = self.plan.priors
        residual = np.zeros(len(priors))
        jacobian = np.zeros((len(priors), len(self.plan.active)))
        for row, (i, prior) in enumerate(priors):
            factor, k = self.plan.factors[i], self.plan.column[i]
            found = prior.residual(theta[i] / factor)
            assert found is not None  # `has_residuals` has been asked
            residual[row], slope = found
            if k >= 0:
                jacobian[row, k] = slope / factor
        return Residuals(residual, jacobian)

    # -- for the fitter -------------------------------------------------------------------

    def problem_now(self) -> FitProblem:
        """The fit problem, starting at the current values of the parameters."""
        if not np.array_equal(self.plan.current_theta(), self.plan.values * self.plan.factors):
            return Likelihood(self._datasets).problem()
        return self.problem()

    def problem(self) -> FitProblem:
        """The fit problem, starting where the plan was made."""
        plan = self.plan
        paths = plan.parameters.paths
        members = list(plan.parameters)
        reported = plan.reported
        return FitProblem(
            names=plan.names,
            start=plan.start,
            lower=plan.lower,
            upper=plan.upper,
            value=self.value,
            evaluate=self.evaluate,
            residuals=self.residuals if self.has_residuals else None,
            n_data=self.n_data,
            parameters=tuple(members[i] for i in reported),
            paths=tuple(paths[i] for i in reported),
            frozen=tuple(p for i, p in enumerate(members) if plan.column[i] < 0),
            spread=plan.spread,
            diagnose=self.diagnose,
            refine=self.refine,
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        slow = {
            type(part).__name__
            for model in union_of_models(self._datasets)
            for part in model.parts("spectral")
            if getattr(part, "needs_quantities", False)
        }
        notes = [f"{name} works on quantities, which is slow" for name in sorted(slow)]
        if self.plan.idle:
            notes.append(
                f"{', '.join(self.plan.idle)}: the data do not depend on it, so it stays as it is"
            )
        if self.plan.joining:
            notes.append(
                f"{', '.join(self.plan.joining)} of a penalty is in no model that the data see: "
                "it is fitted along, by what the penalty knows of it"
            )
        return tuple(notes)

    def refine(self, x: np.ndarray) -> FitProblem | None:
        """The problem compiled anew at x, if a term is not accurate there."""
        theta = self.plan.theta(x)
        if all(term.is_accurate(theta) for term in self.terms):
            return None
        return Likelihood(self._datasets, start=x).problem()

    def diagnose(self, x: np.ndarray) -> str:
        """Why the value is not finite at x."""
        theta = self.plan.theta(x)
        found = [why for term in self.terms if (why := term.diagnose(theta)) is not None]
        paths = self.plan.parameters.paths
        found += [
            f"{paths[i]} = {theta[i] / self.plan.factors[i]:g} lies outside its prior"
            for i, prior in self.plan.priors
            if not np.isfinite(prior(theta[i] / self.plan.factors[i]))
        ]
        return "; ".join(found) or "no term is to blame"


class Compiled:
    """Keeps the likelihood of some datasets until their structure changes."""

    def __init__(self) -> None:
        self._structure: list[Any] = []
        self._likelihood: Likelihood | None = None

    def get(self, datasets: Sequence[Dataset]) -> Likelihood:
        """The likelihood, compiled anew if data, models, links, units or flags have changed."""
        structure = _structure(datasets)
        if self._likelihood is None or structure != self._structure:
            self._likelihood = Likelihood(datasets)
            self._structure = structure
        return self._likelihood

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return Compiled()

    def __getstate__(self) -> dict[str, Any]:
        return {"_structure": [], "_likelihood": None}


def _structure(datasets: Sequence[Dataset]) -> list[Any]:
    """What a compiled likelihood depends on besides values: objects and their revisions."""
    structure: list[Any] = []
    seen: dict[int, None] = {}
    for dataset in datasets:
        structure += [dataset, dataset.revision, dataset.name]
        for penalty in dataset.models.penalties:
            structure.append(penalty)
            if id(penalty) not in seen:
                seen[id(penalty)] = None
                for parameter in penalty.parameters:
                    for ancestor in parameter.ancestors():
                        structure += [ancestor, ancestor._revision]
        for model in dataset.models:
            structure.append(model)
            if id(model) not in seen:
                seen[id(model)] = None
                structure += [model.name, model.parts(), tuple(model.datasets_names or ())]
                structure.append(dict(getattr(model, "apply_irf", {})))
                for parameter in model.own_parameters.values():
                    for ancestor in parameter.ancestors():
                        structure += [ancestor, ancestor._revision]
    return structure


def union_of_models(datasets: Sequence[Dataset]) -> Models:
    """Models that some dataset sees, and all penalties, each once; equal names are refused."""
    seen = {
        id(model): model
        for dataset in datasets
        for model in dataset.models
        if model.belongs_to(dataset.name)
    }
    penalties = {id(p): p for dataset in datasets for p in dataset.models.penalties}
    return Models(list(seen.values()), penalties.values())
