"""Scripts as users of Gammapy 2.x write them, with their imports, run here unchanged.

Each answers with numbers under names. The same texts were run with Gammapy 2.1; its answers stand
beside them, and tolerances are what its integration over energy bins and its minimisers
leave open. ``DATA`` is the folder of a simulated data set that both read.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY

DATA = Path(__file__).parents[1] / "examples" / "data" / "simulated-crab"

FIT = """
import astropy.units as u
from gammapy.datasets import Datasets
from gammapy.modeling import Fit
from gammapy.modeling.models import LogParabolaSpectralModel, SkyModel

datasets = Datasets.read(DATA / "datasets.yaml")
spectral_model = LogParabolaSpectralModel(
    amplitude=1e-11 * u.Unit("cm-2 s-1 TeV-1"), reference=1 * u.TeV, alpha=2, beta=0.1
)
model = SkyModel(spectral_model=spectral_model, name="crab")
datasets.models = [model]
fit = Fit()
result = fit.run(datasets=datasets)
table = result.parameters.to_table()
rows = datasets.models.to_parameters_table()["model", "name", "value", "error"]
assert result.success and list(rows["name"]) == ["amplitude", "reference", "alpha", "beta"]
assert set(rows["model"]) == {"crab"}
answers["stat"] = result.total_stat
answers["alpha"] = model.parameters["alpha"].value
answers["error"] = table["error"][2]
answers["correlation"] = spectral_model.covariance.correlation[2, 3]
sub = model.covariance.get_subcovariance(model.parameters.free_parameters)
answers["variance"] = sub.data[1, 1]
answers["flux"], _, answers["flux error"] = spectral_model.integral_error(
    1 * u.TeV, 10 * u.TeV
).to_value("cm-2 s-1")
answers["energy flux"] = spectral_model.energy_flux(1 * u.TeV, 10 * u.TeV).to_value("erg cm-2 s-1")
answers["excess"] = datasets.info_table()["excess"][0]

north = datasets["north"].copy(name="alone")
north.models = model.copy(name="alone-crab")
north.mask_fit = north.counts.geom.energy_mask(energy_min=1 * u.TeV, energy_max=20 * u.TeV)
answers["alone"] = Fit(backend="scipy").run([north]).total_stat
answers["bins"] = north.mask.data.sum()
"""

MODELS = """
import astropy.units as u
import numpy as np
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    SPECTRAL_MODEL_REGISTRY,
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    SpectralModel,
    TemplateSpectralModel,
    create_crab_spectral_model,
)

pwl = SPECTRAL_MODEL_REGISTRY.get_cls("pl")(index=2.6)
pwl.amplitude.quantity = "3e-12 cm-2 s-1 TeV-1"
pwl.amplitude.min = 0
ecpl = ExpCutoffPowerLawSpectralModel(
    index=1.8, amplitude="4e-12 cm-2 s-1 TeV-1", reference=1 * u.TeV, lambda_=0.1 / u.TeV
)
compound = pwl + ecpl * PowerLawNormSpectralModel(norm=0.5)
answers["compound"] = compound(3 * u.TeV).to_value("cm-2 s-1 TeV-1")
energy = np.geomspace(0.1, 100, 40) * u.TeV
template = TemplateSpectralModel(energy=energy, values=ecpl(energy))
answers["template"] = template(3 * u.TeV).to_value("cm-2 s-1 TeV-1")
crab = create_crab_spectral_model("hess_ecpl")
answers["crab"] = crab.integral(1 * u.TeV, 10 * u.TeV).to_value("cm-2 s-1")
answers["inverse"] = pwl.inverse(1e-12 * u.Unit("cm-2 s-1 TeV-1")).to_value("TeV")

models = Models([SkyModel(compound, name="one"), SkyModel.create("lp", name="two")])
models.append(SkyModel(spectral_model=crab, name="three"))
models.freeze("spectral")
models["two"].unfreeze("spectral")
assert models.parameters.free_parameters.names == ["amplitude", "alpha", "beta"]
assert models.select(tag="ecpl", model_type="spectral").names == ["three"]
assert models.select(name_substring="t", frozen=True).names == ["three"]
ecpl.lambda_ = crab.lambda_
crab.lambda_.value = 0.2
answers["shared"] = compound(3 * u.TeV).to_value("cm-2 s-1 TeV-1")
again = Models.from_dict(models.to_dict())
assert again.names == Models.from_yaml(models.to_yaml()).names == ["one", "two", "three"]
answers["read"] = again["three"].spectral_model(3 * u.TeV).to_value("cm-2 s-1 TeV-1")
assert PowerLawSpectralModel.from_dict(pwl.to_dict()).amplitude.min == 0


class MyCustomSpectralModel(SpectralModel):
    tag = "MyCustomSpectralModel"
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", min=0, interp="log")
    index = Parameter("index", 2, min=0, scale_method="scale10")
    reference = Parameter("reference", "1 TeV", frozen=True)
    mean = Parameter("mean", "1 TeV", min=0)
    width = Parameter("width", "0.1 TeV", min=0, frozen=True)

    @staticmethod
    def evaluate(energy, index, amplitude, reference, mean, width):
        pwl = PowerLawSpectralModel.evaluate(
            energy=energy, index=index, amplitude=amplitude, reference=reference
        )
        gauss = amplitude * np.exp(-((energy - mean) ** 2) / (2 * width**2))
        return pwl + gauss


