import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import GammapyWarning, MissingFileError
from gammapy.modeling.models import (
    CompoundSpatialModel,
    DiskSpatialModel,
    Models,
    PointSpatialModel,
    TemplateSpatialModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POWER_LAW, element, library, source


def read(words: str, dialect: str = "gammalib"):
    shape = words if words.startswith("<") else element("spatialModel", words)
    return models_from_xml(library(source(POWER_LAW, shape)), dialect)[0].spatial_model


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("NoShape RA 1 DEC 2", "shape 'NoShape' with .*: it is not known"),
        ("RadialDisk RA 1 DEC 2", r"shape 'RadialDisk' with \[\]: it has \['Radius'\]"),
        ("RadialDisk RA 1 Radius 1", "a RadialDisk needs RA and DEC, or GLON and GLAT"),
        ("RadialShell RA 1 DEC 2 Radius 1 Width nan", "Width is nan"),
        ("PointSource RA nan DEC 2", "RA is nan"),
        ("PointSource RA x DEC 2", "RA: value = 'x' is no number"),
        ("Shell GLON 1 GLAT 2 Radius 3", "a Shell has Radius and Width"),
        ("DiffuseIsotropic Normalization 1", "an isotropic shape has a Value"),
        ("DiffuseMap Normalization 1", "a DiffuseMap needs the name of a file"),
        ("EllipticalDisk RA 1 DEC 2 PA 3 MinorRadius 0 MajorRadius 1", "must be positive"),
        ("EllipticalDisk RA 1 DEC 2 PA 3 MinorRadius nan MajorRadius 1", "must be positive"),
        ("EllipticalDisk RA 1 DEC 2 PA 3 MinorRadius 1", "EllipticalDisk has"),
        ('<spatialModel type="Composite"/>', "a Composite needs a <spatialModel> in it"),
        ("DMBurkertProfile RA 1 DEC 2 ScaleRadius 3", "'DMBurkertProfile' .*: it is not known"),
        ("RadialProfile RA 1 DEC 2 Normalization 3", "'RadialProfile' .*: it is not known"),
    ],
)
def test_what_is_refused(words, message):
    with pytest.warns(GammapyWarning, match="XML text:2: source 'a': .*" + message):
        read_models = models_from_xml(library(source(POWER_LAW, shape_of(words))))
    assert len(read_models) == 0


def shape_of(words: str) -> str:
    return words if words.startswith("<") else element("spatialModel", words)


@pytest.mark.parametrize(
    ("words", "frame", "lon"),
    [
        ("PointSource RA 83 DEC 22", "icrs", 83.0),
        ("SkyDirFunction GLON -7.3 GLAT 1", "galactic", -7.3),
        ("Point RA 1 DEC 2 GLON 3 GLAT 4", None, None),
    ],
)
def test_places(words, frame, lon):
    if frame is None:
        with pytest.warns(GammapyWarning, match=r"shape 'Point' with \['GLAT', 'GLON'\]"):
            models_from_xml(library(source(POWER_LAW, element("spatialModel", words))))
        return
    model = read(words)
    assert (model.frame, model.lon_0.value) == (frame, lon)


def test_a_gaussian_of_no_size_is_a_point():
    with pytest.warns(GammapyWarning, match="the size of the RadialGaussian is nan: .* a point"):
        assert isinstance(read("RadialGaussian RA 1 DEC 2 Sigma nan"), PointSpatialModel)


def test_a_minor_radius_that_is_the_major():
    model = read("EllipticalDisk RA 83 DEC 22 PA 100 MinorRadius 0.3 MajorRadius 0.1")
    assert isinstance(model, DiskSpatialModel)
    assert model.r_0.value == 0.3
    assert model.e.value == pytest.approx(np.sqrt(8 / 9), rel=1e-14)
    assert model.phi.value == pytest.approx(-170, rel=1e-14)
    assert model.edge_width.value == 0


