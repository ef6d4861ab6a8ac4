"""Distances on the sphere to 40 digits, and integrals over it by brute force."""

import itertools
from collections.abc import Callable
from decimal import Decimal, localcontext

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
DIGITS = 55


def _sin_cos(degrees: Decimal) -> tuple[Decimal, Decimal]:
    """Sine and cosine by their power series."""
    x = (degrees % 360) * PI / 180
    sums = [Decimal(0), Decimal(0)]
    term, n = Decimal(1), 0
    while abs(term) > Decimal(10) ** -(DIGITS + 2):
        sums[n % 2] += -term if n % 4 > 1 else term
        n += 1
        term = term * x / n
    return sums[1], sums[0]


def _vector(lon: float, lat: float) -> list[Decimal]:
    (sin_l, cos_l), (sin_b, cos_b) = _sin_cos(Decimal(lon)), _sin_cos(Decimal(lat))
    return [cos_b * cos_l, cos_b * sin_l, sin_b]


def exact_versine(lon: float, lat: float, lon_0: float, lat_0: float) -> Decimal:
    """1 - cos of the distance of two points in deg, half the square of the chord."""
    with localcontext() as context:
        context.prec = DIGITS
        pairs = zip(_vector(lon, lat), _vector(lon_0, lat_0), strict=True)
        return sum(((a - b) ** 2 for a, b in pairs), Decimal(0)) / 2


def exact_separation(lon: float, lat: float, lon_0: float, lat_0: float) -> float:
    """Distance in deg; from the versine by the series of the arc sine, twice halved."""
    with localcontext() as context:
        context.prec = DIGITS
        chord = (2 * exact_versine(lon, lat, lon_0, lat_0)).sqrt()
        sine = chord / 2  # of half the distance
        for _ in range(6):  # sin(t / 2) = sqrt((1 - cos t) / 2), without a difference
            sine = sine / (2 * (1 + max(1 - sine**2, Decimal(0)).sqrt())).sqrt()
        total, term, n = Decimal(0), sine, 0
        while term and abs(term) > total * Decimal(10) ** -45:
            total += term / (2 * n + 1)
            n += 1
            term = term * sine**2 * (2 * n - 1) / (2 * n)
        return float(total * 2**7 * 180 / PI)


def integral_over_sphere(
    brightness: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    center: SkyCoord,
    edges: list[float],
    n_rings: int = 64,
    n_angles: int = 256,
) -> float:
    """Integral of a brightness in sr-1 about a centre.

    Gauss-Legendre in the distance, between each two of the ``edges`` in deg, and the trapezoid rule
    in the direction. ``brightness`` takes lon and lat in deg in the frame of the centre. Points are
    laid out by astropy.
    """
    nodes, weights = np.polynomial.legendre.leggauss(n_rings)
    angles = np.tile(np.arange(n_angles) * (360.0 / n_angles), (n_rings, 1)).T * u.deg
    total = 0.0
    for low, high in itertools.pairwise(edges):
        distance = 0.5 * (low + high) + 0.5 * (high - low) * nodes
        steps = np.tile(distance, (n_angles, 1)) * u.deg
        points = center.directional_offset_by(angles, steps).spherical
        value = brightness(points.lon.deg, points.lat.deg)
        ring = np.sin(np.deg2rad(distance)) * np.deg2rad(0.5 * (high - low)) * weights
        total += float(np.sum(value.mean(axis=0) * ring) * 2 * np.pi)
    return total
