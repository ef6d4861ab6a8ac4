"""Every page of the user guide does what it shows.

The examples of a page run from top to bottom, in a folder that holds ``examples/data`` of the
repository and nothing else, so that a page may also write files.
"""

import doctest
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for page in (ROOT / "docs").glob("*.rst") if not page.stem.startswith("sg_"))
#: pages of links, without an example
WITHOUT = {"api", "index"}
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = ROOT / "examples" / "data"
    if data.is_dir():
        shutil.copytree(data, tmp_path / "examples" / "data")
    monkeypatch.chdir(tmp_path)
    failed, attempted = doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS)
    assert failed == 0, f"{failed} of {attempted} examples of {page.name} failed, see above"
    assert (attempted > 0) == (page.stem not in WITHOUT), f"{page.name} has {attempted} examples"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_python_escapes_the_test(page: Path):
    """Python in a literal block would be shown and never run."""
    assert not re.search(r"code-block:: *(python|pycon)\b", page.read_text())


def test_a_wrong_example_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = tmp_path / "wrong.rst"
    page.write_text("Two\n\n>>> 1 + 1\n3\n")
    with pytest.raises(AssertionError, match="1 of 1 examples of wrong.rst failed"):
        test_examples_of_page(page, tmp_path, monkeypatch)
