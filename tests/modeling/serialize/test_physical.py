"""Models of tables and of physics, written and read."""

import sys

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, MissingFileError, MissingPackageError, ModelError
from gammapy.modeling.models import (
    DarkMatterAnnihilationSpectralModel,
    EBLAbsorptionNormSpectralModel,
    Models,
    NaimaSpectralModel,
    PowerLawSpectralModel,
    PrimaryFlux,
    SkyModel,
    SpectralModel,
)
from tests.contracts.spectral_examples import SPECTRA, absorption, annihilation

ENERGY = np.geomspace(0.05, 50, 20) * u.TeV


def same(model: SpectralModel, other: SpectralModel) -> None:
    assert type(other) is type(model)
    np.testing.assert_allclose(other(ENERGY).value, model(ENERGY).value, rtol=1e-14)
    assert [p.quantity for p in other.parameters] == [p.quantity for p in model.parameters]
    assert other.to_dict() == model.to_dict()


# -- absorption ---------------------------------------------------------------------------


def test_keys_of_a_table_in_the_file():
    tree = absorption().to_dict()["spectral"]
    assert list(tree) == ["type", "parameters", "energy", "param", "values"]
    assert tree["param"] == {"data": [0.05, 0.2, 0.5], "unit": ""}
    assert np.shape(tree["values"]["data"]) == (3, 6)
    assert tree["energy"]["unit"] == "TeV"


def test_a_table_without_bounds_and_flags_is_read():
    """As Gammapy 2 writes it: parameters have a name and a value, others nothing."""
    tree = absorption().to_dict()["spectral"]
    tree["parameters"] = [{"name": "redshift", "value": 0.3}]
    model = SpectralModel.from_dict({"spectral": tree})
    assert (model.redshift.value, model.redshift.min, model.redshift.max) == (0.3, 0.0, 0.5)
    assert model.redshift.frozen
    assert model.alpha_norm.value == 1.0


def test_bounds_that_say_none_are_taken_and_the_model_still_guards():
    tree = absorption().to_dict()["spectral"]
    tree["parameters"] = [
        {"name": "redshift", "value": 0.7, "min": float("nan"), "max": float("nan")}
    ]
    model = SpectralModel.from_dict({"spectral": tree})
    assert np.isnan(model.redshift.max)
    with pytest.raises(ModelError, match=r"redshift = 0.7 is outside of the EBL table, 0 to 0.5"):
        model(1 * u.TeV)


def test_a_table_in_single_precision_survives():
    data = np.array([[1.0, 0.5, 0.0], [1.0, 0.3, 0.0]], dtype=np.float32)
    model = EBLAbsorptionNormSpectralModel([0.1, 1, 10] * u.TeV, [0.1, 0.2], data, redshift=0.15)
    same(model, SpectralModel.from_dict(model.to_dict()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": {"data": [[1.0, 2.0], [1.0]], "unit": ""}}, "rows of one length"),
        ({"values": {"data": [[0.5, 0.5]] * 3, "unit": ""}}, r"data \(3, 2\)"),
        ({"energy": {"data": [1, "x"], "unit": "TeV"}}, "must be a number"),
        ({"param": None}, "must be a mapping"),
        ({"redshift": 0.1}, "unknown key 'redshift'"),
    ],
)
def test_bad_tables_in_a_file(change, message):
    tree = absorption().to_dict()["spectral"] | change
    with pytest.raises(FileFormatError, match=message):
        SpectralModel.from_dict({"spectral": tree})


def test_missing_table(monkeypatch):
    tree = {"type": "ebl-norm", "filename": "$GAMMAPY_DATA/ebl/none.fits", "parameters": []}
    monkeypatch.delenv("GAMMAPY_DATA", raising=False)
    with pytest.raises(
        FileFormatError, match=r"none.fits: .* GAMMAPY_DATA .*it is not set"
    ) as info:
        SpectralModel.from_dict({"spectral": tree})
    assert isinstance(info.value.__cause__, MissingFileError)


def test_redshift_of_two_models_stays_one(tmp_path):
    one = SkyModel(PowerLawSpectralModel() * absorption(), name="a")
    two = SkyModel(PowerLawSpectralModel() * absorption(), name="b")
    two.spectral_model.model2.redshift = one.spectral_model.model2.redshift
    Models([one, two]).write(tmp_path / "models.yaml")
    first, second = Models.read(tmp_path / "models.yaml")
    assert second.spectral_model.model2.redshift is first.spectral_model.model2.redshift


