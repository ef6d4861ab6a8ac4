"""Files of templates: names, extensions, cubes of the Fermi tools, and what is wrong with them."""

from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.modeling.models import TemplateNDSpatialModel, TemplateSpatialModel
from gammapy.modeling.serialize.template_files import expanded, split_extension
from tests.contracts.spatial_examples import RADIUS, sky_map
from tests.contracts.test_spatial_tables import ENERGY, FLUX

AT = (0.1 * u.deg, 0.2 * u.deg)


@pytest.fixture
def image():
    """Data and header of an image."""
    data = sky_map()
    header = data.geom.wcs.to_header()
    return data.data.astype(">f4"), header


def value(path, *energy, **options):
    model = TemplateSpatialModel(filename=path, **({"normalize": False} | options))
    return model(*AT, *energy).value


# -- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["$MAPS/a.fits", "${MAPS}/a.fits", "$(MAPS)/a.fits", "$ENV{MAPS}/a.fits", "$ENV(MAPS)/a.fits"],
)
def test_variables(text, tmp_path, monkeypatch):
    model = TemplateSpatialModel(filename=text)
    monkeypatch.delenv("MAPS", raising=False)
    with pytest.raises(MissingFileError, match="set the environment variable MAPS"):
        model(*AT)
    monkeypatch.setenv("MAPS", str(tmp_path))
    assert expanded(text) == tmp_path / "a.fits"
    sky_map().write(tmp_path / "a.fits")
    assert model(*AT).value > 0
    assert model.filename == text


def test_extensions(tmp_path):
    assert split_extension("a.fits") == ("a.fits", None)
    assert split_extension("a.fits[2]") == ("a.fits", 2)
    assert split_extension("$(X)/a[1].fits[MAP]") == ("$(X)/a[1].fits", "MAP")
    odd = tmp_path / "a.fits[1]"
    odd.write_text("")
    assert split_extension(str(odd)) == (str(odd), None)


def test_relative_name_means_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sky_map().write("a.fits")
    assert value("a.fits") > 0
    with pytest.raises(MissingFileError, match=f"looked for {tmp_path}/b.fits; give the right"):
        value("b.fits")


def test_both_tries_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = TemplateSpatialModel(filename="/nowhere/sub/a.fits")
    model.stated_filename = "sub/a.fits"
    tries = f"/nowhere/sub/a.fits and {tmp_path}/sub/a.fits"
    with pytest.raises(MissingFileError, match=rf"^sub/a\.fits: .* looked for {tries}; give"):
        model(*AT)


# -- images --------------------------------------------------------------------------------


def test_extension_of_a_name(tmp_path, image):
    data, header = image
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(data, header, "ONE")]
    hdus.append(fits.ImageHDU(3 * data, header, "TWO"))
    path = tmp_path / "a.fits"
    fits.HDUList(hdus).writeto(path)
    first = value(path)
    assert value(f"{path}[1]") == value(f"{path}[ONE]") == first
    assert value(f"{path}[TWO]") == value(f"{path}[2]") == pytest.approx(3 * first, rel=1e-6)
    assert TemplateSpatialModel(filename=f"{path}[TWO]").lon_0.value == pytest.approx(0.05)
    for name in ("THREE", 7):
        with pytest.raises(FileFormatError, match=rf"a\.fits has no extension {name!r}: it has"):
            value(f"{path}[{name}]")
    with pytest.raises(FileFormatError, match=r"a\.fits has no image of the sky"):
        value(f"{path}[0]")


def test_compressed(tmp_path, image):
    data, header = image
    fits.PrimaryHDU(data, header).writeto(tmp_path / "a.fits.gz")
    fits.PrimaryHDU(data, header).writeto(tmp_path / "a.fits")
    assert value(tmp_path / "a.fits.gz") == value(tmp_path / "a.fits") > 0


@pytest.mark.parametrize("shape", [(3, 24, 31), (1, 24, 31), (2, 3, 24, 31)])
def test_of_planes_without_energies_the_first_counts(tmp_path, image, shape):
    data, header = image
    planes = np.zeros(shape, dtype=">f4")
    planes[...] = 7
    planes.reshape(-1, 24, 31)[0] = data
    fits.PrimaryHDU(planes, header).writeto(tmp_path / "planes.fits")
    fits.PrimaryHDU(data, header).writeto(tmp_path / "a.fits")
    model = TemplateSpatialModel(filename=tmp_path / "planes.fits", normalize=False)
    assert model.lat_0.value == pytest.approx(-0.1)
    assert not model.is_energy_dependent
    assert model.unit == u.Unit("sr-1")
    assert model(*AT).value == value(tmp_path / "a.fits")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", "sr-1"),
        ("ph/sr", "sr-1"),
        ("photon/cm2/s/MeV/sr", "cm-2 s-1 MeV-1 sr-1"),
        ("ph cm^-2/s/MeV/sr", "cm-2 s-1 MeV-1 sr-1"),
        ("deg-2", "deg-2"),
    ],
)
def test_units(tmp_path, image, text, unit):
    data, header = image
    header["BUNIT"] = text
    fits.PrimaryHDU(data, header).writeto(tmp_path / "a.fits")
    assert TemplateSpatialModel.read(tmp_path / "a.fits", normalize=False).unit == u.Unit(unit)
    assert TemplateSpatialModel.read(tmp_path / "a.fits").unit == u.Unit("sr-1")


