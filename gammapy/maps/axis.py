"""MapAxis: an axis of a map, divided into bins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axes import MapAxes
from gammapy.maps.axis_changes import AxisChanges
from gammapy.units import as_quantity, internal_factor, parse_unit

__all__ = ["MapAxes", "MapAxis"]

_SCALES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "lin": (lambda x: x, lambda x: x),
    "log": (np.log, np.exp),
    "sqrt": (np.sqrt, np.square),
}


class MapAxis(AxisChanges):
    """Consecutive bins along a quantity; it does not change once made.

    Parameters
    ----------
    edges : `~astropy.units.Quantity` or array_like [n + 1]
        Ascending.
    interp : {"lin", "log", "sqrt"}
        Scale on which the bins are thought even; the bin centre is the middle on it.
    name : str
        ``"energy"`` or ``"energy_true"`` for energies, reconstructed or true.
    unit : str
        Unit of ``edges``, if those are plain numbers.
    center : `~astropy.units.Quantity` or array_like [n], optional
        A point in each bin that stands for it, if that is not the middle.

    Raises
    ------
    DataError
        If the edges are not at least two, finite, ascending, and fit for the scale, or a centre
        lies outside its bin.
    """

    _node_type = "edges"

    def __init__(
        self, edges: Any, interp: str = "lin", name: str = "", unit: Any = "", center: Any = None
    ) -> None:
        _check_scale(interp, name)
        edges = edges if isinstance(edges, u.Quantity) else u.Quantity(edges, parse_unit(unit))
        values = np.array(edges.value, dtype=float)
        if values.ndim != 1 or len(values) < 2 or not np.all(np.diff(values) > 0):
            raise DataError(
                f"axis {name!r}: edges must be at least two ascending numbers, got "
                f"{np.array2string(values, threshold=6)}"
            )
        if not np.all(np.isfinite(values)) or (interp != "lin" and values[0] < 0):
            raise DataError(
                f"axis {name!r}: edges must be finite, and positive on a {interp} scale"
            )
        if interp == "log" and values[0] == 0:
            raise DataError(f"axis {name!r}: a log scale cannot start at 0; use interp='lin'")
        values.flags.writeable = False
        self._edges = u.Quantity(values, edges.unit, copy=False)
        self.interp = interp
        self.name = name
        self._center = None if center is None else _checked_center(center, self)

    @classmethod
    def from_edges(cls, edges: Any, interp: str = "lin", name: str = "", unit: Any = "") -> MapAxis:
        """Axis from its edges; see the class."""
        return cls(edges, interp=interp, name=name, unit=unit)

    @classmethod
    def from_nodes(cls, nodes: Any, interp: str = "lin", name: str = "", unit: Any = "") -> MapAxis:
        """Axis from its bin centres; the edges are the middles between them on the scale.

        The first and last bin reach as far out as they reach in. A single bin goes half a decade
        to each side on a log scale, else half a unit.

        Parameters
        ----------
        nodes : `~astropy.units.Quantity` or array_like [n]
            Ascending; kept exactly as `center`.
        interp, name, unit : str
            As for the class.

        Raises
        ------
        DataError
            If the nodes do not ascend, or are not fit for the scale.
        """
        _check_scale(interp, name)
        nodes = nodes if isinstance(nodes, u.Quantity) else u.Quantity(nodes, parse_unit(unit))
        values = np.atleast_1d(np.array(nodes.value, dtype=float))
        good = values.ndim == 1 and len(values) and np.all(np.isfinite(values))
        if not good or not np.all(np.diff(values) > 0) or (interp != "lin" and values[0] <= 0):
            raise DataError(
                f"axis {name!r}: nodes must be finite and ascending, and positive on a log or sqrt "
                f"scale, got {np.array2string(values, threshold=6)}: sort them, without doubles"
            )
        edges = _edges_between(values, interp)
        axis = cls(edges, interp=interp, name=name, unit=nodes.unit, center=values)
        axis._node_type = "center"
        return axis

    @classmethod
    def from_bounds(
        cls,
        lo_bnd: float,
        hi_bnd: float,
        nbin: int,
        interp: str = "lin",
        name: str = "",
        unit: Any = "",
    ) -> MapAxis:
        """Axis of ``nbin`` bins that are even on its scale."""
        _check_scale(interp, name)
        _check_nbin(nbin, name)
        positive = {"lin": True, "sqrt": lo_bnd >= 0, "log": lo_bnd > 0}[interp]
        if not (lo_bnd < hi_bnd and positive):
            raise DataError(
                f"axis {name!r}: bounds {lo_bnd} to {hi_bnd} must ascend, and be positive on a "
                f"{interp} scale"
            )
        forward, back = _SCALES[interp]
        edges = back(np.linspace(forward(lo_bnd), forward(hi_bnd), nbin + 1))
        return cls(edges, interp=interp, name=name, unit=unit)

    @classmethod
    def from_energy_edges(
        cls, energy_edges: Any, unit: Any = None, name: str | None = None, interp: str = "log"
    ) -> MapAxis:
        """Energy axis from its edges, quantities or numbers in ``unit``."""
        edges = _energy(energy_edges, "energy_edges", unit)
        edges = edges if unit is None else edges.to(unit)
        return cls(edges, interp=interp, name=name or "energy")

    @classmethod
    def from_energy_bounds(
        cls,
        energy_min: Any,
        energy_max: Any,
        nbin: int,
        unit: Any = None,
        per_decade: bool = False,
        name: str | None = None,
    ) -> MapAxis:
        """Energy axis of bins that are even in the logarithm.

        Parameters
        ----------
        energy_min, energy_max : `~astropy.units.Quantity`, str or float
        nbin : int
            Number of bins, or of bins per decade.
        unit : str, optional
            By default that of ``energy_min``; needed for plain numbers.
        per_decade : bool
        name : str
            ``"energy"`` by default; ``"energy_true"`` for true energies.
        """
        low = _energy(energy_min, "energy_min", unit)
        high = _energy(energy_max, "energy_max", unit).to(low.unit)
        if not 0 < low < high:
            raise DataError(f"energy bounds {low} to {high}: 0 < energy_min < energy_max is needed")
        _check_nbin(nbin, name or "energy")
        if per_decade:
            nbin = int(np.ceil(np.log10((high / low).value) * nbin))
        edges = np.geomspace(low.value, high.value, nbin + 1) * low.unit
        return cls.from_energy_edges(edges, unit=unit, name=name)

    @property
    def edges(self) -> u.Quantity:
        """Bin edges [n + 1]."""
        return self._edges

    @cached_property
    def internal_edges(self) -> np.ndarray:
        """Bin edges [n + 1] as floats in internal units (TeV, s...)."""
        return self._edges.value * internal_factor(self.unit)

    @property
    def edges_min(self) -> u.Quantity:
        """Lower bin edges [n]."""
        return self._edges[:-1]

    @property
    def edges_max(self) -> u.Quantity:
        """Upper bin edges [n]."""
        return self._edges[1:]

    @property
    def center(self) -> u.Quantity:
        """Bin centres [n]: as given, or the middles on the scale of the axis."""
        if self._center is not None:
            return self._center
        forward, back = _SCALES[self.interp]
        scaled = forward(self._edges.value)
        return u.Quantity(back(0.5 * (scaled[:-1] + scaled[1:])), self.unit)

    @property
    def node_type(self) -> str:
        """``"center"`` if the bin edges are only guessed from the centres, else ``"edges"``."""
        return self._node_type

    @property
    def bin_width(self) -> u.Quantity:
        """Bin widths [n]."""
        return np.diff(self._edges)

    @property
    def nbin(self) -> int:
        """Number of bins."""
        return len(self._edges) - 1

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the edges."""
        return self._edges.unit

    # -- coordinates and pixels -----------------------------------------------------------

    def coord_to_pix(self, coord: Any) -> np.ndarray:
        """Place on the axis, counted from 0 at the middle of the first bin.

        The axis goes on outside of its bins as its first and last piece do.

        Parameters
        ----------
        coord : `~astropy.units.Quantity`, str or array_like [...]
            Plain numbers are in the `unit` of the axis.
        """
        nodes, first = self._pixel_nodes
        forward, _ = _SCALES[self.interp]
        with np.errstate(divide="ignore", invalid="ignore"):  # below 0 on a log scale: no place
            place = forward(self._values(coord))
        return _along(place, forward(nodes), first + np.arange(len(nodes)))

    def pix_to_coord(self, pix: Any) -> u.Quantity:
        """Coordinate [...] at such a place; the inverse of `coord_to_pix`."""
        nodes, first = self._pixel_nodes
        forward, back = _SCALES[self.interp]
        place = np.asarray(pix, dtype=float)
        return u.Quantity(
            back(_along(place, first + np.arange(len(nodes)), forward(nodes))), self.unit
        )

    def coord_to_idx(self, coord: Any, clip: bool = False) -> np.ndarray:
        """Bin [...] that holds a coordinate, or -1 where none does.

        A bin holds its lower edge, the last one the upper edge too.

        Parameters
        ----------
        coord : `~astropy.units.Quantity`, str or array_like [...]
            Plain numbers are in the `unit` of the axis.
        clip : bool
            True to give the first and last bin outside of the axis, and -1 for nan only.
        """
        values, edges = self._values(coord), self._edges.value
        index = np.searchsorted(edges, values, side="right") - 1
        index = np.where(values == edges[-1], self.nbin - 1, index)
        if clip:
            index = np.clip(index, 0, self.nbin - 1)
        return np.where(np.isnan(values) | (index >= self.nbin), -1, index)

    @property
    def _pixel_nodes(self) -> tuple[np.ndarray, float]:
        """Numbers at which the place is known, and the place of the first."""
        if self.node_type == "center" and self.nbin > 1:
            return self.center.value, 0.0
        return self._edges.value, -0.5

    def _values(self, coord: Any) -> np.ndarray:
        if isinstance(coord, (str, u.Quantity)):
            return as_quantity(coord, f"axis {self.name!r}: coord", self.unit).to_value(self.unit)
        try:
            return np.asarray(coord, dtype=float)
        except (TypeError, ValueError):  # a list of texts or quantities
            return as_quantity(coord, f"axis {self.name!r}: coord", self.unit).to_value(self.unit)

    # -- other axes from it ---------------------------------------------------------------

    def slice(self, idx: slice) -> MapAxis:
        """Axis of some of the bins, those of a slice without steps.

        Raises
        ------
        DataError
            If no bin is left, or the bins are not consecutive.
        """
        first, end, step = idx.indices(self.nbin)
        if step != 1 or end <= first:
            raise DataError(
                f"axis {self.name!r}: slice {idx} of {self.nbin} bins must hold at least one bin, "
                "and have no step: an axis has no gaps"
            )
        center = None if self._center is None else self.center[first:end]
        new = MapAxis(self.edges[first : end + 1], self.interp, self.name, center=center)
        new._node_type = self.node_type
        return new

    def copy(self, name: str | None = None) -> MapAxis:
        """The same bins, under another name if one is given."""
        new = copy(self)
        new.name = self.name if name is None else name
        return new

    def squash(self) -> MapAxis:
        """All bins as one."""
        return MapAxis(self.edges[[0, -1]], self.interp, self.name)

    def downsample(self, factor: int) -> MapAxis:
        """Each ``factor`` bins as one.

        Raises
        ------
        DataError
            If some bins would be left over.
        """
        _check_nbin(factor, self.name)
        if self.nbin % factor:
            raise DataError(
                f"axis {self.name!r}: {self.nbin} bins do not divide by factor = {factor}"
            )
        return MapAxis(self.edges[::factor], self.interp, self.name)

    def upsample(self, factor: int) -> MapAxis:
        """Each bin cut into ``factor``, even on the scale of the axis."""
        _check_nbin(factor, self.name)
        forward, back = _SCALES[self.interp]
        whole = np.arange(self.nbin + 1)
        parts = np.arange(self.nbin * factor + 1) / factor
        edges = back(np.interp(parts, whole, forward(self.edges.value)))
        edges[::factor] = self.edges.value
        return MapAxis(edges, self.interp, self.name, self.unit)

    def __len__(self) -> int:
        return self.nbin

    def __reduce__(self) -> tuple[Any, ...]:
        # a copied array is writeable, so the axis is made anew
        return _again, (
            type(self),
            self._node_type,
            self.edges,
            self.interp,
            self.name,
            self._center,
        )

    def is_allclose(self, other: Any, rtol: float = 1e-6) -> bool:
        """True if the other axis has the same name, edges and centres within ``rtol``."""
        if other is self:  # maps of one dataset share their axes, and this is asked often
            return True
        if not isinstance(other, MapAxis) or self.name != other.name or self.nbin != other.nbin:
            return False
        if not self.unit.is_equivalent(other.unit):
            return False
        pairs = [(self.edges, other.edges)]
        if self._center is not None or other._center is not None:
            pairs.append((self.center, other.center))
        return all(
            np.allclose(ours, theirs.to(self.unit), rtol=rtol, atol=0 * self.unit)
            for ours, theirs in pairs
        )

    def __eq__(self, other: object) -> bool:
        return self.is_allclose(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        low, high = self.edges[[0, -1]]
        return f"MapAxis({self.name!r}, {self.nbin} bins, {low:.4g} to {high:.4g}, {self.interp})"


def _again(cls: type[MapAxis], node_type: str, *arguments: Any) -> MapAxis:
    edges, interp, name, center = arguments
    axis = cls(edges, interp, name, center=center)
    axis._node_type = node_type
    return axis


def _energy(value: Any, name: str, unit: Any) -> u.Quantity:
    """Energies; plain numbers are in the unit, if there is one."""
    if unit is not None and not isinstance(value, u.Quantity):
        with suppress(TypeError, ValueError):  # texts, and lists of quantities, have their units
            value = np.asarray(value, dtype=float) * parse_unit(unit)
    return as_quantity(value, name, u.TeV)


def _check_scale(interp: str, name: str) -> None:
    if interp not in _SCALES:
        raise DataError(f"axis {name!r}: interp = {interp!r} is not one of {list(_SCALES)}")


def _along(x: np.ndarray, nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Piecewise linear through values at ascending nodes; the end pieces go on outside."""
    right = np.clip(np.searchsorted(nodes, x), 1, len(nodes) - 1)
    low, high = nodes[right - 1], nodes[right]
    share = (x - low) / (high - low)
    return values[right - 1] + share * (values[right] - values[right - 1])


def _checked_center(center: Any, axis: MapAxis) -> u.Quantity:
    """Read-only centres, of which each lies in its bin."""
    center = center.to(axis.unit) if isinstance(center, u.Quantity) else center * axis.unit
    values = np.array(center.value, dtype=float)
    edges = axis.edges.value
    if values.shape != (axis.nbin,) or not np.all((edges[:-1] <= values) & (values <= edges[1:])):
        raise DataError(
            f"axis {axis.name!r}: center = {np.array2string(values, threshold=6)} must be one "
            f"number inside each of the {axis.nbin} bins"
        )
    values.flags.writeable = False
    return u.Quantity(values, axis.unit, copy=False)


def _edges_between(nodes: np.ndarray, interp: str) -> np.ndarray:
    """Edges [n + 1] half-way between nodes [n] on a scale."""
    forward, back = _SCALES[interp]
    scaled = forward(nodes)
    if len(scaled) == 1:
        half = 0.5 * (np.log(10.0) if interp == "log" else 1.0)
        steps = np.array([half, half])
    else:
        steps = 0.5 * np.diff(scaled)[[0, -1]]
    middles = 0.5 * (scaled[:-1] + scaled[1:])
    edges = np.concatenate([scaled[:1] - steps[:1], middles, scaled[-1:] + steps[1:]])
    if interp == "sqrt":  # the first bin cannot reach below 0
        edges = np.maximum(edges, 0.0)
    return back(edges)


def _check_nbin(nbin: Any, name: str) -> None:
    if not isinstance(nbin, (int, np.integer)) or nbin < 1:
        raise DataError(f"axis {name!r}: nbin = {nbin!r} must be a positive whole number")
