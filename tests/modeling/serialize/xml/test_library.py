import copy
import pickle
import warnings

import pytest
from lxml import etree

from gammapy.errors import FileFormatError, GammapyWarning, OptionError
from gammapy.modeling.models import Models
from gammapy.modeling.serialize.xml.library import (
    found_dialect,
    has_plain_units,
    models_from_xml,
)
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source

UNKNOWN = source(element("spectrum", "NoSuchSpectrum A 1"), POINT, name="odd")


def test_names_are_kept_verbatim():
    names = ["a b", " a", "Crab(disk)", "MAGIC Crab (Albert et al. 2008, ApJ, 674, 1037)", "é*+"]
    models = models_from_xml(library(*(source(name=name) for name in names)))
    assert models.names == names


def test_bytes_and_text(tmp_path):
    text = library(source(name="é"))
    latin = f"<?xml version='1.0' encoding='iso-8859-1'?>{text}".encode("iso-8859-1")
    for data in (text, text.encode(), latin):
        assert models_from_xml(data).names == ["é"]
    (tmp_path / "x.xml").write_bytes(latin)
    assert Models.read(tmp_path / "x.xml").names == ["é"]


def test_a_source_that_is_no_model_does_not_stop_the_file():
    text = library(source(name="a"), UNKNOWN, source(name="b"))
    with pytest.warns(GammapyWarning, match="XML text:2: source 'odd': spectrum of the type"):
        models = models_from_xml(text)
    assert models.names == ["a", "b"]
    assert [name for name, _ in models.origin.refused] == ["a"]
    assert etree.canonicalize(models_to_xml(models)) == etree.canonicalize(text)


@pytest.mark.parametrize(
    ("remove", "expected"), [("a", ["odd", "b"]), ("b", ["a", "odd"]), (None, ["a", "odd", "b"])]
)
def test_what_is_kept_aside_stays_in_its_place(remove, expected):
    text = library(source(name="a"), UNKNOWN, source(name="b"))
    with pytest.warns(GammapyWarning):
        models = models_from_xml(text)
    if remove:
        del models[remove]
    root = etree.fromstring(models_to_xml(models).encode())
    assert sorted(s.get("name") for s in root.iter("source")) == sorted(expected)
    if remove != "a":
        assert [s.get("name") for s in root.iter("source")] == expected


