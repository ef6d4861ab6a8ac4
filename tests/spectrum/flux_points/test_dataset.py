"""Flux points with models: the three statistics, masks, files, guards.

Numbers of Gammapy 2.1 stand here for small invented points. They agree for chi2 and for points with
two errors. For upper limits they differ: see `test_an_upper_limit_is_a_probability`.
"""

import copy

import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm as normal

from gammapy.datasets import Datasets
from gammapy.errors import DataError, FileFormatError, OptionError, UnknownNameError
from gammapy.maps import RegionNDMap
from gammapy.modeling import Fitter, Status
from gammapy.modeling.models import (
    ConstantTemporalModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.spectrum import FluxPoints, FluxPointsDataset
from tests.spectrum.flux_points.test_points import lightcurve
from tests.spectrum.points import DNDE, points, profiles, reference, table
from tests.spectrum.toys import cash, on_off, power_law

FLUX = np.array([1e-11, 2e-12, 3e-13, 1e-14])
NAN = np.full(4, np.nan)


def source(amplitude=1e-11, index=2.0, name="crab"):
    spectrum = PowerLawSpectralModel(index=index, amplitude=f"{amplitude} {DNDE}")
    return SkyModel(spectrum, name=name)


def dataset(stat_type="chi2", amplitude=1e-11, **columns):
    made = table(**{"e_ref": [1.0, 2, 5, 20], "dnde": FLUX, **columns})
    data = FluxPoints.from_table(made)
    return FluxPointsDataset(source(amplitude), data, stat_type=stat_type, name="points")


def in_maps(model=None, **quantities):
    data = points(**quantities)
    return FluxPointsDataset(model or source(), data, name="points")


# -- statistics ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "amplitude", "expected"),
    [
        ({"dnde_err": 0.1 * FLUX}, 1e-11, [0, 6.25, 100 / 9, 225]),
        # errors up and down beside a symmetric one do not count
        (
            {"dnde_err": 0.1 * FLUX, "dnde_errn": 0.2 * FLUX, "dnde_errp": 0.05 * FLUX},
            1e-11,
            [0, 6.25, 100 / 9, 225],
        ),
        # without one their mean does
        ({"dnde_errn": 0.2 * FLUX, "dnde_errp": 0.05 * FLUX}, 1e-11, [0, 4, 64 / 9, 144]),
        ({"dnde_errn": 0.2 * FLUX, "dnde_errp": 0.05 * FLUX}, 0.9e-11, [0.64, 1, 2.56, 100]),
    ],
)
def test_chi2(columns, amplitude, expected):
    made = dataset(amplitude=amplitude, **columns)
    stat = made.stat_array()
    assert stat.shape == (4, 1, 1)
    np.testing.assert_allclose(stat[:, 0, 0], expected, atol=1e-12)
    assert made.stat_sum() == pytest.approx(np.sum(expected))


@pytest.mark.parametrize(
    ("amplitude", "expected"),
    [
        (1e-11, [0, 25, 400 / 9, 900]),
        (1e-12, [20.25, 19.140625, 169 / 9, (1 - 0.25) ** 2 / 0.04]),
        (2e-11, [400, 900, 10000 / 9, (5 - 1) ** 2 / 0.0025]),
    ],
)
def test_distrib_has_an_error_up_and_one_down(amplitude, expected):
    columns = {"dnde_err": 0.1 * FLUX, "dnde_errn": 0.2 * FLUX, "dnde_errp": 0.05 * FLUX}
    made = dataset("distrib", amplitude, **columns)
    np.testing.assert_allclose(made.stat_array()[:, 0, 0], expected, atol=1e-12)
    assert made.stat_sum() == pytest.approx(np.sum(expected))


@pytest.mark.parametrize("amplitude", [1e-12, 5e-12, 1e-11, 3e-11, 5e-11])
def test_an_upper_limit_is_a_probability(amplitude):
    """That a measurement, normal about the prediction, comes out below the limit.

    It is computed here as an integral of the normal density, and as a share of random draws.
    Gammapy 2.1 gives 2 ln(erfc((limit - f) / limit) / erfc(1)) whatever the error and the
    confidence: for these predictions 0.63, 2.66, 4.19, 5.085 and 5.085, at most 5.085. So there
    a model ten times above a limit costs no more than one at three times the limit. Ours agrees
    with the integral.
    """
    limit, error = 2e-14, 0.4e-14
    columns = {"dnde_err": 0.1 * FLUX, "dnde_ul": [np.nan] * 3 + [limit]}
    columns["dnde_err"][3] = error
    made = dataset("distrib", amplitude, **columns)
    flux = made.flux_pred().value[3, 0, 0]
    chance, _ = quad(lambda d: normal.pdf(d, flux, error), flux - 12 * error, limit)
    stat = made.stat_array()[3, 0, 0]
    assert stat == pytest.approx(-2 * normal.logcdf((limit - flux) / error), rel=1e-12)
    if chance > 1e-4:
        assert np.exp(-stat / 2) == pytest.approx(chance, rel=1e-6)
        draws = np.random.default_rng(1).normal(flux, error, 200_000)
        spread = np.sqrt(chance * (1 - chance) / len(draws))
        assert abs(np.mean(draws < limit) - np.exp(-stat / 2)) < 5 * spread
    else:
        assert stat > 18