# -- dark matter --------------------------------------------------------------------------


def test_keys_of_dark_matter():
    tree = annihilation().to_dict()["spectral"]
    assert list(tree) == ["type", "parameters", "channel", "mass", "jfactor", "z", "k", "source"]
    assert u.Quantity(tree["mass"]) == 31 * u.TeV
    assert u.Quantity(tree["jfactor"]) == 3e19 * u.Unit("GeV2 cm-5")


def test_only_the_channel_that_is_used_is_written():
    tree = PrimaryFlux("31 TeV", "b", SPECTRA).to_dict()["spectral"]
    assert list(tree["source"]) == ["mass", "log10_x", "values"]
    assert np.shape(tree["source"]["values"]) == (3, 7)


def test_text_of_the_established_package_is_read():
    tree = annihilation().to_dict()["spectral"]
    tree |= {"mass": "31.0 TeV", "jfactor": "3e+19 GeV2 / cm5"}
    same(annihilation(), SpectralModel.from_dict({"spectral": tree}))


def test_without_a_j_factor():
    model = DarkMatterAnnihilationSpectralModel("31 TeV", "b", source=SPECTRA)
    tree = model.to_dict()["spectral"]
    assert tree["jfactor"] == "1.0"
    again = SpectralModel.from_dict({"spectral": tree})
    assert again.unit == model.unit
    same(model, again)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mass": "31"}, "mass"),
        ({"mass": "heavy"}, "must be a quantity"),
        ({"mass": "1e9 TeV"}, "outside of the dark-matter table"),
        ({"channel": "w"}, "channel = 'w'|rows|values"),
        ({"source": "cosmixs"}, "source = 'cosmixs' is no table"),
        ({"jfactor": "many"}, "must be a quantity"),
        ({"k": "x"}, "must be a number"),
        ({"spin": 2}, "unknown key 'spin'"),
    ],
)
def test_bad_dark_matter(change, message):
    tree = annihilation().to_dict()["spectral"] | change
    if "channel" in change:  # the file has one column, under the channel's name
        tree["source"] = "nowhere"
        message = "source = 'nowhere'"
    with pytest.raises(FileFormatError, match=message):
        SpectralModel.from_dict({"spectral": tree})


# -- naima --------------------------------------------------------------------------------


@pytest.fixture
def naima():
    return pytest.importorskip("naima.models", reason="naima is not installed")


def particles(naima):
    return {
        "PowerLaw": naima.PowerLaw(1e36 / u.eV, 1 * u.TeV, 2.5),
        "ExponentialCutoffPowerLaw": naima.ExponentialCutoffPowerLaw(
            1e36 / u.eV, 1 * u.TeV, 2.1, 40 * u.TeV, beta=0.8
        ),
        "BrokenPowerLaw": naima.BrokenPowerLaw(1e36 / u.eV, 1 * u.TeV, 0.3 * u.TeV, 1.5, 3.2),
        "ExponentialCutoffBrokenPowerLaw": naima.ExponentialCutoffBrokenPowerLaw(
            1e36 / u.eV, 1 * u.TeV, 0.3 * u.TeV, 1.5, 3.2, 400 * u.TeV
        ),
        "LogParabola": naima.LogParabola(1e36 / u.eV, 1 * u.TeV, 2.1, 0.2),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("PowerLaw", "ExponentialCutoffPowerLaw", "BrokenPowerLaw"),
        *("ExponentialCutoffBrokenPowerLaw", "LogParabola"),
    ],
)
def test_particle_distributions(naima, name):
    radiation = naima.Bremsstrahlung(particles(naima)[name], n0=3 / u.cm**3, nEed=20)
    model = NaimaSpectralModel(radiation, distance=1.7 * u.kpc)
    same(model, SpectralModel.from_dict(model.to_dict()))


