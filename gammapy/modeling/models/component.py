"""Component: a member of `Models` - named, made of parts, seen by some datasets or all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.parameter import Parameter

__all__ = ["MODEL_REGISTRY", "MODEL_TYPES", "Component"]

MODEL_REGISTRY = Registry("model")

#: kinds of parts that a component can have
MODEL_TYPES = ("spectral", "spatial", "temporal")

_NUMBERS = itertools.count(1)


class Component(ModelBase):
    """Base of what stands in `Models`: sources, and backgrounds.

    A subclass keeps its parts in attributes like ``spectral_model`` and lists their kinds in
    `part_types`; the parameters of a part stand under paths like ``spectral.index``.
    """

    registry = MODEL_REGISTRY
    #: kinds of parts of this class, in the order in which they are shown
    part_types: ClassVar[tuple[str, ...]] = MODEL_TYPES

    name: str
    datasets_names: list[str] | None
    #: what a reader carries along from its file, to write it back; not looked at by models
    origin: Any

    def _set_up(self, name: str | None, datasets_names: str | Iterable[str] | None) -> None:
        """Set what all components have.

        Raises
        ------
        ModelError
            If the name is not a text.
        """
        name = f"model-{next(_NUMBERS)}" if name is None else name
        if not isinstance(name, str) or not name:
            kind = type(self).__name__
            raise ModelError(f"{kind}: name = {name!r} must be a text, e.g. name='crab'")
        self.name = name
        if isinstance(datasets_names, str):
            datasets_names = [datasets_names]
        self.datasets_names = None if datasets_names is None else list(datasets_names)
        self.origin = None

    # -- parts ----------------------------------------------------------------------------

    def part(self, model_type: str) -> ModelBase | None:
        """Part of a type, None if there is none."""
        return getattr(self, f"{model_type}_model") if model_type in self.part_types else None

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
        kinds = self.part_types if model_type is None else (model_type,)
        return [part for kind in kinds if (part := self.part(kind)) is not None]

    @property
    def own_parameters(self) -> dict[str, Parameter]:  # type: ignore[override]
        """Parameters under paths like ``spectral.index``."""
        return {
            f"{kind}.{name}": parameter
            for kind in self.part_types
            if (part := self.part(kind)) is not None
            for name, parameter in part.own_parameters.items()
        }

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Share a parameter of a part, named by its path."""
        kind, _, inside = name.partition(".")
        part = self.part(kind)
        if part is None or inside not in part.own_parameters:
            raise UnknownNameError(
                f"{type(self).__name__} {self.name!r} has no parameter {name!r}: it has "
                f"{list(self.own_parameters)}"
            )
        part.share_parameter(inside, parameter)

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images."""
        for part in self.parts():
            part.reassign(mapping)

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

    def belongs_to(self, dataset_name: str) -> bool:
        """True if a dataset of this name sees the model."""
        return self.datasets_names is None or dataset_name in self.datasets_names

    # -- copies ---------------------------------------------------------------------------

    def _shell(self, **kwargs: Any) -> Self:
        """New object whose parts share the parameters; keywords replace parts and attributes."""
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        for kind in self.part_types:
            attribute = f"{kind}_model"
            if attribute not in kwargs and self.part(kind) is not None:
                new.__dict__[f"_{attribute}"] = self.part(kind)._shell()  # type: ignore[union-attr]
        for key in kwargs:
            if key not in ("name", "datasets_names", *self._copied):
                raise ModelError(f"{type(self).__name__}.copy has no argument {key!r}")
        new._set_up(
            kwargs.pop("name", None) or self.name, kwargs.pop("datasets_names", self.datasets_names)
        )
        for key, value in kwargs.items():
            setattr(new, key, value)
        new.origin = self.origin
        return new

    @property
    def _copied(self) -> tuple[str, ...]:
        """Arguments of `copy` besides the name and the datasets."""
        return tuple(f"{kind}_model" for kind in self.part_types)

    # -- shown ----------------------------------------------------------------------------

    def __repr__(self) -> str:
        inside = [f"name={self.name!r}"]
        for kind in self.part_types:
            if self.part(kind) is not None:
                inside.append(f"{kind}_model={self.part(kind)!r}")
        return f"{type(self).__name__}({', '.join(inside)})"

    def __str__(self) -> str:
        seen = "all datasets" if self.datasets_names is None else ", ".join(self.datasets_names)
        kinds = " x ".join(type(part).__name__ for part in self.parts())
        return f"{type(self).__name__} {self.name!r}: {kinds}, in {seen}\n\n{self.parameters}"
