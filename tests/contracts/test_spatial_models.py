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
#: which have values in sr-1, from parameters alone; those of data are in `test_spatial_tables`
VISIBLE = [name for name in MAKERS if not name.startswith(("point", "piecewise", "template"))]
ADJUSTABLE = [name for name in VISIBLE if MAKERS[name]().own_parameters]
#: which have a centre
PLACED = [name for name in MAKERS if MAKERS[name]().position is not None]


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
    radius = 60 * u.deg if model.evaluation_radius is None else model.evaluation_radius
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


@pytest.mark.slow
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


def smooth_positions(model):
    """Positions not at the rims of shells and rings, where there are no derivatives."""
    lon, lat = positions(model, 400)
    region = None if model.position is None else model.to_region()
    if not hasattr(region, "inner_radius"):
        return lon, lat
    distance = model.position.separation(SkyCoord(lon, lat, unit="deg", frame=model.frame))
    rims = u.Quantity([region.inner_radius, region.outer_radius])
    keep = np.all(np.abs(distance - rims[:, None]) > 2e-3 * u.deg, axis=0)
    assert np.mean(keep) > 0.9
    return lon[keep], lat[keep]


def steps_of(model):
    """Steps of the parameters, so that a soft edge is resolved and digits remain."""
    for (name, parameter), value in zip(
        model.own_parameters.items(), model.internal_values, strict=True
    ):
        if name.endswith("lon_0"):
            yield name, 2e-5 / np.cos(model.position.spherical.lat.rad)
        elif parameter.name in ("lat_0", "e", "phi"):
            yield name, 2e-5 if parameter.name == "lat_0" else 1e-4
        else:
            yield name, 1e-5 * abs(value)


def test_partials_against_central_differences(adjustable):
    lon, lat = smooth_positions(adjustable)
    values = adjustable.internal_values
    partials = adjustable.partials(lon, lat, *values)
    peak = np.max(np.abs(adjustable.evaluate(lon, lat, *values)))
    assert len(partials) == len(values)
    for i, (name, step) in enumerate(steps_of(adjustable)):
        shifted = [[*values[:i], values[i] + s * step, *values[i + 1 :]] for s in (-1, 1, -2, 2)]
        low, high, lower, higher = (adjustable.evaluate(lon, lat, *v) for v in shifted)
        expected = (8 * (high - low) - (higher - lower)) / (12 * step)  # of fourth order
        scale = np.max(np.abs(expected))
        np.testing.assert_allclose(
            partials[i], expected, rtol=0, atol=1e-6 * scale + 1e-12 * peak, err_msg=name
        )


#: derivatives that are zero everywhere: a round shape has no direction, a ring sharp edges
LEVEL = {
    **dict.fromkeys(("gauss-0", "gauss-general-0", "disk-0"), ("e", "phi")),
    "ring-0": ("lon_0", "lat_0"),
    "compound-0": ("model1.e", "model1.phi", "model2.e", "model2.phi"),
    "compound-1": ("model2.e", "model2.phi"),
}


@pytest.mark.parametrize("name", ADJUSTABLE)
def test_partials_are_not_zero(name):
    model = MAKERS[name]()
    partials = model.partials(*positions(model), *model.internal_values)
    zero = [p for p, row in zip(model.own_parameters, partials, strict=True) if not np.any(row)]
    assert zero == list(LEVEL.get(name, ()))


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

