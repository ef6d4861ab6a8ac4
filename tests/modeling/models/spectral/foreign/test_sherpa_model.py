"""A model of sherpa as a spectral model."""

import pickle
import sys

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import MissingPackageError, ModelError, ParameterError
from gammapy.modeling.models import SherpaSpectralModel, SpectralModel

basic = pytest.importorskip("sherpa.models.basic", reason="sherpa is not installed")
UNITS = {"energy_unit": "TeV", "flux_unit": "cm-2 s-1 TeV-1"}
ENERGY = [0.3, 7.0, 1.0] * u.TeV  # not in order


def power_law(name="p", gamma=2.3):
    model = basic.PowLaw1D(name)
    model.gamma, model.ref, model.ampl = gamma, 2.0, 3e-12
    return model


def line(name="g"):
    model = basic.Gauss1D(name)
    model.fwhm, model.pos, model.ampl = 1.0, 3.0, 1e-12
    return model


def twice():
    one = power_law()
    return one * line() + one


@pytest.mark.parametrize(
    "make",
    [
        power_law,
        lambda: power_law() + line(),
        lambda: 2.0 * power_law() - line(),
        lambda: power_law("a") / power_law("b"),
        lambda: -power_law(),
        twice,
        lambda: (one := twice()) + one.rhs * one,
    ],
)
def test_values(make):
    wrapped = SpectralModel.from_sherpa(make(), **UNITS)
    assert isinstance(wrapped, SherpaSpectralModel)
    np.testing.assert_allclose(wrapped(ENERGY).value, make()(ENERGY.value), rtol=1e-14)
    grid = np.geomspace(0.2, 20, 6).reshape(2, 3)
    np.testing.assert_allclose(
        wrapped(grid * u.TeV).value.ravel(), make()(grid.ravel()), rtol=1e-14
    )


def test_units_are_fixed_factors():
    wrapped = SpectralModel.from_sherpa(power_law(), energy_unit="keV", flux_unit="cm-2 s-1 keV-1")
    expected = power_law()(ENERGY.to_value("keV")) * u.Unit("cm-2 s-1 keV-1")
    np.testing.assert_allclose(wrapped(ENERGY), expected, rtol=1e-13)


def test_parameters():
    model = power_law()
    model.gamma.min, model.gamma.max = 0, 5
    model.ampl.freeze()
    wrapped = SpectralModel.from_sherpa(model, **UNITS)
    assert wrapped.parameters.names == ["gamma", "ref", "ampl"]
    assert (wrapped.gamma.min, wrapped.gamma.max) == (0, 5)
    assert wrapped.ref.frozen  # always, in sherpa
    assert wrapped.ampl.frozen
    assert wrapped.ampl.min == 0
    assert np.isnan(wrapped.ampl.max)
    assert np.isnan(wrapped.ref.min)


def test_parameters_of_a_composed_model():
    """A part that comes twice has its parameters once."""
    wrapped = SpectralModel.from_sherpa(twice(), **UNITS)
    assert wrapped.parameters.names == [
        *("p_gamma", "p_ref", "p_ampl", "g_fwhm", "g_pos", "g_ampl")
    ]
    wrapped.p_gamma.value = 1.5
    expected = twice()
    expected.pars[0].val = 1.5
    np.testing.assert_allclose(wrapped(ENERGY).value, expected(ENERGY.value), rtol=1e-14)


def test_the_given_model_is_copied():
    model = twice()
    wrapped = SpectralModel.from_sherpa(model, **UNITS)
    model.pars[0].val = 5.0
    assert wrapped.p_gamma.value == 2.3
    wrapped.p_gamma.value, wrapped.g_pos.frozen = 3.0, True
    assert model.pars[0].val == 5.0
    again = wrapped.sherpa_model
    assert again.pars[0].fullname == "p.gamma"
    assert again.pars[0].val == 3.0
    assert again.pars[4].frozen
    np.testing.assert_allclose(again(ENERGY.value), wrapped(ENERGY).value, rtol=1e-14)


@pytest.mark.parametrize("clone", [lambda m: m.copy(), lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(clone):
    wrapped = SpectralModel.from_sherpa(twice(), **UNITS)
    wrapped.p_gamma.value = 3.1
    twin = clone(wrapped)
    np.testing.assert_array_equal(twin(ENERGY), wrapped(ENERGY))
    twin.p_gamma.value = 1.0
    assert wrapped.p_gamma.value == 3.1


class XSPECAdditiveModel(basic.ArithmeticModel):
    """Power law defined by its integral over bins and nothing else, as in XSPEC."""

    def __init__(self, name="powerlaw"):
        self.PhoIndex = basic.Parameter(name, "PhoIndex", 2.3, min=-3, max=10)
        self.norm = basic.Parameter(name, "norm", 1.0, min=0, max=1e24)
        super().__init__(name, (self.PhoIndex, self.norm))

    def calc(self, p, x, xhi=None, *args, **kwargs):
        if xhi is None:  # the bins between the points
            return self.calc(p, x[:-1], x[1:])
        return p[1] * (x ** (1 - p[0]) - xhi ** (1 - p[0])) / (p[0] - 1)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_models_that_are_integrals_over_bins(scale):
    model = XSPECAdditiveModel() if scale == 1 else scale * XSPECAdditiveModel()
    wrapped = SpectralModel.from_sherpa(model, energy_unit="keV", flux_unit="cm-2 s-1 keV-1")
    assert wrapped.per_bin
    expected = scale * ENERGY.to_value("keV") ** -2.3
    np.testing.assert_allclose(wrapped(ENERGY).value, expected, rtol=2e-8)


def test_a_model_that_is_not_said_to_be_per_bin():
    wrapped = SpectralModel.from_sherpa(XSPECAdditiveModel(), **UNITS, per_bin=False)
    with pytest.raises(ModelError, match=r"gave 2 values for 3 energies.*per_bin=True"):
        wrapped(ENERGY)


def test_breaks_cut_the_integrals():
    box = basic.Box1D("box")
    box.xlow, box.xhi, box.ampl.min, box.ampl = 1.3, 4.4, 0, 1e-12
    wrapped = SpectralModel.from_sherpa(box, **UNITS, breaks=["xlow", "xhi"])
    assert wrapped.kinks == (1.3, 4.4)
    assert wrapped.integral(1 * u.TeV, 9 * u.TeV).value == pytest.approx(3.1e-12, rel=1e-12)


def test_linked_parameters_are_refused():
    model = power_law("a") + power_law("b")
    model.pars[3].link = model.pars[0]
    with pytest.raises(ParameterError, match=r"b\.gamma is linked.*\.b_gamma\.link = "):
        SpectralModel.from_sherpa(model, **UNITS)


@pytest.mark.parametrize(
    ("model", "kwargs", "error", "match"),
    [
        (3.0, UNITS, ModelError, "is no model of sherpa"),
        (basic.PowLaw1D, UNITS, ModelError, "is no model of sherpa"),
        (basic.Gauss2D(), UNITS, ModelError, "has 2 dimensions"),
        (power_law(), {}, ModelError, "energy_unit is missing"),
        (power_law("a") + power_law("a"), UNITS, ParameterError, "would be called"),
    ],
)
def test_what_is_no_spectrum_is_refused(model, kwargs, error, match):
    with pytest.raises(error, match=match):
        SpectralModel.from_sherpa(model, **kwargs)


def test_without_sherpa(monkeypatch):
    monkeypatch.setitem(sys.modules, "sherpa.models.model", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'gammapy\[sherpa\]'"):
        SpectralModel.from_sherpa(None, **UNITS)
