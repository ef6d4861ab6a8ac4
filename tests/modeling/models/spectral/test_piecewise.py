import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, ModelError, ParameterError, UnitMismatchError
from gammapy.modeling import Parameter
from gammapy.modeling.models import PiecewiseNormSpectralModel, PowerLawSpectralModel, SpectralModel

ENERGY = [200, 1500, 9000] * u.GeV
NORMS = [1.1, 0.8, 1.5]


def make(interp="log"):
    return PiecewiseNormSpectralModel(ENERGY, NORMS, interp)


@pytest.mark.parametrize("interp", ["log", "lin"])
def test_values_between_and_outside(interp):
    x = np.array([0.01, 0.2, 0.7, 1.5, 4.0, 9.0, 900.0])
    scale, back = (np.log, np.exp) if interp == "log" else (np.asarray, np.asarray)
    expected = back(np.interp(scale(x), scale(ENERGY.to_value("TeV")), scale(NORMS)))
    np.testing.assert_allclose(make(interp)(x * u.TeV).value, expected, rtol=1e-14)
    np.testing.assert_allclose(make(interp)(ENERGY).value, NORMS, rtol=1e-14)


def test_norms_are_parameters():
    model = make()
    assert model.parameters.names == ["norm_0", "norm_1", "norm_2"]
    assert model.norm_1.value == 0.8
    assert model.norms.value.tolist() == NORMS
    model.norm_1.value = 2.0
    assert model(1500 * u.GeV).value == pytest.approx(2.0)
    other = make()
    other.norm_0 = model.norm_1  # shares it
    assert other.parameters[0] is model.norm_1
    with pytest.raises(ParameterError, match="assign a Parameter to share it"):
        model.norm_0 = 3.0
    with pytest.raises(AttributeError, match="norm_3"):
        _ = model.norm_3


def test_norms_may_be_shared_or_left_out():
    shared = Parameter("common", 1.3)
    model = PiecewiseNormSpectralModel(ENERGY, [shared, 1.0, shared])
    assert model.norm_0 is model.norm_2 is shared
    assert PiecewiseNormSpectralModel(ENERGY).norms.value.tolist() == [1.0, 1.0, 1.0]


def test_freeze_unfreeze_copy_and_pickle():
    model = make()
    model.freeze()
    assert model.frozen
    model.unfreeze()
    assert not any(p.frozen for p in model.parameters)
    for twin in (model.copy(), pickle.loads(pickle.dumps(model))):
        assert twin.norm_1 is not model.norm_1
        twin.norm_1.value = 5.0
        assert model.norm_1.value == 0.8
        assert twin(1500 * u.GeV).value == pytest.approx(5.0)


@pytest.mark.parametrize("norm", [0.0, -1.0])
def test_norm_that_lost_its_logarithm_counts_as_zero(norm):
    model = make()
    model.norm_1.value = norm
    values = model.internal_values
    found = model.flux(np.array([0.1, 0.7, 1.5, 4.0]), values)
    assert np.all(np.isfinite(found))
    assert found[2] == pytest.approx(0.0, abs=1e-300)
    assert np.all(np.isfinite(model.flux_partials(np.array([0.7, 1.5, 4.0]), values)))
    linear = make("lin")
    linear.norm_1.value = norm
    assert linear(1.5 * u.TeV).value == pytest.approx(norm)


def test_integral_is_cut_at_the_energies():
    product = PowerLawSpectralModel(index=2.2) * make()
    nodes = np.unique([*np.geomspace(0.1, 30, 20001), 0.2, 1.5, 9.0])
    values = product(nodes * u.TeV).value
    slope = np.diff(np.log(values)) / np.diff(np.log(nodes))  # a power law on each piece
    pieces = np.diff(nodes * values) / (slope + 1)
    expected = pieces.sum()
    assert product.integral(0.1 * u.TeV, 30 * u.TeV).value == pytest.approx(
        expected, rel=1e-9, abs=0
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1] * u.TeV,), "at least two"),
        ((1 * u.TeV,), "at least two"),
        (([3, 1] * u.TeV,), "ascending"),
        (([1, 1] * u.TeV,), "ascending"),
        (([0, 1] * u.TeV,), "positive"),
        (([1, np.nan] * u.TeV,), "ascending"),
        (([1, np.inf] * u.TeV,), "finite"),
        (([1, 3] * u.TeV, [1, 2, 3]), "3 norms for 2 energies"),
        (([1, 3] * u.TeV, [1, 0]), "norm 0 has no logarithm"),
        (([1, 3] * u.TeV, [-1, 2]), "norm -1 has no logarithm"),
        (([1, 3] * u.TeV, None, "sqrt"), "interp = 'sqrt' is not known"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ModelError, match=message):
        PiecewiseNormSpectralModel(*arguments)
    with pytest.raises(UnitMismatchError, match="energy = "):
        PiecewiseNormSpectralModel([1, 2])


def test_tree_of_gammapy_2():
    tree = {
        "type": "PiecewiseNormSpectralModel",
        "parameters": [{"name": f"norm_{i}", "value": v} for i, v in enumerate(NORMS)],
        "energy": {"data": [200.0, 1500.0, 9000.0], "unit": "GeV"},
        "interp": "lin",
    }
    model = SpectralModel.from_dict(tree)
    energy = np.geomspace(0.1, 20, 9) * u.TeV
    np.testing.assert_array_equal(model(energy), make("lin")(energy))
    assert model.to_dict()["spectral"]["energy"] == tree["energy"]
    with pytest.raises(FileFormatError, match="ascending"):
        SpectralModel.from_dict(tree | {"energy": {"data": [2.0, 1.0], "unit": "TeV"}})
    with pytest.raises(FileFormatError, match="is not a parameter of PiecewiseNorm"):
        SpectralModel.from_dict(tree | {"energy": {"data": [1.0, 2.0], "unit": "TeV"}})
