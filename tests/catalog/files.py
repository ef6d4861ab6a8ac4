"""Where the tests of catalogues find data: in the folder $GAMMAPY_DATA."""

import os
from pathlib import Path

import pytest

needs_data = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ,
    reason="GAMMAPY_DATA is not set: it names the folder with the catalogues",
)


def path(name: str) -> Path:
    return Path(os.environ["GAMMAPY_DATA"]) / name
