"""The interface of an instrument, and the one that is the same everywhere."""

import astropy.units as u
import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.instrument import Instrument, UniformInstrument
from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps import MapAxis
from gammapy.modeling.models import ConstantTemporalModel
from tests.datasets.small_instruments import energy_axes, gaussian_transform, uniform

TRUE, RECO = energy_axes(3, 2)
EXPOSURE = [1e10, 2e10, 4e10]


def test_interface_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Instrument()


@pytest.mark.parametrize("missing", ["exposure", "psf", "edisp"])
def test_all_of_the_interface_is_needed(missing):
    methods = {name: lambda self: None for name in ("exposure", "psf", "edisp") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Instrument,), methods)()


def test_without_times_it_sees_a_steady_flux():
    instrument = uniform([0.1])
    assert instrument.seen(ConstantTemporalModel()) is instrument


def test_edges_in_tev():
    gev = MapAxis.from_energy_edges([100, 1000, 1e4], unit="GeV", name="energy_true")
    instrument = UniformInstrument(gev, RECO, [1.0, 2.0])
    assert_allclose(instrument.energy_edges_true, [0.1, 1.0, 10.0], rtol=1e-14)
    assert_allclose(instrument.energy_edges, [0.1, 1.0, 10.0], rtol=1e-14)
    assert instrument.frame == "galactic"
    assert instrument.reach == 0.0


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 5)])
def test_exposure(shape):
    instrument = UniformInstrument(TRUE, RECO, EXPOSURE)
    found = instrument.exposure(np.zeros(shape), np.ones(shape))
    assert found.shape == (3, *shape)
    assert_allclose(np.moveaxis(found, 0, -1), np.broadcast_to(EXPOSURE, (*shape, 3)))


def test_exposure_of_a_lattice():
    """Longitudes and latitudes broadcast."""
    instrument = UniformInstrument(TRUE, RECO, EXPOSURE)
    assert instrument.exposure(np.zeros((1, 4)), np.zeros((3, 1))).shape == (3, 3, 4)


def test_defaults_are_perfect():
    instrument = UniformInstrument(TRUE, RECO, EXPOSURE)
    assert_allclose(instrument.psf(3.0, 4.0, np.array([0.0, 7.0, 100.0])), np.ones((3, 3)))
    assert_allclose(instrument.edisp(3.0, 4.0), EDispKernel.from_diagonal_response(TRUE, RECO).data)
    assert_allclose(instrument.edisp(3.0, 4.0).sum(axis=1), 1.0)


def test_its_own_functions():
    edisp = np.array([[0.7, 0.2], [0.1, 0.8], [0.0, 0.5]])
    psf = gaussian_transform([0.1, 0.05, 0.03])
    instrument = UniformInstrument(TRUE, RECO, EXPOSURE, psf, edisp, reach=0.6, frame="icrs")
    q = np.array([0.0, 10.0])
    assert_allclose(instrument.psf(0.0, 0.0, q), psf(q))
    assert_allclose(instrument.edisp(1.0, 2.0), edisp)
    assert (instrument.frame, instrument.reach) == ("icrs", 0.6)


def test_a_transform_is_asked_once_for_the_same_frequencies():
    asked = []

    def psf(frequency):
        asked.append(frequency)
        return gaussian_transform([0.1, 0.05, 0.03])(frequency)

    instrument = UniformInstrument(TRUE, RECO, EXPOSURE, psf, reach=0.6)
    q, other = np.array([0.0, 10.0]), np.array([0.0, 10.0, 20.0])
    first = instrument.psf(0.0, 0.0, q)
    assert_allclose(instrument.psf(3.0, 1.0, q.copy()), first, rtol=0)
    assert len(asked) == 1
    assert instrument.psf(0.0, 0.0, other).shape == (3, 3)
    assert_allclose(instrument.psf(0.0, 0.0, q), first, rtol=0)
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0.0


def test_it_keeps_its_own_numbers():
    exposure, edisp = np.array(EXPOSURE), np.full((3, 2), 0.5)
    instrument = UniformInstrument(TRUE, RECO, exposure, edisp=edisp)
    exposure[:], edisp[:] = 0.0, 0.0
    assert_allclose(instrument.exposure(0.0, 0.0), EXPOSURE)
    assert_allclose(instrument.edisp(0.0, 0.0), 0.5)


@pytest.mark.parametrize("bad", [[1.0], 1.0, np.ones((3, 1)), np.ones(2)])
def test_exposure_of_another_shape(bad):
    with pytest.raises(DataError, match=r"exposure of shape .* must have \(3,\)"):
        UniformInstrument(TRUE, RECO, bad)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_exposure_with_bad_numbers(bad):
    with pytest.raises(DataError, match="exposure has numbers that are negative or not finite"):
        UniformInstrument(TRUE, RECO, [1e10, bad, 1e10])


@pytest.mark.parametrize("bad", [np.ones((2, 3)), np.ones(3), np.ones((3, 3))])
def test_dispersion_of_another_shape(bad):
    with pytest.raises(DataError, match=r"edisp of shape .* must have \(3, 2\)"):
        UniformInstrument(TRUE, RECO, EXPOSURE, edisp=bad)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
def test_dispersion_with_bad_numbers(bad):
    edisp = np.full((3, 2), 0.5)
    edisp[1, 1] = bad
    with pytest.raises(DataError, match="edisp has numbers that are negative or not finite"):
        UniformInstrument(TRUE, RECO, EXPOSURE, edisp=edisp)


@pytest.mark.parametrize("reach", [0.0, -1.0, np.nan])
def test_a_psf_needs_a_reach(reach):
    with pytest.raises(DataError, match=r"reach = .* must be positive where there is a psf: give"):
        UniformInstrument(TRUE, RECO, EXPOSURE, gaussian_transform([0.1] * 3), reach=reach)


def test_units_of_the_exposure_are_not_lost():
    """A quantity is converted or refused: 1 m2 s is 1e4 cm2 s."""
    try:
        instrument = UniformInstrument(TRUE, RECO, [1.0, 2.0, 4.0] * u.Unit("m2 s"))
    except (DataError, TypeError, u.UnitsError):
        return
    assert_allclose(instrument.exposure(0.0, 0.0), [1e4, 2e4, 4e4])
