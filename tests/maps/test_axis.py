"""Axes: edges, scales, and what they refuse."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.maps import MapAxes, MapAxis


def test_edges_and_centres():
    axis = MapAxis.from_energy_edges([1, 10, 1000] * u.GeV)
    assert (axis.name, axis.interp, axis.unit) == ("energy", "log", u.GeV)
    assert axis.nbin == len(axis) == 2
    np.testing.assert_allclose(axis.center.value, [10**0.5, 100.0])
    np.testing.assert_allclose(axis.edges_min.value, [1, 10])
    np.testing.assert_allclose(axis.edges_max.value, [10, 1000])
    np.testing.assert_allclose(axis.bin_width.value, [9, 990])
    np.testing.assert_allclose(MapAxis([0, 2, 4]).center.value, [1, 3])
    np.testing.assert_allclose(MapAxis([0, 4], interp="sqrt").center.value, [1])
    assert repr(axis) == "MapAxis('energy', 2 bins, 1 GeV to 1000 GeV, log)"


def test_internal_edges_are_floats_in_tev():
    axis = MapAxis.from_energy_edges([1, 10, 1000] * u.GeV)
    assert type(axis.internal_edges) is np.ndarray
    np.testing.assert_allclose(axis.internal_edges, [1e-3, 1e-2, 1.0])


def test_energy_bounds():
    axis = MapAxis.from_energy_bounds("100 GeV", "10 TeV", 4)
    np.testing.assert_allclose(axis.edges.to_value("TeV"), np.geomspace(0.1, 10, 5))
    assert axis.unit == u.GeV
    true = MapAxis.from_energy_bounds(
        0.1 * u.TeV, 10 * u.TeV, 5, per_decade=True, unit="MeV", name="energy_true"
    )
    assert (true.nbin, true.unit, true.name) == (10, u.MeV, "energy_true")
    np.testing.assert_allclose(true.edges.to_value("TeV")[[0, -1]], [0.1, 10])


@pytest.mark.parametrize(
    ("interp", "low", "high", "middle"),
    [("lin", -1.0, 3.0, 1.0), ("log", 1.0, 100.0, 10.0), ("sqrt", 0.0, 4.0, 1.0)],
)
def test_bounds(interp, low, high, middle):
    axis = MapAxis.from_bounds(low, high, 2, interp=interp, name="x", unit="deg")
    np.testing.assert_allclose(axis.edges.value, [low, middle, high], atol=1e-15)
    assert axis == MapAxis.from_edges([low, middle, high] * u.deg, interp=interp, name="x")


BAD = {
    "one edge": lambda: MapAxis([1.0]),
    "two dimensions": lambda: MapAxis([[1.0, 2.0], [3.0, 4.0]]),
    "not ascending": lambda: MapAxis([1.0, 3.0, 2.0]),
    "equal": lambda: MapAxis([1.0, 1.0]),
    "nan": lambda: MapAxis([1.0, np.nan, 3.0]),
    "inf": lambda: MapAxis([1.0, np.inf]),
    "log of zero": lambda: MapAxis([0.0, 1.0], interp="log"),
    "log of negative": lambda: MapAxis([-1.0, 1.0], interp="log"),
    "sqrt of negative": lambda: MapAxis([-1.0, 1.0], interp="sqrt"),
    "unknown scale": lambda: MapAxis([1.0, 2.0], interp="cubic"),
    "unknown scale of bounds": lambda: MapAxis.from_bounds(1, 2, 3, interp="cubic"),
    "log bounds from zero": lambda: MapAxis.from_bounds(0, 1, 3, interp="log"),
    "sqrt bounds from negative": lambda: MapAxis.from_bounds(-1, 1, 3, interp="sqrt"),
    "crossed bounds": lambda: MapAxis.from_bounds(2, 1, 3),
    "nan bound": lambda: MapAxis.from_bounds(np.nan, 1, 3),
    "no bins": lambda: MapAxis.from_bounds(1, 2, 0),
    "negative bins": lambda: MapAxis.from_energy_bounds("1 TeV", "2 TeV", -2),
    "half bins": lambda: MapAxis.from_energy_bounds("1 TeV", "2 TeV", 2.5),
    "negative energy": lambda: MapAxis.from_energy_bounds("-1 TeV", "2 TeV", 2),
    "crossed energies": lambda: MapAxis.from_energy_bounds("3 TeV", "2 TeV", 2),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_bad_edges(make):
    with pytest.raises(DataError):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: MapAxis.from_energy_edges([1.0, 2.0]),
        lambda: MapAxis.from_energy_edges([1.0, 2.0] * u.m),
        lambda: MapAxis.from_energy_bounds(1.0, 2.0, 3),
        lambda: MapAxis([1.0, 2.0], unit="parsnip"),
    ],
)
def test_bad_units(make):
    with pytest.raises(UnitMismatchError):
        make()


def test_equality():
    axis = MapAxis.from_energy_edges([1, 10] * u.TeV)
    assert axis == MapAxis.from_energy_edges([1000, 10000 * (1 + 1e-9)] * u.GeV)
    assert axis != MapAxis.from_energy_edges([1, 10.01] * u.TeV)
    assert axis.is_allclose(MapAxis.from_energy_edges([1, 10.01] * u.TeV), rtol=0.01)
    assert axis != MapAxis.from_energy_edges([1, 10] * u.TeV, name="energy_true")
    assert axis != MapAxis.from_energy_edges([1, 3, 10] * u.TeV)
    assert axis != MapAxis([1, 10] * u.m, name="energy")
    assert axis != "energy"


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, copy.copy, lambda a: pickle.loads(pickle.dumps(a))]
)
def test_edges_cannot_be_changed(duplicate):
    given = np.array([1.0, 2.0, 4.0])
    axis = MapAxis(given, unit="TeV", name="energy")
    given[0] = 0.5
    twin = duplicate(axis)
    for one in (axis, twin):
        assert one.edges[0] == 1 * u.TeV
        with pytest.raises(ValueError, match="read-only"):
            one.edges.value[0] = 0.5
    assert twin == axis
    assert (twin.interp, twin.unit) == (axis.interp, axis.unit)


def test_axes_by_name():
    energy = MapAxis.from_energy_edges([1, 10] * u.TeV)
    true = MapAxis.from_energy_edges([1, 10] * u.TeV, name="energy_true")
    axes = MapAxes([true, energy])
    assert axes.names == ["energy_true", "energy"]
    assert axes["energy"] is axes[1] is energy
    assert list(axes) == [true, energy]
    with pytest.raises(UnknownNameError, match=r"no axis 'time': known are \['energy_true'"):
        axes["time"]


# -- axes that are known by their centres ----------------------------------------------------


def test_nodes_are_the_centres_and_edges_lie_between():
    axis = MapAxis.from_nodes([1, 2, 10] * u.TeV, interp="log", name="energy")
    assert (axis.node_type, axis.nbin, axis.unit) == ("center", 3, u.TeV)
    np.testing.assert_array_equal(axis.center.value, [1, 2, 10])  # bit for bit
    expected = [1 / 2**0.5, 2**0.5, 20**0.5, 10 * 5**0.5]
    np.testing.assert_allclose(axis.edges.value, expected, rtol=1e-14)
    even = MapAxis.from_nodes([1, 2, 10], name="offset", unit="deg")
    np.testing.assert_allclose(even.edges.to_value("deg"), [0.5, 1.5, 6, 14])
    root = MapAxis.from_nodes([0.01, 1, 4], interp="sqrt")
    np.testing.assert_allclose(root.edges.value, [0, 0.55**2, 2.25, 6.25], atol=1e-14)
    assert MapAxis.from_energy_edges([1, 2] * u.TeV).node_type == "edges"


@pytest.mark.parametrize(
    ("interp", "edges"), [("log", [2 / 10**0.5, 2 * 10**0.5]), ("lin", [1.5, 2.5])]
)
def test_one_node(interp, edges):
    axis = MapAxis.from_nodes(2.0 * u.TeV, interp=interp)
    np.testing.assert_allclose(axis.edges.value, edges)
    assert axis.center.value == [2.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))])
@pytest.mark.parametrize("kind", ["nodes", "center"])
def test_centres_survive_copies(copied, kind):
    axis = MapAxis.from_nodes([1, 2, 10] * u.TeV, interp="log", name="energy")
    if kind == "center":
        axis = MapAxis([1, 2, 10] * u.TeV, "log", "energy", center=[1.1, 9] * u.TeV)
    again = copied(axis)
    assert again == axis
    assert again.node_type == axis.node_type
    np.testing.assert_array_equal(again.center, axis.center)
    with pytest.raises(ValueError, match="read-only"):
        again.center[0] = 3 * u.TeV


def test_axes_with_other_centres_differ():
    edges = [1, 2, 10] * u.TeV
    middle = MapAxis(edges, "log", "energy")
    shifted = MapAxis(edges, "log", "energy", center=[1100, 9000] * u.GeV)
    np.testing.assert_allclose(shifted.center.value, [1.1, 9])
    assert middle != shifted
    assert shifted != middle
    assert shifted == MapAxis(edges, "log", "energy", center=[1.1, 9])
    assert middle == MapAxis(edges, "log", "energy", center=middle.center)


@pytest.mark.parametrize("nodes", [[], [1, 1], [2, 1], [1, np.nan], [[1, 2]]])
def test_nodes_must_ascend(nodes):
    with pytest.raises(DataError, match="nodes must be finite and ascending"):
        MapAxis.from_nodes(nodes)


@pytest.mark.parametrize("interp", ["log", "sqrt"])
def test_nodes_must_be_positive(interp):
    with pytest.raises(DataError, match="positive on a log or sqrt"):
        MapAxis.from_nodes([0, 1], interp=interp)


@pytest.mark.parametrize("center", [[1.5], [0.5, 3], [1.5, 11], [1.5, np.nan]])
def test_a_centre_lies_in_its_bin(center):
    with pytest.raises(DataError, match="one number inside each of the 2 bins"):
        MapAxis([1, 2, 10], center=center)


ENERGY = MapAxis.from_energy_edges([1, 10, 100, 200, 400] * u.TeV)


def test_plain_numbers_with_a_unit():
    assert MapAxis.from_energy_edges([1000, 2000], unit="GeV") == MapAxis.from_energy_edges(
        [1, 2] * u.TeV
    )
    plain = MapAxis.from_energy_bounds(0.1, 10, nbin=4, unit="TeV")
    assert plain == MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", nbin=4)
    converted = MapAxis.from_energy_bounds("100 GeV", 10 * u.TeV, nbin=4, unit="TeV")
    assert converted == plain
    assert converted.unit == u.TeV
    with pytest.raises(UnitMismatchError, match=r"energy_min = <Quantity 0.1 m>"):
        MapAxis.from_energy_bounds(0.1, 10, nbin=4, unit="m")
    with pytest.raises(UnitMismatchError, match="energy_max"):
        MapAxis.from_energy_bounds(0.1, "10 s", nbin=4, unit="TeV")


def test_copy_under_another_name():
    true = ENERGY.copy(name="energy_true")
    assert (true.name, ENERGY.name) == ("energy_true", "energy")
    assert np.all(true.edges == ENERGY.edges)
    assert ENERGY.copy() == ENERGY
    nodes = MapAxis.from_nodes([1, 3] * u.TeV, name="energy", interp="log")
    assert nodes.copy(name="e").node_type == "center"


def test_wider_and_narrower_bins():
    assert ENERGY.squash().edges.to_value("TeV").tolist() == [1, 400]
    assert ENERGY.downsample(2).edges.to_value("TeV").tolist() == [1, 100, 400]
    finer = ENERGY.upsample(2).edges.to_value("TeV")
    np.testing.assert_allclose(
        finer, np.sqrt([1, 10, 100, 1e3, 1e4, 2e4, 4e4, 8e4, 16e4]), rtol=1e-14
    )
    assert ENERGY.upsample(3).downsample(3) == ENERGY
    assert {a.interp for a in (ENERGY.squash(), ENERGY.upsample(2))} == {"log"}
    with pytest.raises(DataError, match="4 bins do not divide by factor = 3"):
        ENERGY.downsample(3)
    for factor in (0, 1.5):
        with pytest.raises(DataError, match="must be a positive whole number"):
            ENERGY.upsample(factor)
        with pytest.raises(DataError, match="must be a positive whole number"):
            ENERGY.downsample(factor)


# -- coordinates and pixels ------------------------------------------------------------------

EDGES = MapAxis.from_energy_edges([1, 10, 100] * u.GeV)
NODES = MapAxis.from_nodes([1, 2, 10] * u.TeV, interp="log", name="energy")


@pytest.mark.parametrize(
    ("axis", "coord", "pix"),
    [
        (EDGES, [1, 10, 100] * u.GeV, [-0.5, 0.5, 1.5]),
        (EDGES, EDGES.center, [0, 1]),
        (EDGES, "0.1 GeV", -1.5),
        (EDGES, 1.0 * u.TeV, 2.5),
        (EDGES, [10.0, 1000.0], [0.5, 2.5]),
        (NODES, NODES.center, [0, 1, 2]),
        (NODES, 2**0.5, 0.5),
        (NODES, 0.5 * u.TeV, -1),
        (NODES, 50 * u.TeV, 3),
        (MapAxis([0, 2, 6], name="x"), [-1.0, 1, 2, 4, 8], [-1, 0, 0.5, 1, 2]),
        (MapAxis([0, 1, 9], interp="sqrt"), [0.25, 4.0], [0, 1]),
        (MapAxis.from_nodes([3.0], name="norm"), [3.0, 4.0], [0, 1]),
    ],
)
def test_pixels(axis, coord, pix):
    np.testing.assert_allclose(axis.coord_to_pix(coord), pix, atol=1e-13)
    back = u.Quantity(coord, axis.unit) if not isinstance(coord, u.Quantity) else coord
    np.testing.assert_allclose(
        axis.pix_to_coord(pix).to_value(axis.unit), back.to_value(axis.unit), atol=1e-12
    )


def test_no_place_on_a_logarithmic_axis():
    found = EDGES.coord_to_pix([0.0, -1.0, np.nan] * u.GeV)
    assert found[0] == -np.inf
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize(
    ("clip", "expected"), [(False, [-1, 0, 1, 1, -1]), (True, [0, 0, 1, 1, 1])]
)
def test_bins_hold_their_lower_edge(clip, expected):
    values = [0.9, 1, 10, 100, 100.1] * u.GeV
    assert EDGES.coord_to_idx(values, clip=clip).tolist() == expected
    assert EDGES.coord_to_idx(np.nan * u.GeV, clip=clip) == -1


def test_wrong_units_of_coordinates():
    for method in (EDGES.coord_to_pix, EDGES.coord_to_idx):
        with pytest.raises(UnitMismatchError, match="axis 'energy': coord"):
            method(1 * u.m)


def test_slices_keep_what_is_known():
    part = NODES.slice(slice(1, None))
    assert part.node_type == "center"
    np.testing.assert_array_equal(part.center.value, [2, 10])
    np.testing.assert_array_equal(part.edges.value, NODES.edges.value[1:])
    assert pickle.loads(pickle.dumps(part)) == part
    assert EDGES.slice(slice(0, 1)) == MapAxis.from_energy_edges([1, 10] * u.GeV)
    with pytest.raises(DataError, match="at least one bin"):
        EDGES.slice(slice(2, 3))
