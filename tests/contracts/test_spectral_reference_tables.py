"""Models of tables and of physics against the numbers of an established implementation."""

import os
from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    DarkMatterAnnihilationSpectralModel,
    EBLAbsorptionNormSpectralModel,
    PowerLawSpectralModel,
    create_cosmic_ray_spectral_model,
    create_crab_spectral_model,
)
from tests.contracts.spectral_exceptions import EXCEPTIONS, exception, independent_absorption
from tests.reference import MISSING, parameters, reference

FAMILIES = ("ebl-", "crab-", "cosmic-ray-", "dm-")
needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set: it names the data folder"
)


def cases_of_tables() -> dict[str, Any] | None:
    data = reference("spectral_models.json")
    if data is None:
        return None
    return {case["id"]: case for case in data["cases"] if case["id"].startswith(FAMILIES)}


CASES = cases_of_tables()


def build(case: dict[str, Any]) -> Any:
    """Model of a case by the call that its name stands for."""
    family = next(f for f in FAMILIES if case["id"].startswith(f))
    rows = {p["name"]: u.Quantity(p["value"], p["unit"]) for p in case["parameters"]}
    if family == "crab-":
        return create_crab_spectral_model(case["id"].removeprefix(family))
    if family == "cosmic-ray-":
        return create_cosmic_ray_spectral_model(case["id"].removeprefix(family))
    given = case["definition"]
    if family == "dm-":
        return DarkMatterAnnihilationSpectralModel(
            mass=given["mass_TeV"] * u.TeV,
            channel=given["channel"],
            scale=given["scale"],
            jfactor=given["jfactor"],
        )
    name = case["id"].removeprefix(family).split("-z")[0]
    chosen = {key: rows.pop(key) for key in ("redshift", "alpha_norm")}
    absorption = EBLAbsorptionNormSpectralModel.read_builtin(name, **chosen)
    return PowerLawSpectralModel(**rows) * absorption if rows else absorption


def test_all_cases_are_there():
    if CASES is None:
        pytest.skip(MISSING)
    count = {family: sum(name.startswith(family) for name in CASES) for family in FAMILIES}
    assert count == {"ebl-": 30, "crab-": 3, "cosmic-ray-": 2, "dm-": 2}


@needs_data
@pytest.mark.parametrize("case", parameters(CASES))
def test_values(case):
    model = build(case)
    energy = u.Quantity(case["energy"]["value"], case["energy"]["unit"])
    found = model(energy).to_value(case["dnde"]["unit"])
    expected = np.array(case["dnde"]["value"], dtype=float)
    for i, at in enumerate(energy.to_value(u.TeV)):
        if row := exception(case["id"], "dnde", at):
            assert found[i] == pytest.approx(row.independent, rel=1e-12)
            expected[i] = row.independent
    # the established implementation interpolates the tables of the EBL in single precision
    tolerance = 1e-4 if case["id"].startswith("ebl-") else 1e-10
    np.testing.assert_allclose(found, expected, rtol=tolerance)


@needs_data
@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("case", parameters(CASES))
def test_integrals(case, method):
    model = build(case)
    for line in case.get(method, ()):
        at = line["energy_min_TeV"], line["energy_max_TeV"]
        found = getattr(model, method)(*(at * u.TeV)).to_value(line["unit"])
        tolerance = max(1e-6, 3 * line["quad_rel_precision"])
        if row := exception(case["id"], method, *at):
            assert found == pytest.approx(row.independent, rel=1e-10, abs=0)
        else:
            assert found == pytest.approx(line["value_quad"], rel=tolerance, abs=0)


@needs_data
@pytest.mark.parametrize("row", EXCEPTIONS, ids=lambda row: f"{row.case}-{row.quantity}-{row.at}")
def test_exceptions_are_needed_and_right(row):
    """The committed numbers are those of the command, and the reference is not within them."""
    if CASES is None:
        pytest.skip(MISSING)
    case = CASES[row.case]
    independent = independent_absorption(row, case)
    assert row.independent == pytest.approx(independent, rel=1e-11, abs=0)
    assert row.ours == pytest.approx(independent, rel=1e-10, abs=0)
    if row.quantity == "dnde":
        index = np.argmin(np.abs(np.array(case["energy"]["value"]) - row.at[0]))
        reference_number, allowed = case["dnde"]["value"][index], 1e-4
    else:
        line = next(line for line in case[row.quantity] if line["energy_min_TeV"] == row.at[0])
        reference_number = line["value_quad"]
        allowed = max(1e-6, 3 * line["quad_rel_precision"])
    assert abs(independent / reference_number - 1) > allowed
