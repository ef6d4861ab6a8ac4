"""Contours: exact ellipses and valleys, the reference's, bounds, bad arguments."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.curves import distance
from gammapy.errors import FitError, UnknownNameError
from gammapy.modeling import Evaluation, FitProblem, Fitter, Residuals
from gammapy.modeling.fit.refit import refit
from tests.contracts.backend_problems import PROBLEMS, Watch, least_squares_problem
from tests.spectrum import crab
from tests.spectrum.toys import cash, power_law

UNSEEN = "the minimum does not see the whole curve: the points are spread evenly along it"


def at_minimum(name: str) -> FitProblem:
    known = PROBLEMS[name]()
    return known.problem.starting_at(known.minimum)


@pytest.mark.parametrize("sigma", [0.1, 1, 3])
@pytest.mark.parametrize("pair", ["ab", "ca"])
def test_a_quadratic_gives_an_ellipse(pair, sigma):
    known = PROBLEMS["quadratic"]()
    found = Fitter().stat_contour(at_minimum("quadratic"), *pair, numpoints=24, sigma=sigma)
    assert list(found) == [*pair, "success", "message", "fit_results", "nfev"]
    assert found["success"]
    assert found["message"] == "the contour was found"
    index = ["abc".index(name) for name in pair]
    covariance = known.covariance[np.ix_(index, index)]
    step = np.column_stack([found[name] for name in pair]) - known.minimum[index]
    assert step.shape == (25, 2)
    np.testing.assert_array_equal(step[0], step[-1])
    radii = np.sqrt(np.einsum("ki,ij,kj->k", step, np.linalg.inv(covariance), step))
    np.testing.assert_allclose(radii, sigma, rtol=1e-6)
    # its extent is the error, whatever the correlation: 24 points come to cos(7.5 deg) of it
    extent = np.ptp(step, axis=0) / (2 * sigma * known.errors[index])
    assert np.all((extent > 0.99) & (extent < 1 + 1e-6))
    # evenly around in the whitened plane, counter-clockwise
    white = np.linalg.solve(np.linalg.cholesky(covariance), step.T)
    np.testing.assert_allclose(
        np.diff(np.unwrap(np.arctan2(white[1], white[0]))), np.pi / 12, rtol=1e-6
    )
    # the third parameter follows
    third = ({0, 1, 2} - set(index)).pop()
    follow = known.covariance[third, index] @ np.linalg.inv(covariance)
    np.testing.assert_allclose(
        found["fit_results"][:, 0], known.minimum[third] + step @ follow, rtol=1e-6
    )


def valley(width: float, steep: float) -> FitProblem:
    """The banana with other proportions, and a third parameter that follows the first."""

    def residuals(x):
        bent = np.array([(x[0] - 1.0) / width, steep * (x[1] - x[0] ** 2), x[2] - np.sin(x[0])])
        jacobian = [
            [1.0 / width, 0.0, 0.0],
            [-2 * steep * x[0], steep, 0.0],
            [-np.cos(x[0]), 0.0, 1.0],
        ]
        return Residuals(bent, np.array(jacobian))

    return least_squares_problem(residuals, [1.0, 1.0, np.sin(1.0)], 0.0, 20)


@pytest.mark.parametrize(
    ("sigma", "message"), [(1, "the contour was found"), (3, "the contour was found"), (8, UNSEEN)]
)
def test_banana(sigma, message):
    found = Fitter().stat_contour(at_minimum("banana"), "a", "b", numpoints=60, sigma=sigma)
    assert found["success"]
    assert found["message"] == message
    height = ((found["a"] - 1.0) / 0.3) ** 2 + 25.0 * (found["b"] - found["a"] ** 2) ** 2
    np.testing.assert_allclose(height, sigma**2, rtol=2e-5)
    assert np.ptp(found["a"]) == pytest.approx(0.6 * sigma, rel=0.01)


@pytest.mark.parametrize("numpoints", [3, 10, 60])
def test_a_valley_that_the_minimum_does_not_see(numpoints):
    """Rays from the minimum leave this region and enter it again; the third is fitted."""
    found = Fitter().stat_contour(valley(1.0, 5.0), "a", "b", numpoints=numpoints, sigma=2)
    assert found["success"]
    assert found["message"] == UNSEEN
    a, b = found["a"], found["b"]
    assert len(a) == numpoints + 1
    np.testing.assert_allclose((a - 1.0) ** 2 + 25.0 * (b - a**2) ** 2, 4.0, rtol=2e-5)
    np.testing.assert_allclose(found["fit_results"][:, 0], np.sin(a), atol=2e-3)
    if numpoints == 60:
        # once around: a = 1 + 2 cos t, b = a^2 + 0.4 sin t, with every t
        t = np.unwrap(np.arctan2((b - a**2) / 0.4, (a - 1.0) / 2.0))
        assert t[-1] - t[0] == pytest.approx(2 * np.pi)
        assert np.all(np.diff(t) > 0)
        truth = np.linspace(0.0, 2 * np.pi, 2001)
        along = 1.0 + 2.0 * np.cos(truth)
        assert distance((a, b), (along, along**2 + 0.4 * np.sin(truth))) < 0.02


@pytest.mark.parametrize("name", crab.WORKLOADS)
def test_contour_of_the_reference(name):
    work = crab.workload(name)
    expected = work["scan"]["contour"]
    joint = crab.datasets(work)
    fitter = Fitter()
    fitter.run(joint)
    before = joint.models.parameters.value
    x, y = (joint.models.parameters[expected[key]] for key in "xy")
    found = fitter.stat_contour(joint, x, y, numpoints=60, sigma=expected["sigma"])
    assert found["success"], found["message"]
    ours = tuple(found[f"crab.spectral.{p.name}"] for p in (x, y))
    theirs = tuple(np.array(expected[f"{key}_values"], dtype=float) for key in "xy")
    assert distance(ours, theirs) < 0.02
    np.testing.assert_array_equal(joint.models.parameters.value, before)
    # at their points our profile rises by what they found: by one
    problem = joint.fit_problem()
    names = [f"crab.spectral.{p.name}" for p in (x, y)]
    rises = []
    for point in zip(*theirs, strict=True):
        rises.append(refit(problem.held(dict(zip(names, point, strict=True)))).value)
    rises = np.array(rises) - joint.stat_sum()
    np.testing.assert_allclose(rises, expected["delta_stat_recomputed"], atol=0.02)
    # and the points that we found are profile points, one above
    for k in range(0, 60, 7):
        held = problem.held({name: found[name][k] for name in names})
        assert refit(held).value - joint.stat_sum() == pytest.approx(1.0, abs=1e-4)
        at_others = held.value(found["fit_results"][k])
        assert at_others - joint.stat_sum() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("name", crab.WORKLOADS)
@pytest.mark.parametrize("sigma", [1, 2])
def test_extent_is_the_asymmetric_error(name, sigma):
    """Law of profiles: the farthest point of a contour is the limit of one parameter."""
    work = crab.workload(name)
    joint = crab.datasets(work)
    fitter = Fitter()
    fitter.run(joint)
    x, y = (joint.models.parameters[work["scan"]["contour"][key]] for key in "xy")
    found = fitter.stat_contour(joint, x, y, numpoints=180, sigma=sigma)
    for parameter in (x, y):
        limits = fitter.confidence(joint, parameter, sigma=sigma)
        curve = found[f"crab.spectral.{parameter.name}"]
        assert curve.max() - parameter.value == pytest.approx(limits["errp"], rel=2e-3)
        assert parameter.value - curve.min() == pytest.approx(limits["errn"], rel=2e-3)


def test_few_evaluations():
    work = crab.workload("crab-joint-lp")
    joint = crab.datasets(work)
    Fitter().run(joint)
    watch = Watch(joint.fit_problem())
    names = watch.problem.names
    found = Fitter().stat_contour(replace(watch.problem, paths=()), *names[1:], numpoints=60)
    assert found["success"]
    assert found["nfev"] <= 180
    assert not watch.outside


def test_along_a_bound():
    known = PROBLEMS["quadratic"]()
    upper = known.minimum + np.array([0.5, 9, 9]) * known.errors
    watch = Watch(replace(at_minimum("quadratic"), upper=upper, lower=known.minimum * 0 - 1e3))
    found = Fitter().stat_contour(watch.problem, "a", "b", numpoints=40)
    assert found["success"]
    assert found["message"] == "in 13 of 40 directions the contour runs along a bound"
    assert not watch.outside
    on_bound = found["a"] >= upper[0] * (1 - 1e-12)
    assert on_bound.sum() == 13 + on_bound[0]
    step = np.column_stack([found["a"], found["b"]]) - known.minimum[:2]
    inverse = np.linalg.inv(known.covariance[:2, :2])
    rise = np.einsum("ki,ij,kj->k", step, inverse, step)
    np.testing.assert_allclose(rise[~on_bound], 1.0, rtol=1e-5)
    assert np.all(rise[on_bound] < 1.0)


def test_minimum_at_a_bound_of_one_and_another_pressed():
    known = PROBLEMS["quadratic"]()
    lower = known.minimum - 50 * known.errors
    lower[0], lower[2] = known.minimum[[0, 2]] + 0.5 * known.errors[[0, 2]]
    problem = replace(known.problem, lower=lower, start=np.maximum(known.minimum, lower))
    best = refit(problem)
    assert best.x[0] == lower[0]
    problem = problem.starting_at(best.x)
    found = Fitter().stat_contour(problem, "a", "b", numpoints=30)
    assert found["success"]
    assert "runs along a bound" in found["message"]
    assert found["a"].min() == lower[0]
    inside = found["a"] > lower[0]
    rises = [
        refit(problem.held({"a": a, "b": b})).value - best.value
        for a, b in zip(found["a"][inside], found["b"][inside], strict=True)
    ]
    np.testing.assert_allclose(rises, 1.0, atol=1e-4)


@pytest.mark.parametrize(("pair", "named"), [("ab", "b"), ("bc", "b and c")])
def test_parameters_that_the_data_do_not_constrain(pair, named):
    """Only the sum of b and c is known."""

    def residuals(x):
        jacobian = np.array([[10.0, 0.0, 0.0], [0.0, 3.0, 3.0]])
        return Residuals(jacobian @ (x - [1.0, 0.5, 0.5]), jacobian)

    problem = least_squares_problem(residuals, [1.0, 0.5, 0.5], 0.0, 20)
    found = Fitter().stat_contour(problem, *pair, numpoints=8)
    assert not found["success"]
    assert found["message"] == f"the data do not constrain {named}: the contour does not close"
    assert np.isnan([found[name] for name in pair]).all()
    assert found["fit_results"].shape == (9, 1)


def test_a_bent_valley_that_ends_at_a_bound_is_no_success():
    problem = replace(valley(1.0, 5.0), upper=np.array([2.0, np.inf, np.inf]))
    found = Fitter().stat_contour(problem, "a", "b", numpoints=30, sigma=2)
    assert not found["success"]
    assert "following it along its tangent failed" in found["message"]
    a, b = found["a"], found["b"]
    assert a.max() <= 2.0
    assert np.all((a - 1.0) ** 2 + 25.0 * (b - a**2) ** 2 < 4.0 + 1e-4)


def test_statistic_that_stays_flat_has_no_contour():
    def evaluate(x):
        depth = 0.8 * (1.0 - np.exp(-x @ x))
        return Evaluation(depth, 1.6 * x * np.exp(-x @ x), 1.6 * np.eye(2))

    infinite = np.full(2, np.inf)
    problem = FitProblem(
        ("x", "y"), np.zeros(2), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    found = Fitter().stat_contour(problem, "x", "y")
    assert not found["success"]
    assert np.isnan(found["x"]).all()
    assert found["message"].startswith(
        "in 30 of 30 directions the statistic rises by less than 1 within 64 errors"
    )


def test_curvature_that_misleads():
    """With a curvature too small by three Newton's iteration diverges; the way around is right."""
    exact = valley(0.3, 1.0)

    def evaluate(x):
        value, gradient, curvature = exact.evaluate(x)
        return Evaluation(value, gradient, 0.3 * curvature)

    right = Fitter().stat_contour(exact, "a", "b", numpoints=8, sigma=2)
    found = Fitter().stat_contour(replace(exact, evaluate=evaluate), "a", "b", numpoints=8, sigma=2)
    assert found["success"]
    assert found["nfev"] > 5 * right["nfev"]
    a, b = found["a"], found["b"]
    np.testing.assert_allclose(((a - 1.0) / 0.3) ** 2 + (b - a**2) ** 2, 4.0, atol=4e-4)


