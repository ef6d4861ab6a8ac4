"""Dataset: data of one kind that can join a fit.

A kind of dataset is a class that makes a `Term` from its data and a `Plan`. Nothing else has
to be touched for it to take part in a joint fit.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from gammapy.datasets.likelihood import Compiled
from gammapy.datasets.plan import Plan, Term
from gammapy.errors import DataError
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.component import Component
from gammapy.modeling.parameter import Parameter

__all__ = ["Dataset"]

_NUMBERS = itertools.count(1)


class Dataset(ABC):
    """Base of all dataset kinds.

    Parameters
    ----------
    name : str, optional
        By default the next of "dataset-1", "dataset-2", ... in this process.
    models : `Models`, `SkyModel` or list of them, optional
    """

    def __init__(self, name: str | None = None, models: Any = None) -> None:
        name = f"dataset-{next(_NUMBERS)}" if name is None else name
        if not isinstance(name, str) or not name:
            raise DataError(f"dataset name {name!r} must be a text, e.g. name='crab'")
        self.name = name
        #: grows with every change of the data, so that nothing compiled from them is used again
        self.revision = 0
        self._compiled = Compiled()
        self.models = models

    @property
    def models(self) -> Models:
        """Models of the sky; those with other ``datasets_names`` are not seen."""
        return self._models

    @models.setter
    def models(self, models: Any) -> None:
        if isinstance(models, Models):
            self._models = models
        else:
            self._models = Models([models] if isinstance(models, Component) else models)

    @property
    def seen_models(self) -> Models:
        """Models that this dataset sees."""
        return self.models.seen_by(self.name)

    @property
    def fitted_parameters(self) -> list[Parameter]:
        """Parameters that its statistic depends on: by default those of all models it sees."""
        return list(self.seen_models.parameters)

    @abstractmethod
    def term(self, plan: Plan) -> Term:
        """Its summand of the statistic."""

    @classmethod
    def terms(cls, datasets: Sequence[Any], plan: Plan) -> list[Term]:
        """Summands of several datasets of this kind; a kind may join them into fewer."""
        return [dataset.term(plan) for dataset in datasets]

    def stat_sum(self) -> float:
        """-2 ln L of the unmasked data at the current values, priors included."""
        return self._compiled.get([self]).stat_sum()

    def fit_problem(self) -> FitProblem:
        """What a `Fitter` needs."""
        return self._compiled.get([self]).problem_now()
