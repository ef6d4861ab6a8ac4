"""OffsetTables: responses at nodes of the offset, for some energies.

A survey asks the same few responses at thousands of distances from the axis of a pointing. Here
they are evaluated at nodes, and what lies between is a straight line. Nodes are laid where that is
as good as the response itself: closer where it bends, as towards the end of the field of view,
where tables have empty bins and are interpolated into them.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr

from gammapy.errors import DataError
from gammapy.makers.offset_grid import OffsetGrid, offset_nodes
from gammapy.makers.offset_terms import OffsetTerms, rough_terms, terms_of
from gammapy.makers.refined_nodes import Sample, refined
from gammapy.makers.responses import last_offset, named_response

__all__ = ["OffsetTables"]

#: share of the largest area below which an error counts in proportion to the area
_FAINT = 0.005
#: deg between nodes at first
_STEP = 0.1
#: rad per deg, at which transforms are looked at: up to where that of 0.01 deg is nil
_FREQUENCIES = np.geomspace(1.0, 400.0, 16)
#: bytes of transforms that are kept, of the frequencies that were asked for last
_KEPT = 2**26
#: widths beyond which a smoothed area is nil, and step of what is smoothed, in widths
DIED_AWAY, SMOOTH_STEP = 4.0, 0.05
_KINDS = ("aeff", "psf", "edisp")
#: offsets at which an energy dispersion is taken at once: bounds the memory
_AT_ONCE = 16


class OffsetTables:
    """Responses at nodes of the offset.

    Parameters
    ----------
    names : sequence of str
        Of the responses that are needed.
    responses : mapping from str to mapping
        Tables ``aeff``, ``psf`` and ``edisp`` of each name.
    energy_edges_true, energy_edges : ndarray [k + 1], [r + 1]
        In TeV.

    Attributes
    ----------
    end : ndarray [i]
        Last offset in deg that each response sees, that of its effective area.
    area_grid, psf_grid, edisp_grid : `OffsetGrid`
    area : ndarray [rows, k]
        In cm2.
    psf_usable, edisp_usable : ndarray of bool [rows, k]
        Where there is a point spread function, and an energy dispersion.
    edisp : ndarray [rows, k, r]

    Raises
    ------
    UnknownNameError
        If a response, or a table of one, is not there.
    DataError
        If a table has numbers that are negative or not finite.
    """

    def __init__(
        self,
        names: Sequence[str],
        responses: Mapping[str, Mapping[str, Any]],
        energy_edges_true: np.ndarray,
        energy_edges: np.ndarray,
    ) -> None:
        tables = [
            {kind: named_response(name, responses, kind) for kind in _KINDS} for name in names
        ]
        self.energy = np.sqrt(energy_edges_true[:-1] * energy_edges_true[1:])
        self._edges = energy_edges_true, energy_edges
        self.end = np.array([last_offset(table["aeff"]) for table in tables])
        self._last_offset = self.end  # of what was measured
        self._psf = [table["psf"] for table in tables]
        samplers = [self._samplers(*pair) for pair in zip(names, tables, strict=True)]
        kinds = []
        for kind in _KINDS:
            found = [
                refined(offset_nodes(table[kind], end, _STEP), sampler[kind])
                for table, end, sampler in zip(tables, self.end, samplers, strict=True)
            ]
            grid = OffsetGrid([nodes for nodes, _ in found])
            kinds.append((grid, [sample for _, sample in found]))
        (self.area_grid, area), (self.psf_grid, psf), (self.edisp_grid, edisp) = kinds
        self.area = np.concatenate([sample.values[..., 0] for sample in area])
        self.psf_usable = np.concatenate([sample.usable for sample in psf])
        self.edisp_usable = np.concatenate([sample.usable for sample in edisp])
        self.edisp = np.concatenate([sample.values for sample in edisp])
        self._forget()

    # -- at construction --------------------------------------------------------------------

    def _samplers(
        self, name: str, tables: Mapping[str, Any]
    ) -> dict[str, Callable[[np.ndarray], Sample]]:
        """What evaluates each table of a response at offsets."""
        true, reco = self._edges
        # what falls below and above tells whether there is a dispersion
        wide = np.concatenate([[1e-12 * reco[0]], reco, [1e12 * reco[-1]]])

        def area_at(offset: np.ndarray) -> np.ndarray:
            return _checked(name, "aeff", tables["aeff"].area(self.energy, offset[:, np.newaxis]))

        faint = _FAINT * area_at(np.linspace(0.0, last_offset(tables["aeff"]), 61)).max(axis=0)
        faint = np.where(faint > 0, faint, 1.0)

        def area(offset: np.ndarray) -> Sample:
            found = area_at(offset)
            there = np.ones(found.shape, dtype=bool)
            return Sample(found[..., np.newaxis], there, 1.0 / np.maximum(found, faint))

        def psf(offset: np.ndarray) -> Sample:
            transform = tables["psf"].transform(self.energy, offset, _FREQUENCIES)
            usable = tables["psf"].usable(self.energy, offset[:, np.newaxis])
            scale = np.minimum(area_at(offset) / faint, 1.0)
            return Sample(np.swapaxes(transform, 0, 1), usable, scale)

        def edisp(offset: np.ndarray) -> Sample:
            parts = [
                tables["edisp"].matrix(true, wide, offset[start : start + _AT_ONCE])
                for start in range(0, len(offset), _AT_ONCE)
            ]
            matrix = _checked(name, "edisp", np.concatenate(parts))
            scale = np.minimum(area_at(offset) / faint, 1.0)
            return Sample(matrix[..., 1:-1], matrix.sum(axis=-1) > 0, scale)

        return {"aeff": area, "psf": psf, "edisp": edisp}

    def reach(self, containment: float) -> float:
        """Radius in deg that holds a part of any point spread function that is met."""
        edges = np.concatenate([[0.0], np.geomspace(1e-4, 20.0, 1200)])
        middle = 0.5 * (edges[1:] + edges[:-1])
        widest = 0.0
        for i, psf in enumerate(self._psf):
            offset = np.linspace(0.0, self.end[i], 25)
            row, _ = self.area_grid.between(np.full(len(offset), i), offset)
            met = psf.usable(self.energy, offset[:, np.newaxis]) & (self.area[row] > 0)
            inside = np.cumsum(
                psf.profile(self.energy, offset, middle) * np.diff(edges**2), axis=-1
            )
            radius = edges[1:][np.argmax(inside >= containment * inside[..., -1:], axis=-1)]
            widest = max(widest, float(np.max(np.where(met.T, radius, 0.0))))
        return widest

    # -- as sums over few terms ------------------------------------------------------------

    @cached_property
    def terms(self) -> OffsetTerms:
        """All that there is, as a sum over few terms."""
        return terms_of(self)

    def rough_terms(self, smooth: OffsetTables) -> OffsetTerms:
        """What there is beyond smooth tables."""
        return rough_terms(self, smooth)

    # -- without steps and kinks -------------------------------------------------------------

    def smoothed(self, width: float) -> OffsetTables:
        """The tables with areas that are smoothed along the offset, by a Gaussian.

        They go on beyond the end until that has died away, with the point spread function and the
        energy dispersion of the end.

        Parameters
        ----------
        width : float
            In deg.
        """
        other = copy.copy(self)
        other.__dict__.pop("terms", None)
        other.end = self.end + DIED_AWAY * width
        nodes = [np.linspace(0.0, end, int(np.ceil(end / _STEP)) + 1) for end in other.end]
        rows = [self._smooth_areas(i, at, width) for i, at in enumerate(nodes)]
        other.area_grid, other.area = OffsetGrid(nodes), np.concatenate(rows)
        other.psf_grid, (other.psf_usable,) = self._longer(self.psf_grid, other.end, "psf_usable")
        other.edisp_grid, (other.edisp_usable, other.edisp) = self._longer(
            self.edisp_grid, other.end, "edisp_usable", "edisp"
        )
        other._forget()
        return other

    def _smooth_areas(self, i: int, offset: np.ndarray, width: float) -> np.ndarray:
        """Areas [n, k] of a response, smoothed, at offsets [n]."""
        n = int(np.ceil(self.end[i] / (SMOOTH_STEP * width)))
        middle = (np.arange(n) + 0.5) * self.end[i] / n
        row, share = self.area_grid.between(np.full(n, i), middle)
        areas = self.area[row] + share[:, np.newaxis] * (self.area[row + 1] - self.area[row])
        edges = np.linspace(0.0, self.end[i], n + 1)
        sides = [ndtr((sign * edges - offset[:, np.newaxis]) / width) for sign in (1.0, -1.0)]
        # a step is part of the smoothing, and offsets go on behind 0
        weights = np.diff(sides[0], axis=1) - np.diff(sides[1], axis=1)
        return weights @ areas

    def _longer(
        self, grid: OffsetGrid, end: np.ndarray, *names: str
    ) -> tuple[OffsetGrid, list[np.ndarray]]:
        """A grid with one more node for each response, as the last one, and tables with it."""
        last = np.flatnonzero(np.diff(grid.response, append=-1) != 0)
        rows = np.sort(np.concatenate([np.arange(len(grid)), last]))
        offset = grid.offset[rows]
        offset[last + np.arange(len(last)) + 1] = end
        nodes = [offset[grid.response[rows] == i] for i in range(len(last))]
        return OffsetGrid(nodes), [getattr(self, name)[rows] for name in names]

    # -- transforms -------------------------------------------------------------------------

    def transforms(self, rows: np.ndarray, frequency: np.ndarray) -> np.ndarray:
        """Transforms [u, k, m] of the point spread function at some rows of its grid.

        Computed the first time that they are asked for, and kept for the same frequencies.
        """
        key = frequency.tobytes()
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            self._kept[key] = _Rows(lambda missing: self._transformed(missing, frequency))
            while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key].stack(rows)

    def _transformed(self, rows: np.ndarray, frequency: np.ndarray) -> np.ndarray:
        grid = self.psf_grid
        return self.transforms_at(grid.response[rows], grid.offset[rows], frequency)

    def transforms_at(
        self, response: np.ndarray, offset: np.ndarray, frequency: np.ndarray
    ) -> np.ndarray:
        """Transforms [n, k, m] at offsets [n] of responses [n]; beyond the end those of the end."""
        found = np.empty((len(offset), len(self.energy), len(frequency)))
        for i in np.unique(response):
            here = response == i
            inside = np.minimum(offset[here], self._last_offset[i])
            transform = self._psf[i].transform(self.energy, inside, frequency)
            found[here] = np.swapaxes(transform, 0, 1)
        return found

    # -- at any offset ----------------------------------------------------------------------

    def areas(self, response: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Areas [n, k] in cm2 at offsets [n] of responses [n]; beyond the end those of the end."""
        row, share = self.area_grid.between(response, offset)
        return self.area[row] + share[:, np.newaxis] * (self.area[row + 1] - self.area[row])

    def known_transforms(
        self, response: np.ndarray, offset: np.ndarray, frequency: np.ndarray
    ) -> np.ndarray:
        """Transforms as `transforms_at`; where there is none that of the nearest energy."""
        found = self.transforms_at(response, offset, frequency)
        usable = found[:, :, 0] > 0  # all transforms are one at frequency zero
        energies = np.arange(usable.shape[1])
        away = np.abs(energies[:, np.newaxis] - energies)
        missing = np.where(usable, 0, len(energies))[:, np.newaxis]
        nearest = np.argmin(away + missing, axis=2)
        return np.take_along_axis(found, nearest[:, :, np.newaxis], axis=1)

    def known_edisp(self, response: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Probabilities [n, k, r]; where there are none those of the nearest offset."""
        found = np.empty((len(offset), *self.edisp.shape[1:]))
        for i in np.unique(response):
            here, rows = np.flatnonzero(response == i), self.edisp_grid.response == i
            nodes, at = self.edisp_grid.offset[rows], np.minimum(offset[here], self._last_offset[i])
            for k, usable in enumerate(self.edisp_usable[rows].T):
                values = self.edisp[rows, k][usable]
                if len(values) < 2:
                    found[here, k] = values.sum(axis=0)
                    continue
                x = np.clip(at, nodes[usable][0], nodes[usable][-1])
                row = np.clip(np.searchsorted(nodes[usable], x) - 1, 0, len(values) - 2)
                low, high = nodes[usable][row], nodes[usable][row + 1]
                share = ((x - low) / (high - low))[:, np.newaxis]
                found[here, k] = (1.0 - share) * values[row] + share * values[row + 1]
        return found

    # -- processes --------------------------------------------------------------------------

    def _forget(self) -> None:
        """Drop the transforms that are kept."""
        self._kept: OrderedDict[bytes, _Rows] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.__dict__.items() if name not in ("_kept", "terms")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()


class _Rows:
    """Arrays by a number, computed the first time that they are asked for."""

    def __init__(self, compute: Callable[[np.ndarray], np.ndarray]) -> None:
        self._compute = compute
        self._known: dict[int, np.ndarray] = {}
        self.nbytes = 0

    def stack(self, numbers: np.ndarray) -> np.ndarray:
        """The arrays of these numbers, one after the other."""
        wanted = numbers.tolist()
        missing = sorted(set(wanted) - self._known.keys())
        if missing:
            for number, array in zip(missing, self._compute(np.array(missing)), strict=True):
                self._known[number] = array
                self.nbytes += array.nbytes
        return np.stack([self._known[number] for number in wanted])


def _checked(response: str, name: str, table: Any) -> np.ndarray:
    table = np.asarray(table, dtype=float)
    if not np.all(np.isfinite(table)) or np.any(table < 0):
        raise DataError(
            f"{name} of response {response!r} has numbers that are negative or not finite: repair "
            "the file"
        )
    return table
