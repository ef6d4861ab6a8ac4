"""The same statements in two packages: tasks for ``peer.py``. Both sides run this file.

Each function is a statement, which its first line tells; what it returns is the answer. An error is
an answer too: its class and message.
"""

import warnings
from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.table import Table
from astropy.time import Time

from gammapy.datasets import Datasets, FluxPointsDataset, SpectrumDataset, SpectrumDatasetOnOff
from gammapy.estimators import FluxPoints, FluxPointsEstimator, LightCurveEstimator
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, WcsNDMap
from gammapy.modeling import Fit, Parameter
from gammapy.modeling.models import (
    DiskSpatialModel,
    GaussianPrior,
    LightCurveTemplateTemporalModel,
    LinearTemporalModel,
    LogParabolaSpectralModel,
    Models,
    PointSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SineTemporalModel,
    SkyModel,
    TemplatePhaseCurveTemporalModel,
    TemplateSpatialModel,
)
from gammapy.stats import cash


def power_law():
    return PowerLawSpectralModel(index=2.5, amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV")


def log_parabola():
    return LogParabolaSpectralModel(
        amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.5, beta=0.1
    )


def crab(folder):
    """Two spectra of the simulated Crab with a log-parabola."""
    place = Path(folder) / "simulated-crab"
    datasets = Datasets.read(place / "datasets.yaml")
    datasets.models = Models.read(place / "models.yaml")
    return datasets


def flare(folder):
    """Two quiet runs of the simulated blazar with a power law that fits them well."""
    files = [Path(folder) / "simulated-flare" / f"run-0{i}.fits.gz" for i in (1, 2)]
    datasets = Datasets([SpectrumDatasetOnOff.read(file, name=file.name[:6]) for file in files])
    spectrum = PowerLawSpectralModel(index=2.6, amplitude="4e-11 cm-2 s-1 TeV-1", reference="1 TeV")
    datasets.models = Models([SkyModel(spectrum, name="blazar")])
    return datasets


def text(*numbers, digits=6):
    """Numbers, and units where they have one, in one line."""
    parts = []
    for number in numbers:
        value = float(np.squeeze(getattr(number, "value", number)))
        unit = getattr(number, "unit", None)
        parts.append(f"{value:.{digits}g} {unit or ''}".strip())
    return ", ".join(parts)


def the_same_script(folder):
    """the script above: beta, errn, errp, flux"""
    datasets = Datasets.read(Path(folder) / "simulated-crab" / "datasets.yaml")
    spectrum = LogParabolaSpectralModel(
        amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2, beta=0.1
    )
    datasets.models = Models([SkyModel(spectral_model=spectrum, name="crab")])
    Fit().run(datasets)
    beta = datasets.models.parameters["beta"]
    limits = Fit().confidence(datasets, beta, sigma=1, reoptimize=True)
    flux = spectrum.integral(1 * u.TeV, 10 * u.TeV)
    return text(beta.value, limits["errn"], limits["errp"], flux, digits=3)


# -- models -------------------------------------------------------------------------------


def integral_in_gev(folder):
    """power_law.integral(1000 * u.GeV, 10000 * u.GeV)"""
    return text(power_law().integral(1000 * u.GeV, 10000 * u.GeV))


def integral_reversed(folder):
    """power_law.integral(10 * u.TeV, 1 * u.TeV)"""
    return text(power_law().integral(10 * u.TeV, 1 * u.TeV))


def integral_text(folder):
    """power_law.integral("1 TeV", "10 TeV")"""
    return text(power_law().integral("1 TeV", "10 TeV"))


def integral_wide(folder):
    """log_parabola.integral(0.1 * u.TeV, 100 * u.TeV)"""
    return text(log_parabola().integral(0.1 * u.TeV, 100 * u.TeV).to("cm-2 s-1"), digits=9)


def twice(folder):
    """(2 * power_law)(1 * u.TeV)"""
    return text((2 * power_law())(1 * u.TeV))


# -- parameters ---------------------------------------------------------------------------


def ambiguous(folder):
    """models.parameters["amplitude"], which two models have"""
    models = Models([SkyModel(power_law(), name="a"), SkyModel(log_parabola(), name="b")])
    found = models.parameters["amplitude"]
    return f"that of {'a' if found is models['a'].spectral_model.amplitude else 'b'}"


def frozen_text(folder):
    """Parameter("x", 1, frozen="False").frozen"""
    return str(Parameter("x", 1, frozen="False").frozen)


def crossed_bounds(folder):
    """Parameter("x", 1, min=2, max=0)"""
    Parameter("x", 1, min=2, max=0)
    return "a parameter"


def unknown_key(folder):
    """Models.from_yaml(...) with a parameter that has the key "froze"; is it frozen then?"""
    entry = "{name: index, value: 3, froze: true}"
    spectral = f"{{type: PowerLawSpectralModel, parameters: [{entry}]}}"
    models = Models.from_yaml(
        f"components:\n- {{name: crab, type: SkyModel, spectral: {spectral}}}\n"
    )
    return str(models["crab"].spectral_model.index.frozen)


# -- sky and time -------------------------------------------------------------------------


def phase_curve(folder):
    """model(59000.1 MJD) of a phase curve 1 + phase, t_ref = 43366.275 d and f0 = 29.946923 Hz"""
    table = Table({"PHASE": np.linspace(0, 1, 101), "NORM": np.linspace(1, 2, 101)})
    model = TemplatePhaseCurveTemporalModel(
        table, filename="curve.fits", t_ref="43366.275 d", f0="29.946923 s-1"
    )
    return text(model(Time(59000.1, format="mjd")), digits=5)


def phase_between_turns(folder):
    """a phase curve of 1 at phase 0.25 and 3 at 0.75, whose mean is 2, at phases 0, 0.1 and 0.9"""
    table = Table({"PHASE": [0.25, 0.75], "NORM": [1.0, 3.0]})
    model = TemplatePhaseCurveTemporalModel(
        table, filename="curve.fits", t_ref="50000 d", f0=1 / u.d
    )
    return text(*model(Time([50000, 50000.1, 50000.9], format="mjd")))


def light_curve_ends(folder):
    """a light curve that rises from 1 to 2 in 100 s, 500 s after its begin"""
    meta = {"MJDREFI": 50000, "MJDREFF": 0.0, "TIMESYS": "utc", "TIMEUNIT": "s"}
    table = Table({"TIME": [0.0, 100.0] * u.s, "NORM": [1.0, 2.0]}, meta=meta)
    model = LightCurveTemplateTemporalModel.from_table(table)
    return text(model(Time(50000, format="mjd") + 500 * u.s))


def leap_second(folder):
    """LinearTemporalModel(alpha=0, beta="1 s-1", t_ref=2016-12-31) at 2017-01-01, UTC"""
    model = LinearTemporalModel(alpha=0, beta="1 s-1", t_ref="57753 d")
    return text(model(Time("2017-01-01", scale="utc")))


def mean_of_a_sine(folder):
    """SineTemporalModel(amp=0.5, omega=2 * pi / 10 d).integral over the first half of a period"""
    model = SineTemporalModel(amp=0.5, omega=2 * np.pi / 10 * u.rad / u.d, t_ref="50000 d")
    return text(model.integral(*Time([50000, 50005], format="mjd")))


def template_norm(folder):
    """a uniform template of 2 deg x 2 deg, CAR at the equator; its value in 1 / sr"""
    image = WcsNDMap.create(binsz=0.1, width=2, frame="galactic", proj="CAR")
    image.data = np.ones(image.data.shape)
    model = TemplateSpatialModel(image, filename="image.fits")
    return text(model(0 * u.deg, 0 * u.deg), digits=7)


def position_error(folder):
    """the same errors east and north, correlation +0.5: is 2.5 errors north-east in the ellipse?"""
    model = PointSpatialModel(lon_0="83.6 deg", lat_0="60 deg")
    model.covariance = np.array([[4e-4, 1e-4], [1e-4, 1e-4]])
    wcs = WcsNDMap.create(skydir=model.position, binsz=0.001, width=0.2, proj="TAN").geom.wcs
    there = model.position.directional_offset_by(45 * u.deg, 0.025 * u.deg)
    return str(bool(model.position_error.contains(there, wcs)))


def background_of_an_old_file(folder):
    """norm = 1.7 of a FoVBackgroundModel that has its parameters itself, as before 0.19"""
    entry = "{name: norm, value: 1.7, frozen: false}"
    models = Models.from_yaml(
        "components:\n- {name: bkg, type: FoVBackgroundModel, datasets_names: [a], "
        f"parameters: [{entry}]}}\n"
    )
    return text(models[0].parameters["norm"].value)


def shape_without_size(folder):
    """DiskSpatialModel(r_0="0 deg")(1 * u.deg, 0 * u.deg)"""
    return text(DiskSpatialModel(r_0="0 deg")(1 * u.deg, 0 * u.deg))


# -- data and statistic -------------------------------------------------------------------


def in_place(folder):
    """dataset.counts.data[0] = 99"""
    dataset = crab(folder)[0]
    dataset.counts.data[0] = 99
    return "done"


def predicted_counts(folder):
    """dataset.npred_signal().data.sum() of a log-parabola"""
    datasets = crab(folder)
    datasets.models = Models([SkyModel(log_parabola(), name="crab")])
    return text(datasets["north"].npred_signal().data.sum(), digits=9)


def statistic(folder):
    """datasets.stat_sum() of the log-parabola"""
    datasets = crab(folder)
    datasets.models = Models([SkyModel(log_parabola(), name="crab")])
    return text(datasets.stat_sum(), digits=9)


def cash_statistic(folder):
    """cash(n_on=5, mu_on=4.0)"""
    return text(cash(5, 4.0))


def nothing_predicted(folder):
    """stat_sum() where 3 were counted and nothing is predicted, background known"""
    true = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=1, name="energy_true")
    geom = RegionGeom.create(None, axes=[MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=1)])
    exposure = RegionNDMap.from_geom(RegionGeom.create(None, axes=[true]), unit="cm2 s")
    counts, background = (RegionNDMap.from_geom(geom) for _ in range(2))
    counts.data = counts.data + 3
    dataset = SpectrumDataset(counts=counts, background=background, exposure=exposure)
    dataset.models = Models([SkyModel(power_law(), name="source")])
    return text(dataset.stat_sum())


