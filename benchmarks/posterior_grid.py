"""Mean and width of a posterior by direct integration: what a sampler should find.

``python benchmarks/posterior_grid.py`` integrates exp(-stat / 2), flat inside the bounds, of the
four H.E.S.S. Crab spectra with a cut-off power law (``crab-hess-ecpl``) over a Gauss-Legendre grid
of its three free parameters. It uses the twins of the tests and numpy, no part of the package:
the spectrum is integrated by 16 nodes per true bin, and the on/off statistic is the closed
formula, which is compared with the twin's numerical minimisation at some points. Needs
GAMMAPY_DATA.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.twins import likelihood, response, spectra

NODES = 64
#: index, amplitude in 1e-11 cm-2 s-1 TeV-1, lambda_ in TeV-1: bounds, or far beyond the posterior
RANGES = ((1.0, 3.4), (2.9, 10.0), (0.0, 0.75))
RUNS = (23523, 23526, 23559, 23592)


def main() -> None:
    folder = Path(os.environ["GAMMAPY_DATA"]) / "joint-crab/spectra/hess"
    spectra_on_off = [response.read_ogip(folder / f"pha_obs{run}.fits") for run in RUNS]
    axes, weights = zip(*(rule(*bounds) for bounds in RANGES), strict=True)
    stat = np.stack([plane(index, axes, spectra_on_off) for index in axes[0]])
    check(stat, axes, spectra_on_off)
    density = np.exp(-0.5 * (stat - stat.min()))
    density *= np.einsum("i,j,k->ijk", *weights)
    density /= density.sum()
    edge = max(
        density.take(i, axis=a).sum() for a, i in ((0, 0), (0, -1), (1, 0), (1, -1), (2, -1))
    )
    print(f"largest probability of an outer plane of the grid, lambda_ = 0 aside: {edge:.1e}")
    report = {}
    for a, name in enumerate(("index", "amplitude", "lambda_")):
        other = tuple(b for b in range(3) if b != a)
        p = density.sum(axis=other)
        mean = p @ axes[a]
        std = np.sqrt(p @ (axes[a] - mean) ** 2)
        scale = 1e-11 if name == "amplitude" else 1.0
        report[name] = {"mean": mean * scale, "std": std * scale}
        print(f"{name:10s} mean {mean * scale:.5g}   standard deviation {std * scale:.4g}")
    print(json.dumps(report))


def rule(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    x, w = np.polynomial.legendre.leggauss(NODES)
    return 0.5 * (high + low) + 0.5 * (high - low) * x, 0.5 * (high - low) * w


def plane(index: float, axes: tuple, datasets: list) -> np.ndarray:
    """Statistic [n_amplitude, n_lambda] at one index."""
    total = np.zeros((NODES, NODES))
    for data in datasets:
        unit = unit_counts(index, axes[2], data)  # [n_lambda, n_bins] at amplitude 1e-11
        signal = axes[1][:, None, None] * unit[None]
        total += on_off(data, signal).sum(axis=-1)
    return total


def unit_counts(index: float, lambdas: np.ndarray, data: dict) -> np.ndarray:
    edges = np.log(data["energy_true"])
    x, w = np.polynomial.legendre.leggauss(16)
    half = 0.5 * np.diff(edges)
    energy = np.exp(edges[:-1, None] + half[:, None] * (1 + x))
    power = 1e-11 * energy**-index * energy * w * half[:, None]
    flux = np.einsum("ij,lij->li", power, np.exp(-lambdas[:, None, None] * energy))
    exposure = data["area"] * data["livetime"]
    return (flux * exposure) @ data["matrix"][:, data["mask"]]


def on_off(data: dict, signal: np.ndarray) -> np.ndarray:
    """W statistic per bin, background profiled by the quadratic formula, perfect fit = 0."""
    good = data["mask"]
    n_on, n_off = data["counts_on"][good], data["counts_off"][good]
    a = np.broadcast_to(data["alpha"], good.shape)[good]
    c = a * (n_on + n_off) - (1 + a) * signal
    d = np.sqrt(c**2 + 4 * a * (a + 1) * n_off * signal)
    back = np.maximum((c + d) / (2 * a * (a + 1)), 0)
    on = signal + a * back

    def deviance(n: np.ndarray, mu: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.where(n > 0, n * np.log(np.where(n > 0, n, 1) / np.where(n > 0, mu, 1)), 0)
        return 2 * (mu - n + log)

    return deviance(n_on, on) + deviance(n_off, back)


def check(stat: np.ndarray, axes: tuple, datasets: list) -> None:
    """Compare with the twin at the three best and two other points of the grid."""
    order = np.argsort(stat, axis=None)
    for flat in (*order[:3], order[len(order) // 100], order[len(order) // 10]):
        i, j, k = np.unravel_index(flat, stat.shape)
        index, amplitude, lambda_ = axes[0][i], 1e-11 * axes[1][j], axes[2][k]
        truth = likelihood.on_off_statistic(
            (index, amplitude, lambda_),
            lambda e, g, f, cut: spectra.exp_cutoff_power_law(e, g, f, 1.0, cut, 1.0),
            datasets,
        )
        print(f"twin {truth:.6f}   grid {stat[i, j, k]:.6f}")
        if abs(truth - stat[i, j, k]) > 1e-4:
            raise SystemExit("the grid and the twin differ")


if __name__ == "__main__":
    main()
