import operator

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import GammapyError, ModelError
from gammapy.modeling.models import (
    CompoundSpectralModel,
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = [0.3, 1.0, 4.0] * u.TeV


@pytest.fixture
def model():
    return PowerLawSpectralModel(index=2.2, amplitude="3e-12 cm-2 s-1 TeV-1")


@pytest.fixture
def norm():
    return PowerLawNormSpectralModel(norm=1.3, tilt=0.2)


def assert_same(found, expected):
    np.testing.assert_allclose(found.to_value(expected.unit), expected.value, rtol=1e-13)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
def test_two_models(name, model):
    other, function = ExpCutoffPowerLawSpectralModel(), getattr(operator, name)
    assert_same(function(model, other)(ENERGY), function(model(ENERGY), other(ENERGY)))


def test_power(norm):
    other = PowerLawNormSpectralModel(norm=0.7, tilt=-0.1)
    assert_same((norm**other)(ENERGY), norm(ENERGY) ** other(ENERGY).value)
    assert_same((norm**2)(ENERGY), norm(ENERGY) ** 2)
    assert_same((2**norm)(ENERGY), 2 ** norm(ENERGY))


QUANTITY = 2e-12 * FLUX
NUMBERS = [
    2,
    2.0,
    np.float64(2),
    np.float32(2),
    np.int64(2),
    np.array(2.0),
    2 * u.one,
    200 * u.percent,
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", ["mul", "truediv"])
def test_numbers_on_both_sides_of_a_flux(model, name, number):
    function = getattr(operator, name)
    assert_same(function(model, number)(ENERGY), function(model(ENERGY), 2.0))
    assert_same(function(number, model)(ENERGY), function(2.0, model(ENERGY)))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
def test_numbers_on_both_sides_of_a_norm(norm, name, number):
    function = getattr(operator, name)
    assert_same(function(norm, number)(ENERGY), function(norm(ENERGY), 2.0))
    assert_same(function(number, norm)(ENERGY), function(2.0, norm(ENERGY)))


@pytest.mark.parametrize("quantity", [QUANTITY, QUANTITY.to("m-2 s-1 GeV-1")], ids=str)
@pytest.mark.parametrize("name", ["add", "sub", "truediv", "mul"])
def test_fluxes_on_both_sides(model, name, quantity):
    function = getattr(operator, name)
    assert_same(function(model, quantity)(ENERGY), function(model(ENERGY), QUANTITY))
    assert_same(function(quantity, model)(ENERGY), function(QUANTITY, model(ENERGY)))


def test_sign_of_a_difference(model):
    """number - model, not model - number."""
    found = (1e-10 * FLUX - model)(1 * u.TeV)
    assert found.to_value(FLUX) == pytest.approx(1e-10 - 3e-12)


def test_numbers_become_frozen_parameters(model):
    scaled = 2 * model
    assert type(scaled.model1) is PowerLawNormSpectralModel
    assert scaled.model1.frozen
    assert not model.frozen
    shifted = model + QUANTITY
    assert type(shifted.model2) is ConstantSpectralModel
    assert shifted.model2.const.quantity == QUANTITY
    assert shifted.model2.frozen


@pytest.mark.parametrize(
    "build",
    [
        lambda m, n: m + n,
        lambda m, n: n - m,
        lambda m, n: m + 1,
        lambda m, n: 1 - m,
        lambda m, n: m**2,
        lambda m, n: m**n,
        lambda m, n: n**m,
        lambda m, n: 2**m,
        lambda m, n: n + QUANTITY,
        lambda m, n: m + 1 * u.TeV,
        lambda m, n: m * (1 * u.TeV),
        lambda m, n: (1 * u.cm) - m,
    ],
)
def test_units_that_do_not_fit(model, norm, build):
    with pytest.raises(GammapyError):
        build(model, norm)


@pytest.mark.parametrize(
    "value", ["abc", None, [1, 2], np.ones(3), np.ones(3) * FLUX, 1j], ids=repr
)
def test_bad_operands(model, value):
    for function in (operator.mul, operator.add):
        for arguments in ((model, value), (value, model)):
            with pytest.raises(GammapyError):
                function(*arguments)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite(model, value):
    with pytest.raises(GammapyError, match="must be finite"):
        value * model


@pytest.mark.parametrize("function", ["mod", operator.mod, "+", None, 3, len], ids=str)
def test_unknown_operator(model, function):
    with pytest.raises(ModelError, match="cannot join spectral models: use one of"):
        CompoundSpectralModel(model, model, function)


@pytest.mark.parametrize("function", ["add", operator.add])
def test_operator_by_name_or_function(model, function):
    assert CompoundSpectralModel(model, model, function).operator is operator.add


# -- parameters ----------------------------------------------------------------------------


def test_names_are_not_ambiguous(model):
    total = model + model.copy() + model.copy()
    parameters = total.parameters
    assert len(parameters) == 9
    assert len(set(parameters.paths)) == len(set(parameters.names)) == 9
    for parameter, path, name in zip(parameters, parameters.paths, parameters.names, strict=True):
        assert parameters[path] is parameters[name] is parameter
    assert parameters["model2.index"] is total.model2.index


def test_the_same_model_on_both_sides_is_one_set_of_parameters(model):
    double = model + model
    assert len(double.parameters) == 3
    assert_same(double(ENERGY), 2 * model(ENERGY))
    model.index.error = 0.1
    np.testing.assert_allclose(
        double.evaluate_error(ENERGY)[1].value, 2 * model.evaluate_error(ENERGY)[1].value
    )
    twin = double.copy()
    assert len(twin.parameters) == 3
    twin.model1.index.value = 1
    assert twin.model2.index.value == 1


def test_copies_add_in_quadrature(model):
    model.index.error = 0.1
    total = model + model.copy()
    np.testing.assert_allclose(
        total.evaluate_error(ENERGY)[1].value, 2**0.5 * model.evaluate_error(ENERGY)[1].value
    )


def test_share_parameter_by_path(model):
    total = model + PowerLawSpectralModel()
    total.share_parameter("model2.index", model.index)
    assert total.model2.index is model.index


def test_unfreeze_goes_to_the_declaration(model):
    total = model + 2 * model.copy()
    total.freeze()
    assert total.frozen
    total.unfreeze()
    assert [path for path, p in total.own_parameters.items() if p.frozen] == [
        "model1.reference",
        "model2.model1.tilt",
        "model2.model1.reference",
        "model2.model2.reference",
    ]


def test_integral_of_a_sum_is_the_sum_of_integrals(model):
    other = ExpCutoffPowerLawSpectralModel()
    found = (model + other).integral("0.3 TeV", "20 TeV")
    expected = model.integral("0.3 TeV", "20 TeV") + other.integral("0.3 TeV", "20 TeV")
    assert found.value == pytest.approx(expected.value, rel=1e-9)


def test_partials_of_a_power_of_zero(norm):
    zero = PowerLawNormSpectralModel(norm=0.0)
    partials = (zero**2).flux_partials(np.array([1.0, 2.0]), (zero**2).internal_values)
    assert np.isfinite(partials).all()
