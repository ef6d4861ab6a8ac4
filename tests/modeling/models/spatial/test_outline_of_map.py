"""Where maps lie, by the corners that astropy gives."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import ModelError
from gammapy.maps import WcsGeom
from gammapy.modeling.models.spatial.outline_of_map import map_region, outline_of


@pytest.mark.parametrize("proj", ["CAR", "TAN"])
@pytest.mark.parametrize("skydir", [(0.05, 0), (266.4, -28.9), (10, 84)])
def test_outline(proj, skydir):
    geom = WcsGeom.create(
        npix=(20, 31), binsz=(0.2, 0.1), proj=proj, skydir=skydir, frame="galactic"
    )
    found = outline_of(geom.wcs, (31, 20))
    assert found.frame == "galactic"
    center = SkyCoord(*found.center, unit="deg", frame="galactic")
    assert center.separation(geom.center_skydir).deg < 1e-9
    x, y = np.meshgrid(np.linspace(-0.5, 19.5, 81), np.linspace(-0.5, 30.5, 81))
    all_of_it = SkyCoord(
        *geom.wcs.wcs_pix2world(x.ravel(), y.ravel(), 0), unit="deg", frame="galactic"
    )
    farthest = center.separation(all_of_it).max().deg
    assert found.radius == pytest.approx(farthest, rel=1e-6)
    assert found.pixel == pytest.approx((0.2, 0.1), rel=1e-4)
    assert found.size == pytest.approx((4.0, 3.1), rel=1e-4)
    assert found.angle == pytest.approx(0, abs=1e-6)
    assert map_region(center, found).height.to_value("deg") == found.size[1]


def test_some_of_it_off_the_sky():
    geom = WcsGeom.create(binsz=10, proj="AIT", frame="icrs")
    assert outline_of(geom.wcs, geom.data_shape).radius == 180


def test_centre_off_the_sky():
    geom = WcsGeom.create(npix=(9, 9), binsz=20, proj="SIN", refpix=(40, 5))
    with pytest.raises(ModelError, match="centre of the map, pixel 4, 4, is not on the sky"):
        outline_of(geom.wcs, geom.data_shape)
