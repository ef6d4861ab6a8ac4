"""Bins of a map on a region, and its outline."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis, RegionGeom, RegionNDMap

plt = pytest.importorskip("matplotlib.pyplot")

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2] * u.deg, name="rad")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_bins():
    spectrum = RegionNDMap.create(axes=[ENERGY], unit="s", data=[1.0, 2, 3, 4])
    ax = spectrum.plot()
    (stairs,) = ax.patches
    values, edges, _ = stairs.get_data()
    np.testing.assert_array_equal(values, [1, 2, 3, 4])
    np.testing.assert_allclose(edges, [1, 2, 4, 8, 16])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Energy [TeV]", "[s]")
    ax.figure.canvas.draw()


def test_energies_in_keV_are_drawn_in_TeV():
    axis = MapAxis.from_energy_edges([1e7, 1e8, 1e9], unit="keV")
    ax = RegionNDMap.create(axes=[axis], data=[2.0, 1]).plot()
    assert ax.patches[0].get_data()[1] == pytest.approx([0.01, 0.1, 1])
    assert ax.get_xlabel() == "Energy [TeV]"


def test_one_line_for_each_other_bin():
    table = RegionNDMap.create(axes=[RAD, ENERGY], data=np.arange(8.0) - 3)
    ax = table.plot(axis_name="energy")
    lines = [patch.get_data()[0].tolist() for patch in ax.patches]
    assert lines == [[-3, -1, 1, 3], [-2, 0, 2, 4]]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "rad 0 to 1 deg",
        "rad 1 to 2 deg",
    ]
    assert ax.get_yscale() == "linear"
    plt.figure()
    assert len(table.plot(axis_name="rad").patches) == 4
    with pytest.raises(DataError, match="say by axis_name"):
        table.plot()


def test_outline():
    found = RegionGeom.create("icrs;circle(10, 20, 0.5)")
    ax = found.plot_region(edgecolor="red")
    (circle,) = ax.patches
    assert circle.radius == pytest.approx(5, rel=1e-3)  # pixels of 0.1 deg
    assert not circle.get_fill()
    sky = Map.create(npix=20, binsz=0.2, skydir=(10, 20))
    ax = sky.plot()
    both = RegionNDMap.create(["icrs;circle(10, 20, 0.5)", "icrs;point(10, 20.2)"])
    assert both.plot_region(ax, kwargs_point={"marker": "x"}, edgecolor="red") is ax
    assert ax.lines[0].get_marker() == "x"
    assert (len(ax.patches), len(ax.lines)) == (1, 1)
    assert ax.patches[0].radius == pytest.approx(2.5, rel=1e-2)
    ax.figure.canvas.draw()


def test_no_outline():
    with pytest.raises(DataError, match="no region that could be drawn"):
        RegionGeom([ENERGY]).plot_region()
    with pytest.raises(OptionError, match="no celestial coordinates"):
        RegionGeom.create("icrs;circle(10, 20, 0.5)").plot_region(plt.figure().add_subplot())
