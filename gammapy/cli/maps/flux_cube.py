"""``gammapy flux-cube``: the flux of models in pixels and energy bins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gammapy.cli.errors import one_line_errors
from gammapy.cli.maps.geometry import geometry_of, geometry_options
from gammapy.cli.maps.making import Making, check_output, make_map, making_options
from gammapy.cli.maps.sky import Sources, diffuse_option, read_sky
from gammapy.cli.models.files import examples, suffix_option

__all__ = ["flux_cube_command"]

_EXAMPLES = examples(
    "gammapy flux-cube crab.yaml --width 2 --binsz 0.02 --center 184.56,-5.78 -o flux.fits.gz",
    "gammapy flux-cube pwn.xml snr.xml --width 360,10 -o plane.fits.gz --png bands",
    "gammapy flux-cube crab.yaml --geom counts.fits.gz -o flux.fits.gz",
)


@click.command("flux-cube", epilog=_EXAMPLES)
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@geometry_options
@diffuse_option
@making_options
@suffix_option
def flux_cube_command(
    models: tuple[Path, ...],
    geometry: dict[str, Any],
    diffuse: Path | None,
    making: Making,
    suffix: str | None,
) -> None:
    """Write the flux of the sources of MODELS in each pixel and energy bin, in cm-2 s-1.

    MODELS are files in YAML or XML, whose sources are one sky.

    Before any instrument: positions are sharp, and energies true. A map is computed in tiles, which
    lie in OUTPUT.tiles until all are finished: after an interruption the same command goes on.
    """
    check_output(making)
    with one_line_errors():
        from gammapy.makers.survey.inputs import digest_of_geom
        from gammapy.makers.survey.run import Survey
        from gammapy.makers.survey.tasks import FluxTask

        geom = geometry_of(geometry)
        sources = Sources.of(models, read_sky(models, suffix, diffuse), geom, 0.0)
        sources.tell()
        survey = Survey(
            task=FluxTask(sources.sky.sources, sources.sky.reach),
            geom=geom,
            output=making.output,
            inputs=sources.inputs | {"geometry": digest_of_geom(geom)},
            cards=sources.cards("flux-cube"),
            per_pixel=FluxTask.bytes_per_pixel(geom.axes[0].nbin),
            extra=sources.extra_bytes,
        )
        make_map(survey, making, sources.report("flux-cube"))
