"""Some bins of a spectrum, and wider ones."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDataset
from tests.spectrum import toys
from tests.spectrum.test_stack import three

KINDS = pytest.mark.parametrize("make", [toys.cash, toys.on_off])


def full(make):
    """With masks, times and models."""
    dataset = three(make)[1]
    dataset.mask_fit = RegionNDMap(dataset.geom, np.arange(8) < 6)
    dataset.models = toys.power_law()
    return dataset


@KINDS
def test_slice(make):
    dataset = full(make)
    part = dataset.slice_by_idx({"energy": slice(1, 4)}, name="part")
    assert (part.name, len(part.models)) == ("part", 0)
    assert np.array_equal(part.energy_axis.edges, dataset.energy_axis.edges[1:5])
    assert part.energy_axis.interp == "log"
    for name, value in dataset.maps.items():
        if name != "exposure":
            assert np.array_equal(part.maps[name].values, value.values[1:4]), name
    assert np.array_equal(part.edisp.data, dataset.edisp.data[:, 1:4])
    assert part.exposure.quantity[0] == dataset.exposure.quantity[0]
    assert (part.gti, part.meta) == (dataset.gti, dataset.meta)
    part.models = dataset.models
    np.testing.assert_allclose(part.stat_array(), dataset.stat_array()[1:4], rtol=1e-12)


@KINDS
def test_parts_make_the_whole(make):
    dataset = full(make)
    parts = [dataset.slice_by_idx({"energy": slice(i, i + 2)}) for i in range(0, 8, 2)]
    for part in parts:
        part.models = dataset.models
    total = sum(part.stat_sum() for part in parts)
    assert total == pytest.approx(dataset.stat_sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [
        (None, None, 0, 8),
        ("0.5 TeV", "50 TeV", 0, 8),
        ("1 MeV", "1 PeV", 0, 8),
        ("1.5 TeV", None, 2, 8),  # edges are 0.5, 0.889, 1.581, 2.81, 5, 8.89, 15.8, 28.1, 50
        ("1.20 TeV", "5.2 TeV", 2, 4),  # the middle of 0.889 and 1.581 is 1.186
        ("1.17 TeV", "4 TeV", 1, 4),
        ("1.17 TeV", "3.7 TeV", 1, 3),
    ],
)
def test_ends_go_to_the_nearest_edge(low, high, first, last):
    dataset = toys.cash()
    edges = dataset.slice_by_energy(low, high).energy_axis.edges
    assert np.array_equal(edges, dataset.energy_axis.edges[first : last + 1])


@pytest.mark.parametrize(
    ("low", "high"), [("60 TeV", "70 TeV"), ("0.1 TeV", "0.2 TeV"), ("1.5 TeV", "1.6 TeV")]
)
def test_range_without_bins(low, high):
    dataset = toys.cash()
    with pytest.raises(DataError, match=r"cash: no bin of .* lies between .* choose a wider range"):
        dataset.slice_by_energy(low, high)
    assert dataset.bins_between(low, high) is None


@pytest.mark.parametrize(
    ("low", "high"), [("2 TeV", "1 TeV"), ("-1 TeV", "1 TeV"), (np.nan * u.TeV, "1 TeV")]
)
def test_bad_range(low, high):
    with pytest.raises(DataError, match=r"cash: energies from .* must be above"):
        toys.cash().slice_by_energy(low, high)


def test_bad_unit():
    with pytest.raises(UnitMismatchError, match="energy_min"):
        toys.cash().slice_by_energy(1.0)


@pytest.mark.parametrize("chosen", [slice(3, 3), slice(None, None, 2), slice(None, None, -1)])
def test_bad_slice(chosen):
    with pytest.raises(DataError, match="at least one, and consecutive ones, are needed"):
        toys.cash().slice_by_idx({"energy": chosen})


def test_unknown_axis():
    with pytest.raises(UnknownNameError, match="no axis 'energy_true' to slice"):
        toys.cash().slice_by_idx({"energy_true": slice(0, 2)})


@KINDS
def test_wider_bins(make):
    dataset = full(make)
    edges = dataset.energy_axis.edges
    wide = dataset.resample_energy_axis(
        MapAxis.from_energy_edges(edges[[0, 2, 5, 8]] * 1.001), name="wide"
    )
    assert np.array_equal(wide.energy_axis.edges, edges[[0, 2, 5, 8]])
    assert (wide.name, len(wide.models), wide.gti) == ("wide", 0, dataset.gti)
    safe = dataset.mask_safe.values

    def joined(values):
        values = np.where(safe, values, 0)
        return [values[..., a:b].sum(axis=-1) for a, b in ((0, 2), (2, 5), (5, 8))]

    for values in (lambda d: d.counts, lambda d: d.background, lambda d: d.excess):
        np.testing.assert_allclose(values(wide).values, joined(values(dataset).values), rtol=1e-12)
    wide.models = dataset.models
    np.testing.assert_allclose(
        wide.npred_signal().values, joined(dataset.npred_signal().values), rtol=1e-12
    )
    assert wide.mask_safe.values.tolist() == [True, True, True]
    assert wide.mask_fit.values.tolist() == [True, True, True]
    if make is toys.on_off:
        np.testing.assert_array_equal(wide.counts_off.values, joined(dataset.counts_off.values))


def test_bins_without_a_safe_part_are_not_safe():
    dataset = toys.on_off()
    dataset.mask_safe = RegionNDMap(dataset.geom, np.arange(8) > 3)
    wide = dataset.resample_energy_axis(MapAxis.from_energy_edges(dataset.energy_axis.edges[::2]))
    assert wide.mask_safe.values.tolist() == [False, False, True, True]
    assert np.all(np.isfinite(wide.acceptance_off.values))


def test_wider_bins_of_a_part_of_the_axis():
    dataset = toys.cash()
    wide = dataset.resample_energy_axis(
        MapAxis.from_energy_edges(dataset.energy_axis.edges[[2, 4, 6]])
    )
    counts = dataset.counts.values
    assert wide.counts.values.tolist() == [counts[2:4].sum(), counts[4:6].sum()]


def test_axis_that_starts_at_zero():
    axis = MapAxis([0.0, 1, 2, 4], interp="lin", name="energy", unit="TeV")
    dataset = SpectrumDataset(counts=RegionNDMap(RegionGeom([axis]), [1, 2, 4]))
    assert dataset.slice_by_energy("0 TeV", "2 TeV").counts.values.tolist() == [1, 2]
    assert dataset.slice_by_energy("0.8 TeV", "3.9 TeV").counts.values.tolist() == [2, 4]
    wide = dataset.resample_energy_axis(MapAxis([0.0, 2, 4], name="energy", unit="TeV"))
    assert wide.counts.values.tolist() == [3, 4]


def test_bad_wider_bins():
    dataset = toys.cash()
    with pytest.raises(DataError, match=r"the new bin from 1.1 TeV to 1.11 TeV holds none of"):
        dataset.resample_energy_axis(MapAxis.from_energy_edges([1.1, 1.11, 5] * u.TeV))
    with pytest.raises(DataError, match="energy_axis = 3 is not a MapAxis"):
        dataset.resample_energy_axis(3)


@KINDS
def test_datasets_keep_names_and_models(make):
    datasets = Datasets([make("a"), make("b", n_energy=4), make("c")])
    datasets.models = toys.power_law()
    datasets["c"] = make("c").slice_by_energy("10 TeV", name="c")
    parts = datasets.slice_by_energy("0.5 TeV", "6 TeV")
    assert parts.names == ["a", "b"]
    assert parts.models.names == ["crab"]
    assert parts["a"].models is datasets["a"].models
    assert datasets["a"].energy_axis.nbin == 8
    assert np.isfinite(parts.stat_sum())
