"""Sums of shapes."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, ParameterError, UnknownNameError
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    CompoundSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    PointSpatialModel,
    SpatialModel,
)

LON, LAT = [0.0, 0.2, 359.8] * u.deg, [0.0, -0.1, 0.3] * u.deg
a = GaussianSpatialModel(sigma="0.3 deg")
b = DiskSpatialModel(lon_0="0.1 deg", r_0="0.5 deg", edge_width=0.3)


def test_weights():
    found = (0.3 * a + 0.6 * b)(LON, LAT)
    expected = (a(LON, LAT) + 2 * b(LON, LAT)) / 3
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-14)
    np.testing.assert_allclose((a + b)(LON, LAT).value, (a(LON, LAT) + b(LON, LAT)).value / 2)
    np.testing.assert_allclose((a * 5)(LON, LAT).value, a(LON, LAT).value, rtol=1e-14)


def test_sums_of_sums_are_flat():
    model = 2 * (0.5 * a + b) + (a + 3 * b)
    assert [norm.value for norm in model.norms] == [1, 2, 1, 3]
    assert model.models == [a, b, a, b]


def test_a_sum_shares_the_norms_of_its_parts():
    inner = 0.5 * a + b
    assert (inner + a).norms[:2] == inner.norms


def test_parameters():
    model = 0.3 * a.copy() + b.copy()
    assert list(model.own_parameters)[:3] == ["norm1", "model1.lon_0", "model1.lat_0"]
    assert model.own_parameters["norm2"].frozen
    shared = Parameter("norm", 0.7)
    model.share_parameter("norm1", shared)
    assert model.norms[0] is shared
    model.share_parameter("model2.r_0", model.models[0].sigma)
    assert model.models[1].r_0 is model.models[0].sigma
    with pytest.raises(UnknownNameError, match="no parameter 'norm3'"):
        model.share_parameter("norm3", shared)
    with pytest.raises(ModelError, match=r"norm1 = 0.3: give a Parameter"):
        model.share_parameter("norm1", 0.3)


def test_frames_may_differ():
    far = GaussianSpatialModel.from_position(a.position.galactic, sigma="0.3 deg")
    assert far.frame == "galactic"
    one, two = a + b, far + b
    assert two.frame == "galactic"
    points = a.position.directional_offset_by([0, 50, 200] * u.deg, [0, 0.2, 0.4] * u.deg)
    there = points.galactic
    np.testing.assert_allclose(
        two(there.l, there.b).value, one(points.ra, points.dec).value, rtol=1e-9
    )
    back = CompoundSpatialModel([far, b], frame="icrs")
    np.testing.assert_allclose(
        back(points.ra, points.dec).value, one(points.ra, points.dec).value, rtol=1e-9
    )


def test_place():
    left = GaussianSpatialModel(lon_0="359 deg", sigma="0.1 deg")
    right = GaussianSpatialModel(lon_0="1 deg", sigma="0.2 deg")
    model = left + 3 * right
    assert model.position.ra.deg == pytest.approx(0.5, abs=1e-3)
    radius = model.evaluation_radius.to_value("deg")
    assert radius == pytest.approx(1.5 + 0.5, abs=1e-3)
    assert model.evaluation_bin_size_min == left.evaluation_bin_size_min
    sky = left + ConstantSpatialModel()
    assert sky.position is None
    assert sky.evaluation_radius is None


def test_region_is_the_union():
    region = (a + b).to_region()
    assert region.region1 == a.to_region()
    assert region.region2 == b.to_region()


def test_a_point_among_others_has_no_values():
    model = PointSpatialModel() + a
    assert model.evaluation_radius == a.evaluation_radius
    with pytest.raises(ModelError, match="delta function"):
        model(0 * u.deg, 0 * u.deg)


class Energetic(SpatialModel):
    @staticmethod
    def evaluate(lon, lat, energy):
        return energy + lon + lat


def test_what_cannot_be_added():
    with pytest.raises(ModelError, match="5 cannot be added to spatial models"):
        a + 5
    with pytest.raises(ModelError, match="the norm must be a number"):
        "x" * a
    with pytest.raises(ModelError, match="the norm must be a number"):
        a * b
    with pytest.raises(ModelError, match="no shape in sr-1 that is the same at all energies"):
        a + Energetic()
    with pytest.raises(ModelError, match="1 norms for 2 models"):
        CompoundSpatialModel([a, b], [1.0])
    with pytest.raises(ModelError, match="0 norms for 0 models"):
        CompoundSpatialModel([])
    with pytest.raises(ModelError, match="'altaz'"):
        CompoundSpatialModel([a], frame="altaz")
    with pytest.raises(ParameterError):
        CompoundSpatialModel([a], [np.nan])


@pytest.mark.parametrize("norms", [(0.0, 0.0), (-0.1, 1.0)])
def test_bad_norms(norms):
    model = CompoundSpatialModel([a, b], norms)
    with pytest.raises(ModelError, match="must not be negative, nor all of them zero"):
        model(0 * u.deg, 0 * u.deg)


def test_bad_values_of_a_part():
    model = a.copy() + b
    model.models[0].sigma.value = -1
    with pytest.raises(ModelError, match=r"GaussianSpatialModel: sigma = -1.0 deg"):
        model(0 * u.deg, 0 * u.deg)
