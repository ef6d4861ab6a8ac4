import resource
import time
import tracemalloc

import pytest

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.models import Models
from gammapy.modeling.serialize.xml import document
from gammapy.modeling.serialize.xml.document import parse, read_bytes
from gammapy.modeling.serialize.xml.library import models_from_xml

GOOD = b'<source_library title="x"></source_library>'
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE source_library [<!ENTITY a "xxxxxxxxxx">
""" + b"\n".join(
    b'<!ENTITY %c "%s">' % (b"abcdefghijk"[i : i + 1], b"&%c;" % b"abcdefghijk"[i - 1] * 10)
    for i in range(1, 11)
)
SECRET = "do not read me"


def bomb(place: bytes) -> bytes:
    return BOMB + b"]>\n<source_library title='" + place + b"'>" + place + b"</source_library>"


def external(tmp_path, declaration: str, use: str = "") -> bytes:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    declaration = declaration.format(secret=secret.as_uri())
    return f"<!DOCTYPE x [{declaration}]><source_library>{use}</source_library>".encode()


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        b" \n\t\r\n<?xml version='1.0' ?>" + GOOD,
        b"<?xml version='1.0' standalone='no'?>\n<!-- note --><?app x?>" + GOOD,
        b"<!DOCTYPE source_library SYSTEM '$(LIKELIHOODXMLPATH)/A1_Sources.dtd' >" + GOOD,
        GOOD.decode().encode("utf-16"),
        b"<?xml version='1.0' encoding='iso-8859-1'?><source_library title='\xe4'/>",
        GOOD.replace(b"><", b">\r\n<"),
    ],
)
def test_what_is_read(data):
    assert parse(data, "x.xml").tag == "source_library"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"x\.xml:1: not well-formed XML"),
        (b"hello", r"x\.xml:1: not well-formed XML"),
        (GOOD[:-10], r"x\.xml:1: not well-formed XML"),
        (b"<source_library>\n<source>\n</source_library>", r"x\.xml:3: not well-formed XML"),
        (b"<source_library>\n\n<source a='1' a='2'/></source_library>", r"x\.xml:3: .*redefined"),
        (b"<a>\n<2.0.0.dev></a>", r"x\.xml:2: not well-formed"),
        (GOOD + GOOD, r"x\.xml:1: not well-formed.*[Ee]xtra content"),
        (b"<?xml version='1.0' encoding='utf-8'?>\n<source_library t='\xe4'/>", r"x\.xml:2: not"),
        (b"<?xml version='1.0' encoding='no-such'?>" + GOOD, r"x\.xml:1: .*no-such"),
        (GOOD.decode().encode("utf-16")[:-3], r"x\.xml:1: not well-formed"),
        (b"<source_library>\n&undeclared;</source_library>", r"x\.xml:2: not well-formed"),
        (b"<source_library>\n\x00</source_library>", r"x\.xml:2: not well-formed"),
    ],
)
def test_damage(data, message):
    with pytest.raises(FileFormatError, match=message):
        parse(data, "x.xml")


def test_blank_lines_before_the_declaration_count():
    with pytest.raises(FileFormatError, match=r"x\.xml:4: not well-formed"):
        parse(b"\n \n<?xml version='1.0'?><a>\n<b></a>", "x.xml")


@pytest.mark.parametrize("place", [b"&k;", b"&b;", b""])
def test_entity_bombs(place):
    start = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(FileFormatError, match=r"x\.xml:\d+: .*([Ee]ntity|[Aa]mplification)"):
        parse(bomb(place), "x.xml")
    assert tracemalloc.get_traced_memory()[1] < 2e7
    tracemalloc.stop()
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("declaration", "use"),
    [
        ('<!ENTITY e SYSTEM "{secret}">', "&e;"),
        ('<!ENTITY e SYSTEM "{secret}">', "<source name='&e;'/>"),
        ('<!ENTITY % e SYSTEM "{secret}"> %e;', ""),
        ('<!ENTITY e SYSTEM "http://127.0.0.1:9/x">', "&e;"),
        ('<!ENTITY e "text">', "&e;"),
    ],
)
def test_entities_are_refused_and_nothing_is_fetched(tmp_path, declaration, use):
    with pytest.raises(FileFormatError, match=r"x\.xml:\d+: ") as caught:
        parse(external(tmp_path, declaration, use), "x.xml")
    assert SECRET not in str(caught.value)


def test_a_definition_elsewhere_is_not_fetched(tmp_path):
    (tmp_path / "x.dtd").write_text("<!ENTITY e 'text'><!ATTLIST source_library title CDATA 'y'>")
    uri = (tmp_path / "x.dtd").as_uri()
    root = parse(f"<!DOCTYPE source_library SYSTEM '{uri}'><source_library/>".encode(), "x.xml")
    assert dict(root.attrib) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"<source_library>" + b"<a>" * 5_000_000,
        b"<source_library>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</source_library>",
        b"<source_library>" + b"<a/>" * 4_000_000 + b"</source_library>",
        b"<source_library title='" + b"x" * (document.LARGEST + 1) + b"'/>",
        b"<source_library " + b" ".join(b"a%d=''" % i for i in range(200_000)) + b">",
    ],
    ids=["never closed", "deep", "many", "large", "attributes"],
)
def test_size_and_depth_are_bounded(data):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    with pytest.raises(FileFormatError, match=r"XML text:\d+: "):
        models_from_xml(data)
    assert time.perf_counter() - start < 3
    # kB; the messages of the parser and its tree are small beside the data
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5e5


def test_a_large_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "LARGEST", 2**20)
    (tmp_path / "x.xml").write_bytes(GOOD + b" " * 2**20)
    with pytest.raises(FileFormatError, match=r"x\.xml has 1 MB: .* at most 1 MB; divide it"):
        Models.read(tmp_path / "x.xml")


def test_no_file(tmp_path, monkeypatch):
    with pytest.raises(MissingFileError, match=r"no\.xml does not exist"):
        read_bytes(tmp_path / "no.xml")
    with pytest.raises(FileFormatError, match="is a folder"):
        read_bytes(tmp_path)
    (tmp_path / "x.xml").write_bytes(GOOD)
    monkeypatch.setenv("WHERE", str(tmp_path))
    assert read_bytes("$WHERE/x.xml") == (tmp_path / "x.xml", GOOD)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<observation_list/>", "<observation_list> is a list of observations"),
        (b"<workflow/>", "<workflow> is a workflow"),
        (b"<function_library/>", "<function_library> is a library of functions"),
        (b"<spectrum type='PowerLaw'/>", "<spectrum> is a fragment"),
        (b"\n\n<html/>", "x.xml:3: <html> is no library of sources that we know"),
        (
            b"<source_library>\n<source name='a' flux='1'>\n<spectrum escale='MeV'>"
            b"<SpectrumClass name='x'/></spectrum></source></source_library>",
            "library of the simulator gtobssim",
        ),
        (
            b"<source_library><source name='a'><nestedSource sourceRef='b'/></source>"
            b"</source_library>",
            "library of the simulator gtobssim",
        ),
        (
            b"<source_library><source name='a' type='PointSource'>\n<spectrum type='PowerLaw'/>\n"
            b"<spatialModel type='PointSource'><parameter name='pos' value='(119.7, 10.5)'/>"
            b"</spatialModel></source></source_library>",
            "x.xml:3: a position 'pos' is that of AGILE",
        ),
    ],
)
def test_other_kinds_of_files_are_named(data, message):
    with pytest.raises(FileFormatError, match=message.replace(".", r"\.")):
        parse(data, "x.xml")
