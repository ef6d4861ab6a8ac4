r"""SkyImage: the values of a map between the centres of its pixels and planes.

Between two planes, at the energies :math:`E_k` and :math:`E_{k+1}`, it is a power law, or linear in
the logarithm of the energy where one of them is zero,

.. math::
    \ln f = (1 - t) \ln f_k + t \ln f_{k+1}, \quad
    t = \frac{\ln E - \ln E_k}{\ln E_{k+1} - \ln E_k}

The first and the last piece go on to the edges of the axis, unless they are steeper than
E^30 there: then an interpolation towards an empty pixel made them so, and the value is held.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.engine.pixel_grid import Surface, padded, surface
from gammapy.engine.projection import Chart, pixels

__all__ = ["SkyImage", "Spectrum"]

_STEEPEST = 30.0
#: pixels and logarithms of energies by which a place may miss the edge
_ROUNDING = 1e-9


class Spectrum(NamedTuple):
    """Where the planes of a cube lie.

    Attributes
    ----------
    nodes : array [n]
        Logarithms of the energies, in TeV, of the planes.
    edges : tuple [2]
        Outside of which the value is zero; infinite if the ends are to go on.
    """

    nodes: np.ndarray
    edges: tuple[float, float]


class SkyImage:
    """Map made ready: zero outside of its pixels and energies.

    Parameters
    ----------
    chart : `~gammapy.engine.projection.Chart`
    planes : array [n, n_y, n_x]
        Finite, not negative.
    factors : array [n]
        On the values of the planes.
    scale : {"log", "lin", "sqrt"}
        On which they are linear between pixels.
    spectrum : `Spectrum`, optional
        Of a cube.
    """

    def __init__(
        self,
        chart: Chart,
        planes: np.ndarray,
        factors: np.ndarray,
        scale: str = "log",
        spectrum: Spectrum | None = None,
    ) -> None:
        self.chart = chart
        self.scale = scale
        self.factors = factors
        self.spectrum = spectrum
        self.shape = planes.shape[1:]
        closed = bool(chart.period) and abs(chart.period - self.shape[1]) < 1e-6
        self._planes = padded(planes, closed)
        self._planes.flags.writeable = False

    def values(self, lon: Any, lat: Any, energy: Any = None) -> Any:
        """Values at positions in deg, in the frame of the map, and energies in TeV."""
        return self.surface(lon, lat, energy)[0]

    def surface(self, lon: Any, lat: Any, energy: Any = None, first: Any = 0) -> tuple[Any, ...]:
        """The same, with the derivatives by longitude and latitude, per deg.

        Parameters
        ----------
        lon, lat, energy : array or float
            Broadcast against each other; the energy is passed over by a map without energies.
        first : array of int or int
            First plane of the cube, or plane, if there are several.
        """
        place = [lon, lat, first] if self.spectrum is None else [lon, lat, first, energy]
        xp = array_namespace(*place)
        lon, lat, first, *energies = xp.broadcast_arrays(*(xp.asarray(a) for a in place))
        spot = pixels(self.chart, lon, lat)
        x, y, inside = self._within(xp, spot.x, spot.y)
        inside = inside & spot.seen & (xp.abs(lat) <= 90.0)
        if self.spectrum is None:
            found = self._plane(xp, first, x, y)
        else:
            log_energy = xp.log(energies[0])
            low, high = self.spectrum.edges
            inside = inside & (log_energy >= low - _ROUNDING) & (log_energy <= high + _ROUNDING)
            found = self._between_planes(xp, log_energy, first, x, y)
        value, by_x, by_y = (xp.where(inside, part, xp.zeros_like(part)) for part in found)
        by_lon, by_lat = (by_x * dx + by_y * dy for dx, dy in (spot.by_lon, spot.by_lat))
        return value, by_lon, by_lat

    def _within(self, xp: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
        """Coordinates on the picture, and whether they are."""
        n_y, n_x = self.shape
        period = self.chart.period
        if period:
            # some pictures have the first column once more at the end
            first = -0.5 if n_x < period + 0.5 else 0.0
            x = x - period * xp.floor((x - first) / period)
        inside = (x >= -0.5 - _ROUNDING) & (x <= n_x - 0.5 + _ROUNDING)
        inside = inside & (y >= -0.5 - _ROUNDING) & (y <= n_y - 0.5 + _ROUNDING)
        return xp.clip(x, -0.5, n_x - 0.5), xp.clip(y, -0.5, n_y - 0.5), inside

    def _plane(self, xp: Any, plane: Any, x: Any, y: Any) -> Surface:
        factor = xp.take(xp.asarray(self.factors), xp.reshape(plane, (-1,)))
        return surface(self._planes, plane, xp.reshape(factor, x.shape), x, y, self.scale)

    def _between_planes(self, xp: Any, log_energy: Any, first: Any, x: Any, y: Any) -> Surface:
        assert self.spectrum is not None
        nodes = xp.asarray(self.spectrum.nodes)
        if nodes.shape[0] == 1:
            return self._plane(xp, first, x, y)
        flat = xp.reshape(log_energy, (-1,))
        upper = xp.clip(xp.searchsorted(nodes, flat), 1, nodes.shape[0] - 1)
        start, end = xp.take(nodes, upper - 1), xp.take(nodes, upper)
        step, t = (xp.reshape(a, x.shape) for a in (end - start, (flat - start) / (end - start)))
        upper = first + xp.reshape(upper, x.shape)
        low, high = (self._plane(xp, plane, x, y) for plane in (upper - 1, upper))
        return _joined(xp, low, high, t, step)


def _joined(xp: Any, low: Surface, high: Surface, t: Any, step: Any) -> Surface:
    """Between two planes; see the module."""
    both = (low.value > 0.0) & (high.value > 0.0)
    one = xp.ones_like(t)
    a, b = (xp.where(both, plane.value, one) for plane in (low, high))
    rise = xp.log(b) - xp.log(a)
    held = xp.clip(t, 0.0, 1.0)
    t = xp.where(xp.abs(rise) > _STEEPEST * step, held, t)
    power = xp.exp(xp.log(a) + t * rise)

    def mixed(from_low: Any, from_high: Any) -> Any:
        shares = power * ((1.0 - t) * from_low / a + t * from_high / b)
        return xp.where(both, shares, (1.0 - held) * from_low + held * from_high)

    value = xp.where(both, power, (1.0 - held) * low.value + held * high.value)
    return Surface(value, mixed(low.by_x, high.by_x), mixed(low.by_y, high.by_y))
