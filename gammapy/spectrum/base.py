"""CountsSpectrum: what spectra with and without off counts have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, cast

import astropy.units as u
import numpy as np

from gammapy.data.gti import GTI
from gammapy.datasets.base import Dataset
from gammapy.datasets.plan import Plan, Term
from gammapy.datasets.spectral_sources import (
    check_folded_as_is,
    spectral_parameters,
    spectral_sources,
)
from gammapy.dispatch import find, names
from gammapy.errors import DataError, FileFormatError, UnknownNameError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.modeling.parameter import Parameter
from gammapy.spectrum.info import info
from gammapy.spectrum.prediction import predicted_counts
from gammapy.spectrum.regroup import bins_between, joined_bins, sliced
from gammapy.spectrum.slots import EDispSlot, MapSlot
from gammapy.spectrum.stack import stack
from gammapy.spectrum.term import BinData, SpectrumTerm
from gammapy.units import internal_factor

__all__ = ["CountsSpectrum"]

#: what residuals are divided by, from the expected counts
_SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "diff": np.ones_like,
    "diff/model": np.abs,
    "diff/sqrt(model)": np.sqrt,
}


class CountsSpectrum(Dataset):
    """Counts in energy bins, seen through an exposure and an energy dispersion."""

    #: class name, as it stands in files
    tag: ClassVar[str]
    stat_type: ClassVar[str]

    counts = MapSlot()
    exposure = MapSlot("energy_true", "cm2 s")
    edisp = EDispSlot()
    mask_safe = MapSlot(boolean=True)
    mask_fit = MapSlot(boolean=True)

    def __init__(
        self, name: str | None, models: Any, meta: Any, gti: GTI | None, maps: dict[str, Any]
    ) -> None:
        super().__init__(name, models)
        self.slots: dict[str, Any] = {}
        self.meta = dict(meta or {})
        self.gti = gti
        for slot, value in maps.items():
            setattr(self, slot, value)

    @property
    def gti(self) -> GTI | None:
        """Good time intervals, if they are known; kept as a copy."""
        return self._gti

    @gti.setter
    def gti(self, gti: GTI | None) -> None:
        if gti is not None and not isinstance(gti, GTI):
            raise DataError(f"{self.name}: gti = {type(gti).__name__} is not a GTI")
        self._gti = None if gti is None else gti.copy()

    @property
    def maps(self) -> dict[str, RegionNDMap]:
        """Maps that are set, by the name of their attribute."""
        return {name: m for name, m in self.slots.items() if isinstance(m, RegionNDMap)}

    # -- axes and masks -------------------------------------------------------------------

    @property
    def axes(self) -> dict[str, MapAxis]:
        """Energy axes by name, as far as the data tell."""
        return self.axes_without("")

    def axes_without(self, slot: str) -> dict[str, MapAxis]:
        """Energy axes by name, as the other slots tell."""
        axes: dict[str, MapAxis] = {}
        for name, value in self.slots.items():
            if value is not None and name != slot:
                found = value.axes if isinstance(value, EDispKernel) else value.geom.axes
                for axis in found:
                    axes.setdefault(axis.name, axis)
        return axes

    @property
    def energy_axis(self) -> MapAxis:
        """Axis of reconstructed energy."""
        return self._needed("energy", "counts")

    @property
    def geom(self) -> RegionGeom:
        """Geometry of the counts."""
        return RegionGeom([self.energy_axis]) if self.counts is None else self.counts.geom

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the counts."""
        return self.geom.data_shape

    def _needed(self, axis: str, slot: str) -> MapAxis:
        try:
            return self.axes[axis]
        except KeyError:
            raise DataError(f"{self.name}: no {slot} yet; set dataset.{slot}") from None

    @property
    def mask(self) -> RegionNDMap:
        """True in the bins that count: `mask_safe` and `mask_fit` together."""
        geom = RegionGeom([self.energy_axis])
        keep = np.ones(geom.data_shape, dtype=bool)
        for mask in (self.mask_safe, self.mask_fit):
            if mask is not None:
                keep &= mask.data
        return RegionNDMap(geom, keep)

    @property
    def energy_range(self) -> tuple[u.Quantity, u.Quantity]:
        """Lowest and highest energy that counts.

        Raises
        ------
        DataError
            If all bins are masked.
        """
        return self._range(self.mask)

    @property
    def energy_range_safe(self) -> tuple[u.Quantity, u.Quantity]:
        """Lowest and highest energy of `mask_safe`; raises as `energy_range`."""
        return self._range(self.mask_safe)

    @property
    def energy_range_fit(self) -> tuple[u.Quantity, u.Quantity]:
        """Lowest and highest energy of `mask_fit`; raises as `energy_range`."""
        return self._range(self.mask_fit)

    @property
    def energy_range_total(self) -> tuple[u.Quantity, u.Quantity]:
        """The same as `energy_range`."""
        return self.energy_range

    def _range(self, mask: RegionNDMap | None) -> tuple[u.Quantity, u.Quantity]:
        axis = self.energy_axis
        keep = np.ones(axis.nbin, dtype=bool) if mask is None else mask.values
        if not keep.any():
            raise DataError(f"{self.name}: all bins are masked; widen mask_safe or mask_fit")
        return axis.edges_min[keep][0], axis.edges_max[keep][-1]

    # -- response -------------------------------------------------------------------------

    @property
    def energy_edges_true(self) -> np.ndarray:
        """Edges of the true energy axis, in TeV [n_true + 1]."""
        return self._needed("energy_true", "exposure").internal_edges

    @property
    def response(self) -> np.ndarray:
        """Counts per flux integrated in a true bin, in cm2 s [n_reco, n_true]."""
        if self.exposure is None:
            raise DataError(f"{self.name}: no exposure, so models predict nothing; set exposure")
        exposure = self.exposure.values * internal_factor(self.exposure.unit)
        kernel = self.edisp
        if kernel is None:
            kernel = EDispKernel.from_diagonal_response(
                self.exposure.geom.axes[0], self.energy_axis
            )
        return (kernel.data * exposure[:, None]).T

    # -- prediction -----------------------------------------------------------------------

    def npred_signal(self, model_names: str | Sequence[str] | None = None) -> RegionNDMap:
        """Counts that the models predict, at their current parameters.

        Parameters
        ----------
        model_names : str or list of str, optional
            Only these models.
        """
        sources = spectral_sources(self.models, self.name)
        check_folded_as_is(sources, self.name)
        if model_names is not None:
            wanted = [model_names] if isinstance(model_names, str) else list(model_names)
            known = {source.name: source for source in sources}
            missing = [name for name in wanted if name not in known]
            if missing:
                raise UnknownNameError(f"{self.name}: no model {missing[0]!r} in {list(known)}")
            sources = [known[name] for name in wanted]
        total = np.zeros(self.energy_axis.nbin)
        if sources:
            total = predicted_counts(self.response, self.energy_edges_true, sources)
        return RegionNDMap(RegionGeom([self.energy_axis]), total)

    @abstractmethod
    def npred_background(self) -> RegionNDMap:
        """Expected background counts."""

    def npred(self) -> RegionNDMap:
        """Expected counts, signal and background."""
        data = self.npred_signal().data + self.npred_background().data
        return RegionNDMap(RegionGeom([self.energy_axis]), data)

    @property
    @abstractmethod
    def excess(self) -> RegionNDMap:
        """Counts minus expected background."""

    def residuals(self, method: str = "diff") -> RegionNDMap:
        """Counts minus expected counts of every bin, masked ones included.

        Parameters
        ----------
        method : {"diff", "diff/model", "diff/sqrt(model)"}
            What to divide by. Where nothing is expected, no counts give 0, and counts infinity.

        Raises
        ------
        UnknownNameError
            If the method is not known.
        DataError
            If there are no counts.
        """
        if method not in _SCALES:
            raise UnknownNameError(
                f"{self.name}: method = {method!r} is not known: choose one of {list(_SCALES)}"
            )
        if self.counts is None:
            raise DataError(f"{self.name}: no counts, so there are no residuals; set counts")
        expected = self.npred().data
        difference = self.counts.data - expected
        scale = _SCALES[method](expected)
        with np.errstate(divide="ignore"):
            scaled = difference / np.where(difference == 0, 1.0, scale)
        return RegionNDMap(RegionGeom([self.energy_axis]), scaled)

    # -- likelihood -----------------------------------------------------------------------

    #: how the statistic is computed from `bin_columns`
    bins: ClassVar[type[BinData]]

    @abstractmethod
    def bin_columns(self, keep: np.ndarray) -> tuple[np.ndarray, ...]:
        """Arrays that ``bins`` is built from, for the bins that are kept."""

    def _all_bins(self) -> BinData:
        return self.bins.build(*self.bin_columns(np.ones(self.energy_axis.nbin, dtype=bool)))

    def term(self, plan: Plan) -> Term:
        """Summand of the statistic."""
        return SpectrumTerm([self], plan)

    @property
    def fitted_parameters(self) -> list[Parameter]:
        """Parameters of the spectra of the sources that it sees."""
        return spectral_parameters(spectral_sources(self.models, self.name))

    @classmethod
    def terms(cls, datasets: Sequence[Any], plan: Plan) -> list[Term]:
        """One summand for all spectra that see the same models, as one matrix product."""
        groups: dict[tuple[int, ...], list[Any]] = {}
        for dataset in datasets:
            seen = tuple(id(m) for m in dataset.models if m.belongs_to(dataset.name))
            groups.setdefault(seen, []).append(dataset)
        return [SpectrumTerm(group, plan) for group in groups.values()]

    def stat_array(self) -> np.ndarray:
        """-2 ln L of every bin, masked ones included, of the shape of the counts."""
        per_bin = self._all_bins().stat_array(self.npred_signal().values)
        return per_bin.reshape(self.data_shape)

    def _drawn(self, expected: np.ndarray, rng: np.random.Generator) -> RegionNDMap:
        """Poisson draws of counts."""
        negative = np.flatnonzero(expected < 0)
        if len(negative):
            i = negative[0]
            raise DataError(
                f"{self.name}: {expected.ravel()[i]:g} counts are expected in bin {i}: none can be "
                "drawn from a negative number; change the models"
            )
        return RegionNDMap(RegionGeom([self.energy_axis]), rng.poisson(expected).astype(float))

    # -- fewer bins, more data ------------------------------------------------------------

    @abstractmethod
    def additive_bins(self) -> dict[str, np.ndarray]:
        """Numbers of each bin [n] that add up when bins or spectra are joined."""

    @classmethod
    @abstractmethod
    def from_sums(cls, sums: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Data of the maps, from sums of `additive_bins`."""

    def stack(self, other: Any) -> None:
        """Add the safe bins of another spectrum of the same kind, in place.

        Counts, backgrounds and exposures add up, and so do the predictions: the energy dispersion
        becomes the mean weighted by exposure. A bin is safe if it is in one of the two. Good
        time intervals are united, and livetimes (``meta["livetime"]``) add up; what only one of
        the two knows is dropped. Models stay.

        Raises
        ------
        DataError
            If kinds or axes differ, or one has data that the other lacks.
        """
        stack(self, other)

    def to_masked(self, name: str | None = None) -> Self:
        """Copy without models, in which nothing is counted or predicted in bins not safe."""
        return cast(Self, joined_bins(self, self.energy_axis, name))

    def slice_by_idx(self, slices: dict[str, slice], name: str | None = None) -> Self:
        """Copy of some bins, without models.

        Parameters
        ----------
        slices : dict
            ``{"energy": slice(start, stop)}``
        name : str, optional
            Of the copy.
        """
        return cast(Self, sliced(self, slices, name))

    def bins_between(self, energy_min: Any = None, energy_max: Any = None) -> slice | None:
        """Bins that `slice_by_energy` chooses; None if there is none."""
        return bins_between(self, energy_min, energy_max)

    def slice_by_energy(
        self, energy_min: Any = None, energy_max: Any = None, name: str | None = None
    ) -> Self:
        """Copy of the bins of an energy range, without models.

        Parameters
        ----------
        energy_min, energy_max : `~astropy.units.Quantity` or str, optional
            Moved to the nearest edges (in the logarithm) of the bins; open if not given.
        name : str, optional
            Of the copy.

        Raises
        ------
        DataError
            If no bin is left.
        """
        bins = self.bins_between(energy_min, energy_max)
        if bins is None:
            raise DataError(
                f"{self.name}: no bin of {self.energy_axis!r} lies between {energy_min} and "
                f"{energy_max}: choose a wider range"
            )
        return self.slice_by_idx({"energy": bins}, name=name)

    def resample_energy_axis(self, energy_axis: MapAxis, name: str | None = None) -> Self:
        """Copy with wider bins, made of the safe bins in them, without models.

        Parameters
        ----------
        energy_axis : `MapAxis`
            Its edges are moved to the nearest edges (in the logarithm) of the bins.
        name : str, optional
            Of the copy.

        Raises
        ------
        DataError
            If a new bin holds none.
        """
        return cast(Self, joined_bins(self, energy_axis, name))

    # -- copies, files, printing ----------------------------------------------------------

    def copy(self, name: str | None = None) -> Self:
        """Independent copy, with copies of the models; under a new name unless one is given."""
        return type(self)(
            models=self.models.copy(),
            name=name,
            meta=self.meta,
            gti=self.gti,
            **self.slots,
        )

    @classmethod
    def read(cls, filename: Any, name: str | None = None, format: str | None = None) -> Self:
        """Read from a file.

        Parameters
        ----------
        filename : str or path
        name : str, optional
            By default what the file says.
        format : {"ogip", "gadf"}, optional
            By default found from the content.
        """
        found = format or find("CountsSpectrum", "sniff", "fits")(filename)
        if format is None and found not in names(cls.__name__, "read"):
            raise FileFormatError(
                f"{filename} is an {found.upper()} spectrum, which {cls.__name__} cannot hold: "
                "read it with SpectrumDatasetOnOff.read"
            )
        return find(cls.__name__, "read", found)(filename, name=name)

    def write(self, filename: Any, overwrite: bool = False, format: str | None = None) -> None:
        """Write to a file (and, for OGIP, its companions); all appear whole or not at all."""
        default = "ogip" if self.stat_type == "wstat" else "gadf"
        find(type(self).__name__, "write", format or default)(self, filename, overwrite=overwrite)

    # -- pictures, described in `gammapy.plot` --------------------------------------------

    def plot_fit(self, ax_spectrum: Any = None, ax_residuals: Any = None, **kwargs: Any) -> Any:
        """Draw excess, prediction and residuals; see `gammapy.plot.plot_fit`."""
        return find(type(self).__name__, "plot", "fit")(self, ax_spectrum, ax_residuals, **kwargs)

    def plot_counts(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw counts and background; see `gammapy.plot.plot_counts`."""
        return find("CountsSpectrum", "plot", "counts")(self, ax, **kwargs)

    def plot_excess(self, ax: Any = None, **kwargs: Any) -> Any:
        """Draw excess and prediction of each bin; see `gammapy.plot.plot_excess`."""
        return find("CountsSpectrum", "plot", "excess")(self, ax, **kwargs)

    def plot_residuals(self, ax: Any = None, method: str = "diff", **kwargs: Any) -> Any:
        """Draw residuals of each bin; see `gammapy.plot.plot_residuals`."""
        return find("CountsSpectrum", "plot", "residuals")(self, ax, method, **kwargs)

    plot_residuals_spectral = plot_residuals

    def plot_masks(self, ax: Any = None, **kwargs: Any) -> Any:
        """Shade the bins that are kept; see `gammapy.plot.plot_masks`."""
        return find("CountsSpectrum", "plot", "masks")(self, ax, **kwargs)

    def peek(self, figsize: tuple[float, float] = (16, 4)) -> None:
        """Draw counts, exposure and energy dispersion side by side, in a figure of pyplot."""
        find("CountsSpectrum", "plot", "peek")(self, figsize)

    @abstractmethod
    def background_info(self, keep: np.ndarray) -> dict[str, Any]:
        """Background, its measurement and the significance of the excess, in some bins [n]."""

    def info_dict(self, in_safe_data_range: bool = True) -> dict[str, Any]:
        """Counts, background, rates, times and so on, as numbers and quantities by name.

        Parameters
        ----------
        in_safe_data_range : bool
            Sum over the safe bins, not over all.

        Returns
        -------
        info : dict
            What is not known, like a livetime, is NaN.
        """
        return info(self, in_safe_data_range)

    def _repr_html_(self) -> str:
        return find("Dataset", "html", "table")(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.axes.get('energy')!r})"

    def __str__(self) -> str:
        rows = [f"  {key:16s}: {_text(value)}" for key, value in self.info_dict().items()]
        return "\n".join([type(self).__name__, *rows, f"  models          : {self.models.names}"])


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | u.Quantity) else str(value)
