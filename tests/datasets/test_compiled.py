"""A compiled likelihood serves scripts that change values; a new structure drops it."""

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.datasets import likelihood as module
from gammapy.maps import RegionNDMap
from gammapy.modeling import Fitter, GaussianPenalty, GaussianPrior
from gammapy.modeling.models import LogParabolaSpectralModel, Models
from gammapy.modeling.parameter import Parameter
from tests.datasets.toy_kind import points
from tests.spectrum.toys import cash, on_off, power_law


def joint() -> Datasets:
    datasets = Datasets([cash("c"), on_off("o"), points("p")])
    datasets.models = [power_law("a"), power_law("b", index=2.0, amplitude=1e-12)]
    return datasets


@pytest.fixture
def compilations(monkeypatch):
    """List that grows with every likelihood that is compiled."""
    made = []

    class Counted(module.Likelihood):
        def __init__(self, *args, **kwargs):
            made.append(args)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(module, "Likelihood", Counted)
    return made


def half(geom):
    return RegionNDMap(geom, np.arange(geom.axes[0].nbin) % 2 == 0)


def swap_model(d):
    d.models["b"] = power_law("b2", amplitude=5e-12)


def replace_models(d):
    d.models = [power_law("other", index=2.6)]


def models_of_one(d):
    d["c"].models = Models([power_law("own", index=2.1)])


def swap_spectrum(d):
    d.models["a"].spectral_model = LogParabolaSpectralModel(amplitude="2e-11 cm-2 s-1 TeV-1")


def share(d):
    d.models["b"].spectral_model.index = d.models["a"].spectral_model.index


def rename_with_effect(d):
    d.models["b"].datasets_names = ["o", "c"]
    d.stat_sum()
    d["o"].name = "renamed"


def indices(d):
    return [d.models.parameters[f"{name}.spectral.index"] for name in ("a", "b")]


def penalize(d):
    d.models.penalties.append(GaussianPenalty(indices(d), [2.0, 2.1], [[0.04, 0.01], [0.01, 0.04]]))


def replace_penalty(d):
    penalize(d)
    d.stat_sum()
    d.models.penalties[0] = GaussianPenalty(indices(d), [2.0, 2.1], [[0.09, 0.01], [0.01, 0.04]])


def change_what_only_a_penalty_knows(d):
    other = Parameter("other", 2.0)
    penalty = GaussianPenalty([indices(d)[0], other], [2.0, 2.1], [[0.04, 0.01], [0.01, 0.04]])
    d.models.penalties.append(penalty)
    d.stat_sum()
    other.prior = GaussianPrior(mu=2.0, sigma=0.2)


STRUCTURE = {
    "frozen": lambda d: setattr(d.models.parameters["a.spectral.index"], "frozen", True),
    "link": lambda d: setattr(
        d.models.parameters["b.spectral.index"],
        "link",
        d.models.parameters["a.spectral.index"] * 0.9,
    ),
    "unit": lambda d: setattr(d.models.parameters["a.spectral.amplitude"], "unit", "m-2 s-1 MeV-1"),
    "bound": lambda d: setattr(d.models.parameters["a.spectral.index"], "min", 1.0),
    "prior": lambda d: setattr(
        d.models.parameters["a.spectral.index"], "prior", GaussianPrior(mu=2.0, sigma=0.2)
    ),
    "penalty": penalize,
    "penalty replaced": replace_penalty,
    "prior of a penalty's parameter": change_what_only_a_penalty_knows,
    "shared": share,
    "mask_fit": lambda d: setattr(d["c"], "mask_fit", half(d["c"].counts.geom)),
    "mask_safe": lambda d: setattr(d["o"], "mask_safe", half(d["o"].counts.geom)),
    "counts": lambda d: d["c"].fake(9),
    "counts_off": lambda d: setattr(d["o"], "counts_off", RegionNDMap(d["o"].counts.geom, 3.0)),
    "acceptance": lambda d: setattr(d["o"], "acceptance", 2.0),
    "exposure": lambda d: setattr(
        d["c"],
        "exposure",
        RegionNDMap(d["c"].exposure.geom, d["c"].exposure.data * 1.1, "cm2 s"),
    ),
    "edisp": lambda d: setattr(d["c"], "edisp", None),
    "background": lambda d: setattr(d["c"], "background", None),
    "model replaced": swap_model,
    "models replaced": replace_models,
    "models of one dataset": models_of_one,
    "spectrum replaced": swap_spectrum,
    "model appended": lambda d: d.models.append(power_law("c", amplitude=2e-12)),
    "model removed": lambda d: d.models.pop(),
    "model renamed": lambda d: setattr(d.models["a"], "name", "other"),
    "datasets_names": lambda d: setattr(d.models["b"], "datasets_names", ["o"]),
    "datasets_names in place": lambda d: (
        setattr(d.models["b"], "datasets_names", ["o", "c"]),
        d.stat_sum(),
        d.models["b"].datasets_names.remove("c"),
    ),
    "dataset renamed": rename_with_effect,
    "dataset appended": lambda d: d.append(cash("c2", models=d.models, seed=8)),
    "dataset removed": lambda d: d.pop(),
    "dataset replaced": lambda d: d.__setitem__(0, cash("c3", models=d.models, seed=8)),
}


