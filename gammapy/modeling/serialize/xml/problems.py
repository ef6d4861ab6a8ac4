"""Every problem of an XML file of models, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gammapy.errors import FileFormatError, GammapyError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.checks import Finding, findings
from gammapy.modeling.serialize.problem import Problem, at_line
from gammapy.modeling.serialize.xml.document import parse, read_bytes
from gammapy.modeling.serialize.xml.library import found_dialect, has_plain_units
from gammapy.modeling.serialize.xml.prototypes import read_prototypes
from gammapy.modeling.serialize.xml.reading import PartReader, RefusedError
from gammapy.modeling.serialize.xml.source import BACKGROUNDS, ReadSource, read_source
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["xml_problems"]

#: elements of the parts of a model
_TAGS = {
    "spectral": ("spectrum",),
    "spatial": ("spatialModel", "radialModel"),
    "temporal": ("temporal", "temporalModel"),
}


def xml_problems(path: Path) -> list[Problem]:
    """Problems of an XML file, in the order of its lines.

    A source that cannot become a model, which a reader keeps aside, is an error here.
    """
    file = str(path)
    try:
        root = parse(read_bytes(path)[1], file)
    except FileFormatError as error:
        return [at_line(str(error), file, "error")]
    place = SourcePlace(file, path.resolve().parent)
    place.library = root.get("function_library", "")
    place.prototypes = read_prototypes(root, place)
    dialect, plain_units = found_dialect(root), has_plain_units(root)
    errors: list[str] = []
    read: dict[str, tuple[Any, ReadSource]] = {}
    for element in root.iterchildren("source"):
        try:
            found = read_source(element, place, dialect, plain_units, linked=True)
        except RefusedError as error:
            errors += [str(error), *_of_parts(element, place, dialect, plain_units)]
            continue
        name = found.model.name
        if name in read:
            first = read[name][0].sourceline
            text = f"a second source has the name {name!r} of that in line {first}: rename one"
            errors.append(f"{file}:{element.sourceline}: {text}")
        read.setdefault(name, (element, found))
    problems = [at_line(text, file, "error") for text in errors]
    problems += [at_line(text, file, "warning") for text in place.warnings]
    problems += _of_models(list(read.values()))
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)


def _of_parts(element: Any, place: SourcePlace, dialect: str, plain_units: bool) -> Iterator[str]:
    """Errors of the parts of a source that was refused: the first may have hidden others."""
    background = element.get("type") in BACKGROUNDS
    for child in element:
        reader = PartReader(place, dialect, plain_units)
        try:
            if child.tag == "spectrum":
                reader.spectrum(child, "spectral", background)
            elif child.tag == "spatialModel" and not background:
                reader.shape(child, "spatial")
            elif child.tag in _TAGS["temporal"]:
                reader.course(child, "temporal")
        except RefusedError as error:
            yield str(error)
        except GammapyError as error:
            text = str(error)
            known = text.startswith(f"{place.file}:")
            yield text if known else place.text(child, text)


def _of_models(read: list[tuple[Any, ReadSource]]) -> Iterator[Problem]:
    """What is wrong with models that could be read."""
    models = Models([found.model for _, found in read])
    for finding in findings(models):
        element, source = read[finding.index]
        line = _line(finding, element, source)
        # as the messages of the reader have it
        text = re.sub("^model ", "source ", finding.message)
        yield Problem(line, finding.severity, text)


def _line(finding: Finding, element: Any, source: ReadSource) -> int:
    """Line of a parameter, or of its part."""
    path = f"{finding.kind}.{finding.parameter}"
    for link in source.links:
        if finding.parameter and link.path == path:
            return link.element.sourceline
    for child in element:
        if child.tag in _TAGS.get(finding.kind, ()):
            return child.sourceline
    return element.sourceline
