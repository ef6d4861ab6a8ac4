"""What every registered spectral model does, whoever wrote it."""

import ast
import functools
import itertools
import math
import pickle

import array_api_strict
import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling import models as gallery
from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY, CompoundSpectralModel, SpectralModel
from gammapy.units import internal_unit
from tests.contracts.spectral_examples import EXAMPLES

ENERGY = np.geomspace(0.05, 80.0, 41)  # TeV
MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}
ADJUSTABLE = [name for name, make in MAKERS.items() if make().own_parameters]
#: whose formula is of floats; one that needs quantities runs on NumPy only
UNIT_FREE = [
    name for name, make in MAKERS.items() if not (make().needs_quantities or make().numpy_only)
]
ours = [c for c in SPECTRAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")]


@pytest.fixture(params=MAKERS)
def model(request) -> SpectralModel:
    return MAKERS[request.param]()


@pytest.fixture(params=ADJUSTABLE)
def adjustable(request) -> SpectralModel:
    return MAKERS[request.param]()


@pytest.fixture(params=UNIT_FREE)
def unit_free(request) -> SpectralModel:
    return MAKERS[request.param]()


@pytest.fixture(params=[name for name in ADJUSTABLE if name in UNIT_FREE])
def adjustable_unit_free(request) -> SpectralModel:
    return MAKERS[request.param]()


def parameter_state(model):
    return {
        path: (p.value, p.unit, repr((p.min, p.max)), p.error, p.frozen)
        for path, p in model.own_parameters.items()
    }


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_every_registered_class_has_an_example(cls):
    assert cls in EXAMPLES, f"add {cls.__name__} to tests/contracts/spectral_examples.py"
    assert all(type(make()) is cls for make in EXAMPLES[cls])


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_found_by_name_and_tags(cls):
    assert cls.tag[0] == cls.__name__
    assert len(cls.tag) >= 2
    assert all(SPECTRAL_MODEL_REGISTRY.get(tag) is cls for tag in cls.tag)


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_is_public_and_documented(cls):
    assert cls.__name__ in gallery.__all__
    assert cls.__doc__


# -- the formula ---------------------------------------------------------------------------


def test_formula_on_array_api_strict(unit_free):
    expected = unit_free.evaluate(ENERGY, *unit_free.internal_values)
    found = unit_free.evaluate(array_api_strict.asarray(ENERGY), *unit_free.internal_values)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)


def test_formula_on_jax(unit_free):
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    expected = unit_free.evaluate(ENERGY, *unit_free.internal_values)
    found = unit_free.evaluate(jnp.asarray(ENERGY), *unit_free.internal_values)
    assert found.dtype == jnp.float64
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)


@functools.lru_cache(maxsize=1)
def compiled(evaluate):
    """Value and derivatives by the values of a formula; examples of a class have it in common."""
    import jax

    def both(values, energy):
        flux = evaluate(energy, *values)
        return flux, flux

    return jax.jit(jax.jacfwd(both, has_aux=True))


@pytest.mark.slow
def test_formula_and_partials_are_compiled_by_jax(unit_free):
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    values = unit_free.internal_values
    function = compiled(unit_free.evaluate)
    jacobian, flux = function(jnp.asarray(values, dtype=float), jnp.asarray(ENERGY))
    np.testing.assert_allclose(flux, unit_free.evaluate(ENERGY, *values), rtol=1e-12)
    partials = unit_free.flux_partials(ENERGY, values)
    assert len(partials) == len(values)
    for found, expected in zip(partials, np.asarray(jacobian).T, strict=True):
        assert np.max(np.abs(found - expected)) <= 1e-10 * np.max(np.abs(expected))


def test_partials_on_array_api_strict(adjustable_unit_free):
    values = adjustable_unit_free.internal_values
    strict = adjustable_unit_free.partials(array_api_strict.asarray(ENERGY), *values)
    for found, expected in zip(
        strict, adjustable_unit_free.flux_partials(ENERGY, values), strict=True
    ):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("energy", [1.7, ENERGY, ENERGY[:40].reshape(5, 8)], ids=["0d", "1d", "2d"])
