"""Penalties in a fit: counted once, with exact derivatives, through links and units."""

import math

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.modeling import Fitter, GaussianPenalty, GaussianPrior, Parameter
from gammapy.modeling.models import ConstantSpectralModel, Models, PowerLawSpectralModel, SkyModel
from tests.datasets.toy_kind import Points, points
from tests.spectrum.toys import cash, on_off, power_law
from tests.twins.likelihood import derivatives

MATRIX = np.array([[0.01, 3e-13], [3e-13, 2.5e-23]])


def joint(with_it: bool = True) -> Datasets:
    """Three kinds of data; a penalty across two models."""
    datasets = Datasets([cash("c"), on_off("o"), points("p")])
    models = Models([power_law("a"), power_law("b", index=2.0, amplitude=1e-12)])
    if with_it:
        members = [models["b"].spectral_model.index, models["a"].spectral_model.amplitude]
        models.penalties = [GaussianPenalty(members, [2.1, 2.8e-11], MATRIX)]
    datasets.models = models
    return datasets


def linked() -> Datasets:
    """A member linked by an expression that is not affine, another in another unit."""
    datasets = joint()
    a, b = (model.spectral_model for model in datasets.models)
    b.index.link = 4.0 / a.index
    a.amplitude.unit = "m-2 s-1 GeV-1"
    return datasets


def held() -> Datasets:
    datasets = joint()
    datasets.models["b"].spectral_model.index.frozen = True
    return datasets


CASES = {case.__name__: case for case in (joint, linked, held)}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each
def test_is_counted_once(case):
    datasets = case()
    (penalty,) = datasets.models.penalties
    expected = penalty()
    whole = datasets.stat_sum()
    datasets.models.penalties.clear()
    assert whole - datasets.stat_sum() == pytest.approx(expected, rel=1e-8)


@each
def test_derivatives(case):
    problem = case().fit_problem()
    rng = np.random.default_rng(5)
    for _ in range(3):
        x = problem.start * rng.uniform(0.9, 1.1, len(problem.start))
        found = problem.evaluate(x)
        numeric = derivatives(problem.value, x, 1e-3 * np.abs(x))
        size = np.abs(found.gradient * x).max()
        np.testing.assert_allclose(found.gradient * x, numeric * x, atol=1e-7 * size)
        residual, jacobian = problem.residuals(x)
        np.testing.assert_allclose(
            2 * (jacobian.T @ residual) * x, found.gradient * x, atol=1e-8 * size
        )


@each
def test_its_own_part(case):
    """Differences to the same problem without it are a parabola of the members."""
    datasets = case()
    (penalty,) = datasets.models.penalties
    with_it = datasets.fit_problem()
    datasets.models.penalties.clear()
    without = datasets.fit_problem()
    free = datasets.models.parameters.free_parameters
    x = with_it.start * 1.02
    free.free_values = x
    here, there = with_it.evaluate(x), without.evaluate(x)
    assert here.value - there.value == pytest.approx(penalty(), rel=1e-8)
    # rows of the members' derivatives by the free parameters, by hand
    by_free = np.zeros((2, len(free)))
    for row, member in enumerate(penalty.parameters):
        if member.link is not None:
            a = datasets.models["a"].spectral_model
            by_free[row, free.index(a.index)] = -4.0 / a.index.value**2
        elif not member.frozen:
            by_free[row, free.index(member)] = 1.0
    inverse = np.linalg.inv(penalty.covariance.data / np.outer(penalty.errors, penalty.errors))
    inverse /= np.outer(penalty.errors, penalty.errors)
    deviation = np.array([p.value for p in penalty.parameters]) - penalty.mean
    np.testing.assert_allclose(
        (here.gradient - there.gradient) * x,
        2 * by_free.T @ inverse @ deviation * x,
        atol=1e-9 * np.abs(here.gradient * x).max(),
    )
    expected = 2 * by_free.T @ inverse @ by_free * np.outer(x, x)
    found = (here.curvature - there.curvature) * np.outer(x, x)
    size = np.abs(here.curvature * np.outer(x, x)).max()
    np.testing.assert_allclose(found, expected, atol=1e-10 * size)


