"""The small survey that ships with the examples is the one that its script makes."""

import runpy
from pathlib import Path

import pytest
import yaml
from astropy.io import fits

DATA = Path(__file__).parents[2] / "examples" / "data"
SURVEY = DATA / "small-survey"
FILES = sorted(SURVEY.iterdir())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    runpy.run_path(str(DATA / "make_small_survey.py"))["main"](folder)
    return folder


def test_small():
    names = ["far.fits.gz", "near.fits.gz", "obs-index.fits.gz", "sky.yaml"]
    assert [file.name for file in FILES] == names
    assert sum(file.stat().st_size for file in FILES) < 50_000


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_are_reproduced(file, made):
    again = made / file.name
    if file.suffix == ".yaml":
        ours, theirs = (yaml.safe_load(path.read_text())["components"] for path in (file, again))
        assert ours == theirs
    else:
        difference = fits.FITSDiff(file, again, rtol=1e-6, ignore_keywords=["CREATOR"])
        assert difference.identical, difference.report()
