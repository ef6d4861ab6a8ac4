"""What every registered spatial model does, whoever wrote it."""

import functools
import inspect
import pickle

import array_api_strict
import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import ModelError, UnitMismatchError, UnknownNameError
from gammapy.modeling import models as gallery
from gammapy.modeling.models import (
    SPATIAL_MODEL_REGISTRY,
    CompoundSpatialModel,
    ConstantFluxSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
    SpatialModel,
)
from tests.contracts.spatial_examples import EXAMPLES
from tests.twins.sphere import integral_over_sphere

MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}
ours = [c for c in SPATIAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")]
#: which have values in sr-1
VISIBLE = [name for name in MAKERS if not name.startswith("point")]
ADJUSTABLE = [name for name in VISIBLE if MAKERS[name]().own_parameters]
#: which have a centre
PLACED = [name for name in MAKERS if MAKERS[name]().position is not None]
#: whose formula is of floats in sr-1 at any position
COORDINATES = {name for name in VISIBLE if MAKERS[name]().coordinates == 2}


@pytest.fixture(params=MAKERS)
def model(request) -> SpatialModel:
    return MAKERS[request.param]()


@pytest.fixture(params=VISIBLE)
def visible(request) -> SpatialModel:
    return MAKERS[request.param]()


@pytest.fixture(params=ADJUSTABLE)
def adjustable(request) -> SpatialModel:
    return MAKERS[request.param]()


@pytest.fixture(params=PLACED)
def placed(request) -> SpatialModel:
    return MAKERS[request.param]()


@pytest.fixture(params=[name for name in VISIBLE if name in PLACED])
def visible_placed(request) -> SpatialModel:
    return MAKERS[request.param]()


def positions(model, n=60):
    """lon, lat in deg about a model, at random; away from where the formula jumps."""
    center = model.position or SkyCoord("10d", "20d", frame=model.frame)
    radius = model.evaluation_radius or 60 * u.deg
    rng = np.random.default_rng(7)
    place = center.directional_offset_by(
        rng.uniform(0, 360, n) * u.deg, radius * np.sqrt(rng.uniform(0.0, 1.1, n))
    ).spherical
    return place.lon.deg, place.lat.deg


def state(model):
    return {
        path: (p.value, p.unit, repr((p.min, p.max)), p.error, p.frozen)
        for path, p in model.own_parameters.items()
    }


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_every_registered_class_has_an_example(cls):
    assert cls in EXAMPLES, f"add {cls.__name__} to tests/contracts/spatial_examples.py"
    assert all(type(make()) is cls for make in EXAMPLES[cls])


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_found_by_name_and_tags(cls):
    assert cls.tag[0] == cls.__name__
    assert len(cls.tag) >= 2
    assert all(SPATIAL_MODEL_REGISTRY.get(tag) is cls for tag in cls.tag)


@pytest.mark.parametrize("cls", ours, ids=lambda cls: cls.__name__)
def test_is_public_and_documented(cls):
    assert cls.__name__ in gallery.__all__
    assert inspect.getdoc(cls)


# -- the formula ---------------------------------------------------------------------------


def test_formula_on_array_api_strict(visible):
    lon, lat = positions(visible)
    expected = visible.evaluate(lon, lat, *visible.internal_values)
    strict = (array_api_strict.asarray(x) for x in (lon, lat))
    found = visible.evaluate(*strict, *visible.internal_values)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)


def test_partials_on_array_api_strict(adjustable):
    lon, lat = positions(adjustable)
    values = adjustable.internal_values
    strict = (array_api_strict.asarray(x) for x in (lon, lat))
    expected = adjustable.partials(lon, lat, *values)
    for found, row in zip(adjustable.partials(*strict, *values), expected, strict=True):
        np.testing.assert_allclose(np.asarray(found), row, rtol=1e-12, atol=1e-300)


@functools.lru_cache(maxsize=1)
def compiled(evaluate):
    """Value and derivatives by the values of a formula; examples of a class have it in common."""
    import jax

    def both(values, lon, lat):
        value = evaluate(lon, lat, *values)
        return value, value

    return jax.jit(jax.jacfwd(both, has_aux=True))


def test_formula_and_partials_are_compiled_by_jax(adjustable):
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    lon, lat = positions(adjustable)
    values = adjustable.internal_values
    function = compiled(adjustable.evaluate)
    jacobian, value = function(jnp.asarray(values), jnp.asarray(lon), jnp.asarray(lat))
    assert value.dtype == jnp.float64
    np.testing.assert_allclose(value, adjustable.evaluate(lon, lat, *values), rtol=1e-10)
    partials = adjustable.partials(lon, lat, *values)
    for found, expected in zip(partials, np.asarray(jacobian).T, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.max(np.abs(expected)))


def is_sharp(model):
    """A formula with jumps, where differences say nothing."""
    return isinstance(model, RingSpatialModel)


