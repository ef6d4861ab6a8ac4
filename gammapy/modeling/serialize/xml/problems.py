"""Every problem of an XML file of models, with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from gammapy.errors import FileFormatError, GammapyError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.checks import Finding, findings
from gammapy.modeling.serialize.problem import Problem, at_line
from gammapy.modeling.serialize.xml.course_reading import read_course
from gammapy.modeling.serialize.xml.document import parse, read_bytes
from gammapy.modeling.serialize.xml.library import found_dialect, has_plain_units
from gammapy.modeling.serialize.xml.prototypes import read_prototypes
from gammapy.modeling.serialize.xml.reading import PartReader, RefusedError
from gammapy.modeling.serialize.xml.shape_reading import read_shape
from gammapy.modeling.serialize.xml.source import BACKGROUNDS, ReadSource, read_source
from gammapy.modeling.serialize.xml.source_place import SourcePlace
from gammapy.modeling.serialize.xml.spectrum_reading import read_spectrum

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
    read: list[tuple[Any, ReadSource]] = []
    first: dict[str, int] = {}
    for element in root.iterchildren("source"):
        try:
            found = read_source(element, place, dialect, plain_units, linked=True)
        except RefusedError as error:
            errors += [str(error), *_of_parts(element, place, dialect, plain_units)]
            continue
        name, line = found.model.name, element.sourceline
        if name in first:
            text = (
                f"a second source has the name {name!r} of that in line {first[name]}: rename one"
            )
            errors.append(f"{file}:{line}: {text}")
            found.model.name = f"{name} of line {line}"
        first.setdefault(name, line)
        read.append((element, found))
    problems = [at_line(text, file, "error") for text in errors]
    problems += [at_line(text, file, "warning") for text in place.warnings]
    problems += _of_models(read)
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.line)


def _of_parts(element: Any, place: SourcePlace, dialect: str, plain_units: bool) -> Iterator[str]:
    """Errors of the parts of a source that was refused: the first may have hidden others."""
    background = element.get("type") in BACKGROUNDS
    for child in element:
        readers: list[Callable[[PartReader], Any]] = []
        if child.tag == "spectrum":
            # which of the two it must be depends on the other parts
            readers = [
                partial(read_spectrum, element=child, path="spectral", factor=factor)
                for factor in (False, True)
            ]
        elif child.tag == "spatialModel" and not background:
            readers = [partial(read_shape, element=child, path="spatial")]
        elif child.tag in _TAGS["temporal"]:
            readers = [partial(read_course, element=child, path="temporal")]
        errors = [_error(read, child, PartReader(place, dialect, plain_units)) for read in readers]
        if errors and errors[0] is not None and None not in errors:
            yield errors[0]


def _error(read: Callable[[PartReader], Any], element: Any, reader: PartReader) -> str | None:
    """What a reader complains of; None if it is content."""
    try:
        read(reader)
    except (RefusedError, GammapyError) as error:
        text, place = str(error), reader.place
        return text if text.startswith(f"{place.file}:") else place.text(element, text)
    return None


def _of_models(read: list[tuple[Any, ReadSource]]) -> Iterator[Problem]:
    """What is wrong with models that could be read."""
    models = Models([found.model for _, found in read])
    for finding in findings(models):
        element, source = read[finding.position]
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
