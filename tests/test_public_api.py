"""The surface, written down: a change of it is a visible difference here."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PUBLIC: dict[str, list[str]] = {
    "gammapy": ["__version__"],
    "gammapy.cli": ["main"],
    "gammapy.datasets": [
        "Dataset",
        "Datasets",
        "Plan",
        "SpectrumDataset",
        "SpectrumDatasetOnOff",
        "Term",
    ],
    "gammapy.engine": [],
    "gammapy.irf": ["EDispKernel"],
    "gammapy.maps": ["MapAxes", "MapAxis", "RegionGeom", "RegionNDMap"],
    "gammapy.modeling": [
        "Covariance",
        "Evaluation",
        "Fit",
        "FitProblem",
        "FitResult",
        "Fitter",
        "GaussianPrior",
        "LogUniformPrior",
        "Parameter",
        "Parameters",
        "Prior",
        "Residuals",
        "Status",
        "UniformPrior",
    ],
    "gammapy.modeling.fit": [],
    "gammapy.modeling.fit.backends": [],
    "gammapy.modeling.models": [
        "CompoundSpectralModel",
        "ConstantSpectralModel",
        "ExpCutoffPowerLawSpectralModel",
        "GaussianPrior",
        "LogParabolaSpectralModel",
        "LogUniformPrior",
        "MODEL_REGISTRY",
        "Models",
        "PowerLawNormSpectralModel",
        "PowerLawSpectralModel",
        "SPECTRAL_MODEL_REGISTRY",
        "SkyModel",
        "SpectralModel",
        "TemplateSpectralModel",
        "UniformPrior",
    ],
    "gammapy.modeling.models.spectral": [],
    "gammapy.modeling.serialize": [],
    "gammapy.plot": ["plot_fit"],
    "gammapy.results": ["read_fit_result", "write_fit_result"],
    "gammapy.spectrum": ["SpectrumDataset", "SpectrumDatasetOnOff"],
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
