"""From shapes to elements; that they come back is tested in test_roundtrip.py."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord

from gammapy.modeling.models import (
    ConstantFluxSpatialModel,
    ConstantSpatialModel,
    DiskSpatialModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    PointSpatialModel,
    RingSpatialModel,
    Shell2SpatialModel,
    ShellSpatialModel,
    TemplateSpatialModel,
)
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.shape_encoding import encode_shape
from tests.modeling.serialize.xml.texts import POWER_LAW, library, source


def encode(model, dialect="gammalib", norm=None):
    lines: list[str] = []
    return encode_shape(Encoder(dialect, lines.append), model, norm), lines


def numbers(element) -> dict[str, float]:
    return {p.get("name"): float(p.get("value")) * float(p.get("scale")) for p in element}


@pytest.mark.parametrize(
    ("model", "dialect", "expected"),
    [
        (PointSpatialModel(), "gammalib", "PointSource RA DEC"),
        (PointSpatialModel(frame="galactic"), "gammalib", "PointSource GLON GLAT"),
        (PointSpatialModel(), "fermi", "SkyDirFunction RA DEC"),
        (PointSpatialModel(frame="galactic"), "fermi", "SkyDirFunction RA DEC"),
        (PointSpatialModel(frame="fk5"), "gammalib", "PointSource RA DEC"),
        (DiskSpatialModel(edge_width=0), "gammalib", "RadialDisk RA DEC Radius"),
        (DiskSpatialModel(e=0.5), "gammalib", "EllipticalDisk RA DEC PA MinorRadius MajorRadius"),
        (GaussianSpatialModel(), "fermi", "RadialGaussian RA DEC Sigma"),
        (
            GaussianSpatialModel(e=0.5),
            "gammalib",
            "EllipticalGaussian RA DEC PA MinorRadius MajorRadius",
        ),
        (
            GeneralizedGaussianSpatialModel(),
            "gammalib",
            "RadialGeneralGaussian RA DEC Radius R_Index",
        ),
        (
            GeneralizedGaussianSpatialModel(e=0.5),
            "gammalib",
            "EllipticalGeneralGaussian RA DEC PA MinorRadius MajorRadius R_Index",
        ),
        (ShellSpatialModel(), "gammalib", "RadialShell RA DEC Radius Width"),
        (RingSpatialModel(), "gammalib", "RadialRing RA DEC Radius Width"),
        (ConstantSpatialModel(), "gammalib", "DiffuseIsotropic Value"),
        (ConstantSpatialModel(), "fermi", "ConstantValue Value"),
        (TemplateSpatialModel(filename="x.fits"), "gammalib", "DiffuseMap Normalization"),
        (TemplateSpatialModel(filename="x.fits"), "fermi", "SpatialMap Prefactor"),
    ],
)
def test_types_and_names(model, dialect, expected):
    found, _ = encode(model, dialect)
    assert " ".join([found.get("type"), *(p.get("name") for p in found)]) == expected


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        (Shell2SpatialModel(), "gammalib"),
        (ConstantFluxSpatialModel(), "gammalib"),
        (ShellSpatialModel(), "fermi"),
        (RingSpatialModel(), "fermi"),
        (GeneralizedGaussianSpatialModel(), "fermi"),
        (DiskSpatialModel(e=0.5), "fermi"),
    ],
)
def test_no_words(model, dialect):
    with pytest.raises(UnsaidError, match=f"{type(model).__name__} has no name in"):
        encode(model, dialect)


@pytest.mark.parametrize("frame", ["icrs", "galactic", "fk5", "barycentrictrueecliptic"])
@pytest.mark.parametrize("lat", [-70, 5, 80])
@pytest.mark.parametrize("phi", [-170, -30, 0, 60, 100])
def test_the_angle_of_an_ellipse_counts_from_celestial_north(frame, lat, phi):
    """Read back it has its end where it was on the sky."""
    model = GaussianSpatialModel(
        lon_0="50 deg", lat_0=f"{lat} deg", sigma="0.5 deg", e=0.8, phi=f"{phi} deg", frame=frame
    )
    element, _ = encode(model)
    place = {"galactic": ("GLON", "GLAT")}.get(frame, ("RA", "DEC"))
    assert set(place) <= set(numbers(element))
    from lxml import etree

    text = library(source(POWER_LAW, etree.tostring(element).decode()))
    back = models_from_xml(text)[0].spatial_model
    end = model.position.directional_offset_by(phi * u.deg, 0.4 * u.deg)
    side = model.position.directional_offset_by((phi + 90) * u.deg, 0.4 * u.deg)
    for place in (end, side):
        values = []
        for one in (model, back):
            there = SkyCoord(place).transform_to(one.frame).spherical
            values.append(float(one(there.lon, there.lat).to_value("sr-1")))
        assert values[1] == pytest.approx(values[0], rel=1e-6)
    assert numbers(element)["MinorRadius"] == pytest.approx(0.5 * np.sqrt(1 - 0.64), rel=1e-12)
    assert numbers(element)["MajorRadius"] == 0.5


def test_the_norm_of_a_map():
    norm = Parameter("norm", 2.5, min=1, error=0.1)
    found, lines = encode(TemplateSpatialModel(filename="x.fits", lon_0="1 deg"), norm=norm)
    assert dict(found[0].attrib) == {
        **{"name": "Normalization", "value": "2.5", "scale": "1", "free": "1"},
        **{"min": "1", "error": "0.1"},
    }
    assert any("the position of its map is not said" in line for line in lines)


def test_a_mixture_has_its_scales():
    model = 3 * PointSpatialModel() + 1 * ShellSpatialModel()
    model.norms[0].min, model.norms[0].frozen = 1, True
    found, _ = encode(model)
    assert [(c.get("type"), c.get("scale"), c.get("free_scale")) for c in found] == [
        ("PointSource", "3", "0"),
        ("RadialShell", "1", "0" if model.norms[1].frozen else "1"),
    ]
    assert found[0].get("scale_min") == "1"
