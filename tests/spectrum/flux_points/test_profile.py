"""Flux profiles: flux points along an axis that is not time."""

import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table

from gammapy.data import GTI
from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, TimeMapAxis
from gammapy.modeling.models import SkyModel
from gammapy.spectrum import FluxPoints, FluxPointsDataset
from tests.spectrum.flux_points.test_points import lightcurve
from tests.spectrum.flux_points.test_table import SED_TYPES, integral_of, same
from tests.spectrum.points import EDGES, points, reference

DISTANCE = MapAxis.from_edges([0, 0.1, 0.3, 0.6], unit="deg", name="projected-distance")
AXES = [
    DISTANCE,
    MapAxis.from_edges([0.1, 1, 10, 100], interp="log", unit="pc", name="radius"),
    MapAxis(np.array([0, 0.1, 0.3, 0.6]) * u.deg, name="offset", center=[0.07, 0.2, 0.5]),
    MapAxis.from_nodes([0.1, 0.2, 0.5], name="phase"),
    MapAxis.from_edges([0.2, 0.7], name="phase"),
]


def profile(axis: MapAxis = DISTANCE, n_energy: int = 4, **more: RegionNDMap) -> FluxPoints:
    """Norms 0, 1, 2...: energies run fastest."""
    geom = RegionGeom([MapAxis.from_energy_edges(EDGES[: n_energy + 1] * u.TeV), axis])
    norm = np.arange(float(axis.nbin * n_energy))
    maps = {"norm": RegionNDMap(geom, norm), "norm_err": RegionNDMap(geom, 0.1 + 0.1 * norm)}
    return FluxPoints(maps | more, reference())


def with_scans(axis: MapAxis, n_energy: int) -> FluxPoints:
    """Profile of which all kinds of numbers are known."""
    made = profile(axis, n_energy)
    scan = MapAxis.from_nodes([0.2, 1, 5], name="norm")
    dataset = MapAxis.from_nodes(np.arange(2), name="dataset")
    shape, flat = made.norm.data.shape, made.norm.data.ravel()
    more = {
        "stat": RegionNDMap(made.geom, 3 + flat),
        "success": RegionNDMap(made.geom, flat != 1),
        "stat_scan": RegionNDMap(RegionGeom([scan, *made.geom.axes]), np.outer(flat, [2, 1, 4])),
        "counts": RegionNDMap(RegionGeom([dataset, *made.geom.axes]), np.outer(flat, [1, 3])),
        "norm_ul": RegionNDMap(made.geom, np.full(shape, 9.0)),
    }
    return profile(axis, n_energy, **more)


# -- axes ----------------------------------------------------------------------------------


def test_axes():
    made = profile()
    assert made.profile_axis is DISTANCE
    assert made.time_axis is None
    assert made.dnde.data.shape == (3, 4, 1, 1)
    np.testing.assert_allclose(made.dnde.values[2], np.arange(8, 12) * made.dnde_ref.value)
    assert "projected-distance" in repr(made)
    assert "'projected-distance'" in str(made)
    assert lightcurve().profile_axis is None
    assert points().profile_axis is None


def test_slices():
    made = profile()
    part = made.slice_by_idx({"projected-distance": slice(1, 3), "energy": slice(2, 4)})
    assert part.norm.values.tolist() == [[6, 7], [10, 11]]
    np.testing.assert_array_equal(part.profile_axis.edges.value, [0.1, 0.3, 0.6])
    np.testing.assert_allclose(part.flux_ref, made.flux_ref[2:])
    part = made.slice_by_energy("2 TeV", "5 TeV")
    assert part.norm.values.tolist() == [[1], [5], [9]]
    assert part.profile_axis == DISTANCE
    with pytest.raises(UnknownNameError, match="no axis 'time'"):
        made.slice_by_idx({"time": slice(0, 1)})
    with pytest.raises(DataError, match="have no time axis"):
        made.slice_by_time(None, None)


