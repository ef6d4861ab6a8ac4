"""Predicted counts of several sources on a map."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets import prediction
from gammapy.datasets.prediction import _add_rows, part_of, parts, predict_counts
from gammapy.errors import DataError, ModelError
from gammapy.maps import MapAxis, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    CompoundSpatialModel,
    ConstantSpatialModel,
    ConstantTemporalModel,
    EnergyWindowNormSpectralModel,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplateSpatialModel,
)
from tests.datasets.small_field import edges_of, elongated, gauss, image, point
from tests.datasets.small_instruments import (
    CountingInstrument,
    FieldInstrument,
    energy_axes,
    uniform,
)

WIDTHS = np.array([0.06, 0.05, 0.04])
EXPOSURE = np.array([1e10, 2e10, 4e10])
EDISP = np.array([[0.6, 0.3], [0.2, 0.7], [0.05, 0.8]])
TRUE, RECO = energy_axes(3, 2)
AMPLITUDE, INDEX = 3e-11, 2.3
INSTRUMENT = uniform(WIDTHS, EXPOSURE, EDISP, n=2)


def geom_at(lon=0.0, lat=0.0, half=0.92, size=0.04, axis=RECO, **kwargs):
    n = 2 * round(half / size) + 1
    return WcsGeom.create(
        skydir=(lon, lat),
        npix=(n, n),
        binsz=size,
        frame="galactic",
        axes=[axis],
        **{"proj": "CAR"} | kwargs,
    )


def source(spatial, name="it", **kwargs):
    spectrum = PowerLawSpectralModel(index=INDEX, amplitude=f"{AMPLITUDE} cm-2 s-1 TeV-1")
    return SkyModel(spectrum, spatial, name=name, **kwargs)


def flux(edges=None):
    """Of the true bins, by hand."""
    e = TRUE.edges.to_value("TeV") if edges is None else edges
    return AMPLITUDE * (e[:-1] ** (1 - INDEX) - e[1:] ** (1 - INDEX)) / (INDEX - 1)


def folded(images, exposure=EXPOSURE, edisp=EDISP):
    """Counts [r, n] from images [k, n]."""
    return edisp.T @ (np.multiply(flux(), exposure)[:, None] * images)


def predicted(models, geom=None, instrument=INSTRUMENT):
    found = predict_counts(models, instrument, geom_at() if geom is None else geom)
    return found.data.reshape(len(found.data), -1)


def assert_rows(found, expected, share):
    error = np.abs(found - expected).max(axis=1)
    largest = np.abs(expected).max(axis=1)
    assert np.all(error <= share * largest), error / largest


ALL = folded(np.ones((3, 1)))[:, 0]


# -- sums --------------------------------------------------------------------------------


def test_a_point():
    """Flux, exposure, point spread function, dispersion and pixels, all in closed form."""
    geom = geom_at()
    found = predict_counts([source(point(0.013, -0.033))], INSTRUMENT, geom)
    assert isinstance(found, WcsNDMap)
    assert found.geom == geom
    assert found.unit == ""
    expected = folded([image(geom, 0.013, -0.033, width) for width in WIDTHS])
    assert_rows(found.data.reshape(2, -1), expected, 2e-4)
    assert_allclose(found.data.sum(axis=(1, 2)), ALL, rtol=1e-5)


def test_sum_of_sources():
    geom = geom_at()
    models = [
        source(point(0.013, -0.033), "a"),
        source(gauss(0.2, 0.1, 0.1), "b"),
        source(elongated(-0.2, 0.1), "c"),
        source(CompoundSpatialModel([point(0.1, 0.1), gauss(-0.1, 0.0, 0.05)]), "d"),
    ]
    each = sum(predicted([model], geom) for model in models)
    assert_allclose(predicted(models, geom), each, rtol=1e-12)
    assert_allclose(predicted(Models(models), geom), each, rtol=1e-12)
    assert_allclose(predicted((m for m in models), geom), each, rtol=1e-12)


def test_no_sources():
    found = predict_counts([], INSTRUMENT, geom_at())
    assert found.data.shape == geom_at().data_shape
    assert not found.data.any()


@pytest.mark.parametrize("shape", [point(7.0, 0.0), gauss(0.0, 9.0, 0.3), elongated(181.0, 3.0)])
def test_source_outside_contributes_nothing(shape):
    assert not predicted([source(shape)]).any()


@pytest.mark.parametrize("far", [point(7.0, 0.0), gauss(7.0, 0.0, 0.1), elongated(7.0, 0.0)])
def test_source_with_a_part_outside(far):
    geom = geom_at()
    near = gauss(0.1, 0.05, 0.05)
    model = source(CompoundSpatialModel([near, far], norms=[1.0, 3.0]))
    assert_rows(predicted([model], geom), 0.25 * predicted([source(near)], geom), 1e-9)


def test_the_same_everywhere():
    geom = geom_at(half=0.5, size=0.1)
    found = predict_counts([source(ConstantSpatialModel(value="2 sr-1"))], INSTRUMENT, geom)
    area = geom.to_image().solid_angle().to_value("sr")
    assert_allclose(found.data, 2.0 * area * ALL[:, None, None], rtol=4e-4)


def test_no_exposure():
    dark = FieldInstrument(lambda lon, lat: np.zeros((3, *lon.shape)), WIDTHS, EDISP)
    shapes = [point(0.0, 0.0), gauss(0.1, 0.0, 0.1), elongated(0.0, 0.1), ConstantSpatialModel()]
    for shape in shapes:
        found = predicted([source(shape)], instrument=dark)
        assert np.all(found == 0)


def test_current_values():
    model = source(gauss(0.0, 0.0, 0.1))
    before = predicted([model])
    model.spectral_model.amplitude.value *= 2
    assert_allclose(predicted([model]), 2 * before, rtol=1e-12)
    model.spatial_model.lon_0.value = 0.04  # by a pixel
    n = geom_at().data_shape[-1]
    moved = predicted([model]).reshape(2, n, n)
    assert_allclose(moved[..., :-1], 2 * before.reshape(2, n, n)[..., 1:], rtol=1e-3, atol=1e-9)


# -- parts of the response ---------------------------------------------------------------


def test_without_psf():
    geom = geom_at()
    model = source(
        gauss(0.013, -0.033, 0.1), apply_irf={"exposure": True, "psf": False, "edisp": True}
    )
    expected = folded([image(geom, 0.013, -0.033, 0.1)] * 3)
    assert_rows(predicted([model], geom), expected, 1e-4)


def test_point_without_psf():
    """It goes to the pixels around, its centroid kept."""
    geom = geom_at()
    model = source(point(0.013, -0.033), apply_irf={"exposure": True, "psf": False, "edisp": True})
    found = predicted([model], geom)
    assert_allclose(found.sum(axis=1), ALL, rtol=1e-9)
    assert np.count_nonzero(found[0]) <= 4
    x, y = (0.5 * (e[1:] + e[:-1]) for e in edges_of(geom))
    plane = found[0].reshape(len(y), len(x)) / found[0].sum()
    assert plane.sum(axis=0) @ x == pytest.approx(0.013, abs=1e-6)
    assert plane.sum(axis=1) @ y == pytest.approx(-0.033, abs=1e-6)


def test_without_exposure():
    """Flux in cm-2 s-1, through the rest."""
    geom = geom_at()
    model = source(point(0.0, 0.0), apply_irf={"exposure": False, "psf": True, "edisp": True})
    expected = folded([image(geom, 0.0, 0.0, width) for width in WIDTHS], exposure=np.ones(3))
    assert_rows(predicted([model], geom), expected, 2e-4)


def test_without_dispersion():
    """Of three true bins over two, the middle one goes to both by its overlap."""
    geom = geom_at()
    edges = TRUE.edges.to_value("TeV")
    share = (1.0 - edges[1]) / (edges[2] - edges[1])
    perfect = np.array([[1, 0], [share, 1 - share], [0, 1]])
    model = source(point(0.0, 0.0), apply_irf={"exposure": True, "psf": True, "edisp": False})
    expected = folded([image(geom, 0.0, 0.0, width) for width in WIDTHS], edisp=perfect)
    assert_rows(predicted([model], geom), expected, 2e-4)


def test_parts_are_those_of_each_source():
    geom = geom_at()
    off = source(point(0.0, 0.0), "off", apply_irf={"exposure": False, "psf": True, "edisp": True})
    on = source(point(0.0, 0.0), "on")
    found = predicted([off, on], geom)
    assert_allclose(found, predicted([off], geom) + predicted([on], geom), rtol=1e-12)
    assert_allclose(found.sum(axis=1), ALL, rtol=1e-4)


def even(lon, lat):
    return np.multiply.outer(EXPOSURE, np.ones(lon.shape))


def test_course_in_time():
    """Only of sources that have one, and as often as there are sources."""
    geom = geom_at()
    counting = CountingInstrument(even, WIDTHS, EDISP)
    steady, varying = (
        source(point(0.1, 0.0), "steady"),
        source(point(-0.1, 0.0), "varying", temporal_model=ConstantTemporalModel()),
    )
    found = predicted([steady, varying], geom, counting)
    assert counting.asked == [varying.temporal_model]
    expected = predicted([source(point(0.1, 0.0))], geom) + (
        predicted([source(point(-0.1, 0.0))], geom) / 3
    )
    assert_rows(found, expected, 1e-6)


def test_course_in_time_with_parts_switched_off():
    geom = geom_at()
    counting = CountingInstrument(even, WIDTHS, EDISP)
    off = {"exposure": True, "psf": False, "edisp": True}
    model = source(gauss(0.0, 0.0, 0.1), temporal_model=ConstantTemporalModel(), apply_irf=off)
    found = predicted([model], geom, counting)
    assert len(counting.asked) == 1
    assert_rows(found, folded([image(geom, 0.0, 0.0, 0.1)] * 3) / 3, 1e-4)


# -- templates with energies -------------------------------------------------------------

#: of the halves to the east and west of a template
INDICES = (3.0, 2.0)


def halves(size=0.01, n=81):
    """Image [y, x] of two lobes, nothing between them, and which pixels are the eastern ones."""
    along = (np.arange(n) - n // 2) * size  # falls with the longitude
    lobes = [np.exp(-0.5 * np.add.outer(along**2, (along - s) ** 2) / 0.05**2) for s in (-0.2, 0.2)]
    image = np.clip(lobes[0] + lobes[1] - 0.01, 0, None)
    image[:, n // 2 - 1 : n // 2 + 2] = 0.0
    return image, along < 0


def cube():
    """Brightness that is a power law in both halves, each with its own index."""
    nodes = np.geomspace(0.05, 20, 9)
    axis = MapAxis.from_nodes(nodes, unit="TeV", name="energy_true", interp="log")
    geom = WcsGeom.create(npix=(81, 81), binsz=0.01, proj="TAN", frame="galactic", axes=[axis])
    image, east = halves()
    index = np.where(east, *INDICES)
    data = 1e-7 * image * nodes[:, None, None] ** -index
    return WcsNDMap(geom, data, unit="cm-2 s-1 TeV-1 sr-1")


def template_fluxes(tilt=0.0, edges=None):
    """Integrals [2, k] of both halves over the true bins, by hand."""
    e = TRUE.edges.to_value("TeV") if edges is None else edges
    image, east = halves()
    mass = 1e-7 * image * np.deg2rad(0.01) ** 2
    sums = mass[:, east].sum(), mass[:, ~east].sum()
    powers = [1 - index - tilt for index in INDICES]
    return np.array([s * (e[1:] ** p - e[:-1] ** p) / p for s, p in zip(sums, powers, strict=True)])


def template_source(spectrum, **kwargs):
    spatial = TemplateSpatialModel(cube(), normalize=False, interp_kwargs={"values_scale": "lin"})
    return SkyModel(spectrum, spatial, name="cube", **kwargs)


@pytest.mark.parametrize(("psf", "tilt"), [(True, 0.0), (True, 0.4), (False, 0.4)])
def test_cube(psf, tilt):
    """Sum over the map: integral of the flux times exposure, each half with its own spectrum."""
    geom = geom_at(size=0.02)
    off = {"exposure": True, "psf": psf, "edisp": True}
    model = template_source(PowerLawNormSpectralModel(norm=2.0, tilt=tilt), apply_irf=off)
    found = predict_counts([model], INSTRUMENT, geom).data
    expected = 2.0 * (template_fluxes(tilt) * EXPOSURE) @ EDISP
    n = found.shape[-1]
    assert_allclose(found.sum(axis=(1, 2)), expected.sum(axis=0), rtol=3e-4)
    if psf:  # which mixes the halves
        return
    west = found[..., n // 2 + 1 :].sum(axis=(1, 2)) + 0.5 * found[..., n // 2].sum(axis=1)
    assert_allclose(west, expected[1], rtol=1e-3)


@pytest.mark.parametrize("psf", [True, False])
def test_cube_in_a_window(psf):
    """No flux in the first true bin, and a part of the second."""
    geom = geom_at(size=0.02)
    window = EnergyWindowNormSpectralModel("1 TeV", "20 TeV")
    off = {"exposure": True, "psf": psf, "edisp": True}
    model = template_source(PowerLawNormSpectralModel() * window, apply_irf=off)
    edges = TRUE.edges.to_value("TeV")
    expected = template_fluxes(edges=np.array([1.0, edges[2], edges[3]])).sum(axis=0)
    counts = (np.append(0.0, expected) * EXPOSURE) @ EDISP
    assert_allclose(predicted([model], geom).sum(axis=1), counts, rtol=3e-4)


# -- maps --------------------------------------------------------------------------------


@pytest.mark.parametrize("lon", [359.99, 180.0, 77.0])
@pytest.mark.parametrize("shape", [gauss, elongated])
def test_the_same_at_all_longitudes(lon, shape):
    """Also over the seam, from both of its sides."""
    expected = predicted([source(shape(-0.03, 0.01, 0.1))])
    found = predicted([source(shape((lon - 0.03) % 360, 0.01, 0.1))], geom_at(lon=lon))
    assert_rows(found, expected, 1e-6)


def test_all_of_the_sky():
    """Sources over the seam and at a pole, on pixels of 3 deg: no count is lost, none is twice."""
    geom = WcsGeom.create(npix=(120, 60), binsz=3.0, frame="galactic", axes=[RECO])
    wide = uniform(WIDTHS * 30, EXPOSURE, EDISP, n=2)
    for place in ((180.0, 0.0), (90.0, 60.0)):
        found = predicted([source(gauss(*place, 1.5))], geom, wide)
        assert_allclose(found.sum(axis=1), ALL, rtol=1e-3)


@pytest.mark.parametrize("lat", [90.0, -90.0])
def test_at_the_poles(lat):
    geom, here = geom_at(120.0, lat, proj="TAN"), geom_at(120.0, 0.0, proj="TAN")
    n = geom.data_shape[-1]
    found = []
    for g in (geom, here):
        lon, lat_0 = (float(a) for a in g.wcs.celestial.wcs_pix2world(0.5 * n + 3, 0.5 * n - 7, 0))
        found.append(predicted([source(gauss(lon, lat_0, 0.05))], g))
    assert_rows(found[0], found[1], 1e-6)


@pytest.mark.parametrize("shape", [point, lambda x, y: gauss(x, y, 2.0), elongated])
def test_pixels_off_the_sky_are_empty(shape):
    """At the rim of Aitoff's ellipse: no number that is none."""
    geom = WcsGeom.create(npix=(56, 28), binsz=6.0, proj="AIT", frame="galactic", axes=[RECO])
    wide = uniform(WIDTHS * 60, EXPOSURE, EDISP, n=2)
    found = predict_counts([source(shape(168.0, 0.0))], wide, geom).data
    assert np.all(np.isfinite(found))
    lon, _ = geom.to_image().wcs.wcs_pix2world(*np.indices((56, 28)).reshape(2, -1), 0)
    off = ~np.isfinite(lon).reshape(56, 28).T
    assert off.sum() > 200
    assert np.all(found[:, off] == 0)
    assert np.all(found.sum(axis=(1, 2)) > 0.3 * ALL)


