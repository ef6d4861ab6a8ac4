"""1LHAASO, against its own columns."""

import astropy.units as u
import pytest

from gammapy.catalog import SourceCatalog1LHAASO
from gammapy.errors import ModelError, UnknownNameError

from .files import needs_data

pytestmark = needs_data


@pytest.fixture(scope="module")
def catalog():
    return SourceCatalog1LHAASO()


def test_who_has_seen_what(catalog):
    seen = [tuple(source.instruments) for source in catalog]
    assert seen.count(("KM2A", "WCDA")) == 54
    assert seen.count(("KM2A",)) == 21
    assert seen.count(("WCDA",)) == 15


def test_fluxes_at_the_reference(catalog):
    energy = {"KM2A": 50 * u.TeV, "WCDA": 3 * u.TeV}
    for source in catalog:
        for which in source.instruments:
            end = "" if source.data["Model_a"].startswith(which) else "_b"
            model = source.spectral_model(which)
            assert u.allclose(model(energy[which]), source.data[f"N0{end}"], rtol=1e-12)
            assert model.index.error == source.data[f"gamma_err{end}"]


def test_shape(catalog):
    source = catalog["1LHAASO J0056+6346u"]
    model = source.spatial_model("KM2A")
    assert (model.sigma.value, model.sigma.error) == (
        pytest.approx(0.24),
        pytest.approx(source.data["r39_err"].value),
    )
    assert model.lat_0.error == pytest.approx(source.data["pos_err"].value / 2.4477468)
    assert model.frame == "fk5"
    crab = catalog["1LHAASO J0534+2200u"]
    assert type(crab.spatial_model("WCDA")).__name__ == "PointSpatialModel"


def test_names_of_instruments_may_have_a_star(catalog):
    source = catalog["1LHAASO J1837-0654u"]
    assert source.data["Model_a"] == "WCDA*"
    assert source.spectral_model("WCDA").reference.value == 3.0
    assert source.spectral_model("KM2A").reference.value == 50.0


def test_limits_are_no_spectrum(catalog):
    source = catalog["1LHAASO J0007+5659u"]
    with pytest.raises(ModelError, match=r"J0007.5659u was not seen by WCDA, there are only"):
        source.spectral_model("WCDA")
    assert source.sky_model("WCDA") is None
    assert source.sky_model("both").spectral_model.index.value == 3.1
    with pytest.raises(UnknownNameError, match="which = 'both' must be one of"):
        source.spectral_model("both")
    with pytest.raises(UnknownNameError, match="which = 'HAWC'"):
        source.sky_model("HAWC")


def test_both_take_turns(catalog):
    source = catalog["1LHAASO J0056+6346u"]
    with pytest.raises(ModelError, match=r"was seen by both instruments.*sky_models"):
        source.sky_model()
    models = {model.name.rsplit(" ")[-1]: model for model in source.sky_models()}
    for energy, which in ((5 * u.TeV, "WCDA"), (80 * u.TeV, "KM2A")):
        total = sum(model.spectral_model(energy) for model in models.values())
        assert u.allclose(total, source.spectral_model(which)(energy), rtol=1e-14)
    assert models["KM2A"].spatial_model.sigma.value == pytest.approx(0.24)
    assert models["KM2A"].spectral_model.parameters.names.count("index") == 1


@pytest.mark.parametrize(("which", "number"), [("KM2A", 75), ("WCDA", 69), ("both", 144)])
def test_models_of_all(catalog, which, number):
    assert len(catalog.to_models(which)) == number
