"""MapCoord: places in a map, on the sky and along its axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import BaseCoordinateFrame, SkyCoord
from astropy.time import Time

from gammapy.errors import DataError, UnknownNameError
from gammapy.units import as_quantity

__all__ = ["MapCoord"]


class MapCoord:
    """Coordinates by name: ``lon``, ``lat``, and those of the axes.

    Parameters
    ----------
    data : mapping from str to `~astropy.units.Quantity`, `~astropy.time.Time` or array_like
        Broadcast against each other. ``lon`` and ``lat`` as plain numbers are in deg.
    frame : str or frame of astropy, optional
        Of longitude and latitude, if it is known.

    Raises
    ------
    DataError
        If ``lon`` or ``lat`` is missing, or the shapes do not broadcast.
    """

    def __init__(self, data: Mapping[str, Any], frame: Any = None) -> None:
        missing = [name for name in ("lon", "lat") if name not in data]
        if missing:
            raise DataError(
                f"coordinates {list(data)} have no {missing[0]!r}: give lon and lat, or a SkyCoord "
                "as 'skycoord'"
            )
        self._data: dict[str, Any] = {name: _array(name, value) for name, value in data.items()}
        self._frame = frame
        try:
            self.shape = np.broadcast_shapes(*(value.shape for value in self._data.values()))
        except ValueError:
            shapes = {name: value.shape for name, value in self._data.items()}
            raise DataError(f"coordinates of shapes {shapes} do not broadcast together") from None

    @classmethod
    def create(
        cls, data: Any, frame: Any = None, axis_names: Sequence[str] | None = None
    ) -> MapCoord:
        """Coordinates from what users have at hand.

        Parameters
        ----------
        data : `MapCoord`, mapping or tuple
            A mapping may have a `~astropy.coordinates.SkyCoord` as ``skycoord``; a tuple has lon
            and lat or a SkyCoord first, then one entry for each axis.
        frame : str or frame of astropy, optional
            Of longitude and latitude; a SkyCoord and a `MapCoord` are transformed to it.
        axis_names : list of str, optional
            Names of the axes for a tuple, by default axis0, axis1...
        """
        if isinstance(data, MapCoord):
            same = frame is None or data._frame is None
            return data if same else data.to_frame(frame)
        if isinstance(data, SkyCoord):
            data = (data,)
        if not isinstance(data, Mapping):
            data = _by_name(data, axis_names)
        data = dict(data)
        if "skycoord" in data:
            sky = data.pop("skycoord")
            frame = sky.frame.replicate_without_data() if frame is None else frame
            spherical = sky.transform_to(frame).spherical
            data = {"lon": spherical.lon.to("deg"), "lat": spherical.lat.to("deg"), **data}
        return cls(data, frame)

    @property
    def frame(self) -> str | None:
        """Name of the frame of longitude and latitude, None if it is not known."""
        return self._frame.name if isinstance(self._frame, BaseCoordinateFrame) else self._frame

    @property
    def axis_names(self) -> list[str]:
        """Names of all coordinates."""
        return list(self._data)

    @property
    def ndim(self) -> int:
        """Number of coordinates."""
        return len(self._data)

    @property
    def size(self) -> int:
        """Number of places."""
        return int(np.prod(self.shape))

    @property
    def lon(self) -> u.Quantity:
        """Longitude in deg."""
        return self._data["lon"]

    @property
    def lat(self) -> u.Quantity:
        """Latitude in deg."""
        return self._data["lat"]

    @property
    def skycoord(self) -> SkyCoord:
        """Positions on the sky.

        Raises
        ------
        DataError
            If the frame is not known.
        """
        if self._frame is None:
            raise DataError("the frame of these coordinates is not known: give MapCoord a frame")
        return SkyCoord(*np.broadcast_arrays(self.lon, self.lat, subok=True), frame=self._frame)

    def __getitem__(self, key: str | int) -> Any:
        """A coordinate by name or position; ``skycoord`` too."""
        if key == "skycoord":
            return self.skycoord
        names = self.axis_names
        if isinstance(key, int) and -len(names) <= key < len(names):
            key = names[key]
        if key not in self._data:
            raise UnknownNameError(f"no coordinate {key!r}: known are {names}")
        return self._data[str(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data.values())

    def __len__(self) -> int:
        return len(self._data)

    # -- other coordinates from it --------------------------------------------------------

    def to_frame(self, frame: Any) -> MapCoord:
        """The same places in another frame; nan stays nan."""
        moved = self.skycoord.transform_to(frame).spherical
        return MapCoord(
            {**self._data, "lon": moved.lon.to("deg"), "lat": moved.lat.to("deg")}, frame
        )

    @property
    def broadcasted(self) -> MapCoord:
        """All coordinates with the shape that they have together."""
        return self._each(lambda value: _broadcast(value, self.shape))

    @property
    def flat(self) -> MapCoord:
        """All coordinates as one row."""
        return self._each(lambda value: _broadcast(value, self.shape).reshape(-1))

    def apply_mask(self, mask: np.ndarray) -> MapCoord:
        """Those places where a mask [...] is true, as one row."""
        return self._each(lambda value: _broadcast(value, self.shape)[mask])

    def copy(self) -> Self:
        """Copy with its own arrays."""
        return type(self)({name: value.copy() for name, value in self._data.items()}, self._frame)

    def _each(self, change: Any) -> MapCoord:
        return MapCoord({name: change(value) for name, value in self._data.items()}, self._frame)

    def __repr__(self) -> str:
        return f"MapCoord({self.axis_names}, shape={self.shape}, frame={self.frame!r})"


def _by_name(data: Any, axis_names: Sequence[str] | None) -> dict[str, Any]:
    """Entries of a tuple, with their names."""
    values = list(data)
    if values and isinstance(values[0], SkyCoord):
        sky: dict[str, Any] = {"skycoord": values.pop(0)}
    else:
        sky = dict(zip(("lon", "lat"), values, strict=False))
        values = values[2:]
    names = [f"axis{i}" for i in range(len(values))] if axis_names is None else list(axis_names)
    if len(names) != len(values):
        raise DataError(
            f"{len(values)} coordinates besides those on the sky: {len(names)} are needed, for "
            f"the axes {names}"
        )
    return sky | dict(zip(names, values, strict=True))


def _array(name: str, value: Any) -> Any:
    """Coordinate as an array with unit, where it has one."""
    if name in ("lon", "lat"):
        if not isinstance(value, u.Quantity):
            value = _plain_degrees(value)
        return u.Quantity(as_quantity(value, name, u.deg).to("deg"))
    if isinstance(value, (u.Quantity, Time)):
        return value
    if isinstance(value, str):
        return u.Quantity(value)
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):  # a list of texts or quantities
        return u.Quantity(value)


def _plain_degrees(value: Any) -> Any:
    try:
        return np.asarray(value, dtype=float) * u.deg
    except (TypeError, ValueError):  # a text, or a list of quantities
        return value


def _broadcast(value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, Time):
        return value if value.shape == shape else value + np.zeros(shape) * u.s
    return np.broadcast_to(value, shape, subok=True)
