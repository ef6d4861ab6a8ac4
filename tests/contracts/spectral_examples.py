"""One or more examples of each registered spectral model, as functions that make a fresh one.

A class that is registered and not listed fails `test_spectral_models.py`.
"""

import importlib.util
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import astropy.units as u
import numpy as np

from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models import (
    AbsorptionEdgeNormSpectralModel,
    AstropySpectralModel,
    BandSpectralModel,
    BinsSpectralModel,
    BlackbodySpectralModel,
    BrokenPowerLaw2SpectralModel,
    BrokenPowerLaw3SpectralModel,
    BrokenPowerLawSpectralModel,
    CompoundSpectralModel,
    ConstantSpectralModel,
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    EBLAbsorptionNormSpectralModel,
    EnergyWindowNormSpectralModel,
    ExpCutoffAboveBreakPowerLawSpectralModel,
    ExpCutoffBrokenPowerLawSpectralModel,
    ExpCutoffPowerLaw3FGLSpectralModel,
    ExpCutoffPowerLawNormSpectralModel,
    ExpCutoffPowerLawSEDPeakSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    ExponentialSpectralModel,
    GaussianSpectralModel,
    LogGaussianSpectralModel,
    LogNormalSpectralModel,
    LogParabola2SpectralModel,
    LogParabolaNormSpectralModel,
    LogParabolaSpectralModel,
    MeyerCrabSpectralModel,
    NaimaSpectralModel,
    PiecewiseNormSpectralModel,
    PiecewisePowerLawSpectralModel,
    PowerLaw2SpectralModel,
    PowerLawEnergyFluxSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    PrimaryFlux,
    ScaleSpectralModel,
    SherpaSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
    SmoothDoubleBrokenPowerLawSpectralModel,
    SpectralModel,
    SuperExpCutoffPowerLaw2SpectralModel,
    SuperExpCutoffPowerLaw3FGLSpectralModel,
    SuperExpCutoffPowerLaw3SpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
    SuperExpCutoffPowerLaw4FGLSpectralModel,
    TemplateNDSpectralModel,
    TemplateSpectralModel,
)
from gammapy.modeling.models.spectral.darkmatter import PrimarySpectra

FLUX = u.Unit("cm-2 s-1 TeV-1")
ENERGY = np.geomspace(0.1, 50, 9) * u.TeV
TABLE = np.array([5e-9, 4e-10, 7e-11, 6e-12, 9e-13, 4e-14, 8e-15, 2e-16, 3e-18]) * FLUX


def power_law() -> PowerLawSpectralModel:
    return PowerLawSpectralModel(index=2.3, amplitude="3e-12 cm-2 s-1 TeV-1", reference="1.3 TeV")


def cutoff() -> ExpCutoffPowerLawSpectralModel:
    return ExpCutoffPowerLawSpectralModel(
        index=1.6, amplitude="3e-12 cm-2 s-1 TeV-1", lambda_="0.07 TeV-1", alpha=1.2
    )


def norm() -> PowerLawNormSpectralModel:
    return PowerLawNormSpectralModel(norm=1.4, tilt=0.2, reference="2 TeV")


def template() -> TemplateSpectralModel:
    return TemplateSpectralModel(ENERGY, TABLE)


@cache
def folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory()


def spectra(scale: str, unit: u.Unit = FLUX) -> TemplateNDSpectralModel:
    """Table over energy, index (on a logarithmic scale) and a size in GeV, off the nodes."""
    energy = MapAxis.from_energy_bounds("30 GeV", "120 TeV", 30, name="energy_true")
    index = MapAxis.from_nodes([1.5, 2.0, 2.6], interp="log", name="index")
    size = MapAxis.from_nodes([100, 300, 400, 900] * u.GeV, name="size")
    x, g = energy.center.to_value("TeV"), index.center.value
    s = size.center.value[:, None, None]
    values = (1 + 1e-3 * s) * 1e-11 * x ** -g[:, None] * np.exp(-x / 40)
    name = Path(folder().name, f"{scale}-{unit.to_string('fits')}.fits".replace(" ", "_"))
    table = RegionNDMap.create(axes=[energy, index, size], data=values, unit=unit)
    model = TemplateNDSpectralModel(table, {"values_scale": scale}, filename=name)
    model.write(overwrite=True)
    model.index.value, model.size.value = 2.13, 340.0
    return model