def test_bins_of_energy_with_gaps():
    made = profile()
    ends = {"e_min": EDGES[:-1], "e_max": 0.9 * EDGES[1:]}
    gaps = {
        name: RegionNDMap(made.geom, np.tile(energy, 3), "TeV") for name, energy in ends.items()
    }
    again = FluxPoints.from_table(profile(**gaps).to_table("flux"))
    np.testing.assert_allclose(again.energy_max.value, 0.9 * EDGES[1:])
    np.testing.assert_allclose(again.flux.data, profile(**gaps).flux.data)


# -- tables --------------------------------------------------------------------------------


def test_table():
    """Columns and units are those of Gammapy 2.1 (``to_table(format="profile")``)."""
    made = profile()
    found = made.to_table("dnde")
    assert found.colnames[:6] == ["x_min", "x_max", "x_ref", "e_ref", "e_min", "e_max"]
    np.testing.assert_array_equal(found["x_min"].quantity, [0, 0.1, 0.3] * u.deg)
    np.testing.assert_array_equal(found["x_max"].quantity, [0.1, 0.3, 0.6] * u.deg)
    np.testing.assert_allclose(found["x_ref"].quantity, [0.05, 0.2, 0.45] * u.deg)
    np.testing.assert_allclose(found["dnde"].quantity, made.dnde.quantity[..., 0, 0])
    np.testing.assert_array_equal(found["e_min"], np.tile(EDGES[:-1], (3, 1)))
    assert found.meta["SED_TYPE"] == "dnde"
    assert made.to_table("dnde", format="profile").colnames == found.colnames


@pytest.mark.parametrize("ending", ["fits", "ecsv"])
@pytest.mark.parametrize("sed_type", SED_TYPES)
@pytest.mark.parametrize("n_energy", [1, 4])
@pytest.mark.parametrize("axis", AXES)
def test_files(axis, n_energy, sed_type, ending, tmp_path):
    made = with_scans(axis, n_energy)
    path = tmp_path / f"profile.{ending}"
    made.write(path, sed_type=sed_type)
    again = FluxPoints.read(path)
    found = again.profile_axis
    assert (found.interp, found.node_type, found.unit) == (axis.interp, axis.node_type, axis.unit)
    made.filter_success_nan = again.filter_success_nan = False
    np.testing.assert_allclose(again.scans.stat, made.scans.stat)
    if axis.nbin * n_energy > 1:
        np.testing.assert_array_equal(again.counts.values, made.counts.values)
    same(again, made, integral_of(sed_type))
    assert not {"X_NAME", "X_INTERP"} & set(again.meta)


def test_good_times_stay_in_the_file(tmp_path):
    gti = GTI.create(0 * u.h, 1 * u.h, "2026-01-01")
    made = FluxPoints({"norm": profile().norm}, reference(), gti=gti)
    made.write(tmp_path / "profile.fits")
    assert FluxPoints.read(tmp_path / "profile.fits").gti == gti
    with pytest.warns(GammapyWarning, match="no place for the good time"):
        made.write(tmp_path / "profile.ecsv")


def rows(**columns) -> Table:
    """Table of three bins and two energies, as other programs write it."""
    made = Table({"x_min": [0, 1, 2] * u.deg, "x_max": [1, 2, 3] * u.deg})
    made["e_ref"] = np.tile([1.0, 3.0], (3, 1)) * u.TeV
    made["dnde"] = np.full((3, 2), 1e-12) * u.Unit("cm-2 s-1 TeV-1")
    for name, values in columns.items():
        if values is None:
            del made[name]
        else:
            made[name] = values
    return made


def test_what_a_table_does_not_tell():
    axis = FluxPoints.from_table(rows()).profile_axis
    assert axis == MapAxis.from_edges([0, 1, 2, 3], unit="deg", name="projected-distance")
    axis = FluxPoints.from_table(rows(x_max=[60, 120, 180] * u.arcmin)).profile_axis
    np.testing.assert_allclose(axis.edges.value, [0, 1, 2, 3])
    assert FluxPoints.from_table(rows(x_ref=[0.1, 1.2, 2.9])).profile_axis.center[2].value == 2.9
    centres = rows(x_min=None, x_max=None, x_ref=[0.5, 1.5, 2.5])
    assert FluxPoints.from_table(centres).profile_axis.node_type == "center"


