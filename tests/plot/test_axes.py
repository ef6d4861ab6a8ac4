"""Axes: panels, views that stay legible, labels between the powers of ten."""

from itertools import pairwise

import numpy as np
import pytest

from gammapy.errors import OptionError
from gammapy.plot.axes import down_to, legend_above, marker_style, plain_numbers, two_panels

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def logarithmic(*values):
    ax = plt.figure().gca()
    ax.set_yscale("log")
    if values:
        ax.plot(values)
    return ax


def test_view_does_not_follow_a_value_far_below():
    ax = logarithmic()
    with down_to(ax, 1.0):
        ax.plot([1e-30, 1.0, 100.0])
    low, high = ax.get_ylim()
    assert 0.5 < low < 1
    assert 100 < high < 200


def test_view_reaches_down_as_far_as_is_asked():
    ax = logarithmic()
    with down_to(ax, 0.01):
        ax.plot([1.0, 100.0])
    assert 0.005 < ax.get_ylim()[0] < 0.01


def test_what_was_in_view_stays():
    ax = logarithmic(1e-6, 1.0)
    with down_to(ax, 1.0):
        ax.plot([1e-30, 1.0])
    assert 1e-7 < ax.get_ylim()[0] < 1e-6


def test_limits_of_the_user_stay():
    ax = logarithmic()
    ax.set_ylim(1e-3, 1e3)
    with down_to(ax, 1.0):
        ax.plot([1e-30, 1.0])
    assert ax.get_ylim() == (1e-3, 1e3)


def test_linear_axes_are_left_alone():
    ax = plt.gca()
    with down_to(ax, 1.0):
        ax.plot([-5.0, 100.0])
    assert ax.get_ylim()[0] < -5


def test_view_goes_on_to_follow_the_data():
    ax = logarithmic()
    with down_to(ax, 1.0):
        ax.plot([1.0, 10.0])
    ax.plot([1e-3, 1e5])
    low, high = ax.get_ylim()
    assert (low < 1e-3) & (high > 1e5)


def test_panels_share_energies():
    top, bottom = two_panels()
    top.set_xlim(2, 3)
    assert bottom.get_xlim() == (2, 3)
    assert top.figure is plt.gcf()


def test_one_panel_alone():
    with pytest.raises(OptionError, match="both ax_spectrum and ax_residuals, or none"):
        two_panels(ax_residuals=plt.gca())


def test_legend_is_above_the_frame():
    ax = plt.gca()
    ax.plot([1, 2], label="a curve")
    legend_above(ax)
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y0 >= ax.get_window_extent().y1


@pytest.mark.parametrize(("high", "shown"), [(5, ["2", "3"]), (1e4, [])])
def test_numbers_between_powers_of_ten(high, shown):
    ax = plt.figure().gca()
    ax.set_xscale("log")
    ax.set_xlim(1, high)
    plain_numbers(ax.xaxis)
    ax.figure.draw_without_rendering()
    texts = {label.get_text() for label in ax.get_xticklabels(minor=True)}
    assert set(shown) <= texts
    assert bool(texts - {""}) == bool(shown)


def boxes(axis):
    """Ends of the labels along an axis, in pixels, in their order."""
    along = (0, 2) if axis.axis_name == "x" else (1, 3)
    found = [*axis.get_majorticklabels(), *axis.get_minorticklabels()]
    low, high = sorted(axis.get_view_interval())
    return sorted(
        tuple(np.ravel(label.get_window_extent().get_points())[list(along)])
        for label in found
        if label.get_text() and low <= label.get_position()[along[0]] <= high
    )


@pytest.mark.parametrize("name", ["x", "y"])
@pytest.mark.parametrize("size", [1.5, 2.5, 4.0, 8.0])
@pytest.mark.parametrize("view", [(0.16, 20), (0.2, 3), (40, 6000), (2.1, 2.9), (0.01, 1e4)])
def test_numbers_do_not_overlap(name, size, view):
    figure = plt.figure(figsize=(size, size))
    ax = figure.gca()
    getattr(ax, f"set_{name}scale")("log")
    getattr(ax, f"set_{name}lim")(*view)
    axis = getattr(ax, f"{name}axis")
    plain_numbers(axis)
    figure.draw_without_rendering()
    ends = boxes(axis)
    assert len(ends) >= (2 if size >= 2.5 else 1)
    assert all(end < start for (_, end), (start, _) in pairwise(ends))


def test_a_wide_axis_has_more_numbers_than_a_narrow_one():
    numbers = []
    for width in (2, 4, 14):
        figure = plt.figure(figsize=(width, 3))
        ax = figure.gca()
        ax.set_xscale("log")
        ax.set_xlim(0.15, 20)
        plain_numbers(ax.xaxis)
        figure.draw_without_rendering()
        numbers.append(len(boxes(ax.xaxis)))
    assert numbers[0] < numbers[1] < numbers[2]


@pytest.mark.parametrize(("width", "rows"), [(2.5, 4), (4.0, 2), (9.0, 1)])
def test_a_legend_is_no_wider_than_the_frame(width, rows):
    figure = plt.figure(figsize=(width, 3))
    ax = figure.gca()
    for label in ("Counts", "Background", "Mask fit", "Mask safe"):
        ax.plot([1, 2], label=label)
    legend_above(ax)
    figure.draw_without_rendering()
    legend = ax.get_legend()
    assert legend.get_window_extent().width <= ax.get_window_extent().width
    assert len({round(text.get_window_extent().y0) for text in legend.get_texts()}) == rows


def test_style_of_the_user_wins():
    assert marker_style({})["marker"] == "o"
    style = marker_style({"ms": 7, "ls": "--"})
    assert (style["markersize"], style["linestyle"]) == (7, "--")
    assert "marker" not in marker_style({"fmt": "s"})


@pytest.mark.parametrize("given", [{"marker": "s", "c": "r"}, {"fmt": "s", "color": "r"}])
def test_style_makes_an_error_bar(given):
    bars = plt.gca().errorbar([1, 2], [1, 2], 0.1, **marker_style(given))
    assert bars.lines[0].get_marker() == "s"
    assert np.all(bars.lines[0].get_color() == "r")
