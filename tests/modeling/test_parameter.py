import copy
import pickle
from fractions import Fraction

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import LinkError, ParameterError, UnitMismatchError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.expression import Constant, Operation
from gammapy.modeling.models import ConstantSpectralModel, PowerLawSpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.prior import GaussianPrior, LogUniformPrior, UniformPrior


def full() -> Parameter:
    return Parameter(
        "energy",
        "2 TeV",
        min=1,
        max=10,
        error=0.5,
        errn=0.4,
        errp=0.6,
        prior=GaussianPrior(mu=2, sigma=0.1),
        scan_min=0.5,
        scan_max=4,
        scan_values=[1, 2, 3],
    )


# -- construction --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (2, "TeV", 2 * u.TeV),
        (2.5, u.cm, 2.5 * u.cm),
        ("1e-12 cm-2 s-1 TeV-1", "", 1e-12 * u.Unit("cm-2 s-1 TeV-1")),
        ("3", "", 3 * u.one),
        (3 * u.GeV, "TeV", 3 * u.GeV),
        (np.float32(0.5), "", 0.5 * u.one),
        (np.int64(4), "s", 4 * u.s),
        (np.array(4.0), None, 4 * u.one),
        (Fraction(1, 4), "", 0.25 * u.one),
    ],
)
def test_value_and_unit(value, unit, expected):
    parameter = Parameter("x", value, unit)
    assert parameter.quantity == expected
    assert parameter.unit == expected.unit
    assert type(parameter.value) is float


def test_defaults():
    parameter = Parameter("x", 1)
    assert np.isnan([parameter.min, parameter.max, parameter.errn, parameter.errp]).all()
    assert parameter.error == 0
    assert not parameter.frozen
    assert parameter.prior is parameter.link is None


@pytest.mark.parametrize("name", ["", "1x", "a b", "a.b", "a-b", None, 3])
def test_name_is_an_identifier(name):
    with pytest.raises(ParameterError, match="not an identifier"):
        Parameter(name, 1)


NOT_NUMBERS = ["abc", "1 TeV TeV2 x", None, True, False, np.bool_(True), 1j, [1.0], np.ones(2)]
NOT_FINITE = [np.nan, np.inf, -np.inf, np.float32("nan"), "nan", "inf TeV", np.nan * u.TeV]


@pytest.mark.parametrize("value", NOT_NUMBERS + NOT_FINITE, ids=repr)
def test_bad_value_in_the_constructor(value):
    with pytest.raises(ParameterError, match=r"^x"):
        Parameter("x", value)


@pytest.mark.parametrize("value", [*NOT_NUMBERS, np.nan, np.inf, -np.inf, "2", 1 * u.TeV], ids=repr)
def test_bad_value(value):
    parameter = Parameter("x", 1, "TeV")
    with pytest.raises(ParameterError, match="x: value = "):
        parameter.value = value
    assert parameter.value == 1


def test_quantity_to_value_names_the_way_out():
    with pytest.raises(ParameterError, match=r"set x\.quantity"):
        Parameter("x", 1, "TeV").value = 1 * u.TeV


def test_unit_of_value_and_argument_must_agree():
    with pytest.raises(UnitMismatchError, match="does not convert to 'cm'"):
        Parameter("x", "1 TeV", "cm")


@pytest.mark.parametrize("unit", ["TeVV", "x y", 3.5, 2, 1j])
def test_unknown_unit(unit):
    with pytest.raises(UnitMismatchError):
        Parameter("x", 1, unit)


@pytest.mark.parametrize("interp", ["LOG", "", None, "cubic"])
def test_bad_interp(interp):
    with pytest.raises(ParameterError, match="interp"):
        Parameter("x", 1, interp=interp)


# -- flags, bounds, errors, prior ----------------------------------------------------------


