"""Tiles that are predicted, beside the map in one piece: nothing shows at their borders."""

import pickle

import numpy as np
import pytest

from gammapy.data.groups import PointingGroup
from gammapy.datasets.flux_cube import flux_cube
from gammapy.datasets.instrument import UniformInstrument
from gammapy.datasets.prediction import predict_counts
from gammapy.irf import Background2D
from gammapy.makers.background import background_of_pointings
from gammapy.makers.survey.sources import sky_of
from gammapy.makers.survey.tasks import Background, CountsTask, FluxTask
from gammapy.makers.survey.tiles import Layout, tile_geom
from gammapy.maps import MapAxis
from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianSpatialModel,
    Models,
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.makers.survey.stand_in import ENERGY, geometry

GEOM = geometry((3.0, 2.0), 0.05)
TRUE = MapAxis.from_energy_bounds("0.08 TeV", "12 TeV", 5, name="energy_true")


class Gauss:
    """Transform of a point spread function of 0.1 deg; of a class, so that it can be pickled."""

    def __call__(self, frequency):
        return np.broadcast_to(np.exp(-0.5 * (0.1 * frequency) ** 2), (5, len(frequency)))


INSTRUMENT = UniformInstrument(TRUE, ENERGY, [1e10] * 5, Gauss(), reach=0.6)
#: beside the borders of tiles of 20 pixels, which are a degree apart, and across them
SHAPES = [
    PointSpatialModel(lon_0="0.49 deg", lat_0="0.01 deg", frame="galactic"),
    PointSpatialModel(lon_0="-0.5 deg", lat_0="0 deg", frame="galactic"),
    GaussianSpatialModel(lon_0="0.1 deg", lat_0="0.3 deg", sigma="0.2 deg", frame="galactic"),
    DiskSpatialModel(lon_0="-0.9 deg", lat_0="-0.4 deg", r_0="0.4 deg", frame="galactic"),
    GaussianSpatialModel(
        lon_0="0.9 deg", lat_0="-0.4 deg", sigma="0.3 deg", e=0.8, phi="30 deg", frame="galactic"
    ),
    PointSpatialModel(lon_0="1.7 deg", lat_0="0 deg", frame="galactic"),  # beyond the map
]
MODELS = Models(
    SkyModel(PowerLawSpectralModel(), shape, name=f"s{i}") for i, shape in enumerate(SHAPES)
)


def in_tiles(task):
    values = np.full(GEOM.data_shape, np.nan)
    for tile in Layout((40, 60), (20, 20)).tiles:
        rows, columns = slice(tile.y_start, tile.y_stop), slice(tile.x_start, tile.x_stop)
        values[:, rows, columns] = task(tile_geom(GEOM, tile))
    return values


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model.spatial_model).__name__)
def test_counts(model):
    """Each kind of source alone, so that none hides another."""
    sky = sky_of(Models([model]), GEOM, INSTRUMENT.reach)
    task = CountsTask(sky.sources, sky.reach, INSTRUMENT)
    whole = predict_counts([model], INSTRUMENT, GEOM).data
    np.testing.assert_allclose(in_tiles(task), whole, rtol=0, atol=2e-4 * whole.max())
    assert whole.max() > 0


@pytest.mark.parametrize("model", MODELS[:5], ids=lambda model: type(model.spatial_model).__name__)
def test_flux(model):
    sky = sky_of(Models([model]), GEOM, 0.0)
    whole = flux_cube([model], GEOM).data
    found = in_tiles(FluxTask(sky.sources, sky.reach))
    np.testing.assert_allclose(found, whole, rtol=0, atol=1e-6 * whole.max())


def test_all_sources_add_up():
    sky = sky_of(MODELS, GEOM, INSTRUMENT.reach)
    assert len(sky.sources) == 6
    whole = predict_counts(MODELS, INSTRUMENT, GEOM).data
    found = in_tiles(CountsTask(sky.sources, sky.reach, INSTRUMENT))
    np.testing.assert_allclose(found, whole, rtol=0, atol=2e-4 * whole.max())


def background():
    offset = MapAxis.from_edges([0.0, 0.7, 1.4], unit="deg", name="offset")
    rate = np.array([[2.0, 1.0], [0.2, 0.1], [0.02, 0.01]])
    table = Background2D([ENERGY, offset], data=rate, unit="s-1 TeV-1 sr-1")
    hours = np.array([3600.0])
    pointing = PointingGroup(266.4, -28.9, "a", 3500.0, (1,), 0 * hours, hours)
    return [pointing], {"a": {"bkg": table, "aeff": "not needed"}}


def test_background():
    groups, tables = background()
    sky = sky_of(MODELS[:1], GEOM, INSTRUMENT.reach)
    added = Background.of(groups, tables)
    task = CountsTask(sky.sources, sky.reach, INSTRUMENT, added)
    whole = background_of_pointings(groups, tables, GEOM).data
    assert whole.max() > 0
    whole = whole + predict_counts(MODELS[:1], INSTRUMENT, GEOM).data
    np.testing.assert_allclose(in_tiles(task), whole, rtol=0, atol=2e-4 * whole.max())


def test_no_source_near():
    sky = sky_of(MODELS[:2], GEOM, INSTRUMENT.reach)
    far = geometry((1.0, 1.0), 0.05, (20.0, 0.0))
    for task in (
        FluxTask(sky.sources, sky.reach),
        CountsTask(sky.sources, sky.reach, INSTRUMENT),
    ):
        assert not np.any(task(far))
        assert task(far).shape == far.data_shape


def test_tasks_travel():
    sky = sky_of(MODELS, GEOM, INSTRUMENT.reach)
    task = CountsTask(sky.sources, sky.reach, INSTRUMENT, Background.of(*background()))
    again = pickle.loads(pickle.dumps(task))
    tile = tile_geom(GEOM, Layout((40, 60), (20, 20)).tiles[1])
    np.testing.assert_array_equal(again(tile), task(tile))


def test_memory_grows_with_planes():
    assert FluxTask.bytes_per_pixel(20) == 2 * FluxTask.bytes_per_pixel(10) > 0
    assert CountsTask.bytes_per_pixel(15, 24) > CountsTask.bytes_per_pixel(15, 12) > 0
    assert CountsTask.grid(0.1).fineness == 2 * CountsTask.grid(0.05).fineness > 0
