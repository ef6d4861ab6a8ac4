"""Solid angles of pixels: a spherical polygon with many corners along the edges of each."""

import numpy as np


def polygon_solid_angle(lon, lat):
    """Solid angle in sr of the polygon of great circles through corners in deg, in their order.

    Triangles from the mean direction, each after Oosterom & Strackee (1983).
    """
    lon, lat = np.deg2rad(lon), np.deg2rad(lat)
    corners = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)
    middle = corners.mean(axis=0)
    middle /= np.linalg.norm(middle)
    total = 0.0
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        volume = middle @ np.cross(a, b)
        total += 2 * np.arctan2(volume, 1 + middle @ a + middle @ b + a @ b)
    return abs(total)


def pixel_solid_angle(wcs, x, y, n=200):
    """Solid angle in sr of one pixel of a projection of astropy, from ``4 n`` corners."""
    step = np.arange(n) / n - 0.5
    half = np.full(n, 0.5)
    along_x = np.concatenate([step, half, -step, -half])
    along_y = np.concatenate([-half, step, half, -step])
    lon, lat = wcs.wcs_pix2world(x + along_x, y + along_y, 0)
    return polygon_solid_angle(lon, lat)
