import pickle
import subprocess
import sys

import astropy.units as u
import numpy as np
import pytest
from astropy.constants import c

from gammapy.datasets import Datasets
from gammapy.errors import MissingPackageError, ModelError, UnknownNameError
from gammapy.modeling import Fit
from gammapy.modeling.models import NaimaSpectralModel, PowerLawNormSpectralModel, SkyModel
from tests.spectrum import toys

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = np.geomspace(0.02, 80, 20) * u.TeV


@pytest.fixture
def naima():
    return pytest.importorskip("naima.models", reason="naima is not installed")


def protons(naima, cutoff=30.0):
    return naima.ExponentialCutoffPowerLaw(1e35 / u.eV, 10 * u.TeV, 2.1, cutoff * u.TeV)


def electrons(naima):
    return naima.BrokenPowerLaw(3e36 / u.eV, 1 * u.TeV, 0.3 * u.TeV, 1.5, 3.2)


def compton(naima, seeds=("CMB",)):
    limits = {"Eemin": 0.1 * u.GeV, "Eemax": 50 * u.PeV, "nEed": 20}
    return naima.InverseCompton(electrons(naima), seed_photon_fields=list(seeds), **limits)


def test_pion_decay_is_that_of_naima(naima):
    radiation = naima.PionDecay(protons(naima), nh=2 / u.cm**3)
    expected = radiation.flux(ENERGY, distance=2 * u.kpc).to_value(FLUX)
    found = NaimaSpectralModel(radiation, distance=2 * u.kpc)(ENERGY)
    assert found.unit == FLUX
    np.testing.assert_allclose(found.value, expected, rtol=1e-12)


def test_synchrotron_is_that_of_naima(naima):
    radiation = naima.Synchrotron(electrons(naima), B=120 * u.uG, Eemax=50 * u.PeV)
    energy = np.geomspace(1, 1e6, 20) * u.eV
    model = NaimaSpectralModel(radiation, distance=3 * u.kpc)
    assert model.B.quantity == 120 * u.uG
    expected = radiation.flux(energy, distance=3 * u.kpc).to_value(FLUX)
    np.testing.assert_allclose(model(energy).value, expected, rtol=1e-12)
    model.B.value = 200
    radiation.B = 200 * u.uG
    expected = radiation.flux(energy, distance=3 * u.kpc).to_value(FLUX)
    np.testing.assert_allclose(model(energy).value, expected, rtol=1e-12)


def test_one_photon_field_alone(naima):
    radiation = compton(naima, ["CMB", ["warm", 30 * u.K, 0.5 * u.eV / u.cm**3]])
    for seed in (None, "warm"):
        model = NaimaSpectralModel(radiation, seed=seed)
        expected = radiation.flux(ENERGY, distance=1 * u.kpc, seed=seed).to_value(FLUX)
        np.testing.assert_allclose(model(ENERGY).value, expected, rtol=1e-12)


def test_self_compton_is_that_of_naima_by_hand(naima):
    """The photons that a sphere makes, over its surface, times 2.24 (Atoyan & Aharonian 1996)."""
    field, radius = 125 * u.uG, 2.1 * u.pc
    model = NaimaSpectralModel(
        compton(naima), distance=2 * u.kpc, nested_models={"SSC": {"B": field, "radius": radius}}
    )
    limits = {"Eemin": 0.1 * u.GeV, "Eemax": 50 * u.PeV}
    source = naima.Synchrotron(electrons(naima), B=field, **limits)
    energy = np.logspace(-7, 9, 100) * u.eV
    photons = 2.24 * source.flux(energy, distance=0 * u.cm)
    density = (photons / (4 * np.pi * radius**2 * c)).to("eV-1 cm-3")
    expected = compton(naima, ["CMB", ["SSC", energy, density]])
    np.testing.assert_allclose(
        model(ENERGY).value, expected.flux(ENERGY, distance=2 * u.kpc).to_value(FLUX), rtol=1e-12
    )
    assert list(model.own_parameters)[-2:] == ["B", "radius"]
    assert model.radius.frozen
    assert model.include_ssc
    before = model(1 * u.TeV)
    model.radius.value *= 2
    assert model(1 * u.TeV) < before


