"""Models of astropy and sherpa in the tree."""

import copy

import astropy.units as u
import numpy as np
import pytest
from astropy.modeling import Fittable1DModel, Parameter, custom_model
from astropy.modeling import models as theirs

from gammapy.errors import FileFormatError, ModelError
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel, SpectralModel

FLUX = u.Unit("cm-2 s-1 TeV-1")
UNITS = {"energy_unit": "TeV", "flux_unit": FLUX}
ENERGY = [0.3, 1.0, 7.0] * u.TeV


def power_law():
    return theirs.PowerLaw1D(amplitude=3e-12, x_0=2.0, alpha=2.3)


class Doubled(Fittable1DModel):
    """A class of the user's, in a module."""

    amplitude = Parameter(default=1e-12)

    @staticmethod
    def evaluate(x, amplitude):
        return 2 * amplitude / x


def of_astropy():
    bounded = power_law()
    bounded.alpha.min, bounded.alpha.max, bounded.x_0.fixed = 0.5, 4.0, True
    with_units = theirs.PowerLaw1D(1e-15 * u.Unit("cm-2 s-1 GeV-1"), 1 * u.TeV, 2.0)
    line = theirs.Gaussian1D(1e-12 * FLUX, 3000 * u.GeV, 0.5 * u.TeV)
    return [
        SpectralModel.from_astropy(bounded, **UNITS),
        SpectralModel.from_astropy(power_law(), energy_unit="GeV", flux_unit="m-2 s-1 erg-1"),
        SpectralModel.from_astropy(with_units + line),
        SpectralModel.from_astropy((power_law() - theirs.Const1D(1e-14)) * power_law(), **UNITS),
        SpectralModel.from_astropy(power_law() | theirs.Scale(3.0), **UNITS),
        SpectralModel.from_astropy(theirs.Polynomial1D(2, c0=1e-12, c2=1e-13), **UNITS),
        SpectralModel.from_astropy(theirs.BrokenPowerLaw1D(), **UNITS),
        SpectralModel.from_astropy(theirs.Box1D(1e-12, 3, 2), **UNITS, breaks=["x_0"]),
        SpectralModel.from_astropy(Doubled(), **UNITS),
    ]


def of_sherpa():
    basic = pytest.importorskip("sherpa.models.basic", reason="sherpa is not installed")
    low, line = basic.PowLaw1D("low"), basic.Gauss1D("line")
    low.gamma, low.gamma.min, line.ampl = 2.3, 1.0, 1e-12
    line.ampl.freeze()
    return [
        SpectralModel.from_sherpa(low, **UNITS),
        SpectralModel.from_sherpa(low * line + 2.0 * low, **UNITS, breaks=["line_pos"]),
        SpectralModel.from_sherpa(low / basic.PowLaw1D("high"), **UNITS),
    ]


def check(model):
    parameter = model.parameters[0]
    parameter.value, parameter.error = 1.1 * parameter.value, 0.1 * abs(parameter.value)
    tree = model.to_dict()
    again = SpectralModel.from_dict(copy.deepcopy(tree))
    assert type(again) is type(model)
    assert again.to_dict() == tree
    np.testing.assert_array_equal(again(ENERGY), model(ENERGY))
    assert again.unit == model.unit
    assert again.breaks == model.breaks
    for ours, theirs_ in zip(model.parameters, again.parameters, strict=True):
        for attribute in ("name", "value", "unit", "error", "frozen"):
            assert getattr(ours, attribute) == getattr(theirs_, attribute)
        np.testing.assert_array_equal([ours.min, ours.max], [theirs_.min, theirs_.max])


@pytest.mark.parametrize("i", range(9))
def test_round_trip_of_astropy(i):
    check(of_astropy()[i])


@pytest.mark.parametrize("i", range(3))
def test_round_trip_of_sherpa(i):
    check(of_sherpa()[i])


def test_a_file_with_links(tmp_path):
    wrapped = SpectralModel.from_astropy(power_law(), **UNITS)
    other = PowerLawSpectralModel()
    other.index.link = wrapped.alpha + 0.5
    models = Models([SkyModel(wrapped, name="a"), SkyModel(wrapped.copy() + other, name="b")])
    models.write(tmp_path / "models.yaml")
    again = Models.read(tmp_path / "models.yaml")
    again["a"].spectral_model.alpha.value = 3.0
    assert again["b"].spectral_model.model2.index.value == 3.5


def test_classes_that_cannot_be_imported_are_refused():
    @custom_model
    def mine(x, a=1.0):
        return a * x

    with pytest.raises(ModelError, match="mine cannot be written: it cannot be imported"):
        SpectralModel.from_astropy(mine(), **UNITS).to_dict()


def test_models_of_more_than_parameters_are_refused():
    table = theirs.Tabular1D(points=[0.1, 1, 20], lookup_table=[3e-12, 1e-12, 1e-14])
    with pytest.raises(ModelError, match=r"cannot be made of its parameters alone.*TemplateSpec"):
        SpectralModel.from_astropy(table, **UNITS).to_dict()
    chebyshev = theirs.Chebyshev1D(1, domain=[0, 10], c0=1.0, c1=1.0)
    with pytest.raises(ModelError, match="made of more than its parameters, which would be lost"):
        SpectralModel.from_astropy(chebyshev, **UNITS).to_dict()


def test_operators_that_cannot_be_written():
    joined = theirs.Mapping((0, 0)) | (theirs.Shift(1.0) & theirs.Shift(2.0)) | theirs.Gaussian2D()
    model = SpectralModel.from_astropy(joined, **UNITS)
    with pytest.raises(ModelError, match="the operator '&' cannot be written"):
        model.to_dict()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"class": "astropy.modeling.powerlaws.NoSuch1D"}, "is no class"),
        ({"class": "astropy.modeling.nosuch.PowerLaw1D"}, "cannot be imported"),
        ({"class": "not_imported_yet.Mine"}, "import not_imported_yet before"),
        ({"class": "pathlib.Path"}, "is no model of astropy"),
        ({"units": {"height": "TeV"}}, "names 'height'"),
        ({"degree": 3}, "cannot be made of its parameters alone"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"operator": "@", "left": {}, "right": {}}, "unknown key 'class'"),
    ],
)
def test_bad_trees_are_refused(change, match):
    tree = SpectralModel.from_astropy(power_law(), **UNITS).to_dict()
    tree["spectral"]["model"] |= change
    with pytest.raises(FileFormatError, match=match):
        SpectralModel.from_dict(tree)


def test_unknown_operators_are_refused():
    tree = of_astropy()[3].to_dict()
    tree["spectral"]["model"]["operator"] = "@"
    with pytest.raises(FileFormatError, match="is no operator"):
        SpectralModel.from_dict(tree)


def test_missing_units_are_refused():
    tree = SpectralModel.from_astropy(power_law(), **UNITS).to_dict()
    del tree["spectral"]["flux_unit"]
    with pytest.raises(FileFormatError, match="flux_unit is missing"):
        SpectralModel.from_dict(tree)
