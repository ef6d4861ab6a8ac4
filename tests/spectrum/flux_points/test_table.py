"""Flux points in tables and files: every layout, real files, what they refuse.

Where real files are converted, the numbers of an established implementation (Gammapy 2.1) stand
here. It agrees in all of the four sample files and in the SEDs with touching bins. It differs, and
an independent number says who is right, in what `test_the_reference_of_a_file_is_kept` and
`test_bins_of_a_file_are_taken_as_they_are` show.
"""

import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
from scipy.integrate import quad
from scipy.optimize import brentq

from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    OverwriteError,
    UnknownNameError,
)
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.spectrum import FluxPoints
from tests.spectrum.flux_points.test_points import lightcurve
from tests.spectrum.points import DNDE, EDGES, ENERGY, data_file, points, profiles, table

FLUX = np.array([1e-11, 2e-12, 3e-13, 1e-14])
SAMPLES = "tests/spectrum/flux_points/"
SEDS = ["diff_flux_points", "flux_points"]
CRAB = "estimators/crab_hess_fp/crab_hess_fp.fits"
LIGHTCURVE = "estimators/pks2155_hess_lc/pks2155_hess_lc.fits"
LIGHTCURVE_3 = "estimators/pks2155_hess_lc/pks2155_hess_lc_3bins.fits"
FILES = [f"{SAMPLES}{name}.{end}" for name in SEDS for end in ("fits", "ecsv")]
FILES += [CRAB, LIGHTCURVE, LIGHTCURVE_3]
SED_TYPES = ["dnde", "e2dnde", "flux", "eflux", "likelihood"]

pytestmark = pytest.mark.filterwarnings("ignore:.*a text file has no place for the good time")


def same(one: FluxPoints, two: FluxPoints, sed_type: str = "dnde", rtol: float = 1e-13) -> None:
    """Axes and all quantities agree; norms may count from another reference."""
    assert list(one.geom.axes) == list(two.geom.axes)
    np.testing.assert_array_equal(one.energy_ref, two.energy_ref.to(one.energy_ref.unit))
    names = set(one.available_quantities) | {"is_ul"}
    assert names == set(two.available_quantities) | {"is_ul"}
    for name in names:
        if name in ("norm", "norm_err", "norm_errn", "norm_errp", "norm_ul", "norm_sensitivity"):
            suffix = name.removeprefix("norm")
            first, second = (p.flux_map(sed_type, suffix) for p in (one, two))
        else:
            first, second = (getattr(p, name, None) or p.quantity(name) for p in (one, two))
        assert first.unit == second.unit
        assert first.geom.axes.names == second.geom.axes.names
        np.testing.assert_allclose(first.data, second.data, rtol=rtol, err_msg=name)


def integral_of(sed_type: str) -> str:
    """What a file of a type states exactly; other types follow by the default reference."""
    return sed_type if sed_type in ("flux", "eflux") else "dnde"


# -- tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("sed_type", SED_TYPES)
@pytest.mark.parametrize("ending", ["fits", "ecsv", "fits.gz"])
def test_files_of_every_type(sed_type, ending, tmp_path):
    made = points(
        norm_err=[0.1, 0.2, np.nan, 0.1],
        norm_errn=[0.1, 0.2, 0.1, 0.1],
        norm_errp=[0.1, 0.3, 0.1, 0.1],
        norm_ul=[np.nan, np.nan, 2.0, np.nan],
        counts=[100, 50, 3, 1],
        success=[True, True, True, False],
        meta={"UL_CONF": 0.9, "TELESCOP": "none"},
    )
    path = tmp_path / f"points.{ending}"
    made.write(path, sed_type=sed_type)
    again = FluxPoints.read(path)
    kind = integral_of(sed_type)
    same(again, made, kind)
    assert again.sed_type_init == sed_type
    assert again.meta["UL_CONF"] == 0.9
    assert again.meta["TELESCOP"] == "none"
    again.filter_success_nan = made.filter_success_nan = False
    same(again, made, kind)  # the norm of the failed fit is in the file
    with pytest.raises(OverwriteError, match="pass overwrite=True"):
        made.write(path)
    made.write(path, overwrite=True)


