"""Any spectral model as a model of sherpa."""

import copy
import pickle
import sys

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import MissingPackageError
from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, PowerLawSpectralModel
from tests.contracts.spectral_examples import EXAMPLES

ENERGY = np.geomspace(0.11, 40, 12)
MAKERS = {
    f"{cls.tag[-1]}-{i}": make for cls, makers in EXAMPLES.items() for i, make in enumerate(makers)
}


@pytest.fixture(autouse=True)
def _sherpa(request):
    if "without" not in request.node.name:
        pytest.importorskip("sherpa", reason="sherpa is not installed")


def example() -> ExpCutoffPowerLawSpectralModel:
    model = ExpCutoffPowerLawSpectralModel(index=1.7, reference="3 TeV")
    model.index.min, model.index.max, model.lambda_.min = 0, 5, 0
    return model


@pytest.mark.parametrize("name", MAKERS)
def test_every_model(name):
    model = MAKERS[name]()
    theirs = model.to_sherpa()
    assert theirs.name == type(model).__name__
    assert len(theirs.pars) == len(model.parameters)
    np.testing.assert_allclose(theirs(ENERGY), model(ENERGY * u.TeV).value, rtol=1e-13)


def test_parameters():
    from sherpa.models.parameter import hugeval

    theirs = example().to_sherpa(name="source")
    assert [par.fullname for par in theirs.pars][:2] == ["source.index", "source.amplitude"]
    assert (theirs.index.val, theirs.index.min, theirs.index.max) == (1.7, 0, 5)
    assert (theirs.amplitude.min, theirs.amplitude.max) == (-hugeval, hugeval)
    assert theirs.reference.frozen
    assert not theirs.index.frozen
    assert theirs.lambda_.units == "1 / TeV"


def test_integrals_over_bins():
    model = example()
    theirs = model.to_sherpa("GeV", "GeV-1 m-2 s-1")
    edges = 1e3 * ENERGY
    for index in (1.7, 2.9):
        theirs.index = model.index.value = index
        expected = model.integral(edges[:-1] * u.GeV, edges[1:] * u.GeV).to_value("m-2 s-1")
        np.testing.assert_allclose(theirs(edges[:-1], edges[1:]), expected, rtol=1e-10)
    first = theirs(edges[:1], edges[1:2])
    np.testing.assert_allclose(first, expected[:1], rtol=1e-9)


def test_it_is_a_copy():
    model = example()
    theirs = model.to_sherpa()
    model.index.value = 4
    assert theirs.index.val == 1.7
    theirs.index = 2.5
    assert model.index.value == 4
    np.testing.assert_allclose(theirs([3.0]), 1e-12 * np.exp(-0.3), rtol=1e-13)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(clone):
    theirs = example().to_sherpa()
    theirs.index = 2.2
    theirs.alpha.thaw()
    twin = clone(theirs)
    np.testing.assert_array_equal(twin(ENERGY), theirs(ENERGY))
    assert (twin.index.val, twin.index.max, twin.alpha.frozen) == (2.2, 5, False)
    assert twin.pars[0] is twin.index
    twin.index = 3.0
    assert theirs.index.val == 2.2


def test_it_composes():
    from sherpa.models.basic import Const1D

    one, two = example().to_sherpa(), Const1D("flat")
    two.c0 = 1e-13
    np.testing.assert_allclose((one + two)(ENERGY), one(ENERGY) + 1e-13, rtol=1e-14)


def test_links_follow():
    one, two = PowerLawSpectralModel(), PowerLawSpectralModel()
    two.index.link = one.index + 0.5
    theirs = (one + two).to_sherpa()
    theirs.model1_index = 3.0
    np.testing.assert_allclose(theirs(ENERGY), 1e-12 * (ENERGY**-3.0 + ENERGY**-3.5), rtol=1e-13)


def test_without_sherpa(monkeypatch):
    monkeypatch.setitem(sys.modules, "sherpa", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'gammapy\[sherpa\]'"):
        example().to_sherpa()
