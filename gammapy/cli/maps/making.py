"""What both commands do with a map: check before the work, show it, write it, draw it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, one_line_errors
from gammapy.optional import require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gammapy.makers.survey.run import Survey
    from gammapy.makers.survey.store import TileStore

__all__ = ["Making", "check_output", "make_map", "making_options", "report_file"]

_ENDINGS = (".fits", ".fits.gz")


@dataclass(frozen=True)
class Making:
    """How a map is made, as options say it."""

    output: Path
    workers: int
    memory: str
    restart: bool
    overwrite: bool
    png: Path | None


_OPTIONS = (
    click.option("--overwrite", is_flag=True, help="Replace OUTPUT if it exists."),
    click.option(
        "--png", type=click.Path(path_type=Path), help="Folder for a picture per energy band."
    ),
    click.option(
        "--restart", is_flag=True, help="Begin anew, without tiles of an interrupted run."
    ),
    click.option(
        "--memory",
        default="4GB",
        show_default=True,
        metavar="SIZE",
        help="What all processes together may take.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
        metavar="N",
        help="Processes that compute tiles; by default one for each core.",
    ),
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path),
        help="Map to write: .fits or .fits.gz.",
    ),
)


def making_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; their values come as one `Making`, named ``making``."""
    from functools import wraps

    @wraps(function)  # with the options that it has already
    def gathered(**values: Any) -> Any:
        names = Making.__dataclass_fields__
        return function(making=Making(**{name: values.pop(name) for name in names}), **values)

    decorated: Callable[..., Any] = gathered
    for option in _OPTIONS:
        decorated = option(decorated)
    return decorated


# -- before the work ----------------------------------------------------------------------


def report_file(output: Path) -> Path:
    """Text file beside a map that tells what it was made of."""
    name = output.name
    for ending in reversed(_ENDINGS):
        name = name.removesuffix(ending)
    return output.with_name(f"{name}.report.yaml")


def check_output(making: Making) -> None:
    """Refuse an output or pictures that cannot be made, before anything is read."""
    output = making.output
    if not output.name.endswith(_ENDINGS):
        raise click.BadParameter(
            f"{output}: the name must end in .fits or .fits.gz", param_hint="--output"
        )
    _check_parent(output, "--output")
    if output.is_dir():
        raise InputError(f"--output {output} is a folder: give the name of a file in it")
    if making.png is not None:
        _check_parent(making.png, "--png")
        if making.png.exists() and not making.png.is_dir():
            raise InputError(f"--png {making.png} is a file: give a folder")
        with one_line_errors():
            require("matplotlib", "the pictures of --png")


