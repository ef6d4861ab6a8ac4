"""Bin integrals against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from gammapy.engine.integrate import ORDERS, bin_integrals, bin_quadrature, choose_order

EDGES = np.geomspace(0.1, 100, 16)


def power_law_integral(index, low, high):
    if index == 1:
        return np.log(high / low)
    return (high ** (1 - index) - low ** (1 - index)) / (1 - index)


@pytest.mark.parametrize("index", [-1.0, 0.0, 1.0, 2.0, 2.7, 4.0])
def test_power_law(index):
    rule = bin_quadrature(EDGES, 8)
    expected = power_law_integral(index, EDGES[:-1], EDGES[1:])
    np.testing.assert_allclose(rule.reduce(rule.nodes**-index), expected, rtol=1e-13)


@given(
    index=st.floats(-3, 6),
    low=st.floats(1e-4, 10),
    width=st.floats(1e-3, 1.0),
)
def test_chosen_order_keeps_its_word(index, low, width):
    edges = np.array([low, low * np.exp(width), low * np.exp(2 * width)])
    order = choose_order(lambda e: e**-index, edges, tolerance=1e-9)
    rule = bin_quadrature(edges, order)
    exact = [
        width if abs(1 - index) < 1e-12 else np.expm1((1 - index) * width) / (1 - index)
    ] * np.array(edges[:-1] ** (1 - index))
    np.testing.assert_allclose(rule.reduce(rule.nodes**-index), exact, rtol=2e-9)


def test_shapes_and_order_of_nodes():
    rule = bin_quadrature(EDGES, 3, kinks=[1.5, 7.0])
    assert rule.nodes.shape == rule.weights.shape == (3 * (len(EDGES) - 1 + 2),)
    assert np.all(np.diff(rule.nodes) > 0)
    assert rule.starts.shape == (len(EDGES) - 1,)
    assert np.all(rule.nodes[rule.starts] > EDGES[:-1])
    assert rule.nodes[0] > EDGES[0]
    assert rule.nodes[-1] < EDGES[-1]


def test_weights_add_up_to_the_bin_widths():
    rule = bin_quadrature(EDGES, 6, kinks=[0.5])
    np.testing.assert_allclose(rule.reduce(np.ones_like(rule.nodes)), np.diff(EDGES), rtol=1e-11)


def test_many_functions_at_once():
    rule = bin_quadrature(EDGES, 8)
    values = np.stack([rule.nodes**-k for k in (1.0, 2.0, 3.0)]).reshape(3, 1, -1)
    found = rule.reduce(values)
    assert found.shape == (3, 1, len(EDGES) - 1)
    np.testing.assert_allclose(found[1, 0], rule.reduce(rule.nodes**-2.0), rtol=1e-15)


def broken(energy):
    return np.where(energy < 2.0, (energy / 2) ** -1.5, (energy / 2) ** -3.5)


def broken_integral(low, high):
    middle = np.clip(2.0, low, high)
    before = (low / 2) ** -0.5 - (middle / 2) ** -0.5
    after = (middle / 2) ** -2.5 - (high / 2) ** -2.5
    return 2 * (before / 0.5 + after / 2.5)


def test_a_kink_inside_a_bin():
    edges = np.array([0.5, 1.0, 3.0, 9.0])
    order = choose_order(broken, edges, kinks=[2.0], tolerance=1e-10)
    assert order <= 8
    rule = bin_quadrature(edges, order, kinks=[2.0])
    expected = broken_integral(edges[:-1], edges[1:])
    np.testing.assert_allclose(rule.reduce(broken(rule.nodes)), expected, rtol=1e-10)


def test_a_kink_that_is_not_declared_is_refused():
    with pytest.raises(ArithmeticError, match="converge"):
        choose_order(broken, np.array([0.5, 1.0, 3.0, 9.0]), tolerance=1e-10)


@pytest.mark.parametrize("kink", [0.1, 100.0, 0.01, 1e3, EDGES[4]])
def test_a_kink_at_an_edge_or_outside_changes_nothing(kink):
    with_kink, without = (bin_quadrature(EDGES, 4, kinks=k) for k in ([kink], []))
    for one, other in zip(with_kink, without, strict=True):
        np.testing.assert_array_equal(one, other)


def line(sigma):
    return lambda e: np.exp(-0.5 * ((e - 2.2) / sigma) ** 2)


def test_a_feature_as_wide_as_a_bin():
    edges = np.linspace(1.0, 4.0, 7)
    order = choose_order(line(0.3), edges)
    rule = bin_quadrature(edges, order)
    cumulative = 0.3 * np.sqrt(np.pi / 2) * erf((edges - 2.2) / (0.3 * np.sqrt(2)))
    np.testing.assert_allclose(rule.reduce(line(0.3)(rule.nodes)), np.diff(cumulative), rtol=1e-8)


@pytest.mark.parametrize(
    ("sigma", "continuum"), [(0.1, 0), (0.03, 0), (0.01, 0), (0.1, 1), (0.03, 1), (0.01, 1)]
)
def test_a_feature_narrower_than_a_bin_is_refused(sigma, continuum):
    """Small orders see none of it and agree with each other: that must not count."""
    edges = np.array([0.5, 1.5, 4.5, 13.5])
    with pytest.raises(ArithmeticError, match="converge"):
        choose_order(lambda e: continuum * e**-2.0 + line(sigma)(e), edges)


def test_a_bin_without_flux_does_not_count():
    """Far above a cut-off the relative precision is out of reach, and of no interest."""
    function = lambda e: np.exp(-e / 0.05)  # noqa: E731
    edges = np.array([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 50.0])
    assert choose_order(function, edges[:-1]) == choose_order(function, edges)
    assert choose_order(function, edges) < choose_order(function, edges, negligible=0)


def test_zero_everywhere():
    assert choose_order(np.zeros_like, EDGES) == ORDERS[0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_do_not_converge(bad):
    with pytest.raises(ArithmeticError), np.errstate(invalid="ignore"):
        choose_order(lambda e: np.full_like(e, bad), EDGES)


# -- integrals ---------------------------------------------------------------------------


@pytest.mark.parametrize("kinks", [(), (0.7, 3.0)])
def test_integrals_are_those_of_the_chosen_order(kinks):
    """So that what is predicted is what a fit has, to the last digits."""
    function = lambda e: e**-2.3 * np.exp(-np.sqrt(e / 5.0))  # noqa: E731
    rule = bin_quadrature(EDGES, choose_order(function, EDGES, kinks), kinks)
    found = bin_integrals(function, EDGES, kinks)
    np.testing.assert_allclose(found, rule.reduce(function(rule.nodes)), rtol=0)


def test_integrals_that_do_not_converge():
    with pytest.raises(ArithmeticError, match="do not converge"):
        bin_integrals(lambda e: np.where(e > 0.3333, 1.0, 0.0), np.array([0.1, 1.0]))


def test_a_rule_is_kept_and_nobody_changes_it():
    rule = bin_quadrature(EDGES, 4)
    assert bin_quadrature(list(EDGES), 4) is rule
    assert bin_quadrature(EDGES, 4, kinks=[1000.0]) is rule  # outside
    assert bin_quadrature(EDGES, 4, kinks=[0.5]) is not rule
    for part in rule:
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 1
