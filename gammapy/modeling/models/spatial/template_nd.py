r"""A map of the sky whose axes are parameters.

Between two values :math:`p_k, p_{k+1}` of an axis the logarithm of the map is linear in the
parameter, on the scale of the axis; where the map is zero at one of them, the map itself,

.. math::
    \ln f = (1 - t) \ln f_k + t \ln f_{k+1}, \quad
    t = \frac{s(p) - s(p_k)}{s(p_{k+1}) - s(p_k)}

and so on for each axis. On the sky and in energy it is a `TemplateSpatialModel`. Gammapy 2.1 goes
on to half a step beyond the values of an axis, and is zero from there; here that is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.dispatch import find
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.maps import WcsNDMap
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.chart import chart_of
from gammapy.modeling.models.spatial.domain import Domain
from gammapy.modeling.models.spatial.frames import checked_frame
from gammapy.modeling.models.spatial.image import SkyImage
from gammapy.modeling.models.spatial.outline_of_map import Outline, map_region, outline_of
from gammapy.modeling.models.spatial.template_map import (
    SR,
    Interpolation,
    clean,
    kinks_of,
    spectrum_of,
)
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import internal_factor

__all__ = ["TemplateNDSpatialModel"]

_SCALES = {"lin": lambda xp, p: p, "log": lambda xp, p: xp.log(p), "sqrt": lambda xp, p: xp.sqrt(p)}
_SLOPES = {
    "lin": lambda xp, p: xp.ones_like(p),
    "log": lambda xp, p: 1.0 / p,
    "sqrt": lambda xp, p: 0.5 / xp.sqrt(p),
}


class TemplateNDSpatialModel(ObjectParameters, SpatialModel):
    """Map whose axes are parameters, one each, apart from the axis of energies.

    A parameter starts in the middle of its axis, and is bounded by the first and last value there.

    Parameters
    ----------
    map : `~gammapy.maps.WcsNDMap`, optional
        With axes of any name, and "energy_true" if it depends on energy. It may be left out if
        ``filename`` is given, which is read at once then.
    interp_kwargs : dict, optional
        As for `TemplateSpatialModel`.
    meta : dict, optional
        Kept, not used; its ``filename`` stands for that argument.
    filename : str, optional
        File of the map.
    copy_data : bool
        True to copy the map.

    Raises
    ------
    ModelError
        If there is neither a map nor a file, an axis has no parameter's name, or an option is not
        known; on use, if a parameter is beyond its axis.
    MissingFileError, FileFormatError
        If the file is missing or damaged.
    """

    tag = ["TemplateNDSpatialModel", "templateND"]

    def __init__(
        self,
        map: Any = None,
        interp_kwargs: dict[str, Any] | None = None,
        meta: dict[str, Any] | None = None,
        filename: Any = None,
        copy_data: bool = True,
    ) -> None:
        self.meta = dict(meta or {})
        filename = self.meta.get("filename") if filename is None else filename
        self.filename = None if filename is None else str(filename)
        if map is None and not self.filename:
            raise ModelError(
                f"TemplateNDSpatialModel: map = {map!r} and filename = {filename!r}: give one"
            )
        self.interp_kwargs = dict(interp_kwargs or {})
        self._interpolation = Interpolation.of(interp_kwargs, "TemplateNDSpatialModel")
        self.in_memory_only = map is not None
        if map is None:
            map = find("TemplateNDSpatialModel", "read", "fits")(self.filename)
        elif copy_data and isinstance(map, WcsNDMap):
            map = map.copy()
        if not isinstance(map, WcsNDMap):
            raise ModelError(
                f"TemplateNDSpatialModel: map is a {type(map).__name__}, and a WcsNDMap is needed: "
                "use Map.read or WcsNDMap.create, or filename= for a file"
            )
        self.map = map
        self.axes = [axis for axis in map.geom.axes if axis.name != "energy_true"]
        self.declare(Parameters([_parameter(axis) for axis in self.axes]))
        super().__init__(frame=self.outline.frame)
        self._image  # noqa: B018  what is wrong with a map is said at once

    @classmethod
    def read(cls, filename: Any, **kwargs: Any) -> Self:
        """Template of a file; keywords are those of the class."""
        return cls(filename=filename, **kwargs)

    def write(self, overwrite: bool = False, filename: Any = None) -> None:
        """Write the map; as `TemplateSpatialModel.write`."""
        name = self.filename if filename is None else str(filename)
        if name is None:
            raise ModelError(
                "TemplateNDSpatialModel: filename is None: say where to write the map, "
                "write(filename='map.fits')"
            )
        find("TemplateSpatialModel", "write", "fits")(self.map, name, overwrite)
        self.filename = name

    # -- the map --------------------------------------------------------------------------

    @cached_property
    def outline(self) -> Outline:
        """Where the map lies."""
        return outline_of(self.map.geom.wcs, self.map.data.shape[-2:])

    @property
    def is_energy_dependent(self) -> bool:  # type: ignore[override]
        """True if the map has an axis of energies."""
        return len(self.axes) < len(self.map.geom.axes)

    @property
    def energy_kinks(self) -> tuple[float, ...]:
        """Energies in TeV of the planes, and where the map ends."""
        return kinks_of(self.map.geom.axes["energy_true"] if self.is_energy_dependent else None)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the map; sr-1 if it has none."""
        return self.map.unit if str(self.map.unit) else SR

    @cached_property
    def _image(self) -> SkyImage:
        """All planes; those of one set of parameters are together, in order of the energy."""
        data = clean(self.map.data)
        n_axes = len(self.map.geom.axes)
        planes, spectrum = data, None
        if self.is_energy_dependent:
            where = self.map.geom.axes.names.index("energy_true")
            planes = np.moveaxis(data, n_axes - 1 - where, -3)
            axis = self.map.geom.axes["energy_true"]
            spectrum = spectrum_of(axis, self._interpolation.extrapolate)
        planes = planes.reshape((-1, *data.shape[-2:]))
        factors = np.full(len(planes), internal_factor(self.unit))
        chart = chart_of(self.map.geom.wcs, data.shape[-2:], "TemplateNDSpatialModel: map")
        return SkyImage(chart, planes, factors, self._interpolation.scale, spectrum)

    @cached_property
    def _rulers(self) -> list[_Ruler]:
        """Of each parameter; the first varies fastest."""
        rulers, stride = [], 1
        if self._image.spectrum is not None:
            stride = len(self._image.spectrum.nodes)
        for axis in self.axes:
            nodes = axis.center.value * internal_factor(axis.unit)
            rulers.append(_Ruler(_SCALES[axis.interp](np, nodes), axis.interp, stride))
            stride *= len(nodes)
        return rulers

    def check_values(self) -> None:
        """Refuse parameters beyond the values of their axes."""
        super().check_values()
        for axis, (name, parameter) in zip(self.axes, self.own_parameters.items(), strict=True):
            low, high = axis.center.value[[0, -1]] * internal_factor(axis.unit)
            slack = 1e-9 * max(abs(low), abs(high))
            rule = f"within the axis {name!r} of the map, {axis.center[0]:g} to {axis.center[-1]:g}"
            domain = Domain(low - slack, high + slack, True, True, rule)
            domain.check(
                parameter.value * parameter.internal_factor, parameter, type(self).__name__
            )

    # -- where it is ----------------------------------------------------------------------

    @property
    def frame(self) -> str:
        """Name of the frame of the map."""
        return self.outline.frame

    @frame.setter
    def frame(self, frame: str) -> None:
        name = checked_frame(frame, type(self).__name__)
        if name != self.outline.frame:
            raise ModelError(
                f"TemplateNDSpatialModel: frame = {frame!r}, and the map is in "
                f"{self.outline.frame!r}: reproject the map"
            )

    @property
    def position(self) -> SkyCoord:
        """Centre of the map."""
        return SkyCoord(*self.outline.center, unit="deg", frame=self.frame)

    @property
    def evaluation_radius(self) -> u.Quantity:
        """Distance from `position` to the farthest edge of the map."""
        return u.Quantity(self.outline.radius, "deg")

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """Size of the pixels, the smaller side."""
        return u.Quantity(min(self.outline.pixel), "deg")

    def to_region(self, **kwargs: Any) -> Any:
        """Rectangle of the map, a `~regions.RectangleSkyRegion`."""
        return map_region(self.position, self.outline, **kwargs)

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, lon: Any, lat: Any, energy: Any, *values: Any) -> Any:
        """Interpolation in all axes; ``energy`` is None for a map without energies."""
        return self._at((lon, lat, energy), values, 0, 0)[0]

    def partials(self, lon: Any, lat: Any, energy: Any, *values: Any) -> tuple[Any, ...]:
        """Derivatives by the parameters."""
        return tuple(self._at((lon, lat, energy), values, 0, 0)[1:])

    def _at(self, place: Any, values: Sequence[Any], level: int, first: Any) -> list[Any]:
        """Value, and derivatives by the parameters from a level on, at planes from ``first`` on."""
        if level == len(values):
            lon, lat, energy = place
            return [self._image.surface(lon, lat, energy, first)[0]]
        spot = self._rulers[level].locate(values[level], *place)
        low, high = (
            self._at(place, values, level + 1, first + plane)
            for plane in (spot.low_plane, spot.high_plane)
        )
        return _between(spot, low, high, self._image.scale == "log")

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.meta, new.interp_kwargs = dict(self.meta), dict(self.interp_kwargs)
        return new

    def __repr__(self) -> str:
        inside = super().__repr__().partition("(")[2]
        what = "map in memory" if self.filename is None else repr(self.filename)
        return f"TemplateNDSpatialModel({what}, {inside}"


