"""Templates and norms at places in the tree."""

import os

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.modeling.models import (
    FoVBackgroundModel,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    SpatialModel,
    TemplateNDSpatialModel,
    TemplateSpatialModel,
)
from tests.contracts.spatial_examples import (
    piecewise,
    piecewise_log,
    sky_map,
    template,
    template_lin,
    template_nd,
)
from tests.contracts.test_spatial_tables import ENERGY, FLUX

AT = (0.1 * u.deg, 0.2 * u.deg)
needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ,
    reason="GAMMAPY_DATA is not set: it names the folder this test reads",
)


def source(spatial, spectral=None, name="source"):
    spectral = PowerLawSpectralModel() if spectral is None else spectral
    return Models([SkyModel(spectral, spatial, name=name)])


def tree_of(filename="map.fits", **keys):
    tree = {"type": "TemplateSpatialModel", "filename": str(filename), **keys}
    return {"spatial": tree}


# -- there and back ------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path):
    """One model of each kind, in a file with its maps beside."""
    image, lin, nd = template(), template_lin(), template_nd()
    cube = TemplateSpatialModel(
        sky_map(axes=[ENERGY], unit=FLUX), normalize=False, interp_kwargs={"fill_value": None}
    )
    for name, model in {"image": image, "lin": lin, "nd": nd, "cube": cube}.items():
        model.write(filename=tmp_path / f"{name}.fits")
    image.lon_0.value += 0.1
    image.lat_0.frozen, image.lat_0.error = False, 0.02
    nd.radius.value, nd.cutoff.frozen = 0.7, True
    norms, log = piecewise(), piecewise_log()
    norms.norm_1.min, log.norm_2.frozen = 0.0, True
    models = Models(
        [
            SkyModel(PowerLawSpectralModel(), image, name="image"),
            SkyModel(PowerLawSpectralModel(), lin, name="lin"),
            SkyModel(PowerLawSpectralModel(), nd, name="nd"),
            SkyModel(PowerLawNormSpectralModel(), cube, name="cube"),
            FoVBackgroundModel("a", spatial_model=norms),
            FoVBackgroundModel("b", spatial_model=log),
        ]
    )
    models.write(tmp_path / "models.yaml")
    return models, tmp_path / "models.yaml"


def test_round_trip(written):
    models, path = written
    again = Models.read(path)
    assert again.names == models.names
    rng = np.random.default_rng(0)
    for name in models.names:
        one, other = (m[name].spatial_model for m in (models, again))
        assert type(one) is type(other)
        assert one.frame == other.frame
        assert one.unit == other.unit
        for (key, p), (_, q) in zip(
            one.own_parameters.items(), other.own_parameters.items(), strict=True
        ):
            assert (p.value, p.unit, p.frozen, p.error) == (q.value, q.unit, q.frozen, q.error), key
            np.testing.assert_equal((p.min, p.max), (q.min, q.max))
        lon, lat = (rng.uniform(-1, 1, 30) * u.deg for _ in range(2))
        energy = np.geomspace(0.05, 40, 30) * u.TeV
        found, expected = (m(lon, lat, energy).value for m in (other, one))
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_written_again_it_is_the_same_text(written, tmp_path):
    _, path = written
    Models.read(path).write(tmp_path / "again.yaml")
    assert (tmp_path / "again.yaml").read_text() == path.read_text()


def test_files_beside_are_named_relatively(written, tmp_path):
    _, path = written
    names = [line.split()[-1] for line in path.read_text().splitlines() if "filename" in line]
    assert names == ["image.fits", "lin.fits", "nd.fits", "cube.fits"]
    (tmp_path / "sub").mkdir()
    Models.read(path).write(tmp_path / "sub" / "models.yaml")
    assert f"filename: {tmp_path}/cube.fits" in (tmp_path / "sub" / "models.yaml").read_text()


def test_the_tree_says_what_gammapy_says(written):
    models, _ = written
    tree = models["lin"].spatial_model.to_dict()["spatial"]
    assert list(tree) == [
        *("type", "frame", "parameters", "filename", "normalize", "unit", "interp_kwargs")
    ]
    assert tree["normalize"] is False
    assert tree["unit"] == "sr-1"
    assert tree["interp_kwargs"] == {"values_scale": "lin"}
    assert "interp_kwargs" not in models["image"].spatial_model.to_dict()["spatial"]
    nd = models["nd"].spatial_model.to_dict()["spatial"]
    assert list(nd) == ["type", "frame", "parameters", "filename", "unit"]
    places = models["a-bkg"].spatial_model.to_dict()["spatial"]
    assert list(places) == ["type", "frame", "parameters", "lon", "lat"]
    assert places["lon"]["unit"] == "deg"
    assert models["b-bkg"].spatial_model.to_dict()["spatial"]["interp"] == "log"


