"""Deliberate faults of about 1%, one or more per stage of the engine.

Each is a replacement in the text of one module. `tests/test_faults.py` runs the named tests on the
faulty package and demands that one turns red: a stage whose fault goes unseen is not tested.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any, NamedTuple

__all__ = ["FAULTS", "Fault", "install"]


class Fault(NamedTuple):
    """One replacement in one module, and the tests that must see it."""

    stage: str
    module: str
    right: str
    wrong: str
    tests: str
    data: str = ""  # variable without which these tests are skipped


FAULTS = (
    Fault(
        "units",
        "gammapy.units",
        "return float(unit.to(internal_unit(unit)))",
        "return 1.01 * float(unit.to(internal_unit(unit)))",
        "tests/test_units.py",
    ),
    Fault(
        "formula",
        "gammapy.modeling.models.spectral.logparabola",
        "return amplitude * xp.exp(-(alpha + beta * log_x) * log_x)",
        "return 1.01 * amplitude * xp.exp(-(alpha + beta * log_x) * log_x)",
        "tests/contracts/test_spectral_reference.py",
        "GAMMAPY_REFERENCE",
    ),
    Fault(
        "partials of a formula",
        "gammapy.modeling.models.spectral.logparabola",
        "by_alpha = -value * log_x",
        "by_alpha = -1.01 * value * log_x",
        "tests/contracts/test_spectral_models.py",
    ),
    Fault(
        "partials of a composition",
        "gammapy.modeling.models.spectral.compound",
        "return 1.0 / g, -f / (g * g)",
        "return 1.0 / g, -1.01 * f / (g * g)",
        "tests/contracts/test_spectral_models.py",
    ),
    Fault(
        "numerical partials",
        "gammapy.engine.differentiate",
        "(2.0 * step)",
        "(2.02 * step)",
        "tests/engine/test_differentiate.py",
    ),
    Fault(
        "interpolation",
        "gammapy.engine.interpolate",
        "(y1 - y0) * (flat - x0)",
        "(y1 - y0) * 1.01 * (flat - x0)",
        "tests/engine/test_interpolate.py",
    ),
    Fault(
        "bin integrals",
        "gammapy.engine.integrate",
        "weights = half * w * nodes",
        "weights = 1.01 * half * w * nodes",
        "tests/engine/test_integrate.py",
    ),
    Fault(
        "choice of the integration order",
        "gammapy.engine.integrate",
        "    tolerance: float = 1e-8,\n    negligible: float = 1e-15,\n) -> int:",
        "    tolerance: float = 1e-2,\n    negligible: float = 1e-15,\n) -> int:",
        "tests/engine/test_integrate.py",
    ),
    Fault(
        "closed integral",
        "gammapy.modeling.models.spectral.powerlaw",
        "(low / reference) ** power * width * ratio",
        "(low / reference) ** power * width * ratio * 1.01",
        "tests/contracts/test_spectral_models.py",
    ),
    Fault(
        "error propagation",
        "gammapy.modeling.models.spectral.base",
        "error = np.sqrt(np.maximum(variance, 0.0))",
        "error = 1.01 * np.sqrt(np.maximum(variance, 0.0))",
        "tests/contracts/test_spectral_models.py",
    ),
    Fault(
        "response",
        "gammapy.spectrum.base",
        "return (kernel.data * exposure[:, None]).T",
        "return 1.01 * (kernel.data * exposure[:, None]).T",
        "tests/spectrum/test_prediction.py",
        "GAMMAPY_DATA",
    ),
    Fault(
        "folding, with derivatives",
        "gammapy.spectrum.term",
        "integrals[1 + column] += row",
        "integrals[1 + column] += 1.01 * row",
        "tests/datasets/test_likelihood.py",
    ),
    Fault(
        "cash",
        "gammapy.engine.statistic",
        "value = 2.0 * (npred - counts * np.log(safe))",
        "value = 2.0 * (npred - 1.01 * counts * np.log(safe))",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "profile of the background",
        "gammapy.engine.statistic",
        "half = twice / (2.0 * data.one)",
        "half = twice / (2.02 * data.one)",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "first derivative of wstat",
        "gammapy.engine.statistic",
        "2.0 - 2.0 * ratio_on, 2.0 * weight * kept",
        "2.0 - 2.02 * ratio_on, 2.0 * weight * kept",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "second derivative of wstat",
        "gammapy.engine.statistic",
        "2.0 - 2.0 * ratio_on, 2.0 * weight * kept",
        "2.0 - 2.0 * ratio_on, 2.02 * weight * kept",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "sum of wstat without derivatives",
        "gammapy.engine.statistic",
        "return 2.0 * float(npred.sum() + data.one @ back - logs)",
        "return 2.0 * float(npred.sum() + data.one @ back - 1.01 * logs)",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "deviance residuals",
        "gammapy.engine.statistic",
        "slope = np.where(away, stat.first / (2.0 *",
        "slope = np.where(away, stat.first / (2.02 *",
        "tests/engine/test_statistic.py",
    ),
    Fault(
        "derivative of a link",
        "gammapy.modeling.expression",
        "return a / b, 1.0 / b, -(a / b) / b",
        "return a / b, 1.0 / b, -1.01 * (a / b) / b",
        "tests/modeling/test_expression.py",
    ),
    Fault(
        "value of a link in the plan",
        "gammapy.datasets.plan",
        "return value * factor, {leaf: d * factor for leaf, d in by_leaf.items()}",
        "return value * factor * 1.01, {leaf: d * factor for leaf, d in by_leaf.items()}",
        "tests/datasets/test_plan.py",
    ),
    Fault(
        "derivatives carried to the free parameters",
        "gammapy.datasets.plan",
        "Evaluation(value, gradient * factors, curvature * factors * factors[:, None])",
        "Evaluation(value, 1.01 * gradient * factors, curvature * factors * factors[:, None])",
        "tests/datasets/test_likelihood.py",
    ),
    Fault(
        "prior",
        "gammapy.modeling.prior",
        "return value, 2.0 * pull / self.sigma, 2.0 / self.sigma**2",
        "return value, 2.02 * pull / self.sigma, 2.0 / self.sigma**2",
        "tests/modeling/test_prior.py",
    ),
    Fault(
        "prior in the likelihood",
        "gammapy.datasets.likelihood",
        "gradient[k] += first / factor",
        "gradient[k] += 1.01 * first / factor",
        "tests/datasets/test_likelihood.py",
    ),
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
        "gap = self.level - model.rise",
        "gap = 1.01 * self.level - model.rise",
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
        "effective area from OGIP",
        "gammapy.spectrum.ogip",
        "exposure = ",
        "exposure = 1.01 * ",
        "tests/spectrum/test_ogip.py",
    ),
)


class _FaultyLoader(SourceFileLoader):
    """Loads a module with a replacement in its text, past the bytecode cache."""

    fault: Fault

    def get_code(self, fullname: str) -> Any:
        text = self.get_data(self.path).decode()
        if self.fault.right not in text:
            raise RuntimeError(f"fault {self.fault.stage!r} no longer fits {self.path}")
        return compile(text.replace(self.fault.right, self.fault.wrong, 1), self.path, "exec")


class _FaultyFinder:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.fault.module:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.origin is not None
        loader = _FaultyLoader(name, spec.origin)
        loader.fault = self.fault
        return importlib.util.spec_from_file_location(name, spec.origin, loader=loader)


def install(stage: str) -> None:
    """Make the package faulty at one stage; before it is imported."""
    fault = next(fault for fault in FAULTS if fault.stage == stage)
    assert fault.module not in sys.modules
    sys.meta_path.insert(0, _FaultyFinder(fault))  # type: ignore[arg-type]