class _Spot(NamedTuple):
    """Where a value lies on an axis: planes around it, share of the second, its derivative."""

    low_plane: Any
    high_plane: Any
    t: Any
    slope: Any


class _Ruler(NamedTuple):
    """Axis of a parameter: values on its scale, and planes from one to the next."""

    nodes: np.ndarray
    scale: str
    stride: int

    def locate(self, value: Any, *place: Any) -> _Spot:
        """Place of a value; beyond the ends it is at the end."""
        xp = array_namespace(value, *(p for p in place if p is not None))
        nodes, value = xp.asarray(self.nodes), xp.asarray(value, dtype=xp.float64)
        if nodes.shape[0] == 1:
            none = xp.zeros_like(value)
            plane = xp.astype(none, xp.int64)
            return _Spot(plane, plane, none, none)
        on_scale = _SCALES[self.scale](xp, value)
        held = xp.clip(on_scale, nodes[0], nodes[-1])
        flat = xp.reshape(held, (-1,))
        upper = xp.clip(xp.searchsorted(nodes, flat), 1, nodes.shape[0] - 1)
        start, end = (xp.reshape(xp.take(nodes, i), value.shape) for i in (upper - 1, upper))
        upper = xp.reshape(upper, value.shape)
        slope = xp.where(held == on_scale, _SLOPES[self.scale](xp, value) / (end - start), 0.0)
        low = (upper - 1) * self.stride
        return _Spot(low, low + self.stride, (held - start) / (end - start), slope)


