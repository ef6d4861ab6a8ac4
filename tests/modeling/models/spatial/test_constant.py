"""Constant brightness."""

import astropy.units as u
import numpy as np

from gammapy.modeling.models import ConstantFluxSpatialModel, ConstantSpatialModel

LON, LAT = [[0.0], [200.0]] * u.deg, [-90.0, 0.0, 45.0] * u.deg


def test_constant():
    model = ConstantSpatialModel(value="3 deg-2")
    found = model(LON, LAT)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found.to_value("deg-2"), 3, rtol=1e-14)
    assert ConstantSpatialModel().value.frozen


def test_constant_flux():
    found = ConstantFluxSpatialModel()(LON, LAT)
    np.testing.assert_array_equal(found, np.ones((2, 3)) / u.sr)
    assert len(ConstantFluxSpatialModel().parameters) == 0
    integers = ConstantFluxSpatialModel.evaluate(np.array([1, 2]), np.array([3, 4]))
    assert integers.dtype == float
