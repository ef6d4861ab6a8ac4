import os
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling import Fit, Parameter
from gammapy.modeling.models import (
    EBL_DATA_BUILTIN,
    EBLAbsorptionNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.spectrum import toys
from tests.twins import absorption as twin

needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set: it names the data folder"
)
ENERGY = np.array([0.1, 0.6, 3.0, 20.0])
REDSHIFT = np.array([0.1, 0.3, 0.4])
DEPTH = np.array([[0.0, 0.2, 1.0, 9.0], [0.1, 0.7, 3.1, 29.0], [0.15, 0.9, 4.4, 40.0]])


def make(energy=ENERGY * u.TeV, param=REDSHIFT, data=None, **kwargs):
    data = np.exp(-DEPTH) if data is None else data
    return EBLAbsorptionNormSpectralModel(energy, param, data, **kwargs)


def test_exact_at_the_nodes():
    for redshift, depth in zip(REDSHIFT, DEPTH, strict=True):
        found = make(redshift=redshift, alpha_norm=1.5)(ENERGY * u.TeV)
        np.testing.assert_allclose(found.value, np.exp(-1.5 * depth), rtol=1e-12)


def test_against_an_independent_interpolation():
    energy = np.geomspace(0.003, 300, 60)
    for redshift in (0.0, 0.03, 0.17, 0.34, 0.4):
        found = make(redshift=redshift, alpha_norm=0.8)(energy * u.TeV)
        expected = twin.transmission(energy, redshift, 0.8, ENERGY, REDSHIFT, np.exp(-DEPTH))
        np.testing.assert_allclose(found.value, expected, rtol=1e-12)


def test_below_the_table_the_first_piece_goes_on_to_zero():
    model = make(redshift=0.3)
    slope = 0.6 / np.log(6)
    assert model(0.09 * u.TeV).value == pytest.approx(np.exp(-(0.1 + slope * np.log(0.9))))
    assert model(0.01 * u.TeV) == 1
    end = 0.1 * np.exp(-0.1 / slope)
    assert model.kinks == pytest.approx([end, *ENERGY])


def test_above_the_table_the_last_piece_goes_on():
    slope = 8.0 / np.log(20 / 3)
    found = make(redshift=0.1)(60 * u.TeV)
    assert found.value == pytest.approx(np.exp(-(9 + slope * np.log(3))), rel=1e-12)


def test_a_table_that_ends_falling_reaches_zero_above():
    model = make(data=np.exp(-DEPTH[:, ::-1]), redshift=0.3)
    slope = 0.6 / np.log(20 / 3)
    end = 20 * np.exp(0.1 / slope)
    assert model.kinks == pytest.approx([*ENERGY, end])
    assert model(1.001 * end * u.TeV) == 1
    assert model(0.999 * end * u.TeV) < 1


def test_no_redshift_no_absorption():
    np.testing.assert_array_equal(make(redshift=0.0)([0.01, 1, 100] * u.TeV), 1.0)


def test_a_table_may_begin_at_redshift_zero():
    model = make(param=[0.0, 0.3, 0.4], redshift=0.0)
    np.testing.assert_allclose(model(ENERGY * u.TeV).value, np.exp(-DEPTH[0]), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zero_stands_for_the_smallest_number_of_its_type(dtype):
    model = make(data=np.array(np.exp(-1e4 * DEPTH), dtype=dtype), redshift=0.4, alpha_norm=0.5)
    found = model(20 * u.TeV).value
    assert found == pytest.approx(np.sqrt(float(np.finfo(dtype).tiny)), rel=1e-9)


# -- redshift in a fit ----------------------------------------------------------------------


def test_redshift_has_the_range_of_the_table():
    model = make(redshift=0.2)
    assert (model.redshift.min, model.redshift.max) == (0.0, 0.4)
    assert model.redshift.frozen
    assert model.alpha_norm.frozen


def test_a_shared_redshift_keeps_its_bounds():
    redshift = Parameter("redshift", 0.2, min=0.1, max=0.3)
    model = make(redshift=redshift)
    assert model.redshift is redshift
    assert (redshift.min, redshift.max) == (0.1, 0.3)


@pytest.mark.parametrize("redshift", [-0.01, 0.41, 7.0])
def test_redshift_outside_of_the_table_is_refused(redshift):
    rule = rf"redshift = {redshift} is outside of the EBL table, 0 to 0.4"
    with pytest.raises(ModelError, match=rule):
        make(redshift=redshift)
    model = make() * PowerLawSpectralModel()
    model.model1.redshift.value = redshift
    for method in (model, model.evaluate_error):
        with pytest.raises(ModelError, match=rule):
            method(1 * u.TeV)
    with pytest.raises(ModelError, match=rule):
        model.integral(1 * u.TeV, 10 * u.TeV)


def test_rounding_at_the_end_of_the_table_is_forgiven():
    assert make(redshift=0.4 + 1e-8)(1 * u.TeV) > 0


@pytest.mark.parametrize("name", ["redshift", "alpha_norm"])
def test_partials_against_differences(name):
    model = make(redshift=0.17, alpha_norm=0.8)
    energy, values = np.geomspace(0.05, 50, 15), model.internal_values
    i = list(model.own_parameters).index(name)
    step = np.eye(2)[i] * 1e-6
    expected = (model.flux(energy, values + step) - model.flux(energy, values - step)) / 2e-6
    found = model.flux_partials(energy, values)[i]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


def test_partial_at_redshift_zero_is_one_sided():
    model = make(redshift=0.0)
    by_redshift, by_norm = model.flux_partials(ENERGY, model.internal_values)
    np.testing.assert_allclose(by_redshift, -DEPTH[0] / 0.1, rtol=1e-12)
    np.testing.assert_array_equal(by_norm, 0.0)


def test_redshift_free_in_a_fit():
    spectrum = PowerLawSpectralModel(index=2.0, amplitude="2e-10 cm-2 s-1 TeV-1")
    model = SkyModel(spectrum * make(redshift=0.25), name="blazar")
    dataset = toys.cash(models=[model])
    dataset.counts = dataset.npred()
    redshift = model.spectral_model.model2.redshift
    redshift.frozen = False
    redshift.value, spectrum.index.value = 0.12, 2.2
    result = Fit().run(Datasets([dataset]))
    assert result.success
    assert redshift.value == pytest.approx(0.25, abs=1e-4)
    assert spectrum.index.value == pytest.approx(2.0, abs=1e-3)
    assert 0 < redshift.error < 0.1


# -- tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": np.exp(-DEPTH.T)}, r"data \(4, 3\) must be \[n_redshift, n_energy\]"),
        ({"param": [0.1], "data": np.exp(-DEPTH[:1])}, "at least 2 each"),
        ({"energy": 1 * u.TeV}, "at least 2 each"),
        ({"energy": ENERGY[::-1] * u.TeV}, "both ascending"),
        ({"energy": [0.0, 1, 2, 3] * u.TeV}, "must be positive"),
        ({"energy": [np.nan, 1, 2, 3] * u.TeV}, "both ascending"),
        ({"param": [0.1, 0.3, 0.3]}, "both ascending"),
        ({"param": [-0.1, 0.3, 0.4]}, "redshifts not negative"),
        ({"data": DEPTH}, "not the optical depth"),
        ({"data": -np.exp(-DEPTH)}, "between 0 and 1"),
        ({"data": np.full((3, 4), np.nan)}, "between 0 and 1"),
        ({"interp_kwargs": {"values_scale": "lin"}}, "interp_kwargs"),
        ({"interp_kwargs": {"kind": "cubic"}}, "interp_kwargs"),
    ],
)
def test_bad_tables(arguments, message):
    with pytest.raises(ModelError, match=message):
        make(**arguments)


