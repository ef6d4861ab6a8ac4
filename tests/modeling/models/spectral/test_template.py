import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import SkyModel, TemplateSpectralModel
from tests.spectrum.toys import cash

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = np.array([0.1, 0.5, 2.0, 10.0])
VALUES = np.array([1e-10, 2e-12, 3e-13, 1e-15])


def make(energy=ENERGY * u.TeV, values=VALUES * FLUX, **kwargs):
    return TemplateSpectralModel(energy, values, **kwargs)


@pytest.mark.parametrize("scale", ["log", "lin"])
def test_exact_at_its_energies(scale):
    model = make(interp_kwargs={"values_scale": scale})
    np.testing.assert_allclose(model(ENERGY * u.TeV).to_value(FLUX), VALUES, rtol=1e-12)


def test_a_power_law_stays_one():
    model = make(values=ENERGY**-2.3 * FLUX)
    energy = np.geomspace(0.01, 100, 20)
    np.testing.assert_allclose(model(energy * u.TeV).value, energy**-2.3, rtol=1e-12)
    assert model.integral("0.05 TeV", "50 TeV").value == pytest.approx(
        (0.05**-1.3 - 50**-1.3) / 1.3, rel=1e-9
    )


def test_linear_is_zero_beyond_its_end():
    model = make(interp_kwargs={"values_scale": "lin"})
    assert model(1e4 * u.TeV).value == 0
    assert model(0.01 * u.TeV) > model(0.1 * u.TeV)


def test_integral_of_a_linear_table_over_its_end():
    """Closed form of a + b ln E over [10, zero], and nothing beyond."""
    model = make(values=[4.0, 3.0, 2.0, 1.0] * FLUX, interp_kwargs={"values_scale": "lin"})
    slope = -1 / np.log(5)
    zero = 10 * np.exp(-1 / slope)
    expected = (zero - 10) + slope * (zero * np.log(zero / 10) - (zero - 10))
    assert model.integral(10 * u.TeV, 1e4 * u.TeV).value == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("zeros", [[0], [3], [1], [0, 1], [2, 3]])
def test_integral_of_a_table_with_zeros(zeros):
    """A piece that falls to a zero is a power law of index 700: exact integral piece by piece."""
    values = VALUES.copy()
    values[zeros] = 0
    model = make(values=values * FLUX)
    y = np.log(np.maximum(values, np.finfo(float).tiny))
    x = np.log(ENERGY)
    power = 1 + np.diff(y) / np.diff(x)
    ends = np.exp(x + y)
    expected = np.sum(np.diff(ends) / power)
    found = model.integral(0.1 * u.TeV, 10 * u.TeV)
    assert found.value == pytest.approx(expected, rel=1e-8)


def test_unit_and_energy_unit():
    model = make(energy=ENERGY * 1e6 * u.MeV, values=VALUES * 1e-6 * u.Unit("cm-2 s-1 MeV-1"))
    np.testing.assert_allclose(model(ENERGY * u.TeV).to_value(FLUX), VALUES, rtol=1e-12)
    assert model.unit == u.Unit("cm-2 s-1 MeV-1")


