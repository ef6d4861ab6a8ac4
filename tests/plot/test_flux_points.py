"""Flux points and light curves: what is drawn, in which unit, and what is refused."""

import sys
import warnings

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import (
    DataError,
    GammapyWarning,
    MissingPackageError,
    OptionError,
    UnitMismatchError,
)
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.spectrum import FluxPoints
from tests.plot.series import arrows, bars, drawn, flux_profile, light_curve
from tests.spectrum.points import EDGES, data_file, points, profiles, reference, table

mpl = pytest.importorskip("matplotlib")
plt = pytest.importorskip("matplotlib.pyplot")

NORM = np.array([1.0, 1.2, 0.7, 1.1])


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


# -- over energy --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sed_type", "unit"),
    [
        (None, "cm-2 s-1 TeV-1"),
        ("e2dnde", "erg cm-2 s-1"),
        ("flux", "cm-2 s-1"),
        ("eflux", "erg cm-2 s-1"),
    ],
)
def test_points_are_the_data(sed_type, unit):
    own = points(norm_errn=0.1 * NORM, norm_errp=0.2 * NORM)
    ax = own.plot(sed_type=sed_type)
    assert ax is plt.gca()
    flux = own.flux_map(sed_type or "dnde").quantity.to_value(unit).ravel()
    (xy,) = drawn(ax)
    np.testing.assert_allclose(xy, np.transpose([own.energy_ref.value, flux]))
    across, up = bars(ax.containers[0])
    np.testing.assert_allclose(across, np.transpose([EDGES[:-1], EDGES[1:]]))
    np.testing.assert_allclose(up, np.transpose([0.9 * flux, 1.2 * flux]))
    assert u.Unit(ax.get_ylabel().partition("[")[2].rstrip("]")) == u.Unit(unit)
    assert ax.get_xlabel() == "Energy [TeV]"
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_power_of_energy_is_e2dnde():
    one = points().plot(energy_power=2)
    two = points().plot(plt.figure().gca(), sed_type="e2dnde")
    np.testing.assert_allclose(drawn(one)[0], drawn(two)[0])
    assert one.get_ylabel() == "E^2 dN/dE [erg s-1 cm-2]"


def test_limits_are_arrows_from_the_limit_down():
    own = points(norm_ul=2 * NORM, is_ul=np.array([False, True, False, True]))
    ax = own.plot(color="C3")
    assert len(drawn(ax)[0]) == 2
    (limits,) = arrows(ax)
    _, up = bars(limits)
    expected = own.dnde_ul.data.ravel()[[1, 3]]
    np.testing.assert_allclose(up.max(axis=1), expected)
    np.testing.assert_allclose(up.min(axis=1), expected / 2)
    assert mpl.colors.to_hex(limits.lines[2][0].get_color()[0]) == mpl.colors.to_hex("C3")


def test_only_limits():
    ax = points(norm_ul=2 * NORM, is_ul=np.ones(4, dtype=bool)).plot()
    low, high = ax.get_ylim()
    expected = points(norm_ul=2 * NORM).dnde_ul.data
    assert low < expected.min() / 2
    assert high > expected.max()


def test_a_limit_that_is_not_known_leaves_the_point():
    limit = np.array([np.nan, 2, 2, 2])
    ax = points(norm_ul=limit, is_ul=np.array([True, False, False, False])).plot()
    assert len(drawn(ax)[0]) == 4


def test_symmetric_errors_where_there_are_no_others():
    errn = np.array([np.nan, 0.1, 0.1, 0.1])
    own = points(norm_err=np.full(4, 0.3), norm_errn=errn, norm_errp=errn)
    _, up = bars(own.plot().containers[0])
    dnde = own.dnde_ref.value
    np.testing.assert_allclose(up[0], dnde[0] * (NORM[0] + np.array([-0.3, 0.3])))
    np.testing.assert_allclose(up[1], dnde[1] * (NORM[1] + np.array([-0.1, 0.1])))


def test_without_bins_there_are_no_bars_across():
    own = FluxPoints.from_table(table(dnde=np.array([4.0, 3, 2, 1]) * 1e-12))
    across, _ = bars(own.plot().containers[0])
    np.testing.assert_allclose(across[:, 0], across[:, 1])


def test_one_point():
    ax = points(edges=np.array([1.0, 2.0]), norm=np.array([1.0]), norm_err=np.array([0.1])).plot()
    low, high = ax.get_ylim()
    assert low < 0.9 * 8.7e-12 < high < 1e-10


