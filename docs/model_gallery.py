"""One page per registered model: formula, parameters, example, picture, YAML.

Nothing of a page is kept by hand. Text and formula are the docstrings of the class and its module,
the table comes from the class, the example is ``examples/models/<family>/<tag>.py``, a script that
leaves a ``model`` behind (and, if it likes, what to draw: ``energy_bounds``, ``width``,
``time_range``).
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
import yaml
from astropy.time import Time
from matplotlib.figure import Figure
from sphinx.application import Sphinx

from gammapy.errors import MissingFileError, MissingPackageError
from gammapy.modeling.models import (
    SPATIAL_MODEL_REGISTRY,
    SPECTRAL_MODEL_REGISTRY,
    TEMPORAL_MODEL_REGISTRY,
    PointSpatialModel,
)
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.optional import EXTRAS

EXAMPLES = Path(__file__).parents[1] / "examples" / "models"
#: beside the page no list of its headings, which are few: formulas and names need the room
WIDE = ":html_theme.sidebar_secondary.remove: true"

Class = type[ModelBase]


class Family(NamedTuple):
    """A family of models: how it is found, what is shown first, and how it looks."""

    name: str
    registry: Registry
    #: modules that most readers look for
    common: tuple[str, ...]
    draw: Callable[[Any, dict[str, Any], Any], None]
    #: of a picture, in inches
    size: tuple[float, float] = (6.4, 4.0)

    @property
    def folder(self) -> str:
        """Folder of the pages in the documentation's source."""
        return f"models/{self.name}"


class Example(NamedTuple):
    """An example of a model: its code, and what it made (None where its data are not at hand)."""

    code: str
    model: Any
    names: dict[str, Any]
    why_not: str = ""


# -- how they look ------------------------------------------------------------------------


def draw_spectral(model: Any, names: dict[str, Any], axes: Any) -> None:
    """Spectrum (times E^2), or factor, over energy."""
    bounds = u.Quantity(
        [u.Quantity(b) for b in names.get("energy_bounds", ("0.02 TeV", "100 TeV"))]
    )
    sed_type = "dnde" if model.unit.is_equivalent("") else "e2dnde"
    model.plot(bounds, ax=axes, sed_type=sed_type, n_points=400, color="C0", linewidth=2)
    axes.set_xlim(*bounds.value)
    axes.grid(color="0.9")


def draw_spatial(model: Any, names: dict[str, Any], axes: Any) -> None:
    """Brightness about the position, north up and east to the left."""
    if isinstance(model, PointSpatialModel):
        return draw_point(model, axes)
    center = model.position
    lon_0, lat_0 = (
        (0.0, 0.0) if center is None else (center.spherical.lon.deg, center.spherical.lat.deg)
    )
    half = u.Quantity(names.get("width", "4 deg")).to_value("deg") / 2
    y, x = np.mgrid[-half:half:301j, half:-half:301j]
    lat = lat_0 + y
    lon = lon_0 + x / np.cos(np.deg2rad(lat))
    energy = u.Quantity(names["energy"]) if "energy" in names else None
    value = model(lon * u.deg, lat * u.deg, energy).value * np.ones(x.shape)
    extent = (half, -half, -half, half)
    top = max(float(value.max()), 1e-300)
    image = axes.imshow(value, extent=extent, origin="lower", cmap="viridis", vmin=0, vmax=top)
    axes.set_xlabel("offset in longitude [deg]")
    axes.set_ylabel("offset in latitude [deg]")
    unit = model.unit.to_string("latex_inline") if str(model.unit) else "factor"
    axes.figure.colorbar(image, ax=axes, label=unit)


def draw_point(model: PointSpatialModel, axes: Any) -> None:
    """Position: a point has no brightness that could be drawn."""
    lon, lat = model.lon_0.value, model.lat_0.value
    axes.plot(lon, lat, "o", color="C0", markersize=8)
    axes.set_xlim(lon + 2, lon - 2)
    axes.set_ylim(lat - 2, lat + 2)
    axes.set_aspect(1 / np.cos(np.deg2rad(lat)))
    axes.set_xlabel("longitude [deg]")
    axes.set_ylabel("latitude [deg]")
    axes.grid(color="0.9")


