"""Digests tell inputs apart, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from gammapy.errors import MissingFileError
from gammapy.makers.survey.inputs import (
    digest_of_files,
    digest_of_geom,
    digest_of_models,
    digest_of_values,
    key_of,
    referred_files,
)
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.modeling.models import (
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplateSpatialModel,
)
from tests.makers.survey.stand_in import geometry

ROOT = Path(__file__).parents[3]


def test_files(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("one")
    b.write_text("one")
    assert digest_of_files([a]) == digest_of_files([b])
    assert digest_of_files([a]) != digest_of_files([a, b])
    b.write_text("two")
    assert digest_of_files([a, b]) != digest_of_files([b, a])
    with pytest.raises(MissingFileError, match="none does not exist"):
        digest_of_files([tmp_path / "none"])


def test_values():
    assert digest_of_values({"a": 1, "b": [2.5]}) == digest_of_values({"b": [2.5], "a": 1})
    assert digest_of_values({"a": 1}) != digest_of_values({"a": 2})
    assert key_of({"a": "x"}, (1, 2)) != key_of({"a": "x"}, (2, 1)) != key_of({"a": "y"}, (2, 1))


@pytest.mark.parametrize(
    "other",
    [
        geometry((3.0, 2.02)),
        geometry(center=(0.001, 0.0)),
        geometry(proj="TAN"),
        geometry().copy(axes=[MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4)]),
    ],
)
def test_geometries(other):
    assert digest_of_geom(geometry()) == digest_of_geom(geometry())
    assert digest_of_geom(geometry()) != digest_of_geom(other)


def test_true_energies_count():
    true = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4, name="energy_true")
    assert digest_of_geom(geometry(), true) != digest_of_geom(geometry())


def models(index=2.0):
    return Models([SkyModel(PowerLawSpectralModel(index=index), PointSpatialModel(), name="a")])


def test_models():
    assert digest_of_models(models()) == digest_of_models(models())
    assert digest_of_models(models()) != digest_of_models(models(2.1))


def test_templates_count_by_their_content(tmp_path):
    path = tmp_path / "template.fits"
    geom = WcsGeom.create(npix=5, binsz=0.1, frame="galactic")

    def with_template(value):
        Map.from_geom(geom, data=1.0 + value * (geom.get_idx()[0] == 2), unit="sr-1").write(
            path, overwrite=True
        )
        shape = TemplateSpatialModel.read(path) + PointSpatialModel()
        return Models([SkyModel(PowerLawSpectralModel(), shape, name="a")])

    one = with_template(1.0)
    assert referred_files(one) == [path]
    digest = digest_of_models(one)
    assert digest_of_models(with_template(1.0)) == digest
    assert digest_of_models(with_template(2.0)) != digest


def test_another_process_finds_the_same(tmp_path):
    """Or a run could not go on."""
    models().write(tmp_path / "a.yaml")
    code = (
        "import sys; from gammapy.modeling.models import Models; "
        "from gammapy.makers.survey.inputs import digest_of_models; "
        "print(digest_of_models(Models.read(sys.argv[1])))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code, tmp_path / "a.yaml"],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(found) == 1