#: a soft edge adds so much, times its width squared
EDGE = 0.5 / 2.326174307353347**2
#: by how much the integral is off one by the norms that the models say they have, and to what
#: precision that is known: the square of the extent in rad where the norm is that of a plane
INTEGRALS = {
    "compound-0": (0.0, 1e-12),
    "compound-1": (EDGE * 0.3**2 / 3, 8e-6),
    "disk-0": (EDGE * 0.2**2, 1e-6),
    "disk-1": (EDGE * 0.3**2, 1e-6),
    "gauss-0": (0.0, 1e-12),
    "gauss-1": (0.0, 8e-6),
    "gauss-2": (0.0, 8e-6),
    "gauss-general-0": (0.0, 2e-5),
    "gauss-general-1": (0.0, 2e-5),
    "ring-0": (0.0, 1e-12),
    "shell-0": (0.0, 2e-5),
    "shell2-0": (0.0, 2e-5),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_integral_over_the_sphere(name):
    model = MAKERS[name]()
    values = model.internal_values
    radius = model.evaluation_radius.to_value("deg")
    edges = np.linspace(0, 3 * radius, 33).tolist()
    if hasattr(model.to_region(), "inner_radius"):
        inner = model.to_region().inner_radius.to_value("deg")
        edges = [0.0, 0.9 * inner, inner, 0.5 * (inner + radius), radius]
    found = integral_over_sphere(
        lambda lon, lat: model.evaluate(lon, lat, *values), model.position, edges
    )
    excess, precision = INTEGRALS[name]
    assert found - 1 == pytest.approx(excess, abs=precision)


@pytest.mark.parametrize("name", INTEGRALS)
def test_negligible_beyond_the_evaluation_radius(name):
    model = MAKERS[name]()
    radius = model.evaluation_radius.to_value("deg")
    edges = np.linspace(radius, 6 * radius, 33).tolist()
    values = model.internal_values
    outside = integral_over_sphere(
        lambda lon, lat: model.evaluate(lon, lat, *values), model.position, edges
    )
    assert outside < (2e-4 if name.startswith("gauss-general") else 4e-6)


def same_in(model, frame):
    """The model at the same place of another frame; its shape must not have a direction."""
    copy = model.copy()
    copy.frame = frame
    place = model.position.transform_to(frame).spherical
    copy.lon_0.value, copy.lat_0.value = place.lon.deg, place.lat.deg
    return copy


@pytest.mark.parametrize("frame", ["icrs", "galactic", "fk5"])
@pytest.mark.parametrize(
    "shape",
    [
        lambda **kwargs: GaussianSpatialModel(sigma="0.4 deg", **kwargs),
        lambda **kwargs: GeneralizedGaussianSpatialModel(r_0="0.4 deg", eta=0.7, **kwargs),
        lambda **kwargs: DiskSpatialModel(r_0="0.7 deg", edge_width=0.2, **kwargs),
        lambda **kwargs: ShellSpatialModel(radius="0.5 deg", width="0.3 deg", **kwargs),
        lambda **kwargs: Shell2SpatialModel(r_0="0.8 deg", eta=0.3, **kwargs),
        lambda **kwargs: RingSpatialModel(radius="0.5 deg", width="0.3 deg", **kwargs),
    ],
)
@pytest.mark.parametrize("place", [(0.05, -0.1), (266.4, -28.9), (50.0, 89.99), (0.0, -90.0)])
def test_the_frame_does_not_matter(shape, frame, place):
    lon_0, lat_0 = place * u.deg
    model = shape(lon_0=lon_0, lat_0=lat_0, frame="icrs")
    lon, lat = positions(model) * u.deg
    points = SkyCoord(lon, lat, frame="icrs").transform_to(frame).spherical
    found = same_in(model, frame)(points.lon, points.lat)
    expected = model(lon, lat)
    np.testing.assert_allclose(
        found.value, expected.value, rtol=1e-10, atol=1e-10 * expected.max().value
    )


def test_turns_of_longitude_do_not_matter(visible_placed):
    lon, lat = positions(visible_placed)
    values = visible_placed.internal_values
    expected = visible_placed.evaluate(lon, lat, *values)
    scale = 1e-11 * np.max(expected)
    for turn in (-360.0, 360.0, 720.0):
        found = visible_placed.evaluate(lon + turn, lat, *values)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=scale)


# -- units and guards ----------------------------------------------------------------------


def test_result_has_the_unit_of_the_model(visible):
    lon, lat = positions(visible)
    found = visible(lon * u.deg, (lat * u.deg).to("arcmin"))
    assert found.unit == visible.unit == u.Unit("sr-1")
    np.testing.assert_allclose(
        found.value, visible.evaluate(lon, lat, *visible.internal_values), rtol=1e-9
    )
    lat = (lat * u.deg).to("arcmin")
    np.testing.assert_array_equal(found, visible(lon * u.deg, lat, energy=1 * u.TeV))