def test_options_that_ask_for_what_is_done_are_taken():
    options = {"values_scale": "log", "points_scale": ["lin", "log"]}
    model = make(interp_kwargs=options)
    assert model.interp_kwargs == options


def test_tables_are_shared_by_copies_and_read_only():
    model = make()
    copy = model.copy()
    assert copy.data is model.data
    assert copy._depths is model._depths
    for again in (model, copy, pickle.loads(pickle.dumps(model))):
        for table in (again.energy, again.param, again.data, again._depths):
            with pytest.raises(ValueError, match="read-only"):
                table[:] = 0


def test_pickled_model_is_equal():
    model = make(redshift=0.2, alpha_norm=1.2)
    again = pickle.loads(pickle.dumps(model))
    energy = np.geomspace(0.01, 100, 30) * u.TeV
    np.testing.assert_array_equal(again(energy), model(energy))
    assert repr(again) == repr(model)


def test_shown():
    assert repr(make(redshift=0.2)) == (
        "EBLAbsorptionNormSpectralModel(4 energies from 0.1 TeV to 20 TeV, redshift=0.2, "
        "alpha_norm=1)"
    )


# -- tables by name -------------------------------------------------------------------------


@needs_data
@pytest.mark.parametrize("name", EBL_DATA_BUILTIN)
@pytest.mark.parametrize("redshift", [0.0004, 0.13, 1.9])
def test_tables_against_an_independent_interpolation(name, redshift):
    model = EBLAbsorptionNormSpectralModel.read_builtin(name, redshift=redshift, alpha_norm=0.9)
    energy = np.geomspace(1e-4, 500, 80)
    table = twin.read_table(os.path.expandvars(EBL_DATA_BUILTIN[name]))
    expected = twin.transmission(energy, redshift, 0.9, *table)
    np.testing.assert_allclose(model(energy * u.TeV).value, expected, rtol=1e-12)
    assert model.filename == EBL_DATA_BUILTIN[name]
    assert model.redshift.max == table[1][-1]


@needs_data
def test_near_redshift_zero_the_depth_is_proportional_to_the_way():
    """A table with redshifts from 0.001 tells how to go below 0.01: not along the line from there.

    The optical depth is proportional to the way, up to (1 + z)^4; the line through 0.01 and 0.02
    (what the reference does with tables that begin there) is not zero at redshift 0.
    """
    path = os.path.expandvars(EBL_DATA_BUILTIN["franceschini"])
    energies, redshifts, table = twin.read_table(path)
    rows = [int(np.argmin(np.abs(redshifts - z))) for z in (0.001, 0.01, 0.02)]
    thinned = EBLAbsorptionNormSpectralModel(
        energies * u.TeV, redshifts[rows[1:]], table[rows[1:]], redshift=0.001
    )
    some = (energies > 0.3) & (energies < 50)
    truth, first, second = -np.log(table[rows][:, some])
    ours = -np.log(thinned(energies[some] * u.TeV).value)
    line = first - 0.9 * (second - first)
    assert np.max(np.abs(ours / truth - 1)) < 0.02
    assert np.min(np.abs(line / truth - 1)) > 0.09


def test_unknown_name():
    with pytest.raises(UnknownNameError, match=r"reference = 'gilmore' is no EBL table.*finke"):
        EBLAbsorptionNormSpectralModel.read_builtin("gilmore")
