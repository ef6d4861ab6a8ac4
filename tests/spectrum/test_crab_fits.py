"""The reference fits of the Crab, from every optimiser."""

import numpy as np
import pytest

from gammapy.modeling import Fitter, Status

BACKENDS = [
    ("minuit", {}),
    ("scipy", {}),
    ("scipy", {"method": "dogbox"}),
    ("scipy", {"method": "l-bfgs-b"}),
    ("scipy", {"method": "trust-constr"}),
    ("scipy", {"method": "nelder-mead"}),
    ("sherpa", {"method": "levmar"}),
    ("sherpa", {"method": "neldermead"}),
]


def expected_fit(work):
    """Values and errors of the reference, by path."""
    return {
        f"crab.spectral.{p['name']}": (p["value"], p["error"])
        for p in work["fit"]["parameters"]
        if not p["frozen"]
    }


@pytest.mark.parametrize(
    ("backend", "options"), BACKENDS, ids=["-".join([b, *o.values()]) for b, o in BACKENDS]
)
def test_best_fit(work, joint, backend, options):
    if backend == "sherpa":
        pytest.importorskip("sherpa", reason="sherpa is not installed")
    result = Fitter(backend, optimize_opts=options).run(joint)
    assert result.status is Status.CONVERGED, result.message
    assert result.total_stat == pytest.approx(float(work["fit"]["total_stat"]), abs=0.01)
    expected = expected_fit(work)
    assert set(result.names) == set(expected)
    for name, value, error in zip(result.names, result.values, result.errors, strict=True):
        assert value == pytest.approx(expected[name][0], abs=0.05 * expected[name][1])
        assert error == pytest.approx(expected[name][1], rel=0.02)
        assert joint.models.parameters[name].value == value
        assert joint.models.parameters[name].error == error
    order = [result.names.index(n) for n in work["fit"]["free_parameter_order"]]
    covariance = result.covariance.data[np.ix_(order, order)]
    reference = np.array(work["fit"]["covariance_hesse"], dtype=float)
    size = np.sqrt(np.outer(np.diag(reference), np.diag(reference)))
    np.testing.assert_allclose(covariance / size, reference / size, atol=0.03)


def far_starts(joint, n):
    """Values drawn evenly between the bounds (the amplitude on a log scale)."""
    rng = np.random.default_rng(20)
    for _ in range(n):
        for parameter in joint.models.parameters.free_parameters:
            low, high = parameter.min, parameter.max
            if parameter.name == "amplitude":
                parameter.value = np.exp(rng.uniform(np.log(1e-12), np.log(high)))
            else:
                parameter.value = rng.uniform(low, high)
        yield


def run_far_starts(work, joint, backend, n):
    best = float(work["fit"]["total_stat"])
    failed = []
    for _ in far_starts(joint, n):
        start = joint.models.parameters.free_values
        result = Fitter(backend).run(joint)
        good = result.status is Status.CONVERGED and abs(result.total_stat - best) < 0.01
        if result.success and not good:
            pytest.fail(f"silent failure from {start}: {result}")
        if not good:
            failed.append((start, result.status, result.message))
    return failed


@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_few_far_starts(work, joint, backend):
    assert not run_far_starts(work, joint, backend, 5)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_thirty_far_starts(work, joint, backend):
    assert not run_far_starts(work, joint, backend, 30)
