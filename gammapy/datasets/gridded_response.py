r"""The way of any shape: convolution on a grid by FFT.

Exposure, point spread function and energy dispersion vary over the field, as a sum over few maps
(see `gammapy.datasets.varying_response`). So few maps, source times :math:`w_t`, are transformed,
whatever the number of energies; the spectrum is folded in there, and one map per reconstructed
energy comes back.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from gammapy.datasets.field_response import field_response
from gammapy.datasets.gridded_shapes import SMOOTHING, GriddedShape, NodeMasses, SmoothMasses
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.shape_slopes import size_slope, step_of
from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.convolve import PlaneGrid, pixel_matrix
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.plane import to_plane
from gammapy.engine.sphere import RAD

__all__ = ["GriddedResponse", "is_beyond", "is_larger"]

#: step of the grid times the largest frequency of the PSF: cubics between cells are good to 1e-4
STEP = 0.8
#: steps within which a source is small, so that its sizes are seen by moments alone, which a grid
#: with half the step has right
FEW_STEPS = 2.0
#: most cells along a side, about a source, and over a map that is smaller than the source
MOST_CELLS, OVER_MAP = 1500, 600
#: frequencies at which the transform of the PSF is tabulated
N_FREQUENCIES = 600


class _Field(NamedTuple):
    """The part of the sky that is gridded.

    Attributes
    ----------
    axes : ndarray [3, 3]
        Of its middle.
    half : float
        Half the width of the square that holds what is to be seen of the source, in deg.
    about_source : bool
        True if the middle is the position of the source, and all of it is inside.
    """

    axes: np.ndarray
    half: float
    about_source: bool


class GriddedResponse(SourceResponse):
    """Response of a shape of any kind.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
        With values on the sky.
    instrument : `Instrument`
        With a point spread function.
    pixels : `SkyPixels`
        Of a part of the sky, up to some 20 deg wide.
    energies : `~gammapy.modeling.models.spatial.integration.Energies`, optional
        For a shape that depends on energy: at which energies it is taken, and with which weights
        they enter each true bin.
    has_steps : bool
        True if the exposure has steps in the shape, which are then kept.
    """

    def __init__(
        self,
        model: Any,
        instrument: Instrument,
        pixels: SkyPixels,
        energies: Any = None,
        has_steps: bool = False,
    ) -> None:
        self._model = model
        self._instrument = instrument
        self._sky = pixels
        self._energies = energies
        self._has_steps = has_steps
        self._field = _field(model, instrument, pixels)
        radius = np.sqrt(2.0) * self._field.half + instrument.reach
        self.pixels = pixels.nodes.near(self._field.axes[2], radius)
        if len(self.pixels):
            self._prepare()

    def _prepare(self) -> None:
        field = self._field
        half = field.half + self._instrument.reach if self._is_smooth else field.half
        response = field_response(self._instrument, field.axes, self._sky.frame, 1.05 * half)
        if not response.is_seen:
            self.pixels = self.pixels[:0]
            return
        self._frequency = response.frequency
        width = 2.0 * field.half + 2.0 * self._instrument.reach
        width += 12.0 * SMOOTHING / self._frequency
        step = STEP / self._frequency
        if field.half < FEW_STEPS * step:
            step *= 0.5
        step = max(step, width / (MOST_CELLS if field.about_source else OVER_MAP))
        x, y = to_plane(self._sky.nodes.centers[self.pixels], field.axes)
        needed = 2.0 * max(np.abs(x).max(), np.abs(y).max()) + 6.0 * step
        self._grid = PlaneGrid(max(width, min(needed, width + 12.0 * step)), step)
        inside = np.maximum(np.abs(x), np.abs(y)) < 0.5 * (self._grid.n - 5) * step
        self.pixels, x, y = self.pixels[inside], x[inside], y[inside]
        self._to_pixels = pixel_matrix(self._grid, x, y)
        margin = 6.0 * SMOOTHING / self._frequency if self._is_smooth else 0.0
        self._cells = 2 * int(np.ceil((field.half + margin) / step)) + 3
        # what was smoothed before is not smoothed again
        smoothing = self._shape.smoothing
        unsmoothed = np.exp(0.5 * (smoothing * self._frequencies) ** 2)
        self._kernels = response.kernels(self._frequencies, unsmoothed)
        self._maps = response.on_grid(self._along(), self._has_steps)

    def _along(self) -> np.ndarray:
        """Places of the cells of the source along an axis."""
        return (np.arange(self._cells) - self._cells // 2) * self._grid.step

    @cached_property
    def _frequencies(self) -> np.ndarray:
        return np.linspace(0.0, self._frequency, N_FREQUENCIES)

    @cached_property
    def _averaging(self) -> np.ndarray:
        """Factor of the average over a pixel in the middle of the field."""
        return self._grid.averaged(self._sky.nodes.edges(self.pixels, self._field.axes))

    @cached_property
    def _rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which frequencies of the grid are alive, and where each is in the table."""
        alive = np.flatnonzero(self._grid.frequency.ravel() < self._frequency)
        place = self._grid.frequency.ravel()[alive] / self._frequencies[1]
        row = np.minimum(place.astype(int), N_FREQUENCIES - 2)
        return alive, row, place - row

    # -- the shape ------------------------------------------------------------------------

    @cached_property
    def _shape(self) -> GriddedShape:
        model, axes, frame = self._model, self._field.axes, self._sky.frame
        if self._is_smooth:
            return SmoothMasses(
                model,
                self._along(),
                self._frequency,
                lambda name: step_of(model, name, axes, frame),
                lambda name, transform: size_slope(model, name, transform),
            )
        return NodeMasses(model, axes, frame, self._cells, self._grid.step, self._energies)

    @property
    def _is_smooth(self) -> bool:
        """True for a round shape that has the grid to itself, and no steps that it could blur."""
        return bool(self._model.is_round) and self._field.about_source and not self._has_steps

    @cached_property
    def _source(self) -> np.ndarray:
        return self._shape.masses()

    # -- counts ---------------------------------------------------------------------------

    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r]; see `SourceResponse`."""
        if not len(self.pixels):
            return np.zeros((0, len(self._instrument.energy_edges) - 1))
        return self._folded(self._source, flux)

    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r]; see `SourceResponse`."""
        if not len(self.pixels):
            return dict.fromkeys(self._model.own_parameters, self.counts(flux))
        masses = self._shape.slopes()
        return {name: self._folded(mass, flux) for name, mass in masses.items()}

    def _folded(self, masses: np.ndarray, flux: np.ndarray) -> np.ndarray:
        n_r = len(self._instrument.energy_edges) - 1
        alive, row, share = self._rows
        total = np.zeros((n_r, len(alive)), dtype=complex)
        # one shape at all energies, or one for each
        folded = ([table] for table in self._kernels.folded(flux))
        if len(masses) > 1:
            folded = (list(flux[:, None, None] * kernel) for kernel in self._kernels)
        for tables, weight in zip(folded, self._maps, strict=True):
            for mass, table in zip(masses, tables, strict=True):
                transform = self._grid.transform(mass * weight).ravel()[alive]
                for r, column in enumerate(table.T):
                    if column.any():
                        total[r] += transform * (
                            (1.0 - share) * column[row] + share * column[row + 1]
                        )
        return self._on_pixels(total * self._averaging.ravel()[alive], alive)

    def _on_pixels(self, transforms: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Counts [n, r] of transforms [r, alive]."""
        area = self._sky.nodes.solid_angle[self.pixels] / RAD**2
        counts = np.empty((len(self.pixels), len(transforms)))
        whole = np.zeros(self._grid.frequency.size, dtype=complex)
        for r, transform in enumerate(transforms):
            whole[alive] = transform
            density = self._grid.density(whole.reshape(self._grid.frequency.shape))
            counts[:, r] = area * (self._to_pixels @ density.ravel())
        return counts


def _field(model: Any, instrument: Instrument, sky: SkyPixels) -> _Field:
    """Where the grid lies: about the source, or over the map if the source is larger."""
    axes, radius = sky.nodes.disc
    direction, reach = direction_of(model, sky.frame), model.reach
    if direction is None or is_larger(model, instrument, sky):
        return _Field(axes, radius + instrument.reach, False)
    return _Field(tangent_axes(*angles(direction)), reach, True)


def is_larger(model: Any, instrument: Instrument, sky: SkyPixels) -> bool:
    """True if a shape reaches farther than all that the map can see of it."""
    return model.reach is None or model.reach > sky.nodes.disc[1] + instrument.reach


def is_beyond(model: Any, instrument: Instrument, sky: SkyPixels) -> bool:
    """True if a shape is larger than all that the map can see, and its centre is not seen."""
    if not is_larger(model, instrument, sky):
        return False
    direction = direction_of(model, sky.frame)
    return direction is None or not sky.nodes.touches(direction, instrument.reach)
