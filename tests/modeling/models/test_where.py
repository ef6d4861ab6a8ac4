import astropy.units as u
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from regions import CircleSkyRegion, PolygonSkyRegion, RectangleSkyRegion

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    FoVBackgroundModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
)


def source(name, lon, lat, frame="galactic"):
    shape = PointSpatialModel(lon_0=lon * u.deg, lat_0=lat * u.deg, frame=frame)
    return SkyModel(PowerLawSpectralModel(), shape, name=name)


@pytest.fixture
def models():
    return Models(
        [
            source("centre", 0, 0),
            source("seam", 359.5, 0.1),
            source("far", 180, 0),
            source("crab", 83.63, 22.01, "icrs"),
            SkyModel(PowerLawSpectralModel(), name="spectrum"),
            FoVBackgroundModel("cta"),
        ]
    )


def center(lon, lat, frame="galactic"):
    return SkyCoord(lon, lat, unit="deg", frame=frame)


@pytest.mark.parametrize(
    ("region", "names"),
    [
        (CircleSkyRegion(center(0, 0), 1 * u.deg), ["centre", "seam"]),
        (CircleSkyRegion(center(0, 0), 0.4 * u.deg), ["centre"]),
        (CircleSkyRegion(center(0, 0).icrs, 0.4 * u.deg), ["centre"]),
        (CircleSkyRegion(center(184.56, -5.78), 0.1 * u.deg), ["crab"]),
        (RectangleSkyRegion(center(359.5, 0), 0.2 * u.deg, 1 * u.deg), ["seam"]),
        (PolygonSkyRegion(center([179, 181, 180], [-1, -1, 1])), ["far"]),
        ("galactic;circle(0, 0, 0.4d)", ["centre"]),
        ([CircleSkyRegion(center(lon, 0), 0.3 * u.deg) for lon in (0, 180)], ["centre", "far"]),
    ],
)
def test_select_region(models, region, names):
    assert models.select_region(region).names == names


def test_select_region_in_a_plane_of_ones_own(models):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.cdelt = ["GLON-CAR", "GLAT-CAR"], [-0.1, 0.1]
    wcs.wcs.crval = [0.0, 0.0]
    region = CircleSkyRegion(center(0, 0), 1 * u.deg)
    assert models.select_region(region, wcs).names == ["centre", "seam"]


@pytest.mark.parametrize("region", [3, [3], center(0, 0)])
def test_what_is_no_region(models, region):
    with pytest.raises(ModelError, match="is not a region of the sky"):
        models.select_region(region)


def test_positions(models):
    positions = models.positions
    assert positions.l.deg[:4] == pytest.approx([0, 359.5, 180, 184.5598], abs=1e-3)
    assert str(positions.l.deg[4]) == "nan"


def test_regions(models):
    regions = models.to_regions()
    assert [type(region).__name__ for region in regions] == ["PointSkyRegion"] * 4
