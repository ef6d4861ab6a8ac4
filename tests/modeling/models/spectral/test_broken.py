import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    PowerLawSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
    SmoothDoubleBrokenPowerLawSpectralModel,
)

AMPLITUDE = "1e-11 cm-2 s-1 MeV-1"
ENERGY = np.geomspace(0.01, 100, 41) * u.TeV


def test_two_power_laws_that_meet_at_the_break():
    model = BrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak="800 GeV")
    low = PowerLawSpectralModel(index=1.5, reference="800 GeV")
    high = PowerLawSpectralModel(index=2.8, reference="800 GeV")
    expected = np.where(ENERGY.value < 0.8, low(ENERGY).value, high(ENERGY).value)
    np.testing.assert_allclose(model(ENERGY).value, expected, rtol=1e-14)
    assert model(0.8 * u.TeV).value == pytest.approx(1e-12, rel=1e-15, abs=0)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("indices", [(1.5, 2.8), (1.0, 2.0), (2.0, 1.0), (1 + 1e-9, 2 - 1e-9)])
@pytest.mark.parametrize(("low", "high"), [(0.1, 0.7), (0.1, 0.8), (0.3, 9.0), (0.8, 2.0), (1, 9)])
def test_integrals_add_up_over_the_break(method, indices, low, high):
    index1, index2 = indices
    model = BrokenPowerLawSpectralModel(index1=index1, index2=index2, ebreak="800 GeV")
    expected = 0.0
    for index, a, b in ((index1, low, min(high, 0.8)), (index2, max(low, 0.8), high)):
        part = PowerLawSpectralModel(index=index, reference="800 GeV")
        expected += getattr(part, method)(a * u.TeV, b * u.TeV).value if a < b else 0.0
    found = getattr(model, method)(low * u.TeV, high * u.TeV).value
    assert found == pytest.approx(expected, rel=1e-13, abs=0)


def test_smooth_as_the_fermi_tools_have_it():
    model = SmoothBrokenPowerLawSpectralModel(
        index1=1.8, index2=2.3, amplitude=AMPLITUDE, ebreak="1 GeV", reference="0.1 GeV", beta=0.2
    )
    expected = [9.993687417e-12, 1.379729661e-13, 7.938268084e-16]
    np.testing.assert_allclose(model([0.1, 1, 10] * u.GeV).value, expected, rtol=1e-9)


@pytest.mark.parametrize("indices", [(1.5, 2.8), (2.6, 1.9)])
def test_sharp_limit_is_the_broken_power_law(indices):
    index1, index2 = indices
    sharp = BrokenPowerLawSpectralModel(index1=index1, index2=index2, ebreak="800 GeV")
    smooth = SmoothBrokenPowerLawSpectralModel(
        index1=index1, index2=index2, ebreak="800 GeV", reference="800 GeV", beta=0.0
    )
    np.testing.assert_allclose(smooth(ENERGY), sharp(ENERGY), rtol=1e-8)
    partials = smooth.flux_partials(ENERGY.value, smooth.internal_values)
    assert np.all(np.isfinite(partials))
    for method in ("integral", "energy_flux"):
        found, expected = (
            getattr(m, method)(0.1 * u.TeV, 30 * u.TeV).value for m in (smooth, sharp)
        )
        assert found == pytest.approx(expected, rel=1e-8, abs=0)