def absorption() -> EBLAbsorptionNormSpectralModel:
    redshifts = np.array([0.05, 0.2, 0.5])
    depth = 8 * redshifts[:, None] ** 1.2 * np.geomspace(0.1, 8, 6) ** 0.7 - 0.02
    energy = np.geomspace(0.1, 8, 6) * u.TeV
    return EBLAbsorptionNormSpectralModel(
        energy, redshifts, np.exp(-depth), redshift=0.13, alpha_norm=1.1
    )


LOG10_X = np.array([-5.0, -3.5, -2.5, -1.5, -0.8, -0.3, 0.0])
PHOTONS = np.array([2.0, 20.0, 25.0, 8.0, 1.2, 0.1, 0.01])
SPECTRA = PrimarySpectra(
    [8, 20, 60] * u.TeV, LOG10_X, {"b": [PHOTONS, 1.2 * PHOTONS, 1.1 * PHOTONS[::-1] ** 0.5]}
)


def annihilation() -> DarkMatterAnnihilationSpectralModel:
    return DarkMatterAnnihilationSpectralModel(
        "31 TeV", "b", scale=1.5, jfactor="3e19 GeV2 cm-5", z=0.1, k=4, source=SPECTRA
    )


def naima() -> NaimaSpectralModel:
    from naima.models import ExponentialCutoffPowerLaw, InverseCompton

    particles = ExponentialCutoffPowerLaw(1e33 / u.eV, 1 * u.TeV, 2.3, 300 * u.TeV, beta=2.0)
    radiation = InverseCompton(particles, seed_photon_fields=["CMB"], nEed=10, Eemax=3 * u.PeV)
    return NaimaSpectralModel(radiation, distance=2 * u.kpc)


def broken() -> BrokenPowerLawSpectralModel:
    return BrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak="800 GeV")


def smooth(beta: float) -> SmoothBrokenPowerLawSpectralModel:
    return SmoothBrokenPowerLawSpectralModel(
        index1=1.5, index2=2.8, ebreak="0.8 TeV", reference="2 TeV", beta=beta
    )


def piecewise(interp: str) -> PiecewiseNormSpectralModel:
    return PiecewiseNormSpectralModel([200, 1500, 9000] * u.GeV, [1.1, 0.8, 1.5], interp)


def bins(index: float) -> BinsSpectralModel:
    edges = [0.04, 0.3, 1.5, 6.0, 90.0] * u.TeV
    return BinsSpectralModel(edges[:-1], edges[1:], [4e-11, 2e-12, 1e-13, 3e-15] * FLUX, index)


def of_astropy() -> AstropySpectralModel:
    from astropy.modeling.models import Gaussian1D, PowerLaw1D

    model = PowerLaw1D(3e-9, 0.8, 2.2) + Gaussian1D(5e-10, 2.0, 0.7)
    model.x_0_0.fixed, model.alpha_0.min = True, 0.0
    return AstropySpectralModel(model, energy_unit="TeV", flux_unit="m-2 s-1 GeV-1")


def of_astropy_with_units() -> AstropySpectralModel:
    from astropy.modeling.models import PowerLaw1D

    return AstropySpectralModel(PowerLaw1D(3e-15 * u.Unit("cm-2 s-1 GeV-1"), 800 * u.GeV, 2.2))


def of_sherpa() -> SherpaSpectralModel:
    from sherpa.models.basic import Gauss1D, PowLaw1D

    low = PowLaw1D("low")
    low.ref, low.gamma, low.ampl = 1000, 2.2, 3e-15
    line = Gauss1D("line")
    line.fwhm, line.pos, line.ampl = 1500, 2000, 2e-16
    return SherpaSpectralModel(low + line, energy_unit="GeV", flux_unit="cm-2 s-1 GeV-1")


