"""PointingsInstrument beside a loop over all pointings that interpolates nothing."""

import os
import pickle
import time
from dataclasses import replace
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.time import Time
from numpy.testing import assert_allclose

from gammapy.data.groups import PointingGroup, group_pointings
from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.irf import (
    Background3D,
    EffectiveAreaTable2D,
    EnergyDependentMultiGaussPSF,
    EnergyDispersion2D,
)
from gammapy.makers.pointings import PointingsInstrument
from gammapy.maps import MapAxis, WcsGeom
from gammapy.modeling.models import ExpDecayTemporalModel, LinearTemporalModel

TRUE = MapAxis.from_energy_bounds("0.05 TeV", "150 TeV", 12, name="energy_true")
RECO = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 6)
FREQUENCY = np.linspace(0.0, 60.0, 50)
DAY = 86400.0


def response(scale=1.0, last=4.0):
    """Tables that change with energy and offset, each with bins of its own."""
    energy = MapAxis.from_energy_bounds("0.01 TeV", "200 TeV", 15, name="energy_true")
    area_axis = MapAxis.from_edges(np.linspace(0, last, 5), name="offset", unit="deg")
    psf_axis = MapAxis.from_edges(np.linspace(0, last + 1, 4), name="offset", unit="deg")
    e = energy.center.to_value("TeV")[:, np.newaxis]
    off = area_axis.center.value
    area = scale * 1e6 * e**0.5 / (1 + e**0.3) * np.exp(-((off / 3) ** 2))
    data = np.zeros(
        (15, 3),
        dtype=[(n, float) for n in ("sigma_1", "sigma_2", "sigma_3", "scale", "ampl_2", "ampl_3")],
    )
    data["sigma_1"] = 0.05 * e**-0.3 * (1 + 0.3 * psf_axis.center.value) * scale**0.2
    data["sigma_2"], data["ampl_2"], data["scale"] = 2 * data["sigma_1"], 0.2, 1.0
    return {
        "aeff": EffectiveAreaTable2D([energy, area_axis], data=area, unit="m2"),
        "psf": EnergyDependentMultiGaussPSF([energy, psf_axis], data=data),
        "edisp": dispersion(energy, psf_axis, 0.1 * scale**0.3),
    }


def dispersion(energy, offset, sigma):
    """Normal, with a bias that grows with the offset."""
    migra = MapAxis.from_bounds(0.2, 3.0, 140, name="migra")
    bias = np.broadcast_to(0.05 * offset.center.value, (energy.nbin, offset.nbin))
    x = (migra.center.value[:, np.newaxis] - 1.0 - bias[:, np.newaxis]) / sigma
    data = np.exp(-0.5 * x**2) / (sigma * np.sqrt(2 * np.pi))
    return EnergyDispersion2D([energy, migra, offset], data=data)


def group(lon, lat, name="a", livetime=1000.0, start=(0.0,), stop=(1000.0,)):
    """In galactic coordinates; a group itself is in ICRS."""
    sky = SkyCoord(lon, lat, unit="deg", frame="galactic").icrs
    return PointingGroup(
        lon=sky.ra.deg,
        lat=sky.dec.deg,
        response=name,
        livetime=livetime,
        obs_id=tuple(range(len(start))),
        start=np.array(start, dtype=float),
        stop=np.array(stop, dtype=float),
    )


RESPONSES = {"a": response(), "b": response(scale=2.0, last=3.0)}
GROUPS = [
    group(0.0, 0.0),
    group(2.5, 0.5, "b", 500.0),
    group(359.0, -1.5, "a", 700.0),
    group(40.0, 0.0, "b"),
]


@pytest.fixture(scope="module")
def instrument():
    return PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO)


