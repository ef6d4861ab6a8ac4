"""Energy dispersion: probabilities that neither gain nor lose counts unasked."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis

TRUE = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 6, name="energy_true")
WIDE = MapAxis.from_energy_bounds("0.01 TeV", "1000 TeV", 40)


@pytest.mark.parametrize("sigma", [0.01, 0.15, 0.5])
@pytest.mark.parametrize("bias", [-0.2, 0.0, 0.3])
def test_gauss_is_a_distribution(sigma, bias):
    kernel = EDispKernel.from_gauss(TRUE, WIDE, sigma=sigma, bias=bias)
    np.testing.assert_allclose(kernel.pdf_matrix.sum(axis=1), 1.0, rtol=1e-12)
    assert np.all(kernel.data >= 0)


def test_moments_of_gauss():
    fine = MapAxis.from_energy_bounds("0.01 TeV", "1000 TeV", 2000)
    kernel = EDispKernel.from_gauss(TRUE, fine, sigma=0.2, bias=0.1)
    x = np.log(fine.center.to_value("TeV"))
    mean = kernel.data @ x
    np.testing.assert_allclose(mean, np.log(TRUE.center.to_value("TeV") * 1.1), atol=1e-6)
    width = np.sqrt(kernel.data @ x**2 - mean**2)
    np.testing.assert_allclose(width, 0.2, rtol=1e-3)


def test_gauss_loses_what_falls_outside():
    narrow = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 6)
    lost = 1 - EDispKernel.from_gauss(TRUE, narrow, sigma=0.3).data.sum(axis=1)
    assert np.all(lost > 0)
    assert lost[0] > lost[2]
    np.testing.assert_allclose(lost, lost[::-1], rtol=1e-9)  # the axis is even


@pytest.mark.parametrize(
    ("sigma", "bias"),
    [(0, 0), (-0.1, 0), (np.nan, 0), (np.inf, 0), (0.1, -1), (0.1, -2), (0.1, np.nan)],
)
def test_gauss_refuses(sigma, bias):
    with pytest.raises(DataError, match="sigma > 0 and bias > -1"):
        EDispKernel.from_gauss(TRUE, WIDE, sigma=sigma, bias=bias)


def test_diagonal():
    kernel = EDispKernel.from_diagonal_response(TRUE)
    np.testing.assert_array_equal(kernel.data, np.eye(6))
    assert kernel.axes.names == ["energy_true", "energy"]
    gev = MapAxis.from_energy_edges(TRUE.edges.to("GeV"))
    np.testing.assert_allclose(
        EDispKernel.from_diagonal_response(TRUE, gev).data, np.eye(6), atol=1e-12
    )


@pytest.mark.parametrize(
    "reco",
    [
        MapAxis.from_energy_bounds("1 TeV", "10 TeV", 13),
        MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2),
        MapAxis.from_energy_edges([1, 1.7, 2.9, 10] * u.TeV),
        MapAxis.from_energy_bounds("0.3 TeV", "70 TeV", 5),
    ],
    ids=repr,
)
def test_diagonal_with_unequal_axes_conserves_counts(reco):
    kernel = EDispKernel.from_diagonal_response(TRUE, reco)
    counts = np.arange(1.0, 7.0)
    np.testing.assert_allclose(kernel.data.sum(axis=1), 1.0, rtol=1e-12)
    assert (counts @ kernel.data).sum() == pytest.approx(counts.sum())


def test_diagonal_shares_evenly_in_energy():
    true = MapAxis.from_energy_edges([1, 3] * u.TeV, name="energy_true")
    reco = MapAxis.from_energy_edges([1, 1.5, 3, 4] * u.TeV)
    kernel = EDispKernel.from_diagonal_response(true, reco)
    np.testing.assert_allclose(kernel.data, [[0.25, 0.75, 0.0]])


def test_diagonal_loses_what_falls_outside():
    reco = MapAxis.from_energy_edges([2, 5] * u.TeV)
    total = EDispKernel.from_diagonal_response(TRUE, reco).data.sum(axis=1)
    low, high = TRUE.edges_min.to_value("TeV"), TRUE.edges_max.to_value("TeV")
    inside = np.clip(np.minimum(high, 5) - np.maximum(low, 2), 0, None) / (high - low)
    np.testing.assert_allclose(total, inside, rtol=1e-12)


RECO = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 3)
GOOD = np.full((6, 3), 0.3)
BAD = {
    "swapped axes": ([RECO, TRUE], GOOD.T, r"\['energy_true', 'energy'\] is needed"),
    "one axis": ([TRUE], GOOD, "is needed"),
    "transposed": ([TRUE, RECO], GOOD.T, r"shape \(3, 6\) does not fit axes of \(6, 3\)"),
    "negative": ([TRUE, RECO], GOOD - 0.4, "negative or not finite"),
    "nan": ([TRUE, RECO], GOOD * np.nan, "negative or not finite"),
    "gains": ([TRUE, RECO], GOOD * 1.2, r"gains events: a row sums to 1.08"),
    "areas": ([TRUE, RECO], GOOD * 1e9, "without the effective area"),
}


@pytest.mark.parametrize(("axes", "data", "says"), BAD.values(), ids=BAD)
def test_bad_matrix(axes, data, says):
    with pytest.raises(DataError, match=says):
        EDispKernel(axes, data)


@pytest.mark.parametrize(
    "duplicate", [lambda k: k, copy.deepcopy, lambda k: pickle.loads(pickle.dumps(k))]
)
def test_cannot_be_changed(duplicate):
    mine = GOOD.copy()
    kernel = duplicate(EDispKernel([TRUE, RECO], mine))
    mine[:] = 0.0
    np.testing.assert_array_equal(kernel.data, GOOD)
    with pytest.raises(ValueError, match="read-only"):
        kernel.data[0, 0] = 1.0
    with pytest.raises(AttributeError):
        kernel.data = mine
    assert "EDispKernel" in repr(kernel)
