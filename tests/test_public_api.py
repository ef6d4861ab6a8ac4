"""The surface, written down: a change of it is a visible difference here."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PUBLIC: dict[str, list[str]] = {
    "gammapy": ["__version__"],
    "gammapy.astro": [],
    "gammapy.astro.darkmatter": [
        "BurkertProfile",
        "DMProfile",
        "DarkMatterAnnihilationSpectralModel",
        "DarkMatterDecaySpectralModel",
        "EinastoProfile",
        "IsothermalProfile",
        "MooreProfile",
        "NFWProfile",
        "PrimaryFlux",
        "PrimarySpectra",
        "ZhaoProfile",
    ],
    "gammapy.cli": ["main"],
    "gammapy.data": ["GTI"],
    "gammapy.datasets": [
        "Dataset",
        "Datasets",
        "FluxPointsDataset",
        "Plan",
        "SpectrumDataset",
        "SpectrumDatasetOnOff",
        "Term",
    ],
    "gammapy.engine": [],
    "gammapy.estimators": [
        "FluxPoints",
        "FluxPointsEstimator",
        "FluxProfileEstimator",
        "LightCurveEstimator",
        "SensitivityEstimator",
    ],
    "gammapy.irf": ["EDispKernel"],
    "gammapy.maps": [
        "Map",
        "MapAxes",
        "MapAxis",
        "MapCoord",
        "RegionGeom",
        "RegionNDMap",
        "TimeMapAxis",
        "WcsGeom",
        "WcsNDMap",
    ],
    "gammapy.modeling": [
        "Covariance",
        "Evaluation",
        "Fit",
        "FitProblem",
        "FitResult",
        "Fitter",
        "GaussianPenalty",
        "GaussianPrior",
        "GeneralizedGaussianPrior",
        "KDEPrior",
        "LogNormalPrior",
        "LogUniformPrior",
        "Parameter",
        "Parameters",
        "Prior",
        "Residuals",
        "Status",
        "TruncatedNormalPrior",
        "UniformPrior",
        "select_nested_models",
        "stat_profile_ul_scipy",
    ],
    "gammapy.modeling.fit": [],
    "gammapy.modeling.fit.backends": [],
    "gammapy.modeling.models": [
        "AbsorptionEdgeNormSpectralModel",
        "AstropySpectralModel",
        "BandSpectralModel",
        "BinsSpectralModel",
        "BlackbodySpectralModel",
        "BrokenPowerLaw2SpectralModel",
        "BrokenPowerLaw3SpectralModel",
        "BrokenPowerLawSpectralModel",
        "CompoundSpatialModel",
        "CompoundSpectralModel",
        "ConstantFluxSpatialModel",
        "ConstantSpatialModel",
        "ConstantSpectralModel",
        "ConstantTemporalModel",
        "DarkMatterAnnihilationSpectralModel",
        "DarkMatterDecaySpectralModel",
        "DiskSpatialModel",
        "EBLAbsorptionNormSpectralModel",
        "EBL_DATA_BUILTIN",
        "EnergyWindowNormSpectralModel",
        "ExpCutoffAboveBreakPowerLawSpectralModel",
        "ExpCutoffBrokenPowerLawSpectralModel",
        "ExpCutoffPowerLaw3FGLSpectralModel",
        "ExpCutoffPowerLawNormSpectralModel",
        "ExpCutoffPowerLawSEDPeakSpectralModel",
        "ExpCutoffPowerLawSpectralModel",
        "ExpDecayTemporalModel",
        "ExponentialSpectralModel",
        "FoVBackgroundModel",
        "GaussianPenalty",
        "GaussianPrior",
        "GaussianSpatialModel",
        "GaussianSpectralModel",
        "GaussianTemporalModel",
        "GeneralizedGaussianPrior",
        "GeneralizedGaussianSpatialModel",
        "GeneralizedGaussianTemporalModel",
        "IACTBackgroundModel",
        "IACTBackgroundShape",
        "KDEPrior",
        "LightCurveTemplateTemporalModel",
        "LinearTemporalModel",
        "LogGaussianSpectralModel",
        "LogNormalPrior",
        "LogNormalSpectralModel",
        "LogParabola2SpectralModel",
        "LogParabolaNormSpectralModel",
        "LogParabolaSpectralModel",
        "LogUniformPrior",
        "MODEL_REGISTRY",
        "MeyerCrabSpectralModel",
        "Models",
        "NaimaSpectralModel",
        "PiecewiseNormSpatialModel",
        "PiecewiseNormSpectralModel",
        "PiecewisePowerLawSpectralModel",
        "PointSpatialModel",
        "PowerLaw2SpectralModel",
        "PowerLawEnergyFluxSpectralModel",
        "PowerLawNormSpectralModel",
        "PowerLawSpectralModel",
        "PowerLawTemporalModel",
        "PrimaryFlux",
        "PrimarySpectra",
        "RingSpatialModel",
        "SPATIAL_MODEL_REGISTRY",
        "SPECTRAL_MODEL_REGISTRY",
        "ScaleSpectralModel",
        "Shell2SpatialModel",
        "ShellSpatialModel",
        "SherpaSpectralModel",
        "SineTemporalModel",
        "SkyModel",
        "SmoothBrokenPowerLawSpectralModel",
        "SmoothDoubleBrokenPowerLawSpectralModel",
        "SpatialModel",
        "SpectralModel",
        "SuperExpCutoffPowerLaw2SpectralModel",
        "SuperExpCutoffPowerLaw3FGLSpectralModel",
        "SuperExpCutoffPowerLaw3SpectralModel",
        "SuperExpCutoffPowerLaw4FGLDR3SpectralModel",
        "SuperExpCutoffPowerLaw4FGLSpectralModel",
        "TEMPORAL_MODEL_REGISTRY",
        "TemplateNDSpatialModel",
        "TemplateNDSpectralModel",
        "TemplateNPredModel",
        "TemplatePhaseCurveTemporalModel",
        "TemplateSpatialModel",
        "TemplateSpectralModel",
        "TemporalModel",
        "TruncatedNormalPrior",
        "UniformPrior",
        "create_cosmic_ray_spectral_model",
        "create_crab_spectral_model",
    ],
    "gammapy.modeling.models.spatial": [],
    "gammapy.modeling.models.spectral": [],
    "gammapy.modeling.models.spectral.calculus": [],
    "gammapy.modeling.models.spectral.foreign": [],
    "gammapy.modeling.models.temporal": [],
    "gammapy.modeling.prior": [],
    "gammapy.modeling.serialize": [],
    "gammapy.notebook": [],
    "gammapy.plot": [
        "peek",
        "plot_contour",
        "plot_correlation",
        "plot_counts",
        "plot_excess",
        "plot_fit",
        "plot_flux_points",
        "plot_flux_points_fit",
        "plot_flux_points_residuals",
        "plot_flux_points_spectrum",
        "plot_masks",
        "plot_phase_curve",
        "plot_profile",
        "plot_residuals",
        "plot_spectral_error",
        "plot_spectral_model",
        "plot_surface",
        "plot_temporal_model",
        "plot_ts_profiles",
    ],
    "gammapy.results": ["read_fit_result", "write_fit_result"],
    "gammapy.spectrum": [
        "FluxPoints",
        "FluxPointsDataset",
        "SpectrumDataset",
        "SpectrumDatasetOnOff",
    ],
    "gammapy.spectrum.flux_points": [],
    "gammapy.stats": [
        "CashCountsStatistic",
        "WStatCountsStatistic",
        "cash",
        "cstat",
        "get_wstat_gof_terms",
        "get_wstat_mu_bkg",
        "sigma_to_ts",
        "ts_to_sigma",
        "wstat",
    ],
}


def test_every_package_is_listed():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "gammapy").rglob("__init__.py")
    }
    assert found == set(PUBLIC)


@pytest.mark.parametrize("package", PUBLIC)
def test_names_are_as_listed(package):
    assert sorted(getattr(import_module(package), "__all__", [])) == PUBLIC[package]


@pytest.mark.parametrize(
    ("package", "name"), [(package, name) for package, names in PUBLIC.items() for name in names]
)
def test_names_are_there_and_documented(package, name):
    thing = getattr(import_module(package), name)
    assert thing.__doc__


@pytest.mark.parametrize("package", PUBLIC)
def test_packages_are_documented(package):
    assert import_module(package).__doc__


@pytest.mark.parametrize("package", ["gammapy.datasets", "gammapy.modeling"])
def test_unknown_names_are_missing(package):
    assert not hasattr(import_module(package), "NoSuchThing")
