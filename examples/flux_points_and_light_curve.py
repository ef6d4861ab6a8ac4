"""
Flux points and a light curve
=============================

A blazar was observed in three nights, and flared in the second. From the counts of 18 runs we make
flux points, fit them, and draw a light curve. The data are simulated, small, and lie beside this
script; so we know the truth, and can compare.
"""

import runpy
from pathlib import Path

import astropy.units as u
import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table
from astropy.time import Time
from scipy.stats import chi2

from gammapy.datasets import Datasets, FluxPointsDataset
from gammapy.estimators import FluxPoints, FluxPointsEstimator, LightCurveEstimator
from gammapy.modeling import Fitter
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel

here = Path(globals().get("__file__", "flux_points_and_light_curve.py")).resolve().parent
datasets = Datasets.read(here / "data" / "simulated-flare" / "datasets.yaml")

# %%
# Each run knows its good time intervals, so runs can be picked by time. ``select_time`` takes
# those that lie within two times. Here is what each night saw.

noon = Time("2006-07-27 12:00", scale="utc")
nights = [datasets.select_time(noon + i * u.d, noon + (i + 1) * u.d) for i in range(3)]
for night in nights:
    total = night.stack_reduce(name="night").info_dict()
    excess, sigma = total["excess"], total["sqrt_ts"]
    print(f"{len(night):2} runs: {excess:6.1f} excess counts, {sigma:.1f} sigma")

# %%
# A spectrum to start from
# ------------------------
#
# Flux points need a model: it says how the flux changes inside a bin, and what the instrument makes
# of it. We take the two quiet nights and fit a power law to their counts.

