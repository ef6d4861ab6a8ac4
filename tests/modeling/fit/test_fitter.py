"""The fitter as scripts use it: options, a backend of one's own, what is written back."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import FitError, OptionError
from gammapy.modeling import Fit, FitResult, Fitter, Status
from gammapy.modeling.fit.outcome import Outcome
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, Models, SkyModel
from tests.contracts.backend_problems import PROBLEMS
from tests.spectrum.toys import cash, on_off, power_law


def test_options_that_scripts_pass():
    dataset = cash(models=power_law(index=2.0))
    fit = Fit(
        backend="minuit",
        optimize_opts={"strategy": 1, "tol": 0.1, "print_level": 0},
        covariance_opts={},
        confidence_opts={},
        store_trace=True,
    )
    result = fit.run(dataset)
    assert isinstance(result, FitResult)
    assert result.success
    assert result.trace.colnames == [
        "total_stat",
        "crab.spectral.index",
        "crab.spectral.amplitude",
    ]
    first, best = result.trace[0], np.min(result.trace["total_stat"])
    assert first["crab.spectral.index"] == pytest.approx(2.0)
    assert best == pytest.approx(result.total_stat, abs=1e-6)
    assert 0 < len(result.trace) <= result.nfev
    assert fit.optimize(dataset).total_stat == pytest.approx(result.total_stat, abs=0.01)


@pytest.mark.parametrize(
    ("backend", "options"), [("scipy", {}), ("scipy", {"method": "nelder-mead"})]
)
def test_trace_is_the_statistic_at_each_point(backend, options):
    dataset = cash(models=power_law(index=2.0))
    problem = dataset.fit_problem()
    result = Fitter(backend, optimize_opts=options, store_trace=True).run(dataset)
    for row in result.trace:
        x = np.array([row["crab.spectral.index"], row["crab.spectral.amplitude"]])
        assert row["total_stat"] == pytest.approx(problem.value(x), abs=1e-4)


def test_no_trace_unless_asked_for():
    assert Fitter().run(cash(models=power_law())).trace is None


def test_covariance_options_are_refused():
    with pytest.raises(OptionError, match=r"covariance_opts.*no option is known"):
        Fitter(covariance_opts={"backend": "scipy"})


def test_options_are_copied():
    options = {"tol": 0.1}
    fitter = Fitter(optimize_opts=options)
    options["tolerance"] = 1.0
    assert fitter.optimize_opts == {"tol": 0.1}


def newton(objective, *, steps=20):
    """A backend of a user's own, in three lines."""
    x = objective.problem.start
    for _ in range(steps):
        here = objective.evaluate(x)
        x = x - np.linalg.solve(here.curvature, here.gradient)
    return Outcome(x, True, "done", "plain Newton")


def test_own_backend():
    dataset = cash(models=power_law(index=2.2))
    result = Fitter(newton).run(dataset)
    reference = Fitter("scipy").run(cash(models=power_law()))
    assert result.status is Status.CONVERGED
    assert (result.backend, result.method) == ("newton", "plain Newton")
    assert result.total_stat == pytest.approx(reference.total_stat, abs=1e-6)
    np.testing.assert_allclose(result.values, reference.values, rtol=1e-5)
    halfway = Fitter(newton, optimize_opts={"steps": 0}).run(cash(models=power_law(index=2.0)))
    assert halfway.status is Status.NOT_CONVERGED  # "converged" is not taken on trust
    with pytest.raises(TypeError, match="stepz"):
        Fitter(newton, optimize_opts={"stepz": 1}).run(dataset)


def test_writes_values_errors_and_covariance_back():
    dataset = cash(models=power_law(index=2.0))
    index, amplitude, reference = dataset.models.parameters
    index.errn = index.errp = amplitude.errp = 1.0
    result = Fitter().run(dataset)
    assert [index.value, amplitude.value] == list(result.values)
    assert [index.error, amplitude.error] == list(result.errors)
    assert (reference.value, reference.error) == (1.0, 0.0)
    assert np.isnan([index.errn, index.errp, amplitude.errp]).all()
    covariance = dataset.models.covariance
    np.testing.assert_allclose(covariance.data[:2, :2], result.covariance.data)
    assert covariance.data[0, 1] != 0
    assert not covariance.data[2].any()
    # what is reported is what the datasets now give
    assert dataset.stat_sum() == pytest.approx(result.total_stat, rel=1e-12)
    assert result.models is not dataset.models
    np.testing.assert_array_equal(result.parameters.value, dataset.models.parameters.value)
    assert result.units == ["", "TeV-1 s-1 cm-2"]


