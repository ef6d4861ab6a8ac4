"""Counts spectra bin by bin: what is drawn is what the dataset holds."""

import numpy as np
import pytest

from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.maps import RegionNDMap
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from tests.results.crab import crab_models, on_off
from tests.spectrum.points import data_file

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture
def dataset():
    return on_off("crab", seed=3)


def stairs(ax):
    """Values and edges of each step curve by its label."""
    return {p.get_label(): p.get_data() for p in ax.patches if hasattr(p, "get_data")}


def spans(ax):
    """Ends of the shades by label; those of the same mask after the first have none."""
    shades = [p for p in ax.patches if not hasattr(p, "get_data")]
    return [(p.get_label(), p.get_x(), p.get_x() + p.get_width()) for p in shades]


def with_counts(dataset, on, off):
    geom = dataset.counts.geom
    dataset.counts, dataset.counts_off = RegionNDMap(geom, on), RegionNDMap(geom, off)


def masked(dataset, mask, name="mask_safe"):
    setattr(dataset, name, RegionNDMap(dataset.counts.geom, mask))
    return dataset


def test_counts_and_background(dataset):
    ax = dataset.plot_counts()
    assert ax is plt.gca()
    curves = stairs(ax)
    assert list(curves) == ["Counts", "Background"]
    np.testing.assert_array_equal(curves["Counts"].values, dataset.counts.values)
    np.testing.assert_allclose(curves["Background"].values, dataset.background.values)
    np.testing.assert_allclose(curves["Counts"].edges, dataset.energy_axis.edges.to_value("TeV"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Energy [TeV]", "Counts")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_styles(dataset):
    ax = dataset.plot_counts(
        kwargs_counts={"color": "red"}, kwargs_background={"label": "sky"}, linestyle="--"
    )
    counts, background = (p for p in ax.patches if hasattr(p, "get_data"))
    assert counts.get_edgecolor()[:3] == (1, 0, 0)
    assert background.get_label() == "sky"
    assert {counts.get_linestyle(), background.get_linestyle()} == {"--"}


def test_only_energies_with_counts_are_in_view(dataset):
    seen = np.arange(12) >= 3
    with_counts(dataset, 9 * seen, 9 * seen)
    low, _ = dataset.plot_counts().get_xlim()
    edges = dataset.energy_axis.edges.to_value("TeV")
    assert edges[2] < low < edges[3]


@pytest.mark.parametrize("method", ["plot_counts", "plot_excess", "plot_residuals"])
def test_masks_end_in_view(dataset, method):
    with_counts(dataset, 9 * (np.arange(12) == 5), 9 * (np.arange(12) == 5))
    masked(masked(dataset, np.arange(12) > 2), np.arange(12) < 10, "mask_fit")
    ax = getattr(dataset, method)()
    dataset.plot_masks(ax=ax)
    edges = dataset.energy_axis.edges.to_value("TeV")
    low, high = ax.get_xlim()
    assert low < edges[0]  # of mask_fit
    assert high > edges[12]  # of mask_safe


def test_excess_and_prediction(dataset):
    ax = dataset.plot_excess()
    seen = (dataset.counts.values > 0) | (dataset.counts_off.values > 0)
    (bars,) = ax.containers
    np.testing.assert_allclose(bars.lines[0].get_ydata(), dataset.excess.values[seen])
    signal = stairs(ax)["Predicted signal counts"].values
    np.testing.assert_allclose(signal, dataset.npred_signal().values)
    ends = np.array(bars.lines[2][1].get_segments())[0, :, 1]
    n_on, n_off = dataset.counts.values[seen][0], dataset.counts_off.values[seen][0]
    from scipy.stats import chi2

    up = chi2.ppf(0.8413447, 2 * (n_on + 1)) / 2 - n_on
    expected = np.hypot(up, 0.1 * np.sqrt(n_off))
    assert ends[1] - dataset.excess.values[seen][0] == pytest.approx(expected, rel=1e-5)


def test_excess_styles(dataset):
    ax = dataset.plot_excess(
        kwargs_excess={"color": "blue", "markersize": 8, "marker": "s"},
        kwargs_npred_signal={"color": "black", "ls": "--"},
    )
    assert ax.containers[0].lines[0].get_marker() == "s"
    (curve,) = (p for p in ax.patches if hasattr(p, "get_data"))
    assert curve.get_linestyle() == "--"


def test_excess_without_models(dataset):
    dataset.models = None
    assert stairs(dataset.plot_excess()) == {}


@pytest.mark.parametrize("method", ["diff", "diff/model", "diff/sqrt(model)"])
def test_residuals(dataset, method):
    keep = np.arange(12) > 2
    ax = masked(dataset, keep).plot_residuals_spectral(method=method)
    n, mu = dataset.counts.values[keep], dataset.npred().values[keep]
    scale = {"diff": 1, "diff/model": mu, "diff/sqrt(model)": np.sqrt(mu)}[method]
    np.testing.assert_allclose(ax.containers[0].lines[0].get_ydata(), (n - mu) / scale)
    low, high = ax.get_ylim()
    assert low == -high
    assert [label for label, *_ in spans(ax)] == ["Mask safe"]


def test_counts_where_none_are_predicted():
    own = SpectrumDataset(counts=RegionNDMap(on_off("dark").counts.geom, 2))
    with pytest.warns(GammapyWarning, match="counts where none are predicted"):
        own.plot_residuals(method="diff/model")


def test_masks(dataset):
    safe, fit = np.arange(12) > 1, np.ones(12, dtype=bool)
    fit[[4, 5]] = False
    masked(masked(dataset, safe), fit, "mask_fit")
    ax = dataset.plot_masks(kwargs_safe={"alpha": 0.5})
    edges = dataset.energy_axis.edges.to_value("TeV")
    (first, second, third) = spans(ax)
    assert first == ("Mask fit", pytest.approx(edges[0]), pytest.approx(edges[4]))
    assert second[1:] == (pytest.approx(edges[6]), pytest.approx(edges[12]))
    assert third == ("Mask safe", pytest.approx(edges[2]), pytest.approx(edges[12]))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["Mask fit", "Mask safe"]


def test_masks_do_not_change_the_view(dataset):
    ax = masked(dataset, np.ones(12, dtype=bool)).plot_counts()
    before = ax.get_xlim(), ax.get_ylim()
    dataset.plot_masks(ax=ax)
    assert (ax.get_xlim(), ax.get_ylim()) == before


def test_no_masks_no_shades(dataset):
    assert spans(dataset.plot_masks()) == []


def test_known_background():
    own = on_off("on", seed=1)
    spectrum = SpectrumDataset(
        counts=own.counts, background=own.background, exposure=own.exposure, models=crab_models()
    )
    np.testing.assert_allclose(
        stairs(spectrum.plot_counts())["Background"].values, own.background.values
    )
    bare = SpectrumDataset(counts=own.counts)
    assert list(stairs(bare.plot_counts(plt.figure().gca()))) == ["Counts"]


def test_no_counts_at_all(dataset):
    with_counts(dataset, np.zeros(12), np.zeros(12))
    assert np.isfinite(dataset.plot_counts().get_ylim()).all()
    assert np.isfinite(dataset.plot_excess(plt.figure().gca()).get_ylim()).all()


@pytest.mark.parametrize("method", ["plot_counts", "plot_excess", "plot_residuals", "peek"])
def test_without_counts(method):
    own = on_off("on")
    bare = SpectrumDatasetOnOff(exposure=own.exposure, mask_safe=RegionNDMap(own.geom, True))
    with pytest.raises(DataError, match="no counts"):
        getattr(bare, method)()
    assert not plt.get_fignums()


def test_all_masked(dataset):
    with pytest.raises(DataError, match="crab: all bins are masked"):
        masked(dataset, np.zeros(12, dtype=bool)).plot_residuals()


def test_unknown_method(dataset):
    with pytest.raises(UnknownNameError, match="method = 'chi' is not known"):
        dataset.plot_residuals(method="chi")


# -- peek ---------------------------------------------------------------------------------


def test_peek(dataset):
    assert dataset.peek(figsize=(9, 3)) is None
    figure = plt.gcf()
    assert tuple(figure.get_size_inches()) == (9, 3)
    counts, exposure, dispersion = figure.axes[:3]
    assert set(stairs(counts)) == {"Counts", "Background"}
    ((values, _, _),) = stairs(exposure).values()
    np.testing.assert_allclose(values, dataset.exposure.values)
    (mesh,) = dispersion.collections
    np.testing.assert_allclose(
        np.ravel(mesh.get_array()), np.ravel(np.transpose(dataset.edisp.pdf_matrix))
    )
    assert dispersion.get_xlabel() == "True energy [TeV]"


def test_panels_of_a_peek_are_equally_wide(dataset):
    masked(masked(dataset, np.arange(12) > 2), np.arange(12) < 10, "mask_fit")
    dataset.peek(figsize=(12, 3.4))
    plt.gcf().draw_without_rendering()
    counts, exposure, _ = (ax.get_window_extent() for ax in plt.gcf().axes[:3])
    assert counts.width == pytest.approx(exposure.width, rel=0.05)
    assert plt.gcf().axes[0].get_legend().get_window_extent().x1 < exposure.x0


def test_peek_says_what_is_missing():
    own = on_off("on")
    SpectrumDataset(counts=own.counts).peek()
    texts = [text.get_text() for ax in plt.gcf().axes for text in ax.texts]
    assert texts == ["no exposure", "none: energies are perfect"]


def test_measured_spectrum():
    own = SpectrumDatasetOnOff.read(data_file("joint-crab/spectra/hess/pha_obs23523.fits"))
    ax = own.plot_counts()
    assert stairs(ax)["Counts"].values.sum() == own.counts.values.sum()
    assert ax.get_xlabel() == "Energy [TeV]"
