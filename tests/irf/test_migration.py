"""Probabilities of bins from densities of the migration."""

import numpy as np
import pytest

from gammapy.irf.migration import bin_probabilities

MIGRA = np.linspace(0.0, 3.0, 61)
ENERGY = np.array([0.5, 2.0])


def test_a_flat_density_is_shared_by_length():
    density = np.where((MIGRA[:-1] >= 0.5 - 1e-9) & (MIGRA[:-1] < 1.5 - 1e-9), 7.0, 0.0)
    edges = np.array([0.1, 0.5, 0.75, 1.0, 2.5])
    found = bin_probabilities(np.broadcast_to(density, (2, 60)), MIGRA, ENERGY, edges)
    np.testing.assert_allclose(found[0], [0.5, 0.5, 0, 0], atol=1e-12)  # 0.25 to 0.75
    np.testing.assert_allclose(found[1], [0, 0, 0, 0.75], atol=1e-12)  # 1 to 3


@pytest.mark.parametrize("scale", [1e-3, 1.0, 40.0])
def test_sums_to_one_whatever_the_density_integrates_to(scale):
    rng = np.random.default_rng(3)
    density = scale * rng.uniform(size=(4, 2, 60))
    found = bin_probabilities(density, MIGRA, ENERGY, np.array([0.0, 0.3, 4.0, 99.0]))
    assert found.shape == (4, 2, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1.0)


def test_nothing_stays_nothing():
    found = bin_probabilities(np.zeros((2, 60)), MIGRA, ENERGY, np.array([0.1, 1.0]))
    assert found.tolist() == [[0], [0]]