SHAPES = {
    "point": lambda: point(0.013, -0.033),
    "round": lambda: gauss(0.1, 0.05, 0.1),
    "long": lambda: elongated(-0.1, 0.05),
    "sum": lambda: CompoundSpatialModel([point(0.1, 0.1), elongated(-0.1, 0.0)]),
    "everywhere": ConstantSpatialModel,
}


@pytest.mark.parametrize("name", SHAPES)
def test_parts_of_a_map(name, monkeypatch):
    """Put together they are the map, for what is small on it or larger."""
    geom = geom_at()
    whole = predicted([source(SHAPES[name]())], geom)
    monkeypatch.setattr(prediction, "PART_PIXELS", 30)
    assert len(list(parts(geom))) == 4
    assert_rows(predicted([source(SHAPES[name]())], geom), whole, 1e-4)


def test_rows_and_columns_of_parts(monkeypatch):
    monkeypatch.setattr(prediction, "PART_PIXELS", 10)
    geom = WcsGeom.create(npix=(25, 11), binsz=0.1, axes=[RECO])
    seen = np.zeros((11, 25), dtype=int)
    for rows, columns in parts(geom):
        seen[rows, columns] += 1
        assert rows.stop - rows.start <= 10
        assert columns.stop - columns.start <= 10
    assert np.all(seen == 1)
    assert len(list(parts(geom))) == 6
    assert list(parts(geom)) == list(parts(geom))


