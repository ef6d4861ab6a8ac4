"""From elements to courses in time."""

from __future__ import annotations

from typing import Any

from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
from gammapy.modeling.serialize.xml.factor import RULES, read_factor
from gammapy.modeling.serialize.xml.form import UNITS, Slot
from gammapy.modeling.serialize.xml.reading import PartReader

__all__ = ["PHASE", "read_course"]

PHASE = {
    "MJD": Slot("t_ref", UNITS["d"], RULES[""]),
    "Phase": Slot("phi_ref", UNITS["1"], RULES[""]),
    "F0": Slot("f0", UNITS["Hz"], RULES[""]),
    "F1": Slot("f1", UNITS["Hz/s"], RULES[""]),
    "F2": Slot("f2", UNITS["Hz/s2"], RULES[""]),
}


def read_course(reader: PartReader, element: Any, path: str) -> Any:
    """Temporal model, None for a steady one."""
    kind, found = element.get("type", ""), reader.parameters(element)
    if kind not in ("Constant", "LightCurve", "PhaseCurve"):
        raise reader.refuse(element, f"course in time {kind!r}: it is not known")
    norm = found.pop("Normalization", found.pop("Constant", None))
    if norm is not None:
        factor = read_factor(norm, reader.place)
        if not factor.is_one:
            reader.norms.append((norm, factor))
    if kind == "Constant":
        return None
    filename = reader.place.stated(reader.file(element))
    if kind == "LightCurve":
        return LightCurveTemplateTemporalModel(filename=filename)
    if set(found) != set(PHASE):
        raise reader.refuse(element, f"a PhaseCurve has {sorted(PHASE)}, not {sorted(found)}")
    normalize = element.get("normalize", "1").strip().lower() not in ("0", "false")
    model = TemplatePhaseCurveTemporalModel(filename=filename, normalize=normalize, scale="tt")
    for name, slot in PHASE.items():
        reader.fill(model, path, slot.name, found[name], slot)
    return model
