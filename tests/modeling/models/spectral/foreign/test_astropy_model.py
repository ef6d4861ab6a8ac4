"""A model of astropy as a spectral model."""

import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.modeling import Fittable1DModel, Parameter, fix_inputs
from astropy.modeling import models as theirs

from gammapy.errors import ModelError, ParameterError, UnitMismatchError, UnknownNameError
from gammapy.modeling.models import AstropySpectralModel, PowerLawSpectralModel, SpectralModel

FLUX = u.Unit("cm-2 s-1 TeV-1")
UNITS = {"energy_unit": "TeV", "flux_unit": FLUX}
ENERGY = [0.3, 1.0, 7.0] * u.TeV


def power_law(**kwargs):
    return theirs.PowerLaw1D(amplitude=3e-12, x_0=2.0, alpha=2.3, **kwargs)


@pytest.mark.parametrize(
    "model",
    [
        power_law(),
        theirs.LogParabola1D(3e-12, 2.0, 2.3, 0.1),
        theirs.ExponentialCutoffPowerLaw1D(3e-12, 2.0, 2.3, 10.0),
        theirs.BrokenPowerLaw1D(3e-12, 2.0, 2.0, 3.0),
        theirs.Const1D(1e-12),
        theirs.Polynomial1D(2, c0=1e-12, c1=1e-13, c2=1e-14),
        theirs.Tabular1D(points=[0.1, 1, 20], lookup_table=[3e-12, 1e-12, 1e-14]),
        power_law() + theirs.Gaussian1D(1e-12, 3.0, 0.5),
        (power_law() - theirs.Const1D(1e-14)) * theirs.Const1D(2.0),
        power_law() | theirs.Scale(3.0),
    ],
    ids=lambda model: getattr(model, "op", type(model).__name__),
)
def test_values(model):
    wrapped = SpectralModel.from_astropy(model, **UNITS)
    assert isinstance(wrapped, AstropySpectralModel)
    assert not wrapped.needs_quantities
    found = wrapped(ENERGY)
    assert found.unit == FLUX
    np.testing.assert_allclose(found.value, model(ENERGY.value), rtol=1e-14)


def test_units_are_fixed_factors():
    wrapped = SpectralModel.from_astropy(power_law(), energy_unit="GeV", flux_unit="m-2 s-1 erg-1")
    expected = power_law()(ENERGY.to_value("GeV")) * u.Unit("m-2 s-1 erg-1")
    np.testing.assert_allclose(wrapped(ENERGY), expected, rtol=1e-13)
    assert wrapped(ENERGY).unit == expected.unit


def test_a_factor_on_a_spectrum():
    factor = SpectralModel.from_astropy(theirs.Const1D(2.0), energy_unit="TeV", flux_unit="")
    product = PowerLawSpectralModel() * factor
    np.testing.assert_allclose(product(ENERGY), 2 * PowerLawSpectralModel()(ENERGY), rtol=1e-14)


def test_a_model_with_units():
    model = theirs.PowerLaw1D(3e-15 * u.Unit("cm-2 s-1 GeV-1"), 2000 * u.GeV, 2.3)
    wrapped = SpectralModel.from_astropy(model)
    assert wrapped.needs_quantities
    assert wrapped.x_0.unit == u.GeV
    np.testing.assert_allclose(wrapped(ENERGY), power_law()(ENERGY.value) * FLUX, rtol=1e-13)
    closed = PowerLawSpectralModel(index=2.3, amplitude=3e-12 * FLUX, reference="2 TeV")
    np.testing.assert_allclose(
        wrapped.integral(1 * u.TeV, 10 * u.TeV), closed.integral(1 * u.TeV, 10 * u.TeV), rtol=1e-10
    )
    wrapped.x_0.unit = "MeV"
    np.testing.assert_allclose(wrapped(ENERGY), closed(ENERGY), rtol=1e-13)


def test_parameters():
    model = power_law(fixed={"x_0": True}, bounds={"alpha": (0, None), "amplitude": (0, 1)})
    wrapped = SpectralModel.from_astropy(model, **UNITS)
    assert wrapped.parameters.names == ["amplitude", "x_0", "alpha"]
    assert wrapped.x_0.frozen
    assert not wrapped.alpha.frozen
    assert wrapped.alpha.min == 0
    assert np.isnan(wrapped.alpha.max)
    assert (wrapped.amplitude.min, wrapped.amplitude.max) == (0, 1)
    composed = SpectralModel.from_astropy(model + model, **UNITS)
    assert composed.parameters.names[:2] == ["amplitude_0", "x_0_0"]
    assert composed.x_0_1.frozen


def test_the_given_model_is_copied():
    model = power_law()
    wrapped = SpectralModel.from_astropy(model, **UNITS)
    model.alpha = 5.0
    assert wrapped.alpha.value == 2.3
    wrapped.alpha.value, wrapped.x_0.frozen = 3.0, True
    assert model.alpha == 5.0
    again = wrapped.astropy_model
    assert type(again) is type(model)
    assert again.alpha == 3.0
    assert again.x_0.fixed
    np.testing.assert_allclose(again(ENERGY.value), wrapped(ENERGY).value, rtol=1e-14)


