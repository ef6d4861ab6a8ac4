"""Faults in fits and what is read off them."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

FAULTS = (
    Fault(
        "scaling",
        "gammapy.modeling.fit.scaling",
        "return Evaluation(value, gradient * scale, curvature * outer)",
        "return Evaluation(value, 1.01 * gradient * scale, curvature * outer)",
        "tests/modeling/fit/test_scaling.py",
    ),
    Fault(
        "covariance",
        "gammapy.modeling.fit.curvature",
        "= 2.0 * inverse",
        "= 2.02 * inverse",
        "tests/modeling/fit/test_curvature.py",
    ),
    Fault(
        "error of a linked parameter",
        "gammapy.modeling.fit.fitter",
        "matrix = jacobian[:, known] @",
        "matrix = 1.02 * jacobian[:, known] @",
        "tests/modeling/fit/test_fitter.py",
    ),
    Fault(
        "level of a limit",
        "gammapy.modeling.fit.confidence",
        "return min(rise(distance), 1e6 * level) - level",
        "return min(rise(distance), 1e6 * level) - 1.01 * level",
        "tests/modeling/fit/test_confidence.py",
    ),
    Fault(
        "level of a contour",
        "gammapy.modeling.fit.plane",
        "gap = self.level - model.rise\n            if not",
        "gap = 1.01 * self.level - model.rise\n            if not",
        "tests/modeling/fit/test_contour.py",
    ),
    Fault(
        "other parameters on a contour",
        "gammapy.modeling.fit.plane",
        "return rest * self.scale[self._rest]",
        "return 1.01 * rest * self.scale[self._rest]",
        "tests/modeling/fit/test_contour.py",
    ),
    Fault(
        "vertex of a profile",
        "gammapy.modeling.fit.upper_limit",
        "slope**2 / (4.0 * bend)",
        "slope**2 / (4.04 * bend)",
        "tests/modeling/fit/test_upper_limit.py",
    ),
    Fault(
        "height in a refit",
        "gammapy.modeling.fit.refit",
        "float(-0.5 * here.gradient @ step)",
        "float(-0.505 * here.gradient @ step)",
        "tests/modeling/fit/test_refit.py",
    ),
    Fault(
        "end of a refit",
        "gammapy.modeling.fit.refit",
        "HEIGHT = 1e-6",
        "HEIGHT = 1e-2",
        "tests/modeling/fit/test_refit.py",
    ),
    Fault(
        "jump between rays",
        "gammapy.modeling.fit.rays",
        "JUMP = 0.1",
        "JUMP = 10.0",
        "tests/modeling/fit/test_rays.py",
    ),
    Fault(
        "degrees of freedom of nested models",
        "gammapy.modeling.fit.nested",
        "sigma_to_ts(n_sigma, dof)",
        "sigma_to_ts(n_sigma, 1)",
        "tests/modeling/fit/test_nested.py::"
        "test_the_threshold_depends_on_sigma_and_degrees_of_freedom",
    ),
)
