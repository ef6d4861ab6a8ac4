"""``gammapy npred`` and ``gammapy flux-cube``: maps of the sky that models predict."""

from gammapy.cli.maps.flux_cube import flux_cube_command
from gammapy.cli.maps.npred import npred_command

__all__ = ["flux_cube_command", "npred_command"]
