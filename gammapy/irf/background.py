"""Background2D and Background3D: rate of background events in the field of view.

Values are interpolated in their logarithm, linearly in that of the energy, so between two nodes a
spectrum is a power law, and its integral over an energy bin is known.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.irf.interpolation import internal_nodes
from gammapy.irf.quantity_table import QuantityTable
from gammapy.maps.axis import MapAxis
from gammapy.units import strip

__all__ = ["Background2D", "Background3D", "BackgroundIRF"]

#: what stands for zero in a logarithm
_TINY = float(np.finfo(np.float32).tiny)


#: parts of the half bins at the ends, where the table is not on one line
_PARTS = 257


class BackgroundIRF(QuantityTable):
    """What both kinds of background can be asked for."""

    default_unit: ClassVar[u.UnitBase] = u.Unit("s-1 MeV-1 sr-1")
    default_interp_kwargs: ClassVar[dict[str, Any]] = {
        "bounds_error": False,
        "fill_value": 0.0,
        "values_scale": "log",
    }
    column: ClassVar[str] = "BKG"

    @abstractmethod
    def _rate_at(self, energy: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        """Differential rate [...] in the unit of the table, at TeV and deg."""

    def rate(self, energy_edges: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        """Rate per solid angle, integrated over energy bins.

        Parameters
        ----------
        energy_edges : array_like [r + 1]
            Reconstructed energy in TeV.
        fov_lon, fov_lat : array_like [...]
            Place in the field of view in deg; broadcast against each other.

        Returns
        -------
        array [r, ...]
            In s-1 sr-1.

        Raises
        ------
        DataError
            If the energies do not ascend, or the table is not on a logarithmic energy axis.
        """
        lon, lat = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (fov_lon, fov_lat)))
        axis = self.axes["energy"]
        wanted = np.asarray(energy_edges, dtype=float)
        if axis.interp != "log" or not np.all(np.diff(wanted) > 0):
            raise DataError(
                f"energy_edges {wanted[:3]}... must ascend, and the energy axis be on a log scale "
                f"(it is on {axis.interp!r})"
            )
        bounds = axis.internal_edges[[0, -1]]
        edges = np.clip(wanted, *bounds)  # beyond the table there is nothing
        breaks = np.clip(self._breaks(), *edges[[0, -1]])
        fine = np.unique(np.concatenate([edges, breaks]))
        values = self._rate_at(fine.reshape(-1, *(1,) * lon.ndim), lon, lat)
        pieces = self._pieces(fine, values)
        inside = np.concatenate([np.zeros_like(values[:1]), np.cumsum(pieces, axis=0)])
        return np.diff(inside[np.searchsorted(fine, edges)], axis=0) * self._factor

    def _breaks(self) -> np.ndarray:
        """Energies (TeV) between which the table is on one line in its scale."""
        axis = self.axes["energy"]
        nodes, edges = internal_nodes(axis), axis.internal_edges
        if self.interp_kwargs["values_scale"] != "lin":
            return nodes
        # beyond the nodes a line can reach zero, where it stops
        ends = [np.geomspace(nodes[k], edges[k], _PARTS) for k in (0, -1)]
        return np.concatenate([nodes, *ends])

    def _pieces(self, energy: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Integrals [f - 1, ...] between neighbours of energies [f] (TeV)."""
        from scipy.special import exprel

        energy = energy.reshape(-1, *(1,) * (values.ndim - 1))
        width = np.log(energy[1:] / energy[:-1])
        scale = self.interp_kwargs["values_scale"]
        if scale == "lin":
            slope = np.diff(values, axis=0) / width
            return np.diff(energy * values, axis=0) - slope * np.diff(energy, axis=0)
        if scale != "log":
            raise OptionError(
                f"values_scale = {scale!r}: a background is integrated on 'log' or 'lin'"
            )
        product = energy * np.maximum(values, _TINY)
        found = width * product[:-1] * exprel(np.log(product[1:] / product[:-1]))
        return np.where((values[1:] > 0) | (values[:-1] > 0), found, 0.0)

    def integrate_log_log(self, axis_name: str, **kwargs: Any) -> u.Quantity:
        """Rate per solid angle [r, ...], integrated over energy bins; see `rate`.

        Parameters
        ----------
        axis_name : {"energy"}
        **kwargs : `~astropy.units.Quantity`
            ``energy``, the edges [r + 1, ...] (only the first dimension may be longer than one),
            and the place: ``fov_lon`` and ``fov_lat``, or ``offset``.
        """
        if axis_name != "energy":
            raise OptionError(
                f"axis_name = {axis_name!r}: a background is integrated over 'energy'"
            )
        energy, *place = self._coordinates(self.required_axes, kwargs)
        if energy.size != energy.shape[0]:
            raise DataError(f"energy of shape {energy.shape} must be edges in its first dimension")
        lon, lat = place if len(place) == 2 else (place[0], np.zeros_like(place[0]))
        lon, lat = np.broadcast_arrays(lon, lat)
        if lon.ndim == energy.ndim > 1:
            lon, lat = lon[0], lat[0]
        return u.Quantity(self.rate(energy.reshape(-1), lon, lat), "s-1 sr-1")


