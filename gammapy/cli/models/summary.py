"""What is told of a model: its types, where it is, and how bright."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import GammapyError
from gammapy.modeling.models import Models, SkyModel, SpatialModel, SpectralModel
from gammapy.modeling.models.component import MODEL_TYPES, Component

__all__ = ["UNIT_TEXT", "Row", "by_kind", "kinds_of", "linked", "rows_of", "short_type"]

#: between which energies the flux is
BAND = (1.0, 10.0) * u.TeV
UNIT_TEXT = "cm-2 s-1"
FLUX_UNIT = u.Unit(UNIT_TEXT)
_TITLES = {
    "icrs": ("RA", "Dec"),
    "galactic": ("GLON", "GLAT"),
}


@dataclass(frozen=True)
class Row:
    """A model in a table; nan where it has no position or flux."""

    name: str
    types: tuple[str, ...]
    lon: float
    lat: float
    flux: float
    free: int

    @property
    def kind(self) -> str:
        """Types as they read in a cell: "pl x gauss"."""
        return " x ".join(self.types)

    def as_dict(self, frame: str) -> dict[str, Any]:
        """For JSON, which has no nan."""
        lon, lat = _TITLES[frame]
        numbers = {f"{lon} [deg]": self.lon, f"{lat} [deg]": self.lat}
        numbers[f"flux 1-10 TeV [{UNIT_TEXT}]"] = self.flux
        return {
            "name": self.name,
            "types": list(self.types),
            **{key: value if math.isfinite(value) else None for key, value in numbers.items()},
            "free_parameters": self.free,
        }


def short_type(part: Any) -> str:
    """Tag of a part, or for one of several parts theirs: "pl * pl-norm"."""
    inside = [getattr(part, name, None) for name in ("model1", "model2")]
    symbol = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}
    if all(inside):
        operator = symbol.get(part.operator.__name__, part.operator.__name__)
        return f" {operator} ".join(map(short_type, inside))
    return part.tag[1] if len(part.tag) > 1 else _bare(part)


def _bare(part: Any) -> str:
    return getattr(part, "kind", None) or (part.tag[0] if part.tag else type(part).__name__)


def kinds_of(model: Component) -> tuple[str, ...]:
    """Types of the parts; for a background its own first."""
    parts = tuple(short_type(part) for part in model.parts())
    return parts if isinstance(model, SkyModel) else (getattr(model, "kind", model.tag[-1]), *parts)


def rows_of(models: Iterable[Component], frame: str) -> list[Row]:
    """A row for each model; positions in a frame, "icrs" or "galactic"."""
    models = list(models)
    return [
        Row(m.name, kinds_of(m), lon, lat, _flux(m), len(m.parameters.free_parameters))
        for m, (lon, lat) in zip(models, _positions(models, frame), strict=True)
    ]


def _positions(models: Sequence[Component], frame: str) -> np.ndarray:
    """Longitudes and latitudes in deg [n, 2], nan where there are none."""
    result = np.full((len(models), 2), math.nan)
    groups: dict[str, list[tuple[int, float, float]]] = {}
    for i, model in enumerate(models):
        place = _own_position(model)
        if place is not None:
            groups.setdefault(place[0], []).append((i, *place[1:]))
    for own, group in groups.items():  # at once: one by one it takes seconds
        index, lon, lat = map(np.array, zip(*group, strict=True))
        there = SkyCoord(lon, lat, unit="deg", frame=own).transform_to(frame).spherical
        result[index] = np.column_stack([there.lon.deg % 360.0, there.lat.deg])
    return result


def _own_position(model: Component) -> tuple[str, float, float] | None:
    """Frame of a model, and its position there in deg."""
    spatial: Any = model.part("spatial")
    if not isinstance(spatial, SpatialModel):
        return None
    try:
        position = spatial.position
    except GammapyError:  # the map of a template is not there
        return None
    if position is None:
        return None
    place = position.spherical
    return position.frame.name, float(place.lon.deg), float(place.lat.deg)


def _flux(model: Component) -> float:
    """Flux in the band; nan for a factor on something else, or what cannot be computed."""
    spectrum = model.part("spectral")
    if not isinstance(spectrum, SpectralModel) or not (spectrum.unit * u.TeV).is_equivalent(
        FLUX_UNIT
    ):
        return math.nan
    try:
        return float(spectrum.integral(*BAND).to_value(FLUX_UNIT))
    except GammapyError:
        return math.nan


def linked(models: Models) -> dict[str, int]:
    """How many parameters there are, how many are free, linked, and shared by several models."""
    parameters = models.parameters
    places = Counter(parameter for parameter, _ in parameters.items())
    return {
        "parameters": len(parameters),
        "free": len(parameters.free_parameters),
        "linked": sum(p.link is not None for p in parameters),
        "shared": sum(count > 1 for count in places.values()),
    }


def by_kind(models: Models) -> list[tuple[int, tuple[str, ...]]]:
    """How many models there are of each combination of types, the most first."""
    counts = Counter(
        tuple(short_type(p) if (p := m.part(kind)) is not None else "" for kind in MODEL_TYPES)
        if isinstance(m, SkyModel)
        else (kinds_of(m)[0], "", "")
        for m in models
    )
    return sorted(((n, kind) for kind, n in counts.items()), key=lambda pair: (-pair[0], pair[1]))