def test_units_of_the_parameters_do_not_matter(adjustable):
    lon, lat = positions(adjustable) * u.deg
    expected = adjustable(lon, lat).value
    other = adjustable.copy()
    for parameter in other.parameters:
        if parameter.unit == u.deg:
            parameter.unit = "arcmin"
    atol = 1e-10 * np.max(expected)
    np.testing.assert_allclose(other(lon, lat).value, expected, rtol=1e-9, atol=atol)


def test_scalar_in_scalar_out(visible):
    found = visible(40 * u.deg, "20 deg")
    assert found.isscalar
    assert found == visible([40, 41] * u.deg, 20 * u.deg)[0]


@pytest.mark.parametrize("bad", [1.0, [1.0, 2.0], 1 * u.TeV, "1", None])
def test_coordinates_without_an_angle_are_refused(visible, bad):
    with pytest.raises(UnitMismatchError, match="lon = "):
        visible(bad, 1 * u.deg)
    with pytest.raises(UnitMismatchError, match="lat = "):
        visible(1 * u.deg, bad)


def test_coordinates_out_of_range_are_refused(visible):
    for lat in (90.001, -91.0, 1e9):
        with pytest.raises(ModelError, match=r"lat reaches .* within -90 and 90 deg"):
            visible(0 * u.deg, [0.0, lat] * u.deg)
    for bad in (np.nan, np.inf):
        with pytest.raises(ModelError, match=r"lat = .* must be finite"):
            visible(0 * u.deg, [0.0, bad] * u.deg)
        with pytest.raises(ModelError, match=r"lon = .* must be finite"):
            visible([0.0, bad] * u.deg, 0 * u.deg)


#: parameters that have a size, with values outside of the rule
BAD = {
    "lat_0": (-90.5, 91.0),
    "sigma": (0.0, -1.0, 181.0),
    "r_0": (0.0, -1.0, 181.0),
    "radius": (-0.1, 181.0),
    "width": (0.0, -0.1),
    "e": (-0.1, 1.0, 1.5),
    "edge_width": (-0.1, 1.1),
    "eta": (0.0, -1.0),
}


def test_parameters_out_of_range_are_refused(visible):
    for path, parameter in visible.own_parameters.items():
        name = path.rpartition(".")[-1]
        good = parameter.value
        for bad in BAD.get(name, ()):
            parameter.value = bad
            with pytest.raises(ModelError, match=f"{name} = {bad:g}.* must be "):
                visible(1 * u.deg, 1 * u.deg)
        parameter.value = good
    visible(1 * u.deg, 1 * u.deg)


@pytest.mark.parametrize("frame", ["equatorial", "", 5, None, "galactc"])
def test_unknown_frames_are_refused(model, frame):
    with pytest.raises(ModelError, match=r"frame = .* is not the name of an astropy frame: use"):
        model.frame = frame
    assert model.copy().frame == model.frame


@pytest.mark.parametrize("cls", [c for c in ours if str(inspect.signature(c)).startswith("(*, f")])
def test_arguments(cls):
    assert cls(frame="Galactic").frame == "galactic"
    with pytest.raises(ModelError, match="frame = 'x'"):
        cls(frame="x")
    with pytest.raises(UnknownNameError, match="has no parameter 'colour'"):
        cls(colour="red")


# -- where it is ---------------------------------------------------------------------------


def test_models_without_a_place():
    for cls in (ConstantSpatialModel, ConstantFluxSpatialModel):
        found = cls(frame="galactic")
        assert found.position is None
        assert found.evaluation_radius is None
        assert found.evaluation_bin_size_min is None
        assert found.position_error is None
        region = found.to_region()
        assert (region.width, region.height) == (360 * u.deg, 180 * u.deg)
        assert region.center.frame.name == "galactic"


def test_place(placed):
    assert placed.position.frame.name == placed.frame
    assert placed.evaluation_radius.unit.is_equivalent("deg")
    assert placed.evaluation_radius >= 0
    assert placed.evaluation_bin_size_min <= max(placed.evaluation_radius, 0 * u.deg)
    assert not placed.is_energy_dependent


