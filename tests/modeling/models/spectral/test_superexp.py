from decimal import Decimal, getcontext

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    ExpCutoffPowerLaw3FGLSpectralModel,
    LogParabolaSpectralModel,
    PowerLawSpectralModel,
    SuperExpCutoffPowerLaw2SpectralModel,
    SuperExpCutoffPowerLaw3FGLSpectralModel,
    SuperExpCutoffPowerLaw3SpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
    SuperExpCutoffPowerLaw4FGLSpectralModel,
)

getcontext().prec = 60
ENERGY = np.geomspace(0.01, 100, 41)


def exponent(model, energy):
    """Logarithm of value over amplitude, in decimals, as the papers write it."""
    _, *rest = (Decimal(value) for value in model.internal_values)
    reference, cut, index_1, b = rest
    x = energy / reference
    if isinstance(model, SuperExpCutoffPowerLaw3FGLSpectralModel):
        return -index_1 * x.ln() + (reference / cut) ** b - (energy / cut) ** b
    if isinstance(model, SuperExpCutoffPowerLaw4FGLSpectralModel):
        mev = Decimal("1e6")
        return -index_1 * x.ln() + cut * ((reference * mev) ** b - (energy * mev) ** b)
    return (-index_1 + cut / b) * x.ln() + cut / b**2 * (1 - x**b)


MODELS = [
    SuperExpCutoffPowerLaw3FGLSpectralModel(reference="1.7 TeV", index_2=1.4),
    SuperExpCutoffPowerLaw3FGLSpectralModel(reference="1.7 TeV", index_2=-0.8, ecut="9 GeV"),
    SuperExpCutoffPowerLaw4FGLSpectralModel(reference="0.3 TeV", index_2=0.67, expfactor=2e-3),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=0.67, expfactor=0.7, reference="2 TeV"),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=-0.3, expfactor=0.7),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=0.02, expfactor=0.7),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=1e-7, expfactor=-0.2),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_formulas_in_decimals(model):
    found = np.log(model.flux(ENERGY, model.internal_values) / model.amplitude.value)
    expected = np.array([float(exponent(model, Decimal(e))) for e in ENERGY.tolist()])
    near = np.abs(expected) < 600.0
    assert near.sum() > 20
    np.testing.assert_allclose(found[near], expected[near], rtol=1e-13, atol=1e-13)


def test_as_the_fermi_tools_have_it():
    energy = [0.1, 1, 10] * u.GeV
    amplitude = "1e-9 cm-2 s-1 MeV-1"
    old = {"index_1": 1.7, "reference": "200 MeV"}
    # their amplitude is that of the power law without the cut-off
    first = SuperExpCutoffPowerLaw3FGLSpectralModel(
        amplitude=amplitude, ecut="3 GeV", index_2=0.7, **old
    )
    found = first(energy).value * np.exp(-((200 / 3000) ** 0.7))
    np.testing.assert_allclose(found, [2.962036889e-09, 4.078228399e-11, 1.267547067e-13])
    second = SuperExpCutoffPowerLaw4FGLSpectralModel(
        amplitude=amplitude, expfactor=0.0073, index_2=0.67, **old
    )
    found = second(energy).value * np.exp(-0.0073 * 200**0.67)
    np.testing.assert_allclose(found, [2.769435776e-09, 3.07136427e-11, 3.929399762e-14])
    fourth = SuperExpCutoffPowerLaw4FGLDR3SpectralModel(
        amplitude=amplitude, reference="1 GeV", expfactor=0.5, index_1=2.0, index_2=0.67
    )
    found = 0.01 * fourth(energy).value
    np.testing.assert_allclose(found, [4.305694192e-10, 1e-11, 9.277191987e-15])


def test_limits():
    energy = ENERGY * u.TeV
    sharp = SuperExpCutoffPowerLaw3FGLSpectralModel(index_2=1.0, reference="2 TeV", ecut="3 TeV")
    plain = ExpCutoffPowerLaw3FGLSpectralModel(index=1.5, reference="2 TeV", ecut="3 TeV")
    np.testing.assert_allclose(sharp(energy), plain(energy), rtol=1e-13)
    third = SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.1, index_2=0.0, expfactor=0.4)
    parabola = LogParabolaSpectralModel(alpha=2.1, beta=0.2, reference="1 TeV")
    np.testing.assert_allclose(third(energy), parabola(energy), rtol=1e-13)
    straight = SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.1, expfactor=0.0)
    np.testing.assert_allclose(straight(energy), PowerLawSpectralModel(index=2.1)(energy))


def test_index_2_of_dr3_passes_zero_smoothly():
    """Second differences of the partial derivatives would show a seam."""
    model = SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.1, expfactor=0.4)
    amplitude, reference, expfactor, index_1, _ = model.internal_values
    index_2 = np.linspace(-1e-3, 1e-3, 201)[:, None]
    values = amplitude, reference, expfactor, index_1, index_2
    for row in (model.flux(ENERGY, values), *model.flux_partials(ENERGY, values)[2:]):
        size = np.abs(row).max(axis=0)
        assert np.all(np.abs(np.diff(row, n=2, axis=0)) < 1e-8 * size + 1e-300)