@pytest.mark.parametrize("value", ["False", "True", 0, 1, None, np.nan, []])
def test_bad_frozen(value):
    parameter = Parameter("x", 1)
    with pytest.raises(ParameterError, match=r"x: frozen = .* must be True or False"):
        parameter.frozen = value
    with pytest.raises(ParameterError):
        Parameter("x", 1, frozen=value)
    assert parameter.frozen is False


@pytest.mark.parametrize("value", [True, np.True_])
def test_frozen(value):
    assert Parameter("x", 1, frozen=value).frozen is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, 0.5), ("500 GeV", 0.5), (500 * u.GeV, 0.5), (None, np.nan), (np.nan, np.nan)],
)
def test_bounds(value, expected):
    parameter = Parameter("x", 1, "TeV")
    parameter.min = value
    assert parameter.min == pytest.approx(expected, nan_ok=True)
    parameter.max = value
    assert parameter.max == pytest.approx(expected, nan_ok=True)


def test_infinite_bound_in_the_right_direction_is_none():
    parameter = Parameter("x", 1, min=-np.inf, max=np.inf)
    assert np.isnan([parameter.min, parameter.max]).all()


@pytest.mark.parametrize("which", ["min", "max"])
@pytest.mark.parametrize("value", ["abc", True, 1j, [1], np.inf * u.TeV], ids=repr)
def test_bad_bound(which, value):
    parameter = Parameter("x", 1, "TeV", min=0, max=2)
    with pytest.raises(ParameterError, match="x"):
        setattr(parameter, which, value)
    assert (parameter.min, parameter.max) == (0, 2)


@pytest.mark.parametrize(("which", "value"), [("min", np.inf), ("max", -np.inf)])
def test_infinite_bound_in_the_wrong_direction(which, value):
    with pytest.raises(ParameterError, match="must be finite"):
        Parameter("x", 1, **{which: value})


@pytest.mark.parametrize("which", ["min", "max"])
@pytest.mark.parametrize("unit", ["TeV", ""])
@pytest.mark.parametrize("value", ["3 cm", 3 * u.s, 3 * u.Unit("cm-2")], ids=str)
def test_bound_in_the_wrong_unit(which, unit, value):
    parameter = Parameter("x", 1, unit)
    with pytest.raises(UnitMismatchError, match=rf"x\.{which} = "):
        setattr(parameter, which, value)


def test_crossed_bounds():
    with pytest.raises(ParameterError, match="min = 3 is above max = 2"):
        Parameter("x", 1, min=3, max=2)
    parameter = Parameter("x", 1, min=0, max=2)
    with pytest.raises(ParameterError, match="set the other bound first"):
        parameter.min = 2.5
    with pytest.raises(ParameterError, match="set the other bound first"):
        parameter.max = -1
    assert (parameter.min, parameter.max) == (0, 2)
    parameter.max = np.nan
    parameter.min = 2.5


@pytest.mark.parametrize("which", ["error", "errn", "errp"])
@pytest.mark.parametrize("value", [-1, -1e-30, np.inf, "abc", True, 1 * u.TeV, None], ids=repr)
def test_bad_error(which, value):
    parameter = Parameter("x", 1, "TeV", error=0.5, errn=0.4, errp=0.6)
    with pytest.raises(ParameterError, match=f"x: {which} = "):
        setattr(parameter, which, value)
    assert (parameter.error, parameter.errn, parameter.errp) == (0.5, 0.4, 0.6)


@pytest.mark.parametrize("which", ["error", "errn", "errp"])
def test_unknown_error_is_nan(which):
    parameter = Parameter("x", 1, error=1)
    setattr(parameter, which, np.nan)
    assert np.isnan(getattr(parameter, which))


@pytest.mark.parametrize("prior", [2.0, "gauss", GaussianPrior, (2, 0.1)], ids=str)
def test_bad_prior(prior):
    parameter = Parameter("x", 1)
    with pytest.raises(ParameterError, match="must be a Prior"):
        parameter.prior = prior
    assert parameter.prior is None


# -- change of unit ------------------------------------------------------------------------


