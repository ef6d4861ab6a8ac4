import numpy as np
import pytest
from astropy.io import fits
from numpy.testing import assert_allclose, assert_array_equal

from tests.twins import response


def hdu(name, columns, **keywords):
    """A table from (name, format, unit, values) tuples."""
    table = [fits.Column(name=n, format=f, unit=u, array=a) for n, f, u, a in columns]
    return fits.BinTableHDU.from_columns(table, name=name, header=fits.Header(keywords))


def lists(rows):
    result = np.empty(len(rows), dtype=object)
    result[:] = [np.array(row) for row in rows]
    return result


def write_files(folder, *, tlmin=None, rmf_low=(1.0, 10.0, 100.0), off_channels=(1, 2, 3, 4)):
    """Three true bins, four channels from 1; energies in GeV and area in m2."""
    low, high = np.array([1.0, 10.0, 100.0]), np.array([10.0, 100.0, 1000.0])
    matrix = [
        ("ENERG_LO", "E", "GeV", rmf_low),
        ("ENERG_HI", "E", "GeV", high),
        ("N_GRP", "I", None, [2, 0, 1]),
        ("F_CHAN", "PI()", None, lists([[1, 4], [], [2]])),
        ("N_CHAN", "PI()", None, lists([[2, 1], [], [3]])),
        ("MATRIX", "PE()", None, lists([[0.5, 0.25, 0.125], [], [0.25, 0.5, 0.125]])),
    ]
    bounds = [
        ("CHANNEL", "I", None, [1, 2, 3, 4]),
        ("E_MIN", "D", "GeV", [1.0, 2.0, 4.0, 8.0]),
        ("E_MAX", "D", "GeV", [2.0, 4.0, 8.0, 16.0]),
    ]
    keywords = {} if tlmin is None else {"TLMIN4": tlmin}
    tables = {"rmf": [hdu("MATRIX", matrix, **keywords), hdu("EBOUNDS", bounds)]}
    area = [("ENERG_LO", "D", "GeV", low), ("ENERG_HI", "D", "GeV", high)]
    tables["arf"] = [hdu("SPECRESP", [*area, ("SPECRESP", "D", "m2", [1.0, 2.0, 3.0])])]
    on = [
        ("CHANNEL", "I", None, [1, 2, 3, 4]),
        ("COUNTS", "J", None, [5, 6, 7, 8]),
        ("QUALITY", "I", None, [0, 1, 0, 5]),
        ("BACKSCAL", "D", None, [1.0, 1.0, 2.0, 2.0]),
    ]
    names = {"BACKFILE": "bkg.fits", "RESPFILE": "rmf.fits", "ANCRFILE": "arf.fits"}
    tables["pha"] = [hdu("SPECTRUM", on, EXPOSURE=100.0, AREASCAL=0.5, **names)]
    off = [("CHANNEL", "I", None, off_channels), ("COUNTS", "J", None, [50, 60, 70, 80])]
    tables["bkg"] = [hdu("SPECTRUM", off, EXPOSURE=200.0, BACKSCAL=10.0)]
    for name, content in tables.items():
        fits.HDUList([fits.PrimaryHDU(), *content]).writeto(folder / f"{name}.fits")
    return folder / "pha.fits"


def test_every_number_of_a_small_file(tmp_path):
    dataset = response.read_ogip(write_files(tmp_path))
    assert_array_equal(dataset["counts_on"], [5, 6, 7, 8])
    assert_array_equal(dataset["counts_off"], [50, 60, 70, 80])
    # 100 s x 0.5 x (1 or 2) over 200 s x 1 x 10
    assert_allclose(dataset["alpha"], [0.025, 0.025, 0.05, 0.05])
    assert_array_equal(dataset["mask"], [True, False, True, False])
    assert dataset["livetime"] == 100.0
    assert_allclose(dataset["energy_true"], [1e-3, 1e-2, 1e-1, 1.0], rtol=1e-15)
    assert_allclose(dataset["energy"], [1e-3, 2e-3, 4e-3, 8e-3, 16e-3], rtol=1e-15)
    assert_allclose(dataset["area"], [1e4, 2e4, 3e4])
    expected = [[0.5, 0.25, 0.0, 0.125], [0.0, 0.0, 0.0, 0.0], [0.0, 0.25, 0.5, 0.125]]
    assert_array_equal(dataset["matrix"], expected)


def test_channels_count_from_tlmin(tmp_path):
    """With TLMIN 0 the same F_CHAN lie one channel higher, and the last one outside."""
    with pytest.raises(ValueError, match="MATRIX row 0: channels 4 to 5 must lie in 0 to 4"):
        response.read_ogip(write_files(tmp_path, tlmin=0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rmf_low": (1.1, 10.0, 100.0)}, "energies of ARF and RMF must agree"),
        ({"rmf_low": (1.0, 11.0, 100.0)}, "must be touching, rising bins"),
        ({"off_channels": (0, 1, 2, 3)}, "CHANNEL must be as in EBOUNDS"),
    ],
)
def test_files_that_do_not_fit_together(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        response.read_ogip(write_files(tmp_path, **change))


def test_fold_is_a_matrix_product():
    rng = np.random.default_rng(5)
    flux, area, matrix = rng.random(7), rng.random(7), rng.random((7, 4))
    expected = (flux * area * 3.0) @ matrix
    assert_allclose(response.fold(flux, area, 3.0, matrix), expected, rtol=1e-14)


def test_fold_by_hand():
    value = response.fold([1e-11, 2e-11], [1e9, 2e9], 100.0, [[0.5, 0.25, 0.0], [0.0, 0.0, 1.0]])
    assert_allclose(value, [0.5, 0.25, 4.0])


def test_fold_refuses_arrays_that_do_not_match():
    with pytest.raises(ValueError, match=r"flux_integrals \(2\), area \(2\) and matrix \(3 rows\)"):
        response.fold([1.0, 2.0], [1.0, 2.0], 1.0, np.ones((3, 2)))


def test_joint_crab_files(data_folder, workloads):
    """The ten spectra hold what the reference read from them."""
    workload = workloads["crab-joint-lp"]
    for item, expected in zip(workload["data"], workload["start"]["datasets"], strict=True):
        dataset = response.read_ogip(data_folder / item["file"])
        assert_array_equal(dataset["counts_on"], expected["counts_per_energy_bin"])
        assert_array_equal(dataset["counts_off"], expected["counts_off_per_energy_bin"])
        assert_array_equal(dataset["mask"], expected["mask_bins_per_energy_bin"])
        assert_allclose(dataset["alpha"], expected["alpha_per_energy_bin"], rtol=1e-15)
        edges = np.array(expected["energy_edges"]["value"])
        assert expected["energy_edges"]["unit"] == "keV"
        assert_allclose(dataset["energy"], edges * 1e-9, rtol=1e-14)
        # Probabilities, in single precision, over bins that hold at most all of the events.
        assert np.all(dataset["matrix"] >= 0)
        assert np.all(dataset["matrix"].sum(axis=1) < 1 + 1e-7)


def test_all_pha_files_of_joint_crab_can_be_read(data_folder):
    paths = sorted((data_folder / "joint-crab" / "spectra").glob("*/pha*.fits"))
    assert len(paths) == 10
    for path in paths:
        dataset = response.read_ogip(path)
        shape = (len(dataset["energy_true"]) - 1, len(dataset["energy"]) - 1)
        assert dataset["matrix"].shape == shape
        assert np.any(dataset["mask"])
        assert np.all(dataset["area"] >= 0)
