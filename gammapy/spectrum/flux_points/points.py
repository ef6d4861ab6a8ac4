"""FluxPoints: fluxes with errors and limits in bins of energy, and maybe of time or another axis.

All fluxes are kept as norms, factors on a reference spectrum; what users read as ``dnde``, ``flux``
and so on is made from them when it is asked for. The points do not change once made, so that
a compiled fit can rely on them.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.errors import DataError, UnknownNameError
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.spectrum.flux_points.quantities import FluxQuantities
from gammapy.spectrum.flux_points.scans import Scans, upper_limits
from gammapy.spectrum.flux_points.sed_types import (
    SED_TYPES,
    SUFFIXES,
    SedReference,
    as_sky_model,
    checked_sed_type,
    sigma_of_confidence,
)
from gammapy.spectrum.slicing import check_axes, nearest_bins, sliced_map, whole_times

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["FluxPoints"]

_LAYOUTS = ("gadf-sed", "lightcurve", "binned-time-series", "profile")
_NORMS = tuple(f"norm{suffix}" for suffix in SUFFIXES)


class FluxPoints(FluxQuantities):
    """Flux points, light curves and flux profiles.

    Parameters
    ----------
    data : dict of `RegionNDMap`
        Maps over ``energy``, and then ``time`` for a light curve, another axis for a profile:

        - ``norm``: factor on the reference model; nan where it is not known
        - ``norm_err``, ``norm_errn``, ``norm_errp``: its error, and those down and up (positive)
        - ``norm_ul``: upper limit; ``norm_sensitivity``
        - ``is_ul``: True where the upper limit is what counts
        - ``stat_scan``: profile of the statistic, with a first axis ``norm`` whose centres are
          the norms, or with another first axis and a map ``norm_scan`` of the norms
        - ``stat``, ``stat_null``, ``ts``, ``sqrt_ts``, ``n_dof``, ``success``, ``counts``,
          ``npred``, ``npred_excess``...: kept
        - ``e_min``, ``e_max``: bins that do not touch
    reference_model : `SkyModel` or `SpectralModel`, optional
        By default a power law of index 2.
    meta : dict, optional
        Among it ``n_sigma``, ``n_sigma_ul`` or ``UL_CONF``, and ``sed_type_init``.
    gti : `~gammapy.data.GTI`, optional
    filter_success_nan : bool
        Hide norms whose fit has failed (``success`` is False).

    Raises
    ------
    DataError
        If there is no norm, or the maps have different axes.
    """

    def __init__(
        self,
        data: dict[str, RegionNDMap],
        reference_model: SkyModel | SpectralModel | None = None,
        meta: dict[str, Any] | None = None,
        gti: Any = None,
        filter_success_nan: bool = True,
    ) -> None:
        if "norm" not in data:
            raise DataError(f"flux points need a map 'norm', there are only {list(data)}")
        self._model = as_sky_model(reference_model)
        self._maps = {name: value.read_only() for name, value in data.items()}
        self.geom: RegionGeom = self._maps["norm"].geom
        self.meta = dict(meta or {})
        self.gti = gti
        #: grows with every change that a compiled fit must know of
        self.revision = 0
        self._filter = bool(filter_success_nan)
        self._threshold = 2.0
        check_axes(self._maps, self.geom)

    @classmethod
    def from_maps(
        cls,
        maps: dict[str, RegionNDMap],
        sed_type: str | None = None,
        reference_model: SkyModel | SpectralModel | None = None,
        gti: Any = None,
        meta: dict[str, Any] | None = None,
    ) -> Self:
        """Flux points from maps of a flux.

        Parameters
        ----------
        maps : dict of `RegionNDMap`
            ``dnde``, ``dnde_err``, ``dnde_ul`` and so on for the type ``dnde``; the rest as for
            the class.
        sed_type : {"likelihood", "dnde", "e2dnde", "flux", "eflux"}, optional
            What the maps hold; by default the only type that is there.
        reference_model, gti, meta
            As for the class.
        """
        if sed_type is None:
            found = [name for name in ("norm", *SED_TYPES) if name in maps]
            if len(found) != 1:
                raise DataError(f"maps hold {found or list(maps)}: tell which by sed_type='dnde'")
            sed_type = "likelihood" if found == ["norm"] else found[0]
        meta = {"sed_type_init": checked_sed_type(sed_type), **(meta or {})}
        if sed_type == "likelihood":
            return cls(maps, reference_model, meta, gti)
        if sed_type not in maps:
            raise DataError(f"sed_type={sed_type!r} needs a map {sed_type!r}, not {list(maps)}")
        others = {n: m for n, m in maps.items() if n.partition("_")[0] != sed_type}
        frame = cls({"norm": RegionNDMap(maps[sed_type].geom), **others}, reference_model)
        reference = frame.spread(frame.reference.value(sed_type))
        norms = {
            f"norm{suffix}": RegionNDMap(
                frame.geom,
                (maps[sed_type + suffix].quantity / reference).to_value(""),
            )
            for suffix in SUFFIXES
            if sed_type + suffix in maps
        }
        return cls({**norms, **others}, reference_model, meta, gti)

    # -- axes -----------------------------------------------------------------------------

    @property
    def energy_axis(self) -> MapAxis:
        """Energy axis; its edges are guessed if only energies are known (see ``node_type``)."""
        return self.geom.axes["energy"]

    @property
    def time_axis(self) -> TimeMapAxis | None:
        """Time axis of a light curve."""
        return self.geom.axes["time"] if "time" in self.geom.axes.names else None

    @property
    def profile_axis(self) -> MapAxis | None:
        """Axis of a profile: the second one, if it is not time."""
        return self.geom.axes[1] if self.geom.axes.names[1:] not in ([], ["time"]) else None

    @property
    def energy_ref(self) -> u.Quantity:
        """Energies [n] at which ``dnde`` is stated."""
        return self.energy_axis.center

    @property
    def energy_bins(self) -> tuple[u.Quantity, u.Quantity] | None:
        """Lower and upper energies [n] of the bins, nan where unknown; None if all are."""
        if "e_min" in self._maps:
            first = (0,) * (len(self.geom.axes) - 1)
            low, high = (self._maps[name].quantity[..., 0, 0] for name in ("e_min", "e_max"))
            return low[first], high[first]
        if self.energy_axis.node_type == "center":
            return None
        return self.energy_axis.edges_min, self.energy_axis.edges_max

    @property
    def energy_min(self) -> u.Quantity:
        """Lower energies [n] of the bins."""
        return self._known_bins()[0]

    @property
    def energy_max(self) -> u.Quantity:
        """Upper energies [n] of the bins."""
        return self._known_bins()[1]

    def _known_bins(self) -> tuple[u.Quantity, u.Quantity]:
        if self.energy_bins is None:
            raise DataError("only e_ref is known of these flux points, not their energy bins")
        return self.energy_bins

    def spread(self, per_energy: u.Quantity) -> u.Quantity:
        """Values [n_energy] shaped so that they broadcast against the maps."""
        return per_energy[:, None, None]  # energy is the first axis

    # -- reference and fluxes -------------------------------------------------------------

    @property
    def reference_model(self) -> SkyModel:
        """A copy of the model on which the norms are factors."""
        return self._model.copy(name=self._model.name)

    @property
    def reference_spectral_model(self) -> SpectralModel:
        """A copy of its spectrum."""
        return self.reference_model.spectral_model

    @cached_property
    def reference(self) -> SedReference:
        """Reference values, which a norm of 1 stands for."""
        return SedReference.of_model(self._model.spectral_model, self.energy_ref, self.energy_bins)

    @property
    def available_quantities(self) -> list[str]:
        """Names of the maps that are there."""
        return list(self._maps)

    def quantity(self, name: str) -> RegionNDMap:
        """A map by name; norms of fits that have failed are nan (see ``filter_success_nan``).

        Raises
        ------
        DataError
            If there is no such map.
        """
        if name not in self._maps:
            raise DataError(f"these flux points have no {name}, only {list(self._maps)}")
        found = self._maps[name]
        if name not in _NORMS or not self._filter or "success" not in self._maps:
            return found
        kept = np.where(self._maps["success"].data.astype(bool), found.data, np.nan)
        return RegionNDMap(found.geom, kept, found.unit)

    def flux_map(self, sed_type: str, suffix: str = "") -> RegionNDMap:
        """A norm times the reference.

        Parameters
        ----------
        sed_type : {"dnde", "e2dnde", "flux", "eflux"}
        suffix : str
            "", "_err", "_errn", "_errp", "_ul" or "_sensitivity".
        """
        norm = self.quantity(f"norm{suffix}")
        values = norm.data * self.spread(self.reference.value(sed_type))
        return RegionNDMap(self.geom, values.value, values.unit)

    # -- upper limits ---------------------------------------------------------------------

    @property
    def sqrt_ts(self) -> RegionNDMap:
        """Square root of the test statistic, with the sign of the norm."""
        if "sqrt_ts" in self._maps:
            return self._maps["sqrt_ts"]
        ts = self.quantity("ts").data
        root = np.where(ts < 0, np.nan, np.sqrt(np.abs(ts)))
        return RegionNDMap(self.geom, np.where(self._maps["norm"].data < 0, -root, root))

    @property
    def sqrt_ts_threshold_ul(self) -> float:
        """Significance below which a point with an upper limit counts as one."""
        return self._threshold

    @sqrt_ts_threshold_ul.setter
    def sqrt_ts_threshold_ul(self, value: float) -> None:
        self._threshold = float(value)
        self.revision += 1

    @property
    def filter_success_nan(self) -> bool:
        """True if norms of fits that have failed are hidden."""
        return self._filter

    @filter_success_nan.setter
    def filter_success_nan(self, value: bool) -> None:
        self._filter = bool(value)
        self.revision += 1

    @property
    def is_ul(self) -> RegionNDMap:
        """True where the upper limit is what counts.

        A map ``is_ul`` tells. Without one, and with upper limits: where ``sqrt_ts`` is below the
        threshold, or, without it, wherever there is an upper limit. Without upper limits: where
        the norm is nan.
        """
        if "is_ul" in self._maps:
            return RegionNDMap(self.geom, self._maps["is_ul"].data.astype(bool))
        if not self.has_ul:
            return RegionNDMap(self.geom, np.isnan(self.norm.data))
        if self.has_any_ts:
            return RegionNDMap(self.geom, self.sqrt_ts.data < self._threshold)
        return RegionNDMap(self.geom, np.isfinite(self.norm_ul.data))

    @property
    def n_sigma(self) -> float:
        """Number of sigma of the errors."""
        return self.meta.get("n_sigma", 1)

    @property
    def n_sigma_ul(self) -> float | None:
        """Number of sigma of the upper limits, two-sided as the header ``UL_CONF``; or None."""
        if "n_sigma_ul" in self.meta:
            return self.meta["n_sigma_ul"]
        return sigma_of_confidence(self.meta.get("UL_CONF"))

    @property
    def sed_type_init(self) -> str | None:
        """What the points were made from."""
        return self.meta.get("sed_type_init")

    @property
    def scans(self) -> Scans:
        """Profiles of the statistic.

        Raises
        ------
        DataError
            If there are none.
        """
        return Scans.of_maps(self.quantity("stat_scan"), self._maps.get("norm_scan"))

    def recompute_ul(self, n_sigma_ul: float = 2) -> Self:
        """Flux points with upper limits read off the profiles of the statistic.

        Parameters
        ----------
        n_sigma_ul : float
            The statistic is ``n_sigma_ul**2`` above its minimum there.

        Returns
        -------
        `FluxPoints`
            Limits are nan, with a warning that counts them, where a profile is missing or does
            not rise that high.

        Raises
        ------
        DataError
            If there are no profiles at all.
        """
        minima = self._maps["stat"].data if "stat" in self._maps else None
        limits = upper_limits(self.scans, self._maps["norm"].data, minima, n_sigma_ul)
        maps = {**self._maps, "norm_ul": RegionNDMap(self.geom, limits)}
        meta = {k: v for k, v in self.meta.items() if k != "UL_CONF"}
        return self._like(maps, {**meta, "n_sigma_ul": n_sigma_ul}, self.reference)

    # -- parts and copies -----------------------------------------------------------------

    def slice_by_idx(self, slices: dict[str, slice]) -> Self:
        """Some of the bins.

        Parameters
        ----------
        slices : dict of slice
            By axis, ``energy``, ``time`` or that of a profile.
        """
        unknown = [name for name in slices if name not in self.geom.axes.names]
        if unknown:
            raise UnknownNameError(f"no axis {unknown[0]!r}: known are {self.geom.axes.names}")
        maps = {name: sliced_map(value, slices) for name, value in self._maps.items()}
        reference = self.reference.sliced(slices.get("energy", slice(None)))
        return self._like(maps, self.meta, reference)

    def slice_by_energy(self, energy_min: Any, energy_max: Any) -> Self:
        """The bins between two energies, each of which is moved to the nearest edge.

        Raises
        ------
        DataError
            If no bin is left.
        """
        return self.slice_by_idx({"energy": nearest_bins(self.energy_axis, energy_min, energy_max)})

    def slice_by_time(self, time_min: Any, time_max: Any) -> Self:
        """The time bins that lie wholly between two times (to a microsecond)."""
        axis = self.time_axis
        if axis is None:
            raise DataError("these flux points have no time axis: use slice_by_energy")
        return self.slice_by_idx({"time": whole_times(axis, time_min, time_max)})

    def copy(self, reference_model: SkyModel | SpectralModel | None = None) -> Self:
        """Independent copy.

        Parameters
        ----------
        reference_model : `SkyModel` or `SpectralModel`, optional
            Another reference for the same norms: the fluxes change.
        """
        if reference_model is None:
            return self._like(self._maps, self.meta, self.__dict__.get("reference"))
        maps, meta = self._maps, self.meta
        return self._adopt(type(self)(maps, reference_model, meta, self.gti))

    def _like(self, maps: Any, meta: dict[str, Any], reference: SedReference | None) -> Self:
        new = type(self)(maps, self._model, meta, self.gti)
        return self._adopt(new.with_reference(reference))

    def _adopt(self, new: Self) -> Self:
        new._filter, new._threshold = self._filter, self._threshold
        return new

    def with_reference(self, reference: SedReference | None) -> Self:
        """Itself, with reference values that a file states and no model need reproduce."""
        if reference is not None:
            self.__dict__["reference"] = reference
        return self

    # -- files and printing ---------------------------------------------------------------

    @classmethod
    def read(
        cls,
        filename: str | Path,
        sed_type: str | None = None,
        format: str | None = None,
        reference_model: SkyModel | SpectralModel | None = None,
        table_format: str = "ascii.ecsv",
        **kwargs: Any,
    ) -> FluxPoints:
        """Read from a FITS file, or a text file with a table.

        Parameters
        ----------
        filename : str or path
        sed_type : {"dnde", "e2dnde", "flux", "eflux", "likelihood"}, optional
            By default what the file says, or what its columns tell.
        format : {"gadf-sed", "lightcurve", "profile"}, optional
            By default found from the columns.
        reference_model : `SkyModel` or `SpectralModel`, optional
        table_format : str
            Of a text file, as astropy names it.
        **kwargs
            For `astropy.table.Table.read`.
        """
        return find("FluxPoints", "read", "table")(
            filename, sed_type, format, reference_model, table_format, **kwargs
        )

    def write(
        self,
        filename: str | Path,
        sed_type: str | None = None,
        format: str | None = None,
        overwrite: bool = False,
    ) -> None:
        """Write into a FITS file, or an ECSV file if the name does not end like one."""
        find("FluxPoints", "write", "table")(self, filename, sed_type, format, overwrite)

    @classmethod
    def from_table(
        cls,
        table: Table,
        sed_type: str | None = None,
        format: str | None = None,
        reference_model: SkyModel | SpectralModel | None = None,
        gti: Any = None,
    ) -> FluxPoints:
        """Flux points from a table; arguments as for `read`."""
        return find("FluxPoints", "from_table", "table")(
            table, sed_type, format, reference_model, gti
        )

    def to_table(
        self, sed_type: str | None = None, format: str | None = None, formatted: bool = False
    ) -> Table:
        """Table of the points.

        Parameters
        ----------
        sed_type : {"dnde", "e2dnde", "flux", "eflux", "likelihood"}, optional
            By default what the points were made from.
        format : {"gadf-sed", "lightcurve", "binned-time-series", "profile"}, optional
            One row per energy, or per bin of the other axis, if there is one.
        formatted : bool
            Print few digits.
        """
        other = "lightcurve" if self.profile_axis is None else "profile"
        format = format or (other if len(self.geom.axes) > 1 else "gadf-sed")
        if format not in _LAYOUTS:
            raise UnknownNameError(f"format = {format!r} is not known: choose one of {_LAYOUTS}")
        row = format.replace("-", "_")
        return find("FluxPoints", "to_table", row)(self, sed_type, formatted)

    def __repr__(self) -> str:
        return f"FluxPoints({', '.join(map(repr, self.geom.axes))})"

    def __str__(self) -> str:
        rows = {
            "axes": self.geom.axes.names,
            "shape": self.geom.data_shape[:-2],
            "quantities": list(self._maps),
            "reference": type(self._model.spectral_model).__name__,
            "n_sigma": self.n_sigma,
            "n_sigma_ul": self.n_sigma_ul,
            "upper limits": int(self.is_ul.data.sum()),
            "not known": int(np.isnan(self.norm.data).sum()),
        }
        return "\n".join(["FluxPoints", *(f"  {key:12s}: {value}" for key, value in rows.items())])
