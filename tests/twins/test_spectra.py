import numpy as np
import pytest
from astropy import units as u
from numpy.testing import assert_allclose

from tests.twins import spectra

FORMULAS = {
    "PowerLawSpectralModel": spectra.power_law,
    "LogParabolaSpectralModel": spectra.log_parabola,
    "ExpCutoffPowerLawSpectralModel": spectra.exp_cutoff_power_law,
}
CASES = [
    *("pl-default", "pl-1", "pl-index1", "pl-index2", "pl-negative", "pl-mev"),
    *("lp-1", "lp-2", "lp-3", "crab-magic_lp"),
    *("ecpl-1", "ecpl-2", "ecpl-3", "ecpl-4", "crab-hess_ecpl"),
]
INTERNAL = {"energy": u.TeV, "inverse energy": u.TeV**-1, "flux": u.Unit("TeV-1 s-1 cm-2")}


def internal(value, unit):
    """A number in whichever of the internal units fits."""
    unit = u.Unit(unit)
    for target in (u.one, *INTERNAL.values()):
        if unit.is_equivalent(target):
            return np.asarray(value, float) * unit.to(target)
    raise AssertionError(f"unit {unit} is not expected here")


def parameters(case):
    return {p["name"]: internal(p["value"], p["unit"]) for p in case["parameters"]}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_the_reference(spectral_cases, name):
    case = spectral_cases[name]
    energy = internal(case["energy"]["value"], case["energy"]["unit"])
    value = FORMULAS[case["class"]](energy, **parameters(case))
    expected = internal(case["dnde"]["value"], case["dnde"]["unit"])
    assert_allclose(value, expected, rtol=1e-10, atol=0)


def test_no_case_of_the_reference_is_forgotten(spectral_cases):
    found = {name for name, case in spectral_cases.items() if case["class"] in FORMULAS}
    # cosmic-ray-N is a flux per solid angle: the same formula, in a unit that is not one of ours.
    assert found - set(CASES) == {"cosmic-ray-N"}


@pytest.mark.parametrize("name", ["template-default", "template-norm"])
def test_template_inside_and_outside_its_range(spectral_cases, name):
    case = spectral_cases[name]
    nodes = np.array(case["definition"]["energy"]["value"])
    energy = np.array(case["energy"]["value"])
    assert energy.min() < nodes.min() / 10
    assert energy.max() > nodes.max() * 10
    values = case["definition"]["values"]
    table = values["value"] if isinstance(values, dict) else values
    value = spectra.template(energy, nodes, table)
    assert_allclose(value, case["dnde"]["value"], rtol=1e-10, atol=0)


def test_power_law_by_hand():
    assert_allclose(spectra.power_law([2.0, 20.0], 3.0, 8.0, 2.0), [8.0, 8e-3], rtol=1e-14)


def test_log_parabola_uses_the_natural_logarithm():
    value = spectra.log_parabola(np.e, amplitude=1.0, reference=1.0, alpha=2.0, beta=0.5)
    assert_allclose(value, np.exp(-2.5), rtol=1e-14)


def test_cutoff_by_hand():
    value = spectra.exp_cutoff_power_law(10.0, 2.0, 1.0, 1.0, lambda_=0.2, alpha=3.0)
    assert_allclose(value, 0.01 * np.exp(-8.0), rtol=1e-14)


def test_cutoff_refuses_a_negative_lambda():
    with pytest.raises(ValueError, match=r"lambda_ = -0\.1 TeV-1 must be >= 0"):
        spectra.exp_cutoff_power_law(1.0, 2.0, 1.0, 1.0, lambda_=-0.1, alpha=0.5)


def test_template_through_a_power_law_is_that_power_law():
    nodes = np.array([0.1, 0.3, 2.0, 50.0])
    energy = np.array([0.01, 0.1, 0.2, 0.3, 1.0, 50.0, 500.0])
    table = spectra.power_law(nodes, 2.3, 1e-12, 1.0)
    expected = spectra.power_law(energy, 2.3, 1e-12, 1.0)
    assert_allclose(spectra.template(energy, nodes, table), expected, rtol=1e-13)


def test_template_keeps_the_shape_of_the_energies():
    assert spectra.template(1.5, [1.0, 2.0], [3.0, 4.0]).shape == ()
    assert spectra.template(np.ones((2, 3)), [1.0, 2.0], [3.0, 4.0]).shape == (2, 3)


@pytest.mark.parametrize(
    ("nodes", "table", "message"),
    [
        ([1.0], [1.0], "two lists of one length >= 2"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "two lists of one length >= 2"),
        ([2.0, 1.0], [1.0, 2.0], "must be positive and rise"),
        ([0.0, 1.0], [1.0, 2.0], "must be positive and rise"),
        ([1.0, 2.0], [1.0, 0.0], "must be > 0"),
        ([1.0, 2.0], [1.0, np.nan], "must be > 0"),
    ],
)
def test_template_refuses_bad_tables(nodes, table, message):
    with pytest.raises(ValueError, match=message):
        spectra.template(1.5, nodes, table)
