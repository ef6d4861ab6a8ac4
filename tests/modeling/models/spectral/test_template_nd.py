import astropy.units as u
import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.errors import MissingFileError, ModelError
from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models import TemplateNDSpectralModel, TemplateSpectralModel

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4, name="energy_true")
NORM = MapAxis.from_nodes([1.0, 2.0, 3.0], name="norm_x")
TILT = MapAxis.from_nodes([1.0, 2.0, 4.0], name="tilt", unit="cm")
X = np.array([0.01, 0.1, 0.2, 1.0, 9.0, 50.0]) * u.TeV


def table(axes=(ENERGY, NORM, TILT), unit=FLUX) -> RegionNDMap:
    """E^-2, times 1, 2, 5 along the first parameter and 1, 10, 30 along the second."""
    values = 1e-12 * ENERGY.center.value**-2 * np.array([1, 2, 5])[:, None]
    values = values * np.array([1, 10, 30])[:, None, None]
    order = [[2 - (ENERGY, NORM, TILT).index(a) for a in axes][::-1]]
    return RegionNDMap.create(axes=list(axes), data=np.transpose(values, order[0]), unit=unit)


def model(axes=(ENERGY, NORM, TILT), norm_x=1.7, tilt=2.5, **kwargs) -> TemplateNDSpectralModel:
    found = TemplateNDSpectralModel(table(axes), **kwargs)
    found.norm_x.value, found.tilt.value = norm_x, tilt
    return found


def test_parameters_are_the_axes():
    found = TemplateNDSpectralModel(table())
    assert list(found.own_parameters) == ["norm_x", "tilt"]
    assert (found.tilt.value, found.tilt.unit) == (2.5, u.cm)
    assert (found.tilt.min, found.tilt.max) == (1.0, 4.0)
    assert found.norm_x.value == 2.0
    assert not found.norm_x.frozen


# numbers of Gammapy 2.1 for the same tables (as printed, to nine digits)
GAMMAPY = {
    (1.7, 2.5, "log"): [
        2.13796854e-07, 2.13796854e-09, 5.34492135e-10, 2.13796854e-11, 2.63946734e-13,
        8.55187417e-15,
    ],
    (0.5, 2.5, "log"): [
        9.30604859e-08, 9.30604859e-10, 2.32651215e-10, 9.30604859e-12, 1.14889489e-13,
        3.72241944e-15,
    ],
    (3.0, 4.0, "log"): [
        1.5e-06, 1.5e-08, 3.75e-09, 1.5e-10, 1.85185185e-12, 6.0e-14,
    ],
    (1.7, 2.5, "lin"): [2.62073761e-09, 1.16925216e-09, 7.32311507e-10, 4.43509442e-11],
    (1.7, 5.0, "lin"): [6.98863363e-09, 3.11800577e-09, 1.95283069e-09, 1.18269184e-10],
}  # fmt: skip


@pytest.mark.parametrize(("norm_x", "tilt", "scale"), GAMMAPY)
def test_values_of_gammapy(norm_x, tilt, scale):
    found = model(norm_x=norm_x, tilt=tilt, interp_kwargs={"values_scale": scale})(X)
    expected = GAMMAPY[norm_x, tilt, scale]
    np.testing.assert_allclose(found.value[: len(expected)], expected, rtol=1e-8)


@pytest.mark.parametrize("interp", ["lin", "log", "sqrt"])
@pytest.mark.parametrize("scale", ["lin", "log"])
def test_against_scipy(interp, scale):
    forward = {"lin": np.asarray, "log": np.log, "sqrt": np.sqrt}[interp]
    tilt = MapAxis.from_nodes([1.0, 2.0, 4.0], name="tilt", unit="cm", interp=interp)
    found = TemplateNDSpectralModel(
        RegionNDMap.create(axes=[ENERGY, NORM, tilt], data=table().data, unit=FLUX),
        {"values_scale": scale},
    )
    found.norm_x.value, found.tilt.value = 2.3, 3.1
    values = table().values if scale == "lin" else np.log(table().values)
    nodes = [forward(tilt.center.value), NORM.center.value, np.log(ENERGY.center.value)]
    twin = RegularGridInterpolator(nodes, values)
    energy = np.array([0.2, 0.7, 5.0])
    expected = twin([(forward(3.1), 2.3, np.log(e)) for e in energy])
    expected = expected if scale == "lin" else np.exp(expected)
    np.testing.assert_allclose(found(energy * u.TeV).value, expected, rtol=1e-12)


