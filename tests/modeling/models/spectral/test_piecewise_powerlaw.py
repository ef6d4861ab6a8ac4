import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import PiecewisePowerLawSpectralModel, PowerLawSpectralModel

NODES = np.array([0.1, 1.0, 20.0])


def line(**values) -> PiecewisePowerLawSpectralModel:
    return PiecewisePowerLawSpectralModel(
        NODES * u.TeV, [0.03, 1e-5], amplitude="2e-10 cm-2 s-1 TeV-1", **values
    )


def test_straight_between_the_energies_and_by_the_indices_outside():
    model = line(index_low=1.2, index_high=3.1)
    x = np.array([0.1, 0.4, 1.0, 7.0, 20.0])
    expected = 2e-10 * np.exp(np.interp(np.log(x), np.log(NODES), np.log([1, 0.03, 1e-5])))
    np.testing.assert_allclose(model(x * u.TeV).value, expected, rtol=1e-13)
    outside = [2e-10 * 10**1.2, 2e-15 * 5**-3.1]
    np.testing.assert_allclose(model([0.01, 100] * u.TeV).value, outside, rtol=1e-13)
    assert model.kinks == tuple(NODES)


def test_values_on_a_power_law_are_the_power_law():
    twin = PowerLawSpectralModel(index=2.2, amplitude="2e-10 cm-2 s-1 TeV-1", reference="0.1 TeV")
    model = PiecewisePowerLawSpectralModel(
        NODES * u.TeV, (NODES[1:] / 0.1) ** -2.2, index_low=2.2, index_high=2.2,
        amplitude="2e-10 cm-2 s-1 TeV-1",
    )  # fmt: skip
    energy = np.geomspace(1e-3, 1e3, 20) * u.TeV
    np.testing.assert_allclose(model(energy).value, twin(energy).value, rtol=1e-12)
    for low, high in [(0.01, 100), (0.2, 0.3), (0.5, 5), (30, 50), (0.001, 0.002)]:
        for method in ("integral", "energy_flux"):
            found, expected = (getattr(m, method)(low * u.TeV, high * u.TeV) for m in (model, twin))
            assert found.value == pytest.approx(expected.value, rel=1e-12, abs=0)


def test_one_energy_is_a_broken_power_law():
    model = PiecewisePowerLawSpectralModel("3 TeV", index_low=1.0, index_high=2.5)
    assert list(model.own_parameters) == ["index_low", "index_high", "amplitude"]
    np.testing.assert_allclose(model([1.5, 3, 6] * u.TeV).value, [2e-12, 1e-12, 2**-2.5 * 1e-12])


def test_a_norm_at_zero_stands_for_the_smallest_float():
    model = line()
    model.norm_2.value = 0.0
    values = model.internal_values
    assert np.all(np.isfinite(model.flux(np.array([0.5, 5.0, 50.0]), values)))
    assert np.all(np.isfinite(model.flux_partials(np.array([0.5, 5.0, 50.0]), values)))


@pytest.mark.parametrize("energy", [[1, 1], [2, 1], [0, 1], [1, np.inf], [[1, 2], [3, 4]]])
def test_energies_that_are_refused(energy):
    with pytest.raises(ModelError, match="must be positive, finite and ascending"):
        PiecewisePowerLawSpectralModel(energy * u.TeV)


@pytest.mark.parametrize(
    ("norms", "message"), [([1.0], "1 norms for 3"), ([1.0, 0.0], "no logarithm")]
)
def test_norms_that_are_refused(norms, message):
    with pytest.raises(ModelError, match=message):
        PiecewisePowerLawSpectralModel(NODES * u.TeV, norms)
    with pytest.raises(UnitMismatchError, match="energy"):
        PiecewisePowerLawSpectralModel(NODES)