def test_plain_numbers_make_a_norm():
    model = make(values=[1, 2, 3, 4])
    assert model.unit == u.dimensionless_unscaled


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"energy": ENERGY}, UnitMismatchError, "energy = "),
        ({"energy": ENERGY * u.cm}, UnitMismatchError, "energy = "),
        ({"energy": ENERGY[::-1] * u.TeV}, ModelError, "ascending"),
        ({"energy": [0.1, 0.1, 1, 2] * u.TeV}, ModelError, "ascending"),
        ({"energy": [0, 0.1, 1, 2] * u.TeV}, ModelError, "positive"),
        ({"energy": [0.1, np.nan, 1, 2] * u.TeV}, ModelError, "ascending"),
        ({"energy": ENERGY[:3] * u.TeV}, ModelError, "equally long"),
        ({"energy": ENERGY.reshape(2, 2) * u.TeV}, ModelError, "one-dimensional"),
        ({"energy": [1] * u.TeV, "values": [1] * FLUX}, ModelError, "at least 2"),
        ({"energy": 1 * u.TeV, "values": 1 * FLUX}, ModelError, "one-dimensional"),
        ({"values": [1, -1, 1, 1] * FLUX}, ModelError, "not negative"),
        ({"values": [1, np.nan, 1, 1] * FLUX}, ModelError, "finite"),
        ({"values": [1, np.inf, 1, 1] * FLUX}, ModelError, "finite"),
        ({"values": VALUES * u.TeV}, ModelError, "neither a differential flux"),
        ({"interp_kwargs": {"values_scale": "sqrt"}}, ModelError, "interp_kwargs"),
        ({"interp_kwargs": {"kind": "cubic"}}, ModelError, "interp_kwargs"),
    ],
)
def test_bad_tables(arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


def test_table_cannot_be_changed_behind_the_models_back():
    model = make()
    for table in (model.energy, model.values):
        with pytest.raises(ValueError, match="read-only"):
            table[0] = table[1]


def test_table_does_not_follow_the_users_arrays():
    energy, values = ENERGY * u.TeV, VALUES * FLUX
    model = make(energy, values)
    values[:] = 1 * FLUX
    energy[:] = 1 * u.TeV
    assert model.values[0] == 1e-10 * FLUX
    assert model.energy[0] == 0.1 * u.TeV


def test_copies_do_not_share_their_notes():
    model = make(meta={"a": 1}, interp_kwargs={"values_scale": "lin"})
    twin = model.copy()
    twin.meta["a"] = 2
    twin.interp_kwargs["values_scale"] = "log"
    assert model.meta == {"a": 1}
    assert model.values_scale == "lin"


def test_shown():
    assert repr(make()) == "TemplateSpectralModel(4 energies from 0.1 TeV to 10 TeV)"


def bounded(extrapolate=False):
    table = [1e-10, 1e-11, 1e-13] * u.Unit("cm-2 s-1 TeV-1")
    return TemplateSpectralModel([0.1, 1, 10] * u.TeV, table, {"extrapolate": extrapolate})


@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: 2 * m + m], ids=["alone", "compound"])
def test_energies_outside_can_be_refused(wrap):
    model = wrap(bounded())
    rule = r"energy = 20 TeV is outside of the table, which goes from 0\.1 to 10 TeV: .*extrapolate"
    for ask in (
        lambda: model([1, 20] * u.TeV),
        lambda: model.integral(1 * u.TeV, 20 * u.TeV),
        lambda: model.energy_flux(1 * u.TeV, 20 * u.TeV),
        lambda: model.evaluate_error(20 * u.TeV),
        lambda: model.spectral_index(20 * u.TeV),
    ):
        with pytest.raises(ModelError, match=rule):
            ask()
    with pytest.raises(ModelError, match=r"energy = 0\.05 TeV is outside"):
        model(0.05 * u.TeV)
    inside = [100 * u.GeV, 1 * u.TeV, 1e7 * u.MeV]
    assert np.all(model(u.Quantity(inside)) == wrap(bounded(True))(u.Quantity(inside)))


def test_bins_outside_can_be_refused():
    dataset = cash(models=SkyModel(bounded(), name="table"))
    with pytest.raises(ModelError, match=r"energy = 12\.5992 TeV is outside of the table"):
        dataset.stat_sum()
    dataset.models = SkyModel(bounded(True), name="table")
    assert np.isfinite(dataset.stat_sum())


def test_extrapolate_is_a_flag_and_survives_the_file():
    with pytest.raises(ModelError, match="'extrapolate': True or False"):
        bounded("no")
    again = TemplateSpectralModel.from_dict(bounded().to_dict())
    assert not again.extrapolate
