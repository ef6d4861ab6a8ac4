"""Maps of spectra in FITS files, and their names in the tree."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, ModelError, OverwriteError
from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models import Models, SkyModel, TemplateNDSpectralModel
from tests.modeling.models.spectral.test_template_nd import ENERGY, FLUX, NORM, X, model, table


def test_file_gives_the_map_back(tmp_path):
    edges = MapAxis.from_edges([0.0, 1.0, 5.0], name="Size", unit="GeV")
    axes = [edges, ENERGY, NORM]
    data = np.random.default_rng(1).uniform(1, 2, size=(3, 4, 2))
    first = TemplateNDSpectralModel(RegionNDMap.create(axes=axes, data=data, unit=FLUX))
    first.write(filename=tmp_path / "a.fits")
    again = TemplateNDSpectralModel.read(tmp_path / "a.fits")
    assert list(again.map.geom.axes) == axes
    assert [a.interp for a in again.map.geom.axes] == [a.interp for a in axes]
    assert again.map.unit == FLUX
    np.testing.assert_array_equal(again.map.data, first.map.data)
    assert again.filename == str(tmp_path / "a.fits")
    with pytest.raises(OverwriteError, match="overwrite=True"):
        first.write()
    first.write(overwrite=True)


def test_files_that_are_refused(tmp_path):
    bad = tmp_path / "bad.fits"
    bad.write_bytes(b"SIMPLE")
    with pytest.raises(FileFormatError, match="is no map on a region"):
        TemplateNDSpectralModel.read(bad)
    fits.PrimaryHDU(np.zeros((3, 3))).writeto(bad, overwrite=True)
    with pytest.raises(FileFormatError, match="SKYMAP"):
        TemplateNDSpectralModel.read(bad)
    good = tmp_path / "good.fits"
    model().write(filename=good)
    with fits.open(good) as hdus:
        hdus["SKYMAP"].data = hdus["SKYMAP"].data[:2]
        hdus.writeto(bad, overwrite=True)
    with pytest.raises(FileFormatError, match="SKYMAP has 24 values"):
        TemplateNDSpectralModel.read(bad)
    bad.write_bytes(good.read_bytes()[:9000])
    with pytest.raises(FileFormatError):
        TemplateNDSpectralModel.read(bad)


def test_yaml_beside_the_map(tmp_path, monkeypatch):
    found = model(interp_kwargs={"values_scale": "lin"})
    found.write(filename=tmp_path / "spectra.fits")
    found.tilt.error, found.norm_x.frozen = 0.2, True
    Models([SkyModel(spectral_model=found, name="x")]).write(tmp_path / "models.yaml")
    text = (tmp_path / "models.yaml").read_text()
    assert "filename: spectra.fits" in text
    again = Models.read(tmp_path / "models.yaml")["x"].spectral_model
    np.testing.assert_array_equal(again(X), found(X))
    assert again.values_scale == "lin"
    assert (again.tilt.error, again.norm_x.frozen) == (0.2, True)
    Models([SkyModel(spectral_model=again, name="x")]).write(tmp_path / "again.yaml")
    assert (tmp_path / "again.yaml").read_text() == text


def test_unit_of_the_tree_is_for_a_map_without(tmp_path):
    found = TemplateNDSpectralModel(table(unit=""), filename=tmp_path / "a.fits")
    found.write()
    tree = found.to_dict()
    tree["spectral"]["unit"] = "cm-2 s-1 MeV-1"
    again = TemplateNDSpectralModel.from_dict(tree)
    assert again.unit == u.Unit("cm-2 s-1 MeV-1")
    assert again(1 * u.TeV).value == pytest.approx(found(1 * u.TeV).value, rel=1e-13)


def test_a_tree_needs_the_name_of_the_file():
    with pytest.raises(ModelError, match="write that first"):
        model().to_dict()
    tree = model(filename="a.fits").to_dict()
    tree["spectral"]["interp_kwargs"] = "lin"
    with pytest.raises(FileFormatError, match="must be a mapping"):
        TemplateNDSpectralModel.from_dict(tree)


def test_file_of_gammapy(tmp_path):
    """Written with the cards and columns of Gammapy 2.1, which has no card for the names."""
    found = model()
    found.write(filename=tmp_path / "a.fits")
    with fits.open(tmp_path / "a.fits") as hdus:
        assert hdus["SKYMAP"].header["TDIM2"] == "(1,1,4,3)"
        assert hdus["SKYMAP"].columns["DATA"].unit == "TeV-1 s-1 cm-2"
        bands = hdus["SKYMAP_BANDS"]
        cards = [bands.header[f"AXCOLS{n}"] for n in (1, 2, 3)]
        assert cards == ["ENERGY_TRUE_MIN,ENERGY_TRUE_MAX", "NORM_X", "TILT"]
        assert bands.columns.names[1:5] == [
            *("ENERGY_TRUE", "ENERGY_TRUE_MIN", "ENERGY_TRUE_MAX", "NORM_X")
        ]
        np.testing.assert_array_equal(bands.data["TILT"][:4], [1, 2, 4, 1])
        for n in (1, 2, 3):
            del bands.header[f"AXNAME{n}"], hdus["SKYMAP"].header[f"AXNAME{n}"]
        hdus.writeto(tmp_path / "b.fits")
    again = TemplateNDSpectralModel.read(tmp_path / "b.fits")
    assert list(again.map.geom.axes) == list(found.map.geom.axes)
    np.testing.assert_array_equal(again.map.data, found.map.data)
