"""3FHL, against its own columns."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.catalog import SourceCatalog3FHL
from gammapy.catalog.fermi_3fhl import CONTAINED_68
from gammapy.errors import FileFormatError, GammapyWarning, MissingFileError

from .files import needs_data

pytestmark = needs_data


@pytest.fixture(scope="module")
def catalog():
    return SourceCatalog3FHL()


@pytest.mark.parametrize("kind", ["PowerLaw", "LogParabola"])
def test_integral_fluxes(catalog, kind):
    """Flux and energy flux from 10 GeV to 1 TeV are columns of the table."""
    rows = [i for i, k in enumerate(catalog.table["SpectrumType"]) if k.strip() == kind]
    for row in rows if kind == "LogParabola" else rows[::10]:
        source = catalog[row]
        model = source.spectral_model()
        flux = model.integral(10 * u.GeV, 1 * u.TeV).to_value("cm-2 s-1")
        eflux = model.energy_flux(10 * u.GeV, 1 * u.TeV).to_value("erg cm-2 s-1")
        assert flux == pytest.approx(source.data["Flux"].value, rel=0.01), source.name
        assert eflux == pytest.approx(source.data["Energy_Flux"].value, rel=0.02), source.name


def test_errors(catalog):
    source = catalog["3FHL J0007.0+7303"]
    model = source.spectral_model()
    assert model.alpha.error == pytest.approx(0.21033159)
    assert model.beta.error == pytest.approx(0.2658535)
    assert model.evaluate_error(source.data["Pivot_Energy"])[1].value == pytest.approx(7.595029e-12)
    shape = source.spatial_model()
    # 95 % radius to one sigma
    assert shape.lat_0.error == pytest.approx(0.010069029 / 2.447746830681, rel=1e-7)
    assert shape.lon_0.error == pytest.approx(
        shape.lat_0.error / np.cos(np.radians(73.05598)), rel=1e-6
    )


def test_sizes_of_gaussians_hold_68_percent(catalog):
    """The sigmas of H.E.S.S. that two of the shapes were taken from stand in gamma-cat."""
    rows = {str(r["Source_Name"]).strip(): r for r in catalog.extended_sources_table}
    assert pytest.approx(1.5096, abs=1e-4) == CONTAINED_68
    for name, sigma in (("HESS J1303-631", 0.16), ("HESS J1841-055", 0.41)):
        assert rows[name]["Model_SemiMajor"] / CONTAINED_68 == pytest.approx(sigma, rel=0.01)
    assert rows["HESS J1841-055"]["Model_SemiMinor"] / CONTAINED_68 == pytest.approx(0.25, rel=0.01)
    model = catalog["3FHL J1303.0-6312e"].spatial_model()
    assert model.sigma.value == pytest.approx(0.24 / CONTAINED_68)


def test_disk(catalog):
    model = catalog["3FHL J0537.6+2751e"].spatial_model()
    assert model.r_0.value == pytest.approx(1.394)
    assert not catalog["3FHL J0537.6+2751e"].is_pointlike


def test_templates(catalog):
    """One template is there, packed; the others are refused when asked for, not when read."""
    model = catalog["3FHL J1713.5-3945e"].spatial_model()
    assert type(model).__name__ == "TemplateSpatialModel"
    source = catalog["3FHL J0322.6-3712e"]
    assert source.spectral_model().index.value > 1
    with pytest.raises(MissingFileError, match=r"FornaxA.fits: there is no such file"):
        source.spatial_model()
    with pytest.warns(GammapyWarning, match="9 sources have no such model"):
        models = catalog.to_models()
    assert len(models) == 1547


def test_flux_points(catalog):
    """Fluxes in bands; a limit is the flux and twice its upper error."""
    for source in [*catalog][::50]:
        table = source.flux_points.to_table(sed_type="flux")
        np.testing.assert_allclose(
            table["flux"].quantity.to_value("cm-2 s-1"), source.data["Flux_Band"].value, rtol=1e-9
        )
    source = catalog["3FHL J0001.2-0748"]
    table = source.flux_points_table
    assert list(table["is_ul"]) == [False, False, False, True, True]
    assert table["flux_ul"][3] == pytest.approx(7.4954746e-17 + 2 * 5.7236763112177066e-12)
    assert np.all(np.isnan(table["flux_ul"][:3]))
    assert source.energy_range.to_value("GeV") == pytest.approx([10, 2000])


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("SpectrumType", "PLSuperExpCutoff", "spectral_model"),
        ("Spatial_Function", "Ring", "spatial_model"),
    ],
)
def test_unknown_types(catalog, key, value, part):
    source = catalog["3FHL J0537.6+2751e"]
    (source.data if key in source.data else source.data_extended)[key] = value
    with pytest.raises(FileFormatError, match=f"3FHL J0537.6.2751e: {key} = '{value}' is not"):
        getattr(source, part)()


def test_names(catalog):
    assert catalog["CTA 1"].name == "3FHL J0007.0+7303"
    assert catalog["3FHL J0007.0+7303"].asso[0] == "LAT PSR J0007+7303"
    assert len(catalog.positions) == len(catalog) == 1556