def test_a_limit_without_error_takes_that_of_its_confidence():
    ul = np.array([np.nan, np.nan, np.nan, 3e-14])
    flux = np.where(np.isnan(ul), FLUX, np.nan)
    made = table(e_ref=[1.0, 2, 5, 20], dnde=flux, dnde_err=0.1 * flux, dnde_ul=ul)
    for confidence, n_sigma in ((0.9973002, 3.0), (0.95, 1.959964), (None, 2.0)):
        made.meta.pop("UL_CONF", None)
        if confidence:
            made.meta["UL_CONF"] = confidence
        data = FluxPoints.from_table(made)
        found = FluxPointsDataset(source(), data, stat_type="distrib")
        predicted = 1e-11 / 400
        expected = -2 * normal.logcdf((3e-14 - predicted) / (3e-14 / n_sigma))
        assert found.stat_array()[3, 0, 0] == pytest.approx(expected)
        assert found.mask.data.all()


def test_profiles_are_the_statistic_above_the_best_fit():
    made = FluxPointsDataset(SkyModel(reference(), name="crab"), profiles(), stat_type="profile")
    expected = ((1 - np.array([1.0, 1.2, 0.7, 1.1])) / np.array([0.1, 0.2, 0.1, 0.3])) ** 2
    np.testing.assert_allclose(made.stat_array()[:, 0, 0], expected, atol=1e-10)
    chi2 = FluxPointsDataset(SkyModel(reference(), name="crab"), profiles())
    assert made.stat_sum() == pytest.approx(chi2.stat_sum())


def test_profiles_without_the_best_statistic_count_from_the_lowest_of_the_scan():
    data = profiles()
    maps = {n: data.quantity(n) for n in data.available_quantities if n != "stat"}
    made = FluxPointsDataset(stat_type="profile", data=FluxPoints(maps, reference()))
    made.models = SkyModel(reference(), name="crab")
    assert made.stat_array()[0, 0, 0] == pytest.approx(0, abs=1e-12)


CASES = {
    "chi2": ("chi2", {"dnde_err": 0.1 * FLUX}),
    "distrib": ("distrib", {"dnde_errn": 0.2 * FLUX, "dnde_errp": 0.05 * FLUX}),
    "limits": (
        "distrib",
        {"dnde_err": 0.1 * FLUX, "dnde_ul": [1.1e-11, np.nan, 2.9e-13, 1.2e-14]},
    ),
}


def any_case(name):
    if name == "profile":
        model = SkyModel(reference(), name="crab")
        return FluxPointsDataset(model, profiles(), stat_type="profile", name="points")
    stat_type, columns = CASES[name]
    return dataset(stat_type, 0.95e-11, **columns)


@pytest.mark.parametrize("case", [*CASES, "profile"])
def test_derivatives(case):
    made = any_case(case)
    problem = made.fit_problem()
    x = problem.start * [1.02, 1.03]
    step = 1e-5 * np.abs(x)
    value, gradient, curvature = problem.evaluate(x)
    assert value == pytest.approx(problem.value(x), rel=1e-12)
    rows = []
    for axis in np.eye(len(x)):
        low, high = (problem.evaluate(x + s * step * axis) for s in (-1, 1))
        slope = (high.value - low.value) / (2 * step @ axis)
        assert gradient @ axis == pytest.approx(slope, rel=1e-5)
        rows.append((high.gradient - low.gradient) / (2 * step @ axis))
    residual, jacobian = problem.residuals(x)
    np.testing.assert_allclose(2 * jacobian.T @ residual, gradient, rtol=1e-9)
    constant = value - residual @ residual
    moved = problem.residuals(x * 1.01).residual
    assert problem.value(x * 1.01) - moved @ moved == pytest.approx(constant, abs=1e-8 * value)
    assert np.all(np.linalg.eigvalsh(curvature) > -1e-9 * np.trace(curvature))
    # what the curvature leaves out: second derivatives of the model
    assert np.linalg.norm(curvature - rows) < 0.8 * np.linalg.norm(rows)


