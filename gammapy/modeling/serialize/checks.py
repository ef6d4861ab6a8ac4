"""What is wrong with models that can be read: bounds, missing files, impossible values.

A fit would find it too, later and one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.errors import GammapyError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.component import Component
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.template_files import expanded, split_extension

__all__ = ["Finding", "findings"]

#: energies at which a spectrum must be finite and not negative
ENERGIES = np.geomspace(0.01, 100.0, 41) * u.TeV


class Finding(NamedTuple):
    """Something wrong with a model, or odd."""

    #: position of the model
    position: int
    #: "spectral", "spatial" or "temporal"
    kind: str
    #: name of the parameter in its part; empty if it is the part as a whole
    parameter: str
    severity: str
    message: str


def findings(models: Models) -> Iterator[Finding]:
    """All findings, in the order of the models; a shared parameter is looked at once."""
    seen: set[Parameter] = set()
    for position, model in enumerate(models):
        for kind in model.part_types:
            part = model.part(kind)
            if part is None:
                continue
            for name, parameter in part.own_parameters.items():
                if parameter not in seen:
                    seen.add(parameter)
                    where = f"model {model.name!r}, {kind}.{name}"
                    for severity, text in _of_parameter(parameter):
                        yield Finding(position, kind, name, severity, f"{where} {text}")
            for text in (*_of_file(part), *_of_values(part)):
                where = f"model {model.name!r}, {kind}"
                yield Finding(position, kind, "", "error", f"{where}: {text}")
        for text in _of_map(model):
            yield Finding(position, "", "", "error", f"model {model.name!r}: {text}")


def _of_parameter(parameter: Parameter) -> Iterator[tuple[str, str]]:
    value, low, high = parameter.value, parameter.min, parameter.max
    unit = parameter.unit.to_string(fraction=False)
    free = not parameter.frozen and parameter.link is None
    text = f"= {value:g} {unit}".rstrip()
    for beyond, bound, name in ((value < low, low, "min"), (value > high, high, "max")):
        side = "below" if name == "min" else "above"
        if beyond:  # False for a bound that is nan
            severity = "error" if free else "warning"
            yield severity, f"{text} is {side} its {name} = {bound:g}: change one of them"
        elif free and value == bound:
            yield (
                "warning",
                f"{text} is at its {name}: a fit starts badly there; move it or freeze it",
            )


def _of_file(part: ModelBase) -> Iterator[str]:
    """Files beside the file that are not there."""
    filename = getattr(part, "filename", None)
    if filename is not None and not getattr(part, "in_memory_only", False):
        name, _ = split_extension(str(filename))
        if not expanded(name).exists():
            hint = ": set the variable in the name" if "$" in str(expanded(name)) else ""
            yield f"file {str(filename)!r} is not there{hint}"


def _of_map(model: Component) -> Iterator[str]:
    return _of_file(model) if hasattr(model, "filename") else iter(())


def _of_values(part: ModelBase) -> Iterator[str]:
    """Values for which there is no formula, or a formula that gives what cannot be."""
    try:
        if hasattr(part, "check_values"):
            part.check_values()
        if hasattr(part, "energy_flux"):
            yield from _of_spectrum(part)
    except GammapyError as error:
        yield " ".join(str(error).split())


def _of_spectrum(spectrum: Any) -> Iterator[str]:
    with np.errstate(all="ignore"):
        values = spectrum(ENERGIES)
    unit = values.unit.to_string(fraction=False)
    for bad, what in ((~np.isfinite(values.value), "not finite"), (values.value < 0, "negative")):
        if np.any(bad):
            at, value = ENERGIES[bad][0], values.value[bad][0]
            number = f"{value:g} {unit}".rstrip()
            yield f"is {what} at {at:.4g} ({number}): check its parameters"
