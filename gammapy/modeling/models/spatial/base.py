"""SpatialModel: what a distribution on the sky offers, built on one formula.

A model writes ``evaluate(lon, lat, *values)``: floats, deg in and sr-1 out, in the frame of the
model, against the array-API standard, values in the order of its parameters; one that depends on
energy takes it, in TeV, after the position. It may add ``partials``, the derivatives by each value.
Everything else - units, maps, regions, the fit - is read off these.

A position angle counts from north through east, in the frame of the model.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.dispatch import find
from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.spatial.domain import LATITUDE, Domain
from gammapy.modeling.models.spatial.frames import checked_frame
from gammapy.modeling.models.spatial.integration import Energies, Patch, patches
from gammapy.modeling.models.spatial.on_map import integrated_map, region_integrals, value_map
from gammapy.modeling.models.spatial.outline import position_error
from gammapy.modeling.models.spatial.radial import profile, profile_partials
from gammapy.units import internal_unit, strip

if TYPE_CHECKING:
    from gammapy.modeling.models.spatial.compound import CompoundSpatialModel

__all__ = ["SPATIAL_MODEL_REGISTRY", "SpatialModel"]

SPATIAL_MODEL_REGISTRY = Registry("spatial model")


_PER_SR = u.Unit("sr-1")


class SpatialModel(ModelBase):
    """Distribution on the sky, in a frame.

    Parameters
    ----------
    frame : str
        Name of an astropy frame, e.g. "icrs" or "galactic".
    **values
        Of the parameters: quantities, texts or `~gammapy.modeling.Parameter`.

    Raises
    ------
    ModelError, UnknownNameError
        If there is no such frame or parameter.
    """

    registry = SPATIAL_MODEL_REGISTRY
    coordinates = 2
    #: True if ``evaluate`` takes an energy after the position
    is_energy_dependent: ClassVar[bool] = False
    #: True if ``evaluate`` needs quantities; it is then called with them, which is slow
    needs_quantities: ClassVar[bool] = False
    #: where the formula holds, by parameter; a latitude is always within its bounds
    domains: ClassVar[dict[str, Domain]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # bound or not: with self or without
        takes_energy = "energy" in list(inspect.signature(cls.evaluate).parameters)[2:4]
        cls.coordinates = 3 if takes_energy else 2
        if "is_energy_dependent" not in cls.__dict__:
            cls.is_energy_dependent = takes_energy
        super().__init_subclass__(**kwargs)

    def __init__(self, *, frame: str = "icrs", **values: Any) -> None:
        super().__init__(**values)
        self.frame = frame

    @classmethod
    def from_position(cls, position: SkyCoord, **kwargs: Any) -> Self:
        """Model at a position, in its frame.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord`
        **kwargs
            Values of the other parameters.
        """
        if not isinstance(position, SkyCoord) or not position.isscalar:
            raise ModelError(f"position = {position!r} must be one SkyCoord")
        lon, lat = position.spherical.lon, position.spherical.lat
        frame = position.frame.name
        return cls(lon_0=lon.to("deg"), lat_0=lat.to("deg"), frame=frame, **kwargs)

    @property
    def frame(self) -> str:
        """Name of the frame in which the positions of the model are."""
        return self._frame

    @frame.setter
    def frame(self, frame: str) -> None:
        self._frame = checked_frame(frame, type(self).__name__)

    # -- the formula, for the engine ------------------------------------------------------

    @abstractmethod
    def evaluate(self, lon: Any, lat: Any, *values: Any) -> Any:
        """Formula, in internal units."""

    def brightness(self, place: Sequence[Any], values: Sequence[float]) -> np.ndarray:
        """Formula at a place - lon and lat in deg, energy in TeV if it takes one - in sr-1."""
        if self.needs_quantities:
            return self._through_quantities(place, values)
        return self.evaluate(*place, *values)

    def brightness_partials(
        self, place: Sequence[Any], values: Sequence[float]
    ) -> Sequence[np.ndarray]:
        """Derivatives of `brightness` by each parameter, in the order of ``own_parameters``."""
        if hasattr(self, "partials"):
            return self.partials(*place, *values)
        where: Any = place
        return numerical_partials(lambda at, *v: self.brightness(at, v), where, values)

    def _through_quantities(self, place: Sequence[Any], values: Sequence[float]) -> np.ndarray:
        where = [u.Quantity(x, unit) for x, unit in zip(place, ("deg", "deg", "TeV"), strict=False)]
        parameters = self.own_parameters.values()
        quantities = [
            u.Quantity(value, internal_unit(p.unit), dtype=type(value))
            for value, p in zip(values, parameters, strict=True)
        ]
        result = u.Quantity(self.evaluate(*where, *quantities))
        return result.to_value(internal_unit(self.unit))

    @property
    def internal_values(self) -> list[float]:
        """Parameter values in internal units."""
        return [p.value * p.internal_factor for p in self.own_parameters.values()]

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values."""
        return _PER_SR

    def check_values(self) -> None:
        """Refuse parameter values for which there is no formula.

        Raises
        ------
        ModelError
            If a size is not positive, an eccentricity not below 1, a latitude beyond a pole, ...
        """
        domains = {"lat_0": LATITUDE, **self.domains}
        for (name, parameter), value in zip(
            self.own_parameters.items(), self.internal_values, strict=True
        ):
            if name in domains:
                domains[name].check(value, parameter, type(self).__name__)

    # -- for people -----------------------------------------------------------------------

    def __call__(self, lon: Any, lat: Any, energy: Any = None) -> u.Quantity:
        """Values of the model.

        Parameters
        ----------
        lon, lat : `~astropy.units.Quantity` [...]
            Position in the `frame` of the model; broadcast against each other.
        energy : `~astropy.units.Quantity` [...], optional
            For a model that depends on energy; the others pass it over.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            In `unit`.

        Raises
        ------
        UnitMismatchError, ModelError
            If a coordinate has not the right unit, is not finite or beyond a pole, or a parameter
            has a value that makes no sense; see `check_values`.
        """
        place: list[Any] = [_angle(lon, "lon", self), _angle(lat, "lat", self)]
        if np.any(np.abs(place[1]) > 90.0):
            worst = np.max(np.abs(place[1]))
            raise ModelError(
                f"{type(self).__name__}: lat reaches {worst:g} deg and must be within "
                "-90 and 90 deg; lon comes first"
            )
        if self.is_energy_dependent:
            if energy is None:
                raise ModelError(
                    f"{type(self).__name__} depends on energy: call it with (lon, lat, energy)"
                )
            place.append(strip(energy, "energy", u.TeV))
        elif self.coordinates == 3:
            place.append(None)
        return self._values(place)

    def _values(self, place: Sequence[np.ndarray]) -> u.Quantity:
        self.check_values()
        value = self.brightness(place, self.internal_values)
        return u.Quantity(value, internal_unit(self.unit)).to(self.unit)

    def evaluate_geom(self, geom: Any) -> u.Quantity:
        """Values at the centres of the pixels of a map.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom`

        Returns
        -------
        `~astropy.units.Quantity` [..., n_lat, n_lon]
            Zero at pixels outside the sky, of which a projection like AIT has some.
        """
        coord = geom.get_coord(frame=self.frame)
        place: list[Any] = [u.Quantity(c, "deg").value for c in (coord.lon, coord.lat)]
        if self.is_energy_dependent:
            energy = u.Quantity(coord["energy_true"]).to_value("TeV")
        on_sky = np.isfinite(place[0]) & np.isfinite(place[1])
        place = [np.where(on_sky, c, 0.0) for c in place]
        if self.coordinates == 3:
            place.append(energy if self.is_energy_dependent else None)
        value = self._values(place)
        return np.where(on_sky, value.value, 0.0) * value.unit

    def integrate_geom(self, geom: Any, oversampling_factor: int | None = None) -> Any:
        """Integrals over the pixels of a map.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
            With an axis "energy_true" for a model that depends on energy, which is taken at the
            centres of its bins; a model that does not is the same under all axes.
        oversampling_factor : int, optional
            Take the mean of values at so many by so many places in each pixel. By default the
            integral is exact, to 1e-3 of the brightest pixel at the least, for shapes of any size.

        Returns
        -------
        `~gammapy.maps.Map`
            Without unit for a model in sr-1: what part of the source a pixel holds. A point is put
            on the four pixels about it, with bilinear weights.

        Raises
        ------
        ModelError
            If a parameter has a value that makes no sense, there is no axis of energies, or a
            region is a point or none.
        """
        return integrated_map(self, geom, oversampling_factor)

    def patches(
        self,
        geom: Any,
        energies: Energies | None = None,
        oversampling_factor: int | None = None,
    ) -> Iterator[Patch]:
        """Integrals over the pixels of a map that the model reaches, in parts that may overlap.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom` or `MapPixels`
            The latter is made once for the many models of a map.
        energies : `Energies`, optional
            For a model that depends on energy.
        oversampling_factor : int, optional
            As for `integrate_geom`.

        Yields
        ------
        `Patch`
            In internal units times sr. The values of the parameters are taken as checked.
        """
        return patches(self, geom, energies, oversampling_factor)

    def region_integrals(self, geom: Any, energies: Energies | None = None) -> np.ndarray:
        """Integrals [n_planes] over the region of a `~gammapy.maps.RegionGeom`; as `patches`."""
        return region_integrals(self, geom, energies)

    # -- where it is ----------------------------------------------------------------------

    @property
    def position(self) -> SkyCoord | None:
        """Centre of the model; None if it has none."""
        if not {"lon_0", "lat_0"} <= self.own_parameters.keys():
            return None
        lon, lat = (self.own_parameters[name].quantity for name in ("lon_0", "lat_0"))
        return SkyCoord(lon, lat, frame=self.frame)

    @property
    def position_lonlat(self) -> tuple[float, float] | None:
        """Longitude and latitude of `position` in rad, in the frame of the model."""
        position = self.position
        if position is None:
            return None
        place = position.spherical
        return float(place.lon.rad), float(place.lat.rad)

    @property
    def position_error(self) -> Any:
        """Ellipse that holds the true `position` with 95 % probability.

        A `~regions.EllipseSkyRegion` from the covariance of ``lon_0`` and ``lat_0``; None if the
        model has no position or one of the two no error.
        """
        return position_error(self)

    @property
    def evaluation_radius(self) -> u.Quantity | None:
        """Radius about `position` beyond which the model can be left out; None for all the sky."""
        return None

    @property
    def evaluation_bin_size_min(self) -> u.Quantity | None:
        """Size of pixels that show the structure of the model; None if it has none."""
        return None

    @property
    def energy_kinks(self) -> tuple[float, ...]:
        """Energies in TeV where a model that depends on energy is not smooth."""
        return ()

    @property
    def reach(self) -> float | None:
        """Radius in deg about `position` beyond which there is nothing; None for all the sky.

        Of a shape without an end, less than 1e-6 of it.
        """
        radius = self.evaluation_radius
        return None if radius is None else float(radius.to_value("deg"))

    # -- of round shapes ------------------------------------------------------------------

    @property
    def is_round(self) -> bool:
        """True if the shape, with its present values, has a `profile`; a point has none."""
        return False

    @property
    def profile_edges(self) -> tuple[float, ...]:
        """Radii in deg, ascending, where the profile or its slope jumps, or changes fast.

        An integral over the profile is cut there.
        """
        return ()

    def profile(self, separation: Any) -> np.ndarray:
        """Values [...] in sr-1 at distances [...] in deg from the centre of a round shape.

        Raises
        ------
        ModelError
            If the shape is not round.
        """
        return profile(self, separation)

    def profile_partials(self, separation: Any) -> dict[str, np.ndarray]:
        """Derivatives [...] of `profile` by the parameters that change it, by their names.

        The position is not among them, and neither are ``e`` and ``phi``, by which the derivatives
        of a round shape are zero. Values of parameters count in internal units, like deg.
        """
        return profile_partials(self, separation)

    def to_region(self, **kwargs: Any) -> Any:
        """Outline of the model, a region of the package regions.

        Parameters
        ----------
        **kwargs
            For the region, e.g. ``visual``. Extended models take a ``size_factor`` too.
        """
        raise ModelError(f"{type(self).__name__} has no outline: its to_region is not defined")

    @property
    def evaluation_region(self) -> Any:
        """Region that holds nearly all of the model."""
        return self.to_region()

    # -- pictures -------------------------------------------------------------------------

    def plot(self, ax: Any = None, geom: Any = None, **kwargs: Any) -> Any:
        """Draw the values of the model as an image of the sky; a point by its share of pixels.

        Parameters
        ----------
        ax : `~astropy.visualization.wcsaxes.WCSAxes`, optional
        geom : `~gammapy.maps.WcsGeom`, optional
            By default one that holds the model.
        **kwargs
            Those of `gammapy.plot.plot_map`.

        Returns
        -------
        `~astropy.visualization.wcsaxes.WCSAxes`

        Raises
        ------
        ModelError
            If the model depends on energy, or has no end and there is no geometry.
        """
        if self.is_energy_dependent:
            raise ModelError(
                f"{type(self).__name__} depends on energy and is no image: use plot_grid(geom=...) "
                "with an axis 'energy_true'"
            )
        return value_map(self, geom).plot(ax=ax, **kwargs)

    def plot_grid(self, geom: Any = None, **kwargs: Any) -> Any:
        """Draw one image for each plane of a geometry; as `plot`, and `gammapy.plot.plot_map_grid`.

        A model that depends on energy needs an axis "energy_true".
        """
        return value_map(self, geom).plot_grid(**kwargs)

    # -- composition ----------------------------------------------------------------------

    def __add__(self, other: Any) -> CompoundSpatialModel:
        build: Any = SPATIAL_MODEL_REGISTRY.get("compound")
        return build.joined([self, other])

    def __mul__(self, norm: float) -> CompoundSpatialModel:
        build: Any = SPATIAL_MODEL_REGISTRY.get("compound")
        return build.joined([self], norm)

    __rmul__ = __mul__

    # -- files ----------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the model, as it stands in a YAML file."""
        return find("SpatialModel", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SpatialModel:
        """Model from such a tree."""
        return find("SpatialModel", "from_dict", "yaml")(data)

    # -- shown ----------------------------------------------------------------------------

    def __repr__(self) -> str:
        text = super().__repr__()
        if self.frame == "icrs":
            return text
        comma = "" if text.endswith("()") else ", "
        return f"{text[:-1]}{comma}frame={self.frame!r})"

    def __str__(self) -> str:
        return f"{type(self).__name__}, frame {self.frame}\n\n{self.parameters}"


def _angle(value: Any, name: str, model: SpatialModel) -> np.ndarray:
    """Finite angles in deg."""
    angle = strip(value, name, u.deg)
    if not np.all(np.isfinite(angle)):
        raise ModelError(f"{type(model).__name__}: {name} = {value!r} must be finite")
    return angle
