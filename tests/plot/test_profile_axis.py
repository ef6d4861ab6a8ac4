"""The axis of a profile: positions, scale, label, and the names of its bins."""

import numpy as np
import pytest

from gammapy.errors import UnitMismatchError
from gammapy.maps import MapAxis
from gammapy.plot.profile_axis import bin_labels, on_profile_axis

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def ax():
    plt.switch_backend("agg")
    yield plt.figure().add_subplot()
    plt.close("all")


def test_positions(ax):
    x, width = on_profile_axis(ax, MapAxis.from_edges([0, 1, 3], unit="deg", name="zenith_angle"))
    np.testing.assert_array_equal(x, [0.5, 2])
    np.testing.assert_array_equal(width, [[0.5, 1], [0.5, 1]])
    assert (ax.get_xlabel(), ax.get_xscale()) == ("Zenith angle [deg]", "linear")


def test_scale_without_unit(ax):
    axis = MapAxis.from_edges([0.1, 1, 10], interp="log", name="phase")
    x, width = on_profile_axis(ax, axis)
    np.testing.assert_allclose([x - width[0], x + width[1]], [[0.1, 1], [1, 10]])
    assert (ax.get_xlabel(), ax.get_xscale()) == ("Phase", "log")


def test_unit_of_the_axes_is_kept(ax):
    on_profile_axis(ax, MapAxis.from_edges([0, 1], unit="deg", name="distance"))
    x, _ = on_profile_axis(ax, MapAxis.from_edges([0, 60], unit="arcmin", name="distance"))
    np.testing.assert_allclose(x, 0.5)
    assert ax.get_xlabel() == "Distance [deg]"
    with pytest.raises(UnitMismatchError, match="these axes are in 'deg'"):
        on_profile_axis(ax, MapAxis.from_edges([0, 1], unit="kpc", name="distance"))


def test_labels():
    axis = MapAxis.from_edges([0, 0.25, 1], name="phase")
    assert bin_labels(axis) == ["0 – 0.25", "0.25 – 1"]
    assert bin_labels(MapAxis.from_edges([0, 1], unit="pc", name="r")) == ["0 – 1 pc"]
