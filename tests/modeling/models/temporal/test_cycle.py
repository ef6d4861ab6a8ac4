"""Integral of a periodic curve over few and many turns."""

import itertools

import numpy as np
import pytest

from gammapy.modeling.models.temporal.cycle import Cycle, Turns

PHASE = np.array([0.04, 0.3, 0.37, 0.6, 0.93])
NORM = np.array([0.2, 0.1, 0.8, 0.0, 0.5])


@pytest.fixture
def cycle():
    return Cycle(PHASE, NORM)


def brute(cycle, turns, n=400_000):
    """Midpoints; the error is about the slope's jumps by the square of the step."""
    s = (np.arange(n) + 0.5) / n
    phase = turns.phase(s)
    return np.interp(phase - np.floor(phase), cycle.nodes, cycle.norm).mean()


def test_the_curve_is_closed(cycle):
    np.testing.assert_allclose(cycle.nodes, [-0.07, *PHASE, 1.04])
    np.testing.assert_allclose(cycle.norm, [0.5, *NORM, 0.2])
    at_zero = 0.5 - 0.3 * 7 / 11
    np.testing.assert_allclose(cycle.values[[0, -1]], at_zero)
    fine = np.linspace(0, 1, 1_000_001)
    expected = np.trapezoid(np.interp(fine, cycle.nodes, cycle.norm), fine)
    assert cycle.mean == pytest.approx(expected, rel=1e-9)


def test_nodes_at_the_ends_of_the_turn_stay():
    cycle = Cycle(np.array([0.0, 0.5, 1.0]), np.array([1.0, 3.0, 2.0]))
    np.testing.assert_array_equal(cycle.nodes, [0, 0.5, 1])
    assert cycle.mean == pytest.approx(0.5 * (2 + 2.5))
    half = Cycle(np.array([0.0, 0.5]), np.array([1.0, 3.0]))
    np.testing.assert_array_equal(half.nodes, [0, 0.5, 1])
    np.testing.assert_array_equal(half.norm, [1, 3, 1])


@pytest.mark.parametrize(
    "turns",
    [
        Turns(0.1, 0.0, 0.0, 0.0),  # stands still
        Turns(0.1, 0.03, 0.0, 0.0),
        Turns(0.7, 3.3, 0.0, 0.0),
        Turns(0.7, -3.3, 0.0, 0.0),
        Turns(0.2, 40.0, 7.0, 0.0),
        Turns(0.2, 5.0, -14.0, 0.0),  # turns back
        Turns(0.2, 1.0, 3.0, -9.0),
        Turns(0.2, 0.0, 0.0, 30.0),
        Turns(0.2, 30.0, 0.02, 0.0),
        Turns(0.2, 100.0, -2.0, 1.0),
        Turns(0.5, 1.0, 50.0, 800.0),
    ],
)
def test_against_midpoints(cycle, turns):
    assert cycle.integral(turns) == pytest.approx(brute(cycle, turns), abs=3e-8)


@pytest.mark.parametrize(
    "turns",
    [
        Turns(0.2, 200.0, 10.0, 0.0),
        Turns(0.2, 400.0, 20.0, 5.0),
        Turns(0.9, -700.0, 90.0, 0.0),
    ],
)
def test_both_ways_agree(cycle, turns):
    """The node-by-node sum is exact; the parts leave out what is of third order."""
    assert turns.is_slow(0.0)
    assert turns.is_slow(1.0)
    by_parts, by_nodes = cycle._by_parts(turns, 0.0, 1.0), cycle._by_nodes(turns, 0.0, 1.0)
    assert by_parts == pytest.approx(by_nodes, rel=1e-12)
    assert by_parts != pytest.approx(cycle.mean, rel=1e-9)


@pytest.mark.parametrize("f1", [2e5, 5e3])
def test_frequency_from_zero(cycle, f1):
    """It is slow only where there are many turns, from about 1000 on."""
    turns = Turns(0.0, 0.0, f1, 0.0)
    ends = turns.changes()
    assert len(ends) == 3
    assert not turns.is_slow(0.5 * ends[1])
    assert turns.is_slow(0.5 + 0.5 * ends[1])
    assert cycle.integral(turns) == pytest.approx(cycle.mean, rel=0.1)
    # in pieces of equal turns, each by quadrature in the phase: ds = dphi / sqrt(2 f1 phi)
    node, weight = np.polynomial.legendre.leggauss(40)
    edges = np.append(np.add.outer(np.arange(2000), cycle.edges[:-1]).ravel(), 2000.0)
    total = 0.0
    for low, high in itertools.pairwise(np.sqrt(edges)):  # phi = x^2 has no pole
        x = 0.5 * (high - low) * node + 0.5 * (high + low)
        value = np.interp(x**2 % 1.0, cycle.nodes, cycle.norm)
        total += 0.5 * (high - low) * np.sum(weight * value)
    s = np.sqrt(2.0 * 2000.0 / f1)  # when 2000 turns are over
    expected = total * 2.0 / np.sqrt(2.0 * f1)
    assert s * cycle.integral(Turns(0.0, 0.0, f1 * s**2, 0.0)) == pytest.approx(expected, rel=1e-11)


def test_many_turns_are_the_mean(cycle):
    found = cycle.integral(Turns(0.3, 2.6e9, -27.0, 0.0))
    assert found == pytest.approx(cycle.mean, rel=1e-9)
    assert found != cycle.mean
