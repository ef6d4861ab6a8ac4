"""``gammapy npred``: the counts that many pointings see of models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gammapy.cli.errors import one_line_errors
from gammapy.cli.maps.geometry import (
    energy_axis_true,
    energy_true_option,
    geometry_of,
    geometry_options,
)
from gammapy.cli.maps.making import Making, check_output, make_map, making_options
from gammapy.cli.maps.responses import index_option, irf_option, read_responses
from gammapy.cli.maps.sky import Sources, diffuse_option, read_sky
from gammapy.cli.models.files import examples, suffix_option

__all__ = ["npred_command"]

_EXAMPLES = examples(
    "gammapy npred pwn.xml snr.xml --index obs-index.fits.gz --irf default=irf_file.fits \\",
    "    --width 360,10 --background -o counts.fits.gz --png bands",
    "gammapy npred crab.yaml --index obs-index.fits.gz --irf South_z20_50h=south.fits \\",
    "    --irf default=north.fits --geom other.fits.gz -o counts.fits.gz",
)


@click.command("npred", epilog=_EXAMPLES)
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@index_option
@irf_option
@geometry_options
@energy_true_option
@click.option("--background", is_flag=True, help="Add the background of the responses.")
@diffuse_option
@making_options
@suffix_option
def npred_command(
    models: tuple[Path, ...],
    index: Path,
    irfs: tuple[str, ...],
    geometry: dict[str, Any],
    energy_true: str,
    background: bool,
    diffuse: Path | None,
    making: Making,
    suffix: str | None,
) -> None:
    """Write the counts that the pointings of an index see of the sources of MODELS.

    MODELS are files in YAML or XML, whose sources are one sky.

    The response of each pointing is found by the column IRF of the index and the option --irf. A
    map is computed in tiles, which lie in OUTPUT.tiles until all are finished: after an
    interruption the same command goes on.
    """
    check_output(making)
    with one_line_errors():
        from gammapy.makers.survey.inputs import digest_of_files, digest_of_geom, digest_of_values
        from gammapy.makers.survey.run import Survey
        from gammapy.makers.survey.tasks import Background, CountsTask

        geom = geometry_of(geometry)
        axis_true = energy_axis_true(energy_true, geom.axes["energy"])
        responses = read_responses(index, irfs, background)
        click.echo(responses.table())
        found = read_sky(models, suffix, diffuse)
        instrument = responses.instrument(geom, axis_true)
        sources = Sources.of(models, found, geom, instrument.reach)
        sources.tell()
        inputs = {
            "index": digest_of_files([index]),
            "responses": responses.digest(),
            "geometry": digest_of_geom(geom, axis_true),
            "options": digest_of_values({"background": background}),
        }
        added = Background.of(responses.groups, responses.tables) if background else None
        survey = Survey(
            task=CountsTask(sources.sky.sources, sources.sky.reach, instrument, added),
            geom=geom,
            output=making.output,
            inputs=sources.inputs | inputs,
            cards=sources.cards("npred", responses.history()),
            per_pixel=CountsTask.bytes_per_pixel(geom.axes["energy"].nbin, axis_true.nbin),
            extra=sources.extra_bytes,
            grid=CountsTask.grid(float(min(geom.pixel_scales.deg))),
        )
        make_map(survey, making, sources.report("npred") | responses.report(index))