def test_units_and_names_are_the_users():
    model = power_law()
    model.spectral_model.amplitude.unit = "m-2 s-1 GeV-1"
    dataset = cash(models=model)
    fitter = Fitter()
    fitter.run(dataset)
    index, amplitude = model.spectral_model.index, model.spectral_model.amplitude
    found = fitter.stat_contour(dataset, amplitude, "index", numpoints=90)
    half = np.ptp(found["crab.spectral.amplitude"]) / 2
    assert half == pytest.approx(amplitude.error, rel=0.01)
    assert np.ptp(found["crab.spectral.index"]) / 2 == pytest.approx(index.error, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": "index"}, "x and y are both 'crab.spectral.index'"),
        ({"sigma": 0}, "sigma = 0 must be positive"),
        ({"sigma": -1.0}, "sigma = -1.0 must be positive"),
        ({"sigma": np.nan}, "sigma = nan must be positive"),
        ({"sigma": np.inf}, "sigma = inf must be positive and finite"),
        ({"numpoints": 2}, "numpoints = 2 must be a whole number, at least 3"),
        ({"numpoints": 7.5}, "numpoints = 7.5 must be a whole number"),
        ({"numpoints": True}, "numpoints = True must be a whole number"),
    ],
)
def test_bad_arguments(arguments, message):
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    with pytest.raises(FitError, match=message):
        fitter.stat_contour(dataset, **{"x": "index", "y": "amplitude"} | arguments)


def test_bad_parameters_and_models():
    dataset = cash(models=power_law(index=2.0))
    with pytest.raises(FitError, match="do not stand at a minimum"):
        Fitter().stat_contour(dataset, "index", "amplitude")
    with pytest.raises(UnknownNameError, match="'slope' is not a free parameter"):
        Fitter().stat_contour(dataset, "index", "slope")
    with pytest.raises(FitError, match=r"reference.*is not a free parameter"):
        Fitter().stat_contour(dataset, "index", dataset.models.parameters["reference"])
