"""Curves in FITS files: read once, and refused with the name of the file."""

import os
import time

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import FileFormatError, MissingFileError, OverwriteError
from gammapy.modeling.serialize.temporal_files import (
    read_light_curve,
    read_light_curve_map,
    read_phase_curve,
    write_light_curve,
    write_light_curve_map,
    write_phase_curve,
)


def phases(*norm):
    return Table({"PHASE": np.linspace(0, 1, len(norm)), "NORM": norm})


def times(**more):
    meta = {"MJDREFI": 55000, "MJDREFF": 0.25, "TIMESYS": "utc", "TIMEUNIT": "s"}
    return Table(
        {"TIME": [0.0, 10, 40], "NORM": [1, 2, 1.5]} | more, meta=meta, units={"TIME": "s"}
    )


def test_read_once_until_it_changes(tmp_path):
    path = tmp_path / "a.fits"
    write_phase_curve(phases(1, 2), path)
    first = read_phase_curve(path)
    assert read_phase_curve(str(path)) is first
    write_phase_curve(phases(1, 3), path, overwrite=True)
    later = time.time_ns() + 10**9
    os.utime(path, ns=(later, later))
    np.testing.assert_array_equal(read_phase_curve(path).norm, [1, 3])


def test_the_first_extension_counts_whatever_its_name(tmp_path):
    path = tmp_path / "a.fits"
    tables = [fits.BinTableHDU(phases(*norm)) for norm in ((1, 2), (5, 6))]
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(path)
    np.testing.assert_array_equal(read_phase_curve(path).norm, [1, 2])


@pytest.mark.parametrize(
    ("write", "read"),
    [(write_light_curve, read_light_curve), (write_light_curve_map, read_light_curve_map)],
)
@pytest.mark.parametrize("name", ["lc.fits", "lc.fits.gz"])
def test_light_curves(tmp_path, write, read, name):
    write(times(), tmp_path / name)
    found = read(tmp_path / name)
    np.testing.assert_array_equal(found.seconds, [0, 10, 40])
    np.testing.assert_array_equal(found.norm, [1, 2, 1.5])
    assert (found.reference.mjd, found.reference.scale) == (55000.25, "utc")
    packed = (tmp_path / name).read_bytes().startswith(b"\x1f\x8b")
    assert packed == name.endswith(".gz")


def test_map_that_is_called_a_table(tmp_path):
    """As in files of Gammapy 2.1, which cannot read them itself."""
    write_light_curve_map(times(), tmp_path / "lc.fits")
    np.testing.assert_array_equal(read_light_curve(tmp_path / "lc.fits").norm, [1, 2, 1.5])


def test_map_that_depends_on_energy(tmp_path):
    path = tmp_path / "a.fits"
    write_light_curve_map(times(), path)
    with fits.open(path) as hdus:
        bands = Table(hdus["SKYMAP_BANDS"].data)
        bands["ENERGY"] = 1.0
        hdus["SKYMAP_BANDS"] = fits.BinTableHDU(bands, name="SKYMAP_BANDS")
        hdus.writeto(path, overwrite=True)
    with pytest.raises(FileFormatError, match="depends on energy is not supported"):
        read_light_curve_map(path)


def test_what_is_no_curve(tmp_path):
    empty = tmp_path / "empty.fits"
    fits.PrimaryHDU().writeto(empty)
    with pytest.raises(FileFormatError, match=r"empty\.fits has no table"):
        read_phase_curve(empty)
    write_phase_curve(phases(*range(2000)), tmp_path / "whole.fits")
    content = (tmp_path / "whole.fits").read_bytes()
    (tmp_path / "half.fits").write_bytes(content[:9000])
    with pytest.raises(FileFormatError, match=r"half\.fits cannot be read as FITS"):
        read_phase_curve(tmp_path / "half.fits")
    with pytest.raises(FileFormatError, match="is a folder"):
        read_phase_curve(tmp_path)
    with pytest.raises(FileFormatError, match=r"whole\.fits has no column TIME"):
        read_light_curve(tmp_path / "whole.fits")


def test_missing_files_and_folders(tmp_path, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    with pytest.raises(MissingFileError, match="set the variable in the name"):
        read_phase_curve("$NOWHERE/a.fits")
    with pytest.raises(MissingFileError, match="create it first"):
        write_phase_curve(phases(1, 2), tmp_path / "no" / "a.fits")
    with pytest.raises(OverwriteError, match="is a folder"):
        write_phase_curve(phases(1, 2), tmp_path, overwrite=True)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.fits"
    write_phase_curve(phases(1, 2), path)
    before = path.read_bytes()

    def fail(self, name, *args, **kwargs):
        open(name, "w").close()
        raise OSError("disk full")

    monkeypatch.setattr(fits.HDUList, "writeto", fail)
    with pytest.raises(OSError, match="disk full"):
        write_phase_curve(phases(1, 3), path, overwrite=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.fits"]
