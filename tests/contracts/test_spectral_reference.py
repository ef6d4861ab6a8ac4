"""Spectral models of closed form against the numbers of an established implementation.

Those made of tables have tests of their own.
"""

from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY
from tests.contracts.spectral_exceptions import CLOSED_EXCEPTIONS, exception, independent_closed
from tests.reference import MISSING, parameters, reference

TABLES = {"EBLAbsorptionNormSpectralModel", "DarkMatterAnnihilationSpectralModel"}


def classes(spec: dict[str, Any]) -> set[str]:
    """Classes that a case is made of."""
    inside = [classes(spec[side]) for side in ("model1", "model2") if side in spec]
    return {spec["type"]}.union(*inside)


def build(case: dict[str, Any], spec: dict[str, Any]) -> Any:
    """Model of a case, without the reader of files."""
    cls = SPECTRAL_MODEL_REGISTRY.get(spec["type"])
    if "model1" in spec:
        return cls(build(case, spec["model1"]), build(case, spec["model2"]), spec["operator"])
    if spec["type"] == "TemplateSpectralModel":
        table = [u.Quantity(spec[k]["data"], spec[k]["unit"]) for k in ("energy", "values")]
        scale = "lin" if case["id"] == "template-lin" else "log"
        return cls(*table, interp_kwargs={"values_scale": scale})
    if spec["type"] == "PiecewiseNormSpectralModel":
        energy = u.Quantity(spec["energy"]["data"], spec["energy"]["unit"])
        norms = [p["value"] for p in spec["parameters"]]
        return cls(energy, norms, spec["interp"])
    if spec["type"] == "ScaleSpectralModel":  # the tree does not say of what
        kwargs = dict(case["definition"])
        inner = SPECTRAL_MODEL_REGISTRY.get(kwargs.pop("model"))(**kwargs)
        return cls(inner, norm=spec["parameters"][0]["value"])
    values = {p["name"]: u.Quantity(p["value"], p["unit"]) for p in spec["parameters"]}
    return cls(**values)


def known_cases() -> dict[str, Any] | None:
    data = reference("spectral_models.json")
    if data is None:
        return None
    return {
        case["id"]: case
        for case in data["cases"]
        if case["model_dict"] is not None and not TABLES & classes(case["model_dict"]["spectral"])
    }


CASES = known_cases()


@pytest.mark.parametrize("case", parameters(CASES))
def test_values(case):
    model = build(case, case["model_dict"]["spectral"])
    energy = u.Quantity(case["energy"]["value"], case["energy"]["unit"])
    found = model(energy).to_value(case["dnde"]["unit"])
    expected = np.array(case["dnde"]["value"], dtype=float)
    for i, at in enumerate(energy.to_value(u.TeV)):
        if row := exception(case["id"], "dnde", at):
            expected[i] = row.independent
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("case", parameters(CASES))
def test_integrals(case, method):
    model = build(case, case["model_dict"]["spectral"])
    for row in case.get(method, ()):
        at = row["energy_min_TeV"], row["energy_max_TeV"]
        if exception(case["id"], method, *at):
            with np.errstate(invalid="ignore"), pytest.raises(ModelError, match="not converge"):
                getattr(model, method)(*(at * u.TeV))
            continue
        found = getattr(model, method)(*(at * u.TeV))
        tolerance = max(1e-6, 3 * row["quad_rel_precision"])
        expected = pytest.approx(row["value_quad"], rel=tolerance, abs=0)
        assert found.to_value(row["unit"]) == expected


WITH_PEAK = CASES and {name: case for name, case in CASES.items() if "e_peak" in case}


@pytest.mark.parametrize("case", parameters(WITH_PEAK))
def test_peak(case):
    model = build(case, case["model_dict"]["spectral"])
    expected = float(case["e_peak"]["value"])
    if row := exception(case["id"], "e_peak"):
        expected = row.independent
    found = model.e_peak.to_value(case["e_peak"]["unit"])
    assert found == pytest.approx(expected, rel=1e-12, abs=0, nan_ok=True)


@pytest.mark.parametrize("row", CLOSED_EXCEPTIONS, ids=lambda row: f"{row.case}-{row.quantity}")
def test_exceptions_are_right(row):
    """The committed numbers are those of the command."""
    if CASES is None:
        pytest.skip(MISSING)
    independent = independent_closed(row, CASES[row.case])
    assert row.independent == pytest.approx(independent, rel=1e-12, nan_ok=True)
    if row.quantity in ("dnde", "e_peak"):
        assert row.ours == pytest.approx(independent, rel=1e-12, nan_ok=True)


def test_the_reference_is_used():
    """The filter above must not drop cases."""
    if CASES is None:
        pytest.skip(MISSING)
    found = {name for case in CASES.values() for name in classes(case["model_dict"]["spectral"])}
    assert len(CASES) == 59
    assert len(WITH_PEAK) == 15
    assert len(found) == 20
