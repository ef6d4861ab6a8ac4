import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import UnitMismatchError
from gammapy.units import as_quantity, internal_factor, internal_unit, parse_unit, strip


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("GeV", "TeV"),
        ("erg", "TeV"),
        ("m", "cm"),
        ("h", "s"),
        ("MeV-1 m-2 h-1", "TeV-1 cm-2 s-1"),
        ("erg m-2 s-1", "TeV cm-2 s-1"),
        ("GeV-1 km-2 yr-1 sr-1", "TeV-1 cm-2 s-1 sr-1"),
        ("arcmin", "deg"),
        ("rad-1", "deg-1"),
        ("deg2", "sr"),
        ("rad-2", "sr-1"),
        ("deg-3", "deg-3"),
        ("Hz", "s-1"),
        ("%", ""),
        ("", ""),
        ("MeV / TeV", ""),
        ("TeV cm-2 s-1 / (MeV cm-2 s-1)", ""),
        ("GeV2 cm-5", "TeV2 cm-5"),
    ],
)
def test_internal_unit(unit, expected):
    unit, expected = u.Unit(unit), u.Unit(expected)
    assert internal_unit(unit) == expected
    assert internal_unit(internal_unit(unit)) == expected
    assert internal_factor(unit) == pytest.approx(unit.to(expected), rel=1e-14)


@pytest.mark.parametrize("unit", ["kg", "solMass", "g", "G", "uG", "K", "ph cm-2", "mag"])
def test_units_outside_the_list_stay(unit):
    assert internal_unit(u.Unit(unit)) == u.Unit(unit)
    assert internal_factor(u.Unit(unit)) == 1


@pytest.mark.parametrize("unit", ["TeV", u.TeV, 1 * u.TeV])
def test_parse_unit(unit):
    assert parse_unit(unit) == u.TeV


@pytest.mark.parametrize("unit", [None, "", u.one])
def test_no_unit(unit):
    assert parse_unit(unit) == u.dimensionless_unscaled


@pytest.mark.parametrize("unit", ["TeVV", "cm--2", 3, 2.5, 1j], ids=str)
def test_parse_unit_says_what_came_and_how_to_write_it(unit):
    with pytest.raises(UnitMismatchError, match=r"is not a unit.*cm-2 s-1 TeV-1"):
        parse_unit(unit)


@pytest.mark.parametrize(
    "value", ["3 TeV", 3 * u.TeV, 3e3 * u.GeV, u.Quantity(3, u.TeV, dtype=int)]
)
def test_as_quantity(value):
    assert as_quantity(value, "x", u.GeV).to_value("TeV") == pytest.approx(3)


def test_as_quantity_is_in_double_precision():
    values = np.array([0.1, 0.7], dtype=">f4") * u.TeV
    assert as_quantity(values, "x", u.TeV).dtype == np.dtype("f8")
    assert strip(values, "x", u.TeV).dtype == np.dtype("f8")


def test_strip():
    np.testing.assert_allclose(strip([1, 2] * u.GeV, "x", u.MeV), [1e-3, 2e-3])
    assert strip("1 m2", "area", u.cm**2) == pytest.approx(1e4)


def test_strip_does_not_hand_out_the_users_array():
    values = [1.0, 2.0] * u.TeV
    strip(values, "x", u.TeV)[0] = 5
    assert values[0] == 1 * u.TeV


@pytest.mark.parametrize("value", [3, [1, 2], "3", "TeV", 3 * u.cm, None, "x"], ids=str)
def test_wrong_unit_names_the_argument_and_the_way_out(value):
    for function in (as_quantity, strip):
        with pytest.raises(UnitMismatchError, match=r"area = .* convertible to 'cm2'.*e\.g\."):
            function(value, "area", u.cm**2)


def test_wrong_unit_where_a_number_is_needed():
    with pytest.raises(UnitMismatchError, match="a plain number"):
        strip(3 * u.TeV, "x", u.one)
