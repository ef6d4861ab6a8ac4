"""Positions and outlines on the sky."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import (
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    PointSpatialModel,
    PowerLawSpectralModel,
    ShellSpatialModel,
    SkyModel,
    TemplateSpatialModel,
)
from gammapy.plot.sky import outlines_of, plot_outlines

matplotlib_figure = pytest.importorskip("matplotlib.figure")


def source(spatial, name="a"):
    return SkyModel(PowerLawSpectralModel(), spatial, name=name)


def axes(models, colours=None):
    ax = matplotlib_figure.Figure().subplots()
    plot_outlines(outlines_of(models), colours or {}, ax)
    return ax


def distances(outline, curve):
    center = SkyCoord(outline.lon, outline.lat, unit="deg", frame="galactic")
    points = SkyCoord(*curve.T, unit="deg", frame="galactic")
    return center.separation(points).deg, center.position_angle(points).deg


@pytest.mark.parametrize("frame", ["icrs", "galactic", "fk5"])
def test_point(frame):
    (found,) = outlines_of([source(PointSpatialModel(lon_0="83 deg", lat_0="22 deg", frame=frame))])
    expected = SkyCoord("83d", "22d", frame=frame).galactic
    np.testing.assert_allclose([found.lon, found.lat], [expected.l.deg, expected.b.deg], rtol=1e-12)
    assert found.curves == []


@pytest.mark.parametrize("lat", [0, 60, -89.5])
def test_circle(lat):
    disk = DiskSpatialModel(lon_0="359.9 deg", lat_0=f"{lat} deg", r_0="1.5 deg")
    (found,) = outlines_of([source(disk)])
    (curve,) = found.curves
    np.testing.assert_allclose(distances(found, curve)[0], 1.5, rtol=1e-9)
    np.testing.assert_allclose(curve[0], curve[-1], atol=1e-9)


def test_ellipse_has_its_major_axis_at_the_position_angle():
    model = GaussianSpatialModel(
        lon_0="20 deg", lat_0="1 deg", sigma="2 deg", e=0.8, phi="30 deg", frame="galactic"
    )
    (found,) = outlines_of([source(model)])
    (curve,) = found.curves
    radius, angle = distances(found, curve)
    size = model.to_region().height.to_value("deg") / 2
    assert radius.max() == pytest.approx(size, rel=1e-3)
    assert radius.min() == pytest.approx(0.6 * size, rel=1e-3)
    assert angle[radius.argmax()] % 180 == pytest.approx(30, abs=0.1)


def test_shell_has_two_circles():
    shell = ShellSpatialModel(lon_0="0 deg", lat_0="0 deg", radius="1 deg", width="0.2 deg")
    (found,) = outlines_of([source(shell)])
    radii = [distances(found, curve)[0].mean() for curve in found.curves]
    np.testing.assert_allclose(radii, [1.0, 1.2], rtol=1e-9)


def test_order_is_that_of_the_models_whatever_their_frames():
    frames = ["icrs", "galactic", "icrs", "galactic"]
    models = [
        source(PointSpatialModel(lon_0=f"{i} deg", frame=frame), name=f"{i}")
        for i, frame in enumerate(frames)
    ]
    outlines = outlines_of(models)
    assert [outline.name for outline in outlines] == ["0", "1", "2", "3"]
    assert outlines[1].lon == pytest.approx(1.0, rel=1e-12)
    assert outlines[3].lon == pytest.approx(3.0, rel=1e-12)


def test_without_a_position():
    assert outlines_of([source(None), source(ConstantSpatialModel(), "b")]) == []


def test_map_that_is_not_there_is_told():
    with pytest.warns(GammapyWarning, match="'a' is not on the map: .*none.fits"):
        assert outlines_of([source(TemplateSpatialModel(filename="none.fits"))]) == []


def test_longitude_grows_to_the_left_and_across_zero():
    places = [359.0, 1.0]
    models = [
        source(PointSpatialModel(lon_0=f"{lon} deg", frame="galactic"), f"{lon}") for lon in places
    ]
    ax = axes(models)
    left, right = ax.get_xlim()
    assert left > right
    assert left - right < 5
    x = sorted(float(line.get_xdata()[0]) for line in ax.lines)
    assert x[1] - x[0] == pytest.approx(2.0, rel=1e-9)
    labels = [ax.xaxis.get_major_formatter()(value, None) for value in (-1.0, 360 + 1e-13, 361.0)]
    assert labels == ["359", "0", "1"]


def test_curve_does_not_run_across_the_map():
    models = [
        source(DiskSpatialModel(lon_0=f"{lon} deg", r_0="2 deg", frame="galactic"), f"{lon}")
        for lon in (0.0, 60.0, 179.5, 240.0)
    ]
    for line in axes(models).lines:
        assert np.ptp(line.get_xdata()) < 5


def test_degrees_of_both_coordinates_are_as_long():
    disk = DiskSpatialModel(lon_0="10 deg", lat_0="60 deg", r_0="2 deg", frame="galactic")
    ax = axes([source(disk)])
    left, right = ax.get_xlim()
    low, high = ax.get_ylim()
    assert (left - right) * np.cos(np.deg2rad(60)) == pytest.approx(high - low, rel=0.02)
    assert ax.get_aspect() == pytest.approx(2.0, rel=0.02)
    curve = ax.lines[1].get_xdata()
    assert curve.min() > right
    assert curve.max() < left


def test_colours():
    models = [source(PointSpatialModel(lon_0=f"{i} deg"), f"{i}") for i in range(3)]
    ax = axes(models, {"1": "red"})
    assert [line.get_color() for line in ax.lines] == ["0.6", "0.6", "red"]