@pytest.mark.parametrize("sed_type", SED_TYPES)
@pytest.mark.parametrize("ending", ["fits", "ecsv"])
def test_profiles_keep_their_reference(sed_type, ending, tmp_path):
    """Norms of a scan mean nothing without it, so a file states it too."""
    made = profiles()
    path = tmp_path / f"points.{ending}"
    made.write(path, sed_type=sed_type)
    again = FluxPoints.read(path)
    same(again, made)
    np.testing.assert_allclose(again.dnde_ref, made.dnde_ref)
    np.testing.assert_array_equal(again.scans.norm, made.scans.norm)


def test_profiles_without_their_reference_are_dropped_aloud():
    scan = np.array([[1.0, 2, 3]] * 4)
    made = table(dnde=FLUX, dnde_err=0.1 * FLUX, norm_scan=scan, stat_scan=scan)
    with pytest.warns(GammapyWarning, match=r"\['norm_scan', 'stat_scan'\] are not kept"):
        found = FluxPoints.from_table(made)
    assert not found.has_stat_profiles
    kept = FluxPoints.from_table(made, reference_model=PowerLawSpectralModel())
    assert kept.has_stat_profiles


def test_scans_that_differ_between_points(tmp_path):
    norms = np.array([1.0, 2, 3]) * np.arange(1, 5)[:, None]
    made = table("likelihood", norm=[1.0, 1, 1, 1], norm_scan=norms, stat_scan=norms**2)
    made["ref_dnde"] = FLUX * u.Unit(DNDE)
    found = FluxPoints.from_table(made)
    assert found.stat_scan.geom.axes.names == ["scan", "energy"]
    np.testing.assert_array_equal(found.scans.norm, norms)
    found.write(tmp_path / "points.fits")
    np.testing.assert_array_equal(FluxPoints.read(tmp_path / "points.fits").scans.norm, norms)


def test_profiles_of_the_log_likelihood():
    scan = np.array([[0.5, 1, 2]] * 4)
    made = table("likelihood", norm=[1.0, 1, 1, 1], norm_scan=scan, dloglike_scan=-scan)
    made["ref_dnde"] = FLUX * u.Unit(DNDE)
    made["loglike"], made["loglike_null"] = [-1.0, -2, -3, -4], [-5.0, -5, -5, -5]
    found = FluxPoints.from_table(made)
    np.testing.assert_array_equal(found.stat.values, [2, 4, 6, 8])
    np.testing.assert_array_equal(found.stat_null.values, 10)
    np.testing.assert_array_equal(found.scans.stat[1], 4 + 2 * scan[1])


def test_names_are_read_in_any_case_and_photons_are_no_unit():
    made = Table({"E_REF": ENERGY * 1e6 * u.MeV, "DNDE": FLUX * u.Unit("ph m-2 s-1 TeV-1")})
    made["DNDE_ERR"] = 0.1 * made["DNDE"]
    found = FluxPoints.from_table(made)
    np.testing.assert_allclose(found.dnde.quantity.to_value(DNDE)[:, 0, 0], 1e-4 * FLUX)
    np.testing.assert_allclose(found.dnde_err.data, 0.1 * found.dnde.data)
    assert found.sed_type_init == "dnde"


def test_ends_of_error_bars():
    made = table(dnde=FLUX, dnde_min=0.8 * FLUX, dnde_max=1.3 * FLUX)
    found = FluxPoints.from_table(made)
    np.testing.assert_allclose(found.dnde_errn.values, 0.2 * FLUX)
    np.testing.assert_allclose(found.dnde_errp.values, 0.3 * FLUX)


def test_what_another_type_has_is_converted():
    made = table("e2dnde", e2dnde=FLUX * ENERGY**2 * u.Unit("TeV cm-2 s-1"), dnde_ul=2 * FLUX)
    found = FluxPoints.from_table(made)
    np.testing.assert_allclose(found.e2dnde_ul.data, 2 * found.e2dnde.data)
    made["dnde"] = 5 * FLUX * u.Unit(DNDE)
    with pytest.warns(GammapyWarning, match=r"\['dnde'\] are not kept: they repeat"):
        again = FluxPoints.from_table(made)
    np.testing.assert_array_equal(again.norm.data, found.norm.data)


