"""Flux points with models: points, curve, band, residuals."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError, UnknownNameError
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, Models, SkyModel
from gammapy.spectrum import FluxPointsDataset
from tests.plot.series import arrows, drawn, flux_profile, light_curve
from tests.spectrum.points import points, reference

plt = pytest.importorskip("matplotlib.pyplot")

ERRORS = np.array([0.1, 0.2, 0.1, 0.3])


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def dataset(data=None, **kwargs):
    data = points(norm_err=ERRORS) if data is None else data
    spectrum = reference()
    spectrum.covariance = np.diag([0.01, 1e-24, 0])
    models = Models([SkyModel(spectrum, name="crab")])
    return FluxPointsDataset(models, data, name="points", **kwargs)


def test_points_curve_and_band():
    own = dataset()
    ax = own.plot_spectrum()
    np.testing.assert_allclose(drawn(ax)[0][:, 1], own.data.e2dnde.data.ravel())
    (curve,) = (line for line in ax.lines if line.get_label() == "crab")
    x = curve.get_xdata(orig=False) * u.TeV
    expected = (x**2 * reference()(x)).to_value("erg cm-2 s-1")
    np.testing.assert_allclose(curve.get_ydata(orig=False), expected)
    assert (x[0], x[-1]) == (1 * u.TeV, 40 * u.TeV)
    (band,) = (c for c in ax.collections if c.get_alpha() == 0.2)
    corners = band.get_paths()[0].vertices
    at_end = corners[np.isclose(corners[:, 0], 40), 1]
    value, errn, errp = own.models["crab"].spectral_model.evaluate_error(40 * u.TeV).value
    ratio = at_end / expected[-1]
    assert ratio.min() == pytest.approx(1 - errn / value)
    assert ratio.max() == pytest.approx(1 + errp / value)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["crab", "points"]


def test_models_are_added_up():
    own = dataset()
    own.models = Models([SkyModel(reference(), name=name) for name in ("one", "two")])
    ax = own.plot_spectrum(kwargs_fp={"sed_type": "dnde"})
    (curve,) = (line for line in ax.lines if line.get_label() == "one + two")
    assert curve.get_ydata(orig=False)[0] == pytest.approx(2 * reference()(1 * u.TeV).value)


def test_styles_are_handed_on():
    ax = dataset().plot_spectrum(
        kwargs_fp={"color": "green", "marker": "s", "sed_type": "flux"},
        kwargs_model={"color": "red", "ls": "--"},
    )
    assert ax.containers[0].lines[0].get_marker() == "s"
    (curve,) = (line for line in ax.lines if line.get_label() == "crab")
    assert (curve.get_color(), curve.get_linestyle()) == ("red", "--")
    assert ax.get_ylabel() == "Flux [s-1 cm-2]"


def test_without_models_points_alone():
    own = dataset()
    own.models = None
    ax = own.plot_spectrum()
    assert len(drawn(ax)) == 1
    assert not [c for c in ax.collections if c.get_alpha() == 0.2]


def test_a_cutoff_leaves_the_points_in_view():
    own = dataset()
    cutoff = ExpCutoffPowerLawSpectralModel(lambda_="3 TeV-1", amplitude="1e-11 cm-2 s-1 TeV-1")
    own.models = Models([SkyModel(cutoff, name="steep")])
    low, high = own.plot_spectrum().get_ylim()
    values = own.data.e2dnde.data
    assert 0.02 * values.min() < low < values.min()
    assert values.max() < high < 20 * values.max()


def test_levels_of_one_bin_of_a_profile():
    one = flux_profile(n_energy=2).slice_by_idx({"projected-distance": slice(1, 2)})
    own = dataset(one)
    ax = own.plot_spectrum(axis_name="projected-distance", kwargs_fp={"sed_type": "flux"})
    levels = [line.get_ydata()[0] for line in ax.get_lines() if len(line.get_ydata()) == 2]
    predicted = own.models[0].spectral_model.integral(one.energy_min, one.energy_max).value
    np.testing.assert_allclose(levels, predicted, rtol=1e-9)
    assert ax.get_xlabel() == "Projected distance [deg]"


def test_levels_of_a_light_curve():
    own = dataset(light_curve(n_energy=2))
    ax = own.plot_spectrum(axis_name="time", kwargs_fp={"sed_type": "flux"})
    flux = reference().integral([1, 10**0.5] * u.TeV, [10**0.5, 10] * u.TeV).to_value("cm-2 s-1")
    levels = [line.get_ydata()[0] for line in ax.lines if len(set(line.get_ydata())) == 1]
    np.testing.assert_allclose(levels, flux)


# -- residuals ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["diff", "diff/model", "diff/sqrt(model)"])
def test_residuals(method):
    own = dataset()
    ax = own.plot_residuals(method=method)
    expected = own.residuals(method).value.ravel()
    np.testing.assert_allclose(drawn(ax)[0][:, 1], expected, rtol=1e-12)
    flux = own.flux_pred().value.ravel()
    scale = {"diff": 1, "diff/model": flux, "diff/sqrt(model)": np.sqrt(flux)}[method]
    bars = np.array(ax.containers[0].lines[2][1].get_segments())[:, :, 1]
    np.testing.assert_allclose(
        np.diff(bars, axis=1).ravel() / 2, own.data.dnde_err.data.ravel() / scale
    )
    low, high = ax.get_ylim()
    assert low == -high
    assert np.abs(expected).max() < high


@pytest.mark.parametrize("errors", [[0.01, 0.01, 0.01, 3.0], [0.1, 0.1, 0.1, 0.1]])
def test_error_bars_of_residuals_end_in_view(errors):
    ax = dataset(points(norm_err=np.array(errors))).plot_residuals(method="diff/model")
    bars = np.array(ax.containers[0].lines[2][1].get_segments())[:, :, 1]
    low, high = ax.get_ylim()
    assert low == -high
    assert np.abs(bars).max() == pytest.approx(high / 1.1)


def test_asymmetric_error_bars_of_residuals_end_in_view():
    data = points(norm_err=ERRORS, norm_errn=2 * ERRORS, norm_errp=5 * ERRORS)
    ax = dataset(data).plot_residuals(method="diff/model")
    bars = np.array(ax.containers[0].lines[2][1].get_segments())[:, :, 1]
    assert np.abs(bars).max() == pytest.approx(ax.get_ylim()[1] / 1.1)


def test_masked_points_are_open_and_limits_have_no_residual():
    limit = np.array([False, False, False, True])
    data = points(norm_err=ERRORS, norm_ul=np.full(4, 3.0), is_ul=limit)
    own = dataset(data, mask_fit=np.array([True, False, True, True]))
    ax = own.plot_residuals()
    assert [len(xy) for xy in drawn(ax)] == [2, 1]
    assert ax.containers[1].lines[0].get_markerfacecolor() == "white"


def test_both_panels():
    own = dataset()
    top, bottom = own.plot_fit()
    assert (top.figure, top.get_ylabel()) == (bottom.figure, "E² dN/dE [erg s-1 cm-2]")
    assert bottom.get_ylabel() == "Data − model\nover model"
    assert (top.get_xlabel(), bottom.get_xlabel()) == ("", "Energy [TeV]")
    assert top.get_xlim() == bottom.get_xlim()


def test_axes_of_the_caller():
    top, bottom = plt.figure().subplots(2, 1)
    own = dataset()
    assert own.plot_fit(top, bottom, kwargs_residuals={"method": "diff"}) == (top, bottom)
    assert "cm-2" in bottom.get_ylabel()
    with pytest.raises(OptionError, match="both ax_spectrum and ax_residuals"):
        own.plot_fit(top)


# -- refused ------------------------------------------------------------------------------


def test_no_models():
    own = dataset()
    own.models = None
    with pytest.raises(DataError, match="points: no models to draw"):
        own.plot_fit()
    with pytest.raises(DataError, match="models that predict a positive flux"):
        own.plot_residuals(method="diff/model")
    assert not plt.get_fignums()


def test_unknown_method():
    with pytest.raises(UnknownNameError, match="method = 'ratio' is not known"):
        dataset().plot_residuals(method="ratio")


def test_only_limits():
    data = points(norm_err=ERRORS, norm_ul=np.full(4, 3.0), is_ul=np.ones(4, dtype=bool))
    own = dataset(data)
    assert len(arrows(own.plot_spectrum())) == 1
    with pytest.raises(DataError, match="all flux points are upper limits"):
        own.plot_residuals()
