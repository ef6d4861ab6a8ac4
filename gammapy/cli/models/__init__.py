"""``gammapy models COMMAND``: what is in files of models, what is wrong, what differs."""

import click

from gammapy.cli.models.convert import convert_command
from gammapy.cli.models.diff import diff_command
from gammapy.cli.models.info import info_command
from gammapy.cli.models.plot import plot_command
from gammapy.cli.models.validate import validate_command

__all__ = ["models_command"]


@click.group("models")
def models_command() -> None:
    """Look at files of models, check, convert, draw and compare them.

    Files are YAML, XML of Gammalib or of the Fermi Science Tools, or YAML of gamma-cat; which one
    is found from the content.
    """


for command in (info_command, validate_command, convert_command, plot_command, diff_command):
    models_command.add_command(command)
