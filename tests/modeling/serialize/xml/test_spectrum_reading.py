import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import GammapyWarning, ModelError
from gammapy.modeling.models import (
    ConstantSpectralModel,
    EBLAbsorptionNormSpectralModel,
    EnergyWindowNormSpectralModel,
    Models,
    PowerLawNormSpectralModel,
)
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POINT, POWER_LAW, element, library, source

DNDE = u.Unit("cm-2 s-1 MeV-1")


def read(spectrum: str, dialect: str = "gammalib", shape: str = POINT):
    return models_from_xml(library(source(spectrum, shape)), dialect)[0].spectral_model


def node(energy, intensity, more="") -> str:
    return (
        f'<node><parameter name="Energy" value="{energy}"/>'
        f'<parameter name="Intensity" value="{intensity}"/>{more}</node>'
    )


def nodes(*rows) -> str:
    return f'<spectrum type="NodeFunction">{"".join(node(*row) for row in rows)}</spectrum>'


@pytest.mark.parametrize(
    ("spectrum", "message"),
    [
        (element("spectrum", "NoSuch A 1"), "spectrum of the type 'NoSuch': it is not known"),
        (element("spectrum", "PowerLaw Prefactor 1 Index 2"), r"'PowerLaw' with .*\['Index', 'Pre"),
        (element("spectrum", "PowerLaw Prefactor 1 Index 2 Scale 3 X 4"), "'X'"),
        (element("spectrum", "PowerLaw Prefactor 1 Index 2 Scale 3 PivotEnergy 4"), "'PivotEner"),
        (element("spectrum", "PowerLaw Index 1 Index 2 Scale 3"), "parameter 'Index' comes twice"),
        (element("spectrum", "PowerLaw Prefactor nan Index 2 Scale 3"), "Prefactor is nan"),
        (
            element("spectrum", "PowerLaw Prefactor 1e-16 Index x Scale 3"),
            "value = 'x' is no number",
        ),
        (element("spectrum", "PowerLaw Prefactor inf Index 2 Scale 3"), "must be a finite number"),
        (
            element("spectrum", "LogGaussian Norm 1 Mean 2 Sigma 3"),
            "'LogGaussian': it is not known",
        ),
        (element("spectrum", "DMFitFunction norm 1"), "'DMFitFunction': it is not known"),
        (element("spectrum", "MultipleBPL Normalization 1"), "'MultipleBPL': it is not known"),
        (
            element("spectrum", "PowerLaw Prefactor 1 Index 2 Scale 3", scaling_file="x.txt"),
            "its scaling_file, a factor on it, is not supported",
        ),
        (
            element(
                "spectrum",
                "ExponentialCutoffPowerLaw Prefactor 1 Index -2 CutoffEnergy 0 PivotEnergy 1",
            ),
            "CutoffEnergy: .*division by zero",
        ),
        (nodes(), "nodes must have positive intensities"),
        (nodes((1, 1), (1, 2)), "positive ascending energies"),
        (nodes((2, 1), (1, 2)), "positive ascending energies"),
        (nodes((0, 1), (1, 2)), "positive ascending energies"),
        (nodes((1, 1), (2, 0)), "nodes must have positive intensities"),
        (nodes((1, "nan"), (2, 1)), "must be finite"),
        (nodes((1, 1, '<parameter name="X" value="1"/>'), (2, 1)), "a node has Energy and Int"),
        ('<spectrum type="BinFunction"/>', "bins have LowerLimit, UpperLimit and Intensity"),
        (element("spectrum", "FileFunction Normalization 1"), "needs the name of a file"),
        (element("spectrum", "FileFunction Norm 1", file="x"), "has a Normalization, not"),
        (
            element("spectrum", "FileFunction Normalization 1", file="nofile.txt"),
            r"file 'nofile\.txt' is not there \(tried .*nofile\.txt\)",
        ),
        ('<spectrum type="Composite"/>', "a Composite needs a <spectrum> in it"),
        ('<spectrum type="Exponential"/>', "an Exponential needs one <spectrum> in it"),
        (element("spectrum", "EblAtten::PowerLaw2 tau_norm 1"), "needs .*'ebl_model', 'redshift'"),
        (
            element(
                "spectrum",
                "EblAtten::LogParabola norm 1 alpha 2 beta 3 Eb 4 tau_norm 1 "
                "redshift 0.1 ebl_model 3",
            ),
            "ebl_model 3: there is no table of it here",
        ),
        (element("spectrum", "BandFunction norm 1 alpha -3 beta -4 Ep 1 Scale 1"), "is no peak"),
        (element("spectrum", "PiecewisePowerLaw IndexL 1 IndexH 1"), "a PiecewisePowerLaw has"),
    ],
)
def test_what_is_refused(spectrum, message):
    with pytest.warns(GammapyWarning, match="XML text:2: source 'a': .*" + message):
        models = models_from_xml(library(source(spectrum, POINT)))
    assert len(models) == 0
    assert len(models.origin.refused) == 1


