"""What is read off every spectral model: errors of integrals, index, pivot, inverse."""

import warnings
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from scipy.stats import norm

from gammapy.errors import GammapyWarning, ModelError, UnitMismatchError
from gammapy.maps import MapAxis
from gammapy.modeling.models import SpectralModel
from gammapy.units import internal_unit
from tests.contracts import test_spectral_reference as closed
from tests.contracts import test_spectral_reference_tables as tables
from tests.contracts.spectral_examples import EXAMPLES
from tests.reference import MISSING, parameters

MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}
ADJUSTABLE = [name for name, make in MAKERS.items() if make().own_parameters]
LOW, HIGH = [0.3, 1.0] * u.TeV, [2.0, 20.0] * u.TeV
METHODS = {"integral": 0, "energy_flux": 1}


@pytest.fixture(params=MAKERS)
def model(request) -> SpectralModel:
    return MAKERS[request.param]()


@pytest.fixture(params=ADJUSTABLE)
def correlated(request) -> SpectralModel:
    """Model with errors of 3 % that are correlated."""
    model = MAKERS[request.param]()
    parameters = model.parameters
    rng = np.random.default_rng(len(parameters))
    draws = rng.normal(size=(len(parameters), len(parameters) + 2))
    scale = 0.03 * np.abs([p.value or 1.0 for p in parameters])
    model.covariance = np.cov(draws) * np.outer(scale, scale)
    return model


def by_differences(model: SpectralModel, function: Any) -> np.ndarray:
    """Standard deviation of a function of the model from its changes with each parameter."""
    rows = []
    for parameter in model.parameters:
        centre, step = parameter.value, 3e-5 * (abs(parameter.value) or 1.0)
        ends = []
        for shift in (step, -step):
            parameter.value = centre + shift
            ends.append(function().value)
        parameter.value = centre
        rows.append((ends[0] - ends[1]) / (2 * step))
    jacobian = np.array(rows)
    return np.sqrt(np.einsum("i...,ij,j...->...", jacobian, model.covariance.data, jacobian))


# -- errors --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_integral_errors_against_differences(correlated, method):
    function = getattr(correlated, method)
    value, errn, errp = getattr(correlated, f"{method}_error")(LOW, HIGH)
    assert value.unit == function(LOW, HIGH).unit
    np.testing.assert_array_equal(value, function(LOW, HIGH))
    np.testing.assert_array_equal(errn, errp)
    expected = by_differences(correlated, lambda: function(LOW, HIGH))
    assert np.all(expected > 0)
    np.testing.assert_allclose(errp.value, expected, rtol=1e-5)


def test_index_error_against_differences(correlated):
    energy = [0.31, 1.7, 6.3] * u.TeV
    value, errn, errp = correlated.spectral_index_error(energy)
    np.testing.assert_array_equal(value, correlated.spectral_index(energy))
    np.testing.assert_array_equal(errn, errp)
    expected = by_differences(correlated, lambda: correlated.spectral_index(energy))
    np.testing.assert_allclose(errp.value, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (2, 1)])
def test_integral_errors_have_three_rows(model, method, shape):
    found = getattr(model, f"{method}_error")(np.full(shape, 1.0) * u.TeV, 2 * u.TeV)
    assert found.shape == (3, *shape)
    assert found.unit == internal_unit(model.unit * u.TeV ** (1 + METHODS[method]))


def test_no_error_without_covariance(model):
    for method in METHODS:
        assert np.all(getattr(model, f"{method}_error")(LOW[0], HIGH[0])[1:] == 0)
    assert np.all(model.spectral_index_error([1, 5] * u.TeV)[1:] == 0)


def test_draws_are_those_of_the_parameters(correlated):
    """The quantiles of what the model gives when each of the draws is set by hand."""
    seed = {"random_state": 7}
    draws = correlated.sample_parameters_from_covariance(12, **seed, free_only=False)
    errors = np.sqrt(np.diag(correlated.covariance.data))
    assert np.all(np.abs(draws - correlated.parameters.value) <= 6 * errors)
    energy, low, high = [0.31, 1.7, 6.3] * u.TeV, LOW[0], HIGH[0]
    twin = correlated.copy()
    fluxes, integrals = [], []
    for row in draws.tolist():
        for parameter, value in zip(twin.parameters, row, strict=True):
            parameter.value = value
        fluxes.append(twin(energy))
        integrals.append(twin.integral(low, high))
    for found, each in [
        (correlated.evaluate_error(energy, n_samples=12, **seed), u.Quantity(fluxes)),
        (correlated.integral_error(low, high, n_samples=12, **seed), u.Quantity(integrals)),
    ]:
        assert found.unit == each.unit
        down, middle, up = np.quantile(each.value, norm.cdf([-1, 0, 1]), axis=0)
        expected = [middle, middle - down, up - middle]
        # an integral of draws keeps the cuts of the present values, however a break moves
        assert np.all(np.abs(found.value - expected) <= 1e-3 * (up - down))


