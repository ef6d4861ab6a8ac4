"""One fit, four ways: our class, a wrapped model of astropy, astropy's fitter, sherpa's fit."""

import logging

import astropy.units as u
import numpy as np
import pytest
from astropy.modeling.fitting import LevMarLSQFitter, TRFLSQFitter
from astropy.modeling.models import LogParabola1D

from gammapy.datasets import Dataset
from gammapy.modeling import Evaluation, Fitter, Residuals
from gammapy.modeling.models import LogParabolaSpectralModel, SkyModel, SpectralModel

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = np.geomspace(0.2, 30, 25)
NAMES = ("amplitude", "alpha", "beta")


class PointsTerm:
    """Chi square of one source, from the pulls."""

    has_residuals = True

    def __init__(self, points, plan):
        self.points = points
        self.spectrum = points.seen_models[0].spectral_model
        self.positions = plan.positions(self.spectrum.own_parameters.values())
        self.columns = plan.column[self.positions]
        self.n_active, self.n_data = len(plan.active), len(ENERGY)

    def residuals(self, theta):
        values = theta[self.positions].tolist()
        flux, error = self.points.flux, self.points.error
        jacobian = np.zeros((self.n_data, self.n_active))
        partials = self.spectrum.flux_partials(ENERGY, values)
        for column, partial in zip(self.columns, partials, strict=True):
            if column >= 0:
                jacobian[:, column] += partial / error
        return Residuals((self.spectrum.flux(ENERGY, values) - flux) / error, jacobian)

    def evaluate(self, theta):
        pull, jacobian = self.residuals(theta)
        return Evaluation(pull @ pull, 2 * jacobian.T @ pull, 2 * jacobian.T @ jacobian)

    def value(self, theta):
        return self.evaluate(theta).value

    def diagnose(self, theta):
        return None

    def is_accurate(self, theta):
        return True


class Points(Dataset):
    """Differential flux with normal errors, simulated."""

    def __init__(self, models=None):
        super().__init__("points", models)
        truth = LogParabolaSpectralModel(
            alpha=2.3, beta=0.21, amplitude=4.2e-11 * FLUX, reference=1 * u.TeV
        )
        clean = truth(ENERGY * u.TeV).value
        self.error = 0.003 * clean
        self.flux = clean + self.error * np.random.default_rng(7).normal(size=len(ENERGY))

    def term(self, plan):
        return PointsTerm(self, plan)


def ours() -> SpectralModel:
    start = {"amplitude": 3e-11 * FLUX, "alpha": 2.0, "beta": 0.1, "reference": 1 * u.TeV}
    return LogParabolaSpectralModel(**start)


def fitted(spectrum: SpectralModel) -> tuple[np.ndarray, np.ndarray]:
    """Values and errors by our fitter."""
    points = Points(SkyModel(spectrum, name="source"))
    result = Fitter(backend="scipy", optimize_opts={"method": "trf"}).run(points)
    assert result.status.name == "CONVERGED"
    parameters = [spectrum.parameters[name] for name in NAMES]
    return np.array([p.value for p in parameters]), np.array([p.error for p in parameters])


@pytest.fixture(scope="module")
def expected():
    return fitted(ours())


def check(found, expected):
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-6)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-3)


@pytest.mark.parametrize("has_units", [False, True])
def test_wrapped_model_of_astropy(expected, has_units):
    one, energy = (FLUX, u.TeV) if has_units else (1, 1)
    theirs = LogParabola1D(3e-11 * one, 1 * energy, 2.0, 0.1)
    theirs.x_0.fixed = True
    units = {} if has_units else {"energy_unit": "TeV", "flux_unit": FLUX}
    check(fitted(SpectralModel.from_astropy(theirs, **units)), expected)


def test_wrapped_model_of_sherpa(expected):
    """Their logarithm is to the base ten."""
    basic = pytest.importorskip("sherpa.models.basic", reason="sherpa is not installed")
    theirs = basic.LogParabola("source")
    theirs.ref, theirs.c1, theirs.c2, theirs.ampl = 1, 2.0, 0.1 * np.log(10), 3e-11
    theirs.ref.freeze()
    spectrum = SpectralModel.from_sherpa(theirs, energy_unit="TeV", flux_unit=FLUX)
    points = Points(SkyModel(spectrum, name="source"))
    Fitter(backend="scipy", optimize_opts={"method": "trf"}).run(points)
    scale = np.array([1, 1, 1 / np.log(10)])
    parameters = [spectrum.parameters[name] for name in ("ampl", "c1", "c2")]
    values, errors = (np.array([getattr(p, a) for p in parameters]) for a in ("value", "error"))
    check((values * scale, errors * scale), expected)


@pytest.mark.parametrize("fitter", [LevMarLSQFitter, TRFLSQFitter])
def test_fitter_of_astropy(expected, fitter):
    points = Points()
    run = fitter(calc_uncertainties=True)
    found = run(
        ours().to_astropy(), ENERGY, points.flux, weights=1 / points.error, maxiter=500, acc=1e-12
    )
    values = np.array([getattr(found, name).value for name in NAMES])
    covariance = found.cov_matrix
    assert tuple(covariance.param_names) == NAMES
    errors = np.sqrt(np.diag(covariance.cov_matrix))
    check((values, errors), expected)
    assert found.reference.value == 1


def test_fit_of_sherpa(expected):
    pytest.importorskip("sherpa", reason="sherpa is not installed")
    from sherpa.data import Data1D
    from sherpa.estmethods import Covariance
    from sherpa.fit import Fit
    from sherpa.optmethods import LevMar
    from sherpa.stats import Chi2

    logging.getLogger("sherpa").setLevel(logging.ERROR)
    points, model = Points(), ours().to_sherpa()
    model.alpha.min, model.beta.min = 0, -5
    data = Data1D("points", ENERGY, points.flux, staterror=points.error)
    method = LevMar()
    for option in ("ftol", "xtol", "gtol"):
        method.config[option] = 1e-13
    fit = Fit(data, model, stat=Chi2(), method=method, estmethod=Covariance())
    assert fit.fit().succeeded
    errors = fit.est_errors()
    bands = {n.split(".")[-1]: e for n, e in zip(errors.parnames, errors.parmaxes, strict=True)}
    values = np.array([getattr(model, name).val for name in NAMES])
    check((values, np.array([bands[name] for name in NAMES])), expected)
