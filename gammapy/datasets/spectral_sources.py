"""Which models a spectrum is compared with, and what of them it can tell.

What a spatial model says does not matter: the region is taken to hold the whole source.
"""

from __future__ import annotations

from collections.abc import Iterable

from gammapy.errors import ModelError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.parameter import Parameter

__all__ = ["check_folded_as_is", "spectral_parameters", "spectral_sources"]


def spectral_sources(models: Models, dataset_name: str) -> list[SkyModel]:
    """Sources that a spectrum of this name sees.

    Raises
    ------
    ModelError
        If one is a background of counts maps.
    """
    sources = []
    for model in models:
        if not model.belongs_to(dataset_name):
            continue
        if not isinstance(model, SkyModel):
            raise ModelError(
                f"{dataset_name}: model {model.name!r} is a {type(model).__name__}, which belongs "
                "to counts maps, and this is a spectrum: give it the datasets_names that it "
                "belongs to, or remove it"
            )
        sources.append(model)
    return sources


def check_folded_as_is(sources: Iterable[SkyModel], dataset_name: str) -> None:
    """Refuse sources that a response folds in another way than a steady flux.

    Raises
    ------
    ModelError
        If one changes with time, or is not to see the whole response.
    """
    for model in sources:
        where = f"{dataset_name}: model {model.name!r}"
        if model.temporal_model is not None:
            raise ModelError(
                f"{where} changes with time, but a counts spectrum is compared with a steady flux: "
                "take its temporal_model away"
            )
        left_out = [irf for irf in ("exposure", "edisp") if not model.apply_irf[irf]]
        if left_out:
            raise ModelError(
                f"{where} has apply_irf[{left_out[0]!r}] = False, and a counts spectrum applies "
                "the whole response: set it to True"
            )


def spectral_parameters(sources: Iterable[SkyModel]) -> list[Parameter]:
    """Parameters that a spectrum depends on: those of the spectral parts."""
    return [p for m in sources for p in m.spectral_model.own_parameters.values()]
