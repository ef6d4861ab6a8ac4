"""Means over pointings, each of which counts with its exposure."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, UnknownNameError
from gammapy.makers.exposure_mean import mean_by_exposure
from gammapy.maps import MapAxis, WcsGeom
from tests.irf import made
from tests.makers.pointed import groups, responses

TRUE = MapAxis.from_energy_bounds("0.2 TeV", "20 TeV", 4, name="energy_true")
RAD = MapAxis.from_bounds(0, 1, 3, name="rad", unit="deg")
GEOM = WcsGeom.create(skydir=(266, -29), npix=(30, 9), binsz=0.5, axes=[RAD, TRUE])
TABLES = responses()


def values(psf, offset):
    """A number for each response, times one for each radius."""
    number = 3.0 if psf is TABLES["one"]["psf"] else 5.0
    return number * np.ones((len(offset), TRUE.nbin, 1)) * [1.0, 2.0, 4.0]


def test_beside_a_loop_over_the_groups():
    mean, exposure = mean_by_exposure(groups(), TABLES, "psf", values, GEOM, unit="sr-1")
    assert (mean.unit, exposure.unit) == ("sr-1", "m2 s")
    assert exposure.geom.axes.names == ["rad", "energy_true"]
    places = GEOM.to_image().get_coord().skycoord
    seen, whole = np.zeros((2, TRUE.nbin, *places.shape))
    for group in groups():
        offset = places.separation(SkyCoord(group.lon, group.lat, unit="deg")).deg
        area = TABLES[group.response]["aeff"].area(TRUE.center.value, offset.ravel()[:, None])
        area = np.where(offset <= 3, area.T.reshape(seen.shape), 0) * 1e-4
        seen += group.livetime * area
        whole += group.livetime * area * (3.0 if group.response == "one" else 5.0)
    np.testing.assert_allclose(exposure.data[:, 0], seen, rtol=2e-3)
    there = seen > 0
    assert 0 < there.mean() < 1
    expected = np.divide(whole, seen, out=np.zeros_like(seen), where=there)
    for i, factor in enumerate([1.0, 2.0, 4.0]):
        np.testing.assert_allclose(mean.data[:, i], factor * expected, rtol=2e-3)


def test_what_is_refused():
    with pytest.raises(DataError, match="no pointings"):
        mean_by_exposure([], TABLES, "psf", values, GEOM)
    with pytest.raises(UnknownNameError, match="no response 'one'"):
        mean_by_exposure(groups(), {"two": TABLES["two"]}, "psf", values, GEOM)
    with pytest.raises(UnknownNameError, match="has no 'aeff'"):
        mean_by_exposure(groups(), {n: {"psf": made.gauss()} for n in TABLES}, "psf", values, GEOM)
