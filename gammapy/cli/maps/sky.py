"""The sources of a map: read from files, told apart, sorted out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gammapy.makers.survey.sources import Sky
    from gammapy.modeling.models import Models, SkyModel

__all__ = [
    "cards_of",
    "diffuse_option",
    "extra_bytes",
    "read_sky",
    "report_of",
    "tell_sky",
]

#: names that are told; the report has all
_TOLD = 5
#: bytes in memory for each of a template's file, which may be compressed and in single precision
_LOADED = 8


def diffuse_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """A template of the diffuse emission."""
    return click.option(
        "--diffuse",
        type=click.Path(path_type=Path),
        help="FITS cube of the diffuse emission, in cm-2 s-1 MeV-1 sr-1 or the like.",
    )(function)


def read_sky(files: Sequence[Path], suffix: str | None, diffuse: Path | None) -> Models:
    """Models of all files; a name that an earlier file has already gets an ending.

    By default that is the name of the later file; a warning tells of it, as a source that comes
    twice counts twice.
    """
    from gammapy.modeling.models import Models

    together = Models()
    for file in files:
        models = Models.read(file)
        twice = [model for model in models if model.name in together]
        ending = f"-{file.stem}" if suffix is None else suffix
        taken = {*together.names, *models.names}
        for model in twice:
            name = model.name
            while name in taken:
                name += ending
            model.name = name
            taken.add(name)
        if twice and suffix is None:
            click.echo(
                f"Warning: {len(twice)} names of {file} stand in earlier files too: these sources "
                f"are called NAME{ending}, and count beside the others",
                err=True,
            )
        together.extend(models)
    if diffuse is not None:
        together.append(_template(diffuse, together.names))
    return together


def _template(file: Path, taken: Sequence[str]) -> SkyModel:
    from gammapy.errors import MissingFileError
    from gammapy.modeling.models import PowerLawNormSpectralModel, SkyModel, TemplateSpatialModel

    if not file.is_file():
        raise MissingFileError(f"--diffuse {file}: there is no such file")
    shape = TemplateSpatialModel.read(file, normalize=False)
    name = "diffuse"
    while name in taken:
        name += "-template"
    return SkyModel(PowerLawNormSpectralModel(), shape, name=name)


def tell_sky(sky: Sky, n_files: int) -> None:
    """Print how many sources there are, and what is left out."""
    n = len(sky.sources)
    click.echo(
        f"{n} source{'' if n == 1 else 's'} of {n_files} file{'' if n_files == 1 else 's'} "
        f"reach{'es' if n == 1 else ''} the map"
    )
    for kind, names in (("outside of it", sky.outside), ("no sources on the sky", sky.refused)):
        if names:
            more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            click.echo(f"{len(names)} {kind}: {', '.join(names[:_TOLD])}{more}")


def cards_of(
    command: str, files: Sequence[Path], sky: Sky, more: Sequence[str] = ()
) -> dict[str, Any]:
    """What the header of a map says of its making; names of files without their folders."""
    from gammapy import __version__

    return {
        "CREATOR": f"gammapy {__version__}",
        "HISTORY": [
            f"gammapy {command}",
            *(f"models: {file.name}" for file in files),
            f"{len(sky.sources)} sources, {len(sky.outside)} outside, {len(sky.refused)} refused",
            *more,
        ],
    }


def report_of(command: str, files: Sequence[Path], sky: Sky) -> dict[str, Any]:
    """The same for the report, with all names."""
    from gammapy import __version__

    return {
        "command": f"gammapy {command}",
        "version": __version__,
        "models": [str(file) for file in files],
        "sources": len(sky.sources),
        "outside": list(sky.outside),
        "refused": list(sky.refused),
    }


def extra_bytes(models: Models) -> int:
    """Bytes of templates that each process reads for itself: of the files, and of what is made."""
    from gammapy.makers.survey.inputs import referred_files

    return _LOADED * sum(file.stat().st_size for file in referred_files(models))
