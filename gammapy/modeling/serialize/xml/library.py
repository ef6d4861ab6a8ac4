"""A library of sources as `Models`, and what it brings along."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from gammapy.errors import FileFormatError, GammapyWarning, OptionError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.component import Component
from gammapy.modeling.serialize.xml.document import parse, read_bytes, texts_of_sources
from gammapy.modeling.serialize.xml.prototypes import read_prototypes
from gammapy.modeling.serialize.xml.reading import RefusedError
from gammapy.modeling.serialize.xml.source import BACKGROUNDS, origin_of, read_source
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["DIALECTS", "LibraryOrigin", "models_from_xml", "read_models"]

DIALECTS = ("gammalib", "fermi")
#: namespace of attributes like xml:lang, which nobody declares
_XML = "http://www.w3.org/XML/1998/namespace"

#: names that only Gammalib's current files have, and attributes that only Gammalib writes
_CURRENT = {
    *("PivotEnergy", "PhotonFlux", "CutoffEnergy", "BreakEnergy", "EnergyFlux"),
    *("InverseCutoffEnergy", "Curvature", "GLON", "Width", "R_Index"),
}
_CURRENT_TYPES = {
    *("PointSource", "RadialShell", "DiffuseMap", "DiffuseMapCube", "DiffuseIsotropic"),
    *("NodeFunction", "Point", "Gauss", "Shell", "GaussFunction", "DiskFunction"),
}


@dataclass(frozen=True)
class LibraryOrigin:
    """What a library has besides its sources.

    Attributes
    ----------
    prolog : bytes
        Document type and comments before the root.
    epilog : bytes
        Comments after it.
    attributes : dict of str
        Of the root.
    after : bytes
        Comments and blanks after the last source.
    dialect : str
    refused : tuple of (str, bytes)
        Sources that could not become models, as bytes, each after the name of the model that it
        follows ("" at the beginning).
    """

    prolog: bytes = b""
    epilog: bytes = b""
    attributes: dict[str, str] = field(default_factory=lambda: {"title": "source library"})
    after: bytes = b"\n"
    dialect: str = "gammalib"
    refused: tuple[tuple[str, bytes], ...] = ()

    def joined(self, others: Sequence[LibraryOrigin]) -> LibraryOrigin:
        """The same with the sources that others kept aside; a warning if that cannot be."""
        alike = [other for other in others if other.dialect == self.dialect]
        lost = sum(len(other.refused) for other in others) - sum(len(o.refused) for o in alike)
        if lost:
            text = f"{lost} sources that were kept aside are not of the dialect {self.dialect!r}"
            warnings.warn(f"{text} of the first file: they are lost", GammapyWarning, stacklevel=4)
        refused = (row for origin in (self, *alike) for row in origin.refused)
        return replace(self, refused=tuple(refused))


def read_models(filename: str | os.PathLike[str], dialect: str | None = None) -> Models:
    """Models of an XML file.

    Parameters
    ----------
    filename : str or path
    dialect : {"gammalib", "fermi"}, optional
        For what the two mean differently; by default found from the content.

    Raises
    ------
    FileFormatError, MissingFileError
        If the file is not there, not well-formed, or not of models.
    """
    path, data = read_bytes(filename)
    with _collector_paused():
        return _decode(data, str(path), path.resolve().parent, dialect)


def models_from_xml(text: str | bytes, dialect: str | None = None) -> Models:
    """Models of the text of an XML file; raises as `read_models`."""
    data = text.encode("utf-8") if isinstance(text, str) else text
    return _decode(data, "XML text", None, dialect)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking, again and again, at models that are all kept.

    It takes a fifth of the time of reading thousands of sources.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _decode(data: bytes, file: str, folder: Path | None, dialect: str | None) -> Models:
    if dialect not in (None, *DIALECTS):
        raise OptionError(f"dialect = {dialect!r} is not known: use one of {', '.join(DIALECTS)}")
    root = parse(data, file)
    dialect = dialect or found_dialect(root)
    plain_units = (b"unit" in data or not data.isascii()) and has_plain_units(root)
    place = SourcePlace(file, folder)
    place.library = root.get("function_library", "")
    place.prototypes = read_prototypes(root, place)
    models: list[Component] = []
    refused: list[tuple[str, bytes]] = []
    before = _escaped(root.text)
    seen: set[str] = set()
    texts = iter(texts_of_sources(data, root))
    for child in root:
        if child.tag != "source":
            before += etree.tostring(child, encoding="utf-8")
            continue
        text = next(texts)
        try:
            model = read_source(child, place, dialect, plain_units).model
        except RefusedError as error:
            place.warnings.append(f"{error}: the source is kept aside, as it stands in the file")
            refused.append((models[-1].name if models else "", before + text))
        else:
            if model.name in seen:
                twice = f"a second source is named {model.name!r}: rename one"
                raise FileFormatError(f"{file}:{child.sourceline}: {twice}")
            seen.add(model.name)
            model.origin = origin_of(child, text, before, place, dialect, plain_units)
            models.append(model)
        before = _escaped(child.tail)
    found = Models(models)
    found.origin = LibraryOrigin(*_around(root), _attributes(root), before, dialect, tuple(refused))
    _tell(place.warnings)
    return found


def _attributes(root: Any) -> dict[str, str]:
    """Attributes as they stand in the file, with the prefixes of namespaces."""
    found = {f"xmlns:{prefix}": uri for prefix, uri in root.nsmap.items()}
    prefixes = {uri: prefix for prefix, uri in root.nsmap.items()}
    for key, value in root.attrib.items():
        name = etree.QName(key)
        prefix = "xml" if name.namespace == _XML else prefixes.get(name.namespace)
        found[f"{prefix}:{name.localname}" if name.namespace else key] = value
    return found


def _around(root: Any) -> tuple[bytes, bytes]:
    """What stands before and after the root."""
    doctype = root.getroottree().docinfo.doctype.encode("utf-8")
    above = [*root.itersiblings(preceding=True)][::-1]
    before = [doctype] * bool(doctype) + [etree.tostring(node, encoding="utf-8") for node in above]
    after = [etree.tostring(node, encoding="utf-8") for node in root.itersiblings()]
    return b"".join(line + b"\n" for line in before), b"".join(line + b"\n" for line in after)


def _escaped(text: str | None) -> bytes:
    """Text between elements, as it stands in the file."""
    return escape(text).encode("utf-8") if text else b""


def _tell(texts: list[str]) -> None:
    """One warning for each kind of oddity would be many: the first few, and how many there are."""
    for text in texts[:10]:
        warnings.warn(text, GammapyWarning, stacklevel=5)
    if len(texts) > 10:
        warnings.warn(f"... and {len(texts) - 10} more of these", GammapyWarning, stacklevel=5)


def found_dialect(root: Any) -> str:
    """Dialect of a library, by names that only one of the two has.

    What both say is read the same way; where nothing tells, it is Fermi's.
    """
    for source in root.iterchildren("source"):
        kind = source.get("type", "")
        if kind in ("ExtendedSource", *BACKGROUNDS) or {"instrument", "id", "tscalc"} & set(
            source.attrib
        ):
            return "gammalib"
        for part in source:
            if part.tag in ("spectrum", "spatialModel") and part.get("type") in _CURRENT_TYPES:
                return "gammalib"
            if part.tag == "temporal":
                return "gammalib"
            for parameter in part:
                if parameter.tag == "parameter" and parameter.get("name") in _CURRENT:
                    return "gammalib"
    return "fermi"


def has_plain_units(root: Any) -> bool:
    """True for lists like that of gamma-cat: each value in the unit that stands beside it.

    In part of such a list at least: one that was written anew has scales.
    """
    firsts = (part.find("parameter") for source in root.iterchildren("source") for part in source)
    return any(p is not None and "unit" in p.attrib and "scale" not in p.attrib for p in firsts)
