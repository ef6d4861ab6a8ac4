"""Backgrounds of the Gammalib kind: carried as data, so that a file keeps them.

They are rates in reconstructed coordinates (per s, MeV and sr) whose shape is one of Gammalib's.
Nothing here evaluates them: a fit of counts maps has `FoVBackgroundModel`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameter import Parameter

__all__ = ["IACTBackgroundModel", "IACTBackgroundShape"]


class IACTBackgroundShape(ModelBase):
    """Shape of a background over the field of view, as Gammalib names it.

    Parameters
    ----------
    kind : str
        Type of the shape: "Gaussian", "Profile", "Polynom", "Gradient", "LookupTable"...
    parameters : sequence of `Parameter`
        Under their names in the file.
    attributes : dict of str
        Others than the type, e.g. the name of a file.
    parts : sequence of `IACTBackgroundShape`
        Shapes that it is made of.
    """

    def __init__(
        self,
        kind: str,
        parameters: Sequence[Parameter] = (),
        attributes: dict[str, str] | None = None,
        parts: Sequence[IACTBackgroundShape] = (),
    ) -> None:
        if not isinstance(kind, str) or not kind:
            raise ModelError(f"IACTBackgroundShape: kind = {kind!r} must be a text: 'Gaussian'...")
        super().__init__()
        self.kind = kind
        self.attributes = dict(attributes or {})
        self.parts = list(parts)
        self.own_parameters = {p.name: p for p in parameters}
        for i, part in enumerate(self.parts):
            self.own_parameters |= {f"part{i}_{name}": p for name, p in part.own_parameters.items()}

    def _shell(self, **kwargs: Any) -> IACTBackgroundShape:
        new = super()._shell(**kwargs)
        new.attributes = dict(self.attributes)
        new.parts = [part._shell() for part in self.parts]
        return new

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images."""
        super().reassign(mapping)
        for part in self.parts:
            part.reassign(mapping)

    def __repr__(self) -> str:
        return f"IACTBackgroundShape({self.kind!r}, {list(self.own_parameters)})"


class IACTBackgroundModel(Component):
    """Background of the Gammalib kind: a spectrum, and perhaps a shape in the field of view.

    Parameters
    ----------
    kind : str
        "CTAIrfBackground", "CTACubeBackground", "RadialAcceptance", ...
    spectral_model : `SpectralModel`, optional
        Plain factor on the background of the response, or a rate.
    spatial_model : `IACTBackgroundShape`, optional
    temporal_model : `TemporalModel`, optional
    name : str, optional
    datasets_names : str or list of str, optional
        Datasets that it belongs to; by default all.
    attributes : dict of str, optional
        Others of the source, e.g. ``instrument``.
    """

    tag = ["IACTBackgroundModel", "iact-bkg"]

    def __init__(
        self,
        kind: str,
        spectral_model: SpectralModel | None = None,
        spatial_model: IACTBackgroundShape | None = None,
        temporal_model: TemporalModel | None = None,
        name: str | None = None,
        datasets_names: str | Iterable[str] | None = None,
        attributes: dict[str, str] | None = None,
    ) -> None:
        self._set_up(name, datasets_names)
        if not isinstance(kind, str) or not kind:
            raise ModelError(
                f"IACTBackgroundModel {self.name!r}: kind = {kind!r} must be a text like "
                "'CTAIrfBackground'"
            )
        self.kind = kind
        self.attributes = dict(attributes or {})
        self._spectral_model = spectral_model
        self._spatial_model = spatial_model
        self._temporal_model = temporal_model

    @property
    def spectral_model(self) -> SpectralModel | None:
        """Spectrum, a factor or a rate."""
        return self._spectral_model

    @property
    def spatial_model(self) -> IACTBackgroundShape | None:
        """Shape in the field of view."""
        return self._spatial_model

    @property
    def temporal_model(self) -> TemporalModel | None:
        """Course in time."""
        return self._temporal_model

    @property
    def _copied(self) -> tuple[str, ...]:
        return ()
