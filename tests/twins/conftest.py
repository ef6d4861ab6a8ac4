"""Where the twins' tests find reference numbers and data."""

import json
import os
from pathlib import Path
from typing import Any

import pytest


def _folder(variable: str) -> Path:
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set: it names the folder this test reads")
    return Path(os.environ[variable])


@pytest.fixture(scope="session")
def spectral_cases() -> dict[str, Any]:
    """Numbers of spectral models by case name, from $GAMMAPY_REFERENCE."""
    text = (_folder("GAMMAPY_REFERENCE") / "spectral_models.json").read_text()
    return {case["id"]: case for case in json.loads(text)["cases"]}


@pytest.fixture(scope="session")
def statistics() -> dict[str, Any]:
    """Numbers of fit statistics, from $GAMMAPY_REFERENCE."""
    return json.loads((_folder("GAMMAPY_REFERENCE") / "stats.json").read_text())


@pytest.fixture(scope="session")
def workloads() -> dict[str, Any]:
    """Fits by name, from $GAMMAPY_REFERENCE."""
    text = (_folder("GAMMAPY_REFERENCE") / "fits.json").read_text()
    return {workload["id"]: workload for workload in json.loads(text)["workloads"]}
