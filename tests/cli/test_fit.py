"""The command ``gammapy fit``: what it writes, what it says, and its exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import gammapy
from gammapy.cli import main
from gammapy.datasets import Datasets
from gammapy.maps import RegionNDMap
from gammapy.modeling import Fitter
from gammapy.modeling.fit.result import FitResult
from gammapy.modeling.models import Models
from gammapy.spectrum import SpectrumDataset
from tests.results.crab import crab_models, on_off

FILES = ["fit.png", "models.yaml", "result.yaml"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Folder with datasets.yaml, its OGIP files, and models.yaml."""
    folder = tmp_path_factory.mktemp("data")
    Datasets([on_off("first", seed=1), on_off("second", seed=2)]).write(folder / "datasets.yaml")
    models = crab_models()
    models["crab"].spectral_model.alpha.value = 2.0
    models.write(folder / "models.yaml")
    return folder


@pytest.fixture
def data(written, tmp_path):
    """Fresh copy of the data, which is also the working directory's ``data``."""
    return Path(shutil.copytree(written, tmp_path / "data"))


@pytest.fixture
def run(data, tmp_path, monkeypatch):
    """Run ``gammapy fit`` in the folder above the data."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, datasets=("data/datasets.yaml",), models="data/models.yaml"):
        line = ["fit", *map(str, datasets), str(models), "-o", "out", *map(str, arguments)]
        return CliRunner().invoke(main, line)

    return run


def assert_refused(answer, message, folder="out"):
    """One line of error, exit code 2, and no files."""
    assert answer.exit_code == 2, answer.output
    assert message in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in answer.output
    assert not Path(folder).exists()
    assert not list(Path().glob(".*.tmp"))


# -- results ------------------------------------------------------------------------------


def test_fit(run, data):
    answer = run()
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == ""
    assert sorted(os.listdir("out")) == FILES
    datasets = Datasets.read(data / "datasets.yaml", data / "models.yaml")
    expected = Fitter().run(datasets)
    result = FitResult.read("out/result.yaml")
    np.testing.assert_array_equal(result.values, expected.values)
    assert result.total_stat == expected.total_stat
    assert Models.read("out/models.yaml").to_dict() == expected.models.to_dict()
    assert "status                : The fit converged: a minimum was found." in answer.stdout
    assert f"{expected.total_stat:.4f}" in answer.stdout
    assert "crab.spectral.amplitude" in answer.stdout


def test_picture_is_png(run):
    pytest.importorskip("matplotlib")
    run()
    assert Path("out/fit.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("backend", "options"),
    [
        ("minuit", ["tol=1e-3", "strategy=1", "migrad_opts={ncall: 500}"]),
        ("scipy", ["method=l-bfgs-b"]),
        ("scipy", []),
        ("sherpa", ["method=neldermead"]),
    ],
)
def test_backends(backend, options, run):
    if backend == "sherpa":
        pytest.importorskip("sherpa")
    answer = run("--backend", backend, *(part for o in options for part in ("--option", o)))
    assert answer.exit_code == 0, answer.output
    result = FitResult.read("out/result.yaml")
    assert result.backend == backend
    assert result.values[1] == pytest.approx(2.45, abs=0.2)


def test_sampler(run):
    pytest.importorskip("emcee")
    small = ["nwalkers=8", "nburn=5", "nsteps=10"]
    answer = run("--backend", "emcee", *(part for o in small for part in ("--option", o)))
    assert answer.exit_code == 1
    sentence = "Error: The posterior was sampled, but the chain is too short to be trusted."
    assert sentence in answer.stderr
    assert sorted(os.listdir("out")) == sorted([*FILES, "result_samples.fits"])
    assert FitResult.read("out/result.yaml").samples.shape == (80, 3)


def test_failed_fit_is_written_and_exits_with_1(run):
    answer = run("--backend", "scipy", "--option", "max_nfev=1")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: The fit did not reach a minimum.")
    assert sorted(os.listdir("out")) == FILES
    assert FitResult.read("out/result.yaml").status.name == "NOT_CONVERGED"


def test_spectra_without_a_list(run, data):
    answer = run(datasets=sorted(p for p in data.glob("*.fits") if "_" not in p.name))
    assert answer.exit_code == 0, answer.output
    assert FitResult.read("out/result.yaml").n_data == 24


def test_gadf_spectra(run, data):
    template = on_off("third", seed=3)
    template.write(data / "third.fits", format="gadf")
    SpectrumDataset(
        counts=template.counts,
        exposure=template.exposure,
        edisp=template.edisp,
        background=RegionNDMap(template.counts.geom, 3.0),
        name="fourth",
    ).write(data / "fourth.fits")
    answer = run(datasets=["data/third.fits", "data/fourth.fits", "data/datasets.yaml"])
    assert answer.exit_code == 0, answer.output
    assert FitResult.read("out/result.yaml").n_data == 48


def test_folder_is_made_with_those_above(run):
    assert run("-o", "deep/er/out").exit_code == 0
    assert sorted(os.listdir("deep/er/out")) == FILES


def test_empty_folder_is_used(run):
    Path("out").mkdir(mode=0o750)
    assert run().exit_code == 0
    assert sorted(os.listdir("out")) == FILES
    assert Path("out").stat().st_mode & 0o777 == 0o750


def test_overwrite_keeps_other_files_and_drops_stale_ones(run):
    Path("out").mkdir()
    for name in ("notes.txt", "result_samples.fits", "result.yaml"):
        (Path("out") / name).write_text("mine")
    assert run("--overwrite").exit_code == 0
    assert sorted(os.listdir("out")) == sorted([*FILES, "notes.txt"])
    assert FitResult.read("out/result.yaml").success


# -- refused ------------------------------------------------------------------------------


def test_folder_with_files_is_refused_before_the_fit(run, monkeypatch):
    monkeypatch.setattr(Fitter, "run", lambda *args: pytest.fail("it was fitted"))
    Path("out").mkdir()
    (Path("out") / "notes.txt").write_text("mine")
    answer = run()
    assert answer.exit_code == 2
    assert answer.stderr == "Error: out is not empty: pass --overwrite or choose another folder\n"
    assert os.listdir("out") == ["notes.txt"]


@pytest.mark.parametrize("output", ["file", "file/out"])
def test_file_in_place_of_the_folder(output, run):
    Path("file").write_text("mine")
    assert_refused(run("-o", output), "file is a file: choose another folder")
    assert Path("file").read_text() == "mine"


def test_folder_without_permission(run, monkeypatch):
    Path("locked").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "locked")
    assert_refused(run("-o", "locked/out"), "locked cannot be written to")


def test_inputs_are_not_replaced(run, data):
    before = (data / "models.yaml").read_bytes()
    answer = run("-o", "data", "--overwrite")
    assert_refused(answer, "data/models.yaml would be replaced by the results")
    assert (data / "models.yaml").read_bytes() == before


def edit(path, old, new):
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


BAD_INPUT = {
    "no datasets file": ({"datasets": ["none.yaml"]}, "none.yaml does not exist"),
    "no models file": ({"models": "none.yaml"}, "none.yaml does not exist"),
    "folder as datasets": ({"datasets": ["data"]}, "data is a folder"),
    "folder as models": ({"models": "data"}, "data is a folder"),
    "models as datasets": ({"datasets": ["data/models.yaml"]}, "'datasets:'"),
    "datasets as models": ({"models": "data/datasets.yaml"}, "unknown key 'datasets'"),
    "binary models": ({"models": "data/first.fits"}, "data/first.fits"),
    "no spectrum": ({"datasets": ["data/first_arf.fits"]}, "holds no counts spectrum"),
    "twice": ({"datasets": ["data/datasets.yaml"] * 2}, "two datasets are named 'first'"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input(arguments, message, run):
    assert_refused(run(**arguments), message)


DAMAGE = {
    "broken list": ("datasets.yaml", "datasets:", "datasets: [", "not valid YAML"),
    "broken models": ("models.yaml", "components:", "components: [", "not valid YAML"),
    "missing file": ("datasets.yaml", "first.fits", "zeroth.fits", "zeroth.fits does not exist"),
    "unknown kind": ("datasets.yaml", "SpectrumDatasetOnOff", "CubeDataset", "'CubeDataset'"),
    "unknown model": ("models.yaml", "LogParabolaSpectralModel", "Parabola", "'Parabola'"),
    "unknown parameter": ("models.yaml", "name: alpha", "name: gamma", "gamma"),
    "no overlap": (
        "models.yaml",
        "    spectral:",
        "    datasets_names: [x]\n    spectral:",
        "['x']",
    ),
    "start outside bounds": ("models.yaml", "value: 2.0", "value: 9.0", "alpha"),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_input(file, old, new, message, run, data):
    edit(data / file, old, new)
    assert_refused(run(), message)


def test_truncated_spectrum(run, data):
    content = (data / "first.fits").read_bytes()
    (data / "first.fits").write_bytes(content[: len(content) // 2])
    assert_refused(run(), "first.fits")


BAD_OPTIONS = {
    "backend": (["--backend", "newton"], "'newton' is not one of 'minuit', 'scipy'"),
    "unknown": (["--option", "speed=3"], "backend 'minuit' has no option 'speed'"),
    "method": (["--backend", "scipy", "--option", "method=best"], "no method 'best'"),
    "no value": (["--option", "tol"], "'tol' is not NAME=VALUE"),
    "no name": (["--option", "=1"], "'=1' is not NAME=VALUE"),
    "no YAML": (["--option", "tol=[1"], "the value of 'tol=[1' is not YAML"),
    "wrong type": (["--option", "tol=small"], "backend 'minuit' does not take the options"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS.keys())
def test_bad_option(arguments, message, run):
    assert_refused(run(*arguments), message)


@pytest.mark.parametrize(
    "line", [["fit"], ["fit", "a.yaml", "-o", "x"], ["fit", "a", "b"], ["fid"]]
)
def test_usage(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, line)
    assert answer.exit_code == 2
    assert "Usage: " in answer.stderr
    assert os.listdir() == []


@pytest.mark.parametrize("stage", ["result", "models", "picture", "rename"])
def test_nothing_is_left_when_writing_fails(stage, run, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    target = {
        "result": (FitResult, "write"),
        "models": (Models, "write"),
        "picture": (Datasets, "plot_fit"),
        "rename": (Path, "rename"),
    }
    monkeypatch.setattr(*target[stage], fail)
    assert_refused(run(), "Error: disk full")


def test_interrupted_fit(run, monkeypatch):
    import scipy.optimize

    from gammapy.modeling.fit.backends import scipy as backend

    def interrupt(function, start, **kwargs):
        function(start)
        raise KeyboardInterrupt

    monkeypatch.setattr(backend, "least_squares", interrupt)
    assert scipy.optimize.least_squares is not interrupt
    answer = run("--backend", "scipy")
    assert answer.exit_code == 1
    assert "Error: The fit was interrupted; this is the best point seen." in answer.stderr
    assert sorted(os.listdir("out")) == FILES


# -- what it says -------------------------------------------------------------------------


def test_stages_are_told_on_a_terminal(run, monkeypatch):
    import gammapy.cli.fit

    monkeypatch.setattr(gammapy.cli.fit, "_on_terminal", lambda: True)
    assert run().stderr.splitlines() == [
        "Reading the data and models ...",
        "Fitting crab to 2 datasets with minuit ...",
        "Writing out ...",
    ]


def test_warnings_of_the_package_are_one_line(run, data):
    edit(data / "datasets.yaml", "    type:", "    colour: blue\n    type:")
    answer = run()
    assert answer.exit_code == 0, answer.output
    (line,) = answer.stderr.splitlines()
    assert line.startswith("Warning: data/datasets.yaml: dataset 'first'")


def test_values_of_options():
    from gammapy.cli.fit import _option

    assert _option("method=trf") == ("method", "trf")
    assert _option("ftol=1e-3") == ("ftol", 1e-3)
    assert _option("maxfev=10") == ("maxfev", 10)
    assert isinstance(_option("maxfev=10")[1], int)
    assert _option("progress=false") == ("progress", False)
    assert _option("options={maxiter: 5}") == ("options", {"maxiter": 5})
    assert _option("a=b=c") == ("a", "b=c")


def test_version():
    answer = CliRunner().invoke(main, ["--version"])
    assert answer.exit_code == 0
    assert gammapy.__version__ in answer.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from gammapy.cli import main; main(['--help'], standalone_mode=False);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert "fit" in answer.stdout
    loaded = set(yaml.safe_load(answer.stdout.splitlines()[-1]))
    assert not loaded & {"numpy", "scipy", "astropy", "iminuit", "yaml", "matplotlib"}


# -- hidden packages ----------------------------------------------------------------------


def hide(package, monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.parametrize("backend", ["sherpa", "emcee"])
def test_without_the_backend(backend, run, monkeypatch):
    hide(backend, monkeypatch)
    assert_refused(run("--backend", backend), f"pip install 'gammapy[{backend}]'")


def test_without_matplotlib(run, monkeypatch):
    hide("matplotlib", monkeypatch)
    Path("out").mkdir()
    (Path("out") / "fit.png").write_text("stale")
    answer = run("--overwrite")
    assert answer.exit_code == 0, answer.output
    assert sorted(os.listdir("out")) == ["models.yaml", "result.yaml"]
    assert answer.stderr.startswith("No fit.png: ")
    assert "pip install 'gammapy[plot]'" in answer.stderr
