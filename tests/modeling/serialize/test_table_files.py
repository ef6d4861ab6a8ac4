"""Tables that models are made of, read from files."""

import os

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.models import EBLAbsorptionNormSpectralModel, PrimaryFlux
from gammapy.modeling.serialize.table_files import read_absorption, read_pppc4

REDSHIFTS = [0.2, 0.1, 0.2]
SPECTRA = [[0.5, 0.4], [0.7, 0.6], [0.5, 0.4]]


def write_ebl(path, redshifts=REDSHIFTS, spectra=SPECTRA, unit=None, low=(1e9, 4e9)):
    edges = [
        fits.Column("ENERG_LO", "E", unit=unit, array=low),
        fits.Column("ENERG_HI", "E", unit=unit, array=[4e9, 9e9]),
    ]
    rows = [
        fits.Column("PARAMVAL", "E", array=redshifts),
        fits.Column("INTPSPEC", "2E", array=spectra),
    ]
    hdus = [
        fits.PrimaryHDU(),
        fits.BinTableHDU.from_columns(edges, name="ENERGIES"),
        fits.BinTableHDU.from_columns(rows, name="SPECTRA"),
    ]
    fits.HDUList(hdus).writeto(path, overwrite=True)
    return path


@pytest.mark.parametrize(("unit", "scale"), [(None, 1.0), ("keV", 1.0), ("eV", 1e-3)])
def test_absorption(tmp_path, unit, scale):
    energy, redshift, values = read_absorption(write_ebl(tmp_path / "ebl.fits", unit=unit))
    np.testing.assert_allclose(energy.to_value(u.TeV), np.array([2.0, 6.0]) * scale, rtol=1e-7)
    np.testing.assert_array_equal(redshift.value, np.float32([0.1, 0.2]))
    np.testing.assert_array_equal(values.value, np.float32([[0.7, 0.6], [0.5, 0.4]]))
    assert values.dtype == np.float32


def test_absorption_model_of_a_file(tmp_path, monkeypatch):
    write_ebl(tmp_path / "ebl.fits")
    monkeypatch.setenv("MY_TABLES", str(tmp_path))
    model = EBLAbsorptionNormSpectralModel.read("$MY_TABLES/ebl.fits", redshift=0.15)
    assert model.filename == "$MY_TABLES/ebl.fits"
    assert model(2 * u.TeV).value == pytest.approx(np.sqrt(0.7 * 0.5), rel=1e-6)
    tree = model.to_dict()
    assert tree["spectral"]["filename"] == "$MY_TABLES/ebl.fits"
    again = EBLAbsorptionNormSpectralModel.from_dict(tree)
    assert again(2 * u.TeV) == model(2 * u.TeV)
    assert again.to_dict() == tree


def test_a_file_that_changes_is_read_again(tmp_path):
    path = write_ebl(tmp_path / "ebl.fits")
    assert read_absorption(path)[2] is read_absorption(path)[2]
    write_ebl(path, spectra=[[0.1, 0.1], [0.2, 0.2], [0.1, 0.1]])
    os.utime(path, ns=(1, 1))
    np.testing.assert_array_equal(read_absorption(path)[2][1], np.float32([0.1, 0.1]))


def test_a_redshift_with_two_spectra_is_refused(tmp_path):
    path = write_ebl(tmp_path / "ebl.fits", spectra=[[0.5, 0.4], [0.7, 0.6], [0.5, 0.3]])
    with pytest.raises(FileFormatError, match="a redshift comes twice with different spectra"):
        read_absorption(path)


@pytest.mark.parametrize("content", [b"hello", None])
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "other.fits"
    if content is None:
        fits.PrimaryHDU(np.ones(3)).writeto(path)
    else:
        path.write_bytes(content)
    with pytest.raises(FileFormatError, match="is no XSPEC table model with the extensions"):
        read_absorption(path)


def test_missing_files(tmp_path, monkeypatch):
    with pytest.raises(MissingFileError, match=r"none.fits: there is no such file; give the right"):
        read_absorption(tmp_path / "none.fits")
    monkeypatch.setenv("GAMMAPY_DATA", str(tmp_path))
    with pytest.raises(MissingFileError, match=r"GAMMAPY_DATA to the folder .*\(it is '"):
        EBLAbsorptionNormSpectralModel.read_builtin("finke")
    monkeypatch.delenv("GAMMAPY_DATA")
    for call in (
        lambda: EBLAbsorptionNormSpectralModel.read_builtin("finke"),
        lambda: PrimaryFlux("1 TeV", "b"),
    ):
        with pytest.raises(MissingFileError, match=r"GAMMAPY_DATA .*\(it is not set\)"):
            call()


HEADER = r"mDM Log[10,x] \[Tau]L \[Nu]e \[Nu]\[Mu] V->\[Mu] \[Gamma]"


def write_pppc4(folder, lines):
    path = folder / "dark_matter_spectra" / "PPPC4DMID" / "AtProduction_gammas.dat"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def test_pppc4(tmp_path, monkeypatch):
    rows = [f"{m} {x} {m + x} 2 3 4 5" for m in (10, 5) for x in (-1.0, 0.0)]
    write_pppc4(tmp_path, [HEADER, *rows])
    monkeypatch.setenv("GAMMAPY_DATA", str(tmp_path))
    table = read_pppc4()
    assert table.channels == ["tauL", "nu_e", "nu_mu", "V->mu", "gamma"]
    np.testing.assert_array_equal(table.mass.to_value(u.GeV), [5, 10])
    np.testing.assert_array_equal(table.log10_x, [-1, 0])
    np.testing.assert_array_equal(table.values["tauL"], [[4, 5], [9, 10]])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER, "5 -1 1 1 1 1 1", "5 0 1 1 1 1 1", "9 0 1 1 1 1 1"], "rows missing or twice"),
        (["m x b", "5 -1 1", "5 0 1"], "is no table of PPPC 4 DM ID"),
        ([HEADER, "5 -1 1", "5 0 1"], "is no table of PPPC 4 DM ID"),
        ([HEADER, "5 -1 1 one 1 1 1"], "is no table of PPPC 4 DM ID"),
    ],
)
def test_bad_pppc4(tmp_path, monkeypatch, lines, message):
    write_pppc4(tmp_path, lines)
    monkeypatch.setenv("GAMMAPY_DATA", str(tmp_path))
    with pytest.raises(FileFormatError, match=message):
        read_pppc4()
