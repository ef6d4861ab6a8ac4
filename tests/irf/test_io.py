"""All responses of a file, of made and of all real files."""

import warnings

import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, GammapyError, GammapyWarning, MissingFileError
from gammapy.irf import load_irf_dict_from_file
from tests.irf.made import area, background_2d, data_folder, dispersion, gauss, king

#: file -> kinds of its responses
REAL = {
    "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits": "aeff psf edisp bkg",
    "cta-caldb/Prod5-North-20deg-AverageAz-4LSTs09MSTs.180000s-v0.1.fits.gz": "aeff psf edisp bkg",
    "cta-caldb/Prod5-South-20deg-AverageAz-14MSTs37SSTs.180000s-v0.1.fits.gz": "aeff psf edisp bkg",
    "ctools/caldb/data/cta/prod2/bcf/South_50h/irf_file.fits.gz": "aeff psf edisp bkg",
    **{
        f"hess-dl3-dr1/data/hess_dl3_dr1_obs_id_0{run}.fits.gz": "aeff edisp psf bkg"
        for run in (20561, 23077, 23523, 23526, 23559, 23592)
    },
}


def written(path, *irfs):
    fits.HDUList([fits.PrimaryHDU(), *(irf.to_table_hdu() for irf in irfs)]).writeto(path)
    return path


def test_all_of_a_file(tmp_path):
    irfs = area(), gauss(), dispersion(), background_2d()
    found = load_irf_dict_from_file(written(tmp_path / "irf.fits", *irfs))
    assert list(found) == ["aeff", "psf", "edisp", "bkg"]
    assert all(ours.is_allclose(irf) for ours, irf in zip(found.values(), irfs, strict=True))


def test_a_second_one_is_named(tmp_path):
    path = written(tmp_path / "irf.fits", gauss(), king())
    with pytest.warns(GammapyWarning, match="is left out, it is a second 'psf'"):
        found = load_irf_dict_from_file(path)
    assert found["psf"].is_allclose(gauss())


def test_unknown_kinds_are_named(tmp_path):
    odd = fits.BinTableHDU.from_columns([fits.Column("RAD_MAX", "D", array=[1.0])], name="RAD_MAX")
    odd.header["HDUCLAS1"] = "RESPONSE"
    fits.HDUList([fits.PrimaryHDU(), odd, area().to_table_hdu()]).writeto(tmp_path / "irf.fits")
    with pytest.warns(GammapyWarning, match="'RAD_MAX' is a response of no kind"):
        assert list(load_irf_dict_from_file(tmp_path / "irf.fits")) == ["aeff"]


def test_files_without_responses(tmp_path):
    written(tmp_path / "empty.fits")
    with pytest.raises(FileFormatError, match="holds no instrument response"):
        load_irf_dict_from_file(tmp_path / "empty.fits")
    with pytest.raises(MissingFileError):
        load_irf_dict_from_file(tmp_path / "none.fits")


@pytest.mark.parametrize("name", REAL)
def test_real_files(name):
    """Read without a warning, and each method of the engine gives sane numbers."""
    path = data_folder() / name
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        irfs = load_irf_dict_from_file(path)
    assert list(irfs) == REAL[name].split()
    energy, offset = np.geomspace(0.5, 30, 5), np.array([0.0, 0.7, 1.8])
    area = irfs["aeff"].area(energy[:, None], offset)
    assert np.all((area > 1e7) & (area < 1e12))
    transform = irfs["psf"].transform(energy, offset, [0.0, 10.0, 400.0])
    np.testing.assert_allclose(transform[..., 0], 1.0, rtol=1e-12)
    assert np.all((transform[..., 1] < 1) & (transform[..., 1] > 0.1))
    assert np.all(np.abs(transform[..., 2]) < 0.1)
    rows = irfs["edisp"].matrix(energy, np.geomspace(0.01, 1e3, 100), offset).sum(axis=-1)
    np.testing.assert_allclose(rows, 1.0, atol=1e-9)
    rate = irfs["bkg"].rate(energy, offset, 0.0)
    assert np.all((rate > 0) & (rate < np.inf))


@pytest.mark.slow
def test_every_file_is_read_or_refused_by_a_named_error():
    """A walk over all FITS files: no response is left out, no other error comes."""
    found, refused = {}, []
    for path in sorted(data_folder().rglob("*.fits*")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", GammapyWarning)  # responses of other kinds
                found[str(path.relative_to(data_folder()))] = " ".join(
                    load_irf_dict_from_file(path)
                )
        except GammapyError as error:
            refused.append(str(error))
    assert found == REAL
    assert refused
    for message in refused:
        assert "holds no instrument response" in message or "as FITS" in message
