"""``gammapy models convert``: models in another format, and what that cannot say."""

from __future__ import annotations

from pathlib import Path

import click

from gammapy.cli.errors import InputError, one_line_errors
from gammapy.cli.models.files import examples, join, kept_aside, read_each, suffix_option

__all__ = ["convert_command"]

_EXAMPLES = examples(
    "gammapy models convert crab.xml crab.yaml",
    "gammapy models convert crab.yaml crab.xml --dialect fermi",
    "gammapy models convert pwn.xml snr.xml all.yaml --suffix=-b",
)

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".xml": "xml"}


@click.command("convert", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--dialect",
    type=click.Choice(["gammalib", "fermi"]),
    help="Of an XML file; by default that of the first file, or Gammalib's.",
)
@click.option("--overwrite", is_flag=True, help="Replace OUTPUT if it exists.")
@suffix_option
def convert_command(
    files: tuple[Path, ...],
    output: Path,
    dialect: str | None,
    overwrite: bool,
    suffix: str | None,
) -> None:
    """Write the models of FILES to OUTPUT, in the format of its name: .yaml or .xml.

    Files are YAML, XML or gamma-cat; several become one. What OUTPUT cannot say (links in XML,
    say) is told as a warning; if it has no word for a model nothing is written.
    """
    format = FORMATS.get(output.suffix.lower())
    if format is None:
        raise click.BadParameter(
            f"{output}: the name must end in .yaml or .xml, which says the format",
            param_hint="OUTPUT",
        )
    if dialect is not None and format != "xml":
        raise click.BadParameter(f"{output} is not an XML file", param_hint="--dialect")
    with one_line_errors():
        for file in files:
            if output.exists() and file.exists() and file.samefile(output) and not overwrite:
                raise InputError(f"{output} is read: pass --overwrite or choose another name")
        if output.exists() and not overwrite:
            raise InputError(f"{output} exists: pass --overwrite or choose another name")
        parts = read_each(files)
        aside = sum(map(kept_aside, parts)) if format != "xml" else 0
        models = join(files, parts, suffix)
        models.write(output, overwrite=overwrite, format=format, dialect=dialect)
    if aside:
        click.echo(f"Warning: {aside} sources that are no models are left out", err=True)
    plural = "" if len(models) == 1 else "s"
    click.echo(f"{output}: {len(models)} model{plural}")
