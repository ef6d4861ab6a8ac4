"""What a model class of a user gets from SpatialModel."""

from types import SimpleNamespace

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import ModelError, ParameterError, UnitMismatchError
from gammapy.modeling.models import GaussianSpatialModel, SpatialModel
from tests.modeling.models.spatial.user_models import Slope, Widening


def test_model_without_partials():
    model = Slope()
    lon, lat = np.array([1.0, 2.0]), np.array([10.0, -5.0])
    values = model.internal_values
    by_offset, by_rise = model.brightness_partials((lon, lat), values)
    np.testing.assert_allclose(by_offset, 1 + 0.1 * lat, rtol=1e-9)
    np.testing.assert_allclose(by_rise, 2 * lat, rtol=1e-9)
    assert model(1 * u.deg, 10 * u.deg) == 4 / u.sr


def test_model_that_takes_energy_and_quantities():
    model = Widening()
    assert model.is_energy_dependent
    assert not Slope.is_energy_dependent
    found = model(1 * u.deg, 0 * u.deg, [1000, 4000] * u.GeV)
    width = np.deg2rad([1, 0.5])
    expected = np.exp(-0.5 * (np.deg2rad(1) / width) ** 2) / (2 * np.pi * width**2)
    np.testing.assert_allclose(found.to_value("sr-1"), expected, rtol=1e-12)
    with pytest.raises(ModelError, match="depends on energy: call it with"):
        model(1 * u.deg, 0 * u.deg)
    with pytest.raises(UnitMismatchError, match="energy = "):
        model(1 * u.deg, 0 * u.deg, 1 * u.deg)


def test_partials_of_a_model_that_takes_quantities():
    model = Widening()
    place = np.array([0.5]), np.array([0.2]), np.array([2.0])
    (found,) = model.brightness_partials(place, model.internal_values)
    step = 1e-5
    low, high = (model.brightness(place, [1 + s]) for s in (-step, step))
    np.testing.assert_allclose(found, (high - low) / (2 * step), rtol=1e-6)


def test_models_of_users_do_not_enter_the_registry_without_a_tag():
    assert Slope not in list(SpatialModel.registry)


def test_no_outline():
    with pytest.raises(ModelError, match="Slope has no outline"):
        Slope().to_region()
    assert Slope().position is None


class Pixels:
    """Stand-in for the grid of a map: gives its centres in a frame."""

    def __init__(self, lon, lat, frame, energy=None):
        self.centers = SkyCoord(lon, lat, unit="deg", frame=frame)
        self.energy = energy

    def get_coord(self, frame):
        place = self.centers.transform_to(frame).spherical
        coord = {"energy_true": self.energy}
        return SimpleNamespace(lon=place.lon, lat=place.lat, __getitem__=coord.get)


def test_evaluate_geom_in_another_frame():
    model = GaussianSpatialModel(lon_0="266 deg", lat_0="-29 deg", sigma="0.3 deg", e=0.5)
    geom = Pixels([[0.0, 359.9], [0.1, 0.0]], [[0.0, 0.1], [0.2, 0.3]], "galactic")
    place = geom.centers.icrs
    np.testing.assert_array_equal(model.evaluate_geom(geom), model(place.ra, place.dec))


def test_evaluate_geom_is_zero_outside_the_sky():
    geom = SimpleNamespace(
        get_coord=lambda frame: SimpleNamespace(
            lon=[0.1, np.nan] * u.deg, lat=[0.0, np.nan] * u.deg
        )
    )
    model = GaussianSpatialModel()
    found = model.evaluate_geom(geom)
    assert found[1] == 0
    assert found[0] == model(0.1 * u.deg, 0 * u.deg)


def test_evaluate_geom_refuses_bad_parameters():
    model = GaussianSpatialModel()
    model.sigma.value = -1
    with pytest.raises(ModelError, match=r"sigma = -1.0 deg must be positive"):
        model.evaluate_geom(Pixels([0.0], [0.0], "icrs"))


def test_longitudes_may_be_negative():
    model = GaussianSpatialModel(lon_0="-0.5 deg", frame="galactic")
    assert model.position.l == 359.5 * u.deg
    assert model(359.5 * u.deg, 0 * u.deg) == model(-0.5 * u.deg, 0 * u.deg)


def test_numbers_without_a_unit_are_refused():
    with pytest.raises(ParameterError, match=r"write lon_0='83.6 deg'"):
        GaussianSpatialModel(lon_0=83.6)
