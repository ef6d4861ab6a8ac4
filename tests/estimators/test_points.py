"""Flux points: numbers of Gammapy 2.1, a slow search, and what users see."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.data import GTI
from gammapy.datasets import Datasets
from gammapy.errors import DataError, FitError, GammapyError, OptionError, UnknownNameError
from gammapy.estimators import FluxPoints, FluxPointsEstimator
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.modeling import Parameter
from gammapy.modeling.models import Models
from tests.estimators import hess
from tests.spectrum.toys import axes, cash, on_off, power_law
from tests.twins import norm as twin
from tests.twins.likelihood import predicted_counts
from tests.twins.response import read_ogip

EDGES = np.geomspace(0.7, 30, 13) * u.TeV

#: Gammapy 2.1, with the spectra and the model of `hess`:
#: FluxPointsEstimator(EDGES, source="crab", selection_optional=["errn-errp", "ul", "scan"])
#: .run(spectra), read by getattr(points, name).data.ravel()
PEER = {
    "norm": [1.07718, 0.876301, 1.01318, 0.946262, 1.08722, 0.716679, 1.02736, 1.07994, 1.78421,
             0.796456, 0.998583, -2.22045e-16],
    "norm_err": [0.107611, 0.109828, 0.109714, 0.124413, 0.162194, 0.201954, 0.236974, 0.325973,
                 0.695135, 0.506173, 0.866604, 0.00282284],
    "norm_errn": [0.104281, 0.105573, 0.106027, 0.119341, 0.154775, 0.18584, 0.22031, 0.295519,
                  0.616387, 0.414584, 0.711004, 0.0860487],
    "norm_errp": [0.110996, 0.11417, 0.1135, 0.129593, 0.1698, 0.218822, 0.254595, 0.357968,
                  0.778915, 0.607274, 1.08951, 0.686702],
    "norm_ul": [1.30605, 1.11349, 1.24801, 1.21601, 1.44238, 1.1894, 1.57337, 1.86259, 3.51816,
                2.22827, 3.65232, 2.74681],
    "ts": [358.879, 237.962, 325.515, 214.813, 152.149, 39.1597, 67.0642, 35.0229, 20.8894,
           6.51843, 1.78652, -2.66454e-15],
    "stat": [17.1845, 9.58269, 7.18853, 10.1399, 23.5189, 12.1047, 18.4026, 15.7375, 7.6146,
             8.36505, 6.15709, 0.555167],
}  # fmt: skip
PEER_POINT_4 = {
    "npred": [16.03944539, 15.75909415, 9.45353512, 9.91662604],
    "npred_excess": [14.83319, 14.904491, 9.009154, 9.233496],
    "counts": [11, 20, 5, 15],
    "stat_scan": [91.13784979, 73.92515383, 56.91936875, 41.63132546, 29.86500992, 23.8234594,
                  26.31249879, 41.02813853, 72.94242582, 128.82360931, 217.94397783],
}  # fmt: skip


@pytest.fixture(scope="module")
def crab_points() -> FluxPoints:
    estimator = FluxPointsEstimator(EDGES, source="crab", selection_optional="all")
    return estimator.run(hess.spectra())


# -- the H.E.S.S. Crab ---------------------------------------------------------------------


@pytest.mark.parametrize("name", PEER)
def test_crab_beside_the_peer(crab_points, name):
    ours, theirs = getattr(crab_points, name).data.ravel(), np.array(PEER[name])
    if name == "norm_err":
        # the last point has no counts: its statistic has an edge at 0, where no curvature is
        assert np.isnan(ours[-1])
        ours, theirs = ours[:-1], theirs[:-1]
    # its predicted counts are 2.5e-5 from ours; its minimiser stops up to 3e-3 errors from the norm
    tolerance = 1e-3 if name in ("norm", "norm_err") else 5e-5
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-9)


@pytest.mark.parametrize("name", PEER_POINT_4)
def test_crab_point_beside_the_peer(crab_points, name):
    ours = getattr(crab_points, name).values[4]
    np.testing.assert_allclose(ours, PEER_POINT_4[name], rtol=1e-4)


@pytest.mark.parametrize("point", [0, 6, 11])
def test_crab_beside_the_slow_search(crab_points, point):
    low, high = crab_points.energy_axis.edges[point : point + 2].to_value("TeV")

    def flux(energy):
        return hess.AMPLITUDE * energy ** (-hess.ALPHA - hess.BETA * np.log(energy))

    bins = []
    for file in hess.files():
        data = read_ogip(file)
        signal = predicted_counts([], flux, data)
        edges = data["energy"]
        inside = data["mask"] & (edges[:-1] > 0.999 * low) & (edges[1:] < 1.001 * high)
        alpha = np.broadcast_to(data["alpha"], len(signal))
        bins += [
            {
                "signal": signal[i],
                "other": 0.0,
                "n_on": float(data["counts_on"][i]),
                "n_off": float(data["counts_off"][i]),
                "alpha": alpha[i],
            }
            for i in np.flatnonzero(inside)
        ]
    found = {name: getattr(crab_points, name).values[point] for name in PEER}
    assert found["norm"] == pytest.approx(twin.best_norm(bins, -0.5, 3.0), abs=1e-5)
    best = found["norm"]
    assert found["stat"] == pytest.approx(twin.statistic(best, bins), rel=1e-6)
    assert found["ts"] == pytest.approx(
        twin.statistic(0.0, bins) - twin.statistic(best, bins), 1e-6
    )
    assert found["norm_ul"] == pytest.approx(twin.limit(bins, best, 4.0, 30.0), rel=1e-5)
    assert found["norm_errp"] == pytest.approx(twin.limit(bins, best, 1.0, 30.0) - best, rel=1e-5)
    assert found["norm_errn"] == pytest.approx(best - twin.limit(bins, best, 1.0, -2.0), rel=1e-5)


def test_no_counts_have_a_limit_and_a_reason(crab_points):
    assert crab_points.counts.values[-1].sum() == 0
    assert crab_points.norm.values[-1] == 0
    assert crab_points.success.data.all()
    assert crab_points.is_ul.values[-1]
    (reason,) = crab_points.meta["reasons"]
    assert reason.startswith("norm_err at 22.39 to 31.62 TeV: the best norm lies where")


def test_fluxes_are_norms_times_the_model(crab_points):
    energy = crab_points.energy_ref
    dnde = hess.crab().spectral_model(energy) * crab_points.norm.values
    ours = crab_points.dnde.quantity.squeeze()
    np.testing.assert_allclose(ours.to_value(dnde.unit), dnde.value, rtol=1e-12)


def test_crab_survives_a_file(crab_points, tmp_path):
    crab_points.write(tmp_path / "points.ecsv", sed_type="likelihood")
    back = FluxPoints.read(tmp_path / "points.ecsv", reference_model=hess.crab())
    for name in PEER:
        np.testing.assert_array_equal(getattr(back, name).data, getattr(crab_points, name).data)
    assert list(back.meta["reasons"]) == crab_points.meta["reasons"]


#: Gammapy 2.1: FluxPointsEstimator([1, 2.5119, 10] * u.TeV, sum_over_energy_groups=True)
PEER_JOINED = {"norm": [0.948844, 1.01553], "norm_err": [0.0659862, 0.10657],
               "norm_ul": [1.08648, 1.24293], "stat": [8.16548, 5.58069]}  # fmt: skip


@pytest.mark.parametrize("name", PEER_JOINED)
def test_joined_bins_beside_the_peer(name):
    estimator = FluxPointsEstimator(
        [1, 2.5119, 10] * u.TeV, sum_over_energy_groups=True, selection_optional="ul"
    )
    points = estimator.run(hess.spectra())
    np.testing.assert_allclose(getattr(points, name).values, PEER_JOINED[name], rtol=1e-3)


# -- toys ----------------------------------------------------------------------------------


def toys(models=None) -> Datasets:
    """Spectra of both kinds, and a model."""
    datasets = Datasets([cash("one"), on_off("two"), on_off("three", seed=8)])
    datasets.models = Models([power_law()]) if models is None else models
    return datasets


def test_both_kinds_together_minimise_the_statistic_of_the_datasets():
    datasets = toys()
    points = FluxPointsEstimator(None, selection_optional="ul").run(datasets)
    axis = datasets[0].energy_axis
    assert points.energy_axis == axis
    amplitude = datasets.models[0].spectral_model.amplitude
    reference = amplitude.value
    for i in (0, 3):
        for dataset in datasets:
            keep = np.arange(axis.nbin) == i
            dataset.mask_fit = RegionNDMap(RegionGeom([axis]), keep)

        def stat(norm):
            amplitude.value = reference * norm
            return datasets.stat_sum()

        best, up = points.norm.values[i], points.norm_ul.values[i]
        assert stat(best) == pytest.approx(points.stat.values[i], abs=1e-9)
        assert stat(0.0) == pytest.approx(points.stat_null.values[i], abs=1e-9)
        assert stat(up) - stat(best) == pytest.approx(4.0, rel=1e-6)
        assert stat(best) < min(stat(best * 0.99), stat(best * 1.01))
        amplitude.value = reference


def test_other_models_stay():
    other = power_law("other", index=3.0, amplitude=1e-11)
    datasets = toys(Models([power_law(), other]))
    with_other = FluxPointsEstimator(None, source="crab").run(datasets)
    alone = FluxPointsEstimator(None, source="crab").run(toys())
    assert np.all(with_other.norm.data < alone.norm.data)
    # a model of the same shape takes exactly its share
    datasets.models = Models([power_law(), power_law("other", amplitude=1e-11)])
    shared = FluxPointsEstimator(None, source=0).run(datasets)
    np.testing.assert_allclose(shared.norm.data, alone.norm.data - 1e-11 / 3e-11, rtol=1e-6)
    excess = shared.npred_excess.values / shared.norm.values[:, None]
    np.testing.assert_allclose(excess, alone.npred_excess.values / alone.norm.values[:, None], 1e-9)


def test_a_source_that_some_spectra_do_not_see():
    datasets = toys()
    source = power_law().copy(name="crab", datasets_names=["two"])
    datasets.models = source
    points = FluxPointsEstimator(None).run(datasets)
    only = Datasets([on_off("two")])
    only.models = power_law()
    np.testing.assert_allclose(points.norm.data, FluxPointsEstimator(None).run(only).norm.data)
    assert points.counts.values[:, [0, 2]].sum() == 0


def test_masks_hold_and_points_without_bins_are_not_valid():
    datasets = toys()
    axis = datasets[0].energy_axis
    for dataset in datasets:
        keep = np.arange(axis.nbin) >= 3
        dataset.mask_safe = RegionNDMap(RegionGeom([axis]), keep)
    points = FluxPointsEstimator(None, selection_optional="all").run(datasets)
    assert list(points.success.values) == [False] * 3 + [True] * 5
    for name in (
        "norm",
        "norm_err",
        "norm_errn",
        "norm_errp",
        "norm_ul",
        "ts",
        "stat",
        "stat_null",
    ):
        assert list(np.isnan(getattr(points, name).values)) == [True] * 3 + [False] * 5
    assert np.isnan(points.stat_scan.values[:3]).all()
    assert points.counts.values[:3].sum() == 0
    reasons = points.meta["reasons"]
    assert len(reasons) == 3
    assert reasons[0].startswith("norm at 0.5 to 0.8891 TeV: no unmasked bin of the data")


def test_nothing_is_changed_and_twice_is_the_same():
    datasets = toys()
    before = [p.value for p in datasets.parameters], datasets.stat_sum()
    estimator = FluxPointsEstimator(None, selection_optional="all")
    first, second = estimator.run(datasets), estimator.run(datasets)
    assert ([p.value for p in datasets.parameters], datasets.stat_sum()) == before
    for name in first.available_quantities:
        np.testing.assert_array_equal(first.quantity(name).data, second.quantity(name).data)


def test_bounds_of_the_norm():
    datasets = toys()
    capped = FluxPointsEstimator(None, norm={"min": 0, "max": 0.5}, selection_optional="all")
    points = capped.run(datasets)
    free = FluxPointsEstimator(None).run(datasets)
    assert np.all(points.norm.values == np.clip(free.norm.values, 0, 0.5))
    assert np.any(points.norm.values == 0.5)
    assert any("the best norm lies at its bound" in line for line in points.meta["reasons"])
    assert any(line.startswith("norm_ul") for line in points.meta["reasons"])


def test_norm_scan():
    norm = Parameter("norm", 1.0, scan_values=[0.5, 1.0, 2.0])
    points = FluxPointsEstimator(None, norm=norm, selection_optional=["scan"]).run(toys())
    np.testing.assert_array_equal(points.stat_scan.geom.axes["norm"].center.value, [0.5, 1.0, 2.0])
    default = FluxPointsEstimator(None, selection_optional=["scan"]).run(toys())
    nodes = default.stat_scan.geom.axes["norm"].center.value
    np.testing.assert_allclose(nodes, np.geomspace(0.2, 5, 11))
    np.testing.assert_allclose(points.stat_scan.values[:, 1], default.stat_scan.values[:, 5])


def test_selection_says_what_is_estimated():
    plain = FluxPointsEstimator(None).run(toys())
    assert {"norm", "norm_err", "ts", "stat", "success"} <= set(plain.available_quantities)
    assert not {"norm_ul", "norm_errn", "stat_scan"} & set(plain.available_quantities)
    errors = FluxPointsEstimator(None, selection_optional="errn-errp").run(toys())
    assert {"norm_errn", "norm_errp"} <= set(errors.available_quantities)


def test_null_value():
    points = FluxPointsEstimator(None, null_value=1.0).run(toys())
    assert np.all(points.ts.values < 15)
    assert np.all(points.ts.values >= 0)


def test_good_time_is_joined():
    datasets = toys()
    assert FluxPointsEstimator(None).run(datasets).gti is None
    for i, dataset in enumerate(datasets):
        dataset.gti = GTI.create([i] * u.h, [i + 0.5] * u.h)
    gti = FluxPointsEstimator(None).run(datasets).gti
    assert len(gti) == 3
    assert gti.time_sum.to_value("h") == pytest.approx(1.5)


def test_one_dataset_will_do():
    dataset = on_off(models=power_law())
    alone = FluxPointsEstimator(None).run(dataset)
    listed = FluxPointsEstimator(None).run([dataset])
    np.testing.assert_array_equal(alone.norm.data, listed.norm.data)


# -- guards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_sigma": 0}, FitError, "n_sigma = 0 must be a positive"),
        ({"n_sigma": -1}, FitError, "n_sigma = -1 must"),
        ({"n_sigma_ul": np.nan}, FitError, "n_sigma_ul = nan must"),
        ({"n_sigma_ul": "2"}, FitError, "n_sigma_ul = '2' must"),
        ({"null_value": np.inf}, FitError, "null_value = inf must be finite"),
        ({"selection_optional": ["limits"]}, OptionError, "has 'limits': known are"),
        ({"selection_optional": "upper"}, OptionError, "has 'upper': known are"),
        ({"norm": 3}, OptionError, "norm = 3 must be a Parameter"),
        (
            {"reoptimize": True, "sum_over_energy_groups": True},
            OptionError,
            "reoptimize and sum_over_energy_groups",
        ),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        FluxPointsEstimator(**arguments)


@pytest.mark.parametrize(
    ("norm", "message"),
    [
        ({"scan_values": [1.0]}, "at least two ascending"),
        ({"scan_min": 2.0, "scan_max": 1.0}, "at least two ascending"),
    ],
)
def test_bad_scans(norm, message):
    estimator = FluxPointsEstimator(None, norm=norm, selection_optional="scan")
    with pytest.raises(FitError, match=message):
        estimator.run(toys())


@pytest.mark.parametrize(
    ("source", "error"), [("vela", UnknownNameError), (4, UnknownNameError), (-2, UnknownNameError)]
)
def test_unknown_sources(source, error):
    with pytest.raises(error, match=r"vela|source = "):
        FluxPointsEstimator(None, source=source).run(toys())


def test_no_models():
    with pytest.raises(GammapyError, match="there are 0 models"):
        FluxPointsEstimator(None).run(on_off())


def test_no_spectra():
    with pytest.raises(DataError, match="no datasets"):
        FluxPointsEstimator(None).run([])
    with pytest.raises(DataError, match="is a str: fluxes are estimated from counts spectra"):
        FluxPointsEstimator(None).run(["spectrum.fits"])


def test_spectra_without_counts():
    dataset = cash(models=power_law())
    dataset.counts = None
    with pytest.raises(DataError, match="no counts"):
        FluxPointsEstimator([1, 10] * u.TeV).run(dataset)


def test_edges_are_checked_at_run():
    energy, _ = axes()
    estimator = FluxPointsEstimator(energy.edges[::-1])
    with pytest.raises(DataError, match="ascending"):
        estimator.run(toys())
