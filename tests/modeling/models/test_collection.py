import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel


def source(name, **values):
    return SkyModel(spectral_model=PowerLawSpectralModel(**values), name=name)


@pytest.fixture
def models():
    return Models([source("crab", index=2.4), source("vela", index=1.9), source("geminga")])


def test_is_a_sequence(models):
    assert len(models) == 3
    assert models.names == [m.name for m in models] == ["crab", "vela", "geminga"]
    assert models[0] is models["crab"]
    assert models[-1] is models["geminga"]
    assert models[1:].names == ["vela", "geminga"]
    assert models[["geminga", "crab"]].names == ["geminga", "crab"]
    assert isinstance(models[1:], Models)
    assert models.index("vela") == models.index(models[1]) == 1
    assert "vela" in models
    assert models[1] in models
    assert "Vela" not in models
    assert source("vela") not in models


@pytest.mark.parametrize("arguments", [(), (None,), ([],)])
def test_empty(arguments):
    models = Models(*arguments)
    assert len(models) == 0
    assert str(models) == "Models (empty)"
    assert len(models.parameters) == 0
    assert len(models.copy()) == 0


def test_one_model_or_a_generator(models):
    assert Models(models[0]).names == ["crab"]
    assert Models(m for m in models).names == models.names
    assert Models(models).names == models.names


def test_unknown_name(models):
    for action in (models.__getitem__, models.index, models.__delitem__):
        with pytest.raises(UnknownNameError, match=r"no model 'Crab': known are \['crab'"):
            action("Crab")


def test_names_are_unique(models):
    for action in (
        lambda: Models([source("a"), source("a")]),
        lambda: models.append(source("vela")),
        lambda: models.insert(0, source("vela")),
        lambda: models.__setitem__(0, source("vela")),
        lambda: models + source("vela"),
        lambda: models + models,
        lambda: models.extend([source("new"), source("new")]),
    ):
        with pytest.raises(ModelError, match=r"two models are named '\w+': give one another name"):
            action()
    assert models.names[:3] == ["crab", "vela", "geminga"]


@pytest.mark.parametrize("bad", [PowerLawSpectralModel(), "crab", None, 3])
def test_members_are_sky_models(models, bad):
    for action in (
        lambda: Models([bad]),
        lambda: models.append(bad),
        lambda: models.insert(0, bad),
    ):
        with pytest.raises(ModelError, match="is not a source or a background"):
            action()
    with pytest.raises(ModelError, match="is not a source or a background"):
        models[0] = bad
    assert len(models) == 3


def test_change(models):
    models.append(source("new"))
    models.insert(0, source("first"))
    models["vela"] = source("velax")
    del models["crab"]
    del models[0]
    assert models.names == ["velax", "geminga", "new"]
    assert models.pop("new" and -1).name == "new"
    models[0] = source("velax")
    models.remove(models["geminga"])
    assert models.names == ["velax"]


def test_sum(models):
    more = models + source("new") + [source("other")]
    assert more.names == [*models.names, "new", "other"]
    assert more[0] is models[0]
    assert len(models) == 3


# -- parameters ----------------------------------------------------------------------------


def test_paths_of_parameters(models):
    parameters = models.parameters
    assert len(parameters) == 9
    assert parameters.paths[:2] == ["crab.spectral.index", "crab.spectral.amplitude"]
    assert parameters["vela.spectral.index"] is models["vela"].spectral_model.index


def test_a_shared_parameter_is_counted_once(models):
    models["vela"].spectral_model.index = models["crab"].spectral_model.index
    assert len(models.parameters) == 8
    assert models.parameters["vela.spectral.index"] is models.parameters["crab.spectral.index"]


def test_freeze_unfreeze(models):
    models.freeze()
    assert all(p.frozen for p in models.parameters)
    models.unfreeze()
    assert [p.frozen for p in models.parameters] == 3 * [False, False, True]


def test_covariance(models):
    matrix = np.diag(np.arange(9.0))
    matrix[0, 3] = matrix[3, 0] = 0.5
    models.covariance = matrix
    np.testing.assert_allclose(models.covariance.data, matrix, atol=1e-15)
    np.testing.assert_allclose(models["vela"].covariance.data, matrix[3:6, 3:6], atol=1e-15)


def test_seen_by(models):
    models["vela"].datasets_names = ["hess"]
    assert models.seen_by("hess").names == ["crab", "vela", "geminga"]
    assert models.seen_by("magic").names == ["crab", "geminga"]


# -- copies --------------------------------------------------------------------------------

