import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from tests.modeling.serialize.xml.texts import POINT, library, source

DNDE = u.Unit("cm-2 s-1 MeV-1")
INDEX, WIDTH = np.array([1.0, 2.0, 3.0]), np.array([0.5, 2.0])
ENERGY = np.geomspace(1e5, 1e8, 7)


def flux(energy, index, width):
    """What bilinear interpolation in the parameters hits exactly."""
    return 1e-16 * width * (4.0 - index) * (1.0 + np.log10(energy / 1e5))


def columns(**kwargs):
    return [fits.Column(name=name, **column) for name, column in kwargs.items()]


def write(path, unit="MeV", drop=0, names=("Index", "Width"), shift=0.0):
    vector = np.zeros((2, 3))
    vector[0], vector[1, :2] = INDEX, WIDTH
    rows = columns(
        NAME={"format": "20A", "array": list(names)},
        INITIAL={"format": "E", "array": [1.5, 1.0]},
        DELTA={"format": "E", "array": [0.1, -1.0]},
        MINIMUM={"format": "E", "array": [1.0, 0.5]},
        MAXIMUM={"format": "E", "array": [3.0, 2.0]},
        NUMBVALS={"format": "J", "array": [3, 2]},
        VALUE={"format": "3E", "array": vector},
    )
    step = np.sqrt(ENERGY[1] / ENERGY[0])
    factor = float(u.MeV.to(unit or "keV"))
    energies = columns(
        ENERG_LO={"format": "D", "array": factor * ENERGY / step, "unit": unit},
        ENERG_HI={"format": "D", "array": factor * ENERGY * step, "unit": unit},
    )
    # in no order
    points = [(i, w) for w in WIDTH[::-1] for i in INDEX][: 6 - drop]
    spectra = columns(
        PARAMVAL={"format": "2E", "array": np.array(points) + shift},
        INTPSPEC={"format": "7D", "array": [flux(ENERGY, *point) for point in points]},
    )
    tables = {"PARAMETERS": rows, "ENERGIES": energies, "SPECTRA": spectra}
    hdus = [fits.BinTableHDU.from_columns(c, name=name) for name, c in tables.items()]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)


def text(more="", rows='<parameter name="Width" value="1.5" min="1" free="1"/>'):
    return library(
        source(
            f'<spectrum type="TableModel" file="t.fits"{more}>'
            f'<parameter name="Normalization" value="2" scale="1" free="1"/>{rows}</spectrum>',
            POINT,
        )
    )


def read(folder, **kwargs) -> Models:
    (folder / "x.xml").write_text(text(**kwargs))
    return Models.read(folder / "x.xml")


@pytest.mark.parametrize("unit", ["MeV", "TeV", None])
def test_values(tmp_path, unit):
    write(tmp_path / "t.fits", unit)
    models = read(tmp_path)
    for model in (models[0].spectral_model, again(models, tmp_path)[0].spectral_model):
        energy = np.array([1e5, 3e5, 2e6, 9e7])
        expected = 2 * flux(energy, 1.5, 1.5)
        assert model(energy * u.MeV).to_value(DNDE) == pytest.approx(expected, rel=1e-6)
        # from the table where the file is silent, else from the file
        index, width = model.model1.own_parameters.values()
        assert (index.value, index.min, index.max, index.frozen) == (1.5, 1, 3, False)
        assert (width.value, width.min, width.frozen) == (1.5, 1, False)


def again(models, folder) -> Models:
    """From the model alone."""
    bare = Models([SkyModel(models[0].spectral_model, models[0].spatial_model, name="a")])
    bare.write(folder / "y.xml", overwrite=True)
    return Models.read(folder / "y.xml")


def test_a_change(tmp_path):
    write(tmp_path / "t.fits")
    models = read(tmp_path)
    models[0].spectral_model.model1.own_parameters["Width"].value = 1.75
    models.write(tmp_path / "z.xml")
    assert 'name="Width" value="1.75" min="1" free="1"' in (tmp_path / "z.xml").read_text()
    models[0].spectral_model = PowerLawSpectralModel()
    models.write(tmp_path / "z.xml", overwrite=True)
    assert "TableModel" not in (tmp_path / "z.xml").read_text()


@pytest.mark.parametrize(
    ("change", "kwargs", "message"),
    [
        ({}, {"more": ' energyscale="Width"'}, "energies that a parameter scales are not supp"),
        ({}, {"rows": '<parameter name="X" value="1"/>'}, "this TableModel has .*'Width'.*'X'"),
        ({"drop": 1}, {}, r"t\.fits: 5 spectra do not fill a grid of \[3, 2\]"),
        ({"shift": 0.2}, {}, r"t\.fits: a spectrum at .* is not on the grid of parameters"),
        ({"names": ("a b", "Width")}, {}, "'a b'"),
    ],
)
def test_what_is_refused(tmp_path, change, kwargs, message):
    write(tmp_path / "t.fits", **change)
    with pytest.warns(GammapyWarning, match=message):
        assert len(read(tmp_path, **kwargs)) == 0


@pytest.mark.parametrize("content", [b"", b"hello", None])
def test_bad_files(tmp_path, content):
    if content is None:
        fits.PrimaryHDU().writeto(tmp_path / "t.fits")
    else:
        (tmp_path / "t.fits").write_bytes(content)
    with pytest.warns(GammapyWarning, match=r"t\.fits: is no table of spectra"):
        assert len(read(tmp_path)) == 0
