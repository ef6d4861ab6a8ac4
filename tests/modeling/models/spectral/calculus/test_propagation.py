"""Errors in first order and by draws."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    PowerLawSpectralModel,
)

E = 3 * u.TeV


def power_law(**errors):
    model = PowerLawSpectralModel(index=2.0, amplitude="1e-12 cm-2 s-1 TeV-1")
    for name, error in errors.items():
        model.parameters[name].error = error
    return model


def test_linear_models_are_exact():
    """Of the amplitude alone the relative error is that of the amplitude, whatever is computed."""
    model = ExpCutoffPowerLawSpectralModel(amplitude="4e-12 cm-2 s-1 TeV-1")
    model.amplitude.error = 1e-12
    for value, errn, errp in (
        model.evaluate_error([1, 5] * u.TeV),
        model.integral_error([1, 5] * u.TeV, 10 * u.TeV),
        model.energy_flux_error(1 * u.TeV, [5, 50] * u.TeV),
    ):
        np.testing.assert_allclose(errp / value, 0.25, rtol=1e-11)
        np.testing.assert_array_equal(errn, errp)


def test_correlations_matter():
    """Difference of two fluxes with the same error: nothing, or twice as much."""
    model = ConstantSpectralModel(const="2e-12 cm-2 s-1 TeV-1") - ConstantSpectralModel()
    for sign, expected in [(1, 0.0), (-1, 2e-13)]:
        model.covariance = 1e-26 * np.array([[1, sign], [sign, 1]])
        assert model.integral_error(1 * u.TeV, 3 * u.TeV)[1].value == pytest.approx(
            2 * expected, rel=1e-9, abs=1e-27
        )


def test_shared_parameter_counts_in_full():
    one = ConstantSpectralModel()
    model = one + one
    one.const.error = 1e-13
    assert model.evaluate_error(E)[1].value == pytest.approx(2e-13, rel=1e-12)


def test_unknown_error_gives_nan_in_first_order():
    model = power_law(index=np.nan, amplitude=1e-13)
    for found in (model.evaluate_error(E), model.integral_error(E, 2 * E)):
        assert np.isfinite(found[0])
        assert np.all(np.isnan(found[1:]))


def test_unknown_error_is_refused_by_draws():
    with pytest.raises(ModelError, match=r"error of index is unknown \(nan\)"):
        power_law(index=np.nan).evaluate_error(E, n_samples=10)


@pytest.mark.parametrize("n_samples", [0, -1, 2.5, True, "many"])
def test_number_of_draws_is_checked(n_samples):
    model = power_law(index=0.1)
    for method in (model.evaluate_error, model.spectral_index_error):
        with pytest.raises(ModelError, match=r"n_samples = .* must be a whole number"):
            method(E, n_samples=n_samples)


def test_draws_show_the_asymmetry():
    """Far from the reference the flux is log-normal: quantiles are exact."""
    model = power_law(index=0.3)
    value, errn, errp = model.evaluate_error(10 * E, n_samples=20000).value
    centre, width = model(10 * E).value, 30**0.3
    assert value == pytest.approx(centre, rel=0.03)
    assert errp == pytest.approx(centre * (width - 1), rel=0.05)
    assert errn == pytest.approx(centre * (1 - 1 / width), rel=0.05)
    first = model.evaluate_error(10 * E).value
    assert first[1] == first[2] == pytest.approx(centre * 0.3 * np.log(30), rel=1e-12)


def test_draws_have_the_covariance():
    model = power_law()
    matrix = np.array([[0.04, 1e-14, 0], [1e-14, 1e-26, 0], [0, 0, 0]])
    model.covariance = matrix
    draws = model.sample_parameters_from_covariance(20000)
    assert draws.shape == (20000, 2)
    np.testing.assert_allclose(np.mean(draws, axis=0), model.parameters.value[:2], rtol=0.01)
    scale = np.sqrt(np.outer(np.diag(matrix)[:2], np.diag(matrix)[:2]))
    np.testing.assert_allclose(np.cov(draws.T) / scale, matrix[:2, :2] / scale, atol=0.03)
    everything = model.sample_parameters_from_covariance(10, free_only=False)
    assert everything.shape == (10, 3)
    np.testing.assert_array_equal(everything[:, 2], 1.0)


def test_random_state():
    model = power_law(index=0.1)
    one, two = (model.evaluate_error(E, n_samples=50, random_state=s) for s in (1, 2))
    assert np.all(model.evaluate_error(E, n_samples=50, random_state=1) == one)
    assert np.all(one != two)


def test_draws_stay_within_the_bounds():
    model = power_law(index=0.5)
    model.index.min = 2.0
    draws = model.sample_parameters_from_covariance(500)
    assert draws.shape == (500, 2)
    assert draws[:, 0].min() >= 2.0
    assert draws[:, 0].mean() == pytest.approx(2 + 0.5 * np.sqrt(2 / np.pi), rel=0.05)


def test_bounds_that_leave_nothing():
    model = power_law(index=0.5)
    model.index.min = 5.0
    with pytest.raises(ModelError, match="0 of 1000 lie within the bounds"):
        model.sample_parameters_from_covariance(10)


def test_samples_that_are_given():
    """As a sampler would hand them on."""
    model = power_law(index=0.1)
    samples = model.sample_parameters_from_covariance(200, random_state=3)
    np.testing.assert_allclose(
        model.integral_error(E, 2 * E, samples=samples),
        model.integral_error(E, 2 * E, n_samples=200, random_state=3),
        rtol=1e-12,
    )


def test_links_follow_the_samples():
    one, two = power_law(index=0.1), power_law()
    two.index.link = one.index + 1.0
    two.amplitude.frozen = True
    model = one + two
    samples = [[1.5, 1e-12], [2.5, 1e-12]]
    found = model.evaluate_error(E, samples=samples).value
    fluxes = [1e-12 * (3.0**-i + 3.0 ** -(i + 1)) for i in (1.5, 2.5)]
    assert found[0] == pytest.approx(np.mean(fluxes), rel=1e-12)
    low, high = np.quantile(fluxes, [0.15865525, 0.84134475])
    np.testing.assert_allclose(found[1:], [found[0] - low, high - found[0]], rtol=1e-7)


@pytest.mark.parametrize("samples", [[1.0, 2.0], [[1.0]], [[1.0, np.nan]], np.ones((3, 2, 2))])
def test_samples_are_checked(samples):
    with pytest.raises(ModelError, match=r"must be finite numbers \[n, 2\]"):
        power_law().evaluate_error(E, samples=samples)
