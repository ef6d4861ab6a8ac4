"""The door of a spectrum dataset: what it refuses, and that nothing gets past it later."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from tests.spectrum.toys import axes, cash, on_off, power_law

ENERGY, TRUE = axes()
GEOM, GEOM_TRUE = RegionGeom([ENERGY]), RegionGeom([TRUE])
OTHER = MapAxis.from_energy_bounds("0.5 TeV", "60 TeV", 8)


def counts(**changed) -> RegionNDMap:
    """Counts of one in each bin, but for some bins."""
    data = np.ones(8)
    for bin_, value in changed.items():
        data[int(bin_[1:])] = value
    return RegionNDMap(GEOM, data)


BAD = {
    "array": ("counts", np.ones(8), "counts = ndarray is not a RegionNDMap: wrap an array as"),
    "list": ("background", [1.0] * 8, "background = list is not a RegionNDMap"),
    "true axis": ("counts", RegionNDMap(GEOM_TRUE), r"axes \['energy_true'\], \['energy'\] is"),
    "reco axis": ("exposure", RegionNDMap(GEOM, unit="cm2 s"), r"\['energy_true'\] is needed"),
    "other edges": ("counts", RegionNDMap(RegionGeom([OTHER])), "the other data have .* rebin"),
    "negative": ("counts", counts(b3=-1.0), r"counts is -1.0 in bin 3 \(1 bad bins\)"),
    "nan": ("background", counts(b0=np.nan, b7=np.nan), r"is nan in bin 0 \(2 bad bins\)"),
    "inf": ("counts", counts(b1=np.inf), "is inf in bin 1"),
    "unit of counts": ("counts", RegionNDMap(GEOM, unit="s"), "in 's' does not convert to ''"),
    "unit of exposure": (
        "exposure",
        RegionNDMap(GEOM_TRUE, unit="cm2"),
        "in 'cm2' does not convert to 'cm2 s'",
    ),
    "negative exposure": (
        "exposure",
        RegionNDMap(GEOM_TRUE, -1.0, unit="cm2 s"),
        "exposure is -1.0 in bin 0",
    ),
    "mask of floats": ("mask_safe", RegionNDMap(GEOM, 1.0), "holds float64, not booleans"),
    "mask of ints": ("mask_fit", RegionNDMap(GEOM, np.ones(8, int)), "holds int64, not booleans"),
    "mask on true": ("mask_fit", RegionNDMap(GEOM_TRUE, True), r"\['energy'\] is needed"),
    "edisp of floats": ("edisp", np.eye(8), "edisp = ndarray is not an EDispKernel"),
    "edisp reco": (
        "edisp",
        EDispKernel.from_gauss(TRUE, OTHER, 0.1),
        "edisp has the axis MapAxis.'energy'",
    ),
    "edisp true": (
        "edisp",
        EDispKernel.from_diagonal_response(MapAxis(ENERGY.edges, "log", "energy_true"), ENERGY),
        "edisp has the axis MapAxis.'energy_true'",
    ),
}


@pytest.mark.parametrize(("slot", "value", "says"), BAD.values(), ids=BAD)
def test_bad_input(slot, value, says):
    dataset = cash(models=power_law())
    before, revision = dataset.stat_sum(), dataset.revision
    with pytest.raises(DataError, match=says) as caught:
        setattr(dataset, slot, value)
    assert str(caught.value).startswith("cash: ")
    assert dataset.revision == revision
    assert dataset.stat_sum() == before
    good = {name: item for name, item in dataset.slots.items() if name != slot}
    with pytest.raises(DataError, match=says):
        SpectrumDataset(**good, name="cash", **{slot: value})


BAD_ACCEPTANCES = {
    "negative": (-1.0, DataError, "acceptance is -1.0 in bin 0"),
    "nan": (np.nan, DataError, "acceptance is nan"),
    "text": ("one", UnitMismatchError, "acceptance = 'one'"),
    "area": (3 * u.m, UnitMismatchError, "acceptance = <Quantity 3. m>"),
    "too few": ([1.0, 2.0], DataError, "do not fit"),
}


@pytest.mark.parametrize(("value", "error", "says"), BAD_ACCEPTANCES.values(), ids=BAD_ACCEPTANCES)
def test_bad_acceptance(value, error, says):
    with pytest.raises(error, match=says):
        on_off().acceptance = value


def test_number_before_the_axis_is_known():
    with pytest.raises(DataError, match=r"set counts before acceptance = 1.0"):
        SpectrumDatasetOnOff(acceptance=1.0)


def test_all_good_input_is_taken():
    dataset = SpectrumDatasetOnOff(
        counts=counts(),
        counts_off=RegionNDMap(GEOM, np.arange(8)),
        acceptance=2,
        acceptance_off=RegionNDMap(GEOM, 4.0),
        exposure=RegionNDMap(GEOM_TRUE, 3.0, unit="m2 h"),
        name="x",
    )
    np.testing.assert_allclose(dataset.alpha.values, 0.5)
    np.testing.assert_array_equal(dataset.acceptance.values, 2.0)
    dataset.counts = None
    assert dataset.counts is None
    assert dataset.energy_axis == ENERGY


def test_axis_may_change_when_nothing_else_has_it():
    dataset = SpectrumDataset(counts=counts())
    dataset.counts = RegionNDMap(RegionGeom([OTHER]))
    assert dataset.energy_axis == OTHER


# -- read-only ------------------------------------------------------------------------------


def test_data_cannot_be_changed_in_place():
    dataset = on_off(models=power_law())
    dataset.stat_sum()
    for name in ("counts", "counts_off", "acceptance", "acceptance_off", "exposure"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(dataset, name).data[...] = 7.0
        with pytest.raises(ValueError, match="read-only"):
            getattr(dataset, name).quantity.value[...] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        dataset.edisp.data[0, 0] = 1.0


@pytest.mark.parametrize(
    ("attribute", "value"), [("data", np.full(8, 7.0)), ("unit", "s"), ("geom", GEOM)]
)
def test_map_of_a_dataset_cannot_be_changed_by_assignment(attribute, value):
    dataset = cash(models=power_law())
    before = dataset.stat_sum()
    with pytest.raises(DataError, match=rf"{attribute} of this map cannot be changed"):
        setattr(dataset.counts, attribute, value)
    with pytest.raises(AttributeError, match="data"):
        dataset.edisp.data = np.eye(8)
    assert dataset.stat_sum() == before


def test_what_was_assigned_is_copied():
    mine = np.ones(8)
    dataset = SpectrumDataset(counts=RegionNDMap(GEOM, mine))
    mine[:] = 5.0
    np.testing.assert_array_equal(dataset.counts.values, 1.0)
    given = RegionNDMap(GEOM, np.ones(8))
    dataset.counts = given
    given.data[...] = 5.0
    np.testing.assert_array_equal(dataset.counts.values, 1.0)


def test_an_own_copy_can_be_changed():
    dataset = cash()
    mine = RegionNDMap(dataset.counts.geom, dataset.counts.data.copy())
    mine.data[...] += 1
    dataset.counts = mine
    np.testing.assert_array_equal(dataset.counts.values, mine.values)
