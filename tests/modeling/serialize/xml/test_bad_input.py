"""Bad files, from the outside: an error or a warning with file and line, and nothing half-done.

What each reader refuses is tested beside it; here a file is read as a user reads it.
"""

import copy
import random
import re
import subprocess
import sys
import warnings
from contextlib import suppress

import astropy.units as u
import numpy as np
import pytest
from lxml import etree

from gammapy.errors import FileFormatError, GammapyError, GammapyWarning, MissingFileError
from gammapy.modeling.models import Models, SkyModel
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.contracts.test_xml_vectors import SHAPES, SPECTRA
from tests.modeling.serialize.test_tree import PROGRAM
from tests.modeling.serialize.xml.test_course_reading import PHASE
from tests.modeling.serialize.xml.test_library import CUTOFF, listed
from tests.modeling.serialize.xml.test_source import BACKGROUND_CASES
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source

GOOD = library()
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))

NO_FILES = {
    "nothing": (b"", r"x\.xml:1: not well-formed XML"),
    "blanks": (b" \n ", r"x\.xml:2: not well-formed XML"),
    "prose": (b"<hello", r"x\.xml:1: not well-formed XML"),
    "truncated": (GOOD[:-30].encode(), r"x\.xml:2: not well-formed XML"),
    "two roots": ((GOOD + GOOD).encode(), r"x\.xml:2: not well-formed XML"),
    "html": (b"<!DOCTYPE html>\n<html></html>", r"x\.xml:2: <html> is no library of sources"),
    "observations": (b"<observation_list/>", r"x\.xml:1: .* a list of observations"),
    "entity bomb": (
        f'<!DOCTYPE x [<!ENTITY l0 "x">{LAUGHS}]>\n<source_library>&l11;</source_library>'.encode(),
        r"x\.xml:\d: .*([Ee]ntity|amplification)",
    ),
    "entity": (b"<!DOCTYPE x [<!ENTITY a 'b'>]><source_library/>", r"x\.xml:1: .* entity 'a'"),
    "passwords": (
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>\n"
        b"<source_library>&a;</source_library>",
        r"x\.xml:1: the file declares the entity 'a'",
    ),
    "default of an attribute": (
        f"<!DOCTYPE x [<!ATTLIST a t CDATA '{'x' * 1_000_000}'>]><source_library>".encode()
        + b"<a/>" * 2000
        + b"</source_library>",
        r"x\.xml:1: .*amplification",
    ),
    "latin as UTF-8": ("<source_library title='é'/>".encode("latin-1"), r"x\.xml:1: not well"),
    "an encoding of nobody": (b"<?xml version='1.0' encoding='foo'?><a/>", r"x\.xml:1: .*foo"),
    "half of UTF-16": (GOOD.encode("utf-16")[:-7], r"x\.xml:\d: not well-formed"),
    "two of a name": (
        library(source(name="a"), "\n", source(name="a")).encode(),
        r"x\.xml:3: a second source is named 'a': rename one",
    ),
    "another namespace": (
        GOOD.replace("<source_library", "<source_library xmlns='urn:x'", 1).encode(),
        r"x\.xml:1: <{urn:x}source_library> is no library of sources",
    ),
}


@pytest.mark.parametrize("case", NO_FILES)
def test_no_file_of_models(tmp_path, case):
    data, message = NO_FILES[case]
    (tmp_path / "x.xml").write_bytes(data)
    with pytest.raises(FileFormatError, match=message) as caught:
        Models.read(tmp_path / "x.xml", format="xml")
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    assert "root:" not in text


def test_not_there(tmp_path):
    with pytest.raises(MissingFileError, match=r"no\.xml does not exist"):
        Models.read(tmp_path / "no.xml")
    with pytest.raises(FileFormatError, match="is a folder"):
        Models.read(tmp_path, format="xml")


@pytest.mark.parametrize("system", ["http://127.0.0.1:9/x.dtd", "file:///etc/passwd", "$(X)/x.dtd"])
def test_a_definition_of_the_document_is_not_looked_for(system, monkeypatch):
    def connect(*args):
        raise AssertionError("a connection")

    monkeypatch.setattr("socket.socket.connect", connect)
    text = f"<!DOCTYPE source_library SYSTEM '{system}'>\n{GOOD}"
    assert models_from_xml(text).names == ["a"]


