"""Protons behind the flux points of the Crab: naima's pion decay, fitted by us and by scipy.

Physics aside (the Crab shines by electrons), this is a model that no engine knows: it works on
quantities, and its derivatives are differences.
"""

import time

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from scipy.optimize import least_squares

from gammapy.modeling import Fit, Status
from gammapy.modeling.models import NaimaSpectralModel, SkyModel
from gammapy.spectrum import FluxPointsDataset
from tests.spectrum import points

FILE = "estimators/crab_hess_fp/crab_hess_fp.fits"
DISTANCE = 2 * u.kpc
FLUX = "cm-2 s-1 TeV-1"
START = {"amplitude": 1e36, "alpha": 2.5, "e_cutoff": 100.0}


@pytest.fixture(scope="module")
def naima():
    return pytest.importorskip("naima.models", reason="naima is not installed")


def radiation(naima, amplitude, alpha, e_cutoff):
    protons = naima.ExponentialCutoffPowerLaw(amplitude / u.eV, 10 * u.TeV, alpha, e_cutoff * u.TeV)
    return naima.PionDecay(protons, nh=1 / u.cm**3)


def flux_points():
    """Energies in TeV, fluxes and errors in cm-2 s-1 TeV-1 of the points with an error."""
    rows = Table.read(points.data_file(FILE), hdu=1)
    factor = rows["ref_dnde"].quantity.to_value(FLUX)
    found = [rows["e_ref"].quantity.to_value("TeV")]
    found += [np.array(rows[name]) * factor for name in ("norm", "norm_err")]
    use = np.isfinite(found[1]) & np.isfinite(found[2])
    return [np.asarray(column)[use] for column in found]


def dataset(model):
    return FluxPointsDataset.read(points.data_file(FILE)).copy(name="crab"), SkyModel(
        model, name="crab"
    )


def scipy_fit(naima, free):
    """Least squares on naima's own fluxes, in units of the start: statistic, values, errors."""
    energy, measured, error = flux_points()
    start = np.array([START[name] for name in free])

    def pull(x):
        at = START | dict(zip(free, start * x, strict=True))
        flux = radiation(naima, **at).flux(energy * u.TeV, distance=DISTANCE)
        return (flux.to_value(FLUX) - measured) / error

    best = least_squares(pull, np.ones(len(free)), x_scale="jac", diff_step=1e-5, xtol=1e-10)
    assert best.success
    errors = start * np.sqrt(np.diag(np.linalg.inv(best.jac.T @ best.jac)))
    return 2 * best.cost, start * best.x, errors


@pytest.mark.parametrize("free", [["amplitude", "alpha"], ["amplitude", "alpha", "e_cutoff"]])
def test_pion_decay_fits_as_by_hand(naima, free):
    crab, source = dataset(NaimaSpectralModel(radiation(naima, **START), distance=DISTANCE))
    for parameter in source.spectral_model.parameters:
        parameter.frozen = parameter.name not in free
    source.spectral_model.alpha.min, source.spectral_model.alpha.max = 1, 5
    source.spectral_model.e_cutoff.min = 1
    crab.models = [source]
    begin = time.perf_counter()
    result = Fit().run(crab)
    assert result.status is Status.CONVERGED, result.message
    assert result.names == [f"crab.spectral.{name}" for name in free]
    lowest, values, errors = scipy_fit(naima, free)
    assert result.n_data == len(flux_points()[0]) == 4
    assert result.total_stat == pytest.approx(lowest, abs=1e-4)
    assert np.all(np.abs(result.values - values) <= 0.02 * errors), (result.values, values)
    np.testing.assert_allclose(result.errors, errors, rtol=0.02)
    # what it took is told
    assert result.notes == ("NaimaSpectralModel works on quantities, which is slow",)
    assert 0 < result.time <= time.perf_counter() - begin
    assert 3 <= result.ngrad <= result.nfev <= 100
    assert result.notes[0] in str(result)


def test_inverse_compton_at_the_flux_points(naima):
    electrons = naima.ExponentialCutoffBrokenPowerLaw(
        3.7e36 / u.eV, 1 * u.TeV, 0.265 * u.TeV, 1.5, 3.233, 1863 * u.TeV, 2
    )
    compton = naima.InverseCompton(
        electrons, seed_photon_fields=["CMB"], Eemax=50 * u.PeV, Eemin=0.1 * u.GeV
    )
    crab, source = dataset(NaimaSpectralModel(compton, distance=DISTANCE))
    crab.models = [source]
    energy = crab.data.energy_ref
    expected = compton.flux(energy, distance=DISTANCE).to_value(FLUX)
    found = crab.flux_pred().to_value(FLUX).ravel()
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    pulls = (expected - flux_at(energy)) / flux_at(energy, "norm_err")
    assert crab.stat_sum() == pytest.approx(np.nansum(pulls**2), rel=1e-10)


def flux_at(energy, column="norm"):
    rows = Table.read(points.data_file(FILE), hdu=1)
    np.testing.assert_allclose(rows["e_ref"].quantity.to_value("TeV"), energy.to_value("TeV"))
    return np.array(rows[column]) * rows["ref_dnde"].quantity.to_value(FLUX)
