"""The command ``gammapy flux-cube``, and the options for the geometry that it shares."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gammapy.cli import main
from gammapy.datasets.flux_cube import flux_cube
from gammapy.maps import Map, MapAxis
from gammapy.modeling.models import Models
from tests.cli.survey_files import SKY


@pytest.fixture
def cube(tmp_path, monkeypatch):
    """Run ``gammapy flux-cube`` in an empty folder, with one process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        line = ["flux-cube", "--workers", "1", *map(str, arguments), "-o", "a.fits"]
        return CliRunner().invoke(main, line)

    return run


def test_flux(cube):
    answer = cube(SKY, "--width", "2,1", "--energy", "1,10,2")
    assert answer.exit_code == 0, answer.output
    assert "a.fits: " in answer.stdout
    assert "cm-2 s-1 in 2 energy bins" in answer.stdout
    found = Map.read("a.fits")
    expected = flux_cube(Models.read(SKY)[:3], found.geom)
    assert found.unit == expected.unit
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-6, atol=1e-25)
    assert sorted(os.listdir()) == ["a.fits", "a.report.yaml"]
    assert cube(SKY, "--width", "2,1", "--energy", "1,10,2").exit_code == 0  # made of the same


def test_diffuse_emission(cube):
    axis = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 13, name="energy_true")
    template = Map.create(
        npix=(20, 20), binsz=1.0, frame="galactic", axes=[axis], unit="cm-2 s-1 MeV-1 sr-1"
    )
    template.data += 1e-15 * (axis.center.to_value("TeV") ** -2.5)[:, None, None]
    template.write("diffuse.fits")
    line = [SKY, "--width", "2,1", "--binsz", "0.1", "--energy", "1,10,2"]
    answer = cube(*line, "--diffuse", "diffuse.fits")
    assert answer.exit_code == 0, answer.output
    assert "4 sources of 1 file reach the map" in answer.stdout
    with_it = Map.read("a.fits")
    assert cube(*line).exit_code == 2  # made of something else
    assert cube(*line, "--overwrite").exit_code == 0
    more = with_it.data.astype(float) - Map.read("a.fits").data
    # 1e-9 E^-2.5 in cm-2 s-1 TeV-1 sr-1, integrated by hand
    edges = with_it.geom.axes["energy"].edges.to_value("TeV")
    expected = 1e-9 * -np.diff(edges**-1.5) / 1.5
    share = with_it.geom.solid_angle().to_value("sr")
    np.testing.assert_allclose(more.sum(axis=(1, 2)), expected * share.sum(), rtol=5e-3)


def test_diffuse_emission_is_missing(cube):
    answer = cube(SKY, "--width", "2", "--diffuse", "none.fits")
    assert answer.exit_code == 2
    assert "--diffuse none.fits: there is no such file" in answer.stderr


def test_diffuse_emission_without_a_unit(cube):
    """Older files have none; but neither has a counts cube."""
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2, name="energy_true")
    Map.create(npix=4, binsz=1.0, frame="galactic", axes=[axis]).write("other.fits")
    answer = cube(SKY, "--width", "2", "--energy", "1,10,2", "--diffuse", "other.fits")
    assert answer.exit_code == 0, answer.output
    assert "Warning: --diffuse other.fits does not say its unit" in answer.stderr


@pytest.mark.parametrize("unit", ["sr-1", "cm-2 s-1"])
def test_diffuse_emission_in_another_unit(cube, unit):
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2, name="energy_true")
    Map.create(npix=4, binsz=1.0, frame="galactic", axes=[axis], unit=unit).write("other.fits")
    answer = cube(SKY, "--width", "2", "--diffuse", "other.fits")
    assert answer.exit_code == 2
    assert "--diffuse other.fits has values in" in answer.stderr
    assert "cm-2 s-1 MeV-1 sr-1 is needed" in answer.stderr
    assert not Path("a.fits").exists()


# -- the geometry ---------------------------------------------------------------------------


def geometry_of(cube, *arguments):
    answer = cube(SKY, *arguments)
    assert answer.exit_code == 0, answer.output
    return Map.read("a.fits").geom


def test_defaults(cube):
    geom = geometry_of(cube, "--width", "2")
    assert geom.data_shape == (15, 40, 40)
    assert (geom.frame, geom.projection) == ("galactic", "CAR")
    np.testing.assert_allclose(geom.axes["energy"].edges.to_value("TeV")[[0, -1]], [0.1, 100])


