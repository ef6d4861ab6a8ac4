"""
Coming from Gammapy
===================

You know Gammapy 2.x. Then you know how to use this package: classes, arguments, units and files
have the names that you know. This page tells what is the same, what is new, and where the same
statement answers differently.

So far there are all models - spectra, shapes, courses in time - with their files, catalogues, and
fits of counts spectra, flux points and light curves. Not there yet: events, images and cubes. A
script that needs them stays with Gammapy.

Both were asked the same statements, those of ``benchmarks/workers/answers.py``. The answers of
Gammapy 2.1, and all timings, are read from ``benchmarks/results``, where ``benchmarks/answers.py``
and others have put them. Ours are given anew as this page is made.
"""

import runpy
import textwrap
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import astropy.units as u
import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad

from gammapy.datasets import Datasets
from gammapy.estimators import FluxPointsEstimator
from gammapy.modeling import Fit, FitResult
from gammapy.modeling.models import (
    LogParabolaSpectralModel,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)

root = Path(globals().get("__file__", "coming_from_gammapy.py")).resolve().parents[1]
data, benchmarks = root / "examples" / "data", root / "benchmarks"
theirs = runpy.run_path(str(benchmarks / "answers.py"))["saved"]()
ours = runpy.run_path(str(benchmarks / "workers" / "answers.py"))["TASKS"]["answers"](data)


def compare(*names):
    """Print statements with the answers of Gammapy 2.1 and of this package."""
    for i, name in enumerate(names):
        statement, answer = ours[name]
        print(f"\n{statement}" if i else statement)
        for who, said in (("Gammapy 2.1", theirs[name]), ("here", answer)):
            print(f"    {who + ':':13}" + f"\n{'':17}".join(textwrap.wrap(said, 74)))


def measured(file, start):
    """Print the lines of a result that start like this."""
    for line in (benchmarks / "results" / file).read_text().splitlines():
        if line.startswith(start):
            print(line)


# %%
# The same
# --------
#
# This script runs in both, without a change. ``Fit`` is a second name of `Fitter`.

datasets = Datasets.read(data / "simulated-crab" / "datasets.yaml")
spectrum = LogParabolaSpectralModel(
    amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2, beta=0.1
)
datasets.models = Models([SkyModel(spectral_model=spectrum, name="crab")])
result = Fit().run(datasets)
beta = datasets.models.parameters["beta"]
limits = Fit().confidence(datasets, beta, sigma=1, reoptimize=True)
flux = spectrum.integral(1 * u.TeV, 10 * u.TeV)
print(f"beta {beta.value:.3f} -{limits['errn']:.3f} +{limits['errp']:.3f}, flux {flux:.3g}")
compare("the_same_script")

# %%
# What you know and find again:
#
# - *models*: all spectral, spatial and temporal models and backgrounds, with their tags, parameter
#   names and defaults; ``integral``, ``energy_flux``, ``evaluate_error``, ``inverse``,
#   ``spectral_index``, ``position``, ``evaluate_geom``, ``to_region``; priors; ``Models.select``;
#   ``Models.read`` and ``write`` with the YAML keys that you know; catalogues;
# - *data*: ``SpectrumDataset``, ``SpectrumDatasetOnOff``, ``FluxPointsDataset``; OGIP files, the
#   one-file layout ("DL4"), flux points in FITS and ECSV; masks, ``stack_reduce``, ``info_table``,
#   ``slice_by_energy``, ``GTI``;
# - *fits*: ``Fit(backend=..., optimize_opts=...)`` with minuit, scipy and sherpa; ``confidence``,
#   ``stat_profile``, ``stat_surface``, ``stat_contour``; ``select_nested_models``;
# - *estimators*: ``FluxPointsEstimator``, ``LightCurveEstimator``, ``SensitivityEstimator``, with
#   ``selection_optional`` and the columns that you know;
# - *pictures*: ``plot``, ``plot_error``, ``plot_fit``, ``peek``, ``plot_correlation``.
#
# The numbers are the same too, as far as both compute the same thing: statistics, their constants
# and priors, asymmetric errors, limits.

compare("cash_statistic", "prior", "flux_point", "confidence")

# %%
# What is new
# -----------
#
# *Every fit has a gradient.* The statistic comes with its derivatives, by the chain rule through
# the instrument, and not by differences, which are only a check here:

problem = datasets.fit_problem()
x = np.array([4e-11, 2.5, 0.15])
step = np.array([1e-15, 1e-5, 1e-5])
for i, name in enumerate(problem.names):
    shift = step * (np.arange(3) == i)
    difference = (problem.value(x + shift) - problem.value(x - shift)) / (2 * step[i])
    print(f"{name:24} {problem.evaluate(x).gradient[i]:+.6e}, by differences {difference:+.6e}")

# %%
# So a fit takes fewer steps, and each is cheaper. The joint fit of ten Crab spectra, its contours,
# twelve flux points, a light curve of 200 runs, and the imports; by the same script on both sides:

