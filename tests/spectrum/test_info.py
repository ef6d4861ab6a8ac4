"""The numbers of a spectrum, and its other form with or without an off region."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.data import GTI
from gammapy.datasets import Datasets
from gammapy.errors import DataError
from gammapy.maps import RegionNDMap
from gammapy.spectrum import SpectrumDatasetOnOff
from gammapy.spectrum.info import whole
from gammapy.stats import CashCountsStatistic, WStatCountsStatistic
from tests.spectrum import crab, toys

COLUMNS = [
    "name",
    "counts",
    "excess",
    "sqrt_ts",
    "background",
    "npred",
    "npred_background",
    "npred_signal",
    "exposure_min",
    "exposure_max",
    "livetime",
    "ontime",
    "counts_rate",
    "background_rate",
    "excess_rate",
    "n_bins",
    "n_fit_bins",
    "stat_type",
    "stat_sum",
]
OFF = ["counts_off", "acceptance", "acceptance_off", "alpha"]


def prepared(make):
    dataset = make(models=toys.power_law())
    dataset.mask_safe = RegionNDMap(dataset.geom, np.arange(8) > 1)
    dataset.mask_fit = RegionNDMap(dataset.geom, np.arange(8) < 6)
    dataset.meta = {"livetime": 1000.0}
    start = Time("2004-12-04T22:00:00")
    dataset.gti = GTI.create(start, start + 20 * u.min)
    return dataset


@pytest.mark.parametrize("make", [toys.cash, toys.on_off])
@pytest.mark.parametrize("safe_only", [True, False])
def test_numbers(make, safe_only):
    dataset = prepared(make)
    info = dataset.info_dict(in_safe_data_range=safe_only)
    assert list(info) == COLUMNS + (OFF if make is toys.on_off else [])
    keep = dataset.mask_safe.values if safe_only else np.ones(8, dtype=bool)
    counts, background = (m.values[keep].sum() for m in (dataset.counts, dataset.background))
    assert (info["counts"], info["n_bins"], info["n_fit_bins"]) == (counts, 8, 4)
    assert info["background"] == pytest.approx(background)
    assert info["excess"] == pytest.approx(dataset.excess.values[keep].sum())
    assert info["npred"] == pytest.approx(dataset.npred().values[keep].sum())
    assert info["npred_background"] == pytest.approx(dataset.npred_background().values[keep].sum())
    assert info["livetime"] == 1000 * u.s
    assert info["ontime"].to_value("s") == pytest.approx(1200)
    assert info["counts_rate"].to_value("s-1") == pytest.approx(counts / 1000)
    assert info["background_rate"].to_value("s-1") == pytest.approx(background / 1000)
    assert info["excess_rate"].to_value("s-1") == pytest.approx((counts - background) / 1000)
    assert info["stat_sum"] == dataset.stat_sum()
    exposure = dataset.exposure.quantity
    assert (info["exposure_min"], info["exposure_max"]) == (exposure.min(), exposure.max())
    if make is toys.cash:
        significance = CashCountsStatistic(counts, background).sqrt_ts
    else:
        off = dataset.counts_off.values[keep].sum()
        assert (info["counts_off"], info["acceptance"]) == (off, keep.sum())
        assert info["acceptance_off"] == pytest.approx(5 * keep.sum())
        significance = WStatCountsStatistic(counts, off, 0.2).sqrt_ts
    assert info["sqrt_ts"] == pytest.approx(significance)


def test_unexposed_energies_do_not_count_for_the_smallest_exposure():
    dataset = toys.cash()
    values = dataset.exposure.values.copy()
    values[:3] = 0
    dataset.exposure = RegionNDMap(dataset.exposure.geom, values, "cm2 s")
    assert dataset.info_dict()["exposure_min"].value == values[3]
    dataset.exposure = RegionNDMap(dataset.exposure.geom, 0.0, "cm2 s")
    assert dataset.info_dict()["exposure_max"].value == 0
    dataset.exposure = None
    assert dataset.info_dict()["exposure_max"].value == 0


def test_what_is_not_known_is_nan():
    for make in (toys.cash, toys.on_off):
        info = make().info_dict()
        for name in ("livetime", "ontime", "counts_rate", "excess_rate"):
            assert np.isnan(info[name]), name
    poor = toys.on_off()
    poor.counts_off = None
    info = poor.info_dict()
    for name in ("background", "sqrt_ts", "npred_background", "stat_sum"):
        assert np.isnan(info[name]), name
    assert info["counts"] == poor.counts.values.sum()
    assert "nan" in str(poor)


def test_whole_sums_are_whole():
    """14 background counts are 14, and not 13.999999999999998, whatever the ratio."""
    dataset = toys.on_off()
    dataset.acceptance_off = 12.0
    dataset.counts_off = RegionNDMap(dataset.geom, [43, 33, 28, 17, 18, 6, 8, 15])
    assert dataset.background.values.sum() != 14  # by rounding
    info = dataset.info_dict()
    assert info["background"] == 14
    assert info["acceptance_off"] == 96
    assert info["excess"] == dataset.counts.values.sum() - 14


@pytest.mark.parametrize("total", [16.9999999, 17.00001, 1e-17, 17 - 1e-13])
def test_what_is_not_whole_stays(total):
    assert whole(total, 8) == total


@pytest.mark.parametrize(("total", "shown"), [(16.999999999999996, 17), (215.99999999999997, 216)])
def test_rounding_of_a_sum_is_taken_off(total, shown):
    assert whole(total, 8) == shown
    assert np.isnan(whole(np.nan, 8))


def test_no_off_counts():
    dataset = toys.on_off()
    dataset.counts_off = RegionNDMap(dataset.geom)
    info = dataset.info_dict()
    assert (info["alpha"], info["acceptance_off"], info["background"]) == (0.2, 40, 0)
    dataset.acceptance_off = 0.0
    info = dataset.info_dict()
    assert (info["alpha"], info["acceptance_off"]) == (0, 0)
    assert np.isnan(info["sqrt_ts"])


def test_real_runs_agree_with_an_established_implementation():
    """Gammapy 2.1 on the four HESS runs of the Crab, without models."""
    datasets = crab.datasets(crab.workload("crab-hess-ecpl"))
    datasets.models = None
    table = datasets.info_table()
    assert table.colnames == COLUMNS + OFF
    assert table["counts"].tolist() == [124, 126, 119, 90]
    assert table["counts_off"].tolist() == [92, 103, 216, 234]
    assert table["n_fit_bins"].tolist() == [41, 43, 43, 41]
    np.testing.assert_allclose(
        table["sqrt_ts"],
        [18.872041574506593, 18.646945335906672, 21.414517684785114, 17.23755606553585],
        rtol=1e-9,
    )
    np.testing.assert_allclose(
        table["stat_sum"],
        [391.5527060344937, 387.043993755737, 500.007072425908, 325.28264198381686],
        rtol=1e-9,
    )
    np.testing.assert_allclose(
        table["npred_background"],
        [16.615384615384617, 17.615384615384613, 8.170731707317074, 7.902439024390246],
        rtol=1e-9,
    )
    assert table["exposure_max"].unit == "cm2 s"
    rows = datasets.info_table(cumulative=True)
    assert rows["name"].tolist() == ["stacked"] * 4
    assert rows["counts"].tolist() == [124, 250, 369, 459]
    np.testing.assert_allclose(
        rows["sqrt_ts"], [18.872041, 26.525563, 34.254996, 38.594752], rtol=1e-7
    )


# -- from one kind to the other ---------------------------------------------------------------


def test_to_a_known_background():
    dataset = prepared(toys.on_off)
    known = dataset.to_spectrum_dataset(name="known")
    assert (known.name, known.stat_type, len(known.models)) == ("known", "cash", 0)
    np.testing.assert_allclose(known.background.values, dataset.background.values)
    np.testing.assert_array_equal(known.counts.values, dataset.counts.values)
    assert (known.gti, known.meta) == (dataset.gti, dataset.meta)
    assert np.array_equal(known.mask.values, dataset.mask.values)


def test_to_a_measured_background_and_back():
    dataset = prepared(toys.cash)
    made = SpectrumDatasetOnOff.from_spectrum_dataset(
        dataset, acceptance=1, acceptance_off=10, name="made"
    )
    assert (made.name, len(made.models), made.gti) == ("made", 0, dataset.gti)
    np.testing.assert_allclose(made.counts_off.values, 10 * dataset.background.values)
    back = made.to_spectrum_dataset()
    for slot in ("counts", "background", "exposure", "mask_safe", "mask_fit"):
        np.testing.assert_allclose(getattr(back, slot).data, getattr(dataset, slot).data)
    given = RegionNDMap(dataset.geom, 7.0)
    made = SpectrumDatasetOnOff.from_spectrum_dataset(
        dataset=dataset, acceptance=1, acceptance_off=given, counts_off=given
    )
    assert made.counts_off.values.tolist() == [7] * 8
    assert made.alpha.values[0] == pytest.approx(1 / 7)


def test_ranges_of_energy():
    dataset = prepared(toys.cash)
    edges = dataset.energy_axis.edges
    assert dataset.energy_range_safe == (edges[2], edges[8])
    assert dataset.energy_range_fit == (edges[0], edges[6])
    assert dataset.energy_range_total == dataset.energy_range == (edges[2], edges[6])
    low, high = Datasets([dataset, toys.cash("other")]).energy_ranges
    assert low.value.tolist() == [edges[2].value, edges[0].value]
    assert high.value.tolist() == [edges[6].value, edges[8].value]
    dataset.mask_fit = RegionNDMap(dataset.geom, False)
    with pytest.raises(DataError, match="all bins are masked"):
        _ = dataset.energy_range_fit