@pytest.mark.parametrize("clone", [lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(clone):
    wrapped = SpectralModel.from_astropy(power_law() + power_law(), **UNITS)
    wrapped.alpha_1.value = 3.1
    twin = clone(wrapped)
    np.testing.assert_array_equal(twin(ENERGY), wrapped(ENERGY))
    twin.alpha_1.value = 1.0
    assert wrapped.alpha_1.value == 3.1


def test_parameters_are_shared_by_assignment():
    wrapped, other = SpectralModel.from_astropy(power_law(), **UNITS), PowerLawSpectralModel()
    wrapped.alpha = other.index
    other.index.value = 3.3
    assert wrapped.parameters["alpha"].value == 3.3
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = wrapped.colour


def test_breaks_cut_the_integrals():
    broken = theirs.BrokenPowerLaw1D(3e-12, 2.0, 2.0, 3.0)
    wrapped = SpectralModel.from_astropy(
        broken, energy_unit="GeV", flux_unit="cm-2 s-1 GeV-1", breaks=["x_break"]
    )
    wrapped.x_break.value = 2000.0
    assert wrapped.kinks == (2.0,)
    found = wrapped.integral(1 * u.TeV, 8 * u.TeV).to_value("cm-2 s-1")
    low, high = 2000 * (2000 / 1000 - 1), 2000 * (1 - (8000 / 2000) ** -2) / 2
    assert found == pytest.approx(3e-12 * (low + high), rel=1e-10)
    assert SpectralModel.from_astropy(broken, **UNITS).breaks == ("x_break",)
    with pytest.raises(UnknownNameError, match=r"breaks: .* has no parameter 'edge'"):
        SpectralModel.from_astropy(broken, **UNITS, breaks=["edge"])


def test_tied_parameters_are_refused():
    model = power_law()
    model.x_0.tied = lambda m: m.alpha
    with pytest.raises(ParameterError, match=r"x_0 is tied.*\.x_0\.link = "):
        SpectralModel.from_astropy(model, **UNITS)


@pytest.mark.parametrize(
    ("model", "kwargs", "error", "match"),
    [
        (3.0, UNITS, ModelError, "is no model of astropy"),
        (theirs.PowerLaw1D, UNITS, ModelError, "is no model of astropy"),
        (theirs.Gaussian2D(), UNITS, ModelError, "2 inputs"),
        (theirs.PowerLaw1D([1, 2], [1, 1], [1, 1], n_models=2), UNITS, ModelError, "2 models"),
        (theirs.PowerLaw1D([1, 2], [1, 1], [1, 1]), UNITS, ParameterError, "has 2 values"),
        (power_law(), {}, ModelError, "energy_unit is missing"),
        (power_law(), {"energy_unit": "TeV"}, ModelError, "flux_unit is missing"),
        (power_law(), UNITS | {"energy_unit": "m"}, UnitMismatchError, "no unit of energy"),
        (theirs.PowerLaw1D(1 * FLUX, 1 * u.TeV, 2), UNITS, ModelError, "leave it out"),
        (theirs.PowerLaw1D(1 * FLUX, 1 * u.m, 2), {}, ModelError, "cannot be called with an"),
    ],
)
def test_what_is_no_spectrum_is_refused(model, kwargs, error, match):
    with pytest.raises(error, match=match):
        SpectralModel.from_astropy(model, **kwargs)


class Unruly(theirs.Const1D):
    """Does something else when it is called."""

    def __call__(self, x, *args, **kwargs):
        return 2 * super().__call__(x, *args, **kwargs)


def test_a_call_that_is_not_the_function_is_refused():
    with pytest.raises(ModelError, match="cannot be wrapped"):
        SpectralModel.from_astropy(Unruly(1.0), **UNITS)


def test_a_function_that_fails_is_refused():
    fixed = fix_inputs(theirs.Gaussian2D(), {"y": 0.0})
    with pytest.raises(ModelError, match=r"evaluate\(\) fails with .* cannot be wrapped"):
        SpectralModel.from_astropy(fixed, **UNITS)


class Taken(Fittable1DModel):
    """A parameter whose name a spectral model has taken."""

    integral = Parameter(default=1.0)

    @staticmethod
    def evaluate(x, integral):
        return integral + 0 * x


def test_names_that_are_taken_are_refused():
    with pytest.raises(ModelError, match="no parameter can be called 'integral'"):
        SpectralModel.from_astropy(Taken(), **UNITS)


def test_there_and_back():
    wrapped = SpectralModel.from_astropy(power_law(), **UNITS)
    back = wrapped.to_astropy()
    assert back.param_names == ("amplitude", "x_0", "alpha")
    np.testing.assert_allclose(back(ENERGY.value), power_law()(ENERGY.value), rtol=1e-14)
