"""The data that ship with the examples are those that their script makes."""

import os
import runpy
from pathlib import Path

import pytest
import yaml
from astropy.io import fits

from gammapy.datasets import Datasets
from gammapy.modeling import Fitter

EXAMPLES = Path(__file__).parents[2] / "examples"
SHIPPED = EXAMPLES / "data" / "simulated-crab"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(EXAMPLES / "data" / "make_simulated_crab.py"))


@pytest.fixture(scope="module")
def made(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    script["main"](folder)
    return folder


def tree(path):
    """Content of a YAML file, without the version that wrote it."""
    content = yaml.safe_load(path.read_text())
    content.pop("metadata", None)
    return content


def test_same_files(made):
    assert sorted(os.listdir(made)) == sorted(os.listdir(SHIPPED))


@pytest.mark.parametrize("name", sorted(p.name for p in SHIPPED.glob("*.fits")))
def test_spectra_are_reproduced(name, made):
    # rounding of other processors is allowed; counts are whole numbers, so they are the same
    difference = fits.FITSDiff(SHIPPED / name, made / name, rtol=1e-9, ignore_keywords=["CREATOR"])
    assert difference.identical, difference.report()


@pytest.mark.parametrize("name", ["datasets.yaml", "models.yaml"])
def test_lists_are_reproduced(name, made):
    assert tree(made / name) == tree(SHIPPED / name)


def test_files_are_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 150_000


def test_fit_finds_the_truth(script):
    datasets = Datasets.read(SHIPPED / "datasets.yaml", SHIPPED / "models.yaml")
    assert sum(d.counts.data.sum() for d in datasets) == 464
    result = Fitter().run(datasets)
    assert result.success
    truth = script["TRUTH"]
    for name, value in (
        ("amplitude", 3.85e-11),
        ("alpha", truth["alpha"]),
        ("beta", truth["beta"]),
    ):
        parameter = datasets.parameters[name]
        assert abs(parameter.value - value) < 3 * parameter.error