def twin(lon, lat, groups=GROUPS, responses=RESPONSES, axes=(TRUE, RECO), frequency=FREQUENCY):
    """Exposure, transform and dispersion at a position in galactic coordinates, by a loop."""
    edges = [axis.edges.to_value("TeV") for axis in axes]
    energy = np.sqrt(edges[0][:-1] * edges[0][1:])
    place = SkyCoord(lon, lat, unit="deg", frame="galactic").icrs
    sums = {name: np.zeros((len(energy), 1)) for name in ("exposure", "psf", "edisp")}
    transform, matrix = 0.0, 0.0
    for one in groups:
        tables = responses[one.response]
        axis = SkyCoord(one.lon, one.lat, unit="deg", frame="icrs")
        offset = place.separation(axis).deg
        if offset > tables["aeff"].axes["offset"].edges.to_value("deg")[-1]:
            continue
        at = np.array([offset])
        weight = one.livetime * tables["aeff"].area(energy, offset)[:, np.newaxis]
        shape = tables["psf"].transform(energy, at, frequency)[:, 0]
        spread = tables["edisp"].matrix(*edges, at)[0]
        anywhere = tables["edisp"].matrix(edges[0], [1e-9, 1e9], at)[0]
        # a response that has no shape does not count in the mean of shapes
        sums["exposure"] += weight
        sums["psf"] += weight * np.any(shape > 0, axis=1, keepdims=True)
        sums["edisp"] += weight * (anywhere > 0.5)
        transform, matrix = transform + weight * shape, matrix + weight * spread
    totals = {name: np.where(total > 0, total, 1.0) for name, total in sums.items()}
    return sums["exposure"][:, 0], transform / totals["psf"], matrix / totals["edisp"]


PLACES = [(0.0, 0.0), (0.37, 0.21), (1.4, 0.3), (357.5, -0.8), (2.49, 3.1), (-3.3, 0.9)]


@pytest.mark.parametrize("place", PLACES)
def test_is_the_sum_over_pointings(instrument, place):
    exposure, transform, matrix = twin(*place)
    assert np.all(exposure > 0)
    assert_allclose(instrument.exposure(*place), exposure, rtol=1e-4)
    assert_allclose(instrument.psf(*place, FREQUENCY), transform, atol=1e-4, rtol=0)
    assert_allclose(instrument.edisp(*place), matrix, atol=1e-4, rtol=0)
    assert_allclose(instrument.psf(*place, FREQUENCY)[:, 0], 1.0, rtol=1e-12)


def test_exposure_of_many_positions(instrument):
    lon, lat = np.meshgrid(np.linspace(-6, 6, 170), np.linspace(-5, 5, 110))
    found = instrument.exposure(lon, lat)
    assert found.shape == (12, 110, 170)
    for i, j in [(55, 85), (3, 2), (70, 120), (20, 90)]:
        alone = instrument.exposure(lon[i, j], lat[i, j])
        assert_allclose(found[:, i, j], alone, rtol=1e-12)
        assert_allclose(alone, twin(lon[i, j], lat[i, j])[0], rtol=1e-4)
    assert np.any(np.all(found == 0, axis=0))


def test_positions_may_broadcast(instrument):
    found = instrument.exposure(np.array([[0.0], [1.0]]), np.array([0.0, 0.5, 1.0]))
    assert found.shape == (12, 2, 3)
    assert_allclose(found[:, 1, 2], instrument.exposure(1.0, 1.0), rtol=1e-12)


def test_all_of_the_sky_at_once(instrument):
    """Positions whose mean is no direction."""
    lon = np.array([0.0, 90.0, 180.0, 270.0, 40.5])
    found = instrument.exposure(lon, np.zeros(5))
    assert np.all(found[:, 0] > 0)
    assert np.all(found[:, 1:4] == 0)
    assert_allclose(found[:, 4], twin(40.5, 0.0)[0], rtol=1e-4)


@pytest.mark.parametrize("at", [2.9999, 3.0001])
def test_field_of_view_ends_at_the_last_offset(at):
    one = PointingsInstrument([group(0, 0, "b")], RESPONSES, TRUE, RECO)
    assert np.all((one.exposure(at, 0.0) > 0) == (at < 3))


def test_another_frame():
    other = PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO, frame="icrs")
    sky = SkyCoord(1.4, 0.3, unit="deg", frame="galactic").icrs
    exposure, transform, _ = twin(1.4, 0.3)
    assert_allclose(other.exposure(sky.ra.deg, sky.dec.deg), exposure, rtol=1e-4)
    assert_allclose(other.psf(sky.ra.deg, sky.dec.deg, FREQUENCY), transform, atol=1e-4)


