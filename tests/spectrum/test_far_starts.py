"""The default fit comes back from far starts."""

import os

import numpy as np
import pytest

from benchmarks import far_starts
from benchmarks.crab import LOG_PARABOLA, crab_datasets
from gammapy.modeling import Fit


@pytest.fixture(scope="module")
def datasets():
    if not os.environ.get("GAMMAPY_DATA"):
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return crab_datasets(LOG_PARABOLA)


@pytest.mark.slow
def test_default_backend(datasets):
    minimum = Fit().run(datasets).total_stat
    assert minimum == pytest.approx(478.096, abs=0.01)  # as an established implementation found
    for mode, starts in far_starts.start_points(datasets).items():
        tally = far_starts.from_starts(datasets, Fit(), starts)
        back = far_starts.came_back(tally, minimum)
        assert len(back) == 30
        assert back.sum() >= 29, (mode, tally.ends)
        assert np.all(tally.stats[~back] > minimum), mode
        assert np.all(tally.success == back), (mode, tally.ends)


@pytest.mark.slow
def test_start_points_are_far_and_inside(datasets):
    Fit().run(datasets)
    free = datasets.models.parameters.free_parameters
    best, error = np.array([[p.value, p.error] for p in free]).T
    near, far = far_starts.start_points(datasets).values()
    # None of 30 uniform draws lies in the outer fifth once in a thousand seeds. The bounds of the
    # amplitude are wider than the draws, the other parameters are clipped.
    assert free[0].name == "amplitude"
    for reach in (
        np.abs(near - best)[:, 0] / (10 * error[0]),
        np.abs(np.log10(far / best))[:, 0],
    ):
        assert 0.8 < reach.max() <= 1
    for points in (near, far):
        assert np.all(points >= [p.min for p in free])
        assert np.all(points <= [p.max for p in free])


def test_what_came_back():
    tally = far_starts.Tally(
        np.array([1.0, 1.009, 1.02, np.nan]), np.zeros(4), [""] * 4, np.zeros(4, dtype=bool)
    )
    assert far_starts.came_back(tally, 1.0).tolist() == [True, True, False, False]
