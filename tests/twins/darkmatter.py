"""Photons of dark matter from a table: energies and masses in TeV in."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import RegularGridInterpolator


def photons(
    energy: ArrayLike, mass: float, masses: ArrayLike, log10_x: ArrayLike, table: ArrayLike
) -> NDArray[np.float64]:
    """Photons per annihilation and TeV.

    ``table`` [n_mass, n_x] has photons per decade of x = energy / mass; it is interpolated linearly
    in ln(mass) and log10(x), and beyond its ends there are none.
    """
    field = RegularGridInterpolator(
        (np.log(np.asarray(masses, float)), np.asarray(log10_x, float)),
        np.asarray(table, float),
        bounds_error=False,
        fill_value=0.0,
    )
    energy = np.asarray(energy, float)
    x = np.round(np.log10(energy / mass), 13)  # the mass itself belongs to the table
    points = np.stack([np.full(energy.shape, np.log(mass)), x], axis=-1)
    return field(points) / (energy * np.log(10))


def annihilation(
    energy: ArrayLike, mass: float, spectrum: ArrayLike, jfactor: float, k: float
) -> NDArray[np.float64]:
    """Flux in cm-2 s-1 TeV-1 from photons per TeV, for a J factor in TeV2 cm-5."""
    rate = 3e-26 / (4 * np.pi * k * mass**2)  # cm3 s-1 TeV-2
    return rate * jfactor * np.asarray(spectrum, float)
