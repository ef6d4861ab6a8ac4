"""Cash, cstat and wstat against Gammapy 2.1, closed forms, 40 digits and brute force."""

import subprocess
import sys
from decimal import Decimal, localcontext

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar

from gammapy.stats import cash, cstat, get_wstat_gof_terms, get_wstat_mu_bkg, wstat
from tests.twins import statistic as twin

EPS = np.finfo(float).eps
ON_OFF = ("n_on", "n_off", "alpha", "mu_sig")
# n_on, n_off, alpha, mu_sig; deficits and zeros included
CASES = [
    (10, 20, 0.2, 3.0),
    (10, 20, 0.2, -1.5),
    (3, 0, 0.5, 0.4),
    (3, 0, 0.5, 7.0),
    (3, 0, 0.5, -1.0),
    (0, 5, 0.5, 2.0),
    (0, 5, 0.5, -2.0),
    (0, 5, 0.5, -4.0),
    (1, 100, 0.01, 60.0),
    (2000, 3000, 1.3, 100.0),
]


def rounding(*terms: np.ndarray) -> np.ndarray:
    """What the reference may lose: it adds terms much larger than their sum."""
    return 4 * EPS * sum(np.abs(term) for term in terms)


def n_log(n: np.ndarray, x: np.ndarray) -> np.ndarray:
    return n * np.log(np.maximum(x, 1e-25))


def exact_deviance(n: float, mu: float) -> float:
    with localcontext() as context:
        context.prec = 40
        n, mu = Decimal(n), Decimal(mu)
        return float(2 * (mu - n + (n * (n / mu).ln() if n else 0)))


@pytest.mark.parametrize(("name", "function"), [("cash", cash), ("cstat", cstat)])
def test_cash_and_cstat_of_the_reference(reference, name, function):
    n, mu, stat = (np.array(reference[name][key], float) for key in ("n_on", "mu_on", "stat"))
    lost = rounding(mu, n, n_log(n, n), n_log(n, mu))
    assert np.all(np.abs(function(n, mu) - stat) <= 1e-12 * np.abs(stat) + lost)


def test_wstat_of_the_reference(reference):
    block = reference["wstat"]
    n_on, n_off, alpha, mu_sig = (np.array(block[key], float) for key in ON_OFF)
    lost = rounding(n_log(n_on, n_on), n_log(n_off, n_off), mu_sig)

    assert_allclose(get_wstat_mu_bkg(n_on, n_off, alpha, mu_sig), block["mu_bkg"], rtol=1e-12)
    assert_allclose(get_wstat_gof_terms(n_on, n_off), block["gof_terms"], rtol=1e-12)
    for key, extra_terms in (("stat", True), ("stat_no_gof", False)):
        stat = np.array(block[key])
        found = wstat(n_on, n_off, alpha, mu_sig, extra_terms=extra_terms)
        assert np.all(np.abs(found - stat) <= 1e-12 * np.abs(stat) + lost)


def test_wstat_of_the_reference_with_a_given_background(reference):
    block = reference["wstat_fixed_mu_bkg"]
    arrays = [np.array(block[key]) for key in (*ON_OFF, "mu_bkg")]
    assert_allclose(wstat(*arrays), block["stat"], rtol=1e-12)


@pytest.mark.parametrize("n", [1e-12, 0.1, 5.0, 1e5, 1e12])
@pytest.mark.parametrize("ratio", [1e-10, 0.3, 0.82, 0.9, 0.998765, 1 + 1e-9, 1.21, 1.23, 2, 1e12])
def test_cstat_keeps_its_digits_where_the_terms_cancel(n, ratio):
    assert_allclose(cstat(n, n * ratio), exact_deviance(n, n * ratio), rtol=1e-13)


def test_cash_is_smallest_where_the_prediction_is_the_observation():
    n = np.array([1.0, 7, 300])
    assert np.all(cash(n, n) < cash(n, n * (1 + 1e-4)))
    assert np.all(cash(n, n) < cash(n, n * (1 - 1e-4)))
    assert_allclose(cash(n, 2.5) - cash(n, n), cstat(n, 2.5), rtol=1e-12)
    assert_allclose(cstat(n, n), 0.0, atol=0)


def test_truncation_raises_small_and_negative_predictions():
    assert_allclose(cash(1, [-5, 0, 1e-30]), 2 * 25 * np.log(10), rtol=1e-12)
    assert cash(1.0, 2.0, truncation_value=3.0) == 2 * (3 - np.log(3))
    assert cstat(1.0, 2.0, truncation_value=3.0) == 0.0


@pytest.mark.parametrize("case", CASES)
def test_profiled_background_is_the_brute_force_minimum(case):
    _, _, alpha, mu_sig = case
    lowest = max(0.0, -mu_sig / alpha)
    found = minimize_scalar(
        lambda b: wstat(*case, mu_bkg=b), bounds=(lowest, lowest + 1e4), options={"xatol": 1e-10}
    )
    # the search never tries its bounds, where the minimum of a deficit without counts may be
    best = min((lowest, found.x), key=lambda b: wstat(*case, mu_bkg=b))
    assert_allclose(wstat(*case), wstat(*case, mu_bkg=best), rtol=1e-9, atol=1e-8)
    assert_allclose(get_wstat_mu_bkg(*case), best, rtol=1e-6, atol=1e-6)
    assert wstat(*case) <= wstat(*case, mu_bkg=get_wstat_mu_bkg(*case)) + 1e-12


