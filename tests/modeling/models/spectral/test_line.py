import math
from decimal import Decimal, getcontext

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import GaussianSpectralModel, PowerLawSpectralModel

getcontext().prec = 40


def test_as_gammalib_has_it():
    model = GaussianSpectralModel(amplitude="1e-10 cm-2 s-1", mean="5e6 MeV", sigma="1e6 MeV")
    found = model([1e5, 1e6, 1e7] * u.MeV)
    assert found.unit == "cm-2 s-1 MeV-1"
    expected = [2.438960746e-22, 1.338302258e-20, 1.486719515e-22]
    np.testing.assert_allclose(found.value, expected, rtol=1e-9)


def tail(z):
    """Mills' ratio by continued fraction: the probability above z over the density there."""
    ratio = Decimal(z)
    for k in range(400, 0, -1):
        ratio = Decimal(z) + Decimal(k) / ratio
    return 1 / ratio


@pytest.mark.parametrize("side", [-1, 1])
def test_tails_keep_their_digits(side):
    """Between 3 and 5 sigma, and beyond 30, where differences of error functions are zero."""
    model = GaussianSpectralModel(amplitude="1 cm-2 s-1", mean="50 TeV", sigma="1 TeV")
    for a, b in ((3, 5), (30, 32)):
        density = [(-(Decimal(z) ** 2) / 2).exp() for z in (a, b)]
        expected = (density[0] * tail(a) - density[1] * tail(b)) / Decimal(2 * math.pi).sqrt()
        low, high = sorted([50 + side * a, 50 + side * b])
        found = model.integral(low * u.TeV, high * u.TeV).value
        assert found == pytest.approx(float(expected), rel=1e-12, abs=0)
        flux = model.energy_flux(low * u.TeV, high * u.TeV).value
        assert low * found < flux < high * found


@pytest.mark.parametrize("sigma", [1e-6, 1e-3, 0.05])
def test_narrow_line_on_a_continuum(sigma):
    """No closed form for a sum: the quadrature must find the line."""
    line = GaussianSpectralModel(mean="1.2 TeV", sigma=sigma * u.TeV)
    continuum = PowerLawSpectralModel(amplitude="1e-13 cm-2 s-1 TeV-1")
    both = line + continuum
    for method in ("integral", "energy_flux"):
        found, one, two = (
            getattr(m, method)(0.1 * u.TeV, 30 * u.TeV).value for m in (both, line, continuum)
        )
        assert found == pytest.approx(one + two, rel=1e-9, abs=0)
    assert line.integral(0.1 * u.TeV, 30 * u.TeV).value == pytest.approx(1e-12, rel=1e-12, abs=0)


def test_far_from_the_line_there_is_nothing_and_no_warning():
    model = GaussianSpectralModel(mean="1 TeV", sigma="1e-9 TeV")
    values = model.internal_values
    energy = np.array([1e-6, 0.5, 1.0, 2.0, 1e6])
    assert np.all(np.isfinite(model.flux_partials(energy, values)))
    np.testing.assert_array_equal(model.flux(energy, values) > 0, [0, 0, 1, 0, 0])


def test_cuts_are_positive_energies_about_the_mean():
    cuts = GaussianSpectralModel(mean="1 TeV", sigma="200 GeV").kinks
    assert min(cuts) > 0
    assert 1.0 in cuts