def test_one_node_is_a_constant():
    model = read(nodes((1e6, 3e-17)))
    assert isinstance(model, ConstantSpectralModel)
    assert model.const.quantity.to_value(DNDE) == 3e-17


def test_a_pivot_beside_a_break_is_passed_over_and_told():
    words = (
        "BrokenPowerLaw Prefactor 1e-12 Index1 -1.88 Index2 -2.89 PivotEnergy 200 BreakValue 2100"
    )
    with pytest.warns(GammapyWarning, match="PivotEnergy has no meaning in a BrokenPowerLaw"):
        model = read(element("spectrum", words))
    assert model(2100 * u.MeV).to_value(DNDE) == pytest.approx(1e-12, rel=1e-13)


CUBE = (
    '<spatialModel type="DiffuseMapCube" file="x.fits"><parameter name="Normalization" value="1"/>'
)


@pytest.mark.parametrize(
    "words",
    [
        "ConstantValue Value 1.5",
        "Constant Normalization 1.5",
        "PowerLaw Prefactor 1.5 Index 0 Scale 1",
    ],
)
def test_a_spectrum_beside_a_cube_is_a_factor(words):
    model = read(element("spectrum", words), shape=CUBE + "</spatialModel>")
    assert isinstance(model, PowerLawNormSpectralModel)
    assert model.norm.value == 1.5


def test_a_flux_beside_a_cube_is_refused():
    words = "Gaussian Normalization 1 Mean 1 Sigma 1"
    with pytest.warns(GammapyWarning, match="beside a flux or a background it must be a plain f"):
        models_from_xml(library(source(element("spectrum", words), CUBE + "</spatialModel>")))


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.txt").write_text("# MeV  flux\n1e5 1e-15 0.1\n1e6\t1e-17\n1e7 1e-20\n")
    return tmp_path


@pytest.mark.parametrize("dialect", ["gammalib", "fermi"])
def test_tables(table, dialect):
    spectrum = element("spectrum", "FileFunction Normalization 2", file="t.txt")
    (table / "x.xml").write_text(library(source(spectrum, POINT)))
    models = Models.read(table / "x.xml", dialect=dialect)
    model = models[0].spectral_model
    energies = np.array([1e5, 10**5.5, 1e6, 10**6.5]) * u.MeV
    expected = [2e-15, 2e-16, 2e-17, 2e-17 * 10**-1.5]
    assert model(energies).to_value(DNDE) == pytest.approx(expected, rel=1e-12)
    if dialect == "fermi":
        with pytest.raises(ModelError, match="outside of the table"):
            model(2e7 * u.MeV)
    else:
        assert model(1e4 * u.MeV).to_value(DNDE) == pytest.approx(2e-13, rel=1e-12)
    # from the model alone, in the same folder and in another
    models.origin = models[0].origin = None
    (table / "sub").mkdir()
    for name in ("y.xml", "sub/y.xml"):
        models.write(table / name, dialect=dialect)
        back = Models.read(table / name, dialect=dialect)[0].spectral_model
        assert back(energies).to_value(DNDE) == pytest.approx(expected, rel=1e-12)
    assert 'file="t.txt"' in (table / "y.xml").read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1 2\n3", r"t\.txt:2: '3' is no energy and value"),
        ("# x\na b\nc d", r"t\.txt:2: 'a b' is no energy and value"),
        ("1\n2\n", r"t\.txt:1: '1' is no"),
        ("\x00\xff", "is no energy and value"),
        ("", "at least 2"),
        ("2 1\n1 1\n", "must be positive and ascending"),
        ("1 1\n", "at least 2"),
        ("1 nan\n2 1\n", "must be finite"),
    ],
)
def test_bad_tables(table, content, message):
    (table / "t.txt").write_text(content)
    spectrum = element("spectrum", "FileFunction Normalization 2", file="t.txt")
    (table / "x.xml").write_text(library(source(spectrum, POINT)))
    with pytest.warns(GammapyWarning, match=message):
        assert len(Models.read(table / "x.xml")) == 0


