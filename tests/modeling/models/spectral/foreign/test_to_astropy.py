"""Any spectral model as a model of astropy."""

import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.modeling import Fittable1DModel

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    PowerLawSpectralModel,
    SpectralModel,
)
from tests.contracts.spectral_examples import EXAMPLES

ENERGY = np.geomspace(0.11, 40, 12)
MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_model(name):
    model = MAKERS[name]()
    theirs = model.to_astropy()
    assert isinstance(theirs, Fittable1DModel)
    assert type(theirs).__name__ == type(model).__name__
    assert len(theirs.param_names) == len(model.parameters)
    np.testing.assert_allclose(theirs(ENERGY), model(ENERGY * u.TeV).value, rtol=1e-13)


@pytest.mark.parametrize("name", [n for n, make in MAKERS.items() if make().own_parameters])
def test_derivatives_of_every_model(name):
    model = MAKERS[name]()
    theirs = model.to_astropy("GeV")
    partials = theirs.fit_deriv(1e3 * ENERGY, *theirs.parameters)
    assert len(partials) == len(theirs.param_names)
    for i, (found, value) in enumerate(zip(partials, theirs.parameters, strict=True)):
        step = 1e-5 * (abs(value) or 1.0)
        ends = [theirs.parameters.copy() for _ in range(2)]
        ends[0][i] += step
        ends[1][i] -= step
        above, below = (theirs.evaluate(1e3 * ENERGY, *end) for end in ends)
        expected = (above - below) / (2 * step)
        smooth = np.min(np.abs(np.log(ENERGY[:, None] / [*model.kinks, 1e-9])), axis=1) > 0.01
        scale = np.max([np.abs(expected), np.abs(above) / (abs(value) or 1.0)])
        np.testing.assert_allclose(found[smooth], expected[smooth], rtol=1e-6, atol=1e-7 * scale)


def example() -> ExpCutoffPowerLawSpectralModel:
    model = ExpCutoffPowerLawSpectralModel(index=1.7, reference="3 TeV")
    model.index.min, model.index.max, model.lambda_.min = 0, 5, 0
    return model


def test_bounds_and_flags():
    theirs = example().to_astropy()
    assert theirs.index.bounds == (0, 5)
    assert theirs.lambda_.bounds == (0, None)
    assert theirs.amplitude.bounds == (None, None)
    assert theirs.reference.fixed
    assert not theirs.index.fixed
    assert theirs.reference.value == 3


def test_it_is_a_copy():
    model = example()
    theirs = model.to_astropy()
    model.index.value = 4
    assert theirs.index.value == 1.7
    theirs.index = 2.5
    assert model.index.value == 4
    np.testing.assert_allclose(theirs(3.0), 1e-12 * np.exp(-0.3), rtol=1e-13)


def test_units():
    model = example()
    theirs = model.to_astropy(energy_unit="GeV", flux_unit="erg-1 m-2 s-1")
    expected = model(ENERGY * u.TeV).to("erg-1 m-2 s-1")
    np.testing.assert_allclose(theirs(1e3 * ENERGY), expected.value, rtol=1e-13)
    found = theirs(ENERGY * u.TeV)
    assert found.unit == expected.unit
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    with pytest.raises(UnitMismatchError, match="energy_unit = 'm' does not convert to 'TeV'"):
        model.to_astropy(energy_unit="m")
    with pytest.raises(UnitMismatchError, match="flux_unit = 'TeV' does not convert"):
        model.to_astropy(flux_unit="TeV")


@pytest.mark.parametrize("clone", [lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(clone):
    theirs = example().to_astropy()
    theirs.index, theirs.alpha.fixed = 2.2, False
    twin = clone(theirs)
    np.testing.assert_array_equal(twin(ENERGY), theirs(ENERGY))
    assert twin.index.value == 2.2
    assert twin.index.bounds == (0, 5)
    assert not twin.alpha.fixed
    twin.index = 3.0
    assert theirs.index.value == 2.2


def test_it_composes():
    from astropy.modeling.models import Const1D

    one = example().to_astropy()
    both = one + Const1D(1e-13)
    np.testing.assert_allclose(both(ENERGY), one(ENERGY) + 1e-13, rtol=1e-14)


def test_combinations_links_and_shares():
    """What is shared counts once, and what is linked follows, with its derivative."""
    one, two = PowerLawSpectralModel(), PowerLawSpectralModel()
    two.reference = one.reference
    two.index.link = one.index + 0.5
    two.amplitude.link = 0.1 * one.amplitude
    theirs = (one + two).to_astropy()
    assert theirs.param_names == ("model1_index", "model1_amplitude", "model1_reference")
    theirs.model1_index, theirs.model1_amplitude = 3.0, 2e-12
    expected = 2e-12 * ENERGY**-3.0 + 2e-13 * ENERGY**-3.5
    np.testing.assert_allclose(theirs(ENERGY), expected, rtol=1e-13)
    by_index, by_amplitude, _ = theirs.fit_deriv(ENERGY, 3.0, 2e-12, 1.0)
    np.testing.assert_allclose(by_index, -np.log(ENERGY) * expected, rtol=1e-12, atol=1e-30)
    np.testing.assert_allclose(by_amplitude, expected / 2e-12, rtol=1e-13)


def test_links_of_links_and_to_other_models():
    outside, one, two = (PowerLawSpectralModel(index=i) for i in (4.0, 2.0, 2.0))
    two.index.link = one.index * one.index
    three = PowerLawSpectralModel()
    three.index.link = two.index + outside.index
    theirs = (one + (two + three)).to_astropy()
    assert "model2_model1_index" not in theirs.param_names
    values = theirs.parameters.copy()
    found = theirs.fit_deriv(ENERGY, *values)[theirs.param_names.index("model1_index")]
    flux = [1e-12 * ENERGY**-i for i in (2.0, 4.0, 8.0)]
    expected = -np.log(ENERGY) * (flux[0] + 4 * flux[1] + 4 * flux[2])
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-30)


def test_energies_that_are_not_positive_are_refused():
    for energy in (0.0, -1.0, np.nan):
        with pytest.raises(ModelError, match="energies must be positive"):
            example().to_astropy()(energy)


def test_sets_of_models_are_refused():
    theirs = example().to_astropy()
    with pytest.raises(ModelError, match="is a set of models"):
        theirs.evaluate(ENERGY, np.array([1.0, 2.0]), 1.0, 1.0, 1.0, 1.0)


class Bounded(SpectralModel):
    """A parameter that astropy has no room for."""

    bounds = Parameter("bounds", "1e-12 cm-2 s-1 TeV-1")

    @staticmethod
    def evaluate(energy, bounds):
        return bounds + 0 * energy


def test_names_that_astropy_has_taken():
    with pytest.raises(ModelError, match="an attribute 'bounds'"):
        Bounded().to_astropy()
