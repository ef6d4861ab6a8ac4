import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.twins import statistic


@pytest.mark.parametrize("name", ["cash", "cstat"])
def test_cash_and_cstat_are_those_of_the_reference(statistics, name):
    """Where mu > 1e-24: below, the reference puts 1e-25 in place of mu, here it is exact."""
    numbers = {key: np.array(statistics[name][key]) for key in ("n_on", "mu_on", "stat")}
    plain = numbers["mu_on"] > 1e-24
    assert np.sum(plain) == 19
    value = getattr(statistic, name)(numbers["n_on"][plain], numbers["mu_on"][plain])
    assert_allclose(value, numbers["stat"][plain], rtol=1e-12, atol=1e-9)


def wstat_arguments(statistics):
    return [np.array(statistics["wstat"][key]) for key in ("n_on", "n_off", "alpha", "mu_sig")]


def test_wstat_is_that_of_the_reference(statistics):
    value = statistic.wstat(*wstat_arguments(statistics))
    assert len(value) == 36
    assert_allclose(value, statistics["wstat"]["stat"], rtol=1e-8, atol=1e-8)


def test_background_is_that_of_the_reference(statistics):
    value = statistic.profile_background(*wstat_arguments(statistics))
    assert_allclose(value, statistics["wstat"]["mu_bkg"], rtol=1e-8, atol=1e-8)


def test_background_solves_the_quadratic_equation():
    """alpha (alpha + 1) b^2 - (alpha (n_on + n_off) - (alpha + 1) mu) b - n_off mu = 0, b >= 0."""
    rng = np.random.default_rng(3)
    n_on, n_off = rng.poisson(20, 200), rng.poisson(15, 200)
    alpha, mu = rng.uniform(0.02, 3, 200), rng.uniform(0.0, 60, 200)
    b = statistic.profile_background(n_on, n_off, alpha, mu)
    terms = [
        alpha * (alpha + 1) * b**2,
        -(alpha * (n_on + n_off) - (alpha + 1) * mu) * b,
        -n_off * mu,
    ]
    assert_allclose(np.sum(terms, axis=0), 0, atol=1e-11 * np.max(np.abs(terms)))


def test_no_other_background_is_better():
    n_on, n_off, alpha, mu = 12, 20, 0.25, 4.0
    best = statistic.wstat(n_on, n_off, alpha, mu)
    for b in np.geomspace(1.0, 200.0, 500):
        other = statistic.cstat(n_on, mu + alpha * b) + statistic.cstat(n_off, b)
        assert other >= best - 1e-12


def test_a_perfect_description_gives_zero():
    n_off, alpha, mu = np.array([0, 5, 40, 1e6]), np.array([0.1, 0.5, 2.0, 1.0]), 3.0
    assert_allclose(statistic.wstat(mu + alpha * n_off, n_off, alpha, mu), 0, atol=1e-9)
    assert_allclose(statistic.cstat([0, 1, 7], [0, 1, 7]), 0, atol=0)


def test_closed_forms_at_zero_counts():
    alpha, mu, n = 0.2, 1.7, 6.0
    assert_allclose(statistic.wstat(0, 0, alpha, mu), 2 * mu)
    # No on counts: b = n / (1 + alpha).
    assert_allclose(statistic.wstat(0, n, alpha, mu), 2 * mu + 2 * n * np.log(1 + alpha))
    # No off counts and no signal: b = n / (1 + alpha) again.
    expected = 2 * n * np.log((1 + alpha) / alpha)
    assert_allclose(statistic.wstat(n, 0, alpha, 0.0), expected)
    for ratio in np.linspace(0.01, 3.0, 300):  # where rounding puts b on either side of that
        background = statistic.profile_background(n, 0, ratio, 0.0)
        assert_allclose(background, n / (1 + ratio), rtol=1e-14)
    # No off counts, strong signal: no background.
    assert_allclose(statistic.wstat(n, 0, alpha, 9.0), statistic.cstat(n, 9.0))


def test_cash_and_cstat_differ_by_what_a_perfect_fit_has():
    n, mu = np.array([0, 1, 30]), np.array([0.4, 2.0, 25.0])
    perfect = np.array([0.0, 2.0, 2 * (30 - 30 * np.log(30))])
    assert_allclose(statistic.cash(n, mu) - statistic.cstat(n, mu), perfect, atol=1e-12)


def test_no_predicted_counts_under_counts_is_impossible():
    assert statistic.cash(1, 0.0) == np.inf
    assert statistic.cstat(1, 0.0) == np.inf
    assert statistic.cash(0, 0.0) == statistic.cstat(0, 0.0) == 0


def test_values_broadcast():
    value = statistic.wstat(np.array([[3], [4]]), [5, 6, 7], 0.5, 1.0)
    assert value.shape == (2, 3)
    assert value[1, 2] == statistic.wstat(4, 7, 0.5, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 5, 0.5, 1.0), "n_on = -1.0 must be finite and >= 0"),
        ((1, -5, 0.5, 1.0), "n_off = -5.0 must be finite and >= 0"),
        ((1, 5, 0.0, 1.0), "alpha = 0.0 must be finite and > 0"),
        ((1, 5, 0.5, -1.0), "mu_sig = -1.0 must be finite and >= 0"),
        ((1, 5, 0.5, np.nan), "mu_sig = nan must be finite"),
    ],
)
def test_wstat_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        statistic.wstat(*arguments)


@pytest.mark.parametrize("function", [statistic.cash, statistic.cstat])
@pytest.mark.parametrize(("n", "mu", "name"), [(-1, 1, "n"), (1, -1, "mu"), (1, np.inf, "mu")])
def test_cash_and_cstat_refuse(function, n, mu, name):
    with pytest.raises(ValueError, match=f"{name} = .* must be finite and >= 0"):
        function(n, mu)