def test_links(written):
    models, _ = written
    image, lin = (models[name].spatial_model for name in ("image", "lin"))
    lin.lon_0 = image.lon_0
    lin.lat_0.link = 0.5 * image.lat_0
    again = Models.from_yaml(models.to_yaml())
    image, lin = (again[name].spatial_model for name in ("image", "lin"))
    assert lin.lon_0 is image.lon_0
    assert lin.lat_0.link is not None
    assert lin.lat_0.value == 0.5 * image.lat_0.value


# -- files that are not there --------------------------------------------------------------


def test_missing_file_is_read_and_written_unchanged():
    for filename in ("$NOWHERE/map.fits", "$(NOWHERE)/map.fits[2]", "sub/map.fits", "/no/map.fits"):
        models = source(SpatialModel.from_dict(tree_of(filename)))
        spatial = models["source"].spatial_model
        assert spatial.filename == filename
        text = models.to_yaml()
        stated = filename.replace("$(NOWHERE)", "$NOWHERE")  # the spelling that all readers know
        assert f"filename: {stated}" in text
        assert "frame" not in text
        again = Models.from_yaml(text)
        assert again.to_yaml() == text
        assert again["source"].spatial_model.unplaced == ["lon_0", "lat_0"]
        with pytest.raises(MissingFileError, match=r"map\.fits"):
            again["source"].spatial_model(*AT)


def test_what_is_known_of_a_missing_file_is_kept():
    rows = [{"name": "lon_0", "value": 3.0, "unit": "deg"}, {"name": "lat_0", "frozen": False}]
    tree = tree_of("no.fits", frame="galactic", parameters=rows, normalize=False, unit=str(FLUX))
    models = source(SpatialModel.from_dict(tree), PowerLawNormSpectralModel())
    spatial = Models.from_yaml(models.to_yaml())["source"].spatial_model
    assert spatial.frame == "galactic"
    assert spatial.lon_0.value == 3
    assert not spatial.lat_0.frozen
    assert spatial.unplaced == ["lat_0"]
    assert spatial.unit == FLUX
    row = spatial.to_dict()["spatial"]["parameters"][1]
    assert row == {"name": "lat_0", "unit": "deg", "min": -90.0, "max": 90.0, "frozen": False}


def test_file_that_comes_later(tmp_path):
    models = source(SpatialModel.from_dict(tree_of(tmp_path / "map.fits")))
    again = Models.from_yaml(models.to_yaml())
    sky_map().write(tmp_path / "map.fits")
    for late in (models, again):
        spatial = late["source"].spatial_model
        assert spatial.lon_0.value == pytest.approx(0.05)
        assert spatial(*AT) > 0