measured("joint_crab.txt", "(a) fit:")
measured("contour_crab.txt", "three contours:")
measured("flux_points_crab.txt", "flux_points:")
measured("light_curve.txt", "light_curve:")
measured("joint_crab.txt", "(d) imports:")

# %%
# *Links by expression.* In both you can share a parameter: ``b.index = a.index``. Here a parameter
# can also follow others by a formula, in fits with its exact derivative, and in files.

north = spectrum.copy()
south = spectrum.copy()
south.alpha.link, south.beta.link = north.alpha, north.beta
south.amplitude.link = 0.9 * north.amplitude
datasets.models = Models(
    [
        SkyModel(north, name="crab-north", datasets_names="north"),
        SkyModel(south, name="crab-south", datasets_names="south"),
    ]
)
print(Fit().run(datasets).table)

# %%
# *Compositions.* Spectra combine by ``+ - * / **`` with each other, with numbers and quantities.

total = 0.5 * spectrum + spectrum * PowerLawNormSpectralModel(norm=0.5)
assert np.isclose(total(2 * u.TeV), spectrum(2 * u.TeV))
compare("twice")

# %%
# *XML.* ``Models.read`` takes files of Gammalib and of the Fermi tools too, and gamma-cat;
# ``write`` makes XML again, in which what has not changed stands as it stood. The page
# "Model files" tells more.
#
# *Results are read back*, with models, links, covariance and asymmetric errors. These are also kept
# with the parameters, as ``errn`` and ``errp``.

datasets.models = Models([SkyModel(spectrum, name="crab")])
result = Fit(asymmetric_errors=True).run(datasets)
result.write("result.yaml", overwrite=True)
again = FitResult.read("result.yaml")
Path("result.yaml").unlink()
print(again.status.value)
assert np.array_equal(again.errp, result.errp)

# %%
# Errors instead of numbers
# -------------------------
#
# What cannot be right is an error that names the value, the rule and a way out. Some of it Gammapy
# takes, with or without a warning; a script that relied on that stops here.

compare("integral_reversed", "frozen_text", "crossed_bounds", "outside", "unknown_option")

# %%
# In files, an error says where it is.

compare("unknown_key")

# %%
# A parameter is found by its short name only if one model has it. Else take its full name.

compare("ambiguous")
pair = Models([SkyModel(north, name="a"), SkyModel(spectrum, name="b")])
print(pair.parameters["b.spectral.amplitude"])

# %%
# Data do not change in place, because a compiled fit relies on them. Set a new map instead:
# ``dataset.counts = RegionNDMap(dataset.counts.geom, values)``.

compare("in_place")

# %%
# Limits start at a minimum, so the models must stand there. Gammapy looks for it first.

compare("not_at_the_minimum")

# %%
# Two parameters that do the same thing cannot be told apart by any data. The fit says so, and names
# them in ``result.message``.

compare("degenerate")

# %%
# If nothing is predicted where something was counted, the likelihood is zero and the statistic
# infinite. A fit that starts there names dataset and bin.

compare("nothing_predicted")

# %%
# An error that is not known is nan. At a bound the curvature says nothing about the data, so there
# is none; the other errors hold for a parameter that stays there. What follows from such a
# parameter, like the band of a spectrum, is nan as well. ``confidence`` still finds the error on
# the side away from the bound.

compare("at_bound")

# %%
# The same holds for a flux point in which nothing was counted. Gammapy's optimiser stops close to
# zero; here the norm is zero and has no symmetric error. The limit is the same. Points say in
# ``meta["reasons"]`` what is missing and why.

compare("point_without_counts")
runs = Datasets(list(Datasets.read(data / "simulated-flare" / "datasets.yaml"))[:2])
blazar = PowerLawSpectralModel(index=2.6, amplitude="4e-11 cm-2 s-1 TeV-1", reference="1 TeV")
runs.models = Models([SkyModel(blazar, name="blazar")])
estimator = FluxPointsEstimator(energy_edges=[10, 20, 30] * u.TeV, selection_optional=["ul"])
for reason in estimator.run(runs).meta["reasons"]:
    print(textwrap.fill(reason, 90))

# %%
# Numbers that differ a little
# ----------------------------
#
# *Integrals over energy.* Gammapy integrates the flux in a bin of energy over a few points, as a
# power law from each to the next. Here the order of a Gauss quadrature is chosen so that it is
# right to eight digits. Predicted counts and statistic differ by less than 1e-4, and what is fitted
# by less than a hundredth of its error.

compare("integral_wide", "predicted_counts", "statistic", "fitted")

# %%
# Which is right, for the first two? We ask a third, the adaptive quadrature of scipy. With six
# points in each bin of true energy, and 100 points a decade for the integral, the rule above gives
# the numbers of Gammapy.


def dnde(energy):
    """The log-parabola, in floats."""
    return 3e-11 * energy ** (-2.5 - 0.1 * np.log(energy))


