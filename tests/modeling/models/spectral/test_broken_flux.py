from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    BrokenPowerLaw2SpectralModel,
    BrokenPowerLaw3SpectralModel,
    BrokenPowerLawSpectralModel,
    PowerLaw2SpectralModel,
)

CASES = [
    {"index1": 1.8, "index2": 2.3, "ebreak": "1 GeV", "emin": "100 MeV", "emax": "500 GeV"},
    {"index1": 1.0, "index2": 2.8, "ebreak": "1 TeV", "emin": "2 TeV", "emax": "50 TeV"},
    {"index1": 2.8, "index2": 1.0, "ebreak": "9 TeV", "emin": "0.2 TeV", "emax": "5 TeV"},
    {"index1": 1 + 1e-9, "index2": 1 - 1e-9, "ebreak": "1 TeV"},
]


def test_as_the_fermi_tools_have_it():
    model = BrokenPowerLaw2SpectralModel(amplitude="1e-7 cm-2 s-1", **CASES[0])
    found = model([0.1, 1, 10] * u.GeV).to_value("cm-2 s-1 MeV-1")
    expected = [8.519589883e-10, 1.350264001e-11, 6.767350793e-14]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_flux_in_the_range_is_the_amplitude(case):
    model = BrokenPowerLaw2SpectralModel(amplitude="3e-8 m-2 s-1", **case)
    _, _, _, ebreak, emin, emax = model.internal_values

    def integrand(x):
        return np.exp(x) * float(model.flux(np.array(np.exp(x)), model.internal_values))

    ends = np.log([emin, np.clip(ebreak, emin, emax), emax])
    total = sum(quad(integrand, a, b, epsrel=1e-11)[0] for a, b in pairwise(ends))
    assert total == pytest.approx(3e-12, rel=1e-9, abs=0)
    found = model.integral(emin * u.TeV, emax * u.TeV).to_value("m-2 s-1")
    assert found == pytest.approx(3e-8, rel=1e-13, abs=0)


@pytest.mark.parametrize("case", CASES)
def test_shape_is_that_of_the_broken_power_law(case):
    model = BrokenPowerLaw2SpectralModel(**case)
    at_break = model(model.ebreak.quantity)
    shape = {name: case[name] for name in ("index1", "index2", "ebreak")}
    twin = BrokenPowerLawSpectralModel(amplitude=at_break, **shape)
    energy = np.geomspace(1e-4, 1e3, 30) * u.TeV
    np.testing.assert_allclose(model(energy).value, twin(energy).value, rtol=1e-13)
    limits = 0.02 * u.TeV, 40 * u.TeV
    for method in ("integral", "energy_flux"):
        found, expected = (getattr(m, method)(*limits).value for m in (model, twin))
        assert found == pytest.approx(expected, rel=1e-12, abs=0)


def three(**values) -> BrokenPowerLaw3SpectralModel:
    return BrokenPowerLaw3SpectralModel(**values)


def test_two_bands_as_the_fermi_tools_have_them():
    """Break and norm by the formula of the tools, exponents negative."""
    i1, i2, f1, f2 = -1.6, -2.4, 2e-8, 1e-9
    (a1, b1), (a2, b2) = (100.0, 1000.0), (3000.0, 50000.0)  # MeV
    band1 = b1 ** (1 + i1) - a1 ** (1 + i1)
    band2 = b2 ** (1 + i2) - a2 ** (1 + i2)
    x0 = (f1 / f2 * (1 + i1) / (1 + i2) * band2 / band1) ** (1 / (i2 - i1))
    k = f1 * (1 + i1) * x0**i1 / band1
    model = three(
        index1=1.6, index2=2.4, amplitude1="2e-8 cm-2 s-1", amplitude2="1e-9 cm-2 s-1",
        emin1="100 MeV", emax1="1 GeV", emin2="3 GeV", emax2="50 GeV",
    )  # fmt: skip
    assert model.kinks[0] == pytest.approx(1e-6 * x0, rel=1e-12)
    e = np.array([50.0, 500.0, 0.999 * x0, 1.001 * x0, 1e4, 1e5])
    expected = k * (e / x0) ** np.where(e < x0, i1, i2)
    found = model(e * u.MeV).to_value("cm-2 s-1 MeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize("indices", [(1.5, 2.6), (2.6, 1.5)])
def test_two_bands_softer_or_harder(indices):
    model = three(index1=indices[0], index2=indices[1], emin2="3 TeV")
    at_break = model.kinks[0] * u.TeV
    np.testing.assert_allclose(model.spectral_index([0.9, 1.1] * at_break), indices, rtol=1e-10)
    low = PowerLaw2SpectralModel(
        amplitude="1e-11 cm-2 s-1", index=indices[0], emin="0.1 TeV", emax="1 TeV"
    )
    np.testing.assert_allclose(model(0.7 * at_break).value, low(0.7 * at_break).value, rtol=1e-13)


def test_two_bands_of_equal_indices_are_the_fainter_one():
    model = three(index1=2.0, index2=2.0)
    assert model.kinks == ()
    sides = [
        PowerLaw2SpectralModel(amplitude=f"{a} cm-2 s-1", emin=f"{lo} TeV", emax=f"{hi} TeV")
        for a, lo, hi in ((1e-11, 0.1, 1), (1e-12, 1, 100))
    ]
    energy = [0.01, 1, 100] * u.TeV
    expected = np.minimum(*(side(energy).value for side in sides))
    np.testing.assert_allclose(model(energy).value, expected, rtol=1e-14)
    assert np.all(np.isfinite(model.flux_partials(energy.value, model.internal_values)))


def test_a_break_beyond_floats_is_no_kink():
    assert three(index1=2.0, index2=2.0 + 1e-5).kinks == ()
    assert three(amplitude2="0 cm-2 s-1").kinks == ()


@pytest.mark.parametrize(
    ("cls", "ends"),
    [
        (BrokenPowerLaw2SpectralModel, {"emin": "1 TeV", "emax": "1 TeV"}),
        (BrokenPowerLaw3SpectralModel, {"emin1": "0 TeV"}),
        (BrokenPowerLaw3SpectralModel, {"emin2": "200 TeV"}),
    ],
)
def test_no_range_is_refused(cls, ends):
    with pytest.raises(ModelError, match="must be positive and in this order"):
        cls(**ends)
