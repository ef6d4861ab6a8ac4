"""Factors over time and over a turn."""

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.errors import ModelError, OptionError
from gammapy.modeling.models import GaussianTemporalModel, TemplatePhaseCurveTemporalModel

plt = pytest.importorskip("matplotlib.pyplot")
mdates = pytest.importorskip("matplotlib.dates")

RANGE = Time(["2010-12-25", "2011-01-04"], scale="utc")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture
def model():
    return GaussianTemporalModel(t_ref="55560 d", sigma="1.5 d")


@pytest.mark.parametrize("time_range", [RANGE, list(RANGE)], ids=["array", "pair"])
def test_curve(model, time_range):
    ax = model.plot(time_range, n_points=11, color="C3")
    assert ax is plt.gca()
    (line,) = ax.lines
    days = line.get_xdata(orig=False)
    assert f"{mdates.num2date(days[0]):%Y-%m-%d %H:%M}" == "2010-12-25 00:00"
    np.testing.assert_allclose(np.diff(days), 1.0, rtol=1e-9)
    expected = model(RANGE[0] + np.arange(11) * u.d).value
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-9)
    assert ax.get_xlabel() == "Time [UTC]"
    assert ax.get_ylabel() == "Factor"
    assert line.get_color() == "C3"


def test_given_axes(model):
    _, axes = plt.subplots(1, 2)
    assert model.plot(RANGE.tt, ax=axes[0]) is axes[0]
    assert axes[0].get_xlabel() == "Time [TT]"
    assert len(axes[0].lines[0].get_xdata()) == 100
    assert not axes[1].lines


@pytest.mark.parametrize(
    "time_range",
    [RANGE[::-1], RANGE[0], [1, 2], None, [RANGE[0]] * 2, ["2010-12-25", "2011-01-04"]],
)
def test_no_range(model, time_range):
    with pytest.raises(OptionError, match="must be two times, the earlier first"):
        model.plot(time_range)
    assert not plt.get_fignums()


def test_bad_points_and_values(model):
    with pytest.raises(OptionError, match="n_points = 1 must be at least 2"):
        model.plot(RANGE, n_points=1)
    model.sigma.value = 0
    with pytest.raises(ModelError, match="sigma"):
        model.plot(RANGE)


def test_phasogram():
    table = Table({"PHASE": [0.25, 0.75], "NORM": [1.0, 3.0]})
    model = TemplatePhaseCurveTemporalModel(table, phi_ref=0.3, f0="3 s-1")
    ax = model.plot_phasogram(n_points=5)
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [1, 0.5, 1, 1.5, 1])
    assert ax.get_xlabel() == "Phase"
    with pytest.raises(OptionError, match="n_points"):
        model.plot_phasogram(n_points=1)
