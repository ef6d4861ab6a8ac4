"""From courses in time to elements, in a dialect."""

from __future__ import annotations

from typing import Any

import astropy.units as u
from lxml import etree

from gammapy.modeling.models.temporal.constant import ConstantTemporalModel
from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
from gammapy.modeling.serialize.xml.course_reading import PHASE
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError, differ

__all__ = ["encode_course"]


def encode_course(encoder: Encoder, model: Any) -> Any:
    """Element of a course in time, None for a steady one.

    Raises
    ------
    UnsaidError
        If the dialect has no words for it.
    """
    if isinstance(model, ConstantTemporalModel):
        return None
    tables = (LightCurveTemplateTemporalModel, TemplatePhaseCurveTemporalModel)
    if encoder.dialect == "fermi" or not isinstance(model, tables):
        raise encoder.unsaid(model)
    if model.filename is None:
        raise UnsaidError(f"a {type(model).__name__} that is in no file: write it first")
    if isinstance(model, TemplatePhaseCurveTemporalModel):
        return _phase_curve(encoder, model)
    if model.format != "table":
        raise UnsaidError(f"a light curve in a file of the format {model.format!r}")
    if _shifted(model):
        encoder.report("the reference time of its light curve is not said: that of the file counts")
    return _start(encoder, "LightCurve", model.filename)


def _start(encoder: Encoder, kind: str, filename: str) -> Any:
    element = etree.Element("temporal", type=kind)
    element.set("file", encoder.stated(filename))
    encoder.number(element, "Normalization", 1.0)
    return element


def _phase_curve(encoder: Encoder, model: TemplatePhaseCurveTemporalModel) -> Any:
    element = _start(encoder, "PhaseCurve", str(model.filename))
    if not model.normalize:
        element.set("normalize", "0")
    own = dict(model.own_parameters)
    if model.scale != "tt":  # which is that of the file
        own["t_ref"] = own["t_ref"].copy()
        own["t_ref"].link = None
        moment: Any = model.reference_time
        own["t_ref"].quantity = u.Quantity(moment.tt.mjd, "d")
    for name, slot in PHASE.items():
        encoder.parameter(element, name, own[slot.name], slot)
    return element


def _shifted(model: LightCurveTemplateTemporalModel) -> bool:
    """True if a light curve does not begin when its file says."""
    if model.awaits_file:
        return not model.t_ref.frozen
    as_in_file = LightCurveTemplateTemporalModel(filename=model.filename, scale=model.scale)
    unknown = as_in_file.awaits_file
    return not model.t_ref.frozen or unknown or differ(model.t_ref, as_in_file.t_ref)
