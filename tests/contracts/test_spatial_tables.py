"""What every spatial model that is made of data does; the rest is in `test_spatial_models`."""

import functools

import array_api_strict
import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.maps import MapAxis
from gammapy.modeling.models import (
    PiecewiseNormSpatialModel,
    TemplateNDSpatialModel,
    TemplateSpatialModel,
)
from tests.contracts import spatial_examples
from tests.contracts.spatial_examples import EXAMPLES, RADIUS, sky_map

FLUX = u.Unit("cm-2 s-1 MeV-1 sr-1")
ENERGY = MapAxis.from_energy_bounds("0.1 TeV", "30 TeV", nbin=5, name="energy_true")


def cube(**kwargs) -> TemplateSpatialModel:
    return TemplateSpatialModel(sky_map(axes=[ENERGY], unit=FLUX), **kwargs)


def cube_nd(scale: str = "log") -> TemplateNDSpatialModel:
    data = sky_map("AIT", "icrs", axes=[RADIUS, ENERGY], unit=FLUX)
    return TemplateNDSpatialModel(data, interp_kwargs={"values_scale": scale})


OF_DATA = (PiecewiseNormSpatialModel, TemplateNDSpatialModel, TemplateSpatialModel)
MAKERS = {f"{c.tag[-1]}-{i}": make for c in OF_DATA for i, make in enumerate(EXAMPLES[c])} | {
    "cube-log": lambda: cube(normalize=False),
    "cube-lin": lambda: cube(normalize=False, interp_kwargs={"values_scale": "lin"}),
    "cube-sqrt": lambda: cube(interp_kwargs={"values_scale": "sqrt"}),
    "cube-nd-log": cube_nd,
    "cube-nd-lin": lambda: cube_nd("lin"),
}
#: whose position may be traced by a library
TRACED = [name for name in MAKERS if not name.startswith("piecewise")]


@pytest.fixture(params=MAKERS)
def model(request):
    return MAKERS[request.param]()


def center(model) -> tuple[float, float]:
    if model.position is None:
        return float(model.coords.lon[0].value), float(model.coords.lat[0].value)
    place = model.position.spherical
    return place.lon.deg, place.lat.deg


def place(model, n=60, seed=7) -> list:
    """lon, lat (and energy) about a model, some of them outside."""
    rng = np.random.default_rng(seed)
    lon_0, lat_0 = center(model)
    lon, lat = (rng.uniform(x - 1.8, x + 1.8, n) for x in (lon_0, lat_0))
    third = [rng.uniform(0.08, 40, n)] if model.is_energy_dependent else []
    return [lon, lat, *(third or [None] * (model.coordinates - 2))]


def mapped(function, where) -> list:
    return [None if x is None else function(x) for x in where]


def test_some_is_inside_and_some_is_not(model):
    value = model.brightness(place(model), model.internal_values)
    assert np.count_nonzero(value) > 20
    assert np.all(value >= 0)
    if not isinstance(model, PiecewiseNormSpatialModel):
        assert np.count_nonzero(value == 0) > 3


def test_formula_and_partials_on_array_api_strict(model):
    where, values = place(model), model.internal_values
    strict = mapped(array_api_strict.asarray, where)
    found = model.brightness(strict, values)
    np.testing.assert_allclose(np.asarray(found), model.brightness(where, values), rtol=1e-12)
    expected = model.brightness_partials(where, values)
    for one, row in zip(model.brightness_partials(strict, values), expected, strict=True):
        np.testing.assert_allclose(np.asarray(one), row, rtol=1e-11, atol=1e-300)


