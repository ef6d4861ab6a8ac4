"""The merged catalogue of gamma-cat, and all measurements of a source."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from gammapy.catalog import GammaCat, SourceCatalogGammaCat
from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    ModelError,
    UnknownNameError,
)

from .files import needs_data, path

YAML = """
- !!omap
  - source_id: 7
  - common_name: Test nebula
  - gamma_names: HESS J1000+200
  - other_names: Sgr X,Sgr Y
  - reference_id: 2031A&A...100..200X
  - ra: 150.0
  - dec: 20.0
  - spec_type: pl
  - spec_pl_norm: 2.0e-12
  - spec_pl_index: 2.2
  - spec_pl_e_ref: 0.5
  - morph_type: none
  - sed_n_points: 6
  - sed_e_ref: 1.0
  - sed_e_min: .nan
  - sed_e_max: .nan
  - sed_dnde: 1.0e-12
  - sed_dnde_err: .nan
  - sed_dnde_errp: .nan
  - sed_dnde_errn: .nan
  - sed_dnde_ul: .nan
"""
PAPER = """
source_id: 7
reference_id: 2031A&A...100..200X
telescope: hess
spec:
  model:
    type: pl
    parameters:
      norm: {val: 2.5, err: 0.2, scale: 1e-12, unit: cm-2 s-1 TeV-1}
      index: {val: 2.2, err: 0.1}
      e_ref: {val: 1, unit: TeV}
