import os
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError, UnknownNameError
from gammapy.modeling.models import (
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    PrimaryFlux,
)
from gammapy.modeling.models.spectral.darkmatter import PrimarySpectra
from tests.twins import darkmatter as twin

needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set: it names the data folder"
)
MASSES, LOG10_X = np.array([1.0, 3.0, 20.0]), np.array([-4.0, -2.0, -1.0, 0.0])
PHOTONS = np.array([[1.0, 9.0, 3.0, 0.1], [2.0, 8.0, 4.0, 0.0], [3.0, 7.0, 2.0, 0.2]])
SPECTRA = PrimarySpectra(MASSES * u.TeV, LOG10_X, {"b": PHOTONS, "tau": PHOTONS[:, ::-1]})
ENERGY = np.geomspace(1e-5, 30, 60)
J = "3e19 GeV2 cm-5"


@pytest.mark.parametrize("mass", [1.0, 2.1, 3.0, 17.0, 20.0])
@pytest.mark.parametrize("channel", ["b", "tau"])
def test_photons_against_an_independent_interpolation(mass, channel):
    found = PrimaryFlux(mass * u.TeV, channel, SPECTRA)(ENERGY * u.TeV)
    expected = twin.photons(ENERGY, mass, MASSES, LOG10_X, SPECTRA.values[channel])
    np.testing.assert_allclose(found.to_value("TeV-1"), expected, rtol=1e-12, atol=0)
    assert np.any(found == 0)


@pytest.mark.parametrize("mass", [1.0, 2.1, 17.0])
def test_a_particle_at_rest_makes_no_photons_above_its_mass(mass):
    model = PrimaryFlux(mass * u.TeV, "tau", SPECTRA)
    assert model(mass * u.TeV) > 0
    assert model(mass * 1.0001 * u.TeV) == 0
    assert model.integral(mass * 1.001 * u.TeV, 100 * u.TeV) == 0
    assert model(mass * 0.9e-4 * u.TeV) == 0


def test_energy_of_the_photons():
    """Energy per annihilation by the trapezium rule, which is exact in x of a linear dN/dx."""
    spectra = PrimarySpectra([1, 2] * u.TeV, [-1.0, 0.0], {"b": [[1.0, 1.0], [1.0, 1.0]]})
    found = PrimaryFlux("1.5 TeV", "b", spectra).energy_flux(0.1 * u.TeV, 10 * u.TeV)
    assert found.to_value("TeV") == pytest.approx((1.5 - 0.15) / np.log(10), rel=1e-9)


def test_partial_by_mass_against_differences():
    model = PrimaryFlux("2.1 TeV", "b", SPECTRA)
    energy = np.array([1e-3, 0.05, 0.3, 1.9])
    expected = (model.flux(energy, [2.1 + 1e-6]) - model.flux(energy, [2.1 - 1e-6])) / 2e-6
    np.testing.assert_allclose(model.flux_partials(energy, [2.1])[0], expected, rtol=1e-7)


