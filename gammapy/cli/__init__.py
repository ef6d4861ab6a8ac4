"""The command line: ``gammapy COMMAND``.

Modules here import nothing heavy at the top, so that ``gammapy --help`` answers at once. Exit
codes: 0 success, 1 the work was done but its result cannot be used, 2 wrong usage or input.
"""

import click

from gammapy import __version__
from gammapy.cli.fit import fit_command
from gammapy.cli.maps import flux_cube_command, npred_command
from gammapy.cli.models import models_command

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gammapy")
def main() -> None:
    """Model the gamma-ray sky, and fit it."""


main.add_command(fit_command)
main.add_command(flux_cube_command)
main.add_command(models_command)
main.add_command(npred_command)
