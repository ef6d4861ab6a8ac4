"""Every page of the user guide does what it shows.

The examples of a page run from top to bottom, in a folder that holds ``examples/data`` of the
repository and nothing else, so that a page may also write files.
"""

import doctest
import math
import pkgutil
import re
import shlex
import shutil
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

import gammapy
from gammapy.cli import main

ROOT = Path(__file__).parents[2]
#: without what sphinx-gallery writes beside them
PAGES = sorted(page for page in (ROOT / "docs").glob("*.rst") if not page.stem.startswith("sg_"))
#: pages without an example
WITHOUT = {"api", "command-line"}
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
#: a command in a block, and the lines of the block until the next one
COMMAND = re.compile(r"^ +\$ (.*)\n((?:(?: +(?!\$ )\S.*)?\n)*)", re.MULTILINE)
DECIMAL = re.compile(r"-?\d+(?:\.\d*(?:e[+-]?\d+)?|e[+-]?\d+)")


class CloseNumbers(doctest.OutputChecker):
    """Forgives the last digits of decimals, which differ between platforms; integers are exact."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        ours, theirs = want.splitlines(), got.splitlines()
        if len(ours) == len(theirs):
            got = "\n".join(map(_agreed, ours, theirs)) + "\n"
        return super().check_output(want, got, optionflags)


def _agreed(want: str, got: str) -> str:
    """Line that was printed, with the decimals of the page where they agree to 1e-3."""
    numbers = DECIMAL.findall(want)
    if "..." in want or len(numbers) != len(DECIMAL.findall(got)):
        return got
    expected = iter(numbers)

    def choose(match: re.Match[str]) -> str:
        number = next(expected)
        return number if math.isclose(float(number), float(match[0]), rel_tol=1e-3) else match[0]

    return DECIMAL.sub(choose, got)


def run_page(page: Path) -> doctest.TestResults:
    test = doctest.DocTestParser().get_doctest(page.read_text(), {}, page.name, str(page), 0)
    return doctest.DocTestRunner(CloseNumbers(), optionflags=OPTIONS).run(test)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_page(page: Path):
    failed, attempted = run_page(page)
    assert failed == 0, f"{failed} of {attempted} examples of {page.name} failed, see above"
    assert (attempted > 0) == (page.stem not in WITHOUT), f"{page.name} has {attempted} examples"


def run_commands(text: str) -> None:
    """What a command prints stands below it, or nothing; ``# exit code 1`` may follow it."""
    for command, shown in COMMAND.findall(text):
        program, *arguments = shlex.split(command, comments=True)
        assert program == "gammapy"
        done = CliRunner().invoke(main, arguments)
        code = int(command.rpartition("# exit code ")[2] if "# exit code " in command else 0)
        assert done.exit_code == code, f"{command}\n{done.output}"
        if shown.strip():
            same = CloseNumbers().check_output(dedent(shown), done.output, OPTIONS)
            assert same, f"{command}\n{done.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_of_page(page: Path):
    run_commands(page.read_text())


@pytest.mark.parametrize(
    ("block", "right"),
    [
        ("   $ gammapy models diff MODELS MODELS\n   No difference.\n\nText.\n", True),
        ("   $ gammapy models diff MODELS MODELS\n\nText.\n", True),
        ("   $ gammapy models diff MODELS MODELS\n   A difference.\n", False),
        ("   $ gammapy models diff MODELS MODELS  # exit code 1\n", False),
        ("   $ gammapy models info none.yaml  # exit code 2\n", True),
        ("   $ gammapy models info none.yaml\n", False),
    ],
)
def test_a_wrong_output_fails(block: str, right: bool):
    text = f".. code-block::\n\n{block}".replace("MODELS", "examples/data/two-sources/models.yaml")
    if right:
        run_commands(text)
    else:
        with pytest.raises(AssertionError):
            run_commands(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_python_escapes_the_test(page: Path):
    """Python in a literal block would be shown and never run."""
    assert not re.search(r"code-block:: *(python|pycon)\b", page.read_text())


def test_reference_lists_every_package_that_offers_names():
    found = pkgutil.walk_packages(gammapy.__path__, "gammapy.")
    packages = [info.name for info in found if info.ispkg]
    offering = {p for p in packages if getattr(import_module(p), "__all__", None)}
    listed = re.findall(r"^   (gammapy\S+)$", (ROOT / "docs/api.rst").read_text(), re.MULTILINE)
    library = {p for p in offering if not p.startswith("gammapy.cli")}  # which is none
    assert library <= set(listed)


@pytest.mark.parametrize(
    ("example", "failures"),
    [
        (">>> 1 + 1\n3\n", 1),
        (">>> 2.0004 / 2\n1.0\n", 0),
        (">>> 2.004 / 2\n1.0\n", 1),
        (">>> print(1000, 1.0)\n1001 1.0\n", 1),
        (">>> 1 / 0\n", 1),
    ],
)
def test_a_wrong_example_fails(example: str, failures: int, tmp_path: Path):
    page = tmp_path / "page.rst"
    page.write_text(f"A page\n\n{example}")
    assert run_page(page).failed == failures
