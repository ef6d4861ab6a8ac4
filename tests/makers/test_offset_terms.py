"""The response of many pointings as a sum over few terms, beside a sum over the pointings."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.engine.pixel_nodes import unit_vectors
from gammapy.makers.pointings import PointingsInstrument
from gammapy.modeling.models import ExpDecayTemporalModel
from tests.makers.test_pointings import GROUPS, RECO, RESPONSES, TRUE

FREQUENCY = np.array([0.0, 3.0, 10.0, 25.0, 60.0])
PLACES = [(0.0, 0.0), (0.37, 0.21), (1.4, 0.3), (357.5, -0.8), (2.49, 3.1), (-3.3, 0.9), (41, 1)]


@pytest.fixture(scope="module")
def instrument():
    return PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO)


def products(lon, lat):
    """Sum [k, m, r] of area, point spread function and dispersion of each pointing."""
    edges = [axis.edges.to_value("TeV") for axis in (TRUE, RECO)]
    energy = np.sqrt(edges[0][:-1] * edges[0][1:])
    place = SkyCoord(lon, lat, unit="deg", frame="galactic").icrs
    total = np.zeros((TRUE.nbin, len(FREQUENCY), RECO.nbin))
    for one in GROUPS:
        tables = RESPONSES[one.response]
        offset = place.separation(SkyCoord(one.lon, one.lat, unit="deg", frame="icrs")).deg
        if offset > tables["aeff"].axes["offset"].edges.to_value("deg")[-1]:
            continue
        at = np.array([offset])
        area = tables["aeff"].area(energy, offset)
        shape = tables["psf"].transform(energy, at, FREQUENCY)[:, 0]
        spread = tables["edisp"].matrix(*edges, at)[0]
        total += one.livetime * area[:, None, None] * shape[:, :, None] * spread[:, None, :]
    return total


def response(terms, lon, lat):
    """The same by terms."""
    maps = terms.maps(unit_vectors(lon, lat))
    return np.einsum("j,jkmr->kmr", maps, terms.kernels(FREQUENCY))


def assert_near(found, expected, share):
    """Within a share of the largest of each energy; those that are hardly seen count less."""
    largest = expected.max(axis=(1, 2), keepdims=True)
    largest = np.maximum(largest, 0.01 * np.median(largest))
    assert_allclose(found / largest, expected / largest, rtol=0, atol=share)


@pytest.mark.parametrize("place", PLACES)
def test_each_pointing_has_its_own_shape_and_dispersion(instrument, place):
    assert_near(response(instrument.terms(), *place), products(*place), 2e-3)


def test_terms_are_few(instrument):
    terms = instrument.terms()
    n_nodes = len(instrument._tables.area_grid)
    assert terms.loading.shape[0] < n_nodes / 2
    assert terms.loading.shape[2] < 30


@pytest.mark.parametrize("place", PLACES)
def test_smooth_and_rough_part_make_the_whole(instrument, place):
    """Of the rough part a hundredth is left out: at the ends of energies that is 0.7%."""
    smooth, rough = instrument.split()
    found = response(smooth.terms(), *place) + response(rough, *place)
    assert_near(found, products(*place), 8e-3)


def exposures(one, lat):
    return one.exposure(np.full(lat.shape, 40.0), lat)


def test_fields_of_view_end_softly(instrument):
    """A step becomes a slope; far inside, away from kinks, nothing changes."""
    smooth, _ = instrument.split()
    step = 0.002
    around = 3.0 + step * np.arange(-500, 501)  # where the field of view of the lonely one ends
    hard, soft = (exposures(one, around) for one in (instrument, smooth))
    largest = hard.max(axis=1, keepdims=True)
    jump = np.abs(np.diff(hard / largest, axis=1)).max()
    assert jump > 0.5
    assert np.abs(np.diff(soft / largest, axis=1)).max() < 3 * jump * step
    beyond = exposures(smooth, np.array([3.0 + 4.2 * 0.5]))
    assert not beyond.any()
    # no counts are lost by it, about the axis
    radius = np.linspace(0.0, 5.0, 4001)
    hard, soft = (exposures(one, radius) @ np.ones(4001) for one in (instrument, smooth))
    assert_allclose(soft, hard, rtol=2e-3)


def test_what_is_rough_is_nil_on_average(instrument):
    """Its values are those of a step, and of opposite signs on both sides."""
    _, rough = instrument.split()
    lat = np.array([2.5, 2.98, 3.02, 3.8])
    at = np.array([response(rough, 40.0, b)[:, 0].sum(axis=-1) for b in lat])
    # without the ends, where what is reconstructed changes with the offset
    ratio = (at / response(instrument.terms(), 40.0, 2.5)[:, 0].sum(axis=-1))[:, 1:-1]
    assert np.all(ratio[1] > 0.2)
    assert np.all(ratio[2] < -0.2)
    assert_allclose(ratio[[0, 3]], 0.0, atol=0.12)


def test_a_source_in_time_has_terms_of_its_own(instrument):
    seen = instrument.seen(ExpDecayTemporalModel(t_ref="51544 d", t0="0.01 d"))
    assert seen.terms() is not instrument.terms()
    assert_allclose(seen.terms().loading, instrument.terms().loading)
    at = unit_vectors(0.3, 0.2)
    ratio = seen.exposure(0.3, 0.2) / instrument.exposure(0.3, 0.2)
    assert np.all(ratio < 1)
    assert np.abs(seen.terms().maps(at)).max() < np.abs(instrument.terms().maps(at)).max()