@pytest.mark.parametrize("backend", ["minuit", "scipy"])
@pytest.mark.parametrize("case", [*CASES, "profile"])
def test_fits(case, backend):
    made = any_case(case)
    result = Fitter(backend).run(made)
    assert result.status is Status.CONVERGED, result.message
    assert result.total_stat == pytest.approx(made.stat_sum())
    assert result.n_data == int(made.mask.data.sum())
    problem = made.fit_problem()
    np.testing.assert_allclose(
        problem.evaluate(problem.start).gradient * result.errors, 0, atol=2e-2
    )


def test_two_models_add_and_may_share_parameters():
    one, two = source(0.4e-11, name="a"), source(0.6e-11, name="b")
    two.spectral_model.index = one.spectral_model.index
    made = dataset(dnde_err=0.1 * FLUX)
    alone = made.stat_sum()
    made.models = [one, two]
    assert made.stat_sum() == pytest.approx(alone)
    problem = made.fit_problem()
    x = problem.start
    for i, axis in enumerate(np.eye(len(x))):
        step = 1e-5 * x[i]
        slope = (problem.value(x + step * axis) - problem.value(x - step * axis)) / (2 * step)
        assert problem.evaluate(x).gradient[i] == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_joint_fit_with_counts(backend):
    flux = 3e-11 * points().energy_ref.value ** -2.3
    data = points(norm=[1.0, 1.0, 1.0, 1.0])
    norm = flux / data.dnde_ref.value * [1.05, 0.9, 1.02, 1.1]
    made = in_maps(norm=norm, norm_err=0.1 * norm)
    joint = Datasets([cash("c"), made, on_off("o")])
    joint.models = power_law()
    result = Fitter(backend).run(joint)
    assert result.status is Status.CONVERGED
    assert result.n_data == 8 + 4 + 8
    error = joint.models.parameters["index"].error
    weights = 0.0
    for part in (cash("c"), made, on_off("o")):
        part.models = power_law()
        Fitter(backend).run(part)
        weights = weights + np.linalg.inv(part.models.covariance.data[:2, :2])
    # information adds up, nearly: the parts are taken at their own minima
    assert error == pytest.approx(np.linalg.inv(weights)[0, 0] ** 0.5, rel=0.05)


def test_a_light_curve_is_compared_with_a_steady_flux():
    data = lightcurve()
    maps = {"norm": data.norm, "norm_err": RegionNDMap(data.geom, np.full(12, 0.5))}
    made = FluxPointsDataset(SkyModel(reference(), name="crab"), FluxPoints(maps, reference()))
    assert made.stat_sum() == pytest.approx(np.sum((np.arange(12) - 1) ** 2) / 0.25)
    assert made.flux_pred().shape == made.data.dnde.data.shape
    made.models[0].temporal_model = ConstantTemporalModel()
    with pytest.raises(DataError, match="changes with time"):
        made.flux_pred()


# -- masks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stat_type", "columns", "valid"),
    [
        ("chi2", {"dnde_err": 0.1 * FLUX}, [1, 1, 1, 1]),
        ("chi2", {"dnde_err": np.array([1, np.nan, 1, 1]) * FLUX}, [1, 0, 1, 1]),
        ("chi2", {"dnde": np.array([1, 1, 1, np.nan]) * FLUX, "dnde_err": FLUX}, [1, 1, 1, 0]),
        ("chi2", {"dnde_err": FLUX, "dnde_ul": [np.nan, 1e-11, np.nan, np.nan]}, [1, 0, 1, 1]),
        ("distrib", {"dnde_err": FLUX, "dnde_ul": [np.nan, 1e-11, np.nan, np.nan]}, [1, 1, 1, 1]),
        (
            "distrib",
            {"dnde_err": FLUX, "dnde_ul": NAN, "is_ul": [False, True, False, False]},
            [1, 0, 1, 1],
        ),
    ],
)
def test_which_points_are_valid(stat_type, columns, valid):
    made = dataset(stat_type, **columns)
    assert made.mask_valid.values.tolist() == [bool(v) for v in valid]
    assert np.isnan(made.stat_array()[:, 0, 0]).tolist() == [not v for v in valid]
    assert np.isfinite(made.stat_sum())
    assert made.info_dict()["n_not_valid"] == 4 - sum(valid)
    assert made.info_dict()["n_fit_bins"] == sum(valid)


