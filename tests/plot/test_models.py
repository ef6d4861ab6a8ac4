"""Many models in one picture."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    FoVBackgroundModel,
    GaussianSpatialModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.plot import plot_models

matplotlib_figure = pytest.importorskip("matplotlib.figure")
RANGE = [0.1, 100] * u.TeV


def power_law(amplitude=1e-12, index=2.0):
    return PowerLawSpectralModel(index=index, amplitude=f"{amplitude} cm-2 s-1 TeV-1")


def drawn(models, energy_range=RANGE):
    figure = matplotlib_figure.Figure(layout="constrained")
    plot_models(Models(models), energy_range, figure)
    figure.canvas.draw()
    return figure.axes


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_values_and_labels():
    (ax,) = drawn([SkyModel(power_law(2e-12), name="crab")])
    (line,) = ax.lines
    x, y = line.get_data()
    np.testing.assert_allclose([x[0], x[-1]], [0.1, 100], rtol=1e-12)
    expected = (2e-12 * u.Unit("TeV cm-2 s-1")).to_value("erg cm-2 s-1")
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    assert ax.get_xlabel() == "Energy [TeV]"
    assert ax.get_ylabel() == "E² dN/dE [erg s-1 cm-2]"
    assert legend(ax) == ["crab"]
    assert ax.get_title(loc="left") == "1 spectrum"


def test_brightest_have_a_name_and_the_others_are_grey():
    sources = [SkyModel(power_law(1e-12 * (1 + i % 7 + i / 100)), name=f"s{i}") for i in range(40)]
    (ax,) = drawn(sources)
    order = sorted(range(40), key=lambda i: -(1 + i % 7 + i / 100))
    assert legend(ax) == ["30 others", *(f"s{i}" for i in order[:10])]
    assert len({line.get_color() for line in ax.lines}) == 10
    (others,) = ax.collections
    assert len(others.get_segments()) == 30


def test_long_names_are_cut_in_the_legend():
    (ax,) = drawn([SkyModel(power_law(), name="x" * 200)])
    assert legend(ax) == ["x" * 27 + "…"]


def test_factors_are_counted():
    (ax,) = drawn([SkyModel(power_law(), name="a"), FoVBackgroundModel("data")])
    assert ax.get_title(loc="left") == "1 spectrum (without 1 factor or background)"
    (ax,) = drawn([FoVBackgroundModel("data")])
    assert ax.get_title(loc="left") == "0 spectra (without 1 factor or background)"


def test_band_of_the_error():
    model = power_law()
    model.amplitude.error = 2e-13
    (ax,) = drawn([SkyModel(model, name="a")])
    (band,) = ax.collections
    y = band.get_paths()[0].vertices[:, 1]
    middle = ax.lines[0].get_ydata()[0]
    np.testing.assert_allclose([y.min(), y.max()], [0.8 * middle, 1.2 * middle], rtol=1e-9)
    assert len(drawn([SkyModel(power_law(), name="a")])[0].collections) == 0


def test_steep_spectra_do_not_hide_the_others():
    sources = [SkyModel(power_law(index=i), name=f"{i}") for i in (2.0, 12.0)]
    (ax,) = drawn(sources)
    low, high = ax.get_ylim()
    assert high / low < 10**8 * 10


def test_map_is_there_if_there_are_positions():
    place = PointSpatialModel(lon_0="3 deg", lat_0="1 deg", frame="galactic")
    axes = drawn([SkyModel(power_law(), place, name="a"), SkyModel(power_law(), name="b")])
    spectra, sky = axes
    (point,) = sky.lines
    assert point.get_data() == (pytest.approx([3.0]), pytest.approx([1.0]))
    colours = {line.get_label(): line.get_color() for line in spectra.lines}
    assert point.get_color() == colours["a"]
    assert sky.get_title(loc="left") == "1 position"


def test_panels_are_above_each_other_for_a_wide_strip():
    def source(lon):
        place = GaussianSpatialModel(
            lon_0=f"{lon} deg", lat_0="0 deg", sigma="1 deg", frame="galactic"
        )
        return SkyModel(power_law(), place, name=f"{lon}")

    near = drawn([source(10), source(350)])
    far = drawn([source(0), source(90), source(250)])
    (near_box, far_box) = ([ax.get_position() for ax in axes] for axes in (near, far))
    assert near_box[1].x0 > near_box[0].x1
    assert far_box[1].y1 < far_box[0].y0
