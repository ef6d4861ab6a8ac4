"""Configuration of the documentation build: ``sphinx-build -W -b html docs docs/_build``."""

import re
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode
from sphinx_gallery.sorting import ExplicitOrder

import gammapy
from gammapy.modeling import Status
from gammapy.modeling.fit.backends.scipy import LEAST_SQUARES, METHODS
from gammapy.modeling.models import (
    SPATIAL_MODEL_REGISTRY,
    SPECTRAL_MODEL_REGISTRY,
    TEMPORAL_MODEL_REGISTRY,
)
from gammapy.modeling.models.base import ModelBase

sys.path.insert(0, str(Path(__file__).parent))  # for model_gallery and xml_table
import xml_table
from tables import csv_table

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
    "model_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = f"gammapy {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["page.css"]
# A page of the guide has no pages below it to navigate to, and code needs the room.
html_sidebars = {page.stem: [] for page in Path(__file__).parent.glob("*.rst")} | {"gallery/*": []}

# The reference shows what a package lists in `__all__`, and nothing else.
default_role = "py:obj"  # `Fitter` in a docstring is a link
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"  # the docstrings say more: shapes and units
numpydoc_show_class_members = False  # the page of a class lists them itself


def _second_homes() -> dict[str, str]:
    """Names that two packages of the reference offer: second name -> name of its page.

    The page of an object is in the package that holds its module.
    """
    listed = re.findall(r"^   (gammapy\S*)$", Path(__file__).with_name("api.rst").read_text(), re.M)
    homes: dict[str, str] = {}
    for package in listed:
        module = import_module(package)
        for name in module.__all__:
            inside = getattr(getattr(module, name), "__module__", package)
            home = max((p for p in listed if f"{inside}.".startswith(f"{p}.")), key=len)
            if home != package:
                homes[f"{package}.{name}"] = f"{home}.{name}"
    return homes


autosummary_context = {"second_homes": _second_homes()}

#: pages of the gallery in the order in which they are read; others follow
READ_FIRST = [
    "getting_started",
    "fit_a_spectrum",
    "flux_points_and_light_curve",
    "gamma_cat",
    "coming_from_gammapy",
]
# Every gallery page is executed, and one that fails stops the build.
sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"\.py$",
    "abort_on_example_error": True,
    "within_subsection_order": ExplicitOrder([*(f"{page}.py" for page in READ_FIRST), "*"]),
    "show_memory": False,
}

# -- tables that cannot go stale ----------------------------------------------------------


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _statuses() -> str:
    """What each member of `Status` means."""
    rows = ((f"``{s.name}``", s.value, _yes(s.success)) for s in Status)
    return csv_table("status, what it says, ``success``", "18 70 12", rows)


def _models(registry: Iterable[type[ModelBase]]) -> str:
    """Every registered model, with its parameters and the first line of its docstring."""
    rows = []
    for cls in sorted(registry, key=lambda cls: cls.__name__):
        parameters = ", ".join(f"``{p.name}``" for p in cls.default_parameters)
        summary = (cls.__doc__ or "").strip().partition("\n\n")[0]
        tags = ", ".join(f"``{tag}``" for tag in cls.tag[1:])
        name = f":class:`~gammapy.modeling.models.{cls.__name__}`"
        rows.append((name, tags, parameters, " ".join(summary.split())))
    return csv_table("class, tag, parameters, what it is", "34 13 20 33", rows)


def _scipy_methods() -> str:
    """What the methods of the scipy backend take."""
    squares = [(f"``{m}``", _yes(m != "lm"), "Jacobian of the residuals") for m in LEAST_SQUARES]
    others = [
        (f"``{m}``", _yes(bounds), "gradient, curvature" if hess else "gradient" if grad else "no")
        for m, (bounds, grad, hess) in METHODS.items()
    ]
    return csv_table("method, keeps bounds, derivatives that it uses", "30 25 45", squares + others)


#: what stands for the comment ``.. generated: <key>`` in a page
GENERATED: dict[str, Callable[[], str]] = {
    "statuses": _statuses,
    "spectral models": lambda: _models(SPECTRAL_MODEL_REGISTRY),
    "spatial models": lambda: _models(SPATIAL_MODEL_REGISTRY),
    "temporal models": lambda: _models(TEMPORAL_MODEL_REGISTRY),
    "xml spectra": xml_table.spectra,
    "xml special spectra": xml_table.special_spectra,
    "xml shapes": xml_table.shapes,
    "xml special shapes": xml_table.special_shapes,
    "xml courses": xml_table.courses,
    "scipy methods": _scipy_methods,
}


def _fill_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the tables where a page asks for them; one that is not known fails the build."""
    source[0] = re.sub(
        r"^\.\. generated: (.+)$", lambda m: GENERATED[m[1]](), source[0], flags=re.MULTILINE
    )


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


def _link_short_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Link `Models` from a module that is not its own, if one object only has this name."""
    if node.get("refdomain") != "py" or node.get("reftype") != "obj":
        return None
    found = env.domains["py"].find_obj(env, None, None, node["reftarget"], "obj", searchmode=1)
    targets = {(entry.docname, entry.node_id) for _, entry in found}  # aliases share one
    if len(targets) != 1:
        return None
    docname, anchor = targets.pop()
    return make_refnode(app.builder, node.get("refdoc", ""), docname, anchor, content, anchor)


def setup(app: Sphinx) -> None:
    """Have Sphinx call the functions above for every page it reads."""
    app.connect("source-read", _list_pigs)
    app.connect("source-read", _fill_in)
    app.connect("missing-reference", _link_short_name)
    # a new PIG, model or status must not be missed
    app.connect("env-get-outdated", lambda *_: [PIG_INDEX, "fit", "models", "model-files"])
