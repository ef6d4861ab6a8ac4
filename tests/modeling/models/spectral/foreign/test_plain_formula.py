"""A spectral model as a function of plain numbers."""

import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.modeling.models.spectral.foreign.plain_formula import PlainFormula

ENERGY = np.array([300.0, 1000.0, 7000.0])


def example() -> PowerLawSpectralModel:
    return PowerLawSpectralModel(index=2.3, amplitude="3e-9 MeV-1 m-2 s-1", reference="800 GeV")


def test_values_are_in_the_units_of_the_model():
    model = example()
    formula = PlainFormula(model, "GeV", "cm-2 s-1 erg-1")
    assert formula.names == ["index", "amplitude", "reference"]
    values = [p.value for p in formula.parameters]
    assert values == [2.3, 3e-9, 800]
    expected = model(ENERGY * u.GeV).to_value("cm-2 s-1 erg-1")
    np.testing.assert_allclose(formula.flux(ENERGY, values), expected, rtol=1e-13)
    found = formula.integral(ENERGY[:-1], ENERGY[1:], values)
    expected = model.integral(ENERGY[:-1] * u.GeV, ENERGY[1:] * u.GeV)
    found = (found * u.Unit("GeV cm-2 s-1 erg-1")).to_value(expected.unit)
    np.testing.assert_allclose(found, expected.value, rtol=1e-12)


def test_partials_are_by_those_values():
    formula = PlainFormula(example(), "GeV")
    values = [2.3, 3e-9, 800.0]
    by_index, by_amplitude, by_reference = formula.partials(ENERGY, values)
    flux = formula.flux(ENERGY, values)
    np.testing.assert_allclose(by_index, -flux * np.log(ENERGY / 800), rtol=1e-12)
    np.testing.assert_allclose(by_amplitude, flux / 3e-9, rtol=1e-13)
    np.testing.assert_allclose(by_reference, flux * 2.3 / 800, rtol=1e-13)


def test_the_quadrature_of_integrals_is_kept_for_one_set_of_bins():
    formula = PlainFormula(example() + example(), "GeV")
    values = [p.value for p in formula.parameters]
    one = formula.integral([300.0], [1000.0], values)
    other = formula.integral([1000.0], [7000.0], values)
    assert one != other
    assert formula.integral([300.0], [1000.0], values) == one
    twin = pickle.loads(pickle.dumps(formula))
    assert twin.integral([300.0], [1000.0], values) == one


def test_refused():
    formula = PlainFormula(example())
    for energy in ([1.0, 0.0], -1.0, np.nan):
        with pytest.raises(ModelError, match="energies must be positive; give them in 'TeV'"):
            formula.flux(energy, [2.3, 3e-9, 800.0])
    with pytest.raises(UnitMismatchError, match="energy_unit = 's' does not convert to 'TeV'"):
        PlainFormula(example(), "s")
