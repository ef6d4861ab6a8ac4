"""Problems of XML files, beside what test_validate.py has of all formats."""

import pytest

from gammapy.modeling.serialize.xml.problems import xml_problems
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source


@pytest.fixture
def problems(tmp_path):
    def look(text: str) -> list[tuple[int, str, str]]:
        (tmp_path / "x.xml").write_text(text)
        return [(p.line, p.severity, p.message) for p in xml_problems(tmp_path / "x.xml")]

    return look


def lines(*parts: str) -> str:
    return library("\n".join(source(*part, name=f"s{i}") for i, part in enumerate(parts)))


def test_none(problems):
    assert problems(lines([POWER_LAW, POINT], [POWER_LAW, POINT])) == []


def test_a_value_outside_of_its_bounds_is_one_problem(problems):
    law = POWER_LAW.replace('min="0" max="5"', 'min="0" max="2"')
    (found,) = problems(lines([law, POINT], [POWER_LAW, POINT]))
    assert found[:2] == (2, "error")
    assert "spectral.index = 2.48 is above its max = 2" in found[2]


def test_every_part_of_a_refused_source_is_looked_at(problems):
    bad = (
        element("spectrum", "NoSuch A 1"),
        element("spatialModel", "RadialDisk RA 1 DEC 99 Radius 1"),
    )
    found = problems(lines([POWER_LAW, POINT], bad))
    assert {(line, severity) for line, severity, _ in found} == {(3, "error")}
    assert sorted("NoSuch" in text or "DEC = 99 is not" in text for *_, text in found) == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<source_library>\n<source></source_library>", 2, "not well-formed XML"),
        ("<observation_list/>", 1, "a list of observations"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><source_library/>", 1, "declares the entity 'b'"),
    ],
)
def test_no_models(problems, text, line, message):
    ((found, severity, said),) = problems(text)
    assert (found, severity) == (line, "error")
    assert message in said


def test_oddities_are_warnings(problems):
    law = POWER_LAW.replace('scale="1e-16"', 'scale="1-16"').replace('error="0.1"', 'error="nan"')
    found = problems(lines([law, POINT]))
    assert [severity for _, severity, _ in found] == ["warning", "warning"]
    assert "has lost the letter of its exponent" in found[0][2]
    assert "error = nan: it is read as none" in found[1][2]
