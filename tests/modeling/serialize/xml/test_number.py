import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gammapy.modeling.serialize.xml.number import (
    NoNumberError,
    parse_number,
    write_number,
    write_scaled,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("1", 1.0), ("+5.0", 5.0), (" 1.0 ", 1.0), ("-0", 0.0), ("1e06", 1e6), ("1e+3", 1000.0)],
        *[("2.48", 2.48), (".5", 0.5), ("1.E-3", 1e-3)],
    ],
)
def test_plain_numbers(text, value):
    assert parse_number(text) == (value, None)


@pytest.mark.parametrize(
    ("text", "value"), [("1-06", 1e-6), ("-2.5-12", -2.5e-12), (" 1-09", 1e-9), ("1.-07", 1e-7)]
)
def test_a_lost_letter_is_put_back_and_told(text, value):
    found, odd = parse_number(text)
    assert found == value
    assert "has lost the letter of its exponent" in odd


def test_nan_is_no_error_here():
    found, odd = parse_number("nan")
    assert math.isnan(found)
    assert odd is None


@pytest.mark.parametrize(
    "text", ["", "abc", "1,5", "1-6", "1-006", "1+06", "(1, 2)", "0x10", "--1"]
)
def test_no_number(text):
    with pytest.raises(NoNumberError, match="is no number"):
        parse_number(text)


@given(finite)
def test_written_numbers_come_back(value):
    assert float(write_number(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.1, "0.1"), (1e-7, "1e-07"), (1e300, "1e+300"), (-3.0, "-3")]
)
def test_short(value, text):
    assert write_number(value) == text


@given(finite, st.integers(-30, 30), st.sampled_from([1.0, -1.0]))
def test_a_scale_costs_no_more_than_rounding(number, exponent, sign):
    scale = sign * 10.0**exponent
    if number == 0 or (abs(number) < 1e290 and 1e-290 < abs(number / scale) < 1e290):
        back = float(write_scaled(number, scale)) * scale
        assert math.isclose(back, number, rel_tol=3e-16)


@pytest.mark.parametrize(
    ("number", "scale"), [(1000 * 1e-9, 1e-9), (5.7 * 1e-16, 1e-16), (0.3 * 1e6, 1e6)]
)
def test_no_noise_of_a_division(number, scale):
    assert len(write_scaled(number, scale)) <= 4
