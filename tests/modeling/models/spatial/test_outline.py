"""Regions, and the ellipse of a position's error."""

import astropy.units as u
import numpy as np
import pytest
from astropy.wcs import WCS

from gammapy.modeling.models import GaussianSpatialModel, PointSpatialModel, ShellSpatialModel


def with_errors(lat_0=0.0, correlation=0.5):
    """Longitude to 0.02 deg and latitude to 0.03 deg, in coordinates."""
    model = PointSpatialModel(lon_0="0.3 deg", lat_0=lat_0 * u.deg, frame="galactic")
    off = correlation * 0.02 * 0.03
    model.covariance = [[0.02**2, off], [off, 0.03**2]]
    return model


def tangential(center):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = "GLON-TAN", "GLAT-TAN"
    wcs.wcs.crval = center.l.deg, center.b.deg
    wcs.wcs.cdelt = -0.001, 0.001
    wcs.wcs.crpix = 0, 0
    return wcs


def test_error_without_correlation():
    region = with_errors(correlation=0).position_error
    factor = np.sqrt(-2 * np.log(0.05))  # 95 % of a Gaussian of two dimensions
    assert region.height.to_value("deg") == pytest.approx(2 * factor * 0.03, rel=1e-12)
    assert region.width.to_value("deg") == pytest.approx(2 * factor * 0.02, rel=1e-12)
    assert region.angle.to_value("deg") == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("lat_0", [0.0, 60.0])
@pytest.mark.parametrize("correlation", [0.9, -0.9, 0.2])
def test_error_holds_95_percent_of_draws(lat_0, correlation):
    """Draws of the coordinates; an ellipse turned the wrong way would hold far fewer."""
    model = with_errors(lat_0, correlation)
    rng = np.random.default_rng(1)
    mean = model.lon_0.value, model.lat_0.value
    draws = rng.multivariate_normal(mean, model.covariance.data, 20000)
    wcs = tangential(model.position)
    from regions import PixCoord

    x, y = wcs.wcs_world2pix(draws, 0).T
    inside = model.position_error.to_pixel(wcs).contains(PixCoord(x, y))
    assert np.mean(inside) == pytest.approx(0.95, abs=0.006)


def test_error_in_units_of_the_parameters():
    model = with_errors(60.0)
    expected = model.position_error
    model.lon_0.unit = "arcmin"
    model.lat_0.unit = "rad"
    found = model.position_error
    for name in ("width", "height", "angle"):
        assert getattr(found, name).to_value("deg") == pytest.approx(
            getattr(expected, name).to_value("deg"), rel=1e-9
        )


def test_error_needs_both():
    model = PointSpatialModel()
    model.lon_0.error = 0.1
    assert model.position_error is None
    model.lat_0.error = 0.2
    assert model.position_error.height.to_value("deg") > 0.4


def test_outlines_pass_keywords_on():
    for model in (GaussianSpatialModel(), PointSpatialModel(), ShellSpatialModel()):
        assert model.to_region(visual={"color": "red"}).visual["color"] == "red"
