"""A result that is written and read back is the same result, or an error says what is wrong."""

import dataclasses
import os
import re

import numpy as np
import pytest
import yaml

from gammapy.errors import (
    FileFormatError,
    FitError,
    MissingFileError,
    OverwriteError,
)
from gammapy.modeling import Fitter
from gammapy.modeling.fit.result import FitResult
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from tests.results.crab import crab

BACKENDS = {
    "minuit": ("minuit", {}),
    "scipy": ("scipy", {}),
    "sherpa": ("sherpa", {}),
    "emcee": ("emcee", {"nwalkers": 8, "nburn": 5, "nsteps": 10}),
}


@pytest.fixture
def result():
    return Fitter(store_trace=True).run(crab())


@pytest.fixture
def sampled():
    return Fitter("emcee", {"nwalkers": 8, "nburn": 5, "nsteps": 10}).run(crab())


def round_trip(result, folder, name="result.yaml"):
    result.write(folder / name)
    return FitResult.read(folder / name)


def assert_same(one, other):
    """Every field, to the last digit."""
    for field in dataclasses.fields(FitResult):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "models":
            assert_same_models(a, b)
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(b, a, strict=True, err_msg=field.name)
        else:
            assert a == b, field.name


def assert_same_models(one, other):
    if one is None:
        assert other is None
        return
    assert other.names == one.names
    assert other.to_dict() == one.to_dict() or has_nan(one)
    for a, b in zip(one.parameters, other.parameters, strict=True):
        assert (b.name, b.value, b.unit, b.frozen) == (a.name, a.value, a.unit, a.frozen)
        np.testing.assert_array_equal(
            [b.error, b.min, b.max, b.errn, b.errp], [a.error, a.min, a.max, a.errn, a.errp]
        )
        assert repr(b.link) == repr(a.link)
    np.testing.assert_allclose(other.covariance.data, one.covariance.data, rtol=1e-14)


def has_nan(models):
    return any(np.isnan(p.error) for p in models.parameters)


# -- round trips --------------------------------------------------------------------------


@pytest.mark.parametrize(("backend", "options"), BACKENDS.values(), ids=BACKENDS.keys())
def test_round_trip(backend, options, tmp_path):
    if backend in ("sherpa", "emcee"):
        pytest.importorskip(backend)
    result = Fitter(backend, options).run(crab())
    back = round_trip(result, tmp_path)
    assert_same(result, back)
    assert str(back) == str(result)
    assert (back.samples is None) == (backend != "emcee")
    assert back.success == result.success


def test_trace(result, tmp_path):
    back = round_trip(result, tmp_path)
    assert back.points.shape == result.points.shape == (len(result.points), 4)
    assert len(result.points) > 3
    assert back.trace.colnames == result.trace.colnames


def test_linked_parameter(tmp_path):
    datasets = crab()
    second = SkyModel(PowerLawSpectralModel(amplitude="1e-14 cm-2 s-1 TeV-1"), name="halo")
    crab_alpha = datasets.models["crab"].spectral_model.alpha
    second.spectral_model.index.link = crab_alpha + 0.5
    second.spectral_model.amplitude.frozen = True
    datasets.models = Models([*datasets.models, second])
    result = Fitter().run(datasets)
    assert result.names[result.n_free :] == ["halo.spectral.index"]
    back = round_trip(result, tmp_path)
    assert_same(result, back)
    model = back.models["crab"].spectral_model
    model.alpha.value = 2.0
    assert back.models["halo"].spectral_model.index.value == 2.5


def test_unknown_errors_stay_nan(tmp_path):
    datasets = crab()
    beta = datasets.models["crab"].spectral_model.beta
    beta.min, beta.max, beta.value = 0.5, 2.0, 0.6
    result = Fitter().run(datasets)
    assert np.isnan(result.errors).sum() == 1
    assert_same(result, round_trip(result, tmp_path))


def test_failed_fit(tmp_path):
    result = Fitter("scipy", {"max_nfev": 1}).run(crab())
    assert not result.success
    back = round_trip(result, tmp_path)
    assert_same(result, back)
    assert not back.success


def test_nothing_free(tmp_path):
    datasets = crab()
    datasets.models.freeze()
    result = Fitter().run(datasets)
    assert result.names == []
    assert_same(result, round_trip(result, tmp_path))


def test_result_without_models(tmp_path):
    result = Fitter().run(crab().fit_problem())
    assert result.models is None
    assert_same(result, round_trip(result, tmp_path))


