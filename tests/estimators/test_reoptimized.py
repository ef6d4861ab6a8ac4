"""Flux points with the other models fitted again: a joint fit of each point tells the truth."""

import astropy.units as u
import numpy as np
import pytest
from scipy.optimize import brentq

from gammapy.datasets import Datasets
from gammapy.estimators import FluxPointsEstimator
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.modeling import Fit, GaussianPrior
from gammapy.modeling.models import Models
from tests.spectrum.toys import cash, on_off, power_law


def models() -> Models:
    other = power_law("other", index=3.5, amplitude=2e-12)
    other.spectral_model.index.frozen = True
    return Models([power_law(), other])


def toys() -> Datasets:
    datasets = Datasets([cash("one"), on_off("two")])
    datasets.models = models()
    return datasets


def edges(datasets):
    return datasets[0].energy_axis.edges[[0, 4, 8]]


def masked(datasets, point) -> Datasets:
    """The bins of a point, of new datasets with the source's shape held."""
    new = toys()
    for old, dataset in zip(datasets, new, strict=True):
        keep = np.arange(8) // 4 == point
        dataset.counts, dataset.mask_fit = (
            old.counts,
            RegionNDMap(RegionGeom([old.energy_axis]), keep),
        )
    new.models[0].spectral_model.index.frozen = True
    return new


@pytest.fixture(scope="module")
def points():
    datasets = toys()
    estimator = FluxPointsEstimator(
        edges(datasets), source="crab", reoptimize=True, selection_optional="all", n_sigma_ul=2
    )
    return estimator.run(datasets)


@pytest.mark.parametrize("point", [0, 1])
def test_is_a_fit_of_both_amplitudes(points, point):
    datasets = masked(toys(), point)
    spectrum, other = (model.spectral_model for model in datasets.models)
    result = Fit().run(datasets)
    assert points.norm.values[point] == pytest.approx(spectrum.amplitude.value / 3e-11, rel=1e-3)
    assert points.norm_err.values[point] == pytest.approx(
        spectrum.amplitude.error / 3e-11, rel=2e-3
    )
    assert points.stat.values[point] == pytest.approx(result.total_stat, abs=1e-4)

    def profile(norm):
        spectrum.amplitude.value, spectrum.amplitude.frozen = norm * 3e-11, True
        other.amplitude.value = 1e-10  # a prediction must be positive to start from
        return Fit().run(datasets).total_stat

    assert points.stat_null.values[point] == pytest.approx(profile(0.0), abs=1e-4)
    scan = [profile(norm) for norm in points.stat_scan.geom.axes["norm"].center.value[4:7]]
    np.testing.assert_allclose(points.stat_scan.values[point, 4:7], scan, atol=1e-3)
    best = points.norm.values[point]
    error = points.norm_err.values[point]
    up = brentq(lambda n: profile(n) - result.total_stat - 4, best, best + 3 * error, xtol=1e-4)
    assert points.norm_ul.values[point] == pytest.approx(up, abs=1e-3 * (up - best) + 2e-4)
    down = brentq(lambda n: profile(n) - result.total_stat - 1, best - 2 * error, best, xtol=1e-4)
    assert points.norm_errn.values[point] == pytest.approx(best - down, rel=3e-3)


def test_predictions_are_those_of_the_fit(points):
    datasets = masked(toys(), 1)
    Fit().run(datasets)
    keep = datasets[0].mask.values
    for number, dataset in enumerate(datasets):
        total = dataset.npred().values[keep].sum()
        assert points.npred.values[1, number] == pytest.approx(total, rel=1e-3)
        excess = dataset.npred_signal("crab").values[keep].sum()
        assert points.npred_excess.values[1, number] == pytest.approx(excess, rel=1e-3)


def test_is_wider_than_with_the_others_held(points):
    datasets = toys()
    held = FluxPointsEstimator(edges(datasets), source="crab").run(datasets)
    assert np.all(points.norm_err.values > 1.1 * held.norm_err.values)
    assert np.all(points.stat.values <= held.stat.values)


def test_nothing_else_free_is_the_same_as_held():
    datasets = toys()
    datasets.models[1].freeze()
    held, again = (
        FluxPointsEstimator(
            edges(datasets), source="crab", reoptimize=reoptimize, selection_optional="all"
        ).run(datasets)
        for reoptimize in (False, True)
    )
    for name in (
        "norm",
        "norm_err",
        "norm_errn",
        "norm_errp",
        "norm_ul",
        "ts",
        "stat_scan",
        "npred",
    ):
        ours, theirs = getattr(again, name).values, getattr(held, name).values
        np.testing.assert_allclose(ours, theirs, rtol=2e-3)


def test_models_are_not_changed():
    datasets = toys()
    parameters = datasets.parameters
    before = [(p.value, p.error, p.frozen) for p in parameters]
    FluxPointsEstimator(edges(datasets), source=0, reoptimize=True).run(datasets)
    assert [(p.value, p.error, p.frozen) for p in parameters] == before
    assert datasets[0].mask_fit is None


def test_priors_of_the_others_count():
    datasets = toys()
    amplitude = datasets.models[1].spectral_model.amplitude
    amplitude.prior = GaussianPrior(mu=2e-12, sigma=1e-15)
    tight = FluxPointsEstimator(edges(datasets), source=0, reoptimize=True).run(datasets)
    held = FluxPointsEstimator(edges(datasets), source=0).run(datasets)
    np.testing.assert_allclose(tight.norm.values, held.norm.values, rtol=2e-3)
    np.testing.assert_allclose(tight.norm_err.values, held.norm_err.values, rtol=2e-3)


def test_links_to_the_source_hold_its_value():
    datasets = toys()
    source, other = (model.spectral_model for model in datasets.models)
    other.index.link = source.index + 1.2  # 3.5, as before
    linked = FluxPointsEstimator(edges(datasets), source="crab", reoptimize=True).run(datasets)
    plain = FluxPointsEstimator(edges(datasets), source="crab", reoptimize=True).run(toys())
    np.testing.assert_allclose(linked.norm.values, plain.norm.values, rtol=1e-5)


def test_too_few_bins_give_a_reason():
    datasets = toys()
    for dataset in datasets:
        keep = (np.arange(8) >= 4) | (np.arange(8) == (0 if dataset.name == "one" else 9))
        dataset.mask_safe = RegionNDMap(RegionGeom([dataset.energy_axis]), keep)
    points = FluxPointsEstimator(
        edges(datasets), source="crab", reoptimize=True, selection_optional="all"
    ).run(datasets)
    assert points.success.values.tolist() == [False, True]
    assert np.isnan([points.norm.values[0], points.ts.values[0], points.npred.values[0, 0]]).all()
    (reason,) = points.meta["reasons"]
    assert "2 free parameters and 1 data" in reason


def test_a_point_without_data_keeps_its_reason():
    datasets = toys()
    far = [0.01, 0.1] * u.TeV
    points = FluxPointsEstimator(far, source="crab", reoptimize=True).run(datasets)
    assert not points.success.data.any()
    assert "no unmasked bin" in points.meta["reasons"][0]
