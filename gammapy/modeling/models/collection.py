"""Models: an ordered collection of models with unique names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.dispatch import find
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.models.base import clone_parameters
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.where import held_by_regions, regions_of
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.penalty import GaussianPenalty, Penalties

__all__ = ["Models"]


def _position(model: Component) -> SkyCoord | None:
    """Position of a model, None if it has none."""
    return getattr(model, "position", None)


class Models(MutableSequence[Component]):
    """Sources and backgrounds, in order, found by position or name.

    Parameters
    ----------
    models : `Component` or iterable of them, optional
        Those of other `Models` come with their penalties.
    penalties : iterable of `~gammapy.modeling.GaussianPenalty`, optional
        What is known of several parameters together.

    Raises
    ------
    ModelError
        If two models have the same name, or a member is not a model.
    ParameterError
        If a penalty is none, or comes twice.
    """

    def __init__(
        self,
        models: Component | Iterable[Component] | None = None,
        penalties: Iterable[GaussianPenalty] = (),
    ) -> None:
        if models is None:
            models = []
        brought = models.penalties if isinstance(models, Models) else []
        self._models: list[Component] = []
        self._replace(list(models) if isinstance(models, Iterable) else [models])
        self.penalties = [*brought, *penalties]
        #: what a reader carries along from its file, to write it back; not looked at by models
        self.origin: Any = models.origin if isinstance(models, Models) else None

    def _replace(self, models: list[Any]) -> None:
        seen: set[str] = set()
        for model in models:
            if not isinstance(model, Component):
                raise ModelError(
                    f"{model!r} is not a source or a background: wrap a spectrum as "
                    "SkyModel(spectral_model=..., name='...')"
                )
            if model.name in seen:
                raise ModelError(
                    f"two models are named {model.name!r}: give one another name, e.g. with "
                    "model.copy(name='...')"
                )
            seen.add(model.name)
        self._models = models

    # -- a sequence -----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._models)

    def __iter__(self) -> Iterator[Component]:
        return iter(self._models)

    def __getitem__(self, key: Any) -> Any:
        """Model by position or name; a slice or list of names gives `Models`."""
        if isinstance(key, slice):
            return self._selection(self._models[key])
        if isinstance(key, list):
            return self._selection([self[k] for k in key])
        return self._models[self.index(key) if isinstance(key, str) else key]

    def _selection(self, models: list[Component]) -> Models:
        """Some of the models, with the penalties whose parameters they have."""
        selected = Models(models)
        selected.penalties = self.penalties.inside(selected.parameters)
        selected.origin = self.origin
        return selected

    def __setitem__(self, key: Any, model: Any) -> None:
        models = list(self._models)
        models[self.index(key) if isinstance(key, str) else key] = model
        self._replace(models)

    def __delitem__(self, key: Any) -> None:
        del self._models[self.index(key) if isinstance(key, str) else key]

    def insert(self, index: int, value: Component) -> None:
        """Insert a model."""
        models = list(self._models)
        models.insert(index, value)
        self._replace(models)

    def extend(self, values: Iterable[Component]) -> None:
        """Insert models at the end."""
        self._replace([*self._models, *values])

    def index(self, key: Any, *args: Any) -> int:
        """Position of a model, given itself or its name."""
        if not isinstance(key, str):
            return self._models.index(key, *args)
        if key not in self.names:
            raise UnknownNameError(f"no model {key!r}: known are {self.names}")
        return self.names.index(key)

    def __contains__(self, key: object) -> bool:
        return key in self.names if isinstance(key, str) else key in self._models

    def __add__(self, other: Any) -> Models:
        models = [*self, *([other] if isinstance(other, Component) else other)]
        brought = other.penalties if isinstance(other, Models) else []
        new = [penalty for penalty in brought if penalty not in self.penalties]
        total = Models(models, [*self.penalties, *new])
        total.origin = self.origin
        return total

    # -- what it holds --------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Names of the models."""
        return [model.name for model in self]

    @property
    def parameters(self) -> Parameters:
        """Parameters of all models, under paths like ``crab.spectral.index``."""
        pairs = [(p, f"{m.name}.{path}") for m in self for path, p in m.own_parameters.items()]
        return Parameters([p for p, _ in pairs], [path for _, path in pairs])

    @property
    def parameters_unique_names(self) -> list[str]:
        """Paths of `parameters`."""
        return self.parameters.paths

    @property
    def penalties(self) -> Penalties:
        """List of what is known of several parameters together; each is counted once in a fit.

        A penalty may name parameters of no model here: a fit then moves them too, unless they
        are frozen, so that what is known of the others is neither more nor less.
        """
        return self._penalties

    @penalties.setter
    def penalties(self, penalties: Any) -> None:
        self._penalties = Penalties(penalties)

    @property
    def covariance(self) -> Covariance:
        """Covariance of `parameters`."""
        return self.parameters.covariance

    @covariance.setter
    def covariance(self, covariance: Any) -> None:
        self.parameters.covariance = covariance

    def seen_by(self, dataset_name: str) -> Models:
        """Models that a dataset of this name sees."""
        return self._selection([model for model in self if model.belongs_to(dataset_name)])

    def select(
        self,
        name_substring: str | None = None,
        datasets_names: str | Iterable[str] | None = None,
        tag: str | None = None,
        model_type: str | None = None,
        frozen: bool | None = None,
    ) -> Models:
        """Models that fit all that is asked for.

        Parameters
        ----------
        name_substring : str, optional
            Part of the name.
        datasets_names : str or list of str, optional
            One of these datasets sees the model.
        tag : str, optional
            Class name or tag of the model, or of its part of ``model_type``.
        model_type : {"spectral", "spatial", "temporal"}, optional
            The model has such a part.
        frozen : bool, optional
            True if all parameters are frozen.
        """
        seeing = [datasets_names] if isinstance(datasets_names, str) else datasets_names
        seeing = None if seeing is None else list(seeing)
        chosen = []
        for model in self:
            parts = [model] if model_type is None else model.parts(model_type)
            if (
                (name_substring is None or name_substring in model.name)
                and (seeing is None or any(model.belongs_to(name) for name in seeing))
                and any(tag is None or tag in part.tag for part in parts)
                and (frozen is None or model.frozen is frozen)
            ):
                chosen.append(model)
        return self._selection(chosen)

    def select_region(self, regions: Any, wcs: Any = None) -> Models:
        """Models whose position lies in one of some regions.

        Parameters
        ----------
        regions : str, `~regions.SkyRegion` or list of them
            A text is in the format of ds9.
        wcs : `~astropy.wcs.WCS`, optional
            Plane in which the regions are drawn; by default one that is tangential at each.
        """
        regions = regions_of(regions)
        return self._selection([m for m in self if held_by_regions(_position(m), regions, wcs)])

    def to_regions(self) -> list[Any]:
        """Regions of the spatial models, in order; models without one are passed over."""
        shapes: list[Any] = [model.part("spatial") for model in self]
        regions = [shape.to_region() for shape in shapes if hasattr(shape, "to_region")]
        return [region for region in regions if region is not None]

    @property
    def positions(self) -> SkyCoord:
        """Positions of the models, in galactic coordinates; nan where there is none."""
        places = [_position(model) for model in self]
        lonlat = [
            (np.nan, np.nan) if p is None else (p.galactic.l.deg, p.galactic.b.deg) for p in places
        ]
        lon, lat = np.array(lonlat).reshape(-1, 2).T
        return SkyCoord(lon, lat, unit="deg", frame="galactic")

    @property
    def background_models(self) -> dict[str, Component]:
        """Backgrounds of datasets, by the name of the dataset."""
        fov = [model for model in self if model.tag[-1] == "fov-bkg"]
        return {name: model for model in fov for name in model.datasets_names or ()}

    def reassign(self, dataset_name: str, new_dataset_name: str) -> Models:
        """Copy in which the models of one dataset belong to another."""
        new = self.copy()
        for model in new:
            if model.datasets_names is not None:
                model.datasets_names = [
                    new_dataset_name if name == dataset_name else name
                    for name in model.datasets_names
                ]
        return new

    @property
    def frozen(self) -> bool:
        """True if all parameters are frozen."""
        return all(model.frozen for model in self)

    def freeze(self, model_type: str | None = None) -> None:
        """Freeze all parameters, or those of one part of each model; see `SkyModel.freeze`."""
        for model in self:
            model.freeze(model_type)

    def unfreeze(self, model_type: str | None = None) -> None:
        """Give parameters the frozen flags that their classes declare; see `freeze`."""
        for model in self:
            model.unfreeze(model_type)

    def copy(self) -> Models:
        """Independent copy; links and penalties among the models follow, others still hold."""
        mapping = clone_parameters(self.parameters)
        shells = [model._shell() for model in self]
        for shell in shells:
            shell.reassign(mapping)
        new = Models(shells, [penalty.mapped(mapping) for penalty in self.penalties])
        new.origin = self.origin
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Models:
        return self.copy()

    # -- files ----------------------------------------------------------------------------

    @classmethod
    def read(
        cls,
        filename: Any,
        format: str | None = None,
        suffix: str | None = None,
        **options: Any,
    ) -> Models:
        """Read models from a file, or from several.

        Parameters
        ----------
        filename : str or path, or list of these
        format : {"yaml", "xml", "gamma-cat"}, optional
            By default it is found from the content.
        suffix : str, optional
            Added to a name that an earlier file has already; by default that is an error.
        **options
            Of the format: ``dialect`` ("gammalib", "fermi") of XML files that do not tell.

        Raises
        ------
        FileFormatError, MissingFileError
            If a file is not what the format asks for, or is not there.
        ModelError
            If files have models of one name, and there is no suffix.
        """
        return find("Models", "open", "any")(filename, format, suffix, **options)

    def write(
        self,
        filename: str | Path,
        overwrite: bool = False,
        write_covariance: bool = True,
        format: str | None = None,
        dialect: str | None = None,
    ) -> None:
        """Write models to a file; it appears whole or not at all.

        Parameters
        ----------
        filename : str or path
        overwrite : bool
        write_covariance : bool
            With correlations and asymmetric errors. They stand in the same file, if it is YAML.
        format : {"yaml", "xml"}, optional
            By default XML if the name ends so or a dialect is given, else YAML.
        dialect : {"gammalib", "fermi"}, optional
            Of an XML file; by default that of the file from which the models were read, or
            Gammalib's. A warning reports what it cannot say.
        """
        write = find("Models", "save", "any")
        write(self, filename, overwrite, write_covariance, format, dialect)

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the models, as it stands in a YAML file."""
        return find("Models", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Models:
        """Models from such a tree."""
        return find("Models", "from_dict", "yaml")(data)

    def to_yaml(self) -> str:
        """Text of a YAML file."""
        return find("Models", "to_text", "yaml")(self)

    @classmethod
    def from_yaml(cls, text: str) -> Models:
        """Models from the text of a YAML file."""
        return find("Models", "from_text", "yaml")(text)

    # -- shown ----------------------------------------------------------------------------

    def to_parameters_table(self) -> Any:
        """Table of all parameters; ``model``, ``type`` and ``name`` make up the path of each."""
        table = self.parameters.to_table()
        places = {
            f"{model.name}.{path}": (model.name, *path.split(".", 1))
            for model in self
            for path in model.own_parameters
        }
        columns = [list(column) for column in zip(*(places[p] for p in table["name"]), strict=True)]
        if columns:
            table["name"] = columns[2]
            table.add_columns(columns[:2], indexes=[0, 0], names=["model", "type"])
        return table

    def __repr__(self) -> str:
        return f"Models({', '.join(map(repr, self.names))})"

    def __str__(self) -> str:
        return "\n\n".join(str(model) for model in self) or "Models (empty)"

    def _repr_html_(self) -> str:
        return find("Models", "html", "table")(self)
