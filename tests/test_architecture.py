"""Imports point down, optional packages stay outside, and how big things are.

``python -m tests.test_architecture`` prints the largest modules, classes and functions.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gammapy.dispatch import TABLE, find

ROOT = Path(__file__).parents[1]

#: From bottom to top. Units of a row stand beside each other and do not import each other.
LAYERS: list[list[tuple[str, ...]]] = [
    [("errors", "optional", "dispatch", "elsewhere", "atomic", "fits_file")],
    [("engine",)],
    [("stats",)],
    [("units",)],
    [("maps",)],
    [("irf",)],
    [("data",)],
    [
        (
            "modeling.expression",
            "modeling.parameter",
            "modeling.parameters",
            "modeling.covariance",
            "modeling.prior",
            "modeling.penalty",
        )
    ],
    [("modeling.models",)],
    [("modeling.serialize",), ("modeling.fit", "modeling")],
    [("datasets",)],
    [("spectrum",)],
    [("image",)],
    [("cube",)],
    [("makers",), ("estimators",), ("catalog",), ("astro",), ("results",)],
    [("plot",), ("notebook",), ("cli",)],
]
PLACES = {
    f"gammapy.{name}": (row, column)
    for row, units in enumerate(LAYERS)
    for column, names in enumerate(units)
    for name in names
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "gammapy").rglob("*.py"))}


def place(module: str) -> tuple[int, int] | None:
    """Row and column of the longest part of the name that has a place."""
    parts = module.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 1, -1))
    # the package `modeling` is at the height of the fit, its unknown modules have no place
    found = next((name for name in names if name in PLACES), None)
    return None if found == "gammapy.modeling" != module else PLACES.get(found or "")


def imports(tree: ast.AST, typing_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Absolute names that are imported anywhere, and whether only for type checking."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                inside = f"{base}.{alias.name}"
                yield (inside if inside in MODULES else base), typing_only
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for part in node.body:
                yield from imports(ast.Module([part], []), True)
            for part in node.orelse:
                yield from imports(ast.Module([part], []), typing_only)
        else:
            yield from imports(node, typing_only)


def violations(module: str, text: str) -> list[str]:
    """Imports that do not point down."""
    here = place(module)
    found = []
    for name, typing_only in imports(ast.parse(text)):
        if name.startswith("."):
            found.append(f"{name} (relative)")
        if name.split(".")[0] != "gammapy" or name == "gammapy":
            continue
        there = place(name)
        if there is None or here is None:
            found.append(f"{name} (has no place in the layers)")
        elif there[0] > here[0] or (there[0] == here[0] and there != here and not typing_only):
            found.append(name)
    return found


@pytest.mark.parametrize("module", [m for m in MODULES if m != "gammapy"])
def test_has_a_place(module):
    assert place(module) is not None, f"give {module} a place in LAYERS"


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    assert violations(module, MODULES[module].read_text()) == []


@pytest.mark.parametrize(
    ("module", "text", "found"),
    [
        ("gammapy.engine.a", "from gammapy.units import strip", ["gammapy.units"]),
        ("gammapy.units", "from gammapy.engine import statistic", []),
        ("gammapy.units", "def f():\n    import gammapy.datasets", ["gammapy.datasets"]),
        ("gammapy.maps.axis", "try:\n    import gammapy.irf\nexcept E: pass", ["gammapy.irf"]),
        ("gammapy.modeling.prior", "from gammapy.modeling import Fit", ["gammapy.modeling"]),
        (
            "gammapy.modeling.prior",
            "from gammapy.modeling import models",
            ["gammapy.modeling.models"],
        ),
        (
            "gammapy.modeling.fit.a",
            "import gammapy.modeling.serialize.b",
            ["gammapy.modeling.serialize.b"],
        ),
        ("gammapy.modeling.fit.a", "from gammapy.modeling.fit import b", []),
        ("gammapy.plot.a", "import gammapy.cli", ["gammapy.cli"]),
        ("gammapy.plot.a", "if TYPE_CHECKING:\n    import gammapy.cli", []),
        ("gammapy.irf.a", "if TYPE_CHECKING:\n    import gammapy.cli", ["gammapy.cli"]),
        (
            "gammapy.irf.a",
            "if t.TYPE_CHECKING: pass\nelse:\n    import gammapy.cli",
            ["gammapy.cli"],
        ),
        ("gammapy.irf.a", "import gammapy.utils", ["gammapy.utils (has no place in the layers)"]),
        (
            "gammapy.modeling.x",
            "import gammapy.units",
            ["gammapy.units (has no place in the layers)"],
        ),
        ("gammapy.irf.a", "from .b import c", [".b (relative)"]),
        ("gammapy.irf.a", "import numpy, gammapy\nfrom gammapy import __version__", []),
    ],
)
def test_the_check_itself(module, text, found):
    assert violations(module, text) == found


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("gammapy.engine")])
def test_engine_knows_no_units(module):
    names = [name for name, _ in imports(ast.parse(MODULES[module].read_text()))]
    assert not [name for name in names if name.split(".")[0] == "astropy"]


@pytest.mark.parametrize("name", ["utils", "helpers", "misc", "common", "tools"])
def test_there_is_no_drawer(name):
    assert not [module for module in MODULES if module.split(".")[-1] == name]


@pytest.mark.parametrize("row", TABLE, ids="-".join)
def test_dispatch_finds(row):
    assert callable(find(*row))


TWINS = ROOT / "tests" / "twins"


@pytest.mark.parametrize("path", sorted(TWINS.glob("*.py")), ids=lambda path: path.stem)
def test_twins_share_no_code(path):
    """The tests of the twins may use pytest and hypothesis; none may use ours."""
    allowed = {"numpy", "scipy", "astropy", *sys.stdlib_module_names}
    if path.name.startswith("test_") or path.name == "conftest.py":
        allowed |= {"pytest", "hypothesis"}
    names = {name for name, _ in imports(ast.parse(path.read_text()))}
    foreign = {name for name in names if name.split(".")[0] not in allowed}
    ours = (".", "tests.twins", "tests.reference")  # the last only finds files
    assert not {n for n in foreign if not n.startswith(ours)}


HEAVY = ["jax", "matplotlib", "sherpa", "emcee", "dask", "scipy.optimize", "iminuit", "regions"]


@pytest.mark.parametrize(
    "statement",
    [
        "import gammapy.modeling.models",
        "from gammapy.modeling import Fit",
        "from gammapy.datasets import Datasets",
    ],
)
def test_import_is_light(statement):
    """A fresh interpreter; this one has long imported everything."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(json.loads(run.stdout)) & set(HEAVY)


# -- sizes ---------------------------------------------------------------------------------


def sizes(text: str) -> Iterator[tuple[int, str, str]]:
    """Lines of a module, its classes and its functions (of these the body, no docstring)."""
    yield len(text.splitlines()), "module", ""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            yield node.end_lineno - node.lineno + 1, "class", node.name
        elif isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            yield lines, "function", node.name


def table(largest: int = 8) -> str:
    rows = [
        (lines, kind, f"{module}:{name}".rstrip(":"))
        for module, path in MODULES.items()
        for lines, kind, name in sizes(path.read_text())
    ]
    parts = []
    for kind in ("module", "class", "function"):
        chosen = sorted((row for row in rows if row[1] == kind), reverse=True)[:largest]
        parts += [f"{lines:6d}  {kind:8s}  {name}" for lines, _, name in chosen]
    return "\n".join(parts)


def test_sizes_are_counted():
    text = 'class A:\n    def f(self):\n        """Doc."""\n        x = 1\n        return x\n'
    assert list(sizes(text)) == [(5, "module", ""), (5, "class", "A"), (2, "function", "f")]
    print(table())  # reported, not asserted: `pytest -rP`


if __name__ == "__main__":
    print(table())