@pytest.mark.parametrize(("z", "k"), [(0, 2), (0.3, 4)])
def test_annihilation(z, k):
    model = DarkMatterAnnihilationSpectralModel(
        "2.1 TeV", "b", scale=1.5, jfactor=J, z=z, k=k, source=SPECTRA
    )
    photons = twin.photons(ENERGY * (1 + z), 2.1, MASSES, LOG10_X, PHOTONS)
    expected = 1.5 * twin.annihilation(ENERGY, 2.1, photons, 3e13, k)
    found = model(ENERGY * u.TeV).to_value("cm-2 s-1 TeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_decay():
    model = DarkMatterDecaySpectralModel(
        "4.2 TeV", "tau", scale=1.5, jfactor="3e19 GeV cm-2", z=0.2, source=SPECTRA
    )
    photons = twin.photons(ENERGY * 1.2, 2.1, MASSES, LOG10_X, SPECTRA.values["tau"])
    expected = 1.5 * 3e16 * photons / (4 * np.pi * 4.3e17 * 4.2)
    found = model(ENERGY * u.TeV).to_value("cm-2 s-1 TeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_without_a_j_factor_the_unit_is_that_of_what_is_left():
    model = DarkMatterAnnihilationSpectralModel("2 TeV", "b", source=SPECTRA)
    assert model.unit.is_equivalent("cm3 s-1 GeV-3")
    with_factor = DarkMatterAnnihilationSpectralModel("2 TeV", "b", jfactor=J, source=SPECTRA)
    ratio = with_factor(0.1 * u.TeV) / (model(0.1 * u.TeV) * u.Quantity(J))
    assert ratio.to_value(u.one) == pytest.approx(1, rel=1e-13)
    assert with_factor.unit == u.Unit("cm-2 s-1 TeV-1")


def test_attributes():
    model = DarkMatterAnnihilationSpectralModel("2 TeV", "b", jfactor=J, source=SPECTRA)
    assert (model.mass, model.channel, model.z, model.k) == (2 * u.TeV, "b", 0, 2)
    assert model.primary_flux.mDM == 2 * u.TeV
    assert model.primary_flux.allowed_channels == ["b", "tau"]
    assert [p.name for p in model.parameters] == ["scale"]
    assert not model.scale.frozen
    assert model.primary_flux.mass.frozen


# -- guards ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mass", [0.9, 20.1])
def test_mass_outside_of_the_table(mass):
    with pytest.raises(ModelError, match="is outside of the dark-matter table, 1 to 20 TeV"):
        PrimaryFlux(mass * u.TeV, "b", SPECTRA)
    with pytest.raises(ModelError, match="looks up half the mass"):
        DarkMatterDecaySpectralModel(2 * mass * u.TeV, "b", source=SPECTRA)
    model = PrimaryFlux(2 * u.TeV, "b", SPECTRA)
    model.mass.quantity = mass * u.TeV
    for method in (model, model.evaluate_error):
        with pytest.raises(ModelError, match="is outside of the dark-matter table"):
            method(0.1 * u.TeV)


def test_unknown_channel_and_source():
    with pytest.raises(UnknownNameError, match=r"channel = 'w' is not in the table.*b, tau"):
        PrimaryFlux(2 * u.TeV, "w", SPECTRA)
    with pytest.raises(UnknownNameError, match=r"source = 'cosmixs' is no table.*pppc4"):
        PrimaryFlux(2 * u.TeV, "b", "cosmixs")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"mass": 2}, UnitMismatchError, "mass = 2"),
        ({"jfactor": "-1 GeV2 cm-5"}, ModelError, "jfactor = -1 GeV2 cm-5 must be positive"),
        ({"jfactor": [1, 2] * u.Unit("GeV2 cm-5")}, ModelError, "jfactor"),
        ({"jfactor": np.nan}, ModelError, "jfactor"),
        ({"z": -0.1}, ModelError, "z = -0.1 must not be negative"),
        ({"z": np.nan}, ModelError, "z = nan"),
        ({"k": 0}, ModelError, "k = 0 must be 2"),
    ],
)
def test_bad_arguments(arguments, error, message):
    arguments = {"mass": "2 TeV", "channel": "b", "source": SPECTRA} | arguments
    with pytest.raises(error, match=message):
        DarkMatterAnnihilationSpectralModel(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mass": [3, 1, 20] * u.TeV}, "ascending"),
        ({"mass": [0, 1, 20] * u.TeV}, "positive"),
        ({"log10_x": [-4, -2, -1, 0.5]}, "at most 0"),
        ({"log10_x": [-4, -2, -2, 0]}, "ascending"),
        ({"values": {"b": PHOTONS.T}}, r"'b' must be \[n_mass, n_x\] = \[3, 4\]"),
        ({"values": {"b": -PHOTONS}}, "not negative"),
        ({"values": {"b": PHOTONS * np.nan}}, "finite"),
    ],
)
def test_bad_tables(arguments, message):
    table = {"mass": MASSES * u.TeV, "log10_x": LOG10_X, "values": {"b": PHOTONS}} | arguments
    with pytest.raises(ModelError, match=message):
        PrimarySpectra(**table)


# -- copies ---------------------------------------------------------------------------------


def test_tables_are_shared_by_copies_and_read_only():
    model = DarkMatterAnnihilationSpectralModel("2 TeV", "b", jfactor=J, source=SPECTRA)
    assert model.copy().primary_flux.table is SPECTRA
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again(ENERGY * u.TeV), model(ENERGY * u.TeV))
    for table in (SPECTRA, again.primary_flux.table):
        for array in (table.mass, table.log10_x, table.values["b"]):
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 0


def test_shown():
    model = DarkMatterAnnihilationSpectralModel("2 TeV", "b", jfactor=J, source=SPECTRA)
    assert repr(model) == (
        "DarkMatterAnnihilationSpectralModel(mass='2.0 TeV', channel='b', scale=1, "
        "jfactor='3e+19 GeV2 / cm5', z=0, k=2, own table, energies from 1e-4 mass)"
    )
    assert repr(SPECTRA) == "PrimarySpectra(2 channels, mass from 1 TeV to 20 TeV)"


@needs_data
@pytest.mark.parametrize(("mass", "channel"), [(5.5, "b"), (0.0052, "tau"), (90.0, "W")])
def test_pppc4_against_an_independent_interpolation(mass, channel):
    path = os.path.expandvars("$GAMMAPY_DATA/dark_matter_spectra/PPPC4DMID/AtProduction_gammas.dat")
    column = {"b": 13, "tau": 10, "W": 17}[channel]  # of the file's header
    masses, log10_x, photons = np.loadtxt(path, skiprows=1, usecols=(0, 1, column)).T
    masses, log10_x = np.unique(masses) * 1e-3, np.unique(log10_x)
    table = photons.reshape(len(masses), len(log10_x))
    energy = mass * np.geomspace(1e-8, 2, 50)
    found = PrimaryFlux(mass * u.TeV, channel)(energy * u.TeV).to_value("TeV-1")
    expected = twin.photons(energy, mass, masses, log10_x, table)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@needs_data
def test_repr_of_a_table_by_name_is_a_call():
    model = DarkMatterAnnihilationSpectralModel("5 TeV", "b", jfactor=J)
    again = eval(repr(model))
    np.testing.assert_allclose(again(ENERGY * u.TeV), model(ENERGY * u.TeV), rtol=1e-12)
