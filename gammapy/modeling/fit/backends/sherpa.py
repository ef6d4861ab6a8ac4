"""The optimisers of sherpa: levmar, neldermead, moncar, without its session layer.

Sherpa's optimisers take a function of the parameters that returns the statistic and the residuals;
levmar uses the residuals, for which we give the signed deviance residuals. They use no gradient.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from gammapy.errors import OptionError
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome
from gammapy.optional import require

__all__ = ["CLASSES", "run"]

#: method -> class in sherpa.optmethods
CLASSES = {
    "levmar": "LevMar",
    "neldermead": "NelderMead",
    "simplex": "NelderMead",
    "moncar": "MonCar",
}

HUGE = 3.4e38  # how sherpa writes "no bound"


def run(objective: Objective, *, method: str = "levmar", **options: Any) -> Outcome:
    """Minimise.

    Parameters
    ----------
    objective : `Objective`
    method : {"levmar", "neldermead", "simplex", "moncar"}
        "simplex" is sherpa's own name of "neldermead".
    **options
        Entries of the method's ``config`` in sherpa, like ``ftol``, ``maxfev``.
    """
    optmethods = require("sherpa.optmethods", "the sherpa optimisers")
    name = str(method).lower()
    if name not in CLASSES:
        raise OptionError(f"backend 'sherpa' has no method {method!r}: use one of {list(CLASSES)}")
    optimiser = getattr(optmethods, CLASSES[name])()
    for option, value in options.items():
        if option not in optimiser.config:
            raise OptionError(
                f"sherpa method {method!r} has no option {option!r}: known are "
                f"{list(optimiser.config)}"
            )
        optimiser.config[option] = value
    problem = objective.problem
    low = np.where(np.isinf(problem.lower), -HUGE, problem.lower)
    high = np.where(np.isinf(problem.upper), HUGE, problem.upper)
    _refuse(objective, name, low, high)
    function = _residual_function if name == "levmar" else _value_function
    logger = logging.getLogger("sherpa")
    level = logger.level
    logger.setLevel(logging.ERROR)  # its warning repeats what the outcome says
    try:
        success, x, _, message, detail = optimiser.fit(
            function(objective), problem.start, low, high
        )
    except SystemError as error:
        # its C++ goes on after an exception in the function, and buries it
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise cause from None
    finally:
        logger.setLevel(level)
    x = np.clip(x, problem.lower, problem.upper)
    return Outcome(x, bool(success), str(message), name, None, detail)


def _refuse(objective: Objective, name: str, low: np.ndarray, high: np.ndarray) -> None:
    problem = objective.problem
    if name == "levmar" and problem.residuals is None:
        raise OptionError(
            "sherpa's levmar needs a sum of squares, and this statistic or one of its priors is "
            "none: use method='neldermead'"
        )
    open_ended = (low == -HUGE) | (high == HUGE)
    if name == "moncar" and open_ended.any():
        names = [n for n, flag in zip(problem.names, open_ended, strict=True) if flag]
        raise OptionError(
            f"sherpa's moncar searches the whole range: give {', '.join(names)} finite bounds"
        )


def _value_function(objective: Objective) -> Any:
    def function(z: np.ndarray) -> tuple[float, np.ndarray]:
        value = objective.value(np.array(z))
        return value, np.array([value])

    return function


def _residual_function(objective: Objective) -> Any:
    def function(z: np.ndarray) -> tuple[float, np.ndarray]:
        residual = objective.residuals(np.array(z)).residual
        return float(residual @ residual), residual

    return function
