"""Good time intervals in files: real ones, their own, and beside spectra."""

import os
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.data import GTI
from gammapy.errors import FileFormatError, GammapyWarning, MissingFileError, OverwriteError
from gammapy.spectrum import SpectrumDatasetOnOff
from tests.spectrum import toys

TOY = GTI.create([0, 3600] * u.s, [1800, 7200] * u.s, Time("2004-12-04T22:00:00", scale="utc"))

#: file, number of intervals, seconds in all, first start in UTC (as Gammapy 2.1 reads them)
REAL = [
    (
        "hess-dl3-dr1/data/hess_dl3_dr1_obs_id_020561.fits.gz",
        1,
        1684.0,
        "2004-04-26 21:59:36.000",
    ),
    ("cta-1dc/data/baseline/gps/gps_baseline_110380.fits", 1, 1800.0, "2021-01-21 11:58:50.816"),
    ("datasets-gammapy/cta1dc-gc-2deg.fits.gz", 3, 5400.0, "2021-01-21 11:58:50.816"),
    (
        "fermi-3fhl-gc/fermi-3fhl-gc-counts-cube.fits.gz",
        38961,
        182544613.28797865,
        "2008-08-04 15:43:36.494",
    ),
]


@pytest.mark.parametrize(("name", "number", "total", "first"), REAL)
def test_real_files(name, number, total, first):
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    gti = GTI.read(Path(folder) / name)
    assert len(gti) == number
    assert gti.time_sum.to_value("s") == pytest.approx(total, rel=1e-12)
    assert gti.time_start[0].utc.iso == first
    merged = gti.union()
    assert merged.time_sum.to_value("s") == pytest.approx(total, rel=1e-9)


def test_own_file(tmp_path):
    path = tmp_path / "gti.fits"
    TOY.write(path)
    assert GTI.read(path) == TOY
    with pytest.raises(OverwriteError, match=r"gti.fits exists"):
        TOY.write(path)
    TOY.union().write(path, overwrite=True)
    with pytest.raises(FileFormatError, match=r"gti.fits has no table 'GTI2'.*only \['PRIMARY'"):
        GTI.read(path, hdu="GTI2")
    with pytest.raises(MissingFileError, match=r"nothing.fits does not exist"):
        GTI.read(tmp_path / "nothing.fits")


@pytest.mark.parametrize(
    ("make", "format"), [(toys.cash, "gadf"), (toys.on_off, "gadf"), (toys.on_off, "ogip")]
)
def test_beside_a_spectrum(make, format, tmp_path):
    dataset = make()
    dataset.gti = TOY
    dataset.meta = {"livetime": 1700.0, "object": "Crab", "telescop": "HESS", "instrume": "HESS I"}
    for name in ("once", "twice"):
        dataset.write(tmp_path / f"{name}.fits", format=format)
        dataset = type(dataset).read(tmp_path / f"{name}.fits")
        assert dataset.gti == TOY
        kept = {k: dataset.meta[k] for k in ("livetime", "object", "telescop", "instrume")}
        assert kept == {
            "livetime": 1700.0,
            "object": "Crab",
            "telescop": "HESS",
            "instrume": "HESS I",
        }
        assert "tables" not in dataset.meta
    with fits.open(tmp_path / "twice.fits") as hdus:
        assert [hdu.name for hdu in hdus].count("GTI") == 1


@pytest.mark.parametrize("format", ["gadf", "ogip"])
def test_new_intervals_replace_a_table_that_was_not_understood(format, tmp_path):
    dataset = toys.on_off()
    dataset.write(tmp_path / "a.fits", format=format)
    with fits.open(tmp_path / "a.fits", mode="append") as hdus:
        hdus.append(
            fits.BinTableHDU.from_columns([fits.Column("START", "D", array=[1.0])], name="GTI")
        )
    with pytest.warns(GammapyWarning, match=r"a.fits: table GTI.*without good time intervals"):
        dataset = SpectrumDatasetOnOff.read(tmp_path / "a.fits")
    assert dataset.gti is None
    dataset.gti = TOY
    dataset.write(tmp_path / "b.fits", format=format)
    assert SpectrumDatasetOnOff.read(tmp_path / "b.fits").gti == TOY


def test_without(tmp_path):
    toys.on_off().write(tmp_path / "a.fits")
    assert SpectrumDatasetOnOff.read(tmp_path / "a.fits").gti is None
    with fits.open(tmp_path / "a.fits") as hdus:
        assert "GTI" not in hdus
    assert np.isnan(toys.on_off().info_dict()["ontime"])
