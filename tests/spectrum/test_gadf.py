"""Counts spectra in one file: round trips, the layout, and bad files."""

import os

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    OverwriteError,
)
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from gammapy.spectrum.gadf import read_on_off, read_spectrum, write_on_off, write_spectrum
from tests.spectrum import toys


def assert_same(first, second):
    """Equal in every number, unit, axis and name."""
    assert type(first) is type(second)
    assert first.name == second.name
    for slot in first.slots.keys() | second.slots.keys():
        one, other = getattr(first, slot), getattr(second, slot)
        assert (one is None) == (other is None), slot
        if one is None:
            continue
        assert np.array_equal(one.data, other.data), slot
        assert one.data.dtype == other.data.dtype, slot
        if slot != "edisp":
            assert one.unit == other.unit, slot
        axes = (v.axes if slot == "edisp" else v.geom.axes for v in (one, other))
        for axis, again in zip(*axes, strict=True):
            assert (axis.name, axis.interp, axis.unit) == (again.name, again.interp, again.unit)
            assert np.array_equal(axis.edges, again.edges), slot


def masked(dataset):
    """With both masks."""
    geom = RegionGeom([dataset.energy_axis])
    dataset.mask_safe = RegionNDMap(geom, np.arange(geom.data_shape[0]) > 1)
    dataset.mask_fit = geom.energy_mask("1 TeV", "20 TeV")
    return dataset


@pytest.mark.parametrize("make", [toys.cash, toys.on_off])
def test_round_trip(make, tmp_path):
    dataset = make(name="Crab nebula (2004)")
    for i, change in enumerate((lambda d: d, masked)):
        change(dataset).write(tmp_path / f"{i}.fits", format="gadf")
        assert_same(dataset, type(dataset).read(tmp_path / f"{i}.fits"))
    assert type(dataset).read(tmp_path / "1.fits", name="other").name == "other"


def test_round_trip_of_little(tmp_path):
    energy = MapAxis([0, 10, 30], interp="lin", name="energy", unit="GeV")
    counts = RegionNDMap(RegionGeom([energy]), [1.5, 2.0])
    for dataset, write, read in (
        (SpectrumDataset(counts=counts, name="a"), write_spectrum, read_spectrum),
        (SpectrumDatasetOnOff(counts=counts, name="b"), write_on_off, read_on_off),
    ):
        path = tmp_path / f"{dataset.name}.fits.gz"
        write(dataset, path)
        assert_same(dataset, read(path))


def test_units_are_kept(tmp_path):
    dataset = toys.cash()
    exposure = dataset.exposure
    dataset.exposure = RegionNDMap(exposure.geom, exposure.data / 1e4 / 3600, unit="m2 h")
    write_spectrum(dataset, tmp_path / "toy.fits")
    again = read_spectrum(tmp_path / "toy.fits")
    assert again.exposure.unit == u.Unit("m2 h")
    np.testing.assert_allclose(again.response, toys.cash().response, rtol=1e-14)


