"""An XML file as a tree of elements: parsed without trust, and recognised by its root.

Nothing outside of the file is fetched or expanded, and what takes more time or memory than a file
of models needs is refused.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from lxml import etree

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.serialize.atomic import expand

__all__ = ["parse", "parse_tree", "read_bytes", "texts_of_sources"]

#: the largest file of models that we know has 4 MB
LARGEST = 64 * 2**20
#: the one that we know has 130,000 tags
MOST_TAGS = 3_000_000

#: what other files of the same tools are, by their root
OTHERS = {
    "observation_list": "a list of observations of ctools or Gammalib, not of models",
    "workflow": "a workflow of ctools, not a file of models",
    "function_library": "a library of functions of the Fermi tools, which source files refer to",
    "parameters": "a file of parameters, not of models",
    "region": "a region, not a file of models",
    "spectrum": "a fragment: put it into a <source> of a <source_library>",
    "source": "a fragment: put it into a <source_library>",
}


def read_bytes(filename: str | os.PathLike[str]) -> tuple[Path, bytes]:
    """Path with variables expanded, and the content of a file.

    Raises
    ------
    MissingFileError, FileFormatError
        If there is no such file, or it is much larger than any file of models.
    """
    path = expand(filename)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a file in it")
    if not path.exists():
        raise MissingFileError(f"{path} does not exist: check the name and the folder")
    if path.stat().st_size > LARGEST:
        raise FileFormatError(
            f"{path} has {path.stat().st_size / 2**20:.0f} MB: a file of models has at most "
            f"{LARGEST // 2**20} MB; divide it"
        )
    return path, path.read_bytes()


def parse(data: bytes, place: str) -> Any:
    """Root of a library of sources.

    Parameters
    ----------
    data : bytes
    place : str
        Name of the file, for messages.

    Raises
    ------
    FileFormatError
        If it is not well-formed, declares entities, or is a file of another kind.
    """
    root = parse_tree(data, place)
    _check_root(root, place)
    return root


def parse_tree(data: bytes, place: str) -> Any:
    """Root of any document; raises as `parse`, but for the kind of file."""
    if len(data) > LARGEST or data.count(b"<") > MOST_TAGS:
        raise FileFormatError(
            f"{place}:1: has {len(data) / 2**20:.0f} MB and {data.count(b'<')} tags: a file of "
            f"models has at most {LARGEST // 2**20} MB and {MOST_TAGS} tags; divide it"
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False
    )
    try:
        root = etree.fromstring(_declaration_first(data), parser)
    except etree.XMLSyntaxError as error:
        line = getattr(error, "lineno", None) or 1
        text = " ".join(str(error.msg).split())
        raise FileFormatError(f"{place}:{line}: not well-formed XML: {text}") from None
    except (ValueError, LookupError) as error:  # an encoding that is not known
        raise FileFormatError(f"{place}:1: not readable as XML: {error}") from None
    _check_entities(root, place)
    return root


def _declaration_first(data: bytes) -> bytes:
    """Strict parsers want the declaration first; blank lines before it go behind it."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = data.lstrip(b" \t\r\n")
    if text is data or not text.startswith(b"<?xml "):
        return data
    declaration, end, rest = text.partition(b"?>")
    return declaration + end + data[: len(data) - len(text)] + rest


def _check_entities(root: Any, place: str) -> None:
    declared = root.getroottree().docinfo.internalDTD
    names = [entity.name for entity in declared.iterentities()] if declared is not None else []
    if names:
        raise FileFormatError(
            f"{place}:1: the file declares the entity {names[0]!r}: no file of models needs that, "
            "so it is not read; remove the declaration"
        )


def _is_simulated(source: Any) -> bool:
    if source.find("nestedSource") is not None:
        return True
    return any(source.find(f"spectrum/{tag}") is not None for tag in ("SpectrumClass", "particle"))


def _check_root(root: Any, place: str) -> None:
    if root.tag != "source_library":
        what = OTHERS.get(root.tag, "no library of sources that we know")
        raise FileFormatError(
            f"{place}:{root.sourceline}: <{root.tag}> is {what}: a file of models has the root "
            "<source_library>"
        )
    first = next(root.iterchildren("source"), None)
    if first is None:
        return
    if _is_simulated(first):
        raise FileFormatError(
            f"{place}:{root.sourceline}: this is a library of the simulator gtobssim, whose "
            "sources have other formulas: it is not read"
        )
    agile = first.find(".//parameter[@name='pos']")
    if agile is not None:
        raise FileFormatError(
            f"{place}:{agile.sourceline}: a position 'pos' is that of AGILE's tools, whose models "
            "have other names: it is not read"
        )


#: encodings in which a text of ASCII is the same text in UTF-8
_ASCII = ("UTF-8", "ASCII", "US-ASCII", "ISO-8859-1", "LATIN-1")
#: beginning of a source, and one that has none inside
_START = re.compile(rb"<source[\s/>]")
_SOURCE = re.compile(rb"<source[\s>].*?</source\s*>", re.DOTALL)


def texts_of_sources(data: bytes, root: Any) -> list[bytes]:
    """Text of each source of a library, in UTF-8.

    Cut out of the file where that is safe, which is faster than to write the elements again.
    """
    sources = list(root.iterchildren("source"))
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if (
        data.isascii()
        and encoding in _ASCII
        and not root.nsmap
        and not any(mark in data for mark in (b"<!--", b"<![CDATA["))
        and data.count(b"<?") == data.startswith(b"<?xml")
        and len(_START.findall(data)) == len(sources)
    ):
        texts = _SOURCE.findall(data)
        if len(texts) == len(sources):
            return texts
    return [etree.tostring(source, encoding="utf-8", with_tail=False) for source in sources]