@pytest.mark.parametrize("beta", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("indices", [(1.5, 2.8), (2.6, 1.9)])
def test_index1_is_below_the_break_if_beta_is_positive(indices, beta):
    far = [1e-12, 1e12]
    for sign, expected in ((1, indices), (-1, indices[::-1])):
        model = SmoothBrokenPowerLawSpectralModel(
            index1=indices[0], index2=indices[1], beta=sign * beta
        )
        for energy, index in zip(far, expected, strict=True):
            ratio = model(1.01 * energy * u.TeV) / model(energy * u.TeV)
            assert np.log(ratio.value) / np.log(1.01) == pytest.approx(-index, rel=1e-6)


@pytest.mark.parametrize("beta", [1e-300, 1e-5, 1.0, -1.0, 300.0])
@pytest.mark.parametrize("step", [-1e3, -1e-300, 0.0, 1e-300, 1e3])
def test_finite_and_quiet_for_any_turn(beta, step):
    model = SmoothBrokenPowerLawSpectralModel(index1=2.0, index2=2.0 + step, beta=beta)
    energy = np.array([0.9, 1.0, 1.1])
    values = model.internal_values
    assert np.all(np.isfinite(model.flux(energy, values)))
    assert np.all(np.isfinite(model.flux_partials(energy, values)))


def test_equal_indices_are_the_limit_of_a_spectrum_that_softens():
    equal, near = (
        SmoothBrokenPowerLawSpectralModel(index1=2.0, index2=2.0 + step, beta=1.0)
        for step in (0.0, 1e-12)
    )
    np.testing.assert_allclose(equal(ENERGY), near(ENERGY), rtol=1e-10)
    assert equal(1 * u.TeV).value == pytest.approx(0.5e-12, rel=1e-14, abs=0)


@pytest.mark.parametrize("beta", [1e-8, 1e-4, 0.02])
def test_integral_over_a_narrow_turn(beta):
    """A sum over each side in steps that follow the turn."""
    model = SmoothBrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak="3 TeV", beta=beta)
    steps = np.concatenate([[0.0], np.geomspace(1e-3 * beta, np.log(10.0), 20001)])
    steps = np.unique(np.concatenate([-steps, steps]))
    energy = 3.0 * np.exp(steps)
    expected = np.trapezoid(energy * model.flux(energy, model.internal_values), steps)
    assert model.integral(0.3 * u.TeV, 30 * u.TeV).value == pytest.approx(expected, rel=1e-6, abs=0)


def double(**values) -> SmoothDoubleBrokenPowerLawSpectralModel:
    return SmoothDoubleBrokenPowerLawSpectralModel(**values)


def test_two_turns_as_the_fermi_tools_have_them():
    """k x^i1 (1 + (E/E12)^((i1-i2)/B12))^-B12 (1 + (E/E23)^((i2-i3)/B23))^-B23, i = -index."""
    model = double(
        index1=1.2, index2=1.9, index3=2.8, ebreak12="3 TeV", ebreak23="20 TeV",
        reference="700 GeV", beta12=0.3, beta23=0.1,
    )  # fmt: skip
    e = np.array([0.01, 0.5, 3.0, 11.0, 20.0, 400.0])
    expected = 1e-12 * (e / 0.7) ** -1.2
    expected *= (1 + (e / 3) ** (0.7 / 0.3)) ** -0.3 * (1 + (e / 20) ** (0.9 / 0.1)) ** -0.1
    np.testing.assert_allclose(model(e * u.TeV).value, expected, rtol=1e-13)


@pytest.mark.parametrize("indices", [(1.5, 2.8, 2.1), (2.6, 1.9, 3.0), (2.0, 2.4, 2.9)])
def test_two_turns_go_through_the_three_indices(indices):
    model = double(
        index1=indices[0], index2=indices[1], index3=indices[2], ebreak12="1e-4 TeV",
        ebreak23="1e4 TeV", beta12=0.1, beta23=0.2,
    )  # fmt: skip
    found = model.spectral_index([1e-12, 1, 1e12] * u.TeV)
    np.testing.assert_allclose(found, indices, rtol=1e-5)


def test_one_turn_of_two_is_the_smooth_broken_power_law():
    two = double(index1=1.5, index2=2.8, index3=2.8, ebreak12="0.8 TeV", beta12=0.3, beta23=0.0)
    one = SmoothBrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak="0.8 TeV", beta=0.3)
    np.testing.assert_allclose(two(ENERGY), one(ENERGY), rtol=1e-8)


@pytest.mark.parametrize("beta", [1.0, 0.1, 0.0, -0.5])
def test_partials_of_two_turns_against_differences(beta):
    model = double(index1=1.5, index2=2.8, index3=2.1, beta12=beta or 0.3, beta23=beta)
    values, energy = model.internal_values, np.array([0.3, 0.9, 4.0, 11.0])
    for k, found in enumerate(model.flux_partials(energy, values)[:7]):
        step = 1e-6 * values[k]
        up, down = ([v + (i == k) * s for i, v in enumerate(values)] for s in (step, -step))
        expected = (model.flux(energy, up) - model.flux(energy, down)) / (2 * step)
        noise = 1e-8 * np.max(model.flux(energy, values)) / abs(values[k])
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=noise)
