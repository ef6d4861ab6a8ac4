"""Fluxes of bins against closed forms."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

from gammapy.datasets.bin_fluxes import bin_fluxes, needed_order
from gammapy.errors import ModelError
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    GaussianSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)

EDGES = np.geomspace(0.1, 100.0, 7)


def source(spectrum):
    return SkyModel(spectrum, name="it")


def power_law(index, low, high):
    """Integral of E**-index."""
    if index == 1:
        return np.log(high / low)
    return (high ** (1 - index) - low ** (1 - index)) / (1 - index)


@pytest.mark.parametrize("index", [1.0, 2.0, 2.7, -0.5])
def test_power_law(index):
    model = PowerLawSpectralModel(index=index, amplitude="3e-12 cm-2 s-1 TeV-1")
    expected = 3e-12 * power_law(index, EDGES[:-1], EDGES[1:])
    assert_allclose(bin_fluxes(source(model), EDGES), expected, rtol=1e-8)


def test_constant_in_another_unit():
    model = ConstantSpectralModel(const="2e-8 m-2 s-1 GeV-1")
    assert_allclose(bin_fluxes(source(model), EDGES), 2e-9 * np.diff(EDGES), rtol=1e-8)


def test_one_wide_bin():
    model = PowerLawSpectralModel(index=3.0, amplitude="1e-12 cm-2 s-1 TeV-1")
    found = bin_fluxes(source(model), np.array([0.1, 100.0]))
    assert_allclose(found, 1e-12 * power_law(3.0, 0.1, 100.0), rtol=1e-8)


def test_break_inside_of_a_bin():
    model = BrokenPowerLawSpectralModel(
        index1=1.5, index2=3.5, amplitude="1e-12 cm-2 s-1 TeV-1", ebreak="2 TeV"
    )
    i = np.searchsorted(EDGES, 2.0) - 1
    x = EDGES[[i, i + 1]] / 2.0
    expected = 1e-12 * 2.0 * (power_law(1.5, x[0], 1.0) + power_law(3.5, 1.0, x[1]))
    assert bin_fluxes(source(model), EDGES)[i] == pytest.approx(expected, rel=1e-8)


def test_cutoff():
    model = ExpCutoffPowerLawSpectralModel(
        index=1.8, amplitude="1e-12 cm-2 s-1 TeV-1", lambda_="0.2 TeV-1"
    )

    def flux(energy):
        return 1e-12 * energy**-1.8 * np.exp(-0.2 * energy)

    expected = [quad(flux, *edge, epsabs=0, epsrel=1e-12)[0] for edge in pairwise(EDGES)]
    assert_allclose(bin_fluxes(source(model), EDGES), expected, rtol=1e-8)


def test_current_values():
    model = source(PowerLawSpectralModel())
    before = bin_fluxes(model, EDGES)
    model.spectral_model.amplitude.value *= 3
    assert_allclose(bin_fluxes(model, EDGES), 3 * before, rtol=1e-12)


def test_order_serves_all_axes():
    """A wide bin asks for more nodes than narrow ones."""
    model = source(PowerLawSpectralModel(index=3.3))
    values = model.spectral_model.internal_values
    narrow, wide = np.geomspace(0.1, 100, 61), np.array([0.1, 100.0])
    orders = [needed_order(model, axes, values) for axes in ([narrow], [wide], [narrow, wide])]
    assert orders[0] < orders[1] == orders[2]


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_flux_that_is_not_finite(value):
    model = source(PowerLawSpectralModel())
    with pytest.raises(ModelError, match=r"'it': .* not finite there\): use finer bins, or keep"):
        needed_order(model, [EDGES], [2.0, value, 1.0])


def test_line_that_is_too_narrow():
    """Seen by the check, not by a few nodes."""
    model = GaussianSpectralModel(amplitude="1e-12 cm-2 s-1", mean="1 TeV", sigma="0.003 TeV")
    edges = np.array([0.1, 100.0])
    try:
        found = bin_fluxes(source(model), edges)
    except ModelError:
        return
    assert found[0] == pytest.approx(1e-12, rel=1e-6)  # if it is not refused, it is right