@pytest.mark.parametrize(
    "piece", [b"<a>", b"<source name='a'>", b"<spectrum type='Composite'>", b"<a x='"]
)
@pytest.mark.slow
def test_nested_tags_of_100_mb(tmp_path, piece):
    path = tmp_path / "x.xml"
    path.write_bytes(b"<source_library>" + piece * (100 * 2**20 // len(piece)))
    command = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    seconds, size, message = done.stdout.splitlines()
    assert float(seconds) < 5
    assert float(size) < 4e5  # kB
    assert re.search(r"x\.xml has 100 MB: a file of models has at most 64 MB", message)


def test_nested_spectra(tmp_path):
    """Below the size that is refused: the parser counts levels."""
    inside = "<spectrum type='Composite'>" * 5000 + "</spectrum>" * 5000
    (tmp_path / "x.xml").write_text(library(source(inside, POINT)))
    with pytest.raises(FileFormatError, match=r"x\.xml:2: .*depth"):
        Models.read(tmp_path / "x.xml")


LAW = '<spectrum type="PowerLaw"><parameter name="Prefactor" {} free="1"/>' + (
    '<parameter name="Index" value="2" scale="-1"/>'
    '<parameter name="Scale" value="1" scale="1e6"/></spectrum>'
)
#: attributes of a parameter, what is told, and the value if it is read all the same
NUMBERS = [
    ('value="nan"', "Prefactor is nan", None),
    ('value="one"', "value = 'one' is no number: write one like 1e-06", None),
    ('value="1,5"', "value = '1,5' is no number", None),
    ('value=""', "value = '' is no number", None),
    ('value="0x10"', "value = '0x10' is no number", None),
    ('value="1e400"', "Prefactor: .*must be a finite number", None),
    ('value="1" scale="inf"', "Prefactor: .*must be a finite number", None),
    ('value="1" scale="nan"', "Prefactor is nan", None),
    ('value="1" scale=""', "scale = '' is no number", None),
    ('value="1" min="2" max="1"', "min = 2 is above max = 1", None),
    ('value="1" min="low"', "min = 'low' is no number", None),
    ('value="5" scale="1-06"', "'1-06' has lost the letter of its exponent", 5e-6),
    ('value="5" scale="0"', "Prefactor: scale = 0: its true value and bounds are zero", 0.0),
    ('value="5" error="nan"', "Prefactor: error = nan: it is read as none", 5.0),
    ('value="5" min="1" max="2"', "Prefactor = 5 is above its max = 2", 5.0),
    ('value="5" scale="-1" min="6"', "Prefactor = -5 is above its max = -6", -5.0),
]


@pytest.mark.parametrize(("attributes", "message", "value"), NUMBERS)
def test_numbers(tmp_path, attributes, message, value):
    text = library(source(LAW.format(attributes), POINT, name="odd"), "\n", source(name="b"))
    (tmp_path / "x.xml").write_text(text)
    with pytest.warns(GammapyWarning, match=rf"x\.xml:2: source 'odd': .*{message}") as caught:
        models = Models.read(tmp_path / "x.xml")
    assert len(caught) == 1
    assert models.names == (["b"] if value is None else ["odd", "b"])
    # as it stood, also what could not be read
    assert etree.canonicalize(models_to_xml(models)) == etree.canonicalize(text)
    if value is not None:
        amplitude = models["odd"].spectral_model.amplitude
        found = amplitude.quantity.to_value("cm-2 s-1 MeV-1")
        assert found == pytest.approx(value, rel=1e-15)
        amplitude.quantity = 1.5 * u.Unit("cm-2 s-1 MeV-1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GammapyWarning)
            back = models_from_xml(models_to_xml(models))["odd"].spectral_model.amplitude
        assert back.quantity.to_value("cm-2 s-1 MeV-1") == 1.5


#: parts of a source, and why it is kept aside
SOURCES = [
    ([element("spectrum", "NoSuch A 1"), POINT], "spectrum of the type 'NoSuch'"),
    ([POWER_LAW, element("spatialModel", "NoSuch RA 1 DEC 2")], "shape 'NoSuch'"),
    ([POWER_LAW, POWER_LAW, POINT], "a second <spectrum>: a source has one"),
    ([POWER_LAW, POINT, POINT], "a second <spatialModel>: a source has one"),
    ([POWER_LAW, POINT, "<temporal type='Constant'/><temporal type='Constant'/>"], "a second <tem"),
    ([POWER_LAW, element("spatialModel", "PointSource RA 1 DEC 95")], "DEC = 95 is not within"),
    (
        [
            POWER_LAW,
            element("spatialModel", "EllipticalDisk RA 1 DEC 95 PA 0 MinorRadius 1 MajorRadius 2"),
        ],
        "DEC = 95 is not within -90 and 90 deg",
    ),
    (
        [
            POWER_LAW,
            element("spatialModel", "EllipticalDisk RA 1 DEC 5 PA 0 MinorRadius 1 MajorRadius inf"),
        ],
        "must be positive, and not so unlike",
    ),
    ([POWER_LAW, element("spatialModel", "RadialDisk RA 1 DEC 5 Radius -1")], "Radius = -1 is neg"),
    (
        [POWER_LAW, element("spatialModel", "Shell RA 1 DEC 5 Radius 0 Width 0")],
        "Radius = 0 is not positive",
    ),
    (
        [POWER_LAW, element("spatialModel", "Shell RA 1 DEC 5 Radius 1 Width -1")],
        "Width = -1 is negative",
    ),
    (
        [
            POWER_LAW,
            '<spatialModel type="Composite">'
            + element("spatialModel", "PointSource RA 1 DEC 2", scale="x")
            + "</spatialModel>",
        ],
        "scale of a part: 'x' is no number",
    ),
    (
        [
            POWER_LAW,
            '<spatialModel type="Composite">'
            + element("spatialModel", "PointSource RA 1 DEC 2", scale_min="3", scale_max="2")
            + "</spatialModel>",
        ],
        "scale of a part: .*min = 3 is above max = 2",
    ),
    (
        [element("spectrum", "PowerLaw Prefactor 1 Index -2 Scale 0"), POINT],
        "Scale = 0: such an energy must be positive",
    ),
    (
        [element("spectrum", "PowerLaw2 Integral 1 Index -2 LowerLimit 0 UpperLimit 1"), POINT],
        "LowerLimit = 0: such an energy must be positive",
    ),
    *[
        (
            [
                element(
                    "spectrum",
                    "EblAtten::PowerLaw2 Integral 1 Index -2 LowerLimit 1 UpperLimit 2 tau_norm 1 "
                    f"redshift 0.1 ebl_model {number}",
                ),
                POINT,
            ],
            f"ebl_model {number}: there is no table of it here",
        )
        for number in ("nan", "inf", "4.5")
    ],
    *[
        (
            [element("spectrum", "FileFunction Normalization 1", file=file), POINT],
            "file .* is not there",
        )
        for file in ("x" * 5000, "~nobody-of-this-name/x", "no/such/file", "/", "$(NO_VARIABLE)/x")
    ],
]


@pytest.mark.parametrize(("parts", "message"), SOURCES)
def test_sources(tmp_path, parts, message):
    text = library(source(*parts, name="odd"), source(name="b"))
    (tmp_path / "x.xml").write_text(text)
    with pytest.warns(GammapyWarning, match=rf"x\.xml:2: source 'odd': .*{message}") as caught:
        models = Models.read(tmp_path / "x.xml")
    assert len(caught) == 1
    assert "kept aside" in str(caught[0].message)
    assert models.names == ["b"]
    models.write(tmp_path / "y.xml")
    assert etree.canonicalize((tmp_path / "y.xml").read_text()) == etree.canonicalize(text)


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text("old")
    models = models_from_xml(GOOD)
    models[0].name = "a\x07"
    with pytest.raises(GammapyError, match="characters that XML cannot hold"):
        models.write(path, overwrite=True)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.xml"]


# -- any damage ---------------------------------------------------------------------------

PIECES = [
    *[source(element("spectrum", words), POINT) for row in SPECTRA.values() for words in row],
    *[source(POWER_LAW, element("spatialModel", f"{words} GLON 1 GLAT 2")) for words in SHAPES],
    *[source(*parts, kind=kind) for kind, parts in BACKGROUND_CASES],
    source(POWER_LAW, POINT, element("temporal", PHASE, file="x.fits")),
    source(
        POWER_LAW,
        element("spatialModel", "EllipticalDisk RA 1 DEC 2 PA 3 MinorRadius 1 MajorRadius 2"),
    ),
    source(
        POWER_LAW,
        '<spatialModel type="Composite">'
        + element("spatialModel", "PointSource RA 1 DEC 2", scale="2", free_scale="1")
        + element("spatialModel", "RadialDisk RA 1 DEC 2 Radius 1")
        + "</spatialModel>",
    ),
    source(f'<spectrum type="Composite">{POWER_LAW}{POWER_LAW}</spectrum>', POINT),
    source(POWER_LAW, element("spatialModel", "DiffuseMap Normalization 2", file="x.fits")),
    source(
        '<spectrum type="NodeFunction">'
        + "".join(
            f'<node><parameter name="Energy" value="{e}"/><parameter name="Intensity" value="1"/>'
            "</node>"
            for e in (1, 2, 3)
        )
        + "</spectrum>",
        POINT,
    ),
    listed("a"),
    listed("b", "ExpCutoff", 1.5, CUTOFF),
    listed("c", shape="Shell", sizes=[("Radius", 0.19), ("Width", 0)]),
]
NUMERIC = ("value", "scale", "min", "max", "error")
JUNK = ["nan", "inf", "0", "-0", "-1", "1e400", "1e-30", "1-06", "x", "", " ", "3.40282e38", "95"]
WORDS = ["", "x", "1", "nan", "../..", "é\t\n", "<&>", "$X/y", "~", "~nobody/x", "Composite", "deg"]
WORDS += ["PowerLaw", "1/TeV", "s-1 foo", "EblAtten::", "::", "Shell", "Multiplicative", "TeV"]
TAGS = ["parameter", "spectrum", "spatialModel", "temporal", "node", "bin", "foo"]


def damage(chance: random.Random, root) -> None:
    """Change one thing."""
    inside = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
    if not inside:
        return
    one = chance.choice(inside)
    parent, place = one.getparent(), chance.random()
    if place < 0.5 and one.attrib:
        key = chance.choice([*one.attrib, "error", "unit", "file"])
        one.set(key, chance.choice(JUNK if key in NUMERIC else WORDS))
    elif place < 0.6 and one.attrib:
        del one.attrib[chance.choice(list(one.attrib))]
    elif place < 0.7:
        parent.remove(one)
    elif place < 0.8:
        parent.insert(chance.randrange(len(parent) + 1), copy.deepcopy(one))
    elif place < 0.9:
        new = chance.choice([etree.Comment("x"), etree.PI("a", "b"), etree.Element("parameter")])
        parent.insert(chance.randrange(len(parent) + 1), new)
    elif one.tag != "source":
        one.tag = chance.choice(TAGS)


def uses(model) -> list:
    energy, place = [0.1, 1, 10] * u.TeV, (1.01 * u.deg, 2 * u.deg)
    found = [lambda: model.spectral_model(energy)]
    if isinstance(model, SkyModel):
        found += [lambda: model.spatial_model(*place), lambda: model.spatial_model.position]
    return found


@pytest.mark.parametrize("start", range(0, 1000, 100))
@pytest.mark.filterwarnings("ignore")
def test_any_damage_is_read_or_refused(start):
    """No other error than ours, all kept as it stood, all of it finite, and to be written."""
    for seed in range(start, start + 100):
        chance = random.Random(seed)
        root = etree.fromstring(library(chance.choice(PIECES)))
        for _ in range(chance.choice([1, 1, 2, 3])):
            damage(chance, root)
        text = etree.tostring(root).decode()
        try:
            models = models_from_xml(text, chance.choice([None, "gammalib", "fermi"]))
        except GammapyError:
            continue
        assert canonical(models_to_xml(models)) == canonical(text), seed
        for model in models:
            for use in uses(model):
                with suppress(GammapyError):
                    use()
            assert all(np.isfinite(p.value) for p in model.own_parameters.values()), seed
        names, dialect = models.names, models.origin.dialect
        models.origin = None
        for model in models:
            model.origin = None
        try:
            again = models_to_xml(models, dialect)
        except GammapyError:
            continue
        assert models_from_xml(again, dialect).names == names, seed


BYTES = [b"<", b">", b"&", b"'", b"\x00", b"\xff", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"&#0;"]
BYTES += [b"<![CDATA[", b"</source>", b"<source ", b" x:y='1'", b"\xef\xbb\xbf", b"\xc3\xa9", b"\r"]
DOCUMENT = (
    "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE source_library SYSTEM 'x.dtd'>\n<!-- c -->"
    + library(source(), source(name="b", more=" id='1'"))
).encode()


@pytest.mark.parametrize("start", range(0, 4000, 1000))
@pytest.mark.filterwarnings("ignore")
def test_any_damage_of_the_text_is_read_or_refused(start):
    for seed in range(start, start + 1000):
        chance, data = random.Random(seed), bytearray(DOCUMENT)
        for _ in range(chance.choice([1, 1, 2, 4])):
            place = chance.randrange(len(data))
            cut = chance.choice([0, chance.randrange(30)])
            data[place : place + cut] = b"" if cut else chance.choice(BYTES)
        models, message = outcome(bytes(data))
        if models is None:
            assert re.fullmatch(r"XML text:\d+: .+", message), seed
        else:
            assert models_from_xml(models_to_xml(models)).names == models.names, seed


def outcome(data: bytes):
    """Models, or None and the message of an error of ours; any other error is a failure."""
    try:
        return models_from_xml(data), ""
    except GammapyError as error:
        return None, str(error)


def canonical(text: str) -> str:
    return etree.canonicalize(text, with_comments=True)
