"""The flat vector of a fit: values, links with derivatives, bounds through links, priors."""

import numpy as np
import pytest

from gammapy.datasets import Datasets, Plan
from gammapy.errors import LinkError
from gammapy.modeling import Fitter, GaussianPrior, LogUniformPrior, Status, UniformPrior
from gammapy.modeling.models import Models
from tests.spectrum.toys import cash, power_law


@pytest.fixture
def pair():
    """Two models of different units, and their spectra."""
    models = Models([power_law("a"), power_law("b", index=2.0, amplitude=1e-11)])
    b = models["b"].spectral_model
    b.amplitude.unit = "m-2 s-1 MeV-1"
    b.reference.unit = "GeV"
    return models, models["a"].spectral_model, b


def test_theta_is_in_internal_units(pair):
    models, _a, b = pair
    plan = Plan(models)
    assert plan.names == (
        "a.spectral.index",
        "a.spectral.amplitude",
        "b.spectral.index",
        "b.spectral.amplitude",
    )
    assert plan.start.tolist() == [2.3, 3e-11, 2.0, b.amplitude.value]
    theta = plan.theta(plan.start)
    assert theta[plan.position(b.amplitude)] == pytest.approx(1e-11)
    assert theta[plan.position(b.reference)] == pytest.approx(1.0)
    np.testing.assert_array_equal(theta, plan.current_theta())
    assert plan.reported.tolist() == plan.free.tolist()
    moved = plan.start * 1.1
    np.testing.assert_allclose(plan.theta(moved)[plan.free], moved * plan.factors[plan.free])
    np.testing.assert_array_equal(plan.theta(plan.start), theta)  # nothing is kept


def test_frozen_parameters_stand_still(pair):
    models, a, b = pair
    a.index.frozen = b.amplitude.frozen = True
    plan = Plan(models)
    assert plan.names == ("a.spectral.amplitude", "b.spectral.index")
    assert plan.column[plan.position(a.index)] == -1
    assert sorted(plan.column[plan.column >= 0]) == [0, 1]


def jacobian_by_differences(plan: Plan, x: np.ndarray) -> np.ndarray:
    columns = []
    for i in range(len(x)):
        step = np.zeros(len(x))
        step[i] = 1e-5 * abs(x[i])
        columns.append((plan.spread(x + step)[0] - plan.spread(x - step)[0]) / (2 * step[i]))
    return np.array(columns).T


LINKS = {
    "same": lambda a, b: {b.index: 1.0 * a.index},
    "affine": lambda a, b: {b.index: 0.5 * a.index + 1.2},
    "across units": lambda a, b: {b.amplitude: 0.1 * a.amplitude},
    "two leaves": lambda a, b: {b.index: a.index * a.amplitude / b.amplitude},
    "power": lambda a, b: {b.index: (a.index - 1.0) ** 0.5},
    "nested": lambda a, b: {b.index: 4.0 - a.index, b.amplitude: 0.2 * a.amplitude / b.index},
}


@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_links_follow_with_exact_derivatives(pair, make):
    models, a, b = pair
    links = make(a, b)
    for parameter, link in links.items():
        parameter.link = link
    plan = Plan(models)
    assert len(plan.free) == 4 - len(links)
    assert len(plan.reported) == 4
    x = plan.start * np.linspace(0.9, 1.2, len(plan.free))
    values, jacobian = plan.spread(x)
    scale = np.abs(values)[:, None] / np.abs(x)
    numeric = jacobian_by_differences(plan, x)
    np.testing.assert_allclose(jacobian / scale, numeric / scale, atol=1e-8)
    # the parameters themselves give the same values
    for parameter, value in zip(models.parameters.free_parameters, x, strict=True):
        parameter.value = value
    np.testing.assert_allclose(plan.current_theta(), plan.theta(x), rtol=1e-14)


def test_link_to_a_parameter_outside():
    """What a link depends on is fitted, although its model is not there."""
    models, other = Models([power_law("m")]), power_law("other")
    models["m"].spectral_model.index.link = 0.5 * other.spectral_model.index
    plan = Plan(models)
    assert plan.names == ("m.spectral.amplitude", "index")