@pytest.mark.parametrize("axes", [(NORM, ENERGY, TILT), (TILT, NORM, ENERGY), (ENERGY, TILT, NORM)])
def test_order_of_the_axes_does_not_matter(axes):
    np.testing.assert_allclose(model(axes)(X).value, model()(X).value, rtol=1e-14)


def test_at_nodes_it_is_the_template_of_one_spectrum():
    one = TemplateSpectralModel(ENERGY.center, table().values[2, 1] * FLUX)
    found = model(norm_x=2.0, tilt=4.0)
    np.testing.assert_allclose(found(X).value, one(X).value, rtol=1e-13)
    limits = 0.02 * u.TeV, 40 * u.TeV
    assert found.integral(*limits).value == pytest.approx(one.integral(*limits).value, rel=1e-10)


def test_linear_values_end_at_zero():
    found = model(interp_kwargs={"values_scale": "lin"})
    assert np.all(found([9, 50] * u.TeV).value == 0)
    assert np.all(np.array(found.flux_partials(np.array([9.0]), found.internal_values)) == 0)


def test_a_zero_of_the_table_stands_for_the_smallest_float():
    data = table().data.copy()
    data[:, :, -1] = 0
    found = TemplateNDSpectralModel(RegionNDMap.create(axes=[ENERGY, NORM, TILT], data=data))
    assert found(ENERGY.center[-1]).value == pytest.approx(np.finfo(float).tiny)
    assert np.isfinite(found.integral(0.1 * u.TeV, 10 * u.TeV).value)


def test_the_map_is_not_changed_from_outside():
    data = table()
    found = TemplateNDSpectralModel(data)
    before = found(1 * u.TeV)
    data.data *= 2
    assert found(1 * u.TeV) == before


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ([ENERGY], "one for each parameter"),
        ([NORM, TILT], "'energy_true' is needed"),
        ([ENERGY, MapAxis.from_nodes([1.0], name="one")], "has one bin"),
        ([ENERGY, MapAxis.from_nodes([1.0, 2.0], name="a b")], "cannot be a parameter"),
        ([ENERGY, MapAxis.from_nodes([1.0, 2.0], name="unit")], "cannot be a parameter"),
        ([ENERGY, MapAxis.from_nodes([1.0, 2.0], name="map")], "cannot be a parameter"),
    ],
)
def test_axes_that_are_refused(axes, message):
    with pytest.raises(ModelError, match=message):
        TemplateNDSpectralModel(RegionNDMap.create(axes=axes, unit=FLUX))


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_values_that_are_refused(value):
    data = table().data.copy()
    data[0, 0, 0] = value
    with pytest.raises(ModelError, match="must be finite and not negative"):
        TemplateNDSpectralModel(RegionNDMap.create(axes=[ENERGY, NORM, TILT], data=data))


def test_what_else_is_refused(tmp_path):
    with pytest.raises(ModelError, match="neither map nor filename"):
        TemplateNDSpectralModel()
    with pytest.raises(ModelError, match="neither a differential flux"):
        TemplateNDSpectralModel(table(unit=u.Unit("cm")))
    for options in ({"values_scale": "sqrt"}, {"fill_value": 0}, {"order": 2}):
        with pytest.raises(ModelError, match="is not known"):
            TemplateNDSpectralModel(table(), options)
    with pytest.raises(MissingFileError, match="no such file"):
        TemplateNDSpectralModel(filename=tmp_path / "none.fits")
    with pytest.raises(ModelError, match="say where to write"):
        TemplateNDSpectralModel(table()).write()
