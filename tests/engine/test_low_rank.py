"""Few terms against the tables that they stand for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.engine.low_rank import few_terms, joint_terms

RNG = np.random.default_rng(1)
NIL = 3e-4


def test_few_terms_reproduce():
    table = RNG.normal(size=(8, 3)) @ RNG.normal(size=(3, 50))
    loading, maps = few_terms(table, NIL)
    assert loading.shape == (8, 3)
    assert maps.shape == (3, 50)
    assert_allclose(loading @ maps, table, rtol=0, atol=1e-12 * np.abs(table).max())


@pytest.mark.parametrize(("share", "n"), [(1.2 * NIL, 2), (0.8 * NIL, 1)])
def test_small_terms_are_dropped(share, n):
    left, _ = np.linalg.qr(RNG.normal(size=(6, 2)))
    right, _ = np.linalg.qr(RNG.normal(size=(40, 2)))
    table = left @ np.diag([3.0, 3.0 * share]) @ right.T
    loading, maps = few_terms(table, NIL)
    assert loading.shape[1] == n
    assert_allclose(loading @ maps, table, rtol=0, atol=3.0 * NIL)


def test_no_table():
    loading, maps = few_terms(np.zeros((4, 9)), NIL)
    assert (loading.shape, maps.shape) == ((4, 1), (1, 9))
    assert_allclose(loading @ maps, np.zeros((4, 9)), rtol=0)


# -- products ----------------------------------------------------------------------------


def joint(maps, tables, nil=NIL):
    terms = joint_terms(maps @ maps.T, tables @ tables.T, nil)
    return terms, terms.maps @ maps, terms.tables @ tables


def test_joint_terms_reproduce():
    """Forty products, of a sum with three singular values."""
    basis, rows = RNG.normal(size=(3, 200)), RNG.normal(size=(3, 50))
    maps = RNG.normal(size=(40, 3)) @ basis
    tables = RNG.normal(size=(40, 3)) @ rows
    terms, mixed_maps, mixed_tables = joint(maps, tables)
    whole = maps.T @ tables
    assert_allclose(terms.sizes, np.linalg.svd(whole, compute_uv=False)[:3], rtol=1e-6)
    assert_allclose(mixed_maps.T @ mixed_tables, whole, rtol=0, atol=1e-6 * np.abs(whole).max())
    assert_allclose(mixed_maps @ mixed_maps.T, np.eye(3), rtol=0, atol=1e-6)


def test_what_is_left_out_is_as_small_as_it_says():
    maps, tables = RNG.normal(size=(12, 80)), RNG.normal(size=(12, 30))
    tables *= np.geomspace(1.0, 1e-5, 12)[:, None]
    nil = 1e-2
    terms, mixed_maps, mixed_tables = joint(maps, tables, nil)
    off = np.linalg.norm(mixed_maps.T @ mixed_tables - maps.T @ tables, ord=2)
    assert len(terms.sizes) < 12
    assert 0 < off < nil * terms.sizes[0]


def test_repeated_maps_are_one():
    w, x = RNG.normal(size=20), RNG.normal(size=(3, 7))
    terms, mixed_maps, mixed_tables = joint(np.array([w, 2 * w, -w]), x)
    assert len(terms.sizes) == 1
    expected = np.outer(w, x[0] + 2 * x[1] - x[2])
    assert_allclose(mixed_maps.T @ mixed_tables, expected, rtol=0, atol=1e-9)
