"""Pictures of energy bands."""

import io
import os
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.image import imread

from gammapy.maps import MapAxis, WcsGeom
from gammapy.plot import bands
from gammapy.plot.bands import write_bands

AXIS = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 2)


def geometry(n_x, n_y, **kwargs):
    return WcsGeom.create(npix=(n_x, n_y), binsz=0.1, frame="galactic", axes=[AXIS], **kwargs)


def picture_of(path):
    return imread(io.BytesIO(path.read_bytes()))


def test_one_for_each_band(tmp_path):
    geom = geometry(40, 20)
    planes = [np.full((20, 40), 1.0), np.random.default_rng(0).random((20, 40))]
    paths = write_bands(iter(planes), geom, tmp_path, "Counts per pixel")
    assert [path.name for path in paths] == ["band-01.png", "band-02.png"]
    assert sorted(os.listdir(tmp_path)) == ["band-01.png", "band-02.png"]
    one, two = map(picture_of, paths)
    assert one.shape == two.shape
    assert not np.array_equal(one, two)


def test_same_numbers_same_bytes(tmp_path):
    planes = [np.arange(800.0).reshape(20, 40)] * 2
    geom = geometry(40, 20)
    first = [path.read_bytes() for path in write_bands(planes, geom, tmp_path, "Counts")]
    again = [path.read_bytes() for path in write_bands(planes, geom, tmp_path, "Counts")]
    assert first == again


def test_numbers_beside_the_colours():
    """Plain ones, which do not run into each other, also after a change of the scale."""
    image = bands._image(np.full((20, 40), 2.0), geometry(40, 20), 0, 40)
    picture = bands._Picture.of([image], "Counts")
    wide = bands._image(np.linspace(0.3, 9.0, 800).reshape(20, 40), geometry(40, 20), 0, 40)
    picture.png([wide], "a band")
    labels = [t for t in picture.bar.ax.xaxis.get_ticklabels(which="both") if t.get_text()]
    assert {"1", "2", "4", "6"} <= {label.get_text() for label in labels}
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


@pytest.mark.parametrize("value", [0.0, 1.0, -1e-9])
def test_flat_planes(tmp_path, value):
    """Where there is no source, or rounding left less than nothing."""
    planes = [np.full((10, 10), value)] * 2
    assert len(write_bands(planes, geometry(10, 10), tmp_path, "Counts")) == 2


@pytest.mark.parametrize(
    ("n_x", "n_y", "strips"), [(7200, 200, 5), (100, 100, 1), (20, 200, 1), (10000, 10, 12)]
)
def test_strips(n_x, n_y, strips):
    found = bands._strips(geometry(n_x, n_y))
    assert len(found) == strips
    assert found[0][0] == 0
    assert found[-1][1] == n_x
    assert all(a[1] == b[0] for a, b in pairwise(found))


def test_a_strip_is_where_its_pixels_are():
    """Also where several pixels become one."""
    geom = geometry(5000, 20)
    plane = np.zeros((20, 5000))
    plane[7, 3601] = 9.0
    image = bands._image(plane, geom, 1000, 5000)
    step = -(-4000 // bands._DRAWN)
    assert step == 2
    assert image.data.shape == (10, 2000)
    assert image.data.sum() * step**2 == pytest.approx(9.0)
    place = geom.to_image().pix_to_coord((3601.0, 7.0))
    x, y = image.geom.coord_to_pix(place)
    row, column = np.argwhere(image.data > 0)[0]
    assert abs(x[0] - column) <= 0.5
    assert abs(y[0] - row) <= 0.5


def test_colours_span_what_is_there():
    geom = geometry(100, 10).to_image()
    from gammapy.maps import WcsNDMap

    data = np.full((10, 100), 1e-12)
    data[5, 5:50] = 100.0
    norm = bands._norm([WcsNDMap(geom, data)])
    assert (norm.vmin, norm.vmax) == (pytest.approx(0.01), 100.0)
