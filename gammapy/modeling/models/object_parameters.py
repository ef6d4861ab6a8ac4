"""Parameters that an object has, not its class: one for each energy of a table, or axis of a map.

A model class with `ObjectParameters` before its family's base builds its declared parameters in
the constructor, and offers them as attributes all the same.
"""

from __future__ import annotations

from typing import Any

from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters

__all__ = ["ObjectParameters"]


class ObjectParameters:
    """Adds parameters that are declared by an object to a model class."""

    own_parameters: dict[str, Parameter]

    def declare(self, parameters: Parameters) -> None:
        """Have the object these parameters; to be called before the constructor of the base."""
        self.default_parameters = parameters

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__.get("own_parameters", {}).get(name)
        if found is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("own_parameters", {}):
            self.share_parameter(name, value)
        else:
            super().__setattr__(name, value)