EXTREME = [
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_2=80.0, ecut="1 GeV"),
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_2=-80.0, ecut="1 PeV"),
    SuperExpCutoffPowerLaw4FGLSpectralModel(index_2=80.0, expfactor=1e3),
    SuperExpCutoffPowerLaw4FGLSpectralModel(index_2=2.0, expfactor=0.01),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=300.0, expfactor=1e3),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=-300.0, expfactor=1e3),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_2=1e-300, expfactor=-1e3),
    ExpCutoffPowerLaw3FGLSpectralModel(ecut="1 MeV"),
    LogParabolaSpectralModel(beta=-50.0),
]


@pytest.mark.parametrize("model", EXTREME, ids=repr)
def test_neither_nan_nor_warnings(model):
    """Zero and infinity are what a float has for such values."""
    energy = np.append(np.geomspace(1e-6, 1e3, 61), 1.0)
    values = model.internal_values
    found = model.flux(energy, values)
    assert not np.any(np.isnan(found))
    assert found[-1] == model.amplitude.value or model.reference.value != 1.0
    assert np.any(found == 0) or np.any(np.isinf(found))
    assert not np.any(np.isnan(model.flux_partials(energy, values)))


def tools(cls, energies, expected, **values):
    """Compare with numbers of an independent transcription of the Fermi tools' formulas."""
    model = cls(**values)
    found = model(energies * u.MeV).to_value("cm-2 s-1 MeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    return model


MEV = np.array([100.0, 1000.0, 10000.0])


def test_second_form_of_the_fermi_tools():
    values = {"index_1": 1.7, "reference": "200 MeV", "expfactor": 0.0073, "index_2": 0.67}
    expected = [2.769435776e-09, 3.07136427e-11, 3.929399762e-14]
    model = tools(
        SuperExpCutoffPowerLaw2SpectralModel,
        MEV,
        expected,
        amplitude="1e-9 cm-2 s-1 MeV-1",
        **values,
    )
    twin = SuperExpCutoffPowerLaw4FGLSpectralModel(
        amplitude=1e-9 * np.exp(-0.0073 * 200**0.67) * u.Unit("cm-2 s-1 MeV-1"), **values
    )
    np.testing.assert_allclose(model(MEV * u.MeV).value, twin(MEV * u.MeV).value, rtol=1e-12)
    assert model.e_peak == twin.e_peak
    energy = model.e_peak * [0.999, 1, 1.001]
    assert np.argmax(energy**2 * model(energy)) == 1


def test_third_and_fourth_form_of_the_fermi_tools():
    values = {"amplitude": "1e-11 cm-2 s-1 MeV-1", "index_1": 2.0, "reference": "1 GeV"}
    expected = [4.305694192e-10, 1e-11, 9.277191987e-15]
    third = tools(
        SuperExpCutoffPowerLaw3SpectralModel, MEV, expected, expfactor=0.5 / 0.67**2, index_2=0.67,
        **values,
    )  # fmt: skip
    fourth = tools(
        SuperExpCutoffPowerLaw4FGLDR3SpectralModel, MEV, expected, expfactor=0.5, index_2=0.67,
        **values,
    )  # fmt: skip
    assert third.e_peak.value == pytest.approx(fourth.e_peak.value, rel=1e-13)


def test_all_forms_are_the_same_cutoff():
    """k (E/E0)^-i exp(-(E/Ec)^b), with a = (E0/Ec)^b, in the parameters of each."""
    k, i1, e0, ec, b = 1e-9 * u.Unit("cm-2 s-1 MeV-1"), 1.7, 200.0, 3000.0, 0.7
    a = (e0 / ec) ** b
    expected = [2.962036889e-09, 4.078228399e-11, 1.267547067e-13]
    reference = e0 * u.MeV
    second = SuperExpCutoffPowerLaw2SpectralModel
    tools(
        second,
        MEV,
        expected,
        amplitude=k,
        reference=reference,
        expfactor=ec**-b,
        index_1=i1,
        index_2=b,
    )
    local = {
        "amplitude": k * np.exp(-a),
        "index_1": i1 + a * b,
        "index_2": b,
        "reference": reference,
    }
    tools(SuperExpCutoffPowerLaw3SpectralModel, MEV, expected, expfactor=a, **local)
    tools(SuperExpCutoffPowerLaw4FGLDR3SpectralModel, MEV, expected, expfactor=a * b * b, **local)


@pytest.mark.parametrize(("expfactor", "index_2"), [(-1e-7, 1.0), (0.0, 1.0), (0.1, 0.0)])
def test_new_forms_without_a_cutoff_have_no_peak(expfactor, index_2):
    for cls in (SuperExpCutoffPowerLaw2SpectralModel, SuperExpCutoffPowerLaw3SpectralModel):
        model = cls(expfactor=expfactor, index_2=index_2, index_1=1.5)
        assert np.isnan(model.e_peak)
        assert np.all(np.isfinite(model.flux_partials(ENERGY, model.internal_values)))


def test_new_forms_fall_to_zero_quietly():
    for cls in (SuperExpCutoffPowerLaw2SpectralModel, SuperExpCutoffPowerLaw3SpectralModel):
        model = cls(expfactor=5.0, index_2=150.0)
        assert model(100 * u.TeV).value == 0
        assert not np.any(model.flux_partials(np.array([100.0]), model.internal_values))
