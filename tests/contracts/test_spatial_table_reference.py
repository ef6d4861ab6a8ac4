"""Values of spatial models made of data against the reference, and where it is wrong.

Maps that are not normalised agree to 2e-6. Two things are done otherwise here:

- The reference divides a map by the sum of its pixels, and each pixel by its own solid angle: what
  it keeps is the sum of the pixels, not the brightness. A constant map of the whole sky, in plate
  carree, is then 0.051 sr-1 at the equator and 0.53 sr-1 at 84 deg of latitude, where it must be
  1 / (4 pi). Here, as in Gammalib, a map is divided by its integral. A twin with the scheme of the
  reference gives its numbers to 2e-6; the same twin with the integral gives ours.
- Between places, the reference takes slopes from an iteration that stops at 1e-6. Carried on, it
  gives our numbers; so the reference is off by 2e-8. Outside of the places it has none.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.wcs import WCS
from scipy.interpolate import CloughTocher2DInterpolator, RegularGridInterpolator

from gammapy.maps import WcsGeom
from gammapy.modeling.models import PiecewiseNormSpatialModel, TemplateSpatialModel
from tests.reference import MISSING, reference

DATA = os.environ.get("GAMMAPY_DATA")
content = reference("spatial_models.json")
CASES = {case["id"]: case for case in content["cases"]} if content else {}
TEMPLATES = [name for name in CASES if name.startswith("template-") and "3d" not in name]
no_reference = pytest.mark.skipif(not CASES, reason=MISSING)
no_data = pytest.mark.skipif(
    DATA is None, reason="GAMMAPY_DATA is not set: it names the folder this test reads"
)
by_template = pytest.mark.parametrize(
    "case", [CASES[name] for name in TEMPLATES] or [pytest.param(None, marks=no_reference)]
)


def quantity(entry) -> u.Quantity:
    return u.Quantity(np.array(entry["value"], dtype=float), entry["unit"])


def file_of(case) -> Path:
    return Path(DATA) / Path(case["definition"]["file"]).relative_to("data")


def solid_angles(wcs, shape) -> np.ndarray:
    """Of the flat quadrangles [n_y, n_x] between the corners, in sr."""
    y, x = np.indices((shape[0] + 1, shape[1] + 1)) - 0.5
    lon, lat = np.deg2rad(wcs.wcs_pix2world(x.ravel(), y.ravel(), 0))
    v = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    v = v.reshape(3, *x.shape)
    one, other = v[:, 1:, 1:] - v[:, :-1, :-1], v[:, 1:, :-1] - v[:, :-1, 1:]
    return 0.5 * np.linalg.norm(np.cross(one, other, axis=0), axis=0)


def twin(case, scheme) -> np.ndarray:
    """Values of a template by scipy, under a logarithm; a zero is the smallest float."""
    with fits.open(file_of(case)) as hdus:
        data = np.nan_to_num(np.asarray(hdus[0].data, dtype=float))
        wcs = WCS(hdus[0].header)
    areas = solid_angles(wcs, data.shape)
    if case["definition"]["normalize"]:
        data = data / np.sum(data) / areas if scheme == "sum" else data / np.sum(data * areas)
    lon, lat = quantity(case["lon"]).value, quantity(case["lat"]).value
    x, y = wcs.wcs_world2pix(lon, lat, 0)
    tiny = np.finfo(float).tiny
    logs = np.log(np.maximum(data, tiny))
    found = RegularGridInterpolator([np.arange(n) for n in data.shape], logs)(np.stack([y, x], -1))
    return np.where(found > np.log(tiny) + 1e-9, np.exp(found), 0.0)


@no_data
@by_template
def test_templates(case):
    model = TemplateSpatialModel.read(file_of(case), normalize=case["definition"]["normalize"])
    assert model.frame == case["frame"]
    for parameter, row in zip(model.own_parameters.values(), case["parameters"], strict=True):
        assert parameter.value == pytest.approx(row["value"], rel=1e-12)
        assert (parameter.name, parameter.frozen) == (row["name"], row["frozen"])
    expected = quantity(case["value"])
    found = model(quantity(case["lon"]), quantity(case["lat"])).to_value(expected.unit)
    np.testing.assert_allclose(twin(case, "sum"), expected.value, rtol=2e-6)
    # 2.5e-8: two ways to the solid angle
    np.testing.assert_allclose(found, twin(case, "integral"), rtol=1e-7)
    if not case["definition"]["normalize"]:
        np.testing.assert_allclose(found, expected.value, rtol=2e-6)


@no_data
@by_template
def test_size_of_templates(case):
    """The reference takes pixels as the header has them, which they are not far from its centre.

    Its radius is half the width; corners are farther, and are not lost here.
    """
    model = TemplateSpatialModel.read(file_of(case))
    expected = case["to_region"]
    region = model.to_region()
    assert type(region).__name__ == expected["type"]
    for name in ("width", "height"):
        size = quantity(expected[name]).to_value("deg")
        assert getattr(region, name).to_value("deg") == pytest.approx(size, rel=3e-5)
    half = quantity(case["evaluation_radius"]).to_value("deg")
    assert half < model.evaluation_radius.to_value("deg") <= half * np.sqrt(2) * 1.0001


@no_data
@by_template
def test_templates_on_maps(case):
    geoms = case["geoms"]
    assert len(geoms) == 1
    header = fits.Header(content["geoms"][geoms[0]["geom"]]["header"])
    geom = WcsGeom.from_header(header)
    model = TemplateSpatialModel.read(file_of(case), normalize=case["definition"]["normalize"])
    found = model.evaluate_geom(geom).to_value("sr-1")
    total = np.sum(found * geom.solid_angle().value)
    ratio = 1.0
    if case["definition"]["normalize"]:  # the schemes differ, from pixel to pixel by this much
        ratio = 3e-4
        assert total == pytest.approx(geoms[0]["evaluate_geom_sum_times_solid_angle"], rel=3e-4)
    else:
        ratio = 2e-6
        assert total == pytest.approx(geoms[0]["evaluate_geom_sum_times_solid_angle"], rel=2e-6)
    for pixel in geoms[0]["evaluate_geom_pixels"]:
        value = found[pixel["iy"], pixel["ix"]]
        assert value == pytest.approx(pixel["value"], rel=ratio, abs=1e-200)


@no_data
@no_reference
def test_cube():
    case = CASES["template-3d-iem"]
    model = TemplateSpatialModel.read(file_of(case), normalize=False)
    expected = quantity(case["value"])
    place = [quantity(case[key]) for key in ("lon", "lat", "energy")]
    np.testing.assert_allclose(model(*place).to_value(expected.unit), expected.value, rtol=2e-6)
    assert expected[-1] == 0  # beyond its energies


@no_reference
def test_norms_at_places():
    case = CASES["piecewise-norm"]
    lon, lat = (np.array(case["definition"][key], dtype=float) for key in ("lon_deg", "lat_deg"))
    norms = case["definition"]["norms"]
    places = {"lon": lon * u.deg, "lat": lat * u.deg}
    model = PiecewiseNormSpatialModel(places, norms, frame=case["frame"])
    x, y = quantity(case["lon"]), quantity(case["lat"])
    found = model(x, y).value
    expected = quantity(case["value"]).value
    inside = np.isfinite(expected)
    np.testing.assert_allclose(found[inside], expected[inside], rtol=3e-8)
    points = np.stack([lon, lat], axis=-1)
    for tolerance, values in ((1e-6, expected), (1e-15, found)):
        scipy = CloughTocher2DInterpolator(points, norms, tol=tolerance, maxiter=10000)
        np.testing.assert_allclose(scipy(x.value, y.value)[inside], values[inside], rtol=1e-12)
    assert np.all(np.isfinite(found))
    assert np.all((found >= 0.5) & (found <= 2.0))


@no_reference
def test_declared_parameters():
    defaults = TemplateSpatialModel.default_parameters
    for row in CASES[TEMPLATES[0]]["model_dict"]["spatial"]["parameters"]:
        parameter = defaults[row["name"]]
        assert (str(parameter.unit), parameter.frozen) == (row["unit"], row["frozen"])
        bounds = float(row["min"]), float(row["max"])
        np.testing.assert_equal((parameter.min, parameter.max), bounds)


@no_reference
def test_the_reference_is_used():
    assert len(TEMPLATES) == 3
    assert len(CASES) == 59
