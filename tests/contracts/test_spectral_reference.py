"""Spectral models against the numbers of an established implementation."""

from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY
from tests.reference import parameters, reference


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
    values = {p["name"]: u.Quantity(p["value"], p["unit"]) for p in spec["parameters"]}
    return cls(**values)


def known_cases() -> dict[str, Any] | None:
    data = reference("spectral_models.json")
    if data is None:
        return None
    return {
        case["id"]: case
        for case in data["cases"]
        if case["model_dict"] is not None
        and all(name in SPECTRAL_MODEL_REGISTRY for name in classes(case["model_dict"]["spectral"]))
        and not {"redshift"} & set(case["model_dict"]["spectral"])
    }


CASES = known_cases()


@pytest.mark.parametrize("case", parameters(CASES))
def test_values(case):
    model = build(case, case["model_dict"]["spectral"])
    energy = u.Quantity(case["energy"]["value"], case["energy"]["unit"])
    found = model(energy).to_value(case["dnde"]["unit"])
    np.testing.assert_allclose(found, np.array(case["dnde"]["value"], dtype=float), rtol=1e-10)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("case", parameters(CASES))
def test_integrals(case, method):
    model = build(case, case["model_dict"]["spectral"])
    for row in case.get(method, ()):
        found = getattr(model, method)(row["energy_min_TeV"] * u.TeV, row["energy_max_TeV"] * u.TeV)
        tolerance = max(1e-6, 3 * row["quad_rel_precision"])
        assert found.to_value(row["unit"]) == pytest.approx(row["value_quad"], rel=tolerance)


def test_the_reference_is_used():
    """The filter above must not drop cases of classes that are there."""
    if CASES is None:
        pytest.skip(parameters(None)[0].marks[0].kwargs["reason"])
    assert {"pl-1", "lp-2", "ecpl-3", "template-lin", "compound-sub", "plnorm-2"} <= set(CASES)