@pytest.mark.parametrize("change", STRUCTURE.values(), ids=STRUCTURE)
def test_change_of_structure(change):
    """After any change, cached equals freshly built, to the last bit."""
    used, fresh = joint(), joint()
    before = used.stat_sum()
    used.fit_problem().value(used.fit_problem().start)
    change(used)
    change(fresh)
    fresh = fresh.copy()
    assert used.stat_sum() == fresh.stat_sum()
    for one, other in zip(used, fresh, strict=True):
        assert one.stat_sum() == other.stat_sum()
    problem, expected = used.fit_problem(), fresh.fit_problem()
    assert problem.names == expected.names
    x = problem.start * 1.01
    assert problem.value(x) == expected.value(x)
    for array, twin in zip(problem.evaluate(x), expected.evaluate(x), strict=True):
        np.testing.assert_array_equal(array, twin)
    assert np.isfinite(before)


SAME = {"frozen", "bound", "model renamed", "unit"}


@pytest.mark.parametrize("name", STRUCTURE)
def test_the_changes_above_are_seen(name):
    """Guard of the test above: each change recompiles, and all but some move the statistic."""
    datasets = joint()
    before = datasets.stat_sum()
    compiled = datasets._compiled._likelihood
    STRUCTURE[name](datasets)
    after = datasets.stat_sum()
    assert datasets._compiled._likelihood is not compiled
    assert (after == pytest.approx(before, rel=1e-12)) == (name in SAME)


def test_values_do_not_recompile(compilations):
    datasets = joint()
    datasets.stat_sum()
    assert len(compilations) == 1
    rng = np.random.default_rng(2)
    for _ in range(5):
        for parameter in datasets.models.parameters:  # frozen ones too
            parameter.value *= rng.uniform(0.95, 1.05)
        cached = datasets.stat_sum()
        assert len(compilations) == 1
        fresh = datasets.copy().stat_sum()
        assert cached == pytest.approx(fresh, rel=1e-10)
        compilations.pop()


def test_errors_and_scans_do_not_recompile(compilations):
    datasets = joint()
    datasets.stat_sum()
    index = datasets.models.parameters["a.spectral.index"]
    index.error, index.errn, index.scan_n_values = 0.1, 0.2, 5
    datasets.stat_sum()
    assert len(compilations) == 1


def test_fit_at_the_compiled_values_does_not_recompile(compilations):
    datasets = joint()
    datasets.stat_sum()
    datasets.fit_problem()
    datasets.fit_problem()
    assert len(compilations) == 1


def test_dropping_the_cache_changes_no_bit():
    datasets = joint()
    problem = datasets.fit_problem()
    x = problem.start * 1.02
    cached = problem.evaluate(x)
    datasets._compiled = module.Compiled()
    fresh = datasets.fit_problem().evaluate(x)
    for array, twin in zip(cached, fresh, strict=True):
        np.testing.assert_array_equal(array, twin)


def test_a_problem_keeps_its_data_when_the_dataset_moves_on():
    """A problem that was handed out is a pure function of x."""
    datasets = joint()
    problem = datasets.fit_problem()
    x = problem.start * 1.02
    before = problem.value(x)
    datasets["c"].fake(77)
    datasets.models["a"].spectral_model.index.value = 3.0
    datasets.models["b"].spectral_model.reference.value = 2.0
    assert problem.value(x) == before


def test_nothing_is_changed_while_fitting():
    datasets = joint()
    state = [dict(p.__dict__) for p in datasets.models.parameters]
    arrays = [d.counts.data.copy() for d in datasets[:2]]
    seen = []

    def watching(objective):
        from gammapy.modeling.fit.backends.minuit import run

        outcome = run(objective)
        seen.append([dict(p.__dict__) for p in datasets.models.parameters] == state)
        return outcome

    datasets.models["b"].freeze()
    state = [dict(p.__dict__) for p in datasets.models.parameters]
    result = Fitter(watching).run(datasets)
    assert result.success
    assert seen == [True]
    for dataset, array in zip(datasets[:2], arrays, strict=True):
        np.testing.assert_array_equal(dataset.counts.data, array)


def test_failed_fit_changes_nothing():
    datasets = joint()
    state = [dict(p.__dict__) for p in datasets.models.parameters]

    def failing(objective):
        objective.value(objective.problem.start * 1.1)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        Fitter(failing).run(datasets)
    assert [dict(p.__dict__) for p in datasets.models.parameters] == state
