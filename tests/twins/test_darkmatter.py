import numpy as np
from numpy.testing import assert_allclose

from tests.twins.darkmatter import annihilation, photons

MASSES, LOG10_X = [1.0, 4.0], [-2.0, -1.0, 0.0]
TABLE = np.array([[8.0, 4.0, 2.0], [16.0, 8.0, 0.0]])


def test_photons_at_a_node_by_hand():
    assert_allclose(photons(0.1, 1.0, MASSES, LOG10_X, TABLE), 4.0 / (0.1 * np.log(10)), rtol=1e-13)


def test_photons_between_nodes_by_hand():
    # mass 2 is half way between 1 and 4 in the logarithm; x = 10^-1.5 half way between the nodes
    energy = 2 * 10**-1.5
    expected = 9.0 / (energy * np.log(10))
    assert_allclose(photons(energy, 2.0, MASSES, LOG10_X, TABLE), expected, rtol=1e-12)


def test_no_photons_outside():
    found = photons([0.009, 1.0, 1.0001], 1.0, MASSES, LOG10_X, TABLE)
    assert_allclose(found, [0.0, 2.0 / np.log(10), 0.0], rtol=1e-13)


def test_annihilation_by_hand():
    assert_allclose(annihilation(1.0, 2.0, 5.0, 1e20, 2), 3e-26 * 1e20 * 5 / (32 * np.pi))