def radiative(naima, name):
    some = particles(naima)["ExponentialCutoffPowerLaw"]
    fields = ["CMB", ["warm", 30 * u.K, 0.5 * u.eV / u.cm**3]]
    array = ["lines", [0.5, 1, 2] * u.eV, [3, 2, 1] * u.Unit("eV-1 cm-3")]
    tilted = ["star", 2e4 * u.K, 3 * u.erg / u.cm**3, 120 * u.deg]
    return {
        "pions": lambda: naima.PionDecay(some, nh=2 / u.cm**3, Epmax=3 * u.PeV),
        "compton": lambda: naima.InverseCompton(some, fields, nEed=20, Eemax=1 * u.PeV),
        "array": lambda: naima.InverseCompton(some, [*fields, array], nEed=20),
        "angle": lambda: naima.InverseCompton(some, [tilted], nEed=20),
        "synchrotron": lambda: naima.Synchrotron(some, B=3 * u.G, Eemax=1e6 * u.PeV, nEed=10),
    }[name]()


@pytest.mark.parametrize("name", ["pions", "compton", "array", "angle", "synchrotron"])
def test_radiative_models(naima, name):
    model = NaimaSpectralModel(radiative(naima, name), distance=1.7 * u.kpc)
    again = SpectralModel.from_dict(model.to_dict())
    same(model, again)
    assert again.radiative_model.param_names == model.radiative_model.param_names


def test_seed_and_self_compton(naima):
    model = NaimaSpectralModel(
        radiative(naima, "compton"),
        seed="SSC",
        mesh_per_decade=10,
        nested_models={"SSC": {"B": 125 * u.uG, "radius": 2.1 * u.pc}},
    )
    again = SpectralModel.from_dict(model.to_dict())
    same(model, again)
    assert again.seed == "SSC"
    assert again.include_ssc
    tree = model.to_dict()["spectral"]
    assert list(tree["radiative_model"]["seed_photon_fields"]) == ["CMB", "warm"]


def test_through_a_file_with_changed_and_shared_parameters(naima, tmp_path):
    one, two = (NaimaSpectralModel(radiative(naima, "pions")) for _ in range(2))
    one.alpha.value, one.alpha.frozen = 2.4, True
    two.amplitude = one.amplitude
    two.e_cutoff.link = 0.5 * one.e_cutoff
    Models([SkyModel(one, name="a"), SkyModel(two, name="b")]).write(tmp_path / "models.yaml")
    first, second = (m.spectral_model for m in Models.read(tmp_path / "models.yaml"))
    np.testing.assert_allclose(first(ENERGY), one(ENERGY), rtol=1e-14)
    np.testing.assert_allclose(second(ENERGY), two(ENERGY), rtol=1e-14)
    assert first.alpha.frozen
    assert second.amplitude is first.amplitude
    first.e_cutoff.value = 10
    assert second.e_cutoff.value == pytest.approx(5)


def test_particles_of_a_users_own_cannot_be_written(naima):
    class Own(naima.PowerLaw):
        pass

    Own.__module__ = "mine"
    model = NaimaSpectralModel(naima.PionDecay(Own(1e36 / u.eV, 1 * u.TeV, 2.5)))
    with pytest.raises(ModelError, match="of Own cannot be written"):
        model.to_dict()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radiative_model": {"type": "CurvatureRadiation"}}, "is no class of naima.models"),
        ({"particle_distribution": {"type": "TableModel"}}, "is no class of naima.models"),
        ({"radiative_model": {"type": "PionDecay", "options": {"B": 1}}}, "has no meaning for"),
        ({"parameters": [{"name": "alpha", "value": 2.0}]}, "lacks the parameter 'amplitude'"),
        ({"distance": "0 kpc"}, "must be one positive distance"),
        ({"distance": "5 TeV"}, "kpc"),
        ({"seed": "FIR"}, "seed = 'FIR' is no photon field"),
        ({"nested_models": ["SSC"]}, "nested_models"),
        ({"speed": 1}, "unknown key 'speed'"),
    ],
)
def test_bad_naima(naima, change, message):
    tree = NaimaSpectralModel(radiative(naima, "pions")).to_dict()["spectral"] | change
    with pytest.raises(FileFormatError, match=message):
        SpectralModel.from_dict({"spectral": tree})


def test_a_file_with_naima_where_that_is_not_installed(naima, monkeypatch):
    tree = NaimaSpectralModel(radiative(naima, "pions")).to_dict()
    monkeypatch.setitem(sys.modules, "naima", None)
    with pytest.raises(FileFormatError, match=r"gammapy\[naima\]") as info:
        SpectralModel.from_dict(tree)
    assert isinstance(info.value.__cause__, MissingPackageError)
