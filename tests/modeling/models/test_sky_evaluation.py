"""Values of sources, and their flux in pixels and bins."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time
from numpy.testing import assert_allclose
from scipy.integrate import quad

from gammapy.data import GTI
from gammapy.errors import ModelError
from gammapy.maps import MapAxis, RegionGeom, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    ConstantTemporalModel,
    GaussianSpatialModel,
    LinearTemporalModel,
    PointSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplateSpatialModel,
)
from gammapy.modeling.models.sky_evaluation import bin_energies

AXIS = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=2, name="energy_true")
IMAGE = WcsGeom.create(npix=(21, 15), binsz=0.1, frame="galactic")
CUBE = IMAGE.to_cube([AXIS])
START = Time(51544.0, format="mjd", scale="tt")
#: one day and two, the second from the fifth on: the mean of 1 + 0.1 t is 1.4166...
GOOD_TIME = GTI.create([0, 5] * u.d, [1, 7] * u.d, START)
MEAN = (1.05 * 1 + 1.6 * 2) / 3


def source(**kwargs):
    shape = GaussianSpatialModel(lon_0="0.13 deg", sigma="0.2 deg", frame="galactic")
    return SkyModel(PowerLawSpectralModel(), **{"spatial_model": shape, "name": "a"} | kwargs)


def growing():
    return LinearTemporalModel(alpha=1, beta="0.1 d-1", t_ref="51544 d", scale="tt")


def test_evaluate_is_the_product():
    model = source(temporal_model=growing())
    lon, lat = [0.1, 0.2] * u.deg, [0.0, 0.1] * u.deg
    energy = [[1.0], [3.0]] * u.TeV
    expected = model.spectral_model(energy) * model.spatial_model(lon, lat)
    found = model.evaluate(lon, lat, energy)
    assert found.shape == (2, 2)
    assert found.unit.is_equivalent("cm-2 s-1 TeV-1 sr-1")
    assert_allclose(found.value, expected.to_value(found.unit), rtol=1e-14)
    later = model.evaluate(lon, lat, energy, time=START + 5 * u.d)
    assert_allclose(later.value, 1.5 * found.value, rtol=1e-12)


def test_evaluate_without_a_shape_and_of_a_point():
    found = source(spatial_model=None).evaluate(None, None, 2 * u.TeV)
    assert found.to_value("cm-2 s-1 TeV-1") == pytest.approx(0.25e-12)
    with pytest.raises(ModelError, match="it is a delta function"):
        source(spatial_model=PointSpatialModel()).evaluate(0 * u.deg, 0 * u.deg, 1 * u.TeV)


def test_evaluate_geom_is_at_the_centres():
    model = source(temporal_model=growing())
    found = model.evaluate_geom(CUBE)
    coord = CUBE.get_coord()
    expected = model.evaluate(coord.lon, coord.lat, coord["energy_true"])
    assert_allclose(found.to_value(expected.unit), expected.value, rtol=1e-12)
    with_time = model.evaluate_geom(CUBE, GOOD_TIME)
    assert_allclose(with_time.value, MEAN * found.value, rtol=1e-12)


def test_integrate_geom_is_flux_times_share():
    model = source()
    found = model.integrate_geom(CUBE)
    assert found.unit == "cm-2 s-1"
    assert found.geom == CUBE
    edges = AXIS.edges
    flux = model.spectral_model.integral(edges[:-1], edges[1:]).to_value("cm-2 s-1")
    share = model.spatial_model.integrate_geom(IMAGE).data
    assert_allclose(found.data, flux[:, None, None] * share, rtol=1e-13)
    assert found.data.sum() == pytest.approx(share.sum() * 0.9e-12, rel=1e-9)
    coarse = model.integrate_geom(CUBE, oversampling_factor=1)
    values = model.spatial_model.evaluate_geom(IMAGE) * IMAGE.solid_angle()
    near = values.value > 1e-6
    assert_allclose(coarse.data[0][near], flux[0] * values.value[near], rtol=1e-9)


def test_time_is_averaged_over_good_intervals():
    model = source(temporal_model=growing())
    found = model.integrate_geom(CUBE, GOOD_TIME).data
    assert_allclose(found, MEAN * model.integrate_geom(CUBE).data, rtol=1e-12)
    steady = source(temporal_model=ConstantTemporalModel())
    assert_allclose(
        steady.integrate_geom(CUBE, GOOD_TIME).data, source().integrate_geom(CUBE).data, rtol=1e-12
    )


def test_under_other_axes():
    other = MapAxis.from_edges([0, 1, 2, 3], name="thing")
    geom = IMAGE.to_cube([other, AXIS])
    found = source().integrate_geom(geom)
    assert found.data.shape == (2, 3, 15, 21)
    for part in np.moveaxis(found.data, 1, 0):
        assert_allclose(part, source().integrate_geom(CUBE).data, rtol=1e-13)


def test_a_cube_is_integrated_over_energy():
    """Planes that are a power law between energies, times a power law."""
    nodes = MapAxis.from_nodes([0.5, 2, 20] * u.TeV, name="energy_true", interp="log")
    cube = WcsNDMap.create(npix=(9, 9), binsz=1, axes=[nodes], frame="galactic", unit="sr-1")
    cube.data += np.array([1.0, 4.0, 1.0])[:, None, None]
    spatial = TemplateSpatialModel(cube, normalize=False)
    model = SkyModel(PowerLawSpectralModel(index=2.3), spatial)

    def dnde(energy):
        return (
            1e-12
            * energy**-2.3
            * np.exp(np.interp(np.log(energy), np.log([0.5, 2, 20]), np.log([1, 4, 1])))
        )

    edges = AXIS.edges.to_value("TeV")
    expected = [
        sum(quad(dnde, *piece, epsrel=1e-10)[0] for piece in pieces)
        for pieces in ([(edges[0], 2), (2, edges[1])], [(edges[1], edges[2])])
    ]
    area = IMAGE.solid_angle().to_value("sr")
    found = model.integrate_geom(CUBE)
    assert_allclose(found.data, np.multiply.outer(expected, area), rtol=1e-6)
    assert found.unit == "cm-2 s-1"


def test_a_cube_that_is_the_flux():
    nodes = MapAxis.from_nodes([0.5, 50] * u.TeV, name="energy_true", interp="log")
    unit = "cm-2 s-1 MeV-1 sr-1"
    cube = WcsNDMap.create(npix=(9, 9), binsz=1, axes=[nodes], frame="galactic", unit=unit)
    cube.data += np.array([1e-10, 1e-14])[:, None, None]
    model = SkyModel(PowerLawNormSpectralModel(norm=2), TemplateSpatialModel(cube, normalize=False))
    found = model.integrate_geom(CUBE)
    per_tev = 2 * 1e-10 * 1e6 * 0.5**2 * (1 - 0.1)  # of 0.5^2 E^-2, from 1 to 10
    assert found.unit == "cm-2 s-1"
    total = found.data.sum(axis=0) / IMAGE.solid_angle().value
    assert_allclose(total, per_tev, rtol=1e-6)


def test_nodes_are_cut_at_planes_and_kinks():
    nodes = MapAxis.from_nodes([0.5, 2, 20] * u.TeV, name="energy_true", interp="log")
    cube = WcsNDMap.create(npix=(2, 2), axes=[nodes], unit="sr-1")
    cube.data += 1.0
    spatial = TemplateSpatialModel(cube, normalize=False)
    energies = bin_energies(spatial, PowerLawSpectralModel(), np.array([1.0, 3.0, 10.0]))
    assert_allclose(energies.weights.sum(axis=1), [2e-12 / 3, 1e-12 * (1 / 3 - 0.1)], rtol=1e-9)
    assert np.sum((energies.nodes > 1) & (energies.nodes < 2)) >= 4


def test_regions():
    pytest.importorskip("regions")
    geom = RegionGeom.create("galactic;circle(0.13, 0, 0.3)", axes=[AXIS])
    found = source().integrate_geom(geom)
    share = source().spatial_model.integrate_geom(geom.to_image()).data[0, 0]
    assert found.data.shape == (2, 1, 1)
    assert found.data.sum() == pytest.approx(0.9e-12 * share, rel=1e-3)
    assert share == pytest.approx(1 - np.exp(-0.5 * 1.5**2), rel=1e-3)
    alone = source(spatial_model=None)
    assert alone.integrate_geom(geom).data.sum() == pytest.approx(0.9e-12, rel=1e-9)
    assert alone.integrate_geom(RegionGeom.create(None, axes=[AXIS])).data.shape == (2, 1, 1)


def test_position_lonlat():
    assert source().position_lonlat == pytest.approx((np.deg2rad(0.13), 0.0))
    assert source(spatial_model=None).position_lonlat is None


def test_what_is_refused():
    with pytest.raises(ModelError, match=r"'a' needs an axis 'energy_true', and the map has \[\]"):
        source().integrate_geom(IMAGE)
    reco = IMAGE.to_cube([MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=2)])
    with pytest.raises(ModelError, match=r"and the map has \['energy'\]: make it with MapAxis"):
        source().evaluate_geom(reco)
    with pytest.raises(ModelError, match="'a' has no place on the sky, so no flux on a map"):
        source(spatial_model=None).integrate_geom(CUBE)
    with pytest.raises(ModelError, match="geom = 'x' must be a WcsGeom or a RegionGeom"):
        source().integrate_geom("x")
    bad = source()
    bad.spatial_model.sigma.value = -1
    with pytest.raises(ModelError, match="must be positive"):
        bad.integrate_geom(CUBE)
