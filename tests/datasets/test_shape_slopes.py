"""Steps of positions and sizes, against differences."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.datasets.shape_slopes import size_slope, step_of
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.modeling.models import DiskSpatialModel, GaussianSpatialModel

PLACES = [(0.0, 0.0), (359.99, 4.0), (83.6, 22.0), (120.0, 78.0), (266.4, -29.0)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("frames", [("galactic",) * 2, ("icrs", "galactic"), ("galactic", "icrs")])
@pytest.mark.parametrize("name", ["lon_0", "lat_0"])
def test_step(place, frames, name):
    """By positions of astropy, an arc second away."""
    own, frame = frames
    model = GaussianSpatialModel(
        lon_0=f"{place[0]} deg", lat_0=f"{place[1]} deg", sigma="1 deg", frame=own
    )
    step = 1 / 3600
    sides = [
        SkyCoord(
            place[0] + sign * step * (name == "lon_0"),
            place[1] + sign * step * (name == "lat_0"),
            unit="deg",
            frame=own,
        ).transform_to(frame)
        for sign in (1, -1)
    ]
    here = SkyCoord(*place, unit="deg", frame=own).transform_to(frame).spherical
    axes = tangent_axes(here.lon.deg, here.lat.deg)
    expected = np.rad2deg(axes[:2] @ (sides[0].cartesian - sides[1].cartesian).xyz.value)
    assert_allclose(step_of(model, name, axes, frame), expected / (2 * step), rtol=0, atol=1e-8)


def test_a_degree_of_longitude_is_shorter_at_high_latitudes():
    model = GaussianSpatialModel(lon_0="120 deg", lat_0="60 deg", sigma="1 deg", frame="galactic")
    axes = tangent_axes(120.0, 60.0)
    assert_allclose(step_of(model, "lon_0", axes, "galactic"), [0.5, 0.0], atol=1e-15)
    assert_allclose(step_of(model, "lat_0", axes, "galactic"), [0.0, 1.0], atol=1e-15)


def cube(model):
    """Something smooth of a size in deg."""
    return np.array([1.0, 2.0]) * model.sigma.quantity.to_value("deg") ** 3


@pytest.mark.parametrize(("sigma", "value"), [("0.3 deg", 0.3), ("18 arcmin", 0.3), ("0 deg", 0.0)])
def test_size(sigma, value):
    """In internal units, whatever the unit is."""
    model = GaussianSpatialModel(sigma=sigma)
    expected = 3 * value**2 * np.array([1.0, 2.0])
    assert_allclose(size_slope(model, "sigma", cube), expected, rtol=1e-7, atol=1e-6)


def test_a_bound_does_not_stop_the_step():
    """The derivative at a bound is that of both sides."""
    model = GaussianSpatialModel(sigma="0.3 deg")
    model.sigma.min, model.sigma.max = 0.3, 0.3
    assert_allclose(size_slope(model, "sigma", cube), [0.27, 0.54], rtol=1e-7)


def test_the_model_stays_as_it_is():
    model = DiskSpatialModel(r_0="0.3 deg", edge_width=0.02)
    model.edge_width.min = 0.01
    seen = []
    size_slope(model, "edge_width", lambda changed: seen.append(changed) or np.zeros(1))
    assert (model.edge_width.value, model.edge_width.min) == (0.02, 0.01)
    values = sorted(changed.edge_width.value for changed in seen)
    assert values[0] < 0.02 < values[1]
    assert all(changed.r_0.value == 0.3 for changed in seen)
