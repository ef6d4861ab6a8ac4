"""A file that appears whole or not at all: handed on from `gammapy.atomic`."""

from gammapy.atomic import expand, write_bytes, write_text

__all__ = ["expand", "write_bytes", "write_text"]
