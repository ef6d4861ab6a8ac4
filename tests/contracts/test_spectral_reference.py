"""Spectral models of closed form against the numbers of an established implementation.

Those made of tables have tests of their own.
"""

from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY
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


#: Where the reference is wrong: numbers of an independent computation.
#: secpl4fgldr3-4: the formula in 60-digit decimals, by position; the reference uses a series with
#: two terms, good to 1e-8, where abs(index_2 * ln(E / E0)) < 0.01.
VALUES = {
    "secpl4fgldr3-4": {
        5: 1.5719759033180073e-10,
        6: 3.582479501286928e-11,
        10: 1.832505046663704e-13,
        11: 2.3834268311013536e-14,
    }
}
#: ecpl-2 falls everywhere, the reference squares a negative number; lp-3 gives the minimum of a
#: spectrum that has no maximum; lp2 takes the reference for escale
#: (sqrt(reference * escale) exp((2 - alpha) / (2 beta)) is right); dr3-3 at index_2 = 0 gives the
#: reference instead of the limit exp((2 - index_1) / expfactor), which its neighbour dr3-4 is near.
PEAKS = {
    "ecpl-2": np.nan,
    "lp-3": np.nan,
    "lp2-1": 3.1622776601683795,
    "lp2-2": 5**0.5 * np.exp(-2.0),
    "secpl4fgldr3-3": 0.6065306597126334,
}
#: The spectrum falls by exp(-1e10) per TeV: two integrals are too large for a float; the third,
#: 1.5e-22, comes from the first 1e-10 of its range, which no quadrature finds, nor theirs.
TOO_STEEP = "secpl4fgl-1"


@pytest.mark.parametrize("case", parameters(CASES))
def test_values(case):
    model = build(case, case["model_dict"]["spectral"])
    energy = u.Quantity(case["energy"]["value"], case["energy"]["unit"])
    found = model(energy).to_value(case["dnde"]["unit"])
    expected = np.array(case["dnde"]["value"], dtype=float)
    for i, value in VALUES.get(case["id"], {}).items():
        assert expected[i] == pytest.approx(value, rel=1e-8, abs=0)
        assert expected[i] != pytest.approx(value, rel=1e-10, abs=0), "no longer an exception"
        expected[i] = value
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("case", parameters(CASES))
def test_integrals(case, method):
    model = build(case, case["model_dict"]["spectral"])
    for row in case.get(method, ()) if case["id"] != TOO_STEEP else ():
        found = getattr(model, method)(row["energy_min_TeV"] * u.TeV, row["energy_max_TeV"] * u.TeV)
        tolerance = max(1e-6, 3 * row["quad_rel_precision"])
        assert row["value_quad"] != 0
        expected = pytest.approx(row["value_quad"], rel=tolerance, abs=0)
        assert found.to_value(row["unit"]) == expected


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
def test_integrals_beyond_floats_are_refused(method):
    if CASES is None:
        pytest.skip(MISSING)
    model = build(CASES[TOO_STEEP], CASES[TOO_STEEP]["model_dict"]["spectral"])
    with np.errstate(invalid="ignore"), pytest.raises(ModelError, match="does not converge"):
        getattr(model, method)(0.1 * u.TeV, 1 * u.TeV)


WITH_PEAK = CASES and {name: case for name, case in CASES.items() if "e_peak" in case}


@pytest.mark.parametrize("case", parameters(WITH_PEAK))
def test_peak(case):
    model = build(case, case["model_dict"]["spectral"])
    expected = float(case["e_peak"]["value"])
    if case["id"] in PEAKS:
        assert expected != pytest.approx(PEAKS[case["id"]], rel=1e-6), "no longer an exception"
        expected = PEAKS[case["id"]]
    found = model.e_peak.to_value(case["e_peak"]["unit"])
    assert found == pytest.approx(expected, rel=1e-12, abs=0, nan_ok=True)


def test_the_reference_is_used():
    """The filter above must not drop cases."""
    if CASES is None:
        pytest.skip(MISSING)
    found = {name for case in CASES.values() for name in classes(case["model_dict"]["spectral"])}
    assert len(CASES) == 59
    assert len(WITH_PEAK) == 15
    assert len(found) == 20
