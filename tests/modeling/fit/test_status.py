"""How a fit can end: each trouble has its own status or error, and none is a silent success."""

from dataclasses import replace

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import DataError, FitError
from gammapy.maps import RegionNDMap
from gammapy.modeling import Evaluation, FitProblem, Fitter, Residuals, Status
from gammapy.modeling.fit.outcome import Outcome
from gammapy.modeling.models import (
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.contracts.backend_problems import PROBLEMS, Watch
from tests.spectrum.toys import cash, power_law

BACKENDS = [
    ("minuit", {}),
    ("scipy", {}),
    ("scipy", {"method": "l-bfgs-b"}),
    ("scipy", {"method": "nelder-mead"}),
    ("sherpa", {}),
    ("sherpa", {"method": "neldermead"}),
]


@pytest.fixture(params=BACKENDS, ids=lambda b: "-".join([b[0], *b[1].values()]))
def fitter(request):
    backend, options = request.param
    if backend == "sherpa":
        pytest.importorskip("sherpa", reason="sherpa is not installed")
    return Fitter(backend, optimize_opts=options)


def test_each_status_is_a_sentence():
    for status in Status:
        assert status.value[0].isupper()
        assert status.value.endswith(".")
    successes = {status for status in Status if status.success}
    assert successes == {
        Status.CONVERGED,
        Status.AT_BOUND,
        Status.SATURATED,
        Status.SAMPLED,
        Status.NOTHING_FREE,
    }


def test_converged(fitter):
    dataset = cash(models=power_law(index=2.0))
    result = fitter.run(dataset)
    assert result.status is Status.CONVERGED, result.message
    assert result.success
    assert np.all(np.abs(result.values - [2.3, 3e-11]) < 4 * result.errors)  # it was drawn so
    assert "The fit converged" in str(result)


def test_at_bound(fitter):
    dataset = cash(models=power_law(index=2.0))
    dataset.models.parameters["index"].max = 2.1
    result = fitter.run(dataset)
    if result.method == "levmar":  # it stalls at bounds, see tests/contracts/test_backends.py
        assert result.status in (Status.AT_BOUND, Status.NOT_CONVERGED)
        return
    assert result.status is Status.AT_BOUND, result.message
    assert result.message == "crab.spectral.index"
    assert result.values[0] == pytest.approx(2.1, abs=1e-4)
    assert np.isnan(result.errors[0])
    assert result.errors[1] > 0
    assert np.isnan(dataset.models.parameters["index"].error)


def test_degenerate_sum(fitter):
    """Two amplitudes of which only the sum matters; the shared index is still measured."""
    dataset = cash(models=[power_law("a"), power_law("b")])
    a, b = (model.spectral_model for model in dataset.models)
    b.index.link = 1.0 * a.index
    b.amplitude.unit = "m-2 s-1 MeV-1"
    result = fitter.run(dataset)
    assert result.status is Status.DEGENERATE, (result.status, result.message)
    assert not result.success
    assert result.message == "a.spectral.amplitude, b.spectral.amplitude"
    assert np.isnan(a.amplitude.error)
    assert np.isnan(b.amplitude.error)
    alone = cash(models=power_law())
    single = Fitter().run(alone)
    assert result.total_stat == pytest.approx(single.total_stat, abs=0.01)
    assert a.index.error == pytest.approx(alone.models.parameters["index"].error, rel=1e-3)


def test_degenerate_product(fitter):
    """A product hides the flat direction: the rest of the gradient bends the Hessian."""
    spectrum = PowerLawSpectralModel(index=2, amplitude="1e-11 cm-2 s-1 TeV-1")
    dataset = cash(models=SkyModel(spectrum * PowerLawNormSpectralModel(norm=1), name="x"))
    result = fitter.run(dataset)
    assert result.status is Status.DEGENERATE, (result.status, result.message, result.errors)
    assert result.message == "x.spectral.model1.amplitude, x.spectral.model2.norm"
    assert np.isnan(result.errors).tolist() == [False, True, True]


def test_strong_correlation_is_not_degeneracy(fitter):
    """Far from the pivot, index and amplitude correlate by 0.99; both are measured."""
    model = power_law(amplitude=3e-11 * 1e5**-2.3)
    model.spectral_model.reference.value = 1e5
    dataset = cash(models=model)
    result = fitter.run(dataset)
    assert abs(result.covariance.correlation[0, 1]) > 0.99
    assert result.status is Status.CONVERGED, (result.status, result.message)
    assert np.all(result.errors > 0)


def with_idle_parameter() -> FitProblem:
    """The quadratic problem, with a first parameter that is not used."""
    base = PROBLEMS["quadratic"]().problem

    def evaluate(x):
        value, gradient, curvature = base.evaluate(x[1:])
        return Evaluation(value, np.append(0.0, gradient), np.pad(curvature, ((1, 0), (1, 0))))

    def residuals(x):
        residual, jacobian = base.residuals(x[1:])
        return Residuals(residual, np.pad(jacobian, ((0, 0), (1, 0))))

    start = np.append(3.0, base.start)
    infinite = np.full(4, np.inf)
    names = ("idle", *base.names)
    return FitProblem(
        names, start, -infinite, infinite, lambda x: base.value(x[1:]), evaluate, residuals, 20
    )


def test_unconstrained(fitter):
    fitter.store_trace = True
    result = fitter.run(with_idle_parameter())
    known = PROBLEMS["quadratic"]()
    assert result.status is Status.UNCONSTRAINED
    assert result.message == "idle"
    assert not result.success
    assert result.values[0] == 3.0
    assert np.isnan(result.errors[0])
    np.testing.assert_allclose(result.errors[1:], known.errors, rtol=1e-3)
    assert result.trace.colnames == ["total_stat", "idle", "a", "b", "c"]
    assert np.all(result.trace["idle"] == 3.0)


def test_unconstrained_is_seen_by_a_sampler():
    pytest.importorskip("emcee", reason="emcee is not installed")
    fitter = Fitter("emcee", optimize_opts={"nwalkers": 8, "nburn": 10, "nsteps": 30})
    result = fitter.run(with_idle_parameter())
    assert result.status is Status.UNCONSTRAINED
    assert result.samples.shape == (240, 4)
    assert np.all(result.samples[:, 0] == 3.0)


def test_nothing_has_an_effect():
    problem = with_idle_parameter().held({"a": 0.0, "b": 0.0, "c": 0.0})
    with pytest.raises(FitError, match=r"none of \['idle'\] has an effect"):
        Fitter().run(problem)


@pytest.mark.parametrize(
    ("backend", "options", "says"),
    [
        ("minuit", {"migrad_opts": {"ncall": 3}}, "raise migrad_opts"),
        ("scipy", {"max_nfev": 2}, "maximum number of function evaluations"),
        ("scipy", {"method": "l-bfgs-b", "options": {"maxiter": 1}}, "ITERATIONS"),
        ("sherpa", {"maxfev": 5}, "falls off"),
    ],
)
def test_not_converged_at_the_limit_of_calls(backend, options, says):
    if backend == "sherpa":
        pytest.importorskip("sherpa", reason="sherpa is not installed")
    result = Fitter(backend, optimize_opts=options).run(PROBLEMS["banana"]().problem)
    assert result.status is Status.NOT_CONVERGED
    assert not result.success
    assert says in result.message


def test_saddle_is_not_a_minimum():
    def evaluate(x):
        return Evaluation(x[0] ** 2 - x[1] ** 2, np.array([2 * x[0], -2 * x[1]]), 2 * np.eye(2))

    infinite = np.full(2, np.inf)
    problem = FitProblem(
        ("up", "down"), np.zeros(2), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    stays = Fitter(lambda objective: Outcome(objective.problem.start, True, "fine", "none"))
    result = stays.run(problem)
    assert result.status is Status.NOT_CONVERGED
    assert "falls off along down" in result.message
    assert np.isnan(result.errors).tolist() == [False, True]


def test_saturated(fitter):
    dataset = cash(models=power_law(), n_energy=2)
    result = fitter.run(dataset)
    assert result.status is Status.SATURATED, result.message
    # a perfect fit: the expectation is the counts
    np.testing.assert_allclose(dataset.npred().values, dataset.counts.values, rtol=1e-3)


def test_prior_of_a_frozen_parameter_is_no_datum():
    from gammapy.modeling import GaussianPrior

    dataset = cash(models=power_law(), n_energy=2)
    dataset.models.parameters["reference"].prior = GaussianPrior(mu=1.0, sigma=0.1)
    assert Fitter().run(dataset).status is Status.SATURATED
    dataset.models.parameters["index"].prior = GaussianPrior(mu=2.3, sigma=0.1)
    assert Fitter().run(dataset).status is Status.CONVERGED


def test_nothing_free(fitter):
    dataset = cash(models=power_law())
    dataset.models.freeze()
    result = fitter.run(dataset)
    assert result.status is Status.NOTHING_FREE
    assert result.total_stat == dataset.stat_sum()
    assert result.nfev == 1
    assert len(result.values) == 0


@pytest.mark.parametrize("least_squares", [False, True])
def test_interrupted_keeps_the_best_point(least_squares):
    dataset = cash(models=power_law(index=2.0))
    best = {}

    def impatient(objective):
        ask = objective.residuals if least_squares else objective.evaluate
        for factor in (1.0, 1.05, 1.1, 1.6):
            ask(objective.problem.start * [factor, 1.0])
            best[objective.best_value] = objective.best_x
        raise KeyboardInterrupt

    at_start = dataset.stat_sum()
    result = Fitter(impatient).run(dataset)
    assert result.status is Status.INTERRUPTED
    assert not result.success
    assert result.total_stat < at_start
    assert result.total_stat == pytest.approx(min(best), abs=1e-6)
    assert dataset.stat_sum() == pytest.approx(result.total_stat, abs=1e-6)
    assert dataset.models.parameters["index"].value in np.array([2.0, 2.1, 2.2, 3.2])


def test_start_outside_bounds(fitter):
    dataset = cash(models=power_law())
    dataset.models.parameters["index"].min = 3
    with pytest.raises(FitError, match=r"crab.spectral.index starts at 2.3, outside .* 3 to inf"):
        fitter.run(dataset)


def test_bounds_without_room(fitter):
    dataset = cash(models=power_law())
    index = dataset.models.parameters["index"]
    index.min = index.max = 2.3
    with pytest.raises(FitError, match=r"index is free, but its bounds leave only 2.3: freeze it"):
        fitter.run(dataset)


@pytest.mark.parametrize("amplitude", [0.0, -1e-10])
def test_infinite_at_start_names_dataset_and_bin(fitter, amplitude):
    good, bad = cash("good"), cash("bad")
    joint = Datasets([good, bad])
    good.models = power_law("fine")
    bad.models = power_law("dark", amplitude=amplitude)
    bad.background = None
    keep = np.arange(8) >= 2
    bad.mask_safe = RegionNDMap(bad.counts.geom, keep)
    counted = bad.counts.values[2]
    pattern = rf"'bad' predicts {'-' if amplitude else '0 '}.*in bin 2, where {counted:g} were"
    with pytest.raises(FitError, match=pattern):
        fitter.run(joint)


def test_not_a_number_at_start(fitter):
    problem = PROBLEMS["poisson"]().problem
    bare = replace(problem, value=lambda x: np.nan, evaluate=lambda x: Evaluation(np.nan, x, x))
    with pytest.raises(FitError, match="the statistic is nan at the start: choose another start"):
        fitter.run(bare)
    gradient = np.array([0.0, np.nan])
    bare = replace(problem, evaluate=lambda x: Evaluation(1.0, gradient, np.eye(2)))
    with pytest.raises(FitError, match=r"the gradient by \['b'\] is not finite"):
        fitter.run(bare)


def test_outside_a_prior_is_said():
    from gammapy.modeling import UniformPrior

    dataset = cash(models=power_law())
    dataset.models.parameters["reference"].prior = UniformPrior(min=2, max=3)
    with pytest.raises(FitError, match="reference = 1 lies outside its prior"):
        Fitter().run(dataset)


def test_spectrum_that_is_not_finite(fitter):
    from gammapy.errors import ModelError

    dataset = cash(models=power_law(index=900.0))
    with pytest.raises(ModelError, match=r"'crab': the spectrum varies too fast .* not finite"):
        fitter.run(dataset)


def test_backend_that_ends_nowhere():
    dataset = cash(models=power_law())
    before = dataset.models.parameters.value
    lost = Fitter(lambda objective: Outcome(objective.problem.start * np.nan, True, "", "lost"))
    with pytest.raises(FitError, match="the backend ended at"):
        lost.run(dataset)
    np.testing.assert_array_equal(dataset.models.parameters.value, before)


def test_more_parameters_than_data(fitter):
    with pytest.raises(FitError, match="2 free parameters and 1 data"):
        fitter.run(cash(models=power_law(), n_energy=1))


def test_all_masked(fitter):
    dataset = cash(models=power_law())
    dataset.mask_fit = RegionNDMap(dataset.counts.geom, False)
    with pytest.raises(FitError, match=r"2 free parameters and 0 data.*widen the masks"):
        fitter.run(dataset)


def test_no_datasets(fitter):
    with pytest.raises(DataError, match="no datasets to fit"):
        fitter.run(Datasets())


def test_model_that_no_dataset_sees(fitter):
    joint = Datasets([cash("a"), cash("b")])
    spectrum = PowerLawSpectralModel()
    joint.models = [power_law(), SkyModel(spectrum, name="lost", datasets_names=["c"])]
    with pytest.raises(DataError, match=r"'lost' belongs to \['c'\].*'a', 'b'"):
        fitter.run(joint)


def test_interrupt_leaves_the_optimisers_cleanly(fitter):
    """An interrupt inside the objective passes through each package's C code."""
    known = PROBLEMS["poisson"]()
    watch = Watch(known.bounded)

    def interrupting(function):
        def inner(x):
            if watch.new_points >= 6:
                raise KeyboardInterrupt
            return function(x)

        return inner

    inner = watch.problem
    problem = replace(
        inner, value=interrupting(inner.value), residuals=interrupting(inner.residuals)
    )
    result = fitter.run(problem)
    assert result.status is Status.INTERRUPTED
