r"""Spectra of gamma-cat.

======== ==================================================================================
pl       ``norm`` (E / ``e_ref``)^-``index``
pl2      the same by its integral ``flux`` above ``e_min``; up to ``e_max`` if that is given
ecpl     ``norm`` (E / ``e_ref``)^-``index`` exp(-E / ``e_cut``)
lppl     ``norm`` (E / ``e_ref``)^(-``alpha`` - ``beta`` log10(E / ``e_ref``))
======== ==================================================================================

An index is positive where the spectrum falls. ``lppl`` stands in one file (source 148 in
2018ApJ...856...95A), whose flux points tell that its logarithm is that of base 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import astropy.units as u
import numpy as np

from gammapy.errors import FileFormatError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.cutoff import ExpCutoffPowerLawSpectralModel
from gammapy.modeling.models.spectral.logparabola import LogParabolaSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLaw2SpectralModel, PowerLawSpectralModel
from gammapy.modeling.serialize.gammacat.measured import Measured, Readings, measured
from gammapy.modeling.serialize.node import Node

__all__ = ["FAR", "SPECTRA", "spectral_model"]

DNDE = "cm-2 s-1 TeV-1"
#: stands for infinity where a flux has no upper end: what is missing of it is below 2e-8, even for
#: the hardest spectrum (index 1.82 above 0.2 TeV)
FAR = 1e9 * u.TeV


def spectral_model(node: Node, readings: Readings) -> SpectralModel:
    """Spectral model of the entry ``model`` of a spectrum.

    Raises
    ------
    FileFormatError
        If the type is not known, or a parameter is missing or makes no sense.
    """
    node.check_keys(("type", "parameters", "covar"))
    kind = node["type"].text()
    if kind not in SPECTRA:
        raise node["type"].error(f"is no spectrum that is known: one of {list(SPECTRA)} is")
    build, needed, optional = SPECTRA[kind]
    parameters = node["parameters"]
    parameters.check_keys([*needed, *optional])
    given = [name for name in (*needed, *optional) if name in needed or name in parameters]
    values = {name: measured(parameters[name], _UNITS[name], readings) for name in given}
    for name in ("e_ref", "e_min", "e_max", "e_cut"):
        if name in values and not values[name].value > 0:
            raise parameters[name].error("must be positive: it is an energy")
    with node.guard():
        model, sources = build(values)
    for name, value in sources.items():
        readings.set_errors(model.own_parameters[name], value, f"spectral.{name}")
    if "covar" in node:
        _set_covariance(model, node["covar"], readings)
    return model


_Built = tuple[SpectralModel, dict[str, Measured]]


def _built(cls: type[SpectralModel], sources: dict[str, Measured]) -> _Built:
    return cls(**{name: source.value for name, source in sources.items()}), sources


def _pl(values: dict[str, Measured]) -> _Built:
    names = {"index": "index", "amplitude": "norm", "reference": "e_ref"}
    return _built(PowerLawSpectralModel, {name: values[key] for name, key in names.items()})


def _pl2(values: dict[str, Measured]) -> _Built:
    end = values.get("e_max", Measured(FAR))
    if "e_max" not in values and not values["index"].value > 1:
        raise FileFormatError(
            f"index = {values['index'].value} must be above 1 without e_max: the flux above e_min "
            "is infinite; give e_max"
        )
    sources = {"amplitude": values["flux"], "index": values["index"]}
    return _built(PowerLaw2SpectralModel, {**sources, "emin": values["e_min"], "emax": end})


def _ecpl(values: dict[str, Measured]) -> _Built:
    cutoff = values["e_cut"]
    lambda_ = cutoff.mapped(1 / cutoff.value, 1 / cutoff.value**2)
    names = {"index": "index", "amplitude": "norm", "reference": "e_ref"}
    sources = {name: values[key] for name, key in names.items()}
    return _built(ExpCutoffPowerLawSpectralModel, {**sources, "lambda_": lambda_})


def _lppl(values: dict[str, Measured]) -> _Built:
    names = {"amplitude": "norm", "reference": "e_ref", "alpha": "alpha"}
    sources = {name: values[key] for name, key in names.items()}
    sources["beta"] = values["beta"].times(1 / math.log(10))
    return _built(LogParabolaSpectralModel, sources)


#: by type: builder, names of the parameters that it needs, and of those that it may have
SPECTRA: dict[str, tuple[Callable[..., _Built], tuple[str, ...], tuple[str, ...]]] = {
    "pl": (_pl, ("norm", "index", "e_ref"), ()),
    "pl2": (_pl2, ("flux", "index", "e_min"), ("e_max",)),
    "ecpl": (_ecpl, ("norm", "index", "e_cut", "e_ref"), ()),
    "lppl": (_lppl, ("norm", "alpha", "beta", "e_ref"), ()),
}
_ENERGIES = dict.fromkeys(("e_ref", "e_min", "e_max", "e_cut"), "TeV")
_UNITS = _ENERGIES | {"norm": DNDE, "flux": "cm-2 s-1", "index": "", "alpha": "", "beta": ""}


def _set_covariance(model: SpectralModel, node: Node, readings: Readings) -> None:
    """Covariance of the free parameters of a cut-off power law, 1 / ``e_cut`` among them.

    The order is not stated; the errors on the diagonal tell that it is norm, index, 1 / ``e_cut``.
    A matrix whose diagonal says something else is not used.
    """
    names = ("amplitude", "index", "lambda_")
    rows = [row.numbers() for row in node.items()]
    free = [name for name, p in model.own_parameters.items() if not p.frozen]
    if sorted(free) != sorted(names) or [len(row) for row in rows] != [3, 3, 3]:
        readings.note(node, "not used: the order of a covariance is known for ecpl only")
        return
    parameters = [model.own_parameters[name] for name in names]
    matrix = np.array(rows)
    variances = np.array([p.error for p in parameters]) ** 2
    if not np.allclose(matrix.diagonal(), variances, rtol=0.02):
        readings.note(node, "not used: its diagonal is not that of norm, index and 1 / e_cut")
        return
    paths = list(model.own_parameters)
    order = [paths.index(name) for name in names]
    full = np.zeros((len(paths), len(paths)))
    full[np.ix_(order, order)] = matrix
    with node.guard():
        model.covariance = full
