"""Point spread functions: what all kinds must fulfil, by quadrature."""

import astropy.units as u
import numpy as np
import pytest
from scipy.special import j0

from gammapy.errors import DataError
from gammapy.irf.psf_gauss import GaussShape
from tests.irf.made import gauss, king, table

KINDS = pytest.mark.parametrize(
    "psf", [gauss(), gauss(ampl_2=0, ampl_3=0), king(), table(), table(total=0.95)],
    ids=["gauss", "one gauss", "king", "table", "table of 0.95"],
)  # fmt: skip
Q = np.array([0.0, 3.0, 20.0, 60.0])
#: energy and offset of a bin that has values, and of the one that has none
GOOD, BAD = (1.0, 1.0), (0.1778279410038923, 2.5)


def rings(psf, far=200.0):
    """Middles and widths of rings, and the density there in deg-2, by midpoints in log r."""
    edges = np.concatenate([[0.0], np.geomspace(1e-6, far, 400_001)])
    rad = 0.5 * (edges[1:] + edges[:-1])
    return rad, np.diff(edges), psf.profile(*GOOD, rad)[0, 0] * float(u.deg.to("rad")) ** 2


@KINDS
def test_transform_is_the_integral_of_the_profile(psf):
    rad, width, density = rings(psf)
    weight = density * 2 * np.pi * rad * width
    direct = np.array([np.sum(weight * j0(q * rad)) for q in Q]) / weight.sum()
    found = psf.transform(*GOOD, Q)[0, 0]
    assert found[0] == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(found, direct, atol=3e-5)


@KINDS
def test_containment_is_the_integral_of_the_profile(psf):
    rad, width, density = rings(psf)
    inside = np.cumsum(density * 2 * np.pi * rad * width)
    places = np.array([0.01, 0.083, 0.2, 0.7])
    found = psf.containment(places * u.deg, 1 * u.TeV, 1 * u.deg).value
    np.testing.assert_allclose(found, np.interp(places, rad + width / 2, inside), atol=3e-6)
    assert psf.containment(0 * u.deg, 1 * u.TeV, 1 * u.deg) == 0.0


@KINDS
def test_containment_radius_is_the_root(psf):
    for fraction in (0.01, 0.39, 0.68, 0.9):
        radius = psf.containment_radius(fraction, 1 * u.TeV, [0.2, 1.0] * u.deg)
        again = psf.containment(radius, 1 * u.TeV, [0.2, 1.0] * u.deg)
        np.testing.assert_allclose(again.value, fraction, rtol=1e-10)


@KINDS
def test_where_there_is_no_point_spread_function(psf):
    energy, offset = BAD
    assert not psf.usable(energy, offset)
    assert psf.usable(*GOOD)
    assert np.array_equal(psf.transform(energy, offset, Q), np.zeros((1, 1, 4)))
    assert np.array_equal(psf.profile(energy, offset, [0.0, 0.1]), np.zeros((1, 1, 2)))
    assert psf.containment(1 * u.deg, energy * u.TeV, offset * u.deg) == 0.0
    with pytest.raises(DataError, match=r"no values at energy_true = 0.1778 TeV, offset = 2.5 deg"):
        psf.containment_radius(0.68, energy * u.TeV, [1.0, offset] * u.deg)


@KINDS
def test_shapes_and_pairs(psf):
    energy, offset = np.array([0.5, 1.0, 30.0]), np.array([0.5, 2.4])
    whole = psf.transform(energy, offset, Q)
    assert whole.shape == (3, 2, 4)
    assert psf.profile(energy, offset, [0.0, 0.1, 0.2, 0.3, 0.4]).shape == (3, 2, 5)
    for i, e in enumerate(energy):
        for j, o in enumerate(offset):
            np.testing.assert_allclose(whole[i, j], psf.transform(e, o, Q)[0, 0], atol=1e-14)
    assert psf.usable(energy[:, None], offset).shape == (3, 2)


@KINDS
@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, np.nan])
def test_fractions_that_cannot_be(psf, fraction):
    with pytest.raises(DataError, match="must be between 0 and 1"):
        psf.containment_radius(fraction, 1 * u.TeV, 1 * u.deg)


def test_a_fraction_that_the_table_does_not_hold():
    with pytest.raises(DataError, match=r"0\.96 is not reached: .* holds 0\.95 in all"):
        table(total=0.95).containment_radius(0.96, 1 * u.TeV, 1 * u.deg)


def test_information():
    text = gauss().info(energy_true=[0.17, 1.0] * u.TeV, offset=[2.5] * u.deg)
    assert "not there" in text
    radius = gauss().containment_radius(0.68, 1 * u.TeV, 2.5 * u.deg)
    assert f"energy_true =  1.0 TeV: {radius:.3f}" in text
    assert "offset         :     3 bins, 0.000 deg to 3.000 deg" in text


def test_far_radii_are_found():
    wide = GaussShape(np.array([[5.0]] * 3), np.array([[1.0], [0.0], [0.0]]), np.array([True]))
    assert wide.radius(0.9999)[0] == pytest.approx(5 * np.sqrt(-2 * np.log(1e-4)), rel=1e-12)