# -- the local index -----------------------------------------------------------------------


def smooth_energies(model: SpectralModel) -> np.ndarray:
    """Energies with a flux, not within 5 % of a kink."""
    energy = np.geomspace(0.12, 40, 23)
    kinks = np.array([*model.kinks, 1e-9])
    smooth = np.min(np.abs(np.log(energy[:, None] / kinks)), axis=1) > 0.05
    return energy[smooth & (model(energy * u.TeV) != 0)]


def test_index_against_differences(model):
    """Richardson's extrapolation of central differences of the logarithm."""
    energy = smooth_energies(model)

    def central(step: float) -> np.ndarray:
        above, below = (model(energy * np.exp(s) * u.TeV).value for s in (step, -step))
        return -np.log(above / below) / (2 * step)

    one, two, three = (central(0.004 * 2.0**-n) for n in range(3))
    first, second = (4 * two - one) / 3, (4 * three - two) / 3
    expected = (16 * second - first) / 15
    found = model.spectral_index(energy * u.TeV)
    assert found.unit == u.dimensionless_unscaled
    np.testing.assert_allclose(found.value, expected, rtol=1e-8, atol=1e-8)


def test_index_keeps_the_shape(model):
    assert model.spectral_index(2 * u.TeV).isscalar
    assert model.spectral_index([[2, 3, 4]] * u.TeV).shape == (1, 3)


def test_index_refuses_what_is_no_energy(model):
    bad = [
        (2.0, UnitMismatchError, "energy = "),
        ([1, 0] * u.TeV, ModelError, "must be positive"),
        ([1, -1] * u.TeV, ModelError, "must be positive"),
        (np.nan * u.TeV, ModelError, "must be positive"),
        (1 * u.cm, UnitMismatchError, "energy = "),
    ]
    for method in (model.spectral_index, model.spectral_index_error):
        for energy, error, match in bad:
            with pytest.raises(error, match=match):
                method(energy)


def test_integral_errors_refuse_an_empty_range(model):
    for method in (model.integral_error, model.energy_flux_error):
        for low, high in [(1, 1), (2, 1), (0, 1), (-1, 1), (1, np.inf)]:
            with pytest.raises(ModelError, match="0 < energy_min < energy_max"):
                method(low * u.TeV, high * u.TeV)
        with pytest.raises(UnitMismatchError, match="energy_max = "):
            method(1 * u.TeV, 10 * u.cm)


# -- energies ------------------------------------------------------------------------------


def test_pivot_energy_is_the_best_known(correlated):
    """Errors of the first two parameters only, so that many models have a pivot at all."""
    parameters = correlated.parameters
    data = correlated.covariance.data.copy()
    data[2:] = data[:, 2:] = 0
    parameters.covariance = data
    grid = np.geomspace(1e-3, 1e3, 241) * u.TeV

    def relative(energy: Any) -> np.ndarray:
        with np.errstate(all="ignore"):
            value, error, _ = correlated.evaluate_error(energy).value
            return np.where(np.abs(value) > 1e-140, error / np.abs(value), np.nan)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GammapyWarning)
        pivot = correlated.pivot_energy
    if np.isnan(pivot):
        assert "has no pivot energy" in str(caught[0].message)
        return
    assert not caught
    assert pivot.unit == u.TeV
    at_pivot = relative(pivot)
    assert at_pivot <= np.nanmin(relative(grid)) * (1 + 1e-9) + 1e-12
    assert at_pivot <= min(relative(0.97 * pivot), relative(1.03 * pivot)) + 1e-12


def test_inverse_gives_the_values_back(model):
    wanted = model([0.31, 1.7, 6.3] * u.TeV)
    found = model.inverse(wanted)
    if np.ptp(wanted) == 0:
        assert np.all(np.isnan(found))
        return
    assert found.shape == wanted.shape
    np.testing.assert_allclose(model(found), wanted, rtol=1e-11)
    for energy, solutions in zip([0.31, 1.7, 6.3], model.inverse_all(wanted), strict=True):
        assert np.min(np.abs(solutions.to_value("TeV") - energy)) < 1e-9 * energy
        assert np.all(np.diff(solutions) > 0)
    assert model.inverse(wanted[0]).isscalar
    assert model.inverse(wanted.reshape(3, 1)).shape == (3, 1)


def test_inverse_refuses(model):
    with pytest.raises(UnitMismatchError, match="value = "):
        model.inverse(3 * u.K)
    with pytest.raises(ModelError, match="must be finite"):
        model.inverse(np.inf * model.unit)
    for low, high in [(2, 1), (0, 1), (1, np.nan)]:
        with pytest.raises(ModelError, match="0 < energy_min < energy_max"):
            model.inverse(1.0 * model.unit, low * u.TeV, high * u.TeV)