def test_long_error_bars_leave_room():
    own = points(norm_err=np.array([0.1, 0.1, 0.7 * (1 - 1e-9), 0.1]))
    assert own.plot().get_ylim()[0] > 1e-15


def test_unit_of_the_axes_is_kept():
    ax = PowerLawSpectralModel(amplitude="1e-17 cm-2 s-1 MeV-1").plot([100, 1e5] * u.GeV)
    points().plot(ax)
    assert ax.get_xlabel() == "Energy [GeV]"
    np.testing.assert_allclose(drawn(ax)[0][:, 0], 1000 * points().energy_ref.value)


def test_axes_of_another_unit_are_refused():
    ax = points().plot()
    with pytest.raises(UnitMismatchError, match="these axes are in 'TeV-1 s-1 cm-2'"):
        points().plot(ax, sed_type="e2dnde")


def test_points_below_zero_are_told():
    own = points(norm=np.array([1.0, -0.5, -3.0, 1.0]), norm_err=np.ones(4))
    with pytest.warns(GammapyWarning, match="1 of 4 flux points lie below zero"):
        ax = own.plot()
    assert len(drawn(ax)[0]) == 4


def test_label_and_marker():
    ax = points().plot(label="mine", marker="s", ms=9)
    line = ax.containers[0].lines[0]
    assert (line.get_marker(), line.get_markersize()) == ("s", 9)
    assert ax.get_legend_handles_labels()[1] == ["mine"]
    assert ax.get_legend() is None


# -- over time ----------------------------------------------------------------------------


def test_light_curve():
    curve = light_curve()
    ax = curve.plot(sed_type="flux")
    dates = mpl.dates.num2date(drawn(ax)[0][:, 0])
    assert [f"{d:%Y-%m-%d %H:%M}" for d in dates][:2] == ["2020-01-01 18:00", "2020-01-02 18:00"]
    np.testing.assert_allclose(drawn(ax)[0][:, 1], curve.flux.data.ravel())
    across, _ = bars(ax.containers[0])
    np.testing.assert_allclose(np.diff(across, axis=1), 0.5)
    assert ax.get_xlabel() == "Time [UTC]"
    assert ax.get_yscale() == "log"
    ax.figure.draw_without_rendering()
    assert any("2020" in t.get_text() for t in [*ax.get_xticklabels(), ax.xaxis.get_offset_text()])


def test_mjd():
    ax = light_curve().plot(time_format="mjd", axis_name="time")
    np.testing.assert_allclose(drawn(ax)[0][:, 0], 58849.75 + np.arange(4), rtol=1e-12)
    assert ax.get_xlabel() == "Time [MJD, UTC]"
    ax.figure.draw_without_rendering()
    assert "58850" in [t.get_text().partition(".")[0] for t in ax.get_xticklabels()]


def test_each_energy_has_a_colour_and_a_label():
    curve = light_curve(n_energy=2)
    ax = curve.plot(sed_type="flux")
    for row, xy in enumerate(drawn(ax)):
        np.testing.assert_allclose(xy[:, 1], curve.flux.data[:, row, 0, 0])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["1 – 3.16 TeV", "3.16 – 10 TeV"]
    colours = {c.lines[0].get_color() for c in ax.containers}
    assert len(colours) == 2


def test_many_energies_have_a_bar_of_colours():
    ax = light_curve(n_energy=12).plot()
    assert ax.get_legend() is None
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    texts = [label.get_text() for label in bar.get_yticklabels()]
    assert (len(texts), texts[0], texts[-1]) == (12, "1 – 1.21 TeV", "8.25 – 10 TeV")
    assert len({tuple(c.lines[0].get_color()) for c in ax.containers}) == 12


def test_light_curve_over_energy():
    curve = light_curve(n_energy=2, n_time=3)
    ax = curve.plot(axis_name="energy")
    assert len(drawn(ax)) == 3
    np.testing.assert_allclose(drawn(ax)[1][:, 1], curve.dnde.data[1, :, 0, 0])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "2020-01-01 12:00 – 2020-01-02 00:00"