EXAMPLES: dict[type[SpectralModel], list[Callable[[], SpectralModel]]] = {
    ConstantSpectralModel: [
        ConstantSpectralModel,
        lambda: ConstantSpectralModel(const="3e-9 MeV-1 cm-2 s-1"),
    ],
    PowerLawSpectralModel: [
        PowerLawSpectralModel,
        power_law,
        lambda: PowerLawSpectralModel(index=1.0),
        lambda: PowerLawSpectralModel(index=-0.5, amplitude="2e-9 MeV-1 m-2 s-1"),
    ],
    PowerLaw2SpectralModel: [
        PowerLaw2SpectralModel,
        lambda: PowerLaw2SpectralModel(index=1.0, emin="50 GeV", emax="2 TeV"),
        lambda: PowerLaw2SpectralModel(index=2.6, amplitude="3e-8 m-2 s-1", emin="1 TeV"),
    ],
    BrokenPowerLawSpectralModel: [
        BrokenPowerLawSpectralModel,
        broken,
        lambda: BrokenPowerLawSpectralModel(index1=2.0, index2=1.0, ebreak="5 TeV"),
    ],
    SmoothBrokenPowerLawSpectralModel: [
        lambda: smooth(1.0),
        lambda: smooth(0.1),
        lambda: smooth(0.003),
        lambda: smooth(-0.5),
        lambda: SmoothBrokenPowerLawSpectralModel(index1=2.6, index2=1.9, ebreak="5 TeV", beta=0.3),
    ],
    PowerLawNormSpectralModel: [PowerLawNormSpectralModel, norm],
    ExpCutoffPowerLawSpectralModel: [ExpCutoffPowerLawSpectralModel, cutoff],
    ExpCutoffPowerLawNormSpectralModel: [
        ExpCutoffPowerLawNormSpectralModel,
        lambda: ExpCutoffPowerLawNormSpectralModel(
            index=0.1, norm=1.4, reference="3 TeV", lambda_="2e-5 GeV-1", alpha=1.5
        ),
    ],
    ExpCutoffPowerLaw3FGLSpectralModel: [
        ExpCutoffPowerLaw3FGLSpectralModel,
        lambda: ExpCutoffPowerLaw3FGLSpectralModel(index=2.2, ecut="3000 GeV", reference="2 TeV"),
    ],
    SuperExpCutoffPowerLaw3FGLSpectralModel: [
        lambda: SuperExpCutoffPowerLaw3FGLSpectralModel(reference="2 TeV", index_2=1.4),
        lambda: SuperExpCutoffPowerLaw3FGLSpectralModel(
            index_1=1.2, ecut="700 GeV", index_2=0.4, reference="500 GeV"
        ),
    ],
    SuperExpCutoffPowerLaw4FGLSpectralModel: [
        lambda: SuperExpCutoffPowerLaw4FGLSpectralModel(
            expfactor=3e-4, index_1=1.9, index_2=0.5, reference="700 GeV"
        ),
    ],
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel: [
        SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
        lambda: SuperExpCutoffPowerLaw4FGLDR3SpectralModel(
            expfactor=0.4, index_1=1.9, index_2=0.67, reference="700 GeV"
        ),
        lambda: SuperExpCutoffPowerLaw4FGLDR3SpectralModel(expfactor=0.2, index_2=0.0),
        lambda: SuperExpCutoffPowerLaw4FGLDR3SpectralModel(expfactor=0.2, index_2=-0.3),
    ],
    LogParabolaSpectralModel: [
        LogParabolaSpectralModel,
        lambda: LogParabolaSpectralModel(alpha=2.1, beta=-0.05, reference="1 TeV"),
    ],
    LogParabola2SpectralModel: [
        LogParabola2SpectralModel,
        lambda: LogParabola2SpectralModel(alpha=2.4, beta=0.1, reference="1 TeV", escale="5 TeV"),
    ],
    LogParabolaNormSpectralModel: [
        LogParabolaNormSpectralModel,
        lambda: LogParabolaNormSpectralModel(norm=1.2, alpha=0.2, beta=0.05, reference="900 GeV"),
    ],
    GaussianSpectralModel: [
        GaussianSpectralModel,
        lambda: GaussianSpectralModel(mean="4 TeV", sigma="1500 GeV", amplitude="3e-8 m-2 s-1"),
    ],
    BandSpectralModel: [
        BandSpectralModel,
        lambda: BandSpectralModel(
            alpha=-0.8,
            beta=-2.4,
            amplitude="2e-12 cm-2 s-1 TeV-1",
            epeak="900 GeV",
            reference="1 TeV",
        ),
    ],
    BlackbodySpectralModel: [lambda: BlackbodySpectralModel(temperature="600 GeV")],
    PiecewiseNormSpectralModel: [lambda: piecewise("log"), lambda: piecewise("lin")],
    ScaleSpectralModel: [
        lambda: ScaleSpectralModel(power_law(), norm=2.5),
        lambda: ScaleSpectralModel(cutoff() + broken()),
    ],
    TemplateSpectralModel: [
        template,
        lambda: TemplateSpectralModel(ENERGY, TABLE, {"values_scale": "lin"}, meta={"from": "me"}),
        lambda: TemplateSpectralModel(ENERGY, np.linspace(0.5, 1.5, 9)),
    ],
    TemplateNDSpectralModel: [
        lambda: spectra("log"),
        lambda: spectra("lin"),
        lambda: spectra("log", u.Unit("")),
    ],
    EBLAbsorptionNormSpectralModel: [absorption],
    MeyerCrabSpectralModel: [MeyerCrabSpectralModel, lambda: MeyerCrabSpectralModel(norm=0.9)],
    LogGaussianSpectralModel: [
        LogGaussianSpectralModel,
        lambda: LogGaussianSpectralModel(L="3e-3 m-2 s-1", Ep="2 TeV", w=0.5),
    ],
    PrimaryFlux: [lambda: PrimaryFlux("31 TeV", "b", SPECTRA)],
    DarkMatterAnnihilationSpectralModel: [annihilation],
    DarkMatterDecaySpectralModel: [
        lambda: DarkMatterDecaySpectralModel(
            "50 TeV", "b", jfactor="3e19 GeV cm-2", source=SPECTRA
        ),
        lambda: DarkMatterDecaySpectralModel("50 TeV", "b", source=SPECTRA),
    ],
    NaimaSpectralModel: [naima] if importlib.util.find_spec("naima") else [],
    AstropySpectralModel: [of_astropy, of_astropy_with_units],
    SherpaSpectralModel: [of_sherpa] if importlib.util.find_spec("sherpa") else [],
    PowerLawEnergyFluxSpectralModel: [
        PowerLawEnergyFluxSpectralModel,
        lambda: PowerLawEnergyFluxSpectralModel(index=1.0, emin="50 GeV", emax="2 TeV"),
        lambda: PowerLawEnergyFluxSpectralModel(
            index=2.6, amplitude="3e-12 erg cm-2 s-1", emin="1 TeV"
        ),
    ],
    BrokenPowerLaw2SpectralModel: [
        lambda: BrokenPowerLaw2SpectralModel(ebreak="1.3 TeV"),
        lambda: BrokenPowerLaw2SpectralModel(
            index1=1.0, index2=2.8, amplitude="3e-8 m-2 s-1", ebreak="800 GeV", emin="70 GeV"
        ),
        lambda: BrokenPowerLaw2SpectralModel(
            index1=2.6, index2=1.9, ebreak="5 TeV", emin="6 TeV", emax="60 TeV"
        ),
        lambda: BrokenPowerLaw2SpectralModel(
            index1=1.6, index2=2.9, ebreak="5 TeV", emin="0.2 TeV", emax="3 TeV"
        ),
    ],
    BrokenPowerLaw3SpectralModel: [
        BrokenPowerLaw3SpectralModel,
        lambda: BrokenPowerLaw3SpectralModel(
            index1=2.6, index2=1.8, amplitude1="3e-8 m-2 s-1", emin2="900 GeV"
        ),
    ],
    SmoothDoubleBrokenPowerLawSpectralModel: [
        SmoothDoubleBrokenPowerLawSpectralModel,
        lambda: SmoothDoubleBrokenPowerLawSpectralModel(
            index1=2.4, index2=1.7, index3=3.1, beta12=0.4, beta23=0.3, reference="700 GeV"
        ),
    ],
    ExpCutoffAboveBreakPowerLawSpectralModel: [
        lambda: ExpCutoffAboveBreakPowerLawSpectralModel(ebreak="1.3 TeV"),
        lambda: ExpCutoffAboveBreakPowerLawSpectralModel(
            index=2.1, reference="500 GeV", ebreak="600 GeV", p1="20 TeV", p2=0.4, p3=-0.05
        ),
    ],
    ExpCutoffBrokenPowerLawSpectralModel: [
        lambda: ExpCutoffBrokenPowerLawSpectralModel(ebreak="800 GeV", eabs="3 TeV", p1="9 TeV"),
        lambda: ExpCutoffBrokenPowerLawSpectralModel(ebreak="3 TeV", eabs="800 GeV", p1="9 TeV"),
    ],
    ExpCutoffPowerLawSEDPeakSpectralModel: [
        ExpCutoffPowerLawSEDPeakSpectralModel,
        lambda: ExpCutoffPowerLawSEDPeakSpectralModel(
            index=1.1, amplitude="3e-12 erg cm-2 s-1", epeak="3000 GeV"
        ),
    ],
    SuperExpCutoffPowerLaw2SpectralModel: [
        lambda: SuperExpCutoffPowerLaw2SpectralModel(
            expfactor=3e-4, index_1=1.9, index_2=0.5, reference="700 GeV"
        ),
        lambda: SuperExpCutoffPowerLaw2SpectralModel(index_1=1.2),
    ],
    SuperExpCutoffPowerLaw3SpectralModel: [
        SuperExpCutoffPowerLaw3SpectralModel,
        lambda: SuperExpCutoffPowerLaw3SpectralModel(
            expfactor=0.9, index_1=1.9, index_2=0.67, reference="700 GeV"
        ),
        lambda: SuperExpCutoffPowerLaw3SpectralModel(expfactor=0.9, index_1=2.9, index_2=-0.3),
    ],
    LogNormalSpectralModel: [
        LogNormalSpectralModel,
        lambda: LogNormalSpectralModel(amplitude="3e-8 m-2 s-1", log10_mean=5.7, log10_sigma=0.9),
    ],
    AbsorptionEdgeNormSpectralModel: [
        lambda: AbsorptionEdgeNormSpectralModel(tau=1.4, edge="150 GeV", index=0.8),
    ],
    EnergyWindowNormSpectralModel: [
        lambda: EnergyWindowNormSpectralModel("30 GeV", "70 TeV"),
        lambda: EnergyWindowNormSpectralModel("200 GeV", "90 TeV"),
    ],
    ExponentialSpectralModel: [
        lambda: ExponentialSpectralModel(PowerLawNormSpectralModel(norm=-0.7, tilt=-0.4)),
        lambda: ExponentialSpectralModel(norm() * piecewise("lin")),
    ],
    BinsSpectralModel: [
        lambda: bins(1.0),
        lambda: bins(2.3),
        lambda: BinsSpectralModel([0.1, 1.0] * u.TeV, [1.0, 90.0] * u.TeV),
    ],
    PiecewisePowerLawSpectralModel: [
        lambda: PiecewisePowerLawSpectralModel([200, 1500, 9000] * u.GeV, [0.02, 1e-4]),
        lambda: PiecewisePowerLawSpectralModel(
            3 * u.TeV, index_low=1.0, index_high=2.4, amplitude="2e-9 MeV-1 m-2 s-1"
        ),
    ],
    CompoundSpectralModel: [
        lambda: power_law() * absorption(),
        lambda: power_law() + cutoff(),
        lambda: cutoff() * piecewise("log"),
        lambda: 0.01 * ScaleSpectralModel(power_law()) + GaussianSpectralModel(sigma="20 GeV"),
        lambda: power_law() - 0.5 * cutoff(),
        lambda: power_law() * norm(),
        lambda: template() * norm(),
        lambda: power_law() / norm(),
        lambda: power_law() * (norm() ** PowerLawNormSpectralModel(norm=0.8)),
        lambda: (power_law() + 2e-13 * FLUX) * (0.5 + norm()),
    ],
}