def test_parameters_are_those_of_the_particles(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)))
    found = {p.name: (p.value, str(p.unit), p.frozen) for p in model.parameters}
    assert found == {
        "amplitude": (1e35, "1 / eV", False),
        "e_0": (10.0, "TeV", False),
        "alpha": (2.1, "", False),
        "e_cutoff": (30.0, "TeV", False),
        "beta": (1.0, "", False),
    }
    assert model.alpha is model.parameters["alpha"]


def test_parameters_are_shared_by_assignment(naima):
    one, two = (NaimaSpectralModel(naima.PionDecay(protons(naima))) for _ in range(2))
    two.alpha = one.alpha
    assert two.alpha is one.alpha
    with pytest.raises(AttributeError, match="no attribute 'index'"):
        _ = one.index


def test_nothing_that_the_user_holds_is_changed(naima):
    radiation = naima.PionDecay(protons(naima))
    model = NaimaSpectralModel(radiation)
    model.alpha.value = 2.7
    model(ENERGY)
    assert radiation.particle_distribution.alpha == 2.1
    assert radiation._memoize
    radiation.particle_distribution.alpha = 3.0
    assert model.particle_distribution.alpha == 2.7
    assert model.radiative_model.particle_distribution.alpha == 2.7


def test_result_depends_on_the_arguments_only(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)), use_cache=True)
    values = model.internal_values
    energy = ENERGY.value
    first = model.flux(energy, values)
    model.flux(energy, [2 * values[0], *values[1:]])
    np.testing.assert_array_equal(model.flux(energy, values), first)
    assert model.internal_values == values


def test_partials_against_larger_differences(naima):
    """Fourth-order differences with another step."""
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)))
    energy, values = ENERGY.value, np.array(model.internal_values)
    for i, found in enumerate(model.flux_partials(energy, values)):
        step = np.zeros(len(values))
        step[i] = 1e-3 * values[i]
        f = [model.flux(energy, values + k * step) for k in (-2, -1, 1, 2)]
        expected = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * step[i])
        scale = np.abs(f[1] / values[i])
        assert np.max(np.abs(found - expected) / scale) < 1e-6


def test_fit(naima):
    """Amplitude and index of the protons come back from counts that they predict."""
    spectrum = NaimaSpectralModel(
        naima.PionDecay(protons(naima), nEpd=20), distance=0.1 * u.kpc, mesh_per_decade=10
    )
    for parameter in spectrum.parameters:
        parameter.frozen = parameter.name not in ("amplitude", "alpha")
    dataset = toys.cash(models=[SkyModel(spectrum, name="snr")])
    dataset.counts = dataset.npred()
    spectrum.amplitude.value, spectrum.alpha.value = 0.7e35, 2.3
    result = Fit().run(Datasets([dataset]))
    assert result.success
    assert spectrum.amplitude.value == pytest.approx(1e35, rel=1e-4)
    assert spectrum.alpha.value == pytest.approx(2.1, abs=1e-4)
    assert spectrum.alpha.error > 0
    assert "NaimaSpectralModel" in str(result)


def test_copies_and_pickles_are_independent(naima):
    model = NaimaSpectralModel(compton(naima), distance=2 * u.kpc)
    before = model(ENERGY)
    for twin in (model.copy(), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin(ENERGY), before)
        twin.alpha_2.value = 2.5
        assert np.all(twin(ENERGY) != before)
        np.testing.assert_array_equal(model(ENERGY), before)


def test_in_a_compound(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)))
    product = model * PowerLawNormSpectralModel(norm=0.5)
    assert product.needs_quantities
    np.testing.assert_allclose(product(ENERGY).value, 0.5 * model(ENERGY).value, rtol=1e-13)


@pytest.mark.parametrize("name", ["PionDecay", "InverseCompton"])
def test_mesh_is_close_to_naima(naima, name):
    radiation = getattr(naima, name)(protons(naima))
    direct = NaimaSpectralModel(radiation)(ENERGY).value
    found = NaimaSpectralModel(radiation, mesh_per_decade=20)(ENERGY).value
    np.testing.assert_allclose(found, direct, rtol=1e-4)
    assert np.any(found != direct)