def test_the_same_dataset_makes_the_same_file(tmp_path):
    for name in ("one", "two"):
        write_on_off(masked(toys.on_off()), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_layout(tmp_path):
    """What a reader of the established layout looks for."""
    dataset = masked(toys.on_off(n_energy=3, n_true=5))
    write_on_off(dataset, tmp_path / "toy.fits")
    with fits.open(tmp_path / "toy.fits") as hdus:
        names = ["COUNTS", "EXPOSURE", "MASK_SAFE", "MASK_FIT", "COUNTS_OFF", "ACCEPTANCE"]
        names += ["ACCEPTANCE_OFF", "EDISP", "EDISP_EXPOSURE"]
        expected = [part for name in names for part in (name, f"{name}_BANDS")]
        assert [hdu.name for hdu in hdus] == ["PRIMARY", *expected]
        assert hdus[0].header["NAME"] == "on-off"
        assert hdus["COUNTS"].columns.names == ["CHANNEL", "DATA"]
        assert hdus["COUNTS"].data["DATA"].shape == (3, 1, 1)
        assert hdus["COUNTS"].header["AXCOLS1"] == "E_MIN,E_MAX"
        assert hdus["COUNTS"].header["INTERP1"] == "log"
        assert hdus["COUNTS_BANDS"].columns.names == ["CHANNEL", "ENERGY", "E_MIN", "E_MAX"]
        assert hdus["EXPOSURE"].columns["DATA"].unit == "cm2 s"
        assert hdus["EXPOSURE"].header["AXCOLS1"] == "ENERGY_TRUE_MIN,ENERGY_TRUE_MAX"
        assert hdus["MASK_FIT"].columns["DATA"].format == "L"
        kernel, bands = hdus["EDISP"], hdus["EDISP_BANDS"].data
        assert kernel.data["DATA"].shape == (5, 3, 1, 1)
        assert np.array_equal(kernel.data["DATA"][..., 0, 0], dataset.edisp.data)
        assert kernel.header["AXCOLS2"] == "ENERGY_TRUE_MIN,ENERGY_TRUE_MAX"
        assert np.array_equal(bands["E_MIN"][:4], dataset.energy_axis.edges.value[[0, 1, 2, 0]])
        true = dataset.exposure.geom.axes[0].edges.value
        assert np.array_equal(bands["ENERGY_TRUE_MAX"][:4], true[[1, 1, 1, 2]])
        assert hdus["EDISP_EXPOSURE"].data["DATA"].shape == (5, 1, 1, 1)


def test_tables_that_are_not_used_are_carried(tmp_path):
    path = tmp_path / "toy.fits"
    write_on_off(toys.on_off(), path)
    region = [fits.Column("SHAPE", "6A", array=["circle"]), fits.Column("R", "D", array=[1.1])]
    gti = [fits.Column("START", "D", unit="s", array=[3.0])]
    with fits.open(path, mode="append") as hdus:
        hdus.append(fits.BinTableHDU.from_columns(region, name="COUNTS_REGION"))
        hdus.append(fits.BinTableHDU.from_columns(gti, name="GTI"))
    for format in ("gadf", "ogip"):
        again = tmp_path / f"{format}.fits"
        with pytest.warns(GammapyWarning, match=r"GTI states no reference time.*set dataset.gti"):
            SpectrumDatasetOnOff.read(path).write(again, format=format)
        with pytest.warns(GammapyWarning, match=r"GTI states no reference time"):
            dataset = SpectrumDatasetOnOff.read(again)
        dataset.write(tmp_path / "again.fits", format="gadf", overwrite=True)
        with fits.open(tmp_path / "again.fits") as hdus:
            assert hdus["COUNTS_REGION"].data["R"] == [1.1]
            assert hdus["EXPOSURE_REGION"].data["SHAPE"] == ["circle"]
            assert hdus["GTI"].data["START"] == [3.0]
            assert hdus["GTI"].columns["START"].unit == "s"


def test_kinds_are_not_mixed_up(tmp_path):
    write_spectrum(toys.cash(), tmp_path / "cash.fits")
    write_on_off(toys.on_off(), tmp_path / "onoff.fits")
    with pytest.raises(
        FileFormatError, match=r"cash.fits has a known background.*SpectrumDataset.r"
    ):
        SpectrumDatasetOnOff.read(tmp_path / "cash.fits")
    with pytest.raises(FileFormatError, match=r"onoff.fits has off counts.*SpectrumDatasetOnOff.r"):
        SpectrumDataset.read(tmp_path / "onoff.fits")


def test_existing_file_is_kept(tmp_path):
    path = tmp_path / "toy.fits"
    path.write_text("mine")
    with pytest.raises(OverwriteError, match=r"toy.fits exists: pass overwrite=True"):
        write_spectrum(toys.cash(), path)
    assert path.read_text() == "mine"
    write_spectrum(toys.cash(), path, overwrite=True)
    assert read_spectrum(path).name == "cash"


def test_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "toy.fits"
    write_spectrum(toys.cash(), path)
    before = path.read_bytes()

    def no_space(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="no space left"):
        write_spectrum(toys.cash(seed=9), path, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["toy.fits"]
    assert path.read_bytes() == before


def test_no_counts(tmp_path):
    with pytest.raises(DataError, match="no counts to write: set counts"):
        write_spectrum(SpectrumDataset(name="empty"), tmp_path / "toy.fits")
    assert list(tmp_path.iterdir()) == []


def test_name_that_a_header_cannot_hold(tmp_path):
    with pytest.warns(GammapyWarning, match="'Crab α' cannot be stored"):
        write_spectrum(toys.cash(name="Crab α"), tmp_path / "toy.fits")
    assert read_spectrum(tmp_path / "toy.fits").name == "toy"


def _set(name, column, row, value):
    def change(hdus):
        hdus[name].data[column][row] = value

    return change


def _drop(name):
    def change(hdus):
        del hdus[name]

    return change


def _card(name, key, value):
    def change(hdus):
        hdus[name].header[key] = value

    return change


def _cut(name):
    def change(hdus):
        hdus[name].data = hdus[name].data[:-1]

    return change


def _rename(name, column):
    def change(hdus):
        hdus[name].columns.change_name(column, "OTHER")

    return change


MIGRA = "MIGRA_MIN,MIGRA_MAX"
BAD = {
    "no bands": (_drop("COUNTS_BANDS"), "toy.fits has no table COUNTS_BANDS"),
    "no counts": (_drop("COUNTS"), "toy.fits has no table COUNTS, only"),
    "no data": (_rename("EXPOSURE", "DATA"), "toy.fits: EXPOSURE is no table with a column DATA"),
    "no edges": (_rename("COUNTS_BANDS", "E_MIN"), "column E_MIN of COUNTS_BANDS is missing"),
    "negative counts": (_set("COUNTS", "DATA", 2, -1.0), "toy.fits: .*counts is -1.0 in bin 2"),
    "NaN exposure": (
        _set("EXPOSURE", "DATA", 1, np.nan),
        "toy.fits: column DATA of EXPOSURE is nan in row 1",
    ),
    "gap": (_set("COUNTS_BANDS", "E_MIN", 3, 1e-3), "bin 2 of COUNTS_BANDS ends at .* must touch"),
    "rows": (_cut("COUNTS_BANDS"), "COUNTS_BANDS has 7 rows, 8 are needed for COUNTS"),
    "edisp rows": (_cut("EDISP"), "EDISP_BANDS has 96 rows, 88 are needed for EDISP"),
    "mask": (_set("MASK_SAFE", "DATA", 0, 7), "DATA of MASK_SAFE is 7: use true and false"),
    "migration": (_card("EDISP_BANDS", "AXCOLS1", MIGRA), "EDISP_BANDS has the axes .*kernel"),
    "axis": (_card("COUNTS_BANDS", "AXCOLS1", MIGRA), "COUNTS_BANDS has the axes .*one of"),
    "scale": (_card("COUNTS_BANDS", "INTERP1", "cubic"), "toy.fits: axis 'energy'.*'cubic'"),
    "unit": (_card("EXPOSURE", "TUNIT2", "cm2 TeV"), "toy.fits: .*exposure in .* does not convert"),
    "no unit": (_card("EXPOSURE", "TUNIT2", "blub"), "toy.fits: DATA of EXPOSURE: .*blub"),
    "not energies": (_card("COUNTS_BANDS", "TUNIT3", "s"), "column E_MIN of COUNTS_BANDS is in s"),
    "gains": (_set("EDISP", "DATA", 3, 1.0), "toy.fits: energy dispersion gains events"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_bad_files(change, message, tmp_path):
    write_spectrum(masked(toys.cash()), tmp_path / "good.fits")
    with fits.open(tmp_path / "good.fits") as hdus:
        if "MASK_SAFE is" in message:
            hdus["MASK_SAFE"] = fits.BinTableHDU.from_columns(
                [fits.Column("DATA", "I", array=np.zeros(8))], hdus["MASK_SAFE"].header
            )
        change(hdus)
        hdus.writeto(tmp_path / "toy.fits")
    with pytest.raises(FileFormatError, match=message) as info:
        read_spectrum(tmp_path / "toy.fits")
    assert "\n" not in str(info.value)


def test_missing_and_truncated(tmp_path):
    path = tmp_path / "toy.fits"
    with pytest.raises(MissingFileError, match=r"toy.fits does not exist"):
        read_spectrum(path)
    write_spectrum(toys.cash(), path)
    path.write_bytes(path.read_bytes()[:-2880])
    with pytest.raises(FileFormatError, match=r"toy.fits is truncated or damaged.*fetch it again"):
        read_spectrum(path)
