"""How far the fits of the reference, of spectra and of flux points, are from ours.

``python -m tests.spectrum.reference_fits`` prints each number with its bar; it needs
``$GAMMAPY_DATA`` and ``$GAMMAPY_REFERENCE``.

At the start the statistic of counts differs by what the reference loses in its integrals: a
trapezoid of five nodes in each true bin. The twin has both, the trapezoid (which is the reference
to 1e-11) and the exact integral, so ours is held to the twin, and the reference to the difference
of the two. The flux points have no integrals. Values and ends of intervals are compared in
units of the error, errors by their ratio, profiles and contours as said in each row.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gammapy.datasets import Datasets
from gammapy.modeling import Fitter
from gammapy.modeling.models import Models
from gammapy.spectrum import FluxPoints, FluxPointsDataset
from tests.spectrum import crab
from tests.spectrum.points import data_file
from tests.twins import likelihood
from tests.twins import test_likelihood as twin

WORKLOADS = (
    *crab.WORKLOADS,
    *("fluxpoints-chi2", "fluxpoints-crab-hess-chi2", "fluxpoints-crab-hess-profile"),
)


class Row(NamedTuple):
    """One comparison; ``deviation`` is in the unit that ``what`` says."""

    workload: str
    what: str
    ours: float
    theirs: float
    deviation: float
    bar: float

    @property
    def is_met(self) -> bool:
        """True if the deviation is below the bar."""
        return bool(self.deviation <= self.bar)


def datasets(work: dict[str, Any]) -> Datasets:
    """Data of a fit with the models that it starts from."""
    if not work["id"].startswith("fluxpoints-"):
        return crab.datasets(work)
    made = Datasets(
        [
            FluxPointsDataset(
                data=FluxPoints.read(data_file(entry["file"])),
                name=entry["name"],
                stat_type=entry.get("stat_type", "chi2"),
            )
            for entry in work["data"]
        ]
    )
    made.models = Models.from_yaml(work["models_yaml_start"])
    return made


def rows(name: str) -> list[Row]:
    """All comparisons of a fit."""
    work = crab.workload(name)
    joint = datasets(work)
    found = [*_start(work, joint)]
    fitter = Fitter()
    result = fitter.run(joint)
    found += _best_fit(work, result)
    found += _minos(work, joint, fitter)
    if "scan" in work:
        found += _contour(work, joint, fitter, result)
        found += _profile(work, joint)
    return found


def _start(work: dict[str, Any], joint: Datasets) -> Iterator[Row]:
    name, ours = work["id"], joint.stat_sum()
    theirs = float(work["start"]["stat_sum"])
    if name not in crab.WORKLOADS:
        yield Row(name, "start, relative", ours, theirs, abs(ours / theirs - 1), 1e-12)
        return
    (formula, _), values = twin.FORMULAS[name], twin.START[name]
    spectra = list(crab.spectra(work).values())
    exact = likelihood.on_off_statistic(values, formula, spectra)
    coarse, _ = twin.statistic_with_trapezoid(formula, values, spectra, 5)
    yield Row(name, "start, twin, relative", ours, exact, abs(ours / exact - 1), 1e-9)
    yield Row(
        name, "start, their scheme, relative", coarse, theirs, abs(coarse / theirs - 1), 1e-11
    )
    bar = abs(coarse - exact) + 1e-9 * exact
    yield Row(name, "start, difference", ours, theirs, abs(ours - theirs), bar)


def _best_fit(work: dict[str, Any], result: Any) -> Iterator[Row]:
    name, stat = work["id"], float(work["fit"]["total_stat"])
    # the scheme above moves the statistic too, by less at the minimum
    bar = 0.01 if name in crab.WORKLOADS else 1e-4
    yield Row(
        name, "best stat, difference", result.total_stat, stat, abs(result.total_stat - stat), bar
    )
    expected = _expected(work)
    if set(result.names) != set(expected):
        raise AssertionError(f"free are {result.names}, there {list(expected)}")
    for path, value, error in zip(result.names, result.values, result.errors, strict=True):
        short = path.rpartition(".")[2]
        best, sigma = expected[path]
        yield Row(name, f"{short}, sigma", value, best, abs(value - best) / sigma, 0.1)
        yield Row(name, f"{short} error, ratio", error, sigma, abs(error / sigma - 1), 0.02)


def _expected(work: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Values and errors of the free parameters, by path."""
    return {
        f"{p['model']}.spectral.{p['name']}": (p["value"], p["error"])
        for p in work["fit"]["parameters"]
        if not p["frozen"]
    }


