"""What a template makes of its map: clean planes, their norm, and where they are."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.engine.pixel_grid import SCALES
from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.chart import chart_of
from gammapy.modeling.models.spatial.image import SkyImage, Spectrum
from gammapy.modeling.models.spatial.outline_of_map import Outline, outline_of
from gammapy.units import internal_factor

__all__ = ["SR", "Interpolation", "TemplateSource", "clean"]

SR = u.Unit("sr-1")
_KNOWN = {"method": ("linear",), "values_scale": SCALES, "fill_value": (0, None)}


class Interpolation(NamedTuple):
    """How a template is interpolated.

    Attributes
    ----------
    scale : {"log", "lin", "sqrt"}
        Scale on which values are linear between pixels.
    extrapolate : bool
        True if a cube goes on beyond its energies.
    """

    scale: str = "log"
    extrapolate: bool = False

    @classmethod
    def of(cls, options: dict[str, Any] | None, owner: str) -> Interpolation:
        """From ``interp_kwargs``.

        Raises
        ------
        ModelError
            If an option or its value is not known.
        """
        options = dict(options or {})
        for key, value in options.items():
            choices = _KNOWN.get(key, ())
            if isinstance(value, bool) or value not in choices:
                known = "; ".join(f"{k!r}: {v}" for k, v in _KNOWN.items())
                raise ModelError(
                    f"{owner}: interp_kwargs = {{{key!r}: {value!r}}} is not known: use {known}"
                )
        return cls(options.get("values_scale", "log"), options.get("fill_value", 0) is None)


class TemplateSource:
    """A map, and what templates have made of it; those of one file have it in common.

    Parameters
    ----------
    map : `~gammapy.maps.WcsNDMap`
    name : str
        By which messages call it.
    unit : `~astropy.units.Unit`
        Of the values, where neither the map nor a template says it.

    Raises
    ------
    ModelError
        If it is no map, or has other axes than "energy_true".
    """

    def __init__(self, map: Any, name: str, unit: u.UnitBase = SR) -> None:
        self.map = map
        self.name = name
        self._unit = unit
        self._images: dict[Any, SkyImage] = {}
        axes = getattr(getattr(map, "geom", None), "axes", None)
        if axes is None or not hasattr(map.geom, "wcs"):
            raise ModelError(f"{name} = {map!r} is not a WcsNDMap: read or make one")
        self._check_axes([axis.name for axis in axes])
        self.axis = axes["energy_true"] if len(axes) else None

    def _check_axes(self, names: list[str]) -> None:
        if names == ["energy"]:
            raise ModelError(
                f"{self.name} has the axis 'energy', of reconstructed energies, and a template "
                "needs true ones: rename it to 'energy_true'"
            )
        if names not in ([], ["energy_true"]):
            raise ModelError(
                f"{self.name} has the axes {names}, a template 'energy_true' at most: take one "
                "plane, or TemplateNDSpatialModel for axes that are parameters"
            )

    @cached_property
    def outline(self) -> Outline:
        """Where the map lies."""
        return outline_of(self.map.geom.wcs.celestial, self.map.data.shape[-2:])

    def unit(self, normalize: bool, stated: u.UnitBase | None) -> u.UnitBase:
        """Unit of the values; what is stated counts where the map says nothing, or nonsense."""
        if normalize:
            return SR
        own = self.map.unit if str(self.map.unit) else None
        if own is None or (stated is not None and not own.is_equivalent(stated)):
            return self._unit if stated is None else stated
        return own

    def planes(self) -> np.ndarray:
        """Values [n, n_y, n_x] without those that are negative or no number."""
        data = clean(self.map.data)
        return data.reshape((-1, *data.shape[-2:]))

    def norms(self, planes: np.ndarray) -> np.ndarray:
        """One over the integral of each plane [n], in sr-1.

        Raises
        ------
        ModelError
            If a plane is empty.
        """
        solid_angle = self.map.geom.to_image().solid_angle().to_value("sr")
        on_sky = np.where(np.isfinite(solid_angle), solid_angle, 0.0)
        integrals = np.array([float(np.sum(plane * on_sky)) for plane in planes])
        empty = np.flatnonzero(~(integrals > 0))
        if len(empty):
            which = "" if len(planes) == 1 else f", plane {empty[0]},"
            raise ModelError(
                f"{self.name}{which} has the integral 0 and cannot be normalised (pixels that are "
                "negative or nan count as 0): give values, or normalize=False"
            )
        return 1.0 / integrals

    def image(self, normalize: bool, stated: u.UnitBase | None, how: Interpolation) -> SkyImage:
        """Map made ready for the engine, in internal units; made once.

        Raises
        ------
        ModelError
            If the projection is not known, or the map cannot be normalised.
        """
        unit = self.unit(normalize, stated)
        key = normalize, unit, how
        if key not in self._images:
            planes = self.planes()
            factor = internal_factor(unit)
            factors = self.norms(planes) if normalize else np.full(len(planes), factor)
            chart = chart_of(self.map.geom.wcs.celestial, planes.shape[1:])
            spectrum = None if self.axis is None else _spectrum(self.axis, how.extrapolate)
            self._images[key] = SkyImage(chart, planes, factors, how.scale, spectrum)
        return self._images[key]


def clean(data: np.ndarray) -> np.ndarray:
    """Copy of values in which those that are negative, or no number, are zero."""
    data = np.asarray(data)
    data = np.array(data, dtype=data.dtype.newbyteorder("=") if data.dtype.kind == "f" else float)
    data[~(np.isfinite(data) & (data > 0))] = 0.0
    return data


def _spectrum(axis: Any, extrapolate: bool) -> Spectrum:
    edges = np.log(axis.edges.to_value("TeV"))[[0, -1]].tolist()
    ends = (-np.inf, np.inf) if extrapolate else (edges[0], edges[1])
    return Spectrum(np.log(axis.center.to_value("TeV")), ends)
