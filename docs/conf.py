"""Configuration of the documentation build: ``sphinx-build -W -b html docs docs/_build``."""

import re
from pathlib import Path

from sphinx.application import Sphinx

import gammapy

project = "gammapy"
author = "The gammapy developers"
copyright = author  # Sphinx's name for it
version = release = gammapy.__version__

# No intersphinx: the build needs no network, and CI has none.
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = f"gammapy {release}"
html_show_sourcelink = False

# The reference shows what a package lists in `__all__`, and nothing else.
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"  # the docstrings say more: shapes and units
numpydoc_show_class_members = False  # the page of a class lists them itself

# Every gallery page is executed, and one that fails stops the build.
sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"\.py$",
    "abort_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
    "show_memory": False,
}

PIG_INDEX = "development/pigs/index"


def _list_pigs(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the table of the PIG files to their index, which so never misses one."""
    if docname != PIG_INDEX:
        return
    rows = []
    names = []
    for file in sorted(Path(app.srcdir, PIG_INDEX).parent.glob("pig-*.rst")):
        fields = dict(re.findall(r"^:(Created|Status): *(\S.*)$", file.read_text(), re.MULTILINE))
        if len(fields) < 2:
            raise ValueError(f"{file.name}: a PIG needs the fields :Created: and :Status:")
        rows.append(f'   :doc:`{file.stem}`, {fields["Created"]}, "{fields["Status"]}"')
        names.append(f"   {file.stem}")
    if names:
        table = [".. csv-table::", "   :header: PIG, created, status", "", *rows, ""]
        source[0] += "\n".join(["", *table, ".. toctree::", "   :hidden:", "", *names, ""])


def setup(app: Sphinx) -> None:
    """Have Sphinx call the function above for every page it reads."""
    app.connect("source-read", _list_pigs)
    app.connect("env-get-outdated", lambda *_: [PIG_INDEX])  # a new file must not be missed