def test_masks_join():
    made = dataset(dnde_err=np.array([0.1, np.nan, 0.1, 0.1]) * FLUX)
    before = made.stat_sum()
    made.mask_fit = [True, True, True, False]
    made.mask_safe = np.array([False, True, True, True]).reshape(4, 1, 1)
    assert made.mask.values.tolist() == [False, False, True, False]
    assert made.mask_safe.values.tolist() == [False, False, True, True]
    assert made.stat_sum() == pytest.approx(made.stat_array()[2, 0, 0])
    made.mask_fit = made.mask_safe = None
    assert made.stat_sum() == before


def test_a_change_of_the_data_is_seen():
    made = dataset(dnde_err=0.1 * FLUX, dnde_ul=2 * FLUX, sqrt_ts=[3.0, 3, 3, 3])
    before = made.stat_sum()
    made.data.sqrt_ts_threshold_ul = 4.0
    with pytest.raises(DataError, match=r"none of 4 flux points counts .*4 are upper limits"):
        made.stat_sum()
    made.data.sqrt_ts_threshold_ul = 2.0
    assert made.stat_sum() == before
    made.data = dataset(dnde_err=0.2 * FLUX).data
    assert made.stat_sum() == pytest.approx(before / 4)
    made.stat_type = "distrib"
    assert made.stat_sum() == pytest.approx(before / 4)


# -- for people ----------------------------------------------------------------------------


def test_predictions_and_residuals():
    made = dataset(dnde_err=0.1 * FLUX)
    predicted = made.flux_pred()
    np.testing.assert_allclose(predicted.to_value(DNDE)[:, 0, 0], [1e-11, 2.5e-12, 4e-13, 2.5e-14])
    np.testing.assert_allclose(
        made.residuals().to_value(DNDE)[:, 0, 0], [0, -5e-13, -1e-13, -1.5e-14], atol=1e-26
    )
    np.testing.assert_allclose(
        made.residuals("diff/model").to_value("")[:, 0, 0], [0, -0.2, -0.25, -0.6], atol=1e-12
    )
    root = made.residuals("diff/sqrt(model)")
    np.testing.assert_allclose(root.value[1, 0, 0], -5e-13 / np.sqrt(2.5e-12))
    with pytest.raises(UnknownNameError, match="method = 'sigma' is not known"):
        made.residuals("sigma")
    made.models = []
    assert np.all(made.flux_pred().value == 0)
    with pytest.raises(DataError, match="predict a positive flux"):
        made.residuals("diff/model")


def test_copies():
    made = dataset("distrib", dnde_err=0.1 * FLUX)
    made.mask_fit = [True, True, True, False]
    again = made.copy("other")
    assert again.stat_sum() == made.stat_sum()
    again.models[0].spectral_model.index.value = 3.0
    assert again.stat_sum() != made.stat_sum()
    assert (again.name, again.stat_type) == ("other", "distrib")
    assert copy.deepcopy(made).stat_sum() == made.stat_sum()
    assert Datasets([made]).copy()[0].stat_sum() == made.stat_sum()


def test_printing():
    made = dataset(dnde_err=0.1 * FLUX)
    assert "n_fit_bins    : 4" in str(made)
    assert repr(made).startswith("FluxPointsDataset('points', FluxPoints(")
    assert Datasets([made]).info_table()["n_points"].tolist() == [4]


def test_files(tmp_path):
    made = dataset("distrib", dnde_err=0.1 * FLUX, dnde_ul=2 * FLUX, is_ul=[False] * 3 + [True])
    made.mask_fit = [True, True, False, True]
    made.write(tmp_path / "points.fits")
    again = FluxPointsDataset.read(tmp_path / "points.fits")
    assert (again.name, again.stat_type) == ("points", "distrib")
    assert again.mask_fit.values.tolist() == [True, True, False, True]
    assert list(again.own_masks) == ["mask_fit"]
    again.models = made.models
    assert again.stat_sum() == pytest.approx(made.stat_sum(), rel=1e-12)
    assert FluxPointsDataset.read(tmp_path / "points.fits", name="mine").name == "mine"
    made.write(tmp_path / "points.ecsv")
    assert FluxPointsDataset.read(tmp_path / "points.ecsv").stat_type == "distrib"


def test_a_list_of_datasets(tmp_path):
    made = dataset(dnde_err=0.1 * FLUX)
    both = Datasets([made, on_off("counts")])
    both.models = power_law()
    both.write(tmp_path / "datasets.yaml", tmp_path / "models.yaml")
    again = Datasets.read(tmp_path / "datasets.yaml", tmp_path / "models.yaml")
    assert [type(d).__name__ for d in again] == ["FluxPointsDataset", "SpectrumDatasetOnOff"]
    assert again.stat_sum() == pytest.approx(both.stat_sum(), rel=1e-12)
    assert isinstance(again.models, Models)


