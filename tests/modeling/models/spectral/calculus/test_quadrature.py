"""Integrals of a spectrum, and their derivatives by the parameters."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    PowerLawSpectralModel,
    SpectralModel,
)
from gammapy.modeling.models.spectral.calculus.quadrature import integral_formula, integral_partials

LOW, HIGH = np.array([0.2, 1.0]), np.array([3.0, 40.0])


@pytest.mark.parametrize("power", [0, 1])
def test_partials_of_a_power_law(power):
    """Closed forms: the integral of x^(n - 1) and its derivative by n."""
    index, amplitude = 2.3, 3e-12
    model = PowerLawSpectralModel(index=index, amplitude=amplitude * u.Unit("cm-2 s-1 TeV-1"))
    n = power + 1 - index
    ends = HIGH**n / n, LOW**n / n
    integral = ends[0] - ends[1]
    by_n = ends[0] * (np.log(HIGH) - 1 / n) - ends[1] * (np.log(LOW) - 1 / n)
    by_index, by_amplitude, by_reference = integral_partials(model, LOW, HIGH, power)
    np.testing.assert_allclose(by_index, -amplitude * by_n, rtol=1e-10)
    np.testing.assert_allclose(by_amplitude, integral, rtol=1e-11)
    np.testing.assert_allclose(by_reference, amplitude * index * integral, rtol=1e-11)


def test_partial_by_the_energy_of_a_kink():
    model = BrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak="2 TeV")
    found = integral_partials(model, LOW, HIGH, 0)[3]
    step = 1e-5
    values = model.internal_values
    ends = []
    for shift in (step, -step):
        model.ebreak.value = 2 + shift  # the quadrature is cut at the kink
        values[3] = 2 + shift
        ends.append(integral_formula(model, LOW, HIGH, 0)(values))
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / (2 * step), rtol=1e-7)


def test_quadrature_of_other_values():
    model = ExpCutoffPowerLawSpectralModel()
    formula = integral_formula(model, LOW, HIGH, 1)
    model.index.value, model.lambda_.value = 1.7, 0.2
    expected = model.energy_flux(LOW * u.TeV, HIGH * u.TeV).value
    np.testing.assert_allclose(formula(model.internal_values), expected, rtol=1e-8)


class Step(SpectralModel):
    """A jump that does not say where it is."""

    norm = Parameter("norm", "1e-12 cm-2 s-1 TeV-1")

    @staticmethod
    def evaluate(energy, norm):
        return norm * (energy > 1.234567)


def test_sharp_features_are_refused():
    model = Step()
    model.norm.error = 1e-13
    for method in (model.integral, model.integral_error, model.energy_flux_error):
        with pytest.raises(ModelError, match="Step: the integral from 1 to 10 TeV does not conv"):
            method(1 * u.TeV, 10 * u.TeV)
    with pytest.raises(ModelError, match="does not converge; split the range"):
        integral_partials(model, np.array(1.0), np.array(10.0), 0)
