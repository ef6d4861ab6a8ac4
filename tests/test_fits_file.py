"""FITS files as a whole."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, MissingFileError, OverwriteError
from gammapy.fits_file import open_hdus, read_hdus, write_hdus


def hdus(value=1.0):
    image = fits.ImageHDU(np.full((3, 4), value), name="IMAGE")
    table = fits.BinTableHDU.from_columns([fits.Column("A", "D", array=np.arange(500.0))], name="T")
    return [fits.PrimaryHDU(), image, table]


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz"])
def test_round_trip(tmp_path, name, monkeypatch):
    write_hdus({tmp_path / name: hdus()})
    monkeypatch.setenv("FOLDER", str(tmp_path))
    for read in (open_hdus, read_hdus):
        found = read(f"$FOLDER/{name}")
        assert [h.name for h in found] == ["PRIMARY", "IMAGE", "T"]
        np.testing.assert_array_equal(found["T"].data["A"], np.arange(500))
        np.testing.assert_array_equal(found["IMAGE"].data, np.ones((3, 4)))
    assert (tmp_path / name).read_bytes().startswith(b"\x1f\x8b") == name.endswith("gz")


def test_compressed_under_any_name(tmp_path):
    write_hdus({tmp_path / "a.fits": hdus()})
    (tmp_path / "b.fits").write_bytes(gzip.compress((tmp_path / "a.fits").read_bytes()))
    assert read_hdus(tmp_path / "b.fits")["IMAGE"].data.sum() == 12


def test_same_data_same_bytes(tmp_path):
    for name in ("a.fits.gz", "b.fits.gz"):
        write_hdus({tmp_path / name: hdus()})
    assert (tmp_path / "a.fits.gz").read_bytes() == (tmp_path / "b.fits.gz").read_bytes()


def test_nothing_stays_open(tmp_path):
    write_hdus({tmp_path / "a.fits": hdus()})
    found = read_hdus(tmp_path / "a.fits")
    (tmp_path / "a.fits").unlink()
    found["IMAGE"].data[:] = 7  # is in memory
    assert found["IMAGE"].data.sum() == 84


def test_no_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"a\.fits does not exist"):
        read_hdus(tmp_path / "a.fits")
    with pytest.raises(FileFormatError, match="is a folder"):
        read_hdus(tmp_path)
    with pytest.raises(MissingFileError):
        write_hdus({tmp_path / "nowhere" / "a.fits": hdus()})


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8bnot gzip", b"SIMPLE  = T"])
def test_not_fits(tmp_path, content):
    (tmp_path / "a.fits").write_bytes(content)
    with pytest.raises(FileFormatError, match=r"a\.fits"):
        read_hdus(tmp_path / "a.fits")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("part", [0.2, 0.45, 0.8, 0.95, 0.999])
def test_truncated(tmp_path, part, zipped):
    # between two extensions a file that ends is a whole one, unless it is compressed
    name = "a.fits.gz" if zipped else "a.fits"
    write_hdus({tmp_path / name: hdus()})
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(FileFormatError, match=r"a\.fits"):
        read_hdus(tmp_path / name)


def test_zeros_at_the_end_are_let_pass(tmp_path):
    write_hdus({tmp_path / "a.fits": hdus()})
    whole = (tmp_path / "a.fits").read_bytes()
    (tmp_path / "a.fits").write_bytes(whole + b"\0" * 2880)
    assert len(read_hdus(tmp_path / "a.fits")) == 3


def test_all_files_or_none(tmp_path):
    write_hdus({tmp_path / "a.fits": hdus(1.0)})
    files = {tmp_path / "b.fits": hdus(2.0), tmp_path / "a.fits": hdus(3.0)}
    with pytest.raises(OverwriteError, match=r"a\.fits"):
        write_hdus(files)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.fits"]
    assert read_hdus(tmp_path / "a.fits")["IMAGE"].data[0, 0] == 1
    write_hdus(files, overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.fits", "b.fits"]
    assert read_hdus(tmp_path / "a.fits")["IMAGE"].data[0, 0] == 3


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(TypeError, match="not an HDU"):
        write_hdus({tmp_path / "a.fits": hdus(), tmp_path / "b.fits": [3]})
    assert list(tmp_path.iterdir()) == []
