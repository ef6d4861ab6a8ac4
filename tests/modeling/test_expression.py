"""Arithmetic on parameters: units, values, and derivatives of random trees."""

import operator

import astropy.units as u
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gammapy.errors import LinkError, UnitMismatchError
from gammapy.modeling.expression import OPERATORS, Constant, Operation
from gammapy.modeling.parameter import Parameter


def now(tree):
    return tree.bind()(lambda leaf: leaf.value)


def quantity(tree):
    return now(tree)[0] * tree.unit


# -- operators and operands ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda x: x + 1, 4),
        (lambda x: 1 + x, 4),
        (lambda x: x - 1, 2),
        (lambda x: 1 - x, -2),
        (lambda x: x * 2, 6),
        (lambda x: 2 * x, 6),
        (lambda x: x / 2, 1.5),
        (lambda x: 2 / x, 2 / 3),
        (lambda x: x**2, 9),
        (lambda x: 2**x, 8),
        (lambda x: -x, -3),
        (lambda x: -(x + 1) / (x - 1), -2),
    ],
)
def test_operators(build, expected):
    tree = build(Parameter("x", 3.0))
    assert isinstance(tree, Operation)
    assert now(tree)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "left",
    [2, 2.0, np.float64(2), np.float32(2), np.int64(2), np.array(2.0), 2 * u.one, u.Quantity(2)],
    ids=lambda x: type(x).__name__,
)
@pytest.mark.parametrize("name", OPERATORS)
def test_numbers_of_all_kinds_on_both_sides(left, name):
    x, function = Parameter("x", 3.0), getattr(operator, name)
    assert now(function(left, x))[0] == pytest.approx(function(2.0, 3.0))
    assert now(function(x, left))[0] == pytest.approx(function(3.0, 2.0))


def test_quantities_on_both_sides():
    x = Parameter("x", "3 TeV")
    assert quantity((2 * u.cm) * x).to_value("cm TeV") == pytest.approx(6)
    assert quantity(x / (2 * u.cm)).to_value("TeV / cm") == pytest.approx(1.5)
    assert quantity((500 * u.GeV) + x).to_value("TeV") == pytest.approx(3.5)
    assert quantity(x - (500 * u.GeV)).to_value("TeV") == pytest.approx(2.5)
    assert quantity((6 * u.TeV) / x).to_value("") == pytest.approx(2)
    assert quantity(x**2).to_value("TeV2") == pytest.approx(9)
    assert quantity(x**0.5).to_value("TeV(1/2)") == pytest.approx(3**0.5)
    assert quantity(2 ** (x / (1000 * u.GeV))).to_value("") == pytest.approx(8)


@pytest.mark.parametrize("value", [np.ones(2), [1, 2], "abc", None, np.nan, np.inf, 1j], ids=repr)
def test_bad_operands(value):
    x = Parameter("x", 1.0)
    with pytest.raises(LinkError, match="cannot stand in an expression"):
        x * value
    with pytest.raises(LinkError, match="cannot stand in an expression"):
        value * x


@pytest.mark.parametrize(
    "build",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x + 1,
        lambda x, y: 1 - x,
        lambda x, y: x**y,
        lambda x, y: x ** (x / x),
        lambda x, y: y**x,
        lambda x, y: 2**x,
        lambda x, y: x ** (2 * u.TeV),
    ],
)
def test_units_that_do_not_fit(build):
    x, y = Parameter("x", "1 TeV"), Parameter("y", "1 cm")
    with pytest.raises(UnitMismatchError, match="cannot "):
        build(x, y)


def test_units_are_checked_when_the_tree_is_made_and_followed_later():
    x, y = Parameter("x", "1 TeV"), Parameter("y", "500 GeV")
    tree = x + y
    assert quantity(tree).to_value("TeV") == pytest.approx(1.5)
    x.unit = "MeV"
    assert quantity(tree).to_value("TeV") == pytest.approx(1.5)


def test_percent_is_a_number():
    x, p = Parameter("x", 2.0), Parameter("p", "50 %")
    for tree, expected in ((x + p, 2.5), (x**p, 2**0.5), (p**x, 0.25), (p * x, 1.0), (1 - p, 0.5)):
        assert quantity(tree).to_value("") == pytest.approx(expected)


# -- numbers that are none -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x, zero: x / zero, "divisor"),
        (lambda x, zero: zero**-x, "not finite"),
        (lambda x, zero: (zero - 8) ** (x / 9), "not a real number"),
        (lambda x, zero: (1e300 * x) ** 2, "not finite"),
    ],
)
def test_values_that_are_not_numbers(build, message):
    tree = build(Parameter("x", 3.0), Parameter("zero", 0.0))
    with pytest.raises(LinkError, match=message):
        now(tree)


@pytest.mark.parametrize(
    ("base", "exponent", "slope"),
    [(0.0, 2.0, 0.0), (0.0, 1.0, 1.0), (0.0, 0.0, 0.0), (-3.0, 2.0, -6.0), (0.0, 0.5, np.inf)],
)
def test_powers_at_the_edge(base, exponent, slope):
    x = Parameter("x", base)
    value, slopes = now(x**exponent)
    assert value == base**exponent
    assert slopes[x] == slope


