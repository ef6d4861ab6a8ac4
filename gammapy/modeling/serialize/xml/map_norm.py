"""The norm of a map: a parameter of the shape in a file, a factor on the spectrum in a model."""

from __future__ import annotations

from typing import Any

from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["is_norm", "split_norm"]


def is_norm(model: Any) -> bool:
    """True for a norm that is the same at all energies."""
    return (
        isinstance(model, PowerLawNormSpectralModel)
        and model.tilt.value == 0.0
        and model.tilt.frozen
    )


def split_norm(spectrum: Any, shape: Any, dialect: str) -> tuple[Any, Parameter | None]:
    """Spectrum as it stands in a file, and the factor on it that stands with the map there.

    The map of a Fermi file has a norm that is never free; a norm on a table belongs to the table.
    """
    plain = spectrum, None
    if not isinstance(shape, TemplateSpatialModel):
        return plain
    product = isinstance(spectrum, CompoundSpectralModel) and spectrum.operator.__name__ == "mul"
    if not product or not is_norm(spectrum.model2):
        return plain
    if isinstance(spectrum.model1, TemplateSpectralModel):
        return plain
    norm = spectrum.model2.own_parameters["norm"]
    image = shape.unit.is_equivalent("sr-1")
    if dialect == "fermi" and image and not norm.frozen:
        return plain
    return spectrum.model1, norm