def test_linked_parameter_gets_value_and_error():
    joint = Datasets([cash("a"), on_off("b")])
    joint.models = [power_law("one"), power_law("two", amplitude=1e-12)]
    one, two = (model.spectral_model for model in joint.models)
    two.index.link = one.index + 0.5
    two.amplitude.unit = "m-2 s-1 GeV-1"
    two.amplitude.link = 0.1 * one.amplitude
    result = Fitter().run(joint)
    assert result.names == [
        "one.spectral.index",
        "one.spectral.amplitude",
        "two.spectral.index",
        "two.spectral.amplitude",
    ]
    assert result.n_free == 2
    assert result.status is Status.CONVERGED
    assert two.index.value == one.index.value + 0.5
    assert two.index.error == pytest.approx(one.index.error)
    expected = (0.1 * one.amplitude.error * one.amplitude.unit).to_value(two.amplitude.unit)
    assert two.amplitude.error == pytest.approx(expected)
    _, _, of_the_free = Fitter().solve(joint.fit_problem())
    np.testing.assert_allclose(result.covariance.data[:2, :2], of_the_free, rtol=1e-4)
    correlation = joint.models.covariance.correlation
    names = joint.models.covariance.names
    pair = names.index("one.spectral.index"), names.index("two.spectral.index")
    assert correlation[pair] == pytest.approx(1.0)


def test_evaluate_error_right_after_the_fit():
    dataset = cash(models=power_law(index=2.0))
    model = dataset.models[0].spectral_model
    model.amplitude.value = model.amplitude.max = 2.5e-11
    Fitter().run(dataset)
    assert np.isnan(model.amplitude.error)  # it is at its bound
    model.amplitude.max = np.nan
    Fitter().run(dataset)
    value, low, high = model.evaluate_error([1, 3, 10] * u.TeV)
    assert np.all(np.isfinite(low))
    np.testing.assert_array_equal(low, high)
    assert low[0].to_value(model.amplitude.unit) == pytest.approx(model.amplitude.error)
    pivot = low / value
    assert pivot[1] < pivot[2]


def test_refines_the_integration_and_says_so():
    """The order of the quadrature suits the start; the end has a sharp cut-off."""
    sharp = ExpCutoffPowerLawSpectralModel(
        index=2, amplitude="1e-9 cm-2 s-1 TeV-1", lambda_="3 TeV-1"
    )
    dataset = cash(models=SkyModel(sharp, name="x"), n_true=6)
    dataset.fake(1)
    sharp.lambda_.value = 0.0
    sharp.index.value = 2.5
    sharp.lambda_.min = 0.0
    result = Fitter("scipy").run(dataset)
    assert result.status is Status.CONVERGED, result.message
    assert result.notes == ("the integration over energy was made finer for this result",)
    fresh = cash(models=dataset.models.copy(), n_true=6)
    fresh.counts = dataset.counts
    assert result.total_stat == pytest.approx(fresh.stat_sum(), abs=1e-6)


def test_unit_that_fits_files_cannot_express():
    model = power_law()
    model.spectral_model.amplitude.unit = 3.0 * u.Unit("cm-2 s-1 TeV-1")
    dataset = cash(models=model)
    result = Fitter().run(dataset)
    assert result.status is Status.CONVERGED
    assert u.Unit(result.units[1]) == 3.0 * u.Unit("cm-2 s-1 TeV-1")


def test_prints():
    result = Fitter().run(cash(models=power_law()))
    text = str(result)
    for part in ("The fit converged", "minuit (migrad)", "crab.spectral.index", "evaluations"):
        assert part in text
    assert "crab.spectral.index" in result._repr_html_()
    assert result.table["value"][0] == result.values[0]
    bare = Fitter().run(PROBLEMS["banana"]().problem)
    assert bare.units == ["", ""]
    assert bare.models is None
    assert len(bare.parameters) == 0


def test_frozen_parameters_have_no_error_of_an_earlier_fit():
    """Else `evaluate_error` would add it to those of this fit."""
    dataset = cash(models=power_law(index=2.0))
    index, amplitude, _ = dataset.models.parameters
    Fitter().run(dataset)
    assert index.error > 0
    index.frozen = True
    Fitter().run(dataset)
    assert index.error == 0.0
    assert amplitude.error > 0
    _, low, _ = dataset.models[0].spectral_model.evaluate_error(1 * u.TeV)
    assert low.to_value(amplitude.unit) == pytest.approx(amplitude.error, rel=1e-9)


def test_datasets_in_a_list():
    first, second = cash("a"), on_off("b")
    first.models = second.models = Models([power_law(index=2.0)])
    expected = Fit().run(Datasets([first, second]))
    for data in ([first, second], (first, second)):
        result = Fit().run(data)
        assert result.total_stat == pytest.approx(expected.total_stat, abs=1e-6)
        assert result.n_data == expected.n_data
        assert result.models.names == ["crab"]
    profile = Fit().stat_profile([first, second], "index")
    assert len(profile["stat_scan"]) == 11
    assert Fit().confidence(datasets=[first, second], parameter="index")["success"]


@pytest.mark.parametrize("data", [None, "datasets.yaml", 3])
def test_what_cannot_be_fitted(data):
    for action in (Fit().run, lambda d: Fit().confidence(d, "index")):
        with pytest.raises(FitError, match=r"datasets = .* cannot be fitted: give Datasets"):
            action(data)