def test_an_ellipse_keeps_bounds_and_errors():
    words = "EllipticalGaussian RA 83 DEC 22 PA 20 MinorRadius 0.1 MajorRadius 0.3"
    text = element("spatialModel", words)
    text = text.replace(
        '"MajorRadius" value="0.3"', '"MajorRadius" min="0.2" max="1" error="0.05" value="0.3"'
    )
    text = text.replace('"PA" value="20"', '"PA" min="0" max="90" error="3" value="20"')
    for model in (read(text), again(read(text))):
        size, phi = model.sigma, model.phi
        assert (size.value, size.min, size.max, size.error) == (0.3, 0.2, 1, 0.05)
        assert (phi.value, phi.min, phi.max, phi.error) == (20, 0, 90, 3)


def again(shape):
    models = models_from_xml(library(source()))
    models[0].spatial_model, models[0].origin = shape, None
    return models_from_xml(models_to_xml(models))[0].spatial_model


def test_a_mixture():
    parts = element("spatialModel", "PointSource RA 83 DEC 22", component="a", scale="3") + element(
        "spatialModel",
        "RadialGaussian RA 83 DEC 22 Sigma 0.2",
        scale="1",
        scale_min="0.5",
        free_scale="1",
    )
    model = read(f'<spatialModel type="Composite">{parts}</spatialModel>')
    assert isinstance(model, CompoundSpatialModel)
    first, second = model.norms
    assert (first.value, first.frozen) == (3, True)
    assert (second.value, second.min, second.frozen) == (1, 0.5, False)


@pytest.fixture
def image(tmp_path):
    header = fits.Header(
        {"CTYPE1": "RA---CAR", "CTYPE2": "DEC--CAR", "CRVAL1": 10, "CRVAL2": 0, "CRPIX1": 2}
        | {"CRPIX2": 2, "CDELT1": -1, "CDELT2": 1, "CUNIT1": "deg", "CUNIT2": "deg"}
    )
    fits.PrimaryHDU(np.full((3, 3), 2.0), header).writeto(tmp_path / "map.fits")
    return tmp_path


@pytest.mark.parametrize(
    ("dialect", "more", "normalised"),
    [
        ("gammalib", "", True),
        ("gammalib", ' normalize="1"', True),
        ("gammalib", ' normalize="0"', False),
        ("gammalib", ' normalize="False"', False),
        ("fermi", "", False),
    ],
)
def test_maps(image, dialect, more, normalised):
    """Gammalib normalises a map, the Fermi tools take it as it is."""
    shape = (
        f'<spatialModel type="SpatialMap" file="map.fits"{more}>'
        '<parameter name="Prefactor" value="1" free="0"/></spatialModel>'
    )
    (image / "x.xml").write_text(library(source(POWER_LAW, shape)))
    models = Models.read(image / "x.xml", dialect=dialect)
    models.origin = models[0].origin = None
    models.write(image / "y.xml", dialect=dialect)
    for name in ("x.xml", "y.xml"):
        model = Models.read(image / name, dialect=dialect)[0].spatial_model
        assert isinstance(model, TemplateSpatialModel)
        expected = 3282.80635 / 9 if normalised else 2.0
        assert model(10 * u.deg, 0 * u.deg).to_value("sr-1") == pytest.approx(expected, rel=2e-4)
    assert 'file="map.fits"' in (image / "y.xml").read_text()


def test_a_missing_map_does_no_harm_before_it_is_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    shape = element("spatialModel", "DiffuseMap Normalization 1", file="no.fits")
    (tmp_path / "in/x.xml").write_text(library(source(POWER_LAW, shape)))
    models = Models.read(tmp_path / "in/x.xml")
    with pytest.raises(MissingFileError, match=r"no\.fits"):
        models[0].spatial_model(1 * u.deg, 1 * u.deg)
    models.write(tmp_path / "in/y.xml")
    assert 'file="no.fits"' in (tmp_path / "in/y.xml").read_text()
