"""The twins stand alone: what they import shows it."""

import ast
import sys
from pathlib import Path

import pytest

ALLOWED = {"numpy", "scipy", "astropy"} | set(sys.stdlib_module_names)
FOLDER = Path(__file__).parent
MODULES = sorted(
    path
    for path in FOLDER.glob("*.py")
    if not path.name.startswith("test_") and path.name != "conftest.py"
)


def foreign_imports(text: str) -> list[str]:
    """Imported packages that are neither allowed nor a sibling in this folder."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level != 1:
            found.append("." * node.level + (node.module or ""))
    return [name for name in found if name.split(".")[0] not in ALLOWED]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_twin_imports_nothing_of_ours(path):
    assert foreign_imports(path.read_text()) == []


def test_all_modules_are_looked_at():
    expected = {"spectra.py", "integrate.py", "response.py", "statistic.py", "simulate.py"}
    assert expected | {"likelihood.py"} <= {path.name for path in MODULES}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import gammapy", ["gammapy"]),
        ("def f():\n    from gammapy.engine import integrate", ["gammapy.engine"]),
        ("from ..contracts import x", ["..contracts"]),
        ("import numpy.linalg, json\nfrom . import response", []),
    ],
)
def test_foreign_imports(text, found):
    assert foreign_imports(text) == found
