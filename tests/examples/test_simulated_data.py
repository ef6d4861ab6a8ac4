"""The data that ship with the examples are those that their scripts make."""

import os
import runpy
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits

from gammapy.datasets import Datasets
from gammapy.modeling import Fitter

DATA = Path(__file__).parents[2] / "examples" / "data"
CRAB, FLARE = DATA / "simulated-crab", DATA / "simulated-flare"
FILES = sorted(path for folder in (CRAB, FLARE) for path in folder.iterdir())


def run_script(shipped):
    return runpy.run_path(str(DATA / f"make_{shipped.name.replace('-', '_')}.py"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of what the scripts make anew, each under the name of the one that ships."""
    folder = tmp_path_factory.mktemp("made")
    for shipped in (CRAB, FLARE):
        run_script(shipped)["main"](folder / shipped.name)
    return folder


def tree(path):
    """Content of a YAML file, without the version that wrote it."""
    content = yaml.safe_load(path.read_text())
    content.pop("metadata", None)
    return content


@pytest.mark.parametrize("shipped", [CRAB, FLARE], ids=lambda shipped: shipped.name)
def test_same_files_and_small(shipped, made):
    assert sorted(os.listdir(made / shipped.name)) == sorted(os.listdir(shipped))
    assert 0 < sum(path.stat().st_size for path in shipped.iterdir()) < 150_000


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_files_are_reproduced(file, made):
    again = made / file.parent.name / file.name
    if file.suffix == ".yaml":
        assert tree(again) == tree(file)
    else:
        # rounding of other processors is allowed; counts are whole numbers, so they are the same
        difference = fits.FITSDiff(file, again, rtol=1e-9, ignore_keywords=["CREATOR"])
        assert difference.identical, difference.report()


# -- the Crab nebula ------------------------------------------------------------------------


def test_fit_finds_the_truth():
    datasets = Datasets.read(CRAB / "datasets.yaml", CRAB / "models.yaml")
    assert sum(d.counts.data.sum() for d in datasets) == 464
    result = Fitter().run(datasets)
    assert result.success
    truth = run_script(CRAB)["TRUTH"]
    for name, value in (
        ("amplitude", 3.85e-11),
        ("alpha", truth["alpha"]),
        ("beta", truth["beta"]),
    ):
        parameter = datasets.parameters[name]
        assert abs(parameter.value - value) < 3 * parameter.error


# -- the flare ------------------------------------------------------------------------------


def test_runs_know_their_times():
    script = run_script(FLARE)
    datasets = Datasets.read(FLARE / "datasets.yaml")
    assert len(datasets) == sum(script["NIGHTS"].values())
    assert len(datasets.models) == 0
    for dataset, start in zip(datasets, script["starts"](), strict=True):
        assert abs((dataset.gti.time_start[0] - start).to_value("s")) < 1e-5
        assert dataset.gti.time_sum.to_value("s") == pytest.approx(1680)
        assert dataset.meta["livetime"] == 1680


def test_flare():
    """At rest far from the peak, at its height there, and down by e after its time."""
    script = run_script(FLARE)
    flux, peak = script["flux"], script["PEAK_TIME"]
    minute = script["LENGTH"] / 28
    assert flux(peak) == script["PEAK"]
    assert flux(peak + script["DECAY"] * minute) == pytest.approx(1 + 3 / np.e)
    assert flux(peak - script["RISE"] * minute) == pytest.approx(1 + 3 / np.e)
    assert flux(script["starts"]()[0]) == pytest.approx(1, abs=1e-3)
