import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf, gamma, gammaincc

from tests.twins import integrate, spectra

EDGES = np.geomspace(0.05, 60.0, 13)


def upper_gamma(s, x):
    """Upper incomplete gamma function for negative s as well, by its recurrence (DLMF 8.8.2)."""
    if s > 0:
        return gamma(s) * gammaincc(s, x)
    return (upper_gamma(s + 1, x) - x**s * np.exp(-x)) / s


def integrals_of_power_law(edges, index):
    low, high = edges[:-1], edges[1:]
    if index == 1:
        return np.log(high / low)
    return (low ** (1 - index) - high ** (1 - index)) / (index - 1)


@pytest.mark.parametrize("index", [-1.5, 0.0, 1.0, 1.0 + 1e-9, 2.0, 2.7, 6.0])
def test_power_law(index):
    value = integrate.bin_integrals(lambda e: spectra.power_law(e, index, 3e-12, 1.0), EDGES)
    # The closed form itself cancels near index 1: the neighbour is there the truth to 1e-8.
    close_to_1 = 0 < abs(index - 1) < 1e-6
    expected = 3e-12 * integrals_of_power_law(EDGES, 1.0 if close_to_1 else index)
    assert_allclose(value, expected, rtol=1e-8 if close_to_1 else 2e-13, atol=0)


@pytest.mark.parametrize("index", [1.0, 2.0, 3.0])
def test_energy_flux_of_a_power_law(index):
    def flux(energy):
        return spectra.power_law(energy, index, 3e-12, 1.0)

    value = integrate.energy_flux_integrals(flux, EDGES)
    assert_allclose(value, 3e-12 * integrals_of_power_law(EDGES, index - 1), rtol=2e-13, atol=0)


@pytest.mark.parametrize("index", [0.5, 2.3])
@pytest.mark.parametrize("lambda_", [0.05, 0.7])
@pytest.mark.parametrize("alpha", [0.8, 1.0, 2.0])
def test_cutoff_is_an_incomplete_gamma_function(index, lambda_, alpha):
    def flux(energy):
        return spectra.exp_cutoff_power_law(energy, index, 3e-12, 1.0, lambda_, alpha)

    s, x = (1 - index) / alpha, (lambda_ * EDGES) ** alpha
    tail = 3e-12 * lambda_ ** (index - 1) / alpha * np.array([upper_gamma(s, one) for one in x])
    # The closed form is a difference of large numbers: it is good to rounding of its terms.
    rounding = 1e-14 * np.max(np.abs(tail))
    value = integrate.bin_integrals(flux, EDGES)
    assert_allclose(value, tail[:-1] - tail[1:], rtol=1e-12, atol=rounding)


@pytest.mark.parametrize(("alpha", "beta"), [(2.5, 0.2), (1.0, 0.5), (2.0, 1.0)])
def test_log_parabola_is_an_error_function(alpha, beta):
    def flux(energy):
        return spectra.log_parabola(energy, 4e-11, 1.5, alpha, beta)

    centre = (alpha - 1) / (2 * beta)
    height = 4e-11 * 1.5 * np.exp(beta * centre**2) * np.sqrt(np.pi / beta) / 2
    primitive = height * erf(np.sqrt(beta) * (np.log(EDGES / 1.5) + centre))
    value = integrate.bin_integrals(flux, EDGES)
    assert_allclose(value, np.diff(primitive), rtol=1e-12, atol=1e-15 * height)


def test_one_bin_over_nine_decades():
    value = integrate.bin_integrals(lambda e: e**-2.0, [1e-6, 1e3])
    assert_allclose(value, [1e6 - 1e-3], rtol=1e-12)


def test_kinks_split_the_bins():
    nodes, table = np.array([0.1, 0.7, 3.0, 40.0]), np.array([5.0, 3.0, 0.01, 1e-4])
    value = integrate.bin_integrals(lambda e: spectra.template(e, nodes, table), [0.1, 40.0], nodes)
    slopes = np.diff(np.log(table)) / np.diff(np.log(nodes))
    expected = np.diff(nodes ** (1 + slopes[:, None]), axis=1).diagonal() / (1 + slopes)
    expected = np.sum(expected * table[:-1] / nodes[:-1] ** slopes)
    assert_allclose(value, [expected], rtol=1e-13)


def test_kinks_show_what_is_too_narrow_to_be_found():
    kinks = [1.0, 1.0001]
    value = integrate.bin_integrals(lambda e: float(1.0 < e < 1.0001), [0.1, 100.0], kinks)
    assert_allclose(value, [1e-4], rtol=1e-11)


def test_an_integral_that_cancels_is_good_to_rounding():
    value = integrate.bin_integrals(lambda e: np.log(e) / e, [0.1, 10.0])
    assert_allclose(value, [0.0], atol=1e-13)


CASES = ["pl-1", "pl-index1", "lp-1", "lp-3", "ecpl-1", "ecpl-2", "ecpl-3", "crab-hess_ecpl"]


@pytest.mark.parametrize("name", CASES)
def test_integrals_are_those_of_the_reference(spectral_cases, name):
    """Compares with 'value_quad', a quadrature apart from Gammapy, whose own numbers are rough."""
    case = spectral_cases[name]
    pars = {p["name"]: p["value"] for p in case["parameters"]}
    formula = {"pl": spectra.power_law, "lp": spectra.log_parabola}
    formula = formula.get(case["tag"], spectra.exp_cutoff_power_law)
    kinds = {"integral": integrate.bin_integrals, "energy_flux": integrate.energy_flux_integrals}
    for kind, function in kinds.items():
        for one in case[kind]:
            edges = [one["energy_min_TeV"], one["energy_max_TeV"]]
            value = function(lambda e: formula(e, **pars), edges)
            assert_allclose(value, [one["value_quad"]], rtol=1e-12, atol=0)


@pytest.mark.parametrize("edges", [[1.0], [2.0, 1.0], [0.0, 1.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_bad_edges(edges):
    with pytest.raises(ValueError, match=r"edges = .* must be"):
        integrate.bin_integrals(lambda e: e, edges)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_function_that_is_not_finite():
    # No point of the first look lies in the gap: only the quadrature itself meets it.
    with pytest.raises(ValueError, match=r"function at 1\.5\d+ TeV = inf must be finite"):
        integrate.bin_integrals(lambda e: np.inf if 1.55 < e < 1.65 else 1.0, [1.0, 3.0])
    with pytest.raises(ValueError, match=r"function at 2\.\d+ TeV = nan must be finite"):
        integrate.bin_integrals(lambda e: np.sqrt(2 - e), [1.0, 3.0])


def test_a_function_that_does_not_converge():
    noise = np.random.default_rng(0)
    with pytest.raises(ArithmeticError, match="did not converge: list the function's kinks"):
        integrate.bin_integrals(lambda e: noise.random(), [1.0, 3.0])
