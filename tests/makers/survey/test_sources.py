"""Sources that reach a map, in any projection and frame."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.datasets.instrument import UniformInstrument
from gammapy.errors import DataError
from gammapy.makers.survey.sources import Reach, check_seen, sky_of
from gammapy.makers.survey.tiles import Layout, tile_geom
from gammapy.maps import MapAxis, WcsGeom
from gammapy.modeling.models import (
    ConstantSpatialModel,
    DiskSpatialModel,
    FoVBackgroundModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.makers.survey.stand_in import geometry


def source(lon, lat, radius=None, frame="galactic", name=None):
    if radius is None:
        shape = PointSpatialModel(lon_0=f"{lon} deg", lat_0=f"{lat} deg", frame=frame)
    else:
        shape = DiskSpatialModel(
            lon_0=f"{lon} deg", lat_0=f"{lat} deg", r_0=f"{radius} deg", frame=frame
        )
    return SkyModel(PowerLawSpectralModel(), shape, name=name)


def near(models, geom, margin=0.0):
    return Reach.of(models, geom.frame).near(geom, margin).tolist()


GEOMETRIES = [
    geometry((6, 4), 0.05),
    geometry((6, 4), 0.05, (179.0, 30.0), proj="TAN"),
    WcsGeom.create(binsz=1.0, proj="AIT", frame="galactic", width=(360, 180)),
    WcsGeom.create(binsz=0.1, frame="icrs", width=(20, 10), skydir=(0.0, 60.0), proj="CAR"),
]


@pytest.mark.parametrize("geom", GEOMETRIES, ids=lambda g: g.projection)
@pytest.mark.parametrize("radius", [0.02, 0.5, 5.0])
def test_whatever_touches_a_pixel_is_near(geom, radius):
    """Beside the distances of all pixels: none is missed, and few are taken in vain."""
    rng = np.random.default_rng(1)
    center = geom.center_skydir
    places = center.directional_offset_by(
        rng.uniform(0, 360, 60) * _DEG, rng.uniform(0, 12, 60) * _DEG
    )
    pixels = geom.to_image().get_coord().skycoord
    lon, lat = pixels.data.lon.deg, pixels.data.lat.deg
    pixels = pixels[np.isfinite(lon) & np.isfinite(lat)]
    distance = np.array([pixels.separation(place).deg.min() for place in places])
    models = [
        source(place.spherical.lon.deg, place.spherical.lat.deg, radius, geom.frame)
        for place in places
    ]
    found = np.array(near(models, geom))
    size = np.hypot(*geom.pixel_scales.deg)
    assert np.all(found[distance < radius + size / 2])
    reach = models[0].spatial_model.reach
    step = np.sqrt(geom.data_shape[-1] * geom.data_shape[-2] / 2000) + 1
    assert not np.any(found[distance > reach + step * size])


_DEG = GEOMETRIES[0].pixel_scales.unit


def test_across_the_seam():
    geom = WcsGeom.create(
        width=(360, 10), binsz=0.5, frame="galactic", axes=geometry().axes, proj="CAR"
    )
    tiles = [tile_geom(geom, tile) for tile in Layout((20, 720), (20, 40)).tiles]
    models = [source(180.0, 0.0, 1.0), source(179.5, 0.0), source(0.0, 0.0)]
    found = np.array([near(models, tile) for tile in tiles])
    assert np.flatnonzero(found[:, 0]).tolist() == [0, 17]
    assert 0 in np.flatnonzero(found[:, 1])
    assert set(np.flatnonzero(found[:, 2])) == {8, 9}


def test_other_frames():
    there = SkyCoord(2.0, 1.0, unit="deg", frame="galactic").icrs
    models = [source(there.ra.deg, there.dec.deg, frame="icrs"), source(2.0, 5.0)]
    assert near(models, geometry((6, 4))) == [True, False]


def test_sources_without_an_end_are_everywhere():
    model = SkyModel(PowerLawSpectralModel(), ConstantSpatialModel(), name="all")
    assert near([model], geometry()) == [True]


def test_the_margin_counts():
    geom = geometry((2.0, 2.0))
    assert near([source(2.0, 0.0)], geom) == [False]
    assert near([source(2.0, 0.0)], geom, 1.0) == [True]


# -- sorted out ---------------------------------------------------------------------------


def test_sky():
    flat = SkyModel(PowerLawSpectralModel(), name="flat")
    models = Models(
        [
            source(0.0, 0.0, name="in"),
            source(40.0, 0.0, name="out"),
            flat,
            FoVBackgroundModel(dataset_name="a", name="bkg"),
            source(1.3, 0.0, 0.5, name="edge"),
        ]
    )
    sky = sky_of(models, geometry((2.0, 2.0)), 0.0)
    assert sky.sources.names == ["in", "edge"]
    assert sky.outside == ("out",)
    assert sky.refused == (
        "flat: has no spatial model",
        "bkg: is a FoVBackgroundModel, not a source",
    )


def test_none_inside():
    models = Models([source(40.0, 0.0, name="out")])
    with pytest.raises(DataError) as caught:
        sky_of(models, geometry((2.0, 2.0)), 0.0)
    assert "none of 1 models reaches the map of 2 x 2 deg about galactic (0, 0)" in str(
        caught.value
    )
    assert "first 'out'" in str(caught.value)


def test_no_sources_at_all():
    with pytest.raises(DataError, match="none of 1 models is a source on the sky, first flat"):
        sky_of(Models([SkyModel(PowerLawSpectralModel(), name="flat")]), geometry(), 0.0)
    with pytest.raises(DataError, match="none of 0 models"):
        sky_of(Models(), geometry(), 0.0)


# -- exposure -----------------------------------------------------------------------------


class OneSpot(UniformInstrument):
    """Sees 1 deg about a place."""

    is_uniform = False

    place = (3.0, 0.0)

    def exposure(self, lon, lat):
        lon = (np.asarray(lon) + 180) % 360 - 180
        seen = np.hypot(lon - self.place[0], np.asarray(lat) - self.place[1]) < 1
        return super().exposure(lon, lat) * seen


def test_a_map_that_nobody_sees():
    true = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 4, name="energy_true")
    instrument = OneSpot(true, geometry().axes[0], [1e10] * 4)
    check_seen(instrument, geometry((6.0, 2.0)))
    with pytest.raises(DataError, match="no pointing reaches the map of 2 x 2 deg about galactic"):
        check_seen(instrument, geometry((2.0, 2.0)))
