"""What an observation brings with it, before it is reduced to maps."""

from gammapy.data.gti import GTI

__all__ = ["GTI"]
