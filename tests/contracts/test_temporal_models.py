"""What every registered temporal model does, whoever wrote it."""

import ast
import copy
import functools
import math
import pickle
from itertools import pairwise

import array_api_strict
import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time
from scipy.integrate import quad

from gammapy.data import GTI
from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import GammapyError, ModelError
from gammapy.modeling import models as gallery
from gammapy.modeling.models import (
    TEMPORAL_MODEL_REGISTRY,
    PowerLawSpectralModel,
    SkyModel,
    TemporalModel,
)
from gammapy.modeling.models.temporal.moments import seconds_between
from tests.contracts.temporal_examples import EPOCH, EXAMPLES, TIME

MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}
ADJUSTABLE = [name for name, make in MAKERS.items() if make().own_parameters]
TABLES = [name for name, make in MAKERS.items() if hasattr(make(), "filename")]
ours = [c for c in TEMPORAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")]
NOW = Time(EPOCH, format="mjd", scale="utc")
TIMES = NOW + TIME * u.s


@pytest.fixture(params=MAKERS)
def model(request) -> TemporalModel:
    return MAKERS[request.param]()


@pytest.fixture(params=ADJUSTABLE)
def adjustable(request) -> TemporalModel:
    return MAKERS[request.param]()


def parameter_state(model):
    return {
        path: (p.value, p.unit, repr((p.min, p.max)), p.error, p.frozen)
        for path, p in model.own_parameters.items()
    }


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_every_registered_class_has_an_example(cls):
    assert cls in EXAMPLES, f"add {cls.__name__} to tests/contracts/temporal_examples.py"
    assert all(type(make()) is cls for make in EXAMPLES[cls])


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_found_by_name_and_tags(cls):
    assert cls.tag[0] == cls.__name__
    assert len(cls.tag) >= 2
    assert all(TEMPORAL_MODEL_REGISTRY.get(tag) is cls for tag in cls.tag)
    assert cls.__name__ in gallery.__all__
    assert cls.__doc__


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_moments_and_positive_values_are_parameters(cls):
    names = cls.default_parameters.paths
    assert set(cls.moments) | set(cls.positive) <= set(names)
    assert set(cls.moments) == {p.name for p in cls.default_parameters if p.name == "t_ref"}


# -- the formula ---------------------------------------------------------------------------


def test_formula_on_array_api_strict(model):
    values = model.values_since(NOW)
    expected = model.evaluate(TIME, *values)
    found = model.evaluate(array_api_strict.asarray(TIME), *values)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)


def test_partials_on_array_api_strict(model):
    values = model.values_since(NOW)
    strict = model.partials(array_api_strict.asarray(TIME), *values)
    for found, expected in zip(strict, model.factor_partials(TIME, values), strict=True):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-300)


def test_partials_against_differences(model):
    values = model.values_since(NOW)
    partials = model.factor_partials(TIME, values)
    assert len(partials) == len(values)
    differences = numerical_partials(model.evaluate, TIME, values)
    for found, expected, value in zip(partials, differences, values, strict=True):
        assert np.shape(found) == TIME.shape
        if value:  # the step is a part of the value; for zero it has no scale
            assert np.max(np.abs(found - expected)) <= 1e-7 * np.max(np.abs(expected))


@functools.lru_cache(maxsize=1)
def compiled(evaluate):
    import jax

    def both(values, time):
        factor = evaluate(time, *values)
        return factor, factor

    return jax.jit(jax.jacfwd(both, has_aux=True))


def test_formula_and_partials_are_compiled_by_jax(model):
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    values = model.values_since(NOW)
    jacobian, factor = compiled(model.evaluate)(jnp.asarray(values, dtype=float), jnp.asarray(TIME))
    np.testing.assert_allclose(factor, model.evaluate(TIME, *values), rtol=1e-11, atol=1e-14)
    for found, expected in zip(
        model.factor_partials(TIME, values), np.asarray(jacobian).T, strict=True
    ):
        assert np.max(np.abs(found - expected)) <= 1e-10 * np.max(np.abs(expected))


