"""Flux points in which free parameters of other models are fitted together with the norm.

One small fit per point: spectra masked down to the bins of the point, the source with all its
parameters held times a free norm, and the other models. It starts from the norm that fits best
with the others as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.datasets.joint import Datasets
from gammapy.errors import FitError
from gammapy.estimators.estimates import Estimates, completed
from gammapy.estimators.segments import Segments
from gammapy.estimators.settings import NormSettings
from gammapy.maps.region import RegionNDMap
from gammapy.modeling.fit.confidence import limit
from gammapy.modeling.fit.fitter import Fitter
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.refit import refit
from gammapy.modeling.fit.scan import Profile
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.spectrum.base import CountsSpectrum

__all__ = ["reoptimized_estimates"]

#: relative precision of limits
RTOL = 1e-4

Reasons = list[tuple[int, str, str]]


def reoptimized_estimates(
    spectra: Sequence[CountsSpectrum],
    models: Models,
    points: Sequence[np.ndarray],
    segments: Segments,
    held: Estimates,
    settings: NormSettings,
) -> Estimates:
    """Estimates with the other models fitted again, from those with the others held.

    Parameters
    ----------
    models : `Models`
        All that the spectra see, with their penalties.
    points : sequence of ndarray of int [n_bins]
        Point of each bin of each spectrum.
    held : `Estimates`
        Where the fits start. What cannot be had there (no data, no signal) stays so.
    """
    values = {name: np.array(array) for name, array in held.values.items()}
    reasons: Reasons = [reason for reason in held.reasons if not held.values["success"][reason[0]]]
    copies = [spectrum.copy(name=spectrum.name) for spectrum in spectra]
    masks = [spectrum.mask.values for spectrum in spectra]
    predictions = {name: values.pop(name) for name in ("npred", "npred_excess", "counts")}
    for i in np.flatnonzero(held.values["success"]):
        keeps = [mask & (point == i) for mask, point in zip(masks, points, strict=True)]
        fit = _PointFit(copies, keeps, models, float(held.values["norm"][i]), settings)
        found, why = fit.run(float(segments.problem.unit[i]))
        for name in values:
            values[name][i] = found.get(name, np.nan)
        reasons += [(int(i), name, sentence) for name, sentence in why.items()]
        for name, numbers in fit.predictions(found["norm"]).items():
            predictions[name][i] = numbers
    done = completed(values, segments, reasons)
    return Estimates({**done.values, **predictions}, done.reasons)


class _PointFit:
    """Fit of one point.

    Parameters
    ----------
    copies : list of `CountsSpectrum`
        Copies of the spectra, of which masks and models are changed.
    keeps : list of ndarray of bool [n_bins]
        Bins of the point.
    start : float
        Norm to start from.
    """

    def __init__(
        self,
        copies: list[CountsSpectrum],
        keeps: list[np.ndarray],
        models: Models,
        start: float,
        settings: NormSettings,
    ) -> None:
        self.settings = settings
        self.keeps, self.copies = keeps, copies
        source = settings.model(models)
        self.spectra = []
        for copy, keep in zip(copies, keeps, strict=True):
            if keep.any() and source.belongs_to(copy.name):
                copy.mask_fit = RegionNDMap(copy.geom, keep)
                self.spectra.append(copy)
        names = [spectrum.name for spectrum in self.spectra]
        self.norm, free = _with_free_norm(models, source.name, names, start, settings)
        self.source_name = source.name
        datasets = Datasets(self.spectra)
        datasets.models = free
        self.problem: FitProblem = datasets.fit_problem()
        at = [p is self.norm for p in self.problem.parameters].index(True)
        self.name = self.problem.paths[at]

    def run(self, size: float) -> tuple[dict[str, Any], dict[str, str]]:
        """Numbers of the point, and reasons for those that there are not.

        Parameters
        ----------
        size : float
            Error of the norm that is expected where the fit gives none.
        """
        nothing = {"norm": np.nan}
        try:
            result, x, covariance = (self.settings.fit or Fitter()).solve(self.problem)
        except FitError as why:
            return nothing, {"norm": str(why)}
        if not result.success:
            return nothing, {"norm": f"{result.status.value} {result.message}".strip()}
        i = self.problem.index(self.name)
        best = self.problem.starting_at(x)
        error = float(np.sqrt(covariance[i, i]))
        found: dict[str, Any] = {"norm": float(x[i]), "norm_err": error, "stat": result.total_stat}
        found["stat_null"] = self._null(best)
        reasons = {} if np.isfinite(error) else {"norm_err": result.status.value}
        self._limits(best, error if np.isfinite(error) else size, found, reasons)
        if "scan" in self.settings.selection:
            profile = Profile(best, self.name, reoptimize=True)
            found["stat_scan"] = [profile(float(norm)) for norm in self.settings.scan_values]
        self._write(x)
        return found, reasons

    def _null(self, best: FitProblem) -> float:
        held = best.fixed(self.name, self.settings.null_value)
        return refit(held).value if held.names else held.value(held.start)

    def _limits(
        self, best: FitProblem, error: float, found: dict[str, Any], reasons: dict[str, str]
    ) -> None:
        chosen, n_sigma = self.settings.selection, self.settings.n_sigma
        wanted: dict[str, tuple[float, float]] = {}
        if "errn-errp" in chosen:
            wanted = {"norm_errn": (-error, n_sigma), "norm_errp": (error, n_sigma)}
        if "ul" in chosen:
            wanted["norm_ul"] = (error, self.settings.n_sigma_ul)
        for name, (step, sigma) in wanted.items():
            distance, why, _ = limit(best, self.name, step, sigma, True, RTOL)
            found[name] = distance + (found["norm"] if name == "norm_ul" else 0.0)
            if why:
                reasons[name] = why

    def _write(self, x: np.ndarray) -> None:
        """Fitted values to the copies of the models, for the predictions."""
        assert self.problem.spread is not None
        values, _ = self.problem.spread(x)
        for parameter, value in zip(self.problem.parameters, values, strict=True):
            if parameter.link is None:
                parameter.value = value

    def predictions(self, norm: float) -> dict[str, np.ndarray]:
        """Sums [n_datasets] of the bins: ``npred`` and ``npred_excess``; nan without a norm."""
        sums = {name: np.zeros(len(self.copies)) for name in ("npred", "npred_excess")}
        for number, (copy, keep) in enumerate(zip(self.copies, self.keeps, strict=True)):
            if copy in self.spectra:
                total, excess = copy.npred(), copy.npred_signal(self.source_name)
                known = 0.0 if np.isfinite(norm) else np.nan
                sums["npred"][number] = total.values[keep].sum() + known
                sums["npred_excess"][number] = excess.values[keep].sum() + known
        return sums


def _with_free_norm(
    models: Models, source: str, datasets: Sequence[str], start: float, settings: NormSettings
) -> tuple[Any, Models]:
    """Copies of the models that some datasets see; of the source only a norm is free."""
    twins = models.copy()
    twin = twins[source]
    rest = Models(
        model
        for model in twins
        if model is not twin and any(model.belongs_to(name) for name in datasets)
    )
    moving = rest.parameters
    spectrum = twin.spectral_model.copy()
    for parameters in (spectrum.parameters, twin.parameters):
        values = {p: p.value for p in parameters if p not in moving}
        for parameter, value in values.items():
            parameter.link = None
            parameter.value, parameter.frozen, parameter.prior = value, True, None
    factor = PowerLawNormSpectralModel()
    norm = factor.norm
    norm.min, norm.max, norm.prior = settings.norm.min, settings.norm.max, settings.norm.prior
    norm.value = start
    scaled = SkyModel(spectrum * factor, name=source, datasets_names=twin.datasets_names)
    known = [p for p in twins.penalties if any(member in moving for member in p.parameters)]
    return norm, Models([scaled, *rest], known)
