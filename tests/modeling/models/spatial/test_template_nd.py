"""Maps with axes that are parameters."""

import astropy.units as u
import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.errors import MissingFileError, ModelError, OverwriteError
from gammapy.maps import MapAxis
from gammapy.modeling.models import TemplateNDSpatialModel, TemplateSpatialModel
from tests.contracts.spatial_examples import CUTOFF, RADIUS, sky_map

ENERGY = MapAxis.from_energy_bounds("0.1 TeV", "30 TeV", nbin=4, name="energy_true")
FLUX = u.Unit("cm-2 s-1 TeV-1 sr-1")


def test_parameters_are_the_axes():
    model = TemplateNDSpatialModel(sky_map(axes=[RADIUS, CUTOFF]))
    assert list(model.own_parameters) == ["radius", "cutoff"]
    assert (model.radius.value, model.radius.min, model.radius.max) == (1.1, 0.4, 1.8)
    assert (model.cutoff.value, model.cutoff.unit, model.cutoff.interp) == (50.5, "TeV", "log")
    assert not model.radius.frozen
    assert model.frame == "galactic"
    assert model.position.l.deg == pytest.approx(0.05)
    assert "radius='1.1 deg'" in repr(model)


@pytest.mark.parametrize("scale", ["log", "lin"])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_multilinear_twin(scale, order):
    """In all axes at once, whatever their order; the energy is one of them."""
    axes = [[RADIUS, CUTOFF, ENERGY][i] for i in order]
    data = sky_map(axes=axes, unit=FLUX)
    data.data *= np.random.default_rng(0).uniform(0.5, 2, data.data.shape)
    forward, back = {"log": (np.log, np.exp), "lin": (lambda f: f,) * 2}[scale]
    on_scale = {"radius": lambda a: a, "cutoff": np.log, "energy_true": np.log}
    nodes = [on_scale[axis.name](axis.center.value) for axis in reversed(axes)]
    grid = (*nodes, np.arange(24), np.arange(31))
    twin = RegularGridInterpolator(grid, forward(data.data))
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 30, 50), rng.uniform(0, 23, 50)
    lon, lat = data.geom.wcs.wcs_pix2world(x, y, 0) * u.deg
    model = TemplateNDSpatialModel(data, interp_kwargs={"values_scale": scale})
    assert model.is_energy_dependent
    assert model.unit == FLUX
    energy = ENERGY.center[1]  # between energies "lin" is not linear
    for radius, cutoff in ((0.5, 3.0), (1.7, 80.0), (0.4, 100.0), (1.0, 10.0)):
        model.radius.value, model.cutoff.value = radius, cutoff
        at = {"radius": radius, "cutoff": np.log(cutoff), "energy_true": np.log(energy.value)}
        rest = [np.full(50, at[axis.name]) for axis in reversed(axes)]
        expected = back(twin(np.stack([*rest, y, x], axis=-1)))
        np.testing.assert_allclose(model(lon, lat, energy).value, expected, rtol=1e-10)


def test_without_axes_it_is_a_template():
    for axes in ([], [ENERGY]):
        data = sky_map(axes=axes)
        one = TemplateNDSpatialModel(data)
        other = TemplateSpatialModel(data, normalize=False)
        assert not one.own_parameters
        lon, lat = np.random.default_rng(0).uniform(-2, 2, (2, 50)) * u.deg
        energy = np.geomspace(0.05, 40, 50) * u.TeV
        np.testing.assert_array_equal(one(lon, lat, energy), other(lon, lat, energy))


def test_an_empty_plane_makes_it_linear():
    data = sky_map(axes=[RADIUS])
    data.data[1] = 0
    model = TemplateNDSpatialModel(data)
    at = (0.1 * u.deg, 0.2 * u.deg)
    model.radius.value = 0.4
    first = model(*at).value
    model.radius.value = 0.55
    assert model(*at).value == pytest.approx(0.75 * first, rel=1e-12)


def test_axis_of_one_value():
    axis = MapAxis.from_nodes([3.0] * u.TeV, interp="log", name="cutoff")
    model = TemplateNDSpatialModel(sky_map(axes=[axis]))
    assert model.cutoff.value == 3
    expected = TemplateSpatialModel(sky_map(), normalize=False)(0.1 * u.deg, 0.2 * u.deg)
    assert model(0.1 * u.deg, 0.2 * u.deg).value == pytest.approx(expected.value, rel=1e-12)
    assert model.partials(np.array([0.1]), np.array([0.2]), None, 3.0)[0] == 0


def test_beyond_an_axis_is_refused_at_the_door_and_held_inside():
    model = TemplateNDSpatialModel(sky_map(axes=[RADIUS]))
    model.radius.min = model.radius.max = np.nan
    for bad in (0.39, 1.81):
        model.radius.value = bad
        with pytest.raises(
            ModelError, match=rf"radius = {bad} deg must be within the axis 'radius'"
        ):
            model(0 * u.deg, 0 * u.deg)
    at = np.array([0.1]), np.array([0.2]), None
    assert model.evaluate(*at, 3.0) == model.evaluate(*at, 1.8)
    assert model.partials(*at, 3.0)[0] == 0


def test_file(tmp_path):
    model = TemplateNDSpatialModel(sky_map(axes=[RADIUS, CUTOFF]))
    with pytest.raises(ModelError, match="filename is None"):
        model.write()
    model.write(filename=tmp_path / "nd.fits")
    with pytest.raises(OverwriteError, match=r"nd\.fits"):
        model.write()
    model.write(overwrite=True)
    for again in (
        TemplateNDSpatialModel.read(tmp_path / "nd.fits"),
        TemplateNDSpatialModel(filename=tmp_path / "nd.fits"),
        TemplateNDSpatialModel(meta={"filename": str(tmp_path / "nd.fits")}),
    ):
        assert list(again.own_parameters) == ["radius", "cutoff"]
        assert again.cutoff.interp == "log"
        found, expected = (m(0.1 * u.deg, 0.2 * u.deg).value for m in (again, model))
        assert found == pytest.approx(expected, rel=1e-12)
    with pytest.raises(MissingFileError, match=r"no\.fits: there is no such file"):
        TemplateNDSpatialModel.read(tmp_path / "no.fits")


def test_guards():
    with pytest.raises(ModelError, match="map = None and filename = None: give one"):
        TemplateNDSpatialModel()
    with pytest.raises(ModelError, match="map is a int, and a WcsNDMap is needed"):
        TemplateNDSpatialModel(5)
    with pytest.raises(ModelError, match=r"interp_kwargs = {'method': 'cubic'} is not known"):
        TemplateNDSpatialModel(sky_map(), interp_kwargs={"method": "cubic"})
    for name in ("energy", "a b", "frame"):
        axis = MapAxis.from_nodes([1, 2] * u.TeV, name=name)
        with pytest.raises(ModelError, match=f"axis '{name}' of the map cannot be a parameter"):
            TemplateNDSpatialModel(sky_map(axes=[axis]))
    with pytest.raises(ModelError, match="frame = 'icrs', and the map is in 'galactic'"):
        TemplateNDSpatialModel(sky_map()).frame = "icrs"


def test_the_map_is_copied_unless_told_otherwise():
    data = sky_map(axes=[RADIUS])
    assert TemplateNDSpatialModel(data).map is not data
    assert TemplateNDSpatialModel(data, copy_data=False).map is data
