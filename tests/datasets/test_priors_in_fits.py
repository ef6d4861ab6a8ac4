"""Fits with each kind of prior find the minimum that a plain search of the statistic finds."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from gammapy.modeling import (
    Fitter,
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Status,
    TruncatedNormalPrior,
)
from tests.spectrum.toys import cash, power_law

PRIORS = {
    "normal": GaussianPrior(2.0, 0.05),
    "log-uniform": LogUniformPrior(0.1, 10.0),
    "cut": TruncatedNormalPrior(2.0, 0.05, min=1.9),
    "log-normal": LogNormalPrior(math.log(2.0), 0.03),
    "log-normal-wide": LogNormalPrior(math.log(2.0), 3.0),
    "flat": GeneralizedGaussianPrior(2.0, 0.05, eta=0.25),
    "peaked": GeneralizedGaussianPrior(2.0, 0.05, eta=0.7),
    "laplace": GeneralizedGaussianPrior(2.1, 0.002, eta=1.0),
    "cusp": GeneralizedGaussianPrior(2.2, 0.05, eta=1.4),
    "samples": KDEPrior(np.random.default_rng(1).normal(2.0, 0.05, 3000)),
    "few samples": KDEPrior([1.9, 2.0, 2.05, 2.2]),
}


def steep(prior, start=2.3):
    """One free parameter, whose error by the data alone is 0.02 around 2.3."""
    dataset = cash(models=power_law())
    index = dataset.models.parameters["index"]
    dataset.models.parameters["amplitude"].frozen = True
    index.prior = prior
    index.value = start
    return dataset, index


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_minimum(prior, backend):
    dataset, index = steep(prior)

    def statistic(value):
        index.value = value
        return dataset.stat_sum()

    grid = np.linspace(1.905, 2.6, 300)
    best = int(np.argmin([statistic(value) for value in grid]))
    near = grid[best - 1], grid[best + 1]
    found = minimize_scalar(statistic, bounds=near, method="bounded", options={"xatol": 1e-9})
    index.value = 2.3
    smooth = prior.residual(2.0) is not None
    options = {} if smooth or backend == "minuit" else {"method": "l-bfgs-b"}
    result = Fitter(backend, optimize_opts=options).run(dataset)
    assert result.success
    assert index.value == pytest.approx(found.x, abs=0.005 * index.error)


def test_pulled_to_a_limit():
    dataset, index = steep(TruncatedNormalPrior(2.0, 0.05, max=2.05), start=2.02)
    result = Fitter().run(dataset)
    assert result.status is Status.AT_BOUND
    assert index.value == pytest.approx(2.05, abs=1e-6)


@pytest.mark.parametrize(("mu", "sigma"), [(2.25, 0.002), (2.29, 0.01)])
@pytest.mark.parametrize("eta", [1.0, 1.4])
def test_pinned_to_the_sharp_point(mu, sigma, eta):
    """Where the prior pulls harder than the data, the fit ends there.

    The gradient does not vanish there, so whether the fit calls itself converged is no matter.
    """
    dataset, index = steep(GeneralizedGaussianPrior(mu, sigma, eta))
    result = Fitter().run(dataset)
    assert index.value == pytest.approx(mu, abs=1e-3 * 0.02)
    index.value = mu
    assert result.total_stat == pytest.approx(dataset.stat_sum(), abs=0.1)


def test_start_where_the_density_is_zero():
    dataset, _ = steep(LogNormalPrior(0.7, 0.1), start=-2.0)
    problem = dataset.fit_problem()
    assert problem.lower[0] == 0.0
    assert problem.value(problem.start) == math.inf
    assert "index = -2 lies outside its prior" in problem.diagnose(problem.start)