def test_partials_against_central_differences(adjustable):
    lon, lat = positions(adjustable, 400)
    values = adjustable.internal_values
    found = adjustable.partials(lon, lat, *values)
    assert len(found) == len(values)
    rough = isinstance(adjustable, (RingSpatialModel, ShellSpatialModel, Shell2SpatialModel))
    for i, name in enumerate(adjustable.own_parameters):
        step = 1e-5 * max(abs(values[i]), 0.1) if not name.endswith((".e", "phi")) else 1e-4
        shifted = [[*values[:i], values[i] + s * step, *values[i + 1 :]] for s in (-1, 1, -2, 2)]
        with np.errstate(invalid="ignore"):  # an eccentricity below zero is the same as above
            low, high, lower, higher = (adjustable.evaluate(lon, lat, *v) for v in shifted)
        # the fourth order, so that a soft edge is resolved
        expected = (8 * (high - low) - (higher - lower)) / (12 * step)
        scale = np.max(np.abs(expected))
        off = np.abs(found[i] - expected) > 1e-6 * scale + 1e-9 * np.max(np.abs(low))
        # at the rims of shells and rings there is no derivative; few points are that near
        assert np.count_nonzero(off) <= (8 if rough else 0), name
        assert np.any(found[i] != 0) or scale == 0, name


def test_formula_is_finite_in_special_places(visible):
    """At the centre, the antipode, the poles, the seam and the edge."""
    center = visible.position or SkyCoord("0d", "0d", frame=visible.frame)
    lon_0, lat_0 = center.spherical.lon.deg, center.spherical.lat.deg
    lon = np.array([lon_0, lon_0 + 180.0, 0.0, 123.0, 0.0, 360.0, lon_0 + 360.0, lon_0])
    lat = np.array([lat_0, -lat_0, 90.0, -90.0, 0.0, 0.0, lat_0, np.clip(lat_0 + 1.0, -90, 90)])
    values = visible.internal_values
    assert np.all(np.isfinite(visible.evaluate(lon, lat, *values)))
    for row in visible.partials(lon, lat, *values):
        assert np.all(np.isfinite(row))


@pytest.mark.parametrize("shape", [(), (40,), (5, 8)], ids=["0d", "1d", "2d"])
def test_formula_keeps_the_shape(visible, shape):
    n = int(np.prod(shape))
    lon, lat = (x[:n].reshape(shape) for x in positions(visible))
    values = visible.internal_values
    found = visible.evaluate(lon, lat, *values)
    assert np.shape(found) == shape
    each = [float(visible.evaluate(a, b, *values)) for a, b in zip(lon.flat, lat.flat, strict=True)]
    np.testing.assert_allclose(np.ravel(found), each, rtol=1e-13)
    for row in visible.partials(lon, lat, *values):
        assert np.shape(row) == shape


def test_formula_broadcasts_coordinates(visible):
    lon, lat = positions(visible)
    values = visible.internal_values
    found = visible.evaluate(lon[:5, None], lat[:7], *values)
    assert found.shape == (5, 7)
    assert found[3, 4] == pytest.approx(visible.evaluate(lon[3], lat[4], *values), rel=1e-13)


def test_formula_broadcasts_parameters(adjustable):
    lon, lat = positions(adjustable)
    steps = np.array([0.98, 1.0, 1.01])[:, None]
    values = adjustable.internal_values
    found = adjustable.evaluate(lon, lat, *[value * steps for value in values])
    assert found.shape == (3, len(lon))
    for row, step in zip(found, steps.ravel(), strict=True):
        expected = adjustable.evaluate(lon, lat, *[value * float(step) for value in values])
        np.testing.assert_allclose(row, expected, rtol=1e-13)


def test_formula_takes_plain_numbers(visible):
    (lon, *_), (lat, *_) = positions(visible)
    values = visible.internal_values
    expected = visible.evaluate(np.asarray(lon), np.asarray(lat), *values)
    assert float(visible.evaluate(float(lon), float(lat), *values)) == pytest.approx(
        float(expected), rel=1e-14
    )


def test_formula_leaves_its_arguments_alone(visible):
    lon, lat = positions(visible)
    for x in (lon, lat):
        x.flags.writeable = False
    values = [np.array(value) for value in visible.internal_values]
    before = [value.copy() for value in values]
    visible.evaluate(lon, lat, *values)
    visible.partials(lon, lat, *values)
    assert values == before


# -- the sphere ----------------------------------------------------------------------------

#: how far the integral is off one: norms are of the plane where the model says so, and the soft
#: edge of a disk is left out of its norm
DEFICITS = {
    "compound-0": 1e-9,
    "compound-1": 0.01,  # half a soft disk
    "disk-0": 0.02,
    "disk-1": 0.02,
    "gauss-0": 1e-9,
    "gauss-1": 1e-4,
    "gauss-2": 1e-4,
    "gauss-general-0": 1e-4,
    "gauss-general-1": 1e-3,
    "ring-0": 1e-9,
    "shell-0": 1e-4,
    "shell2-0": 1e-4,
}


@pytest.mark.parametrize("name", [name for name in VISIBLE if name in PLACED])
def test_integral_over_the_sphere(name):
    model = MAKERS[name]()
    values = model.internal_values
    edges = np.linspace(0, 4 * model.evaluation_radius.to_value("deg"), 9).tolist()
    if isinstance(model, (ShellSpatialModel, RingSpatialModel, Shell2SpatialModel)):
        inner, outer = _rims(model)
        edges = [0.0, 0.9 * inner, inner, 0.5 * (inner + outer), outer]
    found = integral_over_sphere(
        lambda lon, lat: model.evaluate(lon, lat, *values), model.position, edges, 128
    )
    tolerance = max(DEFICITS[name], 2e-5 if "shell" in name else 0)
    assert found == pytest.approx(1, abs=tolerance)


def _rims(model):
    region = model.to_region()
    return region.inner_radius.to_value("deg"), region.outer_radius.to_value("deg")
