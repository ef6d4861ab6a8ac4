"""A source of a library as a model, with what it brings along."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import astropy.units as u

from gammapy.errors import FileFormatError, GammapyError
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.iact_background import IACTBackgroundModel, IACTBackgroundShape
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.course_reading import read_course
from gammapy.modeling.serialize.xml.factor import RULES
from gammapy.modeling.serialize.xml.form import UNITS, Slot
from gammapy.modeling.serialize.xml.reading import Link, PartReader, RefusedError
from gammapy.modeling.serialize.xml.shape_reading import read_shape
from gammapy.modeling.serialize.xml.source_place import SourcePlace
from gammapy.modeling.serialize.xml.spectrum_reading import read_spectrum

__all__ = ["BACKGROUNDS", "ReadSource", "SourceOrigin", "origin_of", "read_source"]

#: types of sources that are backgrounds of an instrument
BACKGROUNDS = (
    "CTABackground",
    "CTAIrfBackground",
    "CTACubeBackground",
    "CTAAeffBackground",
    "CTASkyCube",
    "RadialAcceptance",
)
#: children that a source cannot have twice
_ONCE = frozenset({"spectrum", "spatialModel", "radialModel", "temporal", "temporalModel"})


@dataclass(frozen=True)
class SourceOrigin:
    """The element that a model was read from, as bytes; a writer starts from it.

    Attributes
    ----------
    element : bytes
        The source.
    before : bytes
        Comments and blanks before it.
    folder : str or None
        Where files lie that it names.
    dialect : str
    plain_units : bool
        True if its values are in units that it states.
    prototypes : dict of bytes
        The named function that it refers to, by name.
    """

    element: bytes
    before: bytes
    folder: str | None
    dialect: str
    plain_units: bool
    prototypes: dict[str, bytes] = field(default_factory=dict)


@dataclass
class ReadSource:
    """A model, and the elements that its parameters were read from.

    ``varying`` are paths of those that are read in view of the values of others.
    """

    model: Component
    links: list[Link]
    varying: set[str]


def read_source(
    element: Any, place: SourcePlace, dialect: str, plain_units: bool, linked: bool = False
) -> ReadSource:
    """Model of a source; ``linked`` to note where its parameters were read.

    Raises
    ------
    RefusedError
        If it cannot become one.
    FileFormatError
        If it is damaged.
    """
    name = element.get("name", "")
    place.source = name
    reader = PartReader(place, dialect, plain_units, linked)
    if not name.strip():
        raise reader.refuse(element, "the source has no name")
    background = element.get("type") in BACKGROUNDS
    try:
        model = (_background if background else _sky)(element, name, reader)
    except FileFormatError as error:
        raise RefusedError(str(error)) from None
    except GammapyError as error:
        raise reader.refuse(element, str(error)) from None
    return ReadSource(model, reader.links or [], reader.varying)


def _parts(element: Any, reader: PartReader) -> dict[str, Any]:
    """Children by what they are."""
    found: dict[str, Any] = {}
    for child in element:
        if child.tag in found and child.tag in _ONCE:
            raise reader.refuse(child, f"a second <{child.tag}>: a source has one")
        if isinstance(child.tag, str):
            found[child.tag] = child
    return found


def _sky(element: Any, name: str, reader: PartReader) -> SkyModel:
    parts = _parts(element, reader)
    for kind in ("spectrum", "spatialModel"):
        if kind not in parts:
            raise reader.refuse(element, f"a source needs a <{kind}>")
    shape = read_shape(reader, parts["spatialModel"], "spatial")
    flux = not _is_shape(shape.unit)
    course = parts.get("temporal", parts.get("temporalModel"))
    temporal = None if course is None else read_course(reader, course, "temporal")
    norms = list(reader.norms)
    path = "spectral" + ".model1" * len(norms)
    spectrum = read_spectrum(reader, parts["spectrum"], path, flux)
    for i, (child, _) in enumerate(norms):
        norm = PowerLawNormSpectralModel()
        inside = "spectral" + ".model1" * (len(norms) - 1 - i) + ".model2"
        reader.fill(norm, inside, "norm", child, Slot("norm", UNITS["1"], RULES[""]))
        spectrum = spectrum * norm
    return SkyModel(spectrum, shape, temporal, name=name)


@lru_cache(maxsize=64)
def _is_shape(unit: u.UnitBase) -> bool:
    return unit.is_equivalent(UNITS["sr-1"])


def _background(element: Any, name: str, reader: PartReader) -> IACTBackgroundModel:
    parts = _parts(element, reader)
    if "spectrum" not in parts:
        raise reader.refuse(element, "a background needs a <spectrum>")
    spectrum = read_spectrum(reader, parts["spectrum"], "spectral", True)
    child = parts.get("spatialModel", parts.get("radialModel"))
    shape = None if child is None else _shape(child, reader, "spatial")
    course = parts.get("temporal")
    temporal = None if course is None else read_course(reader, course, "temporal")
    if reader.norms:
        raise reader.refuse(element, "the norm of a background's course in time is not one")
    attributes = {k: v for k, v in element.attrib.items() if k not in ("name", "type")}
    return IACTBackgroundModel(
        element.get("type"), spectrum, shape, temporal, name=name, attributes=attributes
    )


def _shape(element: Any, reader: PartReader, path: str, prefix: str = "") -> IACTBackgroundShape:
    """Shape of a background, carried under the names of the file."""
    parameters = []
    for name, child in reader.parameters(element).items():
        parameter = Parameter(name, 0.0)
        holder = IACTBackgroundShape("one", [parameter])
        slot = Slot(name, UNITS["1"], RULES[""])
        reader.fill(holder, path, name, child, slot)
        if reader.links is not None:
            reader.links[-1] = reader.links[-1]._replace(path=f"{path}.{prefix}{name}")
        parameters.append(parameter)
    inner = [c for c in element if c.tag in ("spatialModel", "sigma")]
    parts = [_shape(child, reader, path, f"{prefix}part{i}_") for i, child in enumerate(inner)]
    attributes = {k: v for k, v in element.attrib.items() if k != "type"}
    if element.tag != "spatialModel":
        attributes["element"] = element.tag
    return IACTBackgroundShape(element.get("type", ""), parameters, attributes, parts)


def origin_of(
    element: Any, text: bytes, before: bytes, place: SourcePlace, dialect: str, plain_units: bool
) -> SourceOrigin:
    """What a model carries along; ``text`` is that of the element."""
    folder = None if place.folder is None else str(place.folder)
    spectrum = element.find("spectrum") if place.prototypes else None
    name = None if spectrum is None else spectrum.get("type")
    used = {name: place.prototypes[name]} if name in place.prototypes else {}
    return SourceOrigin(text, before, folder, dialect, plain_units, used)