@pytest.mark.parametrize(("case", "n"), [(joint, 2), (linked, 2), (held, 1)])
def test_number_of_data(case, n):
    datasets = case()
    with_it = datasets.fit_problem().n_data
    datasets.models.penalties.clear()
    assert with_it == datasets.fit_problem().n_data + n


def test_a_smooth_prior_at_its_centre_is_a_datum():
    """Its residual and the derivative of that may both vanish."""
    from gammapy.modeling import GeneralizedGaussianPrior

    dataset = cash(models=power_law())
    before = dataset.fit_problem().n_data
    dataset.models.parameters["index"].prior = GeneralizedGaussianPrior(1.0, 0.5, eta=0.25)
    assert dataset.fit_problem().n_data == before + 1


# -- the analytic combination ---------------------------------------------------------------

ENERGY = np.geomspace(0.7, 20.0, 6)
SHAPES = np.array([ENERGY**-2.3, ENERGY**-1.0])  # [parameter, energy]
ERROR = 0.1 * (3e-11 * SHAPES[0] + 1e-12 * SHAPES[1])
SCATTER = np.array([0.5, -1.2, 0.3, 0.8, -0.4, 1.1])
FLUX = 3e-11 * SHAPES[0] + 1e-12 * SHAPES[1] + ERROR * SCATTER
ELSEWHERE = np.array([2.7e-11, 1.4e-12])
KNOWN = np.array([[9e-24, -6e-25], [-6e-25, 9e-26]])


def linear(frozen: str = "") -> Datasets:
    """Data that are linear in two amplitudes, which were measured elsewhere too."""
    one = PowerLawSpectralModel(index=2.3, amplitude="2e-11 cm-2 s-1 TeV-1")
    two = PowerLawSpectralModel(index=1.0, amplitude="2e-12 cm-2 s-1 TeV-1")
    models = Models([SkyModel(one, name="a"), SkyModel(two, name="b")])
    for model in models:
        model.spectral_model.index.frozen = True
    models.parameters.select(frozen or "nothing").freeze_all()
    members = [one.amplitude, two.amplitude]
    models.penalties = [GaussianPenalty(members, ELSEWHERE, KNOWN)]
    datasets = Datasets([Points(ENERGY, FLUX, ERROR, "p")])
    datasets.models = models
    return datasets


def inverse(matrix):
    """Of a matrix with entries of many sizes."""
    size = np.sqrt(np.diag(matrix))
    return np.linalg.inv(matrix / np.outer(size, size)) / np.outer(size, size)


@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_combination_of_two_measurements(backend):
    """Information adds up: C^-1 = C_data^-1 + C_elsewhere^-1, and means weighted by it."""
    datasets = linear()
    if backend == "minuit":  # units are no matter
        datasets.models["b"].spectral_model.amplitude.unit = "m-2 s-1 TeV-1"
    result = Fitter(backend).run(datasets)
    assert result.success
    information = SHAPES @ np.diag(ERROR**-2) @ SHAPES.T
    total = information + inverse(KNOWN)
    mean = inverse(total) @ (SHAPES @ (FLUX / ERROR**2) + inverse(KNOWN) @ ELSEWHERE)
    factor = np.array([1.0, 1e4 if backend == "minuit" else 1.0])
    free = datasets.models.parameters.free_parameters
    np.testing.assert_allclose(free.value / factor, mean, rtol=1e-5)
    found = free.covariance.data / np.outer(factor, factor)
    np.testing.assert_allclose(found, inverse(total), rtol=1e-4)
    by_data_alone = inverse(information) @ (SHAPES @ (FLUX / ERROR**2))
    assert np.abs((by_data_alone - mean) / mean).min() > 0.01


