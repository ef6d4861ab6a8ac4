"""The H.E.S.S. Galactic plane survey, against its own columns."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.table import Table

from gammapy.catalog import SourceCatalogHGPS, SourceCatalogLargeScaleHGPS
from gammapy.errors import DataError, UnknownNameError

from .files import needs_data


@pytest.fixture(scope="module")
def catalog():
    return SourceCatalogHGPS()


@needs_data
def test_integral_fluxes(catalog):
    """The flux above 1 TeV and the energy flux from 1 to 10 TeV are columns of the table.

    The survey ended the first at 1000 TeV; what is from other papers has no end.
    """
    for source in catalog:
        model = source.spectral_model()
        end = 1e3 if source.data["Analysis_Reference"] == "HGPS" else 1e7
        flux = model.integral(1 * u.TeV, end * u.TeV)
        expected = source.data["Flux_Spec_Int_1TeV"]
        energy_flux = model.energy_flux(1 * u.TeV, 10 * u.TeV)
        other = source.data["Flux_Spec_Energy_1_10_TeV"]
        if np.isfinite(expected.value):
            assert u.allclose(flux, expected, rtol=5e-5), source.name
        if np.isfinite(other.value):
            assert u.allclose(energy_flux, other, rtol=5e-5), source.name


@needs_data
def test_flux_at_1_tev(catalog):
    for source in catalog:
        for kind in ("pl", "ecpl"):
            expected = source.data[f"Flux_Spec_{kind.upper()}_Diff_1TeV"]
            if np.isfinite(expected.value):
                value = source.spectral_model(kind)(1 * u.TeV)
                assert u.allclose(value, expected, rtol=1e-2), (source.name, kind)


@needs_data
def test_models_that_were_not_fitted(catalog):
    with pytest.raises(DataError, match="HESS J1018-589 A: Index_Spec_ECPL is empty"):
        catalog["HESS J1018-589 A"].spectral_model("ecpl")
    with pytest.raises(UnknownNameError, match="which = 'lp' must be"):
        catalog[0].spectral_model("lp")


@needs_data
def test_shapes(catalog):
    kinds = [type(source.spatial_model()).__name__ for source in catalog]
    names = ("Gaussian", "Compound", "Shell", "Point")
    assert [kinds.count(f"{name}SpatialModel") for name in names] == [52, 13, 7, 6]
    for source in catalog:
        model = source.spatial_model()
        model.check_values()
        distance = source.position.separation(model.position.icrs)
        assert distance.deg < (0.05 if len(source.components) > 1 else 1e-4), source.name
    shell = catalog["HESS J1912+101"].spatial_model()
    assert (shell.radius.value + shell.width.value) == pytest.approx(0.49)


@needs_data
def test_sum_of_gaussians(catalog):
    """Weights are the fluxes of the components, which add to the flux of the source."""
    source = catalog["Vela X"]
    fluxes = [component.data["Flux_Map"].value for component in source.components]
    norms = [norm.value for norm in source.spatial_model().norms]
    np.testing.assert_allclose(norms, np.array(fluxes) / sum(fluxes))
    assert sum(fluxes) == pytest.approx(source.data["Flux_Map"].value, rel=1e-5)
    model = source.spatial_model()
    center = model.position
    inside = model(center.l, center.b).to_value("sr-1")
    expected = sum(
        norm * part.spatial_model()(center.l, center.b).to_value("sr-1")
        for norm, part in zip(norms, source.components, strict=True)
    )
    assert inside == pytest.approx(expected, rel=1e-12)


@needs_data
@pytest.mark.parametrize("linked", [False, True])
def test_components_share_the_flux(catalog, linked):
    source = catalog["HESS J0835-455"]
    models = source.components_models(linked=linked)
    assert models.names == ["HGPSC 001", "HGPSC 002", "HGPSC 003"]
    energy = [0.5, 5, 50] * u.TeV
    total = sum(model.spectral_model(energy) for model in models)
    whole = source.spectral_model()
    np.testing.assert_allclose(total, whole(energy), rtol=1e-12)
    relative = [m.spectral_model.amplitude.error / m.spectral_model.amplitude.value for m in models]
    np.testing.assert_allclose(relative, whole.amplitude.error / whole.amplitude.value)
    first, second = (model.spectral_model for model in models[:2])
    assert (first.index is second.index) == linked
    assert first.amplitude is not second.amplitude


@needs_data
@pytest.mark.parametrize(
    ("status", "number"), [("independent", 96), ("linked", 96), ("merged", 78)]
)
def test_models_of_all(catalog, status, number):
    assert len(catalog.to_models(components_status=status)) == number


@needs_data
def test_unknown_status(catalog):
    with pytest.raises(UnknownNameError, match="components_status = 'both' must be one of"):
        catalog.to_models(components_status="both")


@needs_data
def test_flux_points(catalog):
    """All sources; those of other papers have energies and no bins."""
    for source in catalog:
        points = source.flux_points
        table = points.to_table(sed_type="dnde")
        assert len(table) == source.data["N_Flux_Points"]
        raw = source.flux_points_table
        np.testing.assert_allclose(table["e_ref"], raw["e_ref"], rtol=1e-12)
        np.testing.assert_allclose(table["dnde"], raw["dnde"], rtol=1e-10)
        assert list(table["is_ul"]) == list(raw["is_ul"])


@needs_data
def test_energy_range(catalog):
    low, high = catalog["HESS J0835-455"].energy_range.to_value("TeV")
    assert (low, high) == pytest.approx((0.28729847, 61.896584), rel=1e-6)
    assert catalog["HESS J1718-374"].energy_range[1].to_value("TeV") == pytest.approx(2.2)
    with pytest.raises(DataError, match="HESS J1731-347: the catalogue has no energy range"):
        _ = catalog["HESS J1731-347"].energy_range


@needs_data
def test_tables_beside(catalog):
    source = catalog["Vela X"]
    assert source.name == "HESS J0835-455"
    assert len(source.associations) == 4
    assert source.identification_info["Class"] == "PWN"
    assert catalog["HESS J1026-582"].identification_info == {}
    assert catalog.gaussian_component(3).name == "HGPSC 004"


def test_large_scale_emission():
    table = Table(
        {
            "GLON": [350.0, 10.0] * u.deg,
            "GLAT": [0.2, 0.4] * u.deg,
            "GLAT_Err": [0.01, 0.02] * u.deg,
            "Surface_Brightness": [1.0, 3.0] * u.Unit("1e-9 cm-2 s-1 sr-1"),
            "Surface_Brightness_Err": [0.1, 0.3] * u.Unit("1e-9 cm-2 s-1 sr-1"),
            "Width": [0.2, 0.4] * u.deg,
            "Width_Err": [0.02, 0.04] * u.deg,
        }
    )
    model = SourceCatalogLargeScaleHGPS(table)
    assert model.peak_brightness(355 * u.deg).value == pytest.approx(1.5)
    assert model.peak_latitude(0 * u.deg).value == pytest.approx(0.3)
    assert model.width(-5 * u.deg).value == pytest.approx(0.25)
    assert model.peak_brightness(20 * u.deg).value == 0
    errors = (model.peak_brightness_error, model.peak_latitude_error, model.width_error)
    assert [error(10 * u.deg).value for error in errors] == pytest.approx([0.3, 0.02, 0.04])
    places = SkyCoord([0, 0, 180], [0.3, 0.6, 0], unit="deg", frame="galactic")
    np.testing.assert_allclose(
        model.evaluate(places).value, [2.0, 2.0 * np.exp(-0.5), 0.0], rtol=1e-12
    )


@needs_data
def test_large_scale_emission_of_the_survey(catalog):
    model = catalog.large_scale_component
    row = catalog.table_large_scale_component[20]
    glon = row["GLON"] * u.deg
    assert model.peak_brightness(glon).value == pytest.approx(row["Surface_Brightness"])
    peak = SkyCoord(glon, row["GLAT"] * u.deg, frame="galactic")
    assert model.evaluate(peak).value == pytest.approx(row["Surface_Brightness"])
