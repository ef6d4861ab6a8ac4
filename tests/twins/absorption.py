"""Transmission of a table of the EBL, between its nodes and outside: energies in TeV in."""

import numpy as np
from astropy.io import fits
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import RegularGridInterpolator

#: the least that single precision holds without losing digits; less stands for this
FLOOR = float(np.finfo(np.float32).tiny)


def transmission(
    energy: ArrayLike,
    redshift: float,
    alpha_norm: float,
    energies: ArrayLike,
    redshifts: ArrayLike,
    table: ArrayLike,
    floor: float = FLOOR,
) -> NDArray[np.float64]:
    """exp(-alpha_norm * tau), tau linear in redshift and in ln(energy), never negative.

    ``table`` [n_redshift, n_energy] has transmissions. A way of no length absorbs nothing: at
    redshift 0 tau is 0, whether the table says so or not. Outside of its energies the last
    cells go on.
    """
    nodes = np.asarray(redshifts, float)
    tau = -np.log(np.maximum(np.asarray(table, float), floor))
    if nodes[0] > 0:
        nodes = np.append(0.0, nodes)
        tau = np.vstack([np.zeros(tau.shape[1]), tau])
    field = RegularGridInterpolator(
        (nodes, np.log(np.asarray(energies, float))), tau, bounds_error=False, fill_value=None
    )
    energy = np.asarray(energy, float)
    points = np.stack([np.full(energy.shape, float(redshift)), np.log(energy)], axis=-1)
    return np.exp(-alpha_norm * np.maximum(field(points), 0.0))


def read_table(path: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Energies in TeV, redshifts and transmissions of an XSPEC table model, edges in keV.

    Where a redshift comes twice, the first of its spectra is taken.
    """
    with fits.open(path) as hdus:
        edges, spectra = hdus["ENERGIES"].data, hdus["SPECTRA"].data
        low, high = (np.array(edges[name], float) for name in ("ENERG_LO", "ENERG_HI"))
        redshifts = np.array(spectra["PARAMVAL"], float).ravel()
        table = np.array(spectra["INTPSPEC"], float)
    redshifts, first = np.unique(redshifts, return_index=True)
    return 1e-9 * np.sqrt(low * high), redshifts, table[first]


def power_law_integral(
    low: float,
    high: float,
    power: int,
    spectrum: tuple[float, float],
    absorption: tuple[float, float],
    table: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> float:
    """Integral of E**power * amplitude * E**-index * transmission over energy, by quadrature.

    ``spectrum`` is (index, amplitude), ``absorption`` (redshift, alpha_norm). Each piece between
    two energies of the table, where the integrand is smooth, is integrated on its own.
    """
    (index, amplitude), (redshift, alpha_norm) = spectrum, absorption
    inner = table[0][(table[0] > low) & (table[0] < high)]
    cuts = np.log(np.concatenate([[low], inner, [high]]))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    half = np.diff(cuts)[:, None] / 2
    x = cuts[:-1, None] + half * (1 + nodes)
    value = amplitude * np.exp(x * (1 + power - index))
    value *= transmission(np.exp(x), redshift, alpha_norm, *table)
    return float(np.sum(half * weights * value))
