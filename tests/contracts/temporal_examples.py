"""One or more examples of each registered temporal model, as functions that make a fresh one.

A class that is registered and not listed fails `test_temporal_models.py`.
"""

from collections.abc import Callable

import astropy.units as u
import numpy as np
from astropy.table import Table

from gammapy.modeling.models import (
    ConstantTemporalModel,
    ExpDecayTemporalModel,
    GaussianTemporalModel,
    GeneralizedGaussianTemporalModel,
    LightCurveTemplateTemporalModel,
    LinearTemporalModel,
    PowerLawTemporalModel,
    SineTemporalModel,
    TemplatePhaseCurveTemporalModel,
    TemporalModel,
)


def light_curve() -> LightCurveTemplateTemporalModel:
    table = Table(
        {"TIME": [-2.3, -0.7, 0.4, 1.9, 3.1, 7.7] * u.d, "NORM": [0.2, 0.9, 0.0, 0.5, 1.0, 0.3]},
        meta={"MJDREFI": 55555, "MJDREFF": 0.3, "TIMESYS": "utc"},
    )
    return LightCurveTemplateTemporalModel.from_table(table)


def phase_curve(**kwargs) -> TemplatePhaseCurveTemporalModel:
    table = Table({"PHASE": [0.04, 0.3, 0.37, 0.6, 0.93], "NORM": [0.2, 0.1, 0.8, 0.0, 0.5]})
    values = {"t_ref": 55556.1 * u.d, "phi_ref": 0.2, "f0": 0.45 / u.d} | kwargs
    return TemplatePhaseCurveTemporalModel(table, **values)


def whole_turn() -> TemplatePhaseCurveTemporalModel:
    """Nodes at both ends of the turn, and a frequency that changes its sign."""
    table = Table({"PHASE": [0.0, 0.25, 0.8, 1.0], "NORM": [0.3, 1.0, 0.4, 0.3]})
    values = {"t_ref": 55555.2 * u.d, "f0": 0.3 / u.d, "f1": 0.04 / u.d**2, "f2": -0.05 / u.d**3}
    return TemplatePhaseCurveTemporalModel(table, normalize=False, scale="tdb", **values)


EXAMPLES: dict[type[TemporalModel], list[Callable[[], TemporalModel]]] = {
    ConstantTemporalModel: [ConstantTemporalModel],
    LinearTemporalModel: [
        lambda: LinearTemporalModel(alpha=1.5, beta="-0.03 d-1", t_ref="55555.2 d"),
    ],
    ExpDecayTemporalModel: [
        lambda: ExpDecayTemporalModel(t0="2.2 d", t_ref="55555.2 d"),
        lambda: ExpDecayTemporalModel(t0="17 h", t_ref="55556 d", scale="tt"),
    ],
    GaussianTemporalModel: [
        lambda: GaussianTemporalModel(t_ref="55556.3 d", sigma="1.2 d"),
        lambda: GaussianTemporalModel(t_ref="55554.1 d", sigma="40 h", scale="tai"),
    ],
    GeneralizedGaussianTemporalModel: [
        lambda: GeneralizedGaussianTemporalModel(
            t_ref="55556.3 d", t_rise="0.9 d", t_decay="2.1 d", eta=0.5
        ),
        lambda: GeneralizedGaussianTemporalModel(
            t_ref="55556.3 d", t_rise="0.9 d", t_decay="2.1 d", eta=1.3
        ),
    ],
    PowerLawTemporalModel: [
        lambda: PowerLawTemporalModel(alpha=-1.4, t_ref="55540 d", t0="13 d"),
        lambda: PowerLawTemporalModel(alpha=-1.0, t_ref="55540 d", t0="13 d"),
        lambda: PowerLawTemporalModel(alpha=1.3, t_ref="55554.77 d", t0="1 d"),
    ],
    SineTemporalModel: [
        lambda: SineTemporalModel(amp=0.4, omega="1.7 rad d-1", t_ref="55555.9 d"),
    ],
    LightCurveTemplateTemporalModel: [light_curve],
    TemplatePhaseCurveTemporalModel: [
        phase_curve,
        lambda: phase_curve(f1=0.01 / u.d**2, f2=3e-3 / u.d**3),
        whole_turn,
    ],
}

#: s since `EPOCH` (MJD, UTC), between the nodes and edges of the examples
EPOCH = 55555.0
TIME = 86400.0 * np.linspace(-2.37, 9.41, 41)
