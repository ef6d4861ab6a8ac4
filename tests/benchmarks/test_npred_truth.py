"""The direct response of few invented pointings, and what simulates and measures counts."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table
from numpy.testing import assert_allclose

from benchmarks.direct_response import DirectResponse, LocalResponse
from benchmarks.truth_sources import Simulation, in_pixels, moments
from benchmarks.truth_tiles import Fineness, Tile, tile_of
from benchmarks.truth_totals import Crossing
from gammapy.data.groups import group_pointings
from gammapy.datasets.prediction import predict_counts
from gammapy.irf import EnergyDependentMultiGaussPSF
from gammapy.makers.pointings import PointingsInstrument
from gammapy.maps import MapAxis, WcsGeom
from gammapy.modeling.models import (
    GaussianSpatialModel,
    PointSpatialModel,
    PowerLawSpectralModel,
    ShellSpatialModel,
    SkyModel,
)
from tests.makers.test_pointings import RESPONSES

TRUE = MapAxis.from_energy_bounds("0.5 TeV", "20 TeV", 3, name="energy_true")
RECO = MapAxis.from_energy_bounds("0.8 TeV", "10 TeV", 2)
EDGES = [axis.edges.to_value("TeV") for axis in (TRUE, RECO)]
LON, LAT = 0.3, 0.2


def index():
    """Three directions, one of them with two pointings."""
    lon, lat = np.array([0.0, 0.0, 2.5, 359.0]), np.array([0.0, 0.0, 0.5, -1.5])
    sky = SkyCoord(lon, lat, unit="deg", frame="galactic").icrs
    columns = {
        "OBS_ID": np.arange(4),
        "RA_PNT": sky.ra.deg,
        "DEC_PNT": sky.dec.deg,
        "IRF": np.array(["a", "a", "b", "a"]),
        "LIVETIME": [1000.0, 300.0, 500.0, 700.0],
        "TSTART": np.arange(4) * 2000.0,
        "TSTOP": np.arange(4) * 2000.0 + 1200.0,
    }
    return Table(columns, meta={"MJDREFI": 51544, "MJDREFF": 0.5, "TIMESYS": "TT"})


@pytest.fixture(scope="module")
def response():
    return DirectResponse.of(index(), RESPONSES, *EDGES)


def steady_psf():
    """Responses whose point spread function is the same at all offsets.

    Ours takes that of the centre of a round source, which costs more here than in real tables.
    """
    found = {}
    for name, tables in RESPONSES.items():
        psf = tables["psf"]
        data = np.repeat(psf.data[:, :1], psf.data.shape[1], axis=1)
        found[name] = tables | {"psf": EnergyDependentMultiGaussPSF(psf.axes, data=data)}
    return found


@pytest.fixture(scope="module")
def both():
    """The direct response and ours."""
    tables = steady_psf()
    ours = PointingsInstrument(group_pointings(index()), tables, TRUE, RECO)
    return DirectResponse.of(index(), tables, *EDGES), ours


def source(spatial):
    spectrum = PowerLawSpectralModel(index=2.2, amplitude="1e-11 cm-2 s-1 TeV-1")
    return SkyModel(spectral_model=spectrum, spatial_model=spatial, name="source")


AT = {"lon_0": LON * u.deg, "lat_0": LAT * u.deg, "frame": "galactic"}
SHAPES = {
    "point": PointSpatialModel(**AT),
    "gauss": GaussianSpatialModel(**AT, sigma="0.1 deg"),
    "shell": ShellSpatialModel(**AT, radius="0.15 deg", width="0.05 deg"),
}


def test_exposure_is_a_sum_over_all_pointings(response):
    """One at a time, by hand."""
    table, found = index(), 0.0
    place = SkyCoord(LON, LAT, unit="deg", frame="galactic")
    for row in table:
        axis = SkyCoord(row["RA_PNT"], row["DEC_PNT"], unit="deg")
        offset = float(place.separation(axis).deg)
        found = found + row["LIVETIME"] * RESPONSES[row["IRF"]]["aeff"].area(
            response.energy, offset
        )
    exposure = response.exposure(np.array([LON]), np.array([LAT]))[:, 0]
    assert_allclose(exposure, found, rtol=1e-12)


def test_profile_is_normalised(response):
    radius = np.linspace(0.0, 2.0, 20001)
    middle = np.tile(0.5 * (radius[1:] + radius[:-1]), (3, 1))
    ring = np.pi * np.diff(np.deg2rad(radius) ** 2)
    assert_allclose(response.profile(LON, LAT, middle) @ ring, 1.0, rtol=1e-4)


def test_local_response_meets_the_direct_one(response):
    """Each pointing has a point spread function and a dispersion: their products are summed."""
    local = LocalResponse(response, LON, LAT, 0.5)
    at = np.array([LON + 0.07]), np.array([LAT - 0.11])
    exposure, edisp = response.exposure(*at), response.edisp(*(a[0] for a in at))
    theta = np.array([0.0, 0.3, 0.9]) * local.reach[:, None]
    products = 0.0
    for seen in response.sightings(*at):
        profiles, _ = response.profiles_of(seen.name, seen.offset, theta)
        edisps, _ = response.edisps_of(seen.name, seen.offset)
        products = products + np.einsum(
            "kn,knm,knr->kmr", response.exposures(seen), profiles, edisps
        )
    for k in range(3):
        assert_allclose(local.response.exposure_at(k, *at), exposure[k], rtol=1e-12)
        assert_allclose(local.edisp(k, *at)[:, 0], edisp[k], atol=1e-3)
        for r in range(edisp.shape[1]):
            found = local.psf(r).value(k, theta[k], at[0][:, None], at[1][:, None])[0]
            found = exposure[k] * edisp[k, r] * found
            assert_allclose(found, products[k, :, r], atol=2e-3 * products[k].max())


@pytest.mark.parametrize("shape", SHAPES)
def test_tile_of_a_source(both, shape):
    response, instrument = both
    plane = WcsGeom.create(skydir=(0, 0), width=(4, 2), binsz=0.1, frame="galactic", axes=[RECO])
    geom = tile_of(plane, LON, LAT, 8)
    models = [source(SHAPES[shape])]
    truth = Tile(geom, response, Fineness()).counts(models)
    ours = predict_counts(models, instrument, geom).data.reshape(truth.shape)
    peak = truth.max(axis=1, keepdims=True)
    assert_allclose(ours / peak, truth / peak, atol=5e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_simulated_events_have_the_moments_of_ours(both, shape):
    response, instrument = both
    model = source(SHAPES[shape])
    simulation = Simulation(model, response)
    n = 2 * int(np.ceil(simulation.radius / 0.04)) + 1
    geom = WcsGeom.create(
        skydir=(LON, LAT), npix=n, binsz=0.04, frame="galactic", proj="TAN", axes=[RECO]
    )
    events = simulation.events(40_000, slice(0, 2), np.random.default_rng(1))
    drawn = moments(in_pixels(geom, *events), geom, LON, LAT)
    ours = moments(predict_counts([model], instrument, geom).data.sum(axis=0), geom, LON, LAT)
    error = 4 * drawn.spread / 200.0
    assert abs(ours.east - drawn.east) < error
    assert abs(ours.north - drawn.north) < error
    assert ours.radius == pytest.approx(drawn.radius, rel=0.02)


def test_moments_of_an_even_square():
    geom = WcsGeom.create(skydir=(LON, LAT), npix=5, binsz=0.1, frame="galactic", proj="TAN")
    found = moments(np.full((5, 5), 3.0), geom, LON, LAT)
    assert_allclose([found.east, found.north], 0.0, atol=1e-5)
    assert found.spread == pytest.approx(0.5 / np.sqrt(12), rel=0.01)
    assert found.radius == pytest.approx(0.5 * np.sqrt(0.68 / np.pi), rel=0.01)


def test_half_of_what_is_on_a_rim_crosses_it(response):
    crossing = Crossing(response, 1.0)
    at = np.array([1.0, 1.4, -1.4]), np.array([1.0, 1.0 - 1e-3, 0.05])
    assert_allclose(crossing(*at, 0.0)[:, 0], 0.5, rtol=1e-3)
    assert np.all(crossing(*at, 0.0)[:, 1] < 0.5)
    assert np.all(crossing(*at, 0.0)[:, 2] < 1e-3)
