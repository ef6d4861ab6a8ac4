"""Shapes of gamma-cat.

======== ==================================================================================
point    a point
gauss    Gaussian of width ``sigma``; with ``sigma2`` an elongated one, ``sigma`` along the
         position angle ``pa`` and ``sigma2`` across it
shell    shell from the radius ``sigma`` to ``sigma2``; or, if there is one size only,
         with the outer radius ``sigma`` and a width of a fifth of it, which is a guess
======== ==================================================================================
"""

from __future__ import annotations

import math

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.gaussian import GaussianSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.serialize.gammacat.measured import Measured, Readings, measured_angle
from gammapy.modeling.serialize.gammacat.place import FRAMES, Place, turned
from gammapy.modeling.serialize.node import Node

__all__ = ["SHAPES", "THIN", "spatial_model"]

#: width of a shell relative to its outer radius, where a paper has the outer radius alone
THIN = 0.2


def spatial_model(node: Node, place: Place, readings: Readings) -> SpatialModel:
    """Spatial model of the entry ``morph`` of a measurement.

    Raises
    ------
    FileFormatError
        If the type is not known, or a size makes no sense.
    ModelError
        If a size that the type needs was not measured.
    """
    node.check_keys(("type", "sigma", "sigma2", "pa"))
    kind = node["type"].text()
    if kind not in SHAPES:
        raise node["type"].error(f"is no morphology that is known: one of {list(SHAPES)} is")
    cls, values = SHAPES[kind](node, place, readings)
    values = {"lon_0": place.lon, "lat_0": place.lat, **values}
    with node.guard():
        model = cls(frame=place.frame, **{name: value.value for name, value in values.items()})
        model.check_values()
    for name, value in values.items():
        readings.set_errors(model.own_parameters[name], value, f"spatial.{name}")
    return model


_Shape = tuple[type[SpatialModel], dict[str, Measured]]


def _point(node: Node, place: Place, readings: Readings) -> _Shape:
    return PointSpatialModel, {}


def _gauss(node: Node, place: Place, readings: Readings) -> _Shape:
    first = _size(node, "sigma", readings)
    if "sigma2" not in node or node["sigma2"]["val"].value == node["sigma"]["val"].value:
        return GaussianSpatialModel, {"sigma": first}
    second = _size(node, "sigma2", readings)
    along = _position_angle(node, place, readings)
    major, minor = first, second
    if second.value > first.value:
        readings.note(node["sigma2"], "larger than sigma: the long axis is across the pa")
        major, minor = second, first
        along = Measured(_wrapped(along.value + 90 * u.deg), along.error, along.systematic)
    return GaussianSpatialModel, {"sigma": major, "e": _eccentricity(major, minor), "phi": along}


def _eccentricity(major: Measured, minor: Measured) -> Measured:
    """Eccentricity of an ellipse, with errors propagated from those of its two axes."""
    ratio = (minor.value / major.value).to_value("")
    e = np.sqrt(1 - ratio**2)
    errors: list[u.Quantity | None] = []
    for of_major, of_minor in ((major.error, minor.error), (major.systematic, minor.systematic)):
        if of_major is None and of_minor is None:
            errors.append(None)
            continue
        relative = [
            0.0 if error is None else (error / size.value).to_value("")
            for error, size in ((of_major, major), (of_minor, minor))
        ]
        errors.append(u.Quantity(ratio**2 / e * math.hypot(*relative)))
    return Measured(u.Quantity(e), *errors)


def _position_angle(node: Node, place: Place, readings: Readings) -> Measured:
    if "pa" not in node:
        raise ModelError(
            f"{node.place}: pa is missing, and sigma2 is not sigma: the direction of the long axis "
            "is not known"
        )
    pa = node["pa"]
    value = measured_angle(pa, readings, known=("frame",))
    if "frame" in pa:
        name = pa["frame"].text()
        if name not in FRAMES:
            raise pa["frame"].error(f"must be one of {list(FRAMES)}")
        frame = FRAMES[name]
    else:
        readings.note(pa, "without a frame: read in that of the position")
        frame = place.frame
    angle = turned(value.value, place.position, frame, place.frame)
    return Measured(_wrapped(angle), value.error, value.systematic)


def _wrapped(angle: u.Quantity) -> u.Quantity:
    """Direction of an axis, which has no head, between -90 and 90 deg."""
    return u.Quantity((angle.to_value("deg") + 90) % 180 - 90, "deg")


def _shell(node: Node, place: Place, readings: Readings) -> _Shape:
    first = _size(node, "sigma", readings)
    if "sigma2" in node:
        outer = _size(node, "sigma2", readings)
        if not outer.value > first.value:
            raise node["sigma2"].error("must be above sigma: it is the outer radius of the shell")
        error = _quadrature(first.error, outer.error)
        systematic = _quadrature(first.systematic, outer.systematic)
        width = Measured(outer.value - first.value, error, systematic)
        return ShellSpatialModel, {"radius": first, "width": width}
    readings.note(node["sigma"], f"the outer radius alone: a width of {THIN:g} of it is a guess")
    # the width is no measurement, so the error is that of the radius alone
    width = Measured(THIN * first.value)
    return ShellSpatialModel, {"radius": first.times(1 - THIN), "width": width}


def _quadrature(first: u.Quantity | None, second: u.Quantity | None) -> u.Quantity | None:
    known = [error for error in (first, second) if error is not None]
    return None if not known else u.Quantity(np.sqrt(sum(error**2 for error in known)))


def _size(node: Node, key: str, readings: Readings) -> Measured:
    if key not in node:
        raise ModelError(
            f"{node.place}: a {node['type'].value} needs {key}, and this measurement has none: "
            "take the spectral model alone, or a spatial model of another measurement"
        )
    value = measured_angle(node[key], readings)
    if not value.value > 0:
        raise node[key].error("must be positive: it is a size")
    return value


SHAPES = {"point": _point, "gauss": _gauss, "shell": _shell}
