"""The command ``gammapy npred``."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits
from astropy.table import Table
from click.testing import CliRunner

from gammapy.cli import main
from gammapy.cli.maps.responses import read_responses
from gammapy.cli.maps.sky import read_sky
from gammapy.datasets.prediction import predict_counts
from gammapy.makers.background import background_of_pointings
from gammapy.maps import Map, MapAxis
from gammapy.modeling.models import Models
from tests.cli.models_files import CRAB
from tests.cli.survey_files import FAR, INDEX, NEAR, RESPONSES, SKY, SMALL


@pytest.fixture
def npred(tmp_path, monkeypatch):
    """Run ``gammapy npred`` in an empty folder, with one process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        line = ["npred", *map(str, arguments), "--workers", "1"]
        return CliRunner().invoke(main, line)

    return run


def good(answer):
    assert answer.exit_code == 0, answer.output
    return answer


def test_counts(npred):
    answer = good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits.gz", "--background"))
    out = answer.stdout
    lines = [line.split() for line in out.splitlines()]
    assert ["far", str(FAR), "2", "2", "1.9"] in lines
    assert ["near", str(NEAR), "4", "4", "3.9"] in lines
    assert "3 sources of 1 file reach the map\n1 outside of it: far away\n" in out
    assert "20 x 10 pixels, 2 energy bins, 1 tile of 20 x 10 pixels at most, 1 worker\n" in out
    counts = Map.read("a.fits.gz")
    assert (
        f"a.fits.gz: {counts.data.sum(dtype=float):.6g} counts in 2 energy bins, 1 to 10 TeV" in out
    )
    assert sorted(os.listdir()) == ["a.fits.gz", "a.report.yaml"]
    np.testing.assert_allclose(counts.data, expected(counts.geom), rtol=1e-6, atol=1e-8)


def expected(geom):
    responses = read_responses(INDEX, [f"near={NEAR}", f"default={FAR}"], True)
    true = MapAxis.from_energy_bounds("0.5 TeV", "20 TeV", 6, name="energy_true")
    models = read_sky([SKY], None, None)
    counts = predict_counts(models[:3], responses.instrument(geom, true), geom).data
    assert counts.sum() > 100
    background = background_of_pointings(responses.groups, responses.tables, geom).data
    assert background.sum() > 100
    return counts + background


def test_what_it_was_made_of(npred):
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits.gz"))
    header = fits.getheader("a.fits.gz")
    history = list(header["HISTORY"])
    assert history[0] == "gammapy npred"
    assert "models: sky.yaml" in history
    assert "response near: near.fits.gz, 4 pointings, 14000 s" in history
    assert len(header["DIGEST"]) == 32
    report = yaml.safe_load(Path("a.report.yaml").read_text())
    assert report["outside"] == ["far away"]
    assert [r["name"] for r in report["responses"]] == ["far", "near"]
    assert [r["pointings"] for r in report["responses"]] == [2, 4]
    sums = Map.read("a.fits.gz").data.sum(axis=(1, 2))
    np.testing.assert_allclose([band["sum"] for band in report["bands"]], sums, rtol=1e-5)
    assert report["total"] == pytest.approx(sums.sum(), rel=1e-5)
    assert report["bands"][1]["energy_max"] == pytest.approx(10.0)


def test_which_response_matters(npred):
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits"))
    line = ["--index", INDEX, "--irf", f"*={FAR}"]
    good(npred(SKY, *line, *SMALL, "-o", "b.fits"))
    # the instrument that is half as large, at all places
    ratio = Map.read("b.fits").data.sum() / Map.read("a.fits").data.sum()
    assert 0.45 < ratio < 0.6


def test_pictures(npred):
    pytest.importorskip("matplotlib")
    answer = good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--png", "bands"))
    assert answer.stdout.endswith("bands: 2 pictures\n")
    assert sorted(os.listdir("bands")) == ["band-01.png", "band-02.png"]


