"""Spectra in XML that are a type and parameters; see `Form` for how the tables read.

Sources: the manuals of Gammalib and of the Fermi Science Tools. An index of theirs is the exponent
itself, one of ours its negative. Energies are in MeV.
"""

from __future__ import annotations

import math

from gammapy.modeling.models.spectral.broken import (
    BrokenPowerLawSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
    SmoothDoubleBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.broken_flux import (
    BrokenPowerLaw2SpectralModel,
    BrokenPowerLaw3SpectralModel,
)
from gammapy.modeling.models.spectral.constant import ConstantSpectralModel
from gammapy.modeling.models.spectral.cutoff import (
    ExpCutoffPowerLawNormSpectralModel,
    ExpCutoffPowerLawSEDPeakSpectralModel,
    ExpCutoffPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.cutoff_above import (
    ExpCutoffAboveBreakPowerLawSpectralModel,
    ExpCutoffBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.edge import AbsorptionEdgeNormSpectralModel
from gammapy.modeling.models.spectral.line import GaussianSpectralModel
from gammapy.modeling.models.spectral.lognormal import LogNormalSpectralModel
from gammapy.modeling.models.spectral.logparabola import (
    LogParabolaNormSpectralModel,
    LogParabolaSpectralModel,
)
from gammapy.modeling.models.spectral.powerlaw import (
    PowerLaw2SpectralModel,
    PowerLawEnergyFluxSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.superexp import (
    SuperExpCutoffPowerLaw2SpectralModel,
    SuperExpCutoffPowerLaw3SpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
)
from gammapy.modeling.serialize.xml.form import Form, Table

__all__ = ["FACTORS", "FLUXES", "TURNS"]

FLUXES = Table(
    Form(
        ConstantSpectralModel,
        "const",
        "N",
        gammalib="Constant Normalization",
        fermi="ConstantValue Value",
    ),
    Form(
        PowerLawSpectralModel,
        "amplitude index reference",
        "N 1 MeV",
        gammalib="PowerLaw Prefactor -Index PivotEnergy",
        fermi="PowerLaw Prefactor -Index Scale",
    ),
    Form(
        PowerLaw2SpectralModel,
        "amplitude index emin emax",
        "F 1 MeV MeV",
        gammalib="PowerLaw PhotonFlux -Index LowerLimit UpperLimit",
        fermi="PowerLaw2 Integral -Index LowerLimit UpperLimit",
    ),
    Form(
        PowerLawEnergyFluxSpectralModel,
        "amplitude index emin emax",
        "erg 1 MeV MeV",
        gammalib="PowerLaw EnergyFlux -Index LowerLimit UpperLimit",
    ),
    Form(
        BrokenPowerLawSpectralModel,
        "amplitude index1 ebreak index2",
        "N 1 MeV 1",
        gammalib="BrokenPowerLaw Prefactor -Index1 BreakEnergy -Index2",
        fermi="BrokenPowerLaw Prefactor -Index1 BreakValue -Index2",
        ignored=["PivotEnergy"],
    ),
    Form(
        BrokenPowerLaw2SpectralModel,
        "amplitude index1 index2 ebreak emin emax",
        "F 1 1 MeV MeV MeV",
        fermi="BrokenPowerLaw2 Integral -Index1 -Index2 BreakValue LowerLimit UpperLimit",
    ),
    Form(
        BrokenPowerLaw3SpectralModel,
        "amplitude1 index1 amplitude2 index2 emin1 emax1 emin2 emax2",
        "F 1 F 1 MeV MeV MeV MeV",
        fermi="BrokenPowerLaw3 Integral1 -Index1 Integral2 -Index2 LowerLimit1 UpperLimit1 "
        "LowerLimit2 UpperLimit2",
    ),
    Form(
        SmoothBrokenPowerLawSpectralModel,
        "amplitude index1 reference index2 ebreak beta",
        "N 1 MeV 1 MeV 1",
        gammalib="SmoothBrokenPowerLaw Prefactor -Index1 PivotEnergy -Index2 BreakEnergy "
        "BreakSmoothness",
        fermi="SmoothBrokenPowerLaw Prefactor -Index1 Scale -Index2 BreakValue Beta",
    ),
    Form(
        SmoothDoubleBrokenPowerLawSpectralModel,
        "amplitude index1 reference index2 ebreak12 beta12 index3 ebreak23 beta23",
        "N 1 MeV 1 MeV 1 1 MeV 1",
        fermi="SmoothDoubleBrokenPowerLaw Prefactor -Index1 Scale -Index2 BreakValue12 Beta12 "
        "-Index3 BreakValue23 Beta23",
    ),
    Form(
        ExpCutoffPowerLawSpectralModel,
        "amplitude index lambda_ reference",
        "N 1 1/MeV MeV",
        gammalib="ExponentialCutoffPowerLaw Prefactor -Index 1/CutoffEnergy PivotEnergy",
        also=["ExpCutoff Prefactor -Index 1/Cutoff Scale"],
        fixed={"alpha": 1.0},
    ),
    Form(  # where there is no cutoff, too
        ExpCutoffPowerLawSpectralModel,
        "amplitude index lambda_ reference",
        "N 1 1/MeV MeV",
        gammalib="ExponentialCutoffPowerLaw Prefactor -Index InverseCutoffEnergy PivotEnergy",
        also=["ExpCutoff Prefactor -Index InverseCutoffEnergy Scale"],
        fixed={"alpha": 1.0},
    ),
    Form(
        ExpCutoffPowerLawSpectralModel,
        "amplitude index lambda_ reference alpha",
        "N 1 1/MeV MeV 1",
        gammalib="SuperExponentialCutoffPowerLaw Prefactor -Index1 1/CutoffEnergy PivotEnergy "
        "Index2",
        fermi="PLSuperExpCutoff Prefactor -Index1 1/Cutoff Scale Index2",
    ),
    Form(
        ExpCutoffAboveBreakPowerLawSpectralModel,
        "amplitude index reference ebreak p1 p2 p3",
        "N 1 MeV MeV MeV 1 1",
        fermi="ExpCutoff Prefactor -Index Scale Ebreak P1 P2 P3",
    ),
    Form(
        ExpCutoffPowerLawSEDPeakSpectralModel,
        "amplitude index epeak",
        "EF 1 MeV",
        fermi="ExpCutoffSEDPeak Fpeak -Index Epeak",
    ),
    Form(
        ExpCutoffBrokenPowerLawSpectralModel,
        "amplitude index1 index2 ebreak eabs p1",
        "N 1 1 MeV MeV MeV",
        fermi="BPLExpCutoff Prefactor -Index1 -Index2 BreakValue Eabs P1",
    ),
    Form(
        SuperExpCutoffPowerLaw2SpectralModel,
        "amplitude index_1 reference expfactor index_2",
        "N 1 MeV 1 1",
        fermi="PLSuperExpCutoff2 Prefactor -Index1 Scale Expfactor Index2",
    ),
    Form(
        SuperExpCutoffPowerLaw3SpectralModel,
        "amplitude index_1 reference expfactor index_2",
        "N 1 MeV 1 1",
        fermi="PLSuperExpCutoff3 Prefactor -IndexS Scale Expfactor2 Index2",
    ),
    Form(
        SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
        "amplitude index_1 reference expfactor index_2",
        "N 1 MeV 1 1",
        fermi="PLSuperExpCutoff4 Prefactor -IndexS Scale ExpfactorS Index2",
    ),
    Form(
        LogParabolaSpectralModel,
        "amplitude alpha beta reference",
        "N 1 1 MeV",
        gammalib="LogParabola Prefactor -Index -Curvature PivotEnergy",
        fermi="LogParabola norm alpha beta Eb",
        also=["LogParabola Prefactor -Index -Curvature Scale"],
    ),
    Form(
        GaussianSpectralModel,
        "amplitude mean sigma",
        "F MeV MeV",
        gammalib="Gaussian Normalization Mean Sigma",
        fermi="Gaussian Prefactor Mean Sigma",
    ),
    Form(
        LogNormalSpectralModel,
        "amplitude log10_mean log10_sigma",
        "F 1 1",
        fermi="LogNormal Prefactor Log10_Mean Log10_Sigma",
        # the tools multiply by ln 10 twice, so their integral is not the prefactor
        times={"amplitude": math.log(10.0) ** 2},
    ),
)

#: what stands beside a cube of fluxes, or beside the background of a response
FACTORS = Table(
    Form(
        PowerLawNormSpectralModel,
        "norm",
        "1",
        gammalib="Constant Normalization",
        fermi="ConstantValue Value",
        fixed={"tilt": 0.0, "reference": 1.0},
    ),
    Form(
        PowerLawNormSpectralModel,
        "norm tilt reference",
        "1 1 MeV",
        gammalib="PowerLaw Prefactor -Index PivotEnergy",
        fermi="PowerLaw Prefactor -Index Scale",
    ),
    Form(
        ExpCutoffPowerLawNormSpectralModel,
        "norm index lambda_ reference",
        "1 1 1/MeV MeV",
        gammalib="ExponentialCutoffPowerLaw Prefactor -Index 1/CutoffEnergy PivotEnergy",
        also=["ExpCutoff Prefactor -Index 1/Cutoff Scale"],
        fixed={"alpha": 1.0},
    ),
    Form(  # where there is no cutoff, too
        ExpCutoffPowerLawNormSpectralModel,
        "norm index lambda_ reference",
        "1 1 1/MeV MeV",
        gammalib="ExponentialCutoffPowerLaw Prefactor -Index InverseCutoffEnergy PivotEnergy",
        also=["ExpCutoff Prefactor -Index InverseCutoffEnergy Scale"],
        fixed={"alpha": 1.0},
    ),
    Form(
        ExpCutoffPowerLawNormSpectralModel,
        "norm index lambda_ reference alpha",
        "1 1 1/MeV MeV 1",
        gammalib="SuperExponentialCutoffPowerLaw Prefactor -Index1 1/CutoffEnergy PivotEnergy "
        "Index2",
        fermi="PLSuperExpCutoff Prefactor -Index1 1/Cutoff Scale Index2",
    ),
    Form(
        LogParabolaNormSpectralModel,
        "norm alpha beta reference",
        "1 1 1 MeV",
        gammalib="LogParabola Prefactor -Index -Curvature PivotEnergy",
        fermi="LogParabola norm alpha beta Eb",
        also=["LogParabola Prefactor -Index -Curvature Scale"],
    ),
    Form(
        AbsorptionEdgeNormSpectralModel,
        "tau edge index",
        "1 MeV 1",
        fermi="AbsEdge Tau0 E0 -Index",
    ),
)

#: parameters whose sign is that of a change of index: their name, and the two indices
TURNS: dict[type, tuple[tuple[str, str, str], ...]] = {
    SmoothBrokenPowerLawSpectralModel: (("beta", "index1", "index2"),),
    SmoothDoubleBrokenPowerLawSpectralModel: (
        ("beta12", "index1", "index2"),
        ("beta23", "index2", "index3"),
    ),
}
