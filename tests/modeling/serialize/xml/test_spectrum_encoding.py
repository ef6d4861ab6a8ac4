"""From spectra to elements; that they come back is tested in test_roundtrip.py."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    BandSpectralModel,
    BinsSpectralModel,
    EBLAbsorptionNormSpectralModel,
    EnergyWindowNormSpectralModel,
    ExpCutoffPowerLawNormSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    ExponentialSpectralModel,
    LogParabolaSpectralModel,
    PiecewiseNormSpectralModel,
    PiecewisePowerLawSpectralModel,
    PowerLaw2SpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
    TemplateSpectralModel,
)
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError
from gammapy.modeling.serialize.xml.spectrum_encoding import encode_spectrum

ENERGY = [0.1, 1, 10] * u.TeV
DNDE = u.Unit("cm-2 s-1 TeV-1")
TABLE = TemplateSpectralModel(ENERGY, [3, 2, 1] * DNDE)


def encode(model, dialect="gammalib", factor=False):
    lines: list[str] = []
    return encode_spectrum(Encoder(dialect, lines.append), model, factor)


def words(element) -> str:
    """Type and names, in the order of the file."""
    inside = [words(c) if c.tag == "spectrum" else c.get("name", c.tag) for c in element]
    return f"{element.get('type')}({' '.join(inside)})"


def cutoff(**kwargs):
    model = ExpCutoffPowerLawSpectralModel(**kwargs)
    model.alpha.frozen = True
    return model


LAW, PARABOLA = PowerLawSpectralModel(), LogParabolaSpectralModel()
NORM, WINDOW = PowerLawNormSpectralModel(), EnergyWindowNormSpectralModel(1 * u.TeV, 2 * u.TeV)
NODES = TABLE * PiecewiseNormSpectralModel(ENERGY)
LAW_WORDS = "PowerLaw(Prefactor Index PivotEnergy)"


@pytest.mark.parametrize(
    ("model", "dialect", "factor", "expected"),
    [
        (LAW, "gammalib", False, LAW_WORDS),
        (LAW, "fermi", False, "PowerLaw(Prefactor Index Scale)"),
        (
            PowerLaw2SpectralModel(),
            "fermi",
            False,
            "PowerLaw2(Integral Index LowerLimit UpperLimit)",
        ),
        (NORM, "gammalib", True, "Constant(Normalization)"),
        (PowerLawNormSpectralModel(tilt=1), "gammalib", True, LAW_WORDS),
        (
            cutoff(),
            "gammalib",
            False,
            "ExponentialCutoffPowerLaw(Prefactor Index CutoffEnergy PivotEnergy)",
        ),
        (
            cutoff(lambda_="0 TeV-1"),
            "gammalib",
            False,
            "ExponentialCutoffPowerLaw(Prefactor Index InverseCutoffEnergy PivotEnergy)",
        ),
        (
            ExpCutoffPowerLawNormSpectralModel(lambda_="0 TeV-1"),
            "gammalib",
            True,
            "ExponentialCutoffPowerLaw(Prefactor Index InverseCutoffEnergy PivotEnergy)",
        ),
        (cutoff(), "fermi", False, "PLSuperExpCutoff(Prefactor Index1 Cutoff Scale Index2)"),
        (NODES, "gammalib", False, "NodeFunction(node node node)"),
        (TABLE, "gammalib", False, "NodeFunction(node node node)"),
        (LAW + LAW + LAW, "gammalib", False, f"Composite({' '.join([LAW_WORDS] * 3)})"),
        (NORM * LAW, "gammalib", False, f"Multiplicative({LAW_WORDS} Constant(Normalization))"),
        (
            NODES * NORM,
            "gammalib",
            False,
            "Multiplicative(NodeFunction(node node node) Constant(Normalization))",
        ),
        (
            LAW * ExponentialSpectralModel(NORM),
            "gammalib",
            False,
            f"Multiplicative({LAW_WORDS} Exponential(Constant(Normalization)))",
        ),
        (
            PARABOLA * NORM,
            "fermi",
            False,
            "ScaleFactor::LogParabola(norm alpha beta Eb ScaleFactor)",
        ),
        (
            PARABOLA * WINDOW,
            "fermi",
            False,
            "EnergyBand::LogParabola(norm alpha beta Eb Emin Emax)",
        ),
        (
            PiecewisePowerLawSpectralModel([1, 2] * u.TeV),
            "fermi",
            False,
            "PiecewisePowerLaw(IndexL IndexH dNdE0 Energy0 dNdE1 Energy1)",
        ),
        (
            BinsSpectralModel([1, 2] * u.TeV, [2, 3] * u.TeV),
            "gammalib",
            False,
            "BinFunction(Index bin bin)",
        ),
        (BandSpectralModel(), "fermi", False, "BandFunction(norm alpha beta Ep Scale)"),
    ],
)
def test_types_and_names(model, dialect, factor, expected):
    assert words(encode(model, dialect, factor)) == expected


def absorption(filename):
    data = np.exp(-np.outer([1, 10], [0.1, 1.0]))
    redshift = np.array([0.05, 0.5])
    model = EBLAbsorptionNormSpectralModel([0.1, 10] * u.TeV, redshift, data)
    model.filename = filename
    return model


@pytest.mark.parametrize(
    ("model", "dialect", "message"),
    [
        (cutoff(lambda_="0 TeV-1"), "fermi", "Cutoff is the inverse of lambda_"),
        (ExpCutoffPowerLawSpectralModel(lambda_="0 TeV-1", alpha=2), "gammalib", "is the inverse"),
        (NODES, "fermi", "CompoundSpectralModel|'mul' have no name|no file"),
        (PARABOLA * NORM * NORM, "fermi", "a factor on a ScaleFactor::LogParabola has no name"),
        (LAW * WINDOW, "fermi", "a factor on a PowerLaw has no name in 'fermi'"),
        (LAW * WINDOW, "gammalib", "EnergyWindowNormSpectralModel has no name"),
        (PARABOLA * absorption("mine.fits"), "fermi", "the table 'mine.fits' has no number"),
        (LAW / PARABOLA, "gammalib", "joined by 'truediv'"),
        (BinsSpectralModel([1] * u.TeV, [2] * u.TeV), "fermi", "BinsSpectralModel has no name"),
        (ExponentialSpectralModel(NORM), "fermi", "ExponentialSpectralModel has no name"),
        (BandSpectralModel(), "gammalib", "BandSpectralModel has no name"),
        (BandSpectralModel(alpha=-2.5, beta=-3), "fermi", "BandSpectralModel has no name"),
        (PiecewisePowerLawSpectralModel([1, 2] * u.TeV), "gammalib", "has no name"),
        (TABLE * NORM, "gammalib", "that is in no file, times a norm"),
        (TemplateSpectralModel(ENERGY, [1, 0, 1] * DNDE), "gammalib", "with zeros"),
    ],
)
def test_no_words(model, dialect, message):
    with pytest.raises(UnsaidError, match=message):
        encode(model, dialect)


@pytest.mark.parametrize(
    ("index1", "index2", "smoothness"), [(2, 3, "0.3"), (3, 2, "-0.3"), (2, 2, "0.3")]
)
def test_the_sign_of_a_smooth_break(index1, index2, smoothness):
    """Theirs stands in the exponent with the change of index, so it may be negative."""
    model = SmoothBrokenPowerLawSpectralModel(index1=index1, index2=index2, beta=0.3)
    for dialect, name in (("gammalib", "BreakSmoothness"), ("fermi", "Beta")):
        (child,) = encode(model, dialect).findall(f"parameter[@name='{name}']")
        assert float(child.get("value")) * float(child.get("scale")) == float(smoothness)


def test_nodes_have_the_intensities():
    model = TABLE * PiecewiseNormSpectralModel(ENERGY)
    model.model2.norm_1.value = 2.5
    found = encode(model)
    values = [[float(p.get("value")) * float(p.get("scale")) for p in node] for node in found]
    expected = [[1e5, 3e-6], [1e6, 5e-6], [1e7, 1e-6]]
    assert np.array(values) == pytest.approx(np.array(expected), rel=1e-14)
