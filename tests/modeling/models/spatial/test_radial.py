"""Profiles of round shapes against the shapes on the sky, and their integrals against 1."""

from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose
from scipy.integrate import quad

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
)
from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY
from gammapy.modeling.models.spatial.disk import STEEPNESS
from tests.contracts.spatial_examples import EXAMPLES

AT = {"lon_0": "300 deg", "lat_0": "-35 deg", "frame": "galactic"}
ROUND = {
    "gauss": GaussianSpatialModel(sigma="0.3 deg", **AT),
    "gauss-wide": GaussianSpatialModel(sigma="20 deg", **AT),
    "general": GeneralizedGaussianSpatialModel(r_0="0.3 deg", eta=0.7, **AT),
    "general-steep": GeneralizedGaussianSpatialModel(r_0="0.3 deg", eta=0.02, **AT),
    "disk": DiskSpatialModel(r_0="0.3 deg", edge_width=0, **AT),
    "disk-soft": DiskSpatialModel(r_0="0.3 deg", edge_width=0.01, **AT),
    "disk-softer": DiskSpatialModel(r_0="0.3 deg", edge_width=0.7, **AT),
    "shell": ShellSpatialModel(radius="0.3 deg", width="0.1 deg", **AT),
    "shell-full": ShellSpatialModel(radius="0 deg", width="0.1 deg", **AT),
    "shell2": Shell2SpatialModel(r_0="0.3 deg", eta=0.1, **AT),
    "ring": RingSpatialModel(radius="0.3 deg", width="0.1 deg", **AT),
}
#: share of the shape that its norm puts off 1: that of a plane (size in rad, squared, over 10), and
#: of a soft edge, (width / k)^2 / 2
NORMS = {"disk-soft": 0.5 * (0.01 / STEEPNESS) ** 2, "disk-softer": 0.5 * (0.7 / STEEPNESS) ** 2}


def integral(model, power=0):
    """Of the profile over the sphere."""
    edges = [0.0, *model.profile_edges, model.reach]

    def ring(r):
        return float(model.profile(r)) * 2 * np.pi * np.sin(np.deg2rad(r)) * np.pi / 180

    return sum(quad(ring, *piece, epsrel=1e-11, limit=200)[0] for piece in pairwise(edges))


@pytest.mark.parametrize("name", ROUND)
def test_profile_is_the_shape(name):
    model = ROUND[name]
    assert model.is_round
    distance = np.linspace(0, 1.2 * model.reach, 41)
    distance = distance[distance < 180]
    for angle in (20, 130, 277):
        places = model.position.directional_offset_by(angle * u.deg, distance * u.deg).spherical
        found = model(places.lon, places.lat).to_value("sr-1")
        near = np.min(np.abs(distance[:, None] - [*model.profile_edges, -1.0]), axis=1) < 1e-9
        peak = model.profile(np.linspace(0, model.reach, 99)).max()
        assert_allclose(found[~near], model.profile(distance)[~near], rtol=1e-9, atol=1e-9 * peak)


@pytest.mark.parametrize("name", ROUND)
def test_integral_within_reach(name):
    """What is beyond the reach is less than 1e-6, and the edges cut the quadrature well."""
    model = ROUND[name]
    allowed = 2e-6 + np.deg2rad(model.reach) ** 2 / 10 * (name != "gauss-wide")
    assert integral(model) == pytest.approx(1 + NORMS.get(name, 0.0), abs=allowed)


@pytest.mark.parametrize("name", ROUND)
def test_profile_jumps_at_edges_only(name):
    """Between them a polynomial of Chebyshev goes through the profile, and not across them."""
    model = ROUND[name]
    edges = [0.0, *model.profile_edges, model.reach * 1.0001]
    peak = model.profile(np.linspace(0, model.reach, 99)).max()
    for low, high in pairwise(edges):
        # to the square root of the edges of a shell: a quadratic substitution at both ends
        t = 0.5 * (1 - np.cos(np.pi * np.linspace(1e-7, 1 - 1e-7, 120)))
        x = low + (high - low) * t
        fit = np.polynomial.Chebyshev.fit(np.arccos(1 - 2 * t), model.profile(x), 60)
        assert_allclose(fit(np.arccos(1 - 2 * t)), model.profile(x), rtol=0, atol=2e-5 * peak)


@pytest.mark.parametrize("name", ROUND)
def test_partials(name):
    model = ROUND[name].copy()
    distance = model.reach * np.array([0.02, 0.31, 0.55, 0.71, 0.931])
    found = model.profile_partials(distance)
    own = set(model.own_parameters)
    assert set(found) == own - {"lon_0", "lat_0", "e", "phi"}
    for key, slopes in found.items():
        parameter = model.own_parameters[key]
        start = parameter.value
        if start == 0:
            continue
        step = 1e-5 * start
        sides = []
        for sign in (1, -1):
            parameter.value = start + sign * step
            sides.append(model.profile(distance))
        parameter.value = start
        expected = (sides[0] - sides[1]) / (2 * step)
        assert_allclose(slopes, expected, rtol=2e-6, atol=1e-6 * np.abs(expected).max() + 1e-9)


@pytest.mark.parametrize(
    "model",
    [
        GaussianSpatialModel(e=0.3),
        GeneralizedGaussianSpatialModel(e=0.3, eta=0.1),
        DiskSpatialModel(e=0.3),
        PointSpatialModel(),
        EXAMPLES[SPATIAL_MODEL_REGISTRY.get("compound")][0](),
    ],
    ids=lambda model: type(model).__name__,
)
def test_what_is_not_round_has_no_profile(model):
    assert not model.is_round
    assert model.profile_edges == ()
    for method in (model.profile, model.profile_partials):
        with pytest.raises(ModelError, match=r"is not round and has no profile: evaluate it"):
            method(0.1)


def test_a_bad_size_is_refused():
    model = GaussianSpatialModel(sigma="-1 deg")
    with pytest.raises(ModelError, match=r"sigma = -1.0 deg must be positive"):
        model.profile(0.1)


def test_reach_of_others():
    assert EXAMPLES[SPATIAL_MODEL_REGISTRY.get("const")][0]().reach is None
    model = EXAMPLES[SPATIAL_MODEL_REGISTRY.get("template")][0]()
    assert model.reach == model.evaluation_radius.to_value("deg")
    assert GaussianSpatialModel(sigma="100 deg").reach == 180.0
    assert GaussianSpatialModel(sigma="1 arcmin").reach == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("name", [n for n in ROUND if "wide" not in n])
def test_beyond_the_reach_is_nothing(name):
    model = ROUND[name]
    beyond = SkyCoord(model.position).directional_offset_by(33 * u.deg, 1.001 * model.reach * u.deg)
    value = model(beyond.spherical.lon, beyond.spherical.lat).to_value("sr-1")
    assert value * np.pi * np.deg2rad(model.reach) ** 2 < 1e-5