def test_many_oddities_are_told_in_short():
    sources = [UNKNOWN.replace('"odd"', f'"odd{i}"') for i in range(30)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        models = models_from_xml(library(*sources))
    assert len(models) == 0
    assert len(caught) == 11
    assert str(caught[-1].message) == "... and 20 more of these"


def test_two_sources_of_one_name():
    text = library(source(name="a"), "\n", source(name="a"))
    with pytest.raises(FileFormatError, match=r"XML text:3: a second source is named 'a': rename"):
        models_from_xml(text)


def test_unknown_dialect():
    with pytest.raises(OptionError, match="dialect = 'agile' is not known: use one of gammalib"):
        models_from_xml(library(), "agile")


def test_an_empty_library():
    models = models_from_xml("<source_library/>")
    assert len(models) == 0
    assert etree.canonicalize(models_to_xml(models)) == "<source_library></source_library>"
    text = '<source_library title="source library">\n</source_library>'
    assert etree.canonicalize(models_to_xml(Models())) == text


SKY_DIR = POINT.replace("PointSource", "SkyDirFunction")
FERMI_LAW = POWER_LAW.replace("PivotEnergy", "Scale")


@pytest.mark.parametrize(
    ("sources", "dialect"),
    [
        ([source()], "gammalib"),
        ([source(FERMI_LAW, SKY_DIR)], "fermi"),
        ([source(FERMI_LAW, SKY_DIR), source(POWER_LAW, SKY_DIR)], "gammalib"),
        ([source(FERMI_LAW, SKY_DIR, kind="ExtendedSource")], "gammalib"),
        ([source(FERMI_LAW, SKY_DIR, more=' instrument="CTA"')], "gammalib"),
        ([source(FERMI_LAW, SKY_DIR, '<temporal type="Constant"/>')], "gammalib"),
        ([source(FERMI_LAW, kind="CTAIrfBackground")], "gammalib"),
        ([source(FERMI_LAW, element("spatialModel", "ConstantValue Value 1"))], "fermi"),
        ([source(FERMI_LAW, element("spatialModel", "DiffuseIsotropic Value 1"))], "gammalib"),
        ([], "fermi"),
    ],
)
def test_dialect_from_the_content(sources, dialect):
    assert found_dialect(
        etree.fromstring(f"<source_library>{''.join(sources)}</source_library>")
    ) == (dialect)


def test_a_dialect_can_be_forced():
    text = library(source(FERMI_LAW, element("spatialModel", "ConstantValue Value 1")))
    values = [models_from_xml(text, d)[0].spatial_model.value.value for d in ("fermi", "gammalib")]
    assert values[1] == pytest.approx(values[0] / 12.566370614359172, rel=1e-15)


def test_what_stands_around_is_kept():
    text = (
        "<?xml version='1.0'?>\n<!DOCTYPE source_library SYSTEM \"x.dtd\">\n<!-- first -->\n"
        "<?xml-app odd?>\n<source_library title='&lt;a&gt;' logLikelihood='-1.5'>\n"
        "  <!-- on a -->\n  "
        + source(name="a", more=" ts='12.5' instrument='CTA,HESS' id='1' foo='x'")
        + " <other/>\n <!-- last --> </source_library>\n<!-- behind -->"
    )
    models = models_from_xml(text)
    back = models_to_xml(models)
    assert etree.canonicalize(back, with_comments=True) == etree.canonicalize(
        text, with_comments=True
    )
    assert '<!DOCTYPE source_library SYSTEM "x.dtd">' in back
    # of the models alone, too
    origin = models[0].origin
    assert b"on a" in origin.before
    assert pickle.loads(pickle.dumps(models.origin)) == models.origin
    assert copy.deepcopy(models)[0].origin == origin


LISTED = (
    '<source name="{}" type="PointSource"><spectrum type="{}">'
    '<parameter name="Prefactor" value="2e-12" unit="1 / (cm2 s TeV)"/>'
    '<parameter name="Index" value="{}" unit=""/>{}'
    '<parameter name="Scale" value="3.0" unit="TeV"/></spectrum>'
    '<spatialModel type="{}"><parameter name="GLON" value="119" unit="deg"/>'
    '<parameter name="GLAT" value="10" unit="deg"/>{}</spatialModel></source>'
)


def listed(name="a", spectrum="PowerLaw", index=-2.2, more="", shape="Point", sizes=()):
    sizes = "".join(f'<parameter name="{k}" value="{v}" unit="deg"/>' for k, v in sizes)
    return LISTED.format(name, spectrum, index, more, shape, sizes)


CUTOFF = '<parameter name="Cutoff" value="7.7" unit="1 / TeV"/>'


def test_lists_with_units():
    """Each value in its unit; the index of a cutoff is positive, and its energy in TeV."""
    text = library(listed("a"), listed("b", "ExpCutoff", 1.5, CUTOFF))
    assert has_plain_units(etree.fromstring(text))
    law, cutoff = (m.spectral_model for m in models_from_xml(text))
    assert str(law.reference.quantity) == "3.0 TeV"
    assert law.index.value == 2.2
    assert law.amplitude.quantity.to_value("cm-2 s-1 TeV-1") == pytest.approx(2e-12, rel=1e-15)
    assert cutoff.index.value == 1.5
    assert (1 / cutoff.lambda_.quantity).to_value("TeV") == pytest.approx(7.7, rel=1e-15)


def test_shells_and_nan_of_such_lists():
    text = library(
        listed("a", shape="Shell", sizes=[("Radius", 0.19), ("Width", 0)]),
        listed("b", shape="Shell", sizes=[("Radius", 0.19), ("Width", 0.1)]),
        listed("c", shape="Gauss", sizes=[("Sigma", "nan")]),
        listed("d", shape="Gauss", sizes=[("Sigma", 0.3)]),
    )
    with pytest.warns(GammapyWarning, match="'c': the size of the Gauss is nan: it is read as a p"):
        models = models_from_xml(text)
    a, b, c, d = (m.spatial_model for m in models)
    # the radius is the outer one, and 1DC has later divided it so
    assert [a.radius.value, a.width.value] == pytest.approx([0.152, 0.038], rel=1e-12)
    assert [b.radius.value, b.width.value] == [0.19, 0.1]
    assert type(c).__name__ == "PointSpatialModel"
    assert d.sigma.value == 0.3
    assert "nan" in models_to_xml(models)  # as it stood
    models["c"].spectral_model.index.value = 3
    assert models_to_xml(models).count("nan") == 1


def test_a_part_written_anew_in_such_a_list_is_read_again():
    models = models_from_xml(library(listed("a"), listed("b", "ExpCutoff", 1.5, CUTOFF)))
    new = models_from_xml(library(source(name="new")))
    models["a"].spectral_model = new[0].spectral_model
    both = Models([new[0], *models])
    both.origin = models.origin
    back = models_from_xml(models_to_xml(both))
    assert back.names == ["new", "a", "b"]
    for model, other in zip(both, back, strict=True):
        for path, parameter in model.own_parameters.items():
            found = other.own_parameters[path].quantity.to_value(parameter.unit)
            assert found == pytest.approx(parameter.value, rel=1e-14), (model.name, path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1 / (cm2 s TeV)", "TeV", "Prefactor: unit 'TeV' does not fit"),
        ("1 / (cm2 s TeV)", "furlong", "'furlong' is not a unit"),
        ('value="-2.2"', 'value="nan"', "Index is nan"),
    ],
)
def test_bad_units_refuse_the_source_alone(old, new, message):
    text = library(listed("a").replace(old, new), listed("b"))
    with pytest.warns(GammapyWarning, match="XML text:2: source 'a': .*" + message):
        models = models_from_xml(text)
    assert models.names == ["b"]


