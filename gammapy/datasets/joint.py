"""Datasets: several datasets, of any kinds, fitted together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gammapy.datasets.base import Dataset
from gammapy.datasets.likelihood import Compiled, union_of_models
from gammapy.dispatch import find
from gammapy.errors import DataError, UnknownNameError
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.models.collection import Models
from gammapy.modeling.parameters import Parameters

if TYPE_CHECKING:
    from astropy.table import Table

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
        return Models(list(seen.values()))

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
        originals = {id(model): model for dataset in self for model in dataset.models}
        twins = dict(zip(originals, Models(list(originals.values())).copy(), strict=True))
        collections = {
            id(dataset.models): Models([twins[id(model)] for model in dataset.models])
            for dataset in self
        }
        for dataset, copy in zip(self, copies, strict=True):
            copy.models = collections[id(dataset.models)]
        return copies

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
    ) -> None:
        """Write the datasets, and the YAML file that lists them, into its folder."""
        find("Datasets", "write", "yaml")(self, filename, overwrite=overwrite)
        if filename_models is not None:
            self.models.write(filename_models, overwrite=overwrite)

    def plot_fit(self, **kwargs: Any) -> Any:
        """Picture of counts, model and residuals; see `gammapy.plot`."""
        return find("Datasets", "plot", "fit")(self, **kwargs)

    def info_table(self) -> Table:
        """One row per dataset: counts, background, exposure and so on."""
        from astropy.table import Table

        return Table([dataset.info_dict() for dataset in self])  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"Datasets({', '.join(map(repr, self.names))})"

    def __str__(self) -> str:
        rows = [f"  {dataset!r}" for dataset in self]
        return "\n".join([f"Datasets of {len(self)}", *rows])

    def _repr_html_(self) -> str:
        return self.info_table()._repr_html_()
