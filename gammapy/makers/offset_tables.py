"""OffsetTables: responses at nodes of a fine grid of offsets, for some energies.

A survey asks the same few responses at thousands of distances from the axis of a pointing. Here
they are evaluated at nodes, once, and anything between is a weight of two nodes. Nodes are counted
through all responses: node ``n`` of response ``i`` is row ``i * len(nodes) + n``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gammapy.errors import DataError, UnknownNameError

__all__ = ["OffsetTables"]

#: deg between nodes: transforms and areas are nearer than 1e-4 to a straight line between them
_STEP = 0.05
#: the same for the energy dispersion, which is nearly straight between the nodes of its table
_STEP_EDISP = 0.25
#: bytes of transforms that are kept, of the frequencies that were asked for last
_KEPT = 2**27
_NEEDED = ("aeff", "psf", "edisp")


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
    nodes, nodes_edisp : ndarray [n], [n']
        Offsets in deg, the latter of the energy dispersion.
    area : ndarray [i, n, k]
        In cm2; beyond the end as at the end.
    usable : ndarray of bool [i, n, k]
        Where there is a point spread function.
    edisp : ndarray [i * n', k, r]

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
        tables = [_tables(name, responses) for name in names]
        self.energy = np.sqrt(energy_edges_true[:-1] * energy_edges_true[1:])
        self.end = np.array([_last_offset(table["aeff"]) for table in tables])
        self.nodes = _node_grid(tables, self.end, _STEP)
        self.nodes_edisp = _node_grid(tables, self.end, _STEP_EDISP)
        self._psf = [table["psf"] for table in tables]

        area, usable, edisp = [], [], []
        for name, table, end in zip(names, tables, self.end, strict=True):
            offset = np.minimum(self.nodes, end)[:, np.newaxis]
            area.append(_checked(name, "aeff", table["aeff"].area(self.energy, offset)))
            usable.append(table["psf"].usable(self.energy, offset))
            offset = np.minimum(self.nodes_edisp, end)
            matrix = table["edisp"].matrix(energy_edges_true, energy_edges, offset)
            edisp.append(_checked(name, "edisp", matrix))
        self.area, self.usable = np.stack(area), np.stack(usable)
        self.edisp = np.concatenate(edisp)
        self._forget()

    def transforms(self, rows: np.ndarray, frequency: np.ndarray) -> np.ndarray:
        """Transforms [u, k, m] of the point spread function at some rows.

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
        found = np.empty((len(rows), len(self.energy), len(frequency)))
        response, node = np.divmod(rows, len(self.nodes))
        for i in np.unique(response):
            here = np.flatnonzero(response == i)
            offset = np.minimum(self.nodes[node[here]], self.end[i])
            transform = self._psf[i].transform(self.energy, offset, frequency)
            found[here] = np.swapaxes(transform, 0, 1)
        return found

    def reach(self, containment: float) -> float:
        """Radius in deg that holds a part of any point spread function that is met."""
        edges = np.concatenate([[0.0], np.geomspace(1e-4, 20.0, 1200)])
        middle = 0.5 * (edges[1:] + edges[:-1])
        widest = 0.0
        for psf, usable, area, end in zip(self._psf, self.usable, self.area, self.end, strict=True):
            met = usable & (area > 0) & (self.nodes <= end)[:, np.newaxis]
            some = np.flatnonzero(np.any(met, axis=1))[::10]
            density = psf.profile(self.energy, self.nodes[some], middle)
            inside = np.cumsum(density * np.diff(edges**2), axis=-1)
            enough = inside >= containment * inside[..., -1:]
            radius = edges[1:][np.argmax(enough, axis=-1)]
            widest = max(widest, float(np.max(np.where(met[some].T, radius, 0.0), initial=0.0)))
        return widest

    # -- processes --------------------------------------------------------------------------

    def _forget(self) -> None:
        """Drop the transforms that are kept."""
        self._kept: OrderedDict[bytes, _Rows] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

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


def _tables(name: str, responses: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Tables of a response, all there."""
    if name not in responses:
        raise UnknownNameError(
            f"a pointing has response {name!r}, and responses has {sorted(responses)}: give one "
            "under that name"
        )
    missing = [table for table in _NEEDED if responses[name].get(table) is None]
    if missing:
        raise UnknownNameError(
            f"response {name!r} has no {missing[0]!r} among {sorted(responses[name])}: "
            f"{', '.join(_NEEDED)} are needed"
        )
    return responses[name]


def _last_offset(aeff: Any) -> float:
    """Where the field of view ends: the last edge of bins, or the last of single offsets."""
    axis = aeff.axes["offset"]
    last = axis.center if axis.node_type == "center" else axis.edges
    return float(last.to_value("deg")[-1])


def _node_grid(tables: Sequence[Mapping[str, Any]], ends: np.ndarray, step: float) -> np.ndarray:
    """Offsets: even steps, and where tables have kinks or end."""
    last = ends.max()
    kinks = [np.linspace(0.0, last, int(np.ceil(last / step)) + 1), ends]
    for table in tables:
        for name in _NEEDED:
            axis = table[name].axes["offset"]
            kinks += [axis.center.to_value("deg"), axis.edges.to_value("deg")]
    nodes = np.concatenate(kinks)
    nodes = np.unique(nodes[(nodes >= 0.0) & (nodes <= last)])
    # what differs by rounding is one node
    return nodes[np.concatenate([np.diff(nodes) > 1e-9, [True]])]


def _checked(response: str, name: str, table: Any) -> np.ndarray:
    table = np.asarray(table, dtype=float)
    if not np.all(np.isfinite(table)) or np.any(table < 0):
        raise DataError(
            f"{name} of response {response!r} has numbers that are negative or not finite: repair "
            "the file"
        )
    return table
