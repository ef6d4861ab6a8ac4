"""Declaration, construction and family rules of models."""

import copy
from typing import ClassVar

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, ParameterError, UnitMismatchError, UnknownNameError
from gammapy.modeling.models import PowerLawSpectralModel, SpectralModel
from gammapy.modeling.models.base import clone_parameters
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters


class Slope(SpectralModel):
    """A user's model without tag, so that it is not registered."""

    slope = Parameter("slope", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")
    pivot = Parameter("pivot", "1 TeV", frozen=True)

    @staticmethod
    def evaluate(energy, slope, amplitude, pivot):
        return amplitude * (energy / pivot) ** slope


class Steeper(Slope):
    """Redeclares one parameter and adds another."""

    slope = Parameter("slope", -4.0)
    extra = Parameter("extra", 1.0)


class Quantities(Slope):
    """A body that needs quantities."""

    needs_quantities: ClassVar[bool] = True

    @staticmethod
    def evaluate(energy, slope, amplitude, pivot):
        return (amplitude * (energy / pivot).to_value("") ** slope.value).to("m-2 s-1 eV-1")


def test_declared_in_order():
    assert [p.name for p in Slope.default_parameters] == ["slope", "amplitude", "pivot"]
    assert list(Slope().own_parameters) == ["slope", "amplitude", "pivot"]


def test_inherited_and_redeclared():
    assert list(Steeper().own_parameters) == ["slope", "amplitude", "pivot", "extra"]
    assert Steeper().slope.value == -4
    assert Slope().slope.value == 2


def test_class_attribute_is_the_declaration():
    assert Slope.slope is Slope.default_parameters[0]


def test_instances_do_not_share():
    one, other = Slope(), Slope()
    one.slope.value = 5
    assert other.slope.value == Slope.slope.value == 2


def test_constructor():
    model = Slope(slope=-3, amplitude=2e-9 * u.Unit("cm-2 s-1 MeV-1"), pivot="300 GeV")
    assert model.slope.value == -3
    assert model.amplitude.unit == u.Unit("cm-2 s-1 MeV-1")
    assert model.pivot.quantity == 300 * u.GeV
    assert model.pivot.frozen


def test_constructor_shares_a_parameter():
    one = Slope(slope=-3)
    other = Slope(slope=one.slope)
    assert other.slope is one.slope


@pytest.mark.parametrize("name", ["Slope", "index", "tag", "own_parameters"])
def test_unknown_argument(name):
    with pytest.raises(UnknownNameError, match=rf"no parameter '{name}': it has \['slope'"):
        Slope(**{name: 3})


@pytest.mark.parametrize("value", [3, 3.0, np.float64(3)])
def test_number_where_a_unit_is_needed(value):
    with pytest.raises((ParameterError, UnitMismatchError), match=r"Slope\(pivot="):
        Slope(pivot=value)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"pivot": "3 cm"}, UnitMismatchError),
        ({"slope": 3 * u.TeV}, UnitMismatchError),
        ({"slope": "abc"}, ParameterError),
        ({"slope": np.nan}, ParameterError),
        ({"slope": True}, ParameterError),
        ({"slope": None}, ParameterError),
        ({"slope": [1, 2]}, ParameterError),
        ({"amplitude": "inf cm-2 s-1 TeV-1"}, ParameterError),
    ],
)
def test_bad_start_names_the_model_and_the_argument(arguments, error):
    with pytest.raises(error, match=rf"^Slope\({next(iter(arguments))}="):
        Slope(**arguments)


def test_interface_cannot_be_made():
    with pytest.raises(TypeError):
        SpectralModel()


def test_freeze_and_unfreeze_to_the_declaration():
    model = Slope()
    assert not model.frozen
    model.freeze()
    assert model.frozen
    model.unfreeze()
    assert [p.frozen for p in model.parameters] == [False, False, True]


def test_covariance_goes_through():
    model = Slope()
    model.covariance = np.diag([0.01, 1e-26, 0])
    assert model.slope.error == pytest.approx(0.1)
    np.testing.assert_allclose(model.covariance.data, np.diag([0.01, 1e-26, 0]))


def test_partials_by_complex_step_where_there_are_none():
    energy = np.array([0.5, 2.0])
    by_slope, by_amplitude, by_pivot = Slope().flux_partials(energy, [2.0, 3.0, 1.0])
    np.testing.assert_allclose(by_slope, 3 * energy**2 * np.log(energy), rtol=1e-14)
    np.testing.assert_allclose(by_amplitude, energy**2, rtol=1e-14)
    np.testing.assert_allclose(by_pivot, -6 * energy**2, rtol=1e-14)


def test_a_body_that_needs_quantities():
    plain, slow = Slope(slope=-2.2), Quantities(slope=-2.2)
    energy = [0.3, 1, 8] * u.TeV
    np.testing.assert_allclose(slow(energy).to_value(plain.unit), plain(energy).value, rtol=1e-13)
    assert slow.integral("1 TeV", "10 TeV").value == pytest.approx(
        plain.integral("1 TeV", "10 TeV").value, rel=1e-9
    )
    values = plain.internal_values
    for one, other in zip(
        plain.flux_partials(energy.value, values),
        slow.flux_partials(energy.value, values),
        strict=True,
    ):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-8 * np.max(np.abs(one)))