def exact(low, high):
    return quad(lambda x: dnde(np.exp(x)) * np.exp(x), np.log(low), np.log(high), epsrel=1e-12)[0]


def by_points(low, high, number):
    energy = np.geomspace(low, high, number)
    flux = dnde(energy)
    slope = np.diff(np.log(flux)) / np.diff(np.log(energy))
    return np.sum(np.diff(flux * energy) / (slope + 1))


north_data = datasets["north"]
edges = north_data.exposure.geom.axes["energy_true"].edges.to_value("TeV")
for name, rule, number in (("scipy", exact, ()), ("points", by_points, (6,))):
    fluxes = np.array([rule(*bounds, *number) for bounds in pairwise(edges)])
    counts = (fluxes * north_data.exposure.values) @ north_data.edisp.pdf_matrix
    wide = rule(0.1, 100, *(300 for _ in number))
    print(f"{name:6}: integral {wide:.8e}, predicted counts {counts.sum():.6f}")

# %%
# With more points the rule comes closer, as the square of their distance.

truth = exact(0.1, 100)
numbers = np.array([10, 20, 50, 100, 200, 500, 1000])
by_rule = np.array([by_points(0.1, 100, 3 * number) for number in numbers])

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.loglog(numbers, abs(by_rule / truth - 1), "o-", label="rule of points")
ax.axvline(100, color="0.6", linestyle=":", label="integral in Gammapy")
ax.axhline(1e-8, color="C1", label="here, at most")
ax.set_xlabel("Points a decade")
ax.set_ylabel("Relative error of an integral")
ax.legend()
plt.show()

# %%
# *The band of a spectrum.* ``evaluate_error`` propagates the covariance in first order, so it needs
# no random numbers, and down and up are equal. Gammapy draws 3500 sets of parameters; here that is
# ``n_samples=3500``. At the reference energy the flux is the amplitude, so the two errors must
# agree there. In this fit those of Gammapy 2.1 do not.

compare("evaluate_error")
value, errn, errp = spectrum.evaluate_error(1 * u.TeV, n_samples=20000)
print(f"here, by draws: {errn / value:.3f}, {errp / value:.3f}")

# %%
# *Shapes and courses.* A phase is computed with all digits and counts leap seconds: between these
# two moments there were 21, each of 30 turns.

compare("phase_curve", "leap_second")
turns = Fraction("29.946923") * ((Fraction("59000.1") - Fraction("43366.275")) * 86400 + 21)
print(f"exact: {(1 + float(turns % 1)) / 1.5:.4f}, without the seconds: ", end="")
turns -= 21 * Fraction("29.946923")
print(f"{(1 + float(turns % 1)) / 1.5:.4f}")

# %%
# Between the last phase of a table and the first of the next turn the curve goes on from one to the
# other. A light curve is zero outside of its table. In Gammapy 2.1 both are extrapolated.

compare("phase_between_turns", "light_curve_ends")

# %%
# The mean of a sine is 1 + 1 / pi here, and the integral over a uniform image of 2 deg by 2 deg is
# one if its value is 1 / (4 sin(1 deg) (1 deg)).

compare("mean_of_a_sine", "template_norm")
degree = np.deg2rad(1)
print(f"closed forms: {1 + 1 / np.pi:.5f}, {1 / (4 * np.sin(degree) * degree):.4f} 1 / sr")

# %%
# ``position_error`` leans to the side to which the errors do. Here the point is at 2.04 standard
# deviations in its direction; the ellipse ends at 2.45.

compare("position_error")
print(f"here: {0.025 / np.sqrt(1e-4 * (1 + 0.5)):.2f} of {np.sqrt(-2 * np.log(0.05)):.2f}")

# %%
# Old files are read by what they meant, and a size that is no size is an error.

compare("background_of_an_old_file", "shape_without_size")

# %%
# Conventions that differ
# -----------------------
#
# *Units.* An integral has the unit of a flux, whatever the unit of the energies. Quantities may be
# given as text.

compare("integral_in_gev", "integral_text")

# %%
# *Evaluations.* ``result.nfev`` counts points; at many of them the gradient is computed as well.
# Gammapy counts calls of the statistic, among them those for numerical gradients.

compare("evaluations")

# %%
# *Light curves* have their times in seconds since the reference time of the header, as event files
# have. ``FluxPoints.time_axis`` has them as ``Time`` of astropy.

compare("light_curve_times")

# %%
# *Upper limits among flux points.* With ``stat_type="distrib"`` a limit adds the probability that
# a measurement is below it, so a model far above a limit is refused. Gammapy's formula has an end
# at about 5.

compare("far_above_a_limit")

# %%
# *Results.* The covariance is always twice the inverse Hessian at the minimum, whatever the
# backend, so there is one result and no options for a second step.

compare("parts_of_result", "covariance_options")

# %%
# *Parameters* have a value, and no factor and scale: scaling is the affair of the fit.
#
# *Pictures* need matplotlib, which comes with ``pip install gammapy[plot]``. Nothing else does.
