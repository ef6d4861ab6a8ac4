"""Shares of pixels against the sum of many small ones, for all shapes and sizes."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose
from scipy.special import erf

from gammapy.errors import ModelError
from gammapy.maps import MapAxis, RegionGeom, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    ConstantFluxSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
    TemplateSpatialModel,
)
from gammapy.modeling.models.spatial import integration as module
from gammapy.modeling.models.spatial.integration import Patch
from tests.contracts.spatial_examples import EXAMPLES, sky_map
from tests.modeling.models.spatial.user_models import Slope, Widening
from tests.twins.pixel_integral import brute_force

#: shapes by their size in deg
SHAPES = {
    "gauss": lambda s: GaussianSpatialModel(sigma=s),
    "gauss-long": lambda s: GaussianSpatialModel(sigma=s, e=0.9, phi="27 deg"),
    "general": lambda s: GeneralizedGaussianSpatialModel(r_0=s, eta=0.9),
    "general-long": lambda s: GeneralizedGaussianSpatialModel(r_0=s, eta=0.4, e=0.7),
    "disk": lambda s: DiskSpatialModel(r_0=s, edge_width=0),
    "disk-soft": lambda s: DiskSpatialModel(r_0=s),
    "disk-long": lambda s: DiskSpatialModel(r_0=s, e=0.8, phi="-50 deg", edge_width=0),
    "shell": lambda s: ShellSpatialModel(radius=s, width=0.2 * s),
    "shell-thin": lambda s: Shell2SpatialModel(r_0=s, eta=0.03),
    "ring": lambda s: RingSpatialModel(radius=s, width=0.3 * s),
}
#: maps; the pixels are 0.1 deg
GEOMS = {
    "car": WcsGeom.create(skydir=(0.1, 0.0), npix=(60, 50), binsz=0.1, frame="galactic"),
    "car-oblique": WcsGeom.create(skydir=(30, 55), npix=(60, 50), binsz=0.1, frame="galactic"),
    "tan-icrs": WcsGeom.create(skydir=(83, 22), npix=(60, 50), binsz=0.1, proj="TAN"),
}
#: of these a small pixel of the twin is inside or not, all along an edge
SHARP = {"disk", "disk-soft", "disk-long", "ring"}


def on(geom, model, dx=0.37, dy=-0.21, frame=None):
    """Model near the middle of a map, this many pixels off the centre of one."""
    x, y = geom.center_pix[:2]
    place = geom.pix_to_coord((np.floor(x) + dx, np.floor(y) + dy))
    position = SkyCoord(*place, frame=geom.frame).transform_to(frame or geom.frame).spherical
    model.frame = frame or geom.frame
    model.lon_0.value, model.lat_0.value = position.lon.deg, position.lat.deg
    return model


def twin(model, geom, n, half):
    """Shares of the pixels up to ``half`` from the middle, and where they are."""
    x, y = (int(c) for c in geom.center_pix[:2])
    columns, rows = range(x - half, x + half + 1), range(y - half, y + half + 1)

    def values(lon, lat):
        if model.frame != geom.frame:
            there = SkyCoord(lon, lat, unit="deg", frame=geom.frame).transform_to(model.frame)
            lon, lat = there.spherical.lon.deg, there.spherical.lat.deg
        return model(lon * u.deg, lat * u.deg).to_value("sr-1")

    where = np.s_[rows.start : rows.stop, columns.start : columns.stop]
    return brute_force(values, geom.wcs, columns, rows, n), where


@pytest.mark.parametrize(
    ("shape", "size", "name"),
    [(shape, size, "car") for shape in SHAPES for size in (0.03, 0.17)]
    + [(shape, 0.1, name) for shape in ("gauss-long", "shell") for name in GEOMS],
)
def test_shares_of_pixels(shape, size, name):
    """To 1e-3 of the brightest pixel, and what the small pixels of the twin make of an edge."""
    geom = GEOMS[name]
    model = on(geom, SHAPES[shape](size * u.deg))
    n = 150
    expected, where = twin(model, geom, n, 2)
    found = model.integrate_geom(geom).data[where]
    allowed = 1e-3 + (1.0 / n if shape in SHARP else 0.0)
    if shape == "shell-thin":  # as wide as a small pixel
        allowed = 0.02
    assert_allclose(found, expected, rtol=0, atol=allowed * expected.max())


@pytest.mark.parametrize("shape", ["gauss", "gauss-long", "general"])
def test_in_another_frame(shape):
    geom = GEOMS["tan-icrs"]
    model = on(geom, SHAPES[shape](0.15 * u.deg), frame="galactic")
    expected, where = twin(model, geom, 30, 2)
    found = model.integrate_geom(geom).data[where]
    assert_allclose(found, expected, rtol=0, atol=1e-3 * expected.max())


@pytest.mark.parametrize("shape", [s for s in SHAPES if "long" not in s])
@pytest.mark.parametrize("size", [0.004, 0.03, 0.11, 0.4])
def test_two_ways_agree(shape, size, monkeypatch):
    """Along edges, and by areas."""
    geom = GEOMS["car-oblique"]
    model = on(geom, SHAPES[shape](size * u.deg))
    found = model.integrate_geom(geom).data
    monkeypatch.setattr(module, "_LARGEST_ROUND", 0.0)
    by_areas = model.integrate_geom(geom).data
    assert_allclose(by_areas, found, rtol=0, atol=1e-3 * found.max())
    allowed = 4e-4 if shape in SHARP else 1e-4
    assert by_areas.sum() == pytest.approx(found.sum(), rel=allowed)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1e-5, 0.005, 0.02, 0.07, 0.15, 0.4])
def test_sum_is_that_of_the_shape(shape, size):
    """In pixels of two sizes, at different places in them; for round ones it is known."""
    sums = []
    for binsz, dx in ((0.1, 0.37), (0.1, 0.4999), (0.023, -0.2)):
        width = max(6.0, 2.2 * SHAPES[shape](size * u.deg).reach)
        geom = WcsGeom.create(skydir=(1, 2), width=(width, width), binsz=binsz, frame="galactic")
        model = on(geom, SHAPES[shape](size * u.deg), dx=dx)
        sums.append(model.integrate_geom(geom).data.sum())
    assert_allclose(sums, sums[0], rtol=1e-4)
    assert sums[0] == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("dx", [0.0, 0.25, 0.5, 0.81])
def test_centroid_of_points(dx):
    """Bilinear weights keep it; a tiny disk does not, which is all in one pixel."""
    geom = GEOMS["car"]
    model = on(geom, PointSpatialModel(), dx=dx, dy=0.3)
    share = model.integrate_geom(geom).data
    y, x = np.indices(share.shape)
    assert share.sum() == pytest.approx(1.0, rel=1e-12)
    assert (share * x).sum() == pytest.approx(29 + dx, abs=1e-9)
    assert (share * y).sum() == pytest.approx(24.3, abs=1e-9)
    assert np.count_nonzero(share > 1e-9) <= 4
    disk = on(geom, DiskSpatialModel(r_0="1e-4 deg"), dx=0.2, dy=0.3).integrate_geom(geom).data
    assert disk.max() == pytest.approx(1.0, rel=1e-4)


def test_points_over_the_edge_and_the_seam():
    geom = WcsGeom.create(width=(360, 4), binsz=1.0, frame="galactic")
    model = PointSpatialModel(lon_0="179.75 deg", lat_0="0.5 deg", frame="galactic")
    share = model.integrate_geom(geom).data
    assert_allclose(share[2, [0, -1]], [0.75, 0.25], atol=1e-9)
    part = WcsGeom.create(npix=(3, 3), binsz=1.0, frame="galactic")
    model = PointSpatialModel(lon_0="-1.25 deg", lat_0="0 deg", frame="galactic")
    assert model.integrate_geom(part).data.sum() == pytest.approx(0.75, abs=1e-9)
    model.lon_0.value = 5.0
    assert not model.integrate_geom(part).data.any()


def test_values_of_a_point_are_its_share_over_the_solid_angle():
    geom = GEOMS["tan-icrs"]
    model = on(geom, PointSpatialModel())
    found = model.evaluate_geom(geom)
    assert found.unit == "sr-1"
    assert (found * geom.solid_angle()).sum().value == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(
    "make",
    [m for family in EXAMPLES.values() for m in family],
    ids=lambda make: getattr(make, "__name__", "model"),
)
def test_every_model_against_means_of_values(make):
    """Those of the contract, by values at 12 by 12 places in each pixel."""
    model = make()
    if isinstance(model, (PointSpatialModel, ConstantFluxSpatialModel)):
        return
    center = model.position or SkyCoord(0.5, 0.2, unit="deg", frame=model.frame)
    geom = WcsGeom.create(skydir=center, npix=(30, 26), binsz=0.15, proj="TAN", frame="galactic")
    if model.is_energy_dependent:
        geom = geom.to_cube([MapAxis.from_nodes([1, 5] * u.TeV, name="energy_true")])
    found, expected = model.integrate_geom(geom), model.integrate_geom(geom, 12)
    assert found.unit.is_equivalent(model.unit * u.sr)
    assert expected.data.max() > 0
    # an edge is inside of a part or not
    allowed = 0.05 if isinstance(model, RingSpatialModel) else 4e-3
    assert_allclose(found.data, expected.data, rtol=0, atol=allowed * expected.data.max())


def test_compound_of_frames_and_points():
    a = PointSpatialModel(lon_0="0.3 deg", lat_0="0.2 deg", frame="galactic")
    center = SkyCoord(-0.4, 0.5, unit="deg", frame="galactic").icrs
    b = GaussianSpatialModel.from_position(center, sigma="0.1 deg")
    geom = GEOMS["car"]
    found = (1.0 * a + 3.0 * b).integrate_geom(geom).data
    parts = [m.integrate_geom(geom).data for m in (a, b)]
    assert_allclose(found, 0.25 * parts[0] + 0.75 * parts[1], rtol=1e-12, atol=1e-15)
    sampled = (1.0 * a + 3.0 * b).integrate_geom(geom, oversampling_factor=8).data
    assert_allclose(sampled, found, atol=2e-3 * found.max())


def test_oversampling_is_the_mean_of_values():
    geom = GEOMS["tan-icrs"]
    model = on(geom, GaussianSpatialModel(sigma="0.2 deg"))
    found = model.integrate_geom(geom, oversampling_factor=1).data
    expected = (model.evaluate_geom(geom) * geom.solid_angle()).to_value("")
    near = expected > 1e-6 * expected.max()
    assert_allclose(found[near], expected[near], rtol=1e-9)


@pytest.mark.parametrize("factor", [0, -1, 1.5, True, "2"])
def test_a_bad_factor_is_refused(factor):
    with pytest.raises(ModelError, match=r"oversampling_factor = .* must be a positive whole num"):
        GaussianSpatialModel().integrate_geom(GEOMS["car"], oversampling_factor=factor)


def test_constants():
    geom = GEOMS["tan-icrs"]
    found = ConstantSpatialModel(value="2 sr-1").integrate_geom(geom)
    assert_allclose(found.data, 2 * geom.solid_angle().value, rtol=1e-6)
    assert_allclose(ConstantFluxSpatialModel().integrate_geom(geom).data, 1.0)
    sky = WcsGeom.create(width=(360, 180), binsz=3, proj="AIT")
    total = ConstantSpatialModel().integrate_geom(sky).data.sum()
    assert total == pytest.approx(np.nansum(sky.solid_angle().value), rel=1e-5)


def test_across_a_pole_and_the_whole_sky():
    sky = WcsGeom.create(width=(360, 180), binsz=1.0)
    for model in (
        GaussianSpatialModel(lon_0="12 deg", lat_0="89.6 deg", sigma="2 deg"),
        DiskSpatialModel(lon_0="180.2 deg", lat_0="-87 deg", r_0="8 deg"),
        GaussianSpatialModel(lon_0="180 deg", lat_0="20 deg", sigma="30 deg"),
    ):
        found = model.integrate_geom(sky).data
        assert found.sum() == pytest.approx(1.0, abs=1e-4)


def test_all_axes_have_the_same_share():
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=3, name="energy_true")
    geom = GEOMS["car"]
    model = on(geom, GaussianSpatialModel(sigma="0.2 deg"))
    found = model.integrate_geom(geom.to_cube([axis]))
    assert found.geom.axes.names == ["energy_true"]
    assert_allclose(found.data, np.broadcast_to(model.integrate_geom(geom).data, (3, 50, 60)))


def test_a_cube_is_taken_at_the_centres():
    nodes = MapAxis.from_nodes([1, 10] * u.TeV, name="energy_true", interp="log")
    cube = sky_map(axes=[nodes], unit="cm-2 s-1 TeV-1 sr-1")
    model = TemplateSpatialModel(cube, normalize=False)
    geom = cube.geom.to_image()
    axis = MapAxis.from_nodes([2.0, 3.0, 7.0] * u.TeV, name="energy_true", interp="log")
    found = model.integrate_geom(geom.to_cube([axis]))
    assert found.unit == "cm-2 s-1 TeV-1"
    values = model.evaluate_geom(geom.to_cube([axis])) * geom.solid_angle()
    assert_allclose(
        found.data, values.to_value(found.unit), rtol=0.02, atol=0.02 * found.data.max()
    )
    with pytest.raises(ModelError, match=r"needs an axis 'energy_true', and the map has \[\]"):
        model.integrate_geom(geom)


def test_patches_are_cut_outs():
    geom = WcsGeom.create(width=(360, 10), binsz=0.1, frame="galactic")
    model = GaussianSpatialModel(lon_0="180 deg", lat_0="0 deg", sigma="0.1 deg", frame="galactic")
    found = list(model.patches(geom))
    assert len(found) == 2
    assert all(isinstance(patch, Patch) and patch.share.size < 300 for patch in found)
    total = np.zeros((1, *geom.data_shape))
    for patch in found:
        patch.add_to(total)
    assert total.sum() == pytest.approx(1.0, abs=1e-6)
    assert_allclose(total[..., 0], total[..., -1], rtol=1e-6, atol=1e-15)
    away = GaussianSpatialModel(lon_0="0 deg", lat_0="30 deg", sigma="0.1 deg", frame="galactic")
    assert list(away.patches(geom)) == []


def test_what_is_no_map_is_refused():
    with pytest.raises(ModelError, match=r"geom = 3 must be a WcsGeom or a RegionGeom"):
        GaussianSpatialModel().integrate_geom(3)
    with pytest.raises(ModelError, match=r"sigma = -1.0 deg must be positive"):
        GaussianSpatialModel(sigma="-1 deg").integrate_geom(GEOMS["car"])


# -- regions ------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.05, 0.2, 1.0])
def test_a_gaussian_in_a_circle(radius):
    pytest.importorskip("regions")
    model = GaussianSpatialModel(lon_0="83 deg", lat_0="22 deg", sigma="0.2 deg")
    geom = RegionGeom.create(f"icrs;circle(83, 22, {radius})")
    found = model.integrate_geom(geom).data
    assert found.shape == (1, 1)
    scale = 4 * np.sin(np.deg2rad(0.1)) ** 2
    expected = 1 - np.exp(-2 * np.sin(np.deg2rad(radius / 2)) ** 2 / scale)
    assert found[0, 0] == pytest.approx(expected, abs=5e-4)


def test_regions_and_other_shapes():
    pytest.importorskip("regions")
    geom = RegionGeom.create("icrs;circle(83, 22, 0.3)")
    place = {"lon_0": "83 deg", "lat_0": "22.1 deg"}
    point = PointSpatialModel(**place)
    assert point.integrate_geom(geom).data[0, 0] == 1.0
    tiny = GaussianSpatialModel(**place, sigma="0.001 deg")
    assert tiny.integrate_geom(geom).data[0, 0] == pytest.approx(1.0, abs=1e-4)
    assert (point + tiny).integrate_geom(geom).data[0, 0] == pytest.approx(1.0, abs=1e-4)
    assert ConstantFluxSpatialModel().integrate_geom(geom).data[0, 0] == 1.0
    point.lat_0.value = 22.5
    assert point.integrate_geom(geom).data[0, 0] == 0.0
    area = ConstantSpatialModel().integrate_geom(geom).data[0, 0]
    assert area == pytest.approx(2 * np.pi * (1 - np.cos(np.deg2rad(0.3))), rel=1e-3)


def test_regions_without_an_area_are_refused():
    pytest.importorskip("regions")
    model = GaussianSpatialModel()
    with pytest.raises(ModelError, match="the region is a point, over which an integral is zero"):
        model.integrate_geom(RegionGeom.create("icrs;point(83, 22)"))
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=3, name="energy_true")
    with pytest.raises(ModelError, match="has no region to integrate over"):
        model.integrate_geom(RegionGeom.create(None, axes=[axis]))


def test_a_template_outside_of_its_map_is_dark():
    sharp = WcsNDMap.create(npix=(5, 4), binsz=0.2, frame="galactic", unit="sr-1")
    sharp.data += 1.0
    model = TemplateSpatialModel(sharp)
    geom = WcsGeom.create(npix=(30, 30), binsz=0.1, frame="galactic")
    found = model.integrate_geom(geom).data
    assert found.sum() == pytest.approx(1.0, abs=2e-4)
    assert np.count_nonzero(found) == 80


# -- models of users, and pictures --------------------------------------------------------


def test_models_of_users():
    geom = WcsGeom.create(npix=(20, 16), binsz=0.1)
    found = Slope(offset="1 sr-1").integrate_geom(geom).data
    expected = (1 + 0.1 * geom.get_coord().lat.value) * geom.solid_angle().value
    assert_allclose(found, expected, rtol=1e-5)
    axis = MapAxis.from_nodes([1, 4] * u.TeV, name="energy_true", interp="log")
    cube = Widening(sigma="6 arcmin").integrate_geom(geom.to_cube([axis])).data
    assert_allclose(cube.sum(axis=(1, 2)), 1.0, rtol=1e-4)
    steps = (np.arange(17) - 8) * 0.1
    for plane, width in zip(cube, (0.1, 0.05), strict=True):
        rows = 0.5 * np.diff(erf(steps / (np.sqrt(2) * width)))
        assert_allclose(plane.sum(axis=1), rows, atol=1e-3 * rows.max())


def test_pictures():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    model = GaussianSpatialModel(lon_0="10 deg", lat_0="20 deg", sigma="0.2 deg")
    for shape in (model, PointSpatialModel(lon_0="3 deg"), GaussianSpatialModel(sigma="15 deg")):
        ax = shape.plot()
        (image,) = ax.images
        drawn = np.asarray(image.get_array())
        assert drawn.shape == (200, 200)
        y, x = np.unravel_index(np.argmax(drawn), drawn.shape)
        assert abs(x - 99.5) < 1
        assert abs(y - 99.5) < 1
        pyplot.close("all")
    geom = WcsGeom.create(npix=(9, 7), binsz=0.1)
    axis = MapAxis.from_nodes([1, 4] * u.TeV, name="energy_true", interp="log")
    Widening().plot_grid(geom=geom.to_cube([axis]))
    assert len(pyplot.gcf().axes) >= 2
    pyplot.close("all")
    with pytest.raises(ModelError, match=r"Widening depends on energy and is no image: use plot_g"):
        Widening().plot(geom=geom)
    with pytest.raises(ModelError, match=r"has no end: say which part of the sky to draw, geom="):
        ConstantSpatialModel().plot()
