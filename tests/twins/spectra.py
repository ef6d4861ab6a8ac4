"""Spectral formulas written out plainly: energies in TeV in, fluxes in TeV-1 s-1 cm-2 out."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def power_law(
    energy: ArrayLike, index: float, amplitude: float, reference: float
) -> NDArray[np.float64]:
    """Power law, amplitude * (E / E0)**-index."""
    return amplitude * (np.asarray(energy, float) / reference) ** (-index)


def log_parabola(
    energy: ArrayLike, amplitude: float, reference: float, alpha: float, beta: float
) -> NDArray[np.float64]:
    """Log parabola with the natural logarithm, amplitude * x**-(alpha + beta ln x), x = E / E0."""
    ratio = np.asarray(energy, float) / reference
    return amplitude * ratio ** (-(alpha + beta * np.log(ratio)))


def exp_cutoff_power_law(
    energy: ArrayLike,
    index: float,
    amplitude: float,
    reference: float,
    lambda_: float,
    alpha: float,
) -> NDArray[np.float64]:
    """Power law with a cut-off, amplitude * (E / E0)**-index * exp(-(lambda E)**alpha).

    Raises
    ------
    ValueError
        If lambda is negative: (lambda E)**alpha has then no real value for a general alpha.
    """
    if lambda_ < 0:
        raise ValueError(f"lambda_ = {lambda_} TeV-1 must be >= 0: use 0 for no cut-off")
    energy = np.asarray(energy, float)
    cutoff = np.exp(-((lambda_ * energy) ** alpha))
    return amplitude * (energy / reference) ** (-index) * cutoff


def template(energy: ArrayLike, energies: ArrayLike, values: ArrayLike) -> NDArray[np.float64]:
    """Straight lines between the nodes of a table, in ln(value) against ln(energy).

    Outside the table the first and the last line go on without end, so the result is
    neither 0 nor constant there: this is what Gammapy 2.1 does by default (observed by running
    its ``TemplateSpectralModel``, and in the reference numbers). Gammapy also takes
    values of 0, which it replaces by the smallest normal number (2.2e-308) before the logarithm:
    a line from such a node has a slope that means nothing (a table 1, 0.3, 0, 0.01 gave "inf" at
    100 times its last energy). No line in the logarithm leads to 0, so here it is an error.

    Raises
    ------
    ValueError
        With fewer than two nodes, energies that do not rise, or values that are not positive.
    """
    nodes, table = np.asarray(energies, float), np.asarray(values, float)
    if nodes.ndim != 1 or len(nodes) < 2 or nodes.shape != table.shape:
        raise ValueError(
            f"energies {nodes.shape} and values {table.shape} must be two lists of one length >= 2"
        )
    if not (np.all(nodes > 0) and np.all(np.diff(nodes) > 0)):
        raise ValueError(f"energies = {nodes} TeV must be positive and rise: sort the table")
    if not np.all(table > 0):
        raise ValueError(f"values = {table} must be > 0 for a log-log line: drop these nodes")
    energy = np.asarray(energy, float)
    result = [_line(one, nodes, table) for one in energy.ravel()]
    return np.array(result).reshape(energy.shape)


def _line(energy: float, nodes: NDArray[np.float64], table: NDArray[np.float64]) -> float:
    segment = 0
    while segment < len(nodes) - 2 and energy > nodes[segment + 1]:
        segment += 1
    slope = math.log(table[segment + 1] / table[segment])
    slope /= math.log(nodes[segment + 1] / nodes[segment])
    return float(table[segment] * (energy / nodes[segment]) ** slope)