def _minos(work: dict[str, Any], joint: Datasets, fitter: Fitter) -> Iterator[Row]:
    for path, minos in work["fit"]["minos_1sigma"].items():
        best, sigma = _expected(work)[path]
        short = path.rpartition(".")[2]
        parameter = joint.models.parameters[short]
        found = fitter.confidence(joint, parameter)
        for side, sign in (("errn", -1), ("errp", 1)):
            ours, theirs = parameter.value + sign * found[side], best + sign * minos[side]
            gap = abs(ours - theirs) / sigma
            yield Row(work["id"], f"{short} {side} end, sigma", ours, theirs, gap, 0.02)


def _profile(work: dict[str, Any], joint: Datasets) -> Iterator[Row]:
    """Rise of the statistic; the other parameters stand where the reference has them."""
    given = work["scan"]["profile"]
    for parameter in work["fit"]["parameters"]:
        joint.models.parameters[parameter["name"]].value = parameter["value"]
    scanned = joint.models.parameters[given["parameter"]]
    scanned.scan_values = given["values"]
    for key, again in (("stat_others_fixed", False), ("stat_reoptimized", True)):
        found = Fitter(optimize_opts={"tol": 1e-4}).stat_profile(joint, scanned, reoptimize=again)
        rise = found["stat_scan"] - joint.stat_sum()
        theirs = np.array(given[key], dtype=float) - float(given["stat_best"])
        worst = int(np.argmax(np.abs(rise - theirs)))
        what = f"profile of {scanned.name}, {'others fitted' if again else 'others fixed'}"
        gap = abs(rise[worst] - theirs[worst])
        yield Row(work["id"], f"{what}, difference", rise[worst], theirs[worst], gap, 0.02)


def _contour(work: dict[str, Any], joint: Datasets, fitter: Fitter, result: Any) -> Iterator[Row]:
    """Largest distance of their points from our curve, in units of the errors.

    Both are taken about their own minimum, which is not the same point, by the scheme.
    """
    given = work["scan"]["contour"]
    pair = [joint.models.parameters[given[axis]] for axis in "xy"]
    found = fitter.stat_contour(joint, *pair, numpoints=100, sigma=given["sigma"])
    curve, theirs = [], []
    for axis, parameter in zip("xy", pair, strict=True):
        (path,) = (name for name in result.names if name.rpartition(".")[2] == parameter.name)
        best, sigma = _expected(work)[path]
        curve.append((found[path] - parameter.value) / sigma)
        theirs.append((np.array(given[f"{axis}_values"]) - best) / sigma)
    gaps = [_distance(point, np.transpose(curve)) for point in np.transpose(theirs)]
    size = float(np.max(np.hypot(*curve)))
    what = f"contour of {pair[0].name} and {pair[1].name}, distance by size"
    yield Row(work["id"], what, size, float(np.max(np.hypot(*theirs))), max(gaps) / size, 0.02)


def _distance(point: np.ndarray, curve: np.ndarray) -> float:
    """Distance of a point [2] from a curve of straight pieces [n, 2]."""
    start, along = curve[:-1], np.diff(curve, axis=0)
    share = np.sum((point - start) * along, axis=1) / np.sum(along**2, axis=1)
    nearest = start + np.clip(share, 0, 1)[:, None] * along
    return float(np.min(np.hypot(*(point - nearest).T)))


def main() -> None:
    """Print the comparisons of all fits."""
    for name in WORKLOADS:
        print(name)
        for row in rows(name):
            mark = "" if row.is_met else "  !"
            print(
                f"  {row.what:50s} {row.ours:< 20.12g} {row.theirs:< 20.12g} "
                f"{row.deviation:.1e} / {row.bar:.1e}{mark}"
            )


if __name__ == "__main__":
    main()
