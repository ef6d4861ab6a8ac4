"""Spectra added up, and bins joined, for a picture."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.maps import RegionNDMap
from gammapy.plot.counts import Bins, joined, summed
from tests.results.crab import crab, on_off


def bins(counts, signal, keep=None, background=0.0, off_variance=0.0, edges=None):
    n = len(counts)
    full = np.ones(n)
    return Bins(
        names=("test",),
        edges=np.geomspace(1, 10, n + 1) if edges is None else np.asarray(edges, dtype=float),
        keep=np.ones(n, dtype=bool) if keep is None else np.asarray(keep),
        counts=np.asarray(counts, dtype=float),
        background=background * full,
        signal=np.asarray(signal, dtype=float),
        off_variance=off_variance * full,
    )


# -- adding up ----------------------------------------------------------------------------


def test_spectra_with_the_same_bins_are_added():
    datasets = crab()
    (total,) = summed(list(datasets))
    assert total.names == ("first", "second")
    expected = sum(d.counts.values for d in datasets)
    np.testing.assert_array_equal(total.counts, expected)
    np.testing.assert_allclose(total.background, sum(d.background.values for d in datasets))
    np.testing.assert_allclose(total.signal, sum(d.npred_signal().values for d in datasets))
    off = sum(0.1**2 * d.counts_off.values for d in datasets)
    np.testing.assert_allclose(total.off_variance, off)


def test_other_bins_stay_apart():
    spectra = [on_off("a"), on_off("b", nbin=10), on_off("c", low=0.6), on_off("d")]
    assert [total.names for total in summed(spectra)] == [("a", "d"), ("b",), ("c",)]


def test_other_telescopes_stay_apart():
    spectra = [on_off("a"), on_off("b"), on_off("c")]
    for dataset, telescope in zip(spectra, ["HESS", "MAGIC", "HESS"], strict=True):
        dataset.meta["telescop"] = telescope
    assert [total.names for total in summed(spectra)] == [("a", "c"), ("b",)]


def test_each_spectrum_is_summed_inside_its_own_mask():
    one, other = on_off("one"), on_off("other")
    mask = np.arange(12) >= 4
    other.mask_safe = RegionNDMap(one.counts.geom, mask)
    (total,) = summed([one, other])
    assert total.keep.all()
    np.testing.assert_array_equal(total.counts[:4], one.counts.values[:4])
    signal = one.npred_signal().values + mask * other.npred_signal().values
    np.testing.assert_allclose(total.signal, signal)


def test_all_masked():
    dataset = on_off("dark")
    dataset.mask_fit = RegionNDMap(dataset.counts.geom, False)
    with pytest.raises(DataError, match="all bins are masked"):
        summed([dataset])
    assert [total.names for total in summed([dataset, on_off("seen")])] == [("seen",)]


# -- joining ------------------------------------------------------------------------------


def group_edges(points):
    return list(zip(points.low.round(6), points.high.round(6), strict=True))


def test_bins_with_enough_stay_alone():
    points = joined(bins([9, 12, 10], [10, 10, 10]), 10)
    assert len(points.energy) == 3
    np.testing.assert_allclose(points.residual, np.array([-1, 2, 0]) / np.sqrt(10))
    assert points.enough.all()


def test_groups_end_by_prediction_not_by_counts():
    points = joined(bins([30, 0, 0, 0], [4, 4, 4, 8], edges=[1, 2, 3, 4, 5]), 10)
    assert group_edges(points) == [(1, 5)]  # 12 predicted after three, and 8 left over
    np.testing.assert_allclose(points.residual, (30 - 20) / np.sqrt(20))


def test_a_model_that_predicts_too_little_does_not_hide_the_data():
    points = joined(bins([50, 60, 70], [0.01, 0.01, 0.01], edges=[1, 2, 3, 4]), 10)
    assert group_edges(points) == [(1, 2), (2, 3), (3, 4)]
    assert not points.enough.any()
    assert points.residual.min() > 100


def test_rest_joins_the_last_group():
    points = joined(bins([5, 5, 1], [5, 5, 1], edges=[1, 2, 3, 4]), 5)
    assert group_edges(points) == [(1, 2), (2, 4)]


def test_too_few_in_all_are_one_open_point():
    points = joined(bins([1, 0, 1], [1, 0.5, 0.2], edges=[1, 2, 3, 4]), 5)
    assert group_edges(points) == [(1, 4)]
    assert not points.enough.any()


def test_no_group_reaches_over_a_masked_bin():
    keep = [True, True, False, True, True]
    values = [3, 3, 0, 3, 3]
    points = joined(bins(values, values, keep=keep, edges=[1, 2, 3, 4, 5, 6]), 6)
    assert group_edges(points) == [(1, 3), (4, 6)]


def test_excess_and_errors_per_decade():
    points = joined(bins([0, 4], [5, 5], edges=[1, 10, 1000], background=1.0), 5)
    np.testing.assert_allclose(points.excess, [-1, 3 / 2])
    # central intervals for 0 and 4 counts, from tables: 0 to 1.841, and 4 - 1.914 to 4 + 3.163
    np.testing.assert_allclose(points.errn, [0, 1.914 / 2], atol=1e-3)
    np.testing.assert_allclose(points.errp, [1.841, 3.163 / 2], atol=1e-3)
    np.testing.assert_allclose(points.signal, [5, 5 / 2])


def test_measured_background_widens_error_and_residual():
    known = joined(bins([25], [9], background=0.0), 5)
    measured = joined(bins([25], [9], off_variance=7.0), 5)
    assert known.residual == pytest.approx(16 / 3)
    assert measured.residual == pytest.approx(16 / 4)
    assert measured.errp == pytest.approx(np.hypot(known.errp, np.sqrt(7)))


def test_point_lies_on_a_steep_curve():
    edges = np.geomspace(1, 10, 21)
    signal = 100 * (edges[:-1] ** -2 - edges[1:] ** -2)  # density 200 E^-2 per ln E
    (energy,) = joined(bins(signal, signal, edges=edges), 1e9).energy
    mean = signal.sum() / np.log(10)
    assert 200 * energy**-2 == pytest.approx(mean, rel=0.02)
    assert energy < np.sqrt(10)


def test_no_signal_is_drawn_in_the_middle():
    points = joined(bins([0, 0], [0, 0]), 1)
    assert points.energy == pytest.approx(np.sqrt(10))
    assert np.isnan(points.residual).sum() == 0


@pytest.mark.parametrize("alpha", [0.1, 1.0])
@pytest.mark.parametrize("background", [3.0, 100.0])
def test_residuals_of_a_right_model_have_unit_width(alpha, background):
    residuals = []
    for seed in range(60):
        dataset = on_off("sim", seed=seed, background=background, alpha=alpha)
        residuals.append(joined(summed([dataset])[0], 5).residual)
    values = np.concatenate(residuals)
    assert abs(values.mean()) < 4 / np.sqrt(len(values))
    assert values.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * len(values)))
