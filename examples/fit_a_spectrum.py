"""
Fit a spectrum
==============

The whole way from counts to numbers that can be quoted: look at the data, choose a model, fit it,
judge the fit, and say how far each number can be trusted. The data are simulated, small, and lie
beside this script.
"""

from pathlib import Path

import astropy.units as u
import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

from gammapy.datasets import Datasets
from gammapy.modeling import FitResult, Fitter, select_nested_models
from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    GaussianPrior,
    LogParabolaSpectralModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.plot import plot_contour, plot_profile

here = Path(globals().get("__file__", "fit_a_spectrum.py")).resolve().parent
datasets = Datasets.read(here / "data" / "simulated-crab" / "datasets.yaml")

# %%
# Look at the data
# ----------------
#
# Two telescopes have looked at the Crab nebula. Each spectrum has counts from the direction of the
# source, counts from empty sky, and the response of the telescope. ``print(datasets["north"])``
# tells all that is known of one.

columns = ["name", "counts", "background", "excess", "sqrt_ts", "livetime", "n_bins"]
table = datasets.info_table()[columns]
for name in ("background", "excess", "sqrt_ts"):
    table[name].format = ".1f"
table

# %%
# Not all bins are good. ``mask_safe`` comes with the data: it leaves out energies at which the
# response is not known well. ``mask_fit`` is yours. Here we leave out all above 20 TeV. Only bins
# in both masks count in a fit. ``peek`` would show the response as well.

for dataset in datasets:
    dataset.mask_fit = dataset.counts.geom.energy_mask(energy_max=20 * u.TeV)

figure, panels = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for ax, dataset in zip(panels, datasets, strict=True):
    dataset.plot_counts(ax=ax)
    dataset.plot_masks(ax=ax)
    ax.set(xlim=(0.15, 60), xlabel=f"Energy [TeV], {dataset.name}")
    ax.tick_params(axis="x", which="both", labelsize="small")
plt.show()

# %%
# Choose a model
# --------------
#
# Three shapes come to mind. We fit each, and compare -2 ln L. A shape with more parameters fits
# better whether or not it is true; the Akaike criterion charges 2 for each parameter.

start = {"amplitude": "3e-11 cm-2 s-1 TeV-1", "reference": "1 TeV"}
shapes = [
    PowerLawSpectralModel(index=2, **start),
    LogParabolaSpectralModel(alpha=2, beta=0.1, **start),
    ExpCutoffPowerLawSpectralModel(index=2, lambda_="0.1 TeV-1", **start),
]
rows = []
for shape in shapes:
    datasets.models = Models([SkyModel(shape, name="crab")])
    result = Fitter().run(datasets)
    rows.append((shape.tag[0], len(result.values), result.total_stat))
comparison = Table(rows=rows, names=["shape", "parameters", "-2 ln L"])
comparison["AIC"] = comparison["-2 ln L"] + 2 * comparison["parameters"]
comparison["-2 ln L"].format = comparison["AIC"].format = ".1f"
comparison

# %%
# Both curved shapes do better than the power law, and the data cannot tell them apart. We go on
# with the cut-off; the spectrum and the fit of the last round are still there. Bounds are
# optional. They are good against nonsense, like a negative amplitude.

spectrum = shapes[-1]
spectrum.amplitude.min = 0
fitter = Fitter()
result = fitter.run(datasets)
print(result)

# %%
# Read the status first: it is judged from the point that was reached. A script asks
# ``result.success``.
#
# Judge the fit
# -------------
#
# Does the model describe the data? Bins with few counts are joined, so that a residual of two
# means what one expects.

figure, (top, bottom) = plt.subplots(
    2, 1, sharex=True, height_ratios=(3, 1), figsize=(7.5, 6), layout="constrained"
)
datasets.plot_fit(ax_spectrum=top, ax_residuals=bottom)
plt.show()

# %%
# How do the errors hang together? A flatter power law needs more of a cut-off, so index and
# ``lambda_`` are strongly anti-correlated. Neither error means much without the other.

datasets.models.covariance.plot_correlation()
plt.show()

# %%
# The spectrum, and the band in which it lies at one standard deviation. The band knows the
# correlations. It is narrowest at the pivot energy.

bounds = [0.3, 20] * u.TeV
figure, ax = plt.subplots(layout="constrained")
spectrum.plot(bounds, ax=ax, sed_type="e2dnde", label="best fit")
spectrum.plot_error(bounds, ax=ax, sed_type="e2dnde")
pivot = spectrum.pivot_energy.to_value("TeV")
ax.axvline(pivot, color="0.5", linestyle=":", label="pivot energy")
ax.legend()
plt.show()

