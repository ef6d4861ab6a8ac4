"""Nodes where a function bends, and where it ends."""

import numpy as np
import pytest

from gammapy.makers.refined_nodes import TOLERANCE, Sample, refined


def sampler(function, usable=None, asked=None):
    def sample(offset):
        if asked is not None:
            asked.extend(offset.tolist())
        values = function(offset)[:, np.newaxis, np.newaxis]
        there = np.ones((len(offset), 1), bool) if usable is None else usable(offset)[:, np.newaxis]
        return Sample(
            np.where(there[..., np.newaxis], values, 0.0), there, np.ones((len(offset), 1))
        )

    return sample


def test_a_straight_line_needs_no_more():
    start = np.linspace(0.0, 2.0, 5)
    nodes, at = refined(start, sampler(lambda x: 3.0 * x))
    assert nodes.tolist() == start.tolist()
    assert at.values[:, 0, 0] == pytest.approx(3.0 * start)


def test_lines_between_are_good_enough():
    bent = lambda x: np.exp(-3.0 * x)  # noqa: E731
    nodes, at = refined(np.linspace(0.0, 2.0, 5), sampler(bent))
    x = np.linspace(0.0, 2.0, 997)
    assert np.abs(np.interp(x, nodes, at.values[:, 0, 0]) - bent(x)).max() < 2 * TOLERANCE
    gaps = np.diff(nodes)
    assert gaps[0] < gaps[-1]  # closer where it bends
    assert np.all(gaps > 0)


def test_where_there_is_nothing_is_found():
    nodes, at = refined(np.linspace(0.0, 2.0, 5), sampler(np.ones_like, lambda x: x < 1.3))
    last, first = nodes[at.usable[:, 0]].max(), nodes[~at.usable[:, 0]].min()
    assert last < 1.3 <= first
    assert first - last < 0.5 / 2  # cut once at least: what was looked at between is there
