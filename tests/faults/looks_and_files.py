"""Faults in what is drawn, and in what is written."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

FAULTS = (
    Fault(
        "error bars of flux points",
        "gammapy.plot.flux_points",
        "np.array([row.errn, row.errp])",
        "np.array([row.errp, row.errn])",
        "tests/plot/test_flux_points.py::test_points_are_the_data",
    ),
    Fault(
        "error band of a model",
        "gammapy.plot.model",
        "ax.fill_between(x, y - down, y + up",
        "ax.fill_between(x, y - down, y + 1.01 * up",
        "tests/plot/test_model.py::test_band",
    ),
    Fault(
        "error bars of counts",
        "gammapy.plot.counts",
        "gammaincinv(counts + 1.0, 1.0 - TAIL)",
        "gammaincinv(counts, 1.0 - TAIL)",
        "tests/plot/test_counts.py::test_excess_and_errors_per_decade",
    ),
    Fault(
        "variance of a residual",
        "gammapy.plot.counts",
        "total(predicted) + variance",
        "total(predicted)",
        "tests/plot/test_counts.py::test_measured_background_widens_error_and_residual",
    ),
    Fault(
        "levels of a surface",
        "gammapy.plot.profile",
        "rise = np.sqrt(_rise(surface)).T",
        "rise = _rise(surface).T",
        "tests/plot/test_profile.py::test_surface",
    ),
    Fault(
        "scale of interpolation in a file",
        "gammapy.modeling.serialize.parameter",
        'interp=node["interp"].text() if',
        "interp=default.interp if",
        "tests/modeling/serialize/test_yaml.py::test_all_that_a_parameter_has_survives",
    ),
    Fault(
        "unit of a prior in a file",
        "gammapy.modeling.serialize.prior",
        "factor = float(given.to(unit))",
        "factor = float(unit.to(given))",
        "tests/modeling/serialize/test_prior.py",
    ),
    Fault(
        "mean of a penalty in a file",
        "gammapy.modeling.serialize.penalty",
        '"mean": penalty.mean.tolist()',
        '"mean": (1.01 * penalty.mean).tolist()',
        "tests/modeling/serialize/test_penalty.py::test_survives",
    ),
    Fault(
        "redshift of dark matter in a file",
        "gammapy.modeling.serialize.physical",
        'tree["z"] = model.z',
        'tree["z"] = 0.0',
        "tests/modeling/serialize/test_physical.py",
    ),
)
