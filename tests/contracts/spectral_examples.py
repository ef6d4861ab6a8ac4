"""One or more examples of each registered spectral model, as functions that make a fresh one.

A class that is registered and not listed fails `test_spectral_models.py`.
"""

from collections.abc import Callable

import astropy.units as u
import numpy as np

from gammapy.modeling.models import (
    CompoundSpectralModel,
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SpectralModel,
    TemplateSpectralModel,
)

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = np.geomspace(0.1, 50, 9) * u.TeV
TABLE = np.array([5e-9, 4e-10, 7e-11, 6e-12, 9e-13, 4e-14, 8e-15, 2e-16, 3e-18]) * FLUX


def power_law() -> PowerLawSpectralModel:
    return PowerLawSpectralModel(index=2.3, amplitude="3e-12 cm-2 s-1 TeV-1", reference="1.3 TeV")


def cutoff() -> ExpCutoffPowerLawSpectralModel:
    return ExpCutoffPowerLawSpectralModel(
        index=1.6, amplitude="3e-12 cm-2 s-1 TeV-1", lambda_="0.07 TeV-1", alpha=1.2
    )


def norm() -> PowerLawNormSpectralModel:
    return PowerLawNormSpectralModel(norm=1.4, tilt=0.2, reference="2 TeV")


def template() -> TemplateSpectralModel:
    return TemplateSpectralModel(ENERGY, TABLE)


EXAMPLES: dict[type[SpectralModel], list[Callable[[], SpectralModel]]] = {
    ConstantSpectralModel: [
        ConstantSpectralModel,
        lambda: ConstantSpectralModel(const="3e-9 MeV-1 cm-2 s-1"),
    ],
    PowerLawSpectralModel: [
        PowerLawSpectralModel,
        power_law,
        lambda: PowerLawSpectralModel(index=1.0),
        lambda: PowerLawSpectralModel(index=-0.5, amplitude="2e-9 MeV-1 m-2 s-1"),
    ],
    PowerLawNormSpectralModel: [PowerLawNormSpectralModel, norm],
    ExpCutoffPowerLawSpectralModel: [ExpCutoffPowerLawSpectralModel, cutoff],
    LogParabolaSpectralModel: [
        LogParabolaSpectralModel,
        lambda: LogParabolaSpectralModel(alpha=2.1, beta=-0.05, reference="1 TeV"),
    ],
    TemplateSpectralModel: [
        template,
        lambda: TemplateSpectralModel(ENERGY, TABLE, {"values_scale": "lin"}, meta={"from": "me"}),
        lambda: TemplateSpectralModel(ENERGY, np.linspace(0.5, 1.5, 9)),
    ],
    CompoundSpectralModel: [
        lambda: power_law() + cutoff(),
        lambda: power_law() - 0.5 * cutoff(),
        lambda: power_law() * norm(),
        lambda: template() * norm(),
        lambda: power_law() / norm(),
        lambda: power_law() * (norm() ** PowerLawNormSpectralModel(norm=0.8)),
        lambda: (power_law() + 2e-13 * FLUX) * (0.5 + norm()),
    ],
}