def prior(folder):
    """what a GaussianPrior(mu=0.1, sigma=0.05) on beta = 0.1 adds to stat_sum()"""
    datasets = crab(folder)
    beta = datasets.models.parameters["beta"]
    beta.value = 0.1
    before = datasets.stat_sum()
    beta.prior = GaussianPrior(mu=0.1, sigma=0.05)
    return text(datasets.stat_sum() - before)


# -- fits ---------------------------------------------------------------------------------


def fitted(folder):
    """alpha of the fit, its error, the statistic"""
    datasets = crab(folder)
    result = Fit().run(datasets)
    alpha = datasets.models.parameters["alpha"]
    return text(alpha.value, alpha.error, result.total_stat)


def evaluations(folder):
    """result.nfev of that fit"""
    return str(int(Fit().run(crab(folder)).nfev))


def evaluate_error(folder):
    """relative error of the amplitude, and by evaluate_error(1 * u.TeV), where it is the flux"""
    datasets = crab(folder)
    Fit().run(datasets)
    spectrum = datasets.models[0].spectral_model
    value, errn, errp = spectrum.evaluate_error(1 * u.TeV)
    amplitude = spectrum.amplitude
    return text(amplitude.error / amplitude.value, errn / value, errp / value, digits=3)


def confidence(folder):
    """errn and errp of Fit().confidence(datasets, beta)"""
    datasets = crab(folder)
    Fit().run(datasets)
    limits = Fit().confidence(datasets, datasets.models.parameters["beta"])
    return text(limits["errn"], limits["errp"], digits=4)