SPECTRAL_MODEL_REGISTRY.append(MyCustomSpectralModel)
my_custom_model = MyCustomSpectralModel(mean="3 TeV")
answers["own"] = my_custom_model(3.1 * u.TeV).to_value("cm-2 s-1 TeV-1")
"""

ERRORS = """
import numpy as np
from gammapy.datasets import Datasets
from gammapy.modeling import Fit, select_nested_models
from gammapy.modeling.models import GaussianPrior, LogParabolaSpectralModel, SkyModel

datasets = Datasets.read(DATA / "datasets.yaml")
model = SkyModel(
    LogParabolaSpectralModel(amplitude="1e-11 cm-2 s-1 TeV-1", alpha=2, beta=0.1), name="crab"
)
datasets.models = [model]
fit = Fit()
result = fit.run(datasets)
alpha, beta = model.spectral_model.alpha, model.spectral_model.beta
contour = fit.stat_contour(datasets=datasets, x=alpha, y=beta, numpoints=20, sigma=1)
answers["contour"] = np.ptp(contour["crab.spectral.alpha"])
confidence = fit.confidence(datasets=datasets, parameter=beta, sigma=1, reoptimize=True)
answers["errn"], answers["errp"] = confidence["errn"], confidence["errp"]
beta.scan_n_values = 5
beta.scan_min, beta.scan_max = 0, 0.4
profile = fit.stat_profile(datasets=datasets, parameter=beta, reoptimize=True)
answers["scan"] = profile["crab.spectral.beta_scan"][1]
answers["profile"] = profile["stat_scan"][1] - result.total_stat
test = select_nested_models(datasets, parameters=[beta], null_values=[0], n_sigma=2)
answers["ts"] = test["ts"]
alpha.prior = GaussianPrior(mu=2.2, sigma=0.05)
answers["prior"] = fit.run(datasets).total_stat
answers["pulled"] = alpha.value
with datasets.parameters.restore_status():
    alpha.frozen = True
    assert model.parameters.free_parameters.names == ["amplitude", "beta"]
assert not alpha.frozen
"""

POINTS = """
import astropy.units as u
import numpy as np
from gammapy.datasets import Datasets, FluxPointsDataset
from gammapy.estimators import FluxPointsEstimator
from gammapy.modeling import Fit
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel

datasets = Datasets([Datasets.read(DATA / "datasets.yaml")["north"]])
spectral_model = PowerLawSpectralModel(
    index=2.5, amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV"
)
model = SkyModel(spectral_model=spectral_model, name="crab")
datasets.models = [model]
Fit().run(datasets)
estimator = FluxPointsEstimator(
    energy_edges=[1, 2, 4, 8, 16] * u.TeV, source="crab", selection_optional=["errn-errp", "ul"]
)
flux_points = estimator.run(datasets=datasets)
table = flux_points.to_table(sed_type="dnde", formatted=True)
table["e_ref", "e_min", "e_max", "dnde", "dnde_errn", "dnde_errp", "dnde_ul", "sqrt_ts", "is_ul"]
answers["dnde"] = table["dnde"].quantity[1].to_value("cm-2 s-1 TeV-1")
answers["dnde_ul"] = table["dnde_ul"].quantity[1].to_value("cm-2 s-1 TeV-1")
answers["sqrt_ts"] = table["sqrt_ts"][1]
answers["e2dnde"] = flux_points.e2dnde.quantity.squeeze()[2].to_value("erg cm-2 s-1")
dataset = FluxPointsDataset(data=flux_points, models=model)
result = Fit().run([dataset])
assert result.total_stat < 1
answers["points index"] = model.parameters["index"].value
"""

SIMULATION = """
import astropy.units as u
import numpy as np
from astropy.time import Time
from gammapy.data import GTI
from gammapy.datasets import Datasets, SpectrumDatasetOnOff
from gammapy.estimators import LightCurveEstimator, SensitivityEstimator
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling import Fit
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel

axis = MapAxis.from_energy_bounds(0.1, 10, nbin=4, unit="TeV")
true_axis = axis.upsample(2).copy(name="energy_true")
answers["edge"] = true_axis.edges[1].to_value("TeV")
unit_map = RegionNDMap.create(region=None, axes=[axis], data=np.ones((4, 1, 1)))
answers["map"] = (unit_map * 2 + unit_map.copy()).data.sum()
mask = unit_map.geom.energy_mask(energy_min=0.3 * u.TeV) & (unit_map > 0)
answers["masked"] = (~mask).data.sum()

