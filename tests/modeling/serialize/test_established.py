"""Files that Gammapy 2 wrote, and what it says of missing and odd keys."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from gammapy.errors import FileFormatError
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    Models,
    PowerLawSpectralModel,
)
from tests.reference import MISSING, reference

FOLDER = os.environ.get("GAMMAPY_DATA")
needs_data = pytest.mark.skipif(
    FOLDER is None, reason="GAMMAPY_DATA is not set: it names the folder this test reads"
)
SIMULATIONS = "$GAMMAPY_DATA/datasets/simulations"


def described(models):
    return {path: (p.value, str(p.unit), p.frozen) for p, path in models.parameters.items()}


@needs_data
def test_configuration_example():
    models = Models.read("$GAMMAPY_DATA/gammapy-yaml/analysis_model-1d.yaml")
    assert described(models) == {
        "source.spectral.index": (2.6, "", False),
        "source.spectral.amplitude": (5e-11, "1 / (TeV s cm2)", False),
        "source.spectral.reference": (1.0, "TeV", True),
    }


@needs_data
@pytest.mark.parametrize(
    ("kind", "cls", "values"),
    [
        ("PL", PowerLawSpectralModel, [2.0, 1e-12, 1.0]),
        ("ECPL", ExpCutoffPowerLawSpectralModel, [1.5, 1e-12, 1.0, 1.0, 1.0]),
    ],
)
def test_simulated_spectra_with_covariance_beside(kind, cls, values):
    models = Models.read(f"{SIMULATIONS}/simulated_spectrum_dataset_{kind}_model.yaml")
    assert type(models["source"].spectral_model) is cls
    assert models.parameters.value.tolist() == values
    frozen = [default.frozen for default in cls.default_parameters]  # not in the file
    assert [p.frozen for p in models.parameters] == frozen
    assert not models.covariance.data.any()


#: each file of models, and the components in it
FILES = {
    "fermi-3fhl-crab/Fermi-LAT-3FHL_models.yaml": ["Crab Nebula", "Fermi-LAT-bkg"],
    "datasets/simulations/simulated_map_dataset_model.yaml": ["E4h3eiR--bkg", "source"],
    "datasets/simulations/simulated_spectrum_dataset_PL_model.yaml": ["source"],
    "datasets/simulations/simulated_spectrum_dataset_ECPL_model.yaml": ["source"],
    "tests/models/gc_example_models.yaml": ["gc", "gll_iem_v06_cutout", "gc-bkg", "g09", "g09-bkg"],
    "estimators/crab_hess_fp/models.yaml": ["Crab"],
    "estimators/pks2155_hess_lc/models.yaml": ["pks2155"],
    "gammapy-yaml/analysis_model-1d.yaml": ["source"],
    "gammapy-yaml/analysis_model.yaml": ["source"],
    "gammapy-yaml/example2.yaml": ["example_2"],
    "gammapy-yaml/examples.yaml": ["background_irf", "source0", "source1", "source2", "cube_iem"],
}


@needs_data
@pytest.mark.parametrize(("name", "names"), FILES.items())
def test_every_file_is_read_and_written(name, names, tmp_path):
    models = Models.read(Path(FOLDER) / name)
    assert models.names == names
    models.write(tmp_path / "again.yaml")
    again = Models.read(tmp_path / "again.yaml")
    assert again.to_yaml() == models.to_yaml()
    assert again.parameters.paths == models.parameters.paths
    for one, other in zip(models.parameters, again.parameters, strict=True):
        for key in ("value", "unit", "min", "max", "error", "frozen", "interp"):
            assert repr(getattr(one, key)) == repr(getattr(other, key))


@needs_data
def test_covariance_file_is_found_through_the_variable_too():
    name = "simulated_spectrum_dataset_PL_model_covariance.dat"
    tree = {"components": [component()], "covariance": f"{SIMULATIONS}/{name}"}
    assert Models.from_dict(tree).names == ["source"]


@pytest.mark.skipif(reference("fits.json") is None, reason=MISSING)
@pytest.mark.parametrize(
    ("workload", "cls", "bounds"),
    [
        ("crab-joint-lp", LogParabolaSpectralModel, {"alpha": (1, 4), "beta": (-1, 2)}),
        ("crab-hess-ecpl", ExpCutoffPowerLawSpectralModel, {"index": (1, 4), "lambda_": (0, 1)}),
    ],
)
def test_models_of_the_reference_fits(workload, cls, bounds):
    work = next(w for w in reference("fits.json")["workloads"] if w["id"] == workload)
    models = Models.from_yaml(work["models_yaml_start"])
    spectrum = models["crab"].spectral_model
    assert type(spectrum) is cls
    assert (spectrum.amplitude.min, spectrum.amplitude.max) == (1e-13, 1e-9)
    assert spectrum.amplitude.interp == "log"
    assert spectrum.reference.frozen
    assert math.isnan(spectrum.reference.min)
    for name, (low, high) in bounds.items():
        parameter = getattr(spectrum, name)
        assert (parameter.min, parameter.max) == (low, high)
    assert Models.from_yaml(models.to_yaml()).to_yaml() == models.to_yaml()


# -- as Gammapy 2.1 was seen to read these ------------------------------------------------


def component(*parameters, **keys):
    spectral = {"type": "PowerLawSpectralModel", "parameters": list(parameters)}
    return {"name": "source", "type": "SkyModel", "spectral": spectral, **keys}


def read_parameter(**keys):
    models = Models.from_dict({"components": [component(keys)]})
    return getattr(models[0].spectral_model, keys["name"])


def test_missing_keys_take_what_the_class_declares():
    amplitude = read_parameter(name="amplitude", value=3e-12)
    assert str(amplitude.unit) == "1 / (TeV s cm2)"
    assert amplitude.interp == "log"
    assert read_parameter(name="reference", value=2).frozen
    assert read_parameter(name="index").value == 2.0
    assert math.isnan(read_parameter(name="index").min)


def test_missing_parameters_take_what_the_class_declares():
    del (tree := component())["spectral"]["parameters"]
    models = Models.from_dict({"components": [tree]})
    assert models.parameters.value.tolist() == [2.0, 1e-12, 1.0]


def test_scaling_of_an_optimiser_does_not_touch_the_value():
    index = read_parameter(
        name="index", value=2.0, scale=10.0, scale_method="scale10", scale_transform="lin"
    )
    assert index.value == 2.0


def test_number_that_yaml_takes_for_a_text():
    text = """