def test_integral_that_does_not_converge():
    class Line(SpectralModel):
        position = Parameter("position", "2 TeV")

        @staticmethod
        def evaluate(energy, position):
            return np.exp(-(((energy - position) / 0.001) ** 2))

    with pytest.raises(ModelError, match="does not converge; split the range"):
        Line().integral("1 TeV", "10 TeV")


def test_unknown_error_that_matters_gives_an_unknown_error():
    model = PowerLawSpectralModel()
    model.index.error = np.nan
    value, error, _ = model.evaluate_error(3 * u.TeV)
    assert np.isfinite(value)
    assert np.isnan(error)


@pytest.mark.parametrize("clone", [lambda m: m.copy(), copy.deepcopy])
def test_links_to_another_model_still_hold_in_a_copy(clone):
    one, other = Slope(), Slope()
    other.slope.link = 2 * one.slope
    twin = clone(other)
    one.slope.value = 5
    assert twin.slope.value == 10
    assert twin.slope is not other.slope


def test_clone_parameters_redirects_links_and_correlations():
    a, b, outside = Parameter("a", 1.0), Parameter("b", 2.0), Parameter("c", 7.0)
    b.link = 2 * a + outside
    Parameters([a, b]).covariance = [[1, 0.5], [0.5, 2]]
    mapping = clone_parameters(Parameters([a, b]))
    mapping[a].value = 10
    assert mapping[b].value == 27
    np.testing.assert_allclose(
        Parameters([a, b, mapping[a], mapping[b]]).covariance.data,
        np.kron(np.eye(2), [[1, 0.5], [0.5, 2]]),
    )


def test_repr_and_str():
    model = Slope(slope=-2.5)
    assert repr(model) == "Slope(slope=-2.5, amplitude='1e-12 TeV-1 s-1 cm-2', pivot='1 TeV')"
    assert str(model).startswith("Slope\n")


class Swapped(SpectralModel):
    """Declares the parameters in another order than its formula takes them."""

    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")
    index = Parameter("index", 3.0)
    pivot = Parameter("pivot", "2 TeV", frozen=True)

    @staticmethod
    def evaluate(energy, index, amplitude, pivot):
        return amplitude * (energy / pivot) ** -index


class SwappedMethod(Swapped):
    def evaluate(self, energy, pivot, amplitude, index):
        return amplitude * (energy / pivot) ** -index


class SwappedOnClass(Swapped):
    @classmethod
    def evaluate(cls, energy, pivot, index, amplitude):
        return amplitude * (energy / pivot) ** -index


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Swapped, ["index", "amplitude", "pivot"]),
        (SwappedMethod, ["pivot", "amplitude", "index"]),
        (SwappedOnClass, ["pivot", "index", "amplitude"]),
    ],
)
def test_values_go_to_the_arguments_of_their_names(cls, names):
    assert list(cls().own_parameters) == names
    assert cls()(4 * u.TeV) == 1.25e-13 * u.Unit("cm-2 s-1 TeV-1")
    assert cls(index=1)(4 * u.TeV).value == pytest.approx(5e-13, rel=1e-12, abs=0)


def test_arguments_that_contradict_the_names():
    with pytest.raises(
        ModelError, match=r"Bad.evaluate takes \['index', 'scale'\] .*\['scale', 'g'\]"
    ):

        class Bad(SpectralModel):
            scale = Parameter("scale", 1.0)
            g = Parameter("g", 1.0)

            @staticmethod
            def evaluate(energy, index, scale):
                return scale * energy**index


def test_short_names_of_arguments_go_by_place():
    class Short(SpectralModel):
        amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")
        index = Parameter("index", 3.0)

        @staticmethod
        def evaluate(energy, a, g):
            return a * energy**-g

    assert Short()(2 * u.TeV) == 1.25e-13 * u.Unit("cm-2 s-1 TeV-1")


FOR_QUANTITIES = {
    "to_value": lambda energy, amplitude: amplitude * energy.to_value("TeV"),
    "value": lambda energy, amplitude: amplitude * np.exp(-energy.value),
    "units": lambda energy, amplitude: amplitude / (energy + 1 * u.TeV),
    "answer": lambda energy, amplitude: amplitude * energy / (1 * u.TeV),
}


@pytest.mark.parametrize("body", FOR_QUANTITIES.values(), ids=FOR_QUANTITIES)
def test_a_formula_for_quantities_must_say_so(body):
    class Formula(SpectralModel):
        amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")
        evaluate = staticmethod(body)

    message = (
        r"Formula.evaluate gets floats in TeV, cm, s.*needs_quantities = True in class Formula"
    )
    with pytest.raises(ModelError, match=message):
        Formula()(2 * u.TeV)
    with pytest.raises(ModelError, match=message):
        Formula().integral("1 TeV", "2 TeV")


def test_other_errors_of_a_formula_are_left_alone():
    class Broken(SpectralModel):
        amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")

        @staticmethod
        def evaluate(energy, amplitude):
            return energy.no_such_thing

    with pytest.raises(AttributeError, match="no_such_thing"):
        Broken()(2 * u.TeV)
