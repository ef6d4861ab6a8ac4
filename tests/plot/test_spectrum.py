"""The picture of a fit: what is in it, not how its pixels look."""

import sys

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import DataError, MissingPackageError, OptionError
from gammapy.maps import RegionNDMap
from gammapy.plot import plot_fit
from gammapy.plot.counts import joined, summed
from gammapy.spectrum import SpectrumDataset
from tests.results.crab import crab, crab_models, on_off

matplotlib = pytest.importorskip("matplotlib")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def markers(ax):
    """Error bars that show a marker for each point."""
    return [c for c in ax.containers if c.lines[0] is not None and len(c.lines[0].get_xydata())]


def arrows(ax):
    """Lower and upper ends [n, 2] of the bars that are arrows."""
    bars = [c.lines[2][1].get_segments() for c in ax.containers if c.lines[0] is None]
    return np.concatenate([np.array(bar)[:, :, 1] for bar in bars if bar] or [np.zeros((0, 2))])


def drawn(ax):
    """Points [n, 2], one array for each error bar with markers."""
    return [container.lines[0].get_xydata() for container in markers(ax)]


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.fixture
def picture():
    datasets = crab()
    axes = datasets.plot_fit()
    return datasets, axes[0].figure, axes


def test_points_are_the_data(picture):
    datasets, _, (top, bottom) = picture
    points = joined(summed(list(datasets))[0], 5.0)
    (residuals,) = drawn(bottom)
    np.testing.assert_allclose(residuals, np.transpose([points.energy, points.residual]))
    (excess,) = drawn(top)
    positive = points.excess > 0
    np.testing.assert_allclose(
        excess, np.transpose([points.energy, points.excess])[positive], rtol=1e-12
    )


def test_error_bars_are_the_errors(picture):
    datasets, _, (top, _) = picture
    points = joined(summed(list(datasets))[0], 5.0)
    (bars,) = (container.lines[2][1].get_segments() for container in markers(top))
    low, high = np.array(bars)[:, :, 1].T
    seen = points.excess > 0
    np.testing.assert_allclose(low, (points.excess - points.errn)[seen])
    np.testing.assert_allclose(high, (points.excess + points.errp)[seen])


def test_curve_is_the_prediction(picture):
    datasets, _, (top, _) = picture
    (curve,) = (patch for patch in top.patches if hasattr(patch, "get_data"))
    values, edges, _ = curve.get_data()
    signal = sum(d.npred_signal().values for d in datasets)
    np.testing.assert_allclose(values * np.diff(np.log10(edges)), signal)


def test_labels(picture):
    datasets, _, (top, bottom) = picture
    counts = sum(d.counts.data.sum() for d in datasets)
    assert top.get_title() == f"crab: −2 ln L = {datasets.stat_sum():.1f}, 24 bins"
    assert labels(top)[0].startswith(f"first, second: {counts:.0f} counts, ")
    assert top.get_ylabel() == "Excess counts per decade of energy"
    assert bottom.get_xlabel() == "Energy [TeV]"
    assert bottom.get_ylabel() == "Residual [σ]"
    assert texts(bottom) == ["bins joined until 5 counts are predicted"]


def test_scales_and_limits(picture):
    _, figure, (top, bottom) = picture
    assert (top.get_xscale(), top.get_yscale(), bottom.get_yscale()) == ("log", "log", "linear")
    assert top.get_xlim() == bottom.get_xlim()
    assert top.get_xlim() == pytest.approx((0.5 / 1.1, 50 * 1.1))
    assert bottom.get_ylim()[0] == -bottom.get_ylim()[1]
    figure.draw_without_rendering()
    shown = [label.get_text() for label in bottom.get_xticklabels()]
    assert {"1", "10"} <= set(shown)


def test_all_points_are_inside(picture):
    _, _, axes = picture
    for ax in axes:
        (low, high), (left, right) = ax.get_ylim(), ax.get_xlim()
        for points in drawn(ax):
            assert np.all((points[:, 1] > low) & (points[:, 1] < high))
            assert np.all((points[:, 0] > left) & (points[:, 0] < right))


@pytest.mark.parametrize("nbin", [2, 12])
def test_legend_covers_nothing(nbin):
    names = ["one", "two", "three", "four"]
    datasets = Datasets([on_off(name, nbin=nbin + i) for i, name in enumerate(names)])
    datasets.models = crab_models()
    top, _ = datasets.plot_fit()
    figure = top.figure
    figure.draw_without_rendering()
    box = top.get_legend().get_window_extent()
    for container in top.containers:
        for bars in container.lines[2]:
            for segment in bars.get_segments():
                ends = top.transData.transform(segment)
                assert ends[:, 1].max() < box.y0 or ends[:, 0].max() < box.x0


def test_many_instruments_have_their_legend_beside():
    datasets = Datasets([on_off(f"n{i}", nbin=6 + i) for i in range(8)])
    datasets.models = crab_models()
    top, _ = datasets.plot_fit()
    figure = top.figure
    figure.draw_without_rendering()
    assert len(labels(top)) == 8
    assert top.get_legend().get_window_extent().x0 > top.get_window_extent().x1


def test_dataset_alone():
    dataset = on_off("alone")
    top, _ = dataset.plot_fit()
    assert labels(top)[0].startswith("alone: ")


def test_numbered_spectra_are_named_together():
    datasets = Datasets([on_off("crab-01"), on_off("crab-02")])
    datasets.models = crab_models()
    top, _ = plot_fit(list(datasets))
    assert labels(top)[0].startswith("crab (2 spectra): ")