def test_unit_converts_everything_together():
    parameter = full()
    other = Parameter("other", 1.0)
    Parameters([parameter, other]).covariance = [[0.25, 0.1], [0.1, 1.0]]
    parameter.errn, parameter.errp = 0.4, 0.6
    parameter.unit = "GeV"
    assert parameter.value == pytest.approx(2000)
    assert (parameter.min, parameter.max) == pytest.approx((1000, 10_000))
    assert parameter.error == pytest.approx(500)
    assert (parameter.errn, parameter.errp) == pytest.approx((400, 600))
    assert (parameter.prior.mu, parameter.prior.sigma) == pytest.approx((2000, 100))
    assert (parameter.scan_min, parameter.scan_max) == pytest.approx((500, 4000))
    np.testing.assert_allclose(parameter.scan_values, [1000, 2000, 3000])
    covariance = Parameters([parameter, other]).covariance.data
    np.testing.assert_allclose(covariance, [[0.25e6, 100], [100, 1]])


@pytest.mark.parametrize(
    "prior", [UniformPrior(min=1, max=3), LogUniformPrior(min=1, max=3), GaussianPrior(2, 0.1)]
)
def test_unit_takes_the_prior_along(prior):
    parameter = Parameter("x", "2 TeV", prior=prior)
    before = prior(2.5) - prior(1.5)
    parameter.unit = "MeV"
    assert parameter.prior(2.5e6) - parameter.prior(1.5e6) == pytest.approx(before)


def test_unit_there_and_back():
    parameter, before = full(), full()
    parameter.unit = "eV"
    parameter.unit = "TeV"
    for name in ("value", "min", "max", "error", "errn", "errp"):
        assert getattr(parameter, name) == pytest.approx(getattr(before, name), rel=1e-14)


def test_unit_keeps_missing_bounds_missing():
    parameter = Parameter("x", "1 TeV")
    parameter.unit = "GeV"
    assert np.isnan([parameter.min, parameter.max, parameter.errn]).all()
    assert parameter.scan_min is parameter.scan_values is None


@pytest.mark.parametrize("unit", ["cm", "", "TeV-1", "nonsense"])
def test_unit_of_another_dimension_is_refused(unit):
    parameter = full()
    with pytest.raises(UnitMismatchError):
        parameter.unit = unit
    assert parameter.quantity == 2 * u.TeV


def test_quantity_takes_over_the_unit():
    parameter = full()
    parameter.quantity = "3000 GeV"
    assert parameter.value == 3000
    assert parameter.unit == u.GeV
    assert parameter.max == pytest.approx(10_000)


@pytest.mark.parametrize("quantity", [3, "3", 3 * u.cm, "3 TeV2"], ids=str)
def test_quantity_of_another_dimension_is_refused(quantity):
    parameter = full()
    with pytest.raises(UnitMismatchError):
        parameter.quantity = quantity
    assert parameter.quantity == 2 * u.TeV


def test_internal_factor():
    assert Parameter("x", "1 GeV").internal_factor == pytest.approx(1e-3)
    assert Parameter("x", "1 cm-2 s-1 MeV-1").internal_factor == pytest.approx(1e6)


# -- structure counter ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda p: setattr(p, "value", 3.0), False),
        (lambda p: setattr(p, "error", 3.0), False),
        (lambda p: setattr(p, "frozen", True), True),
        (lambda p: setattr(p, "min", 0.0), True),
        (lambda p: setattr(p, "unit", "GeV"), True),
        (lambda p: setattr(p, "prior", None), True),
        (lambda p: setattr(p, "link", 2 * Parameter("y", "1 TeV")), True),
    ],
)
def test_revision_counts_changes_of_structure(change, counts):
    parameter = full()
    before = parameter._revision
    change(parameter)
    assert (parameter._revision > before) == counts


# -- sharing -------------------------------------------------------------------------------


def test_share():
    one, other = PowerLawSpectralModel(), PowerLawSpectralModel()
    other.index = one.index
    one.index.value = 2.7
    assert other.index is one.index
    assert other.index.value == 2.7
    assert len(other.parameters) == 3