def test_parts_are_not_too_wide():
    """By angle too: pixels of 2 deg, ten of them."""
    geom = WcsGeom.create(npix=(180, 90), binsz=2.0, axes=[RECO])
    assert max(columns.stop - columns.start for _, columns in parts(geom)) == 10
    huge = WcsGeom.create(npix=(6, 3), binsz=60.0, axes=[RECO])
    assert len(list(parts(huge))) == 18


def test_part_of_a_geometry():
    geom = geom_at(33.0, 4.0)
    part = part_of(geom, slice(3, 10), slice(5, 9))
    assert part.data_shape == (2, 7, 4)
    whole, cut = geom.to_image().get_coord().skycoord, part.to_image().get_coord().skycoord
    assert_allclose(cut.l.deg, whole.l.deg[3:10, 5:9], rtol=0, atol=1e-9)
    assert_allclose(cut.b.deg, whole.b.deg[3:10, 5:9], rtol=0, atol=1e-9)
    assert part.axes.names == ["energy"]
    assert_allclose(part.axes["energy"].edges.to_value("TeV"), RECO.edges.to_value("TeV"))
    assert geom == geom_at(33.0, 4.0)  # as it was


# -- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "axes",
    [
        [],
        [TRUE],
        [MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 2, name="energy_true")],
        [RECO, MapAxis.from_edges([0, 1], name="time")],
    ],
)
def test_other_axes(axes):
    geom = WcsGeom.create(npix=(5, 5), axes=axes)
    with pytest.raises(DataError, match=r"has axes \[.*\]: \['energy'\] is needed"):
        predict_counts([], INSTRUMENT, geom)


