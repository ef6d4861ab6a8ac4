r"""Tables as sums over few products.

A table of many places and many columns, of which rows differ little from each other, is a sum over
few terms, by its singular values. Where it is itself a product, maps times tables, of which only
the sums of squares are known,

.. math:: M = W^T X, \quad G = W W^T, \quad H = X X^T

the terms are mixtures of the rows of W, and of X.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["JointTerms", "few_terms", "joint_terms"]

#: eigenvalues below this share of the largest are rounding
ROUNDING = 1e-13


def few_terms(table: np.ndarray, nil: float) -> tuple[np.ndarray, np.ndarray]:
    """Factors [n, j] and [j, m] whose product is a table [n, m], with few terms.

    Parameters
    ----------
    table : ndarray [n, m]
    nil : float
        Singular values below this share of the largest are left out; one term is left at least.
    """
    left, values, right = np.linalg.svd(table, full_matrices=False)
    n = max(1, int(np.sum(values > nil * values[0])))
    return left[:, :n] * values[:n], right[:n]


class JointTerms(NamedTuple):
    """Mixtures whose products sum to those that they are made of.

    Attributes
    ----------
    maps : ndarray [t, s]
        Of the maps: mixed ones are orthonormal.
    tables : ndarray [t, s]
        Of the tables.
    sizes : ndarray [t]
        Singular values, falling.
    """

    maps: np.ndarray
    tables: np.ndarray
    sizes: np.ndarray


def joint_terms(maps_gram: np.ndarray, tables_gram: np.ndarray, nil: float) -> JointTerms:
    r"""Few terms of :math:`\sum_s w_s X_s`.

    With :math:`G = E \Lambda E^T` and :math:`L = E \Lambda^{1/2}`, the squares of the singular
    values are the eigenvalues of :math:`L^T H L`.

    Parameters
    ----------
    maps_gram, tables_gram : ndarray [s, s]
        Scalar products of the maps w, and of the tables X.
    nil : float
        Singular values below this share of the largest are left out; one term is left at least.
    """
    values, vectors = np.linalg.eigh(maps_gram)
    good = values > ROUNDING * values[-1]
    roots, vectors = np.sqrt(values[good]), vectors[:, good]
    forward = vectors * roots  # L
    squares, mixed = np.linalg.eigh(forward.T @ tables_gram @ forward)
    sizes = np.sqrt(np.maximum(squares[::-1], 0.0))
    n = max(1, int(np.sum(sizes > nil * sizes[0])))
    mixed = mixed[:, ::-1][:, :n].T
    return JointTerms((mixed / roots) @ vectors.T, mixed @ forward.T, sizes[:n])