clones = pytest.mark.parametrize(
    "clone", [Models.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)


@clones
def test_copy_is_equal_and_independent(models, clone):
    twin = clone(models)
    assert str(twin) == str(models)
    assert not set(twin.parameters) & set(models.parameters)
    twin[0].spectral_model.index.value = 9
    twin[0].name = "other"
    del twin[1]
    assert models.names == ["crab", "vela", "geminga"]
    assert models[0].spectral_model.index.value == 2.4


@clones
def test_copy_keeps_links_and_shares_between_models(models, clone):
    crab, vela, geminga = (m.spectral_model for m in models)
    vela.amplitude.link = 0.5 * crab.amplitude
    geminga.index = crab.index
    twin = clone(models)
    assert len(twin.parameters) == len(models.parameters) == 8
    twin["crab"].spectral_model.amplitude.value = 8e-12
    assert twin["vela"].spectral_model.amplitude.value == pytest.approx(4e-12)
    assert vela.amplitude.value == pytest.approx(5e-13)
    assert twin["geminga"].spectral_model.index is twin["crab"].spectral_model.index


def test_copy_keeps_links_to_the_outside(models):
    outside = PowerLawSpectralModel(index=3)
    models["vela"].spectral_model.index.link = outside.index - 1
    twin = models.copy()
    outside.index.value = 5
    assert twin["vela"].spectral_model.index.value == 4


def test_copy_is_not_correlated_with_the_original(models):
    models.covariance = np.eye(9) + 0.1
    twin = models.copy()
    for model in twin:
        model.name += "2"
    np.testing.assert_allclose(
        (models + twin).covariance.data, np.kron(np.eye(2), np.eye(9) + 0.1), atol=1e-12
    )


# -- shown ---------------------------------------------------------------------------------


def test_shown(models):
    assert repr(models) == "Models('crab', 'vela', 'geminga')"
    table = models.to_parameters_table()
    assert len(table) == 9
    for name in models.names:
        assert name in str(models)
        assert f"{name}.spectral.index" in models._repr_html_()


def test_unknown_format(models, tmp_path):
    with pytest.raises(UnknownNameError, match="no read named 'toml': choose one of 'yaml'"):
        Models.read(tmp_path / "x", format="toml")
    with pytest.raises(UnknownNameError, match="no write named 'toml'"):
        models.write(tmp_path / "x", format="toml")


def test_quantities_survive_a_pickle(models):
    twin = pickle.loads(pickle.dumps(models))
    energy = [1, 5] * u.TeV
    for one, other in zip(models, twin, strict=True):
        np.testing.assert_array_equal(one.spectral_model(energy), other.spectral_model(energy))


def test_a_bare_spectrum_is_refused_with_the_way_out():
    with pytest.raises(ModelError, match=r"wrap a spectrum as SkyModel"):
        Models(PowerLawSpectralModel())


def test_select(models):
    models["vela"].datasets_names = ["hess"]
    models["geminga"].freeze()
    assert models.select(name_substring="el").names == ["vela"]
    assert models.select(datasets_names="magic").names == ["crab", "geminga"]
    assert models.select(datasets_names=["magic", "hess"]).names == models.names
    assert models.select(frozen=True).names == ["geminga"]
    assert models.select(frozen=False, datasets_names="magic").names == ["crab"]
    assert models.select(tag="sky-model").names == models.names
    assert models.select(tag="pl").names == []
    assert models.select(tag="pl", model_type="spectral").names == models.names
    assert models.select(tag="lp", model_type="spectral").names == []
    assert models.select(model_type="spatial").names == []
    assert models.select() is not models
    with pytest.raises(UnknownNameError, match="model_type = 'sky'"):
        models.select(model_type="sky")


def test_freeze_and_unfreeze(models):
    models.freeze("spatial")
    assert not models.frozen
    models.freeze("spectral")
    assert models.frozen
    models.unfreeze("spectral")
    assert models.parameters.free_parameters.paths == [
        f"{name}.spectral.{par}" for name in models.names for par in ("index", "amplitude")
    ]


def test_table_of_parameters(models):
    models[0].name = "HESS J0534.5+2200"  # a point in a name is no path
    models["vela"].spectral_model.index = models[0].spectral_model.index
    table = models.to_parameters_table()
    assert table.colnames[:4] == ["model", "type", "name", "value"]
    assert list(table["model"]) == ["HESS J0534.5+2200"] * 3 + ["vela"] * 2 + ["geminga"] * 3
    assert set(table["type"]) == {"spectral"}
    assert list(table["name"])[:4] == ["index", "amplitude", "reference", "amplitude"]
    assert list(table["value"]) == list(models.parameters.value)
    assert models.parameters_unique_names[3] == "vela.spectral.amplitude"
    assert len(Models().to_parameters_table()) == 0


def test_written_without_covariance(models, tmp_path):
    models.covariance = np.diag(np.full(9, 0.25)) + 0.01
    models[0].spectral_model.index.errp = 0.6
    for flag in (True, False):
        models.write(tmp_path / "models.yaml", overwrite=True, write_covariance=flag)
        again = Models.read(tmp_path / "models.yaml")
        assert again[0].spectral_model.index.error == np.sqrt(0.26)
        assert again.covariance.data[0, 1] == (0.01 if flag else 0.0)
        assert np.isfinite(again[0].spectral_model.index.errp) == flag