def test_all_else_is_kept_under_its_name(tmp_path):
    made = table(dnde=FLUX, dnde_err=0.1 * FLUX, significance=[5.0, 4, 3, np.nan])
    made["excess"] = np.arange(8).reshape(4, 2)
    made["note"] = ["a", "b", "c", "d"]
    with pytest.warns(GammapyWarning, match=r"\['note'\] are not kept"):
        found = FluxPoints.from_table(made)
    assert found.quantity("excess").geom.axes.names == ["dataset", "energy"]
    found.write(tmp_path / "points.fits")
    same(FluxPoints.read(tmp_path / "points.fits"), found)


def test_a_reference_model_that_does_not_fit_is_told():
    made = table("likelihood", norm=[1.0, 1, 1, 1])
    made["ref_dnde"] = FLUX * u.Unit(DNDE)
    assert FluxPoints.from_table(made).dnde.values == pytest.approx(FLUX)
    with pytest.warns(GammapyWarning, match="changes by factors of"):
        other = FluxPoints.from_table(made, reference_model=PowerLawSpectralModel())
    np.testing.assert_allclose(other.dnde.values, 1e-12 * ENERGY**-2)


# -- layouts -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["fits", "ecsv"])
@pytest.mark.parametrize("sed_type", SED_TYPES)
def test_light_curves_in_files(sed_type, ending, tmp_path):
    made = lightcurve()
    made.write(tmp_path / f"curve.{ending}", sed_type=sed_type)
    again = FluxPoints.read(tmp_path / f"curve.{ending}")
    same(again, made, integral_of(sed_type))
    assert np.all(abs(again.time_axis.time_min - made.time_axis.time_min) < 1 * u.ns)


def test_times_keep_their_digits(tmp_path):
    """Single numbers of days since MJD 0 resolve a microsecond; from a near reference, less."""
    made = lightcurve()
    axis = made.time_axis
    written = made.to_table()
    assert written.meta["MJDREFI"] == 55555
    assert written["time_min"].tolist() == [0, 2, 3]
    written.meta.update(MJDREFI=0, MJDREFF=0.0, TIMEUNIT="d")
    for name in ("time_min", "time_max"):
        written[name] = np.array(written[name]) + 55555.0  # as the established files have them
    again = FluxPoints.from_table(written)
    assert again.time_axis == axis
    assert again.to_table()["time_min"].tolist() == written["time_min"].tolist()


def test_times_may_be_times():
    made = lightcurve()
    written = made.to_table()
    written["time_min"], written["time_max"] = made.time_axis.time_min, made.time_axis.time_max
    assert FluxPoints.from_table(written).time_axis == made.time_axis


def test_binned_time_series():
    made = lightcurve()
    series = made.to_table("flux", "binned-time-series")
    assert np.all(series.time_bin_start == made.time_axis.time_min)
    np.testing.assert_allclose(series["flux"].value, made.flux.values)


def test_formatted_tables():
    text = str(points(norm_ul=[2.0, 2, 2, 2]).to_table("dnde", formatted=True))
    assert text.splitlines()[-1].split() == [
        "28.284",
        "20.000",
        "40.000",
        "7.223e-15",
        "1.313e-14",
        "True",
    ]


def test_layouts_are_refused_where_they_do_not_fit():
    with pytest.raises(DataError, match="no place for the axis 'time': use 'lightcurve'"):
        lightcurve().to_table(format="gadf-sed")
    for layout in ("lightcurve", "binned-time-series"):
        with pytest.raises(DataError, match="no time axis: use the format 'gadf-sed'"):
            points().to_table(format=layout)
    with pytest.raises(UnknownNameError, match="format = 'hypertable' is not known"):
        points().to_table(format="hypertable")
    with pytest.raises(UnknownNameError, match="format = 'hypertable' is not known"):
        FluxPoints.from_table(table(dnde=FLUX), format="hypertable")
    with pytest.raises(DataError, match="needs columns time_min and time_max"):
        FluxPoints.from_table(table(dnde=FLUX), format="lightcurve")


