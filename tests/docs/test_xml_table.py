"""The tables on XML say what the reader does, and what the writer writes."""

import re
import sys
from pathlib import Path

import pytest
from lxml import etree

from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from gammapy.modeling.serialize.xml.course_reading import PHASE
from gammapy.modeling.serialize.xml.shapes import ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.source import read_source
from gammapy.modeling.serialize.xml.source_place import SourcePlace
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES
from gammapy.modeling.serialize.xml.spectrum_reading import EBL_NUMBERS
from gammapy.modeling.serialize.xml.writing import models_to_xml

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def page():
    sys.path.insert(0, str(DOCS))
    try:
        import xml_table

        yield xml_table
    finally:
        sys.path.remove(str(DOCS))


TABLES = {"fluxes": FLUXES, "factors": FACTORS, "shapes": SHAPES}
TABLES |= {f"isotropic-{name}": table for name, table in ISOTROPIC.items()}


def plain(name):
    return name.removeprefix("1/").removeprefix("-")


@pytest.mark.parametrize("name", TABLES)
def test_each_row_is_read_as_the_class_that_it_names(page, name):
    table = TABLES[name]
    for row in page.rows(table):
        for kind in row.types:
            names = [plain(alternatives[0]) for alternatives in row.names]
            form = table.find(kind, names)
            assert form is not None, row
            assert form.cls is row.cls
            assert [form.slots[n].name for n in names] == row.ours
            for column in (c for alternatives in row.names for c in alternatives):
                slot = form.slots[plain(column)]
                assert column.startswith("1/") == bool(slot.rule.inverse)
                assert column.startswith("-") == (slot.rule.sign < 0)


@pytest.mark.parametrize("name", TABLES)
def test_every_type_and_name_that_is_read_is_told(page, name):
    table = TABLES[name]
    told = {}
    for row in page.rows(table):
        kinds, names = told.setdefault(row.cls, (set(), set()))
        kinds.update(row.types)
        names.update(plain(c) for alternatives in row.names for c in alternatives)
    for form in table.forms:
        assert form.types <= told[form.cls][0]
        assert set(form.slots) <= told[form.cls][1]


@pytest.mark.parametrize("dialect", ["gammalib", "fermi"])
def test_what_is_said_to_be_written_is_written(page, dialect):
    for row in page.rows(FLUXES):
        if page.DIALECTS[dialect] not in row.written:
            continue
        element = etree.Element("source", name="a", type="PointSource")
        spectrum = etree.SubElement(element, "spectrum", type=row.types[0])
        for i, (name,) in enumerate(row.names):
            # energies differ and ascend; what is read as an exponent is negative
            value = "-2" if name.startswith("-") else str(i + 1)
            etree.SubElement(spectrum, "parameter", name=plain(name), value=value)
        shape = etree.SubElement(element, "spatialModel", type="SkyDirFunction")
        for name in ("RA", "DEC"):
            etree.SubElement(shape, "parameter", name=name, value="3")
        model = read_source(element, SourcePlace("", None), dialect, False).model
        assert type(model.spectral_model) is row.cls
        written = etree.fromstring(models_to_xml(Models([model]), dialect).encode())
        found = written.find("source/spectrum")
        dialects = page.DIALECTS
        others = [
            r for r in page.rows(FLUXES) if r.cls is row.cls and dialects[dialect] in r.written
        ]
        possible = [(r.types[0], {plain(n) for (n,) in r.names}) for r in others]
        assert (found.get("type"), {p.get("name") for p in found}) in possible


def test_tables_are_of_this_page(page):
    text = (DOCS / "model-files.rst").read_text()
    asked = re.findall(r"^\.\. generated: xml (.+)$", text, re.MULTILINE)
    assert asked == ["spectra", "special spectra", "shapes", "special shapes", "courses"]
    for made in (page.spectra(), page.shapes(), page.special_spectra(), page.special_shapes()):
        assert made.startswith(".. csv-table::")
        assert all(line.count('"') % 2 == 0 for line in made.splitlines())


def test_phase_curves_are_told(page):
    has, is_here, _ = page.COURSES["PhaseCurve"]
    for name, slot in PHASE.items():
        assert f"``{name}``" in has
        assert f"``{slot.name}``" in is_here
    assert page.courses().count("LightCurveTemplateTemporalModel") == 1


def test_tables_of_the_extragalactic_light_are_told(page):
    text = page.SPECIAL_SPECTRA["EblAtten"][1].lower()
    told = re.findall(r"(\d+) \((\w+) \d{4}\)", text)
    assert dict(told) == {str(number): name for number, name in EBL_NUMBERS.items()}


def test_a_type_that_is_not_told_is_an_error(page, monkeypatch):
    monkeypatch.setitem(page.SPECTRA, "Unheard", None)
    with pytest.raises(ValueError, match=r"do not tell of the same: .*'Unheard'"):
        page.special_spectra()


def test_a_type_too_many_is_an_error(page, monkeypatch):
    monkeypatch.setitem(page.SPECIAL_SHAPES, "Unheard", ("", "", ""))
    with pytest.raises(ValueError, match="Unheard"):
        page.special_shapes()


@pytest.mark.parametrize("name", ["SPECIAL_SPECTRA", "SPECIAL_SHAPES", "COURSES"])
def test_classes_that_are_named_exist(page, name):
    import gammapy.modeling.models as models

    for _, text, _ in getattr(page, name).values():
        for cls in re.findall(r"(?<!`)`(\w+)`(?!`)", text):
            assert hasattr(models, cls)


def test_names_of_the_page_work_in_a_file(page):
    """What the table has for a power law, by hand."""
    row = next(r for r in page.rows(FLUXES) if r.cls is PowerLawSpectralModel)
    assert row.written == "Gammalib"
    assert row.names == [["Prefactor"], ["-Index"], ["PivotEnergy"]]
    source = SkyModel.create("pl", "point", name="a")
    text = models_to_xml(Models([source]), "gammalib")
    assert 'name="Index" value="2" scale="-1"' in text