def test_one_may_ask_for_another_layout():
    flat = Table({"e_ref": [1, 3] * u.TeV, "dnde": [1, 2] * u.Unit("cm-2 s-1 TeV-1")})
    flat["x_min"], flat["x_max"] = [4, 5], [6, 7]
    made = FluxPoints.from_table(flat, format="gadf-sed")
    assert made.geom.axes.names == ["energy"]
    np.testing.assert_array_equal(made.quantity("x_max").values, [6, 7])


# -- guards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x_min": [0, 1.5, 2] * u.deg}, r"x_min = 1.5 deg of row 1 .* not x_max = 1 deg"),
        ({"x_min": [0, np.nan, 2] * u.deg}, "x_min = nan deg of row 1"),
        ({"x_max": [1, 2, np.nan] * u.deg}, "must be at least two ascending numbers"),
        ({"x_max": [1, 2, 3] * u.TeV}, "column x_max is in 'TeV'"),
        ({"x_min": np.zeros((3, 2)) * u.deg}, r"column x_min has shape \(3, 2\)"),
        ({"x_ref": [0.5, 1.5, 3.5]}, "must be one number inside each of the 3 bins"),
        ({"x_min": None}, None),
    ],
)
def test_bad_tables_are_refused(columns, message):
    if message is None:
        with pytest.raises(DataError, match="needs columns x_min and x_max, or x_ref, not"):
            FluxPoints.from_table(rows(**columns), format="profile")
    else:
        with pytest.raises(DataError, match=message):
            FluxPoints.from_table(rows(**columns))


def test_layouts_are_refused_where_they_do_not_fit():
    with pytest.raises(DataError, match="no place for the axis 'projected-distance'"):
        profile().to_table(format="gadf-sed")
    for layout in ("lightcurve", "binned-time-series"):
        with pytest.raises(DataError, match=r"no time axis: use the format .* or 'profile'"):
            profile().to_table(format=layout)
    for made in (points(), lightcurve()):
        with pytest.raises(DataError, match=r"over \['energy'.*\] are no profile"):
            made.to_table(format="profile")


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (MapAxis.from_edges([0, 1], name="norm"), "has the name 'norm'"),
        (MapAxis.from_edges([0, 1]), "has the name ''"),
        (MapAxis.from_edges([0, 1], name="time"), "has the name 'time'"),
        (TimeMapAxis([0] * u.d, [1] * u.d, "2026-01-01", name="night"), "a MapAxis is needed"),
    ],
)
def test_bad_axes_are_refused(axis, message):
    energy = MapAxis.from_energy_edges(EDGES * u.TeV)
    with pytest.raises(DataError, match=message):
        FluxPoints({"norm": RegionNDMap(RegionGeom([energy, axis]))})


def test_energy_is_the_first_axis_and_there_are_two_at_most():
    energy = MapAxis.from_energy_edges(EDGES * u.TeV)
    phase = MapAxis.from_edges([0, 0.5, 1], name="phase")
    for axes in ([DISTANCE, energy], [energy, DISTANCE, phase]):
        with pytest.raises(DataError, match="energy and the axis of a profile are possible"):
            FluxPoints({"norm": RegionNDMap(RegionGeom(axes))})


# -- in a fit ------------------------------------------------------------------------------


def test_bins_are_fitted_one_by_one(tmp_path):
    model = SkyModel(reference(), name="source")
    with pytest.raises(DataError, match=r"data: .* profile of 3 bins .*slice_by_idx"):
        FluxPointsDataset(model, profile())
    one = profile().slice_by_idx({"projected-distance": slice(1, 2)})
    dataset = FluxPointsDataset(model, one, name="middle")
    norm = np.arange(4, 8)
    assert dataset.stat_sum() == pytest.approx(np.sum(((norm - 1) / (0.1 + 0.1 * norm)) ** 2))
    with pytest.raises(DataError, match="middle: the flux points are a profile of 3 bins"):
        dataset.data = profile()
    dataset.mask_fit = [True, True, False, True]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset.write(tmp_path / "middle.fits")
        again = FluxPointsDataset.read(tmp_path / "middle.fits")
    assert again.data.profile_axis == one.profile_axis
    np.testing.assert_array_equal(again.mask_fit.data, dataset.mask_fit.data)