def test_all_options(cube):
    place = ["--width", "1,2", "--binsz", "0.1,0.2", "--center", "266.4,-28.9"]
    options = ["--frame", "icrs", "--proj", "tan", "--energy", "300 GeV,30 TeV,4"]
    geom = geometry_of(cube, *place, *options)
    assert geom.data_shape == (4, 10, 10)
    assert (geom.frame, geom.projection) == ("icrs", "TAN")
    center = geom.center_skydir
    np.testing.assert_allclose([center.ra.deg, center.dec.deg], [266.4, -28.9])
    np.testing.assert_allclose(geom.axes["energy"].edges.to_value("TeV")[[0, -1]], [0.3, 30])


def test_once_around_the_sky(cube):
    """A width that is rounded up to whole pixels, 33 for 32.7, is one turn still."""
    line = ["--width", "360,20", "--binsz", "11,10", "--energy", "1,10,1"]
    assert geometry_of(cube, *line).data_shape == (1, 2, 33)


def test_negative_center(cube):
    assert geometry_of(cube, "--width", "2", "--center", "-1,-0.5").center_skydir.b.deg == -0.5


@pytest.mark.parametrize("name", ["energy", "energy_true"])
def test_of_another_map(cube, name):
    axis = MapAxis.from_energy_bounds("1 TeV", "8 TeV", 3, name=name)
    other = Map.create(npix=(12, 8), binsz=0.1, frame="galactic", proj="TAN", axes=[axis])
    other.write("other.fits.gz")
    geom = geometry_of(cube, "--geom", "other.fits.gz")
    assert geom.to_image().is_allclose(other.geom.to_image())
    assert geom.axes.names == ["energy"]
    np.testing.assert_allclose(geom.axes[0].edges.value, axis.edges.value)


def test_of_an_image(cube):
    Map.create(npix=(12, 8), binsz=0.1, frame="galactic").write("other.fits")
    answer = cube(SKY, "--geom", "other.fits")
    assert answer.exit_code == 2
    assert "its axes are []" in answer.stderr
    assert geometry_of(cube, "--geom", "other.fits", "--energy", "1,10,2").data_shape == (2, 8, 12)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ([], "the size of the map is needed: give --width"),
        (["--width", "a"], "--width 'a' must be one number or two"),
        (["--width", "1,2,3"], "--width '1,2,3' must be one number or two"),
        (["--width", "-1"], "positive"),
        (["--width", "0.01"], "at most half a pixel"),
        (["--width", "400,1"], "the map is 8000 pixels wide and 7200 go around the sky"),
        (["--width", "2", "--center", "1"], "--center '1' must be two numbers"),
        (["--width", "2", "--center", "0,95"], "latitude within -90 and 90"),
        (["--width", "2", "--binsz", "0"], "binsz"),
        (["--width", "2", "--proj", "XYZ"], "projection"),
        (["--width", "2", "--frame", "fk9"], "--frame"),
        (["--width", "2", "--energy", "1,10"], "--energy '1,10' must be LOW,HIGH,BINS"),
        (["--width", "2", "--energy", "1,10,0"], "--energy '1,10,0' must be"),
        (["--width", "2", "--energy", "1,10,x"], "--energy '1,10,x' must be"),
        (["--width", "2", "--energy", "10,1,3"], "must be positive and ascend"),
        (["--width", "2", "--energy", "0,1,3"], "must be positive and ascend"),
        (["--width", "2", "--energy", "nan,1,3"], "must be positive and ascend"),
        (["--width", "2", "--energy", "1 m,2 m,3"], "--energy = '1 m' has the wrong unit"),
        (["--geom", "none.fits"], "--geom none.fits: there is no such file"),
        (["--geom", "."], "--geom . is a folder: give the name of a file in it"),
        (["--geom", "text.fits"], "--geom text.fits cannot be used"),
        (["--geom", "table.fits"], "--geom table.fits has no image of the sky"),
        (["--geom", "text.fits", "--width", "2"], "--geom says what --width would"),
        (["--width", "2", "--workers", "0"], "--workers"),
    ],
)
def test_refused(cube, line, message):
    Path("text.fits").write_text("text")
    from astropy.io import fits

    fits.HDUList([fits.PrimaryHDU()]).writeto("table.fits")
    answer = cube(SKY, *line)
    assert answer.exit_code == 2, answer.output
    assert message in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.output
    assert not Path("a.fits").exists()
