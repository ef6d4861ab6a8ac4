"""Spectra as curves and bands: what is drawn, in which unit, and what is refused."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import GammapyWarning, OptionError, UnitMismatchError
from gammapy.maps import MapAxis
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)

plt = pytest.importorskip("matplotlib.pyplot")

BOUNDS = [0.1, 100] * u.TeV


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture
def model():
    spectrum = PowerLawSpectralModel(index=2.5, amplitude="3e-11 cm-2 s-1 TeV-1")
    spectrum.covariance = [[0.01, 1e-13, 0], [1e-13, 4e-24, 0], [0, 0, 0]]
    return spectrum


def test_curve(model):
    ax = model.plot(BOUNDS, n_points=5, color="C3")
    assert ax is plt.gca()
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_xdata(orig=False), np.geomspace(0.1, 100, 5))
    expected = model(np.geomspace(0.1, 100, 5) * u.TeV).value
    np.testing.assert_allclose(line.get_ydata(orig=False), expected)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == "Energy [TeV]"
    assert ax.get_ylabel() == "dN/dE [TeV-1 s-1 cm-2]"
    assert line.get_color() == "C3"


@pytest.mark.parametrize(
    ("sed_type", "unit"),
    [("e2dnde", "erg cm-2 s-1"), ("flux", "cm-2 s-1"), ("eflux", "erg cm-2 s-1")],
)
def test_other_types(model, sed_type, unit):
    axis = MapAxis.from_energy_edges([1, 3, 10] * u.TeV)
    ax = model.plot(axis, sed_type=sed_type)
    y = ax.lines[0].get_ydata(orig=False)
    edges = axis.edges
    expected = {
        "e2dnde": edges**2 * model(edges),
        "flux": model.integral(edges[:-1], edges[1:]),
        "eflux": model.energy_flux(edges[:-1], edges[1:]),
    }[sed_type]
    np.testing.assert_allclose(y, expected.to_value(unit))
    assert u.Unit(ax.get_ylabel().partition("[")[2].rstrip("]")) == u.Unit(unit)


def test_power_of_energy_is_e2dnde(model):
    first = model.plot(BOUNDS, energy_power=2).lines[0].get_ydata(orig=False)
    second = model.plot(BOUNDS, sed_type="e2dnde", ax=plt.figure().gca()).lines[0]
    np.testing.assert_allclose(first, second.get_ydata(orig=False))


def test_units_of_a_second_curve_follow_the_first(model):
    ax = model.plot(BOUNDS)
    other = PowerLawSpectralModel(index=2.5, amplitude="3e-17 cm-2 s-1 MeV-1")
    other.plot([100, 1e5] * u.GeV, ax=ax)
    one, two = ax.lines
    np.testing.assert_allclose(one.get_ydata(orig=False), two.get_ydata(orig=False))
    np.testing.assert_allclose(one.get_xdata(orig=False), two.get_xdata(orig=False))


def test_unit_of_the_axis_can_be_chosen(model):
    ax = plt.gca()
    ax.yaxis.set_units(u.Unit("cm-2 s-1 GeV-1"))
    model.plot(BOUNDS, ax=ax)
    np.testing.assert_allclose(ax.lines[0].get_ydata(orig=False)[0], 9.48683298e-12)
    assert ax.get_ylabel() == "dN/dE [GeV-1 s-1 cm-2]"


def test_band(model):
    ax = model.plot_error(BOUNDS, n_points=7)
    (band,) = ax.collections
    path = band.get_paths()[0].vertices
    value, errn, errp = model.evaluate_error(0.1 * u.TeV).value
    at_start = path[np.isclose(path[:, 0], 0.1), 1]
    assert at_start.min() == pytest.approx(value - errn)
    assert at_start.max() == pytest.approx(value + errp)


def test_band_of_draws(model):
    ax = model.plot_error(BOUNDS, n_points=7, n_samples=300, random_state=1)
    path = ax.collections[0].get_paths()[0].vertices
    value, errn, errp = model.evaluate_error(100 * u.TeV, n_samples=300, random_state=1).value
    at_end = path[np.isclose(path[:, 0], 100), 1]
    assert at_end.min() == pytest.approx(value - errn)
    assert at_end.max() == pytest.approx(value + errp)
    assert errn != errp


def test_unknown_error_is_told(model):
    model.covariance = np.diag([np.nan, 4e-24, 0])
    with pytest.warns(GammapyWarning, match="not known at 100 of 100 energies"):
        model.plot_error(BOUNDS)


@pytest.mark.parametrize("lambda_", ["0.5 TeV-1", "10 TeV-1"])
def test_a_cutoff_leaves_room_for_the_rest(lambda_):
    model = ExpCutoffPowerLawSpectralModel(index=2, lambda_=lambda_)
    ax = model.plot(BOUNDS)
    low, high = ax.get_ylim()
    top = model(0.1 * u.TeV).value
    assert 1e-14 < low / top < 1e-11
    assert 1 < high / top < 100


def test_a_straight_line_is_seen_as_far_as_it_goes():
    model = PowerLawSpectralModel(index=8)
    assert model.plot(BOUNDS).get_ylim()[0] < model(100 * u.TeV).value


def test_factor():
    ax = PowerLawNormSpectralModel(norm=1.3).plot(BOUNDS)
    assert ax.get_ylabel() == "Factor"


@pytest.mark.parametrize(
    "bounds", [[1, 1] * u.TeV, [10, 1] * u.TeV, [0, 1] * u.TeV, [1, np.inf] * u.TeV, 3 * u.TeV]
)
def test_bad_bounds(model, bounds):
    with pytest.raises(OptionError, match="energy_bounds = "):
        model.plot(bounds)
    assert not plt.get_fignums()


def test_bad_arguments(model):
    with pytest.raises(UnitMismatchError, match=r"energy_bounds\[0\]"):
        model.plot([1, 10])
    with pytest.raises(OptionError, match="sed_type = 'sed' is not known: choose one of dnde"):
        model.plot(BOUNDS, sed_type="sed")
    with pytest.raises(OptionError, match="n_points = 1"):
        model.plot(BOUNDS, n_points=1)


def test_axes_of_another_unit_are_refused(model):
    ax = model.plot(BOUNDS)
    with pytest.raises(UnitMismatchError, match="these axes are in 'TeV-1 s-1 cm-2'"):
        model.plot(BOUNDS, ax=ax, sed_type="e2dnde")
