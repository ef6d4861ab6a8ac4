"""Datasets in files: the YAML list and the files that it names."""

import os
from pathlib import Path

import numpy as np
import pytest
import yaml

from gammapy.datasets import Dataset, Datasets
from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyError,
    GammapyWarning,
    MissingFileError,
    OverwriteError,
    UnknownNameError,
)
from gammapy.modeling.models import Models
from tests.spectrum import ogip_files, toys


def both() -> Datasets:
    return Datasets([toys.cash(name="known"), toys.on_off(name="Crab / run 1")])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def same_data(first: Datasets, second: Datasets) -> bool:
    assert first.names == second.names
    assert list(map(type, first)) == list(map(type, second))
    return all(
        np.array_equal(one.counts.data, other.counts.data)
        and np.allclose(one.response, other.response, rtol=1e-15, atol=0)
        for one, other in zip(first, second, strict=True)
    )


def test_round_trip(tmp_path):
    both().write(tmp_path / "datasets.yaml")
    assert files(tmp_path) == [
        "Crab_run_1.fits",
        "Crab_run_1_arf.fits",
        "Crab_run_1_bkg.fits",
        "Crab_run_1_rmf.fits",
        "datasets.yaml",
        "known.fits",
    ]
    assert yaml.safe_load((tmp_path / "datasets.yaml").read_text()) == {
        "datasets": [
            {"name": "known", "type": "SpectrumDataset", "filename": "known.fits"},
            {
                "name": "Crab / run 1",
                "type": "SpectrumDatasetOnOff",
                "filename": "Crab_run_1.fits",
            },
        ]
    }
    assert same_data(both(), Datasets.read(tmp_path / "datasets.yaml"))


def test_models_beside(tmp_path):
    datasets = both()
    datasets.models = Models([toys.power_law("crab")])
    datasets.write(tmp_path / "d.yaml", filename_models=tmp_path / "m.yaml")
    again = Datasets.read(tmp_path / "d.yaml", filename_models=tmp_path / "m.yaml")
    assert again.models.names == ["crab"]
    assert again.stat_sum() == pytest.approx(datasets.stat_sum(), rel=1e-12)


def test_names_that_clash_as_files(tmp_path):
    names = ["a", "A", "a_arf", "..", "list"]
    datasets = Datasets([toys.on_off(name=name, seed=i) for i, name in enumerate(names)])
    datasets.write(tmp_path / "list.fits")
    found = files(tmp_path)
    assert len(found) == 4 * len(names) + 1
    assert len({name.casefold() for name in found}) == len(found)
    assert same_data(datasets, Datasets.read(tmp_path / "list.fits"))


def test_established_list(tmp_path, monkeypatch):
    """With metadata, unquoted numbers as names, a variable and a subfolder."""
    (tmp_path / "sub").mkdir()
    ogip_files.write(tmp_path / "sub")
    monkeypatch.setenv("MY_DATA", str(tmp_path / "sub"))
    entry = "-   name: {}\n    type: SpectrumDatasetOnOff\n    filename: {}\n"
    text = (
        "datasets:\n" + entry.format(23523, "sub/pha.fits") + entry.format("b", "$MY_DATA/pha.fits")
    )
    text += "metadata:\n    creator: Gammapy 2.1\nchecksum: 0123\n"
    (tmp_path / "d.yaml").write_text(text)
    datasets = Datasets.read(tmp_path / "d.yaml")
    assert datasets.names == ["23523", "b"]
    assert datasets["b"].counts.values.tolist() == ogip_files.COUNTS.tolist()


def test_real_spectra_by_variable(tmp_path):
    if not os.environ.get("GAMMAPY_DATA"):
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    name = "$GAMMAPY_DATA/joint-crab/spectra/hess/pha_obs23523.fits"
    entry = {"name": "hess", "type": "SpectrumDatasetOnOff", "filename": name}
    (tmp_path / "d.yaml").write_text(yaml.safe_dump({"datasets": [entry]}))
    (dataset,) = Datasets.read(tmp_path / "d.yaml")
    assert (dataset.name, dataset.counts.data.sum()) == ("hess", 124 + 65)


def test_entries_that_are_not_used_warn(tmp_path):
    ogip_files.write(tmp_path)
    entry = {"name": "a", "type": "SpectrumDatasetOnOff", "filename": "pha.fits", "models": []}
    (tmp_path / "d.yaml").write_text(yaml.safe_dump({"datasets": [entry]}))
    with pytest.warns(GammapyWarning, match=r"dataset 'a': \['models'\] are not used"):
        assert Datasets.read(tmp_path / "d.yaml").names == ["a"]


def entry(**changes):
    """One good entry with changes."""
    one = {"name": "a", "type": "SpectrumDatasetOnOff", "filename": "pha.fits", **changes}
    return {key: value for key, value in one.items() if value is not None}


