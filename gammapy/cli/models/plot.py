"""``gammapy models plot``: spectra of models, and where they are, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, one_line_errors
from gammapy.cli.models.files import files_argument, join, read_each, suffix_option

if TYPE_CHECKING:
    from gammapy.modeling.models import Models

__all__ = ["plot_command"]

#: formats of pictures, by the end of the name
PICTURES = (".png", ".pdf", ".svg", ".jpg")


@click.command("plot")
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
    show_default=True,
    metavar="LOW HIGH",
    help="Two energies with units.",
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
    """Draw the models of FILES: E^2 dN/dE over energy, and a map of the sky in galactic coordinates.

    Of many models the brightest have a colour and a name each, the others are grey. The map shows
    outlines of extended models; it is left out if no model has a position.

    \b
    Examples:
      gammapy models plot crab.yaml -o crab.png
      gammapy models plot crab.yaml -o crab.pdf --energy-range "100 GeV" "50 TeV"
      gammapy models plot *.xml -o sky.png --model "Vela X" --model Crab
    """
    if output.suffix.lower() not in PICTURES:
        raise click.BadParameter(
            f"{output}: the name must end in one of {', '.join(PICTURES)}", param_hint="--output"
        )
    with one_line_errors():
        if output.exists() and not overwrite:
            raise InputError(f"{output} exists: pass --overwrite or choose another name")
        if not output.absolute().parent.is_dir():
            raise InputError(f"{output}: the folder {output.parent} does not exist")
        models = join(files, read_each(files), suffix)
        if names:
            models = models[list(names)]
        if not len(models):
            raise InputError(f"{files[0]} has no models: there is nothing to draw")
        _draw(models, _energies(energy_range), output)
    click.echo(f"{output}: {len(models)} model{'' if len(models) == 1 else 's'}")


def _energies(texts: tuple[str, str]) -> Any:
    import astropy.units as u

    from gammapy.units import as_quantity

    low, high = (as_quantity(text, "--energy-range", u.TeV) for text in texts)
    if not 0 < low < high:
        raise InputError(f"--energy-range {texts[0]!r} {texts[1]!r}: must be positive and ascend")
    return [low, high]


def _draw(models: Models, energy_range: Any, output: Path) -> None:
    from gammapy.dispatch import find
    from gammapy.optional import require

    figure = require("matplotlib.figure", "pictures").Figure(layout="constrained")
    find("Models", "plot", "overview")(models, energy_range, figure)
    figure.savefig(output, dpi=150)
