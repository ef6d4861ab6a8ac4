"""Posterior samples of the Crab fits beside best fits and beside the exact posterior."""

import os

import numpy as np
import pytest

from benchmarks import emcee_crab
from gammapy.modeling import FitProblem
from gammapy.modeling.fit.problem import Evaluation

pytest.importorskip("emcee")


@pytest.fixture(scope="module", params=list(emcee_crab.CASES))
def case(request):
    for name in ("GAMMAPY_DATA", "GAMMAPY_REFERENCE"):
        if not os.environ.get(name):
            pytest.skip(f"{name} is not set: it names the folder this test reads")
    rows, result = emcee_crab.sample(request.param)
    return request.param, rows, result


@pytest.mark.slow
def test_samples_are_those_of_the_posterior(case):
    _, rows, result = case
    assert result.success
    assert result.samples.shape == (emcee_crab.WALKERS * 2000, 3)
    # The bars are for 1,280 independent samples: the autocorrelation time is at most 50 steps.
    time = float(result.message.split()[2])
    assert len(result.samples) / time >= 1280, result.message
    assert all(row.is_sampled for row in rows), rows


@pytest.mark.slow
def test_beside_the_best_fit(case):
    workload, rows, _ = case
    if workload == "crab-joint-lp":
        assert all(row.inside for row in rows), rows
        return
    # Four short runs: the posterior is skewed, its mean is not its mode, without a sampler too.
    for row in rows:
        assert abs(row.exact_mean - row.best) > emcee_crab.SHIFT * row.error, row
        assert np.sign(row.skewness) == np.sign(row.exact_mean - row.best), row


@pytest.mark.parametrize(
    ("changes", "inside", "is_sampled"),
    [
        ({}, True, True),
        ({"mean": 1.019}, True, False),
        ({"mean": 1.021}, False, False),
        ({"mean": 1.03, "exact_mean": 1.03}, False, True),
        ({"width": 0.089}, False, False),
        ({"width": 0.109}, True, False),
    ],
)
def test_bars(changes, inside, is_sampled):
    row = {"mean": 1.0, "width": 0.1, "exact_mean": 1.0, "exact_width": 0.1, "best": 1.0}
    row = emcee_crab.Posterior(name="a", skewness=0.0, error=0.1, **row | changes)
    assert (row.inside, row.is_sampled) == (inside, is_sampled)
    assert row.exact_inside == ("exact_mean" not in changes)


def test_grid_of_a_normal_posterior_with_a_bound():
    def value(x):
        return float((x[0] - 1) ** 2 / 0.25 + x[1] ** 2)

    def evaluate(x):
        return Evaluation(value(x), np.zeros(2), np.eye(2))

    problem = FitProblem(
        names=("a", "b"),
        start=np.array([1.0, 0.5]),
        lower=np.array([-np.inf, 0.0]),
        upper=np.array([np.inf, np.inf]),
        value=value,
        evaluate=evaluate,
    )
    mean, width = emcee_crab.by_grid(problem, np.array([1.1, 0.8]), np.array([0.5, 0.6]))
    # half a normal density: mean sqrt(2 / pi), variance 1 - 2 / pi; the rest is cut at 5 widths
    assert mean == pytest.approx([1.0, np.sqrt(2 / np.pi)], abs=2e-3)
    assert width == pytest.approx([0.5, np.sqrt(1 - 2 / np.pi)], abs=2e-3)
