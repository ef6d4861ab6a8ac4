"""Datasets: several datasets, of any kinds, fitted together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import astropy.units as u

from gammapy.data.gti import GTI
from gammapy.datasets.base import Dataset
from gammapy.datasets.likelihood import Compiled, union_of_models
from gammapy.datasets.summary import cumulated, span_of, table_of
from gammapy.dispatch import find
from gammapy.errors import DataError, UnknownNameError
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.models.collection import Models
from gammapy.modeling.parameters import Parameters
from gammapy.units import as_quantity

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.time import Time

__all__ = ["Datasets"]


class Datasets(MutableSequence[Dataset]):
    """Datasets with unique names, found by position or name.

    Parameters
    ----------
    datasets : `Dataset` or iterable of them, optional

    Raises
    ------
    DataError
        If two datasets have the same name, or a member is not a dataset.
    """

    def __init__(self, datasets: Dataset | Iterable[Dataset] | None = None) -> None:
        if datasets is None:
            datasets = []
        self._compiled = Compiled()
        self._replace([datasets] if isinstance(datasets, Dataset) else list(datasets))

    def _replace(self, datasets: list[Any]) -> None:
        seen: set[str] = set()
        for dataset in datasets:
            if not isinstance(dataset, Dataset):
                raise DataError(f"{dataset!r} is not a dataset")
            if dataset.name in seen:
                raise DataError(f"two datasets are named {dataset.name!r}: rename one")
            seen.add(dataset.name)
        self._datasets = datasets

    # -- a sequence -----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._datasets)

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self._datasets)

    def index(self, key: Any, *args: Any) -> int:
        """Position of a dataset, given itself or its name."""
        if not isinstance(key, str):
            return self._datasets.index(key, *args)
        if key not in self.names:
            raise UnknownNameError(f"no dataset {key!r}: known are {self.names}")
        return self.names.index(key)

    def __getitem__(self, key: Any) -> Any:
        """Dataset by position or name; a slice or list of names gives `Datasets`."""
        if isinstance(key, slice):
            return Datasets(self._datasets[key])
        if isinstance(key, list):
            return Datasets([self[k] for k in key])
        return self._datasets[self.index(key) if isinstance(key, str) else key]

    def __setitem__(self, key: Any, dataset: Any) -> None:
        datasets = list(self._datasets)
        datasets[self.index(key) if isinstance(key, str) else key] = dataset
        self._replace(datasets)

    def __delitem__(self, key: Any) -> None:
        del self._datasets[self.index(key) if isinstance(key, str) else key]

    def insert(self, index: int, value: Dataset) -> None:
        """Insert a dataset."""
        datasets = list(self._datasets)
        datasets.insert(index, value)
        self._replace(datasets)

    # -- models and statistic -------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Names of the datasets."""
        return [dataset.name for dataset in self]

    @property
    def models(self) -> Models:
        """Models of all datasets; setting it gives them to every dataset."""
        collections = {id(dataset.models): dataset.models for dataset in self}
        if len(collections) == 1:
            return next(iter(collections.values()))
        seen = {id(model): model for dataset in self for model in dataset.models}
        penalties = {id(p): p for dataset in self for p in dataset.models.penalties}
        return Models(list(seen.values()), penalties.values())

    @models.setter
    def models(self, models: Any) -> None:
        common = models if isinstance(models, Models) else Models(models)
        for dataset in self:
            dataset.models = common

    @property
    def parameters(self) -> Parameters:
        """Parameters of the models that some dataset sees."""
        return union_of_models(self).parameters

    def stat_sum(self) -> float:
        """-2 ln L of all unmasked data at the current values, each prior counted once."""
        return self._compiled.get(self._datasets).stat_sum()

    def fit_problem(self) -> FitProblem:
        """What a `Fitter` needs.

        Raises
        ------
        DataError
            If there is no dataset, or a model is seen by none.
        """
        if not self._datasets:
            raise DataError("no datasets to fit: read or append some first")
        for model in self.models:
            if not any(model.belongs_to(name) for name in self.names):
                raise DataError(
                    f"model {model.name!r} belongs to {model.datasets_names}, none of which is "
                    f"among the datasets {self.names}"
                )
        return self._compiled.get(self._datasets).problem_now()

    def copy(self) -> Datasets:
        """Independent copy, with one copy of the models."""
        copies = Datasets([dataset.copy(name=dataset.name) for dataset in self])  # type: ignore[attr-defined]
        models = self.models
        copied = models.copy()
        twins: dict[int, Any] = dict(zip(map(id, models), copied, strict=True))
        penalties = dict(zip(map(id, models.penalties), copied.penalties, strict=True))
        collections = {
            id(dataset.models): Models(
                [twins[id(model)] for model in dataset.models],
                [penalties[id(penalty)] for penalty in dataset.models.penalties],
            )
            for dataset in self
        }
        for dataset, copy in zip(self, copies, strict=True):
            copy.models = collections[id(dataset.models)]
        return copies

    # -- fewer of them, and less of each --------------------------------------------------

    def stack_reduce(self, name: str | None = None) -> Any:
        """All datasets as one, without models; the methods ``stack`` of the kinds tell how.

        Parameters
        ----------
        name : str, optional
            Of the new dataset.

        Raises
        ------
        DataError
            If there is none, or they do not fit together.
        """
        *_, whole = cumulated(self, name)
        return whole

    def slice_by_energy(self, energy_min: Any = None, energy_max: Any = None) -> Datasets:
        """Copies of the bins of an energy range, with the same names and models.

        The ends are moved to the nearest edges; datasets without bins between are left out.
        """
        parts = []
        for dataset in self:
            if dataset.bins_between(energy_min, energy_max) is not None:  # type: ignore[attr-defined]
                part = dataset.slice_by_energy(energy_min, energy_max, name=dataset.name)  # type: ignore[attr-defined]
                part.models = dataset.models
                parts.append(part)
        return Datasets(parts)

    def select_time(self, time_min: Time, time_max: Time, atol: Any = "1e-6 s") -> Datasets:
        """The datasets that were taken wholly within a time interval.

        Parameters
        ----------
        time_min, time_max : `~astropy.time.Time`
        atol : `~astropy.units.Quantity` or str
            By how much a dataset may stand out.

        Raises
        ------
        DataError
            If a dataset has no good time intervals.
        """
        slack = as_quantity(atol, "atol", u.s)
        spans = [span_of(dataset) for dataset in self]
        return Datasets(
            [
                dataset
                for dataset, (start, stop) in zip(self, spans, strict=True)
                if start >= time_min - slack and stop <= time_max + slack
            ]
        )

    @property
    def gti(self) -> GTI | None:
        """Time in which any of the datasets was taken; None if it is known of none."""
        gtis = [dataset.gti for dataset in self]  # type: ignore[attr-defined]
        if all(gti is None for gti in gtis):
            return None
        for dataset in self:
            span_of(dataset)
        return GTI.from_stack(gtis).union()

    @property
    def energy_ranges(self) -> tuple[u.Quantity, u.Quantity]:
        """Lowest and highest energy that counts, of each dataset [n]."""
        low, high = zip(*(dataset.energy_range for dataset in self), strict=True)  # type: ignore[attr-defined]
        return u.Quantity(low), u.Quantity(high)

    @property
    def is_all_same_type(self) -> bool:
        """True if all are of one kind."""
        return len({type(dataset) for dataset in self}) <= 1

    # -- files and pictures ---------------------------------------------------------------

    @classmethod
    def read(cls, filename: str | Path, filename_models: str | Path | None = None) -> Datasets:
        """Read datasets from the YAML file that lists them.

        Parameters
        ----------
        filename : str or path
        filename_models : str or path, optional
            Models to give to them.
        """
        datasets = find("Datasets", "read", "yaml")(filename)
        if filename_models is not None:
            datasets.models = Models.read(filename_models)
        return datasets

    def write(
        self,
        filename: str | Path,
        filename_models: str | Path | None = None,
        overwrite: bool = False,
        write_covariance: bool = True,
    ) -> None:
        """Write the datasets, and the YAML file that lists them, into its folder.

        Models go to ``filename_models``, if that is given, as `Models.write` has it.
        """
        find("Datasets", "write", "yaml")(self, filename, overwrite=overwrite)
        if filename_models is not None:
            self.models.write(
                filename_models, overwrite=overwrite, write_covariance=write_covariance
            )

    def plot_fit(self, ax_spectrum: Any = None, ax_residuals: Any = None, **kwargs: Any) -> Any:
        """Picture of counts, model and residuals; see `gammapy.plot.plot_fit`."""
        return find("Datasets", "plot", "fit")(self, ax_spectrum, ax_residuals, **kwargs)

    def info_table(self, cumulative: bool = False) -> Table:
        """One row per dataset: counts, background, exposure and so on.

        Parameters
        ----------
        cumulative : bool
            A row is for the datasets up to here, stacked.
        """
        datasets: Iterable[Any] = cumulated(self, "stacked") if cumulative else self
        return table_of([dataset.info_dict() for dataset in datasets])

    def __repr__(self) -> str:
        return f"Datasets({', '.join(map(repr, self.names))})"

    def __str__(self) -> str:
        rows = [f"  {dataset!r}" for dataset in self]
        return "\n".join([f"Datasets of {len(self)}", *rows])

    def _repr_html_(self) -> str:
        return find("Datasets", "html", "table")(self)
