"""Energy dispersion: probabilities against a slow integral, normalisation, losses."""

from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest
from scipy.special import ndtr

from gammapy.errors import DataError
from gammapy.irf import EnergyDispersion2D
from tests.irf.made import MIGRA, OFFSET, RECO, TRUE, dispersion

EDGES_TRUE, EDGES = TRUE.edges.to_value("TeV"), RECO.edges.to_value("TeV")


def uneven():
    """Another distribution, and another sum, at each energy and offset."""
    rng = np.random.default_rng(7)
    centre = MIGRA.center.value[None, :, None]
    mean, width = rng.uniform(0.8, 1.2, (6, 1, 3)), rng.uniform(0.1, 0.4, (6, 1, 3))
    data = rng.uniform(1, 5, (6, 1, 3)) * np.exp(-0.5 * ((centre - mean) / width) ** 2)
    return EnergyDispersion2D([TRUE, MIGRA, OFFSET], data)


def slow(irf, edges_true, edges, offset):
    """Sum over a thousand parts of each bin of the migration."""
    fine = np.linspace(0.0, 3.0, 150_001)
    middle = 0.5 * (fine[1:] + fine[:-1])
    bins = np.minimum((middle / 0.02).astype(int), 149)
    rows = []
    for low, high in pairwise(edges_true):
        energy = np.sqrt(low * high)
        values = irf.evaluate(energy_true=energy * u.TeV, migra=MIGRA.center, offset=offset * u.deg)
        weight = values.value.reshape(-1)[bins]
        where = np.searchsorted(edges, middle * energy, side="right") - 1
        counts = np.bincount(np.clip(where + 1, 0, len(edges)), weight, len(edges) + 1)
        rows.append(counts[1:-1] / weight.sum())
    return np.array(rows)


@pytest.mark.parametrize("offset", [0.0, 0.7, 2.9])
def test_matrix_is_the_integral_over_the_migration(offset):
    edges_true, edges = np.geomspace(0.15, 60, 9), np.geomspace(0.2, 40, 15)
    found = uneven().matrix(edges_true, edges, [offset])
    assert found.shape == (1, 8, 14)
    np.testing.assert_allclose(found[0], slow(uneven(), edges_true, edges, offset), atol=5e-5)


def test_kernel_is_the_matrix():
    kernel = uneven().to_edisp_kernel("0.7 deg", TRUE, RECO)
    np.testing.assert_allclose(
        kernel.data, uneven().matrix(EDGES_TRUE, EDGES, [0.7])[0], rtol=1e-10, atol=1e-14
    )
    square = uneven().to_edisp_kernel(0.7 * u.deg)
    assert square.data.shape == (6, 6)
    assert square.axes.names == ["energy_true", "energy"]
    with pytest.raises(DataError, match="must be one angle"):
        uneven().to_edisp_kernel([0.7, 1.0] * u.deg)


def test_many_offsets_at_once():
    offsets = np.array([0.0, 0.4, 1.5, 2.9])
    whole = uneven().matrix(EDGES_TRUE, EDGES, offsets)
    for offset, found in zip(offsets, whole, strict=True):
        np.testing.assert_allclose(found, uneven().matrix(EDGES_TRUE, EDGES, offset)[0], rtol=1e-10)


def test_rows_sum_to_one_and_lose_what_is_outside():
    wide = np.geomspace(1e-3, 1e4, 200)
    np.testing.assert_allclose(dispersion().matrix(EDGES_TRUE, wide, 1.0).sum(axis=-1), 1.0)
    cut = dispersion().matrix([0.999, 1.001], [1.0, 1e3], 1.0)
    assert cut.sum() == pytest.approx(1 - ndtr((1.0 - 1.05) / 0.12), abs=1e-3)


def test_nothing_where_the_table_is_empty_or_ends():
    irf = uneven()
    data = irf.data.copy()
    data[:, :, 2] = 0.0
    irf.data = data
    assert np.array_equal(irf.matrix(EDGES_TRUE, EDGES, [2.5, 3.5]), np.zeros((2, 6, 5)))


def test_energies_beyond_the_table_are_those_of_its_end_pieces():
    """Else the events of an effective area that reaches further would be lost."""
    found = dispersion().matrix([0.01, 0.011, 500.0, 510.0], np.geomspace(1e-4, 1e4, 50), [1.0])
    np.testing.assert_allclose(found[0, [0, 2]].sum(axis=-1), 1.0, rtol=1e-12)


def test_moments_of_gauss():
    irf = dispersion(bias=np.linspace(-0.1, 0.1, 6), sigma=0.1)
    x, width = MIGRA.center.value[:, None], np.diff(MIGRA.edges.value)[:, None]
    np.testing.assert_allclose(np.sum(irf.data * width, axis=1), 1.0, atol=1e-6)
    mean = np.sum(irf.data * width * x, axis=1)
    np.testing.assert_allclose(
        mean, np.repeat(np.linspace(0.9, 1.1, 6), 3).reshape(6, 3), atol=1e-6
    )
    with pytest.raises(DataError, match="sigma = 0"):
        dispersion(sigma=0.0)


def test_normalize():
    irf = uneven()
    irf.normalize()
    total = np.sum(irf.data * np.diff(MIGRA.edges.value)[:, None], axis=1)
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
