r"""Sum of shapes, weighted.

.. math:: C = \frac{\sum_i n_i M_i}{\sum_i n_i}

so that it integrates to one as its parts do, and the spectrum is the flux of all together.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Sequence
from typing import Any, Self

import astropy.units as u
from astropy.coordinates import SkyCoord, UnitSphericalRepresentation

from gammapy.engine.sphere import rotated
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.frames import rotation
from gammapy.modeling.models.spatial.integration import Energies, Patch
from gammapy.modeling.parameter import Parameter

__all__ = ["CompoundSpatialModel"]


class CompoundSpatialModel(SpatialModel):
    """Weighted mean of spatial models; ``0.3 * a + 0.7 * b`` makes one.

    Its parameters are known as ``norm1``, ``model1.lon_0``, ..., ``norm2``, and so on. The norms
    are frozen at first; as only their ratios matter, one of them must stay so. A sum of sums is a
    sum of all their parts.

    Parameters
    ----------
    models : sequence of `SpatialModel`
        Their frames may differ, if a rotation leads from one to the other.
    norms : sequence of float or `~gammapy.modeling.Parameter`, optional
        Weights, one each by default.
    frame : str, optional
        Of the coordinates that it is called with; by default that of the first model.

    Raises
    ------
    ModelError
        If there is no model, the numbers of models and norms differ, a model depends on energy, or
        no rotation leads between two frames.
    """

    tag = ["CompoundSpatialModel", "compound"]

    def __init__(
        self,
        models: Sequence[SpatialModel],
        norms: Sequence[Any] | None = None,
        frame: str | None = None,
    ) -> None:
        self.models = list(models)
        values = [1.0] * len(self.models) if norms is None else list(norms)
        if not self.models or len(values) != len(self.models):
            raise ModelError(
                f"CompoundSpatialModel: {len(values)} norms for {len(self.models)} models: give as "
                "many, and one model at least"
            )
        for model in self.models:
            if not isinstance(model, SpatialModel):
                raise ModelError(f"{model!r} cannot be added to spatial models: it is none")
            if model.is_energy_dependent or not model.unit.is_equivalent("sr-1"):
                raise ModelError(
                    f"CompoundSpatialModel: {type(model).__name__} is no shape in sr-1 that is the "
                    "same at all energies: make it a SkyModel of its own"
                )
        self.norms = [v if isinstance(v, Parameter) else _norm(v) for v in values]
        self.frame = self.models[0].frame if frame is None else frame
        for model in self.models:
            rotation(self.frame, model.frame)  # refused here rather than in the fit

    @classmethod
    def joined(cls, models: Sequence[Any], factor: Any = 1.0) -> Self:
        """Sum of models, of which some may be sums, times a factor.

        Raises
        ------
        ModelError
            If one is no model, or the factor no number.
        """
        if isinstance(factor, bool) or not isinstance(factor, numbers.Real):
            raise ModelError(f"{factor!r} * spatial model: the norm must be a number")
        parts: list[tuple[Any, Any]] = []
        for model in models:
            pairs = model.components() if isinstance(model, cls) else [(1.0, model)]
            parts.extend(pairs)
        norms = [norm for norm, _ in parts]
        if factor != 1:
            norms = [factor * getattr(norm, "value", norm) for norm in norms]
        frame = models[0].frame if isinstance(models[0], cls) else None
        return cls([model for _, model in parts], norms, frame)

    def components(self) -> Iterator[tuple[Parameter, SpatialModel]]:
        """Norm and model of each part."""
        return zip(self.norms, self.models, strict=True)

    # -- parameters -----------------------------------------------------------------------

    @property
    def own_parameters(self) -> dict[str, Parameter]:  # type: ignore[override]
        """Norms, and parameters of all models under their paths."""
        found = {}
        for i, (norm, model) in enumerate(self.components(), start=1):
            found[f"norm{i}"] = norm
            found |= {f"model{i}.{name}": p for name, p in model.own_parameters.items()}
        return found

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Share a norm, or a parameter of one model, named by its path."""
        if name not in self.own_parameters:
            raise UnknownNameError(
                f"CompoundSpatialModel has no parameter {name!r}: it has "
                f"{list(self.own_parameters)}"
            )
        first, _, rest = name.partition(".")
        if rest:
            self.models[int(first.removeprefix("model")) - 1].share_parameter(rest, parameter)
        elif isinstance(parameter, Parameter):
            self.norms[int(first.removeprefix("norm")) - 1] = parameter
        else:
            raise ModelError(f"CompoundSpatialModel.{name} = {parameter!r}: give a Parameter")

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images in all parts."""
        self.norms = [mapping.get(norm, norm) for norm in self.norms]
        for model in self.models:
            model.reassign(mapping)

    def unfreeze(self) -> None:
        """Give all parameters the frozen flags that their classes declare; norms are frozen."""
        for norm, model in self.components():
            norm.frozen = True
            model.unfreeze()

    def _shell(self, **kwargs: Any) -> Self:
        if kwargs:
            raise ModelError(f"CompoundSpatialModel.copy has no argument {next(iter(kwargs))!r}")
        return type(self)([model._shell() for model in self.models], self.norms, self.frame)

    def check_values(self) -> None:
        """Refuse values that one part refuses, and norms without a positive sum."""
        for model in self.models:
            model.check_values()
        norms = [norm.value for norm in self.norms]
        if not (min(norms) >= 0 and sum(norms) > 0):
            raise ModelError(
                f"CompoundSpatialModel: norms = {norms} must not be negative, nor all of them zero"
            )

    # -- the formula ----------------------------------------------------------------------

    def _parts(
        self, lon: Any, lat: Any, values: Sequence[Any]
    ) -> Iterator[tuple[SpatialModel, Any, tuple[Any, Any], Sequence[Any]]]:
        """Model, norm, place in its frame and parameter values of each part."""
        first = 0
        for model in self.models:
            last = first + 1 + len(model.own_parameters)
            matrix = rotation(self.frame, model.frame)
            place = (lon, lat) if matrix is None else rotated(lon, lat, matrix)
            yield model, values[first], place, values[first + 1 : last]
            first = last

    def evaluate(self, lon: Any, lat: Any, *values: Any) -> Any:
        """Formulas of all parts, joined."""
        total, norms = 0.0, 0.0
        for model, norm, place, own in self._parts(lon, lat, values):
            total = total + norm * model.brightness(place, own)
            norms = norms + norm
        return total / norms

    def partials(self, lon: Any, lat: Any, *values: Any) -> list[Any]:
        """Chain rule over all parts."""
        mean = self.evaluate(lon, lat, *values)
        parts = list(self._parts(lon, lat, values))
        norms = sum(norm for _, norm, _, _ in parts)
        found = []
        for model, norm, place, own in parts:
            found.append((model.brightness(place, own) - mean) / norms)
            found += [norm / norms * slope for slope in model.brightness_partials(place, own)]
        return found

    def patches(
        self,
        geom: Any,
        energies: Energies | None = None,
        oversampling_factor: int | None = None,
    ) -> Iterator[Patch]:
        """Integrals of all parts, weighted."""
        norms = sum(norm.value for norm in self.norms)
        for norm, model in self.components():
            for patch in model.patches(geom, None, oversampling_factor):
                yield patch._replace(share=patch.share * (norm.value / norms))

    def region_integrals(self, geom: Any, energies: Energies | None = None) -> Any:
        """Integrals over a region, weighted."""
        norms = sum(norm.value for norm in self.norms)
        return sum(n.value / norms * m.region_integrals(geom) for n, m in self.components())

    # -- where it is ----------------------------------------------------------------------

    @property
    def position(self) -> SkyCoord | None:
        """Mean of the positions of the parts, by their norms; None if one has none."""
        places: list[Any] = [model.position for model in self.models]
        if any(place is None for place in places):
            return None
        first, *others = [
            norm.value * place.transform_to(self.frame).cartesian
            for norm, place in zip(self.norms, places, strict=True)
        ]
        mean = sum(others, start=first).represent_as(UnitSphericalRepresentation)
        return SkyCoord(mean.lon, mean.lat, frame=self.frame)

    @property
    def evaluation_radius(self) -> u.Quantity | None:
        """Radius about the mean position that holds the circles of all parts."""
        circles: list[Any] = [(model.position, model.evaluation_radius) for model in self.models]
        center = self.position
        if center is None or any(radius is None for _, radius in circles):
            return None
        reach = [
            (center.separation(place.transform_to(self.frame)) + radius).to("deg")
            for place, radius in circles
        ]
        return u.Quantity(max(reach))

    @property
    def evaluation_bin_size_min(self) -> u.Quantity | None:
        """The smallest of the parts."""
        sizes = [model.evaluation_bin_size_min for model in self.models]
        return min((size for size in sizes if size is not None), default=None)

    def to_region(self, **kwargs: Any) -> Any:
        """Union of the outlines of the parts."""
        first, *others = [model.to_region(**kwargs) for model in self.models]
        for other in others:
            first = first | other
        return first

    def __repr__(self) -> str:
        parts = " + ".join(f"{norm.value:.6g} * {model!r}" for norm, model in self.components())
        return f"CompoundSpatialModel({parts})"


def _norm(value: Any) -> Parameter:
    return Parameter("norm", value, min=0, frozen=True)
