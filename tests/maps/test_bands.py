"""Tables of axes."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.errors import FileFormatError
from gammapy.maps import MapAxes, MapAxis, TimeMapAxis
from gammapy.maps.bands import axis_cards, bands_table, read_bands, read_bounds, read_nodes

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2, 5] * u.deg, name="rad")
TRUE = MapAxis.from_nodes([1, 2, 5] * u.GeV, interp="log", name="energy_true")
ONE = MapAxis([3, 4] * u.deg, name="one")
TIME = TimeMapAxis([0, 2] * u.d, [1, 4] * u.d, Time(55555.25, format="mjd", scale="tt"))


@pytest.mark.parametrize(
    "axes",
    [
        [ENERGY],
        [ENERGY, RAD],
        [RAD, ENERGY, TRUE],
        [ONE, ENERGY],  # a single bin, repeated
        [ENERGY, ONE],
        [ONE, ENERGY, ONE.copy(name="two")],
        [TRUE, TIME],
        [TIME, RAD],
    ],
)
def test_round_trip(axes):
    table = bands_table(MapAxes(axes), "X_BANDS")
    assert len(table.data) == np.prod([axis.nbin for axis in axes])
    found = read_bands(table, {}, "a.fits: X_BANDS")
    assert found == axes
    for axis, original in zip(found, axes, strict=True):
        assert getattr(axis, "node_type", None) == getattr(original, "node_type", None)


def test_layout():
    table = bands_table(MapAxes([ENERGY, TRUE]), "X")
    assert table.columns.names[:4] == ["CHANNEL", "ENERGY", "E_MIN", "E_MAX"]
    assert table.header["AXCOLS1"] == "E_MIN,E_MAX"
    assert table.header["AXCOLS2"] == "ENERGY_TRUE"
    assert table.header["INTERP2"] == "log"
    np.testing.assert_allclose(table.data["E_MIN"][:5], [1, 2, 4, 8, 1])
    cards = axis_cards([TIME])
    assert (cards["MJDREFI"], cards["MJDREFF"], cards["TIMESYS"]) == (55555, 0.25, "tt")


def table_of(columns, cards=None, name="X"):
    made = [fits.Column(n, "D", unit=unit, array=values) for n, unit, values in columns]
    hdu = fits.BinTableHDU.from_columns(made, name=name)
    hdu.header.update(cards or {})
    return hdu


def test_cards_of_the_image_count_where_the_table_has_none():
    table = table_of([("E_MIN", "TeV", [1, 2.0]), ("E_MAX", "TeV", [2, 4.0])])
    (axis,) = read_bands(table, {"AXCOLS1": "E_MIN,E_MAX", "INTERP1": "log"}, "x")
    assert (axis.name, axis.interp) == ("energy", "log")
    (guessed,) = read_bands(table, {}, "x")
    assert guessed == axis


def test_units_of_the_two_edges_may_differ():
    table = table_of([("E_MIN", "TeV", [1, 2.0]), ("E_MAX", "GeV", [2000, 4000.0])])
    assert read_bounds(table, "x").edges.to_value("TeV") == pytest.approx([1, 2, 4])


@pytest.mark.parametrize(
    ("read", "columns", "expected"),
    [
        (read_bounds, [("E_MIN", None, [1, 2.0]), ("E_MAX", None, [2, 4.0])], [1, 2, 4] * u.keV),
        (read_nodes, [("Energy", None, [1, 10.0])], np.geomspace(1, 10, 5)[[0, 4]] * u.MeV),
        (read_nodes, [("CHANNEL", None, [0, 1]), ("E", "GeV", [1, 10.0])], [1, 10] * u.GeV),
    ],
)
def test_units_that_are_not_stated(read, columns, expected):
    axis = read(table_of(columns), "x")
    found = axis.edges if read is read_bounds else axis.center
    np.testing.assert_allclose(found.to_value(expected.unit), expected.value)


def test_single_precision_and_a_log_axis_from_zero():
    edges = np.float32([0, 0.1, 0.3])
    table = table_of(
        [("RAD_MIN", "deg", edges[:-1].astype(float)), ("RAD_MAX", "deg", [0.10000001, 0.3])],
        {"AXCOLS1": "RAD_MIN,RAD_MAX", "INTERP1": "log"},
    )
    (axis,) = read_bands(table, {}, "x")
    assert (axis.interp, axis.nbin) == ("lin", 2)
    old = table_of([("THETA", "deg", [0.1, 0.2])], {"AXCOLS1": "THETA"})
    assert read_bands(old, {}, "x")[0].name == "rad"


@pytest.mark.parametrize(
    ("columns", "cards", "text"),
    [
        ([("A", "", [1.0])], {}, "no card AXCOLS1"),
        ([("A", "", [1.0, 2])], {"AXCOLS1": "B"}, "no column B"),
        ([("A", "x y z", [1.0, 2])], {"AXCOLS1": "A"}, "column A"),
        ([("A", "", [1.0, np.nan])], {"AXCOLS1": "A"}, "columns A"),
        (
            [("A_MIN", "", [1.0, 3]), ("A_MAX", "", [2.0, 4])],
            {"AXCOLS1": "A_MIN,A_MAX"},
            "must end where the next one starts",
        ),
        (
            [("A_MIN", "s", [1.0, 3]), ("A_MAX", "m", [3.0, 4])],
            {"AXCOLS1": "A_MIN,A_MAX"},
            "units must convert",
        ),
        (
            [("A", "", [1.0, 2, 1]), ("B", "", [1.0, 1, 2])],
            {"AXCOLS1": "A", "AXCOLS2": "B"},
            "3 rows, and axes",
        ),
        ([("TIME_MIN", "s", [1.0])], {"AXCOLS1": "TIME_MIN", "MJDREFI": 1}, "start and end"),
    ],
)
def test_broken(columns, cards, text):
    with pytest.raises(FileFormatError, match=text):
        read_bands(table_of(columns, cards), {}, "a.fits: X")
    if "AXCOLS1" not in cards:
        with pytest.raises(FileFormatError, match="no column E_MIN"):
            read_bounds(table_of(columns), "x")