@pytest.mark.parametrize("time", [1.7e5, TIME, TIME[:40].reshape(5, 8)], ids=["0d", "1d", "2d"])
def test_formula_keeps_the_shape_of_the_times(model, time):
    values = model.values_since(NOW)
    found = model.evaluate(np.asarray(time), *values)
    assert np.shape(found) == np.shape(time)
    each = [float(model.evaluate(float(t), *values)) for t in np.ravel(time)]
    np.testing.assert_allclose(np.ravel(found), each, rtol=1e-13)


def test_formula_broadcasts_parameters_against_times(adjustable):
    steps = np.array([0.98, 1.0, 1.03])[:, None]
    values = adjustable.values_since(NOW)
    found = adjustable.evaluate(TIME, *[value * steps for value in values])
    assert found.shape == (3, len(TIME))
    for row, step in zip(found, steps.ravel(), strict=True):
        expected = adjustable.evaluate(TIME, *[value * float(step) for value in values])
        np.testing.assert_allclose(row, expected, rtol=1e-12)


def test_formula_leaves_its_arguments_alone(model):
    time = TIME.copy()
    time.flags.writeable = False
    values = [np.array(value) for value in model.values_since(NOW)]
    before = [value.copy() for value in values]
    model.evaluate(time, *values)
    assert values == before


@pytest.mark.parametrize("days", [-30.0, 0.0, 800.0])
def test_the_epoch_does_not_matter(model, days):
    epoch = NOW + days * u.d
    seconds = seconds_between(epoch, TIMES, model.scale)
    found = model.evaluate(seconds, *model.values_since(epoch))
    np.testing.assert_allclose(found, model(TIMES).value, rtol=1e-10, atol=1e-12)


# -- the door ------------------------------------------------------------------------------


def test_factor_has_no_unit_and_the_shape_of_the_times(model):
    found = model(TIMES)
    assert found.unit == model.unit == u.dimensionless_unscaled
    assert found.shape == TIMES.shape
    assert model(TIMES[:40].reshape(5, 8)).shape == (5, 8)
    assert model(TIMES[:0]).shape == (0,)
    one = model(TIMES[3])
    assert one.isscalar
    assert one.value == pytest.approx(found[3].value, rel=1e-14)
    assert np.all(model(TIMES, 3 * u.TeV) == found)
    assert not model.is_energy_dependent


@pytest.mark.parametrize("scale", ["tt", "tai", "tdb"])
def test_scale_of_the_times_does_not_matter(model, scale):
    other = getattr(TIMES, scale)
    np.testing.assert_allclose(model(other).value, model(TIMES).value, rtol=1e-9, atol=1e-9)


def test_scale_of_the_model_matters(adjustable):
    """The same MJD in TT is 66.184 s earlier than in UTC."""
    later = adjustable.copy()
    later.scale = "tt"
    shift = (adjustable.reference_time - later.reference_time).to_value("s")
    assert shift == pytest.approx(66.184 if adjustable.scale == "utc" else shift, abs=1e-6)
    found = later(TIMES - shift * u.s).value
    np.testing.assert_allclose(found, adjustable(TIMES).value, rtol=1e-7, atol=1e-9)


def test_unknown_scales_are_refused(adjustable):
    for scale in ("local", "ut1", "UTC", "gps", None, 1):
        with pytest.raises(ModelError, match="is not a time scale"):
            adjustable.scale = scale
    with pytest.raises(ModelError, match="scale = 'et' is not a time scale: use one of utc, tt"):
        gallery.GaussianTemporalModel(scale="et")


def test_what_is_no_time_is_refused(model):
    masked = TIMES.copy()
    masked[1] = np.ma.masked
    broken = NOW.tt + [0.0, np.nan] * u.d
    bad = {"is no time": (55555.0, 55555 * u.d, "2010-01-01", None), "masked": (masked, broken)}
    for text, times in bad.items():
        for time in times:
            with pytest.raises(ModelError, match=text):
                model(time)
            with pytest.raises(ModelError, match=text):
                model.integral(time, TIMES[:1])
    with pytest.raises(ModelError, match="'local'"):
        model(Time(EPOCH, format="mjd", scale="local"))


