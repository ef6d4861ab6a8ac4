"""Charts of maps: what is refused, and what a header may add to a projection."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS, Sip

from gammapy.engine.projection import pixels
from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.chart import chart_of


def wcs_of(code, **cards):
    header = {
        **{"CTYPE1": f"RA---{code}", "CTYPE2": f"DEC--{code}", "CRVAL1": 258.4, "CRVAL2": -39.8},
        **{"CRPIX1": 20.5, "CRPIX2": 22.5, "CDELT1": -0.05, "CDELT2": 0.05},
    }
    return WCS(fits.Header(header | cards))


@pytest.mark.parametrize(
    "cards",
    [
        {"LONPOLE": 140.0},
        {"PV1_0": 1.0, "PV1_1": 0.0, "PV1_2": -39.8},
        {"CUNIT1": "arcmin", "CUNIT2": "arcmin", "CDELT1": -3.0, "CDELT2": 3.0},
        {"PC1_1": 0.8, "PC1_2": -0.6, "PC2_1": 0.6, "PC2_2": 0.8},
    ],
    ids=["pole", "offset", "unit", "turned"],
)
def test_cards_beside_the_projection(cards):
    if "CUNIT1" in cards:
        cards = cards | {"CRVAL1": 258.4 * 60, "CRVAL2": -39.8 * 60}
    wcs = wcs_of("SFL", **cards)
    lon, lat = 258.4 + np.linspace(-0.7, 0.9, 9), -39.8 + np.linspace(0.5, -0.8, 9)
    found = pixels(chart_of(wcs), lon, lat)
    x, y = wcs.wcs_world2pix(lon, lat, 0)
    np.testing.assert_allclose(found.x, x, atol=1e-9)
    np.testing.assert_allclose(found.y, y, atol=1e-9)


@pytest.mark.parametrize("code", ["CAR", "CEA", "SFL"])
def test_rows_at_the_poles(code):
    """As all-sky maps of the diffuse emission have them; longitude is any there."""
    cards = {"CRVAL1": 0.0, "CRVAL2": 0.0, "CDELT1": -0.5, "CDELT2": 0.5}
    wcs = wcs_of(code, **cards, CRPIX1=360.5, CRPIX2=181.0)
    found = pixels(chart_of(wcs, (361, 720)), np.array([30.0]), np.array([89.0]))
    expected = wcs.wcs_world2pix(30.0, 89.0, 0)
    np.testing.assert_allclose([found.x[0], found.y[0]], expected, atol=1e-9)


@pytest.mark.parametrize("code", ["MOL", "HPX", "COE"])
def test_unknown_projections_are_refused(code):
    cards = {"PV2_1": 30.0} if code == "COE" else {}
    with pytest.raises(ModelError, match=f"map has the projection RA---{code}, .* reproject"):
        chart_of(wcs_of(code, **cards))


def test_parameters_of_a_projection_are_refused():
    with pytest.raises(ModelError, match=r"some.fits has the projection RA---SIN, .* reproject"):
        chart_of(wcs_of("SIN", PV2_1=0.3, PV2_2=0.2), (20, 20), "some.fits")


def test_latitude_first_is_refused():
    wcs = wcs_of("TAN", CTYPE1="DEC--TAN", CTYPE2="RA---TAN", CRVAL1=-39.8, CRVAL2=258.4)
    with pytest.raises(ModelError, match="with longitude first"):
        chart_of(wcs)


def test_distortion_is_refused():
    wcs = wcs_of("TAN")
    a = np.zeros((3, 3))
    a[2, 0] = 1e-4
    wcs.sip = Sip(a, a, None, None, wcs.wcs.crpix)
    with pytest.raises(ModelError, match="distortion"):
        chart_of(wcs)
