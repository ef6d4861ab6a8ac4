"""Reference numbers of Gammapy 2.1."""

import json
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reference() -> dict:
    folder = os.environ.get("GAMMAPY_REFERENCE")
    if not folder:
        pytest.skip("GAMMAPY_REFERENCE is not set to the folder of the reference numbers")
    return json.loads((Path(folder) / "stats.json").read_text(encoding="utf-8"))
