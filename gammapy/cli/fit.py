"""``gammapy fit``: data and models in, a folder with the fitted models, result and picture out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy.cli.errors import InputError, one_line_errors
from gammapy.cli.folder import check_folder, results_folder
from gammapy.dispatch import find, names
from gammapy.errors import GammapyError, OverwriteError
from gammapy.optional import require

if TYPE_CHECKING:
    from gammapy.datasets import Datasets
    from gammapy.modeling.fit.result import FitResult

__all__ = ["fit_command"]

RESULT, MODELS, PICTURE = "result.yaml", "models.yaml", "fit.png"
#: what earlier results may have left in the folder; samples lie beside a result
OUTPUTS = (RESULT, "result_samples.fits", MODELS, PICTURE)

#: how a FITS file starts, plain or compressed
_FITS = (b"SIMPLE", b"\x1f\x8b")


@click.command("fit")
@click.argument("datasets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("models", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder for the results."
)
@click.option(
    "--backend",
    default="minuit",
    show_default=True,
    type=click.Choice(names("Fitter", "backend")),
    help="Optimiser or sampler.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Option of the backend, e.g. --option method=trf; may be given several times.",
)
@click.option("--overwrite", is_flag=True, help="Replace earlier results in the folder.")
def fit_command(
    datasets: tuple[Path, ...],
    models: Path,
    output: Path,
    backend: str,
    options: tuple[str, ...],
    overwrite: bool,
) -> None:
    """Fit MODELS to DATASETS.

    DATASETS are YAML files that list datasets, or FITS files of spectra (OGIP pha files or DL4).
    MODELS is a YAML file of models. The output folder gets the fitted models (models.yaml), the
    result (result.yaml) and a picture (fit.png).

    The exit code is 0 if the numbers of the result can be quoted, 1 if not, and 2 if the fit could
    not be started.
    """
    opts = dict(_option(text) for text in options)
    with one_line_errors():
        check_folder(output, overwrite)
        _check_inputs((*datasets, models), output)
        _say("Reading the data and models")
        data = _read(datasets, models)
        _say(f"Fitting {', '.join(data.models.names)} to {len(data)} datasets with {backend}")
        result = _run(data, backend, opts)
        _say(f"Writing {output}")
        _write(output, data, result)
    click.echo(str(result))
    if not result.success:
        click.echo(f"Error: {result.status.value} {result.message}".rstrip(), err=True)
        sys.exit(1)


def _say(stage: str) -> None:
    """Tell a person at a terminal what goes on."""
    if _on_terminal():
        click.echo(f"{stage} ...", err=True)


def _on_terminal() -> bool:
    return sys.stderr.isatty()


def _option(text: str) -> tuple[str, Any]:
    """Name and value of ``name=value``; the value is a YAML scalar, list or mapping."""
    import yaml

    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--option")
    try:
        parsed = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):
        raise click.BadParameter(
            f"the value of {text!r} is not YAML: put it in quotes", param_hint="--option"
        ) from None
    try:
        return name, float(parsed) if isinstance(parsed, str) else parsed
    except ValueError:  # not like 1e-3, which is a text in YAML 1.1, but one indeed
        return name, parsed


# -- stages -------------------------------------------------------------------------------


def _check_inputs(files: tuple[Path, ...], output: Path) -> None:
    """Refuse to replace what is read."""
    for file in files:
        if file.name in OUTPUTS and file.resolve().parent == output.resolve():
            raise OverwriteError(f"{file} would be replaced by the results: choose another folder")


def _read(files: tuple[Path, ...], models: Path) -> Datasets:
    from gammapy.datasets import Datasets
    from gammapy.modeling.models import Models

    data = Datasets()
    for file in files:
        data.extend([_spectrum(file)] if _is_fits(file) else Datasets.read(file))
    data.models = Models.read(models)
    return data


def _is_fits(file: Path) -> bool:
    if not file.is_file():
        return False  # the reader of YAML says what is wrong
    with open(file, "rb") as stream:
        return stream.read(6).startswith(_FITS)


def _spectrum(file: Path) -> Any:
    from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
    from gammapy.spectrum.fits_file import read_hdus

    found = find("CountsSpectrum", "sniff", "fits")(file)
    on_off = found == "ogip" or "COUNTS_OFF" in read_hdus(file)
    return (SpectrumDatasetOnOff if on_off else SpectrumDataset).read(file, format=found)


def _run(data: Datasets, backend: str, options: dict[str, Any]) -> FitResult:
    from gammapy.modeling import Fitter

    try:
        return Fitter(backend, optimize_opts=options).run(data)
    except (TypeError, ValueError) as error:
        if isinstance(error, GammapyError) or not options:
            raise
        raise InputError(
            f"backend {backend!r} does not take the options {options}: {error}"
        ) from error


def _write(output: Path, data: Datasets, result: FitResult) -> None:
    """Write all files, or none."""
    with results_folder(output, replaced=OUTPUTS) as folder:
        result.write(folder / RESULT)
        data.models.write(folder / MODELS)
        try:
            module = require("matplotlib.figure", "pictures")
            figure = module.Figure(figsize=(7.5, 6.0), layout="constrained")
            top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
            data.plot_fit(ax_spectrum=top, ax_residuals=bottom)
        except GammapyError as error:  # a picture is no reason to lose the result
            click.echo(f"No {PICTURE}: {error}", err=True)
        else:
            figure.savefig(folder / PICTURE, dpi=150)
