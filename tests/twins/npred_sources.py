"""The sources of the reference of predicted counts, npred.json, as plain formulas."""

from typing import Any, NamedTuple

import numpy as np

RAD = np.deg2rad(1.0)


class Source(NamedTuple):
    """A source of the reference.

    Attributes
    ----------
    dnde : callable
        Of energies in TeV, in TeV-1 s-1 cm-2.
    brightness : callable or None
        Of longitude and latitude, in sr-1; None for a point.
    place : tuple of float
        Galactic, in deg.
    breaks : tuple of float
        Radii in deg between which the brightness is smooth.
    """

    dnde: Any
    brightness: Any
    place: tuple[float, float]
    breaks: tuple[float, ...] = ()


def polar(lon: Any, lat: Any, place: tuple[float, float]) -> tuple[Any, Any]:
    """Distance and position angle in rad from a place to others, all in deg."""
    a, b, b_0 = np.deg2rad(lon - place[0]), np.deg2rad(lat), np.deg2rad(place[1])
    square = np.sin(0.5 * (b - b_0)) ** 2 + np.cos(b) * np.cos(b_0) * np.sin(0.5 * a) ** 2
    angle = np.arctan2(
        np.cos(b) * np.sin(a), np.sin(b) * np.cos(b_0) - np.cos(b) * np.sin(b_0) * np.cos(a)
    )
    return 2 * np.arcsin(np.sqrt(square)), angle


def elongated_gaussian(lon: Any, lat: Any) -> Any:
    """In sr-1, of sigma 0.12 deg, e 0.6 and phi 35 deg."""
    theta, angle = polar(lon, lat, (0.1, -0.1))
    major, minor = 0.12 * RAD, 0.12 * RAD * np.sqrt(1 - 0.6**2)
    angle = angle - 35 * RAD
    width = major * minor / np.hypot(minor * np.cos(angle), major * np.sin(angle))
    exponent = (1 - np.cos(theta)) / (2 * (1 - np.cos(width)))
    return np.exp(-exponent) / (2 * np.pi * major * minor)


def shell(lon: Any, lat: Any) -> Any:
    """In sr-1, from 0.3 to 0.4 deg."""
    theta, _ = polar(lon, lat, (0.45, 0.2))
    half = [np.sqrt(np.maximum((r * RAD) ** 2 - theta**2, 0)) for r in (0.3, 0.4)]
    return 3 * (half[1] - half[0]) / (2 * np.pi * RAD**3 * (0.4**3 - 0.3**3))


SOURCES = {
    "gauss-ecpl": Source(
        lambda e: 4e-12 * e**-1.9 * np.exp(-0.2 * e),
        elongated_gaussian,
        (0.1, -0.1),
        (0.12, 0.3, 0.75),
    ),
    "point-lp": Source(lambda e: 5e-12 * e ** (-2.3 - 0.1 * np.log(e)), None, (0.8707, 0.0713)),
    "shell-pl": Source(lambda e: 6e-12 * e**-2.4, shell, (0.45, 0.2), (0.3, 0.4)),
}
