"""Flux points in memory: conversions, limits, parts, copies, guards."""

import copy
import pickle
from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time
from scipy.integrate import quad

from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, TimeMapAxis
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from gammapy.spectrum import FluxPoints
from tests.spectrum.points import DNDE, EDGES, ENERGY, points, profiles, reference

NORM = np.array([1.0, 1.2, 0.7, 1.1])


def spectrum(energy):
    return 2e-11 * energy**-2.4


@pytest.mark.parametrize(
    ("sed_type", "unit", "expected"),
    [
        ("dnde", DNDE, spectrum(ENERGY)),
        ("e2dnde", "TeV cm-2 s-1", ENERGY**2 * spectrum(ENERGY)),
        ("flux", "cm-2 s-1", [quad(spectrum, *e)[0] for e in pairwise(EDGES)]),
        (
            "eflux",
            "TeV cm-2 s-1",
            [quad(lambda x: x * spectrum(x), *e)[0] for e in pairwise(EDGES)],
        ),
    ],
)
def test_norms_become_fluxes(sed_type, unit, expected):
    made = points(norm_err=0.1 * NORM, norm_ul=2 * NORM, norm_errn=0.2 * NORM)
    ref = getattr(made, f"{sed_type}_ref")
    np.testing.assert_allclose(ref.to_value(unit), expected, rtol=1e-9)
    for suffix, factor in (("", 1.0), ("_err", 0.1), ("_ul", 2.0), ("_errn", 0.2)):
        found = getattr(made, sed_type + suffix)
        assert found.data.shape == (4, 1, 1)
        np.testing.assert_allclose(
            found.quantity.to_value(unit)[:, 0, 0], factor * NORM * expected, rtol=1e-9
        )


@pytest.mark.parametrize("sed_type", ["dnde", "e2dnde", "flux", "eflux", "likelihood"])
def test_from_maps_is_the_way_back(sed_type):
    made = points(norm_err=0.1 * NORM, norm_ul=2 * NORM, counts=[1, 2, 3, 4])
    name = "norm" if sed_type == "likelihood" else sed_type
    maps = {name + s: getattr(made, name + s) for s in ("", "_err", "_ul")}
    again = FluxPoints.from_maps({**maps, "counts": made.counts}, None, reference())
    assert again.sed_type_init == sed_type
    for quantity in ("norm", "norm_err", "norm_ul", "counts"):
        np.testing.assert_allclose(
            getattr(again, quantity).data, getattr(made, quantity).data, rtol=1e-14
        )


def test_from_maps_is_told_what_the_maps_hold():
    made = points()
    maps = {"dnde": made.dnde, "flux": made.flux}
    with pytest.raises(DataError, match=r"maps hold \['dnde', 'flux'\]: tell which"):
        FluxPoints.from_maps(maps)
    both = FluxPoints.from_maps(maps, "flux", reference())
    np.testing.assert_allclose(both.norm.values, NORM)
    with pytest.raises(DataError, match="needs a map 'eflux'"):
        FluxPoints.from_maps(maps, "eflux")
    with pytest.raises(UnknownNameError, match="sed_type = 'counts' is not known"):
        FluxPoints.from_maps(maps, "counts")


def test_the_default_reference_is_a_power_law_of_index_2():
    geom = points().geom
    made = FluxPoints({"norm": RegionNDMap(geom, NORM)})
    np.testing.assert_allclose(made.dnde_ref.to_value(DNDE), 1e-12 * ENERGY**-2)
    assert isinstance(made.reference_model, SkyModel)


def test_nothing_changes_behind_a_fit():
    model = reference()
    geom = points().geom
    norm = RegionNDMap(geom, NORM.copy())
    made = FluxPoints({"norm": norm}, model)
    before = made.dnde.data.copy()
    model.index.value = 5.0
    norm.data[:] = 3.0
    made.reference_model.spectral_model.index.value = 5.0
    np.testing.assert_array_equal(made.dnde.data, before)
    with pytest.raises(ValueError, match="read-only"):
        made.norm.data[0] = 2.0


def test_energies_without_bins():
    axis = MapAxis.from_nodes(ENERGY * u.TeV, interp="log", name="energy")
    made = FluxPoints({"norm": RegionNDMap(RegionGeom([axis]), NORM)}, reference())
    np.testing.assert_allclose(made.dnde.values, NORM * spectrum(ENERGY))
    np.testing.assert_array_equal(made.energy_ref.value, ENERGY)
    for name in ("flux", "eflux_ref"):
        with pytest.raises(DataError, match=r"only e_ref is known.*use dnde or e2dnde"):
            getattr(made, name)
    with pytest.raises(DataError, match="not their energy bins"):
        _ = made.energy_min


