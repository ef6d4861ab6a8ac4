"""Maps of what one pointing sees."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.makers.one_pointing import put_by_offset
from gammapy.maps import Map, MapAxis, RegionGeom, WcsGeom
from tests.irf import made

POINTING = SkyCoord(266.0, -29.0, unit="deg")
AXES = [MapAxis.from_bounds(0, 1, 2, name="a"), MapAxis.from_bounds(0, 1, 3, name="b")]


def slanted(offset):
    """A number [n, 3, 2] for each bin."""
    return np.arange(6.0).reshape(3, 2) + offset[:, None, None]


def test_values_by_offset_up_to_the_last_of_the_response():
    geom = WcsGeom.create(skydir=POINTING, npix=(61, 55), binsz=0.16, axes=AXES, frame="galactic")
    found = Map.from_geom(geom)
    put_by_offset(found, POINTING, made.area(), slanted)  # to 3 deg; in several blocks
    offset = geom.to_image().separation(POINTING).deg
    expected = np.where(
        offset <= 3, np.moveaxis(slanted(offset.ravel()), 0, -1).reshape(3, 2, *offset.shape), 0
    )
    assert 0 < np.mean(offset <= 3) < 1
    np.testing.assert_allclose(found.data, expected, atol=1e-9)


def test_out_of_reach_stays_zero():
    found = Map.create(skydir=(100, 0), npix=5, binsz=0.1, axes=AXES)
    put_by_offset(found, POINTING, made.area(), lambda offset: 1 / 0)
    assert not np.any(found.data)


def test_region_is_its_centre_or_a_mean():
    geom = RegionGeom.create("icrs;circle(266, -29, 0.6)", axes=AXES)
    centre, mean = Map.from_geom(geom), Map.from_geom(geom)
    put_by_offset(centre, POINTING, made.area(), slanted)
    put_by_offset(mean, POINTING, made.area(), slanted, use_region_center=False)
    np.testing.assert_allclose(centre.data[..., 0, 0], np.arange(6.0).reshape(3, 2), atol=1e-9)
    # mean distance from the centre of a disc
    np.testing.assert_allclose(mean.data - centre.data, 0.6 * 2 / 3, rtol=0.01)


def test_pointing_is_a_position():
    with pytest.raises(DataError, match="one finite position"):
        put_by_offset(Map.create(npix=2, axes=AXES), "here", made.area(), slanted)
