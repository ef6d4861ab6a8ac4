"""Integrals over pixels the slow way: many small pixels, each value times solid angle."""

import numpy as np


def vectors(wcs, x, y):
    """Unit vectors [3, ...] of pixel coordinates."""
    lon, lat = np.deg2rad(wcs.wcs_pix2world(x.ravel(), y.ravel(), 0))
    found = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return found.reshape(3, *x.shape)


def brute_force(values, wcs, columns, rows, n):
    """Integrals [n_y, n_x] of ``values(lon, lat)``, in deg and sr-1.

    Parameters
    ----------
    values : callable
    wcs : astropy.wcs.WCS
    columns, rows : range
        Pixels.
    n : int
        Each is cut into n by n.
    """
    x = columns.start - 0.5 + np.arange(n * len(columns) + 1) / n
    y = rows.start - 0.5 + np.arange(n * len(rows) + 1) / n
    corners = vectors(wcs, *np.meshgrid(x, y))
    one = corners[:, 1:, 1:] - corners[:, :-1, :-1]
    other = corners[:, 1:, :-1] - corners[:, :-1, 1:]
    areas = 0.5 * np.linalg.norm(np.cross(one, other, axis=0), axis=0)
    middle = np.meshgrid(x[:-1] + 0.5 / n, y[:-1] + 0.5 / n)
    lon, lat = wcs.wcs_pix2world(middle[0].ravel(), middle[1].ravel(), 0)
    fine = values(lon, lat).reshape(areas.shape) * areas
    return fine.reshape(len(rows), n, len(columns), n).sum(axis=(1, 3))