# %%
# What follows from the parameters has errors too: the value, the error down, the error up. They
# are propagated with the covariance, so down and up are equal here.

flux, errn, errp = spectrum.integral_error(1 * u.TeV, 10 * u.TeV).to_value("cm-2 s-1")
print(f"Flux from 1 to 10 TeV: ({flux / 1e-11:.2f} ± {errp / 1e-11:.2f}) 1e-11 cm-2 s-1")
index, errn, errp = spectrum.spectral_index_error(5 * u.TeV).value
print(f"Local index at 5 TeV: {index:.2f} ± {errp:.2f}")

# %%
# Errors that are not symmetric
# -----------------------------
#
# The errors in the table above come from the curvature at the minimum. Where the statistic is no
# parabola, a profile shows it: -2 ln L along one parameter, the others fitted again at each point.

spectrum.lambda_.scan_min, spectrum.lambda_.scan_max = 0.0, 0.7
spectrum.lambda_.scan_n_values = 36
profile = fitter.stat_profile(datasets, spectrum.lambda_, reoptimize=True)
figure, ax = plt.subplots(layout="constrained")
plot_profile(profile, ax=ax, label="profile")
grid = profile["crab.spectral.lambda__scan"]
parabola = ((grid - spectrum.lambda_.value) / spectrum.lambda_.error) ** 2
ax.plot(grid, parabola, color="0.5", linestyle=":", label="parabola of the error")
ax.set_ylim(0, 10)
ax.legend()
plt.show()

# %%
# The distances at which it has risen by one are the asymmetric errors. They go into the model, and
# with it into its file.

fitter.asymmetric_errors(datasets)
for p in datasets.models.parameters.free_parameters:
    print(f"{p.name:10} {p.value:.3g} -{p.errn:.2g} +{p.errp:.2g} {p.unit}")

# %%
# Two parameters at once: contours at one, two and three sigma. They are curved; no error and no
# correlation alone could tell that.

contours = [
    fitter.stat_contour(datasets, spectrum.index, spectrum.lambda_, 80, sigma)
    for sigma in (1, 2, 3)
]
figure, ax = plt.subplots(layout="constrained")
plot_contour(contours, ax=ax, labels=["1σ", "2σ", "3σ"])
ax.plot(spectrum.index.value, spectrum.lambda_.value, "+", color="black")
plt.show()

# %%
# Is the cut-off there?
# ---------------------
#
# At ``lambda_ = 0`` the model is a plain power law. How much worse does that fit? The difference of
# the two statistics is TS. If the power law is true, TS is distributed as chi2 with one degree of
# freedom, so its root is a number of standard deviations.

test = select_nested_models(datasets, [spectrum.lambda_], [0])
print(f"TS = {test['ts']:.1f}, that is {test['ts'] ** 0.5:.1f} standard deviations")

# %%
# That is a hint, not a discovery. One who does not want to claim the cut-off quotes a limit: the
# largest ``lambda_`` at which -2 ln L has risen by four. In this model it is one over the energy
# of the cut-off.

limit = fitter.upper_limit(datasets, spectrum.lambda_, n_sigma=2)
print(f"lambda_ < {limit['ul']:.2f} / TeV, so the cut-off is above {1 / limit['ul']:.1f} TeV")

# %%
# What is known beforehand
# ------------------------
#
# Say that another experiment has measured the index as 2.4 ± 0.05. A prior adds that to the
# statistic. The cut-off is then better known as well, because the two are correlated. We work on
# a copy, so that our own result stays as it is.

copy = datasets.copy()
copy.models["crab"].spectral_model.index.prior = GaussianPrior(mu=2.4, sigma=0.05)
print(fitter.run(copy).table)

# %%
# Keep it
# -------
#
# One YAML file holds everything: values, errors of both kinds, covariance, models. What is read
# back is the same to the last digit.

result = Fitter(asymmetric_errors=True).run(datasets)
result.write("crab-fit.yaml", overwrite=True)
again = FitResult.read("crab-fit.yaml")
assert np.array_equal(again.values, result.values)
Path("crab-fit.yaml").unlink()

# %%
# The models alone are written with ``datasets.models.write("models.yaml")``, the data with
# ``datasets.write("datasets.yaml")``.
