"""Gradient, curvature and least-squares form of the joint statistic against differences."""

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.modeling import GaussianPrior, LogUniformPrior
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    SkyModel,
)
from tests.datasets.toy_kind import points
from tests.spectrum.toys import cash, on_off, power_law
from tests.twins.likelihood import derivatives


def plain() -> Datasets:
    """One model, three kinds of data."""
    datasets = Datasets([cash("c"), on_off("o"), points("p")])
    datasets.models = power_law()
    return datasets


def units() -> Datasets:
    """MeV beside TeV, GeV beside TeV, m beside cm."""
    datasets = Datasets([cash("c"), on_off("o", n_energy=5, n_true=9), points("p")])
    parabola = LogParabolaSpectralModel(
        amplitude="2e-17 cm-2 s-1 MeV-1", reference="1e6 MeV", alpha=2.2, beta=0.1
    )
    cutoff = ExpCutoffPowerLawSpectralModel(
        index=2.0, amplitude="1e-10 m-2 s-1 GeV-1", reference="500 GeV", lambda_="5e-5 GeV-1"
    )
    datasets.models = [SkyModel(parabola, name="a"), SkyModel(cutoff, name="b")]
    return datasets


def linked() -> Datasets:
    """Links across models and units, nested, one of them not affine; models of some datasets."""
    datasets = units()
    a, b = (model.spectral_model for model in datasets.models)
    b.index.link = a.alpha - 0.2
    b.amplitude.link = 0.3 * a.amplitude / (1.0 + a.beta)
    c = power_law("c", amplitude=2e-12)
    c.spectral_model.index.link = (b.index + a.alpha) / 2.0
    c.datasets_names = ["o"]
    datasets.models.append(c)
    return datasets


def shared() -> Datasets:
    """One parameter in two models, with priors of both kinds on it and others."""
    datasets = units()
    a, b = (model.spectral_model for model in datasets.models)
    b.index = a.alpha
    a.alpha.prior = GaussianPrior(mu=2.0, sigma=0.1)
    b.lambda_.prior = GaussianPrior(mu=1e-4, sigma=5e-5)
    return datasets


CASES = {case.__name__: case for case in (plain, units, linked, shared)}


@pytest.fixture(params=CASES.values(), ids=CASES)
def problem(request):
    return request.param().fit_problem()


def points_near(problem, n=3):
    rng = np.random.default_rng(11)
    for _ in range(n):
        yield problem.start * rng.uniform(0.85, 1.2, len(problem.start))


def test_gradient(problem):
    for x in points_near(problem):
        found = problem.evaluate(x)
        steps = 1e-3 * np.abs(x)
        numeric = derivatives(problem.value, x, steps)
        size = np.abs(found.gradient * x).max()
        np.testing.assert_allclose(found.gradient * x, numeric * x, atol=1e-7 * size)
        assert found.value == pytest.approx(problem.value(x), rel=1e-13)


def test_curvature_is_positive_and_near_the_hessian_at_a_good_fit(problem):
    for x in points_near(problem):
        curvature = problem.evaluate(x).curvature * np.outer(x, x)
        np.testing.assert_allclose(curvature, curvature.T, rtol=1e-9)
        assert np.linalg.eigvalsh(curvature).min() > -1e-9 * np.abs(curvature).max()


def test_curvature_is_the_hessian_where_data_are_the_prediction():
    """With counts equal to the expectation, what the curvature leaves out vanishes."""
    dataset = cash(models=power_law())
    dataset.counts = dataset.npred()
    problem = dataset.fit_problem()
    x = problem.start
    scale = np.outer(x, x)
    hessian = [
        derivatives(lambda y, i=i: problem.evaluate(y).gradient[i], x, 1e-3 * np.abs(x))
        for i in range(len(x))
    ]
    curvature = problem.evaluate(x).curvature
    np.testing.assert_allclose(curvature * scale, np.array(hessian) * scale, rtol=1e-6)


def test_least_squares_form_is_the_same_statistic(problem):
    assert problem.residuals is not None
    constants = []
    for x in points_near(problem):
        residual, jacobian = problem.residuals(x)
        value, gradient, _ = problem.evaluate(x)
        constants.append(value - residual @ residual)
        size = np.abs(gradient * x).max()
        np.testing.assert_allclose(2 * (jacobian.T @ residual) * x, gradient * x, atol=1e-8 * size)
    np.testing.assert_allclose(constants, constants[0], rtol=0, atol=1e-8 * abs(value))


def test_no_least_squares_form_with_a_prior_that_has_none():
    datasets = plain()
    datasets.models.parameters["amplitude"].prior = LogUniformPrior(min=1e-13, max=1e-9)
    problem = datasets.fit_problem()
    assert problem.residuals is None
    x = problem.start * 1.1
    numeric = derivatives(problem.value, x, 1e-3 * np.abs(x))
    np.testing.assert_allclose(problem.evaluate(x).gradient, numeric, rtol=1e-6)


def test_the_whole_is_the_sum_of_its_parts(problem):
    for case in CASES.values():
        datasets = case()
        parts = sum(dataset.stat_sum() for dataset in datasets)
        priors = [p.prior(p.value) for p in datasets.parameters if p.prior is not None]
        # each dataset alone counts the priors that it sees
        double = sum(priors) * (len(datasets) - 1)
        assert datasets.stat_sum() == pytest.approx(parts - double, rel=1e-12)


def test_value_of_a_problem_is_the_statistic_of_scripts():
    """The optimiser's function and ``stat_sum`` after setting values agree to the last bit."""
    for case in CASES.values():
        datasets = case()
        problem = datasets.fit_problem()
        for x in points_near(problem):
            for parameter, value in zip(datasets.parameters.free_parameters, x, strict=True):
                parameter.value = value
            assert datasets.stat_sum() == problem.value(x)


def test_number_of_data():
    datasets = shared()
    assert datasets.fit_problem().n_data == 8 + 5 + 6 + 2
