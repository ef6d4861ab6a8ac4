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

from gammapy.errors import GammapyError
from gammapy.modeling.models import SPECTRAL_MODEL_REGISTRY, SpectralModel

EXAMPLES = Path(__file__).parents[1] / "examples" / "models" / "spectral"
FOLDER = "models/spectral"
ENERGY_BOUNDS = ("0.02 TeV", "100 TeV")

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
    for cls in sorted(ours, key=lambda c: (c.__module__, c.__name__)):
        found.setdefault(_module_text(cls)[0], []).append(cls)
    return found


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
    except (GammapyError, ModuleNotFoundError) as error:
        # data, or an optional package, that is not at hand
        return Example(code, None, ENERGY_BOUNDS, str(error))
    if type(names.get("model")) is not cls:
        raise ValueError(f"{file.name} must leave a {cls.__name__} behind, named model")
    return Example(code, names["model"], names.get("energy_bounds", ENERGY_BOUNDS))


# -- how it looks -------------------------------------------------------------------------


def picture(shown: Example) -> Figure:
    """Spectrum (times E^2), or factor, over energy."""
    model = shown.model
    assert model is not None
    bounds = [u.Quantity(bound) for bound in shown.energy_bounds]
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    energy = [b.to_value("TeV") for b in bounds]
    x = u.Quantity([energy[0] * (energy[1] / energy[0]) ** (i / 400) for i in range(401)], "TeV")
    value = model(x)
    if value.unit.is_equivalent(""):
        axes.plot(x.value, value.to_value(""), color="C0", lw=2)
        axes.set_ylabel("Factor")
        axes.set_ylim(bottom=min(0.0, value.min().value))
    else:
        flux = value.unit.is_equivalent("cm-2 s-1 TeV-1")
        sed = (x**2 * value).to("erg cm-2 s-1" if flux else "GeV")  # else photons per energy
        axes.plot(x.value, sed.value, color="C0", lw=2)
        axes.set_yscale("log")
        axes.set_ylabel("E² dN/dE  [erg cm⁻² s⁻¹]" if flux else "E² dN/dE  [GeV]")
        top = sed.value.max()
        axes.set_ylim(max(sed.value[sed.value > 0].min() / 2, top * 1e-5), 2 * top)
    axes.set_xscale("log")
    axes.set_xlim(*energy)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("Energy [TeV]")
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
        "Gallery of spectral models\n==========================",
        "Every model with its formula, an example, and how it looks in a file.",
    ]
    for title, classes in families().items():
        parts.append(f"{title}\n{'-' * len(title)}")
        for cls in classes:
            link = f":doc:`{cls.__name__} <{cls.tag[-1]}>`"
            if drawn[cls]:
                name = cls.tag[-1]
                parts.append(f".. figure:: {name}.png\n   :width: 320px\n   :target: {name}.html")
                parts[-1] += f"\n   :alt: {cls.__name__}\n\n   {link}"
            else:
                parts.append(link)
    names = [f"   {cls.tag[-1]}" for classes in families().values() for cls in classes]
    parts.append("\n".join([".. toctree::", "   :hidden:", "", *names]))
    return "\n\n".join(parts) + "\n"


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
