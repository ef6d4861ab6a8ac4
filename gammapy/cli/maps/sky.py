"""The sources of a map: read from files, told apart, sorted out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gammapy import __version__
from gammapy.cli.errors import InputError, check_file
from gammapy.cli.maps.geometry import first_image

if TYPE_CHECKING:
    from gammapy.makers.survey.sources import Sky
    from gammapy.maps import WcsGeom
    from gammapy.modeling.models import Models, SkyModel

__all__ = ["Sources", "diffuse_option", "read_sky"]

#: names that are told; the report has all
_TOLD = 5
#: bytes in memory for each of a template's file, which may be compressed and in single precision
_LOADED = 8
#: what the values of a template of the diffuse emission are
_INTENSITY = "cm-2 s-1 TeV-1 sr-1"


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
    """The diffuse emission as a source.

    Raises
    ------
    InputError
        If there is no such file, or its values are no intensity.
    """
    from astropy.io import fits

    from gammapy.modeling.models import PowerLawNormSpectralModel, SkyModel, TemplateSpatialModel

    check_file(file, f"--diffuse {file}")
    shape = TemplateSpatialModel.read(file, normalize=False)
    if not shape.unit.is_equivalent(_INTENSITY):
        raise InputError(
            f"--diffuse {file} has values in {str(shape.unit)!r}: a cube in a unit like "
            "cm-2 s-1 MeV-1 sr-1 is needed, which its header names by BUNIT"
        )
    with fits.open(file) as hdus:
        stated = first_image(hdus).header.get("BUNIT", "")
    if not stated.strip():  # such as a counts cube, which would become a flux without a word
        click.echo(
            f"Warning: --diffuse {file} does not say its unit: its values are taken in "
            f"{shape.unit}; the card BUNIT would say another",
            err=True,
        )
    name = "diffuse"
    while name in taken:
        name += "-template"
    return SkyModel(PowerLawNormSpectralModel(), shape, name=name)


@dataclass(frozen=True)
class Sources:
    """Sources of files, and which of them reach a map.

    Parameters
    ----------
    files : tuple of path
    digest : str
        Of all models of the files.
    sky : `~gammapy.makers.survey.sources.Sky`
    """

    files: tuple[Path, ...]
    digest: str
    sky: Sky

    @classmethod
    def of(cls, files: Sequence[Path], models: Models, geom: WcsGeom, margin: float) -> Sources:
        """Sort out the models of files.

        Parameters
        ----------
        files : list of path
        models : `~gammapy.modeling.models.Models`
            What `read_sky` found in them.
        geom : `~gammapy.maps.WcsGeom`
        margin : float
            Beyond the map, in deg, from which the instrument brings something in.

        Raises
        ------
        DataError
            If nothing reaches the map.
        """
        from gammapy.makers.survey.inputs import digest_of_models
        from gammapy.makers.survey.sources import sky_of

        digest = digest_of_models(models)  # before they are used
        return cls(tuple(files), digest, sky_of(models, geom, margin))

    @property
    def inputs(self) -> dict[str, str]:
        """Their part in what a map is made of."""
        return {"models": self.digest, "version": __version__}

    @property
    def extra_bytes(self) -> int:
        """Bytes of templates that each process reads for itself, and of what it makes of them."""
        from gammapy.makers.survey.inputs import referred_files

        return _LOADED * sum(file.stat().st_size for file in referred_files(self.sky.sources))

    # -- told -----------------------------------------------------------------------------

    def tell(self) -> None:
        """Print how many there are, and what is left out."""
        n, n_files = len(self.sky.sources), len(self.files)
        click.echo(
            f"{n} source{'' if n == 1 else 's'} of {n_files} file{'' if n_files == 1 else 's'} "
            f"reach{'es' if n == 1 else ''} the map"
        )
        left_out = {"outside of it": self.sky.outside, "no sources on the sky": self.sky.refused}
        for kind, names in left_out.items():
            if names:
                more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
                click.echo(f"{len(names)} {kind}: {', '.join(names[:_TOLD])}{more}")

    def cards(self, command: str, more: Sequence[str] = ()) -> dict[str, Any]:
        """What the header of a map says of its making; names of files without their folders."""
        sky = self.sky
        return {
            "CREATOR": f"gammapy {__version__}",
            "HISTORY": [
                f"gammapy {command}",
                *(f"models: {file.name}" for file in self.files),
                f"{len(sky.sources)} sources, {len(sky.outside)} outside, "
                f"{len(sky.refused)} refused",
                *more,
            ],
        }

    def report(self, command: str) -> dict[str, Any]:
        """The same for the report, with all names."""
        return {
            "command": f"gammapy {command}",
            "version": __version__,
            "models": [str(file) for file in self.files],
            "sources": len(self.sky.sources),
            "outside": list(self.sky.outside),
            "refused": list(self.sky.refused),
        }
