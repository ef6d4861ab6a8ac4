"""One page per registered spectral model: formula, parameters, example, picture, YAML.

Nothing of a page is kept by hand. Text and formula are the docstrings of the class and its module,
the table comes from the class, the example is ``examples/models/spectral/<tag>.py``, a script that
leaves a ``model`` behind (and, if it likes, ``energy_bounds``).
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import yaml
from matplotlib.figure import Figure
from sphinx.application import Sphinx

from gammapy.errors import MissingFileError, MissingPackageError
from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.optional import EXTRAS

EXAMPLES = Path(__file__).parents[1] / "examples" / "models" / "spectral"
FOLDER = "models/spectral"
ENERGY_BOUNDS = ("0.02 TeV", "100 TeV")
#: beside the page no list of its headings, which are few: formulas and names need the room
WIDE = ":html_theme.sidebar_secondary.remove: true"
#: modules that most readers look for
COMMON = ("powerlaw", "cutoff", "superexp", "broken", "logparabola", "line", "template", "compound")

Class = type[SpectralModel]


class Example(NamedTuple):
    """An example of a model: its code, and what it made (None where its data are not at hand)."""

    code: str
    model: SpectralModel | None
    energy_bounds: tuple[str, str]
    why_not: str = ""


# -- what there is ------------------------------------------------------------------------


def families() -> dict[str, list[Class]]:
    """Classes of this package by the title of the module that defines them."""
    found: dict[str, list[Class]] = {}
    ours = [c for c in SPECTRAL_MODEL_REGISTRY if c.__module__.startswith("gammapy.")]
    for cls in sorted(ours, key=_rank):
        found.setdefault(_module_text(cls)[0], []).append(cls)
    return found


def _rank(cls: Class) -> tuple[int, str, str]:
    """Common families first, the others by name."""
    family = cls.__module__.rpartition(".")[2]
    rank = COMMON.index(family) if family in COMMON else len(COMMON)
    return rank, cls.__module__, cls.__name__


def _module_text(cls: Class) -> tuple[str, str]:
    """Title and body of the module's docstring."""
    text = inspect.cleandoc(sys.modules[cls.__module__].__doc__ or "")
    title, _, body = text.partition("\n\n")
    return " ".join(title.split()).rstrip("."), body


def description(cls: Class) -> str:
    """Text with the formula: the class docstring up to its sections, and the module's if needed."""
    own = re.split(r"\n[A-Z][a-z ]+\n-{3,}", inspect.cleandoc(cls.__doc__ or ""))[0]
    body = _module_text(cls)[1]
    text = own if ".. math::" in own or ":math:" in own or not body else f"{own}\n\n{body}"
    if "math:" not in text:
        raise ValueError(
            f"{cls.__name__}: no formula; write it with '.. math::' into the docstring of the "
            f"class or of {cls.__module__}"
        )
    return text