# -- the files ----------------------------------------------------------------------------


def test_text_is_deterministic(sampled, tmp_path):
    sampled.write(tmp_path / "result.yaml")
    first = [(tmp_path / name).read_bytes() for name in sorted(os.listdir(tmp_path))]
    sampled.write(tmp_path / "result.yaml", overwrite=True)
    assert [(tmp_path / name).read_bytes() for name in sorted(os.listdir(tmp_path))] == first


def test_file_says_versions_and_status_sentence(result, tmp_path):
    result.write(tmp_path / "result.yaml")
    tree = yaml.safe_load((tmp_path / "result.yaml").read_text())
    assert tree["versions"]["numpy"] == np.__version__
    assert tree["sentence"] == "The fit converged: a minimum was found."
    assert tree["parameters"][0]["name"] == "crab.spectral.amplitude"


def test_models_of_a_result_are_a_tree_of_models(result, tmp_path):
    result.write(tmp_path / "result.yaml")
    tree = yaml.safe_load((tmp_path / "result.yaml").read_text())
    models = Models.from_dict(tree["models"])
    assert models["crab"].spectral_model.alpha.value == result.values[1]


def test_samples_lie_beside_and_are_named_relatively(sampled, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    sampled.write(old / "crab.yaml")
    assert sorted(os.listdir(old)) == ["crab.yaml", "crab_samples.fits"]
    old.rename(new)
    np.testing.assert_array_equal(FitResult.read(new / "crab.yaml").samples, sampled.samples)


def test_samples_are_a_table_with_units(sampled, tmp_path):
    from astropy.table import Table

    sampled.write(tmp_path / "crab.yaml")
    table = Table.read(tmp_path / "crab_samples.fits")
    assert table.colnames == sampled.names
    assert table["crab.spectral.amplitude"].unit == "cm-2 s-1 TeV-1"
    assert len(table) == 80


@pytest.mark.parametrize("taken", ["result.yaml", "result_samples.fits"])
def test_existing_file_is_kept(taken, sampled, tmp_path):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(OverwriteError, match=f"{taken} exists: pass overwrite=True"):
        sampled.write(tmp_path / "result.yaml")
    assert os.listdir(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_overwrite_drops_samples_of_the_earlier_result(result, sampled, tmp_path):
    sampled.write(tmp_path / "result.yaml")
    result.write(tmp_path / "result.yaml", overwrite=True)
    assert os.listdir(tmp_path) == ["result.yaml"]
    assert FitResult.read(tmp_path / "result.yaml").samples is None


def test_missing_folder(result, tmp_path):
    with pytest.raises(MissingFileError, match=r"folder .*nowhere does not exist"):
        result.write(tmp_path / "nowhere" / "result.yaml")


def test_folder_as_file(result, tmp_path):
    (tmp_path / "result.yaml").mkdir()
    with pytest.raises(OverwriteError, match="is a folder"):
        result.write(tmp_path / "result.yaml", overwrite=True)
    with pytest.raises(FileFormatError, match="is a folder"):
        FitResult.read(tmp_path / "result.yaml")


@pytest.mark.parametrize("stage", ["fsync", "replace"])
@pytest.mark.parametrize("kind", ["result", "sampled"])
def test_nothing_is_left_of_a_write_that_fails(stage, kind, request, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError("disk full")

    result = request.getfixturevalue(kind)
    monkeypatch.setattr(os, stage, fail)
    with pytest.raises(OSError, match="disk full"):
        result.write(tmp_path / "result.yaml")
    assert os.listdir(tmp_path) == []


def test_inconsistent_result_is_not_written(result, tmp_path):
    with pytest.raises(FitError, match="3 names, 3 units, 2 values and 3 errors"):
        dataclasses.replace(result, values=result.values[:2]).write(tmp_path / "result.yaml")
    with pytest.raises(FitError, match="samples of shape"):
        dataclasses.replace(result, samples=np.zeros(4)).write(tmp_path / "result.yaml")
    assert os.listdir(tmp_path) == []


# -- damaged files ------------------------------------------------------------------------


def damage(tree, path, value):
    *way, last = path
    for key in way:
        tree = tree[key]
    if value is KeyError:
        del tree[last]
    else:
        tree[last] = value


REQUIRED = [
    *("status", "message", "backend", "method", "total_stat", "n_data", "n_free", "nfev", "ngrad"),
    *("time", "notes", "parameters", "covariance", "samples", "points", "models", "versions"),
]
DAMAGE = [
    *((("schema",), value, "another version of the schema") for value in (2, "1", None)),
    (("schema",), KeyError, "is not the result of a fit: it has no key 'schema'"),
    *(((key,), KeyError, f"key '{key}' is missing") for key in REQUIRED),
    (("status",), "GOOD", "status = 'GOOD' must be one of CONVERGED, AT_BOUND"),
    (("status",), ["CONVERGED"], "must be one of"),
    (("message",), 3, "message = 3 must be a text"),
    (("total_stat",), "low", "total_stat = 'low' must be a number"),
    (("nfev",), 1.5, "nfev = 1.5 must be a whole number"),
    (("nfev",), True, "nfev = True must be a whole number"),
    (("n_data",), -1, "n_data = -1 must be a whole number"),
    (("n_free",), 4, "n_free = 4 must be at most the number of parameters, 3"),
    (("notes",), "none", "notes = 'none' must be a list"),
    (("extra",), 1, "unknown key 'extra'"),
    (("parameters", 0, "value"), KeyError, r"parameters\[0\]: key 'value' is missing"),
    (("parameters", 0, "value"), None, r"parameters\[0\], value = None must be a number"),
    (("parameters", 0), 1, "must be a mapping"),
    (("covariance", "matrix"), [[1.0]], "must be a list of rows of 3 numbers"),
    (("covariance", "matrix", 0, 1), 7.0, "covariance is not symmetric"),
    (("covariance", "names"), [], "must be a list of rows of 0 numbers"),
    (("points",), [[1.0, 2.0]], "must be a list of rows of 4 numbers"),
    (("models",), {"components": 3}, "models, components = 3 must be a list"),
    (("models", "components", 0, "spectral", "type"), "NoSuchModel", "NoSuchModel"),
]


@pytest.mark.parametrize(("path", "value", "message"), DAMAGE)
def test_damaged_file(path, value, message, result, tmp_path):
    file = tmp_path / "result.yaml"
    result.write(file)
    tree = yaml.safe_load(file.read_text())
    damage(tree, path, value)
    file.write_text(yaml.safe_dump(tree))
    with pytest.raises(FileFormatError, match=message) as caught:
        FitResult.read(file)
    assert "result.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"- 1\n", "is not the result of a fit"),
        (b"components: []\n", "is not the result of a fit: .* Models.read"),
        (b"schema: [1\n", "not valid YAML"),
        (b"\xff\xfe", "not a text file in UTF-8"),
        (b"schema: 1\nschema: 1\n", "key 'schema' comes twice"),
    ],
)
def test_other_file(content, message, tmp_path):
    (tmp_path / "result.yaml").write_bytes(content)
    with pytest.raises(FileFormatError, match=message):
        FitResult.read(tmp_path / "result.yaml")


def test_truncated_file_never_reads(result, tmp_path):
    file = tmp_path / "result.yaml"
    result.write(file)
    text = file.read_text()
    end = text.index("versions:")
    for length in np.linspace(0, end, 40, dtype=int):
        file.write_text(text[:length])
        with pytest.raises(FileFormatError):
            FitResult.read(file)


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"none\.yaml does not exist"):
        FitResult.read(tmp_path / "none.yaml")


def test_missing_samples(sampled, tmp_path):
    sampled.write(tmp_path / "result.yaml")
    (tmp_path / "result_samples.fits").unlink()
    with pytest.raises(MissingFileError, match=r"result_samples\.fits, does not exist; .* null"):
        FitResult.read(tmp_path / "result.yaml")


def test_samples_of_another_result(sampled, tmp_path):
    sampled.write(tmp_path / "a.yaml")
    dataclasses.replace(sampled, samples=sampled.samples[:5]).write(tmp_path / "b.yaml")
    os.replace(tmp_path / "b_samples.fits", tmp_path / "a_samples.fits")
    with pytest.raises(FileFormatError, match="was changed or belongs to another result"):
        FitResult.read(tmp_path / "a.yaml")


def test_samples_of_other_parameters(sampled, tmp_path):
    names = ["crab.spectral.gamma", *sampled.names[1:]]
    sampled.write(tmp_path / "result.yaml")
    file = tmp_path / "result.yaml"
    first = re.escape("-   name: crab.spectral.amplitude")
    file.write_text(re.sub(first, f"-   name: {names[0]}", file.read_text(), count=1))
    with pytest.raises(FileFormatError, match="has the columns"):
        FitResult.read(file)
