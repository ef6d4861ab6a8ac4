"""From elements to shapes on the sky."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from astropy.coordinates import SkyCoord

from gammapy.errors import ParameterError
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import RULES, read_factor
from gammapy.modeling.serialize.xml.form import UNITS, Slot
from gammapy.modeling.serialize.xml.number import NoNumberError, parse_number
from gammapy.modeling.serialize.xml.reading import PartReader
from gammapy.modeling.serialize.xml.shapes import FRAMES, ISOTROPIC, SHAPES

__all__ = ["read_shape"]

#: how the outer radius of a shell without width is divided, as 1DC did later
_SHELL = 0.8
#: axes of an ellipse, whose eccentricity would else be one
_THINNEST = 1e-6


def read_shape(reader: PartReader, element: Any, path: str) -> Any:
    """Spatial model."""
    kind = element.get("type", "")
    special = SPATIAL.get(kind)
    if special is not None:
        return special(reader, element, path)
    found = reader.parameters(element)
    frame, center = _center(reader, element, found)
    rest = {name: child for name, child in found.items() if name not in center}
    form = SHAPES.find(kind, list(rest))
    if form is None:
        wanted = SHAPES.wanted(kind)
        known = f": it has {wanted[0]}" if wanted else ": it is not known"
        raise reader.refuse(element, f"shape {kind!r} with {sorted(rest)}{known}")
    if _has_no_size(reader, element, kind, rest):
        model: Any = PointSpatialModel()
    else:
        model = reader.by_form(form, rest, path, element)
    _placed(reader, model, path, frame, center, found)
    return model


def _has_no_size(reader: PartReader, element: Any, kind: str, found: dict[str, Any]) -> bool:
    """True for a size of zero, or nan; of shells and rings that is the outer one."""
    sizes = {key: reader.number(found[key]) for key in ("Radius", "Sigma", "Width") if key in found}
    for key, value in sizes.items():
        if value < 0:
            raise reader.refuse(element, f"{key} = {value:g} is negative")
    size = sum(sizes.values())
    if not sizes or size > 0 or (math.isnan(size) and len(sizes) > 1):
        return False
    reader.place.warn(element, f"the size of the {kind} is {size:g}: it is read as a point")
    return True


def _center(reader: PartReader, element: Any, found: dict[str, Any]) -> tuple[str, tuple[str, str]]:
    for frame, names in FRAMES.items():
        if set(names) <= set(found):
            return frame, names
    raise reader.refuse(element, f"a {element.get('type')} needs RA and DEC, or GLON and GLAT")


_PLACE = tuple(Slot(name, UNITS["deg"], RULES[""]) for name in ("lon_0", "lat_0"))


def _placed(
    reader: PartReader,
    model: Any,
    path: str,
    frame: str,
    center: tuple[str, str],
    found: dict[str, Any],
) -> None:
    model.frame = frame
    for slot, name in zip(_PLACE, center, strict=True):
        reader.fill(model, path, slot.name, found[name], slot)
    lat = model.lat_0
    _check_latitude(reader, found[center[1]], lat.value * lat.internal_factor)


def _check_latitude(reader: PartReader, element: Any, value: float) -> None:
    if not abs(value) <= 90.0:
        text = f"{element.get('name')} = {value:g} is not within -90 and 90 deg"
        raise reader.refuse(element, text)


def _thin_shell(reader: PartReader, element: Any, path: str) -> Any:
    """Shell of a list, where it may have an outer radius and no width."""
    found = reader.parameters(element)
    frame, center = _center(reader, element, found)
    if set(found) != {*center, "Radius", "Width"}:
        raise reader.refuse(element, f"a Shell has Radius and Width, not {sorted(found)}")
    model = ShellSpatialModel()
    width = reader.number(found["Width"])
    if width < 0.0:
        raise reader.refuse(element, f"Width = {width:g} is negative")
    if width != 0.0:
        for name, ours in (("Radius", "radius"), ("Width", "width")):
            reader.fill(model, path, ours, found[name], Slot(ours, UNITS["deg"], RULES[""]))
    else:  # two numbers of ours from one: a writer makes the shape anew if one has changed
        outer, unit = reader.number(found["Radius"]), reader.unit(found["Radius"], UNITS["deg"])
        if not outer > 0:
            raise reader.refuse(element, f"Radius = {outer:g} is not positive")
        for ours, part in (("radius", _SHELL), ("width", 1 - _SHELL)):
            parameter = model.own_parameters[ours]
            parameter.restate(part * outer, unit, frozen=True)
    _placed(reader, model, path, frame, center, found)
    return model


def _isotropic(reader: PartReader, element: Any, path: str) -> Any:
    found = reader.parameters(element)
    form = ISOTROPIC[reader.dialect].find(element.get("type"), list(found))
    if form is None:
        raise reader.refuse(element, f"an isotropic shape has a Value, not {sorted(found)}")
    return reader.by_form(form, found, path, element)


def _ellipse(reader: PartReader, element: Any, path: str) -> Any:
    """Elongated shape; its angle counts from celestial north in any frame."""
    found = reader.parameters(element)
    frame, center = _center(reader, element, found)
    sizes = {"PA", "MinorRadius", "MajorRadius"}
    cls, size, others = ELLIPSES[element.get("type")]
    if set(found) != {*center, *sizes, *others}:
        raise reader.refuse(element, f"{element.get('type')} has {sorted({*sizes, *others})}")
    factors = {name: read_factor(child, reader.place) for name, child in found.items()}
    lon, lat = (factors[name].value for name in center)
    _check_latitude(reader, found[center[1]], lat)
    position = SkyCoord(lon, lat, unit="deg", frame=frame).icrs
    minor, major, angle = (factors[n].value for n in ("MinorRadius", "MajorRadius", "PA"))
    if minor > major:
        minor, major, angle = major, minor, angle + 90.0
    if not _THINNEST * major < minor < math.inf:
        raise reader.refuse(
            element, f"the radii {minor:g} and {major:g} deg must be positive, and not so unlike"
        )
    model = cls(frame="icrs")
    values = {
        "lon_0": position.ra.deg,
        "lat_0": position.dec.deg,
        size: major,
        "e": math.sqrt(1 - (minor / major) ** 2),
        "phi": angle if -180.0 <= angle <= 180.0 else (angle + 180.0) % 360.0 - 180.0,
    }
    free = {
        "lon_0": factors[center[0]].free,
        "lat_0": factors[center[1]].free,
        size: factors["MajorRadius"].free,
        "e": factors["MinorRadius"].free,
        "phi": factors["PA"].free,
    }
    for name, value in values.items():
        parameter: Parameter = model.own_parameters[name]
        parameter.restate(value, parameter.unit, parameter.min, parameter.max, 0.0, not free[name])
    if "edge_width" in model.own_parameters:
        model.own_parameters["edge_width"].value = 0.0
    # what is one parameter on both sides has bounds and errors too
    one_to_one = {"lon_0": "RA", "lat_0": "DEC"} if frame == "icrs" else {}
    if angle == factors["PA"].value == values["phi"]:
        one_to_one["phi"] = "PA"
    for ours, name in one_to_one.items():
        reader.fill(model, path, ours, found[name], Slot(ours, UNITS["deg"], RULES[""]))
    if major == factors["MajorRadius"].value:
        _, *bounds, error, free_size = factors["MajorRadius"]
        model.own_parameters[size].restate(major, UNITS["deg"], *bounds, error, not free_size)
    for name, ours in others.items():
        reader.fill(model, path, ours, found[name], Slot(ours, UNITS["1"], RULES[""]))
    return model


def _map(reader: PartReader, element: Any, path: str) -> Any:
    """Image, which Gammalib normalises, or cube of fluxes, which nobody does."""
    cube = element.get("type") in ("DiffuseMapCube", "MapCubeFunction")
    for child in reader.parameters(element).values():
        factor = read_factor(child, reader.place)
        if not factor.is_one:
            reader.norms.append((child, factor))
    stated = element.get("normalize", "1").strip().lower() not in ("0", "false")
    options: dict[str, Any] = {
        "normalize": not cube and reader.dialect == "gammalib" and stated,
        "filename": reader.place.stated(reader.file(element)),
        "interp_kwargs": {"values_scale": "lin"},
        "unit": "sr-1",
    }
    if cube:
        options["unit"] = "cm-2 s-1 MeV-1 sr-1"
        options["interp_kwargs"] = {"values_scale": "log"}
    return TemplateSpatialModel(**options)


def _composite(reader: PartReader, element: Any, path: str) -> Any:
    parts = [child for child in element if child.tag == "spatialModel"]
    if not parts:
        raise reader.refuse(element, "a Composite needs a <spatialModel> in it")
    shapes = [read_shape(reader, child, f"{path}.model{i}") for i, child in enumerate(parts, 1)]
    model = reader.built(element, lambda: CompoundSpatialModel(shapes))
    for child, norm in zip(parts, model.norms, strict=True):
        _weigh(reader, child, norm)
    return model


def _weigh(reader: PartReader, element: Any, norm: Parameter) -> None:
    """Give a norm the scale of its part."""
    keys = {"scale": "1", "scale_min": "nan", "scale_max": "nan", "scale_error": "0"}
    try:
        value, low, high, error = (
            parse_number(element.get(key, default))[0] for key, default in keys.items()
        )
        frozen = element.get("free_scale", "0").strip() != "1"
        norm.restate(value, UNITS["1"], low, high, error, frozen)
    except (NoNumberError, ParameterError) as problem:
        raise reader.refuse(element, f"scale of a part: {problem}") from None


#: class, name of the size, and other parameters
ELLIPSES: dict[str, tuple[Any, str, dict[str, str]]] = {
    "EllipticalDisk": (DiskSpatialModel, "r_0", {}),
    "EllipticalGaussian": (GaussianSpatialModel, "sigma", {}),
    "EllipticalGauss": (GaussianSpatialModel, "sigma", {}),
    "EllipticalGeneralGaussian": (GeneralizedGaussianSpatialModel, "r_0", {"R_Index": "eta"}),
}

SPATIAL: dict[str, Callable[..., Any]] = {
    "Shell": _thin_shell,
    "DiffuseIsotropic": _isotropic,
    "ConstantValue": _isotropic,
    "DiffuseMap": _map,
    "SpatialMap": _map,
    "DiffuseMapCube": _map,
    "MapCubeFunction": _map,
    "Composite": _composite,
    **dict.fromkeys(ELLIPSES, _ellipse),
}