def test_reference_fluxes(model):
    axis = MapAxis.from_energy_bounds("300 GeV", "20000 GeV", nbin=3)
    found = model.reference_fluxes(axis)
    assert list(found) == [
        *("e_ref", "e_min", "e_max", "ref_dnde", "ref_flux", "ref_eflux", "ref_e2dnde")
    ]
    np.testing.assert_array_equal(found["e_min"], axis.edges_min)
    np.testing.assert_array_equal(found["ref_dnde"], model(axis.center))
    np.testing.assert_array_equal(found["ref_flux"], model.integral(axis.edges_min, axis.edges_max))
    expected = model.energy_flux(axis.edges_min, axis.edges_max)
    np.testing.assert_array_equal(found["ref_eflux"], expected)
    np.testing.assert_allclose(
        found["ref_e2dnde"], found["ref_dnde"] * found["e_ref"] ** 2, rtol=1e-14
    )
    assert found["ref_e2dnde"].unit == expected.unit


# -- against the numbers of an established implementation ----------------------------------


def all_cases() -> dict[str, Any] | None:
    if closed.CASES is None:
        return None
    return closed.CASES | tables.CASES


CASES = all_cases()
WITH_INVERSE = CASES and {name: case for name, case in CASES.items() if "inverse" in case}


def build(case: dict[str, Any]) -> SpectralModel:
    if case["id"] in tables.CASES:
        return tables.build(case)
    return closed.build(case, case["model_dict"]["spectral"])


def test_all_cases_are_there():
    if CASES is None:
        pytest.skip(MISSING)
    assert len(CASES) == 93
    assert len(WITH_INVERSE) == 18


#: Tables that begin at redshift 0.01, at redshift 0.001: see `spectral_exceptions`. The index
#: follows from values that are compared there with independent ones.
ANCHOR = {
    f"ebl-{name}-z0.001{factor}"
    for name in ("dominguez", "saldana-lopez21")
    for factor in ("", "-times-pl")
}


@tables.needs_data
@pytest.mark.parametrize("case", parameters(CASES))
def test_index_of_the_reference(case):
    """Their index is a forward difference of relative step 1e-5, of single precision for EBL."""
    model = build(case)
    energy = u.Quantity(case["spectral_index_energy"]["value"], "TeV")
    expected = np.array(case["spectral_index"], dtype=float)
    found = model.spectral_index(energy).value
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))  # both where it underflows
    kinks = np.array([*model.kinks, np.inf])
    at_kink = np.any(np.abs(energy.value[:, None] / kinks - 1) < 1e-4, axis=1)
    if case["id"] in ANCHOR:
        expected = anchored_index(case, energy)
    allowed = 1e-4 if case["id"].startswith("ebl-") else 1e-5
    off = np.abs(found - expected) > allowed * (1 + expected**2)
    assert not np.any(off & ~at_kink)
    if case["id"] not in ANCHOR:
        check_sides(model, energy[at_kink], expected[at_kink])


def check_sides(model: SpectralModel, energy: u.Quantity, expected: np.ndarray) -> None:
    """At a kink theirs is the index above, ours the mean of both sides."""
    above = model.spectral_index(energy * 1.0001).value
    below = model.spectral_index(energy / 1.0001).value
    np.testing.assert_allclose(above, expected, rtol=1e-3, atol=1e-3)
    mean = model.spectral_index(energy).value
    np.testing.assert_allclose(mean, 0.5 * (above + below), rtol=1e-3, atol=1e-3)


def anchored_index(case: dict[str, Any], energy: u.Quantity) -> np.ndarray:
    """Index by differences of the twin's transmission."""
    import os

    from tests.twins import absorption

    path = case["definition"]["file"].replace("data", os.environ["GAMMAPY_DATA"], 1)
    table = absorption.read_table(path)
    values = {p["name"]: p["value"] for p in case["parameters"]}
    chosen = values["redshift"], values["alpha_norm"]
    ends = [energy.value * np.exp(step) for step in (1e-5, -1e-5)]
    above, below = (np.log(absorption.transmission(end, *chosen, *table)) for end in ends)
    return values.get("index", 0.0) - (above - below) / 2e-5


@tables.needs_data
@pytest.mark.parametrize("case", parameters(WITH_INVERSE))
def test_inverse_of_the_reference(case):
    given, energy = case["inverse"]["values"], case["inverse"]["energy"]
    found = build(case).inverse_all(u.Quantity(given["value"], given["unit"]))
    for solutions, expected in zip(found, energy["value"], strict=True):
        expected = u.Quantity(np.atleast_1d(expected), energy["unit"]).to_value("TeV")
        np.testing.assert_allclose(solutions.to_value("TeV"), expected, rtol=1e-9)