def test_reach_holds_what_it_says(instrument):
    """Of the widest point spread function that is met: lowest energy, largest offset."""
    psf, energy = RESPONSES["b"]["psf"], instrument.energy_edges_true
    held = [
        RESPONSES[name]["psf"].containment(
            instrument.reach * u.deg, energy_true=np.sqrt(energy[0] * energy[1]) * u.TeV, offset=end
        )
        for name, end in (("a", 4.0 * u.deg), ("b", 3.0 * u.deg))
    ]
    assert 0.9998 < min(held) < 0.99999
    wide = PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO, containment=0.5)
    assert wide.reach < 0.5 * instrument.reach
    assert psf.axes["offset"].edges.value[-1] == 4.0


def test_other_frequencies_are_not_mixed_up(instrument):
    few = FREQUENCY[::7].copy()
    assert_allclose(instrument.psf(0.4, 0.2, few), instrument.psf(0.4, 0.2, FREQUENCY)[:, ::7])


def test_is_the_same_from_the_cache(instrument):
    fresh = pickle.loads(pickle.dumps(instrument))
    first = fresh.psf(1.2, 0.1, FREQUENCY)
    assert np.array_equal(first, fresh.psf(1.2, 0.1, FREQUENCY))
    instrument.psf(1.25, 0.1, FREQUENCY)
    assert np.array_equal(first, instrument.psf(1.2, 0.1, FREQUENCY))


def test_kept_transforms_are_bounded(instrument, monkeypatch):
    tables = pickle.loads(pickle.dumps(instrument))._tables
    monkeypatch.setattr("gammapy.makers.offset_tables._KEPT", 100_000)
    for number in range(20):
        tables.transforms(np.arange(10), FREQUENCY + number)
    assert sum(rows.nbytes for rows in tables._kept.values()) < 200_000


def test_pickles_are_small(instrument):
    for number in range(30):
        instrument.psf(0.1 * number, 0.0, FREQUENCY)
    text = pickle.dumps(instrument)
    assert len(text) < 1_000_000
    other = pickle.loads(text)
    assert np.array_equal(other.exposure(0.3, 0.3), instrument.exposure(0.3, 0.3))
    assert np.array_equal(other.edisp(0.3, 0.3), instrument.edisp(0.3, 0.3))


def test_background_is_that_of_the_groups():
    axis = MapAxis.from_edges(np.linspace(-3, 3, 7), name="fov_lon", unit="deg")
    other = MapAxis.from_edges(np.linspace(-3, 3, 7), name="fov_lat", unit="deg")
    data = np.full((RECO.nbin, 6, 6), 1e-3)
    tables = {**RESPONSES["a"], "bkg": Background3D([RECO, axis, other], data=data)}
    groups = [group(0.0, 0.0), group(1.0, 0.0)]
    geom = WcsGeom.create(
        skydir=(0.5, 0.0), width=(1.0, 0.4), binsz=0.2, frame="galactic", axes=[RECO]
    )
    found = PointingsInstrument(groups, {"a": tables}, TRUE, RECO).background(geom)
    # 1e-3 s-1 MeV-1 sr-1 for 2000 s in all
    width = np.diff(RECO.edges.to_value("MeV"))[:, np.newaxis, np.newaxis]
    expected = 2000.0 * 1e-3 * width * geom.to_image().solid_angle().to_value("sr")
    assert_allclose(found.data, expected, rtol=1e-3)
    without = PointingsInstrument(groups, RESPONSES, TRUE, RECO)
    with pytest.raises(UnknownNameError, match="response 'a' has no 'bkg'"):
        without.background(geom)


# -- where a response has nothing ----------------------------------------------------------


def without_psf(tables, lowest=0, offsets=slice(None)):
    """The same tables, with no point spread function in the first energies."""
    psf = tables["psf"]
    data = psf.data.copy()
    data["scale"][:lowest, offsets] = 0.0
    return {**tables, "psf": EnergyDependentMultiGaussPSF(list(psf.axes), data=data)}


