"""The statistic of real spectra, and how much the integration over true energy matters in it.

Measured at the start of the two fits of the reference (Gammapy 2.1), total statistic:

================  ================  ================  =================
way               crab-joint-lp     crab-hess-ecpl    counts, worst bin
================  ================  ================  =================
reference         756.76976957      200.83597651      2.8e-5 and 2.8e-4
exact integrals   756.74908200      200.83514163      0
line, 2 nodes     757.08035226      200.84851964      4.4e-4 and 4.5e-3
line, 5 nodes     756.76976957      200.83597651      2.8e-5 and 2.8e-4
line, 20 nodes    756.74999885      200.83517863      1.2e-6 and 1.3e-5
line, 100 nodes   756.74911577      200.83514300      4.5e-8 and 4.6e-7
================  ================  ================  =================

"line" is a log-log trapezoid with that many nodes in each true bin (20 bins per decade). With
five nodes it is the reference, to 13 digits: so the difference between reference and twin is the
trapezoid's error, which falls as the square of the step towards the exact integrals. The exact
integrals are the better of the two (statistic lower by 2.7e-5 and 4.2e-6 of its value).
"""

import itertools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.twins import likelihood, response, spectra, statistic

FORMULAS = {
    "crab-joint-lp": (spectra.log_parabola, ("amplitude", "reference", "alpha", "beta")),
    "crab-hess-ecpl": (
        spectra.exp_cutoff_power_law,
        ("index", "amplitude", "reference", "lambda_", "alpha"),
    ),
}
START = {
    "crab-joint-lp": (4e-11, 1.0, 2.5, 0.2),
    "crab-hess-ecpl": (2.3, 3e-11, 1.0, 0.05, 1.0),
}
EXACT = {"crab-joint-lp": 756.74908200, "crab-hess-ecpl": 200.83514163}


@pytest.fixture(scope="module", params=["crab-joint-lp", "crab-hess-ecpl"])
def fit(request, data_folder, workloads):
    """Name, formula, start values, datasets and reference of a fit."""
    workload = workloads[request.param]
    datasets = [response.read_ogip(data_folder / item["file"]) for item in workload["data"]]
    formula, names = FORMULAS[request.param]
    return request.param, formula, names, datasets, workload


def log_log_trapezoid(function, edges, nodes):
    """Integrals over bins of the power laws through ``nodes`` points in each bin."""
    result = []
    for low, high in itertools.pairwise(edges):
        energy = np.geomspace(low, high, nodes)
        value = [float(function(one)) for one in energy]
        total = 0.0
        for i in range(nodes - 1):
            step = math.log(energy[i + 1] / energy[i])
            power = 1 + math.log(value[i + 1] / value[i]) / step
            growth = math.expm1(power * step) / power if abs(power) > 1e-12 else step
            total += value[i] * energy[i] * growth
        result.append(total)
    return np.array(result)


def statistic_with_trapezoid(formula, parameters, datasets, nodes):
    total, counts = 0.0, []
    for dataset in datasets:
        flux = log_log_trapezoid(lambda e: formula(e, *parameters), dataset["energy_true"], nodes)
        signal = response.fold(flux, dataset["area"], dataset["livetime"], dataset["matrix"])
        counts.append(signal)
        good = dataset["mask"]
        data = (dataset[key][good] for key in ("counts_on", "counts_off", "alpha"))
        total += statistic.wstat(*data, signal[good]).sum()
    return total, counts


def test_statistic_at_the_start(fit):
    """The reference within 1e-4 (measured: 2.7e-5, 4.2e-6), and the value noted above to 1e-10."""
    name, formula, _, datasets, workload = fit
    value = likelihood.on_off_statistic(START[name], formula, datasets)
    assert_allclose(value, float(workload["start"]["stat_sum"]), rtol=1e-4)
    assert_allclose(value, EXACT[name], rtol=1e-10)


def test_statistic_at_the_best_fit(fit):
    _, formula, names, datasets, workload = fit
    best = {p["name"]: p["value"] for p in workload["fit"]["parameters"]}
    value = likelihood.on_off_statistic([best[name] for name in names], formula, datasets)
    assert_allclose(value, float(workload["fit"]["total_stat"]), rtol=1e-4)


def test_predicted_counts_at_the_start(fit):
    """Per bin, all bins: within 3e-5 for the log parabola and 3e-4 for the steep cut-off."""
    name, formula, _, datasets, workload = fit
    tolerance = {"crab-joint-lp": 3e-5, "crab-hess-ecpl": 3e-4}[name]
    for dataset, expected in zip(datasets, workload["start"]["datasets"], strict=True):
        value = likelihood.predicted_counts(START[name], formula, dataset)
        assert_allclose(value, expected["npred_signal_per_energy_bin"], rtol=tolerance, atol=0)