@pytest.mark.parametrize(
    "text",
    [
        library(
            source(name="a").replace("</source>", "<!-- <source> --></source>"), source(name="b")
        ),
        library(source(name="a", more=" note='é'"), "<!-- </source> -->", source(name="b")),
        library(source(name="a").replace("</source>", "<![CDATA[<source></source>]]></source>")),
        library('<source name="x"/>', source(name="a"), '<source name="y"/>'),
        library(source(name="a").replace("</source>", "</source  >"), source(name="&#233;&lt;")),
        library(
            "<other><source_library>" + source(name="n") + "</source_library></other>", source()
        ),
        library(source(name="a").replace("</source>", "<?app </source> ?></source>")),
        library('<source name="x"/>', source(name="a"), f"<other>{source(name='n')}</other>"),
        library(source(more=' x:foo="1"'), attributes=' xmlns:x="urn:x" x:bar="&lt;2&gt;"'),
        library("<x:source/>", source(), attributes=' xml:lang="en" xmlns:x="urn:x"'),
        library("<sources/>", source(name="a"), "<sourcelike></sourcelike>", source(name="b")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_each_source_brings_its_own_text(text, encoding):
    data = f"<?xml version='1.0' encoding='{encoding}'?>{text}".encode(encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        models = models_from_xml(data)
    for model in models:
        assert etree.fromstring(model.origin.element).get("name") == model.name
    back = models_to_xml(models)
    assert etree.canonicalize(back, with_comments=True) == etree.canonicalize(
        text, with_comments=True
    )


def test_text_that_only_looks_like_ascii():
    data = f"<?xml version='1.0' encoding='iso-2022-jp'?>{library(source(name='日本'))}"
    models = models_from_xml(data.encode("iso-2022-jp"))
    assert models.names == ["日本"]
    assert models_from_xml(models_to_xml(models)).names == ["日本"]


def test_prefixes_of_namespaces_are_kept():
    schema = "http://www.w3.org/2001/XMLSchema-instance"
    text = library(attributes=f' xmlns:xsi="{schema}" xsi:noNamespaceSchemaLocation="x.xsd"')
    back = models_to_xml(models_from_xml(text))
    assert etree.canonicalize(back) == etree.canonicalize(text)
    assert etree.fromstring(back.encode()).get(f"{{{schema}}}noNamespaceSchemaLocation") == "x.xsd"


def test_a_number_that_is_read_twice_is_told_once():
    text = library(source(POWER_LAW, element("spatialModel", "RadialDisk RA 1 DEC 2 Radius 1-01")))
    with pytest.warns(GammapyWarning, match="lost the letter") as caught:
        models_from_xml(text)
    assert len(caught) == 1


def test_line_ends_and_tabs():
    text = library(source(name="a"), source(name="b")).replace("><", ">\r\n\t<")
    models = models_from_xml(text.encode())
    assert etree.canonicalize(models_to_xml(models)) == etree.canonicalize(text)


def test_files_that_are_joined_keep_what_each_has_kept_aside(tmp_path):
    for name, law in (("a", FERMI_LAW), ("b", FERMI_LAW), ("c", POWER_LAW)):
        odd = UNKNOWN.replace('"odd"', f'"odd-{name}"').replace("PointSource", "SkyDirFunction")
        text = library(source(law, SKY_DIR, name=name), odd)
        (tmp_path / f"{name}.xml").write_text(text)
    files = [tmp_path / f"{name}.xml" for name in "abc"]
    with pytest.warns(GammapyWarning, match="kept aside"):
        models = Models.read(files[:2])
    root = etree.fromstring(models_to_xml(models).encode())
    assert [s.get("name") for s in root] == ["a", "odd-a", "b", "odd-b"]
    with pytest.warns(GammapyWarning, match="kept aside") as caught:
        models = Models.read(files)
    assert any("1 sources that were kept aside are not of" in str(w.message) for w in caught)
    assert models.names == ["a", "b", "c"]
    root = etree.fromstring(models_to_xml(models).encode())
    assert [s.get("name") for s in root] == ["a", "odd-a", "b", "odd-b", "c"]