"""


@pytest.fixture
def folder(tmp_path):
    """Folder of one source, two measurements and their flux points."""
    paper = tmp_path / "data" / "2031" / "2031A%26A...100..200X"
    paper.mkdir(parents=True)
    (tmp_path / "sources").mkdir()
    text = "source_id: 7\ncommon_name: Test nebula\nother_names: [Sgr X]\n"
    (tmp_path / "sources" / "tev-000007.yaml").write_text(text)
    for number in (1, 2):
        (paper / f"tev-000007-{number}.yaml").write_text(PAPER)
        table = Table(
            {"e_ref": [1.0, 2.0] * u.TeV, "dnde": [number, 0.5] * u.Unit("TeV-1 cm-2 s-1")}
        )
        table.meta["SED_TYPE"] = "dnde"
        table.write(paper / f"tev-000007-sed-{number}.ecsv", format="ascii.ecsv")
    return tmp_path


def test_catalogue_in_yaml(tmp_path):
    (tmp_path / "gammacat.yaml").write_text(YAML)
    catalog = SourceCatalogGammaCat(tmp_path / "gammacat.yaml")
    source = catalog["Sgr Y"]
    assert source.name == "Test nebula"
    assert source.position.dec.deg == 20.0
    assert source.spectral_model()(0.5 * u.TeV).value == pytest.approx(2e-12)
    assert source.spatial_model() is None
    assert source.measurement.reference_id == "2031A&A...100..200X"
    assert catalog.to_models().names == ["Test nebula"]
    with pytest.raises(DataError, match="Test nebula: the file has 1 of 6 flux points"):
        _ = source.flux_points


def test_unknown_type_of_spectrum(tmp_path):
    (tmp_path / "gammacat.yaml").write_text(YAML.replace("spec_type: pl", "spec_type: plx"))
    source = SourceCatalogGammaCat(tmp_path / "gammacat.yaml")[0]
    with pytest.raises(FileFormatError, match=r"gamma-cat 'Test nebula', spec, .*'plx'"):
        source.spectral_model()


@pytest.mark.parametrize("text", ["a: 1", "[1, 2]", "text"])
def test_yaml_of_something_else(tmp_path, text):
    (tmp_path / "gammacat.yaml").write_text(text)
    with pytest.raises(FileFormatError, match="is not the merged catalogue"):
        SourceCatalogGammaCat(tmp_path / "gammacat.yaml")


def test_folder(folder):
    gamma_cat = GammaCat(folder)
    assert repr(gamma_cat) == "GammaCat(2 measurements of 1 sources)"
    for source in ("Test nebula", "Sgr X", 7):
        assert [m.file_id for m in gamma_cat.measurements(source)] == [1, 2]
    models = gamma_cat.to_models("Sgr X")
    assert models.names == [
        "Test nebula [2031A&A...100..200X #1]",
        "Test nebula [2031A&A...100..200X #2]",
    ]
    points = gamma_cat.flux_points("Test nebula")
    assert [round(p.dnde.values[0]) for p in points.values()] == [1, 2]
    first = gamma_cat.measurements(7)[0]
    assert [file.name for file in gamma_cat.sed_files(first)] == ["tev-000007-sed-1.ecsv"]
    assert list(gamma_cat.table()["n_seds"]) == [1, 1]


def test_flux_points_that_cannot_be_read_are_told(folder):
    next(folder.glob("data/*/*/tev-000007-sed-2.ecsv")).write_text("no table")
    with pytest.warns(GammapyWarning, match=r"tev-000007-sed-2.ecsv.*left out"):
        points = GammaCat(folder).flux_points(7)
    assert len(points) == 1


def test_unknown_source(folder):
    with pytest.raises(
        UnknownNameError, match="no source 'Test nebul': did you mean 'Test nebula'"
    ):
        GammaCat(folder).measurements("Test nebul")
    with pytest.raises(UnknownNameError, match="no source 8"):
        GammaCat(folder).measurements(8)


def test_folders_of_something_else(tmp_path):
    with pytest.raises(FileFormatError, match="has no files data/<year>"):
        GammaCat(tmp_path)
    with pytest.raises(MissingFileError, match="check the name"):
        GammaCat(tmp_path / "none")


# -- the catalogue itself -----------------------------------------------------------------


@pytest.fixture(scope="module")
def catalog():
    return SourceCatalogGammaCat()


@needs_data
def test_integral_fluxes(catalog):
    """The flux above 1 TeV and the energy flux from 1 to 10 TeV are columns of the table."""
    compared = 0
    for source in catalog:
        model = source.spectral_model()
        if model is None:
            continue
        compared += 1
        flux = model.integral(1 * u.TeV, 1e6 * u.TeV)
        assert u.allclose(flux, source.data["spec_flux_1TeV"], rtol=1e-3), source.name
        energy_flux = model.energy_flux(1 * u.TeV, 10 * u.TeV)
        assert u.allclose(energy_flux, source.data["spec_eflux_1TeV_10TeV"], rtol=1e-3), source.name
    assert compared == 75


@needs_data
def test_position_is_the_measured_one(catalog):
    """Not that of the object which the source is named after, with the error of the other."""
    source = catalog["HESS J1825-137"]
    model = source.spatial_model()
    measured = source.measurement.position
    assert model.position.separation(measured).deg < 1e-9
    assert measured.separation(source.position).deg == pytest.approx(0.29, abs=0.01)


@needs_data
def test_elongated_shape(catalog):
    model = catalog["CTA 1"].spatial_model()
    assert model.e.value == pytest.approx(np.sqrt(1 - (0.24 / 0.30) ** 2), rel=1e-6)
    assert (model.phi.value, model.phi.error) == pytest.approx((17.4, 15.8))


@needs_data
def test_source_without_a_spectrum(catalog):
    source = catalog["3C 66A"]
    assert source.spectral_model() is None
    assert source.flux_points is None
    with pytest.raises(ModelError, match=r"3C 66A .* has no spectral model"):
        source.sky_model()
    with pytest.warns(GammapyWarning) as told:
        assert len(catalog.to_models()) == 75
    texts = [str(warning.message) for warning in told]
    assert ["Westerlund 1" in texts[0], "87 sources have no such model" in texts[1]] == [True] * 2


@needs_data
def test_flux_points(catalog):
    found = {}
    for source in catalog:
        try:
            found[source.name] = source.flux_points
        except DataError as error:
            found[source.name] = str(error)
    points = [p for p in found.values() if p is not None and not isinstance(p, str)]
    refused = {name: text for name, text in found.items() if isinstance(text, str)}
    assert len(points) == 67
    assert refused.keys() == {"CTA 1"}  # the file states six of them and has none
    source = catalog["Crab nebula"]
    raw = source.data["sed_dnde"].value
    raw = raw[np.isfinite(source.data["sed_e_ref"].value)]
    np.testing.assert_allclose(source.flux_points.dnde.values, raw, rtol=1e-10)


@needs_data
def test_other_formats(catalog):
    names = {}
    for end in ("fits.gz", "ecsv", "yaml"):
        other = SourceCatalogGammaCat(path(f"gamma-cat/output/gammacat.{end}"))
        assert len(other) == 166
        names[end] = {
            s.name: s.spectral_model()(1 * u.TeV).value for s in other if s.measurement.has_spectrum
        }
    assert names["fits.gz"].keys() == names["ecsv"].keys() == names["yaml"].keys()
    for name, value in names["fits.gz"].items():
        assert names["yaml"][name] == pytest.approx(value, rel=1e-6)
        assert names["ecsv"][name] == pytest.approx(value, rel=1e-6)


@needs_data
def test_all_measurements_of_the_crab():
    gamma_cat = GammaCat()
    assert repr(gamma_cat) == "GammaCat(334 measurements of 134 sources)"
    crab = gamma_cat.to_models("Crab nebula")
    assert crab.names == [
        "Crab nebula [2006A&A...457..899A]",
        "Crab nebula [2014ApJ...781L..11A #1]",
        "Crab nebula [2014ApJ...781L..11A #2]",
    ]
    fluxes = [model.spectral_model(1 * u.TeV).to_value("cm-2 s-1 TeV-1") for model in crab]
    assert np.all((np.array(fluxes) > 2e-11) & (np.array(fluxes) < 6e-11))
    assert len(gamma_cat.flux_points("Crab nebula")) == 4
    assert len(gamma_cat.sed_files()) == 277


@needs_data
def test_all_models_at_once():
    gamma_cat = GammaCat()
    with pytest.warns(GammapyWarning):
        models = gamma_cat.to_models()
    assert len(models) == 225
    assert len(set(models.names)) == 225


@needs_data
def test_file_is_read_as_it_is(catalog):
    """Row by row the same texts and numbers as the file."""
    with fits.open(path("catalogs/gammacat/gammacat.fits.gz")) as hdus:
        raw = hdus[1].data
        assert [source.name for source in catalog] == [name.strip() for name in raw["common_name"]]
        dec = np.array([source.data["dec"].value for source in catalog])
        np.testing.assert_array_equal(dec, raw["dec"].astype(float))
