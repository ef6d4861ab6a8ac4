"""What the page says of both packages is what was measured, and what this checkout does."""

import re
from fractions import Fraction

import numpy as np
import pytest
from astropy.time import Time

from benchmarks.answers import saved
from tests.examples.script import run

#: of the phase curve on the page
MOMENTS = (43366.275, 59000.1)


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    found, shown = run("coming_from_gammapy.py", tmp_path_factory.mktemp("page"))
    assert len(shown) == 1
    return found


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text.replace("2.1:", ""))]


def test_every_statement_has_both_answers(names):
    assert set(names["ours"]) == set(saved())


@pytest.mark.parametrize(
    "name", ["the_same_script", "cash_statistic", "prior", "flux_point", "confidence"]
)
def test_the_same(names, name):
    ours, theirs = numbers(names["ours"][name][1]), numbers(names["theirs"][name])
    assert ours == pytest.approx(theirs, rel=5e-3)


@pytest.mark.parametrize("name", ["integral_wide", "predicted_counts", "statistic"])
def test_numbers_that_differ_a_little(names, name):
    ours, theirs = numbers(names["ours"][name][1])[0], numbers(names["theirs"][name])[0]
    assert ours != theirs
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_fits_differ_by_less_than_a_hundredth_of_an_error(names):
    ours, theirs = numbers(names["ours"]["fitted"][1]), numbers(names["theirs"]["fitted"])
    assert abs(ours[0] - theirs[0]) < 0.01 * ours[1]


def test_third_opinion(names):
    ours = numbers(names["ours"]["integral_wide"][1])[0]
    assert names["exact"](0.1, 100) == pytest.approx(ours, rel=1e-8)
    assert names["by_points"](0.1, 100, 300) == pytest.approx(
        numbers(names["theirs"]["integral_wide"])[0], rel=1e-8
    )


def test_more_points_come_closer_as_the_square_of_their_distance(names):
    wrong = np.abs(names["by_rule"] / names["truth"] - 1)
    scaled = wrong * names["numbers"] ** 2
    np.testing.assert_allclose(scaled[1:], scaled[-1], rtol=0.1)
    here = numbers(names["ours"]["integral_wide"][1])[0]
    assert abs(here / names["truth"] - 1) < 1e-8 < wrong.min()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("integral_reversed", "ModelError"),
        ("frozen_text", "ParameterError"),
        ("crossed_bounds", "ParameterError"),
        ("outside", "FitError"),
        ("unknown_option", "OptionError"),
        ("unknown_key", "FileFormatError"),
        ("ambiguous", "AmbiguousNameError"),
        ("in_place", "ValueError"),
        ("not_at_the_minimum", "FitError"),
        ("covariance_options", "OptionError"),
        ("shape_without_size", "ModelError"),
    ],
)
def test_errors_instead_of_numbers(names, name, error):
    assert names["ours"][name][1].startswith(f"{error}: ")


def test_no_number_is_invented(names):
    for name in ("at_bound", "point_without_counts", "degenerate"):
        assert "nan" in names["ours"][name][1]
        assert "nan" not in names["theirs"][name]
    assert names["ours"]["nothing_predicted"][1] == "inf"


def test_no_answer_is_an_accident(names):
    """A statement fails because of what it asks, not because the page has grown old."""
    failing = {name for name, (_, answer) in names["ours"].items() if "Error: " in answer}
    assert failing == {
        "integral_reversed",
        "frozen_text",
        "crossed_bounds",
        "outside",
        "unknown_option",
        "unknown_key",
        "ambiguous",
        "in_place",
        "not_at_the_minimum",
        "covariance_options",
        "shape_without_size",
    }


def test_sky_and_time_by_third_opinions(names):
    def both(name):
        return numbers(names["ours"][name][1])[0], numbers(names["theirs"][name])[0]

    turns = names["turns"]  # without the leap seconds
    with_seconds = turns + 21 * Fraction("29.946923")
    exact = [(1 + float(t % 1)) / 1.5 for t in (with_seconds, turns)]
    assert both("phase_curve") == pytest.approx(exact, rel=1e-4)
    assert both("leap_second") == (86401, 86400)  # a leap second ended that year
    assert both("mean_of_a_sine")[0] == pytest.approx(1 + 1 / np.pi, rel=1e-5)
    assert both("mean_of_a_sine")[1] != pytest.approx(1 + 1 / np.pi, rel=0.1)
    value = 1 / (4 * np.sin(np.deg2rad(1)) * np.deg2rad(1))
    ours, theirs = both("template_norm")
    assert ours == pytest.approx(value, rel=1e-7)
    assert 1e-5 < abs(theirs / value - 1) < 1e-4


def test_leap_seconds_of_the_page():
    offsets = [Time(mjd, format="mjd").unix_tai - Time(mjd, format="mjd").unix for mjd in MOMENTS]
    assert offsets[1] - offsets[0] == pytest.approx(21, abs=1e-3)


def test_point_of_the_page_lies_within_95_percent(names):
    cos = np.cos(np.deg2rad(60))
    matrix = np.array([[4e-4 * cos**2, 1e-4 * cos], [1e-4 * cos, 1e-4]])
    there = 0.025 * np.array([1, 1]) / np.sqrt(2)
    distance = there @ np.linalg.solve(matrix, there)
    assert np.exp(-distance / 2) > 0.05
    assert names["ours"]["position_error"][1] == "True"
    assert names["theirs"]["position_error"] == "False"


def test_gradient(names):
    problem, x = names["problem"], names["x"]
    step = np.array([1e-15, 1e-5, 1e-5])
    for i in range(3):
        shift = step * (np.arange(3) == i)
        difference = (problem.value(x + shift) - problem.value(x - shift)) / (2 * step[i])
        assert problem.evaluate(x).gradient[i] == pytest.approx(difference, rel=1e-6)


def test_measured_lines_are_there(names, capsys):
    for file, start in (
        ("joint_crab.txt", "(a) fit:"),
        ("joint_crab.txt", "(d) imports:"),
        ("contour_crab.txt", "three contours:"),
        ("flux_points_crab.txt", "flux_points:"),
        ("light_curve.txt", "light_curve:"),
    ):
        names["measured"](file, start)
        assert "ratio" in capsys.readouterr().out