def _between(spot: _Spot, low: list[Any], high: list[Any], logarithmic: bool) -> list[Any]:
    """Values and derivatives between two sides; the derivative along this axis comes first."""
    a, b = low[0], high[0]
    xp = array_namespace(a, b)
    t = spot.t
    linear = [(1.0 - t) * one + t * other for one, other in zip(low, high, strict=True)]
    along = (b - a) * spot.slope
    if not logarithmic:
        return [linear[0], along, *linear[1:]]
    both = (a > 0.0) & (b > 0.0)
    a, b = (xp.where(both, side, xp.ones_like(side)) for side in (a, b))
    rise = xp.log(b) - xp.log(a)
    power = xp.exp(xp.log(a) + t * rise)
    powers = [power, power * rise * spot.slope] + [
        power * ((1.0 - t) * one / a + t * other / b)
        for one, other in zip(low[1:], high[1:], strict=True)
    ]
    plain = [linear[0], along, *linear[1:]]
    return [xp.where(both, *pair) for pair in zip(powers, plain, strict=True)]


def _parameter(axis: Any) -> Parameter:
    """Parameter of an axis."""
    if not axis.name.isidentifier() or axis.name in ("energy", "lon", "lat", "map", "frame"):
        raise ModelError(
            f"TemplateNDSpatialModel: the axis {axis.name!r} of the map cannot be a parameter: "
            "rename it to something like 'radius' (or 'energy_true', if it is true energies)"
        )
    low, high = (float(x) for x in axis.center.value[[0, -1]])
    return Parameter(
        axis.name, 0.5 * (low + high), unit=axis.unit, min=low, max=high, interp=axis.interp
    )