def test_negative_flux_of_a_light_curve_is_seen():
    norm = np.array([1, -0.5, 1, 1])[:, None, None, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = light_curve(norm=norm, norm_err=0.1).plot()
    assert ax.get_yscale() == "linear"
    assert ax.get_ylim()[0] < drawn(ax)[0][:, 1].min() < 0


def test_profile():
    own = flux_profile(n_energy=2)
    ax = own.plot(sed_type="flux")
    for row, xy in enumerate(drawn(ax)):
        np.testing.assert_allclose(xy[:, 0], [0.05, 0.2, 0.45])
        np.testing.assert_allclose(xy[:, 1], own.flux.data[:, row, 0, 0])
    across, _ = bars(ax.containers[0])
    np.testing.assert_allclose(across, [[0, 0.1], [0.1, 0.3], [0.3, 0.6]], atol=1e-12)
    assert ax.get_xlabel() == "Projected distance [deg]"
    assert ax.get_xscale() == "linear"
    assert ax.get_legend().get_texts()[0].get_text() == "1 – 3.16 TeV"


def test_profile_over_energy():
    own = flux_profile(n_energy=2)
    ax = own.plot(axis_name="energy")
    np.testing.assert_allclose(drawn(ax)[2][:, 1], own.dnde.data[2, :, 0, 0])
    assert ax.get_xlabel() == "Energy [TeV]"
    assert ax.get_legend().get_texts()[2].get_text() == "0.3 – 0.6 deg"


def test_limits_of_a_profile_are_arrows():
    ul = np.array([np.nan, 3, np.nan])[:, None, None, None]
    ax = flux_profile(norm_ul=ul, is_ul=np.isfinite(ul)).plot(axis_name="projected-distance")
    (arrow,) = arrows(ax)
    (across, _) = bars(arrow)
    np.testing.assert_allclose(across, [[0.1, 0.3]], rtol=1e-12)
    assert len(drawn(ax)[0]) == 2


def test_profiles_share_axes_in_other_units():
    ax = flux_profile().plot()
    edges = MapAxis.from_edges([0, 6, 18, 36], unit="arcmin", name="projected-distance")
    flux_profile(axis=edges).plot(ax)
    np.testing.assert_allclose(drawn(ax)[0], drawn(ax)[1])
    with pytest.raises(UnitMismatchError, match="in 'deg'"):
        points().plot(ax)


def test_light_curve_on_axes_of_energy():
    with pytest.raises(UnitMismatchError, match="these axes have 'TeV' along x"):
        light_curve().plot(points().plot())


# -- refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sed_type": "sed"}, "sed_type = 'sed' is not known: choose one of dnde"),
        ({"time_format": "jd"}, "time_format = 'jd' is not known: choose 'iso' or 'mjd'"),
        ({"axis_name": "lon"}, "axis_name = 'lon' is no axis of these points"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(OptionError, match=message):
        light_curve().plot(**arguments)
    assert not plt.get_fignums()


def test_time_of_a_spectrum():
    with pytest.raises(OptionError, match=r"axis_name = 'time' .* choose one of \['energy'\]"):
        points().plot(axis_name="time")


def test_nothing_to_draw():
    with pytest.raises(DataError, match="none of 4 flux points has a flux or an upper limit"):
        points(norm=np.full(4, np.nan)).plot()
    assert not plt.get_fignums()


def test_without_matplotlib(monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] == "matplotlib":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (points().plot, light_curve().plot, profiles().plot_ts_profiles):
        with pytest.raises(MissingPackageError, match=r"pip install 'gammapy\[plot\]'"):
            draw()


def test_integrals_need_bins():
    own = FluxPoints.from_table(table(dnde=np.array([4.0, 3, 2, 1]) * 1e-12))
    with pytest.raises(DataError, match="flux is an integral over energy bins"):
        own.plot(sed_type="flux")


def test_measured_light_curve():
    curve = FluxPoints.read(
        data_file("estimators/pks2155_hess_lc/pks2155_hess_lc_3bins.fits"), format="lightcurve"
    )
    with pytest.warns(GammapyWarning, match="6 of 102 flux points lie below zero"):
        ax = curve.plot(sed_type="flux", axis_name="time")
    assert sum(len(xy) for xy in drawn(ax)) == 102 - curve.is_ul.data.sum()
    assert len(arrows(ax)) == 1


def test_kev_of_a_file_are_drawn_in_tev():
    geom = RegionGeom([MapAxis.from_energy_edges(EDGES * 1e9 * u.keV)])
    own = FluxPoints({"norm": RegionNDMap(geom, NORM)}, reference())
    ax = own.plot()
    assert ax.get_xlabel() == "Energy [TeV]"
    np.testing.assert_allclose(drawn(ax)[0][:, 0], np.sqrt(EDGES[1:] * EDGES[:-1]))
