"""Fluxes of a source integrated over bins of true energy, and the nodes that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from gammapy.engine.integrate import bin_integrals, choose_order
from gammapy.errors import ModelError
from gammapy.modeling.models.sky import SkyModel

__all__ = ["bin_fluxes", "needed_order"]


def needed_order(model: SkyModel, edges: Sequence[np.ndarray], values: Sequence[float]) -> int:
    """Nodes per bin that a spectrum needs on all of several energy axes.

    Parameters
    ----------
    model : `SkyModel`
    edges : sequence of ndarray
        Bin edges of each axis, in TeV.
    values : sequence of float
        Internal values of the model's parameters.
    """
    spectrum = model.spectral_model
    kinks = spectrum.kinks_at(values)
    for axis in edges:
        spectrum.check_energies(axis)
    with (
        _named(model),
        np.errstate(over="ignore", invalid="ignore"),
    ):  # what is not finite is refused
        return max(
            choose_order(lambda energy: spectrum.flux(energy, values), axis, kinks)
            for axis in edges
        )


@contextmanager
def _named(model: SkyModel) -> Iterator[None]:
    """Say of which model the integrals do not converge."""
    try:
        yield
    except ArithmeticError:
        raise ModelError(
            f"{model.name!r}: the spectrum varies too fast for the true energy bins (or is not "
            "finite there): use finer bins, or keep its parameters in a sane range by bounds"
        ) from None


def bin_fluxes(model: SkyModel, edges: np.ndarray) -> np.ndarray:
    """Flux of a model integrated over bins [n], in cm-2 s-1, at its current parameters.

    Parameters
    ----------
    model : `SkyModel`
    edges : ndarray [n + 1]
        Energies, in TeV.
    """
    spectrum = model.spectral_model
    values = spectrum.internal_values
    spectrum.check_energies(edges)
    kinks = spectrum.kinks_at(values)
    with _named(model), np.errstate(over="ignore", invalid="ignore"):
        return bin_integrals(lambda energy: spectrum.flux(energy, values), edges, kinks)
