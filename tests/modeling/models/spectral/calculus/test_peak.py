"""Peaks in closed form against a search on the values of the spectrum."""

import math

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    BandSpectralModel,
    BlackbodySpectralModel,
    ExpCutoffPowerLaw3FGLSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    LogParabola2SpectralModel,
    LogParabolaSpectralModel,
    SuperExpCutoffPowerLaw3FGLSpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
    SuperExpCutoffPowerLaw4FGLSpectralModel,
)
from gammapy.modeling.models.spectral.calculus.peak import NO_PEAK, peak_energy

PEAKED = [
    ExpCutoffPowerLawSpectralModel(index=1.7, lambda_="3e-4 GeV-1", alpha=0.6),
    ExpCutoffPowerLawSpectralModel(index=2.5, lambda_="0.3 TeV-1", alpha=-1.0),
    ExpCutoffPowerLaw3FGLSpectralModel(index=1.3, ecut="3 TeV", reference="400 GeV"),
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_1=1.3, ecut="3 TeV", index_2=0.8),
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_1=2.3, ecut="3 TeV", index_2=-0.8),
    SuperExpCutoffPowerLaw4FGLSpectralModel(index_1=1.3, expfactor=2e-4, index_2=0.6),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=1.3, expfactor=0.3, index_2=0.6),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(
        index_1=2.3, expfactor=0.3, index_2=0.5, reference="9 TeV"
    ),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.3, expfactor=0.3, index_2=0.0),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.3, expfactor=0.3, index_2=1e-9),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=1.8, expfactor=0.3, index_2=-0.5),
    LogParabolaSpectralModel(alpha=1.8, beta=0.2, reference="300 GeV"),
    LogParabola2SpectralModel(alpha=1.8, beta=0.2, reference="300 GeV", escale="7 TeV"),
    BandSpectralModel(alpha=-1.1, beta=-2.2, epeak="2 TeV"),
    BlackbodySpectralModel(temperature="700 GeV"),
]

FLAT = [
    ExpCutoffPowerLawSpectralModel(index=2.0),
    ExpCutoffPowerLawSpectralModel(index=2.2, alpha=0.5),
    ExpCutoffPowerLawSpectralModel(lambda_="0 TeV-1"),
    ExpCutoffPowerLawSpectralModel(lambda_="-0.1 TeV-1"),
    ExpCutoffPowerLawSpectralModel(alpha=0.0),
    ExpCutoffPowerLaw3FGLSpectralModel(index=2.1),
    ExpCutoffPowerLaw3FGLSpectralModel(ecut="-9 TeV"),
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_1=2.3),
    SuperExpCutoffPowerLaw3FGLSpectralModel(index_2=0.0),
    SuperExpCutoffPowerLaw4FGLSpectralModel(expfactor=-1e-14),
    SuperExpCutoffPowerLaw4FGLSpectralModel(index_2=0.0),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(expfactor=-0.1, index_2=0.3),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(expfactor=0.0),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(index_1=2.3, expfactor=0.1),
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel(expfactor=0.1, index_2=-0.3),
    LogParabolaSpectralModel(beta=0.0),
    LogParabolaSpectralModel(beta=-0.1),
    LogParabola2SpectralModel(beta=-0.1),
    BandSpectralModel(alpha=-2.1, beta=-2.5, epeak="2 TeV"),
    BandSpectralModel(alpha=-1.0, beta=-1.9, epeak="2 TeV"),
]


def sed(model, energy):
    with np.errstate(over="ignore"):  # rising spectra, far out
        return energy**2 * model.flux(energy, model.internal_values)


@pytest.mark.parametrize("model", PEAKED, ids=repr)
def test_peak_is_a_maximum(model):
    peak = model.e_peak
    assert peak.isscalar
    around = peak.to_value("TeV") * np.array([0.999, 1.0, 1.001])
    low, top, high = sed(model, around)
    assert top > max(low, high)
    steps = np.array([-1e-4, 1e-4])
    low, high = np.log(sed(model, peak.to_value("TeV") * np.exp(steps)) / top)
    curvature = (low + high) / 1e-8
    assert (high - low) / 2e-4 == pytest.approx(0.0, abs=1e-3 * abs(curvature))
    everywhere = sed(model, peak.to_value("TeV") * np.geomspace(1e-4, 1e4, 2001))
    assert np.all(everywhere <= top * (1 + 1e-14))


@pytest.mark.parametrize("model", FLAT, ids=repr)
def test_no_peak_is_nan(model):
    assert math.isnan(model.e_peak.value)
    assert model.e_peak.unit.is_equivalent("TeV")
    values = sed(model, np.geomspace(1e-6, 1e6, 4001))
    inner = values[1:-1]
    with np.errstate(invalid="ignore"):
        strictly = (inner > values[:-2] * (1 + 1e-12)) & (inner > values[2:] * (1 + 1e-12))
    assert not np.any(strictly & np.isfinite(inner))


def test_unit_is_that_of_the_reference():
    model = LogParabolaSpectralModel(alpha=2.0, beta=0.2, reference="300 GeV")
    assert str(model.e_peak.unit) == "GeV"
    assert model.e_peak.value == pytest.approx(300.0)


@pytest.mark.parametrize("log_energy", [NO_PEAK, 800.0, -800.0])
def test_what_is_no_float_is_nan(log_energy):
    assert math.isnan(peak_energy(log_energy, u.TeV).value)