def test_both_tries_are_named(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    path = folder / "models.yaml"
    source(SpatialModel.from_dict(tree_of("sub/map.fits"))).write(path)
    spatial = Models.read(path)["source"].spatial_model
    tries = rf"{folder}/sub/map\.fits and {tmp_path}/sub/map\.fits"
    with pytest.raises(MissingFileError, match=rf"^sub/map\.fits: .*looked for {tries}"):
        spatial(*AT)
    Models([SkyModel(PowerLawSpectralModel(), spatial, name="x")]).write(folder / "again.yaml")
    assert "filename: sub/map.fits" in (folder / "again.yaml").read_text()


@pytest.mark.parametrize("place", ["beside", "here"])
def test_relative_files_are_found(tmp_path, monkeypatch, place):
    folder = tmp_path / "models"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    home = folder if place == "beside" else tmp_path
    sky_map().write(home / "sub" / "map.fits", hdu="sky")
    for name in ("sub/map.fits", "sub/map.fits[SKY]", "sub/map.fits[1]"):
        source(SpatialModel.from_dict(tree_of(name))).write(folder / "m.yaml", overwrite=True)
        assert Models.read(folder / "m.yaml")["source"].spatial_model(*AT) > 0


# -- maps in no file -----------------------------------------------------------------------


@pytest.mark.parametrize("make", [template, template_nd])
def test_map_in_no_file_cannot_be_written(make, tmp_path):
    models = source(make())
    with pytest.raises(ModelError, match=r"source\.spatial: the map .* is in no file .*write\("):
        models.write(tmp_path / "models.yaml")
    models["source"].spatial_model.filename = str(tmp_path / "map.fits")
    with pytest.raises(ModelError, match=r"map\.fits'\): write it first with its method write\(\)"):
        models.write(tmp_path / "models.yaml")
    assert not list(tmp_path.iterdir())
    assert models.to_dict()["components"][0]["spatial"]["filename"].endswith("map.fits")
    models["source"].spatial_model.write()
    models.write(tmp_path / "models.yaml")
    assert Models.read(tmp_path / "models.yaml")["source"].spatial_model(*AT) > 0


# -- what others wrote ---------------------------------------------------------------------


def test_little_is_needed(tmp_path):
    sky_map().write(tmp_path / "map.fits")
    for keys in ({}, {"parameters": []}, {"frame": "galactic"}, {"unit": ""}, {"unit": None}):
        spatial = SpatialModel.from_dict(tree_of(tmp_path / "map.fits", **keys))
        assert type(spatial) is TemplateSpatialModel
        assert spatial.normalize
        assert spatial.frame == "galactic"
        assert spatial.lat_0.value == pytest.approx(-0.1)
        assert spatial.lon_0.frozen


def test_tags(tmp_path):
    template_nd().write(filename=tmp_path / "nd.fits")
    found = SpatialModel.from_dict({"type": "templateND", "filename": str(tmp_path / "nd.fits")})
    assert type(found) is TemplateNDSpatialModel
    assert found.radius.value == 1.1
    found = SpatialModel.from_dict({"type": "template", "filename": "map.fits"})
    assert type(found) is TemplateSpatialModel


def test_frame_that_gammapy_gives_every_map_with_axes(tmp_path):
    template_nd().write(filename=tmp_path / "nd.fits")
    tree = {
        "type": "TemplateNDSpatialModel",
        "frame": "icrs",
        "filename": str(tmp_path / "nd.fits"),
    }
    assert SpatialModel.from_dict(tree).frame == "galactic"


def test_places_that_gammapy_wrote():
    """In which there is no key ``interp``."""
    tree = piecewise().to_dict()
    found = SpatialModel.from_dict(tree)
    assert found.interp == "lin"
    assert list(found.norms) == list(piecewise().norms)


@needs_data
def test_examples():
    models = Models.read("$GAMMAPY_DATA/gammapy-yaml/examples.yaml")
    cube = models["cube_iem"].spatial_model
    assert cube.unit == u.Unit("cm-2 s-1 MeV-1 sr-1")
    assert not cube.normalize
    assert not cube.is_loaded
    assert cube.filename == "$GAMMAPY_DATA/fermi-3fhl-gc/gll_iem_v06_gc.fits.gz"
    assert cube.position.b.deg == -0.0625
    assert cube(0.4 * u.deg, -0.1 * u.deg, 15 * u.GeV) > 0
    assert models["source2"].spatial_model.filename.startswith("$GAMMAPY_DATA/catalogs")
    again = Models.from_yaml(models.to_yaml())
    assert again["cube_iem"].spatial_model.filename == cube.filename


# -- bad trees -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"filename": None}, "has no filename: its map was in no file"),
        ({"filename": 5}, "filename = 5 must be a text"),
        ({"normalize": 1}, "normalize = 1 must be true or false"),
        ({"normalize": "yes"}, "must be true or false"),
        ({"unit": "bananas"}, "bananas"),
        ({"frame": "galactc"}, "galactc"),
        ({"interp_kwargs": 5}, "interp_kwargs = 5 must be a mapping"),
        ({"interp_kwargs": {"method": "cubic"}}, "'method': 'cubic'"),
        ({"parameters": [{"name": "sigma", "value": 1}]}, "sigma"),
        ({"parameters": [5]}, "must be a mapping"),
        ({"parameters": {"a": 1}}, "must be a list"),
        ({"parameters": [{"name": "lon_0", "value": "x"}]}, "must be a number"),
        ({"map": "x"}, "unknown key 'map'"),
    ],
)
def test_bad_template(keys, message):
    tree = tree_of()["spatial"] | keys
    with pytest.raises(FileFormatError, match=message):
        SpatialModel.from_dict(tree)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"filename": "no.fits"}, r"no\.fits: there is no such file"),
        ({"normalize": True}, "unknown key 'normalize'"),
        ({"parameters": [{"name": "index", "value": 1}]}, "index"),
        ({"interp_kwargs": {"values_scale": "x"}}, "'values_scale': 'x'"),
    ],
)
def test_bad_template_nd(keys, message, tmp_path):
    template_nd().write(filename=tmp_path / "nd.fits")
    tree = {"type": "TemplateNDSpatialModel", "filename": str(tmp_path / "nd.fits")}
    SpatialModel.from_dict(tree)
    with pytest.raises(FileFormatError, match=message):
        SpatialModel.from_dict(tree | keys)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"lon": {"data": [1, 2], "unit": "deg"}}, "do not broadcast|must be lists"),
        ({"lon": [1, 2]}, "must be a mapping"),
        ({"lon": {"data": ["x"] * 6, "unit": "deg"}}, "must be a number"),
        ({"lon": {"data": [1.0] * 6, "unit": "TeV"}}, "lon"),
        ({"interp": "sqrt"}, "interp = 'sqrt'"),
        ({"frame": "galactc"}, "galactc"),
        ({"parameters": [{"name": "norm_9", "value": 1}]}, "norm_9"),
        ({"energy": 1}, "unknown key 'energy'"),
    ],
)
def test_bad_places(keys, message):
    tree = piecewise().to_dict()["spatial"]
    with pytest.raises(FileFormatError, match=message):
        SpatialModel.from_dict(tree | keys)
    tree.pop("lat")
    with pytest.raises(FileFormatError, match="'lat' is missing"):
        SpatialModel.from_dict(tree)
