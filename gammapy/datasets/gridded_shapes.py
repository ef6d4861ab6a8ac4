r"""Masses of a shape on the cells of a plane grid.

A round shape is smoothed a little first, by a Gaussian narrower than the point spread function, of
which that is taken out again: its profile, and the derivatives by its sizes, are then sums of few
Bessel functions, without an edge or a cusp that cells could miss. Any other shape is evaluated at
nodes, several in a cell.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.engine.convolve import gathering
from gammapy.engine.hankel import fourier_bessel
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.placing import cubic_weights
from gammapy.engine.plane import from_plane
from gammapy.engine.radial import radial_masses
from gammapy.engine.sphere import RAD
from gammapy.modeling.models.spatial.template import TemplateSpatialModel

__all__ = ["GriddedShape", "NodeMasses", "SmoothMasses"]

#: most nodes of a shape
MOST_NODES = 4_000_000
#: nodes along a side of a cell, for a shape that does not tell its structure
LEAST_PARTS = 4
#: nodes along a side of the grid, of which there are as many for a shape of few cells
LEAST_NODES = 400
#: width of the smoothing times the largest frequency
SMOOTHING = 2.16


class GriddedShape(ABC):
    """A shape on cells.

    Attributes
    ----------
    smoothing : float
        Width of the Gaussian with which the masses are smoothed, in deg.
    """

    smoothing: float

    @abstractmethod
    def masses(self) -> np.ndarray:
        """Masses [1, m, m], or [k, m, m] where the shape depends on energy."""

    @abstractmethod
    def slopes(self) -> dict[str, np.ndarray]:
        """Derivatives of the masses by each parameter of the shape, in internal units."""


class SmoothMasses(GriddedShape):
    """Masses of a round shape, with its centre in the middle.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
        That ``is_round``.
    along : ndarray [m]
        Places of the cells along an axis, in deg.
    frequency : float
        Above which the point spread function is nil, in rad per deg.
    step : callable
        ``step(name)``: the way to the east and north per deg of ``lon_0`` or ``lat_0``.
    moments_by : callable
        ``moments_by(name, transform)``: the derivative of ``transform(model)`` by a size.
    """

    def __init__(
        self,
        model: Any,
        along: np.ndarray,
        frequency: float,
        step: Callable[[str], tuple[float, float]],
        moments_by: Callable[[str, Callable[[Any], np.ndarray]], np.ndarray],
    ) -> None:
        self._model = model
        self._step = step
        self._moments_by = moments_by
        self.smoothing = SMOOTHING / frequency
        self._frequency = frequency
        self._series = fourier_bessel(model.reach + 6.0 * self.smoothing, 2.0 * frequency)
        x, y = np.meshgrid(along, along)
        on_plane = np.hypot(x, y)
        # an edge of 2 deg is seen to move by the 1e-4 deg that a distance is shorter on the plane
        self._radius = 2.0 * np.arcsin(0.5 * RAD * on_plane) / RAD
        self._area = (along[1] - along[0]) ** 2
        away = np.where(on_plane > 0, on_plane, 1.0)
        self._x, self._y = x / away, y / away

    def _transform(self, model: Any) -> np.ndarray:
        q = self._series.frequencies
        shape = radial_masses(model.profile, model.reach, model.profile_edges, q[-1])
        return shape.moments(q, 1)[0] * np.exp(-0.5 * (q * self.smoothing) ** 2)

    def _on_cells(self, transform: np.ndarray, order: int = 0) -> np.ndarray:
        table = self._series.table(transform, order)
        place = self._radius / self._series.step + 1.0
        row = np.minimum(place.astype(int), self._series.n_radii - 3)
        inside = place < self._series.n_radii - 2
        weights = cubic_weights(place - row)
        values = sum(w * table[row + i] for i, w in zip((-1, 0, 1, 2), weights, strict=True))
        return np.where(inside, values, 0.0) * self._area

    def masses(self) -> np.ndarray:
        """Masses [1, m, m]."""
        return self._on_cells(self._transform(self._model))[None]

    def slopes(self) -> dict[str, np.ndarray]:
        """Derivatives [1, m, m] by each parameter."""
        field = Multipoles({0: self._transform(self._model)}, {})
        along = field.along_x(self._series.frequencies).cosine[1]
        outwards = self._on_cells(along, 1)  # derivative by the radius
        found = {}
        for name in self._model.own_parameters:
            if name in ("lon_0", "lat_0"):
                x, y = self._step(name)
                found[name] = -outwards[None] * (x * self._x + y * self._y)
            elif name in ("e", "phi"):
                found[name] = np.zeros_like(outwards)[None]
            else:
                found[name] = self._on_cells(self._moments_by(name, self._transform))[None]
        return found


class NodeMasses(GriddedShape):
    """Masses of any shape.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle of the grid.
    frame : str
        Of the axes.
    n_cells : int
    step : float
        Between cells, in deg.
    energies : `~gammapy.modeling.models.spatial.integration.Energies` or None
        For a shape that depends on energy.
    """

    smoothing = 0.0

    def __init__(
        self,
        model: Any,
        axes: np.ndarray,
        frame: str,
        n_cells: int,
        step: float,
        energies: Any,
    ) -> None:
        self._model = model
        parts = _parts(model, n_cells, step)
        n = n_cells * parts
        along = (np.arange(n) - 0.5 * (n - 1)) * step / parts
        x, y = np.meshgrid(along, along)
        self._place = angles(rotated_vectors(from_plane(x, y, axes), frame, model.frame))
        self._gather = gathering(n_cells, parts)
        self._area = (RAD * step / parts) ** 2
        self._energies = energies

    def _gathered(self, planes: Iterable[np.ndarray]) -> np.ndarray:
        gather = self._gather
        return np.array([gather @ (gather @ (self._area * p)).T for p in planes]).swapaxes(-1, -2)

    def masses(self) -> np.ndarray:
        """Masses [1, m, m], or [k, m, m]."""
        values = self._model.internal_values
        return self._of(lambda place: [self._model.brightness(place, values)], 1)[0]

    def slopes(self) -> dict[str, np.ndarray]:
        """Derivatives by each parameter."""
        values = self._model.internal_values
        own = self._model.own_parameters
        found = self._of(lambda place: self._model.brightness_partials(place, values), len(own))
        return dict(zip(own, found, strict=True))

    def _of(self, planes: Callable[[list[Any]], Any], n_planes: int) -> np.ndarray:
        """Masses [p, 1 or k, m, m] of p functions of the place."""
        model = self._model
        if not model.is_energy_dependent:
            rest = (None,) * (model.coordinates - 2)
            return self._gathered(planes([*self._place, *rest]))[:, None]
        bins = []
        for row in self._energies.weights:
            total = np.zeros((n_planes, *self._place[0].shape))
            for i in np.flatnonzero(row):  # none where there is no flux
                energy = np.full(self._place[0].shape, self._energies.nodes[i])
                total += row[i] * np.array(planes([*self._place, energy]))
            bins.append(self._gathered(total))
        return np.stack(bins, axis=1)


def _parts(model: Any, n_cells: int, step: float) -> int:
    """Nodes along a side of a cell, for the structure of a shape."""
    size = model.evaluation_bin_size_min
    finest = 0.0 if size is None else size.to_value("deg")
    if "e" in model.own_parameters:
        finest *= np.sqrt(1.0 - model.own_parameters["e"].value ** 2)
    if isinstance(model, TemplateSpatialModel):  # it has kinks at its pixels
        finest /= 3.0
    if "edge_width" in model.own_parameters:
        finest *= min(1.0, 5.0 * model.edge_width.value)  # of the radius, of which that is a tenth
    wanted = int(np.ceil(step / finest)) if finest > 0 else LEAST_PARTS
    most = max(int(np.sqrt(MOST_NODES)) // n_cells, 1)
    return min(max(wanted, LEAST_NODES // n_cells), most)