def test_formula_keeps_the_shape_of_the_energies(model, energy):
    values = model.internal_values
    found = model.flux(np.asarray(energy), values)
    assert np.shape(found) == np.shape(energy)
    each = [float(model.flux(np.asarray(e), values)) for e in np.ravel(energy)]
    np.testing.assert_allclose(np.ravel(found), each, rtol=1e-13)


def test_formula_takes_a_plain_number(unit_free):
    values = unit_free.internal_values
    assert float(unit_free.evaluate(1.7, *values)) == pytest.approx(
        float(unit_free.flux(np.asarray(1.7), values)), rel=1e-14, abs=0
    )


def test_formula_broadcasts_parameters_against_energies(adjustable_unit_free):
    steps = np.array([0.98, 1.0, 1.03])[:, None]
    values = adjustable_unit_free.internal_values
    found = adjustable_unit_free.evaluate(ENERGY, *[value * steps for value in values])
    assert found.shape == (3, len(ENERGY))
    for row, step in zip(found, steps.ravel(), strict=True):
        expected = adjustable_unit_free.evaluate(ENERGY, *[value * float(step) for value in values])
        np.testing.assert_allclose(row, expected, rtol=1e-13)


def test_formula_leaves_its_arguments_alone(unit_free):
    energy = ENERGY.copy()
    energy.flags.writeable = False
    values = [np.array(value) for value in unit_free.internal_values]
    before = [value.copy() for value in values]
    unit_free.evaluate(energy, *values)
    assert values == before


# -- integrals -----------------------------------------------------------------------------


