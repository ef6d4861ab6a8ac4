"""Profiles as colours: the best flux is darkest, bins are where they belong."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, TimeMapAxis
from gammapy.spectrum import FluxPoints
from tests.plot.series import light_curve
from tests.spectrum.points import EDGES, points, profiles, reference

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def columns(ax):
    """Edges along x, fluxes and colours of each bin."""
    for mesh in ax.collections:
        corners = mesh.get_coordinates()
        y = np.sqrt(corners[1:, 0, 1] * corners[:-1, 0, 1])
        yield corners[0, :, 0], y, np.ma.filled(np.ma.ravel(mesh.get_array()), np.nan)


@pytest.mark.parametrize("sed_type", ["dnde", "e2dnde", "flux", "eflux"])
def test_profiles_are_the_parabolas_they_were_made_from(sed_type):
    own = profiles()
    ax = own.plot_ts_profiles(sed_type=sed_type)
    reference_flux = own.reference.value(sed_type).value
    norm, error = own.norm.data.ravel(), own.norm_err.data.ravel()
    for i, (edges, flux, colour) in enumerate(columns(ax)):
        np.testing.assert_allclose(edges, EDGES[i : i + 2])
        expected = -(((flux / reference_flux[i] - norm[i]) / error[i]) ** 2)
        seen = np.isfinite(colour)
        np.testing.assert_allclose(colour[seen], expected[seen], atol=0.05)
        assert np.all(expected[~seen] < -8.9) | (flux[~seen] / reference_flux[i] < 1e-3).all()
        assert colour[seen].max() > -0.1
    assert ax.get_yscale() == "log"
    assert ax.figure.axes[-1].get_ylabel() == "2 ln L, below its maximum"


def test_without_a_bar():
    ax = profiles().plot_ts_profiles(add_cbar=False)
    assert ax.figure.axes == [ax]


def test_style():
    ax = profiles().plot_ts_profiles(cmap="Reds", vmin=-1)
    mesh = ax.collections[0]
    assert (mesh.get_cmap().name, mesh.get_clim()) == ("Reds", (-1, 0))
    assert np.ma.filled(mesh.get_array(), 0).min() >= -1


def scanned(n_energy, n_time):
    start = np.arange(n_time) * u.d
    return scanned_along(TimeMapAxis(start, start + 0.5 * u.d, "2020-01-01"), n_energy)


def scanned_along(other, n_energy=1):
    energy = MapAxis.from_energy_edges(np.geomspace(1, 10, n_energy + 1) * u.TeV)
    scan = MapAxis.from_nodes(np.linspace(0, 3, 7), name="norm")
    geom = RegionGeom([energy, other])
    norm = RegionNDMap(geom, 1.0)
    wide = RegionGeom([scan, energy, other])
    parabola = ((scan.center.value - 1) / 0.2) ** 2
    stat = RegionNDMap(
        wide, np.broadcast_to(parabola.reshape(_like(wide, "norm")), wide.data_shape)
    )
    return FluxPoints({"norm": norm, "stat_scan": stat}, reference())


def _like(geom, name):
    """Shape that broadcasts along one axis only."""
    axes = list(geom.axes.names)[::-1]
    return [geom.axes[axis].nbin if axis == name else 1 for axis in axes] + [1, 1]


def test_over_time():
    ax = scanned(1, 5).plot_ts_profiles(sed_type="flux")
    assert ax.get_xlabel() == "Time [UTC]"
    assert len(ax.collections) == 5
    edges = [edges for edges, _, _ in columns(ax)]
    np.testing.assert_allclose(np.diff(edges, axis=1), 0.5)
    np.testing.assert_allclose(np.diff([low for low, _ in edges]), 1.0)


def test_over_the_axis_of_a_flux_profile():
    distance = MapAxis.from_edges([0, 0.1, 0.3], unit="deg", name="projected-distance")
    ax = scanned_along(distance).plot_ts_profiles(sed_type="flux")
    assert ax.get_xlabel() == "Projected distance [deg]"
    edges = [edges for edges, _, _ in columns(ax)]
    np.testing.assert_allclose(edges, [[0, 0.1], [0.1, 0.3]], atol=1e-12)


def test_two_axes_do_not_fit():
    with pytest.raises(OptionError, match=r"profiles along time of \{'energy': 2\} bins"):
        scanned(2, 5).plot_ts_profiles()
    with pytest.raises(OptionError, match=r"profiles along energy of \{'time': 5\} bins"):
        scanned(2, 5).plot_ts_profiles(axis_name="energy")


def test_without_profiles():
    with pytest.raises(DataError, match="no stat_scan"):
        points().plot_ts_profiles()
    with pytest.raises(DataError, match="no stat_scan"):
        light_curve().plot_ts_profiles()


def test_all_failed():
    own = profiles()
    maps = {name: own.quantity(name) for name in own.available_quantities}
    maps["norm"] = RegionNDMap(own.geom, np.nan)
    with pytest.raises(DataError, match="no profile is within 9 of its minimum"):
        FluxPoints(maps, reference()).plot_ts_profiles()
    assert not plt.get_fignums()


def test_unknown_type():
    with pytest.raises(OptionError, match="sed_type = 'ts' is not known"):
        profiles().plot_ts_profiles(sed_type="ts")
