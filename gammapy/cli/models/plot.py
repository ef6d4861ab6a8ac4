"""``gammapy models plot``: spectra of models, and where they are, as a picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, one_line_errors
from gammapy.cli.models.files import examples, files_argument, join, read_each, suffix_option

if TYPE_CHECKING:
    from gammapy.modeling.models import Models

__all__ = ["plot_command"]

_EXAMPLES = examples(
    "gammapy models plot crab.yaml -o crab.png",
    'gammapy models plot crab.yaml -o crab.pdf --energy-range "100 GeV" "50 TeV"',
    'gammapy models plot *.xml -o sky.png --model "Vela X" --model Crab',
)

#: formats of pictures, by the end of the name
PICTURES = (".png", ".pdf", ".svg", ".jpg")


@click.command("plot", epilog=_EXAMPLES)
@files_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Picture to write: .png, .pdf, .svg or .jpg.",
)
@click.option(
    "--model", "names", metavar="NAME", multiple=True, help="Only this one; may be repeated."
)
@click.option(
    "--energy-range",
    nargs=2,
    default=("0.01 TeV", "100 TeV"),
    metavar="LOW HIGH",
    help='Two energies with units; by default "0.01 TeV" "100 TeV".',
)
@click.option("--overwrite", is_flag=True, help="Replace OUTPUT if it exists.")
@suffix_option
def plot_command(
    files: tuple[Path, ...],
    output: Path,
    names: tuple[str, ...],
    energy_range: tuple[str, str],
    overwrite: bool,
    suffix: str | None,
) -> None:
    """Draw the models of FILES: E^2 dN/dE over energy, and a map in galactic coordinates.

    Of many models the brightest have a colour and a name each, the others are grey. The map shows
    outlines of extended models; it is left out if no model has a position.
    """
    if output.suffix.lower() not in PICTURES:
        raise click.BadParameter(
            f"{output}: the name must end in one of {', '.join(PICTURES)}", param_hint="--output"
        )
    with one_line_errors():
        from gammapy.modeling.serialize.atomic import write_bytes

        if output.exists() and not overwrite:
            raise InputError(f"{output} exists: pass --overwrite or choose another name")
        if not output.absolute().parent.is_dir():
            raise InputError(f"{output}: the folder {output.parent} does not exist")
        models = join(files, read_each(files), suffix)
        if names:
            models = models[list(names)]
        if not len(models):
            raise InputError(f"{files[0]} has no models: there is nothing to draw")
        picture = _draw(models, _energies(energy_range), output.suffix[1:].lower())
        write_bytes(output, picture, overwrite)
    click.echo(f"{output}: {len(models)} model{'' if len(models) == 1 else 's'}")


def _energies(texts: tuple[str, str]) -> Any:
    import astropy.units as u

    from gammapy.units import as_quantity

    low, high = (as_quantity(text, "--energy-range", u.TeV) for text in texts)
    if not 0 < low < high:
        raise InputError(f"--energy-range {texts[0]!r} {texts[1]!r}: must be positive and ascend")
    return [low, high]


def _draw(models: Models, energy_range: Any, format: str) -> bytes:
    """Content of the file of a picture."""
    from gammapy.dispatch import find
    from gammapy.optional import require

    figure = require("matplotlib.figure", "pictures").Figure(layout="constrained")
    find("Models", "plot", "overview")(models, energy_range, figure)
    content = io.BytesIO()
    figure.savefig(content, format=format, dpi=150)
    return content.getvalue()
