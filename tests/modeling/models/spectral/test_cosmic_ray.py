import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm

from gammapy.errors import UnknownNameError
from gammapy.modeling.models import LogGaussianSpectralModel, create_cosmic_ray_spectral_model

INTENSITY = u.Unit("m-2 s-1 sr-1 TeV-1")


@pytest.mark.parametrize(
    ("particle", "intensity", "index"),
    [("proton", 0.096, 2.7), ("N", 0.0719, 2.64), ("Si", 0.0284, 2.66), ("Fe", 0.0134, 2.63)],
)
def test_nuclei(particle, intensity, index):
    model = create_cosmic_ray_spectral_model(particle)
    energy = np.array([0.1, 1.0, 30.0])
    found = model(energy * u.TeV) / (4 * np.pi * u.sr)
    np.testing.assert_allclose(found.to_value(INTENSITY), intensity * energy**-index, rtol=1e-12)


def test_electrons():
    energy = np.array([0.05, 0.107, 1.0, 10.0])
    bump = 3.19e-3 * lognorm(s=0.776, scale=0.107).pdf(energy)
    found = create_cosmic_ray_spectral_model("electron")(energy * u.TeV) / (4 * np.pi * u.sr)
    expected = 6.85e-5 * energy**-3.21 + bump
    np.testing.assert_allclose(found.to_value(INTENSITY), expected, rtol=1e-12)


def test_proton_is_the_default():
    assert create_cosmic_ray_spectral_model().index.value == 2.7


def test_content_of_the_bump():
    model = LogGaussianSpectralModel(L="3 cm-2 s-1", Ep="0.4 TeV", w=0.6)
    content, _ = quad(lambda x: float(model.evaluate(np.exp(x), 3, 0.4, 0.6)) * np.exp(x), -9, 7)
    assert content == pytest.approx(3.0, rel=1e-9)
    assert model.unit == u.Unit("cm-2 s-1 TeV-1")


def test_unknown_particle():
    with pytest.raises(UnknownNameError, match=r"particle = 'muon' has no.*electron, proton"):
        create_cosmic_ray_spectral_model("muon")
