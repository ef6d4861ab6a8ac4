"""HTML tables: numbers that are read at a glance, escaped text, no empty columns."""

import re

import astropy.units as u
import numpy as np
import pytest

from gammapy.notebook.html_table import MOST_ROWS, heading, measured, number, pairs, table, unit


def plain(html):
    """What is read on the screen, with tags as spaces."""
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html)).strip()


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((2.41878, 0.0943), "2.419 ± 0.094"),
        ((4.2417e-11, 3.28e-12), "(4.24 ± 0.33) × 10 −11"),
        ((1234.56, 12.3), "1235 ± 12"),
        ((123456.0, 1234.0), "(1.235 ± 0.012) × 10 5"),
        ((-0.5, 0.25), "−0.50 ± 0.25"),
        ((1e-12, 3e-12), "(1.0 ± 3.0) × 10 −12"),
        ((1.0, 1e-9), "1.0000000000 ± 0.0000000010"),
        ((2.0, 0.0), "2"),
        ((2.0, np.nan), "2 ± ?"),
        ((2.0, 0.1, 0.09, 0.12), "2.000 +0.120 −0.090"),
        ((2.0, 0.1, np.nan, 0.12), "2.00 ± 0.10"),
        ((4e-11, 1e-12, 9e-13, 1.2e-12), "(4.000 +0.120 −0.090 ) × 10 −11"),
        ((2.0, np.inf), "2"),
        ((np.nan, 0.1), "nan"),
        ((0.0, 0.1), "0.00 ± 0.10"),
    ],
)
def test_values_with_errors(arguments, shown):
    assert plain(measured(*arguments)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (np.int64(7), "7"),
        (0.25, "0.25"),
        (-0.0, "0"),
        (-12345.678, "−12346"),
        (115000.0, "115000"),
        (2.5e7, "2.5 × 10 7"),
        (1e-14, "1 × 10 −14"),
        (np.nan, ""),
        (True, "yes"),
        (False, ""),
        ("a < b", "a &lt; b"),
        (1582.0 * u.s, "1582 s"),
        (np.nan * u.s, ""),
        (3e10 * u.Unit("cm2 s"), "3 × 10 10 cm² s"),
    ],
)
def test_numbers(value, shown):
    assert plain(number(value)) == shown


def test_units():
    assert unit("cm-2 s-1 TeV-1") == "TeV⁻¹ s⁻¹ cm⁻²"
    assert unit("") == ""


def test_columns_with_nothing_in_them_are_left_out():
    html = table(("name", "min", "max"), [["a", "", "1"], ["b", "", ""]])
    assert plain(html) == "name max a 1 b"


def test_long_tables_show_both_ends():
    html = table(("n",), [[str(i)] for i in range(1000)])
    assert html.count("<tr>") == MOST_ROWS + 2
    assert f"… {1000 - MOST_ROWS} more rows …" in html
    assert ">0<" in html
    assert ">999<" in html
    assert "more rows" not in table(("n",), [[str(i)] for i in range(MOST_ROWS)])


def test_text_is_escaped():
    assert "<b>x" not in heading("Models", "<b>x</b>")
    assert "<script>" not in pairs([("<script>", "1")])
    assert "<i>" not in table(("<i>",), [["1"]])
