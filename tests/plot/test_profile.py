"""Profiles, surfaces and contours: what is drawn of what the fitter returns."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.plot import plot_contour, plot_profile, plot_surface

plt = pytest.importorskip("matplotlib.pyplot")

X, Y = np.linspace(-3, 3, 13), np.linspace(-2, 2, 9)
PROFILE = {"m.index_scan": X, "stat_scan": 7.0 + X**2, "fit_results": np.zeros((13, 0))}
SURFACE = {
    "a_scan": X,
    "b_scan": Y,
    "stat_scan": X[:, None] ** 2 + Y**2,
    "fit_results": np.zeros((13, 9, 0)),
}
ANGLE = np.linspace(0, 2 * np.pi, 21)
CONTOUR = {
    "a": np.cos(ANGLE),
    "b": np.sin(ANGLE),
    "success": True,
    "message": "",
    "fit_results": np.zeros((21, 1)),
    "nfev": 3,
}


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_profile_is_drawn_above_its_minimum():
    ax = plot_profile(PROFILE)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), X**2)
    assert [line.get_ydata()[0] for line in ax.lines[1:]] == [1, 4, 9]
    assert ax.get_xlabel() == "m.index"


def test_profile_with_a_hole():
    stat = PROFILE["stat_scan"].copy()
    stat[0] = np.inf
    y = plot_profile(PROFILE | {"stat_scan": stat}).lines[0].get_ydata()
    assert np.isnan(y[0])
    np.testing.assert_allclose(y[1:], X[1:] ** 2)


def test_surface():
    ax = plot_surface(SURFACE)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")
    mesh = ax.collections[0]
    np.testing.assert_allclose(mesh.get_array()[0, 0], np.sqrt(9 + 4))
    assert {t.get_text() for t in ax.texts} == {"1σ", "2σ", "3σ"}


def test_contours():
    twice = CONTOUR | {"a": 2 * CONTOUR["a"], "b": 2 * CONTOUR["b"]}
    ax = plot_contour([CONTOUR, twice], labels=["1σ", "2σ"])
    np.testing.assert_allclose(ax.lines[1].get_xdata(), 2 * np.cos(ANGLE))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["1σ", "2σ"]
    assert plot_contour(CONTOUR, ax=ax) is ax
    assert len(ax.lines) == 3


@pytest.mark.parametrize("function", [plot_profile, plot_surface])
def test_what_is_no_scan(function):
    with pytest.raises(DataError, match="is not what Fitter"):
        function({"stat_scan": [1.0]})


def test_nothing_finite():
    with pytest.raises(DataError, match="nowhere finite"):
        plot_profile(PROFILE | {"stat_scan": np.full(13, np.inf)})


def test_what_is_no_contour():
    with pytest.raises(DataError, match=r"is not what Fitter\.stat_contour"):
        plot_contour(PROFILE)
    with pytest.raises(DataError, match="no contour"):
        plot_contour([])
    with pytest.raises(DataError, match="do not fit one picture"):
        plot_contour([CONTOUR, {"a": X, "c": X, "success": True}])
    with pytest.raises(DataError, match="1 labels for 2"):
        plot_contour([CONTOUR, CONTOUR], labels=["x"])
