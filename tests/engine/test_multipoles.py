"""Fields by angular order: their derivatives against differences of the sums."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import jv

from gammapy.engine.multipoles import Multipoles

Q = np.array([0.7, 2.0, 5.5])


def value(field, x, y):
    """The sum that a field stands for, with weights of one."""
    r, chi = np.hypot(x, y), np.arctan2(y, x)
    total = 0.0
    for part, angular in zip(field, (np.cos, np.sin), strict=True):
        for m, transform in part.items():
            wave = jv(m, Q * r) * angular(m * chi)
            total = total + np.tensordot(wave, transform, axes=1)
    return total


def random_field(cosine, sine, shape=(2,), seed=3):
    rng = np.random.default_rng(seed)
    return Multipoles(*({m: rng.normal(size=(3, *shape)) for m in part} for part in (cosine, sine)))


PLACES = [(0.3, 0.0), (-0.2, 0.5), (0.0, -0.8), (1.1, 0.9), (1e-4, 2e-4)]
FIELDS = {f"cosine {m}": random_field([m], []) for m in range(4)}
FIELDS |= {f"sine {m}": random_field([], [m]) for m in range(1, 4)}
FIELDS["all"] = random_field(range(4), range(1, 4), ())


def slope(field, x, y, axis, step=1e-3):
    dx, dy = (step, 0.0) if axis == 0 else (0.0, step)
    f = {s: value(field, x + s * dx, y + s * dy) for s in (-2, -1, 1, 2)}
    return (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * step)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("axis", [0, 1])
def test_derivative_is_that_of_the_sum(name, place, axis):
    field = FIELDS[name]
    derived = (field.along_x, field.along_y)[axis](Q)
    assert_allclose(value(derived, *place), slope(field, *place, axis), rtol=1e-8, atol=1e-9)


def test_no_sine_of_order_zero_appears():
    """It is nothing, and would be summed for nothing."""
    derived = FIELDS["all"].along_x(Q).along_y(Q)
    assert 0 not in derived.sine
    assert 0 not in FIELDS["all"].along_y(Q).sine


@pytest.mark.parametrize("name", FIELDS)
def test_derivatives_commute(name):
    field = FIELDS[name]
    one, other = field.along_x(Q).along_y(Q), field.along_y(Q).along_x(Q)
    for place in PLACES:
        assert_allclose(value(one, *place), value(other, *place), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FIELDS)
def test_laplacian(name):
    """Each wave is its own, times -q2."""
    field = FIELDS[name]
    both = field.along_x(Q).along_x(Q).plus(field.along_y(Q).along_y(Q))
    scaled = Multipoles(
        *(
            {m: -(Q.reshape(-1, *(1,) * (v.ndim - 1)) ** 2) * v for m, v in part.items()}
            for part in field
        )
    )
    for place in PLACES:
        assert_allclose(value(both, *place), value(scaled, *place), rtol=1e-11, atol=1e-11)


def test_arithmetic():
    a, b = random_field([0, 2], [1], seed=4), random_field([2, 3], [1, 2], seed=5)
    for place in PLACES:
        both = value(a, *place) + value(b, *place)
        assert_allclose(value(a.plus(b), *place), both, rtol=1e-12, atol=1e-14)
        assert_allclose(value(-a, *place), -value(a, *place), rtol=1e-12)
        assert_allclose(value(a.times(2.5), *place), 2.5 * value(a, *place), rtol=1e-12)


def test_sums_leave_their_parts_alone():
    a, b = random_field([0], [1], seed=6), random_field([0], [1], seed=7)
    before = a.cosine[0].copy(), b.sine[1].copy()
    a.plus(b).along_x(Q)
    assert_allclose(a.cosine[0], before[0], rtol=0)
    assert_allclose(b.sine[1], before[1], rtol=0)
