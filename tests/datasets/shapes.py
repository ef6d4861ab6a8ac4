"""Shapes on the sky in two ways: as a spatial model, and as plain formulas for the brute force.

The formulas are those of the documentation of the models, written again: positions in deg, sr-1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from scipy.special import erfc, erfinv, gamma

from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.ring import RingSpatialModel
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from tests.twins import npred

RAD = np.deg2rad(1.0)
STEEPNESS = 2 * erfinv(0.9)

Values = dict[str, float]


@dataclass(frozen=True)
class Shape:
    """A shape of some size.

    Attributes
    ----------
    values : dict
        Parameters beside the position, in deg where they are angles.
    model : callable
        Spatial model from all values and a frame.
    source : callable
        `npred.Source` from all values, in the frame of the map.
    size : float
        Radius in deg within which most of it is.
    reach : float
        Radius in deg beyond which there is nothing, or less than 1e-7.
    finest : float
        Its smallest structure in deg: a difference by a parameter takes a small part of it.
    has_edges : bool
        True if there are edges, which are as sharp as the point spread function.
    """

    values: Values
    model: Callable[..., Any]
    source: Callable[..., npred.Source]
    size: float
    reach: float
    finest: float = np.inf
    has_derivatives: bool = True
    has_edges: bool = True


def polar(lon: Any, lat: Any, lon_0: float, lat_0: float) -> tuple[Any, Any]:
    """Distance in deg and position angle in rad of places as seen from one."""
    there = npred.vectors(lon, lat)
    center = npred.vectors([lon_0], [lat_0])
    theta = npred.distances(there.reshape(-1, 3), center).reshape(np.shape(lon))
    a, b, b_0 = np.deg2rad(lon - lon_0), np.deg2rad(lat), np.deg2rad(lat_0)
    angle = np.arctan2(
        np.cos(b) * np.sin(a), np.sin(b) * np.cos(b_0) - np.cos(b) * np.sin(b_0) * np.cos(a)
    )
    return theta, angle


def ellipse(angle: Any, e: float, phi: float) -> Any:
    """Radius of an ellipse of semi-major axis 1 in directions in rad."""
    return np.sqrt((1 - e**2) / (1 - (e * np.cos(angle - phi * RAD)) ** 2))


def _extended(profile: Callable[[Any, Any], Any], edges: Any, lon_0: float, lat_0: float) -> Any:
    """Source from a profile of distance and position angle."""
    brightness = lambda lon, lat: profile(*polar(lon, lat, lon_0, lat_0))  # noqa: E731
    return npred.extended(brightness, lon_0, lat_0, edges)


def _point(lon_0: float, lat_0: float) -> Any:
    return npred.point(lon_0, lat_0)


def _gaussian(lon_0: float, lat_0: float, sigma: float, e: float = 0, phi: float = 0) -> Any:
    a = 1 - np.cos(sigma * RAD)
    norm = 4 * np.pi * a * -np.expm1(-1 / a)
    if e:
        norm = 2 * np.pi * (sigma * RAD) ** 2 * np.sqrt(1 - e**2)

    def profile(theta: Any, angle: Any) -> Any:
        width = sigma * ellipse(angle, e, phi)
        ratio = np.sin(0.5 * theta * RAD) / np.sin(0.5 * width * RAD)
        return np.exp(-0.5 * ratio**2) / norm

    edges = lambda angle: [sigma * ellipse(angle, e, phi) * x for x in (1.5, 3.0, 6.0)]  # noqa: E731
    return _extended(profile, edges, lon_0, lat_0)


def _generalized(lon_0: float, lat_0: float, r_0: float, eta: float) -> Any:
    norm = 2 * np.pi * (r_0 * RAD) ** 2 * eta * gamma(2 * eta)
    profile = lambda theta, angle: np.exp(-((theta / r_0) ** (1 / eta))) / norm  # noqa: E731
    parts = [r_0 * x**eta for x in (1e-3, 0.02, 0.2, 1.0, 3.0, 8.0, 18.0)]
    return _extended(profile, lambda angle: parts, lon_0, lat_0)


def _disk_area(r_0: float, e: float) -> float:
    """Solid angle of a cone whose section is an ellipse, by a sum over position angles."""
    a, b = r_0 * RAD, r_0 * np.sqrt(1 - e**2) * RAD
    t = (np.arange(4000) + 0.5) * (np.pi / 8000)
    c = np.sqrt((np.cos(a) * np.cos(t)) ** 2 + (np.cos(b) * np.sin(t)) ** 2)
    return 2 * np.pi * float(np.mean(np.sin(a) * np.sin(b) / (1 + c)))


def _disk(
    lon_0: float, lat_0: float, r_0: float, e: float = 0, phi: float = 0, edge_width: float = 0.01
) -> Any:
    area = _disk_area(r_0, e)

    def profile(theta: Any, angle: Any) -> Any:
        radius = r_0 * ellipse(angle, e, phi)
        return 0.5 / area * erfc(STEEPNESS * (theta - radius) / (edge_width * radius))

    def edges(angle: Any) -> list[Any]:
        radius = r_0 * ellipse(angle, e, phi)
        return [radius * (1 + x * edge_width) for x in (-2, -0.7, 0, 0.7, 2)]

    return _extended(profile, edges, lon_0, lat_0)


def _shell(lon_0: float, lat_0: float, radius: float, width: float) -> Any:
    outer = radius + width

    def profile(theta: Any, angle: Any) -> Any:
        half = [np.sqrt(np.maximum((r - theta) * (r + theta), 0)) for r in (radius, outer)]
        return 1.5 * (half[1] - half[0]) / (np.pi * RAD**2 * (outer**3 - radius**3))

    return _extended(profile, lambda angle: [radius, outer], lon_0, lat_0)


def _ring(lon_0: float, lat_0: float, radius: float, width: float) -> Any:
    area = 2 * np.pi * (np.cos(radius * RAD) - np.cos((radius + width) * RAD))
    profile = lambda theta, angle: np.where(theta > radius, 1 / area, 0.0)  # noqa: E731
    return _extended(profile, lambda angle: [radius, radius + width], lon_0, lat_0)


#: pixels along a side of a template
SIDE = 21


def template_values() -> Any:
    """A lopsided pattern [y, x] with a dark border, so that nothing is cut at its edge."""
    y, x = np.indices((SIDE, SIDE)) / (SIDE - 1.0) - 0.5
    pattern = np.exp(-30 * (x**2 + 0.5 * y**2)) + 0.7 * np.exp(
        -120 * ((x - 0.2) ** 2 + (y + 0.15) ** 2)
    )
    pattern = pattern + 0.2 * ((x > -0.3) & (x < 0) & (y > 0.1) & (y < 0.3))
    pattern[[0, -1], :] = pattern[:, [0, -1]] = 0.0
    return pattern


def template_geom(lon_0: float, lat_0: float, size: float) -> WcsGeom:
    pixel = 2 * size / (SIDE - 1)
    return WcsGeom.create(
        skydir=(lon_0, lat_0), npix=(SIDE, SIDE), binsz=pixel, proj="TAN", frame="galactic"
    )


def _template_model(size: float, frame: str, lon_0: float, lat_0: float) -> Any:
    image = WcsNDMap(template_geom(lon_0, lat_0, size), template_values(), unit="sr-1")
    return TemplateSpatialModel(image, interp_kwargs={"values_scale": "lin"})


def _template_source(size: float, lon_0: float, lat_0: float) -> Any:
    pixel = 2 * size / (SIDE - 1)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval = ["GLON-TAN", "GLAT-TAN"], [lon_0, lat_0]
    wcs.wcs.cdelt, wcs.wcs.crpix = [-pixel, pixel], [0.5 * (SIDE + 1)] * 2
    values = template_values()
    x, y = npred.pixels(values.shape)
    norm = values.ravel() @ npred.nodes(wcs, x, y, 2)[1].sum(axis=1)

    def brightness(lon: Any, lat: Any) -> Any:
        u, v = wcs.wcs_world2pix(lon, lat, 0)
        i, j = (np.clip(np.floor(w).astype(int), 0, SIDE - 2) for w in (u, v))
        p, q = u - i, v - j
        rows = [(1 - p) * values[j + d, i] + p * values[j + d, i + 1] for d in (0, 1)]
        return ((1 - q) * rows[0] + q * rows[1]) / norm

    return npred.image(brightness, wcs, values.shape)


def _compound_model(size: float, frame: str, lon_0: float, lat_0: float) -> Any:
    inner = {"lon_0": lon_0, "lat_0": lat_0, "sigma": 0.3 * size}
    outer = {"lon_0": lon_0 + 0.2 * size, "lat_0": lat_0}
    outer |= {"radius": 0.5 * size, "width": 0.2 * size}
    kinds = ((GaussianSpatialModel, inner), (ShellSpatialModel, outer))
    a, b = (
        kind(frame=frame, **{name: _with_unit(name, v) for name, v in values.items()})
        for kind, values in kinds
    )
    return CompoundSpatialModel([a, b], norms=[0.6, 1.4])


def _compound_source(size: float, lon_0: float, lat_0: float) -> Any:
    parts = (
        (0.3, _gaussian(lon_0, lat_0, 0.3 * size)),
        (0.7, _shell(lon_0 + 0.2 * size, lat_0, 0.5 * size, 0.2 * size)),
    )

    return npred.together(*(partial(_weighted, weight, source) for weight, source in parts))


def _weighted(weight: float, source: Any, step: float, keep: Any) -> Any:
    pieces = source(step, keep)
    return pieces._replace(share=weight * pieces.share)


def _plain(
    kind: Any, source: Any, extent: tuple[float, float], finest: float, **values: float
) -> Shape:
    """A shape whose model and source take the same values."""
    names = {"lon_0", "lat_0", *values}

    def model(frame: str, **all_values: float) -> Any:
        return kind(frame=frame, **{k: _with_unit(k, v) for k, v in all_values.items()})

    def make(**all_values: float) -> Any:
        assert set(all_values) == names
        return source(**all_values)

    return Shape(values, model, make, *extent, finest)


def _with_unit(name: str, value: float) -> Any:
    return value if name in ("e", "eta", "edge_width") else f"{value!r} deg"


def point() -> Shape:
    return _plain(PointSpatialModel, _point, (0.0, 0.0), np.inf)


def gauss(sigma: float) -> Shape:
    shape = _plain(GaussianSpatialModel, _gaussian, (2 * sigma, 6 * sigma), sigma, sigma=sigma)
    return replace(shape, has_edges=False)


def elongated_gauss(sigma: float) -> Shape:
    values = {"sigma": sigma, "e": 0.85, "phi": 35.0}
    return _plain(GaussianSpatialModel, _gaussian, (2 * sigma, 6 * sigma), 0.5 * sigma, **values)


def generalized(r_0: float, eta: float) -> Shape:
    values = {"r_0": r_0, "eta": eta}
    return _plain(
        GeneralizedGaussianSpatialModel, _generalized, (2 * r_0, 16**eta * r_0), r_0, **values
    )


def disk(r_0: float) -> Shape:
    return _plain(DiskSpatialModel, _disk, (r_0, 1.02 * r_0), r_0, r_0=r_0)


def elongated_disk(r_0: float) -> Shape:
    return _plain(DiskSpatialModel, _disk, (r_0, 1.02 * r_0), 0.5 * r_0, r_0=r_0, e=0.8, phi=-50.0)


def shell(outer: float) -> Shape:
    values = {"radius": 0.75 * outer, "width": 0.25 * outer}
    return _plain(ShellSpatialModel, _shell, (outer, outer), 0.25 * outer, **values)


def ring(outer: float) -> Shape:
    values = {"radius": 0.7 * outer, "width": 0.3 * outer}
    return _plain(RingSpatialModel, _ring, (outer, outer), 0.3 * outer, **values)


def template(size: float) -> Shape:
    model = partial(_template_model, size)
    return Shape(
        {}, model, partial(_template_source, size), size, 1.5 * size, has_derivatives=False
    )


def compound(size: float) -> Shape:
    model = partial(_compound_model, size)
    return Shape(
        {}, model, partial(_compound_source, size), size, 1.8 * size, has_derivatives=False
    )


def in_frame(values: Values, frame: str, target: str) -> Values:
    """Values with the position of a round shape in another frame."""
    place = SkyCoord(values["lon_0"], values["lat_0"], unit="deg", frame=frame)
    spherical = place.transform_to(target).spherical
    return values | {"lon_0": float(spherical.lon.deg), "lat_0": float(spherical.lat.deg)}


#: shapes by name, of a size in deg
SHAPES: dict[str, Callable[[float], Shape]] = {
    "gauss": gauss,
    "disk": disk,
    "shell": shell,
    "ring": ring,
    "generalized steep": partial(generalized, eta=0.2),
    "generalized peaked": partial(generalized, eta=0.8),
    "elongated gauss": elongated_gauss,
    "elongated disk": elongated_disk,
    "template": template,
    "compound": compound,
}
