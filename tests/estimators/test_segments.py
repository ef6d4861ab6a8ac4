"""Rows of flux points: predictions, constant terms, joined bins."""

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.engine.norm import Outcome, best_norm
from gammapy.errors import DataError
from gammapy.estimators.segments import Segments, checked_spectra
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.modeling.models import Models
from tests.spectrum.toys import cash, on_off, power_law

FREE = (-np.inf, np.inf)


def datasets() -> Datasets:
    found = Datasets([cash("one"), on_off("two"), on_off("three", n_energy=4, seed=9)])
    found.models = Models([power_law(), power_law("other", index=3.0, amplitude=4e-12)])
    return found


def build(spectra, points, n_points, **options):
    return Segments.build(spectra, spectra.models[0], points, n_points, FREE, **options)


def halves(spectra):
    return [np.repeat([0, 1], d.energy_axis.nbin // 2) for d in spectra]


def test_at_norm_one_all_is_as_the_datasets_predict():
    spectra = datasets()
    segments = build(spectra, halves(spectra), 2)
    stat = segments.problem(np.ones(2)).value
    assert stat.sum() == pytest.approx(spectra.stat_sum(), rel=1e-12)
    sums = segments.predictions(np.ones(2))
    for number, (dataset, point) in enumerate(zip(spectra, halves(spectra), strict=True)):
        for i in (0, 1):
            where = point == i
            for name, values in (
                ("npred", dataset.npred().values),
                ("npred_excess", dataset.npred_signal("crab").values),
                ("counts", dataset.counts.values),
            ):
                assert sums[name][i, number] == pytest.approx(values[where].sum(), rel=1e-9)


def test_masks_and_bins_of_no_point_are_left_out():
    spectra = datasets()
    points = halves(spectra)
    points[0][:2] = -1
    keep = np.arange(8) != 5
    spectra[1].mask_fit = RegionNDMap(RegionGeom([spectra[1].energy_axis]), keep)
    counts = build(spectra, points, 2).predictions(np.ones(2))["counts"]
    assert counts[0, 0] == spectra[0].counts.values[2:4].sum()
    assert counts[1, 1] == spectra[1].counts.values[[4, 6, 7]].sum()


def test_a_missing_norm_makes_its_own_predictions_unknown():
    spectra = datasets()
    sums = build(spectra, halves(spectra), 2).predictions(np.array([np.nan, 0.5]))
    assert np.isnan(sums["npred"][0]).all()
    assert np.isnan(sums["npred_excess"][0]).all()
    assert np.isfinite(sums["npred"][1]).all()
    assert np.isfinite(sums["counts"]).all()


def test_joined_bins_keep_counts_background_and_predictions():
    spectra = datasets()
    segments, joined = (
        build(spectra, halves(spectra), 2, joined=joined) for joined in (False, True)
    )
    for name in ("signal", "other", "counts", "excess"):
        np.testing.assert_allclose(joined.problem.total(name), segments.problem.total(name))
    assert joined.problem.total().tolist() == [3, 3]
    found = best_norm(joined.problem)
    assert found.outcome.tolist() == [Outcome.FOUND] * 2
    # one bin each of a single spectrum is described perfectly
    alone = Datasets([spectra[1]])
    single = build(alone, halves(alone), 2, joined=True)
    best = best_norm(single.problem)
    np.testing.assert_allclose(best.stat, 0, atol=1e-9)
    apart = build(alone, halves(alone), 2)
    assert np.all(best_norm(apart.problem).stat > 0.1)


def test_joined_bins_without_off_counts_take_the_mean_alpha():
    dataset = on_off()
    dataset.models = power_law()
    geom = RegionGeom([dataset.energy_axis])
    dataset.counts_off = RegionNDMap(geom)
    dataset.acceptance = RegionNDMap(geom, np.arange(1.0, 9.0))
    spectra = Datasets([dataset])
    joined = build(spectra, [np.zeros(8, dtype=int)], 1, joined=True)
    (kind,) = joined.kinds
    assert kind.bins.data.alpha[0] == pytest.approx(np.arange(1.0, 9.0).mean() / 5)


def test_not_spectra():
    with pytest.raises(DataError, match="no datasets"):
        checked_spectra(Datasets())
    with pytest.raises(DataError, match="3 is a int"):
        checked_spectra([3])
    spectrum = cash()
    assert checked_spectra(spectrum) == [spectrum]
