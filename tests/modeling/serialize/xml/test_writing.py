import math
import warnings

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import GammapyWarning, ModelError, OptionError, OverwriteError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.models import (
    ConstantSpatialModel,
    DiskSpatialModel,
    ExpCutoffPowerLawSpectralModel,
    FoVBackgroundModel,
    GaussianPenalty,
    GaussianPrior,
    GaussianSpatialModel,
    LogParabola2SpectralModel,
    Models,
    PiecewiseNormSpectralModel,
    PointSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    RingSpatialModel,
    ShellSpatialModel,
    SkyModel,
    TemplateNPredModel,
    TemplateSpatialModel,
    TemplateSpectralModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml, xml_report
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, library, source

EXPECTED = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<source_library title="source library">
  <source name="crab" type="ExtendedSource">
    <spectrum type="PowerLaw">
      <parameter name="Prefactor" value="3.5" scale="1e-17" free="1" error="0.2"/>
      <parameter name="Index" value="2.4" scale="-1" free="1" min="1" max="5"/>
      <parameter name="PivotEnergy" value="1" scale="1000000" free="0"/>
    </spectrum>
    <spatialModel type="RadialGaussian">
      <parameter name="GLON" value="184.5" scale="1" free="1"/>
      <parameter name="GLAT" value="-5.8" scale="1" free="1" min="-90" max="90"/>
      <parameter name="Sigma" value="0.1" scale="1" free="1" min="0"/>
    </spatialModel>
  </source>
</source_library>
"""


def crab(spatial=None, spectral=None, name="crab", **kwargs) -> Models:
    law = PowerLawSpectralModel(amplitude="3.5e-17 cm-2 s-1 MeV-1", index=2.4)
    law.amplitude.error = 2e-18
    law.index.min, law.index.max = 1, 5
    shape = GaussianSpatialModel(
        lon_0="184.5 deg", lat_0="-5.8 deg", sigma="0.1 deg", frame="galactic"
    )
    return Models([SkyModel(spectral or law, spatial or shape, name=name, **kwargs)])


def icrs() -> PointSpatialModel:
    return PointSpatialModel(lon_0="83.6 deg", lat_0="22 deg")


def test_the_text():
    assert models_to_xml(crab()) == EXPECTED
    assert xml_report(crab()) == []
    assert models_to_xml(crab()) == models_to_xml(crab())


def test_the_text_of_fermi():
    text = models_to_xml(crab(icrs()), "fermi")
    assert '<spatialModel type="SkyDirFunction">' in text
    assert 'name="Scale" value="1" scale="1000000" free="0" min="-3.40282e+38"' in text
    assert models_from_xml(text).origin.dialect == "fermi"


def test_files(tmp_path):
    path = tmp_path / "x.xml"
    crab().write(path)
    assert path.read_bytes() == EXPECTED.encode()
    with pytest.raises(OverwriteError):
        crab().write(path)
    crab().write(path, overwrite=True)
    assert Models.read(path).names == ["crab"]
    crab(icrs()).write(tmp_path / "model.txt", dialect="fermi")
    assert Models.read(tmp_path / "model.txt")[0].spatial_model.lon_0.value == 83.6


def test_by_default_the_dialect_of_the_file():
    law = POWER_LAW.replace("PivotEnergy", "Scale")
    text = library(source(law, POINT.replace("PointSource", "SkyDirFunction")))
    models = models_from_xml(text)
    models[0].spectral_model = ExpCutoffPowerLawSpectralModel()
    assert "PLSuperExpCutoff" in models_to_xml(models)
    assert "ExponentialCutoffPowerLaw" in models_to_xml(models, "gammalib")
    with pytest.raises(OptionError, match="dialect = 'agile' is not known"):
        models_to_xml(models, "agile")


NO_WORDS = {
    "gammalib": [
        (lambda: crab(spectral=LogParabola2SpectralModel()), "LogParabola2SpectralModel has no"),
        (lambda: crab(spectral=PowerLawSpectralModel() - PowerLawSpectralModel()), "'sub'"),
        (lambda: crab(ShellSpatialModel() * 1, PowerLawSpectralModel()), None),
        (
            lambda: crab(
                spectral=PowerLawSpectralModel() * PiecewiseNormSpectralModel([1, 2] * u.TeV)
            ),
            "PiecewiseNormSpectralModel has no name",
        ),
        (
            lambda: crab(
                spectral=TemplateSpectralModel([1, 2] * u.TeV, [0, 1] / u.TeV / u.cm**2 / u.s)
            ),
            "with zeros",
        ),
        (lambda: Models([SkyModel(PowerLawSpectralModel(), name="a")]), "without a spatial model"),
        (
            lambda: Models([TemplateNPredModel(filename="x.fits", name="a")]),
            "a TemplateNPredModel has no place in XML",
        ),
        (lambda: crab(name="a\x01b"), "its name has characters that XML cannot hold"),
    ],
    "fermi": [
        (lambda: crab(ShellSpatialModel()), "ShellSpatialModel has no name in the dialect 'fermi'"),
        (lambda: crab(RingSpatialModel()), "RingSpatialModel has no name"),
        (lambda: crab(GaussianSpatialModel(e=0.5)), "an elongated GaussianSpatialModel has no"),
        (lambda: crab(0.5 * ShellSpatialModel()), "CompoundSpatialModel has no name"),
        (
            lambda: crab(icrs(), PowerLawSpectralModel() + PowerLawSpectralModel()),
            "spectra joined by 'add' have no name in 'fermi'",
        ),
        (
            lambda: crab(icrs(), PowerLawSpectralModel() * PowerLawNormSpectralModel(norm=2)),
            "a factor on a PowerLaw has no name in 'fermi'",
        ),
        (
            lambda: crab(
                icrs(), TemplateSpectralModel([1, 2] * u.TeV, [2, 1] / u.TeV / u.cm**2 / u.s)
            ),
            "in no file has no name in 'fermi'",
        ),
        (lambda: Models([FoVBackgroundModel("a")]), "the background of an instrument has no place"),
    ],
}


@pytest.mark.parametrize(
    ("dialect", "make", "message"),
    [(dialect, make, message) for dialect, row in NO_WORDS.items() for make, message in row],
)
def test_a_model_without_words_is_an_error_and_nothing_is_written(tmp_path, dialect, make, message):
    models = make()
    if message is None:
        models.write(tmp_path / "x.xml", dialect=dialect)
        return
    for some in (models, Models([*crab(icrs(), name="good"), *models])):
        with pytest.raises(ModelError, match=f"1 models cannot be said .*{message}"):
            some.write(tmp_path / "x.xml", dialect=dialect)
        assert list(tmp_path.iterdir()) == []


def with_prior() -> Models:
    models = crab()
    models[0].spectral_model.index.prior = GaussianPrior(mu=2, sigma=0.1)
    return models


def with_link() -> Models:
    models = crab()
    models[0].spatial_model.lat_0.link = -0.05 * models[0].spatial_model.lon_0
    return models


def with_errors() -> Models:
    models = crab()
    models[0].spectral_model.index.errn = 0.1
    return models


def with_covariance() -> Models:
    models = crab()
    law = models[0].spectral_model
    law.covariance = Covariance(law.parameters, np.diag([0.01, 1e-26, 0]))
    return models


def with_penalty() -> Models:
    models = crab()
    pair = [models[0].spectral_model.index, models[0].spectral_model.amplitude]
    models.penalties = [GaussianPenalty(pair, [2, 1e-12], np.diag([1, 1e-26]))]
    return models


def outside() -> Models:
    models = crab()
    models[0].spectral_model.index.value = 7
    return models


REPORTS = [
    (with_prior, "gammalib", "'crab': priors of spectral.index"),
    (with_link, "gammalib", "'crab': links of spatial.lat_0"),
    (with_errors, "gammalib", "'crab': asymmetric errors of spectral.index"),
    (
        outside,
        "gammalib",
        "'crab': spectral.index outside of the bounds: the tools refuse such a f",
    ),
    (lambda: crab(datasets_names="x"), "gammalib", "'crab': datasets_names"),
    (lambda: crab(apply_irf={"psf": False}), "gammalib", "'crab': apply_irf"),
    (lambda: crab(DiskSpatialModel()), "gammalib", "'crab': edge_width = 0.01 is not said"),
    (lambda: crab(DiskSpatialModel(e=0.5)), "gammalib", "'crab': edge_width = 0.01 is not said"),
    (lambda: crab(GaussianSpatialModel(e=0.5)), "gammalib", "'crab': Gammalib cuts the elongated"),
    (
        lambda: crab(PointSpatialModel(frame="fk5")),
        "gammalib",
        "'crab': the position in fk5 is written in icrs, without errors",
    ),
    (crab, "fermi", "'crab': the position in galactic is written in icrs, without errors"),
    (
        lambda: Models([FoVBackgroundModel("cta")]),
        "gammalib",
        "'cta-bkg': the background of a dataset is written as that of the response, of all data",
    ),
    (
        lambda: crab(TemplateSpatialModel(filename="x.fits", lon_0="3 deg", lat_0="4 deg")),
        "gammalib",
        "'crab': the position of its map is not said: that of the file counts",
    ),
]


@pytest.mark.parametrize(("make", "dialect", "line"), REPORTS)
def test_what_is_not_said_is_reported(tmp_path, make, dialect, line):
    models = make()
    found = xml_report(models, dialect)
    assert [text for text in found if text.startswith(line)], found
    with pytest.warns(GammapyWarning, match=r"x\.xml does not say everything: ") as caught:
        models.write(tmp_path / "x.xml", dialect=dialect)
    assert len(caught) == 1
    assert all(text in str(caught[0].message) for text in found)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        assert len(Models.read(tmp_path / "x.xml", dialect=dialect)) == 1


def test_correlations_and_penalties():
    assert [line for line in xml_report(with_penalty()) if "penalt" in line]
    assert [line for line in xml_report(with_covariance()) if "correlations" in line]


def test_a_linked_value_is_written():
    back = models_from_xml(models_to_xml(with_link()))[0].spatial_model
    assert back.lat_0.value == pytest.approx(-9.225, rel=1e-14)
    assert back.lat_0.link is None


def test_positions_in_other_frames():
    models = crab(PointSpatialModel(lon_0="184.55 deg", lat_0="-5.78 deg", frame="galactic"))
    back = models_from_xml(models_to_xml(models, "fermi"))[0]
    assert back.position.separation(models[0].position).to_value("arcsec") < 1e-6


def test_an_isotropic_model_between_the_dialects():
    """The numbers differ, and what they say is the same."""
    models = crab(ConstantSpatialModel(value="0.5 sr-1"))
    for dialect in ("gammalib", "fermi"):
        text = models_to_xml(models, dialect)
        back = models_from_xml(text, dialect)[0].spatial_model
        assert back.value.value == pytest.approx(0.5, rel=1e-14)
    assert 'value="0.5"' in models_to_xml(models, "fermi")
    assert 'value="0.5"' not in models_to_xml(models, "gammalib")


def test_what_another_dialect_has_not_is_reported():
    text = library(
        source(more=' instrument="CTA" ts="3"')[: -len("</source>")] + "<scaling/></source>"
    )
    models = models_from_xml(text)
    line = "'a': instrument, ts, <scaling> of the file in the dialect 'gammalib'"
    assert xml_report(models, "fermi") == [line]
    assert xml_report(models) == []


def test_no_nan_and_no_infinity_is_written():
    models = crab()
    for parameter in models.parameters:
        parameter.error = math.nan
    text = models_to_xml(models)
    assert "nan" not in text
    assert "inf" not in text.replace("info", "")


def test_many_sources_without_words_are_not_all_listed():
    models = Models([SkyModel(PowerLawSpectralModel(), name=f"a{i}") for i in range(9)])
    with pytest.raises(ModelError, match=r"9 models cannot .*'a4'.*; \.\.\.\. Write YAML"):
        models_to_xml(models)
