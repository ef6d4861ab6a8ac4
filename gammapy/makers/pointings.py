r"""PointingsInstrument: many pointings, with tables of their own, as one instrument.

Nothing is put on a map: what a position meets is summed over the pointings that see it, each at
its own distance from its axis. Distances lie between nodes of a fine grid, on which the tables are
evaluated once, so a position costs a few weights and one product with what stands at the nodes:

.. math::
    T(q) = \frac{\sum_g w_g\, T_g(\theta_g, q)}{\sum_g w_g}, \qquad w_g = t_g\, A_g(\theta_g)

for groups :math:`g` of pointings with live time :math:`t`, effective area :math:`A` and distance
:math:`\theta`; the same for the energy dispersion. The field of view of a response ends at the
last offset of its effective area, and nothing is seen beyond it.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.time import Time

from gammapy.data.groups import PointingGroup
from gammapy.data.time_reference import EPOCH_MJD
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.response_terms import ResponseTerms
from gammapy.errors import DataError, UnitMismatchError
from gammapy.makers.background import background_of_pointings
from gammapy.makers.offset_grid import OffsetGrid
from gammapy.makers.offset_tables import OffsetTables
from gammapy.makers.offset_terms import OffsetTerms
from gammapy.makers.pointing_sums import PointingSums, separations
from gammapy.maps import MapAxis, WcsGeom, WcsNDMap

__all__ = ["PointingsInstrument"]

#: deg over which areas are smoothed along the offset, where steps and kinks are taken apart: wide
#: beside point spread functions where these matter, and narrow beside fields of view
_SMOOTH = 0.5
#: what an instrument keeps of what it was asked for
_KEPT = ("_weighted", "_exposures", "_all_terms", "_smooth_and_rough")
#: error of the mean of a course, which is of order one where it is bright
ROUNDING = 1e-9
#: from which the times of groups are counted
_EPOCH = Time(EPOCH_MJD, format="mjd", scale="tt")


class _View(NamedTuple):
    """What sees a position: each group twice, as the position lies between two nodes.

    Attributes
    ----------
    group, row : array of int [u]
    share : array [u]
        How near the position is to the node, from 0 to 1.
    area : array [u, k]
        Of the group at the position, in cm2.
    """

    group: np.ndarray
    row: np.ndarray
    share: np.ndarray
    area: np.ndarray


class PointingsInstrument(Instrument):
    """Response of many pointings.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.PointingGroup`
    responses : mapping from str to mapping
        By the name of the response of a group; each has tables ``aeff``, ``psf`` and ``edisp``,
        and ``bkg`` for `background`, as `~gammapy.irf.load_irf_dict_from_file` gives them.
    energy_axis_true, energy_axis : `~gammapy.maps.MapAxis`
        Named ``"energy_true"`` and ``"energy"``.
    frame : str
        Of the positions that are asked for.
    containment : float
        Part of the point spread function, at least, within `reach`.

    Raises
    ------
    UnknownNameError
        If a group's response, or a table of one, is not there.
    UnitMismatchError
        If an axis is none of energy.
    DataError
        If there are no groups, one has a direction or live time that is not finite, an axis has
        another name, or a table has numbers that are negative or not finite.
    """

    def __init__(
        self,
        groups: Sequence[PointingGroup],
        responses: Mapping[str, Mapping[str, Any]],
        energy_axis_true: MapAxis,
        energy_axis: MapAxis,
        frame: str = "galactic",
        containment: float = 0.9999,
    ) -> None:
        self.groups = tuple(groups)
        if not self.groups:
            raise DataError("groups is empty: an instrument needs one pointing at least")
        self.frame = frame
        self.energy_edges_true = _edges(energy_axis_true, "energy_true")
        self.energy_edges = _edges(energy_axis, "energy")
        names = sorted({group.response for group in self.groups})
        edges = self.energy_edges_true, self.energy_edges
        self._tables = OffsetTables(names, responses, *edges)
        self._background = {
            name: {"bkg": responses[name]["bkg"]} if responses[name].get("bkg") else {}
            for name in names
        }
        self._response = np.array([names.index(group.response) for group in self.groups])
        self._axes = _directions(self.groups, frame)
        self._pointed = self._livetime = _livetimes(self.groups)
        self._weighted: weakref.WeakKeyDictionary[Any, dict] = weakref.WeakKeyDictionary()
        self.reach = self._tables.reach(containment)

    @property
    def _end(self) -> np.ndarray:
        """Last offset [g] that each group sees."""
        return self._tables.end[self._response]

    @cached_property
    def _exposures(self) -> PointingSums:
        return self._sums(self._tables.area_grid, self._tables.area)

    def _sums(self, grid: OffsetGrid, values: np.ndarray) -> PointingSums:
        return PointingSums(self._axes, self._response, self._livetime, grid, values)

    # -- what is asked for ------------------------------------------------------------------

    def exposure(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Exposure [k, ...] in cm2 s at positions [...]; zero where no pointing sees them."""
        return self._exposures.at(_unit_vectors(lon, lat))

    def psf(self, lon: float, lat: float, frequency: np.ndarray) -> np.ndarray:
        """Transform [k, m] of the point spread function, the mean weighted with the exposure.

        Responses that have none at an energy and offset do not count there; at energies where none
        counts it is that of the nearest energy.

        Raises
        ------
        DataError
            If no pointing sees the position, or none has a point spread function there.
        """
        frequency = np.ascontiguousarray(frequency, dtype=float)
        view = self._view(lon, lat, self._tables.psf_grid)
        weights, known = self._weights(view, self._tables.psf_usable)
        if not np.any(known):
            raise DataError(
                f"no response has a point spread function at {self.frame} position ({lon:.4f}, "
                f"{lat:.4f}) deg, at any energy: leave the source out"
            )
        used = np.any(weights > 0, axis=1)
        transforms = self._tables.transforms(view.row[used], frequency)
        return np.einsum("uk,ukm->km", weights[used], transforms)[_nearest(known)]

    def edisp(self, lon: float, lat: float) -> np.ndarray:
        """Probabilities [k, r], the mean weighted with the exposure.

        Responses that have none at an energy and offset do not count there; where none counts
        they are zero.

        Raises
        ------
        DataError
            If no pointing sees the position.
        """
        view = self._view(lon, lat, self._tables.edisp_grid)
        weights, _ = self._weights(view, self._tables.edisp_usable)
        return np.einsum("uk,ukr->kr", weights, self._tables.edisp[view.row])

    def seen(self, temporal_model: Any) -> Self:
        """The instrument with each live time times the mean of a temporal model over it.

        The mean over the times of the pointings of a group is weighted with their lengths. It is
        kept for the values of the parameters.

        Raises
        ------
        DataError
            If a mean is negative or not finite, or the pointings of a group have no length.
        """
        values = temporal_model.values_since(_EPOCH)
        known = self._weighted.setdefault(temporal_model, {})
        key = (temporal_model.scale, *values)
        if key not in known:
            known.clear()  # a model that is fitted would fill it
            known[key] = self._with_means(self._means(temporal_model, values))
        return known[key]

    def background(self, geom: WcsGeom) -> WcsNDMap:
        """Background counts of all pointings on a map; it is not weighted by a source.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom`
            In any frame, with an axis ``energy``.

        Raises
        ------
        UnknownNameError
            If a response has no background.
        """
        return background_of_pointings(self.groups, self._background, geom)

    # -- which pointings see a position -----------------------------------------------------

    def _offsets(self, place: np.ndarray) -> np.ndarray:
        """Distances [g] in deg of a unit vector [3] from all pointings."""
        return separations(np.sum((self._axes - place) ** 2, axis=1))

    def _view(self, lon: float, lat: float, grid: OffsetGrid) -> _View:
        """What sees a position, between which nodes of a grid.

        Raises
        ------
        DataError
            If nothing does.
        """
        offset = self._offsets(_unit_vectors(lon, lat))
        group = np.flatnonzero((offset <= self._end) & (self._pointed > 0))
        if not len(group):
            self._refuse(lon, lat, offset)
        response, offset = self._response[group], offset[group]
        row, fraction = self._tables.area_grid.between(response, offset)
        low, high = self._tables.area[row], self._tables.area[row + 1]
        area = low + fraction[:, np.newaxis] * (high - low)
        row, fraction = grid.between(response, offset)
        return _View(
            np.concatenate([group, group]),
            np.concatenate([row, row + 1]),
            np.concatenate([1.0 - fraction, fraction]),
            np.concatenate([area, area]),
        )

    def _refuse(self, lon: float, lat: float, offset: np.ndarray) -> None:
        i = int(np.argmin(np.where(self._pointed > 0, offset - self._end, np.inf)))
        raise DataError(
            f"no pointing sees {self.frame} position ({lon:.4f}, {lat:.4f}) deg: the nearest, with "
            f"{self.groups[i].response!r}, is {offset[i]:.3f} deg away and sees {self._end[i]:g} "
            "deg; leave the source out"
        )

    def _weights(self, view: _View, usable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights [u, k] that add up to 1, or to 0 where nothing is usable; and where they do [k].

        By exposure. Where nothing is exposed, as a source is off or an area nil, no counts follow,
        but there must be some shape: it is weighted without the source, and then without the area.
        """
        share = view.share[:, np.newaxis] * usable[view.row]
        pair = share[: len(share) // 2] + share[len(share) // 2 :]
        share = share / np.tile(np.where(pair > 0, pair, 1.0), (2, 1))
        livetime, pointed = self._livetime[view.group], self._pointed[view.group]
        found = np.zeros_like(view.area)
        known = np.zeros(view.area.shape[1], dtype=bool)
        for time, area in ((livetime, view.area), (pointed, view.area), (pointed, 1.0)):
            weights = time[:, np.newaxis] * area * share
            total = weights.sum(axis=0)
            new = ~known & (total > 0)
            found = np.where(new, weights / np.where(total > 0, total, 1.0), found)
            known |= new
            if np.all(known):
                break
        return found, known

    # -- times ------------------------------------------------------------------------------

    def _means(self, model: Any, values: Sequence[float]) -> np.ndarray:
        """Mean [g] of a temporal model over the times of each group."""
        sizes = [len(group.start) for group in self.groups]
        low = np.concatenate([np.asarray(group.start, dtype=float) for group in self.groups])
        high = np.concatenate([np.asarray(group.stop, dtype=float) for group in self.groups])
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        length = np.add.reduceat(high - low, first)
        integral = np.add.reduceat(np.asarray(model.integrals(low, high, values)), first)
        means = integral / np.where(length > 0, length, 1.0)
        # where the course is dark, the rounding of many cycles may leave less than nothing
        means = np.where((means < 0) & (means > -ROUNDING), 0.0, means)
        bad = np.flatnonzero(~(np.isfinite(means) & (means >= 0) & (length > 0)))
        if len(bad):
            i = bad[0]
            raise DataError(
                f"{type(model).__name__} has mean {means[i]:g} over the {length[i]:g} s of "
                f"{self.groups[i]!r}: finite numbers from 0 and times that last are needed; change "
                "its parameters"
            )
        return means

    def _with_means(self, means: np.ndarray) -> Self:
        """The same with weighted live times; tables and what is kept with them are shared."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._livetime = self._livetime * means
        other._forget()
        return other

    # -- as a sum over few terms ------------------------------------------------------------

    def terms(self) -> ResponseTerms:
        """The response as a sum over few terms; see `gammapy.makers.offset_terms`."""
        return self._all_terms

    @cached_property
    def _all_terms(self) -> ResponseTerms:
        return self._terms(self._tables.terms)

    def split(self) -> tuple[Instrument, ResponseTerms]:
        """An instrument whose fields of view end softly, and what it lacks of this one."""
        return self._smooth_and_rough

    @cached_property
    def _smooth_and_rough(self) -> tuple[Instrument, ResponseTerms]:
        smooth = object.__new__(type(self))
        smooth.__dict__.update(self.__dict__)
        smooth._tables = self._tables.smoothed(_SMOOTH)
        smooth._forget()
        return smooth, self._terms(self._tables.rough_terms(smooth._tables))

    def _terms(self, terms: OffsetTerms) -> ResponseTerms:
        sums = self._sums(terms.grid, terms.vectors)
        return ResponseTerms(self.frame, sums.at, terms.loading, terms.functions)

    # -- processes, printing ----------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _KEPT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def _forget(self) -> None:
        """Drop what is kept of another instrument."""
        for name in _KEPT:
            self.__dict__.pop(name, None)
        self._weighted = weakref.WeakKeyDictionary()

    def __repr__(self) -> str:
        return (
            f"PointingsInstrument({len(self.groups)} groups of pointings, {len(self._tables.end)} "
            f"responses, {len(self._tables.energy)} true and {len(self.energy_edges) - 1} "
            f"reconstructed energies, frame={self.frame!r})"
        )


def _edges(axis: MapAxis, name: str) -> np.ndarray:
    """Edges of an energy axis in TeV."""
    if axis.name != name:
        raise DataError(f"axis {axis.name!r} stands where {name!r} is needed: rename it")
    if not axis.unit.is_equivalent("TeV"):
        raise UnitMismatchError(f"axis {name!r} is in {str(axis.unit)!r}: an energy is needed")
    return np.array(axis.edges.to_value("TeV"), dtype=float)


def _directions(groups: Sequence[PointingGroup], frame: str) -> np.ndarray:
    """Unit vectors [g, 3] of the pointings in a frame."""
    lon, lat = (np.array([getattr(group, name) for group in groups]) for name in ("lon", "lat"))
    bad = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    if len(bad):
        raise DataError(f"{groups[bad[0]]!r}: a direction must be finite, leave the group out")
    sky = SkyCoord(lon, lat, unit="deg", frame="icrs").transform_to(frame).spherical
    return _unit_vectors(sky.lon.deg, sky.lat.deg)


def _livetimes(groups: Sequence[PointingGroup]) -> np.ndarray:
    livetime = np.array([group.livetime for group in groups], dtype=float)
    bad = np.flatnonzero(~(np.isfinite(livetime) & (livetime >= 0)))
    if len(bad):
        raise DataError(f"{groups[bad[0]]!r}: a live time must be finite and not negative")
    return livetime


def _unit_vectors(lon: Any, lat: Any) -> np.ndarray:
    """Unit vectors [..., 3] of positions in deg."""
    lon, lat = np.broadcast_arrays(np.deg2rad(lon), np.deg2rad(lat))
    cos = np.cos(lat)
    return np.stack([cos * np.cos(lon), cos * np.sin(lon), np.sin(lat)], axis=-1)


def _nearest(known: np.ndarray) -> np.ndarray:
    """Number [k] of the nearest of the known [k], itself if it is one."""
    where = np.flatnonzero(known)
    return where[np.argmin(np.abs(where - np.arange(len(known))[:, np.newaxis]), axis=1)]
