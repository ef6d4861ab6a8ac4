"""The model of the page "Write your own spectral model"."""

import importlib.util
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest

from gammapy.engine.differentiate import numerical_partials

PATH = Path(__file__).parents[2] / "examples" / "data" / "own_model" / "escape_spectrum.py"
ENERGY = np.geomspace(0.01, 100, 20)


@pytest.fixture
def model():
    spec = importlib.util.spec_from_file_location("escape_spectrum", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.EscapeSpectralModel(index=2.2, energy_escape="800 GeV", delta=0.7)


def test_the_formula_at_its_limits(model):
    """Half of the flux at the escape energy; the index grows by delta far above."""
    at = model("0.8 TeV").value
    assert at == pytest.approx(0.5e-12 * 0.8**-2.2, rel=1e-13)
    low, middle, high = model.spectral_index([1e-9, 0.8, 1e9] * u.TeV).value
    assert low == pytest.approx(2.2, abs=1e-6)
    assert middle == pytest.approx(2.55, rel=1e-13)
    assert high == pytest.approx(2.9, abs=1e-6)


def test_partials(model):
    values = model.internal_values
    found = model.partials(ENERGY, *values)
    expected = numerical_partials(model.evaluate, ENERGY, values)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=0)