def test_energies_without_psf_take_the_nearest(instrument):
    other = PointingsInstrument(
        GROUPS, {n: without_psf(t, lowest=7) for n, t in RESPONSES.items()}, TRUE, RECO
    )
    energy = instrument.energy_edges_true[1:] ** 0.5 * instrument.energy_edges_true[:-1] ** 0.5
    usable = [without_psf(t, lowest=7)["psf"].usable(energy, 0.3) for t in RESPONSES.values()]
    assert np.array_equal(*usable)
    first = int(np.argmax(usable[0]))
    assert 0 < first < 8
    found = other.psf(0.4, 0.2, FREQUENCY)
    expected = instrument.psf(0.4, 0.2, FREQUENCY)
    assert_allclose(found[first + 1 :], expected[first + 1 :], rtol=1e-12)
    assert np.array_equal(found[:first], np.broadcast_to(found[first], found[:first].shape))
    assert_allclose(found[:, 0], 1.0, rtol=1e-12)


def test_response_without_psf_does_not_count():
    """The other one does alone, at its own exposure."""
    groups = [group(0, 0, "a"), group(0.5, 0, "b")]
    responses = {"a": without_psf(RESPONSES["a"], 15), "b": RESPONSES["b"]}
    both = PointingsInstrument(groups, responses, TRUE, RECO)
    alone = PointingsInstrument(groups[1:], responses, TRUE, RECO)
    found = both.psf(0.3, 0.1, FREQUENCY)
    assert_allclose(found, alone.psf(0.3, 0.1, FREQUENCY), rtol=1e-10)
    with pytest.raises(DataError, match=r"no response has a point spread.*\(-3.5000, 0.0000\)"):
        both.psf(-3.5, 0.0, FREQUENCY)


# -- times ---------------------------------------------------------------------------------

EPOCH = Time(51544.0, format="mjd", scale="tt")


def steady(factor):
    """A factor that does not vary."""
    return LinearTemporalModel(alpha=factor, beta="0 d-1", t_ref=EPOCH.mjd * u.d, scale="tt")


def test_seen_weights_the_groups_by_the_mean_of_the_model():
    groups = [
        group(0, 0, "a", 900.0, start=[0.0, 5 * DAY], stop=[DAY, 8 * DAY]),
        group(1, 0, "b", 300.0, start=[2 * DAY], stop=[3 * DAY]),
    ]
    plain = PointingsInstrument(groups, RESPONSES, TRUE, RECO)
    model = ExpDecayTemporalModel(t0="2 d", t_ref=EPOCH.mjd * u.d, scale="tt")

    def whole(a, b):
        return 2.0 * (np.exp(-a / 2) - np.exp(-b / 2))

    means = [(whole(0, 1) + whole(5, 8)) / 4.0, whole(2, 3)]
    weighted = [replace(g, livetime=g.livetime * m) for g, m in zip(groups, means, strict=True)]
    expected = twin(0.6, 0.1, weighted)
    found = plain.seen(model)
    assert_allclose(found.exposure(0.6, 0.1), expected[0], rtol=1e-4)
    assert_allclose(found.psf(0.6, 0.1, FREQUENCY), expected[1], atol=1e-4)
    assert_allclose(found.edisp(0.6, 0.1), expected[2], atol=1e-4)
    assert_allclose(plain.exposure(0.6, 0.1), twin(0.6, 0.1, groups)[0], rtol=1e-4)


def test_means_go_by_the_times_and_not_by_the_time_of_observation():
    model = ExpDecayTemporalModel(t0="2 d", t_ref=EPOCH.mjd * u.d, scale="tt")
    by_times = group(0, 0, start=[0.0], stop=[DAY])
    assert by_times.ontime == DAY
    stated = replace(by_times, ontime=2 * DAY)
    found = [
        PointingsInstrument([g], RESPONSES, TRUE, RECO).seen(model).exposure(0.1, 0.1)
        for g in (by_times, stated)
    ]
    assert np.all(found[0] > 0)
    assert_allclose(found[0], found[1], rtol=0)


