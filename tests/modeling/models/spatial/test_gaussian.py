"""Gaussians: limits and steps that the contract does not look at."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import GaussianSpatialModel, GeneralizedGaussianSpatialModel
from tests.twins.sphere import integral_over_sphere


@pytest.mark.parametrize("sigma", [1e-6, 0.01, 3.0, 40.0, 180.0])
def test_norm_of_any_size(sigma):
    """Exact on the sphere, for a whole sky of one brightness too."""
    model = GaussianSpatialModel(sigma=sigma * u.deg, lat_0="40 deg")
    values = model.internal_values
    edges = np.unique(np.minimum(np.linspace(0, 10 * sigma, 33), 180)).tolist()
    found = integral_over_sphere(
        lambda lon, lat: model.evaluate(lon, lat, *values), model.position, edges
    )
    # laying out points loses digits of 1e-6 deg
    assert found == pytest.approx(1, abs=1e-11 if sigma > 1e-3 else 1e-8)


def test_norm_of_a_round_and_a_nearly_round_one():
    """It steps from the sphere to the plane: by sigma^2 / 12."""
    sigma = np.deg2rad(1)
    round_, long = GaussianSpatialModel(), GaussianSpatialModel(e=1e-9)
    ratio = long(0 * u.deg, 0 * u.deg) / round_(0 * u.deg, 0 * u.deg)
    assert ratio.value - 1 == pytest.approx(-(sigma**2) / 12, rel=1e-3)


def test_axes():
    model = GaussianSpatialModel(sigma="0.5 deg", e=0.8, phi="90 deg", lat_0="-30 deg")
    peak = model(0 * u.deg, -30 * u.deg)
    assert (model(0 * u.deg, -29.7 * u.deg) / peak).value == pytest.approx(np.exp(-0.5), rel=1e-9)


def test_general_one_at_a_half_is_a_gaussian():
    shape = {"lat_0": "20 deg", "e": 0.6, "phi": "20 deg"}
    general = GeneralizedGaussianSpatialModel(r_0=0.3 * np.sqrt(2) * u.deg, eta=0.5, **shape)
    gauss = GaussianSpatialModel(sigma="0.3 deg", **shape)
    lon, lat = [0, 0.1, 0.3, 359.8] * u.deg, [20, 20.1, 19.8, 20.3] * u.deg
    np.testing.assert_allclose(general(lon, lat).value, gauss(lon, lat).value, rtol=1e-4)


@pytest.mark.parametrize("eta", [0.01, 1.0, 3.0])
def test_general_one_at_its_ends_is_finite(eta):
    model = GeneralizedGaussianSpatialModel(eta=eta)
    lon, lat = np.array([0.0, 0.0, 1e-12, 0.5, 1.5]), np.array([0.0, 1e-300, 0.0, 0.5, 0.0])
    for row in [
        model.evaluate(lon, lat, *model.internal_values),
        *model.partials(lon, lat, *model.internal_values),
    ]:
        assert np.all(np.isfinite(row))


def test_evaluation_regions():
    assert GaussianSpatialModel(sigma="0.3 deg").evaluation_region.height == 3 * u.deg
    assert GeneralizedGaussianSpatialModel().evaluation_region.height == 10 * u.deg
