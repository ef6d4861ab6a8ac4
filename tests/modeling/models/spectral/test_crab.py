import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import UnknownNameError
from gammapy.modeling.models import MeyerCrabSpectralModel, create_crab_spectral_model

FLUX = u.Unit("cm-2 s-1 TeV-1")


@pytest.mark.parametrize(
    ("reference", "at_1_tev", "at_10_tev"),
    [
        # the polynomial's constant term is the flux at 1 TeV, all its terms together at 10 TeV
        ("meyer", 10**-10.2708 * 0.6241509074460763, None),
        ("hegra", 2.83e-11, 2.83e-11 * 10**-2.62),
        ("hess_pl", 3.45e-11, 3.45e-11 * 10**-2.63),
        ("hess_ecpl", 3.76e-11 * np.exp(-1 / 14.3), 3.76e-11 * 10**-2.39 * np.exp(-10 / 14.3)),
        ("magic_lp", 3.23e-11, 3.23e-11 * 10 ** (-2.47 - 0.24)),
        ("magic_ecpl", 3.8e-11 * np.exp(-1 / 6), 3.8e-11 * 10**-2.21 * np.exp(-10 / 6)),
    ],
)
def test_fluxes_of_the_papers(reference, at_1_tev, at_10_tev):
    if at_10_tev is None:
        power = -0.00449161 + 0.0473174 - 0.179475 - 0.53616 - 10.2708
        at_10_tev = 10**power * 0.6241509074460763 / 100
    model = create_crab_spectral_model(reference)
    found = model([1, 10] * u.TeV).to_value(FLUX)
    np.testing.assert_allclose(found, [at_1_tev, at_10_tev], rtol=1e-12)


def test_they_agree_near_1_tev():
    """Six measurements of one source."""
    fluxes = [
        create_crab_spectral_model(name)(1 * u.TeV).to_value(FLUX)
        for name in ("meyer", "hegra", "hess_pl", "hess_ecpl", "magic_lp", "magic_ecpl")
    ]
    assert max(fluxes) < 1.4 * min(fluxes)


def test_meyer_is_the_default_and_scales():
    assert isinstance(create_crab_spectral_model(), MeyerCrabSpectralModel)
    one, two = MeyerCrabSpectralModel(), MeyerCrabSpectralModel(norm=2.0)
    assert two(3 * u.TeV).value == pytest.approx(2 * one(3 * u.TeV).value, rel=1e-14)
    assert one.unit.is_equivalent(FLUX)
    assert one.norm.frozen


def test_unknown_reference():
    with pytest.raises(UnknownNameError, match=r"reference = 'veritas' is no Crab.*hess_pl"):
        create_crab_spectral_model("veritas")