BAD = {
    "unknown type": (
        {"datasets": [entry(type="MapDataset")]},
        UnknownNameError,
        r"d.yaml: dataset 'a' has the type 'MapDataset', known are \['SpectrumDataset', .*take it",
    ),
    "same name": ({"datasets": [entry(), entry()]}, FileFormatError, "two datasets are named 'a'"),
    "number and text": (
        {"datasets": [entry(name=1), entry(name="1")]},
        FileFormatError,
        "two datasets are named '1': rename one",
    ),
    "no filename": (
        {"datasets": [entry(filename=None)]},
        FileFormatError,
        "dataset 'a' has filename = None: a text is needed",
    ),
    "no name": ({"datasets": [entry(name=None)]}, FileFormatError, "dataset 0 has name = None"),
    "no type": ({"datasets": [entry(type=None)]}, FileFormatError, "'a' has type = None"),
    "list as name": ({"datasets": [entry(name=[1])]}, FileFormatError, r"has name = \[1\]"),
    "file gone": (
        {"datasets": [entry(filename="none.fits")]},
        MissingFileError,
        "dataset 'a': .*none.fits does not exist: correct filename",
    ),
    "variable not set": (
        {"datasets": [entry(filename="$NO_SUCH/pha.fits")]},
        MissingFileError,
        "NO_SUCH/pha.fits does not exist: set the environment variable NO_SUCH",
    ),
    "wrong kind": (
        {"datasets": [entry(type="SpectrumDataset")]},
        GammapyError,
        "is an OGIP spectrum, which SpectrumDataset cannot hold",
    ),
    "text": (
        {"datasets": ["pha.fits"]},
        FileFormatError,
        "dataset 0 is 'pha.fits': write its name",
    ),
    "no datasets": ({"components": []}, FileFormatError, r"holds the keys \['components'\]"),
    "list": ([entry()], FileFormatError, "d.yaml holds a list: a list 'datasets:'"),
    "nothing": (None, FileFormatError, "d.yaml is empty: there is nothing"),
    "none in it": ({"datasets": []}, FileFormatError, "a list 'datasets:' of entries"),
}


@pytest.mark.parametrize(("tree", "error", "message"), BAD.values(), ids=BAD)
def test_bad_lists(tree, error, message, tmp_path):
    ogip_files.write(tmp_path)
    (tmp_path / "d.yaml").write_text(yaml.safe_dump(tree))
    with pytest.raises(error, match=message) as info:
        Datasets.read(tmp_path / "d.yaml")
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("content", [b"datasets: [", b"\xff\xfe\x00", b"a: b: c", b"d: 2001-99-99"])
def test_not_yaml(content, tmp_path):
    (tmp_path / "d.yaml").write_bytes(content)
    with pytest.raises(FileFormatError, match=r"d\.yaml.*(not a text file|not valid)") as info:
        Datasets.read(tmp_path / "d.yaml")
    assert "\n" not in str(info.value)


def test_missing_list(tmp_path):
    with pytest.raises(MissingFileError, match=r"d.yaml does not exist"):
        Datasets.read(tmp_path / "d.yaml")
    with pytest.raises(FileFormatError, match="is a folder: give the name of a file"):
        Datasets.read(tmp_path)


def test_damaged_data_are_named(tmp_path):
    both().write(tmp_path / "d.yaml")
    (tmp_path / "known.fits").write_bytes(b"nothing")
    with pytest.raises(FileFormatError, match=r"known.fits cannot be read as FITS"):
        Datasets.read(tmp_path / "d.yaml")


@pytest.mark.parametrize("taken", ["d.yaml", "known.fits", "Crab_run_1_arf.fits"])
def test_existing_files_are_kept(taken, tmp_path):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(OverwriteError, match=f"{taken} exists: pass overwrite=True"):
        both().write(tmp_path / "d.yaml")
    assert files(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"
    both().write(tmp_path / "d.yaml", overwrite=True)
    both().write(tmp_path / "d.yaml", overwrite=True)
    assert same_data(both(), Datasets.read(tmp_path / "d.yaml"))
    assert len(files(tmp_path)) == 6


def test_failed_write_leaves_nothing(tmp_path):
    datasets = both()
    datasets[1].counts_off = None  # the second cannot be written
    with pytest.raises(DataError, match="need counts_off"):
        datasets.write(tmp_path / "d.yaml")
    assert files(tmp_path) == []


def test_kind_without_a_format(tmp_path):
    class Toy(Dataset):
        def term(self, plan):
            raise NotImplementedError

    with pytest.raises(DataError, match="cannot be written: its class has no file format"):
        Datasets([Toy(name="toy")]).write(tmp_path / "d.yaml")
    assert files(tmp_path) == []


def test_places_are_checked(tmp_path):
    with pytest.raises(MissingFileError, match=r"folder .* does not exist; create it first"):
        both().write(tmp_path / "none" / "d.yaml")
    with pytest.raises(OverwriteError, match="is a folder"):
        both().write(tmp_path, overwrite=True)
    with pytest.raises(DataError, match="no datasets to write"):
        Datasets().write(tmp_path / "d.yaml")
    (tmp_path / "known.fits").mkdir()
    with pytest.raises(OverwriteError, match=r"known.fits is a folder"):
        both().write(tmp_path / "d.yaml", overwrite=True)
    assert files(tmp_path) == ["known.fits"]
