"""From shapes on the sky to elements, in a dialect."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import astropy.units as u
from astropy.coordinates import SkyCoord
from lxml import etree

from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.constant import ConstantSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError, differ
from gammapy.modeling.serialize.xml.factor import AS_IT_IS
from gammapy.modeling.serialize.xml.form import UNITS, Slot, Table
from gammapy.modeling.serialize.xml.number import write_number
from gammapy.modeling.serialize.xml.shapes import FRAMES, ISOTROPIC, SHAPES

__all__ = ["encode_shape"]


def encode_shape(encoder: Encoder, model: Any, norm: Parameter | None = None) -> Any:
    """Element of a shape, and of the ``norm`` of a map.

    Raises
    ------
    UnsaidError
        If the dialect has no words for it.
    """
    if isinstance(model, TemplateSpatialModel):
        return _map(encoder, model, norm)
    writer = SPATIAL.get(type(model))
    if writer is not None:
        return writer(encoder, model)
    form = SHAPES.of(model, encoder.dialect)
    if form is None:
        raise encoder.unsaid(model)
    return _placed(encoder, encoder.by_form("spatialModel", model, form), model)


def _placed(encoder: Encoder, element: Any, model: Any) -> Any:
    """Put the position before the other parameters."""
    frames = FRAMES if encoder.dialect == "gammalib" else {"icrs": FRAMES["icrs"]}
    own, place = model.own_parameters, model.position
    if model.frame in frames:
        centre = [own["lon_0"], own["lat_0"]]
        names = frames[model.frame]
    else:
        icrs = place.icrs
        centre = [
            Parameter(name, value, unit="deg", frozen=own[name].frozen)
            for name, value in (("lon_0", icrs.ra.deg), ("lat_0", icrs.dec.deg))
        ]
        names = frames["icrs"]
        encoder.report(f"the position in {model.frame} is written in icrs, without errors")
    children = [
        encoder.again(name, p, Slot(p.name, UNITS["deg"], AS_IT_IS))
        for name, p in zip(names, centre, strict=True)
    ]
    for child in reversed(children):
        element.insert(0, child)
    return element


def _maybe_long(encoder: Encoder, model: Any) -> Any:
    """Round shape, or an ellipse."""
    form = SHAPES.of(model, encoder.dialect)
    if form is not None:
        return _placed(encoder, encoder.by_form("spatialModel", model, form), model)
    kind, size, others = _ELLIPSES[type(model)]
    if encoder.dialect == "fermi":
        raise UnsaidError(f"an elongated {type(model).__name__} has no name in 'fermi'")
    own = model.own_parameters
    element = etree.Element("spatialModel", type=kind)
    major = own[size].quantity.to_value("deg")
    minor = major * math.sqrt(1 - own["e"].value ** 2)
    angle = own["phi"].quantity.to_value("deg") + _north(model.position, model.frame)
    turned = Parameter("phi", (angle + 180) % 360 - 180, unit="deg", frozen=own["phi"].frozen)
    values = {
        "PA": own["phi"] if model.frame == "icrs" else turned,
        # ours has the eccentricity instead, whose bounds and error say nothing of this alone
        "MinorRadius": Parameter("minor", minor, unit="deg", frozen=own["e"].frozen),
        "MajorRadius": own[size],
    }
    for name, one in values.items():
        encoder.parameter(element, name, one, Slot(one.name, UNITS["deg"], AS_IT_IS))
    for name, ours in others.items():
        encoder.parameter(element, name, own[ours], Slot(ours, UNITS["1"], AS_IT_IS))
    lost = [
        name for name in ("e", "phi") if own[name].error > 0 and values.get("PA") is not own[name]
    ]
    if lost:
        encoder.report(f"errors of {', '.join(lost)} of an ellipse are not said")
    if "edge_width" in own and own["edge_width"].value != 0:
        encoder.report(f"edge_width = {own['edge_width'].value:g} is not said")
    if kind == "EllipticalGaussian":
        encoder.report("Gammalib cuts the elongated Gaussian at 3 sigma")
    return _placed(encoder, element, model)


def _isotropic(encoder: Encoder, model: ConstantSpatialModel) -> Any:
    table: Table = ISOTROPIC[encoder.dialect]
    form = table.of(model, encoder.dialect)
    if form is None:
        raise encoder.unsaid(model)
    return encoder.by_form("spatialModel", model, form)


def _map(encoder: Encoder, model: TemplateSpatialModel, norm: Parameter | None) -> Any:
    if model.filename is None:
        raise UnsaidError("a TemplateSpatialModel that is in no file: write it first")
    cube = not model.unit.is_equivalent("sr-1")
    kinds = {
        "gammalib": ("DiffuseMap", "DiffuseMapCube"),
        "fermi": ("SpatialMap", "MapCubeFunction"),
    }
    element = etree.Element("spatialModel", type=kinds[encoder.dialect][cube])
    element.set("file", encoder.stated(model.filename))
    if not cube and encoder.dialect == "gammalib" and not model.normalize:
        element.set("normalize", "0")
    if not cube and encoder.dialect == "fermi" and model.normalize:
        encoder.report("a map that is normalised is taken as it is by the Fermi tools")
    if _moved(model):
        encoder.report("the position of its map is not said: that of the file counts")
    if model.interp_kwargs.get("values_scale", "log") != ("log" if cube else "lin"):
        encoder.report("how its map is interpolated is not said: the tools have their own way")
    name = "Prefactor" if (encoder.dialect == "fermi" and not cube) else "Normalization"
    factor = Parameter(name, 1.0, frozen=True) if norm is None else norm
    encoder.parameter(element, name, factor, Slot(name, UNITS["1"], AS_IT_IS))
    return element


def _composite(encoder: Encoder, model: CompoundSpatialModel) -> Any:
    if encoder.dialect == "fermi":
        raise encoder.unsaid(model)
    element = etree.Element("spatialModel", type="Composite")
    for i, (norm, part) in enumerate(model.components(), 1):
        child = encode_shape(encoder, part)
        child.set("component", str(i))
        child.set("scale", write_number(norm.value))
        for key, bound in (("scale_min", norm.min), ("scale_max", norm.max)):
            if math.isfinite(bound):
                child.set(key, write_number(bound))
        if norm.error > 0:
            child.set("scale_error", write_number(norm.error))
        child.set("free_scale", "0" if norm.frozen else "1")
        element.append(child)
    return element


def _moved(model: TemplateSpatialModel) -> bool:
    """True if a map is not where its file has it, or a fit may move it."""
    as_in_file = TemplateSpatialModel(filename=model.filename)
    there, open_there = as_in_file.own_parameters, as_in_file.unplaced
    waiting = model.unplaced
    return any(
        not p.frozen or (name not in waiting and (name in open_there or differ(p, there[name])))
        for name, p in model.own_parameters.items()
    )


def _north(position: SkyCoord, frame: str) -> float:
    """Angle in deg from celestial north to the north of a frame, through east."""
    if frame == "icrs":
        return 0.0
    up = position.directional_offset_by(0 * u.deg, 1e-4 * u.deg)
    return float(position.icrs.position_angle(up.icrs).to_value("deg"))


_ELLIPSES: dict[type, tuple[str, str, dict[str, str]]] = {
    DiskSpatialModel: ("EllipticalDisk", "r_0", {}),
    GaussianSpatialModel: ("EllipticalGaussian", "sigma", {}),
    GeneralizedGaussianSpatialModel: ("EllipticalGeneralGaussian", "r_0", {"R_Index": "eta"}),
}

SPATIAL: dict[type, Callable[..., Any]] = {
    **dict.fromkeys(_ELLIPSES, _maybe_long),
    ConstantSpatialModel: _isotropic,
    CompoundSpatialModel: _composite,
}
