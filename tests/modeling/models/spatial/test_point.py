"""A point."""

import astropy.units as u
import pytest
from regions import PointSkyRegion

from gammapy.errors import ModelError
from gammapy.modeling.models import PointSpatialModel


def test_place():
    model = PointSpatialModel(lon_0="-0.5 deg", lat_0="1 deg", frame="galactic")
    region = model.to_region()
    assert isinstance(region, PointSkyRegion)
    assert region.center.l == 359.5 * u.deg
    assert model.evaluation_radius == 0 * u.deg


def test_beyond_a_pole():
    model = PointSpatialModel()
    model.lat_0.value = 91
    with pytest.raises(ModelError, match=r"lat_0 = 91.0 deg must be within -90 and 90 deg"):
        model.to_region()