def test_functions_agree_with_the_slow_twin_on_a_grid():
    n_on, n_off, alpha, mu = np.meshgrid(
        [0, 1, 3, 40], [0, 2, 500], [1e-3, 0.3, 2], [0, 0.1, 5, 90]
    )
    assert_allclose(
        wstat(n_on, n_off, alpha, mu), twin.wstat(n_on, n_off, alpha, mu), rtol=1e-9, atol=1e-10
    )
    assert_allclose(cstat(n_on, 0.1 + mu), twin.cstat(n_on, 0.1 + mu), rtol=1e-12, atol=1e-13)
    assert_allclose(cash(n_on, 0.1 + mu), twin.cash(n_on, 0.1 + mu), rtol=1e-12, atol=1e-13)


def test_a_perfect_on_off_prediction_scores_zero_and_an_impossible_one_infinity():
    assert wstat(10, 20, 0.2, 6.0) == pytest.approx(0, abs=1e-20)
    assert wstat(3, 5, 0.5, 0.0, mu_bkg=0.0) == np.inf
    assert wstat(0, 0, 0.5, 0.0, mu_bkg=0.0) == 0.0


def test_arrays_broadcast_and_numbers_give_numbers():
    assert wstat([[1], [2]], [1, 2, 3], 0.5, 1.0).shape == (2, 3)
    assert wstat(1, 2, 0.5, 1.0, mu_bkg=[1.0, 2.0]).shape == (2,)
    assert wstat([1, 4], [2, 5], 0.5, 1.0)[1] == wstat(4, 5, 0.5, 1.0)
    assert cash([[1], [2]], [1, 2, 3]).shape == cstat([[1], [2]], [1, 2, 3]).shape == (2, 3)
    scalars = [cash(1, 2), cstat(1, 2), wstat(1, 2, 0.5, 1), get_wstat_mu_bkg(1, 2, 0.5, 1)]
    scalars.append(get_wstat_gof_terms(1, 2))
    assert all(type(value) is np.float64 for value in scalars)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cash(-1, 2), "n_on = -1.0 must be finite and >= 0"),
        (lambda: cstat([[1, -2]], 2), r"n_on\[0, 1\] = -2.0 must be finite and >= 0"),
        (lambda: cash([1, np.nan], 2), r"n_on\[1\] = nan must be finite"),
        (lambda: cash(1, np.inf), "mu_on = inf must be finite"),
        (lambda: cash(1, None), "mu_on = None must be a number"),
        (lambda: cash([1, 2, 3], [1, 2]), r"n_on \(3,\), mu_on \(2,\).* must broadcast"),
        (lambda: wstat(-1, 2, 0.1, 1), "n_on = -1.0 must"),
        (lambda: wstat(1, -2, 0.1, 1), "n_off = -2.0 must"),
        (lambda: wstat(1, 2, 0, 1), "alpha = 0.0 must be finite and > 0"),
        (lambda: wstat(1, 2, -0.1, 1), "alpha = -0.1 must be finite and > 0"),
        (lambda: wstat(1, 2, 0.1, np.nan), "mu_sig = nan must be finite"),
        (lambda: wstat(1, 2, 0.1, 1, mu_bkg=-3), "mu_bkg = -3.0 must be finite and >= 0"),
        (lambda: wstat(1, 2, 0.5, -3, mu_bkg=1), r"mu_sig \+ alpha \* mu_bkg = -2.5 must"),
        (lambda: wstat([1, 2], 2, 0.5, 1, mu_bkg=[1, 2, 3]), r"mu_bkg \(3,\) must broadcast"),
        (lambda: get_wstat_mu_bkg(1, 2, -1, 1), "alpha = -1.0 must"),
        (lambda: get_wstat_gof_terms(1, -2), "n_off = -2.0 must"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("function", [cash, cstat])
@pytest.mark.parametrize("value", [0, -1e-25, np.nan, [1e-25, -1]])
def test_truncation_must_be_positive(function, value):
    with pytest.raises(ValueError, match=r"truncation_value.* must be finite and > 0"):
        function([1, 2], [1, 2], truncation_value=value)


def test_counts_with_a_unit_are_refused():
    u = pytest.importorskip("astropy.units")
    assert cash(3 * u.ct, 2.0) == cash(3, 2)
    with pytest.raises(ValueError, match=r"mu_on has the unit 'm'.*pass plain numbers"):
        cash(3, 2 * u.m)


def test_import_stays_cheap():
    code = "import sys, gammapy.stats; sys.exit('scipy' in sys.modules or 'astropy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_engine_and_functions_for_people_agree():
    """The engine has its own wstat and cash, with derivatives and without truncation."""
    from gammapy.engine import statistic as engine

    rng = np.random.default_rng(5)
    n_on, n_off = rng.poisson(8.0, 500).astype(float), rng.poisson(3.0, 500).astype(float)
    alpha, mu = rng.uniform(0.05, 2.0, 500), rng.uniform(0.01, 20.0, 500)
    data = engine.WStatData.build(n_on, n_off, alpha)
    ours = engine.wstat(data, mu).value
    assert_allclose(ours, wstat(n_on, n_off, alpha, mu, extra_terms=False), rtol=1e-11, atol=1e-11)
    total = float(np.sum(wstat(n_on, n_off, alpha, mu)))
    assert engine.wstat_sum(data, mu) + data.constant == pytest.approx(total, rel=1e-12)
    assert_allclose(engine.cash(n_on, mu).value, cash(n_on, mu), rtol=1e-13)