def test_values_that_must_be_positive(model):
    for name in model.positive:
        for value in (0.0, -1.0):
            wrong = model.copy()
            wrong.own_parameters[name].value = value
            match = f"{name} = {value:g}.* must be greater than zero"
            with pytest.raises(ModelError, match=match):
                wrong(TIMES)
            with pytest.raises(ModelError, match=match):
                wrong.integral(TIMES[:1], TIMES[1:2])
            unit = model.own_parameters[name].unit
            with pytest.raises(ModelError, match=match):
                type(model)(**{name: value * unit})


def test_reference_time(adjustable):
    time = adjustable.reference_time
    assert time.scale == adjustable.scale
    assert time.mjd == adjustable.t_ref.quantity.to_value("d")
    adjustable.reference_time = Time(55560.25, format="mjd", scale="tai")
    expected = getattr(Time(55560.25, format="mjd", scale="tai"), adjustable.scale).mjd
    assert adjustable.t_ref.value == expected
    with pytest.raises(ModelError, match="is no time"):
        adjustable.reference_time = 55560.0
    with pytest.raises(ModelError, match="must be one time"):
        adjustable.reference_time = TIMES


# -- integrals -----------------------------------------------------------------------------


def truth(model, low, high):
    """Integral in s of the formula, between its kinks."""
    values = model.values_since(NOW)

    def factor(t):
        return float(model.evaluate(t, *values))

    if type(model).__name__ == "TemplatePhaseCurveTemporalModel":
        cuts = np.linspace(low, high, 2000)  # narrower than the kinks are apart
    else:
        cuts = np.unique(np.clip([low, *model.kinks_at(values), high], low, high))
    return math.fsum(
        quad(factor, a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        if factor(a) or factor(b) or factor(0.5 * (a + b))
        else 0.0
        for a, b in pairwise(cuts.tolist())
    )


@pytest.mark.parametrize(
    ("low", "high"), [(-1.3, -1.2999), (-1.0, 2.0), (0.2, 0.25), (2.0, 9.0), (-2.37, 9.5)]
)
@pytest.mark.slow
def test_integrals_against_quadrature(model, low, high):
    found = model.integral(NOW + low * u.d, NOW + high * u.d)
    assert found.isscalar
    assert found.unit == u.dimensionless_unscaled
    expected = truth(model, low * 86400.0, high * 86400.0) / ((high - low) * 86400.0)
    kinky = type(model).__name__ == "TemplatePhaseCurveTemporalModel"
    assert found.value == pytest.approx(expected, rel=1e-6 if kinky else 1e-9, abs=1e-300)


def test_integrals_share_the_whole_duration(model):
    start, stop = TIMES[[0, 5, 9]], TIMES[[2, 6, 30]]
    found = model.integral(start, stop)
    assert found.shape == (3,)
    length = (stop - start).to_value("s")
    one = [model.integral(a, b).value for a, b in zip(start, stop, strict=True)]
    np.testing.assert_allclose(found.value, one * length / length.sum(), rtol=1e-11, atol=1e-14)
    assert model.time_sum(start, stop).to_value("s") == pytest.approx(length.sum(), rel=1e-12)
    square = model.integral(start[:2].reshape(1, 2), stop[:2].reshape(1, 2))
    assert square.shape == (1, 2)


def test_mean_over_good_times(model):
    gti = GTI.create(TIMES[[3, 20]], TIMES[[7, 22]])
    found = model.mean_over(gti)
    assert found.isscalar
    expected = model.integral(TIMES[[3, 20]], TIMES[[7, 22]]).sum()
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    with pytest.raises(ModelError, match="no intervals"):
        model.mean_over(GTI.create([] * u.s, [] * u.s))


def test_integrals_refuse_intervals_that_are_none(model):
    with pytest.raises(ModelError, match="swap them"):
        model.integral(TIMES[[0, 5]], TIMES[[1, 4]])
    with pytest.raises(ModelError, match="are empty"):
        model.integral(TIMES[[0, 5]], TIMES[[0, 5]])
    with pytest.raises(ModelError, match="one end for each start"):
        model.integral(TIMES[[0, 5]], TIMES[4])
    found = model.integral(TIMES[[0, 5]], TIMES[[0, 9]])
    assert found[0] == 0


@pytest.mark.parametrize("name", [name for name in MAKERS if "phase" not in name])
def test_quadrature_gives_the_closed_forms(name):
    """A class without a closed form gets the same; the kinks of phase curves have no number."""
    model = MAKERS[name]()

    class Plain(TemporalModel):
        def evaluate(self, time, *values):
            return model.evaluate(time, *values)

        def kinks_at(self, values):
            return model.kinks_at(values)

    values = model.values_since(NOW)
    low, high = np.array([-1.0, 0.3, 2.0]) * 86400.0, np.array([0.1, 3.0, 9.0]) * 86400.0
    found = Plain().integrals(low, high, values)
    np.testing.assert_allclose(found, model.integrals(low, high, values), rtol=1e-9)


# -- copies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clone",
    [lambda m: m.copy(), copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_are_equal_and_independent(model, clone):
    twin = clone(model)
    assert type(twin) is type(model)
    assert repr(twin) == repr(model)
    assert twin.scale == model.scale
    assert parameter_state(twin) == parameter_state(model)
    np.testing.assert_array_equal(twin(TIMES), model(TIMES))
    before = parameter_state(model)
    for parameter in twin.parameters:
        parameter.value = 1.1 * parameter.value + 0.01
        parameter.frozen = not parameter.frozen
    assert parameter_state(model) == before


def test_copy_takes_no_unknown_argument(model):
    with pytest.raises(ModelError, match="no argument 'colour'"):
        model.copy(colour="red")


# -- shown ---------------------------------------------------------------------------------


def test_repr_is_short_and_names_the_class(model):
    text = repr(model)
    assert text.startswith(f"{type(model).__name__}(")
    assert text.endswith(")")
    assert "\n" not in text
    assert len(text) < 160


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in TABLES])
def test_repr_can_be_evaluated(name):
    model = MAKERS[name]()
    again = eval(repr(model), vars(gallery).copy())
    np.testing.assert_allclose(again(TIMES), model(TIMES), rtol=1e-4)