class Background2D(BackgroundIRF):
    """Background rate on the axes ``energy`` and ``offset`` (GADF: BKG_2D).

    Parameters as for `~gammapy.irf.quantity_table.QuantityTable`.
    """

    tag: ClassVar[str] = "bkg_2d"
    required_axes: ClassVar[tuple[str, ...]] = ("energy", "offset")

    def _rate_at(self, energy: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        return self._table(energy, _separation(fov_lon, fov_lat))

    def to_3d(self) -> Background3D:
        """The same on axes of the field of view, whose bins are those of the offset, mirrored."""
        offset = self.axes["offset"]
        edges = offset.edges.to_value("deg")
        edges = np.unique(np.concatenate([-edges, edges])) * u.deg
        lon, lat = (MapAxis(edges, name=name) for name in ("fov_lon", "fov_lat"))
        energy = internal_nodes(self.axes["energy"])[:, None, None]
        x = lon.center.to_value("deg")
        values = self._rate_at(energy, x[:, None], x)
        return Background3D(
            [self.axes["energy"], lon, lat],
            data=u.Quantity(values, self.unit),
            interp_kwargs=self.interp_kwargs,
            **self._about(),
        )


class Background3D(BackgroundIRF):
    """Background rate on the axes ``energy``, ``fov_lon`` and ``fov_lat`` (GADF: BKG_3D).

    Parameters as for `~gammapy.irf.quantity_table.QuantityTable`.
    """

    tag: ClassVar[str] = "bkg_3d"
    required_axes: ClassVar[tuple[str, ...]] = ("energy", "fov_lon", "fov_lat")

    def _rate_at(self, energy: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        return self._table(energy, fov_lon, fov_lat)

    def to_2d(self) -> Background2D:
        """Cut along the second axis of the field of view, from the middle up, as an offset."""
        lat = self.axes["fov_lat"]
        first = int(lat.coord_to_idx(1e-9 * u.deg))
        if first < 0:
            raise DataError(
                f"fov_lat from {lat.edges[0]} to {lat.edges[-1]} does not hold the centre of the "
                "field of view: no background by offset can be made of it"
            )
        edges = strip(lat.edges, "fov_lat", u.deg)[first:]
        edges = np.concatenate([[max(edges[0], 0.0)], edges[1:]]) * u.deg
        offset = MapAxis(edges, name="offset")
        energy = internal_nodes(self.axes["energy"])[:, None]
        values = self._rate_at(energy, 0.0, offset.center.to_value("deg"))
        return Background2D(
            [self.axes["energy"], offset],
            data=u.Quantity(values, self.unit),
            interp_kwargs=self.interp_kwargs,
            **self._about(),
        )


def _separation(fov_lon: Any, fov_lat: Any) -> np.ndarray:
    """Distance (deg) from the centre of the field of view, on the sphere."""
    lon, lat = np.deg2rad(fov_lon), np.deg2rad(fov_lat)
    half = np.sin(lat / 2.0) ** 2 + np.cos(lat) * np.sin(lon / 2.0) ** 2
    return np.rad2deg(2.0 * np.arcsin(np.sqrt(half)))