@pytest.mark.parametrize("name", TRACED)
@pytest.mark.slow
def test_formula_and_partials_are_compiled_by_jax(name):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    model = MAKERS[name]()
    where, values = place(model), model.internal_values
    function = functools.partial(jax.jit(jax.jacfwd(lambda v, w: model.brightness(w, v))))
    traced = mapped(jax.numpy.asarray, where)
    value = jax.jit(lambda v, w: model.brightness(w, v))(jax.numpy.asarray(values), traced)
    assert value.dtype == np.float64
    np.testing.assert_allclose(value, model.brightness(where, values), rtol=1e-10)
    jacobian = np.asarray(function(jax.numpy.asarray(values), traced))
    for found, row in zip(model.brightness_partials(where, values), jacobian.T, strict=True):
        np.testing.assert_allclose(found, row, rtol=0, atol=1e-10 * np.max(np.abs(row)))


@pytest.mark.parametrize("name", [name for name in MAKERS if name.startswith("piecewise")])
def test_norms_are_traced_by_jax(name):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    model = MAKERS[name]()
    where, values = place(model), model.internal_values
    jacobian = jax.jit(jax.jacfwd(lambda v: model.brightness(where, v)))(jax.numpy.asarray(values))
    for found, row in zip(
        model.brightness_partials(where, values), np.asarray(jacobian).T, strict=True
    ):
        np.testing.assert_allclose(found, row, rtol=1e-12, atol=1e-14)


def test_partials_against_central_differences(model):
    where, values = place(model, 300), model.internal_values
    found = model.brightness_partials(where, values)
    assert len(found) == len(values) > 0
    for i, name in enumerate(model.own_parameters):
        step = 1e-6 * max(abs(values[i]), 0.1)
        low, high = (
            model.brightness(where, [*values[:i], values[i] + s * step, *values[i + 1 :]])
            for s in (-1, 1)
        )
        expected = (high - low) / (2 * step)
        scale = np.max(np.abs(expected))
        # no place of these is so near to the centre of a pixel or an edge that a step crosses it
        np.testing.assert_allclose(found[i], expected, rtol=0, atol=1e-6 * scale, err_msg=name)
        assert scale > 0


def test_formula_is_finite_in_special_places(model):
    lon_0, lat_0 = center(model)
    lon = np.array([lon_0, lon_0 + 180.0, 0.0, 123.0, 0.0, 360.0, lon_0 + 360.0])
    lat = np.array([lat_0, -lat_0, 90.0, -90.0, 0.0, 0.0, lat_0])
    energy = np.full(7, 1.0) if model.is_energy_dependent else None
    where = [lon, lat, *([energy] if model.coordinates == 3 else [])]
    assert np.all(np.isfinite(model.brightness(where, model.internal_values)))
    for row in model.brightness_partials(where, model.internal_values):
        assert np.all(np.isfinite(row))


@pytest.mark.parametrize("shape", [(), (40,), (5, 8)], ids=["0d", "1d", "2d"])
def test_formula_keeps_the_shape(model, shape):
    n, values = int(np.prod(shape)), model.internal_values
    where = mapped(lambda x: x[:n].reshape(shape), place(model))
    found = model.brightness(where, values)
    assert np.shape(found) == shape
    each = [
        float(model.brightness([x if x is None else float(x.flat[i]) for x in where], values))
        for i in range(n)
    ]
    np.testing.assert_allclose(np.ravel(found), each, rtol=1e-13)
    for row in model.brightness_partials(where, values):
        assert np.shape(row) == shape


def test_formula_broadcasts_coordinates(model):
    lon, lat, *third = place(model)
    values = model.internal_values
    energy = [x if x is None else x[:4, None, None] for x in third]
    found = model.brightness([lon[:5, None], lat[:7], *energy], values)
    assert found.shape == ((4, 5, 7) if model.is_energy_dependent else (5, 7))
    one = [lon[3], lat[4], *(x if x is None else x[2] for x in third)]
    index = (2, 3, 4) if model.is_energy_dependent else (3, 4)
    assert found[index] == pytest.approx(model.brightness(one, values), rel=1e-13)


def test_formula_broadcasts_parameters(model):
    where, values = place(model), model.internal_values
    steps = np.array([0.98, 1.0, 1.01])[:, None]
    found = model.brightness(where, [value * steps for value in values])
    assert found.shape == (3, len(where[0]))
    for row, step in zip(found, steps.ravel(), strict=True):
        expected = model.brightness(where, [value * float(step) for value in values])
        np.testing.assert_allclose(row, expected, rtol=1e-12)


