"""Stacked spectra: what is conserved, real data, and what cannot be stacked."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.data import GTI
from gammapy.datasets import Datasets
from gammapy.errors import DataError
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from gammapy.spectrum.stack import pooled_acceptance_off
from tests.spectrum import crab, toys

KINDS = pytest.mark.parametrize("make", [toys.cash, toys.on_off])
NIGHT = Time("2004-12-04T22:00:00", scale="tt")


def three(make):
    """Spectra that differ in everything that may differ."""
    datasets = [make(f"run-{i}", seed=i, exposure=10.0 ** (12.7 + 0.3 * i)) for i in range(3)]
    energy, true = toys.axes()
    for i, dataset in enumerate(datasets):
        dataset.edisp = EDispKernel.from_gauss(true, energy, sigma=0.1 + 0.1 * i, bias=0.1 * i)
        dataset.mask_safe = RegionNDMap(dataset.geom, np.arange(8) >= 2 - i)
        dataset.gti = GTI.create(NIGHT + [i] * u.h, NIGHT + [i + 0.9] * u.h)
        dataset.meta = {"livetime": 1000.0 + i, "telescop": "HESS", "obs_id": str(i)}
        if make is toys.on_off:
            dataset.acceptance_off = 3.0 + 2 * i
    return Datasets(datasets)


def safe_sum(datasets, values):
    return sum(np.where(d.mask_safe.values, values(d).values, 0) for d in datasets)


@KINDS
def test_counts_background_and_excess_add_up(make):
    datasets = three(make)
    whole = datasets.stack_reduce(name="all")
    assert (type(whole), whole.name, len(whole.models)) == (type(datasets[0]), "all", 0)
    for values in (lambda d: d.counts, lambda d: d.background, lambda d: d.excess):
        np.testing.assert_allclose(values(whole).values, safe_sum(datasets, values), rtol=1e-12)
    exposure = sum(d.exposure.quantity for d in datasets)
    np.testing.assert_allclose(whole.exposure.quantity, exposure, rtol=1e-12)
    assert whole.mask_safe.values.tolist() == [True] * 8
    assert datasets[0].mask_safe.values.sum() == 6


@KINDS
def test_predictions_add_up(make):
    """Although responses and safe bins differ from run to run."""
    datasets = three(make)
    whole = datasets.stack_reduce()
    for index in (1.5, 3.5):
        whole.models = datasets.models = toys.power_law(index=index)
        np.testing.assert_allclose(
            whole.npred_signal().values,
            safe_sum(datasets, lambda d: d.npred_signal()),
            rtol=1e-12,
        )


def test_measured_off_counts_add_up():
    datasets = three(toys.on_off)
    whole = datasets.stack_reduce()
    off = safe_sum(datasets, lambda d: d.counts_off)
    np.testing.assert_array_equal(whole.counts_off.values, off)
    np.testing.assert_allclose(
        whole.acceptance.values, safe_sum(datasets, lambda d: d.acceptance), rtol=1e-12
    )
    alphas = [d.alpha.values[0] for d in datasets]
    assert np.all(whole.alpha.values >= min(alphas) - 1e-12)
    assert np.all(whole.alpha.values <= max(alphas) + 1e-12)
    assert len(set(whole.alpha.values)) > 2


@KINDS
def test_times_and_meta(make):
    whole = three(make).stack_reduce()
    assert whole.gti.time_sum.to_value("h") == pytest.approx(2.7)
    assert whole.meta == {"livetime": 3003.0, "telescop": "HESS"}
    datasets = three(make)
    datasets[1].gti = None
    datasets[1].meta = {}
    whole = datasets.stack_reduce()
    assert whole.gti is None
    assert whole.meta == {}


@KINDS
def test_order_and_steps_do_not_matter(make):
    datasets = three(make)
    whole = datasets.stack_reduce()
    first = Datasets([datasets[2], datasets[0]]).stack_reduce()
    first.stack(datasets[1])
    for slot, value in whole.slots.items():
        if slot != "mask_fit":
            np.testing.assert_allclose(getattr(first, slot).data, value.data, rtol=1e-12)


@KINDS
def test_on_an_empty_one(make):
    datasets = three(make)
    kind = type(datasets[0])
    energy, true = toys.axes()
    empty = kind.create(RegionGeom([energy]), true, name="sum")
    assert (len(empty.gti), empty.mask_safe.values.any()) == (0, False)
    for dataset in datasets:
        empty.stack(dataset)
    whole = datasets.stack_reduce()
    assert empty.mask_fit is None
    for slot, value in whole.slots.items():
        if slot != "mask_fit":
            np.testing.assert_allclose(getattr(empty, slot).data, value.data, rtol=1e-12)
    assert empty.gti == whole.gti
    assert empty.meta == whole.meta


@KINDS
def test_alone_is_masked(make):
    datasets = three(make)
    one = datasets[0].to_masked(name="one")
    assert one.counts.values[:2].tolist() == [0, 0]
    one.models = datasets.models = toys.power_law()
    assert one.stat_sum() == pytest.approx(datasets[0].stat_sum(), rel=1e-12)
    assert one.npred_signal().values[:2].tolist() == [0, 0]


@KINDS
def test_perfect_energies_stay_perfect(make):
    datasets = Datasets([make("a"), make("b", seed=9)])
    for dataset in datasets:
        dataset.edisp = None
    assert datasets.stack_reduce().edisp is None
    datasets["b"].mask_safe = RegionNDMap(datasets["b"].geom, np.arange(8) > 2)
    whole = datasets.stack_reduce()
    whole.models = datasets.models = toys.power_law()
    expected = datasets["a"].npred_signal().values + np.where(
        np.arange(8) > 2, datasets["b"].npred_signal().values, 0
    )
    np.testing.assert_allclose(whole.npred_signal().values, expected, rtol=1e-12)


def test_wanted_bins_are_those_of_any():
    first, other = toys.cash("a"), toys.cash("b")
    first.mask_safe = RegionNDMap(first.geom, np.arange(8) > 0)
    other.mask_safe = RegionNDMap(first.geom, np.arange(8) > 2)
    other.mask_fit = RegionNDMap(first.geom, np.arange(8) < 5)
    first.mask_fit = RegionNDMap(first.geom, np.arange(8) < 2)
    first.stack(other)
    assert first.mask_fit.values.tolist() == [False, True, False, True, True, False, False, False]
    assert toys.cash("c").mask_fit is None


def test_a_known_background_may_be_missing():
    first, other = toys.cash("a"), toys.cash("b")
    background = first.background.values
    other.background = None
    first.stack(other)
    np.testing.assert_allclose(first.background.values, background)
    other.stack(toys.cash("c"))
    np.testing.assert_allclose(other.background.values, background)


def test_units_of_the_exposure_may_differ():
    first, other = toys.cash("a"), toys.cash("b")
    expected = 2 * first.exposure.quantity
    quantity = other.exposure.quantity.to("m2 h")
    other.exposure = RegionNDMap(other.exposure.geom, quantity.value, quantity.unit)
    first.stack(other)
    np.testing.assert_allclose(first.exposure.quantity.to_value("cm2 s"), expected.value)


def test_off_acceptance():
    on, on_off = np.full(4, 2.0), np.full(4, 22.0)
    off, background = np.array([10.0, 30.0, 0.0, 0.0]), np.array([1.0, 2.0, 0.0, 0.0])
    on[3] = 0.0
    pooled = pooled_acceptance_off(on, on_off, off, background)
    np.testing.assert_allclose(on / np.where(pooled > 0, pooled, 1) * off, background)
    np.testing.assert_allclose(pooled, [20, 30, 2 / (3 / 40), 0])  # without off counts: mean
    nothing = np.zeros(4)
    np.testing.assert_array_equal(pooled_acceptance_off(on, on_off, nothing, nothing), on_off)


def test_off_counts_without_an_on_region_are_left_out():
    first, other = toys.on_off("a"), toys.on_off("b")
    off, background = first.counts_off.values, first.background.values
    other.acceptance = RegionNDMap(other.geom, np.where(np.arange(8) < 3, 0.0, 1.0))
    expected = background + np.where(np.arange(8) < 3, 0.0, other.background.values)
    first.stack(other)
    np.testing.assert_array_equal(first.counts_off.values[:3], off[:3])
    np.testing.assert_allclose(first.background.values, expected, rtol=1e-12)


def test_real_runs_agree_with_an_established_implementation():
    """Gammapy 2.1 on the four HESS runs of the Crab, read as OGIP files and stacked."""
    datasets = crab.datasets(crab.workload("crab-hess-ecpl"))
    assert len(datasets) == 4
    whole = datasets.stack_reduce()
    info = whole.info_dict()
    assert (info["counts"], info["counts_off"], info["n_fit_bins"]) == (459, 645, 43)
    assert info["background"] == pytest.approx(27.5, rel=1e-12)
    assert info["sqrt_ts"] == pytest.approx(38.594753, rel=1e-7)
    assert info["alpha"] == pytest.approx(27.5 / 645, rel=1e-12)
    assert info["stat_sum"] == pytest.approx(1530.361845, rel=1e-7)
    assert info["exposure_max"].to_value("m2 s") == pytest.approx(2.625068032e9, rel=1e-6)


def test_real_runs_predict_the_sum():
    datasets = crab.datasets(crab.workload("crab-hess-ecpl"))
    whole = datasets.stack_reduce()
    whole.models = datasets.models
    expected = safe_sum(datasets, lambda d: d.npred_signal())
    np.testing.assert_allclose(whole.npred_signal().values, expected, rtol=1e-10)
    assert expected.sum() > 100


@pytest.mark.parametrize("format", ["ogip", "gadf"])
def test_a_stacked_spectrum_is_written_and_read(format, tmp_path):
    whole = three(toys.on_off).stack_reduce(name="all")
    whole.write(tmp_path / "all.fits", format=format)
    again = SpectrumDatasetOnOff.read(tmp_path / "all.fits")
    assert (again.name, again.gti, again.meta["livetime"]) == ("all", whole.gti, 3003.0)
    whole.models = again.models = toys.power_law()
    assert again.stat_sum() == pytest.approx(whole.stat_sum(), rel=1e-12)


# -- what cannot be stacked -------------------------------------------------------------------


def finer():
    return toys.cash("finer", n_energy=16)


def finer_true():
    return toys.cash("finer", n_true=24)


def without(slot):
    dataset = toys.cash("poor")
    setattr(dataset, slot, None)
    return dataset


BAD = {
    "kind": (toys.on_off, r"on-off \(SpectrumDatasetOnOff\) cannot be stacked on cash"),
    "energies": (finer, "finer has the axis .*16 bins.* and cash has .*8 bins"),
    "true energies": (finer_true, "finer has the axis .*24 bins"),
    "no counts": (lambda: without("counts"), "poor has no counts, so it cannot be stacked"),
    "no exposure": (lambda: without("exposure"), "poor has no exposure, so it cannot be stacked"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_bad(make, message):
    dataset = toys.cash()
    before = dataset.counts.values
    with pytest.raises(DataError, match=message):
        dataset.stack(make())
    assert np.array_equal(dataset.counts.values, before)


def test_bad_on_off():
    other = toys.on_off("poor")
    other.counts_off = None
    with pytest.raises(DataError, match=r"poor has no (background|counts_off)"):
        toys.on_off().stack(other)


def test_gti_is_checked_and_copied():
    dataset = toys.cash()
    with pytest.raises(DataError, match="cash: gti = list is not a GTI"):
        dataset.gti = [0, 1]
    gti = GTI.create(NIGHT, NIGHT + 1 * u.h)
    dataset.gti = gti
    gti.stack(gti)
    assert len(dataset.gti) == 1
    assert dataset.copy().gti == dataset.gti
    assert dataset.copy().gti is not dataset.gti
    assert SpectrumDataset(gti=gti).gti == gti
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2)
    made = SpectrumDataset.create(RegionGeom([axis]), reference_time=NIGHT)
    assert made.gti.time_ref == NIGHT