def example(cls: Class) -> Example:
    """The example of a class, executed."""
    file = EXAMPLES / f"{cls.tag[-1]}.py"
    if not file.exists():
        raise ValueError(f"{cls.__name__}: no example; write examples/models/spectral/{file.name}")
    code = file.read_text().strip()
    names: dict[str, Any] = {}
    try:
        exec(compile(code, str(file), "exec"), names)
    except (MissingFileError, MissingPackageError) as error:
        return Example(code, None, ENERGY_BOUNDS, str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRAS:
            raise
        return Example(code, None, ENERGY_BOUNDS, str(error))
    if type(names.get("model")) is not cls:
        raise ValueError(f"{file.name} must leave a {cls.__name__} behind, named model")
    return Example(code, names["model"], names.get("energy_bounds", ENERGY_BOUNDS))


# -- how it looks -------------------------------------------------------------------------


def picture(shown: Example) -> Figure:
    """Spectrum (times E^2), or factor, over energy."""
    model = shown.model
    assert model is not None
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    bounds = u.Quantity([u.Quantity(bound) for bound in shown.energy_bounds])
    sed_type = "dnde" if model.unit.is_equivalent("") else "e2dnde"
    model.plot(bounds, ax=axes, sed_type=sed_type, n_points=400, color="C0", linewidth=2)
    axes.set_xlim(*bounds.value)
    axes.grid(color="0.9")
    return figure


def _table(cls: Class, shown: Example) -> str:
    parameters = cls.default_parameters or (shown.model.parameters if shown.model else ())
    rows = [
        f'   "``{p.name}``", "{p.value:g}", "{p.unit.to_string(fraction=False)}", '
        f'"{"frozen" if p.frozen else "free"}"'
        for p in parameters
    ]
    if not rows:
        return "The model has no parameters of its own."
    head = [".. csv-table::", "   :header: parameter, default, unit, in a fit", ""]
    return "\n".join([*head, *rows])


def _literal(text: str, language: str) -> str:
    return f".. code-block:: {language}\n\n{textwrap.indent(text, '   ')}"


def page(cls: Class, shown: Example) -> str:
    """Text of a page."""
    title = cls.__name__
    tags = ", ".join(f"``{tag}``" for tag in cls.tag[1:])
    parts = [
        WIDE,
        f"{title}\n{'=' * len(title)}",
        description(cls),
        f"Tag: {tags}. Reference: :class:`~gammapy.modeling.models.{title}`.",
        _table(cls, shown),
        "Example\n-------",
        _literal(shown.code, "python"),
    ]
    if shown.model is None:
        parts.append(f"There is no picture here: {shown.why_not}.")
    else:
        tree = yaml.safe_dump(shown.model.to_dict(), sort_keys=False, default_flow_style=None)
        lines = tree.strip().splitlines()
        if len(lines) > 40:
            lines = [*lines[:40], "..."]
        lines = [line if len(line) < 110 else line[:107] + "..." for line in lines]
        parts += [f".. image:: {cls.tag[-1]}.png\n   :alt: {title}", "In a YAML file"]
        parts[-1] += f"\n{'-' * len(parts[-1])}"
        parts.append(_literal("\n".join(lines), "yaml"))
    return "\n\n".join(parts) + "\n"


def index(drawn: dict[Class, bool]) -> str:
    """Text of the page that lists the others, a picture each."""
    parts = [
        WIDE,
        "Gallery of spectral models\n==========================",
        "Every model with its formula, an example, and how it looks in a file.",
    ]
    for title, classes in families().items():
        parts.append(f"{title}\n{'-' * len(title)}")
        cards = [_card(cls, drawn[cls]) for cls in classes]
        parts.append(".. container:: model-cards\n\n" + textwrap.indent("\n\n".join(cards), "   "))
    names = [f"   {cls.tag[-1]}" for classes in families().values() for cls in classes]
    parts.append("\n".join([".. toctree::", "   :hidden:", "", *names]))
    return "\n\n".join(parts) + "\n"


def _card(cls: Class, drawn: bool) -> str:
    """Picture, if there is one, and name of a model, as links to its page."""
    name = cls.tag[-1]
    link = f":doc:`{cls.__name__} <{name}>`"
    if not drawn:
        return link
    return (
        f".. figure:: {name}.png\n   :width: 270px\n   :target: {name}.html\n"
        f"   :alt: {cls.__name__}\n\n   {link}"
    )


def _update(file: Path, text: str) -> None:
    """Write a page if it has changed, so that Sphinx reads only those anew."""
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def write_pages(app: Sphinx) -> None:
    """Write all pages and pictures into the documentation's source."""
    folder = Path(app.srcdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[Class, bool] = {}
    for classes in families().values():
        for cls in classes:
            shown = example(cls)
            drawn[cls] = shown.model is not None
            if drawn[cls]:
                picture(shown).savefig(folder / f"{cls.tag[-1]}.png", dpi=110)
            _update(folder / f"{cls.tag[-1]}.rst", page(cls, shown))
    _update(folder / "index.rst", index(drawn))


def setup(app: Sphinx) -> dict[str, Any]:
    """Have Sphinx write the pages before it reads any."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
