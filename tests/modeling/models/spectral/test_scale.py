import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, ModelError
from gammapy.modeling.models import (
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    GaussianSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    ScaleSpectralModel,
    SpectralModel,
)

ENERGY = np.geomspace(0.1, 50, 9) * u.TeV


def test_scales_the_model_as_it_is_now():
    inner = PowerLawSpectralModel(index=2.2)
    model = ScaleSpectralModel(model=inner, norm=2.5)
    expected = 2.5 * inner(ENERGY)
    np.testing.assert_allclose(model(ENERGY), expected, rtol=1e-15)
    inner.amplitude.value = 7e-12
    inner.index.value = 3.0
    np.testing.assert_allclose(model(ENERGY), expected, rtol=1e-15)
    assert model.parameters.names == ["norm"]


def test_links_and_free_parameters_stay_outside():
    one, two = PowerLawSpectralModel(), PowerLawSpectralModel()
    two.amplitude.link = 3.0 * one.amplitude
    model = ScaleSpectralModel(two)
    assert model(1 * u.TeV).value == pytest.approx(3e-12, rel=1e-15, abs=0)
    one.amplitude.value = 9e-12
    assert model(1 * u.TeV).value == pytest.approx(3e-12, rel=1e-15, abs=0)
    assert model.model.frozen
    assert two.amplitude.link is not None
    assert not two.index.frozen


def test_shared_parameters_inside_stay_shared():
    one = PowerLawSpectralModel()
    pair = one + ExpCutoffPowerLawSpectralModel(index=one.index)
    model = ScaleSpectralModel(pair)
    again = SpectralModel.from_dict(model.to_dict())
    for found in (model, again):
        assert len(found.model.parameters) == len(pair.parameters)
        np.testing.assert_allclose(found(ENERGY), pair(ENERGY), rtol=1e-15)


def test_copies_have_their_own_model():
    model = ScaleSpectralModel(PowerLawSpectralModel())
    twin = model.copy()
    twin.model.amplitude.value = 9e-12
    assert model(1 * u.TeV).value == pytest.approx(1e-12, rel=1e-15, abs=0)
    assert twin(1 * u.TeV).value == pytest.approx(9e-12, rel=1e-15, abs=0)


@pytest.mark.parametrize("inner", [PowerLawSpectralModel(), ExpCutoffPowerLawSpectralModel()])
def test_integrals_are_those_of_the_model(inner):
    model = ScaleSpectralModel(inner, norm=2.5)
    assert (model.evaluate_integral is None) == (not hasattr(inner, "evaluate_integral"))
    for method in ("integral", "energy_flux"):
        found, expected = (getattr(m, method)(1 * u.TeV, 9 * u.TeV) for m in (model, inner))
        assert found.value == pytest.approx(2.5 * expected.value, rel=1e-12, abs=0)
        assert found.unit == expected.unit


def test_unit_and_cuts_are_those_of_the_model():
    factor = ScaleSpectralModel(PowerLawNormSpectralModel(tilt=0.3), norm=2)
    assert factor(1 * u.TeV).unit == ""
    line = GaussianSpectralModel(mean="1 GeV", sigma="30 MeV")
    assert ScaleSpectralModel(line).kinks == line.kinks
    assert ScaleSpectralModel(line).unit == "cm-2 s-1 MeV-1"


class InQuantities(SpectralModel):
    """A model that needs units."""

    needs_quantities = True
    amplitude = ConstantSpectralModel.const.copy()
    amplitude.name = "amplitude"

    def evaluate(self, energy, amplitude):
        return amplitude * (energy / u.Quantity(1, "TeV")).to("")


def test_model_that_works_on_quantities():
    model = ScaleSpectralModel(InQuantities(), norm=2.0)
    np.testing.assert_allclose(model(ENERGY).value, 2e-12 * ENERGY.value, rtol=1e-15)


@pytest.mark.parametrize("inner", [None, 2.0, "pl", PowerLawSpectralModel])
def test_needs_a_model(inner):
    with pytest.raises(ModelError, match="must be a spectral model"):
        ScaleSpectralModel(inner)


def test_tree():
    tree = ScaleSpectralModel(PowerLawSpectralModel(index=2.2), norm=2.5).to_dict()["spectral"]
    assert tree["model"]["type"] == "PowerLawSpectralModel"
    assert [row["name"] for row in tree["parameters"]] == ["norm"]
    without = {key: value for key, value in tree.items() if key != "model"}
    with pytest.raises(FileFormatError, match="does not say which model it scales"):
        SpectralModel.from_dict(without)
    lost = {"name": "index", "link": {"equal": "elsewhere.index"}}
    linked = tree | {"model": tree["model"] | {"parameters": [lost]}}
    with pytest.raises(FileFormatError, match="is not the path of a parameter"):
        SpectralModel.from_dict(linked)