def test_namesakes_outside_are_told_apart():
    models = Models([power_law("m"), power_law("n")])
    outside = [power_law("x"), power_law("y", index=3.0)]
    for model, other in zip(models, outside, strict=True):
        model.spectral_model.index.link = 1.0 * other.spectral_model.index
        model.spectral_model.amplitude.frozen = True
    plan = Plan(models)
    assert plan.names == ("index", "index-2")
    dataset = cash(models=models)
    result = Fitter().run(dataset)
    assert result.status in (Status.CONVERGED, Status.DEGENERATE)
    assert result.values[1] != result.values[0]


def test_shared_parameter_is_one_entry(pair):
    models, a, _b = pair
    models["b"].spectral_model.index = a.index
    plan = Plan(models)
    assert plan.names == ("a.spectral.index", "a.spectral.amplitude", "b.spectral.amplitude")


# -- bounds ---------------------------------------------------------------------------------


def test_bounds_of_parameter_and_prior_meet(pair):
    models, a, _ = pair
    a.index.min, a.index.max = 1.0, 4.0
    a.index.prior = UniformPrior(min=2.0, max=5.0)
    a.amplitude.prior = LogUniformPrior(min=1e-12, max=1e-10)
    plan = Plan(models)
    assert (plan.lower[0], plan.upper[0]) == (2.0, 4.0)
    assert (plan.lower[1], plan.upper[1]) == (1e-12, 1e-10)
    assert (plan.lower[2], plan.upper[2]) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("slope", "offset", "expected"),
    [(2.0, 0.5, (0.25, 1.75)), (-1.0, 5.0, (1.0, 4.5)), (1.0, 0.0, (1.0, 4.0))],
)
def test_bounds_through_an_affine_link(pair, slope, offset, expected):
    models, a, b = pair
    a.index.value = 1.5
    b.index.link = slope * a.index + offset
    b.index.min, b.index.max = (0.5, 4.0) if slope < 0 else (1.0, 4.0)
    plan = Plan(models)
    assert (plan.lower[0], plan.upper[0]) == pytest.approx(expected)
    ends = [plan.spread(np.array([end, *plan.start[1:]]))[0] for end in expected]
    linked = plan.reported.tolist().index(plan.position(b.index))
    limits = sorted(values[linked] for values in ends)
    assert limits == pytest.approx([b.index.min, b.index.max])


def test_one_sided_bound_through_a_link_across_units(pair):
    models, a, b = pair
    b.amplitude.link = 0.1 * a.amplitude
    b.amplitude.min = 0.0
    a.amplitude.max = 1e-9
    plan = Plan(models)
    assert plan.lower[1] == 0.0
    assert plan.upper[1] == 1e-9


def test_bounds_through_nested_links(pair):
    models, a, b = pair
    b.reference.link = a.reference + a.reference
    b.index.link = 2.0 * a.index
    b.index.max = 5.0
    c = power_law("c")
    models.append(c)
    c.spectral_model.index.link = b.index - 1.0
    c.spectral_model.index.min = 1.0
    plan = Plan(models)
    assert (plan.lower[0], plan.upper[0]) == pytest.approx((1.0, 2.5))


@pytest.mark.parametrize("name", ["two leaves", "power"])
def test_bounds_that_do_not_turn_are_refused(pair, name):
    models, a, b = pair
    for parameter, link in LINKS[name](a, b).items():
        parameter.link = link
        parameter.max = 10.0
    with pytest.raises(LinkError, match=r"has bounds, which can only be kept for a link of the"):
        Plan(models)


def test_bounds_of_what_stands_still_do_not_matter(pair):
    models, a, b = pair
    b.index.link = a.index**2
    b.index.max = 10.0
    a.index.frozen = True
    plan = Plan(models)
    assert plan.names == ("a.spectral.amplitude", "b.spectral.amplitude")
    assert np.all(np.isinf(plan.upper))


