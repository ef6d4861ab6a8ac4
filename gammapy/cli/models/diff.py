"""``gammapy models diff``: in what two files of models differ."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gammapy.cli.errors import one_line_errors
from gammapy.cli.models.files import examples, read_each
from gammapy.cli.models.text import terminal_width, text_table

if TYPE_CHECKING:
    from gammapy.cli.models.difference import Difference

__all__ = ["diff_command"]

_EXAMPLES = examples(
    "gammapy models diff before.yaml after.yaml",
    "gammapy models diff published.xml fitted.yaml --sigma 3",
)


@click.command("diff", epilog=_EXAMPLES)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--sigma",
    type=click.FloatRange(min=0.0),
    metavar="N",
    help="Pass over values that differ by fewer standard deviations. Those without errors stay.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of differences.")
def diff_command(a: Path, b: Path, sigma: float | None, as_json: bool) -> None:
    """Tell in what the models of the files A and B differ.

    Models are matched by name and parameters by path; units and formats do not matter. A row is a
    value that differs by more than a part in 10^9, with the change in units of A, in percent, and
    in standard deviations: the errors of both added in quadrature, n/a if there are none. Types,
    bounds, frozen flags, links and tables that differ, and models that only one file has, are rows
    too.

    The exit code is 0 if nothing differs, 1 if something does, and 2 if a file cannot be read.
    """
    with one_line_errors():
        from gammapy.cli.models.difference import differences

        found = differences(*read_each([a, b]))
    if sigma is not None:
        found = [row for row in found if not row.sigma < sigma]  # nan stays
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in found], indent=1))
    elif found:
        click.echo(_table(found))
    if found:
        sys.exit(1)
    if not as_json:
        click.echo(
            "No difference." if sigma is None else f"No difference of {sigma:g} sigma or more."
        )


def _table(found: list[Difference]) -> str:
    header = ["model", "what", "A", "B", "change", "percent", "sigma"]
    rows = [_row(row) for row in found]
    return text_table(header, rows, right=header[4:], width=terminal_width())


def _row(row: Difference) -> list[str]:
    texts = [row.model, row.item, row.a, row.b]
    if row.item == "model":
        texts[1] = "only in A" if row.a else "only in B"
        return [*texts[:2], "", "", "", "", ""]
    if row.change != row.change:
        return [*texts, "", "", ""]
    percent = f"{100 * row.relative:+.3g}" if row.relative == row.relative else "n/a"
    sigma = f"{row.sigma:.2f}" if row.sigma == row.sigma else "n/a"
    return [*texts, f"{row.change:+.3g}", percent, sigma]