def test_a_unit_that_is_none(tmp_path, image):
    data, header = image
    header["BUNIT"] = "bananas"
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(data, header).writeto(path)
    assert value(path, normalize=True) > 0
    assert value(path, unit="sr-1") > 0
    with pytest.raises(FileFormatError, match=r"a\.fits: .*bananas.*say unit='sr-1'"):
        value(path)


# -- cubes ---------------------------------------------------------------------------------


@pytest.fixture
def cube():
    return sky_map(axes=[ENERGY], unit=FLUX)


@pytest.mark.parametrize("format", ["gadf", "fgst-template"])
def test_cube(tmp_path, cube, format):
    cube.write(tmp_path / "a.fits", format=format)
    model = TemplateSpatialModel.read(tmp_path / "a.fits", normalize=False)
    expected = TemplateSpatialModel(cube, normalize=False)
    energy = [0.2, 1.0, 17.0] * u.TeV
    assert model.unit == FLUX
    np.testing.assert_allclose(model(*AT, energy), expected(*AT, energy), rtol=1e-9)


def test_energies_of_bins_are_true_ones(tmp_path):
    axis = ENERGY.copy(name="energy")
    sky_map(axes=[axis], unit=FLUX).write(tmp_path / "a.fits", format="fgst-ccube")
    model = TemplateSpatialModel.read(tmp_path / "a.fits", normalize=False)
    assert model.map.geom.axes.names == ["energy_true"]
    assert model(*AT, 1 * u.TeV) > 0


def test_cube_without_a_unit(tmp_path, cube):
    """As the diffuse models of the Fermi tools have none, often."""
    energies = fits.Column("Energy", "D", array=ENERGY.center.to_value("MeV"))
    table = fits.BinTableHDU.from_columns([energies], name="ENERGIES")
    primary = fits.PrimaryHDU(cube.data, cube.geom.wcs.to_header())
    fits.HDUList([primary, table]).writeto(tmp_path / "a.fits")
    model = TemplateSpatialModel(filename=tmp_path / "a.fits", normalize=False)
    assert model.unit == u.Unit("cm-2 s-1 MeV-1 sr-1")
    expected = TemplateSpatialModel(cube, normalize=False)(*AT, 2 * u.TeV)
    assert model(*AT, 2 * u.TeV).value == pytest.approx(expected.value, rel=1e-9)
    stated = TemplateSpatialModel(filename=tmp_path / "a.fits", normalize=False, unit="sr-1")
    assert stated.unit == u.Unit("sr-1")


def test_energies_that_are_too_few(tmp_path, cube):
    energies = fits.Column("Energy", "D", array=[1e5, 1e6])
    table = fits.BinTableHDU.from_columns([energies], name="ENERGIES")
    primary = fits.PrimaryHDU(cube.data, cube.geom.wcs.to_header())
    fits.HDUList([primary, table]).writeto(tmp_path / "a.fits")
    with pytest.raises(FileFormatError, match=r"a\.fits|planes"):
        value(tmp_path / "a.fits", 1 * u.TeV)


def test_axes_that_are_parameters(tmp_path):
    sky_map(axes=[RADIUS]).write(tmp_path / "a.fits")
    with pytest.raises(ModelError, match=r"a\.fits has the axes \['radius'\].*TemplateNDSpatialM"):
        value(tmp_path / "a.fits")
    assert list(TemplateNDSpatialModel.read(tmp_path / "a.fits").own_parameters) == ["radius"]


# -- what is wrong -------------------------------------------------------------------------


def test_no_map_in_it(tmp_path, image):
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns([])]).writeto(path)
    with pytest.raises(FileFormatError, match=r"a\.fits has no image of the sky"):
        value(path)
    column = fits.Column("T", "D", array=np.ones(12))
    table = fits.BinTableHDU.from_columns([column], fits.Header({"PIXTYPE": "HEALPIX"}))
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path, overwrite=True)
    with pytest.raises(FileFormatError, match=r"a\.fits has a HEALPix map, which is not supported"):
        value(path)
    fits.PrimaryHDU(image[0]).writeto(path, overwrite=True)
    with pytest.raises(FileFormatError, match=r"celestial"):
        value(path)


def test_damaged(tmp_path, image):
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(*image).writeto(path)
    whole = path.read_bytes()
    for content in (b"", b"text", whole[:3000], whole[:-1000]):
        path.write_bytes(content)
        with pytest.raises(FileFormatError, match=r"a\.fits"):
            value(path)
    with pytest.raises(MissingFileError, match="no such file of a map"):
        value(tmp_path)  # a folder


def test_nothing_but_nan(tmp_path, image):
    data, header = image
    fits.PrimaryHDU(np.full_like(data, np.nan), header).writeto(tmp_path / "a.fits")
    with pytest.raises(FileFormatError, match=r"a\.fits.*no finite pixel"):
        value(tmp_path / "a.fits")


def test_projection_is_named_with_the_file(tmp_path, image):
    data, header = image
    header["CTYPE1"], header["CTYPE2"] = "GLON-MOL", "GLAT-MOL"
    fits.PrimaryHDU(data, header).writeto(tmp_path / "a.fits")
    with pytest.raises(ModelError, match=r"a\.fits has the projection GLON-MOL"):
        value(tmp_path / "a.fits")


def test_path_or_text(tmp_path):
    sky_map().write(tmp_path / "a.fits")
    assert value(Path(tmp_path / "a.fits")) == value(str(tmp_path / "a.fits"))