def test_seen_is_kept_for_the_values():
    plain = PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO)
    model = steady(0.5)
    first = plain.seen(model)
    assert plain.seen(model) is first
    assert_allclose(first.exposure(0.1, 0.1), 0.5 * plain.exposure(0.1, 0.1), rtol=1e-12)
    model.alpha.value = 0.25
    second = plain.seen(model)
    assert_allclose(second.exposure(0.1, 0.1), 0.25 * plain.exposure(0.1, 0.1), rtol=1e-12)
    assert pickle.loads(pickle.dumps(plain)).exposure(0.1, 0.1).shape == (12,)


def test_a_source_that_is_off_has_no_exposure_but_a_shape():
    plain = PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO)
    off = plain.seen(steady(0.0))
    assert np.all(off.exposure(0.1, 0.1) == 0)
    assert_allclose(off.psf(0.1, 0.1, FREQUENCY), plain.psf(0.1, 0.1, FREQUENCY), rtol=1e-12)
    assert_allclose(off.edisp(0.1, 0.1), plain.edisp(0.1, 0.1), rtol=1e-12)


def test_seen_refuses_a_negative_mean():
    plain = PointingsInstrument(GROUPS, RESPONSES, TRUE, RECO)
    with pytest.raises(DataError, match=r"LinearTemporalModel has mean -1 over the 1000 s of Poi"):
        plain.seen(steady(-1.0))


def test_seen_refuses_times_without_length():
    plain = PointingsInstrument([group(0, 0, stop=(0.0,))], RESPONSES, TRUE, RECO)
    with pytest.raises(DataError, match=r"mean 0 over the 0 s of PointingGroup"):
        plain.seen(steady(1.0))


# -- errors --------------------------------------------------------------------------------


def test_position_that_nothing_sees(instrument):
    text = (
        r"no pointing sees galactic position \(20.0000, 0.0000\) deg: the nearest, with 'b', is 17"
    )
    with pytest.raises(DataError, match=text):
        instrument.psf(20.0, 0.0, FREQUENCY)
    with pytest.raises(DataError, match=text):
        instrument.edisp(20.0, 0.0)
    assert np.all(instrument.exposure(20.0, 0.0) == 0)


def test_group_without_livetime_sees_nothing():
    one = PointingsInstrument([group(0, 0, livetime=0.0), group(10, 0)], RESPONSES, TRUE, RECO)
    assert np.all(one.exposure(0.0, 0.0) == 0)
    with pytest.raises(DataError, match=r"is 10.000 deg away and sees 4 deg"):
        one.psf(0.0, 0.0, FREQUENCY)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"groups": []}, DataError, "groups is empty"),
        (
            {"responses": {"a": RESPONSES["a"]}},
            UnknownNameError,
            r"no response 'b': .* given for \['a'\]",
        ),
        (
            {"responses": {**RESPONSES, "b": {**RESPONSES["b"], "edisp": None}}},
            UnknownNameError,
            "response 'b' has no 'edisp'",
        ),
        ({"energy_axis_true": RECO}, DataError, "'energy' stands where 'energy_true' is"),
        ({"energy_axis": TRUE}, DataError, "'energy_true' stands where 'energy' is"),
        (
            {"energy_axis": MapAxis.from_edges([1, 2], name="energy", unit="m")},
            UnitMismatchError,
            "axis 'energy' is in 'm': an energy",
        ),
        ({"groups": [group(0, 0, livetime=np.nan)]}, DataError, "a live time must be finite"),
        ({"groups": [group(0, 0, livetime=-1.0)]}, DataError, "a live time must be finite"),
        (
            {"groups": [PointingGroup(np.nan, 0.0, "a", 1.0, (1,), np.zeros(1), np.ones(1))]},
            DataError,
            "a direction must be finite",
        ),
    ],
)
def test_what_is_refused(change, error, text):
    arguments = {
        "groups": GROUPS,
        "responses": RESPONSES,
        "energy_axis_true": TRUE,
        "energy_axis": RECO,
        **change,
    }
    with pytest.raises(error, match=text):
        PointingsInstrument(**arguments)


