"""One or more examples of each registered spatial model, as functions that make a fresh one.

A class that is registered and not listed fails `test_spatial_models.py`.
"""

from collections.abc import Callable

import astropy.units as u

from gammapy.modeling.models import (
    CompoundSpatialModel,
    ConstantFluxSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
    SpatialModel,
)

#: near the seam of longitude, and not near it, and at a pole
SEAM = {"lon_0": "359.9 deg", "lat_0": "-0.2 deg"}
SOUTH = {"lon_0": "83.6 deg", "lat_0": "-62 deg", "frame": "galactic"}
POLE = {"lon_0": "40 deg", "lat_0": "89.7 deg"}


def gauss() -> GaussianSpatialModel:
    return GaussianSpatialModel(sigma="0.4 deg", **SEAM)


def gauss_long() -> GaussianSpatialModel:
    return GaussianSpatialModel(sigma="0.5 deg", e=0.8, phi="35 deg", **SOUTH)


def gauss_pole() -> GaussianSpatialModel:
    return GaussianSpatialModel(sigma="0.4 deg", e=0.6, phi="-70 deg", **POLE)


def general() -> GeneralizedGaussianSpatialModel:
    return GeneralizedGaussianSpatialModel(r_0="0.4 deg", eta=0.3, **SEAM)


def general_long() -> GeneralizedGaussianSpatialModel:
    return GeneralizedGaussianSpatialModel(r_0="0.4 deg", eta=0.7, e=0.7, phi="110 deg", **SOUTH)


def disk() -> DiskSpatialModel:
    return DiskSpatialModel(r_0="0.7 deg", edge_width=0.2, **SEAM)


def disk_long() -> DiskSpatialModel:
    return DiskSpatialModel(r_0="0.9 deg", e=0.75, phi="70 deg", edge_width=0.3, **SOUTH)


def shell() -> ShellSpatialModel:
    return ShellSpatialModel(radius="0.5 deg", width="0.3 deg", **SEAM)


def shell2() -> Shell2SpatialModel:
    return Shell2SpatialModel(r_0="0.9 deg", eta=0.4, **SOUTH)


def ring() -> RingSpatialModel:
    return RingSpatialModel(radius="0.3 deg", width="0.4 deg", **POLE)


def two() -> CompoundSpatialModel:
    other = GaussianSpatialModel(lon_0="359.4 deg", lat_0="0.3 deg", sigma="0.3 deg")
    return 0.3 * gauss() + 1.2 * other


def two_frames() -> CompoundSpatialModel:
    beside = gauss_long().position.icrs.directional_offset_by(30 * u.deg, 0.3 * u.deg)
    return gauss_long() + 0.5 * DiskSpatialModel.from_position(
        beside, r_0="0.6 deg", edge_width=0.3
    )


EXAMPLES: dict[type[SpatialModel], list[Callable[[], SpatialModel]]] = {
    CompoundSpatialModel: [two, two_frames],
    ConstantFluxSpatialModel: [ConstantFluxSpatialModel],
    ConstantSpatialModel: [lambda: ConstantSpatialModel(value="0.7 sr-1", frame="galactic")],
    DiskSpatialModel: [disk, disk_long],
    GaussianSpatialModel: [gauss, gauss_long, gauss_pole],
    GeneralizedGaussianSpatialModel: [general, general_long],
    PointSpatialModel: [lambda: PointSpatialModel(**SEAM)],
    RingSpatialModel: [ring],
    Shell2SpatialModel: [shell2],
    ShellSpatialModel: [shell],
}
