"""2HWC and 3HWC, against their own columns."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.catalog import SourceCatalog2HWC, SourceCatalog3HWC
from gammapy.errors import DataError, GammapyWarning, ModelError, UnknownNameError

from .files import needs_data

pytestmark = needs_data


@pytest.fixture(scope="module")
def second():
    return SourceCatalog2HWC()


@pytest.fixture(scope="module")
def third():
    return SourceCatalog3HWC()


def test_flux_at_7_tev(second, third):
    for source in [*second, *third]:
        if source.name == "3HWC J0659+147":
            continue
        model = source.spectral_model()
        assert u.allclose(model(7 * u.TeV), source.data["spec0_dnde"], rtol=1e-14)
        assert model.spectral_index(3 * u.TeV).value == pytest.approx(-source.data["spec0_index"])


def test_extended_analysis(second):
    source = second["2HWC J0631+169"]
    assert source.n_models == 2
    model = source.sky_model("extended")
    assert model.spatial_model.r_0.value == 2.0
    assert model.spectral_model.amplitude.error == pytest.approx(6.85e-15)
    assert sum(source.n_models == 2 for source in second) == 15
    crab = second["2HWC J0534+220"]
    assert crab.n_models == 1
    with pytest.raises(ModelError, match=r"J0534.220 was not analysed as extended"):
        crab.spectral_model("extended")
    with pytest.raises(UnknownNameError, match="which = 'disk'"):
        crab.spectral_model("disk")


def test_shape_is_that_of_the_analysis(second):
    """Four sources were found with a disk; their flux is that of the disk."""
    shapes = {source.name: source.spatial_model() for source in second}
    disks = {name: s.r_0.value for name, s in shapes.items() if hasattr(s, "r_0")}
    assert disks == {
        "2HWC J0700+143": 1.0,
        "2HWC J0819+157": 0.5,
        "2HWC J1040+308": 0.5,
        "2HWC J1949+244": 1.0,
    }


def test_errors_to_both_sides(third):
    source = third["3HWC J0540+228"]
    model = source.spectral_model()
    assert (model.amplitude.errn, model.amplitude.errp) == pytest.approx((7.59367e-16, 7.22962e-16))
    assert model.amplitude.error == pytest.approx((7.59367e-16 + 7.22962e-16) / 2)
    # the table has -2.8396 (-0.142449, +0.1431); as a positive index the sides change
    assert (model.index.errn, model.index.errp) == pytest.approx((0.1431, 0.142449))


def test_position(third):
    for source in third:
        if source.name != "3HWC J0659+147":
            model = source.spatial_model()
            assert model.position.icrs.separation(source.position).deg < 1e-3
            assert model.lat_0.error == pytest.approx(source.data["pos_err"].value)


def test_row_of_nan(third):
    source = third["3HWC J0659+147"]
    with pytest.raises(DataError, match=r"3HWC J0659.147: spec0_radius is empty"):
        source.spatial_model()
    with pytest.raises(DataError, match=r"3HWC J0659.147: spec0_dnde is empty"):
        source.spectral_model()
    with pytest.warns(GammapyWarning, match="1 sources have no such model"):
        models = third.to_models()
    assert len(models) == 64
    assert np.sum([type(m.spatial_model).__name__ == "DiskSpatialModel" for m in models]) == 6


def test_models_of_all(second):
    assert len(second.to_models()) == 40
    assert third_radius(second) == 0


def third_radius(second):
    """Sources of 2HWC without a radius."""
    return int(np.sum(np.isnan(second.table["spec0_radius"])))