def test_share_under_another_name_and_unit():
    one = PowerLawSpectralModel(amplitude="2e-9 cm-2 s-1 MeV-1")
    other = ConstantSpectralModel()
    other.const = one.amplitude
    assert other.const is one.amplitude
    assert other.parameters["const"] is one.amplitude
    assert other(1 * u.TeV).to_value("cm-2 s-1 TeV-1") == pytest.approx(2e-3)


def test_share_with_a_unit_that_does_not_convert():
    one, other = PowerLawSpectralModel(), PowerLawSpectralModel()
    own = other.index
    with pytest.raises(UnitMismatchError, match="cannot share"):
        other.index = one.amplitude
    assert other.index is own


@pytest.mark.parametrize("value", [2.0, "2 TeV", 2 * u.TeV, None], ids=str)
def test_assigning_a_number_names_the_way_out(value):
    model = PowerLawSpectralModel()
    with pytest.raises(ParameterError, match=r"index\.value.*\.quantity.*\.link"):
        model.index = value
    assert model.index.value == 2.0


def test_declaration_under_another_name():
    with pytest.raises((ParameterError, RuntimeError)) as info:

        class Wrong:
            slope = Parameter("index", 2.0)

    cause = info.value.__cause__ or info.value
    assert "use one name" in str(cause)


# -- links ---------------------------------------------------------------------------------


def test_link_is_live():
    a, b = Parameter("a", "2 TeV"), Parameter("b", "1 GeV")
    b.link = 0.5 * a
    assert b.value == pytest.approx(1000)
    assert b.unit == u.GeV
    a.value = 4
    assert b.quantity.to_value("TeV") == pytest.approx(2)
    a.unit = "MeV"
    assert b.value == pytest.approx(2000)


def test_link_to_a_parameter_itself():
    a, b = Parameter("a", 3.0), Parameter("b", 1.0)
    b.link = a
    assert b.value == 3
    assert list(b.ancestors()) == [b, a]


def test_link_with_a_unit_that_does_not_convert():
    a, b = Parameter("a", "2 TeV"), Parameter("b", "1 cm")
    with pytest.raises(UnitMismatchError, match="multiply by a quantity of unit"):
        b.link = 2 * a
    assert b.link is None
    b.link = a * (3 * u.cm / u.TeV)
    assert b.value == pytest.approx(6)


@pytest.mark.parametrize("value", [3, 3 * u.TeV, "3 TeV"], ids=str)
def test_link_to_a_constant(value):
    with pytest.raises(LinkError, match="names no parameter"):
        Parameter("b", "1 TeV").link = value


@pytest.mark.parametrize("value", [np.nan, "abc", np.ones(2), [1]], ids=repr)
def test_link_to_nonsense(value):
    with pytest.raises(LinkError, match="cannot stand in an expression"):
        Parameter("b", 1).link = value


def test_cycles():
    a, b, c = (Parameter(name, 1.0) for name in "abc")
    with pytest.raises(LinkError, match="depends on it"):
        a.link = 2 * a
    b.link = a + 1
    c.link = b * a
    with pytest.raises(LinkError, match="depends on it"):
        a.link = c - 1
    with pytest.raises(LinkError, match="depends on it"):
        a.link = b
    assert a.link is None
    b.link = None
    b.value = 3
    with pytest.raises(LinkError):  # still through c
        a.link = c
    c.link = None
    a.link = c


def test_linked_value_cannot_be_set():
    a, b = Parameter("a", "2 TeV"), Parameter("b", "1 TeV")
    b.link = 2 * a
    with pytest.raises(LinkError, match=r"unlink it with b\.link = None"):
        b.value = 3
    with pytest.raises(LinkError, match=r"unlink it with b\.link = None"):
        b.quantity = 3000 * u.GeV
    assert b.unit == u.TeV
    assert b.value == 4


