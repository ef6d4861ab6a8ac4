"""Reading and writing OGIP spectra, against the twin, hand-computed numbers and bad files."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyError,
    GammapyWarning,
    MissingFileError,
    OverwriteError,
)
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDatasetOnOff
from gammapy.spectrum.ogip import read_on_off, write_on_off
from tests.reference import reference
from tests.spectrum import ogip_files as made
from tests.spectrum import toys
from tests.twins.response import read_ogip

REAL = (
    "joint-crab/spectra/fact/pha_stacked.fits",
    "joint-crab/spectra/fermi/pha_obs0.fits",
    *(f"joint-crab/spectra/hess/pha_obs{n}.fits" for n in (23523, 23526, 23559, 23592)),
    *(f"joint-crab/spectra/magic/pha_obs{n}.fits" for n in (5029747, 5029748)),
    *(f"joint-crab/spectra/veritas/pha_obs{n}.fits" for n in (54809, 57993)),
    "datasets/simulations/simulated_spectrum_dataset_PL.fits",
    "datasets/simulations/simulated_spectrum_dataset_ECPL.fits",
)
RESPONSE = (made.MATRIX * made.AREA[:, None]).T * made.EXPOSURE


def real(name: str) -> Path:
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(folder) / name


def assert_same(first: SpectrumDatasetOnOff, second: SpectrumDatasetOnOff) -> None:
    """Equal in every number; the exposure within rounding, for it is stored over the livetime."""
    assert first.name == second.name
    for slot in ("counts", "counts_off", "acceptance", "acceptance_off", "edisp", "mask_safe"):
        one, other = getattr(first, slot), getattr(second, slot)
        assert np.array_equal(one.data, other.data), slot
    exposures = (d.exposure.quantity.to_value("cm2 s") for d in (first, second))
    np.testing.assert_allclose(*exposures, rtol=4e-16)
    for name in ("energy", "energy_true"):
        edges = (d.axes[name].edges.to_value("TeV") for d in (first, second))
        np.testing.assert_allclose(*edges, rtol=4e-16)


# -- real files ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", REAL)
def test_agrees_with_the_twin(name):
    path = real(name)
    dataset, twin = read_on_off(path), read_ogip(path)
    assert np.array_equal(dataset.counts.values, twin["counts_on"])
    assert np.array_equal(dataset.counts_off.values, twin["counts_off"])
    assert np.array_equal(dataset.mask.values, twin["mask"])
    alpha = np.broadcast_to(twin["alpha"], len(twin["mask"]))
    np.testing.assert_allclose(dataset.alpha.values, alpha, rtol=1e-12)
    np.testing.assert_allclose(
        dataset.energy_axis.edges.to_value("TeV"), twin["energy"], rtol=1e-12
    )
    np.testing.assert_allclose(dataset.energy_edges_true, twin["energy_true"], rtol=1e-12)
    expected = twin["matrix"] * (twin["area"] * twin["livetime"])[:, None]
    np.testing.assert_allclose(dataset.response, expected.T, rtol=1e-12)
    assert dataset.meta["livetime"] == twin["livetime"]


def test_agrees_with_the_reference():
    content = reference("fits.json")
    if content is None:
        pytest.skip("GAMMAPY_REFERENCE is not set: it names the folder this test reads")
    work = next(w for w in content["workloads"] if w["id"] == "crab-joint-lp")
    for data, numbers in zip(work["data"], work["start"]["datasets"], strict=True):
        dataset = read_on_off(real(data["file"]), name=data["name"])
        assert dataset.name == numbers["name"]
        assert np.array_equal(dataset.counts.values, numbers["counts_per_energy_bin"])
        assert np.array_equal(dataset.counts_off.values, numbers["counts_off_per_energy_bin"])
        assert np.array_equal(
            dataset.mask.values, np.array(numbers["mask_bins_per_energy_bin"]) > 0
        )
        np.testing.assert_allclose(
            dataset.alpha.values, numbers["alpha_per_energy_bin"], rtol=1e-13
        )
        edges = numbers["energy_edges"]
        ours = dataset.energy_axis.edges.to_value(edges["unit"])
        np.testing.assert_allclose(ours, edges["value"], rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(REAL[0], "pha_stacked"), (REAL[1], "0"), (REAL[2], "23523"), (REAL[-1], "test_onoff")],
)
def test_name_is_short(name, expected):
    assert read_on_off(real(name)).name == expected
    assert read_on_off(real(name), name="mine").name == "mine"


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_written_and_read_back(name, tmp_path):
    dataset = read_on_off(real(name))
    write_on_off(dataset, tmp_path / "again.fits")
    again = read_on_off(tmp_path / "again.fits")
    assert_same(dataset, again)
    assert again.meta["livetime"] == dataset.meta["livetime"]
    assert list(again.meta.get("tables", ())) == list(dataset.meta.get("tables", ()))


# -- variants -----------------------------------------------------------------------------

VARIANTS = {
    "plain": {},
    "TeV": {"arf": {"unit": "TeV"}, "rmf": {"unit": "TeV"}},
    "no unit is keV and cm2": {"arf": {"unit": "", "area_unit": ""}, "rmf": {"unit": ""}},
    "area in m2": {"arf": {"area": made.AREA / 1e4, "area_unit": "m2"}},
    "fixed matrix": {"rmf": {"layout": "fixed"}},
    "scalar groups": {"rmf": {"layout": "scalar"}},
    "SPECRESP MATRIX": {"rmf": {"name": "SPECRESP MATRIX"}},
    "channels from 0": {"pha": {"first": 0}, "bkg": {"first": 0}, "rmf": {"first": 0, "tlmin": 0}},
    "channels from 1 by TLMIN": {"rmf": {"tlmin": 1}},
    "fixed from 0": {
        "pha": {"first": 0},
        "bkg": {"first": 0},
        "rmf": {"first": 0, "tlmin": 0, "layout": "fixed"},
    },
    "rate": {"pha": {"counts": None, "rate": made.COUNTS / made.EXPOSURE}},
    "backscal columns": {
        "pha": {"backscal": None, "columns": {"BACKSCAL": np.full(4, 1.0)}},
        "bkg": {"backscal": None, "columns": {"BACKSCAL": np.full(4, 5.0)}},
    },
    "quality keyword": {"pha": {"header": {"QUALITY": 0, "GROUPING": 0, "AREASCAL": 1.0}}},
    "area inside the matrix": {
        "pha": {"header": {"ANCRFILE": "none"}},
        "rmf": {"matrix": made.MATRIX * made.AREA[:, None], "header": {"HDUCLAS3": "FULL"}},
    },
    "area inside, by name": {
        "pha": {"header": {"ANCRFILE": ""}},
        "rmf": {"matrix": made.MATRIX * made.AREA[:, None], "name": "SPECRESP MATRIX"},
    },
}


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_ways_to_say_the_same(changes, tmp_path):
    dataset = SpectrumDatasetOnOff.read(made.write(tmp_path, **changes))
    assert dataset.name == "pha"
    assert np.array_equal(dataset.counts.values, made.COUNTS)
    assert np.array_equal(dataset.counts_off.values, made.COUNTS_OFF)
    assert np.array_equal(dataset.acceptance.values, [1.0] * 4)
    assert np.array_equal(dataset.acceptance_off.values, [5.0] * 4)
    assert dataset.mask_safe.values.all()
    np.testing.assert_allclose(dataset.response, RESPONSE, rtol=1e-14)
    np.testing.assert_allclose(dataset.energy_edges_true, made.ENERGY_TRUE, rtol=1e-14)
    np.testing.assert_allclose(dataset.energy_axis.edges.to_value("TeV"), made.ENERGY, rtol=1e-14)


def test_exposures_and_scales_enter_alpha_and_response(tmp_path):
    areascal = np.array([1.0, 0.5, 2.0, 1.0])
    path = made.write(
        tmp_path,
        pha={"columns": {"AREASCAL": areascal}, "backscal": 2.0},
        bkg={"header": {"EXPOSURE": 400.0, "AREASCAL": 3.0}},
    )
    dataset = read_on_off(path)
    alpha = 2.0 * areascal * 100.0 / (5.0 * 3.0 * 400.0)
    np.testing.assert_allclose(dataset.alpha.values, alpha, rtol=1e-14)
    assert np.array_equal(dataset.acceptance.values, [2.0] * 4)
    np.testing.assert_allclose(dataset.response, RESPONSE * areascal[:, None], rtol=1e-14)
    assert (dataset.meta["livetime"], dataset.meta["livetime_off"]) == (100.0, 400.0)


def test_areascal_keyword(tmp_path):
    dataset = read_on_off(made.write(tmp_path, pha={"header": {"AREASCAL": 0.5}}))
    np.testing.assert_allclose(dataset.response, 0.5 * RESPONSE, rtol=1e-14)
    np.testing.assert_allclose(dataset.exposure.values, 0.5 * made.AREA * 100.0, rtol=1e-14)
    np.testing.assert_allclose(dataset.alpha.values, 0.5 / 5.0, rtol=1e-14)


def test_channel_without_area_has_no_alpha(tmp_path):
    scale = np.array([1.0, 0.0, 1.0, 1.0])
    dataset = read_on_off(made.write(tmp_path, pha={"columns": {"AREASCAL": scale}}))
    assert np.array_equal(dataset.alpha.values > 0, scale > 0)
    assert not dataset.response[1].any()


def test_quality(tmp_path):
    columns = {"QUALITY": [0, 1, 2, 5]}
    dataset = read_on_off(made.write(tmp_path, pha={"columns": columns}))
    assert dataset.mask_safe.values.tolist() == [True, False, False, False]
    dataset = read_on_off(made.write(tmp_path, pha={"header": {"QUALITY": 5}}))
    assert not dataset.mask_safe.values.any()
    dataset = read_on_off(made.write(tmp_path, bkg={"columns": columns}))
    assert dataset.mask_safe.values.all()


def test_grouping(tmp_path):
    columns = {"GROUPING": [1, -1, 0, 1], "QUALITY": [0, 1, 0, 0]}
    dataset = read_on_off(made.write(tmp_path, pha={"columns": columns}))
    assert dataset.counts.values.tolist() == [7, 3, 2]
    assert dataset.counts_off.values.tolist() == [30, 0, 5]
    assert dataset.mask_safe.values.tolist() == [False, True, True]
    assert dataset.acceptance.values.tolist() == [1, 1, 1]
    assert dataset.acceptance_off.values.tolist() == [5, 5, 5]
    np.testing.assert_allclose(dataset.energy_axis.edges.to_value("TeV"), [1, 4, 8, 16], rtol=1e-14)
    expected = np.stack([RESPONSE[0] + RESPONSE[1], RESPONSE[2], RESPONSE[3]])
    np.testing.assert_allclose(dataset.response, expected, rtol=1e-14)


def test_grouping_over_different_scales_warns(tmp_path):
    columns = {"GROUPING": [1, -1, 1, 1], "BACKSCAL": np.array([1.0, 3.0, 1.0, 1.0])}
    path = made.write(tmp_path, pha={"columns": columns, "backscal": None})
    with pytest.warns(GammapyWarning, match="differs inside a group.*mean.*GROUPING"):
        dataset = read_on_off(path)
    np.testing.assert_allclose(dataset.alpha.values, [2 / 5, 1 / 5, 1 / 5])


def test_rate_that_is_no_whole_number_stays(tmp_path):
    rate = np.array([0.0725, 0, 0.03, 0.02])
    dataset = read_on_off(made.write(tmp_path, pha={"counts": None, "rate": rate}))
    np.testing.assert_allclose(dataset.counts.values, rate * 100, rtol=1e-6)


def test_errors_that_are_not_poisson_warn(tmp_path):
    path = made.write(tmp_path, pha={"header": {"POISSERR": False}})
    with pytest.warns(GammapyWarning, match="POISSERR = F"):
        assert read_on_off(path).counts.values.tolist() == made.COUNTS.tolist()


def test_energies_that_start_at_zero(tmp_path):
    zero_true, zero = made.ENERGY_TRUE.copy(), made.ENERGY.copy()
    zero_true[0] = zero[0] = 0.0
    rmf = {"edges": zero_true, "energy": zero}
    path = made.write(tmp_path, arf={"edges": zero_true, "area": [0, 2e8, 3e8]}, rmf=rmf)
    dataset = read_on_off(path)
    assert dataset.energy_axis.edges[0] == 0
    np.testing.assert_allclose(dataset.energy_edges_true, [2, 8, 32], rtol=1e-14)
    np.testing.assert_allclose(dataset.response, RESPONSE[:, 1:], rtol=1e-14)
    path = made.write(tmp_path, arf={"edges": zero_true}, rmf=rmf)
    with pytest.raises(FileFormatError, match=r"rmf.fits.*starts at 0.*no integral.*ENERG_LO"):
        read_on_off(path)


def test_compressed_files(tmp_path):
    write_on_off(toys.on_off(), tmp_path / "toy.fits.gz")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "toy.fits.gz",
        "toy_arf.fits.gz",
        "toy_bkg.fits.gz",
        "toy_rmf.fits.gz",
    ]
    assert_same(_safe(toys.on_off()), read_on_off(tmp_path / "toy.fits.gz"))


# -- writing ------------------------------------------------------------------------------


def _safe(dataset):
    """With the mask that is read where none was set."""
    geom = RegionGeom([dataset.energy_axis])
    dataset.mask_safe = RegionNDMap(geom, np.ones(geom.data_shape, dtype=bool))
    return dataset


def test_round_trip(tmp_path):
    dataset = _safe(toys.on_off(name="Crab nebula (2004)"))
    keep = np.array([False, *[True] * 6, False])
    dataset.mask_safe = RegionNDMap(RegionGeom([dataset.energy_axis]), keep)
    dataset.counts = RegionNDMap(dataset.counts.geom, dataset.counts.data + 0.25)
    dataset.acceptance_off = RegionNDMap(dataset.counts.geom, np.linspace(0, 7, 8))
    dataset.meta["livetime"] = 1581.736758410931
    dataset.write(tmp_path / "toy.fits")
    again = SpectrumDatasetOnOff.read(tmp_path / "toy.fits")
    assert_same(dataset, again)
    again.write(tmp_path / "again.fits")
    for what in ("arf", "rmf"):
        first, second = (tmp_path / f"{stem}_{what}.fits" for stem in ("toy", "again"))
        assert first.read_bytes() == second.read_bytes()


def test_the_same_dataset_makes_the_same_files(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_on_off(toys.on_off(), tmp_path / folder / "toy.fits")
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files == ["toy.fits", "toy_arf.fits", "toy_bkg.fits", "toy_rmf.fits"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_no_dispersion_is_written_as_perfect_energies(tmp_path):
    dataset = toys.on_off()
    dataset.edisp = None
    write_on_off(dataset, tmp_path / "toy.fits")
    again = read_on_off(tmp_path / "toy.fits")
    np.testing.assert_allclose(again.response, dataset.response, rtol=1e-14)


def test_twin_reads_what_is_written(tmp_path):
    dataset = toys.on_off()
    write_on_off(dataset, tmp_path / "toy.fits")
    twin = read_ogip(tmp_path / "toy.fits")
    assert np.array_equal(twin["counts_on"], dataset.counts.values)
    assert np.array_equal(twin["counts_off"], dataset.counts_off.values)
    np.testing.assert_allclose(twin["alpha"], dataset.alpha.values, rtol=1e-14)
    response = twin["matrix"] * (twin["area"] * twin["livetime"])[:, None]
    np.testing.assert_allclose(response.T, dataset.response, rtol=1e-14)


def test_mask_fit_is_lost_with_a_warning(tmp_path):
    dataset = toys.on_off()
    dataset.mask_fit = dataset.counts.geom.energy_mask("1 TeV", "10 TeV")
    with pytest.warns(GammapyWarning, match="mask_fit, it is not written.*format='gadf'"):
        dataset.write(tmp_path / "toy.fits")
    assert read_on_off(tmp_path / "toy.fits").mask_fit is None


def test_name_that_a_header_cannot_hold_warns(tmp_path):
    with pytest.warns(GammapyWarning, match="'Crab α' cannot be stored.*ASCII"):
        write_on_off(toys.on_off(name="Crab α"), tmp_path / "toy.fits")
    assert read_on_off(tmp_path / "toy.fits").name == "toy"


@pytest.mark.parametrize("taken", ["toy.fits", "toy_arf.fits", "toy_rmf.fits", "toy_bkg.fits"])
def test_existing_files_are_kept(taken, tmp_path):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(OverwriteError, match=f"{taken} exists: pass overwrite=True"):
        write_on_off(toys.on_off(), tmp_path / "toy.fits")
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"
    write_on_off(toys.on_off(), tmp_path / "toy.fits", overwrite=True)
    assert read_on_off(tmp_path / "toy.fits").name == "on-off"


def test_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def no_space(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError("no space left")

    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="no space left"):
        write_on_off(toys.on_off(), tmp_path / "toy.fits")
    assert list(tmp_path.iterdir()) == []


def test_folders_are_checked(tmp_path):
    with pytest.raises(MissingFileError, match=r"folder .* does not exist; create it"):
        write_on_off(toys.on_off(), tmp_path / "none" / "toy.fits")
    with pytest.raises(OverwriteError, match="is a folder"):
        write_on_off(toys.on_off(), tmp_path, overwrite=True)


@pytest.mark.parametrize("slot", ["counts", "counts_off", "acceptance", "exposure"])
def test_incomplete_datasets_are_refused(slot, tmp_path):
    dataset = toys.on_off()
    setattr(dataset, slot, None)
    with pytest.raises(DataError, match=f"OGIP files need {slot}.*format='gadf'"):
        write_on_off(dataset, tmp_path / "toy.fits")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("livetime", [0, -1.0, np.nan, "long", np.inf])
def test_livetime_is_checked(livetime, tmp_path):
    dataset = toys.on_off()
    dataset.meta["livetime"] = livetime
    with pytest.raises(DataError, match=r"livetime.*not a time above 0 s: correct"):
        write_on_off(dataset, tmp_path / "toy.fits")


# -- bad input ----------------------------------------------------------------------------

NAN_AREA = np.array([1e8, np.nan, 3e8])
BAD = {
    "EXPOSURE missing": ({"pha": {"header": {"EXPOSURE": None}}}, "pha.fits: EXPOSURE = None"),
    "EXPOSURE zero": ({"bkg": {"header": {"EXPOSURE": 0.0}}}, "bkg.fits: EXPOSURE = 0.0, a time"),
    "no ARF": ({"pha": {"header": {"ANCRFILE": "none"}}}, "names no ARF .ANCRFILE.*rmf.fits.*set"),
    "no RMF": ({"pha": {"header": {"RESPFILE": ""}}}, "pha.fits names no RESPFILE.*set RESPFILE"),
    "no BKG": ({"pha": {"header": {"BACKFILE": "None"}}}, "names no BACKFILE.*no off counts: set"),
    "ARF gone": ({"pha": {"header": {"ANCRFILE": "x.fits"}}}, "x.fits, the ANCRFILE of pha.fits"),
    "RMF gone": ({"pha": {"header": {"RESPFILE": "x.fits"}}}, "x.fits, the RESPFILE of pha.fits"),
    "BKG gone": ({"pha": {"header": {"BACKFILE": "x.fits"}}}, "x.fits, the BACKFILE of pha.fits"),
    "negative counts": (
        {"pha": {"counts": np.array([1, -2, 0, 0])}},
        "pha.fits: -2 counts in row 1.*not negative; read",
    ),
    "NaN counts": (
        {"bkg": {"counts": np.array([1, 0, np.nan, 0])}},
        "bkg.fits: column COUNTS of SPECTRUM is nan in row 2.*finite; replace",
    ),
    "NaN area": ({"arf": {"area": NAN_AREA}}, "arf.fits: column SPECRESP.* is nan in row 1"),
    "negative area": ({"arf": {"area": -made.AREA}}, "arf.fits: SPECRESP is -3e.08 cm2 in row 2"),
    "area in s": ({"arf": {"area_unit": "s"}}, "arf.fits: column SPECRESP of SPECRESP is not"),
    "unknown unit": ({"arf": {"area_unit": "cmm"}}, "arf.fits: column SPECRESP"),
    "other energies": (
        {"arf": {"edges": made.ENERGY_TRUE * 1.01}},
        "arf.fits has the true energy .* keV where .*rmf.fits has .* keV.*pair the files",
    ),
    "other number of energies": (
        {"arf": {"edges": [0.5, 2.0, 8.0], "area": [1, 1]}},
        "arf.fits has 2 true energies and .*rmf.fits has 3",
    ),
    "gap in energies": (
        {"rmf": {"energy": [1, 2, 2, 8, 16]}},
        "rmf.fits: bin 1 of EBOUNDS runs from E_MIN = 2e.09 to E_MAX = 2e.09 keV: .*ascend",
    ),
    "channels from elsewhere": (
        {"pha": {"first": 0}, "bkg": {"first": 0}},
        r"pha.fits has the channels 0 to 3 \(4\) and .*rmf.fits has 1 to 4 \(4\)",
    ),
    "off channels": ({"bkg": {"first": 0}}, "bkg.fits has 0 to 3"),
    "too few channels": ({"bkg": {"counts": [1, 2, 3]}}, r"bkg.fits has 1 to 3 \(3\)"),
    "F_CHAN before the first": (
        {"pha": {"first": 0}, "bkg": {"first": 0}, "rmf": {"first": 0}},
        "rmf.fits: row 0 of MATRIX fills channels 0 to 1, .* from 1 to 4: .*TLMIN4 .not set, so 1",
    ),
    "F_CHAN past the last": ({"rmf": {"tlmin": 0}}, "row 1 of MATRIX fills channels 4 to 4"),
    "gains events": ({"rmf": {"matrix": made.MATRIX * 3}}, "rmf.fits: row 0 .* sums to 2.25.*FULL"),
    "area twice": (
        {"rmf": {"header": {"HDUCLAS3": "FULL"}}},
        "rmf.fits includes the effective area.*arf.fits.*twice; set ANCRFILE",
    ),
    "negative probability": (
        {"rmf": {"matrix": -made.MATRIX, "layout": "scalar"}},
        "rmf.fits: MATRIX is -0.5 in row 0",
    ),
    "NaN probability": (
        {"rmf": {"matrix": made.MATRIX * np.nan, "layout": "scalar"}},
        "rmf.fits: MATRIX is nan in row 0",
    ),
    "group without start": (
        {"pha": {"columns": {"GROUPING": [0, -1, 1, -1]}}},
        "pha.fits: channel 2 continues a group .*no channel starts",
    ),
    "odd grouping": ({"pha": {"columns": {"GROUPING": [1, 2, 1, 1]}}}, "GROUPING is 2: use 1, -1"),
    "AREASCAL zero": ({"pha": {"header": {"AREASCAL": 0.0}}}, "pha.fits: AREASCAL is 0 in all"),
    "BACKSCAL negative": ({"pha": {"backscal": -1.0}}, "pha.fits: BACKSCAL is -1.0, it must not"),
    "BACKSCAL text": ({"bkg": {"backscal": "one"}}, "bkg.fits: BACKSCAL = 'one' is not a number"),
    "type II": ({"pha": {"header": {"HDUCLAS4": "TYPE:II"}}}, "pha.fits holds several spectra"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_bad_files(changes, message, tmp_path):
    path = made.write(tmp_path, **changes)
    with pytest.raises(GammapyError, match=message) as info:
        read_on_off(path)
    assert "\n" not in str(info.value)
    assert isinstance(info.value, FileFormatError | MissingFileError)


@pytest.mark.parametrize("name", ["pha", "bkg", "arf", "rmf"])
@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_damaged_files(name, damage, tmp_path):
    path = made.write(tmp_path)
    file = tmp_path / f"{name}.fits"
    content = file.read_bytes()
    file.write_bytes(
        {"cut": content[: len(content) - 2900], "text": b"hello", "empty": b""}[damage]
    )
    with pytest.raises(FileFormatError, match=f"{name}.fits") as info:
        read_on_off(path)
    assert "\n" not in str(info.value)


@pytest.mark.parametrize(
    ("name", "table"),
    [("arf", "SPECRESP"), ("rmf", "MATRIX"), ("rmf", "EBOUNDS"), ("bkg", "SPECTRUM")],
)
def test_missing_tables(name, table, tmp_path):
    path = made.write(tmp_path)
    file = tmp_path / f"{name}.fits"
    with fits.open(file, mode="update") as hdus:
        hdus[table].name = "OTHER"
    with pytest.raises(FileFormatError, match=f"{name}.fits.*{table}"):
        read_on_off(path)


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("pha", "SPECTRUM", "CHANNEL"),
        ("pha", "SPECTRUM", "COUNTS"),
        ("arf", "SPECRESP", "SPECRESP"),
        ("arf", "SPECRESP", "ENERG_LO"),
        ("rmf", "MATRIX", "N_CHAN"),
        ("rmf", "EBOUNDS", "E_MAX"),
    ],
)
def test_missing_columns(name, table, column, tmp_path):
    path = made.write(tmp_path)
    with fits.open(tmp_path / f"{name}.fits", mode="update") as hdus:
        hdus[table].columns.change_name(column, "OTHER")
    with pytest.raises(FileFormatError, match=f"{name}.fits.*{column}"):
        read_on_off(path)