@pytest.mark.parametrize(
    "name", [n for n in PLACED if n in [*VISIBLE, "point-0"] and not n.startswith("compound")]
)
def test_from_position(name):
    placed = MAKERS[name]()
    place = SkyCoord("359.5d", "-0.25d", frame="galactic")
    found = type(placed).from_position(place)
    assert found.frame == "galactic"
    assert found.lon_0.quantity == 359.5 * u.deg
    assert found.lat_0.quantity == -0.25 * u.deg
    with pytest.raises(ModelError, match="must be one SkyCoord"):
        type(placed).from_position((1, 2))
    with pytest.raises(ModelError, match="must be one SkyCoord"):
        type(placed).from_position(SkyCoord([1, 2] * u.deg, [3, 4] * u.deg))


def test_position_error_without_errors(placed):
    assert placed.position_error is None


# -- copies --------------------------------------------------------------------------------


def with_covariance(model):
    parameters = model.parameters
    rng = np.random.default_rng(len(parameters))
    draws = rng.normal(size=(len(parameters), len(parameters) + 2))
    scale = 0.05 * np.abs([p.value or 1.0 for p in parameters])
    model.covariance = np.cov(draws) * np.outer(scale, scale)
    return model


@pytest.mark.parametrize(
    "clone", [lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_clone_is_equal(model, clone):
    if model.own_parameters:
        with_covariance(model)
    twin = clone(model)
    assert type(twin) is type(model)
    assert repr(twin) == repr(model)
    assert twin.frame == model.frame
    assert state(twin) == state(model)
    assert twin.covariance == model.covariance
    assert not set(twin.parameters) & set(model.parameters)


def test_copy_is_independent(adjustable):
    lon, lat = positions(adjustable) * u.deg
    before, value = state(adjustable), adjustable(lon, lat)
    copy = adjustable.copy()
    for parameter in copy.parameters:
        parameter.value = 0.9 * parameter.value + 0.01
        parameter.frozen = not parameter.frozen
        parameter.error = 7.0
    assert state(adjustable) == before
    np.testing.assert_array_equal(adjustable(lon, lat), value)
    assert np.any(copy(lon, lat) != value)


def test_links_inside_survive_a_copy(adjustable):
    if len(adjustable.own_parameters) == 1:
        adjustable = 0.5 * adjustable + 0.2 * adjustable
    first, *others = adjustable.own_parameters
    unit = adjustable.own_parameters[first].unit
    path = next(path for path in others if adjustable.own_parameters[path].unit == unit)
    adjustable.own_parameters[path].link = 0.5 * adjustable.own_parameters[first]
    copy = adjustable.copy()
    copy.own_parameters[first].value = 3.0
    assert copy.own_parameters[path].value == 1.5
    assert adjustable.own_parameters[path].value != 1.5


def test_copy_takes_no_unknown_argument(model):
    with pytest.raises(ModelError, match="no argument 'colour'"):
        model.copy(colour="red")


def test_shared_parameters(adjustable):
    other = adjustable.copy()
    for path, parameter in adjustable.own_parameters.items():
        other.share_parameter(path, parameter)
    assert list(other.parameters) == list(adjustable.parameters)


def test_freeze_and_unfreeze(model):
    before = [p.frozen for p in model.own_parameters.values()]
    model.freeze()
    assert all(p.frozen for p in model.own_parameters.values())
    model.unfreeze()
    assert [p.frozen for p in model.own_parameters.values()] == before


def test_shown(model):
    assert repr(model).startswith(type(model).__name__ + "(")
    assert ("frame='galactic'" in repr(model)) == ("galactic" in (model.frame, *frames(model)))
    assert f"frame {model.frame}" in str(model)


def frames(model):
    return [part.frame for part in getattr(model, "models", [])]


def test_a_point_has_no_values():
    with pytest.raises(ModelError, match="delta function: predict its counts"):
        PointSpatialModel()(0 * u.deg, 0 * u.deg)
