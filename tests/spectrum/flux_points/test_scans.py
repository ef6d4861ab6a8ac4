"""Profiles of the statistic: interpolation, ends, minima."""

import numpy as np
import pytest
from scipy.interpolate import interp1d

from gammapy.errors import DataError
from gammapy.spectrum.flux_points.scans import Profiles

NORM = np.geomspace(0.2, 5, 11)
STAT = np.stack([2 * (NORM - 12 * np.log(NORM) / 10) * 30, (NORM - 0.7) ** 2 / 0.04 + 3])


def made() -> Profiles:
    return Profiles.of_scans(np.stack([NORM, NORM]), STAT)


def test_the_scan_is_met_and_between_is_a_quadratic_spline():
    profiles = made()
    for i, norm in enumerate(NORM):
        np.testing.assert_allclose(profiles.evaluate(np.full(2, norm))[0], STAT[:, i], rtol=1e-11)
    for norm in np.linspace(0.2, 5, 57):
        expected = [float(interp1d(NORM, y, kind="quadratic")(norm)) for y in STAT]
        np.testing.assert_allclose(profiles.evaluate(np.full(2, norm))[0], expected, rtol=1e-10)


def test_derivatives_also_outside_the_scan():
    profiles, step = made(), 1e-6
    for norm in np.linspace(-1, 7, 83):
        _, first, second = profiles.evaluate(np.full(2, norm))
        around = [profiles.evaluate(np.full(2, norm + s)) for s in (-step, step)]
        slope = (around[1][0] - around[0][0]) / (2 * step)
        np.testing.assert_allclose(first, slope, rtol=1e-6, atol=1e-5)
        np.testing.assert_allclose(second, (around[1][1] - around[0][1]) / (2 * step), rtol=1e-4)


def test_no_jump_of_the_first_derivative():
    profiles = made()
    for knot in [NORM[0], NORM[-1], *(0.5 * (NORM[1:] + NORM[:-1]))]:
        below, above = (profiles.evaluate(np.full(2, knot + s)) for s in (-1e-9, 1e-9))
        np.testing.assert_allclose(below[0], above[0], rtol=1e-6)
        np.testing.assert_allclose(below[1], above[1], rtol=1e-5, atol=1e-4)


def test_minima():
    profiles = made()
    where, lowest = profiles.minima
    assert where[1] == pytest.approx(0.7)
    assert lowest[1] == pytest.approx(3)
    grid = np.linspace(0.1, 6, 20001)
    values = np.array([profiles.evaluate(np.full(2, x))[0] for x in grid])
    np.testing.assert_allclose(lowest, values.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(where, grid[values.argmin(axis=0)], atol=1e-3)


def test_scans_of_other_lengths_do_not_mix():
    """Points with other norms have other knots; each is as it is alone."""
    norms = np.stack([NORM, NORM * 2])
    joined = Profiles.of_scans(norms, STAT)
    for i in range(2):
        alone = Profiles.of_scans(norms[i : i + 1], STAT[i : i + 1])
        for x in (0.1, 0.9, 4.0, 11.0):
            ours = [a[i] for a in joined.evaluate(np.full(2, x))]
            np.testing.assert_array_equal(ours, np.ravel(alone.evaluate(np.array([x]))))


def test_an_end_that_bends_down_goes_on_straight():
    stat = np.array([[9, 0, 3, 4, 4.5, 4.7]])
    profiles = Profiles.of_scans(np.arange(6.0)[None], stat)
    assert profiles.evaluate(np.array([4.9]))[2] < 0
    at = [profiles.evaluate(np.array([x])) for x in (5.0, 6.0, 11.0)]
    assert at[1][2] == 0
    assert at[1][1] == at[2][1] == at[0][1] > 0
    assert at[2][0] == pytest.approx(4.7 + 6 * at[0][1][0])


@pytest.mark.parametrize(
    ("norm", "stat"),
    [
        ([1, 2], [1, 2]),
        ([1, 2, 2], [1, 2, 3]),
        ([1, 3, 2], [1, 2, 3]),
        ([1, 2, 3], [1, np.nan, 3]),
        ([1, 2, np.inf], [1, 2, 3]),
    ],
)
def test_bad_scans_are_refused(norm, stat):
    with pytest.raises(DataError, match=r"point 0.*at least 3 ascending numbers"):
        Profiles.of_scans(np.array([norm], float), np.array([stat], float))


@pytest.mark.parametrize(("order", "end"), [(1, "high"), (-1, "low")])
def test_a_profile_without_a_lower_limit_is_refused(order, end):
    stat = np.array([9, 0, 3, 5, 5.5, 4.5])[::order]
    with pytest.raises(DataError, match=f"falls without limit beyond the {end} end"):
        Profiles.of_scans(np.arange(6.0)[None], stat[None])
