import math

import astropy.units as u
import pytest
from lxml import etree

from gammapy.errors import FileFormatError
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import (
    AS_IT_IS,
    RULES,
    Factor,
    Rule,
    fill,
    read_factor,
    write_factor,
)
from gammapy.modeling.serialize.xml.source_place import SourcePlace

NONE = math.nan
MEV, PER_MEV = u.MeV, u.MeV**-1


def parse(attributes: str):
    return etree.fromstring(f'<parameter name="x" {attributes}/>')


def read(attributes: str, place=None) -> Factor:
    return read_factor(parse(attributes), place or SourcePlace("x.xml"))


def same(one, other) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('value="2" scale="10" min="1" max="3" free="1"', (20, 10, 30, 0, True)),
        ('value="2.5" scale="-1" min="0" max="5" error="0.1"', (-2.5, -5, 0, 0.1, False)),
        ('value="1" scale="-2.5" min="0.5" free="TRUE"', (-2.5, NONE, -1.25, 0, True)),
        ('value="-2.1" scale="-1" min="-5" max="-1"', (2.1, 1, 5, 0, False)),
        ('value="3"', (3, NONE, NONE, 0, False)),
        ("", (0, NONE, NONE, 0, False)),
        ('value="3" max="4"', (3, NONE, 4, 0, False)),
        ('value="3" min="-3.40282e+38" max="3.40282e+38"', (3, NONE, NONE, 0, False)),
        ('value="3" min="0" max="0"', (3, NONE, NONE, 0, False)),
        ('value="0" min="-0" max="1" error="-0"', (0, 0, 1, 0, False)),
        ('value="3" scale="2" error="-0.5"', (6, NONE, NONE, 1, False)),
        ('value=" +5.0 " scale="1e+3"', (5000, NONE, NONE, 0, False)),
    ],
)
def test_true_numbers(attributes, expected):
    assert same(read(attributes), expected)


@pytest.mark.parametrize(
    ("text", "free"),
    [("1", True), ("true", True), (" True", True), ("0", False), ("-1", False), ("yes", False)],
)
def test_free(text, free):
    assert read(f'free="{text}"').free is free


def test_a_lost_letter_is_read_and_told():
    place = SourcePlace("x.xml")
    place.source = "LS"
    assert read('value="9.5" scale="1-09"', place).value == pytest.approx(9.5e-9, rel=1e-15)
    assert place.warnings == [
        "x.xml:1: source 'LS': x: scale = '1-09' has lost the letter of its exponent: it is read "
        "as 1e-09"
    ]


@pytest.mark.parametrize("key", ["value", "scale", "min", "max", "error"])
def test_no_number(key):
    with pytest.raises(FileFormatError, match=rf"x\.xml:1: x: {key} = '1,5' is no number: write"):
        read(f'{key}="1,5"')


@pytest.mark.parametrize(
    ("rule", "attributes", "expected"),
    [
        (AS_IT_IS, 'value="2" min="1" max="4" error="0.5"', (2, 1, 4, 0.5)),
        (RULES["-"], 'value="2" min="1" max="4" error="0.5"', (-2, -4, -1, 0.5)),
        (RULES["1/"], 'value="2" min="1" max="4" error="0.5"', (0.5, 0.25, 1, 0.125)),
        (RULES["1/"], 'value="2" min="0" max="4"', (0.5, 0.25, NONE, 0)),
        (RULES["1/"], 'value="2" max="4"', (0.5, 0.25, NONE, 0)),
        (Rule(times=3.0), 'value="2" min="1" max="4" error="0.5"', (6, 3, 12, 1.5)),
    ],
)
def test_rules_both_ways(rule, attributes, expected):
    """Ours, and theirs again; one-sided bounds stay on their side."""
    unit = PER_MEV if rule.inverse else MEV
    parameter, element = Parameter("x", 1.0, unit=unit), parse(attributes)
    place = SourcePlace("x.xml")
    fill(parameter, read_factor(element, place), unit, rule, element, place)
    found = parameter.value, parameter.min, parameter.max, parameter.error
    assert same(found, expected)
    assert parameter.frozen
    new = etree.Element("parameter", name="x")
    write_factor(new, parameter, unit, rule, 1.0)
    before, after = dict(element.attrib), dict(new.attrib)
    if before.get("min") == "0":
        before.pop("min")  # the inverse of no bound
    assert {k: float(v) for k, v in after.items() if k not in ("name", "free")} == {
        k: float(v) for k, v in before.items() if k != "name"
    }


@pytest.mark.parametrize(
    ("rule", "attributes", "message"),
    [
        (AS_IT_IS, 'value="inf"', "x: x: value = inf must be"),
        (AS_IT_IS, 'value="1" min="3" max="2"', "x: x: min = 3 is above max = 2"),
        (RULES["1/"], 'value="0"', "x: .*division by zero"),
    ],
)
def test_numbers_that_a_parameter_cannot_have(rule, attributes, message):
    element, place = parse(attributes), SourcePlace("x.xml")
    with pytest.raises(FileFormatError, match=rf"x\.xml:1: {message}"):
        fill(Parameter("x", 1.0), read_factor(element, place), u.one, rule, element, place)


@pytest.mark.parametrize(
    ("change", "attributes"),
    [
        (lambda p: setattr(p, "value", -3.0), {"value": "3"}),
        (lambda p: setattr(p, "min", -6.0), {"max": "6"}),
        (lambda p: setattr(p, "max", -1.0), {"min": "1"}),
        (lambda p: setattr(p, "max", math.nan), {"min": None}),
        (lambda p: setattr(p, "error", 0.25), {"error": "0.25"}),
        (lambda p: setattr(p, "error", 0.0), {"error": None}),
        (lambda p: setattr(p, "frozen", False), {"free": "1"}),
    ],
)
def test_only_what_is_asked_for_is_set(change, attributes):
    text = 'value="+2.50" scale="-1" min="0.00" max="5." error="0.10" free="no" unit="none"'
    element, place = parse(text), SourcePlace("x.xml")
    parameter = Parameter("x", 1.0)
    fill(parameter, read_factor(element, place), u.one, AS_IT_IS, element, place)
    before = dict(element.attrib)
    change(parameter)
    keys = ["value", "min", "max", "error"]
    changed = [k for k in keys if k in attributes]
    if "free" not in attributes:  # the scale exchanges the bounds
        changed = [{"min": "max", "max": "min"}.get(k, k) for k in changed]
    write_factor(element, parameter, u.one, AS_IT_IS, -1.0, changed)
    expected = before | {k: v for k, v in attributes.items() if v is not None}
    for key in (k for k, v in attributes.items() if v is None):
        del expected[key]
    assert dict(element.attrib) == expected


def test_units_are_converted():
    element = etree.Element("parameter", name="x")
    parameter = Parameter("x", "0.3 TeV", min=0.1, error=0.02)
    write_factor(element, parameter, u.MeV, AS_IT_IS, 1e6)
    assert dict(element.attrib) == {
        **{"name": "x", "value": "0.3", "min": "0.1", "error": "0.02", "free": "1"},
    }


def test_nothing_but_numbers_is_written():
    element = etree.Element("parameter", name="x")
    write_factor(element, Parameter("x", 1.0, error=math.nan), u.one, AS_IT_IS, 1.0)
    assert dict(element.attrib) == {"name": "x", "value": "1", "free": "1"}