# -- guards --------------------------------------------------------------------------------


def test_points_without_errors_are_refused():
    made = dataset()
    with pytest.raises(DataError, match=r"have no errors, only \['norm'\]: add dnde_err"):
        made.stat_sum()
    made.stat_type = "distrib"
    with pytest.raises(DataError, match="have no errors"):
        Fitter().run(made)


@pytest.mark.parametrize("stat_type", ["chi2", "distrib"])
@pytest.mark.parametrize("bad", [0.0, -1e-13])
def test_errors_must_be_positive(stat_type, bad):
    made = dataset(stat_type, dnde_err=[1e-12, 1e-13, bad, 1e-15])
    with pytest.raises(DataError, match=r"is .* for point 2 \(1 such points\): errors must be pos"):
        made.stat_sum()
    made.mask_fit = [True, True, False, True]
    assert np.isfinite(made.stat_sum())


def test_profiles_must_be_there():
    made = dataset(dnde_err=0.1 * FLUX)
    made.stat_type = "profile"
    with pytest.raises(DataError, match="have no stat_scan"):
        made.stat_sum()


def test_no_point_left():
    made = dataset(dnde_err=0.1 * FLUX)
    made.mask_fit = [False] * 4
    with pytest.raises(DataError, match="none of 4 flux points counts for stat_type = 'chi2'"):
        made.stat_sum()


@pytest.mark.parametrize("name", ["mask_fit", "mask_safe"])
@pytest.mark.parametrize("mask", [[True] * 3, [1, 0, 1, 1], [0.5] * 4])
def test_bad_masks_are_refused(name, mask):
    made = dataset(dnde_err=0.1 * FLUX)
    with pytest.raises(DataError, match=f"{name} of .* does not fit: 4 booleans"):
        setattr(made, name, mask)


def test_masks_must_fit_new_data():
    made = dataset(dnde_err=0.1 * FLUX)
    made.mask_fit = [True] * 4
    with pytest.raises(DataError, match="the masks do not fit"):
        made.data = points()
    with pytest.raises(DataError, match="data = str is no FluxPoints"):
        made.data = "crab"
    made.mask_fit = None
    made.data = points(norm_err=[0.1] * 4)
    assert np.isfinite(made.stat_sum())


def test_bad_arguments_are_refused():
    data = dataset(dnde_err=0.1 * FLUX).data
    with pytest.raises(DataError, match="data = NoneType is no FluxPoints"):
        FluxPointsDataset()
    with pytest.raises(UnknownNameError, match="stat_type = 'cash' is not known"):
        FluxPointsDataset(data=data, stat_type="cash")
    with pytest.raises(OptionError, match="profiles without kinks"):
        FluxPointsDataset(data=data, stat_kwargs={"interp_scale": "lin"})
    same = FluxPointsDataset(data=data, stat_kwargs={"interp_scale": "sqrt"})
    assert same.stat_kwargs == {"interp_scale": "sqrt", "extrapolate": True}


def test_damaged_files_are_refused(tmp_path):
    made = table(dnde=FLUX, dnde_err=0.1 * FLUX)
    made.meta["STATTYPE"] = "cash"
    made.write(tmp_path / "points.ecsv")
    with pytest.raises(FileFormatError, match=r"points.ecsv: .*stat_type = 'cash' is not known"):
        FluxPointsDataset.read(tmp_path / "points.ecsv")


def test_a_prediction_that_overflows_is_named():
    made = dataset(dnde_err=0.1 * FLUX)
    made.models[0].spectral_model.index.value = -2000.0
    with np.errstate(over="ignore", invalid="ignore"):
        assert made.stat_sum() == np.inf
        why = made.fit_problem().diagnose(made.fit_problem().start)
    assert "dataset 'points' predicts inf cm-2 s-1 TeV-1 at 2 TeV" in why


def test_energies_may_be_in_any_unit():
    made = dataset(dnde_err=0.1 * FLUX)
    other = table(
        e_ref=np.array([1.0, 2, 5, 20]) * 1e3 * u.GeV,
        dnde=FLUX * 1e-3 * u.Unit("cm-2 s-1 GeV-1"),
        dnde_err=0.1 * FLUX * 1e-3 * u.Unit("cm-2 s-1 GeV-1"),
    )
    again = FluxPointsDataset(source(), FluxPoints.from_table(other))
    assert again.stat_sum() == pytest.approx(made.stat_sum(), rel=1e-12)