LAW = "PowerLaw2 Integral 1e-7 Index -2.1 LowerLimit 100 UpperLimit 5e5"


@pytest.mark.parametrize(
    ("words", "factor"),
    [
        (LAW.replace("PowerLaw2", "ScaleFactor::PowerLaw2") + " ScaleFactor 3", 3.0),
        (LAW.replace("PowerLaw2", "EnergyBand::PowerLaw2") + " Emin 10 Emax 2000", 1.0),
        (LAW.replace("PowerLaw2", "EnergyBand::PowerLaw2") + " Emin 1000 Emax 2000", 1.0),
        (LAW.replace("PowerLaw2", "EnergyBand::PowerLaw2") + " Emin 10 Emax 1000", 0.0),
    ],
)
def test_factors_of_fermi(words, factor):
    text = library(source(element("spectrum", words), POINT))
    models = models_from_xml(text, "fermi")
    models.origin = models[0].origin = None
    for found in (models, models_from_xml(models_to_xml(models, "fermi"), "fermi")):
        value = found[0].spectral_model(1000 * u.MeV).to_value(DNDE)
        assert value == pytest.approx(8.73835628e-12 * factor, rel=1e-9)


def test_a_window_is_kept():
    words = LAW.replace("PowerLaw2", "EnergyBand::PowerLaw2") + " Emin 10 Emax 2000"
    window = read(element("spectrum", words), "fermi").model2
    assert isinstance(window, EnergyWindowNormSpectralModel)
    assert (window.emin.to_value("MeV"), window.emax.to_value("MeV")) == (10, 2000)


def test_absorption(tmp_path, monkeypatch):
    """By number; the table is one of $GAMMAPY_DATA."""
    asked = []

    def read_builtin(name, *args, **kwargs):
        asked.append(name)
        redshift = np.array([0.05, 0.5])
        data = np.exp(-np.outer([1, 10], [0.1, 1.0]))
        model = EBLAbsorptionNormSpectralModel([0.1, 10] * u.TeV, redshift, data)
        return model

    monkeypatch.setattr(EBLAbsorptionNormSpectralModel, "read_builtin", read_builtin)
    words = LAW.replace("PowerLaw2", "EblAtten::PowerLaw2")
    model = read(element("spectrum", words + " tau_norm 1.1 redshift 0.2 ebl_model 4"), "fermi")
    assert asked == ["franceschini"]
    assert (model.model2.alpha_norm.value, model.model2.redshift.value) == (1.1, 0.2)


def test_sums_and_products_of_three():
    parts = [
        element(
            "spectrum", f"PowerLaw Prefactor {k}e-16 Index -{k} PivotEnergy 1e6", component=str(k)
        )
        for k in (1, 2, 3)
    ]
    text = library(source(f'<spectrum type="Composite">{"".join(parts)}</spectrum>', POINT))
    models = models_from_xml(text)
    assert models[0].spectral_model(1 * u.TeV).to_value(DNDE) == pytest.approx(6e-16, rel=1e-13)
    for k, path in ((1, "model1.model1"), (2, "model1.model2"), (3, "model2")):
        assert models[0].own_parameters[f"spectral.{path}.index"].value == k
        models[0].own_parameters[f"spectral.{path}.amplitude"].value *= 10
    back = models_to_xml(models)
    assert 'component="2"' in back
    value = models_from_xml(back)[0].spectral_model(1 * u.TeV).to_value(DNDE)
    assert value == pytest.approx(6e-15, rel=1e-13)


def test_exponential_of_a_table_is_an_absorption(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tau.txt").write_text("1e5 0.1\n1e7 10\n")
    tau = '<spectrum type="FileFunction" file="tau.txt"><parameter name="Normalization" value="1" '
    inner = f'<spectrum type="Exponential">{tau}scale="-1"/></spectrum></spectrum>'
    model = read(f'<spectrum type="Multiplicative">{POWER_LAW}{inner}</spectrum>')
    plain = read(POWER_LAW)
    ratio = (model(1 * u.TeV) / plain(1 * u.TeV)).to_value("")
    assert ratio == pytest.approx(np.exp(-1), rel=1e-12)