def test_unlink_keeps_the_value():
    a, b = Parameter("a", 2.0), Parameter("b", 1.0)
    b.link = 2 * a
    b.link = None
    a.value = 7
    assert b.value == 4
    b.value = 5


def test_unlink_after_a_change_of_unit():
    a, b = Parameter("a", "2 TeV"), Parameter("b", "1 TeV")
    b.link = 2 * a
    b.unit = "GeV"
    assert b.value == pytest.approx(4000)
    b.link = None
    assert b.value == pytest.approx(4000)


def test_bind_of_a_parameter():
    a = Parameter("a", "2 TeV")
    value, slopes = a.bind()(lambda leaf: 5.0)
    assert value == 5.0
    assert slopes == {a: 1.0}


# -- copies and printing -------------------------------------------------------------------


@pytest.mark.parametrize(
    "clone", [Parameter.copy, copy.deepcopy, copy.copy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_copy(clone):
    parameter = full()
    twin = clone(parameter)
    assert twin is not parameter
    assert repr(twin) == repr(parameter)
    assert twin.prior == parameter.prior
    assert (twin.min, twin.max, twin.errn, twin.errp) == (1, 10, 0.4, 0.6)
    twin.value, twin.unit, twin.frozen = 3, "GeV", True
    assert parameter.quantity == 2 * u.TeV
    assert not parameter.frozen


def test_copy_keeps_a_link_to_the_same_parameters():
    a, b = Parameter("a", 2.0), Parameter("b", 1.0)
    b.link = 3 * a
    twin = b.copy()
    a.value = 5
    assert twin.value == b.value == 15
    twin.link = None
    assert b.link is not None


def test_relinked():
    a, b, other = Parameter("a", 2.0), Parameter("b", 1.0), Parameter("other", 10.0)
    b.link = (3 * a + 1) / a
    b.relinked({a: other})
    assert b.value == pytest.approx(3.1)


def test_setting_an_error_drops_correlations():
    a, b = Parameter("a", 1), Parameter("b", 1)
    covariance = Covariance(["a", "b"], [[1, 0.5], [0.5, 4]])
    a.set_covariance(covariance, 0)
    b.set_covariance(covariance, 1)
    assert (a.error, b.error) == (1, 2)
    a.error = 3
    np.testing.assert_array_equal(Parameters([a, b]).covariance.data, [[9, 0], [0, 4]])


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (Parameter("x", 2.0), "Parameter(x = 2)"),
        (Parameter("x", 2.0, frozen=True), "Parameter(x = 2 (frozen))"),
        (Parameter("x", "2 TeV", error=0.123), "Parameter(x = 2 +- 0.12 TeV)"),
        (Parameter("x", "2 cm-2 s-1"), "Parameter(x = 2 s-1 cm-2)"),
    ],
)
def test_repr(parameter, expected):
    assert repr(parameter) == expected


def test_repr_of_a_link():
    a, b = Parameter("a", 2.0), Parameter("b", 1.0)
    b.link = 0.5 * (a - 1)
    assert repr(b) == "Parameter(b = 0.5 (linked to 0.5 * (a - 1)))"


def test_a_link_without_a_parameter_is_refused():
    parameter = Parameter("a", 1.0)
    with pytest.raises(LinkError, match="names no parameter"):
        parameter.link = Operation("add", Constant(1.0), Constant(2.0))


def test_the_unit_hint_of_a_link_is_in_units_of_the_field():
    a, b = Parameter("a", "1 TeV"), Parameter("b", "1 cm-2 s-1 TeV-1")
    with pytest.raises(UnitMismatchError, match=r"quantity of unit 'TeV2 cm2 s'"):
        a.link = 2 * b


def test_scaling_is_passed_over():
    parameter = Parameter("x", 3e-12, scale_method="scale10", scale_transform="lin", interp="log")
    assert repr(parameter) == repr(Parameter("x", 3e-12))
    assert not hasattr(parameter, "scale_method")