# -- guards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"e_ref": None}, "need energies: a column e_ref, or both e_min and e_max"),
        ({"e_min": EDGES[:-1]}, "need energies"),
        ({"e_ref": ENERGY[::-1]}, r"after .* energies must ascend without doubles"),
        ({"e_ref": ENERGY[[0, 1, 1, 2]]}, "energies must ascend without doubles"),
        ({"e_ref": [1, np.nan, 2, 3]}, "must be positive numbers"),
        ({"e_ref": [-1, 1, 2, 3]}, "must be positive numbers"),
        ({"e_ref": ENERGY * u.cm}, "column e_ref is in 'cm', which does not convert to 'TeV'"),
        ({"e_ref": ENERGY * u.dimensionless_unscaled}, "column e_ref is in '', which"),
        ({"e_min": EDGES[:-1], "e_max": EDGES[1:] * 0.5}, "lies outside its bin"),
        ({"e_min": EDGES[1:], "e_max": EDGES[:-1]}, "lies outside its bin"),
        ({"dnde": FLUX * u.Unit("cm-2 s-1")}, "column dnde is in .* does not convert"),
        ({"dnde": None, "counts": FLUX}, "sed_type = 'dnde' needs a column dnde"),
    ],
)
def test_bad_tables_are_refused(columns, message):
    with pytest.raises(DataError, match=message):
        FluxPoints.from_table(table(**{"dnde": FLUX, "dnde_err": 0.1 * FLUX, **columns}))


def test_a_unit_is_needed():
    made = table(dnde=FLUX)
    made["dnde"].unit = None
    with pytest.raises(DataError, match=r"column dnde is in no unit, .*set table\['dnde'\].unit"):
        FluxPoints.from_table(made)


def test_integrals_need_bins():
    made = table("flux", flux=FLUX)
    with pytest.raises(DataError, match=r"flux is an integral .* give e_min and e_max too"):
        FluxPoints.from_table(made)
    low, high = EDGES[:-1].copy(), EDGES[1:].copy()
    low[2] = np.nan
    made = table("flux", flux=FLUX, e_min=low, e_max=high)
    with pytest.raises(DataError, match="e_min or e_max is nan for flux point 2"):
        FluxPoints.from_table(made)


def test_the_type_must_be_clear():
    both = table(None, dnde=FLUX, flux=FLUX, e_min=EDGES[:-1], e_max=EDGES[1:])
    with pytest.raises(DataError, match=r"holds the fluxes \['dnde', 'flux'\]"):
        FluxPoints.from_table(both)
    with pytest.raises(DataError, match=r"holds the fluxes \[\]"):
        FluxPoints.from_table(table(None, counts=FLUX))
    with pytest.raises(UnknownNameError, match="sed_type = 'diff' is not known: choose one of"):
        FluxPoints.from_table(both, sed_type="diff")


def test_norms_need_a_reference():
    with pytest.raises(DataError, match="factors on ref_dnde, which is missing"):
        FluxPoints.from_table(table("likelihood", norm=[1.0, 1, 1, 1]))
    made = table("likelihood", norm=[1.0, 1, 1, 1])
    made["ref_dnde"] = [1e-11, 0, 1, 1] * u.Unit(DNDE)
    with pytest.raises(DataError, match="must be positive numbers: pass a reference_model"):
        FluxPoints.from_table(made)


def test_light_curves_need_one_energy_axis_and_a_reference_time():
    written = lightcurve().to_table()
    written["e_ref"][1] *= 1.01
    with pytest.raises(DataError, match="column e_ref differs between the rows"):
        FluxPoints.from_table(written)
    written = lightcurve().to_table()
    del written.meta["MJDREFI"]
    with pytest.raises(DataError, match=r"MJDREFI = None.* state no reference time"):
        FluxPoints.from_table(written)


def test_an_empty_table():
    with pytest.raises(DataError, match="no rows"):
        FluxPoints.from_table(table(dnde=FLUX)[:0])


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(MissingFileError, match="does not exist"):
        FluxPoints.read(tmp_path / "none.fits")
    with pytest.raises(FileFormatError, match="is a folder"):
        FluxPoints.read(tmp_path)
    path = tmp_path / "points.txt"
    path.write_text("energy flux\n1 2\n")
    with pytest.raises(FileFormatError, match=r"cannot be read as 'ascii.ecsv'; pass table_format"):
        FluxPoints.read(path)
    with pytest.raises(FileFormatError, match=r"points.txt: .*holds the fluxes \['flux'\]|need"):
        FluxPoints.read(path, table_format="ascii")
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(FileFormatError, match="has no table"):
        FluxPoints.read(tmp_path / "empty.fits")


