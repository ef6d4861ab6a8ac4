"""`Models` as an XML file, in a dialect, and what the dialect cannot say.

A model that a dialect has no word for is an error, and then nothing is written. What cannot be said
of the others (links, priors, correlations...) is a line of the report.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from lxml import etree

from gammapy.errors import GammapyWarning, ModelError, OptionError
from gammapy.modeling.models.background import FoVBackgroundModel
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.iact_background import IACTBackgroundModel, IACTBackgroundShape
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.constant import ConstantSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.serialize.atomic import expand, write_text
from gammapy.modeling.serialize.xml.course_encoding import encode_course
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError
from gammapy.modeling.serialize.xml.factor import AS_IT_IS
from gammapy.modeling.serialize.xml.form import UNITS, Slot
from gammapy.modeling.serialize.xml.library import DIALECTS, LibraryOrigin
from gammapy.modeling.serialize.xml.map_norm import split_norm
from gammapy.modeling.serialize.xml.shape_encoding import encode_shape
from gammapy.modeling.serialize.xml.source import SourceOrigin
from gammapy.modeling.serialize.xml.spectrum_encoding import encode_spectrum
from gammapy.modeling.serialize.xml.update import TAGS, updated

__all__ = ["models_to_xml", "write_models", "xml_report"]

#: characters that may stand in XML
_XML_TEXT = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'


def write_models(
    models: Models,
    filename: str | os.PathLike[str],
    overwrite: bool = False,
    dialect: str | None = None,
) -> None:
    """Write models to an XML file, which appears whole or not at all.

    Parameters
    ----------
    models : `Models`
    filename : str or path
    overwrite : bool
    dialect : {"gammalib", "fermi"}, optional
        By default that of the file from which the models were read, or Gammalib's.

    Raises
    ------
    ModelError
        If the dialect has no word for a model; nothing is written then.
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    """
    text, report = _rendered(models, dialect, expand(filename).resolve().parent)
    write_text(filename, text, overwrite)
    if report:
        warnings.warn(
            f"{filename} does not say everything: " + "; ".join(report),
            GammapyWarning,
            stacklevel=4,
        )


def models_to_xml(models: Models, dialect: str | None = None) -> str:
    """Text of an XML file; raises as `write_models`."""
    return _rendered(models, dialect, None)[0]


def xml_report(models: Models, dialect: str | None = None) -> list[str]:
    """What an XML file would not say, a line each; raises as `write_models`."""
    return _rendered(models, dialect, None)[1]


def _rendered(models: Models, dialect: str | None, folder: Path | None) -> tuple[str, list[str]]:
    library = models.origin if isinstance(models.origin, LibraryOrigin) else LibraryOrigin()
    dialect = dialect or library.dialect
    if dialect not in DIALECTS:
        raise OptionError(f"dialect = {dialect!r} is not known: use one of {', '.join(DIALECTS)}")
    same = dialect == library.dialect
    refused: dict[str, list[bytes]] = {}
    for name, text in library.refused if same else ():
        refused.setdefault(name, []).append(text)
    report: list[str] = _of_all(models)
    if library.refused and not same:
        report.append(f"{len(library.refused)} sources that were kept aside are of another dialect")
    unsaid: list[str] = []
    pieces = refused.pop("", [])
    for model in models:
        try:
            pieces.append(_source(model, dialect, folder, report))
        except UnsaidError as error:
            unsaid.append(f"{model.name!r}: {error}")
        pieces += refused.pop(model.name, [])
    if unsaid:
        raise ModelError(
            f"{len(unsaid)} models cannot be said in the dialect {dialect!r}: "
            + "; ".join(unsaid[:5])
            + ("; ..." if len(unsaid) > 5 else "")
            + ". Write YAML, or leave them out"
        )
    for rest in refused.values():  # what they stood behind is not there any more
        pieces += rest
    return _library(library, b"".join(pieces)), report


def _library(origin: LibraryOrigin, inside: bytes) -> str:
    root = "".join(f" {key}={quoteattr(value)}" for key, value in origin.attributes.items())
    after = origin.after.decode("utf-8")
    return (
        f"{DECLARATION}{origin.prolog.decode('utf-8')}<source_library{root}>"
        f"{inside.decode('utf-8')}{after}</source_library>\n{origin.epilog.decode('utf-8')}"
    )


def _source(model: Component, dialect: str, folder: Path | None, report: list[str]) -> bytes:
    """Bytes of a source, with what stands before it."""

    def note(text: str) -> None:
        report.append(f"{model.name!r}: {text}")

    if not _XML_TEXT.fullmatch(model.name):
        raise UnsaidError("its name has characters that XML cannot hold")
    for line in _of_one(model):
        note(line)
    encoder = Encoder(dialect, note, folder)
    origin = model.origin
    if isinstance(origin, SourceOrigin) and origin.dialect == dialect:
        element = updated(
            model, origin, folder, lambda kind, part: _part(model, kind, part, encoder)
        )
        return origin.before + etree.tostring(element, encoding="utf-8", with_tail=False)
    if isinstance(origin, SourceOrigin):
        for line in _left_behind(origin):
            note(line)
    element = _new_source(model, encoder, note)
    etree.indent(element, "  ", level=1)
    return b"\n  " + etree.tostring(element, encoding="utf-8", with_tail=False)


def _part(model: Component, kind: str, part: Any, encoder: Encoder) -> Any:
    """Element of a part, None if it needs none."""
    if part is None:
        return None
    shape: Any = model.part("spatial")
    spectrum, norm = split_norm(model.part("spectral"), shape, encoder.dialect)
    if kind == "temporal":
        return encode_course(encoder, part)
    if kind == "spatial":
        if isinstance(part, IACTBackgroundShape):
            return _background_shape(part, encoder)
        return encode_shape(encoder, part, norm)
    flux = isinstance(model, SkyModel) and shape.unit.is_equivalent("sr-1")
    return encode_spectrum(encoder, spectrum, factor=not flux)


def _new_source(model: Component, encoder: Encoder, note: Any) -> Any:
    element = etree.Element("source", name=model.name, type=_type(model, encoder.dialect))
    if isinstance(model, IACTBackgroundModel):
        for key, value in model.attributes.items():
            element.set(key, value)
    elif isinstance(model, FoVBackgroundModel):
        if model.spatial_model is not None:
            raise UnsaidError("a background with a factor over the field of view")
        note("the background of a dataset is written as that of the response, of all data")
    for kind in ("spectral", "spatial", "temporal"):
        child = _part(model, kind, model.part(kind), encoder)
        if child is not None:
            element.append(child)
    return element


def _type(model: Component, dialect: str) -> str:
    """Attribute ``type`` of a source.

    Raises
    ------
    UnsaidError
        If the dialect has no such sources.
    """
    if isinstance(model, IACTBackgroundModel | FoVBackgroundModel):
        if dialect == "fermi":
            raise UnsaidError("the background of an instrument has no place in 'fermi'")
        return model.kind if isinstance(model, IACTBackgroundModel) else "CTAIrfBackground"
    if not isinstance(model, SkyModel):
        raise UnsaidError(f"a {type(model).__name__} has no place in XML")
    if model.spatial_model is None:
        raise UnsaidError("a source without a spatial model has no place in XML")
    if isinstance(model.spatial_model, PointSpatialModel):
        return "PointSource"
    diffuse = isinstance(model.spatial_model, TemplateSpatialModel | ConstantSpatialModel)
    return "DiffuseSource" if dialect == "fermi" or diffuse else "ExtendedSource"


def _background_shape(shape: IACTBackgroundShape, encoder: Encoder) -> Any:
    attributes = dict(shape.attributes)
    element = etree.Element(attributes.pop("element", "spatialModel"), type=shape.kind)
    for key, value in attributes.items():
        element.set(key, value)
    inside = {p for part in shape.parts for p in part.own_parameters.values()}
    for name, parameter in shape.own_parameters.items():
        if parameter not in inside:
            encoder.parameter(element, name, parameter, Slot(name, UNITS["1"], AS_IT_IS))
    for part in shape.parts:
        element.append(_background_shape(part, encoder))
    return element


def _of_all(models: Models) -> list[str]:
    """What no dialect can say of a collection."""
    report = []
    if models.penalties:
        report.append(f"{len(models.penalties)} penalties")
    fitted = [p for p in models.parameters if p.has_covariance]
    if len(fitted) > 1:
        report.append(f"correlations of {len(fitted)} parameters")
    return report


def _of_one(model: Component) -> list[str]:
    """What no dialect can say of a model."""
    own = model.own_parameters
    found = []
    linked = [path for path, p in own.items() if p.link is not None]
    if linked:
        found.append(f"links of {', '.join(linked)}")
    outside = [path for path, p in own.items() if p.value < p.min or p.value > p.max]
    if outside:
        found.append(f"{', '.join(outside)} outside of the bounds: the tools refuse such a file")
    if _bends_beyond(model.part("spectral")):
        found.append("beyond its nodes it is written with the slope of the last piece")
    priors = [path for path, p in own.items() if p.prior is not None]
    if priors:
        found.append(f"priors of {', '.join(priors)}")
    asymmetric = [path for path, p in own.items() if np.isfinite(p.errn) or np.isfinite(p.errp)]
    if asymmetric:
        found.append(f"asymmetric errors of {', '.join(asymmetric)}")
    if not all(getattr(model, "apply_irf", {}).values()):
        found.append("apply_irf")
    if model.datasets_names is not None and not isinstance(model, FoVBackgroundModel):
        found.append("datasets_names")
    return found


def _left_behind(origin: SourceOrigin) -> list[str]:
    """What the source had in another dialect that is no part of the model."""
    element = etree.fromstring(origin.element)
    attributes = [key for key in element.attrib if key not in ("name", "type")]
    known = {tag for tags in TAGS.values() for tag in tags}
    children = [f"<{c.tag}>" for c in element if isinstance(c.tag, str) and c.tag not in known]
    found = attributes + children
    return [f"{', '.join(found)} of the file in the dialect {origin.dialect!r}"] if found else []


def _bends_beyond(spectrum: Any) -> bool:
    """True for nodes whose norms say another slope beyond them than the tools have."""
    norms = getattr(spectrum, "model2", None)
    if not isinstance(norms, PiecewiseNormSpectralModel):
        return False
    values = norms.norms.value
    return bool(values[0] != values[1] or values[-1] != values[-2])
