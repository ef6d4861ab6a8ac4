"""SkyModel: a source, by its spectrum."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Self

from gammapy.dispatch import find
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.spectral.base import (
    DNDE,
    SPECTRAL_MODEL_REGISTRY,
    SpectralModel,
)
from gammapy.modeling.parameter import Parameter

__all__ = ["MODEL_REGISTRY", "SkyModel"]

MODEL_REGISTRY = Registry("model")

#: parts that a source can have
MODEL_TYPES = ("spectral", "spatial", "temporal")

_NUMBERS = itertools.count(1)


class SkyModel(ModelBase):
    """A source.

    Parameters
    ----------
    spectral_model : `SpectralModel`
        Differential flux, in a unit like cm-2 s-1 TeV-1.
    name : str, optional
        Under which the source stands in files and tables; by default the next of
        "model-1", "model-2", ... in this process.
    datasets_names : str or list of str, optional
        Datasets that it belongs to; by default all.

    Raises
    ------
    ModelError
        If an argument has the wrong type or unit.
    """

    tag = ["SkyModel", "sky-model"]
    registry = MODEL_REGISTRY

    def __init__(
        self,
        spectral_model: SpectralModel,
        *,
        name: str | None = None,
        datasets_names: str | Iterable[str] | None = None,
    ) -> None:
        name = f"model-{next(_NUMBERS)}" if name is None else name
        if not isinstance(name, str) or not name:
            raise ModelError(f"SkyModel: name = {name!r} must be a text, e.g. name='crab'")
        self.name = name
        self.spectral_model = spectral_model
        if isinstance(datasets_names, str):
            datasets_names = [datasets_names]
        self.datasets_names = None if datasets_names is None else list(datasets_names)

    @classmethod
    def create(cls, spectral_model: str, **kwargs: Any) -> Self:
        """Source with the default spectrum of a tag.

        Parameters
        ----------
        spectral_model : str
            Class name or tag, e.g. "pl".
        **kwargs
            ``name`` and ``datasets_names``, as for the class.
        """
        spectrum: Any = SPECTRAL_MODEL_REGISTRY.get(spectral_model)
        return cls(spectrum(), **kwargs)

    @property
    def spectral_model(self) -> SpectralModel:
        """Spectrum of the source."""
        return self._spectral_model

    @spectral_model.setter
    def spectral_model(self, model: SpectralModel) -> None:
        if not isinstance(model, SpectralModel):
            raise ModelError(
                f"SkyModel {self.name!r}: spectral_model = {model!r} is not a spectral model"
            )
        if not model.unit.is_equivalent(DNDE):
            raise ModelError(
                f"SkyModel {self.name!r}: spectral_model in {str(model.unit)!r} is not a "
                "differential flux like 'cm-2 s-1 TeV-1'; multiply a norm model by a flux"
            )
        self._spectral_model = model

    @property
    def own_parameters(self) -> dict[str, Parameter]:  # type: ignore[override]
        """Parameters under paths like ``spectral.index``."""
        return {f"spectral.{name}": p for name, p in self.spectral_model.own_parameters.items()}

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Share a parameter of the spectrum, named by its path."""
        self.spectral_model.share_parameter(name.removeprefix("spectral."), parameter)

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images."""
        self.spectral_model.reassign(mapping)

    def freeze(self, model_type: str | None = None) -> None:
        """Freeze all parameters, or those of one part of the model.

        Parameters
        ----------
        model_type : {"spectral", "spatial", "temporal"}, optional
            A part that the model has not is passed over.
        """
        for part in self.parts(model_type):
            part.freeze()

    def unfreeze(self, model_type: str | None = None) -> None:
        """Give parameters the frozen flags that their classes declare; see `freeze`."""
        for part in self.parts(model_type):
            part.unfreeze()

    def parts(self, model_type: str | None = None) -> list[ModelBase]:
        """Models that it is made of, or those of one type.

        Raises
        ------
        UnknownNameError
            If there is no such type.
        """
        if model_type not in (None, *MODEL_TYPES):
            raise UnknownNameError(
                f"model_type = {model_type!r} is not known: choose one of {list(MODEL_TYPES)}"
            )
        return [self.spectral_model] if model_type in (None, "spectral") else []

    def belongs_to(self, dataset_name: str) -> bool:
        """True if a dataset of this name sees the source."""
        return self.datasets_names is None or dataset_name in self.datasets_names

    def _shell(self, name: str | None = None, **kwargs: Any) -> Self:
        spectral = kwargs.pop("spectral_model", None) or self.spectral_model._shell()
        datasets_names = kwargs.pop("datasets_names", self.datasets_names)
        if kwargs:
            raise ModelError(f"SkyModel.copy has no argument {next(iter(kwargs))!r}")
        return type(self)(spectral, name=name or self.name, datasets_names=datasets_names)

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the model, as it stands among the components of a YAML file."""
        return find("SkyModel", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SkyModel:
        """Model from such a tree."""
        return find("SkyModel", "from_dict", "yaml")(data)

    def __repr__(self) -> str:
        return f"SkyModel(name={self.name!r}, spectral_model={self.spectral_model!r})"

    def __str__(self) -> str:
        seen = "all datasets" if self.datasets_names is None else ", ".join(self.datasets_names)
        spectral = type(self.spectral_model).__name__
        return f"SkyModel {self.name!r}: {spectral}, in {seen}\n\n{self.parameters}"
