"""SkyModel: a source, by its spectrum, its shape and its course in time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
from astropy.coordinates import SkyCoord

from gammapy.dispatch import find
from gammapy.errors import ModelError
from gammapy.modeling.models.component import MODEL_REGISTRY, Component
from gammapy.modeling.models.sky_evaluation import evaluate, evaluate_geom, integrate_geom
from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY, SpatialModel
from gammapy.modeling.models.spectral.base import (
    DNDE,
    SPECTRAL_MODEL_REGISTRY,
    SpectralModel,
)
from gammapy.modeling.models.temporal.base import TEMPORAL_MODEL_REGISTRY, TemporalModel

if TYPE_CHECKING:
    from gammapy.data import GTI

__all__ = ["MODEL_REGISTRY", "SkyModel"]

#: parts of the instrument response
IRFS = ("exposure", "psf", "edisp")


@lru_cache(maxsize=512)
def _make_flux(spectral: u.UnitBase, spatial: u.UnitBase | None) -> bool:
    """True if the product of a spectrum and a shape is a differential flux, per sr."""
    return spectral.is_equivalent(DNDE if spatial is None else DNDE / (spatial * u.sr))


class SkyModel(Component):
    """A source.

    Parameters
    ----------
    spectral_model : `SpectralModel`
        Differential flux, in a unit like cm-2 s-1 TeV-1; a plain factor if the spatial model is a
        template that has the flux itself.
    spatial_model : `SpatialModel`, optional
        Distribution on the sky; by default not known, as for a spectrum.
    temporal_model : `TemporalModel`, optional
        Factor that varies in time; by default none.
    name : str, optional
        Under which the source stands in files and tables; by default the next of
        "model-1", "model-2", ... in this process.
    apply_irf : dict, optional
        Which of "exposure", "psf" and "edisp" to apply, all by default.
    datasets_names : str or list of str, optional
        Datasets that it belongs to; by default all.

    Raises
    ------
    ModelError
        If an argument has the wrong type or unit.
    """

    tag = ["SkyModel", "sky-model"]

    def __init__(
        self,
        spectral_model: SpectralModel,
        spatial_model: SpatialModel | None = None,
        temporal_model: TemporalModel | None = None,
        name: str | None = None,
        apply_irf: dict[str, bool] | None = None,
        datasets_names: str | Iterable[str] | None = None,
    ) -> None:
        self._set_up(name, datasets_names)
        self._spatial_model: SpatialModel | None = None
        self.spatial_model = spatial_model
        self.spectral_model = spectral_model
        self.temporal_model = temporal_model
        self.apply_irf = apply_irf or {}

    @classmethod
    def create(
        cls,
        spectral_model: str,
        spatial_model: str | None = None,
        temporal_model: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Source with the default parts of tags.

        Parameters
        ----------
        spectral_model, spatial_model, temporal_model : str
            Class names or tags, e.g. "pl", "gauss", "exp-decay".
        **kwargs
            ``name``, ``apply_irf`` and ``datasets_names``, as for the class.
        """
        tags = (spectral_model, spatial_model, temporal_model)
        registries = (SPECTRAL_MODEL_REGISTRY, SPATIAL_MODEL_REGISTRY, TEMPORAL_MODEL_REGISTRY)
        parts: list[Any] = [
            None if tag is None else registry.get(tag)()
            for tag, registry in zip(tags, registries, strict=True)
        ]
        return cls(*parts, **kwargs)

    # -- parts ----------------------------------------------------------------------------

    @property
    def spectral_model(self) -> SpectralModel:
        """Spectrum of the source."""
        return self._spectral_model

    @spectral_model.setter
    def spectral_model(self, model: SpectralModel) -> None:
        self._check_type("spectral", model, SpectralModel)
        self._check_spectrum(model, self.spatial_model)
        self._spectral_model = model

    @property
    def spatial_model(self) -> SpatialModel | None:
        """Distribution of the source on the sky, None if it is not known."""
        return self._spatial_model

    @spatial_model.setter
    def spatial_model(self, model: SpatialModel | None) -> None:
        if model is not None:
            self._check_type("spatial", model, SpatialModel)
        if hasattr(self, "_spectral_model"):
            self._check_spectrum(self._spectral_model, model)
        self._spatial_model = model

    @property
    def temporal_model(self) -> TemporalModel | None:
        """Factor that varies in time, None if the source is steady."""
        return self._temporal_model

    @temporal_model.setter
    def temporal_model(self, model: TemporalModel | None) -> None:
        if model is not None:
            self._check_type("temporal", model, TemporalModel)
        self._temporal_model = model

    def _check_type(self, kind: str, model: Any, cls: type) -> None:
        if not isinstance(model, cls):
            raise ModelError(
                f"SkyModel {self.name!r}: {kind}_model = {model!r} is not a {kind} model"
            )

    def _check_spectrum(self, spectrum: SpectralModel, spatial: SpatialModel | None) -> None:
        """Refuse a product that is not a flux."""
        unit = None if spatial is None else spatial.unit
        if not _make_flux(spectrum.unit, unit):
            needed = DNDE if unit is None else DNDE / (unit * u.sr)
            if needed.is_equivalent(u.one):
                way_out = (
                    "the template is a flux already: use a factor like PowerLawNormSpectralModel"
                )
            else:
                way_out = "multiply a norm model by a flux"
            raise ModelError(
                f"SkyModel {self.name!r}: spectral_model in {str(spectrum.unit)!r} is not a "
                f"differential flux like 'cm-2 s-1 TeV-1'; {way_out}"
                if needed.is_equivalent(DNDE)
                else f"SkyModel {self.name!r}: spectral_model in {str(spectrum.unit)!r} must be in "
                f"{str(needed)!r}; {way_out}"
            )

    # -- the response ---------------------------------------------------------------------

    @property
    def apply_irf(self) -> dict[str, bool]:
        """Which parts of the instrument response are applied."""
        return self._apply_irf

    @apply_irf.setter
    def apply_irf(self, apply_irf: dict[str, bool]) -> None:
        known = dict.fromkeys(IRFS, True)
        if apply_irf == {}:
            self._apply_irf = known
            return
        good = isinstance(apply_irf, dict) and all(
            key in known and isinstance(flag, bool) for key, flag in apply_irf.items()
        )
        if not good:
            raise ModelError(
                f"SkyModel {self.name!r}: apply_irf = {apply_irf!r} must map some of "
                f"{list(IRFS)} to True or False"
            )
        self._apply_irf = known | apply_irf

    # -- values and fluxes ----------------------------------------------------------------

    def evaluate(self, lon: Any, lat: Any, energy: Any, time: Any = None) -> u.Quantity:
        """Differential flux, per sr if the source has a place on the sky.

        Parameters
        ----------
        lon, lat : `~astropy.units.Quantity` [...]
            Position in the `frame` of the model; not used without a spatial model.
        energy : `~astropy.units.Quantity` [...]
        time : `~astropy.time.Time` [...], optional
            Without, the course in time is left out.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            All broadcast against each other.

        Raises
        ------
        UnitMismatchError, ModelError
            As the parts do; a point has no values.
        """
        return evaluate(self, lon, lat, energy, time)

    def evaluate_geom(self, geom: Any, gti: GTI | None = None) -> u.Quantity:
        """Differential flux at the centres of the pixels and energy bins of a map.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
            With an axis "energy_true".
        gti : `~gammapy.data.GTI`, optional
            Good time intervals to average the course in time over; without, it is left out.

        Returns
        -------
        `~astropy.units.Quantity` [..., n_energy, n_lat, n_lon]
        """
        return evaluate_geom(self, geom, gti)

    def integrate_geom(
        self, geom: Any, gti: GTI | None = None, oversampling_factor: int | None = None
    ) -> Any:
        """Flux in the pixels and energy bins of a map.

        Parameters
        ----------
        geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
            With an axis "energy_true".
        gti : `~gammapy.data.GTI`, optional
            Good time intervals to average the course in time over; without, it is left out.
        oversampling_factor : int, optional
            As for `SpatialModel.integrate_geom`.

        Returns
        -------
        `~gammapy.maps.Map`
            In cm-2 s-1. A source without a spatial model is all inside a region.

        Raises
        ------
        ModelError
            If there is no such axis, the source has no place on a map, or a parameter has a value
            that makes no sense.
        """
        return integrate_geom(self, geom, gti, oversampling_factor)

    # -- where it is ----------------------------------------------------------------------

    @property
    def position_lonlat(self) -> tuple[float, float] | None:
        """Longitude and latitude of `position` in rad, in the frame of the model."""
        return None if self.spatial_model is None else self.spatial_model.position_lonlat

    @property
    def position(self) -> SkyCoord | None:
        """Position of the spatial model, None if there is none."""
        return None if self.spatial_model is None else self.spatial_model.position

    @property
    def frame(self) -> str | None:
        """Frame of the spatial model."""
        return None if self.spatial_model is None else self.spatial_model.frame

    @property
    def evaluation_radius(self) -> u.Quantity | None:
        """Radius about `position` that holds the source."""
        return None if self.spatial_model is None else self.spatial_model.evaluation_radius

    @property
    def _copied(self) -> tuple[str, ...]:
        return (*super()._copied, "apply_irf")

    # -- files ----------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the model, as it stands among the components of a YAML file."""
        return find("SkyModel", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SkyModel:
        """Model from such a tree."""
        return find("SkyModel", "from_dict", "yaml")(data)
