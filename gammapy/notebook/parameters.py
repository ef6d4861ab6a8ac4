"""Parameters, models and covariances as HTML tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.modeling.covariance import Covariance
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.notebook.html_table import heading, measured, number, pairs, table, text, unit

__all__ = ["covariance", "model", "models", "parameter", "parameters"]

HEADER = ("name", "value", "unit", "min", "max", "state", "prior")
#: from this many rows on, a correlation matrix has no room for numbers
CROWDED = 30


def parameters(members: Parameters) -> str:
    """Table of parameters: values with errors, units, bounds, what is frozen or linked, priors."""
    if not len(members):
        return heading("Parameters") + "<p>none</p>"
    rows = [_row(p, path) for p, path in zip(members, members.paths, strict=True)]
    return table(HEADER, rows)


def parameter(one: Parameter) -> str:
    """Table of one parameter."""
    return table(HEADER, [_row(one, one.name)])


def _row(p: Parameter, path: str) -> list[str]:
    state = "frozen" if p.frozen else ""
    if p.link is not None:
        state = f"= {text(repr(p.link))}"
    return [
        f"<code>{text(path)}</code>",
        measured(p.value, p.error, p.errn, p.errp),
        unit(p.unit),
        number(p.min),
        number(p.max),
        state,
        "" if p.prior is None else text(repr(p.prior)),
    ]


def model(one: ModelBase) -> str:
    """A model with its parameters."""
    if not isinstance(one, SkyModel):
        return heading(type(one).__name__) + parameters(one.parameters)
    rows = [
        (kind, text(type(part).__name__))
        for kind in one.part_types
        if (part := one.part(kind)) is not None
    ]
    if one.datasets_names is not None:
        rows.append(("datasets", text(", ".join(one.datasets_names))))
    return heading(type(one).__name__, one.name) + pairs(rows) + parameters(one.parameters)


def models(several: Models) -> str:
    """Models one by one in a first table, all parameters in a second."""
    if not len(several):
        return heading("Models") + "<p>none</p>"
    rows = [
        [
            f"<code>{text(m.name)}</code>",
            text(" x ".join(type(part).__name__ for part in m.parts())),
            text(", ".join(m.datasets_names or [])),
        ]
        for m in several
    ]
    parts = [heading("Models"), table(("name", "parts", "datasets"), rows)]
    penalties = [[text(repr(penalty))] for penalty in several.penalties]
    if penalties:
        parts.append(table(("penalties",), penalties))
    return "".join([*parts, parameters(several.parameters)])


def covariance(matrix: Covariance) -> str:
    """Errors, and correlations with a shade that tells their size."""
    shown = np.flatnonzero(matrix.known & (matrix.errors > 0))
    unknown = [name for name, known in zip(matrix.names, matrix.known, strict=True) if not known]
    note = f"<p>not known: {text(', '.join(unknown))}</p>" if unknown else ""
    if not len(shown):
        return f"{heading('Covariance')}<p>no parameter has an error</p>{note}"
    correlation = matrix.correlation
    columns = [str(n) for n in range(1, len(shown) + 1)] if len(shown) <= CROWDED else []
    rows = [
        [
            f"{n}. <code>{text(matrix.names[i])}</code>",
            number(float(matrix.errors[i]), 3),
            *(_shaded(correlation[i, j]) for j in shown if columns),
        ]
        for n, i in enumerate(shown, start=1)
    ]
    left_out = "" if columns else "<p>correlations: see plot_correlation()</p>"
    return heading("Covariance") + table(("name", "error", *columns), rows) + left_out + note


def _shaded(value: Any) -> str:
    colour = "214, 39, 40" if value > 0 else "31, 119, 180"
    digits = f"{value:.2f}".replace("-", "−")
    return (
        f'<span style="background: rgba({colour}, {0.6 * abs(value):.2f}); padding: 0 0.3em">'
        f"{digits}</span>"
    )
