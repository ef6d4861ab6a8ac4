import astropy.units as u
import pytest
from lxml import etree

from gammapy.errors import ModelError
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.modeling.serialize.xml.factor import AS_IT_IS
from gammapy.modeling.serialize.xml.form import UNITS, Form, Slot
from gammapy.modeling.serialize.xml.reading import PartReader, RefusedError
from gammapy.modeling.serialize.xml.source_place import SourcePlace

LAW = Form(
    PowerLawSpectralModel,
    "amplitude index",
    "N 1",
    gammalib="Law Prefactor -Index",
    fixed={"reference": 2.0},
    ignored=["Pivot"],
)
AMPLITUDE = Slot("amplitude", UNITS["N"], AS_IT_IS)


def reader(**kwargs) -> PartReader:
    options = {"dialect": "gammalib", "plain_units": False} | kwargs
    return PartReader(SourcePlace("x.xml"), **options)


def parse(text: str):
    return etree.fromstring(text)


def parameter(attributes: str, name: str = "Prefactor"):
    return parse(f'<parameter name="{name}" {attributes}/>')


def test_parameters_by_name():
    text = "<s><!-- x --><parameter name='a'/><other/><parameter name='b'/><parameter/></s>"
    assert list(reader().parameters(parse(text))) == ["a", "b", "Unknown"]
    with pytest.raises(RefusedError, match=r"x\.xml:3: parameter 'a' comes twice"):
        reader().parameters(parse("<s>\n<parameter name='a'/>\n<parameter name='a'/></s>"))


@pytest.mark.parametrize("linked", [True, False])
def test_links_only_if_they_are_wanted(linked):
    one, child = reader(linked=linked), parameter('value="2" scale="3"')
    model = PowerLawSpectralModel()
    one.fill(model, "spectral", "amplitude", child, AMPLITUDE)
    assert model.amplitude.quantity == 6 * UNITS["N"]
    if linked:
        (link,) = one.links
        assert (link.path, link.element, link.slot) == ("spectral.amplitude", child, AMPLITUDE)
    else:
        assert one.links is None


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ('value="5" min="1" max="2"', "Prefactor = 5 is above its max = 2"),
        ('value="5" scale="-1" max="5"', None),
        ('value="5" scale="-1" min="6"', "Prefactor = -5 is above its max = -6"),
        ('value="0" min="1"', "Prefactor = 0 is below its min = 1"),
        ('value="1" min="1" max="1"', None),
    ],
)
def test_a_value_outside_of_its_bounds_is_told(attributes, text):
    one = reader()
    one.fill(PowerLawSpectralModel(), "", "amplitude", parameter(attributes), AMPLITUDE)
    expected = [] if text is None else [f"x.xml:1: {text}: a fit would refuse it"]
    assert one.place.warnings == expected
    # where all problems are looked for, they are found in the model
    other = reader(linked=True)
    other.fill(PowerLawSpectralModel(), "", "amplitude", parameter(attributes), AMPLITUDE)
    assert other.place.warnings == []


@pytest.mark.parametrize("value", ["0", "-1", "-0"])
def test_an_energy_is_positive(value):
    child = parameter(f'value="{value}"', "Scale")
    slot = Slot("reference", u.MeV, AS_IT_IS)
    with pytest.raises(RefusedError, match=r"Scale = -?[01]: such an energy must be positive"):
        reader().fill(PowerLawSpectralModel(), "", "reference", child, slot)


@pytest.mark.parametrize(
    ("attributes", "plain_units", "unit"),
    [
        ('value="1" unit="TeV"', True, u.TeV),
        ('value="1" unit="1 / TeV"', True, u.TeV),
        ('value="1" unit="TeV"', False, u.MeV),
        ('value="1" unit="TeV" scale="1"', True, u.MeV),
        ('value="1"', True, u.MeV),
    ],
)
def test_units_that_stand_there(attributes, plain_units, unit):
    one = reader(plain_units=plain_units)
    assert one.unit(parameter(attributes), u.MeV) == unit
    model = PowerLawSpectralModel()
    one.fill(model, "", "reference", parameter(attributes), Slot("reference", u.MeV, AS_IT_IS))
    assert model.reference.quantity == 1 * unit


def test_a_unit_of_something_else():
    with pytest.raises(RefusedError, match="Prefactor: unit 'deg' does not fit"):
        reader(plain_units=True).unit(parameter('value="1" unit="deg"'), u.MeV)


@pytest.mark.parametrize(
    ("attributes", "value"),
    [('value="2" scale="3"', 6), ('value="1-06"', 1e-6), ('scale="3"', 0), ('value=" +2 "', 2)],
)
def test_numbers(attributes, value):
    assert reader().number(parameter(attributes)) == value


def test_by_form():
    one = reader()
    element = parse(
        "<spectrum type='Law'><parameter name='Index' value='-2.5'/>"
        "<parameter name='Prefactor' value='3'/><parameter name='Pivot' value='3'/></spectrum>"
    )
    model = one.by_form(LAW, one.parameters(element), "spectral", element)
    assert (model.index.value, model.amplitude.value) == (2.5, 3)
    assert (model.reference.value, model.reference.frozen) == (2.0, True)
    assert one.place.warnings == ["x.xml:1: Pivot has no meaning in a Law: ignored"]


@pytest.mark.parametrize("attributes", ["", 'file=""', 'file="  "'])
def test_no_file(attributes):
    with pytest.raises(RefusedError, match=r"x\.xml:1: a Map needs the name of a file"):
        reader().file(parse(f"<s type='Map' {attributes}/>"))
    assert reader().file(parse("<s type='Map' file=' a.fits '/>")) == "a.fits"


def test_errors_of_models_are_reasons():
    def build():
        raise ModelError("is wrong")

    with pytest.raises(RefusedError, match=r"x\.xml:1: is wrong"):
        reader().built(parse("<s/>"), build)
