"""Values at places of a map on a region; those of maps of the sky are in test_wcs_map."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis, MapCoord, RegionNDMap

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2] * u.deg, name="rad")
REGION = "icrs;circle(83.63, 22.01, 0.5)"
IN, OUT = SkyCoord(83.6, 22, unit="deg"), SkyCoord(85, 22, unit="deg")


def counting(region=REGION, axes=(ENERGY,)):
    found = RegionNDMap.create(region, list(axes), unit="s")
    found.data += np.arange(found.data.size).reshape(found.data.shape)
    return found


def test_values():
    found = counting()
    assert found.get_by_coord({"skycoord": IN, "energy": [1.5, 9] * u.TeV}).tolist() == [0, 3]
    outside = found.get_by_coord({"skycoord": OUT, "energy": 1.5 * u.TeV})
    assert np.isnan(outside).all()
    # without a place on the sky, somewhere in the region
    assert found.get_by_coord({"energy": [1.5, 9] * u.TeV}).tolist() == [0, 3]
    assert counting(None).get_by_coord({"skycoord": OUT, "energy": 9 * u.TeV}).tolist() == [3]
    assert found.get_by_idx((0, 0, 2)) == 2


def test_between_bins():
    table = counting(axes=[RAD, ENERGY])
    found = table.interp_by_coord({"energy": [2**1.5, 4] * u.TeV, "rad": [0.5, 1] * u.deg})
    assert found == pytest.approx([2, 2 * 1.5 + 0.5])
    near = table.interp_by_coord({"energy": 2.2 * u.TeV, "rad": 0.7 * u.deg}, method="nearest")
    assert near.tolist() == [2]
    outside = table.interp_by_coord({"energy": 50 * u.TeV, "rad": 1 * u.deg}, fill_value=7)
    assert outside.tolist() == [7]
    with pytest.raises(OptionError, match="method = 'cubic'"):
        table.interp_by_coord({"energy": 2 * u.TeV, "rad": 1 * u.deg}, method="cubic")


def test_events():
    class Events:
        def map_coord(self, geom):
            assert geom.axes.names == ["energy"]
            place = SkyCoord([83.6, 83.6, 85], [22, 22, 22], unit="deg")
            return MapCoord.create({"skycoord": place, "energy": [1.5, 9, 9] * u.TeV}, geom.frame)

    for made in (
        RegionNDMap.create(REGION, [ENERGY]),
        Map.create(npix=5, binsz=0.1, skydir=(83.6, 22), axes=[ENERGY]),
    ):
        made.fill_events(Events())
        assert made.data.sum(axis=(1, 2)).tolist() == [1, 0, 0, 1]
        made.fill_events(Events(), weights=[2, 0, 5])
        assert made.data.sum(axis=(1, 2)).tolist() == [3, 0, 0, 1]


def test_changes():
    found = RegionNDMap.create(REGION, [ENERGY])
    places = SkyCoord([83.6, 83.6, 85], [22, 22.1, 22], unit="deg")
    found.fill_by_coord({"skycoord": places, "energy": [3, 3, 3] * u.TeV})
    assert found.values.tolist() == [0, 2, 0, 0]  # the one outside counts nowhere
    found.fill_by_coord({"energy": [1, 20] * u.TeV}, weights=[0.5, 1])
    assert found.values.tolist() == [0.5, 2, 0, 0]
    found.set_by_coord({"energy": 9 * u.TeV}, 5)
    assert found.values.tolist() == [0.5, 2, 0, 5]
    with pytest.raises(DataError, match="-1 means outside"):
        found.set_by_coord({"energy": 99 * u.TeV}, 5)
    found.set_by_idx((0, 0, 2), 1)
    assert found.get_image_by_coord({"energy": 5 * u.TeV}).data.tolist() == [[1]]
