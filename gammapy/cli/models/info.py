"""``gammapy models info``: what is in files of models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import one_line_errors
from gammapy.cli.models.files import (
    described,
    examples,
    files_argument,
    join,
    kept_aside,
    read_each,
    suffix_option,
)
from gammapy.cli.models.text import terminal_width, text_table

if TYPE_CHECKING:
    from gammapy.modeling.models import Models
    from gammapy.modeling.models.component import Component

__all__ = ["info_command"]

_EXAMPLES = examples(
    "gammapy models info crab.yaml",
    "gammapy models info crab.yaml --model crab",
    "gammapy models info *.xml --suffix=-b --frame galactic",
    "gammapy models info crab.yaml --json",
)


@click.command("info", epilog=_EXAMPLES)
@files_argument
@suffix_option
@click.option("--model", "name", metavar="NAME", help="Show one model, in full.")
@click.option(
    "--frame",
    type=click.Choice(["icrs", "galactic"]),
    default="icrs",
    show_default=True,
    help="Of the positions.",
)
@click.option("--summary", is_flag=True, help="Leave out the table of models.")
@click.option("--json", "as_json", is_flag=True, help="For programs: all of it as JSON.")
def info_command(
    files: tuple[Path, ...],
    suffix: str | None,
    name: str | None,
    frame: str,
    summary: bool,
    as_json: bool,
) -> None:
    """Tell what is in FILES of models.

    For each file its format, how many models it has of which types, and how many parameters are
    free, linked, or shared by several models. Then a table of the models: their types, position,
    flux from 1 to 10 TeV and number of free parameters.
    """
    with one_line_errors():
        parts = read_each(files)
        reports = [_of_file(*pair) for pair in zip(files, parts, strict=True)]
        models = join(files, parts, suffix)
        if name is not None:
            one = models[name]
            click.echo(json.dumps(_model_tree(one, frame)) if as_json else _in_full(one, frame))
            return
        if as_json:
            click.echo(_json(reports, [] if summary else models, frame))
            return
        for report in reports:
            click.echo(_text(report))
        if not summary and len(models):
            click.echo(f"\n{_table(models, frame)}")


# -- files --------------------------------------------------------------------------------


def _of_file(file: Path, models: Models) -> dict[str, Any]:
    """What is told of one file."""
    from gammapy.cli.models.summary import by_kind, linked

    report: dict[str, Any] = {"file": str(file), "format": described(file, models)}
    report["models"] = len(models)
    if aside := kept_aside(models):
        report["kept_aside"] = aside
    names = ("spectral", "spatial", "temporal")
    report["types"] = [
        {"count": n, **{key: tag for key, tag in zip(names, kind, strict=True) if tag}}
        for n, kind in by_kind(models)
    ]
    return report | linked(models) | {"penalties": len(models.penalties)}


def _text(report: dict[str, Any]) -> str:
    aside = f", {report['kept_aside']} sources kept aside" if "kept_aside" in report else ""
    plural = "" if report["models"] == 1 else "s"
    lines = [f"{report['file']}: {report['format']}, {report['models']} model{plural}{aside}"]
    for row in report["types"]:
        kind = " x ".join(tag for key, tag in row.items() if key != "count")
        lines.append(f"  {row['count']:5d}  {kind}")
    counts = [f"{report[key]} {key}" for key in ("free", "linked", "shared") if report[key]]
    lines.append(f"  {report['parameters']:5d}  parameters" + _in_brackets(counts))
    if report["penalties"]:
        lines.append(f"  {report['penalties']:5d}  penalties on several parameters")
    return "\n".join(lines)


def _in_brackets(parts: list[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


# -- models -------------------------------------------------------------------------------


def _table(models: Models, frame: str) -> str:
    from gammapy.cli.models.summary import UNIT_TEXT, rows_of

    lon, lat = ("RA", "Dec") if frame == "icrs" else ("GLON", "GLAT")
    header = ["name", "types", lon, lat, "flux 1-10 TeV", "free"]
    rows = [
        [
            row.name,
            row.kind,
            *(_number(x, "9.4f") for x in (row.lon, row.lat)),
            _number(row.flux, ".3e"),
            str(row.free),
        ]
        for row in rows_of(models, frame)
    ]
    units = ["", "", "deg", "deg", UNIT_TEXT, ""]
    return text_table(header, rows, right=header[2:], width=terminal_width(), units=units)


def _number(value: float, style: str) -> str:
    return "" if value != value else format(value, style).strip()


def _in_full(model: Component, frame: str) -> str:
    from gammapy.cli.models.summary import UNIT_TEXT, rows_of

    (row,) = rows_of([model], frame)
    lines = [str(model)]
    if row.lon == row.lon:
        lines.append(f"Position ({frame}): {row.lon:.5f}, {row.lat:.5f} deg")
    if row.flux == row.flux:
        lines.append(f"Flux from 1 to 10 TeV: {row.flux:.4g} {UNIT_TEXT}")
    for part in model.parts():
        if filename := getattr(part, "filename", None):
            lines.append(f"File of the {type(part).__name__}: {filename}")
    return "\n".join(lines)


# -- for programs -------------------------------------------------------------------------


def _json(reports: list[dict[str, Any]], models: Any, frame: str) -> str:
    from gammapy.cli.models.summary import rows_of

    rows = [row.as_dict(frame) for row in rows_of(models, frame)]
    return json.dumps({"files": reports, "models": rows}, indent=1)


def _model_tree(model: Component, frame: str) -> dict[str, Any]:
    from gammapy.cli.models.summary import rows_of

    (row,) = rows_of([model], frame)
    parameters = [
        {
            "name": path,
            "value": p.value,
            "unit": p.unit.to_string(fraction=False),
            "error": _or_null(p.error),
            "min": _or_null(p.min),
            "max": _or_null(p.max),
            "frozen": p.frozen,
            "link": None if p.link is None else repr(p.link),
        }
        for path, p in model.own_parameters.items()
    ]
    return {**row.as_dict(frame), "datasets": model.datasets_names, "parameters": parameters}


def _or_null(number: float) -> float | None:
    """JSON has no nan."""
    return number if number == number and abs(number) != float("inf") else None