quiet = Datasets([*nights[0], *nights[2]])
spectrum = PowerLawSpectralModel(index=2, amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV")
quiet.models = Models([SkyModel(spectrum, name="blazar")])
result = Fitter().run(quiet)
print(result)

# %%
# Flux points
# -----------
#
# In each bin of energy the model is multiplied by a norm, which is fitted to all runs together. The
# edges are moved to the nearest edges of the counts. ``selection_optional`` asks for more than the
# symmetric error: asymmetric errors, upper limits, and the profile of the statistic.

edges = [0.44, 0.65, 0.95, 1.4, 2, 3, 4.4, 6.5, 9.5, 14, 20] * u.TeV
estimator = FluxPointsEstimator(energy_edges=edges, source="blazar", selection_optional="all")
points = estimator.run(quiet)
points.sqrt_ts_threshold_ul = 3

table = points.to_table(sed_type="dnde", formatted=True)
table["e_ref", "e_min", "e_max", "dnde", "dnde_errn", "dnde_errp", "dnde_ul", "ts", "is_ul"]

# %%
# ``dnde_ul`` is where the statistic has risen by four above the best norm (``n_sigma_ul=2``). A
# point of less than three standard deviations shall count as a limit, so we have set
# ``sqrt_ts_threshold_ul``; it is two by default. Then its ``is_ul`` is True, and the picture has an
# arrow. The band is that of the model from which the points were made.

bounds = edges[[0, -1]]
figure, ax = plt.subplots(layout="constrained")
points.plot(ax=ax, sed_type="e2dnde", label="flux points", color="black")
spectrum.plot(bounds, ax=ax, sed_type="e2dnde", label="fit to the counts")
spectrum.plot_error(bounds, ax=ax, sed_type="e2dnde")
ax.legend()
plt.show()

# %%
# Keep them
# ---------
#
# The layout is that of the GADF: FITS here, or a text file in ECSV. The type ``likelihood`` keeps
# norms and reference, from which all types of flux follow.

points.write("quiet.fits", sed_type="likelihood", overwrite=True)
again = FluxPoints.read("quiet.fits")
assert np.allclose(again.dnde.values, points.dnde.values, equal_nan=True)
Path("quiet.fits").unlink()

# %%
# Fit the points
# --------------
#
# Often points are all that one has, e.g. from a paper. `FluxPointsDataset` compares a model with
# them. Its three statistics use ever more of what is known: ``chi2`` the symmetric errors and no
# limits, ``distrib`` the error on the side of the model and the limits, ``profile`` the statistic
# as it was in each bin.

rows = [("counts", spectrum.index.value, spectrum.index.error, f"{result.n_data} bins")]
for stat_type in ("chi2", "distrib", "profile"):
    shape = PowerLawSpectralModel(index=2, amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV")
    dataset = FluxPointsDataset(data=points, stat_type=stat_type, name="flux points")
    dataset.models = Models([SkyModel(shape, name="blazar")])
    fitted = Fitter().run(dataset)
    assert fitted.success
    n_points = f"{fitted.n_data} points"
    rows.append((stat_type, shape.index.value, shape.index.error, n_points))
comparison = Table(rows=rows, names=["statistic of", "index", "error", "data"])
comparison["index"].format = comparison["error"].format = ".3f"
comparison

# %%
# All agree within half an error. The more a statistic knows, the closer it comes to the fit of the
# counts; where counts are at hand, fit counts. The picture is that of the last fit.

dataset.plot_fit()
plt.show()

# %%
# Light curve
# -----------
#
# The same in intervals of time, by default one a run. The shape of the spectrum is that of all
# nights together. The time intervals are those of the runs.

spectrum = PowerLawSpectralModel(index=2, amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV")
datasets.models = Models([SkyModel(spectrum, name="blazar")])
print(Fitter().run(datasets).table)

estimator = LightCurveEstimator(
    energy_edges=[0.44, 30] * u.TeV, source="blazar", selection_optional=["errn-errp", "ul"]
)
curve = estimator.run(datasets)
low, high = curve.energy_min[0], curve.energy_max[0]

# %%
# The truth is drawn with it, from the script that simulated the data.

truth = runpy.run_path(str(here / "data" / "make_simulated_flare.py"))
level = PowerLawSpectralModel(**truth["QUIET"]).integral(low, high).to_value("cm-2 s-1")

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
curve.plot(ax=ax, sed_type="flux", label="runs")
for night in nights:
    times = night.gti.time_start[0] + np.linspace(-0.5, len(night) / 2, 200) * u.h
    ax.plot(times.datetime, level * truth["flux"](times), color="0.6", zorder=0)
ax.set_title(f"Flux from {low.value:.2g} to {high.value:.2g} TeV; the truth is grey")
plt.show()

# %%
# A table has a row for each interval, and in its cells the bins of energy, here one.

table = curve.to_table(sed_type="flux", format="lightcurve", formatted=True)
table["time_min", "time_max", "flux", "flux_err", "flux_ul", "ts"][:5]

# %%
# Is it variable?
# ---------------
#
# Against a constant flux, with the errors of the points, in each night:

for number, night in enumerate(nights, start=1):
    part = estimator.run(night)
    flux, error = part.flux.values[:, 0], part.flux_err.values[:, 0]
    mean = np.average(flux, weights=error**-2)
    chi = np.sum(((flux - mean) / error) ** 2)
    dof = len(flux) - 1
    print(f"night {number}: chi2 = {chi:5.1f}, dof = {dof}, p = {chi2.sf(chi, dof):.2g}")

# %%
# How strong is it? The fractional variability is the spread of the fluxes beyond their errors,
# over their mean, with the error of Vaughan et al. (2003, MNRAS 345, 1271, eq. B2).

flux, error = curve.flux.values[:, 0], curve.flux_err.values[:, 0]
variance, noise = np.var(flux, ddof=1), np.mean(error**2)
fvar = np.sqrt(variance - noise) / flux.mean()
relative = noise / flux.mean() ** 2
spread = np.sqrt(2 / len(flux)) * relative / (2 * fvar)
fvar_error = np.hypot(spread, np.sqrt(relative / len(flux)))
print(f"Fractional variability: {fvar:.2f} ± {fvar_error:.2f}")

# %%
# Bands and nights
# ----------------
#
# Several bins of energy give several curves; ``time_intervals`` joins runs. Here is one point for
# each night, in two bands, in units of the mean spectrum. The flare is as strong in both, so the
# shape of the spectrum has not changed.

intervals = [Time([night.gti.time_start[0], night.gti.time_stop[-1]]) for night in nights]
estimator = LightCurveEstimator(
    energy_edges=[0.44, 1.4, 30] * u.TeV, source="blazar", time_intervals=intervals
)
bands = estimator.run(datasets)
pairs = zip(bands.norm.values, bands.norm_err.values, strict=True)
for number, (norm, error) in enumerate(pairs, start=1):
    soft, hard = (f"{n:.2f} ± {e:.2f}" for n, e in zip(norm, error, strict=True))
    print(f"night {number}: {soft} below 1.4 TeV, {hard} above")
