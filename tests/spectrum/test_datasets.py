"""Spectra with a known and with a measured background."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets import SpectrumDataset as HandedOn
from gammapy.errors import DataError, FitError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling import Fitter
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from tests.spectrum.toys import axes, cash, on_off, power_law
from tests.twins import statistic

KINDS = pytest.mark.parametrize("make", [cash, on_off])


def test_classes_are_handed_on():
    assert HandedOn is SpectrumDataset


# -- statistics -----------------------------------------------------------------------------


def test_cash_with_background():
    dataset = cash(models=power_law())
    expected = dataset.npred_signal().values + dataset.background.values
    per_bin = statistic.cash(dataset.counts.values, expected)
    assert dataset.stat_array().shape == dataset.data_shape == (8, 1, 1)
    np.testing.assert_allclose(dataset.stat_array()[:, 0, 0], per_bin, rtol=1e-12)
    assert dataset.stat_sum() == pytest.approx(sum(per_bin), rel=1e-12)


def test_wstat():
    dataset = on_off(models=power_law())
    per_bin = statistic.wstat(
        dataset.counts.values,
        dataset.counts_off.values,
        dataset.alpha.values,
        dataset.npred_signal().values,
    )
    np.testing.assert_allclose(dataset.stat_array()[:, 0, 0], per_bin, rtol=1e-9, atol=1e-9)
    assert dataset.stat_sum() == pytest.approx(sum(per_bin), rel=1e-9)


def test_background_of_on_off_is_what_fits_best():
    dataset = on_off(models=power_law())
    back, signal = dataset.npred_off().values, dataset.npred_signal().values
    n_on, n_off = dataset.counts.values, dataset.counts_off.values
    alpha = dataset.alpha.values

    def value(b):
        on = signal + alpha * b
        return on + b - n_on * np.log(on) - n_off * np.log(np.where(n_off > 0, b, 1.0))

    assert np.all(back[n_off > 0] > 0)

    for factor in (0.99, 1.01):
        assert np.all(value(back) <= value(back * factor))
    np.testing.assert_allclose(dataset.npred_background().values, alpha * back)
    np.testing.assert_allclose(dataset.background.values, alpha * n_off)
    np.testing.assert_allclose(dataset.excess.values, n_on - alpha * n_off)


def test_excess_of_cash():
    dataset = cash()
    np.testing.assert_allclose(
        dataset.excess.values, dataset.counts.values - dataset.background.values
    )


# -- masks ----------------------------------------------------------------------------------


@KINDS
def test_masks_meet(make):
    dataset = make(models=power_law())
    in_bins = dataset.stat_array()
    safe = np.array([False, True, True, True, True, True, True, False])
    dataset.mask_safe = RegionNDMap(dataset.counts.geom, safe)
    assert dataset.stat_sum() == pytest.approx(in_bins[safe].sum(), rel=1e-12)
    dataset.mask_fit = dataset.counts.geom.energy_mask("1 TeV", "10 TeV")
    edges = dataset.energy_axis.edges.to_value("TeV")
    fit = (edges[:-1] > 0.999) & (edges[1:] < 10.001)
    assert 0 < fit.sum() < 8
    np.testing.assert_array_equal(dataset.mask.values, safe & fit)
    assert dataset.stat_sum() == pytest.approx(in_bins[safe & fit].sum(), rel=1e-12)
    assert dataset.fit_problem().n_data == (safe & fit).sum()
    low, high = dataset.energy_range
    assert low.to_value("TeV") == pytest.approx(edges[:-1][safe & fit][0])
    assert high.to_value("TeV") == pytest.approx(edges[1:][safe & fit][-1])
    dataset.mask_safe = dataset.mask_fit = None
    assert dataset.stat_sum() == pytest.approx(in_bins.sum(), rel=1e-12)


@KINDS
def test_all_masked(make):
    dataset = make(models=power_law())
    dataset.mask_safe = RegionNDMap(dataset.counts.geom, False)
    assert dataset.stat_sum() == 0.0
    assert dataset.info_dict()["n_fit_bins"] == 0
    with pytest.raises(DataError, match="all bins are masked; widen mask_safe or mask_fit"):
        _ = dataset.energy_range
    with pytest.raises(FitError, match="0 data"):
        Fitter().run(dataset)


def test_masked_spectrum_beside_a_good_one():
    from gammapy.datasets import Datasets

    joint = Datasets([cash("a"), cash("b", seed=7)])
    joint.models = power_law()
    joint["a"].mask_fit = RegionNDMap(joint["a"].counts.geom, False)
    joint.stat_sum()
    alone = cash("b", models=power_law(), seed=7)
    assert joint.stat_sum() == alone.stat_sum()
    assert Fitter().run(joint).total_stat == pytest.approx(alone.stat_sum(), abs=20)


def test_no_off_exposure_in_masked_bins_is_harmless():
    dataset = on_off(models=power_law())
    off = np.full(8, 5.0)
    off[0] = 0.0
    dataset.acceptance_off = RegionNDMap(dataset.counts.geom, off)
    with pytest.raises(DataError, match=r"on-off: alpha is 0 in 1 of the bins .*mask it"):
        dataset.stat_sum()
    dataset.mask_safe = RegionNDMap(dataset.counts.geom, off > 0)
    assert np.isfinite(dataset.stat_sum())
    assert dataset.npred_background().values[0] == 0.0
    seen = dataset.counts_off.values > 0
    assert np.all(dataset.npred_background().values[1:][seen[1:]] > 0)
    assert "counts" in str(dataset)


# -- what the likelihood forbids --------------------------------------------------------------


@pytest.mark.parametrize("amplitude", [0.0, -3e-11])
def test_no_expectation_under_counts_is_infinite(amplitude):
    dataset = cash(models=power_law(amplitude=amplitude))
    dataset.background = None
    assert dataset.stat_sum() == np.inf
    assert np.isinf(dataset.stat_array()).all()
    with pytest.raises(FitError, match=r"dataset 'cash' predicts .* in bin 0, where"):
        Fitter().run(dataset)


def test_zero_over_zero_counts_is_fine():
    dataset = cash(models=power_law(amplitude=0.0))
    dataset.background = None
    dataset.counts = RegionNDMap(dataset.counts.geom)
    assert dataset.stat_sum() == 0.0


def test_negative_flux_that_the_background_carries():
    """An absorption-like source: legitimate as long as the total stays positive."""
    dataset = cash(models=power_law(amplitude=3e-13))
    dataset.fake(2)
    dataset.models.parameters["amplitude"].value = -1e-14
    assert dataset.npred_signal().values.max() < 0
    assert np.isfinite(dataset.stat_sum())


def test_no_counts_yet():
    dataset = cash(models=power_law())
    dataset.counts = None
    with pytest.raises(DataError, match="no counts; set counts, or draw them"):
        dataset.stat_sum()
    measured = on_off(models=power_law())
    measured.counts_off = None
    with pytest.raises(DataError, match="no counts_off"):
        measured.stat_sum()
    measured.acceptance = None
    with pytest.raises(DataError, match="set acceptance and acceptance_off"):
        _ = measured.alpha


# -- simulation -----------------------------------------------------------------------------


def test_fake_is_reproducible():
    dataset = cash(models=power_law())
    dataset.fake(42)
    first = dataset.counts.values
    dataset.fake(42)
    np.testing.assert_array_equal(dataset.counts.values, first)
    dataset.fake(43)
    assert np.any(dataset.counts.values != first)
    dataset.fake(np.random.default_rng(42))
    np.testing.assert_array_equal(dataset.counts.values, first)


def test_fake_of_on_off_is_reproducible():
    dataset = on_off(models=power_law())
    background = RegionNDMap(dataset.counts.geom, 2.0)
    dataset.fake(background, 42)
    first = dataset.counts.values, dataset.counts_off.values
    dataset.fake(background, 42)
    np.testing.assert_array_equal(dataset.counts.values, first[0])
    np.testing.assert_array_equal(dataset.counts_off.values, first[1])


def test_fake_has_the_expectation():
    dataset = on_off(models=power_law())
    background = RegionNDMap(dataset.counts.geom, 6.0)
    rng = np.random.default_rng(1)
    on, off = np.zeros(8), np.zeros(8)
    for _ in range(400):
        dataset.fake(background, rng)
        on, off = on + dataset.counts.values / 400, off + dataset.counts_off.values / 400
    expected = dataset.npred_signal().values + 6.0
    assert np.all(np.abs(on - expected) < 5 * np.sqrt(expected / 400))
    assert np.all(np.abs(off - 30.0) < 5 * np.sqrt(30.0 / 400))


@KINDS
def test_fake_of_a_negative_expectation(make):
    dataset = make(models=power_law(amplitude=-1e-10))
    arguments = () if make is cash else (RegionNDMap(dataset.counts.geom, 1.0),)
    with pytest.raises(DataError, match=r"counts are expected in bin 0: none can be drawn"):
        dataset.fake(*arguments, 1)


# -- the response ---------------------------------------------------------------------------


def test_units_of_the_exposure_do_not_matter():
    dataset = cash(models=power_law())
    before = dataset.npred().values
    exposure = dataset.exposure
    values = exposure.quantity.to_value("m2 h")
    dataset.exposure = RegionNDMap(exposure.geom, values, unit="m2 h")
    np.testing.assert_allclose(dataset.npred().values, before, rtol=1e-13)


def test_perfect_energies_without_dispersion():
    energy = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 4)
    true = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 8, name="energy_true")
    dataset = SpectrumDataset(
        models=power_law(index=2.0, amplitude=1e-11),
        counts=RegionNDMap(RegionGeom([energy])),
        exposure=RegionNDMap(RegionGeom([true]), 1e13, unit="cm2 s"),
    )
    edges = energy.edges.to_value("TeV")
    expected = 1e13 * 1e-11 * (1 / edges[:-1] - 1 / edges[1:])
    np.testing.assert_allclose(dataset.npred().values, expected, rtol=1e-8)


def test_energies_in_mev():
    energy, true = axes()
    dataset = cash(models=power_law())
    mev = SpectrumDataset(
        models=power_law(),
        counts=RegionNDMap(
            RegionGeom([MapAxis.from_energy_edges(energy.edges.to("MeV"))]), dataset.counts.data
        ),
        background=RegionNDMap(
            RegionGeom([MapAxis.from_energy_edges(energy.edges.to("MeV"))]),
            dataset.background.data,
        ),
        exposure=RegionNDMap(
            RegionGeom([MapAxis.from_energy_edges(true.edges.to("MeV"), name="energy_true")]),
            dataset.exposure.data,
            unit="cm2 s",
        ),
        edisp=dataset.edisp,
    )
    assert mev.stat_sum() == pytest.approx(dataset.stat_sum(), rel=1e-12)


def test_create():
    energy, true = axes()
    dataset = SpectrumDataset.create(RegionGeom([energy]), true, name="empty")
    assert dataset.counts.values.sum() == 0
    assert dataset.exposure.unit == u.Unit("cm2 s")
    assert dataset.exposure.geom.axes["energy_true"] == true
    assert dataset.stat_sum() == 0.0
    same = SpectrumDataset.create(RegionGeom([energy]))
    np.testing.assert_array_equal(same.exposure.geom.axes[0].edges, energy.edges)


@KINDS
def test_info(make):
    dataset = make(models=power_law())
    info = dataset.info_dict()
    assert info["counts"] == dataset.counts.values.sum()
    assert info["n_bins"] == info["n_fit_bins"] == 8
    assert info["excess"] == pytest.approx(info["counts"] - info["background"])
    assert info["npred_signal"] == pytest.approx(dataset.npred_signal().values.sum())
    assert dataset.name in repr(dataset)
    assert "crab" in str(dataset)


def test_on_off_positional_order_that_scripts_know():
    energy, _ = axes()
    geom = RegionGeom([energy])
    model, one, off = power_law(), RegionNDMap(geom, 1.0), RegionNDMap(geom, 2.0)
    dataset = SpectrumDatasetOnOff(model, one, off, 1.0, 4.0)
    np.testing.assert_allclose(dataset.alpha.values, 0.25)
    assert dataset.models.names == ["crab"]