def test_a_frozen_member_is_a_condition():
    """The mean of the other is that of the conditional density, and its width too."""
    datasets = linear(frozen="b.*amplitude")
    Fitter().run(datasets)
    there = 2e-12 - ELSEWHERE[1]
    mean = ELSEWHERE[0] + KNOWN[0, 1] / KNOWN[1, 1] * there
    variance = KNOWN[0, 0] - KNOWN[0, 1] ** 2 / KNOWN[1, 1]
    data = SHAPES[0] @ ((FLUX - 2e-12 * SHAPES[1]) / ERROR**2)
    weight = SHAPES[0] @ (SHAPES[0] / ERROR**2)
    (amplitude,) = datasets.models.parameters.free_parameters
    expected = (data + mean / variance) / (weight + 1 / variance)
    assert amplitude.value == pytest.approx(expected, rel=1e-6)
    assert amplitude.error == pytest.approx((weight + 1 / variance) ** -0.5, rel=1e-4)


def test_a_member_that_no_data_see_is_fitted_along():
    """What is known of the other is then the marginal density; the result mentions it."""
    datasets = linear()
    models = datasets.models
    alone = Datasets([Points(ENERGY, FLUX - 2e-12 * SHAPES[1], ERROR, "alone")])
    alone.models = Models([models["a"]], models.penalties)
    result = Fitter().run(alone)
    assert result.success
    assert list(result.names) == ["a.spectral.amplitude", "amplitude"]
    assert "amplitude of a penalty is in no model that the data see" in str(result)
    weight = SHAPES[0] @ (SHAPES[0] / ERROR**2)
    data = SHAPES[0] @ ((FLUX - 2e-12 * SHAPES[1]) / ERROR**2)
    expected = (data + ELSEWHERE[0] / KNOWN[0, 0]) / (weight + 1 / KNOWN[0, 0])
    amplitude = models["a"].spectral_model.amplitude
    assert amplitude.value == pytest.approx(expected, rel=1e-6)
    assert amplitude.error == pytest.approx((weight + 1 / KNOWN[0, 0]) ** -0.5, rel=1e-4)
    # the data moved one, and the correlation with it the other
    moved = ELSEWHERE[1] + KNOWN[0, 1] / KNOWN[0, 0] * (expected - ELSEWHERE[0])
    assert models["b"].spectral_model.amplitude.value == pytest.approx(moved, rel=1e-5)


def test_a_dataset_alone_counts_what_touches_it():
    datasets = joint()
    datasets.models.append(power_law("c", amplitude=2e-12))
    a, b, c = datasets.models
    a.datasets_names, b.datasets_names, c.datasets_names = ["c"], ["o"], ["p"]
    across = datasets.models.penalties[0]()
    bare = joint(with_it=False)
    bare.models = [power_law("a"), power_law("b", index=2.0, amplitude=1e-12), c]
    for model, other in zip(bare.models, datasets.models, strict=True):
        model.datasets_names = other.datasets_names
    for name, expected in (("c", across), ("o", across), ("p", 0.0)):
        difference = datasets[name].stat_sum() - bare[name].stat_sum()
        assert difference == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert datasets.stat_sum() - bare.stat_sum() == pytest.approx(across, rel=1e-8)


def test_penalties_that_touch_by_others():
    """What a penalty knows of a member may follow from another penalty."""
    dataset = points("p", Models([power_law("a")]))
    index = dataset.models["a"].spectral_model.index
    far, between = Parameter("far", 1.0), Parameter("between", 1.0)
    near = GaussianPenalty([index, between], [2.3, 1.0], [[0.04, 0.01], [0.01, 0.04]])
    behind = GaussianPenalty([between, far], [1.0, 1.0], [[0.04, 0.01], [0.01, 0.04]])
    elsewhere = GaussianPenalty([Parameter("other", 1.0)], [1.0], [[1.0]])
    bare = dataset.stat_sum()
    dataset.models.penalties = [behind, elsewhere, near]
    assert dataset.stat_sum() - bare == pytest.approx(near() + behind(), rel=1e-9)
    problem = dataset.fit_problem()
    assert problem.names[-2:] == ("between", "far")
    # a prior of such a parameter counts too, and a frozen one is held
    far.prior = GaussianPrior(1.0, 0.1)
    between.frozen = True
    assert dataset.fit_problem().names[-1] == "far"
    total = near() + behind() + far.prior(1.0)
    assert dataset.stat_sum() - bare == pytest.approx(total, rel=1e-9)


