"""Masses of shapes on cells, by their transforms in closed form."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import j1

from gammapy.datasets.gridded_shapes import GriddedShape, NodeMasses, SmoothMasses
from gammapy.datasets.shape_slopes import size_slope, step_of
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.maps import MapAxis, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianSpatialModel,
    ShellSpatialModel,
    TemplateSpatialModel,
)
from gammapy.modeling.models.spatial.integration import Energies

#: of a point spread function of 0.05 deg
FREQUENCY = 5.26 / 0.05
STEP = 1 / FREQUENCY
AXES = tangent_axes(0.0, 0.0)
#: frequencies x, y in rad per deg, as far as the point spread function lets 1% through
Q = np.random.default_rng(1).uniform(-45, 45, (2, 40))


def along_for(reach):
    half = int(np.ceil(reach / STEP)) + 1
    return (np.arange(2 * half + 1) - half) * STEP


def transform(masses, along):
    """Of masses [m, m] on cells, rows are y."""
    across, up = (np.exp(-1j * np.outer(q, along)) for q in Q)
    return np.einsum("qx,qy,yx->q", across, up, masses)


def gauss(**kwargs):
    return GaussianSpatialModel(lon_0="0 deg", lat_0="0 deg", frame="galactic", **kwargs)


def smooth(model):
    width = 6 * 2.65 / FREQUENCY
    along = along_for(model.reach + width)
    shape = SmoothMasses(
        model,
        along,
        FREQUENCY,
        lambda name: step_of(model, name, AXES, "galactic"),
        partial(size_slope, model),
    )
    return shape, along


def noded(model, energies=None, reach=None):
    along = along_for(model.reach if reach is None else reach)
    return NodeMasses(model, AXES, "galactic", len(along), STEP, energies), along


def test_interface_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        GriddedShape()


# -- smoothed ----------------------------------------------------------------------------


def test_smooth_gaussian():
    """On cells a Gaussian of both widths, with all its derivatives."""
    shape, along = smooth(gauss(sigma="0.1 deg"))
    width = np.hypot(0.1, shape.smoothing)
    x, y = np.meshgrid(along, along)
    density = np.exp(-0.5 * (x**2 + y**2) / width**2) / (2 * np.pi * width**2) * STEP**2
    square = (x**2 + y**2) / width**2
    expected = {
        "lon_0": density * x / width**2,
        "lat_0": density * y / width**2,
        "sigma": density * 0.1 / width**2 * (square - 2),
        "e": 0 * density,
        "phi": 0 * density,
    }
    assert_allclose(shape.masses()[0], density, rtol=0, atol=2e-5 * density.max())
    slopes = shape.slopes()
    assert list(slopes) == list(expected)
    for name, value in expected.items():
        assert slopes[name].shape == (1, *density.shape)
        assert_allclose(slopes[name][0], value, rtol=0, atol=1e-4 * np.abs(value).max())


@pytest.mark.parametrize("r_0", [0.02, 0.3])
def test_smooth_disk(r_0):
    model = DiskSpatialModel(r_0=f"{r_0} deg", edge_width=1e-4, frame="galactic")
    shape, along = smooth(model)
    q = np.hypot(*Q)
    expected = 2 * j1(q * r_0) / (q * r_0) * np.exp(-0.5 * (q * shape.smoothing) ** 2)
    assert_allclose(transform(shape.masses()[0], along), expected, rtol=0, atol=2e-5)


def test_smoothing_is_narrower_than_the_point_spread_function():
    """What was taken in can be taken out again: by no more than the root of what is seen."""
    shape, _ = smooth(gauss(sigma="0.1 deg"))
    assert shape.smoothing < 0.05
    assert np.exp(0.5 * (FREQUENCY * shape.smoothing) ** 2) < 1e3


def test_shell_keeps_its_mass():
    shape, _ = smooth(ShellSpatialModel(radius="0.2 deg", width="0.05 deg", frame="galactic"))
    assert shape.masses().sum() == pytest.approx(1.0, rel=1e-5)


# -- at nodes ----------------------------------------------------------------------------


@pytest.mark.parametrize(("sigma", "e"), [(0.1, 0.9), (0.02, 0.8), (0.3, 0.0)])
def test_elongated_gaussian(sigma, e):
    """Its major axis to the north; what is seen of an error is 1e-4."""
    model = gauss(sigma=f"{sigma} deg", e=e, phi="0 deg")
    shape, along = noded(model)
    assert shape.smoothing == 0
    minor = sigma * np.sqrt(1 - e**2)
    exact = np.exp(-0.5 * ((Q[0] * minor) ** 2 + (Q[1] * sigma) ** 2))
    psf = np.exp(-0.5 * (0.05**2) * (Q**2).sum(axis=0))
    found = transform(shape.masses()[0], along)
    assert_allclose(found * psf, exact * psf, rtol=0, atol=2e-4)


def test_slopes_of_an_elongated_gaussian():
    sigma, e = 0.1, 0.8
    shape, along = noded(gauss(sigma=f"{sigma} deg", e=e, phi="0 deg"))
    minor = sigma * np.sqrt(1 - e**2)
    exact = np.exp(-0.5 * ((Q[0] * minor) ** 2 + (Q[1] * sigma) ** 2))
    expected = {
        "lon_0": -1j * Q[0] * exact,
        "lat_0": -1j * Q[1] * exact,
        "sigma": -sigma * ((Q[0] ** 2) * (1 - e**2) + Q[1] ** 2) * exact,
        "e": e * (Q[0] * sigma) ** 2 * exact,
        # the axis turns from the north to the east, by deg
        "phi": -np.deg2rad(1) * Q[0] * Q[1] * (sigma**2 - minor**2) * exact,
    }
    slopes = shape.slopes()
    assert list(slopes) == list(expected)
    psf = np.exp(-0.5 * (0.05**2) * (Q**2).sum(axis=0))
    for name, value in expected.items():
        found = transform(slopes[name][0], along) * psf
        size = np.abs(value * psf).max()
        assert_allclose(found, value * psf, rtol=0, atol=1e-3 * size, err_msg=name)


def test_frame_of_the_model():
    """Masses are where the model has them, also in another frame."""
    there = gauss(sigma="0.1 deg", e=0.8, phi="0 deg")
    place = there.position.icrs
    model = GaussianSpatialModel(
        lon_0=place.ra, lat_0=place.dec, sigma="0.1 deg", e=0.0, frame="icrs"
    )
    shape, along = noded(model)
    masses = shape.masses()[0]
    assert masses.sum() == pytest.approx(1.0, rel=1e-5)
    assert masses.sum(axis=0) @ along == pytest.approx(0.0, abs=1e-6)
    assert masses.sum(axis=1) @ along == pytest.approx(0.0, abs=1e-6)


# -- with energies -----------------------------------------------------------------------


def cube():
    """A template that is to the east at 1 TeV, to the west at 4 TeV."""
    axis = MapAxis.from_nodes([1.0, 4.0], unit="TeV", name="energy_true", interp="log")
    geom = WcsGeom.create(npix=(41, 41), binsz=0.02, frame="galactic", axes=[axis])
    x = -(np.arange(41) - 20) * 0.02
    y = x[:, None]
    planes = [np.exp(-0.5 * ((x - s) ** 2 + y**2) / 0.06**2) for s in (0.1, -0.1)]
    data = np.array(planes) * np.array([1.0, 3.0])[:, None, None]
    return TemplateSpatialModel(WcsNDMap(geom, data, unit="sr-1"), normalize=False)


def test_shape_that_depends_on_energy():
    """The sum over nodes of what the shape is at each."""
    model = cube()
    one = [Energies(np.array([e]), np.array([[1.0]])) for e in (1.0, 4.0)]
    first, second = (noded(model, energies, 0.4)[0].masses()[0] for energies in one)
    weights = np.array([[1.0, 0.0], [0.25, 2.0], [0.0, 0.0]])
    shape, along = noded(model, Energies(np.array([1.0, 4.0]), weights[:2]), 0.4)
    masses = shape.masses()
    assert masses.shape == (2, len(along), len(along))
    assert_allclose(masses[0], first, rtol=1e-12)
    assert_allclose(masses[1], 0.25 * first + 2 * second, rtol=1e-12)
    east = [m.sum(axis=0) @ along / m.sum() for m in (first, second)]
    assert_allclose(east, [0.1, -0.1], rtol=0, atol=2e-3)
    assert second.sum() / first.sum() == pytest.approx(3.0, rel=1e-3)


def test_bin_without_weights():
    """Above the template, say: nothing, and no error."""
    weights = np.array([[1.0, 0.5], [0.0, 0.0]])
    shape, along = noded(cube(), Energies(np.array([1.0, 4.0]), weights), 0.4)
    masses = shape.masses()
    assert masses.shape == (2, len(along), len(along))
    assert masses[0].sum() > 0
    assert np.all(masses[1] == 0)
