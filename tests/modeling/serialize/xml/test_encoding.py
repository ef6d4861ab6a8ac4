import math
from pathlib import Path

import astropy.units as u
import pytest
from lxml import etree

from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError, differ
from gammapy.modeling.serialize.xml.factor import AS_IT_IS, RULES
from gammapy.modeling.serialize.xml.form import UNITS, Slot

INVERSE = Slot("lambda_", UNITS["1/MeV"], RULES["1/"])


def attributes(parameter, slot, dialect="gammalib") -> dict[str, str]:
    lines: list[str] = []
    found = Encoder(dialect, lines.append).again("x", parameter, slot)
    assert lines == []
    return dict(found.attrib)


@pytest.mark.parametrize(
    ("value", "unit", "rule", "expected"),
    [
        (3.5e-17, "N", "", ("3.5", "1e-17")),
        (-3.5e-17, "N", "", ("-3.5", "1e-17")),
        (2.4, "1", "-", ("2.4", "-1")),
        (-2.4, "1", "-", ("-2.4", "-1")),
        (2.4, "1", "", ("2.4", "1")),
        (3e5, "MeV", "", ("3", "100000")),
        (99999.0, "MeV", "", ("99999", "1")),
        (0.0, "N", "", ("0", "1")),
        (1e-5, "deg", "", ("1e-05", "1")),
        (1e-200, "N", "", ("1e-200", "1")),
        (1e-6, "1/MeV", "1/", ("1", "1000000")),
    ],
)
def test_scales(value, unit, rule, expected):
    """Powers of ten for small and large numbers, negative for an index, none for an angle."""
    parameter = Parameter("x", value, unit=UNITS[unit])
    found = attributes(parameter, Slot("x", UNITS[unit], RULES[rule]))
    assert (found["value"], found["scale"]) == expected
    assert found["free"] == "1"
    assert "error" not in found


def test_bounds_of_fermi_are_always_there():
    parameter = Parameter("x", 2.4, min=1, frozen=True)
    found = attributes(parameter, Slot("x", UNITS["1"], RULES["-"]), "fermi")
    assert (found["min"], found["max"], found["free"]) == ("1", "3.40282e+38", "0")
    assert "max" not in attributes(parameter, Slot("x", UNITS["1"], RULES["-"]))


def test_a_bound_that_would_be_none_on_the_scale():
    parameter = Parameter("x", 1e-30, max=1e20)
    found = attributes(parameter, Slot("x", UNITS["1"], AS_IT_IS))
    assert (found["value"], found["scale"], found["max"]) == ("1e-30", "1", "1e+20")


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(0.0, math.nan, math.nan), (1.0, -1, 2), (-1.0, -2, 1), (1.0, -1, math.nan)],
)
def test_no_inverse_of_zero(value, low, high):
    parameter = Parameter("lambda_", value, unit="MeV-1", min=low, max=high)
    with pytest.raises(UnsaidError, match=r"x is the inverse of lambda_ \(.*, which must not be z"):
        attributes(parameter, INVERSE)


def test_an_inverse_with_a_bound_of_zero_has_none():
    parameter = Parameter("lambda_", 2.0, unit="MeV-1", min=0, max=4)
    found = attributes(parameter, INVERSE)
    assert (found["value"], found["min"]) == ("0.5", "0.25")
    assert "max" not in found


def test_units_are_those_of_the_file():
    found = attributes(Parameter("x", "3 GeV", max=4), Slot("x", u.MeV, AS_IT_IS))
    assert (found["value"], found["scale"], found["max"]) == ("3000", "1", "4000")


def test_numbers_are_fixed():
    parent = etree.Element("node")
    Encoder("gammalib", print).number(parent, "Energy", 1e6)
    expected = {"name": "Energy", "value": "1", "scale": "1000000", "free": "0"}
    assert dict(parent[0].attrib) == expected


@pytest.mark.parametrize(
    ("filename", "stated"),
    [
        ("/data/models/map.fits", "map.fits"),
        ("/data/models/sub/map.fits", "sub/map.fits"),
        ("/data/map.fits", "/data/map.fits"),
        ("$X/map.fits", "$X/map.fits"),
        ("map.fits", "map.fits"),
    ],
)
def test_names_of_files(filename, stated):
    assert Encoder("gammalib", print, Path("/data/models")).stated(filename) == stated
    assert Encoder("gammalib", print).stated(filename) == filename


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [("1 deg", "60 arcmin", False), ("1 deg", "1.001 deg", True), ("0 deg", "1e-12 deg", False)],
)
def test_differ(one, other, answer):
    assert differ(Parameter("a", one), Parameter("b", other)) is answer
