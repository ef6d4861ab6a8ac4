"""Catalogues of our own making: names, rows, empty cells, files."""

import math

import astropy.units as u
import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from gammapy.catalog import CATALOG_REGISTRY, SourceCatalog, SourceCatalogObject
from gammapy.catalog.catalog import row_data
from gammapy.catalog.parameter_errors import CONTAINED_95, position_errors, with_errors
from gammapy.catalog.table_file import read_tables
from gammapy.errors import (
    DataError,
    FileFormatError,
    GammapyWarning,
    MissingFileError,
    ModelError,
    UnknownNameError,
)
from gammapy.modeling.models import (
    PointSpatialModel,
    PowerLawSpectralModel,
    SkyModel,
    SpatialModel,
)


class Source(SourceCatalogObject):
    def sky_model(self, factor=1.0):
        if self.data["Index"] > 5:
            raise ModelError(f"{self.name} is too steep")
        index = factor * self.given("Index")
        return SkyModel(PowerLawSpectralModel(index=index), name=self.name)


class Catalog(SourceCatalog):
    source_object_class = Source
    description = "A test"


def table():
    made = Table(
        {
            "Source_Name": ["A 1  ", "B 2", "C 3"],
            "Other": ["Crab, M 1", "", "B 2"],
            "RAJ2000": [10.0, 20.0, 30.0] * u.deg,
            "DEJ2000": [1.0, 2.0, 3.0] * u.deg,
            "Index": np.array([2.0, 3.0, 9.0], dtype="f4"),
        }
    )
    made["Flux"] = MaskedColumn([1.5, 2.5, 3.5], mask=[0, 1, 0], unit="cm-2 s-1", dtype="f4")
    made["Class"] = MaskedColumn(["psr", "", "pwn"], mask=[0, 1, 0])
    made["Flag"] = [1, 2, 3]
    return made


@pytest.fixture
def catalog():
    return Catalog(table(), source_name_alias=("Other",))


def test_sources_by_name_alias_and_row(catalog):
    assert [source.name for source in catalog] == ["A 1", "B 2", "C 3"]
    for key in ("A 1", "Crab", "M 1", " M 1 ", 0, -3, np.int64(0)):
        assert catalog[key].name == "A 1"
    assert catalog["B 2"].row_index == 1  # a name goes before an alias
    assert catalog.row_index("C 3") == 2
    assert catalog.source_name(2) == "C 3"
    assert len(catalog) == 3
    assert catalog["B 2"].position.dec.deg == 2.0
    assert catalog.positions.ra.deg.tolist() == [10.0, 20.0, 30.0]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("A 2", r"no source 'A 2': did you mean .*'A 1'"),
        ("zzzzzz", "no source 'zzzzzz': see its table"),
        (3, "row 3 is not in .*: rows are 0 to 2"),
        (-4, "row -4 is not in"),
        (1.0, "1.0 is neither a name nor a row"),
        (True, "True is neither a name nor a row"),
    ],
)
def test_unknown_sources(catalog, key, message):
    with pytest.raises(UnknownNameError, match=message):
        catalog[key]


def test_row_as_data():
    data = row_data(table(), 1)
    assert data["Source_Name"] == "B 2"
    assert data["Class"] == ""
    assert math.isnan(data["Flux"].value)
    assert data["Flux"].unit == u.Unit("cm-2 s-1")
    assert data["Index"].dtype == np.float64
    assert data["Flag"] == 2


def test_values_that_are_needed(catalog):
    assert catalog[0].given("Flux", "m-2 s-1").value == pytest.approx(1.5e4)
    with pytest.raises(DataError, match="B 2: Flux is empty in the catalogue"):
        catalog[1].given("Flux")


def test_models_of_all(catalog):
    with pytest.warns(GammapyWarning, match=r"1 sources have no such model.*C 3 is too steep"):
        models = catalog.to_models(factor=1.5)
    assert models.names == ["A 1", "B 2"]
    assert models[0].spectral_model.index.value == 3.0


def test_text(catalog):
    assert repr(catalog) == "Catalog(3 sources)"
    assert str(catalog) == "Catalog: A test, 3 sources"
    assert repr(catalog[0]) == "Source('A 1')"
    assert "Flux        : 1.5 cm-2 s-1" in str(catalog[0]).replace("s-1 cm-2", "cm-2 s-1")
    assert "Flux" not in catalog[1].info()
    assert "nan" not in catalog[1].info()


def test_another_table():
    with pytest.raises(DataError, match=r"column 'Nickname' is missing.*not this catalogue"):
        Catalog(table(), source_name_alias=("Nickname",))


def test_registry():
    assert CATALOG_REGISTRY.get_cls("hgps").__name__ == "SourceCatalogHGPS"
    assert CATALOG_REGISTRY.get_cls("SourceCatalog3FHL").__name__ == "SourceCatalog3FHL"
    with pytest.raises(UnknownNameError, match="no source catalogue is called '9fgl'"):
        CATALOG_REGISTRY.get_cls("9fgl")


# -- files --------------------------------------------------------------------------------


def test_missing_files(tmp_path, monkeypatch):
    monkeypatch.delenv("GAMMAPY_DATA", raising=False)
    for cls in CATALOG_REGISTRY:
        with pytest.raises(MissingFileError, match=r"GAMMAPY_DATA.*it is not set"):
            cls()
    with pytest.raises(MissingFileError, match="check the name"):
        read_tables(tmp_path / "none.fits")


def test_files_that_are_no_tables(tmp_path):
    (tmp_path / "text.fits").write_text("no table")
    (tmp_path / "text.ecsv").write_text("no table")
    table().write(tmp_path / "one.fits")
    for name, hdus in (("text.fits", ()), ("text.ecsv", ()), ("one.fits", ("HGPS_SOURCES",))):
        with pytest.raises(FileFormatError, match=f"{name} cannot be read as a table"):
            read_tables(tmp_path / name, *hdus)


# -- errors -------------------------------------------------------------------------------


def test_errors_of_parameters():
    model = with_errors(
        PowerLawSpectralModel(),
        index=(-0.1 * u.one, 0.3 * u.one),
        amplitude=2e-9 * u.Unit("m-2 s-1 TeV-1"),
    )
    assert model.index.error == pytest.approx(0.2)
    assert (model.index.errn, model.index.errp) == (0.1, 0.3)
    assert model.amplitude.error == pytest.approx(2e-13)
    assert with_errors(PowerLawSpectralModel(), index=math.nan).index.error == 0.0


def test_errors_of_a_position():
    model: SpatialModel = PointSpatialModel(lon_0="10 deg", lat_0="60 deg")
    position_errors(model, 0.1 * u.deg)
    assert (model.lon_0.error, model.lat_0.error) == pytest.approx((0.2, 0.1))


def test_95_percent_of_a_round_gaussian():
    r = np.linspace(0, CONTAINED_95, 20001)
    assert np.trapezoid(r * np.exp(-0.5 * r**2), r) == pytest.approx(0.95, abs=1e-8)