def test_bins_with_gaps_keep_their_own_integrals():
    low, high = ENERGY * 0.9, ENERGY * 1.2
    axis = MapAxis.from_nodes(ENERGY * u.TeV, interp="log", name="energy")
    geom = RegionGeom([axis])
    maps = {
        "norm": RegionNDMap(geom, NORM),
        "e_min": RegionNDMap(geom, low, "TeV"),
        "e_max": RegionNDMap(geom, high, "TeV"),
    }
    made = FluxPoints(maps, reference())
    expected = [quad(spectrum, *e)[0] for e in zip(low, high, strict=True)]
    np.testing.assert_allclose(made.flux.values, NORM * expected)
    part = made.slice_by_idx({"energy": slice(1, 3)})
    np.testing.assert_allclose(part.flux.values, (NORM * expected)[1:3])
    np.testing.assert_allclose(part.energy_max.value, high[1:3])


# -- upper limits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantities", "expected"),
    [
        ({}, [0, 0, 0, 0]),
        ({"norm": [1, np.nan, 1, 1]}, [0, 1, 0, 0]),
        ({"norm_ul": NORM}, [1, 1, 1, 1]),
        ({"norm_ul": [1, np.nan, 1, 1]}, [1, 0, 1, 1]),
        ({"norm_ul": NORM, "sqrt_ts": [1, 2, 3, np.nan]}, [1, 0, 0, 0]),
        ({"norm_ul": NORM, "ts": [1, 4, 9, np.nan]}, [1, 0, 0, 0]),
        ({"sqrt_ts": [1, 2, 3, 4]}, [0, 0, 0, 0]),
        ({"norm_ul": NORM, "sqrt_ts": [1, 2, 3, 4], "is_ul": [0, 1, 1, 0]}, [0, 1, 1, 0]),
    ],
)
def test_which_points_are_upper_limits(quantities, expected):
    assert points(**quantities).is_ul.values.tolist() == [bool(e) for e in expected]


def test_the_threshold_of_upper_limits():
    made = points(norm_ul=NORM, ts=[1, 4, 9, 16])
    assert made.sqrt_ts_threshold_ul == 2
    before = made.revision
    made.sqrt_ts_threshold_ul = 3.5
    assert made.is_ul.values.tolist() == [True, True, True, False]
    assert made.revision > before
    assert made.copy().sqrt_ts_threshold_ul == 3.5
    np.testing.assert_array_equal(made.sqrt_ts.values, [1, 2, 3, 4])
    assert points(norm=-NORM, ts=[1, 4, 9, 16]).sqrt_ts.values.tolist() == [-1, -2, -3, -4]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({}, None),
        ({"n_sigma_ul": 3}, 3),
        ({"UL_CONF": 0.95}, 1.959964),
        ({"UL_CONF": "0.9973002"}, 3.0),
        ({"UL_CONF": "1 sigma"}, None),
        ({"UL_CONF": 95}, None),
    ],
)
def test_confidence_of_upper_limits(meta, expected):
    made = points(meta=meta)
    assert made.n_sigma_ul == expected
    assert made.n_sigma == 1


@pytest.mark.parametrize("n_sigma", [1, 2, 2.5])
def test_limits_are_read_off_profiles(n_sigma):
    made = profiles()
    again = made.recompute_ul(n_sigma)
    error = made.norm_err.values
    np.testing.assert_allclose(again.norm_ul.values, made.norm.values + n_sigma * error, rtol=1e-10)
    assert again.n_sigma_ul == n_sigma
    assert not made.has_ul
    with pytest.raises(DataError, match="must be positive"):
        made.recompute_ul(0)


def test_limits_that_profiles_do_not_reach_are_counted():
    made = profiles(scale=0.01)
    with pytest.warns(GammapyWarning, match="2 of 4 upper limits are nan"):
        again = made.recompute_ul(1)
    assert np.isnan(again.norm_ul.values).tolist() == [False, True, False, True]
    with pytest.raises(DataError, match="have no stat_scan"):
        points().recompute_ul()


def test_failed_fits_are_hidden_and_not_lost():
    made = points(success=[True, False, True, True], norm_err=0.1 * NORM)
    for name in ("norm", "dnde", "flux_err"):
        assert np.isnan(getattr(made, name).values).tolist() == [False, True, False, False]
    made.filter_success_nan = False
    np.testing.assert_array_equal(made.norm.values, NORM)
    assert made.revision == 1


# -- parts and copies ------------------------------------------------------------------------


def lightcurve() -> FluxPoints:
    start = Time(55555, format="mjd", scale="tt") + [0, 2, 3] * u.d
    time = TimeMapAxis.from_time_edges(start, start + 1 * u.d)
    geom = RegionGeom([MapAxis.from_energy_edges(EDGES * u.TeV), time])
    maps = {"norm": RegionNDMap(geom, np.arange(12.0))}
    return FluxPoints(maps, reference())