def not_at_the_minimum(folder):
    """confidence, after beta was moved by 0.3: success, errn and errp"""
    datasets = crab(folder)
    Fit().run(datasets)
    beta = datasets.models.parameters["beta"]
    beta.value += 0.3
    limits = Fit().confidence(datasets, beta)
    return f"{bool(limits['success'])}, {text(limits['errn'], limits['errp'], digits=4)}"


def degenerate(folder):
    """an amplitude and a norm in front of it, both free: success, and their errors"""
    datasets = crab(folder)
    shape = power_law() * PowerLawNormSpectralModel()
    datasets.models = Models([SkyModel(shape, name="crab")])
    result = Fit().run(datasets)
    errors = (datasets.models.parameters[name].error for name in ("amplitude", "norm"))
    return f"{bool(result.success)}, {text(*errors, digits=3)}"


def parts_of_result(folder):
    """what a result has of optimize_result, covariance_result, status, table, write, read"""
    result = Fit().run(crab(folder))
    names = ["optimize_result", "covariance_result", "status", "table", "write", "read"]
    return ", ".join(name for name in names if hasattr(result, name))


def covariance_options(folder):
    """Fit(covariance_opts={"strategy": 2}).run(datasets)"""
    return f"success = {bool(Fit(covariance_opts={'strategy': 2}).run(crab(folder)).success)}"