def test_mesh_goes_through_its_energies(naima):
    particles = naima.PowerLaw(1e36 / u.eV, 1 * u.TeV, 2.5)
    limits = {"Eemin": 1 * u.GeV, "Eemax": 10 * u.PeV}
    radiation = naima.Synchrotron(particles, B=1 * u.G, **limits)
    model, direct = NaimaSpectralModel(radiation, mesh_per_decade=5), NaimaSpectralModel(radiation)
    nodes = 10.0 ** np.arange(-2, 2.2, 0.2) * u.eV
    np.testing.assert_allclose(model(nodes).value, direct(nodes).value, rtol=1e-9)


def test_mesh_where_there_is_no_flux(naima):
    radiation = naima.Synchrotron(protons(naima), B=1 * u.G)
    model, direct = NaimaSpectralModel(radiation, mesh_per_decade=9), NaimaSpectralModel(radiation)
    energy = np.geomspace(1e-3, 1e3, 40) * u.TeV
    found = model(energy).value
    np.testing.assert_array_equal(found == 0, direct(energy).value == 0)
    assert 5 < np.sum(found == 0) < 35


def test_integrals_on_a_mesh_converge(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)), mesh_per_decade=20)
    edges = np.geomspace(0.1, 10, 2001)
    fine = model(np.sqrt(edges[1:] * edges[:-1]) * u.TeV).value * np.diff(edges)
    found = model.integral(0.1 * u.TeV, 10 * u.TeV)
    assert found.value == pytest.approx(fine.sum(), rel=1e-5)
    assert len([e for e in model.kinks if 0.99 < e < 1.01]) == 1


# -- guards ---------------------------------------------------------------------------------


def test_bad_arguments(naima):
    pions = naima.PionDecay(protons(naima))
    energy, content = [1, 2, 5, 10, 100] * u.TeV, [5, 4, 3, 2, 1] / u.eV
    table = naima.PionDecay(naima.TableModel(energy, content))
    ssc = {"SSC": {"B": 1 * u.uG, "radius": 1 * u.pc}}
    cases = [
        ((protons(naima),), {}, ModelError, "is none of naima's"),
        ((table,), {}, ModelError, "TableModel does not name its parameters"),
        ((pions,), {"distance": 0 * u.kpc}, ModelError, "distance = 0.0 kpc must be"),
        ((pions,), {"distance": [1, 2] * u.kpc}, ModelError, "must be one positive distance"),
        ((pions,), {"seed": "CMB"}, UnknownNameError, "seed = 'CMB' is no photon field"),
        ((compton(naima),), {"seed": "FIR"}, UnknownNameError, "it has CMB"),
        ((pions,), {"nested_models": ssc}, ModelError, "only an InverseCompton"),
        ((compton(naima),), {"nested_models": {"SSC": {}}}, ModelError, "nested_models"),
        ((compton(naima),), {"nested_models": {"EBL": {}}}, ModelError, "nested_models"),
        ((pions,), {"mesh_per_decade": 2}, ModelError, "mesh_per_decade = 2 must be at least 4"),
    ]
    for arguments, options, error, message in cases:
        with pytest.raises(error, match=message):
            NaimaSpectralModel(*arguments, **options)


def test_a_result_that_is_not_finite_is_refused(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)))
    model.alpha.value = 400.0
    with np.errstate(all="ignore"), pytest.raises(ModelError, match="PionDecay is not finite at"):
        model(ENERGY)


def test_without_naima(monkeypatch):
    monkeypatch.setitem(sys.modules, "naima", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'gammapy\[naima\]'"):
        NaimaSpectralModel(None)


def test_naima_is_not_imported_with_the_models():
    code = "import sys, gammapy.modeling.models; assert 'naima' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_shown(naima):
    model = NaimaSpectralModel(naima.PionDecay(protons(naima)))
    assert repr(model) == "NaimaSpectralModel(PionDecay of ExponentialCutoffPowerLaw at 1 kpc)"
    assert "e_cutoff" in str(model)
