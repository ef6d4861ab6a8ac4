import math

import numpy as np
import pytest

from gammapy.engine.differentiate import numerical_partials

ENERGY = np.geomspace(0.1, 10, 9)


def power_law(energy, index, amplitude):
    return amplitude * energy**-index


def exact_power_law(energy, index, amplitude):
    return [-amplitude * energy**-index * np.log(energy), energy**-index]


def only_real(energy, index, amplitude):
    """math.pow refuses a complex number."""
    return amplitude * np.array([math.pow(e, -index) for e in energy])


def drops_the_imaginary_part(energy, index, amplitude):
    return power_law(energy, np.abs(index), amplitude)


def compares(energy, index, amplitude):
    return power_law(energy, max(index, 0.0), amplitude)


def into_floats(energy, index, amplitude):
    result = np.empty_like(energy)
    result[:] = power_law(energy, index, float(amplitude))
    return result


@pytest.mark.parametrize("values", [(2.3, 1e-12), (0.0, 3.0), (-1.5, 1e30), (2.0, 0.0)])
def test_complex_step_is_exact(values):
    for found, expected in zip(
        numerical_partials(power_law, ENERGY, values), exact_power_law(ENERGY, *values), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-300)


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("formula", [only_real, drops_the_imaginary_part, compares, into_floats])
def test_differences_where_complex_numbers_do_not_work(formula):
    found = numerical_partials(formula, ENERGY, (2.3, 1e-12))
    for one, expected in zip(found, exact_power_law(ENERGY, 2.3, 1e-12), strict=True):
        assert np.max(np.abs(one - expected)) <= 1e-7 * np.max(np.abs(expected))


def test_an_absolute_value_is_noticed_beside_a_part_that_works():
    def formula(energy, x):
        return x**2 + np.abs(x) * energy

    (found,) = numerical_partials(formula, ENERGY, (1.5,))
    np.testing.assert_allclose(found, 3.0 + ENERGY, rtol=1e-7)


def test_a_step_out_of_the_domain():
    """lambda ** alpha at zero, as in a cut-off that is switched off."""

    def formula(energy, cutoff):
        return np.exp(-((cutoff * energy) ** 1.5))

    (found,) = numerical_partials(formula, ENERGY, (0.0,))
    np.testing.assert_allclose(found, 0.0, atol=1e-12)


def test_does_not_change_its_arguments():
    values = [2.0, 3.0]
    numerical_partials(power_law, ENERGY, values)
    assert values == [2.0, 3.0]


@pytest.mark.parametrize("shape", [(), (3,), (2, 4)])
def test_shape(shape):
    found = numerical_partials(power_law, np.full(shape, 2.0), (2.0, 1.0))
    assert [np.shape(d) for d in found] == [shape, shape]


def test_no_parameters():
    assert numerical_partials(np.ones_like, ENERGY, ()) == []