def at_bound(folder):
    """alpha and its error where alpha.max = 2.2 is in the way"""
    datasets = crab(folder)
    alpha = datasets.models.parameters["alpha"]
    alpha.value, alpha.max = 2.1, 2.2
    Fit().run(datasets)
    return text(alpha.value, alpha.error)


def outside(folder):
    """Fit().run(datasets) with alpha = 7 and alpha.max = 5"""
    datasets = crab(folder)
    alpha = datasets.models.parameters["alpha"]
    alpha.value = 7
    result = Fit().run(datasets)
    return f"success = {bool(result.success)}, alpha = {alpha.value:.3f} ± {alpha.error:.3f}"


def unknown_option(folder):
    """Fit(optimize_opts={"tolerance": 0.1}).run(datasets)"""
    return f"success = {bool(Fit(optimize_opts={'tolerance': 0.1}).run(crab(folder)).success)}"


# -- flux points --------------------------------------------------------------------------


def flux_point(folder):
    """norm, norm_errn, norm_errp, norm_ul of a flux point from 1.4 to 3 TeV"""
    estimator = FluxPointsEstimator(
        energy_edges=[1.4, 3] * u.TeV, source="blazar", selection_optional="all"
    )
    points = estimator.run(flare(folder))
    names = ("norm", "norm_errn", "norm_errp", "norm_ul")
    return text(*(getattr(points, name).data for name in names), digits=5)


def point_without_counts(folder):
    """norm, norm_err, norm_ul where nothing was counted, 20 to 30 TeV"""
    estimator = FluxPointsEstimator(
        energy_edges=[20, 30] * u.TeV, source="blazar", selection_optional="all"
    )
    points = estimator.run(flare(folder))
    return text(points.norm.data, points.norm_err.data, points.norm_ul.data, digits=4)


def light_curve_times(folder):
    """time_min[0] of light_curve.to_table(format="lightcurve")"""
    estimator = LightCurveEstimator(energy_edges=[0.44, 30] * u.TeV, source="blazar")
    table = estimator.run(flare(folder)).to_table(sed_type="flux", format="lightcurve")
    start, meta = table["time_min"].quantity[0], table.meta
    unit = start.unit if str(start.unit) else meta["TIMEUNIT"]
    return f"{start.value:.10g} {unit} since MJD {meta['MJDREFI'] + meta['MJDREFF']:.7g}"


def far_above_a_limit(folder):
    """stat_sum() with "distrib" of a model 100 times above the only point, an upper limit"""
    table = Table()
    table["e_ref"], table["e_min"], table["e_max"] = [1.0] * u.TeV, [0.5] * u.TeV, [2.0] * u.TeV
    unit = u.Unit("cm-2 s-1 TeV-1")
    table["dnde"], table["dnde_err"] = [0.0] * unit, [1e-12] * unit
    table["dnde_ul"], table["is_ul"] = [2e-12] * unit, [True]
    table.meta["UL_CONF"], table.meta["SED_TYPE"] = 0.95, "dnde"
    spectrum = PowerLawSpectralModel(index=2, amplitude="2e-10 cm-2 s-1 TeV-1", reference="1 TeV")
    dataset = FluxPointsDataset(
        data=FluxPoints.from_table(table),
        models=Models([SkyModel(spectrum, name="source")]),
        stat_type="distrib",
    )
    return text(dataset.stat_sum(), digits=4)


STATEMENTS = (
    the_same_script,
    integral_in_gev,
    integral_reversed,
    integral_text,
    integral_wide,
    twice,
    ambiguous,
    frozen_text,
    crossed_bounds,
    unknown_key,
    phase_curve,
    phase_between_turns,
    light_curve_ends,
    leap_second,
    mean_of_a_sine,
    template_norm,
    position_error,
    background_of_an_old_file,
    shape_without_size,
    in_place,
    predicted_counts,
    statistic,
    cash_statistic,
    nothing_predicted,
    prior,
    fitted,
    evaluations,
    evaluate_error,
    confidence,
    not_at_the_minimum,
    degenerate,
    parts_of_result,
    covariance_options,
    at_bound,
    outside,
    unknown_option,
    flux_point,
    point_without_counts,
    light_curve_times,
    far_above_a_limit,
)


def answers(folder):
    """What each statement gives: its text, and the answer."""
    found = {}
    for statement in STATEMENTS:
        try:
            with warnings.catch_warnings(action="ignore"):
                answer = statement(folder)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        found[statement.__name__] = [statement.__doc__, " ".join(answer.split())]
    return found


TASKS = {"answers": answers}
