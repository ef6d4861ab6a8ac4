"""The energy at which a spectrum is known best."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    LogParabolaSpectralModel,
    PowerLawSpectralModel,
)


@pytest.mark.parametrize("reference", [1 * u.GeV, 1 * u.TeV, 7 * u.TeV])
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.4])
def test_power_law(reference, correlation):
    """The closed form of the module's docstring."""
    model = PowerLawSpectralModel(index=2.3, amplitude="2e-12 cm-2 s-1 TeV-1", reference=reference)
    sigma = np.array([0.1, 3e-13, 0])
    matrix = np.diag(sigma**2)
    matrix[0, 1] = matrix[1, 0] = correlation * sigma[0] * sigma[1]
    model.covariance = matrix
    expected = reference * np.exp(matrix[0, 1] / (2e-12 * matrix[0, 0]))
    assert model.pivot_energy.to_value(expected.unit) == pytest.approx(expected.value, rel=1e-9)
    assert model.pivot_energy.unit == u.TeV


def test_units_of_the_parameters_do_not_matter():
    model = PowerLawSpectralModel()
    model.covariance = [[0.01, 5e-15, 0], [5e-15, 1e-26, 0], [0, 0, 0]]
    before = model.pivot_energy
    model.amplitude.unit, model.reference.unit = "MeV-1 s-1 cm-2", "MeV"
    assert model.pivot_energy.value == pytest.approx(before.value, rel=1e-9)


def test_log_parabola_against_a_fine_grid():
    model = LogParabolaSpectralModel(alpha=2.2, beta=0.15)
    sigma = np.array([1e-13, 0, 0.1, 0.05])
    correlation = np.eye(4)
    for i, j, r in [(0, 2, 0.3), (0, 3, -0.5), (2, 3, 0.4)]:
        correlation[i, j] = correlation[j, i] = r
    model.covariance = correlation * np.outer(sigma, sigma)
    pivot = model.pivot_energy
    grid = pivot * np.exp(np.linspace(-0.2, 0.2, 2001))
    value, error, _ = model.evaluate_error(grid)
    assert grid[np.argmin(error / value)].value == pytest.approx(pivot.value, rel=3e-4)


def test_at_a_kink():
    model = BrokenPowerLawSpectralModel(index1=1.5, index2=2.5, ebreak="3 TeV")
    model.index1.error = model.index2.error = 0.1
    assert model.pivot_energy.to_value("TeV") == pytest.approx(3.0, rel=1e-4)


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ({}, "no parameter has an error"),
        ({"amplitude": 1e-13}, "does not depend on energy"),
        ({"index": np.nan}, "unknown"),
    ],
)
def test_without_a_pivot_there_is_a_reason(errors, reason):
    model = PowerLawSpectralModel()
    for name, error in errors.items():
        model.parameters[name].error = error
    with pytest.warns(GammapyWarning, match=f"PowerLawSpectralModel has no pivot energy.*{reason}"):
        pivot = model.pivot_energy
    assert np.isnan(pivot)
    assert pivot.unit == u.TeV


def test_error_that_falls_on_and_on():
    model = PowerLawSpectralModel(reference="1 keV")
    model.index.error, model.amplitude.error = 0.1, 1e-13
    with pytest.warns(GammapyWarning, match="falls on to 1e-06 TeV"):
        assert np.isnan(model.pivot_energy)