def test_nuisance_parameter_by_a_link():
    """A calibration factor known from elsewhere scales a model, and is fitted with it."""
    scale = Parameter("scale", 1.0)
    model = SkyModel(ConstantSpectralModel(const="1e-12 cm-2 s-1 TeV-1"), name="m")
    flux = Parameter("flux", 1e-12, "cm-2 s-1 TeV-1")
    model.spectral_model.const.link = scale * flux
    models = Models([model], [GaussianPenalty([scale], [1.1], [[0.01]])])
    dataset = Points([1.0, 2.0], [2e-12, 2e-12], [2e-13, 2e-13], "p", models)
    result = Fitter().run(dataset)
    assert result.success
    assert "penalty" not in str(result)
    assert scale.value == pytest.approx(1.1, rel=1e-4)
    assert scale.error == pytest.approx(0.1, rel=1e-3)
    assert flux.value == pytest.approx(2e-12 / 1.1, rel=1e-4)
    relative = math.hypot(0.1 / 1.1, 0.1 / 2**0.5)
    assert flux.error / flux.value == pytest.approx(relative, rel=1e-3)


# -- it lives with the datasets --------------------------------------------------------------


def test_copies_of_datasets():
    datasets = joint()
    twins = datasets.copy()
    (penalty,) = twins.models.penalties
    assert set(penalty.parameters) <= set(twins.models.parameters)
    assert twins.stat_sum() == datasets.stat_sum()
    twins.models.parameters["b.spectral.index"].value = 3.0
    assert twins.stat_sum() != datasets.stat_sum()
    assert datasets.models.penalties[0] is not penalty


def test_datasets_with_their_own_models_share_a_penalty():
    datasets = joint()
    (penalty,) = datasets.models.penalties
    a, b = datasets.models
    datasets["c"].models = Models([a], [penalty])
    datasets["o"].models = Models([b], [penalty])
    datasets["p"].models = Models([a, b])
    with_it = datasets.stat_sum()
    assert list(datasets.models.penalties) == [penalty]
    twins = datasets.copy()
    assert twins.stat_sum() == with_it
    assert twins["c"].models.penalties[0] is twins["o"].models.penalties[0]
    for dataset in datasets:
        dataset.models.penalties.clear()
    assert with_it - datasets.stat_sum() == pytest.approx(penalty(), rel=1e-8)


def test_result_keeps_it():
    datasets = joint()
    result = Fitter().run(datasets)
    (penalty,) = result.models.penalties
    assert penalty() == pytest.approx(datasets.models.penalties[0](), rel=1e-12)


# -- do its errors cover? ---------------------------------------------------------------------

RHO = 0.7
WIDTHS = np.array([0.15, 3e-12])


def pulls(correlation: float | None, n_toys: int) -> np.ndarray:
    """Pulls [toy, parameter] of index and amplitude, measured elsewhere anew for each toy."""
    truth = np.array([2.3, 3e-11])
    matrix = np.outer(WIDTHS, WIDTHS) * np.array(
        [[1.0, correlation or 0.0], [correlation or 0.0, 1.0]]
    )
    rng = np.random.default_rng(20)
    found = []
    dataset = cash(exposure=2e12)
    for toy in range(n_toys):
        models = Models(power_law())
        dataset.models = models
        dataset.fake(toy)
        members = models.parameters.free_parameters
        seen = truth + WIDTHS * rng.multivariate_normal([0, 0], matrix / np.outer(WIDTHS, WIDTHS))
        if correlation is None:  # a prior on the nuisance alone
            members[0].prior = GaussianPrior(seen[0], WIDTHS[0])
        else:
            models.penalties = [GaussianPenalty(members, seen, matrix)]
        assert Fitter().run(dataset).success
        found.append([(p.value - t) / p.error for p, t in zip(members, truth, strict=True)])
    return np.array(found)


@pytest.mark.parametrize("correlation", [None, RHO], ids=["prior", "penalty"])
def test_pulls_have_width_one(correlation):
    n_toys = 200
    found = pulls(correlation, n_toys)
    # 3 standard errors; the likelihood is not quite normal
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=3 / n_toys**0.5)
    np.testing.assert_allclose(found.std(axis=0), 1.0, atol=3 / (2 * n_toys) ** 0.5)
