"""Images of the sky."""

import io
import re

import numpy as np
import pytest

from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapAxis

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def image(frame="galactic"):
    found = Map.create(npix=(4, 3), binsz=1, frame=frame, unit="cm-2")
    found.data += np.arange(12.0).reshape(3, 4)
    return found


@pytest.mark.parametrize(
    ("frame", "labels"),
    [
        ("galactic", ["Galactic longitude", "Galactic latitude"]),
        ("icrs", ["Right ascension", "Declination"]),
    ],
)
def test_drawn(frame, labels):
    ax = image(frame).plot(add_cbar=True)
    np.testing.assert_array_equal(ax.images[0].get_array(), image().data)
    assert ax.images[0].origin == "lower"
    assert [c.get_axislabel() for c in ax.coords] == labels
    assert ax.figure.axes[1].get_ylabel() == "cm-2"
    ax.figure.canvas.draw()


def test_galactic_coordinates_are_decimal():
    ax = Map.create(npix=(40, 30), binsz=0.02, frame="galactic").plot()
    picture = io.StringIO()
    with plt.rc_context({"svg.fonttype": "none"}):
        ax.figure.savefig(picture, format="svg")
    assert ">0.2°<" in picture.getvalue()
    assert "'" not in "".join(re.findall(">([^<>]*)<", picture.getvalue()))


@pytest.mark.parametrize(
    ("stretch", "middle"), [("linear", 0.5), ("sqrt", 0.5**0.5), ("log", np.log(5.5) / np.log(11))]
)
def test_stretch(stretch, middle):
    norm = image().plot(stretch=stretch).images[0].norm
    assert (norm.vmin, norm.vmax) == (1 if stretch == "log" else 0, 11)
    assert norm(5.5) == pytest.approx(middle)
    norm = image().plot(stretch=stretch, vmin=2, vmax=4).images[0].norm
    assert (norm.vmin, norm.vmax) == (2, 4)


def test_given_axes_and_arguments():
    found = image()
    ax = plt.figure().add_subplot(projection=found.geom.wcs)
    assert found.plot(ax=ax, cmap="gray") is ax
    assert ax.images[0].get_cmap().name == "gray"
    norm = plt.Normalize(0, 1)
    assert found.plot(norm=norm).images[-1].norm is norm


def test_one_plane_of_a_cube_and_masks():
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2)
    cube = Map.create(npix=3, axes=[axis])
    cube.data[0, 1, 1] = 1
    assert cube.sum_over_axes().plot().images[0].get_array().sum() == 1
    assert (cube > 0).get_image_by_idx((0,)).plot().images[0].get_array().sum() == 1
    with pytest.raises(DataError, match="a map of 2 planes is no image"):
        cube.plot()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"stretch": "asinh"}, OptionError, "stretch = 'asinh' is not known"),
        ({"ax": "plain"}, OptionError, "no celestial coordinates"),
    ],
)
def test_refused(options, error, text):
    if options.get("ax"):
        options = {"ax": plt.figure().gca()}
    with pytest.raises(error, match=text):
        image().plot(**options)


def test_nothing_to_draw():
    with pytest.raises(DataError, match="no pixel that can be drawn with stretch = 'log'"):
        (image() * 0).plot(stretch="log")
    with pytest.raises(DataError, match="no pixel that can be drawn"):
        (image() * np.nan).plot()
