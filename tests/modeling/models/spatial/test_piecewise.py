"""Norms at places, between and beyond them."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from scipy.interpolate import CloughTocher2DInterpolator

from gammapy.errors import DataError, ModelError, UnitMismatchError
from gammapy.maps import MapCoord
from gammapy.modeling.models import FoVBackgroundModel, PiecewiseNormSpatialModel
from gammapy.modeling.parameter import Parameter
from tests.contracts.spatial_examples import sky_map

LON = np.array([358.0, 359.0, 0.1, 1.5, 2.0, 0.9, 359.5])
LAT = np.array([-1.0, 1.0, 0.2, -0.8, 1.5, 1.0, -2.0])
NORMS = np.array([0.7, 1.3, 0.9, 1.8, 1.1, 0.6, 1.0])


def coords(lon=LON, lat=LAT):
    return {"lon": lon * u.deg, "lat": lat * u.deg}


@pytest.fixture
def inside():
    """Positions in the triangles, by chance."""
    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.ones(len(LON)), 100)
    return shares @ np.where(LON > 180, LON - 360, LON), shares @ LAT


def twin(norms, lon, lat):
    points = np.stack([np.where(LON > 180, LON - 360, LON), LAT], axis=-1)
    return CloughTocher2DInterpolator(points, norms, tol=1e-14, maxiter=5000)(lon, lat)


@pytest.mark.parametrize("interp", ["lin", "log"])
def test_values_are_those_of_scipy(inside, interp):
    lon, lat = inside
    model = PiecewiseNormSpatialModel(coords(), NORMS, interp)
    expected = twin(NORMS, lon, lat) if interp == "lin" else np.exp(twin(np.log(NORMS), lon, lat))
    np.testing.assert_allclose(model(lon * u.deg, lat * u.deg).value, expected, rtol=1e-10)


@pytest.mark.parametrize("interp", ["lin", "log"])
def test_values_at_the_places(interp):
    model = PiecewiseNormSpatialModel(coords(), NORMS, interp)
    np.testing.assert_allclose(model(LON * u.deg, LAT * u.deg).value, NORMS, rtol=1e-9)


def test_ones_by_default(inside):
    model = PiecewiseNormSpatialModel(coords())
    far = np.array([180.0, 10.0]), np.array([0.0, 89.0])
    for lon, lat in (inside, far):
        np.testing.assert_allclose(model(lon * u.deg, lat * u.deg).value, 1, rtol=1e-12)


def test_linear_in_the_norms(inside):
    one, other = NORMS, NORMS[::-1] ** 2
    values = [
        PiecewiseNormSpatialModel(coords(), n).evaluate(*inside, *n)
        for n in (one, other, one + other)
    ]
    np.testing.assert_allclose(values[0] + values[1], values[2], rtol=1e-12)


def test_beyond_the_places_it_is_that_at_the_edge():
    """A square: the nearest point of its edge is easily told."""
    lon, lat = np.array([9.0, 11.0, 9.0, 11.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    model = PiecewiseNormSpatialModel(coords(lon, lat), [0.5, 1.5, 1.0, 3.0])
    away = [(10.3, 7.0), (10.3, -40.0), (8.0, 0.3), (15.0, -0.2), (2.0, 80.0), (20.0, -9.0)]
    edge = [(10.3, 1.0), (10.3, -1.0), (9.0, 0.3), (11.0, -0.2), (9.0, 1.0), (11.0, -1.0)]
    found, expected = (model(*(np.array(at).T * u.deg)).value for at in (away, edge))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_everywhere_on_the_sky():
    model = PiecewiseNormSpatialModel(coords(), NORMS)
    lon, lat = np.random.default_rng(1).uniform([[0], [-90]], [[360], [90]], (2, 5000))
    found = model(lon * u.deg, lat * u.deg).value
    assert np.all(np.isfinite(found))
    assert np.all((found > 0) & (found < 3))


def test_smooth_across_the_edge():
    model = PiecewiseNormSpatialModel(coords(), NORMS)
    lon = np.linspace(-4, 4, 8001)
    found = model(lon * u.deg, np.full(8001, -0.9) * u.deg).value
    assert np.max(np.abs(np.diff(found))) < 0.003


@pytest.mark.parametrize("turn", [0, 100, 180, 300])
def test_longitude_has_no_seam(turn, inside):
    lon, lat = inside
    model = PiecewiseNormSpatialModel(coords((LON + turn) % 360), NORMS)
    found = model((lon + turn) * u.deg, lat * u.deg).value
    np.testing.assert_allclose(found, twin(NORMS, lon, lat), rtol=1e-9)


def test_norms_are_parameters():
    given = [Parameter(f"norm_{i}", value, frozen=i == 2) for i, value in enumerate(NORMS)]
    model = PiecewiseNormSpatialModel(coords(), given)
    assert model.own_parameters["norm_3"] is given[3]
    assert model.norm_2.frozen
    np.testing.assert_array_equal(model.norms, NORMS)
    assert model.unit == u.dimensionless_unscaled
    assert not model.is_energy_dependent
    assert model.position is model.evaluation_radius is None


def test_places():
    galactic = SkyCoord(LON, LAT, unit="deg", frame="galactic")
    for given in (
        galactic,
        MapCoord.create({"skycoord": galactic}),
        MapCoord(coords(), "galactic"),
    ):
        model = PiecewiseNormSpatialModel(given, NORMS)
        assert model.frame == "galactic"
        np.testing.assert_allclose(model.coords.lon.to_value("deg"), LON, rtol=1e-12)
        assert model.coords.frame == "galactic"
    assert PiecewiseNormSpatialModel(coords()).frame == "icrs"
    assert PiecewiseNormSpatialModel(coords(), frame="Galactic").frame == "galactic"
    assert PiecewiseNormSpatialModel(galactic, frame="Galactic").frame == "galactic"


def test_region_is_the_edge():
    region = PiecewiseNormSpatialModel(coords(), frame="galactic").to_region(
        visual={"color": "red"}
    )
    assert region.vertices.frame.name == "galactic"
    assert set(region.vertices.l.deg.round(6)) == {358.0, 359.0, 1.5, 2.0, 359.5}
    assert region.visual["color"] == "red"


def test_on_a_map():
    data = sky_map()
    model = PiecewiseNormSpatialModel(coords(), NORMS, frame="galactic")
    found = model.evaluate_geom(data.geom)
    assert found.shape == data.data.shape
    assert found.unit == ""


def test_goes_with_a_background():
    FoVBackgroundModel("a", spatial_model=PiecewiseNormSpatialModel(coords()))


# -- guards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat"), [([1, 2], [1, 2]), ([0, 1, 2, 3], [0, 1, 2, 3]), ([1], [1])]
)
def test_no_triangles(lon, lat):
    with pytest.raises(ModelError, match=r"\d places make no triangles .*at least three"):
        PiecewiseNormSpatialModel(coords(np.array(lon), np.array(lat)))


def test_a_place_twice():
    lon, lat = np.array([0, 1, 2, 361]), np.array([0, 1, 0, 1])
    with pytest.raises(ModelError, match=r"lon = \d+ deg, lat = 1 deg comes twice"):
        PiecewiseNormSpatialModel(coords(lon, lat))


@pytest.mark.parametrize("n", [3, 8])
def test_number_of_norms(n):
    with pytest.raises(ModelError, match=f"{n} norms for 7 places"):
        PiecewiseNormSpatialModel(coords(), np.ones(n))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_norms_without_a_logarithm(bad):
    norms = [bad, *NORMS[1:]]
    with pytest.raises(ModelError, match=r"norm .* has no logarithm"):
        PiecewiseNormSpatialModel(coords(), norms, interp="log")


def test_a_norm_that_became_negative_is_the_smallest_there_is():
    model = PiecewiseNormSpatialModel(coords(), NORMS, interp="log")
    model.norm_0.value = -1
    found = model(LON[:1] * u.deg, LAT[:1] * u.deg).value
    assert 0 <= found[0] < 1e-300
    partials = model.partials(LON[:2], LAT[:2], *model.internal_values)
    assert np.all(np.isfinite(partials))
    assert np.all(partials[0] == 0)


def test_unknown_scale():
    with pytest.raises(ModelError, match="interp = 'sqrt' is not known"):
        PiecewiseNormSpatialModel(coords(), interp="sqrt")


def test_other_frame_than_the_places():
    galactic = SkyCoord(LON, LAT, unit="deg", frame="galactic")
    with pytest.raises(ModelError, match="frame = 'icrs', and coords are in 'galactic'"):
        PiecewiseNormSpatialModel(galactic, frame="icrs")
    with pytest.raises(ModelError, match="frame = 'x' is not the name"):
        PiecewiseNormSpatialModel(coords(), frame="x")
    with pytest.raises(ModelError, match="frame = 5 is not the name"):
        PiecewiseNormSpatialModel(coords(), frame=5)


def test_bad_places():
    with pytest.raises(ModelError, match="coords have 'energy_true'"):
        PiecewiseNormSpatialModel(coords() | {"energy_true": np.ones(7) * u.TeV})
    with pytest.raises(DataError, match="'lat'"):
        PiecewiseNormSpatialModel({"lon": LON * u.deg})
    with pytest.raises(ModelError, match=r"lon \(2, 2\) .* must be lists"):
        PiecewiseNormSpatialModel(coords(LON[:4].reshape(2, 2), LAT[:4].reshape(2, 2)))
    with pytest.raises(ModelError, match="finite"):
        PiecewiseNormSpatialModel(coords(LON, np.where(LAT == 1.5, np.nan, LAT)))
    with pytest.raises(UnitMismatchError, match="lon"):
        PiecewiseNormSpatialModel({"lon": LON * u.TeV, "lat": LAT * u.deg})