def test_bound_through_a_link_is_kept_in_a_fit(pair):
    models, a, b = pair
    b.index.link = a.index - 0.2
    b.index.max = 2.0
    a.index.value = 2.0
    b.amplitude.frozen = True
    dataset = cash(models=models)
    result = Fitter().run(dataset)
    assert result.status is Status.AT_BOUND
    assert result.message == "a.spectral.index"
    assert a.index.value == pytest.approx(2.2, abs=1e-4)
    assert b.index.value <= 2.0
    assert np.isnan(b.index.error)


# -- priors ---------------------------------------------------------------------------------


def test_prior_counts_once_per_parameter():
    """Shared by two models, seen by three datasets, followed by a link: one prior."""

    def joint(with_prior: bool) -> Datasets:
        datasets = Datasets([cash("x", seed=1), cash("y", seed=2), cash("z", seed=3)])
        datasets.models = [power_law("a"), power_law("b"), power_law("c")]
        a, b, c = (model.spectral_model for model in datasets.models)
        b.index = a.index
        c.index.link = a.index + 0.1
        if with_prior:
            a.index.prior = GaussianPrior(mu=2.0, sigma=0.05)
        return datasets

    prior = ((2.3 - 2.0) / 0.05) ** 2 + np.log(2 * np.pi * 0.05**2)
    one, none = joint(True), joint(False)
    assert one.stat_sum() - none.stat_sum() == pytest.approx(prior, rel=1e-9)
    with_it, without = one.fit_problem(), none.fit_problem()
    assert with_it.n_data == without.n_data + 1
    x = with_it.start * 1.01
    pull = (x[0] - 2.0) / 0.05
    assert with_it.value(x) - without.value(x) == pytest.approx(
        pull**2 + np.log(2 * np.pi * 0.05**2), rel=1e-9
    )
    here, there = with_it.evaluate(x), without.evaluate(x)
    expected = np.zeros(len(x))
    expected[0] = 2 * pull / 0.05
    found = (here.gradient - there.gradient) * x  # an amplitude's own is larger by 1e12
    np.testing.assert_allclose(found, expected * x, atol=1e-9 * abs(here.gradient * x).max())
    assert here.curvature[0, 0] - there.curvature[0, 0] == pytest.approx(2 / 0.05**2, rel=1e-6)


def test_prior_on_a_linked_parameter_reaches_the_free_one():
    def statistic(prior):
        dataset = cash(models=[power_law("a"), power_law("b")])
        a, b = (model.spectral_model for model in dataset.models)
        b.index.link = 2.0 * a.index
        b.index.prior = prior
        return dataset.fit_problem()

    bare, informed = statistic(None), statistic(GaussianPrior(mu=4.0, sigma=0.5))
    x = bare.start
    slope = informed.evaluate(x).gradient[0] - bare.evaluate(x).gradient[0]
    assert slope == pytest.approx(2 * (4.6 - 4.0) / 0.5**2 * 2.0, rel=1e-6)


def test_prior_follows_the_unit():
    dataset = cash(models=power_law())
    amplitude = dataset.models.parameters["amplitude"]
    amplitude.prior = GaussianPrior(mu=2.5e-11, sigma=2e-12)
    before = dataset.fit_problem()
    gradient = before.evaluate(before.start).gradient[1]
    amplitude.unit = "m-2 s-1 TeV-1"
    after = dataset.fit_problem()
    # a density changes by the Jacobian, a constant
    norm = 2 * np.log(1e4)
    assert after.value(after.start) == pytest.approx(before.value(before.start) + norm, rel=1e-9)
    assert after.evaluate(after.start).gradient[1] == pytest.approx(gradient / 1e4, rel=1e-9)


def test_uniform_prior_is_a_range_and_no_datum():
    dataset = cash(models=power_law())
    dataset.models.parameters["index"].prior = UniformPrior(min=1.0, max=2.1)
    dataset.models.parameters["index"].value = 2.0
    problem = dataset.fit_problem()
    assert problem.n_data == 8
    for backend in ("minuit", "scipy"):
        dataset.models.parameters["index"].value = 2.0
        result = Fitter(backend).run(dataset)
        assert result.status is Status.AT_BOUND
        assert np.isfinite(result.total_stat)
        assert result.values[0] == pytest.approx(2.1, abs=1e-4)
