"""A spectral model of one's own, in a module of its own."""

import numpy as np

from gammapy.modeling import Parameter
from gammapy.modeling.models import SpectralModel


class EscapeSpectralModel(SpectralModel):
    """Power law that steepens by ``delta`` above the energy from which particles escape."""

    tag = ["EscapeSpectralModel", "escape"]
    index = Parameter("index", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    energy_escape = Parameter("energy_escape", "1 TeV", min=0)
    delta = Parameter("delta", 0.5, frozen=True)

    @staticmethod
    def evaluate(energy, index, amplitude, reference, energy_escape, delta):
        lost = (energy / energy_escape) ** delta
        return amplitude * (energy / reference) ** -index / (1 + lost)

    @staticmethod
    def partials(energy, index, amplitude, reference, energy_escape, delta):
        lost = (energy / energy_escape) ** delta
        share = lost / (1 + lost)
        shape = (energy / reference) ** -index / (1 + lost)
        flux = amplitude * shape
        return (
            -flux * np.log(energy / reference),
            shape,
            flux * index / reference,
            flux * share * delta / energy_escape,
            -flux * share * np.log(energy / energy_escape),
        )