def _check_parent(path: Path, option: str) -> None:
    """Refuse what is to be made in a folder that is not there, or takes nothing."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise InputError(f"{option} {path}: the folder {path.parent} does not exist")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f"{option} {path}: {parent} cannot be written to, choose another folder")


def check_overwrite(survey: Survey, making: Making) -> bool:
    """True if the map is there already, made of the same; refuse to replace another one."""
    from gammapy.makers.survey.run import is_there

    if making.overwrite or not making.output.exists():
        return False
    if not is_there(making.output, survey.inputs):
        raise InputError(f"{making.output} exists: pass --overwrite or choose another name")
    return True


# -- the work -----------------------------------------------------------------------------


def make_map(survey: Survey, making: Making, report: Mapping[str, Any]) -> None:
    """Make the map, its report and its pictures."""
    from gammapy.makers.survey.memory import bytes_of
    from gammapy.makers.survey.run import tiles_folder
    from gammapy.makers.survey.store import remove_tiles

    if check_overwrite(survey, making):
        click.echo(f"{making.output} is there already, made of the same: --overwrite makes it anew")
    else:
        memory = bytes_of(making.memory, "--memory")
        store = survey.store(making.workers, memory, making.restart)
        sums = _work(survey, store, making, memory, report)
        click.echo(_result(survey, making.output, sums))
    if making.png is not None:
        _draw(survey, making)
    remove_tiles(tiles_folder(making.output))


def _work(
    survey: Survey, store: TileStore, making: Making, memory: int, report: Mapping[str, Any]
) -> Any:
    click.echo(_plan(survey, store, making))

    def sums(values: Any) -> None:
        _write_report(survey, making.output, report, values)

    try:
        with _shown(sums) as watch:
            return survey.make(store, making.workers, memory, making.restart, watch)
    except KeyboardInterrupt:
        done = len(store.layout) - len(store.left())
        click.echo(
            f"Interrupted: {done} of {len(store.layout)} tiles are kept in {store.folder}, the "
            "same command goes on from there",
            err=True,
        )
        sys.exit(130)


def _plan(survey: Survey, store: TileStore, making: Making) -> str:
    layout = store.layout
    n_y, n_x = layout.shape
    n = len(layout)
    size = " x ".join(str(max(b - a for a, b in p)) for p in (layout.columns, layout.rows))
    workers = min(making.workers, n)
    return (
        f"{n_x} x {n_y} pixels, {survey.planes} energy bins, {n} tile{'' if n == 1 else 's'} of "
        f"{size} pixels at most, {workers} worker{'' if workers == 1 else 's'}"
    )


@contextmanager
def _shown(sums: Callable[[Any], None]) -> Iterator[Any]:
    """What a person at a terminal sees of the work; warnings always."""
    from tqdm import tqdm

    from gammapy.makers.survey.run import Watch

    bars: list[Any] = []
    silent = not sys.stderr.isatty()

    def bar(name: str, unit: str, total: int, done: int = 0) -> None:
        bars.append(tqdm(desc=name, total=total, initial=done, unit=unit, disable=silent))

    def begins(total: int, done: int) -> None:
        if done:
            click.echo(f"{done} of {total} tiles are finished already", err=True)
        bar("tiles", "tile", total, done)

    def warns(text: str) -> None:
        tqdm.write(f"Warning: {' '.join(text.split())}", file=sys.stderr)

    def step(n: int = 1) -> None:
        bars[-1].update(n)

    try:
        yield Watch(begins, step, lambda n: bar("writing", "band", n), step, sums, warns)
    finally:
        for one in bars:
            one.close()


# -- after the work -----------------------------------------------------------------------


def _result(survey: Survey, output: Path, sums: Any) -> str:
    unit = survey.task.unit
    what = f"{sums.sum():.6g} {unit}" if unit else f"{sums.sum():.6g} counts"
    edges = survey.geom.axes[0].edges
    return (
        f"{output}: {what} in {len(sums)} energy bins, {edges[0].value:.4g} to "
        f"{edges[-1].value:.4g} {edges.unit}"
    )


def _write_report(survey: Survey, output: Path, report: Mapping[str, Any], sums: Any) -> None:
    import yaml

    from gammapy.atomic import write_text

    edges = survey.geom.axes[0].edges.to_value("TeV")
    content = {
        "output": output.name,
        **report,
        "unit": survey.task.unit,
        "total": float(sums.sum()),
        "bands": [
            {"energy_min": float(low), "energy_max": float(high), "sum": float(total)}
            for low, high, total in zip(edges[:-1], edges[1:], sums, strict=True)
        ],
        "digests": dict(survey.inputs),
    }
    text = "# energies in TeV\n" + yaml.safe_dump(content, sort_keys=False, width=100)
    write_text(report_file(output), text, overwrite=True)


def _draw(survey: Survey, making: Making) -> None:
    from gammapy.dispatch import find
    from gammapy.makers.survey.assembly import planes_of_file

    assert making.png is not None
    making.png.mkdir(exist_ok=True)
    planes = planes_of_file(making.output)
    unit = survey.task.unit
    title = f"Flux per pixel [{unit}]" if unit else "Counts per pixel"
    names = find("WcsNDMap", "plot", "bands")(planes, survey.geom, making.png, title)
    click.echo(f"{making.png}: {len(names)} pictures")
