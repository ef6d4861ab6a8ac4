"""Backgrounds of counts maps: a factor on what a dataset or a map predicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import astropy.units as u

from gammapy.dispatch import find
from gammapy.errors import ModelError
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel

__all__ = ["FoVBackgroundModel", "TemplateNPredModel"]


class _Factor(Component):
    """What the backgrounds share: parts that are plain factors."""

    part_types = ("spectral", "spatial")

    def _set_factors(self, spectral: SpectralModel | None, spatial: SpatialModel | None) -> None:
        self.spectral_model = PowerLawNormSpectralModel() if spectral is None else spectral
        self.spatial_model = spatial

    @property
    def spectral_model(self) -> SpectralModel:
        """Factor that varies with energy."""
        return self._spectral_model

    @spectral_model.setter
    def spectral_model(self, model: SpectralModel) -> None:
        if not (isinstance(model, SpectralModel) and model.unit.is_equivalent(u.one)):
            raise ModelError(
                f"{type(self).__name__} {self.name!r}: spectral_model = {model!r} is not a plain "
                "factor: use a norm model, e.g. PowerLawNormSpectralModel"
            )
        self._spectral_model = model

    @property
    def spatial_model(self) -> SpatialModel | None:
        """Factor that varies over the field of view."""
        return self._spatial_model

    @spatial_model.setter
    def spatial_model(self, model: SpatialModel | None) -> None:
        if model is not None and not (
            isinstance(model, SpatialModel) and model.unit.is_equivalent(u.one)
        ):
            raise ModelError(
                f"{type(self).__name__} {self.name!r}: spatial_model = {model!r} is not a plain "
                "factor: use PiecewiseNormSpatialModel"
            )
        self._spatial_model = model


class FoVBackgroundModel(_Factor):
    """Factor on the background map of one dataset.

    Parameters
    ----------
    dataset_name : str
        The dataset whose background it is.
    spectral_model : `SpectralModel`, optional
        Plain factor; by default a norm with a tilt that is frozen.
    spatial_model : `SpatialModel`, optional
        Plain factor over the field of view.
    name : str, optional
        By default ``dataset_name`` with "-bkg".

    Raises
    ------
    ModelError
        If ``dataset_name`` is missing, or a part is not a plain factor.
    """

    tag = ["FoVBackgroundModel", "fov-bkg"]

    def __init__(
        self,
        dataset_name: str,
        spectral_model: SpectralModel | None = None,
        spatial_model: SpatialModel | None = None,
        name: str | None = None,
    ) -> None:
        if not dataset_name or not isinstance(dataset_name, str):
            raise ModelError(
                f"FoVBackgroundModel: dataset_name = {dataset_name!r} must name the dataset whose "
                "background it is, e.g. dataset_name='cta-gc'"
            )
        self._set_up(name or f"{dataset_name}-bkg", dataset_name)
        self._set_factors(spectral_model, spatial_model)


class TemplateNPredModel(_Factor):
    """Factor on a map of predicted counts.

    Parameters
    ----------
    map : `~gammapy.maps.WcsNDMap`, optional
        Predicted counts. It may be left out if ``filename`` is given: the file is then read when
        the map is first asked for.
    spectral_model : `SpectralModel`, optional
        Plain factor; by default a norm with a tilt that is frozen.
    name : str, optional
    filename : str, optional
        File of the map, possibly with variables like ``$GAMMAPY_DATA``.
    datasets_names : str or list of str, optional
        Datasets that it belongs to; by default all.
    copy_data : bool
        True to copy the map.
    spatial_model : `SpatialModel`, optional
        Plain factor over the field of view.

    Raises
    ------
    ModelError
        If there is neither a map nor a file, or a part is not a plain factor.
    """

    tag = ["TemplateNPredModel", "template-npred"]

    def __init__(
        self,
        map: Any = None,
        spectral_model: SpectralModel | None = None,
        name: str | None = None,
        filename: Any = None,
        datasets_names: str | Iterable[str] | None = None,
        copy_data: bool = True,
        spatial_model: SpatialModel | None = None,
    ) -> None:
        if map is None and filename is None:
            raise ModelError(
                "TemplateNPredModel: neither map nor filename is given: it needs a map of counts"
            )
        self._set_up(name, datasets_names)
        self._set_factors(spectral_model, spatial_model)
        self.filename = None if filename is None else str(filename)
        self._map = map.copy() if map is not None and copy_data else map

    @property
    def map(self) -> Any:
        """Predicted counts; read from `filename` when first asked for."""
        if self._map is None:
            self._map = find("Map", "read", "fits")(self.filename)
        return self._map

    @property
    def _copied(self) -> tuple[str, ...]:
        return (*super()._copied, "filename")