def test_light_curves():
    made = lightcurve()
    assert made.dnde.data.shape == (3, 4, 1, 1)
    np.testing.assert_allclose(made.dnde.values[2], np.arange(8, 12) * spectrum(ENERGY))
    start = made.time_axis.time_min
    part = made.slice_by_time(start[1], start[2] + 1 * u.d)
    assert part.norm.values.tolist() == [[4, 5, 6, 7], [8, 9, 10, 11]]
    both = part.slice_by_idx({"time": slice(0, 1), "energy": slice(2, 4)})
    assert both.norm.values.tolist() == [[6, 7]]
    np.testing.assert_allclose(both.flux_ref, made.flux_ref[2:4])
    with pytest.raises(DataError, match="no time bin lies between"):
        made.slice_by_time(start[0], start[0] + 1 * u.h)
    with pytest.raises(DataError, match="have no time axis"):
        points().slice_by_time(start[0], start[1])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1, 40, [0, 1, 2, 3]), (2.1, 18, [1, 2]), (1.3, 2.1, [0]), (0.01, 1e6, [0, 1, 2, 3])],
)
def test_slices_by_energy_take_the_nearest_edges(low, high, expected):
    part = points(norm_err=0.1 * NORM).slice_by_energy(low * u.TeV, 1e3 * high * u.GeV)
    np.testing.assert_array_equal(part.norm.values, NORM[expected])
    np.testing.assert_allclose(part.dnde_ref.value, spectrum(ENERGY)[expected])


@pytest.mark.parametrize(("low", "high"), [(5, 5.1), (20, 5), (41, 1000)])
def test_empty_slices_are_refused(low, high):
    with pytest.raises(DataError, match=r"no bin of .* lies between"):
        points().slice_by_energy(low * u.TeV, high * u.TeV)


def test_slices_are_named_and_consecutive():
    made = points()
    with pytest.raises(UnknownNameError, match="no axis 'time'"):
        made.slice_by_idx({"time": slice(0, 1)})
    for bad in (slice(0, 4, 2), slice(3, 3)):
        with pytest.raises(DataError, match="consecutive ones, are needed"):
            made.slice_by_idx({"energy": bad})


@pytest.mark.parametrize(
    "copied", [lambda p: p.copy(), copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_copies(copied):
    made = profiles()
    made.sqrt_ts_threshold_ul = 3
    again = copied(made)
    assert again.available_quantities == made.available_quantities
    assert again.sqrt_ts_threshold_ul == 3
    np.testing.assert_array_equal(again.dnde.data, made.dnde.data)
    np.testing.assert_array_equal(again.scans.norm, made.scans.norm)


def test_a_copy_on_another_reference_has_other_fluxes():
    made = points()
    again = made.copy(PowerLawSpectralModel(index=2, amplitude=f"1e-11 {DNDE}"))
    np.testing.assert_array_equal(again.norm.data, made.norm.data)
    np.testing.assert_allclose(again.dnde.values, NORM * 1e-11 * ENERGY**-2)


def test_what_is_asked_for_must_be_there():
    made = points()
    with pytest.raises(DataError, match=r"have no norm_ul, only \['norm'\]"):
        _ = made.dnde_ul
    with pytest.raises(DataError, match="have no ts"):
        _ = made.sqrt_ts
    assert not made.has_ul
    assert not made.has_any_ts
    assert not made.has_success
    assert not made.has_stat_profiles
    assert made.time_axis is None


def test_printing():
    made = points(norm=[1, np.nan, 1, 1], norm_ul=[np.nan, 2, np.nan, np.nan])
    assert "upper limits: 1" in str(made)
    assert "not known   : 1" in str(made)
    assert repr(made) == "FluxPoints(MapAxis('energy', 4 bins, 1 TeV to 40 TeV, log))"


# -- guards ----------------------------------------------------------------------------------


def test_a_norm_is_needed():
    made = points()
    with pytest.raises(DataError, match="need a map 'norm', there are only"):
        FluxPoints({"dnde": made.dnde})


def test_maps_share_their_axes():
    other = MapAxis.from_energy_edges(2 * EDGES * u.TeV)
    maps = {"norm": points().norm, "norm_err": RegionNDMap(RegionGeom([other]), NORM)}
    with pytest.raises(DataError, match=r"norm_err has the axes .* must share them"):
        FluxPoints(maps)
    offset = MapAxis.from_edges([0, 1, 2], name="offset", unit="deg")
    with pytest.raises(DataError, match=r"norm has the axes \['offset'\]"):
        FluxPoints({"norm": RegionNDMap(RegionGeom([offset]))})


def test_a_reference_is_a_model():
    with pytest.raises(DataError, match="is no model: give a SkyModel"):
        FluxPoints({"norm": points().norm}, "crab")


def test_profiles_need_their_norms():
    energy = points().energy_axis
    axis = MapAxis.from_nodes(np.arange(5), name="scan")
    geom = RegionGeom([axis, energy])
    maps = {"norm": points().norm, "stat_scan": RegionNDMap(geom)}
    with pytest.raises(DataError, match="name it 'norm'"):
        _ = FluxPoints(maps).scans
    maps["norm_scan"] = RegionNDMap(geom, np.arange(20.0))
    scans = FluxPoints(maps).scans
    assert scans.norm.tolist() == np.arange(20.0).reshape(4, 5).tolist()