def test_formula_leaves_its_arguments_alone(model):
    where = place(model)
    for x in where:
        if x is not None:
            x.flags.writeable = False
    values = [np.array(value) for value in model.internal_values]
    before = [value.copy() for value in values]
    model.brightness(where, values)
    model.brightness_partials(where, values)
    assert values == before


def test_turns_of_longitude_do_not_matter(model):
    lon, *others = place(model)
    values = model.internal_values
    expected = model.brightness([lon, *others], values)
    for turn in (-360.0, 360.0, 720.0):
        found = model.brightness([lon + turn, *others], values)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * np.max(expected))


# -- units and guards ----------------------------------------------------------------------


def call(model, lon, lat):
    return model(lon, lat, 2 * u.TeV) if model.is_energy_dependent else model(lon, lat)


def test_result_has_the_unit_of_the_model(model):
    lon, lat, *_ = place(model)
    found = call(model, lon * u.deg, (lat * u.deg).to("arcmin"))
    assert found.unit == model.unit
    where = [lon, lat, *([2.0 if model.is_energy_dependent else None] * (model.coordinates - 2))]
    factor = u.Quantity(1.0, model.unit.si).unit.to(model.unit)
    internal = model.brightness(where, model.internal_values)
    expected = u.Quantity(internal, internal_of(model.unit)).to_value(model.unit)
    assert factor > 0
    np.testing.assert_allclose(found.value, expected, rtol=1e-9)


def internal_of(unit):
    return u.Unit("cm-2 s-1 TeV-1 sr-1") if unit == FLUX else unit


def test_units_of_the_parameters_do_not_matter(model):
    lon, lat = place(model)[:2] * u.deg
    expected = call(model, lon, lat).value
    other = model.copy()
    for parameter in other.parameters:
        if str(parameter.unit) in ("deg", "TeV"):
            parameter.unit = {"deg": "arcmin", "TeV": "GeV"}[str(parameter.unit)]
    np.testing.assert_allclose(
        call(other, lon, lat).value, expected, rtol=1e-8, atol=1e-10 * np.max(expected)
    )


@pytest.mark.parametrize("bad", [1.0, 1 * u.TeV, "1", None])
def test_coordinates_without_an_angle_are_refused(model, bad):
    with pytest.raises(UnitMismatchError, match="lon = "):
        call(model, bad, 1 * u.deg)
    with pytest.raises(UnitMismatchError, match="lat = "):
        call(model, 1 * u.deg, bad)


def test_coordinates_out_of_range_are_refused(model):
    with pytest.raises(ModelError, match=r"lat reaches .* within -90 and 90 deg"):
        call(model, 0 * u.deg, [0.0, 91.0] * u.deg)
    with pytest.raises(ModelError, match=r"lon = .* must be finite"):
        call(model, [0.0, np.nan] * u.deg, 0 * u.deg)


def test_a_cube_needs_an_energy(model):
    if model.is_energy_dependent:
        with pytest.raises(ModelError, match="depends on energy: call it with"):
            model(0 * u.deg, 0 * u.deg)
    else:
        expected = model(0 * u.deg, 0 * u.deg)
        assert model(0 * u.deg, 0 * u.deg, energy=3 * u.TeV) == expected


def test_copy_is_independent(model):
    lon, lat = place(model)[:2] * u.deg
    before = call(model, lon, lat)
    copy = model.copy()
    for parameter in copy.parameters:
        parameter.value = 0.9 * parameter.value + 0.01
    np.testing.assert_array_equal(call(model, lon, lat), before)
    assert np.any(call(copy, lon, lat) != before)


def test_examples_are_those_of_the_registry():
    assert {c.__name__ for c in OF_DATA} <= {c.__name__ for c in EXAMPLES}
    assert spatial_examples.EXAMPLES is EXAMPLES
