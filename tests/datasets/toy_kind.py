"""A kind of dataset that is not in the package: flux points with normal errors.

It is made of nothing but the base class and the Term protocol, and joins spectra in one fit.
"""

from typing import Any

import numpy as np

from gammapy.datasets import Dataset, Plan
from gammapy.modeling import Evaluation, Residuals


class PointsTerm:
    """Sum of ((prediction - flux) / error)^2 over energies."""

    has_residuals = True

    def __init__(self, dataset: "Points", plan: Plan) -> None:
        self.dataset = dataset
        self.n_active = len(plan.active)
        self.sources = []
        for model in dataset.seen_models:
            spectrum = model.spectral_model
            positions = plan.positions(spectrum.own_parameters.values())
            self.sources.append((spectrum, positions, plan.column[positions]))

    @property
    def n_data(self) -> int:
        return len(self.dataset.energy)

    def residuals(self, theta: np.ndarray) -> Residuals:
        energy, error = self.dataset.energy, self.dataset.error
        residual = -self.dataset.flux / error
        jacobian = np.zeros((len(energy), self.n_active))
        for spectrum, positions, columns in self.sources:
            values = theta[positions].tolist()
            residual = residual + spectrum.flux(energy, values) / error
            partials = spectrum.flux_partials(energy, values)
            for column, partial in zip(columns, partials, strict=True):
                if column >= 0:
                    jacobian[:, column] += partial / error
        return Residuals(residual, jacobian)

    def value(self, theta: np.ndarray) -> float:
        residual = self.residuals(theta).residual
        return float(residual @ residual)

    def evaluate(self, theta: np.ndarray) -> Evaluation:
        residual, jacobian = self.residuals(theta)
        value = float(residual @ residual)
        return Evaluation(value, 2 * jacobian.T @ residual, 2 * jacobian.T @ jacobian)

    def diagnose(self, theta: np.ndarray) -> str | None:
        return None

    def is_accurate(self, theta: np.ndarray) -> bool:
        return True


class Points(Dataset):
    """Fluxes in cm-2 s-1 TeV-1 at energies in TeV, with errors."""

    def __init__(self, energy, flux, error, name: str | None = None, models: Any = None) -> None:
        super().__init__(name, models)
        self.energy, self.flux, self.error = (np.array(a, float) for a in (energy, flux, error))

    def term(self, plan: Plan) -> PointsTerm:
        return PointsTerm(self, plan)

    def copy(self, name: str | None = None) -> "Points":
        return Points(self.energy, self.flux, self.error, name, self.models.copy())


def points(name: str = "points", models: Any = None) -> Points:
    """Points on the power law of `tests.spectrum.toys`, with errors of 10% and a fixed scatter."""
    energy = np.geomspace(0.7, 20.0, 6)
    flux = 3e-11 * energy**-2.3
    scatter = 1 + 0.1 * np.array([0.5, -1.2, 0.3, 0.8, -0.4, 1.1])
    return Points(energy, flux * scatter, 0.1 * flux, name, models)
