"""What a map adds to another."""

import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps import MapAxis, RegionNDMap
from gammapy.maps.addition import add_in_place, addend

ENERGY = MapAxis.from_energy_bounds("1 TeV", "4 TeV", 2)


def values(data, unit=""):
    return RegionNDMap.create(axes=[ENERGY], data=data, unit=unit)


def test_what_is_added():
    to, other = values([0.0, 0], "TeV"), values([1.0, np.nan], "GeV")
    assert addend(to, other, None, True).ravel() == pytest.approx([1e-3, 0])
    assert np.isnan(addend(to, other, None, False)[1])
    weights = values([False, True])
    assert addend(to, values([1.0, 2], "TeV"), weights, False).ravel().tolist() == [0, 2]
    with pytest.raises(UnitMismatchError, match="'s' added to one in 'TeV'"):
        addend(to, values([1.0, 2], "s"), None, True)
    with pytest.raises(DataError, match="weights of shape"):
        addend(to, other, np.ones(3), True)
    assert np.isnan(other.data[1])  # is as it was


def test_kinds_of_numbers():
    mask = np.array([True, False])
    add_in_place(mask, np.array([0.0, 2.0]))
    assert mask.tolist() == [True, True]
    counts = np.array([1, 2])
    add_in_place(counts, np.array([3.0, 0.0]))
    assert (counts.tolist(), counts.dtype.kind) == ([4, 2], "i")
    with pytest.raises(DataError, match="not whole"):
        add_in_place(counts, np.array([0.5, 0.0]))
    with pytest.raises(DataError, match="not whole"):
        add_in_place(counts, np.array([np.nan, 0.0]))