def test_pictures_without_matplotlib(npred, monkeypatch):
    """That is said before the work."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--png", "bands")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Error: the pictures of --png need the package 'matplotlib'")
    assert os.listdir() == []


def test_a_folder_that_takes_nothing(npred, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode, **_: not mode & os.W_OK)
    answer = npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits")
    assert answer.exit_code == 2
    assert "cannot be written to, choose another folder" in " ".join(answer.stderr.split())


# -- there already, and begun ---------------------------------------------------------------


def test_made_of_the_same(npred):
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits"))
    time = os.stat("a.fits").st_mtime_ns
    answer = good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits"))
    assert answer.stdout.endswith("made of the same: --overwrite makes it anew\n")
    assert os.stat("a.fits").st_mtime_ns == time
    content = Path("a.fits").read_bytes()
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--overwrite"))
    assert os.stat("a.fits").st_mtime_ns != time
    assert Path("a.fits").read_bytes() == content


def test_made_of_something_else(npred):
    Path("a.fits").write_text("mine")
    answer = npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits")
    assert answer.exit_code == 2
    assert answer.stderr == "Error: a.fits exists: pass --overwrite or choose another name\n"
    assert Path("a.fits").read_text() == "mine"
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--overwrite"))
    assert npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--background").exit_code == 2


def test_tiles_of_another_map(npred):
    from gammapy.makers.survey.store import TileStore
    from gammapy.makers.survey.tiles import Layout

    TileStore(Path("a.fits.tiles"), "0", Layout((10, 20), (10, 20)), 2).create({"index": "1"})
    answer = npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits")
    assert answer.exit_code == 2
    assert "interrupted run with other geometry, index, models" in answer.stderr
    assert "--restart" in answer.stderr
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--restart"))
    assert sorted(os.listdir()) == ["a.fits", "a.report.yaml"]


# -- refused before the work ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ([SKY, *SMALL, "-o", "a.fits"], "Missing option '--index'"),
        ([SKY, *RESPONSES[:2], *SMALL, "-o", "a.fits"], "Missing option '--irf'"),
        ([SKY, *RESPONSES, *SMALL], "Missing option '-o'"),
        ([SKY, *RESPONSES, *SMALL, "-o", "a.txt"], "the name must end in .fits or .fits.gz"),
        ([SKY, *RESPONSES, *SMALL, "-o", "no/a.fits"], "no/a.fits: the folder no does not exist"),
        ([SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--png", "no/b"], "no/b: the folder no does"),
        ([SKY, *RESPONSES, *SMALL, "-o", "a.fits", "--png", "text"], "--png text is a file"),
        ([SKY, *RESPONSES, *SMALL, "-o", "folder.fits"], "folder.fits is a folder"),
        ([SKY, *RESPONSES, *SMALL, "-o", "."], "the name must end in .fits or .fits.gz"),
        (["none.yaml", *RESPONSES, *SMALL, "-o", "a.fits"], "none.yaml does not exist"),
        (["far.yaml", *RESPONSES, *SMALL, "-o", "a.fits"], "none of 1 models reaches the map"),
        ([SKY, *RESPONSES, *SMALL, "--center", "90,0", "-o", "a.fits"], "no pointing reaches the"),
        ([SKY, *RESPONSES, *SMALL, "--memory", "9 cows", "-o", "a.fits"], "--memory = '9 cows'"),
        ([SKY, *RESPONSES, *SMALL, "--center", "0,8", "-o", "a.fits"], "galactic (0, 8): give"),
        ([SKY, *RESPONSES, *SMALL, "--memory", "1MB", "-o", "a.fits"], "1 MB are given: use fewer"),
        ([SKY, *RESPONSES, *SMALL, "--diffuse", "no.fits", "-o", "a.fits"], "--diffuse no.fits"),
        (
            [SKY, *RESPONSES, *SMALL, "--diffuse", "text", "-o", "a.fits"],
            "text cannot be read as FITS",
        ),
        (
            [SKY, *RESPONSES, "--width", "2", "--energy-true", "1,9,5", "-o", "a.fits"],
            "does not hold",
        ),
    ],
)
def test_refused(npred, line, message):
    Models.read(SKY)[["far away"]].write("far.yaml")
    Path("text").write_text("text")
    Path("folder.fits").mkdir()
    before = sorted(os.listdir())
    answer = npred(*line)
    assert answer.exit_code == 2, answer.output
    assert message in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.output
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize(
    ("irfs", "message"),
    [
        ([f"near={NEAR}"], "2 of 6 pointings in .* responses without a file: far: give --irf far="),
        ([f"x={NEAR}"], "6 of 6 pointings .* without a file: far, near"),
        (["near"], "--irf 'near' must be NAME=FILE"),
        (["=a.fits"], "--irf '=a.fits' must be NAME=FILE"),
        (["default=none.fits"], "--irf 'default=none.fits': there is no such file"),
        (["default=."], "--irf 'default=.' is a folder: give the name of a file in it"),
        ([f"default={NEAR}", f"*={FAR}"], "default is given twice"),
        (["default=text.fits"], "text.fits cannot be read as FITS"),
        (["default=area.fits"], "area.fits has no point spread function and no energy dispersion"),
        (["default=other.fits"], "other.fits holds no instrument response"),
    ],
)
def test_bad_responses(npred, irfs, message):
    Path("text.fits").write_text("text")
    with fits.open(NEAR) as hdus:
        fits.HDUList(hdus[:2]).writeto("area.fits")
        fits.HDUList(hdus[:1]).writeto("other.fits")
    options = [part for irf in irfs for part in ("--irf", irf)]
    answer = npred(SKY, "--index", INDEX, *options, *SMALL, "-o", "a.fits")
    assert answer.exit_code == 2
    import re

    assert re.search(message, answer.stderr), answer.stderr
    assert not Path("a.fits").exists()


def test_a_response_without_background(npred):
    with fits.open(NEAR) as hdus:
        fits.HDUList(hdus[:-1]).writeto("no-bkg.fits")
    line = [SKY, "--index", INDEX, "--irf", "default=no-bkg.fits", *SMALL, "-o", "a.fits"]
    answer = npred(*line, "--background")
    assert answer.exit_code == 2
    assert (
        "no-bkg.fits has no background: give a file with a full response, or leave --background out"
        in (" ".join(answer.stderr.split()))
    )
    good(npred(*line))


def test_a_name_that_no_pointing_has(npred):
    answer = good(npred(SKY, *RESPONSES, "--irf", f"farr={FAR}", *SMALL, "-o", "a.fits"))
    assert "Warning: --irf farr=" in answer.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.fits", "--index none.fits: there is no such file"),
        (".", "--index . is a folder: give the name of a file in it"),
        ("text.fits", "text.fits cannot be read as FITS"),
        ("cut.fits.gz", "cut.fits.gz cannot be read as FITS"),
        ("short.fits", "--index short.fits: the observation table has no column DEC_PNT"),
        ("empty.fits", "--index empty.fits has no pointings"),
    ],
)
def test_bad_index(npred, name, message):
    Path("text.fits").write_text("text")
    table = Table.read(INDEX)
    table[["OBS_ID", "RA_PNT"]].write("short.fits")
    table[:0].write("empty.fits")
    Path("cut.fits.gz").write_bytes(INDEX.read_bytes()[:300])
    answer = npred(SKY, "--index", name, "--irf", f"default={NEAR}", *SMALL, "-o", "a.fits")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Error: ")
    assert message in answer.stderr
    assert "Traceback" not in answer.output
    assert not Path("a.fits").exists()


# -- sources ----------------------------------------------------------------------------------


def test_names_that_come_twice(npred):
    Path("sky-2.yaml").write_text(SKY.read_text())
    answer = good(npred(SKY, "sky-2.yaml", *RESPONSES, *SMALL, "-o", "a.fits"))
    assert "Warning: 4 names of sky-2.yaml stand in earlier files too" in answer.stderr
    assert "NAME-sky-2" in answer.stderr
    assert "6 sources of 2 files reach the map\n2 outside of it: far away, far away-sky-2" in (
        answer.stdout
    )
    good(npred(SKY, *RESPONSES, *SMALL, "-o", "b.fits"))
    twice, once = (Map.read(name).data for name in ("a.fits", "b.fits"))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-6, atol=1e-8)


def test_suffix_of_ones_own(npred):
    Path("sky-2.yaml").write_text(SKY.read_text())
    line = [SKY, "sky-2.yaml", *RESPONSES, *SMALL, "-o", "a.fits", "--suffix=-b"]
    answer = good(npred(*line))
    assert "Warning" not in answer.stderr
    assert "far away-b" in answer.stdout


def test_models_that_are_no_sources(npred):
    Path("crab.yaml").write_text(CRAB)
    answer = good(npred(SKY, "crab.yaml", *RESPONSES, *SMALL, "-o", "a.fits"))
    assert "1 no sources on the sky: data-bkg: is a FoVBackgroundModel" in answer.stdout