@pytest.mark.parametrize("name", TABLES)
def test_repr_of_a_table_is_no_call(name):
    with pytest.raises(SyntaxError):
        ast.parse(repr(MAKERS[name]()), mode="eval")


def test_str_and_html_list_the_parameters(model):
    text, html = str(model), model._repr_html_()
    assert type(model).__name__ in text
    assert type(model).__name__ in html
    for name in model.own_parameters:
        assert name in text
        assert name in html


# -- files ---------------------------------------------------------------------------------


def test_round_trip_through_a_tree(model, tmp_path):
    if getattr(model, "filename", "") is None:
        with pytest.raises(GammapyError, match="has no filename"):
            model.to_dict()
        model.write(tmp_path / "curve.fits")
        model.filename = str(tmp_path / "curve.fits")
    tree = model.to_dict()
    assert set(tree["temporal"]) >= {"type", "parameters", "scale"}
    again = TemporalModel.from_dict(tree)
    assert type(again) is type(model)
    assert again.scale == model.scale
    assert parameter_state(again) == parameter_state(model)
    np.testing.assert_allclose(again(TIMES), model(TIMES), rtol=1e-14)
    assert again.to_dict() == tree
    sky = SkyModel(PowerLawSpectralModel(), temporal_model=model, name="source")
    again = SkyModel.from_dict(sky.to_dict()).temporal_model
    np.testing.assert_allclose(again(TIMES), model(TIMES), rtol=1e-14)