components:
- name: a
  type: SkyModel
  spectral:
    type: pl
    parameters:
    - {name: amplitude, value: 1e-11, unit: cm-2 s-1 TeV-1, min: 1e-13, max: null}
"""
    amplitude = Models.from_yaml(text)[0].spectral_model.amplitude
    assert (amplitude.value, amplitude.min) == (1e-11, 1e-13)
    assert math.isnan(amplitude.max)


def test_short_tags_and_a_single_dataset():
    tree = component(datasets_names="run", apply_irf={"exposure": True, "psf": True})
    tree["type"] = "sky-model"
    tree["spectral"]["type"] = "ecpl"
    model = Models.from_dict({"components": [tree]})[0]
    assert model.datasets_names == ["run"]
    assert type(model.spectral_model) is ExpCutoffPowerLawSpectralModel


@pytest.mark.parametrize("label", ["index@rFgWwEOw", "index", "any text"])
def test_label_shares_one_parameter(label):
    one = component({"name": "index", "value": 2.2, "link": label})
    two = component({"name": "index", "value": 2.2, "link": label}, name="other")
    three = component({"name": "index", "value": 2.2, "link": "index@else"}, name="third")
    models = Models.from_dict({"components": [one, two, three]})
    shared, same, other = (model.spectral_model.index for model in models)
    assert shared is same is not other


@pytest.mark.parametrize("unit", ["", "TeV-1 s-1 cm-2"])
def test_prior_is_in_the_unit_of_the_parameter(unit):
    numbers = [{"name": "mu", "value": 2e-12}, {"name": "sigma", "value": 1e-12}]
    prior = {
        "type": "GaussianPrior",
        "parameters": [{**row, "unit": unit} for row in numbers],
        "weight": 1,
    }
    parameter = read_parameter(name="amplitude", value=1e-12, prior=prior)
    assert (parameter.prior.mu, parameter.prior.sigma) == (2e-12, 1e-12)


def test_prior_in_another_unit_is_converted():
    numbers = [{"name": n, "value": 2e-16, "unit": "GeV-1 s-1 cm-2"} for n in ("mu", "sigma")]
    prior = {"type": "GaussianPrior", "parameters": numbers}
    parameter = read_parameter(name="amplitude", value=1e-12, prior=prior)
    np.testing.assert_allclose(parameter.prior.mu, 2e-13, rtol=1e-14)


def covariance_beside(folder, rows, error=0.1):
    lines = ["| Parameters | 0 | 1 |", *(f"| {name} | {a} | {b} |" for name, a, b in rows)]
    (folder / "m_covariance.dat").write_text("\n".join(lines) + "\n")
    (folder / "m.yaml").write_text(
        "components:\n- name: a|b\n  type: SkyModel\n  spectral:\n    type: pl\n    parameters:\n"
        f"    - {{name: index, value: 2.0, error: {error}}}\ncovariance: m_covariance.dat\n"
    )
    return folder / "m.yaml"


def test_covariance_beside_the_file(tmp_path):
    path = covariance_beside(
        tmp_path,
        [("a|b.spectral.index", 0.01, 1e-14), ("a|b.spectral.amplitude", 1e-14, 9e-26)],
    )
    spectrum = Models.read(path)[0].spectral_model
    assert spectrum.index.error == 0.1
    assert spectrum.amplitude.error == pytest.approx(3e-13, rel=1e-15)
    assert spectrum.covariance.data[0, 1] == 1e-14


@pytest.mark.parametrize("second", [[0.04, 1e-14, 0.04], [0.0, 0.0, 0.0], [0.0, 0.0, 0.04]])
def test_shared_parameter_has_several_rows(tmp_path, second):
    rows = [component({"name": "index", "link": "x"}), component({"name": "index", "link": "x"})]
    rows[1]["name"] = "other"
    names = ["source.spectral.index", "source.spectral.amplitude", "other.spectral.index"]
    matrix = np.array([[0.04, 1e-14, second[0]], [1e-14, 9e-26, second[1]], second])
    cells = [[name, *map(repr, row)] for name, row in zip(names, matrix.tolist(), strict=True)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in [["Parameters", *"012"], *cells])
    (tmp_path / "c.dat").write_text(table)
    models = Models.from_dict({"components": rows, "covariance": str(tmp_path / "c.dat")})
    index = models["other"].spectral_model.index
    assert index is models["source"].spectral_model.index
    assert index.error == 0.2
    assert models.covariance.data[0, 1] == 1e-14


def test_rows_of_a_shared_parameter_must_agree(tmp_path):
    rows = [component({"name": "index", "link": "x"}), component({"name": "index", "link": "x"})]
    rows[1]["name"] = "other"
    table = (
        "| P | 0 | 1 |\n| source.spectral.index | 0.04 | 0 |\n| other.spectral.index | 0 | 0.09 |"
    )
    (tmp_path / "c.dat").write_text(table)
    with pytest.raises(FileFormatError, match=r"rows \[0, 1\].*0\.04, 0\.09.*make them equal"):
        Models.from_dict({"components": rows, "covariance": str(tmp_path / "c.dat")})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a|b.spectral.inex", 0.01, 0), ("a|b.spectral.amplitude", 0, 0)], "'a|b.spectral.inex'"),
        ([("a|b.spectral.index", "x", 0), ("a|b.spectral.amplitude", 0, 0)], "line 2"),
        ([("a|b.spectral.index", 0.01, 0)], "not square"),
        ([("a|b.spectral.index", 0.04, 0), ("a|b.spectral.amplitude", 0, 0)], "0.1, but 0.2"),
        ([("a|b.spectral.index", -1, 0), ("a|b.spectral.amplitude", 0, 0)], "variance -1"),
        ([("a|b.spectral.index", 0.01, 1), ("a|b.spectral.amplitude", 0, 1)], "symmetric"),
    ],
)
def test_damaged_covariance_beside_the_file(tmp_path, rows, message):
    with pytest.raises(FileFormatError, match=message.replace("|", r"\|")):
        Models.read(covariance_beside(tmp_path, rows))


def test_covariance_file_is_missing(tmp_path):
    path = covariance_beside(tmp_path, [])
    (tmp_path / "m_covariance.dat").unlink()
    with pytest.raises(FileFormatError, match=r"m_covariance\.dat.*cannot be read.*put the file"):
        Models.read(path)
    with pytest.raises(FileFormatError, match="beside a YAML file"):
        Models.from_yaml(path.read_text())