template = Datasets.read(DATA / "datasets.yaml")[0].to_spectrum_dataset(name="template")
model = SkyModel(
    PowerLawSpectralModel(index=2.4, amplitude="3e-11 cm-2 s-1 TeV-1"), name="source"
)
template.models = [model]
answers["npred"] = template.npred_signal().data[template.mask_safe.data].sum()
geom = template.counts.geom
template.background = RegionNDMap.from_geom(geom, data=np.full(geom.data_shape, 2.0))
template.fake(random_state=42)
datasets = Datasets()
for number in range(3):
    dataset = SpectrumDatasetOnOff.from_spectrum_dataset(
        dataset=template, acceptance=1, acceptance_off=5, name=f"run-{number}"
    )
    start = number * u.h
    dataset.gti = GTI.create(start, start + 0.5 * u.h, reference_time=Time("2020-01-01"))
    dataset.models = [model]
    dataset.fake(npred_background=template.npred_background(), random_state=number)
    datasets.append(dataset)
assert Fit().run(datasets).success
estimator = LightCurveEstimator(
    energy_edges=[1, 20] * u.TeV, source="source", reoptimize=False, selection_optional=["ul"]
)
light_curve = estimator.run(datasets)
table = light_curve.to_table(format="lightcurve", sed_type="flux")
table["time_min", "time_max", "flux", "flux_err", "flux_ul", "sqrt_ts"]
answers["times"] = len(table)
assert np.all(np.abs(light_curve.norm.data - 1) < 0.5)
stacked = datasets.stack_reduce(name="stacked")
stacked.models = [model]
answers["stacked"] = stacked.exposure.quantity.max() / template.exposure.quantity.max()
residuals = stacked.counts - stacked.npred()
pulls = stacked.residuals(method="diff/sqrt(model)").data * np.sqrt(stacked.npred().data)
seen = stacked.mask_safe.data
assert np.allclose(pulls[seen], residuals.data[seen], rtol=1e-5, atol=1e-5)
assert Fit().run([stacked]).success
sensitivity = SensitivityEstimator(gamma_min=5, n_sigma=3, bkg_syst_fraction=0.10)
assert sensitivity.run(datasets[0]).colnames[:4] == ["e_ref", "e_min", "e_max", "e2dnde"]
"""

SCRIPTS = {
    "fit": FIT,
    "models": MODELS,
    "errors": ERRORS,
    "points": POINTS,
    "simulation": SIMULATION,
}

#: answer of Gammapy 2.1 and relative tolerance
EXPECTED: dict[str, dict[str, tuple[float, float]]] = {
    "fit": {
        "stat": (19.5091400151, 1e-05),
        "alpha": (2.41877751601, 0.001),
        "error": (0.0942486237985, 0.001),
        "correlation": (-0.364969111448, 0.005),
        "variance": (0.0088828030879, 0.002),
        "flux": (2.52901846248e-11, 0.002),
        "flux error": (2.08919272011e-12, 0.02),
        "energy flux": (7.69210992503e-11, 0.001),
        "excess": (208.583333333, 1e-07),
        "alone": (8.09564143856, 1e-06),
        "bins": (13.0, 1e-12),
    },
    "models": {
        "compound": (3.77507325576e-13, 1e-10),
        "template": (4.09837030659e-13, 1e-09),
        "crab": (2.23684743279e-11, 1e-05),
        "inverse": (1.52583711596, 1e-10),
        "shared": (3.24354316014e-13, 1e-10),
        "read": (1.49379622299e-12, 1e-10),
        "own": (7.10588932345e-13, 1e-10),
    },
    "errors": {
        "contour": (0.798777465898, 0.003),
        "errn": (0.087690624277, 0.004),
        "errp": (0.0964077947317, 0.004),
        "scan": (0.1, 1e-12),
        "profile": (2.42760420758, 0.0001),
        "ts": (8.43758073111, 1e-05),
        "prior": (31.6163696973, 1e-05),
        "pulled": (2.24016512784, 1e-05),
    },
    "points": {
        "dnde": (2.10643592472e-12, 0.005),
        "dnde_ul": (3.68679251748e-12, 0.0001),
        "sqrt_ts": (6.79431622401, 1e-05),
        "e2dnde": (1.48705780641e-11, 0.001),
        "points index": (2.86366939109, 0.002),
    },
    "simulation": {
        "edge": (0.177827941004, 1e-10),
        "map": (12.0, 1e-12),
        "masked": (1.0, 1e-12),
        "npred": (175.685236126, 1e-06),
        "times": (3.0, 1e-12),
        "stacked": (2.99999997505, 1e-06),
    },
}


def run(name: str) -> dict[str, Any]:
    """Answers of a script."""
    answers: dict[str, Any] = {}
    exec(compile(SCRIPTS[name], name, "exec"), {"DATA": DATA, "answers": answers, "__name__": name})
    return answers


@pytest.fixture(autouse=True)
def own_models_are_forgotten(monkeypatch):
    known = dict(SPECTRAL_MODEL_REGISTRY._by_tag)
    monkeypatch.setattr(SPECTRAL_MODEL_REGISTRY, "_by_tag", known)


@pytest.mark.parametrize("name", SCRIPTS)
def test_runs_and_answers_alike(name):
    answers = run(name)
    assert list(answers) == list(EXPECTED[name])
    for key, (expected, tolerance) in EXPECTED[name].items():
        assert np.isclose(answers[key], expected, rtol=tolerance, atol=0), (key, answers[key])