def test_what_a_file_cannot_keep_is_told(tmp_path):
    made = points(meta={"comments": "two\nlines", "mjd": {"start": 1}})
    with pytest.warns(GammapyWarning, match=r"no place for \['comments', 'mjd'\]"):
        made.write(tmp_path / "points.fits")
    made.write(tmp_path / "points.ecsv")
    assert FluxPoints.read(tmp_path / "points.ecsv").meta["mjd"] == {"start": 1}


# -- real files ----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["fits", "ecsv"])
@pytest.mark.parametrize("sed_type", SED_TYPES)
@pytest.mark.parametrize("name", FILES)
def test_real_files_are_written_and_read_back(name, sed_type, ending, tmp_path):
    first = FluxPoints.read(data_file(name))
    path = tmp_path / f"points.{ending}"
    if "diff_" in name and sed_type in ("flux", "eflux"):
        with pytest.raises(DataError, match="only e_ref is known"):
            first.write(path, sed_type=sed_type)
        return
    first.write(path, sed_type=sed_type)
    again = FluxPoints.read(path)
    same(again, first)
    if ending == "fits" and first.gti is not None:
        assert again.gti == first.gti
    kept = {k: v for k, v in first.meta.items() if k not in ("sed_type_init",)}
    assert {k: again.meta[k] for k in kept} == kept


#: values of rows 1, 4 and the last, converted by Gammapy 2.1; units as of `FluxPoints`
PEER = {
    f"{SAMPLES}diff_flux_points.fits": {
        "dnde": [5.996210532976009e-05, 9.105645726620545e-06, np.nan],
        "dnde_err": [1.1062441248861916e-06, 2.799419061032911e-07, np.nan],
        "dnde_ul": [np.nan, np.nan, 9.599013901119955e-11],
        "e2dnde": [2.2781759702463033e-12, 1.9454547907044305e-12, np.nan],
    },
    f"{SAMPLES}flux_points.fits": {
        "dnde": [6.005309007984021e-05, 9.119462367917564e-06, np.nan],
        "flux": [2.670909090909091e-09, 9.618181818181817e-10, np.nan],
        "flux_ul": [np.nan, np.nan, 2.404411818181818e-12],
        "eflux": [6.567067114319911e-13, 5.607965471187877e-13, np.nan],
        "e2dnde": [2.281632808029962e-12, 1.9484067670726935e-12, np.nan],
    },
    CRAB: {
        "dnde": [2.34245288492024e-11, 3.870661726990793e-14, 3.870661726990793e-14],
        "dnde_errn": [3.080238691886272e-12, 2.0750847336307196e-14, 2.0750847336307196e-14],
        "dnde_ul": [2.8566159564135608e-11, 8.832745734967068e-14, 8.832745734967068e-14],
        "flux": [3.273889129272828e-11, 5.606445127142021e-13, 5.606445127142021e-13],
        "eflux": [6.021123802080434e-11, 1.0685883108216213e-11, 1.0685883108216213e-11],
        "e2dnde": [5.918906862442666e-11, 1.050447540019478e-11, 1.050447540019478e-11],
    },
    LIGHTCURVE_3: {
        "dnde_errp": [2.4055631779298607e-12, 2.1039017328403403e-12, 5.802378979339112e-17],
        "flux": [1.7419087402358333e-11, 1.3259400314960325e-11, 4.962306847492767e-19],
        "eflux": [4.8317746255297036e-11, 3.67794434413895e-11, 3.009947266798635e-18],
    },
}


@pytest.mark.parametrize("name", PEER)
def test_conversions_agree_with_the_established_ones(name):
    found = FluxPoints.read(data_file(name))
    for quantity, expected in PEER[name].items():
        values = getattr(found, quantity).data.ravel()[[1, 4, -1]]
        np.testing.assert_allclose(values, expected, rtol=1e-7, err_msg=quantity)


