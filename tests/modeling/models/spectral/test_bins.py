import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import BinsSpectralModel, PowerLawSpectralModel
from gammapy.modeling.parameter import Parameter

FLUX = u.Unit("cm-2 s-1 MeV-1")


def test_as_gammalib_has_it():
    model = BinsSpectralModel([1e5] * u.MeV, [1e6] * u.MeV, [1e-15] * FLUX, index=2.5)
    found = model([1e5, 3e5, 1e6] * u.MeV).to_value(FLUX)
    np.testing.assert_allclose(found, [1.77827941e-14, 1.140766773e-15, 0], rtol=1e-9)


def bins() -> BinsSpectralModel:
    """Two bins side by side, a gap, another."""
    low, high = [0.1, 1.0, 5.0] * u.TeV, [1.0, 3.0, 20.0] * u.TeV
    return BinsSpectralModel(low, high, [3e-11, 2e-12, 1e-14] * u.Unit("cm-2 s-1 TeV-1"), 2.3)


def test_each_bin_is_a_power_law_and_a_gap_is_empty():
    model = bins()
    edges = zip(model.energy_min, model.energy_max, model.amplitudes, strict=True)
    for low, high, amplitude in edges:
        twin = PowerLawSpectralModel(index=2.3, amplitude=amplitude, reference=np.sqrt(low * high))
        inside = [low.value, 0.5 * (low + high).value, high.value * (1 - 1e-12)] * u.TeV
        np.testing.assert_allclose(model(inside).value, twin(inside).value, rtol=1e-13)
    np.testing.assert_array_equal(model([0.09, 3, 4.9, 20, 30] * u.TeV).value, 0)
    assert model.kinks == (0.1, 1.0, 3.0, 5.0, 20.0)


@pytest.mark.parametrize(("low", "high"), [(0.01, 100), (0.5, 4), (3.5, 4.5), (0.2, 0.3)])
@pytest.mark.parametrize("method", ["integral", "energy_flux"])
def test_integrals_are_sums_of_power_laws(method, low, high):
    model, expected = bins(), 0.0
    for k in range(3):
        a, b = model.energy_min[k].value, model.energy_max[k].value
        ends = max(low, a), min(high, b)
        twin = PowerLawSpectralModel(
            index=2.3, amplitude=model.amplitudes[k], reference=(a * b) ** 0.5 * u.TeV
        )
        if ends[0] < ends[1]:
            expected += getattr(twin, method)(*(ends * u.TeV)).value
    found = getattr(model, method)(low * u.TeV, high * u.TeV).value
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


def test_inverse_does_not_take_a_jump_for_a_value():
    model = bins()
    between = 0.5 * (model(2.99999 * u.TeV) + 0 * model.amplitudes[0])
    assert np.isnan(model.inverse(between, 2 * u.TeV, 4 * u.TeV))
    assert model.inverse(model(2 * u.TeV), 1.5 * u.TeV, 4 * u.TeV).value == pytest.approx(2)


def test_parameters_by_number():
    shared = Parameter("flux", "7e-12 cm-2 s-1 TeV-1")
    model = BinsSpectralModel([1, 2] * u.TeV, [2, 3] * u.TeV, [shared, "1e-12 cm-2 s-1 TeV-1"])
    assert model.amplitude_0 is shared
    assert list(model.own_parameters) == ["index", "amplitude_0", "amplitude_1"]
    assert model.amplitudes[0].value == 7e-12
    with pytest.raises(AttributeError, match="amplitude_2"):
        model.amplitude_2  # noqa: B018


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ([], [], "as many of both"),
        ([1, 2], [2], "as many of both"),
        ([0, 2], [1, 3], "as many of both"),
        ([2, 3], [2, 4], "as many of both"),
        ([1, 2], [2, np.inf], "as many of both"),
        ([1, np.nan], [2, 3], "as many of both"),
        ([1, 2], [2.5, 3], "without overlap"),
        ([2, 1], [3, 2], "without overlap"),
    ],
)
def test_bins_that_are_refused(low, high, message):
    with pytest.raises(ModelError, match=message):
        BinsSpectralModel(low * u.TeV, high * u.TeV)


def test_what_else_is_refused():
    with pytest.raises(ModelError, match="1 amplitudes for 2 bins"):
        BinsSpectralModel([1, 2] * u.TeV, [2, 3] * u.TeV, [1e-12] * FLUX)
    with pytest.raises(UnitMismatchError, match="energy_min"):
        BinsSpectralModel([1, 2], [2, 3] * u.TeV)