def test_power_of_zero_by_its_exponent():
    zero, x = Parameter("zero", 0.0), Parameter("x", 2.0)
    assert now(zero**x) == (0.0, {zero: 0.0, x: 0.0})


# -- random trees --------------------------------------------------------------------------

LEAVES = ("a", "b", "c")
OPS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": operator.pow,
}
trees = st.recursive(
    st.sampled_from(LEAVES) | st.sampled_from([0.5, 2.0, 3.0, -1.5]),
    lambda inside: st.tuples(st.sampled_from(list(OPS)), inside, inside),
    max_leaves=8,
)
values = st.tuples(*[st.floats(0.3, 3.0)] * 3)


def evaluate(tree, leaves):
    """The obvious way, with complex numbers if they come."""
    if isinstance(tree, tuple):
        name, left, right = tree
        return OPS[name](evaluate(left, leaves), evaluate(right, leaves))
    return leaves.get(tree, tree)


def build(tree, leaves):
    """Operation from the same tree; two constants are joined beforehand."""
    if isinstance(tree, tuple):
        name, left, right = tree
        return OPS[name](build(left, leaves), build(right, leaves))
    return leaves.get(tree, tree)


def tame(tree, numbers):
    """True if no step is undefined, complex, or so large that its derivative is rounding."""
    try:
        value = evaluate(tree, numbers)
        inside = isinstance(tree, tuple) and tree[1:]
    except (ZeroDivisionError, OverflowError):
        return False
    if isinstance(value, complex) or not 1e-4 < abs(value) < 1e4:
        return False
    if isinstance(tree, tuple) and tree[0] == "pow":
        base = evaluate(tree[1], numbers)
        if isinstance(base, complex) or base <= 0:
            return False
    return not inside or all(tame(side, numbers) for side in inside)


@given(tree=trees, point=values)
def test_value_and_derivatives_of_random_trees(tree, point):
    numbers = dict(zip(LEAVES, point, strict=True))
    assume(isinstance(tree, tuple) and tame(tree, numbers))
    parameters = {name: Parameter(name, value) for name, value in numbers.items()}
    expression = build(tree, parameters)
    assume(isinstance(expression, Operation))
    value, slopes = now(expression)
    assert value == pytest.approx(evaluate(tree, numbers), rel=1e-12)
    for name, parameter in parameters.items():
        step = 1e-30
        shifted = evaluate(tree, {**numbers, name: numbers[name] + 1j * step})
        expected = np.imag(shifted) / step
        assert slopes.get(parameter, 0.0) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert set(expression.leaves()) == set(slopes)


@given(tree=trees, point=values)
def test_repr_of_random_trees_reads_back(tree, point):
    numbers = dict(zip(LEAVES, point, strict=True))
    assume(isinstance(tree, tuple) and tame(tree, numbers))
    expression = build(tree, {name: Parameter(name, value) for name, value in numbers.items()})
    assume(isinstance(expression, Operation))
    again = eval(repr(expression), {}, numbers)
    assert again == pytest.approx(now(expression)[0], rel=1e-4)


units = st.tuples(*[st.sampled_from(["TeV", "GeV", "eV"])] * 3)


@given(tree=trees, point=values, units=units)
def test_units_of_the_leaves_do_not_matter(tree, point, units):
    """Each leaf is divided by a quantity, in another unit than its own."""
    numbers = dict(zip(LEAVES, point, strict=True))
    assume(isinstance(tree, tuple) and tame(tree, numbers))
    leaves = {}
    for (name, value), unit in zip(numbers.items(), units, strict=True):
        parameter = Parameter(name, value, "TeV")
        parameter.unit = unit
        leaves[name] = parameter / (1 * u.TeV)
    expression = build(tree, leaves)
    assume(isinstance(expression, Operation))
    assert quantity(expression).to_value("") == pytest.approx(evaluate(tree, numbers), rel=1e-8)


def test_derivatives_are_in_the_units_of_the_leaves():
    x, y = Parameter("x", "2 TeV"), Parameter("y", "300 GeV")
    _, slopes = now((x + y) * 2)
    assert slopes[x] == pytest.approx(2)
    assert slopes[y] == pytest.approx(2e-3)


def test_a_leaf_that_comes_twice():
    x = Parameter("x", 3.0)
    value, slopes = now(x * x - x)
    assert value == 6
    assert slopes == {x: 5.0}
    assert list((x * x - x).leaves()) == [x, x, x]


def test_a_linked_leaf_is_asked_for_like_any_other():
    a, b = Parameter("a", 2.0), Parameter("b", 1.0)
    b.link = 3 * a
    value, slopes = (b + 1).bind()(lambda leaf: {a: 2.0, b: 10.0}[leaf])
    assert value == 11
    assert slopes == {b: 1.0}


@pytest.mark.parametrize(
    ("value", "expected"), [(2, "2"), (2 * u.TeV, "2 TeV"), ("0.5 cm", "0.5 cm")], ids=str
)
def test_constant(value, expected):
    constant = Constant(value)
    assert repr(constant) == expected
    assert list(constant.leaves()) == []
    assert now(constant)[1] == {}
