"""Named functions of the Fermi tools: a library of them that a file of sources refers to.

The root of the sources has ``function_library="$(LIKELIHOODXMLPATH)/A1_Functions.xml"``, and a
spectrum whose type is the name of a function there has no parameters of its own.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from gammapy.errors import FileFormatError
from gammapy.modeling.serialize.xml.document import parse_tree, read_bytes
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["read_prototypes"]


def read_prototypes(root: Any, place: SourcePlace) -> dict[str, bytes]:
    """Elements of the functions with parameters by name, if the library is there.

    One that is missing, or damaged, is an oddity: spectra that need it are refused one by one.
    """
    stated = root.get("function_library", "").strip()
    path = place.located(stated) if stated else None
    if path is None:
        return {}
    try:
        library = parse_tree(read_bytes(path)[1], str(path))
    except FileFormatError as error:
        place.warn(root, f"function_library: {error}")
        return {}
    return {
        function.get("name"): etree.tostring(function, with_tail=False)
        for function in library.iterchildren("function")
        if function.get("name") and function.find("parameter") is not None
    }
