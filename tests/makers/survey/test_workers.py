"""Processes that compute tiles, and what happens to them."""

import os
import pickle
import sys

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.makers.survey.store import TileStore
from gammapy.makers.survey.tiles import Layout
from gammapy.makers.survey.workers import Job, compute_tile, finished_tiles
from gammapy.maps import WcsGeom
from tests.makers.survey.stand_in import ENERGY, StandIn, geometry


def job_of(folder, trouble="", geom=None, memory=0):
    geom = geom or geometry()
    store = TileStore(folder, "ab" * 20, Layout(geom.data_shape[-2:], (50, 50)), 3)
    store.create({})
    return Job(StandIn.of(trouble), geom, store, memory)


def run(job, workers=2):
    return list(finished_tiles(pickle.dumps(job), job.store.left(), workers))


def contents(job):
    return [job.store.path(tile).read_bytes() for tile in job.store.layout.tiles]


def test_any_number_of_processes_makes_the_same(tmp_path):
    jobs = [job_of(tmp_path / str(workers)) for workers in (0, 1, 3)]
    for tile in jobs[0].store.layout.tiles:
        assert compute_tile(jobs[0], tile) == []
    before = dict(os.environ)
    for job, workers in zip(jobs[1:], (1, 3), strict=True):
        assert run(job, workers) == [[]] * 6
        assert job.store.left() == []
    assert dict(os.environ) == before
    assert contents(jobs[0]) == contents(jobs[1]) == contents(jobs[2])


def test_only_what_is_left(tmp_path):
    job = job_of(tmp_path)
    compute_tile(job, job.store.layout.tiles[4])
    assert len(run(job, 8)) == 5


def test_warnings_come_back(tmp_path):
    job = job_of(tmp_path, "warning")
    told = [text for texts in run(job) for text in texts]
    assert told
    assert set(told) == {"the source is odd"}


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ("error", "sigma = -1 deg must be positive"),
        ("bug", r"KeyError in stand_in.py, line \d+: 'sigma'"),
        ("killed", "a process ended while it computed .*fewer --workers"),
    ],
)
def test_trouble_is_told_with_its_place(tmp_path, trouble, message):
    job = job_of(tmp_path, trouble)
    with pytest.raises(DataError, match=message) as caught:
        run(job, 1)
    assert "tile 1 (pixels 50 to 99 along longitude, 0 to 49 along latitude)" in str(caught.value)
    assert job.store.left() == job.store.layout.tiles[1:]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the memory")
def test_memory_is_bounded(tmp_path):
    job = job_of(tmp_path, "memory", memory=700 * 10**6)
    with pytest.raises(DataError, match=r"takes more than the 700 MB of memory .* --memory"):
        run(job, 1)


def test_what_cannot_be_handed_on(tmp_path):
    """Models of a class that the other process does not find, say."""
    job = job_of(tmp_path)
    content = pickle.dumps(job).replace(b"StandIn", b"Missing")
    with pytest.raises(DataError, match="the models and responses cannot be handed on"):
        list(finished_tiles(content, job.store.left(), 1))


class Holes:
    """Not a number off the sky, or everywhere."""

    def __init__(self, everywhere):
        self.everywhere = everywhere

    def __call__(self, geom):
        lon = geom.to_image().get_coord().lon.value
        values = np.ones(geom.data_shape)
        values[:, np.isnan(lon) | self.everywhere] = np.nan
        return values


def test_pixels_off_the_sky_are_zero(tmp_path):
    geom = WcsGeom.create(binsz=4.0, proj="AIT", frame="galactic", axes=[ENERGY])
    job = job_of(tmp_path, geom=geom)._replace(task=Holes(False))
    corner = job.store.layout.tiles[0]
    compute_tile(job, corner)
    assert job.store.rows(corner, 0, 0, 1)[0, 0] == 0.0
    assert job.store.rows(corner, 0, corner.shape[0] // 2, corner.shape[0]).max() == 1.0
    with pytest.raises(DataError, match="nan or infinite"):
        compute_tile(job._replace(task=Holes(True)), corner)