@pytest.mark.parametrize(
    "axis",
    [
        MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 3),
        MapAxis.from_energy_bounds("0.2 TeV", "10 TeV", 2),
        MapAxis.from_energy_edges([0.1, 1.001, 10.0], unit="TeV"),
    ],
)
def test_other_energies(axis):
    geom = WcsGeom.create(npix=(5, 5), axes=[axis])
    with pytest.raises(DataError, match=r"map has \d energy bins .* instrument 2 .*: give both"):
        predict_counts([], INSTRUMENT, geom)


def test_the_same_energies_in_another_unit():
    axis = MapAxis.from_energy_edges([100, 1000, 1e4], unit="GeV")
    assert_allclose(
        predicted([source(point(0.0, 0.0))], geom_at(axis=axis)),
        predicted([source(point(0.0, 0.0))]),
        rtol=1e-12,
    )


def test_model_without_a_place():
    with pytest.raises(
        ModelError, match=r"'lost' has no place on the sky.*: give it a spatial_model"
    ):
        predict_counts([source(None, name="lost")], INSTRUMENT, geom_at())


@pytest.mark.parametrize("model", [point(0.0, 0.0), "crab", None])
def test_what_is_no_source(model):
    with pytest.raises(ModelError, match="has no place on the sky"):
        predict_counts([model], INSTRUMENT, geom_at())


