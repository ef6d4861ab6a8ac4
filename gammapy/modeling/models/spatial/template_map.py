"""What a template makes of its map: clean planes, their norm, and where they are."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, Self

import astropy.units as u
import numpy as np

from gammapy.engine.pixel_grid import SCALES
from gammapy.engine.projection import Chart
from gammapy.engine.sphere import offset, separation
from gammapy.errors import FileFormatError, ModelError
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models.spatial.chart import chart_of
from gammapy.modeling.models.spatial.image import SkyImage, Spectrum
from gammapy.modeling.models.spatial.outline_of_map import Outline, outline_of
from gammapy.units import internal_factor

__all__ = ["SR", "Interpolation", "TemplateSource", "clean", "kinks_of", "spectrum_of"]

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
    """Pixels of a map, and what templates have made of them; those of one file share it.

    Parameters
    ----------
    name : str
        By which messages call it.
    wcs : `~astropy.wcs.WCS`
        Of the two celestial axes.
    data : array [n_y, n_x] or [n_energy, n_y, n_x]
    axis : `~gammapy.maps.MapAxis`, optional
        Energies of a cube.
    unit : `~astropy.units.Unit`, optional
        Of the data; without, `missing_unit` counts where a template does not say it.
    """

    #: what is wrong with the unit of the map, which matters if nobody says another
    problem: str | None = None

    def __init__(
        self,
        name: str,
        wcs: Any,
        data: np.ndarray,
        axis: Any = None,
        unit: u.UnitBase | None = None,
        missing_unit: u.UnitBase = SR,
    ) -> None:
        self.name = name
        self.wcs = wcs
        self.data = data
        self.axis = axis
        self._unit, self._missing_unit = unit, missing_unit
        self._images: dict[Any, SkyImage] = {}

    @classmethod
    def of_map(cls, sky_map: Any, name: str, missing_unit: u.UnitBase = SR) -> Self:
        """Pixels of a `~gammapy.maps.WcsNDMap`; arguments as for the class.

        Raises
        ------
        ModelError
            If it is no map, or has other axes than "energy_true".
        """
        if not isinstance(sky_map, WcsNDMap):
            raise ModelError(
                f"{name} is a {type(sky_map).__name__}, and a WcsNDMap is needed: use Map.read or "
                "WcsNDMap.create, or filename= for a file"
            )
        axes = sky_map.geom.axes
        _check_axes(name, [axis.name for axis in axes])
        axis = axes["energy_true"] if len(axes) else None
        unit = sky_map.unit if str(sky_map.unit) else None
        return cls(name, sky_map.geom.wcs, sky_map.data, axis, unit, missing_unit)

    def stated_in_file(self, unit: u.UnitBase | None, problem: str) -> None:
        """Take a unit that the reader has made out, or note why it could not."""
        self._unit = unit
        self.problem = problem if unit is None else None

    @cached_property
    def outline(self) -> Outline:
        """Where the map lies."""
        return outline_of(self.wcs, self.data.shape[-2:])

    @cached_property
    def reach(self) -> float:
        """Distance in deg from the centre to where the last pixel with something in it ends."""
        place = self.outline
        filled = np.any(self.data > 0, axis=tuple(range(self.data.ndim - 2)))
        y, x = np.nonzero(filled)
        if not len(x):
            return 0.0
        lon, lat = self.wcs.wcs_pix2world(x, y, 0)
        away = separation(offset(lon, lat, *place.center))
        # a pixel is felt up to the centres of its neighbours
        return min(float(np.max(away)) + float(np.hypot(*place.pixel)), place.radius)

    @cached_property
    def chart(self) -> Chart:
        """Projection of the map."""
        return chart_of(self.wcs, self.data.shape[-2:], self.name)

    def unit(self, normalize: bool, stated: u.UnitBase | None) -> u.UnitBase:
        """Unit of the values; what is stated counts where the map says nothing, or nonsense."""
        if normalize:
            return SR
        own = self._unit
        if stated is None and self.problem is not None:
            raise FileFormatError(
                f"{self.name}: {self.problem}: mend the file, say unit='sr-1', or normalize=True"
            )
        if own is None or (stated is not None and not own.is_equivalent(stated)):
            return self._missing_unit if stated is None else stated
        return own

    def planes(self) -> np.ndarray:
        """Values [n, n_y, n_x] without those that are negative or no number."""
        data = clean(self.data)
        return data.reshape((-1, *data.shape[-2:]))

    def norms(self, planes: np.ndarray) -> np.ndarray:
        """One over the integral of each plane [n], in sr-1.

        Raises
        ------
        ModelError
            If a plane is empty.
        """
        areas = WcsGeom(self.wcs, planes.shape[:0:-1]).solid_angle().to_value("sr")
        areas = np.where(np.isfinite(areas), areas, 0.0)
        integrals = np.array([float(np.sum(plane * areas)) for plane in planes])
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
            spectrum = None if self.axis is None else spectrum_of(self.axis, how.extrapolate)
            self._images[key] = SkyImage(self.chart, planes, factors, how.scale, spectrum)
        return self._images[key]


def _check_axes(name: str, names: list[str]) -> None:
    if names == ["energy"]:
        raise ModelError(
            f"{name} has the axis 'energy', of reconstructed energies, and a template needs true "
            "ones: rename it to 'energy_true'"
        )
    if names not in ([], ["energy_true"]):
        raise ModelError(
            f"{name} has the axes {names}, a template 'energy_true' at most: take one plane, or "
            "TemplateNDSpatialModel for axes that are parameters"
        )


def clean(data: np.ndarray) -> np.ndarray:
    """Copy of values in which those that are negative, or no number, are zero."""
    data = np.asarray(data)
    data = np.array(data, dtype=data.dtype.newbyteorder("=") if data.dtype.kind == "f" else float)
    data[~(np.isfinite(data) & (data > 0))] = 0.0
    return data


def spectrum_of(axis: Any, extrapolate: bool) -> Spectrum:
    """Energies of the planes of a cube, and where it ends."""
    edges = np.log(axis.edges.to_value("TeV"))[[0, -1]].tolist()
    ends = (-np.inf, np.inf) if extrapolate else (edges[0], edges[1])
    return Spectrum(np.log(axis.center.to_value("TeV")), ends)


def kinks_of(axis: Any) -> tuple[float, ...]:
    """Energies in TeV of the planes of a cube, and its ends; none without an axis."""
    if axis is None:
        return ()
    edges = axis.edges.to_value("TeV")
    return tuple(np.unique([edges[0], *axis.center.to_value("TeV"), edges[-1]]).tolist())