def test_a_trapezoid_of_five_nodes_is_the_reference(fit):
    """So reader, folding and statistic have no part in the difference to the exact integrals."""
    name, formula, _, datasets, workload = fit
    value, counts = statistic_with_trapezoid(formula, START[name], datasets, 5)
    assert_allclose(value, float(workload["start"]["stat_sum"]), rtol=1e-11)
    for one, expected in zip(counts, workload["start"]["datasets"], strict=True):
        assert_allclose(one, expected["npred_signal_per_energy_bin"], rtol=1e-11, atol=0)


def test_finer_trapezoids_approach_the_exact_integrals(fit):
    """The error falls as the square of the step: three times as many steps, a ninth of it."""
    name, formula, _, datasets, _ = fit
    exact = likelihood.on_off_statistic(START[name], formula, datasets)
    coarse, fine = (
        statistic_with_trapezoid(formula, START[name], datasets, nodes)[0] - exact
        for nodes in (5, 13)
    )
    assert_allclose(coarse / fine, 9.0, rtol=2e-3)


def one_bin(counts_on, counts_off, alpha=0.5, mask=True):
    """A bin from 1 to e TeV, 100 cm2, 10 s, half of the events reconstructed."""
    return {
        "counts_on": np.array([counts_on]),
        "counts_off": np.array([counts_off]),
        "alpha": np.array([alpha]),
        "mask": np.array([mask]),
        "livetime": 10.0,
        "energy_true": np.array([1.0, math.e]),
        "area": np.array([100.0]),
        "matrix": np.array([[0.5]]),
    }


def inverse(energy, amplitude):
    return amplitude / energy


def test_statistic_of_one_bin_by_hand():
    """amplitude x 1 x 100 cm2 x 10 s x 0.5 = 500 amplitude; no on counts: b = n_off / 1.5."""
    value = likelihood.on_off_statistic([0.01], inverse, [one_bin(0.0, 6.0)])
    assert_allclose(value, 2 * 5.0 + 2 * 6.0 * math.log(1.5), rtol=1e-13)


def test_datasets_add_up_and_masked_bins_do_not_count():
    one, two = one_bin(7.0, 4.0), one_bin(3.0, 1.0, alpha=0.1)
    alone = [likelihood.on_off_statistic([0.01], inverse, [data]) for data in (one, two)]
    assert_allclose(likelihood.on_off_statistic([0.01], inverse, [one, two]), sum(alone))
    two["mask"] = np.array([False])
    assert likelihood.on_off_statistic([0.01], inverse, [one, two]) == alone[0]


def test_gradient_of_the_statistic():
    """d stat / d mu = 2 (1 - n_on / (mu + alpha b)) at the profiled b, and mu = 500 amplitude."""
    data, amplitude = one_bin(9.0, 8.0), 0.013
    b = statistic.profile_background(9.0, 8.0, 0.5, 500 * amplitude)
    expected = 2 * (1 - 9.0 / (500 * amplitude + 0.5 * b)) * 500
    gradient = likelihood.derivatives(
        lambda x: likelihood.on_off_statistic(x, inverse, [data]), [amplitude], [1e-4]
    )
    assert_allclose(gradient, [expected], rtol=1e-7)


def test_gradient_of_real_spectra(fit):
    """By the amplitude: the sum of 2 (1 - n_on / (mu + alpha b)) mu / amplitude over good bins."""
    name, formula, names, datasets, _ = fit
    place = names.index("amplitude")
    start = np.array(START[name])

    def total(amplitude):
        moved = start.copy()
        moved[place] = amplitude[0]
        return likelihood.on_off_statistic(moved, formula, datasets)

    expected = 0.0
    for data in datasets:
        good = data["mask"]
        mu = likelihood.predicted_counts(start, formula, data)[good]
        n_on, n_off, alpha = (data[key][good] for key in ("counts_on", "counts_off", "alpha"))
        b = statistic.profile_background(n_on, n_off, alpha, mu)
        expected += np.sum(2 * (1 - n_on / (mu + alpha * b)) * mu) / start[place]
    gradient = likelihood.derivatives(total, [start[place]], [1e-3 * start[place]])
    assert_allclose(gradient, [expected], rtol=1e-7)


def test_derivatives_are_exact_for_a_quartic():
    value = likelihood.derivatives(lambda x: x[0] ** 4 * x[1], [1.5, 2.0], [0.25, 0.5])
    assert_allclose(value, [4 * 1.5**3 * 2.0, 1.5**4], rtol=1e-13)


def test_derivatives_have_an_error_of_fourth_order():
    errors = [
        likelihood.derivatives(lambda x: math.exp(x[0]), [0.0], [step])[0] - 1
        for step in (0.2, 0.1)
    ]
    assert_allclose(errors[0] / errors[1], 16, rtol=0.02)
    assert_allclose(errors[1], -(0.1**4) / 30, rtol=0.02)


@pytest.mark.parametrize("steps", [[0.1], [0.1, 0.0], [0.1, -0.1], [0.1, np.nan]])
def test_derivatives_refuse_bad_steps(steps):
    with pytest.raises(ValueError, match="must be positive, one for each of the 2 x"):
        likelihood.derivatives(lambda x: x[0], [1.0, 2.0], steps)
