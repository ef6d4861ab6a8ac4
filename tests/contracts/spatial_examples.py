"""One or more examples of each registered spatial model, as functions that make a fresh one.

A class that is registered and not listed fails `test_spatial_models.py`.
"""

from collections.abc import Callable

import astropy.units as u
import numpy as np

from gammapy.maps import MapAxis, WcsNDMap
from gammapy.modeling.models import (
    CompoundSpatialModel,
    ConstantFluxSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PiecewiseNormSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
    SpatialModel,
    TemplateNDSpatialModel,
    TemplateSpatialModel,
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


def sky_map(proj="CAR", frame="galactic", axes=(), unit="sr-1", **kwargs) -> WcsNDMap:
    """Map of a smooth, lopsided source, across the seam of longitude."""
    center = {"skydir": (0.05, -0.1), "npix": (31, 24), "binsz": 0.1} | kwargs
    result = WcsNDMap.create(proj=proj, frame=frame, axes=list(axes), unit=unit, **center)
    y, x = np.indices(result.data.shape[-2:], dtype=float)
    shape = np.exp(-0.5 * (((x - 13) / 6) ** 2 + ((y - 14) / 4) ** 2)) + 0.05 * np.sin(x / 3) ** 2
    for i, axis in enumerate(result.geom.axes):
        steps = np.arange(axis.nbin).reshape((-1,) + (1,) * (i + 2))
        shape = shape * (1 + 0.3 * steps * (1 + 0.2 * np.cos(x / 5 + i))) / (1 + steps**2)
    result.data = 300.0 * shape
    return result


RADIUS = MapAxis.from_nodes([0.4, 1.0, 1.8] * u.deg, name="radius")
CUTOFF = MapAxis.from_nodes([1, 10, 100] * u.TeV, interp="log", name="cutoff")


def template() -> TemplateSpatialModel:
    return TemplateSpatialModel(sky_map())


def template_lin() -> TemplateSpatialModel:
    sharp = sky_map("TAN", "icrs")
    sharp.data[5:9, 4:12] = 0.0
    return TemplateSpatialModel(sharp, normalize=False, interp_kwargs={"values_scale": "lin"})


def template_nd() -> TemplateNDSpatialModel:
    return TemplateNDSpatialModel(sky_map(axes=[RADIUS, CUTOFF]))


def piecewise() -> PiecewiseNormSpatialModel:
    rng = np.random.default_rng(4)
    places = {
        "lon": [358, 359, 0.1, 1.5, 2, 0.9] * u.deg,
        "lat": [-1, 1, 0.2, -0.8, 1.5, 1] * u.deg,
    }
    return PiecewiseNormSpatialModel(places, rng.uniform(0.5, 2, 6), frame="galactic")


def piecewise_log() -> PiecewiseNormSpatialModel:
    places = {"lon": [80, 81, 83, 84] * u.deg, "lat": [20, 22, 19, 21] * u.deg}
    return PiecewiseNormSpatialModel(places, [0.7, 1.1, 1.6, 0.4], interp="log")


EXAMPLES: dict[type[SpatialModel], list[Callable[[], SpatialModel]]] = {
    CompoundSpatialModel: [two, two_frames],
    ConstantFluxSpatialModel: [ConstantFluxSpatialModel],
    ConstantSpatialModel: [lambda: ConstantSpatialModel(value="0.7 sr-1", frame="galactic")],
    DiskSpatialModel: [disk, disk_long],
    GaussianSpatialModel: [gauss, gauss_long, gauss_pole],
    GeneralizedGaussianSpatialModel: [general, general_long],
    PiecewiseNormSpatialModel: [piecewise, piecewise_log],
    PointSpatialModel: [lambda: PointSpatialModel(**SEAM)],
    RingSpatialModel: [ring],
    Shell2SpatialModel: [shell2],
    ShellSpatialModel: [shell],
    TemplateNDSpatialModel: [template_nd],
    TemplateSpatialModel: [template, template_lin],
}
