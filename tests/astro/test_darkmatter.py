"""Halo profiles, and what the package hands on."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.astro import darkmatter
from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling import models

PROFILES = ["Burkert", "Einasto", "Isothermal", "Moore", "NFW", "Zhao"]


def make(name, **kwargs):
    return getattr(darkmatter, f"{name}Profile")(**kwargs)


@pytest.mark.parametrize(
    "name", ["DarkMatterAnnihilationSpectralModel", "DarkMatterDecaySpectralModel", "PrimaryFlux"]
)
def test_spectra_are_those_of_the_models(name):
    assert getattr(darkmatter, name) is getattr(models, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # run of Gammapy 2.1 with default arguments, at 1 and 10 kpc
        ("NFW", [22.53646974, 1.22917933]),
        ("Einasto", [164.9502824, 6.7885119]),
        ("Isothermal", [0.95045679, 0.16096402]),
        ("Burkert", [0.92110915, 0.34436771]),
        ("Moore", [49.22398875, 2.13846922]),
        ("Zhao", [22.53646974, 1.22917933]),
    ],
)
def test_densities(name, expected):
    found = make(name)([1, 10] * u.kpc)
    assert found.unit == u.Unit("GeV cm-3")
    np.testing.assert_allclose(found.value, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("name", "inner", "outer"),
    [
        ("NFW", -1, -3),
        ("Moore", -1.16, -3),
        ("Isothermal", 0, -2),
        ("Burkert", 0, -3),
        ("Zhao", -1, -3),
    ],
)
def test_slopes_at_both_ends(name, inner, outer):
    profile = make(name)
    for radius, slope in ((1e-6, inner), (1e8, outer)):
        near, far = profile([radius, 1.001 * radius] * u.kpc).value
        assert np.log(far / near) / np.log(1.001) == pytest.approx(slope, abs=1e-3)


def test_slope_of_einasto_is_minus_two_at_its_scale_radius():
    near, far = make("Einasto", r_s="10 kpc")([10, 10.001] * u.kpc).value
    assert np.log(far / near) / np.log(1.0001) == pytest.approx(-2, abs=1e-3)
    assert make("Einasto", r_s="10 kpc")(10 * u.kpc).value == pytest.approx(1.0)


def test_zhao_has_the_others_as_cases():
    radius = [0.3, 3, 30] * u.kpc
    nfw = make("Zhao", r_s="20 kpc", alpha=1.0, beta=3.0, gamma=1.0)
    np.testing.assert_allclose(nfw(radius), make("NFW", r_s="20 kpc")(radius), rtol=1e-12)
    isothermal = make("Zhao", r_s="20 kpc", alpha=0.5, beta=2.0, gamma=0.0)
    expected = make("Isothermal", r_s="20 kpc")(radius)
    np.testing.assert_allclose(isothermal(radius), expected, rtol=1e-12)


@pytest.mark.parametrize("name", PROFILES)
def test_scaled_to_the_density_at_the_sun(name):
    profile = make(name)
    profile.scale_to_local_density()
    assert profile(8.33 * u.kpc).value == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("radius", [0 * u.kpc, -1 * u.kpc, np.nan * u.kpc])
def test_radius_must_be_positive(radius):
    with pytest.raises(ModelError, match=r"radius = .* must be positive"):
        make("NFW")(radius)


def test_radius_needs_a_unit():
    with pytest.raises(UnitMismatchError, match="radius = 1"):
        make("NFW")(1)