@pytest.mark.parametrize("bad", [np.nan, -1.0])
def test_bad_numbers_of_a_table_are_refused(bad):
    class Broken:
        axes = RESPONSES["a"]["aeff"].axes
        has_offset_axis = True

        def area(self, energy, offset):
            return bad * np.ones(np.broadcast(energy, offset).shape)

    with pytest.raises(DataError, match="aeff of response 'a' has numbers that are negative"):
        PointingsInstrument(GROUPS[:1], {"a": {**RESPONSES["a"], "aeff": Broken()}}, TRUE, RECO)


def test_repr(instrument):
    assert repr(instrument) == (
        "PointingsInstrument(4 groups of pointings, 2 responses, 12 true and 6 reconstructed "
        "energies, frame='galactic')"
    )


# -- the survey ----------------------------------------------------------------------------

DATA = os.environ.get("GAMMAPY_DATA")
FILES = {
    "South_z20_50h": "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits",
    "South_z40_50h": "cta-caldb/Prod5-South-20deg-AverageAz-14MSTs37SSTs.180000s-v0.1.fits.gz",
    "North_z20_50h": "cta-caldb/Prod5-North-20deg-AverageAz-4LSTs09MSTs.180000s-v0.1.fits.gz",
    "North_z40_50h": "cta-caldb/Prod5-North-20deg-AverageAz-4LSTs09MSTs.180000s-v0.1.fits.gz",
}


@pytest.fixture(scope="module")
def survey():
    if not DATA:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    groups = group_pointings(Table.read(Path(DATA, "cta-1dc-index/gps/obs-index.fits.gz")))
    tables = {
        file: {
            "aeff": EffectiveAreaTable2D.read(Path(DATA, file)),
            "psf": EnergyDependentMultiGaussPSF.read(Path(DATA, file)),
            "edisp": EnergyDispersion2D.read(Path(DATA, file)),
        }
        for file in set(FILES.values())
    }
    responses = {name: tables[file] for name, file in FILES.items()}
    true = MapAxis.from_energy_bounds("0.05 TeV", "160 TeV", 24, name="energy_true")
    reco = MapAxis.from_energy_bounds("0.1 TeV", "100 TeV", 15)
    return groups, responses, (true, reco), PointingsInstrument(groups, responses, true, reco)


def test_survey_is_the_sum_over_pointings(survey):
    groups, responses, axes, instrument = survey
    frequency = np.linspace(0.0, 200.0, 60)
    rng = np.random.default_rng(20261124)
    for lon, lat in zip(rng.uniform(0, 360, 12), rng.normal(0, 1.5, 12), strict=True):
        exposure, transform, matrix = twin(lon, lat, groups, responses, axes, frequency)
        seen = exposure > 0
        usable = transform[:, 0] > 1 - 1e-9
        assert_allclose(instrument.exposure(lon, lat), exposure, rtol=1e-4)
        found = instrument.psf(lon, lat, frequency)
        assert_allclose(found[seen & usable], transform[seen & usable], atol=1e-4, rtol=0)
        assert np.sum(seen & usable) > 12
        assert_allclose(instrument.edisp(lon, lat)[seen], matrix[seen], atol=1e-4, rtol=0)


def test_survey_is_fast(survey):
    """Time of the processor, and bars with room for a slower one than 2 GHz."""
    instrument = survey[-1]
    frequency = np.linspace(0.0, 200.0, 200)
    rng = np.random.default_rng(1)
    places = np.stack([rng.uniform(0, 360, 200), rng.normal(0, 1.0, 200)], axis=1)

    def best(action, repeats=3):
        seconds = []
        for _ in range(repeats):
            start = time.process_time()
            action()
            seconds.append(time.process_time() - start)
        return min(seconds)

    assert best(lambda: [instrument.psf(*place, frequency) for place in places]) / 200 < 2e-3
    nine = 10.0 + np.arange(9.0) / 9
    assert best(lambda: instrument.exposure(nine, 0.1 * nine), 20) < 6e-4
    lon, lat = np.meshgrid(np.linspace(20, 30, 200), np.linspace(-5, 5, 200))
    assert best(lambda: instrument.exposure(lon, lat)) < 0.6