def test_the_reference_of_a_file_is_kept():
    """One bin: Gammapy 2.1 makes its reference flux dnde times the width of the bin, 5.3343e-11.

    The file states 1.41076e-10. The spectrum is a power law; the index that its ref_flux and
    ref_dnde imply also gives its ref_eflux, so it is the file that is right.
    """
    found = FluxPoints.read(data_file(LIGHTCURVE))
    dnde, flux, eflux = (
        getattr(found, f"{name}_ref")[0].value for name in ("dnde", "flux", "eflux")
    )
    assert flux == pytest.approx(1.41075641e-10, rel=1e-8)
    low, high = (e[0].to_value("TeV") for e in (found.energy_min, found.energy_max))
    centre = found.energy_ref[0].to_value("TeV")

    def integral(index, power):
        return quad(lambda e: e**power * dnde * (e / centre) ** -index, low, high)[0]

    index = brentq(lambda g: integral(g, 0) - flux, 1.5, 6)
    assert (integral(index, 1) * u.TeV).to_value("erg") == pytest.approx(eflux, rel=1e-4)
    assert dnde * (high - low) == pytest.approx(5.3343e-11, rel=1e-4)


def test_bins_of_a_file_are_taken_as_they_are():
    """Gammapy 2.1 replaces e_ref by the middle of bins that it makes touch; the file has gaps."""
    path = "gamma-cat/input/data/2016/2016Natur.531..476H/tev-000106-sed.ecsv"
    found, raw = FluxPoints.read(data_file(path)), Table.read(data_file(path), format="ascii.ecsv")
    np.testing.assert_array_equal(found.energy_ref.value, raw["e_ref"])
    np.testing.assert_array_equal(found.energy_max.value, raw["e_max"])
    np.testing.assert_allclose(found.dnde.quantity.to_value(raw["dnde"].unit)[:, 0, 0], raw["dnde"])
    expected = (
        found.dnde_ref.value * found.energy_ref.value**2 * (1 / raw["e_min"] - 1 / raw["e_max"])
    )
    np.testing.assert_allclose(found.flux_ref.value, expected, rtol=1e-6)


def test_a_plain_text_table():
    path = data_file(f"{SAMPLES}flux_points_ctb_37b.txt")
    made = Table.read(path, format="ascii.csv", delimiter=" ", comment="#")
    names = {"E": "e_ref", "Differential_Flux": "dnde"}
    names |= {"lower_error": "dnde_errn", "upper_error": "dnde_errp"}
    for old, new in names.items():
        made.rename_column(old, new)
        made[new].unit = "TeV" if new == "e_ref" else DNDE
    found = FluxPoints.from_table(made, sed_type="dnde")
    assert found.dnde_errp.values == pytest.approx(
        [2.89857e-12, 4.87388e-13, 1.09009e-13, 1.11579e-14]
    )


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_published_spectra(tmp_path, step):
    """All 277 SEDs of gamma-cat: one has the same energy twice, the others round-trip."""
    files = sorted(data_file("gamma-cat/input/data").glob("*/*/*sed*.ecsv"))
    assert len(files) == 277
    refused = []
    double = "tev-000118-sed.ecsv"
    chosen = [path for i, path in enumerate(files) if i % step == 0 or path.name == double]
    for path in chosen:
        try:
            found = FluxPoints.read(path)
        except FileFormatError as error:
            refused.append((path.name, str(error)))
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GammapyWarning)  # long comments have no place in FITS
            found.write(tmp_path / "points.fits", overwrite=True)
        same(FluxPoints.read(tmp_path / "points.fits"), found)
        raw = Table.read(path, format="ascii.ecsv")
        kind = found.sed_type_init
        column = np.ma.filled(np.ma.asarray(raw[kind].data, dtype=float), np.nan)
        values = found.flux_map(kind).quantity.to_value(raw[kind].unit)[:, 0, 0]
        np.testing.assert_allclose(values, column, rtol=1e-6)
    assert len(refused) == 1
    assert refused[0][0] == double
    assert "energies must ascend without doubles" in refused[0][1]


def test_light_curve_times():
    found = FluxPoints.read(data_file(LIGHTCURVE))
    assert found.time_axis.nbin == 34
    start = Time(53945.85492111111, format="mjd", scale="tt")
    assert abs(found.time_axis.time_min[0] - start) < 1 * u.us
    assert len(found.gti) == 44
    assert found.quantity("counts").geom.axes.names == ["dataset", "energy", "time"]
