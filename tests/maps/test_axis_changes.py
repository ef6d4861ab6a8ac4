"""Axes that are longer, joined, grouped or compared."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.maps import MapAxis

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
NODES = MapAxis.from_nodes([1, 2, 4] * u.TeV, interp="log", name="energy_true")


def test_what_it_is():
    assert ENERGY.bounds.to_value("TeV").tolist() == [1, 16]
    assert ENERGY.is_energy_axis
    assert not MapAxis([0, 1], name="rad").is_energy_axis
    assert MapAxis.from_energy_bounds("1 TeV", "100 TeV", 20).nbin_per_decade == 10
    low, high = list(ENERGY.iter_by_edges)[1]
    assert (low.to_value("TeV"), high.to_value("TeV")) == pytest.approx((2, 4))
    assert ENERGY.assert_name("energy") is None
    with pytest.raises(DataError, match="'energy_true' is needed"):
        ENERGY.assert_name("energy_true")
    assert ENERGY.rename("e").name == "e"


def test_longer():
    found = ENERGY.pad((1, 2))
    assert found.edges.to_value("TeV") == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 64])
    assert (found.name, found.interp) == ("energy", "log")
    assert ENERGY.pad(0) == ENERGY
    wider = NODES.pad(1)
    assert wider.center.to_value("TeV") == pytest.approx([0.5, 1, 2, 4, 8])
    assert wider.node_type == "center"
    assert MapAxis([0, 1, 3], name="x").pad(1).edges.value.tolist() == [-1, 0, 1, 3, 5]
    for bad in (-1, 0.5, (1, 2, 3)):
        with pytest.raises(DataError, match="pad_width"):
            ENERGY.pad(bad)


def test_joined():
    first, second = ENERGY.slice(slice(0, 1)), ENERGY.slice(slice(1, 4))
    assert first.concatenate(second) == ENERGY
    gev = MapAxis(second.edges.to("GeV"), interp="log", name="energy")
    assert first.concatenate(gev) == ENERGY
    assert MapAxis.from_stack([ENERGY.slice(slice(i, i + 1)) for i in range(4)]) == ENERGY
    for other in (first, second.rename("x"), MapAxis([2, 3] * u.s, name="energy")):
        with pytest.raises(DataError, match="cannot be followed"):
            first.concatenate(other)
    with pytest.raises(DataError, match="at least one axis"):
        MapAxis.from_stack([])


@pytest.mark.parametrize(
    ("edges", "starts"),
    [
        ([1, 4, 16], [0, 2, 4]),
        ([2, 4], [1, 2]),
        ([1.3, 3.1, 20], [0, 2, 4]),  # nearest in the logarithm
        ([0.1, 100], [0, 4]),
    ],
)
def test_grouped(edges, starts):
    found, places = ENERGY.grouped(MapAxis.from_energy_edges(edges * u.TeV))
    assert places.tolist() == starts
    np.testing.assert_array_equal(found.edges, ENERGY.edges[starts])
    found, places = ENERGY.grouped(MapAxis.from_energy_edges(np.array(edges) * 1000 * u.GeV))
    assert places.tolist() == starts


def test_not_to_be_grouped():
    for edges in ([1, 1.2, 16], [20, 30], [0.1, 0.5]):
        with pytest.raises(DataError, match="each new bin must hold at least one"):
            ENERGY.grouped(MapAxis.from_energy_edges(edges * u.TeV))
    with pytest.raises(DataError, match="units do not convert"):
        ENERGY.grouped(MapAxis([1, 2] * u.s, name="energy"))
    _, starts = NODES.grouped(MapAxis(NODES.edges[[0, 2, 3]], name="energy_true"))
    assert starts.tolist() == [0, 2, 3]


def test_places():
    assert ENERGY.pix_to_idx([-0.6, -0.5, 0.4, 3.4, 3.6, np.nan]).tolist() == [-1, 0, 0, 3, -1, -1]
    assert ENERGY.pix_to_idx([-3, 9], clip=True).tolist() == [0, 3]
    found = ENERGY.round([1.2, 15] * u.TeV)
    assert found.to_value("TeV") == pytest.approx([1, 16])
    with pytest.raises(DataError, match="is not on"):
        ENERGY.round(17 * u.TeV)
    assert ENERGY.round(17 * u.TeV, clip=True).to_value("TeV") == pytest.approx(16)


def test_aligned():
    assert ENERGY.is_aligned(ENERGY.squash())
    assert ENERGY.is_aligned(MapAxis.from_energy_edges([2000, 8000] * u.GeV))
    assert not ENERGY.is_aligned(ENERGY.upsample(2))
    assert not ENERGY.is_aligned(MapAxis([1, 2] * u.s))
