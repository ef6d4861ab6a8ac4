"""Numbers of an established implementation, from the folder $GAMMAPY_REFERENCE."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

MISSING = "GAMMAPY_REFERENCE is not set: it names the folder this test reads"


def reference(name: str) -> Any:
    """Content of a file of the reference; None where there is no folder."""
    folder = os.environ.get("GAMMAPY_REFERENCE")
    return json.loads((Path(folder) / name).read_text()) if folder else None


def parameters(cases: dict[str, Any] | None) -> Any:
    """Arguments of `pytest.mark.parametrize` for the cases, or one that is skipped."""
    if cases is None:
        return [pytest.param(None, id="no-reference", marks=pytest.mark.skip(reason=MISSING))]
    return [pytest.param(case, id=name) for name, case in cases.items()]


def npred_items() -> dict[str, Any] | None:
    """Sources of npred.json with pixels, by source and dataset; None without a reference."""
    content = reference("npred.json")
    if content is None:
        return None
    return {
        f"{item['source']} {Path(item['dataset']).name}": item
        for item in content["items"]
        if "pixels" in item
    }
