"""An instrument with parts switched off."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.partial_instrument import PartialInstrument
from gammapy.modeling.models import ConstantTemporalModel
from tests.datasets.small_instruments import CountingInstrument, uniform

EDISP = np.array([[0.6, 0.3], [0.1, 0.8]])
Q = np.array([0.0, 5.0, 30.0])
ALL = [
    dict(zip(("exposure", "psf", "edisp"), on, strict=True))
    for on in product((True, False), repeat=3)
]


def names(apply_irf):
    return "-".join(name for name, on in apply_irf.items() if on) or "none"


@pytest.fixture(scope="module")
def whole():
    return uniform([0.1, 0.05], exposure=[2e10, 3e10], edisp=EDISP, frame="icrs")


@pytest.mark.parametrize("apply_irf", ALL, ids=names)
def test_parts(whole, apply_irf):
    part = PartialInstrument(whole, apply_irf)
    lon, lat = np.zeros((2, 3)), np.zeros((2, 3))
    exposure = whole.exposure(lon, lat) if apply_irf["exposure"] else np.ones((2, 2, 3))
    assert_allclose(part.exposure(lon, lat), exposure)
    psf = whole.psf(0.0, 0.0, Q) if apply_irf["psf"] else np.ones((2, 3))
    assert_allclose(part.psf(0.0, 0.0, Q), psf)
    assert_allclose(part.edisp(0.0, 0.0), EDISP if apply_irf["edisp"] else np.eye(2))
    assert part.reach == (whole.reach if apply_irf["psf"] else 0.0)
    assert part.frame == "icrs"
    assert_allclose(part.energy_edges_true, whole.energy_edges_true)
    assert_allclose(part.energy_edges, whole.energy_edges)


def test_perfect_energies_in_other_bins():
    """Of three true bins over two, the middle one goes to both by its overlap."""
    whole = uniform([0.1] * 3, n=2, edisp=np.full((3, 2), 0.1))
    part = PartialInstrument(whole, {"exposure": True, "psf": True, "edisp": False})
    low, high = whole.energy_edges_true[1:3]
    share = (1.0 - low) / (high - low)
    assert_allclose(part.edisp(0.0, 0.0), [[1, 0], [share, 1 - share], [0, 1]], atol=1e-12)


def test_what_is_asked_later_does_not_change_it(whole):
    apply_irf = {"exposure": False, "psf": True, "edisp": True}
    part = PartialInstrument(whole, apply_irf)
    apply_irf["exposure"] = True
    assert_allclose(part.exposure(0.0, 0.0), 1.0)


def test_no_times(whole):
    part = PartialInstrument(whole, ALL[-1])
    assert part.seen(ConstantTemporalModel()) is part


@pytest.mark.parametrize("with_exposure", [True, False])
def test_course_in_time(with_exposure):
    """The parts that are off stay off: without exposure, no times weigh it."""
    whole = CountingInstrument(lambda lon, lat: np.full((2, *lon.shape), 6e10), [0.1, 0.1])
    apply_irf = {"exposure": with_exposure, "psf": False, "edisp": True}
    model = ConstantTemporalModel()
    part = PartialInstrument(whole, apply_irf).seen(model)
    assert whole.asked == [model]
    assert part.reach == 0.0
    assert_allclose(part.exposure(np.zeros(1), np.zeros(1)), 2e10 if with_exposure else 1.0)