def draw_temporal(model: Any, names: dict[str, Any], axes: Any) -> None:
    """Factor over time."""
    times = Time(names.get("time_range", (55570.0, 55585.0)), format="mjd", scale=model.scale)
    model.plot(times, ax=axes, n_points=600, color="C0", linewidth=2)
    axes.set_ylim(bottom=0)
    axes.grid(color="0.9")
    axes.tick_params(axis="x", rotation=0)


FAMILIES = (
    Family(
        "spectral",
        SPECTRAL_MODEL_REGISTRY,
        *(
            (
                "powerlaw",
                "cutoff",
                "superexp",
                "broken",
                "logparabola",
                "line",
                "template",
                "compound",
            ),
            draw_spectral,
        ),
    ),
    Family(
        "spatial",
        SPATIAL_MODEL_REGISTRY,
        ("point", "gaussian", "disk", "shell", "ring", "template"),
        draw_spatial,
        (4.8, 4.0),
    ),
    Family(
        "temporal",
        TEMPORAL_MODEL_REGISTRY,
        ("constant", "linear", "decay", "gaussian", "powerlaw", "sine"),
        draw_temporal,
    ),
)


# -- what there is ------------------------------------------------------------------------


def groups(family: Family) -> dict[str, list[Class]]:
    """Classes of this package by the title of the module that defines them."""
    found: dict[str, list[Class]] = {}
    ours = [c for c in family.registry if c.__module__.startswith("gammapy.")]
    for cls in sorted(ours, key=lambda cls: _rank(cls, family.common)):
        found.setdefault(_module_text(cls)[0], []).append(cls)
    return found


def _rank(cls: Class, common: tuple[str, ...]) -> tuple[int, str, str]:
    """Common modules first, the others by name."""
    module = cls.__module__.rpartition(".")[2]
    rank = common.index(module) if module in common else len(common)
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


def example(family: Family, cls: Class) -> Example:
    """The example of a class, executed."""
    file = EXAMPLES / family.name / f"{cls.tag[-1]}.py"
    if not file.exists():
        raise ValueError(
            f"{cls.__name__}: no example; write examples/models/{family.name}/{file.name}"
        )
    code = file.read_text().strip()
    names: dict[str, Any] = {}
    try:
        exec(compile(code, str(file), "exec"), names)
    except (MissingFileError, MissingPackageError) as error:
        return Example(code, None, {}, str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRAS:
            raise
        return Example(code, None, {}, str(error))
    if type(names.get("model")) is not cls:
        raise ValueError(f"{file.name} must leave a {cls.__name__} behind, named model")
    return Example(code, names["model"], names)


# -- the pages ----------------------------------------------------------------------------


def picture(family: Family, shown: Example) -> Figure:
    """How the model of an example looks."""
    figure = Figure(figsize=family.size, layout="constrained")
    family.draw(shown.model, shown.names, figure.subplots())
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


def page(family: Family, cls: Class, shown: Example) -> str:
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


def index(family: Family, drawn: dict[Class, bool]) -> str:
    """Text of the page that lists the others, a picture each."""
    parts = [
        WIDE,
        f"Gallery of {family.name} models\n{'=' * (18 + len(family.name))}",
        "Every model with its formula, an example, and how it looks in a file.",
    ]
    for title, classes in groups(family).items():
        parts.append(f"{title}\n{'-' * len(title)}")
        cards = [_card(cls, drawn[cls]) for cls in classes]
        parts.append(".. container:: model-cards\n\n" + textwrap.indent("\n\n".join(cards), "   "))
    names = [f"   {cls.tag[-1]}" for classes in groups(family).values() for cls in classes]
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
    for family in FAMILIES:
        folder = Path(app.srcdir, family.folder)
        folder.mkdir(parents=True, exist_ok=True)
        drawn: dict[Class, bool] = {}
        for cls in (cls for classes in groups(family).values() for cls in classes):
            shown = example(family, cls)
            drawn[cls] = shown.model is not None
            if drawn[cls]:
                picture(family, shown).savefig(folder / f"{cls.tag[-1]}.png", dpi=110)
            _update(folder / f"{cls.tag[-1]}.rst", page(family, cls, shown))
        _update(folder / "index.rst", index(family, drawn))


def setup(app: Sphinx) -> dict[str, Any]:
    """Have Sphinx write the pages before it reads any."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
