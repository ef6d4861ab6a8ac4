"""Frames by name, and rotations between them."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.engine.sphere import rotated
from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.frames import checked_frame, rotation


@pytest.mark.parametrize("name", ["icrs", "galactic", "fk5", "fk4", "ICRS", "supergalactic"])
def test_known_frames(name):
    assert checked_frame(name, "Model") == name.lower()


def test_unknown_frames():
    with pytest.raises(ModelError, match=r"Model: frame = 'galactc' .* e.g. 'galactic"):
        checked_frame("galactc", "Model")
    with pytest.raises(ModelError, match=r"use e\.g\. 'icrs' or 'galactic'"):
        checked_frame(None, "Model")


def test_same_frame():
    assert rotation("icrs", "icrs") is None


@pytest.mark.parametrize(("source", "target"), [("icrs", "galactic"), ("galactic", "fk5")])
def test_rotations(source, target):
    lon = np.array([0.0, 83.6, 266.4, 359.99, 12.0])
    lat = np.array([0.0, 22.0, -28.9, 89.999, -90.0])
    expected = SkyCoord(lon, lat, unit="deg", frame=source).transform_to(target)
    found = SkyCoord(*rotated(lon, lat, rotation(source, target)), unit="deg", frame=target)
    assert np.max(expected.separation(found).deg) < 2e-13


def test_no_rotation():
    with pytest.raises(ModelError, match=r"'icrs' (to|and) 'altaz'"):
        rotation("icrs", "altaz")