def truth(model, low, high, power):
    def integrand(x):
        return math.exp((1 + power) * x) * float(model.flux(np.asarray(math.exp(x)), values))

    values = model.internal_values
    cuts = [math.log(e) for e in model.kinks if low < e < high]
    pieces = [math.log(low), *cuts, math.log(high)]
    parts = [
        quad(integrand, a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        for a, b in itertools.pairwise(pieces)
    ]
    return math.fsum(parts)


@pytest.mark.parametrize(("low", "high"), [(0.1, 1.0), (1.0, 10.0), (0.3, 30.0), (0.5, 0.51)])
@pytest.mark.parametrize(("method", "power"), [("integral", 0), ("energy_flux", 1)])
def test_integrals_against_quadrature(model, method, power, low, high):
    found = getattr(model, method)(low * u.TeV, high * u.TeV)
    assert found.isscalar
    assert found.unit == internal_unit(model.unit * u.TeV ** (1 + power))
    assert found.value == pytest.approx(truth(model, low, high, power), rel=1e-8, abs=0)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
def test_integrals_broadcast(model, method):
    low = [[0.1], [0.2]] * u.TeV
    high = [1000.0, 5000.0, 40000.0] * u.GeV
    found = getattr(model, method)(low, high)
    assert found.shape == (2, 3)
    one = getattr(model, method)(low[1, 0], high[2])
    assert found[1, 2].value == pytest.approx(one.value, rel=1e-12, abs=0)
    assert found.unit == one.unit


def test_integrals_refuse_an_empty_range(model):
    ranges = [(1, 1), (2, 1), (0, 1), (-1, 1), (1, np.inf), (1, np.nan), (np.nan, 1)]
    for method, (low, high) in itertools.product((model.integral, model.energy_flux), ranges):
        with pytest.raises(ModelError, match="0 < energy_min < energy_max"):
            method(low * u.TeV, high * u.TeV)


# -- units ---------------------------------------------------------------------------------


def in_mev(unit):
    bases = [u.MeV if base.is_equivalent(u.MeV) else base for base in unit.bases]
    return u.CompositeUnit(1, bases, unit.powers)


def test_units_of_the_parameters_do_not_matter(adjustable):
    other = adjustable.copy()
    for parameter in other.parameters:
        parameter.unit = in_mev(parameter.unit)
    energy = ENERGY * u.TeV
    expected = adjustable(energy)
    np.testing.assert_allclose(
        other(energy.to("MeV")).to_value(expected.unit), expected.value, rtol=1e-12
    )
    assert other.integral(1 * u.TeV, 1e7 * u.MeV).value == pytest.approx(
        adjustable.integral(1 * u.TeV, 10 * u.TeV).value, rel=1e-9, abs=0
    )


def test_result_has_the_unit_of_the_model(model):
    found = model(ENERGY * u.TeV)
    assert isinstance(found, u.Quantity)
    assert found.unit == model.unit
    assert found.shape == ENERGY.shape
    internal = model.flux(ENERGY, model.internal_values)
    np.testing.assert_allclose(found.to_value(internal_unit(model.unit)), internal, rtol=1e-13)


def test_scalar_in_scalar_out(model):
    for found in (model(3 * u.TeV), model("3 TeV"), model(3000 * u.GeV)):
        assert isinstance(found, u.Quantity)
        assert found.isscalar
    assert model(3 * u.TeV).value == pytest.approx(model([3, 4] * u.TeV)[0].value, rel=1e-13, abs=0)


def test_single_precision_energies_are_not_computed_in_single_precision(model):
    energy = np.float32([0.5, 1.5, 8.0]) * u.TeV
    np.testing.assert_array_equal(model(energy).value, model([0.5, 1.5, 8.0] * u.TeV).value)


def test_energy_without_the_right_unit_is_refused(model):
    for energy in (1.0, [1.0, 2.0], 1 * u.cm, 1 * u.Hz, "1", "abc", None):
        for method in (model, model.evaluate_error):
            with pytest.raises(UnitMismatchError, match="energy = "):
                method(energy)
        for method in (model.integral, model.energy_flux):
            with pytest.raises(UnitMismatchError, match="energy_min = "):
                method(energy, 10 * u.TeV)
            with pytest.raises(UnitMismatchError, match="energy_max = "):
                method(0.1 * u.TeV, energy)


def test_energy_that_is_not_positive_is_refused(model):
    for method, energy in itertools.product((model, model.evaluate_error), (0.0, -1.0, np.nan)):
        with pytest.raises(ModelError, match="must be positive"):
            method([1.0, energy] * u.TeV)


# -- errors --------------------------------------------------------------------------------


def with_covariance(model):
    parameters = model.parameters
    rng = np.random.default_rng(len(parameters))
    draws = rng.normal(size=(len(parameters), len(parameters) + 2))
    scale = 0.05 * np.abs([p.value or 1.0 for p in parameters])
    model.covariance = np.cov(draws) * np.outer(scale, scale)
    return model


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_evaluate_error_has_three_rows(model, shape):
    found = model.evaluate_error(np.full(shape, 2.0) * u.TeV)
    assert found.shape == (3, *shape)
    assert found.unit == model.unit
    expected = model(2 * u.TeV).value
    np.testing.assert_allclose(found[0].value, np.full(shape, expected), rtol=1e-14)


def test_evaluate_error_against_differences(adjustable):
    model = with_covariance(adjustable)
    energy = [0.2, 1.0, 7.0] * u.TeV
    rows = []
    for parameter in model.parameters:
        centre, step = parameter.value, 1e-5 * (abs(parameter.value) or 1.0)
        flux = []
        for shift in (step, -step):
            parameter.value = centre + shift
            flux.append(model(energy).value)
        parameter.value = centre
        rows.append((flux[0] - flux[1]) / (2 * step))
    jacobian = np.array(rows)
    expected = np.sqrt(np.einsum("ie,ij,je->e", jacobian, model.covariance.data, jacobian))
    _, lower, upper = model.evaluate_error(energy).value
    assert np.all(expected > 0)
    np.testing.assert_allclose(lower, expected, rtol=1e-6)
    np.testing.assert_array_equal(lower, upper)


def test_no_errors_no_error(model):
    assert np.all(model.evaluate_error([1, 5] * u.TeV)[1:] == 0)


# -- copies --------------------------------------------------------------------------------


def test_copy_is_equal(model):
    if model.own_parameters:
        with_covariance(model)
    copy = model.copy()
    assert type(copy) is type(model)
    assert repr(copy) == repr(model)
    assert parameter_state(copy) == parameter_state(model)
    assert copy.covariance == model.covariance
    np.testing.assert_array_equal(copy(ENERGY * u.TeV), model(ENERGY * u.TeV))


def test_copy_is_independent(adjustable):
    with_covariance(adjustable)
    before, flux = parameter_state(adjustable), adjustable(1.7 * u.TeV)
    copy = adjustable.copy()
    assert not set(copy.parameters) & set(adjustable.parameters)
    for parameter in copy.parameters:
        parameter.value = 1.1 * parameter.value + 0.01
        parameter.frozen = not parameter.frozen
        parameter.error = 7.0
    assert parameter_state(adjustable) == before
    assert adjustable(1.7 * u.TeV) == flux
    assert copy(1.7 * u.TeV) != flux


def test_copy_is_not_correlated_with_the_original(adjustable):
    with_covariance(adjustable)
    both = CompoundSpectralModel(adjustable, adjustable.copy(), "add")
    n = len(adjustable.parameters)
    data = both.covariance.data
    assert not data[:n, n:].any()
    np.testing.assert_array_equal(data[n:, n:], adjustable.covariance.data)


def test_copy_takes_no_unknown_argument(model):
    with pytest.raises(ModelError, match="no argument 'colour'"):
        model.copy(colour="red")


def linked_pair(adjustable):
    """Sum of a model and a copy: the first parameter linked, the others shared."""
    pair = CompoundSpectralModel(adjustable, adjustable.copy(), "add")
    for i, (path, parameter) in enumerate(adjustable.own_parameters.items()):
        if i == 0:
            pair.model2.own_parameters[path].link = 0.5 * parameter
        else:
            pair.model2.share_parameter(path, parameter)
    return pair


@pytest.mark.parametrize(
    "clone", [lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_links_and_shares_inside_survive(adjustable, clone):
    pair = linked_pair(adjustable)
    twin = clone(pair)
    assert len(twin.parameters) == len(pair.parameters)
    first, other = twin.model1.parameters[0], twin.model2.parameters[0]
    before = pair.model2.parameters[0].value
    first.value = 3.0
    assert other.value == 1.5
    assert pair.model2.parameters[0].value == before
    for path in list(adjustable.own_parameters)[1:]:
        assert twin.model1.own_parameters[path] is twin.model2.own_parameters[path]
        assert twin.model1.own_parameters[path] is not pair.model1.own_parameters[path]


def test_pickle(model):
    if model.own_parameters:
        with_covariance(model)
    twin = pickle.loads(pickle.dumps(model))
    assert type(twin) is type(model)
    assert parameter_state(twin) == parameter_state(model)
    assert twin.covariance == model.covariance
    np.testing.assert_array_equal(twin(ENERGY * u.TeV), model(ENERGY * u.TeV))


# -- shown ---------------------------------------------------------------------------------


def test_repr_is_short_and_names_the_class(model):
    text = repr(model)
    assert text.startswith(f"{type(model).__name__}(")
    assert text.endswith(")")
    assert "\n" not in text
    leaves = max(text.count("SpectralModel("), 1)
    assert len(text) < max(160 * leaves, 24 * len(model.own_parameters))


def test_repr_can_be_evaluated(adjustable_unit_free):
    text = repr(adjustable_unit_free)
    if "energies from" in text:  # a table does not fit on a line, and nobody takes it for a call
        with pytest.raises(SyntaxError):
            ast.parse(text, mode="eval")
        return
    assert isinstance(ast.parse(text, mode="eval").body, ast.Call)
    again = eval(text, vars(gallery).copy())
    np.testing.assert_allclose(
        again(ENERGY * u.TeV), adjustable_unit_free(ENERGY * u.TeV), rtol=1e-4
    )


def test_str_and_html_list_the_parameters(model):
    text, html = str(model), model._repr_html_()
    assert type(model).__name__ in text
    assert type(model).__name__ in html
    for name in model.own_parameters:
        assert name in text
        assert name in html
    assert html.count("<table") == html.count("</table>") == bool(model.own_parameters)


# -- files ---------------------------------------------------------------------------------


def test_round_trip_through_a_tree(model):
    tree = model.to_dict()
    again = SpectralModel.from_dict(tree)
    assert type(again) is type(model)
    assert parameter_state(again) == parameter_state(model)
    np.testing.assert_allclose(again(ENERGY * u.TeV), model(ENERGY * u.TeV), rtol=1e-14)
    assert again.to_dict() == tree