def test_known_background():
    template = on_off("template")
    dataset = SpectrumDataset(
        models=crab_models(),
        counts=template.counts,
        exposure=template.exposure,
        edisp=template.edisp,
        background=RegionNDMap(template.counts.geom, 2.0),
        name="cash",
    )
    top, bottom = dataset.plot_fit(min_counts=1)
    points = joined(summed([dataset])[0], 1)
    assert drawn(bottom)[0][:, 1] == pytest.approx(points.residual)
    assert labels(top)[0].endswith("counts, 24.0 background")


def test_masked_bins_are_left_out():
    dataset = on_off("masked")
    edges = dataset.energy_axis.edges.to_value("TeV")
    dataset.mask_safe = RegionNDMap(dataset.counts.geom, np.arange(12) >= 3)
    top, bottom = dataset.plot_fit()
    assert top.get_xlim()[0] == pytest.approx(edges[3] / 1.1)
    assert drawn(bottom)[0][:, 0].min() > edges[3]
    assert top.get_title().endswith(" 9 bins")


def test_few_counts_are_open_and_said():
    dataset = on_off("faint", livetime=30.0, background=0.01, seed=5)
    _, bottom = dataset.plot_fit()
    figure = bottom.figure
    (container,) = markers(bottom)
    assert container.lines[0].get_markerfacecolor() == "white"
    assert texts(bottom) == ["bins joined until 5 counts are predicted; open points: fewer"]
    figure.draw_without_rendering()
    note = bottom.texts[0].get_window_extent()
    assert note.y1 < bottom.xaxis.label.get_window_extent().y0
    assert note.y0 > 0


def test_no_counts_at_all():
    dataset = on_off("empty", livetime=1.0, background=0.0)
    assert dataset.counts.data.sum() == 0
    top, bottom = dataset.plot_fit()
    figure = top.figure
    figure.draw_without_rendering()
    assert len(drawn(bottom)[0]) == 1
    ((_, end),) = arrows(top)
    assert end == pytest.approx(1.841 / 2, abs=1e-3)  # 84% limit of no counts, over two decades
    assert np.isfinite(top.get_ylim()).all()


def test_negative_excess_is_an_arrow_from_its_upper_end():
    dataset = on_off("dim", livetime=30.0, background=30.0, alpha=1.0, seed=1)
    top, _ = dataset.plot_fit()
    points = joined(summed([dataset])[0], 5.0)
    below = (points.excess <= 0) & (points.excess + points.errp > 0)
    assert below.any()
    assert sum(len(p) for p in drawn(top)) == (points.excess > 0).sum()
    np.testing.assert_allclose(arrows(top)[:, 1], (points.excess + points.errp)[below])


def test_axes_of_the_caller():
    mine = matplotlib.figure.Figure()
    top, bottom = mine.subplots(2, 1, sharex=True)
    before = plt.get_fignums()
    assert crab().plot_fit(ax_spectrum=top, ax_residuals=bottom) == (top, bottom)
    assert drawn(bottom)
    assert plt.get_fignums() == before


def test_axes_by_position():
    top, bottom = plt.figure().subplots(2, 1)
    for data in (crab(), crab()[0]):
        assert data.plot_fit(top, bottom) == (top, bottom)


def test_an_empty_figure_of_pyplot_is_used_and_a_full_one_is_not():
    mine = plt.figure(figsize=(4, 3))
    top, bottom = crab().plot_fit()
    assert mine.axes == [top, bottom]
    assert tuple(mine.get_size_inches()) == (4, 3)
    again, _ = crab().plot_fit()
    assert again.figure is not mine


def test_styles_are_handed_on():
    top, bottom = crab().plot_fit(
        kwargs_spectrum={
            "kwargs_excess": {"color": "blue", "marker": "s", "label": "data"},
            "kwargs_npred_signal": {"color": "black", "ls": "--"},
        },
        kwargs_residuals={"color": "red", "markersize": 3},
    )
    (excess,) = markers(top)
    assert (excess.lines[0].get_marker(), excess.lines[0].get_color()) == ("s", "blue")
    assert labels(top) == ["data"]
    (curve,) = (patch for patch in top.patches if hasattr(patch, "get_data"))
    assert (curve.get_edgecolor()[:3], curve.get_linestyle()) == ((0, 0, 0), "--")
    (residual,) = markers(bottom)
    assert (residual.lines[0].get_color(), residual.lines[0].get_markersize()) == ("red", 3)


def test_unknown_style():
    with pytest.raises(OptionError, match="kwargs_spectrum has no key 'kwargs_counts'"):
        crab().plot_fit(kwargs_spectrum={"kwargs_counts": {}})


def test_drawing_changes_nothing():
    datasets = crab()
    before = datasets.models.parameters.value, datasets.stat_sum()
    datasets.plot_fit()
    np.testing.assert_array_equal(datasets.models.parameters.value, before[0])
    assert datasets.stat_sum() == before[1]


# -- refused ------------------------------------------------------------------------------


def test_one_axes_alone():
    top, _ = matplotlib.figure.Figure().subplots(2, 1)
    with pytest.raises(OptionError, match="both ax_spectrum and ax_residuals"):
        crab().plot_fit(ax_spectrum=top)


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_min_counts(value):
    with pytest.raises(OptionError, match=f"min_counts = {value!r} must be positive"):
        crab().plot_fit(min_counts=value)


def test_no_models():
    dataset = on_off("bare")
    dataset.models = None
    with pytest.raises(DataError, match=r"no models to draw .* set datasets\.models"):
        dataset.plot_fit()


def test_no_counts_spectrum():
    with pytest.raises(DataError, match="3 is not a counts spectrum"):
        plot_fit([3])
    with pytest.raises(DataError, match="no models"):
        plot_fit([])


def test_without_matplotlib(monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] == "matplotlib":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'gammapy\[plot\]'"):
        crab().plot_fit()
