"""
Getting started
===============

Two telescopes have looked at the Crab nebula. In a few lines we read their counts, choose a model,
fit it, look at the picture, and keep the result. The data are simulated, small, and lie beside this
script in ``data/simulated-crab``; with your own files only the names change.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from gammapy.datasets import Datasets
from gammapy.modeling import FitResult, Fitter
from gammapy.modeling.models import LogParabolaSpectralModel, Models, SkyModel

here = Path(globals().get("__file__", "getting_started.py")).resolve().parent
folder = here / "data" / "simulated-crab"

# %%
# Data
# ----
#
# A YAML file lists the datasets. Each is a counts spectrum: counts from the direction of the source
# (on) and from empty sky (off), with the response of the telescope. Such spectra are fitted with
# the statistic W, which is -2 ln L with the unknown background taken care of.

datasets = Datasets.read(folder / "datasets.yaml")
datasets.info_table()["name", "counts", "background", "n_fit_bins", "stat_type"]

# %%
# Model
# -----
#
# A source is a `SkyModel` with a spectrum and a name. Numbers with a unit are written as text.
# The values are where the fit starts; bounds are optional. Setting ``datasets.models`` gives the
# source to all datasets.

spectrum = LogParabolaSpectralModel(
    amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.0, beta=0.0
)
spectrum.amplitude.min = 0
crab = SkyModel(spectrum, name="crab")
datasets.models = Models([crab])

# %%
# Fit
# ---
#
# The result says in a sentence how the fit ended. Whether its numbers can be quoted,
# ``result.success`` tells a script. The models have the fitted values and errors now.

result = Fitter().run(datasets)
print(result)

# %%
# A model is a function of energy, and knows the error of its values.

value, down, up = spectrum.evaluate_error("2 TeV").to_value("cm-2 s-1 TeV-1")
print(f"Flux density at 2 TeV: ({value:.3g} - {down:.1g} + {up:.1g}) per cm2, s and TeV")
flux = spectrum.integral("1 TeV", "10 TeV").to_value("cm-2 s-1")
print(f"Flux from 1 to 10 TeV: {flux:.3g} per cm2 and s")

# %%
# Picture
# -------
#
# Counts minus background, the prediction, and the residuals. Bins with few counts are joined, so
# that a residual of two means what one expects.

figure, (top, bottom) = plt.subplots(
    2, 1, sharex=True, height_ratios=(3, 1), figsize=(7.5, 6), layout="constrained"
)
datasets.plot_fit(ax_spectrum=top, ax_residuals=bottom)
plt.show()

# %%
# Errors
# ------
#
# The errors in the table above are from the curvature at the minimum. Where the statistic is no
# parabola, walk along it: these are the distances, down and up, at which it has risen by one.

limits = Fitter().confidence(datasets, spectrum.beta)
print(f"beta = {spectrum.beta.value:.3f} -{limits['errn']:.3f} +{limits['errp']:.3f}")

# %%
# Links
# -----
#
# Do the telescopes agree on the brightness of the source? We give each its own model and let the
# shape of the second follow the first. A link is an expression of other parameters, here
# the simplest one; ``0.5 * first.alpha + 1`` would do as well.

first = spectrum.copy()
second = spectrum.copy()
second.alpha.link = first.alpha
second.beta.link = first.beta
datasets.models = Models(
    [
        SkyModel(first, name="crab-north", datasets_names="north"),
        SkyModel(second, name="crab-south", datasets_names="south"),
    ]
)
apart = Fitter().run(datasets)
print(apart)

# %%
# One parameter more lowers the statistic a little. Its root is the difference of the two
# in standard deviations: they agree.

difference = result.total_stat - apart.total_stat
print(f"-2 ln L falls by {difference:.2f}: {difference**0.5:.1f} standard deviations")

# %%
# Files
# -----
#
# A result goes to one YAML file with everything in it: values, covariance, models, links, versions.
# Models alone are written with ``datasets.models.write("models.yaml")``.

result.write("crab-result.yaml", overwrite=True)
again = FitResult.read("crab-result.yaml")
assert again.models["crab"].spectral_model.alpha.value == result.values[1]
Path("crab-result.yaml").unlink()

# %%
# The same from the command line: ``gammapy fit datasets.yaml models.yaml -o results``.