@pytest.mark.parametrize(("name", "value"), [("sigma", -0.1), ("e", 1.5)])
def test_values_without_a_formula(name, value):
    model = source(elongated(0.0, 0.0))
    parameter = getattr(model.spatial_model, name)
    parameter.min = parameter.max = np.nan
    parameter.value = value
    with pytest.raises(ModelError, match=name):
        predict_counts([model], INSTRUMENT, geom_at())


def test_spectrum_without_a_number():
    model = source(point(0.0, 0.0))
    model.spectral_model.index.value = 1e4  # more than floats have
    with pytest.raises(ModelError, match=r"'it': .* not finite there"):
        predict_counts([model], INSTRUMENT, geom_at())


def test_a_bad_source_is_found_before_the_work(monkeypatch):
    """It stands last; no pixel is computed before it is refused."""
    monkeypatch.setattr(prediction, "respond", lambda *args: pytest.fail("too late"))
    with pytest.raises(ModelError):
        predict_counts([source(point(0.0, 0.0)), source(None, name="lost")], INSTRUMENT, geom_at())


@pytest.mark.parametrize("rows", [[], [0], [2, 3, 4, 9], [1, 3, 5, 7], list(range(12))])
def test_values_are_added_to_their_rows(rows):
    """In runs, or one by one where there are many."""
    rng = np.random.default_rng(len(rows))
    total, values = rng.normal(size=(12, 2)), rng.normal(size=(len(rows), 2))
    expected = total.copy()
    for row, value in zip(rows, values, strict=True):
        expected[row] += value
    _add_rows(total, np.array(rows, dtype=int), values)
    assert_allclose(total, expected, rtol=0)


def test_long_runs_are_added():
    rows = np.concatenate([np.arange(5, 95), np.arange(100, 190)])
    total = np.zeros((200, 3))
    _add_rows(total, rows, np.ones((len(rows), 3)))
    _add_rows(total, rows, np.ones((len(rows), 3)))
    expected = np.zeros((200, 3))
    expected[rows] = 2.0
    assert_allclose(total, expected, rtol=0)
