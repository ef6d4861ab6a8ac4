"""All planes of a map in one picture."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.maps import Map, MapAxis

plt = pytest.importorskip("matplotlib.pyplot")

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_planes():
    cube = Map.create(npix=(4, 3), binsz=1, axes=[ENERGY])
    cube.data += np.arange(48.0).reshape(cube.data.shape)
    axes = cube.plot_grid(ncols=3, figsize=(9, 6), vmin=0, vmax=50)
    assert axes.shape == (2, 3)
    assert [ax is None for ax in axes.flat] == [False] * 4 + [True] * 2
    for plane, ax in zip(cube.data, axes.flat, strict=False):
        np.testing.assert_array_equal(ax.images[0].get_array(), plane)
        assert ax.images[0].norm.vmax == 50
    assert axes[0, 1].get_title() == "energy 2 to 4 TeV"
    figure = axes[0, 0].figure
    assert figure.get_size_inches().tolist() == [9, 6]
    figure.canvas.draw()


def test_energies_in_keV_are_told_in_TeV():
    axis = MapAxis.from_energy_edges([1e7, 1e9], unit="keV")
    axes = Map.create(npix=2, binsz=1, axes=[axis]).plot_grid()
    assert axes[0, 0].get_title() == "energy 0.01 to 1 TeV"


def test_refused():
    cube = Map.create(npix=1, binsz=1, axes=[MapAxis.from_bounds(0, 1, 101, name="a")])
    with pytest.raises(DataError, match="101 planes: at most 100"):
        cube.plot_grid()
    with pytest.raises(DataError, match="ncols = 0 must be"):
        Map.create(npix=1, binsz=1, axes=[ENERGY]).plot_grid(ncols=0)
