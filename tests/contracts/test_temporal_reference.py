"""Temporal models against the numbers of an established implementation.

Two of its ways are not ours. It leaves the gap between the last phase of a table and the first of
the next turn to a straight line from either side, so its curve is not periodic (it jumps at phase
0, and gets negative), and its mean is that of this line; ours is linear from the last node to the
first. And its integrals of some classes are rough or wrong, as the file itself says: they are held
to the independent quadrature of the file.
"""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.modeling.models import TEMPORAL_MODEL_REGISTRY, TemporalModel
from tests.reference import MISSING, parameters, reference

DATA = os.environ.get("GAMMAPY_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="GAMMAPY_DATA is not set: it has the tables")


def known_cases() -> dict[str, Any] | None:
    data = reference("temporal_models.json")
    return None if data is None else {case["id"]: case for case in data["cases"]}


CASES = known_cases()
TABLES = CASES and {k: c for k, c in CASES.items() if "filename" in c["model_dict"]["temporal"]}
CLOSED = CASES and {k: c for k, c in CASES.items() if k not in TABLES}
PHASES = TABLES and {k: c for k, c in TABLES.items() if c["tag"] == "template-phase"}
CURVES = TABLES and {k: c for k, c in TABLES.items() if k not in PHASES}


def build(case: dict[str, Any]) -> TemporalModel:
    tree = dict(case["model_dict"]["temporal"])
    if tree.get("filename", "").startswith("data/"):
        tree["filename"] = tree["filename"].replace("data/", "$GAMMAPY_DATA/", 1)
    return TemporalModel.from_dict(tree)


def times(case: dict[str, Any], mjd: list[float]) -> Time:
    return Time(mjd, format="mjd", scale=case["scale"])


def check_values(case: dict[str, Any]) -> None:
    model = build(case)
    assert type(model) is TEMPORAL_MODEL_REGISTRY.get(case["tag"])
    found = model(times(case, case["mjd"])).value
    np.testing.assert_allclose(found, case["value"], rtol=1e-10, atol=1e-300)


def check_integrals(case: dict[str, Any]) -> None:
    model = build(case)
    for row in case["integral"]:
        found = model.integral(times(case, row["mjd_start"]), times(case, row["mjd_stop"])).value
        assert found.sum() == pytest.approx(row["sum_quad"], rel=1e-9, abs=0)
        if "upstream_inaccurate" not in row:
            np.testing.assert_allclose(found, row["values"], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("case", parameters(CLOSED))
def test_values(case):
    check_values(case)


@pytest.mark.parametrize("case", parameters(CLOSED))
def test_integrals(case):
    check_integrals(case)


@needs_data
@pytest.mark.parametrize("case", parameters(CURVES))
def test_light_curves(case):
    check_values(case)
    check_integrals(case)


# -- phase curves --------------------------------------------------------------------------


def table_of(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    path = Path(str(DATA)) / case["definition"]["file"].removeprefix("data/")
    with fits.open(path) as hdus:
        return tuple(np.array(hdus[1].data[name], dtype=float) for name in ("PHASE", "NORM"))


def exact_phases(case: dict[str, Any]) -> np.ndarray:
    """Phases in rational arithmetic, of the numbers as they are (the scale has even days here)."""
    p = {row["name"]: Fraction(row["value"]) for row in case["parameters"]}
    found = []
    for mjd in case["mjd"]:
        t = (Fraction(mjd) - p["t_ref"]) * 86400
        phase = p["phi_ref"] + p["f0"] * t + p["f1"] * t**2 / 2 + p["f2"] * t**3 / 6
        found.append(float(phase - phase.__floor__()))
    return np.array(found)


def periodic(phase, nodes, norm):
    """Curve that joins the last node to the first, its mean 1."""
    x = [nodes[-1] - 1, *nodes, nodes[0] + 1]
    y = [norm[-1], *norm, norm[0]]
    grid = np.array([0.0, *nodes, 1.0])
    return np.interp(phase, x, y) / np.trapezoid(np.interp(grid, x, y), grid)


def cut_open(phase, nodes, norm):
    """Curve that goes on straight at both ends, its mean 1; what the reference has."""

    def value(x):
        i = np.clip(np.searchsorted(nodes, x), 1, len(nodes) - 1)
        slope = (norm[i] - norm[i - 1]) / (nodes[i] - nodes[i - 1])
        return norm[i - 1] + slope * (x - nodes[i - 1])

    grid = np.array([0.0, *nodes, 1.0])
    return value(phase) / np.trapezoid(value(grid), grid)


@needs_data
@pytest.mark.parametrize("case", parameters(PHASES))
def test_phase_curves(case):
    """Ours are periodic, at phases exact to 1e-9; the reference is explained by its own scheme."""
    nodes, norm = table_of(case)
    phase = exact_phases(case)
    found = build(case)(times(case, case["mjd"])).value
    steepest = np.max(np.abs(np.diff(norm) / np.diff(nodes))) / np.mean(norm)
    np.testing.assert_allclose(
        found, periodic(phase, nodes, norm), rtol=1e-12, atol=1e-9 * steepest
    )
    # the turns that the reference has counted in double precision leave it that many digits
    f0 = next(row["value"] for row in case["parameters"] if row["name"] == "f0")
    turns = f0 * 86400 * (max(case["mjd"]) - case["parameters"][0]["value"])
    allowed = max(1e-12, 4e-16 * turns) * steepest
    np.testing.assert_allclose(
        case["value"], cut_open(phase, nodes, norm), rtol=1e-10, atol=allowed
    )


@needs_data
@pytest.mark.parametrize("case", parameters(PHASES))
def test_phase_curves_equal_the_reference_where_it_is_periodic(case):
    """Between the nodes, up to the mean by which each is divided."""
    nodes, norm = table_of(case)
    phase = exact_phases(case)
    inside = (phase >= nodes[0]) & (phase <= nodes[-1])
    assert inside.sum() >= 5
    found = build(case)(times(case, case["mjd"])).value[inside]
    means = cut_open(nodes[:1], nodes, norm) / periodic(nodes[:1], nodes, norm)
    expected = np.array(case["value"])[inside] / means
    np.testing.assert_allclose(found, expected, rtol=1e-10 if "LSI" in case["id"] else 3e-7)


@needs_data
def test_a_pulsar_years_after_its_reference_time():
    """At 30 Hz ten years are 10^10 turns, of which a double keeps six digits of phase."""
    if PHASES is None:
        pytest.skip(MISSING)
    case = dict(PHASES["phasecurve-J0534+2201"])
    start = case["parameters"][0]["value"]
    case["mjd"] = [start + days for days in (0.0, 0.5, 37.25, 1000.125, 3652.0, -5000.0625)]
    tree = case["model_dict"]["temporal"] | {"scale": "tt"}
    model = build({"model_dict": {"temporal": tree}})
    found = model(Time(case["mjd"], format="mjd", scale="tt")).value
    nodes, norm = table_of(case)
    steepest = np.max(np.abs(np.diff(norm) / np.diff(nodes))) / np.mean(norm)
    expected = periodic(exact_phases(case), nodes, norm)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * steepest)


def test_the_reference_is_used():
    """The filters above must not drop cases, and no class is without one."""
    if CASES is None:
        pytest.skip(MISSING)
    assert (len(CASES), len(CLOSED), len(CURVES), len(PHASES)) == (19, 15, 1, 3)
    found = {case["class"] for case in CASES.values()}
    ours = {c.__name__ for c in TEMPORAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")}
    assert found == ours
