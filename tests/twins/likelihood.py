"""The statistic of several on-off spectra as a function of the model's parameters."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import integrate, response, statistic


def predicted_counts(
    parameters: Sequence[float], model_function: Callable[..., float], dataset: dict[str, Any]
) -> NDArray[np.float64]:
    """Signal counts in each reconstructed bin of a dataset of `response.read_ogip`."""
    flux = integrate.bin_integrals(
        lambda energy: model_function(energy, *parameters), dataset["energy_true"]
    )
    return response.fold(flux, dataset["area"], dataset["livetime"], dataset["matrix"])


def on_off_statistic(
    parameters: Sequence[float],
    model_function: Callable[..., float],
    datasets: Sequence[dict[str, Any]],
) -> float:
    """Sum of wstat over the good bins of all datasets.

    Parameters
    ----------
    parameters : sequence of float
        Handed on to the model in this order.
    model_function : callable
        ``model_function(energy, *parameters)``: flux in TeV-1 s-1 cm-2 at an energy in TeV.
    datasets : sequence of dict
        As `response.read_ogip` returns them.
    """
    total = 0.0
    for dataset in datasets:
        signal = predicted_counts(parameters, model_function, dataset)
        good = dataset["mask"]
        per_bin = statistic.wstat(
            dataset["counts_on"][good],
            dataset["counts_off"][good],
            dataset["alpha"][good],
            signal[good],
        )
        for value in per_bin:
            total += value
    return float(total)


def derivatives(
    function: Callable[[NDArray[np.float64]], float], x: ArrayLike, steps: ArrayLike
) -> NDArray[np.float64]:
    """Gradient by five-point differences, one parameter after the other.

    (f(x-2h) - 8 f(x-h) + 8 f(x+h) - f(x+2h)) / 12h, with an error of h**4 f''''' / 30:
    Abramowitz and Stegun, table 25.2.
    """
    x, steps = np.asarray(x, float), np.asarray(steps, float)
    if x.shape != steps.shape or not np.all(steps > 0):
        raise ValueError(f"steps = {steps} must be positive, one for each of the {x.size} x")
    gradient = np.zeros(len(x))
    for i, step in enumerate(steps):
        for offset, weight in ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)):
            moved = x.copy()
            moved[i] += offset * step
            gradient[i] += weight * function(moved) / (12 * step)
    return gradient
