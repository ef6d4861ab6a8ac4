"""The runs that ship with the examples are those that their script makes."""

import os
import runpy
from pathlib import Path

import pytest
import yaml
from astropy.io import fits

from gammapy.datasets import Datasets

EXAMPLES = Path(__file__).parents[2] / "examples"
SHIPPED = EXAMPLES / "data" / "simulated-flare"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(EXAMPLES / "data" / "make_simulated_flare.py"))


@pytest.fixture(scope="module")
def made(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    script["main"](folder)
    return folder


def test_same_files(made):
    assert sorted(os.listdir(made)) == sorted(os.listdir(SHIPPED))


@pytest.mark.parametrize("name", sorted(p.name for p in SHIPPED.glob("*.fits.gz")))
def test_runs_are_reproduced(name, made):
    # rounding of other processors is allowed; counts are whole numbers, so they are the same
    difference = fits.FITSDiff(SHIPPED / name, made / name, rtol=1e-9, ignore_keywords=["CREATOR"])
    assert difference.identical, difference.report()


def test_list_is_reproduced(made):
    lists = [yaml.safe_load((folder / "datasets.yaml").read_text()) for folder in (made, SHIPPED)]
    assert lists[0] == lists[1]


def test_files_are_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 150_000


def test_runs_know_their_times(script):
    datasets = Datasets.read(SHIPPED / "datasets.yaml")
    assert len(datasets) == sum(script["NIGHTS"].values())
    assert len(datasets.models) == 0
    for dataset, start in zip(datasets, script["starts"](), strict=True):
        assert abs((dataset.gti.time_start[0] - start).to_value("s")) < 1e-5
        assert dataset.gti.time_sum.to_value("s") == pytest.approx(1680)
        assert dataset.meta["livetime"] == 1680


def test_flare(script):
    """At rest far from the peak, at its height there, and down by e after its time."""
    flux, peak = script["flux"], script["PEAK_TIME"]
    minute = script["LENGTH"] / 28
    assert flux(peak) == script["PEAK"]
    assert flux(peak + script["DECAY"] * minute) == pytest.approx(1 + 3 / 2.718281828)
    assert flux(peak - script["RISE"] * minute) == pytest.approx(1 + 3 / 2.718281828)
    assert flux(script["starts"]()[0]) == pytest.approx(1, abs=1e-3)
