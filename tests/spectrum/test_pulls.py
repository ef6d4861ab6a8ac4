"""Errors of a fit are right: pulls of simulated spectra (the benchmark does 4000 of each kind)."""

import os

import numpy as np
import pytest

from benchmarks import pulls
from gammapy.modeling import Fit

NUMBER = 400
SEED = 400


@pytest.fixture(scope="module")
def path():
    if not os.environ.get("GAMMAPY_DATA"):
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return pulls.crab_run()


@pytest.fixture(scope="module")
def made(path):
    return pulls.setup(path)


def check(sample):
    """The pulls have mean 0 and width 1 within 4 standard errors, and none is missing."""
    assert not sample.failed.any(), sample.statuses
    assert sample.n_on.min() >= 1000
    for i, name in enumerate(pulls.TRUTH):
        found = pulls.moments(sample.pulls[:, i])
        assert found.missing == 0, name
        assert found.mean_error < 0.06, name
        assert found.width_error < 0.06, name
        assert abs(found.mean) <= 4 * found.mean_error, (name, found)
        assert abs(found.width - 1) <= 4 * found.width_error, (name, found)


@pytest.mark.slow
@pytest.mark.parametrize("build", [pulls.wstat_dataset, pulls.cash_dataset])
def test_pulls(path, made, build):
    sample = pulls.fits(build(path, made), made, NUMBER, np.random.SeedSequence(SEED))
    check(sample)


@pytest.mark.slow
def test_a_wrong_exposure_is_seen(path, made):
    # 1500 counts know the flux to 3%, so 20% are far outside: the check can fail
    wrong = made._replace(scale=1.2 * made.scale)
    sample = pulls.fits(pulls.wstat_dataset(path, wrong), made, 100, np.random.SeedSequence(SEED))
    with pytest.raises(AssertionError, match="amplitude"):
        check(sample)


def test_expectations(path, made):
    good = made.twin["mask"]
    rng = np.random.default_rng(1)
    draws = [pulls.draw(made, rng) for _ in range(100)]
    on = np.array([on[good].sum() for on, _ in draws])
    off = np.array([off[good] for _, off in draws])
    assert abs(on.mean() - pulls.ON_COUNTS) <= 4 * np.sqrt(pulls.ON_COUNTS / 100)
    assert abs(off.mean() - pulls.OFF_COUNTS) <= 4 * np.sqrt(pulls.OFF_COUNTS / off.size)
    sparse = pulls.setup(path, sparse=True)
    expected = sparse.twin["counts_off"][good].sum() * sparse.scale
    assert sparse.off.sum() == pytest.approx(expected)
    assert sparse.off[good].min() < 1 < sparse.off.max()


def test_a_fit_that_fails_is_counted(path, made):
    stuck = Fit("scipy", optimize_opts={"method": "L-BFGS-B", "options": {"maxiter": 1}})
    sample = pulls.fits(
        pulls.wstat_dataset(path, made), made, 3, np.random.SeedSequence(SEED), stuck
    )
    assert sample.failed.all()
    assert sample.statuses == {"NOT_CONVERGED": 3}
    assert len(sample.pulls) == 3


def test_moments():
    rng = np.random.default_rng(2)
    normal = rng.normal(0.3, 2.0, 20000)
    found = pulls.moments(np.append(normal, [np.nan, np.inf]))
    assert found.missing == 2
    assert found.mean == pytest.approx(0.3, abs=4 * found.mean_error)
    assert found.width == pytest.approx(2.0, abs=4 * found.width_error)
    assert found.mean_error == pytest.approx(2 / np.sqrt(20000), rel=0.05)
    # of a normal density: width / sqrt(2 n)
    assert found.width_error == pytest.approx(2 / np.sqrt(40000), rel=0.05)
