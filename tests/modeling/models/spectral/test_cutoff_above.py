import astropy.units as u
import numpy as np

from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    ExpCutoffAboveBreakPowerLawSpectralModel,
    ExpCutoffBrokenPowerLawSpectralModel,
    PowerLawSpectralModel,
)


def test_as_the_fermi_tools_have_it():
    model = ExpCutoffAboveBreakPowerLawSpectralModel(
        index=2.1, amplitude="1e-11 cm-2 s-1 MeV-1", reference="100 MeV", ebreak="1 GeV",
        p1="5 GeV", p2=0.1, p3=0.05,
    )  # fmt: skip
    expected = [1e-11, 7.943282347e-14, 6.355367634e-17]
    np.testing.assert_allclose(model([0.1, 1, 10] * u.GeV).value, expected, rtol=1e-9)


def test_below_the_break_it_is_the_power_law():
    model = ExpCutoffAboveBreakPowerLawSpectralModel(ebreak="3 TeV", p2=2.0, p3=-1.0)
    energy = [0.1, 1, 2.999] * u.TeV
    np.testing.assert_allclose(model(energy), PowerLawSpectralModel()(energy), rtol=1e-14)
    below = model.flux_partials(energy.value, model.internal_values)[3:]
    assert not np.any(below)


def test_with_a_broken_power_law():
    values = {"index1": 1.5, "index2": 2.4, "ebreak": "0.7 TeV"}
    model = ExpCutoffBrokenPowerLawSpectralModel(**values, eabs="2 TeV", p1="5 TeV")
    broken = BrokenPowerLawSpectralModel(**values)
    energy = np.array([0.1, 0.7, 1.9, 2.0, 3.0, 20.0])
    expected = broken(energy * u.TeV).value * np.exp(-np.maximum(energy - 2, 0) / 5)
    np.testing.assert_allclose(model(energy * u.TeV).value, expected, rtol=1e-14)
    assert sorted(model.kinks) == [0.7, 2.0]


def test_where_it_sets_in_it_is_continuous_and_not_zero():
    model = ExpCutoffBrokenPowerLawSpectralModel(ebreak="1 TeV", eabs="2 TeV")
    for energy in (1.0, 2.0):
        near = model(energy * np.array([1 - 1e-12, 1, 1 + 1e-12]) * u.TeV)
        assert np.all(near.value > 0)
        np.testing.assert_allclose(near / near[1], 1, rtol=1e-11)


def test_far_above_it_is_zero_without_a_warning():
    for cls in (ExpCutoffAboveBreakPowerLawSpectralModel, ExpCutoffBrokenPowerLawSpectralModel):
        model = cls(p1="1 MeV")
        assert model(100 * u.TeV).value == 0
        assert not np.any(model.flux_partials(np.array([100.0]), model.internal_values))
