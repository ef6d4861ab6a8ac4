import astropy.units as u
import pytest

from gammapy.modeling.models import (
    PointSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    TemplateSpatialModel,
    TemplateSpectralModel,
)
from gammapy.modeling.serialize.xml.map_norm import is_norm, split_norm

MAP = TemplateSpatialModel(filename="x.fits", unit="sr-1")
CUBE = TemplateSpatialModel(filename="x.fits", normalize=False, unit="cm-2 s-1 MeV-1 sr-1")
TABLE = TemplateSpectralModel([1, 2] * u.TeV, [2, 1] / u.TeV / u.cm**2 / u.s)


def norm(tilt=0.0, tilt_frozen=True, frozen=True) -> PowerLawNormSpectralModel:
    model = PowerLawNormSpectralModel(norm=2, tilt=tilt)
    model.tilt.frozen, model.norm.frozen = tilt_frozen, frozen
    return model


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        (norm(), True),
        (norm(frozen=False), True),
        (norm(tilt=0.1), False),
        (norm(tilt_frozen=False), False),
        (PowerLawSpectralModel(), False),
    ],
)
def test_is_norm(model, answer):
    assert is_norm(model) is answer


@pytest.mark.parametrize(
    ("spectrum", "shape", "dialect", "split"),
    [
        (PowerLawSpectralModel() * norm(), MAP, "gammalib", True),
        (PowerLawSpectralModel() * norm(frozen=False), MAP, "gammalib", True),
        (PowerLawSpectralModel() * norm(), MAP, "fermi", True),
        (PowerLawSpectralModel() * norm(frozen=False), MAP, "fermi", False),
        (norm() * norm(frozen=False), CUBE, "fermi", True),
        (PowerLawSpectralModel() * norm(), PointSpatialModel(), "gammalib", False),
        (PowerLawSpectralModel() * norm(tilt=1), MAP, "gammalib", False),
        (PowerLawSpectralModel() + PowerLawSpectralModel(), MAP, "gammalib", False),
        (PowerLawSpectralModel(), MAP, "gammalib", False),
        (TABLE * norm(), MAP, "gammalib", False),
        (TABLE * norm() * norm(frozen=False), MAP, "gammalib", True),
    ],
)
def test_split(spectrum, shape, dialect, split):
    rest, found = split_norm(spectrum, shape, dialect)
    if split:
        assert rest is spectrum.model1
        assert found is spectrum.model2.norm
    else:
        assert rest is spectrum
        assert found is None
