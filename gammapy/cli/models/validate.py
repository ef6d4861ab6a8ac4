"""``gammapy models validate``: every problem of files of models, with its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from gammapy.cli.errors import one_line_errors
from gammapy.cli.models.files import examples, files_argument

__all__ = ["validate_command"]

_EXAMPLES = examples(
    "gammapy models validate crab.yaml",
    "gammapy models validate --strict *.xml",
    "gammapy models validate crab.yaml --json",
)


@click.command("validate", epilog=_EXAMPLES)
@files_argument
@click.option("--strict", is_flag=True, help="Let warnings count as errors do.")
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of problems as JSON.")
def validate_command(files: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """List every problem of FILES of models, as file:line: message.

    Besides what cannot be read, errors are what a fit could not use: a value beyond its bounds, a
    name that comes twice, a file that is not there, a spectrum that is negative or not finite
    between 10 GeV and 100 TeV. Warnings are what is odd and can be read, or a free parameter at a
    bound.

    The exit code is 0 if there is no error, 1 if there is one (with --strict: or a warning), and 2
    if a file is not there.
    """
    with one_line_errors():
        from gammapy.modeling.serialize.validate import problems

        found = [(file, problem) for file in files for problem in problems(file)]
    if as_json:
        rows = [{"file": str(file), **problem._asdict()} for file, problem in found]
        click.echo(json.dumps(rows, indent=1))
    else:
        for file, problem in found:
            mark = "warning: " if problem.severity == "warning" else ""
            click.echo(f"{file}:{problem.line}: {mark}{problem.message}")
    errors = sum(problem.severity == "error" for _, problem in found)
    others = len(found) - errors
    if not as_json:
        counts = [_count(n, what) for n, what in ((errors, "error"), (others, "warning")) if n]
        summary = ", ".join(counts) or "no problems"
        click.echo(f"{_count(len(files), 'file')}: {summary}", err=bool(found))
    if errors or (strict and others):
        sys.exit(1)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
